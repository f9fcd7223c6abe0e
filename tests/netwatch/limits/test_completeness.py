"""How much is known of an agency: every minute by minute, over a quarter of an hour."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from alerts.contract import Severity
from inventory.snapshot import Device, Inventory, OrganisationUnit, Site, gather
from netwatch.check import LOCAL, Check, Observation, check_id
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Condition, Incident, Nature
from netwatch.limits.completeness import Completeness, Known
from netwatch.limits.contract import NO_RULES
from netwatch.limits.reading import read_rules
from netwatch.present import Judged
from netwatch.verdict import Kind, Verdict

DEVICES = tuple(f"D{number}" for number in range(10))


def inventory() -> Inventory:
    """Two communes with ten devices at one of them, none at the other."""
    unit = {"kind": "peoples_committee", "level": "commune", "valid_from": date(2025, 7, 1)}
    records = [("organisation_unit", OrganisationUnit(id=id_, name=id_, **unit)) for id_ in ("XA", "KHAC")]
    sites = [("site", Site(id=f"S-{id_}", name=id_, organisation_units=(id_,))) for id_ in ("XA", "KHAC")]
    devices = [("device", Device(id=id_, name=id_, site="S-XA", kind="switch")) for id_ in DEVICES]
    return gather([*records, *sites, *devices], None)


def check(target: str, *, anchor: bool = False) -> Check:
    minute = 60 * SECOND
    id_ = check_id(target, "icmp_echo")
    return Check(id_, target, "icmp_echo", "", target, "", minute, SECOND, minute, anchor=anchor)


CHECKS = {one.id: one for one in (*map(check, DEVICES), check("anchor:1", anchor=True))}


class Story:
    """Minutes in which some devices' looks give a result."""

    def __init__(self, now: int = 1000 * MINUTE) -> None:
        self.now = now
        self.completeness = Completeness()
        self.completeness.adopt(CHECKS, inventory(), read_rules(), now)
        self.reasons: dict[str, str] = {}
        self.judged: dict[str, Judged] = {}
        self.latest: dict[str, Observation] = {}
        self.patience: Callable[[str], int] = lambda _: 1

    def minutes(self, count: int, missing: int = 0, *, blind: bool = False) -> Mapping[str, Condition]:
        """So many minutes during which the looks of so many devices do not come."""
        for _ in range(count):
            self.now += MINUTE
            for device in DEVICES[missing:]:
                id_ = check_id(device, "icmp_echo")
                reason = self.reasons.get(device)
                self.latest[id_] = Observation(LOCAL, self.now, 1, id_, self.now, 0, (), reason=reason)
            known = Known(self.latest, self.judged, self.patience, blind)
            for _unit in self.completeness.count(known, self.now):
                pass
        return self.completeness.conditions()


@pytest.fixture
def story() -> Story:
    """A daemon that has just begun, and soon knows everything."""
    made = Story()
    assert not made.minutes(20)
    assert made.completeness.ratios == {"XA": 1.0}
    return made


def test_an_agency_of_which_too_little_is_known_for_long_is_told(story: Story) -> None:
    """Below nine of ten for a quarter of an hour; over once it is above the upper bound."""
    assert not story.minutes(15, missing=3)
    began = story.now
    [(key, condition)] = story.minutes(10, missing=3).items()
    assert key == "completeness:XA"
    assert (condition.subject, condition.reason, condition.evidence) == ("XA", "incomplete", "70 %")
    assert began - 15 * MINUTE < condition.since < began
    assert story.minutes(5)
    assert not story.minutes(15)


def test_a_short_gap_is_no_news(story: Story) -> None:
    """Half of the devices for six minutes."""
    assert not story.minutes(6, missing=5)
    assert not story.minutes(30)


def test_a_look_that_could_not_tell_is_not_done(story: Story) -> None:
    """One that did not finish in time, for one; an agent's silence is a result where its device has failed."""
    story.reasons = dict.fromkeys(DEVICES[:5], "deadline")
    assert story.minutes(40)
    story.reasons = dict.fromkeys(DEVICES[:5], "no_answer")
    down = Judged(Verdict(Kind.DOWN, "no_answer"), 0, 0)
    story.judged = dict.fromkeys(DEVICES[:5], down)
    assert not story.minutes(40)
    assert story.completeness.ratios["XA"] == 1.0


@pytest.mark.parametrize("reason", ["credentials", "no_answer"])
def test_what_is_told_of_devices_is_not_told_of_their_agency_again(story: Story, reason: str) -> None:
    """Agents that refuse us or are silent while their devices answer are an incident of their own; the ratio tells."""
    story.reasons = dict.fromkeys(DEVICES[:5], reason)
    assert not story.minutes(40)
    assert story.completeness.ratios["XA"] == pytest.approx(0.5)


def test_what_is_not_due_is_not_missing(story: Story) -> None:
    """Looks spaced out while echoes stay away; new checks; anything while the vantage cannot see."""
    story.patience = lambda _: 8
    assert not story.minutes(14, missing=5)
    story.patience = lambda _: 1
    story.minutes(20)
    assert not story.minutes(60, missing=5, blind=True)
    fresh = Story()
    fresh.minutes(1, missing=10)
    assert fresh.completeness.ratios == {}


def test_what_was_told_before_a_restart_stays_until_it_is_over(story: Story) -> None:
    """Otherwise it would be over with every restart, and told again."""
    onset = story.now - 30 * MINUTE
    told = Incident(
        1,
        Nature.LIMIT,
        ("XA",),
        "condition:completeness:XA",
        "incomplete",
        onset,
        onset,
        onset,
        Severity.MINOR,
    )
    anew = Story(story.now)
    anew.completeness = Completeness()
    anew.completeness.restore([told, replace(told, id=2, roots=("L",), scope="subject:L")])
    anew.completeness.adopt(CHECKS, inventory(), read_rules(), anew.now)
    assert anew.completeness.conditions()["completeness:XA"].since == onset
    assert anew.minutes(5, missing=3)
    assert not anew.minutes(20)


def test_without_a_limit_it_is_only_counted(story: Story) -> None:
    """The figure is there, no condition."""
    story.completeness.adopt(CHECKS, inventory(), NO_RULES, story.now)
    assert not story.minutes(60, missing=5)
    assert story.completeness.ratios == {"XA": 0.5}

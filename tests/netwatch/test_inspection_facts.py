"""From the plan to the verdict of an inspection, what is laid over its looks, and what counts as lost in a storm."""

import time
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import Severity
from inventory.inspections import Trigger
from inventory.snapshot import Device, FieldRecord, Inventory, Site, SurgeProtector, gather, kind_of
from netwatch.check import FactSeen, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.derive import Moment, derive
from netwatch.incidents.contract import Blame, Cause, Confidence, Incident, Member, Nature
from netwatch.incidents.places import Places
from netwatch.inspections import Inspections
from netwatch.plan import Plan, plan
from netwatch.planning.inspections import KIND
from netwatch.planning.maker import PlanSettings
from netwatch.storms import Outage, Stroke, losses, outages, strokes
from netwatch.strikes import Counted
from netwatch.verdict import INSPECTIONS, FactNow, Why
from probes.contract import Fact, Target
from probes.inspection import FACTS, IN_TERM, INSPECTED, NAMES, TRIGGERS
from probes.kinds.inspection_term import PROBE, TermParams
from probes.kit import Kit
from probes.transports.fakes import FakeIcmp, FakeSnmp

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = 1_800_000_000 * SECOND
TODAY = datetime.fromtimestamp(NOW / SECOND, ZONE).date()
WINDOW = 10 * MINUTE


def stock(*more: object, **fields: Any) -> Inventory:  # noqa: ANN401 - fields of the protector
    basis = [
        Site(id="s", name="s", organisation_units=("u",), administrative_unit="xa"),
        Site(id="near", name="near", organisation_units=("u",), administrative_unit="xa"),
        Site(id="far", name="far", organisation_units=("u",), administrative_unit="other"),
        Device(id="switch", name="switch", site="s", kind="switch"),
        SurgeProtector(
            id="spd", name="spd", site="s", **{"installed_on": TODAY, "protected": ("switch",), **fields}
        ),
        SurgeProtector(id="spd-near", name="n", site="near"),
        SurgeProtector(id="spd-far", name="f", site="far"),
    ]
    return gather(((kind_of(one), one) for one in (*basis, *more)), None)  # type: ignore[arg-type]


def planned(inventory: Inventory) -> Plan:
    pace = dict.fromkeys(("witness", "core", "device", "counters", "other_counters"), MINUTE)
    return plan(inventory, PlanSettings(**pace, recheck=SECOND, anchor_interval=SECOND, zone=ZONE), 1)


def params(inventory: Inventory, item: str = "spd") -> TermParams:
    checks = planned(inventory).checks.values()
    (found,) = [one for one in checks if one.kind == KIND and one.target == item]
    return TermParams.model_validate(dict(found.params))


async def looked(given_: TermParams, at: float) -> dict[str, bool | None]:
    kit = Kit(FakeIcmp(), FakeSnmp(), time.monotonic, wall=lambda: at)
    seen = await PROBE.look(Target("spd", ""), given_, kit)
    return {one.name: one.holds for one in seen.readings if isinstance(one, Fact)}


async def test_the_calendar_turns_the_facts_at_local_midnight() -> None:
    """The last day of the term is still in it, to the second, wherever the server's clock stands."""
    told = params(stock(installed_on=date(2026, 5, 1), design_life=1))
    midnight = datetime(2027, 5, 2, tzinfo=ZONE).timestamp()
    assert (await looked(told, midnight - 1))[IN_TERM] is True
    assert (await looked(told, midnight))[IN_TERM] is False
    over = datetime(2027, 5, 1, tzinfo=ZONE).timestamp()
    assert (await looked(told, over - 1))[FACTS["design_life"]] is True
    assert (await looked(told, over))[FACTS["design_life"]] is False


async def test_every_fact_is_told_by_every_look() -> None:
    """Without a date the term is unknown; what forces one is known all the same."""
    told = await looked(params(stock(), "spd-far"), 0)
    assert tuple(told) == NAMES
    assert (told[IN_TERM], told[INSPECTED]) == (None, None)
    assert all(told[FACTS[trigger]] for trigger in TRIGGERS)
    strike = FieldRecord(id="r", item="spd", kind="strike", on=TODAY)
    assert (await looked(params(stock(strike)), 0))[FACTS["strike"]] is False


def test_triggers_facts_and_reasons_have_the_same_names() -> None:
    """The inventory, the probe and the verdicts each have a list of their own."""
    assert {*TRIGGERS, "contact_fault"} == set(Trigger)
    reasons = {f"forced_by_{trigger}" for trigger in TRIGGERS} | {Why.INSPECTION_OVERDUE}
    assert reasons == INSPECTIONS


@given(st.dates(date(1, 1, 1), date.max), st.integers(1, 1200))
def test_any_date_makes_a_plan(day: date, months: int) -> None:
    """Also the first and the last one there are."""
    inventory = stock(installed_on=day, inspection_interval=months, design_life=100)
    assert params(inventory).due is not None


WELL = FactNow(True, "as_expected")
WANTING = FactNow(False, "not_as_expected", ever=True, evidence="2026-05-01")
NEVER = FactNow(False, "not_as_expected", ever=False)
UNKNOWN = FactNow(None, "not_offered", ever=False)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, "up inspected"),
        ({INSPECTED: UNKNOWN}, "unknown not_monitored"),
        ({IN_TERM: UNKNOWN}, "unknown not_monitored"),
        ({IN_TERM: WANTING}, "degraded inspection_overdue"),
        ({IN_TERM: NEVER}, "unknown not_monitored"),
        ({FACTS["strike"]: WANTING}, "degraded forced_by_strike"),
        ({FACTS["strike"]: WANTING, IN_TERM: NEVER}, "degraded forced_by_strike"),
        ({FACTS["design_life"]: WANTING, IN_TERM: WANTING}, "degraded forced_by_design_life"),
        ({FACTS["indicator_red"]: NEVER}, "unknown not_monitored"),
    ],
)
def test_a_protector_without_a_contact_is_judged_by_its_inspection(
    facts: dict[str, FactNow], verdict: str
) -> None:
    """Passed and nothing since is the best that can be known; what never was well is no incident."""
    subject = planned(stock()).topology.subjects["spd"]
    known = {key: facts.get(key.fact, WELL) for key in subject.limits}
    told = derive(subject, Moment(known, {}, {}, frozenset({"local"})))
    assert f"{told.kind} {told.reason}" == verdict


def look(check: str) -> Observation:
    facts = tuple(FactSeen("", name, True, "as_expected") for name in NAMES)
    return Observation("local", 1, 1, check, NOW, 0, facts)


def test_what_happened_is_laid_over_the_looks_until_an_inspection_deals_with_it() -> None:
    """The same words make the same facts, so that the check stays calm; other looks are handed on as they are."""
    rise = {"item": "spd", "count": 7, "read": NOW, "rise": 2, "since": NOW - MINUTE, "until": NOW}
    over, inventory = Inspections([rise]), stock()
    made = planned(inventory)
    over.adopt(inventory, made.checks, ZONE)
    (check,) = [id_ for id_, one in made.checks.items() if one.kind == KIND and one.target == "spd"]
    first, second = over.judged(look(check)), over.judged(look(check))
    assert {one.fact for one in first.facts if not one.holds} == {FACTS["strike"]}
    assert first.facts is second.facts
    other = look("other")
    assert over.judged(other) is other
    record = FieldRecord(id="r", item="spd", kind="inspection", on=date(TODAY.year + 1, 1, 1), result="pass")
    over.adopt(stock(record), made.checks, ZONE)
    assert all(one.holds for one in over.judged(look(check)).facts)


def fault(subject: str = "switch", onset: int = NOW, **more: Any) -> Incident:  # noqa: ANN401
    blank = Incident(
        7, Nature.FAULT, (subject,), "", "no_answer", onset, onset - MINUTE, onset, Severity.MAJOR
    )
    return Incident(**{name: getattr(blank, name) for name in Incident.__slots__} | more)


def taken(struck: Stroke, *incidents: Incident) -> list[tuple[str, str]]:
    inventory = stock()
    protectors = inventory.of("surge_protector").values()
    found = losses(protectors, Places(inventory), [struck], outages(incidents), WINDOW)
    return [(one.protector, one.outage.subject) for one in found]


@pytest.mark.parametrize(
    ("item", "since", "until", "lost"),
    [
        ("spd", -MINUTE, 0, True),
        ("spd-near", -MINUTE, 0, True),
        ("spd-far", -MINUTE, 0, False),
        ("spd", -3 * MINUTE, -2 * MINUTE, True),
        ("spd", -20 * MINUTE, -12 * MINUTE, False),
        ("spd", 1, MINUTE, False),
    ],
)
def test_lost_is_what_failed_soon_after_lightning_struck_there(
    item: str, since: int, until: int, lost: bool
) -> None:
    """At the site or in the same administrative unit; not before it, nor long after."""
    assert taken(Stroke(item, NOW + since, NOW + until), fault()) == ([("spd", "switch")] if lost else [])


def test_what_only_lost_its_power_or_was_only_unreachable_is_not_lost() -> None:
    """A member that is down itself is; a confirmed power failure explains what came back."""
    struck = Stroke("spd", NOW - MINUTE, NOW)
    powerless = Blame(Cause.POWER, Confidence.CONFIRMED)
    assert taken(struck, fault(blame=powerless)) == []
    assert taken(struck, fault(blame=Blame(Cause.POWER, Confidence.LIKELY))) == [("spd", "switch")]
    for verdict, found in (("down", [("spd", "switch")]), ("unreachable", [])):
        behind = fault("router", members=(Member("switch", "device", verdict, NOW),))
        assert taken(struck, behind) == found
    assert taken(struck, fault(nature=Nature.LIMIT)) == []


def test_a_loss_is_told_once_and_remembered() -> None:
    """However often it is asked, and after a restart by its event."""
    places, counted = Places(stock()), {"spd": Counted(7, NOW, 2, NOW - MINUTE, NOW)}
    over = Inspections()
    (told,) = over.news(places, counted, [fault()], WINDOW, ZONE, NOW)
    assert (told.kind, told.item, told.facts["subject"], told.facts["incident"]) == (
        "lost_in_storm",
        "spd",
        "switch",
        7,
    )
    assert list(over.news(places, counted, [fault()], WINDOW, ZONE, NOW)) == []
    again = Inspections([], [told.facts])
    assert list(again.news(places, counted, [fault()], WINDOW, ZONE, NOW)) == []
    assert {one.trigger for one in again.happened["spd"]} == {"strike", "device_lost"}


def test_strikes_that_somebody_wrote_down_count_but_readings_of_counters_do_not() -> None:
    """A reading tells of no moment; a strike without a time may have been at any of its day."""
    records = [
        FieldRecord(id="a", item="spd", kind="strike", on=TODAY),
        FieldRecord(id="b", item="spd", kind="strike", on=TODAY, at="10:00"),
        FieldRecord(id="c", item="spd", kind="strike", on=TODAY, reading=4),
    ]
    found = {one.record: one.until - one.since for one in strokes({}, stock(*records), ZONE, 0)}
    assert found == {"a": 24 * 60 * MINUTE, "b": MINUTE}
    assert strokes({}, stock(*records), ZONE, NOW + 3 * 86_400 * SECOND) == []


@given(st.integers(-30, 30), st.integers(0, 20), st.integers(-30, 30), st.integers(0, 20), st.integers(0, 15))
def test_a_wider_window_never_loses_fewer(
    since: int, lasting: int, onset: int, before: int, wider: int
) -> None:
    """Whatever the spans."""
    struck = [Stroke("spd", NOW + since * MINUTE, NOW + (since + lasting) * MINUTE)]
    at = NOW + onset * MINUTE
    gone = [Outage("switch", at - before * MINUTE, at, 1)]
    inventory = stock()
    own, places = [inventory.of("surge_protector")["spd"]], Places(inventory)
    narrow = len(list(losses(own, places, struck, gone, WINDOW)))
    assert narrow <= len(list(losses(own, places, struck, gone, WINDOW + wider * MINUTE)))


def test_the_keys_of_an_inspections_facts_are_of_one_check() -> None:
    """Beside the contact's, so that they never tell of life and death."""
    subject = planned(stock()).topology.subjects["spd"]
    assert [key.fact for key in subject.limits] == list(NAMES)
    assert subject.facts == ()
    assert len({key.check for key in subject.limits}) == 1

"""The table of causes in data/causes.toml, and what holds of every blame."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import Severity
from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, Site, SurgeProtector
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.cause import FIRM, STRENGTHS, blame
from netwatch.incidents.clues import IDENTITY, unsettled
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, Incident, Member, Nature
from netwatch.incidents.places import Places
from netwatch.incidents.scene import Scene
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

DATA = Path(__file__).parent.parent / "data" / "causes.toml"
SCENARIOS = tomllib.loads(DATA.read_text(encoding="utf-8"))["scenario"]
START = 2_000_000 * MINUTE
SETTLED = 60

SITES = {
    "A": ("F1", "P1"),
    "B": ("F1", None),
    "C": ("F2", None),
    "D": ("F3", None),
    "E": (None, "P1"),
    "F": (None, None),
    "G": (None, None),
    "K": (None, None),
    "H": (None, None),
}
# Site, provider and route group by id.
LINES = {
    "A1": ("A", "VNPT", "G1"),
    "A2": ("A", "Viettel", "G2"),
    "A3": ("A", "MobiFone", None),
    "B1": ("B", "VNPT", "G1"),
    "C1": ("C", "vnpt ", "G9"),
    "D1": ("D", "VNPT", "G9"),
    "E1": ("E", "Viettel", None),
    "F1": ("F", "VNPT", None),
    "G1": ("G", "VNPT", None),
    "K1": ("K", "VNPT", None),
}
# Site, kind and uplinks by id.
DEVICES = {
    "HR": ("H", "router", ()),
    "AR": ("A", "router", ("A1", "A2", "A3")),
    "AS": ("A", "switch", ("AR",)),
    "AU": ("A", "ups", ("AS",)),
    "BR": ("B", "router", ("B1",)),
    "BU": ("B", "ups", ("BR",)),
    "CR": ("C", "router", ("C1",)),
    "DR": ("D", "router", ("D1",)),
    "ER": ("E", "router", ("E1",)),
}


def line(id_: str, site: str, provider: str, route: str | None) -> Line:
    return Line(
        id=id_,
        name=id_,
        site=site,
        line_class="tslcd_access_2",
        a_device=f"{site}R",
        b_device="HR",
        witness="echo",
        witness_address="192.0.2.9",
        provider=provider,
        route_group=route,
    )


@cache
def world() -> tuple[Places, Plan]:
    """The inventory that the table tells of, and its plan."""
    records: dict[str, dict[str, Any]] = {
        "site": {
            id_: Site(id=id_, name=id_, organisation_units=("U",), feeder=feeder, power_source=source)
            for id_, (feeder, source) in SITES.items()
        },
        "line": {id_: line(id_, *told) for id_, told in LINES.items()},
        "device": {
            id_: Device(id=id_, name=id_, site=site, kind=kind, address="192.0.2.1", uplinks=uplinks)
            for id_, (site, kind, uplinks) in DEVICES.items()
        },
        "surge_protector": {"SP": SurgeProtector(id="SP", name="SP", site="A", input_device="AR")},
        "conferencing_endpoint": {"EP": ConferencingEndpoint(id="EP", name="EP", device="AS")},
    }
    inventory = Inventory(records)
    paces = (MINUTE, MINUTE, MINUTE, MINUTE, MINUTE)
    return Places(inventory), plan(inventory, PlanSettings(*paces, recheck=SECOND, anchor_interval=MINUTE), 1)


def at(seconds: int) -> int:
    return START + seconds * SECOND


def row(subject: str, verdict: Verdict, since: int) -> VerdictRow:
    return VerdictRow(1, subject, verdict, at(since), None, at(since - 30), 1, at(since))


def failed(row_: Mapping[str, Any]) -> dict[str, tuple[Kind, int]]:
    down = {id_: (Kind.DOWN, since) for id_, since in row_.get("down", {}).items()}
    return down | {id_: (Kind.UNREACHABLE, since) for id_, since in row_.get("unreachable", {}).items()}


def rows(row_: Mapping[str, Any], back: Iterable[str]) -> dict[str, VerdictRow]:
    """The newest verdict of everything; those `back` are well again."""
    places, _ = world()
    up = {id_: row(id_, Verdict(Kind.UP, "answers"), -100_000) for id_ in places.subjects}
    bad = {
        id_: row(id_, Verdict(kind, row_.get("reason", "no_answer"), evidence="192.0.2.77"), since)
        for id_, (kind, since) in failed(row_).items()
        if id_ not in back
    }
    return up | bad


def hints(row_: Mapping[str, Any], now: int) -> dict[str, tuple[Clue, ...]]:
    found: dict[str, tuple[Clue, ...]] = {}
    for told in row_.get("hints", []):
        params = {name: told[name] for name in ("author", "cause") if name in told}
        clue = Clue(told["code"], at(told["at"]), params, told.get("trusted", False))
        if told["at"] <= now:
            found[told["subject"]] = (*found.get(told["subject"], ()), clue)
    return found


def pairs(told: Mapping[str, list[int]]) -> dict[str, tuple[int, int]]:
    return {id_: (at(first), at(second)) for id_, (first, second) in told.items()}


def scene(row_: Mapping[str, Any], now: int, back: Iterable[str], over: bool) -> Scene:
    places, planned = world()
    told = rows(row_, back)
    answered = {id_: at(-20) for id_ in told} | {"HR": at(now - 10)}
    return Scene(
        now=at(now),
        rows=told,
        troubled=frozenset(id_ for id_, its in told.items() if its.verdict.kind is not Kind.UP),
        topology=planned.topology,
        places=places,
        started=pairs(row_.get("started", {})),
        on_battery=pairs(row_.get("battery", {}) if over else row_.get("before", row_.get("battery", {}))),
        hints=hints(row_, now),
        answered=answered | {id_: at(seconds) for id_, seconds in row_.get("answered", {}).items()},
    )


def incident(row_: Mapping[str, Any]) -> Incident:
    members = tuple(
        Member(id_, world()[0].kind(id_), str(kind), at(since)) for id_, (kind, since) in failed(row_).items()
    )
    return Incident(
        id=1,
        nature=Nature(row_.get("nature", "fault")),
        roots=tuple(row_["roots"]),
        scope=row_.get("scope", f"subject:{row_['roots'][0]}"),
        reason=row_.get("reason", "no_answer"),
        onset=at(0),
        contrary=at(row_.get("contrary", -30)),
        opened=at(20),
        severity=Severity.MAJOR,
        members=members,
    )


def blamed(row_: Mapping[str, Any]) -> tuple[Incident, Scene]:
    """The incident as it is blamed in the end, and the scene it was blamed in."""
    found = incident(row_)
    during = scene(row_, SETTLED, (), over="ended" not in row_)
    found = replace(found, blame=blame(found, during))
    if "back" in row_:
        during = scene(row_, 595, row_["back"], over=True)
    if "ended" in row_:
        found = replace(found, ended=at(row_["ended"]))
        during = scene(row_, row_["ended"] + 60, tuple(failed(row_)), over=True)
    return replace(found, blame=blame(found, during)), during


def codes(clues: Iterable[Clue]) -> list[str]:
    return sorted(clue.code if clue.trusted else f"-{clue.code}" for clue in clues)


@pytest.mark.parametrize("told", SCENARIOS, ids=[told["name"] for told in SCENARIOS])
def test_every_row_of_the_table_holds(told: dict[str, Any]) -> None:
    """Cause, confidence and clues are those of the row."""
    found = blamed(told)[0].blame
    assert (f"{found.cause} {found.confidence}", codes(found.clues)) == (
        told["cause"],
        sorted(told["clues"]),
    )


@pytest.mark.parametrize("told", SCENARIOS, ids=[told["name"] for told in SCENARIOS])
def test_blaming_again_changes_nothing(told: dict[str, Any]) -> None:
    """While nothing new is known the blame is the very same, a minute later too, so that nothing is written."""
    found, seen = blamed(told)
    assert blame(found, seen) == found.blame
    assert blame(found, replace(seen, now=seen.now + MINUTE, memo={})) == found.blame


UNTRUSTED = st.lists(
    st.builds(
        Clue,
        code=st.sampled_from([*STRENGTHS, "person_says", "restarted", "ran_on", "only_one_line"]),
        at=st.integers(min_value=at(-300), max_value=at(60)),
        params=st.dictionaries(
            st.sampled_from([*IDENTITY.values(), "count", "near", "cause", "sites", "feeders"]),
            st.sampled_from(["AR", "A", "9", "power", "1"]),
        ),
        trusted=st.just(False),
    ),
    max_size=5,
)


@given(st.sampled_from(SCENARIOS), UNTRUSTED, st.sampled_from(sorted({*LINES, *DEVICES, *SITES})))
def test_what_anybody_could_have_sent_decides_nothing(
    told: dict[str, Any], sent: list[Clue], subject: str
) -> None:
    """Whatever unproven clues come in, cause and confidence stay what they would have been without."""
    found = incident(told)
    plain = scene(told, SETTLED, (), over=True)
    forged = {**plain.hints, subject: (*plain.hints.get(subject, ()), *sent)}
    without, with_ = blame(found, plain), blame(found, replace(plain, hints=forged, memo={}))
    assert (with_.cause, with_.confidence) == (without.cause, without.confidence)


CLUES = st.lists(
    st.builds(
        Clue,
        code=st.sampled_from([*IDENTITY, "trap_power"]),
        at=st.integers(min_value=at(-300), max_value=at(60)),
        params=st.fixed_dictionaries(
            {"count": st.sampled_from(["1", "2", "5", "x", "²", ""])},
            optional={"ups": st.just("AU"), "device": st.sampled_from(sorted(DEVICES))},
        ),
        trusted=st.booleans(),
    ),
    max_size=8,
)


@given(st.sampled_from(SCENARIOS), CLUES)
def test_whatever_was_found_before_the_blame_is_sound(told: dict[str, Any], before: list[Clue]) -> None:
    """No clue from earlier days breaks anything, and what is undecided has no confidence, nor the other way round."""
    found = replace(incident(told), blame=Blame(clues=tuple(before)))
    once = blame(found, scene(told, SETTLED, (), over=True))
    assert (once.cause is Cause.UNDECIDED) == (once.confidence is Confidence.NONE)
    again = blame(replace(found, blame=once), scene(told, SETTLED, (), over=True))
    assert again == once


def test_what_was_well_before_is_worth_a_look_at_once() -> None:
    """Lines and devices of the site that were not looked at since the line failed; not what failed, nor elsewhere."""
    told = {"roots": ["A1"], "down": {"A1": 0}, "unreachable": {"AS": 1}, "answered": {"A2": 5}}
    assert set(unsettled(incident(told), scene(told, SETTLED, (), over=True))) == {"A3", "AR", "AU"}


def test_every_strength_is_a_clue_with_an_identity() -> None:
    """The tables name the same codes."""
    assert STRENGTHS.keys() - {"trap_power"} <= IDENTITY.keys()
    assert FIRM.keys() <= STRENGTHS.keys()

"""From what was measured to go, caution and no-go; whatever is not known is never go."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inventory.snapshot import Inventory
from netwatch.control.contract import OneOff, Refused, Saw
from netwatch.preflight.contract import BADNESS, Grade, LineSeen, Measured, PathSeen
from netwatch.preflight.judging import judge, path_opinion, paths, verdict
from netwatch.preflight.order import SiteOrder
from netwatch.settings_preflight import PreflightSettings

BOUNDS = PreflightSettings()
GO, CAUTION, NO_GO = Grade
Sites = Callable[[int], Inventory]
Asking = Callable[..., tuple[SiteOrder, ...]]


@pytest.fixture
def order(sites: Sites, asking: Asking) -> SiteOrder:
    """One site."""
    return asking(sites(1))[0]


def path(stream: str = "voice", **other: Any) -> PathSeen:  # noqa: ANN401 - fields of any type
    seen = PathSeen("hop-0", "127.80.0.1", stream, 50, 0.0, 0.02, 0.001, 0.002)
    return replace(seen, **other)


def fact(kind: str, name: str, value: str, reason: str = "as_expected", target: str = "hop-0") -> OneOff:
    place = {"hop-0": "127.80.0.1", "conferencing_endpoint-0": "127.80.0.1", "ups-0": "127.80.0.3"}
    saw = Saw("fact", "", name, value, reason)
    return OneOff(target, kind, "", place[target], 0.1, True, saw=(saw,))


LINE = LineSeen("line-0", "main", 4e6, 1e6, 20_000_000, 10_000_000, 5.0)
MAINS = fact("snmp_scalar", "expected", "yes", target="ups-0")
WELL = Measured(
    (path(), path("video")),
    (LINE,),
    (fact("snmp_scalar", "expected", "yes"), fact("sip_options", "signalling", "yes"), MAINS),
)


def told(order: SiteOrder, measured: Measured) -> dict[str, tuple[Grade, str]]:
    """The worst finding of each area, with its words."""
    found: dict[str, tuple[Grade, str]] = {}
    for one in sorted(judge(order, measured, BOUNDS), key=lambda one: BADNESS[one.grade]):
        found[one.area] = one.grade, str(one.words)
    return found


def test_a_site_with_everything_well_is_go(order: SiteOrder) -> None:
    """A good path, a registered endpoint that takes calls, a free line and mains power should be go."""
    findings = judge(order, WELL, BOUNDS)
    assert verdict(findings) is GO
    assert {one.area for one in findings} == {"path", "voice", "registration", "signalling", "line", "power"}


@pytest.mark.parametrize(
    ("change", "area", "grade", "words"),
    [
        ({"loss": 0.02}, "path", CAUTION, "loss 1 %"),
        ({"loss": 0.04}, "path", NO_GO, "loss 2 %"),
        ({"rtt": 0.2}, "path", CAUTION, "round trip 200.0 ms"),
        ({"rtt": 0.31}, "path", NO_GO, "round trip 310.0 ms"),
        ({"jitter_p95": 0.04}, "path", CAUTION, "jitter 40.0 ms"),
        ({"jitter_p95": 0.06}, "path", NO_GO, "jitter 60.0 ms"),
        ({"loss": 0.06}, "voice", NO_GO, "MOS 1.9"),
        ({"jitter_p95": None}, "path", CAUTION, "too few echoes"),
        ({"fault": "no_route", "rtt": None, "loss": None}, "path", CAUTION, "could not be measured"),
    ],
)
def test_numbers_of_the_path_are_judged(
    order: SiteOrder, change: dict[str, Any], area: str, grade: Grade, words: str
) -> None:
    """Each number beyond its bound should be told with its value; loss counts over both bursts."""
    seen = replace(WELL, paths=(path(**change), path("video", jitter_p95=change.get("jitter_p95", 0.002))))
    findings = [one for one in judge(order, seen, BOUNDS) if one.area == area]
    assert any(one.grade is grade and words in str(one.words) for one in findings)


def test_silence_is_told_apart(order: SiteOrder) -> None:
    """Nobody there and a broken path are no-go; an endpoint that takes calls but no echoes is caution."""
    silent = path(loss=1.0, rtt=None, jitter=None, jitter_p95=None)
    dead = Measured((silent, replace(silent, stream="video")), (LINE,), (MAINS,))
    assert told(order, dead)["path"] == (NO_GO, "none of 100 echoes came back")
    broken = replace(dead, paths=(replace(silent, router="10.9.9.9"),))
    assert told(order, broken)["path"] == (NO_GO, "the path is broken, says the router 10.9.9.9")
    alive = replace(dead, looks=WELL.looks)
    assert told(order, alive)["path"][0] is CAUTION


def test_registration_and_calling_are_judged(order: SiteOrder) -> None:
    """Not registered is no-go; one of two ways of calling is caution, none no-go; what nobody could tell is caution."""
    refused = fact("snmp_scalar", "expected", "no", "not_as_expected")
    sip, h323 = fact("sip_options", "signalling", "no"), fact("h323_port", "signalling", "yes")
    assert told(order, replace(WELL, looks=(refused, MAINS)))["registration"][0] is NO_GO
    assert told(order, replace(WELL, looks=(sip, h323, MAINS)))["signalling"][0] is CAUTION
    assert told(order, replace(WELL, looks=(sip, MAINS)))["signalling"][0] is NO_GO
    unknown = told(order, replace(WELL, looks=(fact("snmp_scalar", "expected", "unknown"), MAINS)))
    assert (unknown["registration"][0], unknown["signalling"][0]) == (CAUTION, CAUTION)


def test_one_registration_is_enough_and_answering_is_none(order: SiteOrder) -> None:
    """Registered by one of its words is registered; answering SIP oneself is not; 480 of a registrar is no-go."""
    no, yes = fact("snmp_equipment", "registration_ok", "no"), fact("xapi_status", "registered", "yes")
    assert told(order, replace(WELL, looks=(no, yes, MAINS)))["registration"][0] is GO
    answers = fact("sip_options", "available", "yes")
    assert told(order, replace(WELL, looks=(answers, MAINS)))["registration"][0] is CAUTION
    refused = fact("sip_options", "available", "no")
    assert told(order, replace(WELL, looks=(refused, MAINS)))["registration"][0] is NO_GO


def test_an_endpoint_at_fault_or_in_a_call_is_caution(order: SiteOrder) -> None:
    """What the codec itself reports, and a call that is under way, should be told."""
    saw = Saw("fact", "", "healthy", "no", "server_fault", "camera not found")
    faulty = replace(MAINS, target="hop-0", address="127.80.0.1", kind="xapi_status", saw=(saw,))
    assert told(order, replace(WELL, looks=(*WELL.looks, faulty)))["endpoint"] == (
        CAUTION,
        "reports a fault of its own: camera not found",
    )
    calling = replace(faulty, saw=(Saw("sample", "", "call_active", "1"),))
    assert told(order, replace(WELL, looks=(*WELL.looks, calling)))["endpoint"][0] is CAUTION
    idle = replace(faulty, saw=(Saw("sample", "", "call_active", "0"),))
    assert "endpoint" not in told(order, replace(WELL, looks=(*WELL.looks, idle)))


@pytest.mark.parametrize(
    ("line", "grade", "words"),
    [
        (replace(LINE, down=18.5e6), GO, "1.5 of 20 Mbit/s free"),
        (replace(LINE, down=19.5e6), CAUTION, "0.5 of 20 Mbit/s free"),
        (replace(LINE, up=12e6), NO_GO, "0 of 10 Mbit/s free"),
        (replace(LINE, up=None), CAUTION, "what runs over the line is not known"),
        (replace(LINE, contracted_up=None), CAUTION, "contracted bandwidth is not known"),
    ],
)
def test_headroom_is_judged(order: SiteOrder, line: LineSeen, grade: Grade, words: str) -> None:
    """The tighter direction counts; without bandwidth or counters the headroom is not known."""
    found = told(order, replace(WELL, lines=(line,)))["line"]
    assert found[0] is grade
    assert words in found[1]


def test_a_ups_on_battery_is_never_go(order: SiteOrder) -> None:
    """Long enough is caution, too short no-go, and so is what nobody knows caution."""
    on_battery = fact("snmp_scalar", "expected", "no", target="ups-0")

    def lasting(minutes: float) -> Grade:
        runtime = Saw("sample", "", "battery_runtime_seconds", str(minutes * 60))
        ups = replace(on_battery, kind="snmp_equipment", saw=(runtime,))
        return told(order, replace(WELL, looks=(on_battery, ups)))["power"][0]

    assert [lasting(120), lasting(30), lasting(5)] == [CAUTION, CAUTION, NO_GO]
    assert told(order, replace(WELL, looks=(on_battery,)))["power"][0] is CAUTION
    assert told(order, replace(WELL, looks=()))["power"][0] is CAUTION


def test_nothing_known_is_caution(order: SiteOrder) -> None:
    """A site of which nothing could be measured should never be go."""
    assert verdict(judge(order, Measured(), BOUNDS)) is CAUTION
    bare = SiteOrder(order.site, (), called=False, lines=(), supplies=())
    found = told(bare, Measured())
    assert set(found) == {"conference", "path", "line"}
    assert {grade for grade, _ in found.values()} == {CAUTION}


@given(st.floats(0, 1), st.floats(0, 5), st.floats(0, 1), st.floats(0, 1), st.floats(0, 5), st.floats(0, 1))
def test_worse_numbers_are_never_judged_better(
    loss: float, rtt: float, jitter: float, more_loss: float, more_rtt: float, more_jitter: float
) -> None:
    """A path with more loss, delay and jitter should have no better verdict and no higher opinion."""

    def of(*numbers: float) -> tuple[int, float]:
        seen = path(loss=min(1.0, numbers[0]), rtt=numbers[1], jitter_p95=numbers[2])
        grades = [BADNESS[one.grade] for one in paths([seen], alive=False, bounds=BOUNDS)]
        return max(grades), -(path_opinion([seen], BOUNDS) or 0)

    here, there = of(loss, rtt, jitter), of(loss + more_loss, rtt + more_rtt, jitter + more_jitter)
    assert there[0] >= here[0]
    assert there[1] >= here[1] - 0.02


def test_names_are_sites_agencies_and_endpoints(sites: Sites, asking: Asking) -> None:
    """Each should lead to its site, once; anything else is refused with its name."""
    inventory = sites(3)
    found = asking(inventory, "xa-1", "ubnd-1", "hop-2")
    assert [order.site.id for order in found] == ["xa-1", "xa-2"]
    assert [seat.item for seat in found[0].seats] == ["hop-1"]
    with pytest.raises(Refused, match="'xa-9' is neither"):
        asking(inventory, "xa-9")
    assert len(asking(inventory)) == 3


def test_bounds_in_the_wrong_order_are_refused() -> None:
    """No-go that begins before caution should be refused with both keys named."""
    for keys in ({"rtt_caution": 0.2, "rtt_no_go": 0.1}, {"opinion_caution": 3.0, "opinion_no_go": 3.5}):
        with pytest.raises(ValidationError) as refused:
            PreflightSettings.model_validate(keys)
        told = str(refused.value.errors()[0]["ctx"])
        assert all(f"preflight.{key}" in told for key in keys)

"""Two communes fall silent at once, one by its power and one by its line, and the daemon finds out which."""

from collections.abc import Iterator
from datetime import UTC, date
from typing import TYPE_CHECKING

import pytest

from inventory.snapshot import Device, Line, OrganisationUnit, Site
from netwatch.availability.contract import Period
from netwatch.clock import HOUR
from netwatch.incidents.contract import Incident
from netwatch.queries.outages import outage_report
from probes.transports.fakes import integer, octets, ticks

if TYPE_CHECKING:
    from conftest import Day, Wire, World

pytestmark = pytest.mark.anyio

SOURCE = "1.3.6.1.2.1.33.1.4.1.0"
UPTIME, NAME = "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.5.0"
CORE, TWO_DAYS, A_MINUTE = "10.0.0.1", 2 * 86_400 * 100, 60 * 100
POWERLESS = {"line": "10.1.0.1", "router": "10.1.0.2", "switch": "10.1.0.3", "ups": "10.1.0.4"}
CUT = {"line": "10.2.0.1", "router": "10.2.0.2", "switch": "10.2.0.3", "ups": "10.2.0.4"}


def commune(name: str, addresses: dict[str, str]) -> Iterator[object]:
    """A site with one line, a router, a switch and a UPS behind it."""
    yield Site(id=name, name=name, organisation_units=("top",))
    above = f"{name}-line"
    yield Line(
        id=above,
        name=above,
        site=name,
        line_class="tslcd_access_2",
        a_device=f"{name}-router",
        b_device="core",
        witness="echo",
        witness_address=addresses["line"],
    )
    for kind in ("router", "switch", "ups"):
        id_ = f"{name}-{kind}"
        yield Device(
            id=id_,
            name=id_,
            site=name,
            kind=kind,
            address=addresses[kind],
            uplinks=(above,),
            core=kind == "router",
            credentials=("public",),
        )
        above = id_


def records() -> Iterator[object]:
    since = date(2025, 7, 1)
    yield OrganisationUnit(
        id="top", name="Tỉnh", level="province", kind="peoples_committee", valid_from=since
    )
    yield Site(id="centre", name="Trung tâm", organisation_units=("top",))
    yield Device(id="core", name="core", site="centre", kind="router", address=CORE, core=True)
    yield from commune("powerless", POWERLESS)
    yield from commune("cut", CUT)


def answer(wire: "Wire", addresses: dict[str, str], uptime: int) -> None:
    """The commune answers; its agents say that they have been running for so long, its UPS draws on the mains."""
    wire.icmp.living(addresses.values())
    for kind in ("router", "switch", "ups"):
        values = wire.snmp.agent(addresses[kind]).values
        values |= {UPTIME: ticks(uptime), NAME: octets(kind)}
        if kind == "ups":
            values[SOURCE] = integer(3)


def blamed(day: "Day", root: str) -> Incident:
    found = [it for it in day.daemon.desk.view.incidents.values() if root in it.roots]
    return found[-1]


def told(day: "Day", root: str) -> tuple[str, str, set[str]]:
    """Cause, confidence and the codes of the clues."""
    blame = blamed(day, root).blame
    return str(blame.cause), str(blame.confidence), {clue.code for clue in blame.clues}


def put_down(day: "Day") -> dict[str, list[str]]:
    """Whose the outages of lines were, part by part."""
    now = day.clock.now()
    report = outage_report(day.store, "", Period(now - HOUR, now, "today"), UTC, now)
    return {
        line.id: [str(part.attribution.party) for one in line.outages for part in one.parts]
        for line in report.lines
    }


async def test_power_and_line_are_told_apart_as_far_as_can_be_known(
    database_url: str, make_world: "type[World]"
) -> None:
    """The UPS on battery tells power at once, a single line tells nothing; uptimes confirm both, over a kill -9."""
    world = make_world(database_url, records=tuple(records()))
    world.plant()
    wire = world.wire
    wire.icmp.living([CORE])
    answer(wire, POWERLESS, TWO_DAYS)
    answer(wire, CUT, TWO_DAYS)
    async with world.day(orderly=False) as day:
        await day.wait(150)
        wire.set(POWERLESS["ups"], SOURCE, 5)
        await day.wait(62)
        assert day.now("powerless-ups") == "degraded on_battery"
        wire.silence(*POWERLESS.values(), *CUT.values())
        await day.wait(100)
        dark = {"whole_site_dark", "only_one_line"}
        assert told(day, "powerless-line") == ("power", "likely", {"ups_on_battery", *dark})
        assert told(day, "cut-line") == ("undecided", "none", dark)
    async with world.day() as day:
        await day.wait(60)
        assert told(day, "powerless-line") == ("power", "likely", {"ups_on_battery", *dark})
        answer(wire, POWERLESS, A_MINUTE // 6)
        answer(wire, CUT, TWO_DAYS)
        await day.wait(200)
        assert told(day, "powerless-line") == ("power", "confirmed", {"ups_on_battery", "restarted", *dark})
        assert told(day, "cut-line") == ("line", "confirmed", {"ran_on", *dark})
        assert blamed(day, "cut-line").closed is not None
        # Nobody looked between the two runs of the daemon: two outages, of which one incident tells.
        assert put_down(day) == {"powerless-line": ["own_power"] * 2, "cut-line": ["provider"] * 2}

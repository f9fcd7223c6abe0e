"""Measuring many sites at once, with fakes: what is asked, how long it takes, what a dead site costs the others."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inventory.snapshot import Inventory
from netwatch.preflight.contract import Grade, SiteReport
from netwatch.preflight.evidence import keep, kept
from netwatch.preflight.order import SiteOrder
from netwatch.preflight.rounds import Means, examine
from netwatch.settings_preflight import PreflightSettings
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store
from probes.contract import Target
from probes.kit import Kit
from probes.registry import probes
from probes.transports.errors import NoRoute, Silent
from probes.transports.fakes import FakeIcmp, FakeSnmp, counter64, gauge32, integer, octets, ticks
from probes.transports.icmp.contract import Burst
from probes.transports.snmp.contract import Answer, Table

Sites = Callable[[int], Inventory]
Asking = Callable[..., tuple[SiteOrder, ...]]
Jumping = Callable[..., Any]
RATE = 2000.0
PROBES = probes()


async def passing(seconds: float) -> None:
    """So much time passes, of that which jumps."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_later(seconds, over.set_result, None)
    await over


@dataclass
class PacedIcmp(FakeIcmp):
    """Echoes take the time they take: all share a rate, each burst its spacing, silence its wait."""

    free: float = 0.0
    sizes: list[tuple[int, int]] = field(default_factory=list)

    async def burst(self, address: str, **how: Any) -> Burst:  # noqa: ANN401 - as Icmp.burst
        """As `Icmp.burst`."""
        loop = asyncio.get_running_loop()
        self.sizes.append((how["size"], how["tos"]))
        self.free = max(loop.time(), self.free) + how["count"] / RATE
        sent = max(self.free, loop.time() + how["count"] * how["spacing"])
        found = await super().burst(address, **how)
        await passing(sent - loop.time() + (how["wait"] if found.loss else 0.0))
        return found


@dataclass
class HangingSnmp(FakeSnmp):
    """Agents that are not there take all the time there is, as silent ones do."""

    async def get(self, target: Target, oids: Any, *, until: float | None = None) -> Answer:  # noqa: ANN401
        """As `Snmp.get`."""
        answer: Answer = await self._patient(super().get(target, oids, until=until), until)
        return answer

    async def walk(self, target: Target, columns: Any, *, until: float | None = None) -> Table:  # noqa: ANN401
        """As `Snmp.walk`."""
        table: Table = await self._patient(super().walk(target, columns, until=until), until)
        return table

    async def _patient(self, asked: Any, until: float | None) -> Any:  # noqa: ANN401
        try:
            return await asked
        except Silent:
            await passing(max(0.0, (until or 0.0) - asyncio.get_running_loop().time()))
            raise


def agents(snmp: FakeSnmp, order: SiteOrder, octets_in: Callable[[], int]) -> None:
    """Let the endpoint be registered, the UPS on mains, and the router count."""
    endpoint = order.seats[0].address
    snmp.agent(endpoint).values["1.3.6.1.4.1.99999.1.0"] = integer(1)
    ups = order.supplies[0][0].address
    snmp.agent(ups).values["1.3.6.1.2.1.33.1.4.1.0"] = integer(3)
    check = order.lines[0].check
    assert check is not None
    router, column = snmp.agent(check.address), "1.3.6.1.2.1.31.1.1.1"
    router.values |= {
        "1.3.6.1.2.1.1.3.0": ticks(100_000),
        "1.3.6.1.2.1.2.2.1.2.1": octets("wan"),
        "1.3.6.1.2.1.2.2.1.8.1": integer(1),
        "1.3.6.1.2.1.2.2.1.7.1": integer(1),
        f"{column}.1.1": octets("wan"),
        f"{column}.15.1": gauge32(100),
        f"{column}.6.1": counter64(octets_in()),
        f"{column}.10.1": counter64(5_000),
    }


async def silently(*_: object) -> None:
    """Nobody watches."""


def means(kit: Kit, bounds: PreflightSettings | None = None) -> Means:
    return Means(kit, PROBES, bounds or PreflightSettings(), lambda: 1_795_410_000_000_000)


def test_a_hundred_sites_take_less_than_fifteen_seconds(
    sites: Sites, asking: Asking, jumping: Jumping
) -> None:
    """At the default pace of echoes, with one site dead and another's agents hanging, all should be told in time."""
    wanted = asking(sites(100))

    async def work() -> tuple[tuple[SiteReport, ...], float, list[int], PacedIcmp]:
        loop, icmp, snmp = asyncio.get_running_loop(), PacedIcmp(), HangingSnmp()
        for order in wanted[1:]:
            icmp.living([order.seats[0].address])
        for order in wanted[2:]:
            agents(snmp, order, lambda: 1000)
        began, seen = loop.time(), []

        async def tell(done: int, total: int, _: str) -> None:
            assert total == 100
            seen.append(done)

        reports = await examine(wanted, means(Kit(icmp, snmp, loop.time)), tell)
        return reports, loop.time() - began, seen, icmp

    reports, took, seen, icmp = jumping(work)
    assert took <= 15.0
    assert seen == list(range(1, 101))
    assert [report.site for report in reports] == [order.site.id for order in wanted]
    assert reports[0].verdict is Grade.NO_GO
    assert {report.verdict for report in reports[1:]} == {
        Grade.CAUTION
    }  # nobody knows whether they take calls
    assert max(report.took for report in reports[2:]) < 11.0
    assert set(icmp.sizes) == {(200, 46 << 2), (1000, 34 << 2)}


def test_a_line_is_read_twice(sites: Sites, asking: Asking, jumping: Jumping) -> None:
    """What its counters grew by between two readings should be its use, towards the site as received."""
    (order,) = asking(sites(1))

    async def work() -> tuple[SiteReport, ...]:
        loop, icmp, snmp = asyncio.get_running_loop(), FakeIcmp(), FakeSnmp()
        icmp.living([order.seats[0].address])
        began = loop.time()
        agents(snmp, order, lambda: 1000)

        async def pause(seconds: float) -> None:
            await passing(seconds)
            agents(snmp, order, lambda: 1000 + round(250_000 * (loop.time() - began)))

        return await examine(
            (order,),
            Means(Kit(icmp, snmp, loop.time), PROBES, PreflightSettings(), lambda: 0, pause),
            silently,
        )

    (report,) = jumping(work)
    (line,) = report.measured.lines
    assert line.down == pytest.approx(2e6, rel=0.01)
    assert line.up == 0.0
    assert {finding.area: finding.grade for finding in report.findings if finding.area != "signalling"} == {
        "path": Grade.GO,
        "voice": Grade.GO,
        "registration": Grade.GO,
        "line": Grade.GO,
        "power": Grade.GO,
    }
    assert report.opinion == pytest.approx(4.4, abs=0.05)


def test_our_own_faults_are_nobody_elses(sites: Sites, asking: Asking, jumping: Jumping) -> None:
    """A machine without route should say so of each site, as caution, and raise nothing."""
    (order,) = asking(sites(1))

    async def work() -> tuple[SiteReport, ...]:
        icmp = FakeIcmp({order.seats[0].address: NoRoute("ENETUNREACH")})
        kit = Kit(icmp, FakeSnmp(), asyncio.get_running_loop().time)
        return await examine((order,), means(kit), silently)

    (report,) = jumping(work)
    assert [path.fault for path in report.measured.paths] == ["no_route", "no_route"]
    assert report.verdict is Grade.CAUTION
    assert report.opinion is None


def test_what_was_found_is_kept_whole(sites: Sites, asking: Asking, jumping: Jumping, tmp_path: Path) -> None:
    """A report should come back from the database as it went in, newest first, by site, with who asked."""
    wanted = asking(sites(2))

    async def work() -> tuple[SiteReport, ...]:
        kit = Kit(FakeIcmp(), FakeSnmp(), asyncio.get_running_loop().time)
        return await examine(wanted, means(kit), silently)

    reports = jumping(work)
    store = open_store(f"sqlite:///{tmp_path}/a.db", Holder("here", 1, 0, "0"))
    try:
        keep(store.engine, reports, author="lan", at=1)
        found = kept(store.engine, (), 10)
        assert [one.report for one in found] == list(reversed(reports))
        assert {one.author for one in found} == {"lan"}
        assert [one.report.site for one in kept(store.engine, ("xa-0",), 10)] == ["xa-0"]
        assert len(kept(store.engine, (), 1)) == 1
    finally:
        store.close()

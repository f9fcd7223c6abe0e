"""A preflight of a hundred sites, each with an endpoint, a router of 48 ports whose line is counted, and a silent UPS.

Real echoes and SNMP on the loopback interface at the shipped settings; nobody else does this, so seconds are told.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.farm import COMMUNITY, SILENT, address, farm, port_name
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, Site
from netwatch.clock import MINUTE
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.preflight.contract import SiteReport
from netwatch.preflight.order import orders
from netwatch.preflight.rounds import Means, examine
from netwatch.settings_preflight import PreflightSettings
from probes.kit import KitSettings, open_kit
from probes.registry import probes
from probes.secret import Secret

_PORTS = 48
_MOST_SECONDS = 15.0


@contextmanager
def _routers(_: Size) -> Iterator[str]:
    with farm(_PORTS) as port:
        yield port


def _province(count: int, port: int) -> Inventory:
    sites, devices, endpoints, lines = {}, {}, {}, {}
    for place in range(count):
        name = f"site-{place}"
        sites[name] = Site(id=name, name=name, organisation_units=("o",))
        hosts = {
            "conferencing_endpoint": address(3 * place),
            "router": address(3 * place + 1),
            "ups": f"127.{SILENT}.{place // 250}.{place % 250 + 1}",
        }
        for kind, host in hosts.items():
            device = f"{kind}-{place}"
            devices[device] = Device(
                id=device,
                name=device,
                site=name,
                kind=kind,
                address=host,
                snmp_port=port,
                credentials=("farm",),
            )
        endpoint = f"endpoint-{place}"
        endpoints[endpoint] = ConferencingEndpoint(
            id=endpoint, name=endpoint, device=f"conferencing_endpoint-{place}"
        )
        lines[f"line-{place}"] = Line(
            id=f"line-{place}",
            name="line",
            site=name,
            line_class="tslcd_access_2",
            a_device=f"router-{place}",
            a_interface=port_name(1),
            bandwidth_down=10**8,
            bandwidth_up=10**8,
        )
    return Inventory({"site": sites, "device": devices, "conferencing_endpoint": endpoints, "line": lines})


async def _nobody(*_: object) -> None:
    """Nobody watches."""


async def _examined(size: Size, port: int) -> tuple[SiteReport, ...]:
    inventory = _province(size.count, port)
    pace = PlanSettings(
        MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, credentials=frozenset({"farm"})
    )
    wanted = orders(inventory, plan(inventory, pace, 1).checks.values(), (), everything=True)
    async with open_kit(KitSettings(), lambda _: Secret("snmp_v2c", {"community": COMMUNITY})) as kit:
        return await examine(wanted, Means(kit, probes(), _bounds(size), lambda: 0), _nobody)


def _bounds(size: Size) -> PreflightSettings:
    """As shipped; a tiny run gives a site less time."""
    if not size.seconds:
        return PreflightSettings()
    return PreflightSettings(echoes=5, counter_seconds=1.0, most_seconds=size.seconds)


def ours(size: Size, port: str) -> Values:
    """Seconds until all is told, and CPU seconds of them; paths and lines must have been measured."""
    began, used = time.monotonic(), time.process_time()
    reports = asyncio.run(_examined(size, int(port)))
    took, used = time.monotonic() - began, time.process_time() - used
    mute = sum(path.rtt is None for report in reports for path in report.measured.paths)
    unread = sum(line.down is None for report in reports for line in report.measured.lines)
    # A machine busy with other things may be late for some, never for a tenth.
    if max(unread, mute) > max(1, len(reports) // 10):
        raise RuntimeError(f"{unread} lines were not read, {mute} bursts brought nothing back")
    return took, used


PREFLIGHT = Benchmark(
    name="preflight",
    question="How long does a preflight of a hundred sites take?",
    units=("s", "CPU s"),
    contenders=(Contender(OURS, ours),),
    size=Size(100),
    tiny=Size(3, 6.0),
    surroundings=_routers,
    runs=3,
    limits=(_MOST_SECONDS,),
)

"""What devices that misbehave cost those that do not: 1 % of them hang, 1 % answer after four seconds, one repeats its
last answer 5,000 times a second, one sends 60 kB of garbage a second.

The collector, the probes and the engines are the daemon's, in a process of their own; nothing is stored or judged, so
nobody is spared for not answering.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.cases.icmp import no_echoes
from benchmarks.farm import BABBLING, COMMUNITY, FLOODING, SILENT, SLOW, address, farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.native import lacking
from benchmarks.province import CREDENTIALS, PORTS, switches
from inventory.snapshot import Device, gather, kind_of
from netwatch.bus.local import LocalBus
from netwatch.check import Check, Observation
from netwatch.clock import SECOND, Clock, SystemClock
from netwatch.collect import Collector, Look
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from netwatch.reload import fitted
from netwatch.schedule import LATE_SHARE, phase
from netwatch.translate import to_probes
from netwatch.translate.from_probes import observation
from probes.contract import Params
from probes.kit import Kit, KitSettings, open_kit
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret

INTERVAL = 10.0
CONCURRENCY = 500
# Of so many devices the first hangs and the second is slow.
_EACH = 100


def behaviour(place: int, devices: int) -> int:
    """The second octet of a device's address that says how it misbehaves; 0 for a healthy one."""
    if place == devices - 1:
        return FLOODING
    if place == devices - 2:
        return BABBLING
    return {0: SILENT, 1: SLOW}.get(place % _EACH, 0)


def _devices(devices: int, port: int) -> Iterator[Any]:
    for record in switches(devices, port, 0):
        place = int(record.id[1:]) if isinstance(record, Device) else 0
        octet = behaviour(place, devices) if isinstance(record, Device) else 0
        here = address(place).split(".")
        yield replace(record, address=".".join([here[0], str(octet), *here[2:]])) if octet else record


@dataclass(slots=True)
class Watch:
    """Which looks at healthy devices were made, and which of them were in time and told something."""

    healthy: frozenset[str]
    rounds: set[tuple[str, int]] = field(default_factory=set)
    looks: int = 0

    def note(self, check: Check, seen: Observation) -> None:
        """Count a look; it belongs to the moment of the check's rhythm before it."""
        self.looks += 1
        behind = (seen.at - phase(check.id, check.interval)) % check.interval
        if check.device in self.healthy and seen.reason is None and behind <= check.interval * LATE_SHARE:
            self.rounds.add((check.id, seen.at - behind))

    def share(self, checks: Mapping[str, Check], start: int, end: int) -> float:
        """The share of all moments at which a look was due in [start, end) that were kept."""
        due = sum(
            len(
                range(start + (phase(check.id, check.interval) - start) % check.interval, end, check.interval)
            )
            for check in checks.values()
            if check.device in self.healthy
        )
        return sum(start <= at < end for _, at in self.rounds) / due


def measure(size: Size, port: str) -> Values:
    """The share of healthy devices' looks that were in time over so many seconds, and what it cost."""
    inventory = gather(((kind_of(each), each) for each in _devices(size.count, int(port))), None)
    pace = round(max(1.0, min(INTERVAL, size.seconds)) * SECOND)
    made = plan(inventory, PlanSettings(*(pace,) * 7, credentials=frozenset({CREDENTIALS})), 1)
    healthy = frozenset(f"D{place}" for place in range(size.count) if not behaviour(place, size.count))
    return asyncio.run(_watched(made, Watch(healthy), pace, size.seconds))


async def _watched(made: Plan, watch: Watch, pace: int, seconds: float) -> Values:
    secret = Secret("snmp_v2c", {"community": COMMUNITY})
    clock, bus = SystemClock(), LocalBus()
    async with open_kit(KitSettings(), lambda _: secret) as kit, asyncio.TaskGroup() as tasks:
        collector = Collector(bus, clock, _looking(made, kit, clock, watch), CONCURRENCY)
        collector.adopt(made.checks, CONCURRENCY)
        work = [tasks.create_task(collector.run()), tasks.create_task(_consume(bus))]
        start = clock.now() + pace
        end = start + round(seconds * SECOND)
        await clock.sleep_until(start)
        used, looks = time.process_time(), watch.looks
        # Whoever is in time has been looked at by then, and those who take long have had their deadline.
        await clock.sleep_until(end + pace)
        used, looks = time.process_time() - used, watch.looks - looks
        for task in work:
            task.cancel()
    elapsed = (end + pace - start) / SECOND
    return watch.share(made.checks, start, end), looks / elapsed, used / elapsed


def _looking(made: Plan, kit: Kit, clock: Clock, watch: Watch) -> Look:
    kinds = probes()
    given: Mapping[str, Params] = fitted(made, kinds)

    async def look(check: Check) -> Observation:
        at, seconds = clock.now(), check.deadline / SECOND
        probe = kinds[check.kind]
        target = to_probes.target(check)
        seen = await run_look(probe, target, given[check.id], kit, seconds, clock.monotonic)
        told = observation(check, probe, seen, at, watch.looks, 1)
        watch.note(check, told)
        return told

    return look


async def _consume(bus: LocalBus) -> None:
    async for batch in bus.batches():
        await bus.acknowledge(batch)


def _farm(_: Size) -> AbstractContextManager[str]:
    return farm(PORTS)


FAIRNESS = Benchmark(
    name="fairness",
    question="Are looks at healthy devices in time while 2 % hang or are slow and two flood the daemon?",
    units=("share of healthy devices' looks in time", "looks/s", "cores"),
    contenders=(Contender(OURS, measure, lacking=lambda: no_echoes() or lacking("farm")),),
    size=Size(1_000, 60.0),
    tiny=Size(102, 1.0),
    surroundings=_farm,
    runs=3,
)

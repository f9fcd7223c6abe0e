"""Who makes the looks: the daemon itself, or worker processes (`netwatch.workers.crew`). Both have the same face."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from netwatch.bus.contract import Bus
from netwatch.check import Check
from netwatch.clock import Clock
from netwatch.collect import Collector
from netwatch.looking import Looker
from netwatch.settings_sections import Settings
from probes.contract import Params, Probe
from probes.kit import Kit

# What a kit says about itself when all is well. A small buffer hurts only hundreds of devices; the doctor tells of it.
ROUTINE = frozenset({"icmp.mode", "icmp.simulated", "socket.buffer"})


@dataclass(slots=True)
class Tally:
    """What pollers have counted since they started.

    `groups`: looks by outcome, unknown looks by reason, rounds (late, skipped), transport events, strays (datagrams
    that answer nothing, by sender); `overdue` is by how much the most overdue look is late, microseconds.
    """

    groups: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"looks": {}, "unknown": {}, "rounds": {}, "transport": {}, "strays": {}}
    )
    under_way: int = 0
    overdue: int = 0

    def add(self, groups: Mapping[str, Mapping[str, int]]) -> None:
        """Add what another has counted."""
        for group, counts in groups.items():
            known = self.groups.setdefault(group, {})
            for name, count in counts.items():
                known[name] = known.get(name, 0) + count


def summed(tallies: Iterable[Tally]) -> Tally:
    """The sum of several."""
    total = Tally()
    for tally in tallies:
        total.add(tally.groups)
        total.under_way += tally.under_way
        total.overdue = max(total.overdue, tally.overdue)
    return total


class Poller(Protocol):
    """Makes the looks of a plan and publishes what they saw on the bus."""

    def adopt(
        self, revision: int, checks: Mapping[str, Check], params: Mapping[str, Params], most: int
    ) -> None:
        """Take over a plan, and how many looks may be under way at once."""

    def renew(self, settings: Settings) -> None:
        """The settings were read again: credentials may be others now."""

    def forgive(self) -> None:
        """The clock was set forward or the machine slept: what became due meanwhile is not late."""

    def tally(self) -> Tally:
        """What was counted since the daemon started."""

    async def run(self) -> None:
        """Look for ever; cancelling ends the looks under way."""


class OwnPoller:
    """Makes the looks in this process, with transports that somebody else opens and renews."""

    def __init__(self, bus: Bus, clock: Clock, probes: Mapping[str, Probe], kit: Kit) -> None:
        self._clock, self._kit = clock, kit
        self._looker = Looker(probes, kit, clock)
        self._collector = Collector(bus, clock, self._looker.look, 1)

    def adopt(
        self, revision: int, checks: Mapping[str, Check], params: Mapping[str, Params], most: int
    ) -> None:
        """As `Poller.adopt`."""
        self._looker.adopt(revision, checks, params)
        self._collector.adopt(checks, most)

    def renew(self, settings: Settings) -> None:
        """As `Poller.renew`: nothing to do, the transports are renewed by their owner."""

    def forgive(self) -> None:
        """As `Poller.forgive`."""
        self._collector.forgive()

    def tally(self) -> Tally:
        """As `Poller.tally`."""
        schedule, counts = self._collector.schedule, self._collector.counts
        groups = {
            "looks": dict(counts.looks),
            "unknown": dict(counts.unknown),
            "rounds": {"late": schedule.late, "skipped": schedule.skipped},
            "transport": self._kit.counts(),
            "strays": dict(self._kit.snmp.strays()),
        }
        return Tally(groups, self._collector.under_way, schedule.overdue(self._clock.now()))

    async def run(self) -> None:
        """As `Poller.run`."""
        await self._collector.run()


def tally_to_json(tally: Tally) -> dict[str, Any]:
    """A tally as JSON can carry it."""
    return {"groups": tally.groups, "under_way": tally.under_way, "overdue": tally.overdue}


def tally_from_json(content: Mapping[str, Any]) -> Tally:
    """A tally as it was sent; raises LookupError and TypeError when it is none."""
    return Tally(content["groups"], content["under_way"], content["overdue"])

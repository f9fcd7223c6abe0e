"""What probe kinds work with: the transports, the counters' memory, and until when a look may wait."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

from probes.contract import Target
from probes.messages import Message
from probes.ports.memory import PortBook
from probes.secret import ResolveSecret
from probes.transports.icmp.contract import Burst, Icmp
from probes.transports.icmp.engine import open_icmp
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import Answer, Question, Snmp, Table, Values


@dataclass(frozen=True, slots=True)
class KitSettings:
    """How the transports are set up.

    `icmp_rate` is packets per second over all targets; `simulated_responder` (address, port) sends echoes there instead
    of to the network. The receive buffer named in `snmp` is asked of every socket.
    """

    icmp_rate: float = 2000.0
    simulated_responder: tuple[str, int] | None = None
    snmp: SnmpOptions = field(default_factory=SnmpOptions)


class Bugs:
    """Faults of our own: how often each probe failed by one, and at which places, so that each is logged once."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._places: set[tuple[str, str]] = set()

    def add(self, probe: str, place: str) -> bool:
        """Count a fault; True when this probe has not failed at this place before."""
        self.counts[probe] = self.counts.get(probe, 0) + 1
        new = (probe, place) not in self._places
        self._places.add((probe, place))
        return new


@dataclass(frozen=True, slots=True)
class Kit:
    """Transports as a look uses them. `monotonic` is seconds; `until` the moment at which waiting must end.

    `remarks` are what an operator should know about how the transports were opened.
    """

    icmp: Icmp
    snmp: Snmp
    monotonic: Callable[[], float]
    until: float = inf
    counters: PortBook = field(default_factory=PortBook)
    bugs: Bugs = field(default_factory=Bugs)
    remarks: tuple[Message, ...] = ()

    def until_at(self, until: float) -> "Kit":
        """The same kit with a moment at which waiting must end."""
        # Field by field: this is done for every look, and `replace` takes several times as long.
        return Kit(self.icmp, self.snmp, self.monotonic, until, self.counters, self.bugs, self.remarks)

    async def burst(self, address: str, *, count: int, spacing: float, size: int, wait: float) -> Burst:
        """Send echoes; see `Icmp.burst`."""
        return await self.icmp.burst(
            address, count=count, spacing=spacing, size=size, wait=wait, until=self.until
        )

    async def get(self, target: Target, oids: Sequence[str]) -> Answer:
        """Ask for SNMP scalars; see `Snmp.get`."""
        return await self.snmp.get(target, oids, until=self.until)

    async def ask(self, target: Target, wanted: Question) -> Values:
        """Ask for known instances; see `Snmp.ask`."""
        return await self.snmp.ask(target, wanted, until=self.until)

    async def walk(self, target: Target, columns: Sequence[str]) -> Table:
        """Ask for SNMP columns; see `Snmp.walk`."""
        return await self.snmp.walk(target, columns, until=self.until)

    def counts(self) -> dict[str, int]:
        """Everything the transports have counted, what was odd about counters, and `bugs`."""
        bugs = sum(self.bugs.counts.values())
        return {**self.icmp.counts(), **self.snmp.counts(), **self.counters.counts(), "bugs": bugs}


@asynccontextmanager
async def open_kit(
    settings: KitSettings, resolve_secret: ResolveSecret, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Kit]:
    """Open all transports and close them at the end; `remarks` tell what could not be had. Never raises for that."""
    buffer_bytes = settings.snmp.receive_buffer_bytes
    with (
        open_icmp(buffer_bytes, settings.icmp_rate, settings.simulated_responder) as icmp,
        open_snmp(settings.snmp, resolve_secret) as snmp,
    ):
        yield Kit(icmp=icmp, snmp=snmp, monotonic=monotonic, remarks=(*icmp.remarks, *snmp.remarks))

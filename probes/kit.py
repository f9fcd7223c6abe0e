"""What probe kinds work with: the transports, the counters' memory, and until when a look may wait."""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from math import inf

from probes.contract import Target
from probes.equipment.memory import EquipmentBook
from probes.login import Login
from probes.messages import Message
from probes.ports.memory import PortBook
from probes.secret import ResolveSecret, logins, no_secret
from probes.transports.datagrams.contract import Datagram, Datagrams
from probes.transports.datagrams.engine import UdpDatagrams
from probes.transports.datagrams.fake import FakeDatagrams
from probes.transports.icmp.contract import Burst, Icmp
from probes.transports.icmp.engine import open_icmp
from probes.transports.modbus.contract import Modbus, ModbusAnswer, ModbusQuestion
from probes.transports.modbus.engine import TcpModbus
from probes.transports.modbus.fake import FakeModbus
from probes.transports.names.contract import DnsAnswer, Names
from probes.transports.names.contract import Question as NameQuestion
from probes.transports.names.engine import DnsNames, NameOptions
from probes.transports.names.fake import FakeNames
from probes.transports.permits import MOST, Permits
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import Answer, Question, Snmp, Table, Values
from probes.transports.streams.contract import Before, Stream, Streams, Tls
from probes.transports.streams.engine import StreamOptions, TcpStreams
from probes.transports.streams.engine import remarks as stream_remarks
from probes.transports.streams.fake import FakeStreams
from probes.transports.web.contract import Request, Response, Web
from probes.transports.web.engine import H11Web
from probes.transports.web.fake import FakeWeb


@dataclass(frozen=True, slots=True)
class KitSettings:
    """How the transports are set up.

    `icmp_rate` is packets per second over all targets; `simulated_responder` (address, port) sends echoes there instead
    of to the network. The receive buffer named in `snmp` is asked of every socket. `profiles` is the folder
    with the user's own profiles of equipment ('': none). `connections` is how many TCP connections and sockets for
    single conversations may be open at once; `authorities` a PEM file of authorities trusted beside the system's.
    """

    icmp_rate: float = 2000.0
    simulated_responder: tuple[str, int] | None = None
    snmp: SnmpOptions = field(default_factory=SnmpOptions)
    profiles: str = ""
    connections: int = MOST
    authorities: str = ""


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

    `wall` is seconds since 1970, for what the calendar turns. `remarks` are what an operator should know about how the
    transports were opened.
    """

    icmp: Icmp
    snmp: Snmp
    monotonic: Callable[[], float]
    until: float = inf
    counters: PortBook = field(default_factory=PortBook)
    equipment: EquipmentBook = field(default_factory=EquipmentBook)
    bugs: Bugs = field(default_factory=Bugs)
    remarks: tuple[Message, ...] = ()
    streams: Streams = field(default_factory=FakeStreams)
    datagrams: Datagrams = field(default_factory=FakeDatagrams)
    names: Names = field(default_factory=FakeNames)
    modbus: Modbus = field(default_factory=FakeModbus)
    web: Web = field(default_factory=FakeWeb)
    find_secret: ResolveSecret = no_secret
    wall: Callable[[], float] = time.time

    def until_at(self, until: float) -> "Kit":
        """The same kit with a moment at which waiting must end."""
        # Field by field: this is done for every look, and `replace` takes several times as long.
        return Kit(
            self.icmp,
            self.snmp,
            self.monotonic,
            until,
            self.counters,
            self.equipment,
            self.bugs,
            self.remarks,
            self.streams,
            self.datagrams,
            self.names,
            self.modbus,
            self.web,
            self.find_secret,
            self.wall,
        )

    async def burst(
        self, address: str, *, count: int, spacing: float, size: int, wait: float, tos: int = 0
    ) -> Burst:
        """Send echoes; see `Icmp.burst`."""
        return await self.icmp.burst(
            address, count=count, spacing=spacing, size=size, wait=wait, until=self.until, tos=tos
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

    def stream(
        self, address: str, port: int, tls: Tls | None = None, before: Before | None = None
    ) -> AbstractAsyncContextManager[Stream]:
        """A conversation over TCP or TLS; see `Streams.open`."""
        return self.streams.open(address, port, tls=tls, before=before, until=self.until)

    def datagram(self, address: str, port: int) -> AbstractAsyncContextManager[Datagram]:
        """A socket for datagrams towards one target; see `Datagrams.open`."""
        return self.datagrams.open(address, port, until=self.until)

    async def query(self, address: str, question: NameQuestion) -> DnsAnswer:
        """Ask a name server; see `Names.query`."""
        return await self.names.query(address, question, until=self.until)

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The addresses of a host; see `Names.resolve`."""
        return await self.names.resolve(host, until=self.until)

    async def fetch(self, address: str, request: Request) -> Response:
        """Ask a web server; see `Web.fetch`."""
        return await self.web.fetch(address, request, until=self.until)

    async def registers(self, address: str, port: int, question: ModbusQuestion) -> ModbusAnswer:
        """Ask a device that speaks Modbus; see `Modbus.read`."""
        return await self.modbus.read(address, port, question, until=self.until)

    def logins(self, target: Target) -> tuple[Login, ...]:
        """The target's users and passwords, in its order; raises LocalFault when one cannot be read."""
        return logins(target.credentials, self.find_secret)

    def nonce(self) -> str:
        """A number drawn anew, by which what answers a challenge cannot be used twice."""
        return secrets.token_hex(16)

    def counts(self) -> dict[str, int]:
        """Everything the transports have counted, what was odd about counters, and `bugs`."""
        bugs = sum(self.bugs.counts.values())
        counted = (
            self.icmp,
            self.snmp,
            self.counters,
            self.equipment,
            self.streams,
            self.datagrams,
            self.names,
            self.web,
        )
        return {name: number for one in counted for name, number in one.counts().items()} | {"bugs": bugs}


@asynccontextmanager
async def open_kit(
    settings: KitSettings,
    resolve_secret: ResolveSecret,
    monotonic: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> AsyncIterator[Kit]:
    """Open all transports and close them at the end; `remarks` tell what could not be had. Never raises for that.

    `wall` is seconds since 1970, for what is left of certificates.
    """
    permits, options = Permits(settings.connections), StreamOptions(settings.authorities)
    streams = TcpStreams(options, permits, wall)
    datagrams = UdpDatagrams(permits)
    names = DnsNames(NameOptions(), datagrams, streams)
    buffer_bytes = settings.snmp.receive_buffer_bytes
    with (
        open_icmp(buffer_bytes, settings.icmp_rate, settings.simulated_responder) as icmp,
        open_snmp(settings.snmp, resolve_secret) as snmp,
    ):
        yield Kit(
            icmp=icmp,
            snmp=snmp,
            monotonic=monotonic,
            equipment=EquipmentBook(settings.profiles),
            remarks=(*icmp.remarks, *snmp.remarks, *stream_remarks(options)),
            streams=streams,
            datagrams=datagrams,
            names=names,
            web=H11Web(streams, names),
            modbus=TcpModbus(streams),
            find_secret=resolve_secret,
            wall=wall,
        )

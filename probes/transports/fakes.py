"""Fakes of the transports: scripted answers, no sockets, no time. Kinds and the daemon are tested with these."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from select import POLLERR, POLLIN

from probes.contract import Target
from probes.transports.errors import BadAnswer, Silent, TransportError
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.icmp.wire import EchoError, Packets, Reply
from probes.transports.snmp.ber import Binding, Response, arcs, encode_oid
from probes.transports.snmp.contract import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB_VIEW,
    GAUGE32,
    INTEGER,
    NO_SUCH_INSTANCE,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    TIME_TICKS,
    Answer,
    Manners,
    Question,
    Table,
    Value,
    Values,
)
from probes.transports.snmp.walk import Walk
from probes.transports.sockets import SocketAddress


def integer(value: int) -> Value:
    """An INTEGER."""
    return INTEGER, value


def octets(value: str | bytes) -> Value:
    """An OCTET STRING."""
    return OCTET_STRING, value.encode() if isinstance(value, str) else value


def counter32(value: int) -> Value:
    """A Counter32."""
    return COUNTER32, value % 2**32


def counter64(value: int) -> Value:
    """A Counter64."""
    return COUNTER64, value % 2**64


def gauge32(value: int) -> Value:
    """A Gauge32."""
    return GAUGE32, value


def ticks(value: int) -> Value:
    """TimeTicks, hundredths of a second."""
    return TIME_TICKS, value % 2**32


def object_identifier(oid: str) -> Value:
    """An OBJECT IDENTIFIER."""
    return OBJECT_IDENTIFIER, encode_oid(oid)


class FakeAgent:
    """An agent's values by dotted OID. Change `values` at will; a `fault` is raised instead of any answer.

    `walk_fault` is raised only once a walk has read `walk_pages` pages, which makes it partial.
    """

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self.values: dict[str, Value] = dict(values or {})
        self.fault: TransportError | None = None
        self.walk_fault: TransportError | None = None
        self.walk_pages = 0
        self.error_status = 0

    def page(self, cursors: Sequence[bytes], repetitions: int) -> Response:
        """What an agent answers to a GetBulk."""
        ordered = sorted(
            (arcs(encode_oid(oid)), encode_oid(oid), value) for oid, value in self.values.items()
        )
        keys = [key for key, _, _ in ordered]
        places = [bisect_right(keys, arcs(cursor)) for cursor in cursors]
        bindings: list[Binding] = []
        for step in range(repetitions):
            for cursor, place in zip(cursors, places, strict=True):
                at = place + step
                bindings.append(
                    (ordered[at][1], *ordered[at][2]) if at < len(keys) else (cursor, END_OF_MIB_VIEW, b"")
                )
        return Response(0, 0, 0, bindings)


@dataclass
class FakeMonotonic:
    """Monotonic seconds that stand still until `now` is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeSnmp:
    """Agents by address; an address without agent is silent. `asked` records (address, what) in order."""

    agents: dict[str, FakeAgent] = field(default_factory=dict)
    repetitions: int = 10
    asked: list[tuple[str, str]] = field(default_factory=list)
    engine_ids: dict[str, str] = field(default_factory=dict)
    manners: dict[str, Manners] = field(default_factory=dict)

    def agent(self, address: str) -> FakeAgent:
        """The agent at an address, made when there is none yet."""
        return self.agents.setdefault(address, FakeAgent())

    def _reach(self, target: Target, what: str) -> FakeAgent:
        self.asked.append((target.address, what))
        agent = self.agents.get(target.address)
        if agent is None:
            raise Silent
        if agent.fault is not None:
            raise agent.fault
        return agent

    async def get(self, target: Target, oids: Sequence[str], *, until: float | None = None) -> Answer:  # noqa: ARG002
        """As `Snmp.get`."""
        agent = self._reach(target, "get")
        if agent.error_status:
            return Answer({}, agent.error_status, 1)
        return Answer({oid: agent.values.get(oid, (NO_SUCH_INSTANCE, b"")) for oid in oids})

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:  # noqa: ARG002
        """As `Snmp.ask`."""
        agent = self._reach(target, "ask")
        if agent.error_status:
            raise BadAnswer(f"error_{agent.error_status}")
        found = [agent.values.get(oid, (NO_SUCH_INSTANCE, b"")) for oid in wanted.oids]
        return Values(bytes(tag for tag, _ in found), [content for _, content in found])

    async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:  # noqa: ARG002
        """As `Snmp.walk`, by the same walking code as the real one."""
        agent = self._reach(target, "walk")
        walk, pages = Walk(columns, repetitions=self.repetitions, row_cap=20_000), 0
        while page := walk.next_page():
            pages += 1
            if agent.walk_fault is not None and pages > agent.walk_pages:
                walk.stop(agent.walk_fault)
            else:
                walk.take(agent.page(page.cursors, page.repetitions or 1))
        return walk.table()

    def strays(self, most: int = 10) -> Mapping[str, int]:  # noqa: ARG002
        """As `Snmp.strays`: none."""
        return {}

    def engine_id(self, target: Target) -> str:
        """As `Snmp.engine_id`; `engine_ids` are by address."""
        return self.engine_ids.get(target.address, "")

    def mind(self, target: Target, manners: Manners) -> None:
        """As `Snmp.mind`; kept by address."""
        self.manners[target.address] = manners

    def forget(self) -> None:
        """As `Snmp.forget`; nothing is learned here."""

    def counts(self) -> dict[str, int]:
        """As `Snmp.counts`."""
        return {"snmp_requests": len(self.asked)}


@dataclass
class FakeIcmp:
    """Answers by address: a round-trip time in seconds, a Burst, or an error to raise; others are silent.

    `asked` and `classes` are address and traffic class of each burst, in order.
    """

    answers: dict[str, float | Burst | TransportError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)

    def living(self, addresses: Iterable[str], rtt: float = 0.01) -> None:
        """Let these addresses answer every echo."""
        self.answers.update(dict.fromkeys(addresses, rtt))

    def silent(self, *addresses: str) -> None:
        """Let these addresses answer nothing."""
        for address in addresses:
            self.answers.pop(address, None)

    def unreachable(self, address: str, router: str, count: int = 5) -> None:
        """Let a router report that this address cannot be reached."""
        fault = IcmpFault(router, "host unreachable")
        self.answers[address] = Burst((None,) * count, (fault,) * count)

    async def burst(
        self,
        address: str,
        *,
        count: int = 5,
        spacing: float = 0.2,  # noqa: ARG002
        size: int = 56,  # noqa: ARG002
        wait: float = 1.0,  # noqa: ARG002
        until: float | None = None,  # noqa: ARG002
        tos: int = 0,
    ) -> Burst:
        """As `Icmp.burst`."""
        self.asked.append(address)
        self.classes.append(tos)
        answer = self.answers.get(address)
        if isinstance(answer, TransportError):
            raise answer
        if isinstance(answer, Burst):
            return answer
        return Burst((answer,) * count)

    def counts(self) -> dict[str, int]:
        """As `Icmp.counts`."""
        return {"icmp_bursts": len(self.asked)}


class FakeWire:
    """What carries echoes, without a socket: what was `sent` is told as (number, address).

    What has `arrived` is a reply, or None for a packet that is not for us; `told` are ICMP errors; `refusal` is
    raised by sends.
    """

    mode = "fake"

    def __init__(self) -> None:
        self.foreign = 0
        self.awaited = 0
        self.sent: list[tuple[int, str]] = []
        self.arrived: deque[Reply | None] = deque()
        self.told: deque[EchoError] = deque()
        self.refusal: OSError | None = None

    def resolve(self, address: str) -> SocketAddress:
        """As `Wire.resolve`."""
        return address, 0

    def packets(self, size: int, destination: SocketAddress) -> Packets:  # noqa: ARG002
        """As `Wire.packets`."""
        return lambda number: number.to_bytes(4, "big")

    def send(self, packet: bytes | bytearray, destination: SocketAddress) -> None:
        """As `Wire.send`."""
        if self.refusal is not None:
            raise self.refusal
        self.sent.append((int.from_bytes(packet, "big"), destination[0]))

    def waiting(self) -> int:
        """As `Wire.waiting`."""
        return (POLLIN if self.arrived else 0) | (POLLERR if self.told else 0)

    def receive(self, most: int) -> list[Reply]:
        """As `Wire.receive`."""
        taken = [self.arrived.popleft() for _ in range(min(most, len(self.arrived)))]
        answers = [answer for answer in taken if answer is not None]
        self.foreign += len(taken) - len(answers)
        return answers

    def errors(self, most: int) -> list[EchoError]:
        """As `Wire.errors`."""
        return [self.told.popleft() for _ in range(min(most, len(self.told)))]

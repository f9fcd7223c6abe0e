"""The SNMP engine behind the seam: credentials in order, retries, gets in portions, walks that adapt."""

import asyncio
import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from math import inf
from socket import AF_INET, AF_INET6

from probes.contract import Target
from probes.messages import Message
from probes.secret import ResolveSecret
from probes.transports.errors import CredentialsFault, LocalFault, NoRoute, Silent
from probes.transports.snmp.ber import GET, GET_BULK, Response, encode_oid, request_v2c
from probes.transports.snmp.channel import Channel
from probes.transports.snmp.contract import NULL, Answer, Question, Table, Value, Values
from probes.transports.snmp.walk import TOO_BIG, Walk
from probes.transports.sockets import SocketAddress, address_family, receive_buffer, socket_address

_FAMILIES: Mapping[int, str] = {AF_INET: "IPv4", AF_INET6: "IPv6"}
# RFC 3416 section 3: error-status authorizationError.
_AUTHORIZATION_ERROR = 16
_MOST_OIDS = 20
# After so many silent looks in a row, credentials other than the one that last worked are tried again.
_SILENT_BEFORE_OTHERS = 2
_SHORTEST_WAIT = 0.25
_MOST_TEMPLATES = 20_000
_MOST_MEMORIES = 100_000


@dataclass(frozen=True, slots=True)
class SnmpOptions:
    """How agents are asked; times in seconds."""

    receive_buffer_bytes: int = 8 * 2**20
    timeout: float = 2.0
    retries: int = 2
    max_repetitions: int = 10
    row_cap: int = 20_000


@dataclass(slots=True)
class _Memory:
    """What is remembered of a target: the credential that worked, silences since, and how much it can answer."""

    credential: str | None = None
    silences: int = 0
    repetitions: int = 0


@dataclass(slots=True)
class _Session:
    """One operation on one target: where, until when, what is remembered, and which attempts remain."""

    target: Target
    channel: Channel
    address: SocketAddress
    until: float
    memory: _Memory
    attempts: list[str] = field(default_factory=list)
    # Secrets may be files: each is read once in an operation, and not kept after it.
    communities: dict[str, bytes] = field(default_factory=dict, repr=False)


class SnmpEngine:
    """SNMP v2c over one socket per address family; see `Snmp` for its face. Make it by `open_snmp`.

    A v2c agent does not answer a wrong community, so silence is all that can be told; no other blame is invented.
    """

    def __init__(
        self,
        channels: Mapping[int, Channel],
        options: SnmpOptions,
        resolve_secret: ResolveSecret,
        remarks: tuple[Message, ...],
    ) -> None:
        self.remarks = remarks
        self._channels = channels
        self._options = options
        self._resolve_secret = resolve_secret
        self._loop = asyncio.get_running_loop()
        self._memories: dict[str, _Memory] = {}
        self._templates: dict[tuple[bytes, int, int, tuple[bytes, ...]], tuple[bytes, bytes]] = {}

    @property
    def receive_buffer_bytes(self) -> Mapping[str, int]:
        """The receive buffer achieved, by address family."""
        return {
            _FAMILIES[family]: receive_buffer(channel.socket) for family, channel in self._channels.items()
        }

    async def get(self, target: Target, oids: Sequence[str], *, until: float | None = None) -> Answer:
        """As `Snmp.get`; asks for at most 20 values at once, fewer when the agent says tooBig."""
        session = self._session(target, until)
        values: dict[str, Value] = {}
        todo = list(oids)
        portion = _MOST_OIDS
        while todo:
            names = todo[:portion]
            encoded = [encode_oid(oid) for oid in names]
            answer = await self._request(session, GET, encoded, 0)
            if answer.error_status == TOO_BIG and len(names) > 1:
                portion = len(names) // 2
                continue
            if answer.error_status:
                return Answer(values, answer.error_status, answer.error_index)
            found = {oid: (tag, content) for oid, tag, content in answer.bindings}
            values.update(
                {name: found[oid] for name, oid in zip(names, encoded, strict=True) if oid in found}
            )
            todo = todo[portion:]
        return Answer(values)

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:
        """As `Snmp.ask`."""
        answer = await self.get(target, wanted.oids, until=until)
        found = [answer.values.get(oid, (NULL, None)) for oid in wanted.oids]
        cut = f"error_{answer.error_status}" if answer.error_status else ""
        return Values(bytes(tag for tag, _ in found), [content for _, content in found], cut)

    async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:
        """As `Snmp.walk`; remembers how many rows at once the agent could answer."""
        session = self._session(target, until)
        walk = Walk(
            columns,
            repetitions=session.memory.repetitions or self._options.max_repetitions,
            row_cap=self._options.row_cap,
            expired=lambda: self._loop.time() >= session.until,
        )

        async def ask(cursors: Sequence[bytes], repetitions: int) -> Response:
            return await self._request(session, GET_BULK, cursors, repetitions)

        table = await walk.run(ask)
        session.memory.repetitions = walk.repetitions
        return table

    def forget(self) -> None:
        """Forget what was learned and every prepared request, after credentials or the plan have changed."""
        self._memories.clear()
        self._templates.clear()

    def counts(self) -> dict[str, int]:
        """As `Snmp.counts`."""
        names = ("requests", "answers", "timeouts", "late", "foreign", "garbage", "errors")
        return {
            f"snmp_{name}": sum(getattr(each, name) for each in self._channels.values()) for name in names
        }

    def _session(self, target: Target, until: float | None) -> _Session:
        family = address_family(target.address)
        channel = self._channels.get(family)
        if channel is None:
            raise NoRoute(_FAMILIES[family])
        if not target.credentials:
            raise LocalFault("no credentials named")
        if len(self._memories) > _MOST_MEMORIES:
            self._memories.clear()
        memory = self._memories.setdefault(target.id, _Memory())
        address = socket_address(target.address, target.snmp_port)
        session = _Session(target, channel, address, inf if until is None else until, memory)
        session.attempts = self._attempts(target, memory)
        return session

    def _attempts(self, target: Target, memory: _Memory) -> list[str]:
        """Which credential to use at each attempt, in order."""
        rounds = 1 + self._options.retries
        known = memory.credential
        if known in target.credentials and memory.silences < _SILENT_BEFORE_OTHERS:
            return [known] * rounds
        order = sorted(target.credentials, key=lambda name: name != known)
        return order * rounds

    async def _request(
        self, session: _Session, pdu: int, oids: Sequence[bytes], repetitions: int
    ) -> Response:
        """Ask until an attempt is answered; raises Silent when none is."""
        attempts = session.attempts
        for left, name in zip(range(len(attempts), 0, -1), attempts, strict=True):
            remaining = session.until - self._loop.time()
            if remaining < _SHORTEST_WAIT:
                break
            timeout = min(self._options.timeout, max(_SHORTEST_WAIT, remaining / left))
            prefix, suffix = self._template(self._community(session, name), pdu, repetitions, tuple(oids))
            try:
                answer = await session.channel.ask(session.address, prefix, suffix, timeout)
            except Silent:
                continue
            return self._answered(session, name, answer)
        session.memory.silences += 1
        raise Silent

    def _answered(self, session: _Session, name: str, answer: Response) -> Response:
        if answer.error_status == _AUTHORIZATION_ERROR:
            raise CredentialsFault(name)
        session.memory.credential = name
        session.memory.silences = 0
        session.attempts = [name] * (1 + self._options.retries)
        return answer

    def _community(self, session: _Session, name: str) -> bytes:
        known = session.communities.get(name)
        if known is None:
            known = session.communities[name] = _community(self._resolve_secret, name)
        return known

    def _template(
        self, community: bytes, pdu: int, repetitions: int, oids: tuple[bytes, ...]
    ) -> tuple[bytes, bytes]:
        key = community, pdu, repetitions, oids
        template = self._templates.get(key)
        if template is None:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            template = self._templates[key] = request_v2c(community, pdu, oids, 0, repetitions)
        return template


def _community(resolve_secret: ResolveSecret, name: str) -> bytes:
    try:
        secret = resolve_secret(name)
    except (LookupError, OSError):
        raise LocalFault(name) from None
    if secret.kind != "snmp_v2c" or "community" not in secret.fields:
        raise LocalFault(name)
    return secret.fields["community"].encode()


@contextmanager
def open_snmp(options: SnmpOptions, resolve_secret: ResolveSecret) -> Iterator[SnmpEngine]:
    """Open one socket per address family that the machine has; `remarks` say what is lacking."""
    channels: dict[int, Channel] = {}
    remarks: list[Message] = []
    with ExitStack() as stack:
        for family, name in _FAMILIES.items():
            first_id = int.from_bytes(os.urandom(3), "big") + (1 << 24)
            try:
                channel = Channel(family, options.receive_buffer_bytes, first_id)
            except OSError as error:
                reason = errno.errorcode.get(error.errno or 0, "")
                remarks.append(Message("socket.family", {"family": name, "error": reason}))
                continue
            channels[family] = stack.enter_context(closing(channel))
            got, asked = receive_buffer(channel.socket), options.receive_buffer_bytes
            if got < asked:
                params = {"transport": f"SNMP/{name}", "got": str(got), "asked": str(asked)}
                remarks.append(Message("socket.buffer", params))
        yield SnmpEngine(channels, options, resolve_secret, tuple(remarks))

"""Names by dnspython's messages over our own datagrams and streams."""

import asyncio
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from probes.transports.datagrams.contract import Datagrams
from probes.transports.errors import BadAnswer, LocalFault, NameUnknown, OwnResolver, TransportError
from probes.transports.names.contract import DnsAnswer, Question
from probes.transports.streams.contract import Streams

# Seconds after which a question is asked again, and for which one of our own servers is waited for.
_RESEND = (1.0, 2.0)
_OWN_SERVER = 2.0
_ROUNDS = 2
# What goes through every path unfragmented: DNS flag day 2020.
_PAYLOAD = 1232
_MOST_ANSWERS = 50
# No sound answer has as many records; to read the thousands that fit into 64 KiB would take ten seconds.
_MOST_RECORDS = 100
_MOST_HOSTS_BYTES = 1_048_576
# dnspython's own errors, and what its readers of single records let through.
_UNREADABLE = (dns.exception.DNSException, ValueError, IndexError, KeyError, TypeError, ArithmeticError)
_DEFINITE = frozenset({"NOERROR", "NXDOMAIN"})


@dataclass(frozen=True, slots=True)
class NameOptions:
    """Where this machine says how names are found; `port` is that of its servers."""

    hosts: str = "/etc/hosts"
    servers: str = "/etc/resolv.conf"
    port: int = 53


class DnsNames:
    """Asks name servers; see `Names`."""

    def __init__(self, options: NameOptions, datagrams: Datagrams, streams: Streams) -> None:
        self._options, self._datagrams, self._streams = options, datagrams, streams
        self._asked = self._truncated = self._failed = 0

    async def query(self, address: str, question: Question, *, until: float) -> DnsAnswer:
        """As `Names.query`."""
        began = asyncio.get_running_loop().time()
        asked = _message(question)
        self._asked += 1
        answer, by_tcp = await self._by_udp(address, question.port, asked, until), False
        if answer.flags & dns.flags.TC:
            self._truncated += 1
            answer, by_tcp = await self._by_tcp(address, question.port, asked, until), True
        took = asyncio.get_running_loop().time() - began
        return DnsAnswer(dns.rcode.to_text(answer.rcode()), _records(answer), took, by_tcp)

    async def _by_udp(
        self, address: str, port: int, asked: dns.message.QueryMessage, until: float
    ) -> dns.message.Message:
        wire = asked.to_wire()
        async with self._datagrams.open(address, port, until=until) as datagram:
            reply = await datagram.ask(wire, lambda data: data[:2] == wire[:2], _RESEND)
        return _read(reply.data, asked)

    async def _by_tcp(
        self, address: str, port: int, asked: dns.message.QueryMessage, until: float
    ) -> dns.message.Message:
        wire = asked.to_wire()
        async with self._streams.open(address, port, until=until) as stream:
            await stream.send(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(await stream.read_exactly(2), "big")
            return _read(await stream.read_exactly(length), asked)

    async def resolve(self, host: str, *, until: float) -> tuple[str, ...]:
        """As `Names.resolve`."""
        literal = _literal(host)
        known = (literal,) if literal else tuple(_hosts(self._options.hosts, host))
        if known:
            return known
        try:
            own = dns.resolver.Resolver(self._options.servers)
        except (dns.exception.DNSException, OSError, ValueError):
            raise OwnResolver(self._options.servers) from None
        servers = [str(server) for server in own.nameservers]
        for name in _candidates(host, [domain.to_text() for domain in own.search], own.ndots or 1):
            found = await self._addresses(name, servers, self._options.port, until)
            if found:
                return found
        raise NameUnknown(host)

    async def _addresses(self, name: str, servers: Sequence[str], port: int, until: float) -> tuple[str, ...]:
        for kind in ("A", "AAAA"):
            answer = await self._own(Question(name, kind, port), servers, until)
            found = tuple(text for text in answer.answers if _literal(text))
            if found or answer.code == "NXDOMAIN":
                return found
        return ()

    async def _own(self, question: Question, servers: Sequence[str], until: float) -> DnsAnswer:
        """The first definite answer of our own servers."""
        said = ""
        for server in [*servers] * _ROUNDS:
            patient = min(until, asyncio.get_running_loop().time() + _OWN_SERVER)
            try:
                answer = await self.query(server, question, until=patient)
            except TransportError as error:
                said = f"{server}: {error.reason}"
                continue
            if answer.code in _DEFINITE:
                return answer
            said = f"{server}: {answer.code}"
        self._failed += 1
        raise OwnResolver(said)

    def counts(self) -> dict[str, int]:
        """As `Names.counts`."""
        return {
            "names_asked": self._asked,
            "names_truncated": self._truncated,
            "names_own_resolver_failed": self._failed,
        }


def _message(question: Question) -> dns.message.QueryMessage:
    try:
        return dns.message.make_query(question.name, question.type, use_edns=0, payload=_PAYLOAD)
    except _UNREADABLE:
        raise LocalFault(f"{question.type} {question.name}"[:200]) from None


def _read(data: bytes, asked: dns.message.QueryMessage) -> dns.message.Message:
    questions, *records = (int.from_bytes(data[at : at + 2], "big") for at in (4, 6, 8, 10))
    if questions > 1 or sum(records) > _MOST_RECORDS:
        raise BadAnswer(f"{questions} questions, {sum(records)} records")
    try:
        answer = dns.message.from_wire(data, ignore_trailing=True)
        fits = asked.is_response(answer)
    except _UNREADABLE as error:
        raise BadAnswer(type(error).__name__) from None
    if not fits:
        raise BadAnswer("another question")
    return answer


def _records(answer: dns.message.Message) -> tuple[str, ...]:
    if answer.rcode() != dns.rcode.NOERROR or not isinstance(answer, dns.message.QueryMessage):
        return ()
    try:
        found = answer.resolve_chaining().answer
        texts = [record.to_text() for record in found or ()]
    except _UNREADABLE as error:
        raise BadAnswer(type(error).__name__) from None
    return tuple(text.rstrip(".")[:500] for text in texts[:_MOST_ANSWERS])


def _literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        return ""


def _hosts(path: str, host: str) -> Iterator[str]:
    """The addresses that the file of hosts gives a name."""
    wanted = host.lower().rstrip(".")
    try:
        with Path(path).open("rb") as file:
            lines = file.read(_MOST_HOSTS_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if wanted in (name.lower() for name in names) and _literal(address):
            yield _literal(address)


def _candidates(host: str, search: Sequence[str], dots: int) -> Iterator[str]:
    """The full names that a name may stand for, as resolv.conf(5) says."""
    if host.endswith("."):
        yield host
        return
    longer = [f"{host}.{domain.strip('.')}." for domain in search if domain.strip(".")]
    yield from (f"{host}.", *longer) if host.count(".") >= dots else (*longer, f"{host}.")

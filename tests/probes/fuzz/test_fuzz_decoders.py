"""Every decoder of bytes from outside, fed with valid messages that were damaged by somebody who knows their structure.

Only the engines' own errors may leave a decoder, within bounds of time and memory. `make fuzz` runs this for
FUZZ_SECONDS (300) and writes what fails into corpus/, as hexadecimal text; from then on every test run repeats it.
"""

import asyncio
import contextlib
import hashlib
import os
import socket
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from netwatch.syslog.patterns import load_patterns
from probes.contract import Target
from probes.document import find, parse
from probes.listeners import notification
from probes.listeners.syslog_framing import Frames, FramingError
from probes.listeners.syslog_message import MOST_BYTES, read_message
from probes.secret import Secret
from probes.transports.errors import BadAnswer, CredentialsFault, TransportError
from probes.transports.icmp import packet, simulated
from probes.transports.modbus import frames as modbus
from probes.transports.modbus.contract import ModbusQuestion
from probes.transports.snmp.ber import (
    GET_BULK,
    REPORT,
    RESPONSE,
    BerError,
    Response,
    arcs,
    decode_pdu,
    decode_response,
    encode_oid,
    peek,
    tlv,
    unpadded,
)
from probes.transports.snmp.client import SnmpOptions, open_snmp
from probes.transports.snmp.contract import number, question, text
from probes.transports.snmp.usm import Keys, KeyStore, User
from probes.transports.snmp.v3 import V3Speakers, user_of
from probes.transports.snmp.v3_listener import OwnEngine, V3Receiver
from probes.transports.snmp.v3_message import encode_scoped, seal

CORPUS = Path(__file__).parent / "corpus"
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
QUICK_EXAMPLES, LONG_EXAMPLES = 150, 500
# Bounds of one decoder for one datagram: CPU seconds, and bytes per byte beside a fixed sum.
MOST_SECONDS = 1.0
MOST_MEMORY, MOST_MEMORY_PER_BYTE = 1_000_000, 200
# Larger datagrams than this are rarely tried: they only cost time.
LARGEST = 9000
# Memory is measured for one example in so many: it is slow.
MEASURED = 40

ENGINE = b"engine-1"
TOKEN = b"token-08"
NUMBER = 1 << 24
NAMED = ("1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.2.1.8.1")
NAMES = tuple(map(encode_oid, NAMED))
COLUMNS = ("1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8")
COMMUNITY = Secret("snmp_v2c", {"community": "public"})
SECRETS = (
    Secret("snmp_v3", {"user": "u"}),
    Secret("snmp_v3", {"user": "u", "auth": "sha256", "auth_password": "maplesyrup"}),
    Secret(
        "snmp_v3",
        {
            "user": "u",
            "auth": "sha1",
            "auth_password": "maplesyrup",
            "privacy": "aes128",
            "privacy_password": "syrupmaple",
        },
    ),
    Secret(
        "snmp_v3",
        {
            "user": "u",
            "auth": "md5",
            "auth_password": "maplesyrup",
            "privacy": "des",
            "privacy_password": "syrupmaple",
        },
    ),
)
STORE = KeyStore(b"pepper")
PATTERNS, _ = load_patterns()
USERS: Sequence[User] = tuple(user_of(secret, STORE) for secret in SECRETS)


# -- the decoders ---------------------------------------------------------------------------------------------------


def read_response(data: bytes) -> None:
    """An answer of v1 or v2c, and its values as numbers and texts."""
    use(decode_response(data))


def use(answer: Response) -> None:
    """What kinds do with values."""
    for _, tag, content in answer.bindings:
        number((tag, content))
        assert len(text((tag, content)) or "") <= 1500


def read_padded(data: bytes) -> None:
    """An answer with something behind it."""
    peek(unpadded(data))


class _Socket:
    """Stands before the engine's own socket: nothing is sent, and what comes is what a test puts there."""

    def __init__(self, real: socket.socket) -> None:
        self.incoming: list[bytes] = []
        self.fileno, self.close, self.getsockopt = real.fileno, real.close, real.getsockopt

    def sendto(self, data: bytes, address: tuple[str, int]) -> int:
        return len(data)

    def recvfrom(self, most: int) -> tuple[bytes, tuple[str, int]]:
        if not self.incoming:
            raise BlockingIOError
        return self.incoming.pop()[:most], ("127.0.0.1", 161)

    def recvmsg(self, *_: int) -> None:
        raise BlockingIOError


class Waiting:
    """The whole engine, which waits for exactly the answer that comes; one for all datagrams, as in the daemon."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = contextlib.ExitStack()
        self._runner.run(self._open())

    async def _open(self) -> None:
        options = SnmpOptions(receive_buffer_bytes=65536)
        self._snmp = self._stack.enter_context(open_snmp(options, lambda _: COMMUNITY))
        self._channel = self._snmp._channels[socket.AF_INET]
        self._socket = _Socket(self._channel.socket)
        self._channel.socket = self._socket  # type: ignore[assignment]

    def close(self) -> None:
        """Close engine and loop."""
        self._stack.close()
        self._runner.close()

    def answer(self, data: bytes) -> None:
        """Let it be the answer, twice, to a get, a multi-GET and a page of a walk."""
        self._runner.run(self._answer(data))

    async def _answer(self, data: bytes) -> None:
        snmp, channel = self._snmp, self._channel
        snmp.forget()
        target = Target("t", "127.0.0.1", credentials=("one",))
        for ask in (snmp.get(target, NAMED), snmp.ask(target, question(NAMED)), snmp.walk(target, COLUMNS)):
            channel._id = NUMBER - 1
            asked = asyncio.ensure_future(ask)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self._socket.incoming = [data, data]
            channel._read()
            await asyncio.sleep(0)
            asked.cancel()
            (outcome,) = await asyncio.gather(asked, return_exceptions=True)
            if isinstance(outcome, BaseException):
                assert isinstance(outcome, TransportError | asyncio.CancelledError), repr(outcome)
            assert not channel._pending


waiting: list[Waiting] = []


@pytest.fixture(scope="module", autouse=True)
def waiting_engine() -> Iterator[None]:
    """The engine that `read_by_engine` asks."""
    waiting.append(Waiting())
    yield
    waiting.pop().close()


def read_by_engine(data: bytes) -> None:
    """An answer to a question that is under way; see `Waiting`."""
    waiting[0].answer(data)


def read_pdu(data: bytes) -> None:
    """A PDU alone, as it stands in a message of v3."""
    use(decode_pdu(data)[1])


def read_index(data: bytes) -> None:
    """A row index."""
    arcs(data)


def read_notification(data: bytes) -> None:
    """A trap or inform of v1 or v2c, and our answer to it."""
    envelope = notification.envelope(data)
    found = notification.decode_pdu(data, envelope.at, envelope.version)
    assert isinstance(found.name, str)
    assert found.about_link in (True, False)
    assert found.if_index is None or isinstance(found.if_index, int)
    if found.inform:
        notification.answer_v2c(envelope.community, found)


def read_answer_of_v3(data: bytes) -> None:
    """What an agent of v3 sends to us, by each level of security; its engine id known and not known."""
    for secret in SECRETS:
        speakers = V3Speakers(b"pepper", 1)
        # Passwords cost a megabyte and milliseconds once, which is not what is measured here.
        speakers._stretched = STORE
        speaker = speakers.speaker(("127.0.0.1", 161), "one", secret)
        for _ in range(2):
            speaker.message(NUMBER, GET_BULK, NAMES, 10, 0.0)
            try:
                speaker.read(data, 0.0)
            except (BerError, CredentialsFault):
                speakers._engines["127.0.0.1", 161].id = ENGINE


def read_notification_of_v3(data: bytes) -> None:
    """What anybody sends to our listener."""
    receiver = V3Receiver(OwnEngine(ENGINE, 1, 0.0), lambda _: USERS, 1)
    for now in (0.0, 100.0):
        receiver.open(data, "somebody", now)


def read_echo(data: bytes) -> None:
    """Echo replies of both families, with and without the header of IP."""
    for kind in (0, 129):
        packet.echo_reply(data, kind, TOKEN, with_ip_header=True)
        packet.echo_reply(data, kind, TOKEN, with_ip_header=False)


def read_syslog(data: bytes) -> None:
    """A syslog message, of which something always comes, and what patterns say of it."""
    found = read_message(data)
    assert len(found.text) <= MOST_BYTES
    PATTERNS.found(found.text)


def read_syslog_stream(data: bytes) -> None:
    """The same on a stream, in two pieces."""
    frames = Frames()
    with contextlib.suppress(FramingError):
        for piece in (data[:7], data[7:]):
            assert all(len(each) <= MOST_BYTES + 1 for each in frames.feed(piece))
    frames.end()


def read_modbus(data: bytes) -> None:
    """Modbus TCP: a header that promises the rest, then the answer of a device."""
    with contextlib.suppress(BadAnswer):
        modbus.remaining(data[: modbus.HEADER_BYTES])
    for frame in (data, b"\0\7\0\0" + len(data[:253]).to_bytes(2, "big") + data[:253]):
        with contextlib.suppress(BadAnswer):
            modbus.answer(frame, ModbusQuestion(1, "holding", 0, 2), 7)


def read_document(data: bytes) -> None:
    """XML or JSON that a device serves."""
    with contextlib.suppress(BadAnswer):
        find(parse(data), "io.di.0")


def read_simulated(data: bytes) -> None:
    """Packets of the simulated network."""
    simulated.decode(data)
    simulated.respond(data, lambda _: True, lambda _: None)
    simulated.respond(data, lambda _: False, lambda address: address)


DECODERS: Mapping[str, Callable[[bytes], None]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            read_response,
            read_padded,
            read_by_engine,
            read_pdu,
            read_index,
            read_notification,
            read_answer_of_v3,
            read_notification_of_v3,
            read_echo,
            read_simulated,
            read_modbus,
            read_document,
            read_syslog,
            read_syslog_stream,
        )
    }
)


def decode(name: str, data: bytes) -> None:
    """One decoder on one datagram: its own errors are fine."""
    began = time.thread_time()
    with contextlib.suppress(BerError):
        DECODERS[name](data)
    assert time.thread_time() - began < MOST_SECONDS, "too slow"


def feed(data: bytes, measured: bool = False) -> None:
    """All decoders on one datagram; what fails is kept in the long run."""
    data = data[:65507]
    for name in DECODERS:
        try:
            if measured:
                within_memory(name, data)
            else:
                decode(name, data)
        except BaseException:
            if SECONDS:
                keep(name, data)
            raise


def within_memory(name: str, data: bytes) -> None:
    tracemalloc.start()
    try:
        decode(name, data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY + MOST_MEMORY_PER_BYTE * len(data), f"{peak} bytes for {len(data)}"


def say(words: str) -> None:
    """Tell whoever watches a long run."""
    sys.stderr.write(f"{words}\n")


def keep(name: str, data: bytes) -> None:
    """Write a failing datagram into the corpus."""
    path = CORPUS / f"found-{name}-{hashlib.sha256(data).hexdigest()[:12]}.hex"
    path.write_text(data.hex("\n", 60) + "\n")
    say(f"kept as {path}")


# -- the damage -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Node:
    """An element of BER: its tag, and its content or what it is made of; `odd` is a length written as it is not."""

    tag: int
    content: bytes = b""
    parts: list["Node"] = field(default_factory=list)
    odd: bytes = b""

    def encoded(self) -> bytes:
        """Its bytes; lengths are right where they are not meant to be wrong."""
        inside = b"".join(part.encoded() for part in self.parts) or self.content
        return bytes((self.tag,)) + self.odd + inside if self.odd else tlv(self.tag, inside[:65535])

    def all(self) -> Iterator["Node"]:
        """This and everything in it."""
        yield self
        for part in self.parts:
            yield from part.all()


def parsed(data: bytes) -> list[Node] | None:
    """The elements that fill these bytes; None when they are no such elements."""
    found: list[Node] = []
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            return None
        tag, size, start = data[at], data[at + 1], at + 2
        if size > 0x7F:
            count = size & 0x7F
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        content = data[start : start + size]
        if len(content) != size:
            return None
        # Octets may hold elements too: the security parameters of v3.
        inner = parsed(content) if content and (tag & 0x20 or content[0] == 0x30) else None
        found.append(Node(tag, content, inner or []))
        at = start + size
    return found


LENGTHS = (
    b"\x80",
    b"\x00",
    b"\x7f",
    b"\x81\xff",
    b"\x82\xff\xff",
    b"\x84\xff\xff\xff\xff",
    b"\x84\x00\x00\x00\x01",
    b"\xff",
)
TAGS = (
    0x02,
    0x04,
    0x05,
    0x06,
    0x24,
    0x30,
    0x40,
    0x41,
    0x42,
    0x43,
    0x44,
    0x46,
    0x80,
    0x82,
    0xA2,
    0xA4,
    0xA6,
    0xA7,
    0xA8,
)
CONTENTS = (
    b"",
    b"\x00",
    b"\xff",
    b"\x80\x00\x00\x00",
    b"\x7f\xff\xff\xff",
    b"\x00\xff\xff\xff\xff",
    b"\xff" * 9,
    bytes(300),
    b"\x2b" + b"\x01" * 199,
    b"\x2b" + b"\xff" * 40,
    b"\x2b\x06\x01\x06\x03\x0f\x01\x01\x04\x00",
    b"\x9f\x78\x04\x7f\x80\x00\x00",
    b"\x9f\x79\x08\x7f\xf0",
)
DAMAGE = st.tuples(
    st.sampled_from(["tag", "length", "content", "drop", "double", "nest", "swap", "grow", "bytes", "cut"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)


def damaged(nodes: list[Node], what: str, where: int, how: int) -> None:
    """Do something to one element of a message."""
    everything = [part for node in nodes for part in node.all()]
    node = everything[where % len(everything)]
    parents = [each for each in everything if each.parts]
    parent = parents[where % len(parents)] if parents else node
    if what == "tag":
        node.tag = TAGS[how % len(TAGS)]
    elif what == "length":
        node.odd = LENGTHS[how % len(LENGTHS)]
    elif what == "content":
        node.content, node.parts = CONTENTS[how % len(CONTENTS)], []
    elif what == "drop" and parent.parts:
        del parent.parts[how % len(parent.parts)]
    elif what == "double" and parent.parts:
        parent.parts += parent.parts[: 1 + how % 3]
    elif what == "swap" and parent.parts:
        parent.parts.reverse()
    elif what == "nest":
        for _ in range(1 + how % 40):
            node.parts, node.tag, node.content = [Node(node.tag, node.content, node.parts)], 0x30, b""
    elif what == "grow" and len(everything) < 200:
        parent.parts *= 1 + how % 20


def damaged_bytes(data: bytes, what: str, where: int, how: int) -> bytes:
    """Do something to the bytes, whatever they mean."""
    place = where % (len(data) + 1)
    if what == "cut":
        return data[:place]
    return data[:place] + bytes((how & 0xFF,)) + data[place + 1 :] if what == "bytes" else data


def sealed(pdu: bytes, user: User, how: int) -> bytes:
    """A message of v3 around a damaged PDU that is authentic, so that its inside is looked at."""
    flags = user.flags | (4 if how & 1 else 0)
    scoped = encode_scoped(ENGINE, b"", pdu[:LARGEST])
    return seal(NUMBER, flags, ENGINE, 1, 0, user.name, Keys(user, ENGINE), how, scoped)


def pdus(nodes: list[Node]) -> list[Node]:
    return [part for node in nodes for part in node.all() if part.tag in (RESPONSE, REPORT, 0xA6, 0xA7)]


def read_corpus() -> dict[str, bytes]:
    """The datagrams of the corpus by name."""
    return {path.stem: bytes.fromhex(path.read_text()) for path in sorted(CORPUS.glob("*.hex"))}


SEEDS = read_corpus()
counted = [0, 0]


def check(data: bytes, damage: list[tuple[str, int, int]]) -> None:
    """One message, damaged step by step; all decoders see every step."""
    counted[0] += 1
    nodes = parsed(data)
    for what, where, how in damage:
        counted[1] += 1
        if nodes and what not in ("bytes", "cut"):
            damaged(nodes, what, where, how)
            data = b"".join(node.encoded() for node in nodes)
            for inside in pdus(nodes)[:1]:
                feed(sealed(inside.encoded(), USERS[how % len(USERS)], how))
        else:
            data = damaged_bytes(data, what, where, how)
        feed(data, measured=counted[1] % MEASURED == 0)


def hammer(examples: int, which: int) -> None:
    """So many examples from one seed of chance."""
    once = given(st.sampled_from(sorted(SEEDS.values())), st.lists(DAMAGE, min_size=1, max_size=6))(check)
    limits = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(which)(limits(once))()


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_corpus_is_read_or_refused(name: str) -> None:
    """What once failed, and one valid message of each kind: undamaged, and cut at every place."""
    feed(SEEDS[name], measured=True)
    for place in range(min(len(SEEDS[name]), 100)):
        feed(SEEDS[name][:place])


def test_valid_messages_are_valid() -> None:
    """Otherwise damage would be done to nonsense: each of these is read by the decoder it is meant for."""
    for name, data in SEEDS.items():
        kind = name.partition(".")[0]
        if kind in DECODERS:
            DECODERS[kind](data)


def test_damaged_messages_are_read_or_refused() -> None:
    """A short run by default; FUZZ_SECONDS makes it a long one, which tells how far it is."""
    if not SECONDS:
        hammer(QUICK_EXAMPLES, 1)
        return
    began = told = time.monotonic()
    first = int.from_bytes(os.urandom(4), "big")
    for turn in range(sys.maxsize):
        if time.monotonic() - began >= SECONDS:
            break
        hammer(LONG_EXAMPLES if SECONDS > 30 else QUICK_EXAMPLES, first + turn)
        if time.monotonic() - told >= 10:
            told = time.monotonic()
            say(f"{told - began:.0f} s: {counted[0]:,} examples, {counted[1]:,} datagrams")
    say(f"done: {counted[0]:,} examples, {counted[1]:,} datagrams, nothing found")

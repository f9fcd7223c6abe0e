"""Opens SNMPv3 notifications and answers informs (RFC 3412 section 7.2, RFC 3414 section 3.2), for whoever listens.

A trap's sender is authoritative: the message bears its engine id, boots and time, which are remembered for each source
and engine, so that what is older than the time window is refused. Of an inform we are authoritative: its sender finds
out our engine id, boots and time by Reports, which `open` hands back to be sent, and wants a Response, which `answer`
makes. How to use it:

    receiver = V3Receiver(OwnEngine(engine_id, boots, started), users, first_salt)
    opened = receiver.open(data, source, now)      # raises Refusal (what: a counter's name) or BerError
    if isinstance(opened, Report):
        send(opened.data)                          # within a rate per source: it answers unauthenticated messages
    else:
        use(opened.user, opened.level, opened.pdu)
        if opened.pdu[0] == INFORM:
            send(receiver.answer(opened, b"\\xa2" + opened.pdu[1:], now))

The engine id must stay the same for ever and boots grow with each start: the caller keeps both.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from probes.transports.snmp.ber import BerError, encode_bindings, encode_integer, read_integer, tlv
from probes.transports.snmp.usm import Keys, User
from probes.transports.snmp.v3 import REPORTS
from probes.transports.snmp.v3_message import (
    AUTHENTICATED,
    LARGEST,
    LEVEL,
    REPORTABLE,
    TIME_WINDOW,
    Envelope,
    Scoped,
    encode_scoped,
    genuine,
    open_genuine,
    open_plain,
    read_envelope,
    seal,
)

INFORM = 0xA6
TRAP = 0xA7
_REPORT = 0xA8
_COUNTER32 = 0x41
_MOST_WINDOWS = _MOST_KEYS = 65_536
_OIDS = {name: oid + b"\0" for oid, name in REPORTS.items()}
_NO_KEYS = Keys(User(b""), b"")


class Refusal(BerError):  # noqa: N818 - named after what it is
    """A message that is not believed; `what` is the counter of RFC 3414 section 5 that it belongs to."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class OwnEngine:
    """Our side of informs: engine id (5 to 32 bytes), boots, and when (seconds of the caller's clock) we started."""

    id: bytes
    boots: int
    started: float

    def time(self, now: float) -> int:
        """Our snmpEngineTime."""
        return min(max(int(now - self.started), 0), LARGEST)


class Opened(NamedTuple):
    """A message that is believed: who sent it at which level (0 nothing, 1 authenticated, 3 encrypted too), and what.

    `engine` is the authoritative one: the sender's for traps, ours for informs. `pdu` is the whole element.
    """

    user: User
    level: int
    engine: bytes
    context_engine: bytes
    context: bytes
    pdu: bytes
    message_id: int


class Report(NamedTuple):
    """What is to be sent back to someone who does not know us yet or is mistaken, and which counter it tells."""

    data: bytes
    what: str


class _Window(NamedTuple):
    boots: int
    time: int
    at: float


class V3Receiver:
    """Opens messages of the users that `users` finds by name; `counts` says how often what was refused."""

    def __init__(self, own: OwnEngine, users: Callable[[bytes], Sequence[User]], first_salt: int) -> None:
        """`users` may give several of one name; `first_salt` is a random number of 64 bits."""
        self.own = own
        self.counts: Counter[str] = Counter()
        self._users = users
        self._salt = first_salt
        self._windows: dict[tuple[Hashable, bytes], _Window] = {}
        self._keys: dict[tuple[User, bytes], Keys] = {}

    def open(self, data: bytes, source: Hashable, now: float) -> Opened | Report:
        """Open one message from this source. Raises Refusal for what is not believed, BerError for garbage."""
        envelope = read_envelope(data)
        try:
            return self._open(data, envelope, source, now)
        except Refusal as refusal:
            self.counts[refusal.what] += 1
            if not envelope.flags & REPORTABLE:
                raise
            return Report(self._report(data, envelope, refusal.what, now), refusal.what)

    def answer(self, opened: Opened, pdu: bytes, now: float) -> bytes:
        """The message that answers an opened one of which we are authoritative, at its security level."""
        scoped = encode_scoped(opened.context_engine, opened.context, pdu)
        return self._seal(opened.message_id, opened.level, opened.user, scoped, now)

    def forget(self) -> None:
        """Forget every key, after users have changed; what is known of senders' time stays."""
        self._keys.clear()

    def _open(self, data: bytes, envelope: Envelope, source: Hashable, now: float) -> Opened:
        if envelope.engine != self.own.id and (envelope.flags & REPORTABLE or not envelope.engine):
            raise Refusal("unknownEngineIDs")
        user, keys = self._believed(data, envelope)
        level = envelope.flags & LEVEL
        if level:
            self._timely(envelope, source, now)
        try:
            scoped = open_genuine(data, envelope, keys) if level else open_plain(data, envelope)
        except BerError:
            raise Refusal("decryptionErrors") from None
        return Opened(
            user, level, envelope.engine, scoped.engine, scoped.context, scoped.pdu, envelope.message_id
        )

    def _believed(self, data: bytes, envelope: Envelope) -> tuple[User, Keys]:
        """The user of this name whose level and keys are the message's. Raises Refusal."""
        named = self._users(envelope.user)
        level = envelope.flags & LEVEL
        fitting = [user for user in named if user.flags == level]
        if not fitting:
            raise Refusal("unsupportedSecLevels" if named else "unknownUserNames")
        if not level:
            return fitting[0], _NO_KEYS
        for user in fitting:
            place = user, envelope.engine
            keys = self._keys.get(place) or Keys(user, envelope.engine)
            if genuine(data, envelope, keys):
                if len(self._keys) >= _MOST_KEYS:
                    self._keys.clear()
                # Kept only now, so that nobody fills the memory with engines that he made up.
                self._keys[place] = keys
                return user, keys
        raise Refusal("wrongDigests")

    def _timely(self, envelope: Envelope, source: Hashable, now: float) -> None:
        """RFC 3414 section 3.2 (7): (a) where we are authoritative, (b) where the sender is. Raises Refusal."""
        boots, time = envelope.boots, envelope.time
        if envelope.engine == self.own.id:
            late = boots != self.own.boots or abs(time - self.own.time(now)) > TIME_WINDOW
        else:
            place = source, envelope.engine
            known = self._windows.get(place)
            if known is None or (boots, time) > (known.boots, known.time):
                if known is None and len(self._windows) >= _MOST_WINDOWS:
                    del self._windows[next(iter(self._windows))]
                self._windows[place] = known = _Window(boots, time, now)
            late = boots < known.boots or time + TIME_WINDOW < known.time + int(now - known.at)
        if late or boots == LARGEST:
            raise Refusal("notInTimeWindows")

    def _report(self, data: bytes, envelope: Envelope, what: str, now: float) -> bytes:
        """RFC 3412 section 7.1; only the one about time is authenticated (RFC 3414 section 3.2 (7)(a))."""
        count = encode_integer(self.counts[what] & 0xFFFFFFFF, _COUNTER32)
        body = encode_integer(_request_id(data, envelope)) + b"\x02\x01\x00\x02\x01\x00"
        pdu = tlv(_REPORT, body + encode_bindings([(_OIDS[what], count)]))
        scoped = encode_scoped(self.own.id, b"", pdu)
        user, level = User(envelope.user), 0
        if what == "notInTimeWindows":
            user, level = self._believed(data, envelope)[0], AUTHENTICATED
        return self._seal(envelope.message_id, level, user, scoped, now)

    def _seal(self, message_id: int, level: int, user: User, scoped: bytes, now: float) -> bytes:
        own = self.own
        self._salt += 1
        keys = (self._keys.get((user, own.id)) or Keys(user, own.id)) if level else _NO_KEYS
        return seal(message_id, level, own.id, own.boots, own.time(now), user.name, keys, self._salt, scoped)


def _request_id(data: bytes, envelope: Envelope) -> int:
    """The request id of a message whose inside can be read without keys, else 0 (RFC 3412 section 7.1 (3)(d))."""
    try:
        scoped: Scoped = open_plain(data, envelope)
        value, _ = read_integer(scoped.pdu, 2 if scoped.pdu[1] < 0x80 else 2 + (scoped.pdu[1] & 0x7F))
    except (BerError, IndexError):
        return 0
    return value

"""What becomes of one datagram: let in or not, read, believed or not, answered or not. Pure but for what it counts.

Cheapest questions first: how often this sender has spoken, then whether it says a word we know, then what it says.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from probes.listeners.notification import (
    Notification,
    OtherMessage,
    answer_pdu,
    answer_v2c,
    decode_pdu,
    envelope,
)
from probes.listeners.senders import Senders
from probes.transports.snmp.ber import BerError
from probes.transports.snmp.usm import User
from probes.transports.snmp.v3_listener import OwnEngine, Refusal, Report, V3Receiver


class Drop(StrEnum):
    """Why a datagram led to nothing. From DISCOVERY on: v3, after the counters of RFC 3414 section 5."""

    RATE = "rate"
    MALFORMED = "malformed"
    NO_NOTIFICATION = "no_notification"
    COMMUNITY = "community"
    UNKNOWN_SENDER = "unknown_sender"
    BUFFER = "buffer"
    # No fault: who has an inform for us first asks who we are, and what time it is with us.
    DISCOVERY = "discovery"
    TIME_WINDOW = "time_window"
    USER = "user"
    SECURITY_LEVEL = "security_level"
    DIGEST = "digest"
    DECRYPTION = "decryption"


_REFUSALS = {
    "unknownEngineIDs": Drop.DISCOVERY,
    "notInTimeWindows": Drop.TIME_WINDOW,
    "unknownUserNames": Drop.USER,
    "unsupportedSecLevels": Drop.SECURITY_LEVEL,
    "wrongDigests": Drop.DIGEST,
    "decryptionErrors": Drop.DECRYPTION,
}
_SECOND = 1_000_000


# A notification that was believed: from which known address, and what it says.
Take = Callable[[str, Notification], None]


class Read(NamedTuple):
    """What a datagram turned out to be: a notification that is believed, or why not; and what is to be sent back."""

    why: Drop | None
    found: Notification | None = None
    answer: bytes | None = None


class Reception:
    """Takes datagrams in; `take` is told of each notification that is believed and whose sender is known.

    `communities` are the words by which v1 and v2c messages are believed, `users` the users of v3; `own` is our side
    of v3, and `first_salt` a random number of 64 bits. `received`, `accepted` by version,
    `dropped` by reason and `answered` informs count since the start. Who is not in the inventory is remembered with
    what it said, and its informs are answered, but nothing follows from them.
    """

    def __init__(self, senders: Senders, take: Take, own: OwnEngine, first_salt: int) -> None:
        self.senders = senders
        self.communities: frozenset[bytes] = frozenset()
        self.users: Mapping[bytes, Sequence[User]] = {}
        self._v3 = V3Receiver(own, lambda name: self.users.get(name, ()), first_salt)
        self.received = self.answered = 0
        self.accepted: Counter[str] = Counter()
        self.dropped: Counter[Drop] = Counter()
        self._take = take

    def receive(self, data: bytes, address: str, now: int) -> bytes | None:
        """Take in a datagram that came at `now` (microseconds UTC); what is to be sent back, if anything."""
        self.received += 1
        sender = self.senders.admit(address, now)
        if sender is None:
            self.dropped[Drop.RATE] += 1
            return None
        why, found, answer = self._read(data, address, now)
        if found is not None:
            sender.heard(found)
            why = None if self.senders.knows(address) else Drop.UNKNOWN_SENDER
        if why is not None:
            self.dropped[why] += 1
            sender.dropped += 1
        elif found is not None:
            sender.accepted += 1
            self.accepted[found.version] += 1
            self._take(address, found)
        self.answered += found is not None and answer is not None
        return answer

    def believe(self, communities: Collection[bytes], users: Iterable[User]) -> None:
        """Take over who is believed from now on."""
        self.communities = frozenset(communities)
        named: dict[bytes, list[User]] = {}
        for user in users:
            named.setdefault(user.name, []).append(user)
        self.users = named
        self._v3.forget()

    def _read(self, data: bytes, address: str, now: int) -> Read:
        try:
            version, community, at = envelope(data)
            if version == "3":
                return self._read_v3(data, address, now / _SECOND)
            if community not in self.communities:
                return Read(Drop.COMMUNITY)
            found = decode_pdu(data, at, version)
        except OtherMessage:
            return Read(Drop.NO_NOTIFICATION)
        except BerError:
            return Read(Drop.MALFORMED)
        return Read(None, found, answer_v2c(community, found) if found.inform else None)

    def _read_v3(self, data: bytes, address: str, now: float) -> Read:
        """A message of v3; what is to be sent back may also be a Report, by which senders learn our engine and time."""
        try:
            opened = self._v3.open(data, address, now)
        except Refusal as refusal:
            return Read(_REFUSALS.get(refusal.what, Drop.MALFORMED))
        if isinstance(opened, Report):
            return Read(_REFUSALS.get(opened.what, Drop.MALFORMED), None, opened.data)
        found = decode_pdu(opened.pdu, 0, "3")._replace(proven=opened.level > 0)
        return Read(None, found, self._v3.answer(opened, answer_pdu(found), now) if found.inform else None)

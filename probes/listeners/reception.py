"""What becomes of one datagram: let in or not, read, believed or not, answered or not. Pure but for what it counts.

Cheapest questions first: how often this sender has spoken, then whether it says a word we know, then what it says.
"""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from probes.listeners.notification import (
    Notification,
    OtherMessage,
    answer_v2c,
    decode_pdu,
    envelope,
)
from probes.listeners.senders import Senders
from probes.transports.snmp.ber import BerError


class Drop(StrEnum):
    """Why a datagram led to nothing; those of v3 are named after the counters of SNMP-USER-BASED-SM-MIB."""

    RATE = "rate"
    MALFORMED = "malformed"
    NO_NOTIFICATION = "no_notification"
    COMMUNITY = "community"
    UNKNOWN_SENDER = "unknown_sender"
    BUFFER = "buffer"


# A notification that was believed: from which known address, and what it says.
Take = Callable[[str, Notification], None]


class Read(NamedTuple):
    """What a datagram turned out to be: a notification that is believed, or why not; and what is to be sent back."""

    why: Drop | None
    found: Notification | None = None
    answer: bytes | None = None


class Reception:
    """Takes datagrams in; `take` is told of each notification that is believed and whose sender is known.

    `communities` are the words by which v1 and v2c messages are believed. `received`, `accepted` by version,
    `dropped` by reason and `answered` informs count since the start. Who is not in the inventory is remembered with
    what it said, and its informs are answered, but nothing follows from them.
    """

    def __init__(self, senders: Senders, take: Take) -> None:
        self.senders = senders
        self.communities: frozenset[bytes] = frozenset()
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
        why, found, answer = self._read(data)
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
        self.answered += answer is not None
        return answer

    def _read(self, data: bytes) -> Read:
        try:
            version, community, at = envelope(data)
            if version == "3" or community not in self.communities:
                return Read(Drop.COMMUNITY)
            found = decode_pdu(data, at, version)
        except OtherMessage:
            return Read(Drop.NO_NOTIFICATION)
        except BerError:
            return Read(Drop.MALFORMED)
        return Read(None, found, answer_v2c(community, found) if found.inform else None)

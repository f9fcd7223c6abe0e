"""What is remembered of one agent: the credential that works, how much it can answer at once, how far away it is."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from math import inf
from weakref import WeakKeyDictionary

from probes.secret import Secret
from probes.transports.snmp.ber import Expected
from probes.transports.snmp.channel import Channel
from probes.transports.snmp.contract import WELL_MANNERED, Manners, Question
from probes.transports.snmp.speaker import Speaker
from probes.transports.sockets import SocketAddress

# So many values are asked for at once: with 8-byte counters of interfaces they fill 1,400 bytes.
MOST_VALUES = 55
# After so many operations that went well at a reduced size, a little more is tried.
CLEAN_BEFORE_MORE = 8
# A new round trip that is longer than the remembered one moves it by this share; a shorter one is taken at once.
_ROUND_TRIP_SHARE = 0.125


@dataclass(slots=True)
class Size:
    """How much is asked for at once: shrinks at once when that is too much, grows back slowly, never beyond `start`."""

    value: int
    clean: int = 0

    def too_much(self, smaller: int) -> None:
        """So much turned out to work where more did not."""
        self.value = smaller
        self.clean = 0

    def went_well(self, start: int, step: int) -> None:
        """An operation at this size went well; after some of them it grows by a step."""
        if self.value >= start:
            self.value = start
            return
        self.clean += 1
        if self.clean >= CLEAN_BEFORE_MORE:
            self.value = min(start, self.value + step)
            self.clean = 0


@dataclass(slots=True)
class Agent:
    """One agent, found by its address and port. `round_trip` is seconds; infinite before the first answer.

    `quiet_until` is the monotonic time until which it is left alone because it refused every credential in
    `quiet_for`; `quiet_detail` says which.
    """

    address: SocketAddress
    channel: Channel
    credential: str | None = None
    silences: int = 0
    refusals: int = 0
    round_trip: float = inf
    portion: Size = field(default_factory=lambda: Size(MOST_VALUES))
    # By question: so many of its values fit into one answer, where that is fewer than usual.
    narrow: MutableMapping[Question, int] | None = None
    # By portion of a question (see multiget.py): how the next answer will look.
    expected: dict[object, Expected] = field(default_factory=dict)
    repetitions: Size | None = None
    abreast: Size | None = None
    manners: Manners = WELL_MANNERED
    quiet_until: float = 0.0
    quiet_for: tuple[str, ...] = ()
    quiet_detail: str = ""
    speaker_name: str = ""
    secret: Secret | None = field(default=None, repr=False)
    speaker: Speaker | None = field(default=None, repr=False)

    def narrows(self, question: Question, fit: int) -> None:
        """The values of this question are long: so many fit into one answer. Forgotten with the question."""
        if self.narrow is None:
            self.narrow = WeakKeyDictionary()
        self.narrow[question] = max(1, min(fit, self.narrow.get(question, fit)))

    def took(self, seconds: float) -> None:
        """An answer came after so long."""
        if seconds < self.round_trip:
            self.round_trip = max(0.0, seconds)
        else:
            self.round_trip += (seconds - self.round_trip) * _ROUND_TRIP_SHARE

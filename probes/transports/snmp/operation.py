"""One question to one agent, however many requests it takes: a machine driven by its channel, with one future.

Requests go one after the other. Each is repeated until an attempt is answered; attempts go through the credentials in
order as long as none is known to work. What differs (what to ask next, what to make of an answer) is in subclasses.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar

from probes.transports.errors import BadAnswer, CredentialsFault, Silent, TransportError
from probes.transports.snmp.agent import Agent
from probes.transports.snmp.ber import BerError, Response, decode_rest
from probes.transports.snmp.options import SnmpOptions
from probes.transports.snmp.speaker import V3, Speaker

# RFC 3416 section 3, error-status: the answer would not fit, the name does not exist (v1), not allowed.
TOO_BIG = 1
NO_SUCH_NAME = 2
AUTHORIZATION_ERROR = 16

_SHORTEST_WAIT = 0.25
# After so many silent operations in a row, credentials other than the one that last worked are tried again.
_SILENT_BEFORE_OTHERS = 2
# After so many operations in a row that ended in refusal, an agent is left alone for a while.
_REFUSALS_BEFORE_QUIET = 2
# An agent that was found to be slow is waited for longer: so many round trips, and at most so many seconds.
_SLOW = 2
_LONGEST_WAIT = 10.0
# A v3 agent may ask for a request again twice: once it told who it is, once what time it is there.
_MOST_AGAINS = 2

T = TypeVar("T")


@dataclass(slots=True)
class Shared:
    """What the operations of one engine share."""

    loop: asyncio.AbstractEventLoop
    options: SnmpOptions
    # The speaker of an agent by a credential's name; raises LocalFault.
    speaker: Callable[[Agent, str], Speaker]
    # What every request needs, at hand.
    now: Callable[[], float] = field(init=False)
    timeout: float = field(init=False)
    attempts: int = field(init=False)

    def __post_init__(self) -> None:
        """Put at hand what every request needs."""
        self.now = self.loop.time
        self.timeout = self.options.timeout
        self.attempts = 1 + self.options.retries


class Operation(Generic[T]):
    """The base of gets and walks. Call `begin`, then await `future`; call `abandon` when nobody awaits it any more."""

    __slots__ = (
        "_agains",
        "_credentials",
        "_faults",
        "_left",
        "_losses",
        "_number",
        "_request",
        "_sent",
        "_speakers",
        "_turn",
        "_until",
        "_worded",
        "address",
        "agent",
        "future",
        "names",
        "shared",
        "speaker",
    )

    def __init__(
        self, shared: Shared, agent: Agent, credentials: tuple[str, ...], until: float | None
    ) -> None:
        self.shared = shared
        self.agent = agent
        self.address = agent.address
        self.future: asyncio.Future[T] = shared.loop.create_future()
        self._until = inf if until is None else until
        known = agent.credential
        if known is not None and known in credentials and agent.silences < _SILENT_BEFORE_OTHERS:
            self.names: tuple[str, ...] = (known,)
        else:
            self.names = tuple(sorted(credentials, key=lambda name: name != known))
        self._speakers: dict[str, Speaker] | None = None
        self._faults: dict[str, CredentialsFault] | None = None
        self._credentials = credentials
        self._turn = self._left = self._agains = self._number = 0

    def begin(self) -> None:
        """Send the first request; raises LocalFault when a credential cannot be used."""
        if len(self.names) > 1:
            self.choose(self.names[0])
        else:
            self.speaker = self.shared.speaker(self.agent, self.names[0])
        self.advance()

    def abandon(self) -> None:
        """Nobody waits for the answer any more."""
        self.agent.channel.forget(self._number)

    def advance(self) -> None:
        """Ask for what is still lacking, or finish."""
        raise NotImplementedError

    def take(self, answer: Response) -> None:
        """Make something of an answer and go on. Raises BerError, having done nothing, when it is none."""
        raise NotImplementedError

    def lost(self) -> None:
        """Two attempts, or the last, were not answered: ask for less at the next if that may be why."""

    def out_of_time(self) -> None:
        """There is no time for another attempt."""
        self.exhausted()

    def stop(self, error: TransportError) -> None:
        """The request has failed for good."""
        self.fail(error)

    def finish(self, result: T) -> None:
        """The end: there is a result."""
        if not self.future.done():
            self.future.set_result(result)

    def fail(self, error: TransportError) -> None:
        """The end: there is none."""
        if not self.future.done():
            self.future.set_exception(error)

    @property
    def known(self) -> bool:
        """Whether silence may be due to what is asked: there is no doubt of the credential."""
        return len(self.names) == 1

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return self.shared.loop.time() >= self._until

    def ask(self, pdu: int, oids: tuple[bytes, ...], repetitions: int = 0) -> None:
        """Send a new request, with all attempts before it."""
        self._request = pdu, oids, repetitions
        self._left = self.shared.attempts * len(self.names)
        self._agains = self._losses = 0
        self._send()

    def reword(self) -> None:
        """Another speaker will send the request, perhaps of another version: put it as that understands it."""

    def instead(self, pdu: int, oids: tuple[bytes, ...], repetitions: int = 0) -> None:
        """Ask this at the next attempt."""
        self._request = pdu, oids, repetitions

    def _send(self, number: int = 0) -> None:
        """Send the request, under the same number where it is repeated as it was."""
        shared, agent = self.shared, self.agent
        now, patience = shared.now(), shared.timeout
        if self._until - now < patience * self._left or patience < _SLOW * agent.round_trip:
            patience = self.patience(self._until - now)
            if not patience:
                self.out_of_time()
                return
        channel = agent.channel
        if not number:
            self._sent = now
            self._number = number = channel.next_number()
        try:
            self._worded = pdu, oids, repetitions = self._request
            message = self.speaker.message(number, pdu, oids, repetitions, now)
            channel.send(self, number, message, now, patience)
        except TransportError as error:
            self.stop(error)

    def patience(self, remaining: float) -> float:
        """How long to wait for the answer, so that all attempts fit into the remaining time; 0 when none does."""
        if remaining < _SHORTEST_WAIT:
            return 0.0
        patience, far = self.shared.options.timeout, _SLOW * self.agent.round_trip
        if patience < far < inf:
            patience = min(far, _LONGEST_WAIT)
        if remaining >= patience * self._left:
            return patience
        enough = min(far, remaining) if far < inf else _SHORTEST_WAIT
        return min(patience, max(_SHORTEST_WAIT, enough, remaining / self._left))

    def choose(self, name: str) -> None:
        """Speak with this credential from now on; raises LocalFault."""
        if self._speakers is None:
            self._speakers = {}
        found = self._speakers.get(name)
        if found is None:
            found = self._speakers[name] = self.shared.speaker(self.agent, name)
        self.speaker = found

    def received(self, data: bytes, version: int, rest: int) -> None:
        """As `Waiting.received`."""
        if version != self.speaker.version:
            raise BerError("another version than was asked")
        if version == V3:
            self._read_v3(data)
        else:
            self.read(data, rest)

    def read(self, data: bytes, rest: int) -> None:
        """Read an answer of v1 or v2c, whose error-status is at this place; raises BerError."""
        self._judge(decode_rest(data, rest, self._number))

    def _read_v3(self, data: bytes) -> None:
        try:
            answer = self.speaker.read(data, self.shared.loop.time())
        except CredentialsFault as fault:
            self._refused(fault)
            return
        if isinstance(answer, Response):
            self._judge(answer)
        elif self._agains < _MOST_AGAINS:
            self._agains += 1
            self._send()
        else:
            self.stop(BadAnswer(answer.reason))

    def _judge(self, answer: Response) -> None:
        if answer.error_status == AUTHORIZATION_ERROR:
            self._refused(CredentialsFault(self.names[self._turn % len(self.names)]))
            return
        self.heard()
        self.take(answer)

    def heard(self) -> None:
        """An answer came: this credential is the one."""
        agent, name = self.agent, self.names[0]
        if agent.credential is not name or agent.silences or agent.refusals or len(self.names) > 1:
            agent.credential = name = self.names[self._turn % len(self.names)]
            agent.silences = agent.refusals = 0
            self.names, self._turn = (name,), 0
            self.measure()

    def measure(self) -> None:
        """Remember how long the answer took that has just come."""
        agent = self.agent
        agent.took(self.shared.loop.time() - self._sent - agent.channel.lain)

    def failed(self, error: TransportError) -> None:
        """As `Waiting.failed`."""
        if not isinstance(error, Silent):
            self.stop(error)
            return
        self._left -= 1
        self._losses += 1
        if self.known and (self._losses > 1 or not self._left):
            self.lost()
        if self._left <= 0:
            self.exhausted()
        elif self.known:
            self._repeat()
        else:
            self._next_credential()

    def _repeat(self) -> None:
        """The same again keeps its number, so that an answer which comes after the time-out still counts."""
        request, sent = self._request, self._worded
        self._send(self._number if request is sent and self.speaker.version != V3 else 0)

    def _next_credential(self) -> None:
        self._turn += 1
        try:
            self.choose(self.names[self._turn % len(self.names)])
        except TransportError as error:
            self.stop(error)
        else:
            self.reword()
            self._send()

    def exhausted(self) -> None:
        """No attempt was answered."""
        if self._faults:
            self._leave_alone()
        else:
            self.agent.silences += 1
            self.stop(Silent(self.agent.channel.elsewhere.pop(self.address, "")))

    def _refused(self, fault: CredentialsFault) -> None:
        """The agent spoke against this credential, which is not tried again; after the last it is left alone."""
        if self._faults is None:
            self._faults = {}
        self._faults[self.names[self._turn % len(self.names)]] = fault
        self.names = tuple(name for name in self._credentials if name not in self._faults)
        if not self.names:
            self._leave_alone()
            return
        self._left = len(self.names) * (1 + self.shared.options.retries)
        self._turn = -1
        self._next_credential()

    def _leave_alone(self) -> None:
        agent, fault = self.agent, next(iter((self._faults or {}).values()), CredentialsFault())
        agent.refusals += 1
        # Once may be a forged word: then the next look is bad as well, or it was nothing.
        if agent.refusals >= _REFUSALS_BEFORE_QUIET:
            agent.quiet_until = self.shared.loop.time() + self.shared.options.credentials_retry
            agent.quiet_for = self._credentials
            agent.quiet_detail = fault.detail
        self.stop(fault)

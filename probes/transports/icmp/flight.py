"""Echoes in flight: whose turn it is, which echo an answer belongs to, when a burst is over.

Neither event loop nor socket: wires and clocks are handed in, so that tests move time by hand.
"""

import errno
from array import array
from collections.abc import Callable, Iterable
from select import POLLERR, POLLIN

from probes.transports.errors import LocalFault, TransportError
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.icmp.pace import Pace
from probes.transports.icmp.wire import EchoError, Reply, Wire
from probes.transports.sockets import SocketAddress, own_address_towards, send_fault

Clock = Callable[[], float]

# An echo is found by the low 16 bits of its number, which are its sequence number on the wire.
SEQUENCES = 1 << 16
# Beyond so many in flight, new echoes wait until bursts are over: a free sequence number must be found quickly.
MOST_IN_FLIGHT = SEQUENCES - 4096
# So many packets are read in a turn, so that a flood leaves turns to others.
READ_AT_ONCE = 4096
# Answers after the end of a burst are kept for the next one, of so many addresses.
_ADDRESSES_KEPT = 65_536
# How often a send is tried again that failed, perhaps for an earlier packet's fault; and when it is of no use.
_SEND_ATTEMPTS = 2
_NO_ROOM = (errno.EAGAIN, errno.ENOBUFS)
# Those who cannot get a turn before their time is up are looked for so often, in seconds.
_SWEEP = 0.1
# The wall clock is read between two readings of the monotonic one that are at most so far apart, in seconds.
_CLOCKS_APART = 20e-6

_SILENT, _ANSWERED, _REFUSED = range(3)
_NEVER = array("d")


def _nobody() -> None:
    """Nobody waits."""


def _one() -> int:
    return 1


class Running:
    """A burst under way; once `over`, what still comes for it is kept for the next burst to its address.

    `spacing` is in ticks; `done` is called once, when it is over.
    """

    __slots__ = (
        "address",
        "count",
        "destination",
        "done",
        "duplicates",
        "fault",
        "faults",
        "heard",
        "late",
        "missing",
        "over",
        "packets",
        "rtts",
        "send",
        "sent",
        "spacing",
        "until",
        "wait",
        "wire",
    )

    def __init__(
        self,
        wire: Wire,
        destination: SocketAddress,
        count: int,
        size: int,
        spacing: int,
        wait: float,
        until: float,
        done: Callable[[], None],
    ) -> None:
        self.wire = wire
        self.destination = destination
        self.address: str = destination[0]
        self.count = count
        self.packets = wire.packets(size, destination)
        self.send = wire.send
        self.spacing = spacing
        self.wait = wait
        self.until = until
        self.done = done
        self.sent = array("d")
        self.rtts: list[float | None] = []
        self.heard = bytearray(count)
        self.missing = count
        self.faults: list[IcmpFault] = []
        self.duplicates = 0
        self.late = 0
        self.fault: TransportError | None = None
        self.over = False


class Flight:
    """All bursts under way. `number` is that before the first echo; each echo's is a `step` further, modulo 2**32.

    The lower half of a step is 1, so that sequence numbers follow each other; the upper may be random, since all
    devices see the token, and whoever knows the next number could answer for another.
    """

    def __init__(
        self,
        rate: float,
        number: int,
        monotonic: Clock,
        wall: Clock,
        step: Callable[[], int] = _one,
    ) -> None:
        self.under_way = self.in_flight = 0
        self.sent = self.answers = self.late = self.mismatched = self.duplicates = self.errors = 0
        self._monotonic = monotonic
        self._wall = wall
        self._pace: Pace[Running] = Pace(rate)
        self._swept = 0.0
        self._number = number
        self._step = step
        # By sequence number: the echo that had it last, even if its burst is over.
        self._bursts: list[Running | None] = [None] * SEQUENCES
        self._numbers = array("L", bytes(SEQUENCES * array("L").itemsize))
        self._places = array("L", bytes(SEQUENCES * array("L").itemsize))
        self._afterwards: dict[str, tuple[int, int]] = {}

    def start(self, running: Running, now: float) -> float:
        """Let a burst have its turn at the next tick; when that is."""
        running.wire.awaited += 1
        self.under_way += 1
        self._pace.after(now, 1, running)
        return self._pace.next_tick(now)

    def turn(self, wires: Iterable[Wire]) -> float | None:
        """Read what has arrived, end and send all that is due; when to call again, None while nothing is under way.

        All is read before anything is judged lost. The kernel has stamped what arrived, so nothing need be read at
        once: one turn a tick for everyone costs a fraction of one for every answer.
        """
        awaited = [wire for wire in wires if wire.awaited]
        for wire in awaited:
            self.read(wire)
        now = self._monotonic()
        pace = self._pace
        self._come_up(pace.due(now), now)
        before = self.sent
        full = self._send_ready(now)
        if pace.ready and now >= self._swept + _SWEEP:
            self._sweep(now)
        if self.sent > before:
            # Who is near has answered while others were being sent to.
            for wire in awaited:
                self.read(wire)
        when = pace.wake(now, full)
        if when is None or not self.under_way:
            return None
        # Answers are read each tick; who is held back by the rate is looked after even if none is awaited.
        return min(when, pace.next_tick(now) if self.in_flight else now + _SWEEP)

    def read(self, wire: Wire) -> None:
        """Take what has arrived on a socket."""
        waiting = wire.waiting()
        # Errors first, since the next of them is also raised by reading anything else.
        if waiting & POLLERR:
            self._take_errors(wire.errors(READ_AT_ONCE))
        if waiting & POLLIN:
            self._take(wire.receive(READ_AT_ONCE))

    def drop(self, running: Running) -> None:
        """Nobody waits for this burst any more."""
        if not running.over:
            running.over = True
            running.wire.awaited -= 1
            self.under_way -= 1
            self.in_flight -= len(running.sent)

    def end_all(self) -> None:
        """End every burst as it is."""
        for running in self._pace.everyone():
            self._end(running)

    def result(self, running: Running) -> Burst:
        """What a burst found, with what came after earlier ones. Raises what kept it from sending anything.

        An echo that got no fair wait, because we were late ourselves, does not count.
        """
        rtts = tuple(running.rtts if not running.missing else self._fair(running))
        if not any(running.heard) and (running.fault is not None or not rtts):
            raise running.fault or LocalFault("not sent in time")
        late, duplicates = self._afterwards.pop(running.address, (0, 0)) if self._afterwards else (0, 0)
        burst = Burst(rtts, tuple(running.faults), running.duplicates + duplicates, running.late, late)
        # It is remembered until its sequence numbers are used again, but needs no more than what was heard.
        running.rtts, running.sent, running.done = [], _NEVER, _nobody
        return burst

    def _fair(self, running: Running) -> list[float | None]:
        """What the echoes came to that were heard of, or had half their wait."""
        fair = self._monotonic() - running.wait / 2
        told = zip(running.rtts, running.sent, running.heard, strict=False)
        return [rtt for rtt, sent, heard in told if heard or sent <= fair]

    def _come_up(self, due: Iterable[Running], now: float) -> None:
        """Those who have sent all have waited long enough; the others may send."""
        for running in due:
            if running.over:
                continue
            if len(running.sent) >= running.count or now >= running.until:
                self._end(running)
            else:
                self._pace.ready.append(running)

    def _sweep(self, now: float) -> None:
        """While the rate holds all back, end those whose time is up."""
        self._swept = now
        for _ in range(len(self._pace.ready)):
            running = self._pace.ready.popleft()
            if not running.over and now >= running.until:
                self._end(running)
            if not running.over:
                self._pace.ready.append(running)

    def _end(self, running: Running) -> None:
        if not running.over:
            self.drop(running)
            running.done()

    def _send_ready(self, now: float) -> bool:
        """Send what the rate allows, to everyone in turn; whether there was no room for more.

        One function, since it runs for every echo and calls are what Python is slow at.
        """
        pace, monotonic = self._pace, self._monotonic
        ready = pace.ready
        budget = allowed = pace.allowed(now)
        full = False
        while ready and budget:
            running = ready.popleft()
            if running.over:
                continue
            if now >= running.until:
                self._end(running)
                continue
            number = self._book(running)
            if number is not None:
                packet = running.packets(number)
                running.sent[-1] = monotonic()
                try:
                    running.send(packet, running.destination)
                    self.sent += 1
                except OSError as error:
                    if not self._send_again(running, number, packet, error):
                        number = None
            if number is None:
                ready.appendleft(running)
                full = True
                break
            budget -= 1
            if running.fault is not None:
                self._end(running)
            elif len(running.sent) >= running.count:
                pace.at(min(running.sent[-1] + running.wait, running.until), running)
            elif running.spacing:
                pace.after(now, running.spacing, running)
            else:
                ready.append(running)
        pace.spend(allowed - budget)
        return full

    def _send_again(
        self, running: Running, number: int, packet: bytes | bytearray, error: OSError | None
    ) -> bool:
        """Whether an echo left after all, or never will (`fault` says why); False when there is no room just now.

        An ICMP error about any earlier packet is also reported by the next send, so a failed send is tried again
        once the queue of errors is empty.
        """
        for _ in range(_SEND_ATTEMPTS):
            if error is None or error.errno in _NO_ROOM:
                break
            self._take_errors(running.wire.errors(READ_AT_ONCE))
            running.sent[-1] = self._monotonic()
            try:
                running.send(packet, running.destination)
                error = None
            except OSError as again:
                error = again
        if error is None:
            self.sent += 1
            return True
        self._unbook(running, number)
        if error.errno in _NO_ROOM:
            return False
        running.fault = send_fault(error, running.destination)
        return True

    def _book(self, running: Running) -> int | None:
        """Give the burst's next echo a number whose sequence number no echo in flight bears; None: too many are."""
        if self.in_flight >= MOST_IN_FLIGHT:
            return None
        bursts, number = self._bursts, self._number
        while True:
            number = (number + self._step()) & 0xFFFFFFFF
            slot = number & 0xFFFF
            holder = bursts[slot]
            if holder is None or holder.over:
                break
        self._number = number
        bursts[slot] = running
        self._numbers[slot] = number
        self._places[slot] = len(running.sent)
        # Known before it is sent, since an error may be taken from the queue between two attempts.
        running.sent.append(0.0)
        running.rtts.append(None)
        self.in_flight += 1
        return number

    def _unbook(self, running: Running, number: int) -> None:
        running.sent.pop()
        running.rtts.pop()
        self._bursts[number & 0xFFFF] = None
        if not running.over:
            self.in_flight -= 1

    def _clocks(self) -> tuple[float, float]:
        """The monotonic time, and what to add to the wall clock to get it."""
        for _ in range(3):
            before = self._monotonic()
            wall = self._wall()
            now = self._monotonic()
            if now - before < _CLOCKS_APART:
                break
        return now, (before + now) / 2 - wall

    def _take(self, answers: Iterable[Reply]) -> None:
        """Give answers to their echoes. A round trip ends when the kernel took the answer; that stamp is of the wall
        clock, so what the monotonic clock says bounds it, in case the wall clock was set meanwhile.
        """
        now, offset = self._clocks()
        bursts, numbers, places = self._bursts, self._numbers, self._places
        for number, address, at in answers:
            slot = number & 0xFFFF
            running = bursts[slot]
            if running is None or numbers[slot] != number:
                self.late += 1
                continue
            if running.address != address:
                self.mismatched += 1
                continue
            place = places[slot]
            if running.over:
                self._take_odd(running, place)
                continue
            elapsed = now - running.sent[place]
            rtt = elapsed if at is None else at + offset - running.sent[place]
            if not 0.0 < rtt <= elapsed:
                rtt = elapsed
            if running.heard[place] == _ANSWERED or rtt > running.wait:
                self._take_odd(running, place)
                continue
            self.answers += 1
            running.rtts[place] = rtt
            running.heard[place] = _ANSWERED
            running.missing -= 1
            if not running.missing:
                self._end(running)

    def _take_odd(self, running: Running, place: int) -> None:
        """An answer beyond the first, or one after its time."""
        again = running.heard[place] == _ANSWERED
        self.duplicates += again
        self.late += not again
        if running.over:
            late, duplicates = self._afterwards.get(running.address, (0, 0))
            if late or duplicates or len(self._afterwards) < _ADDRESSES_KEPT:
                self._afterwards[running.address] = late + (not again), duplicates + again
        else:
            running.late += not again
            running.duplicates += again
            self._hear(running, place)
        running.heard[place] = _ANSWERED

    def _hear(self, running: Running, place: int) -> None:
        first = running.heard[place] != _ANSWERED
        running.heard[place] = _ANSWERED
        if first:
            running.missing -= 1
            if not running.missing:
                self._end(running)

    def _take_errors(self, errors: Iterable[EchoError]) -> None:
        for error in errors:
            slot = error.sequence
            running = self._bursts[slot]
            known = running is not None and error.number in (None, self._numbers[slot])
            if running is None or not known or running.over or running.address != error.address:
                self.late += 1
                continue
            self.errors += 1
            self._take_error(running, self._places[slot], error)

    def _take_error(self, running: Running, place: int, error: EchoError) -> None:
        if running.heard[place] != _SILENT:
            return
        by_target = error.reporter == running.address
        # Our own kernel reports 'host unreachable' when nobody answers ARP on our own link: that is plain silence.
        if by_target or own_address_towards(running.destination) != error.reporter:
            running.faults.append(IcmpFault(error.reporter, error.what, by_target))
            # The wait goes on: an error quotes so little that whoever sees our echoes can forge one about others'.
            running.heard[place] = _REFUSED

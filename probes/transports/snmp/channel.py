"""One UDP socket for all agents of an address family: requests out, answers matched, time-outs, ICMP errors.

Whoever asks is called back, from the reader or from the clock's tick: there is no future and no task per packet.
"""

import asyncio
import errno
import os
import socket
from array import array
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from probes.transports.errors import BadAnswer, LocalFault, PathBroken, Refused, Silent, TransportError
from probes.transports.snmp.ber import BerError, peek, unpadded
from probes.transports.snmp.gathering import Gathering, next_tick
from probes.transports.snmp.strays import Strays
from probes.transports.sockets import (
    QueuedError,
    SocketAddress,
    next_error,
    open_datagram,
    own_address_towards,
    send_fault,
)

_READ_BYTES = 65535
# After so many datagrams the event loop's other work has its turn, whatever still comes in.
READS_AT_ONCE = 256
# The same by bytes: the worst that can be put into so many takes some 25 ms to read.
READ_AT_ONCE_BYTES = 320_000
# So many ICMP errors are taken at once, and so many unreadable answers to one request before it has failed.
_ERRORS_AT_ONCE = 1024
MOST_UNREAD = 16
_MOST_SPOILT = 1024
_TICK = 0.05
_SEND_ATTEMPTS = 3
# Time-outs are rounded down to multiples of this, so that there are few queues of equal time-outs.
_TIMEOUT_STEP = 0.25
# Request ids stay within 31 bits and keep four bytes, so that they fit their place in the prepared message.
_FIRST_ID = 1 << 24
# So many are drawn at once, which makes one cost next to nothing.
_DRAWN_AT_ONCE = 1024


class Waiting(Protocol):
    """Who waits for an answer to one request."""

    address: SocketAddress

    def received(self, data: bytes, version: int, rest: int) -> None:
        """An answer with the right number from the right address came; `version` and `rest` are what `peek` found.

        Raises BerError, having done nothing, when it is no answer after all: then the wait goes on.
        """
        ...

    def failed(self, error: TransportError) -> None:
        """The request failed: Silent, Refused, PathBroken, or a local fault."""
        ...


class Channel:
    """Sends requests and calls back. Request id and source address must both match for an answer to count.

    Time-outs need no timer of their own: requests of equal time-out expire in the order in which they were sent.
    `talking` names who last asked an address: an ICMP error often quotes too little to tell which request it is about.
    `elsewhere` names the address that answered instead of one asked, which an agent of several addresses may do.
    """

    def __init__(self, family: int, buffer_bytes: int) -> None:
        self.socket: socket.socket = open_datagram(family, socket.SOCK_DGRAM, 0, buffer_bytes)
        self.requests = self.answers = self.timeouts = self.errors = 0
        self.strays = Strays()
        self.talking: dict[SocketAddress, int] = {}
        self.elsewhere: dict[SocketAddress, str] = {}
        self._loop = asyncio.get_running_loop()
        self.draw = draw_numbers
        self._drawn: list[int] = []
        self._pending: dict[int, Waiting] = {}
        self._unread: dict[int, int] = {}
        self._queues: dict[float, deque[tuple[float, int]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._outbox: list[tuple[int, bytes, SocketAddress]] = []
        self._turns = 0
        self._reading = False
        self._gathering = Gathering(self._loop.time())
        self._gatherer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._gathered = 0.0
        # How long what is being read may have waited for us, at most; seconds.
        self.lain = 0.0
        self._loop.add_reader(self.socket.fileno(), self._read)

    def close(self) -> None:
        """Close the socket; requests under way fail as local faults."""
        self._loop.remove_reader(self.socket.fileno())
        for timer in (self._timer, self._gatherer):
            if timer is not None:
                timer.cancel()
        for number in list(self._pending):
            self._fail(number, LocalFault("closed"))
        self._outbox.clear()
        self.socket.close()

    def next_number(self) -> int:
        """A request id of its own for the next request.

        At random, since every device sees the port and the numbers of its own requests: with the next number known,
        whoever may send under any address could answer for all others.
        """
        number = self._drawn.pop() if self._drawn else 0
        while number < _FIRST_ID or number in self._pending:
            if not self._drawn:
                self._drawn = [*self.draw()]
            number = self._drawn.pop()
        return number

    def send(self, waiting: Waiting, number: int, message: bytes, now: float, patience: float) -> None:
        """Send a request at the end of this turn of the event loop, and call back.

        What is sent in one go finds the kernel, and an agent on this machine, awake: a third of the cost of sending.
        """
        address = waiting.address
        if not self._outbox and not self._reading:
            self._loop.call_soon(self._flush)
        self._outbox.append((number, message, address))
        self._pending[number] = waiting
        self.talking[address] = number
        queue = self._queues.get(patience)
        if queue is None:
            # Nearly all wait for the usual time-out; what is left of a look's time takes any value.
            patience = max(_TIMEOUT_STEP, patience // _TIMEOUT_STEP * _TIMEOUT_STEP)
            queue = self._queues.setdefault(patience, deque())
        queue.append((now + patience, number))
        if self._timer is None:
            self._timer = self._loop.call_later(_TICK, self._tick)

    def _flush(self) -> None:
        send, pending = self.socket.sendto, self._pending
        outbox, self._outbox = self._outbox, []
        for number, message, address in outbox:
            if number not in pending:
                continue
            self.requests += 1
            try:
                send(message, address)
            except OSError as error:
                fault = self._send_again(message, address, error)
                if fault is not None:
                    self._fail(number, fault)

    def _send_again(self, message: bytes, address: SocketAddress, error: OSError) -> TransportError | None:
        """A send reports errors of earlier packets too: they are taken off the queue and the packet sent again.

        A full buffer of our own is like a packet lost on the way, and left to the time-out.
        """
        for _ in range(_SEND_ATTEMPTS - 1):
            if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                return None
            self._read_errors()
            try:
                self.socket.sendto(message, address)
            except OSError as another:
                error = another
            else:
                return None
        return send_fault(error, address)

    def forget(self, number: int) -> None:
        """Nobody waits for this request any more."""
        self._pending.pop(number, None)

    def _tick(self) -> None:
        if self._gatherer is not None:
            # All is read before anything is judged lost.
            self._take()
        now = self._loop.time()
        pending = self._pending
        for queue in list(self._queues.values()):
            while queue and queue[0][0] <= now:
                number = queue.popleft()[1]
                if number in pending:
                    self.timeouts += 1
                    self._fail(number, Silent())
        waiting = any(self._queues.values())
        self._timer = self._loop.call_later(_TICK, self._tick) if waiting else None
        self._gathering.judge(now, self._turns, self.answers)
        if (self._gathering.on and waiting) is (self._gatherer is None):
            self._change()

    def _fail(self, number: int, error: TransportError) -> bool:
        waiting = self._pending.pop(number, None)
        if waiting is None:
            return False
        waiting.failed(error)
        return True

    def _change(self) -> None:
        """Read at ticks from now on, or again as soon as something comes."""
        if self._gatherer is None:
            self._loop.remove_reader(self.socket.fileno())
            self._gathered = self._loop.time()
            self._gatherer = self._loop.call_at(next_tick(self._gathered), self._gather)
        else:
            self._gatherer.cancel()
            self._gatherer, self.lain = None, 0.0
            self._loop.add_reader(self.socket.fileno(), self._read)

    def _gather(self) -> None:
        more = self._take()
        call = self._loop.call_soon if more else partial(self._loop.call_at, next_tick(self._gathered))
        self._gatherer = call(self._gather)

    def _take(self) -> bool:
        now = self._loop.time()
        self.lain, self._gathered = now - self._gathered, now
        more = self._read()
        self._read_errors()
        return more

    def _read(self) -> bool:
        """Take what has come and send what it leads to; whether there may be more."""
        self._turns += 1
        self._reading = True
        try:
            return self._receive()
        finally:
            self._reading = False
            self._flush()

    def _receive(self) -> bool:
        """The hot loop. Errors are looked for when no datagram explains the call."""
        receive, pending, strays = self.socket.recvfrom, self._pending, self.strays
        room = READ_AT_ONCE_BYTES
        for turn in range(READS_AT_ONCE):
            if room <= 0:
                return True
            try:
                data, source = receive(_READ_BYTES)
                room -= len(data)
            except BlockingIOError:
                if not turn:
                    self._read_errors()
                return False
            except OSError:
                self._read_errors()
                return True
            try:
                version, number, rest = peek(data)
            except BerError:
                try:
                    data = unpadded(data)
                    version, number, rest = peek(data)
                except BerError:
                    strays.add_garbage(source[0])
                    continue
            waiting = pending.get(number)
            if waiting is None:
                strays.add_late(source[0])
            elif waiting.address != source:
                strays.add_foreign(source[0])
                self.elsewhere[waiting.address] = source[0]
            else:
                del pending[number]
                try:
                    waiting.received(data, version, rest)
                except BerError:
                    pending[number] = waiting
                    strays.add_garbage(source[0])
                    self._spoilt(number)
                else:
                    self.answers += 1
        return True

    def _spoilt(self, number: int) -> None:
        """An answer that cannot be read: another may be on its way, but not for ever."""
        if len(self._unread) >= _MOST_SPOILT:
            self._unread.clear()
        self._unread[number] = count = self._unread.get(number, 0) + 1
        if count >= MOST_UNREAD:
            del self._unread[number]
            self._fail(number, BadAnswer("bad_answer"))

    def _read_errors(self) -> None:
        for _ in range(_ERRORS_AT_ONCE):
            queued = next_error(self.socket)
            if queued is None:
                return
            number = self.talking.get(queued.destination)
            if number is None or number not in self._pending or not queued.what:
                continue
            error = _meaning(queued)
            if error is not None and self._fail(number, error):
                self.errors += 1


def draw_numbers() -> Iterable[int]:
    """Random numbers of 31 bits."""
    drawn = array("I", os.urandom(_DRAWN_AT_ONCE * 4))
    return [number >> 1 for number in drawn]


def _meaning(queued: QueuedError) -> TransportError | None:
    """What an ICMP error says of the target; None when it is our own link that found nobody (plain silence)."""
    if queued.reporter == queued.destination[0]:
        return Refused(queued.what)
    if queued.reporter == own_address_towards(queued.destination):
        return None
    return PathBroken(queued.reporter)

"""One UDP socket for all agents of an address family: requests out, answers matched, time-outs, ICMP errors."""

import asyncio
import errno
import socket
from collections import deque

from probes.transports.errors import LocalFault, PathBroken, Refused, Silent, TransportError
from probes.transports.snmp.ber import BerError, Response, decode_response
from probes.transports.sockets import (
    QueuedError,
    SocketAddress,
    next_error,
    open_datagram,
    own_address_towards,
    send_fault,
)

_READ_BYTES = 65535
_READS_AT_ONCE = 1024
_TICK = 0.05
_SEND_ATTEMPTS = 3
# Time-outs are rounded down to multiples of this, so that there are few queues of equal time-outs.
_TIMEOUT_STEP = 0.25
# Request ids stay within 31 bits and keep four bytes, so that they fit their place in the prepared message.
_FIRST_ID = 1 << 24
_LAST_ID = (1 << 31) - 1


class _Pending:
    """A request that waits for its answer."""

    __slots__ = ("address", "done")

    def __init__(self, address: SocketAddress, done: "asyncio.Future[Response]") -> None:
        self.address = address
        self.done = done


class Channel:
    """Sends prepared requests; see `ask`. Request id and source address must both match for an answer to count.

    Time-outs need no timer of their own: requests of equal time-out expire in the order in which they were sent.
    """

    def __init__(self, family: int, buffer_bytes: int, first_id: int) -> None:
        self.socket: socket.socket = open_datagram(family, socket.SOCK_DGRAM, 0, buffer_bytes)
        self.requests = self.answers = self.timeouts = self.late = self.foreign = self.garbage = (
            self.errors
        ) = 0
        self._loop = asyncio.get_running_loop()
        self._id = first_id
        self._pending: dict[int, _Pending] = {}
        # The last request to each address: an ICMP error often quotes too little to tell which request it is about.
        self._last: dict[SocketAddress, int] = {}
        self._queues: dict[int, deque[tuple[float, int]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(self.socket.fileno(), self._read)

    def close(self) -> None:
        """Close the socket; requests under way fail as local faults."""
        self._loop.remove_reader(self.socket.fileno())
        if self._timer is not None:
            self._timer.cancel()
        for request_id in list(self._pending):
            self._fail(request_id, LocalFault("closed"))
        self.socket.close()

    async def ask(self, address: SocketAddress, prefix: bytes, suffix: bytes, patience: float) -> Response:
        """Send one request and wait for its answer; raises Silent, Refused, PathBroken, NoRoute or a local fault."""
        self._id = request_id = self._id + 1 if self._id < _LAST_ID else _FIRST_ID
        pending = _Pending(address, self._loop.create_future())
        self._pending[request_id] = pending
        self._last[address] = request_id
        try:
            self._send(address, prefix + request_id.to_bytes(4, "big") + suffix)
            self._expect(request_id, patience)
            return await pending.done
        finally:
            self._pending.pop(request_id, None)
            if self._last.get(address) == request_id:
                del self._last[address]

    def _send(self, address: SocketAddress, message: bytes) -> None:
        """Send; an error of an earlier packet is reported here too, so it is taken off the queue and sent again."""
        self.requests += 1
        for attempt in range(_SEND_ATTEMPTS):
            try:
                self.socket.sendto(message, address)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    return
                if attempt + 1 == _SEND_ATTEMPTS:
                    raise send_fault(error, address) from None
                self._read_errors()
            else:
                return

    def _expect(self, request_id: int, patience: float) -> None:
        step = max(1, int(patience / _TIMEOUT_STEP))
        queue = self._queues.get(step)
        if queue is None:
            queue = self._queues[step] = deque()
        queue.append((self._loop.time() + step * _TIMEOUT_STEP, request_id))
        if self._timer is None:
            self._timer = self._loop.call_later(_TICK, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        for queue in self._queues.values():
            while queue and queue[0][0] <= now:
                if self._fail(queue.popleft()[1], Silent()):
                    self.timeouts += 1
        waiting = any(self._queues.values())
        self._timer = self._loop.call_later(_TICK, self._tick) if waiting else None

    def _fail(self, request_id: int, error: TransportError) -> bool:
        pending = self._pending.pop(request_id, None)
        if pending is None or pending.done.done():
            return False
        pending.done.set_exception(error)
        return True

    def _read(self) -> None:
        receive = self.socket.recvfrom
        pending = self._pending
        for _ in range(_READS_AT_ONCE):
            try:
                data, source = receive(_READ_BYTES)
            except OSError:
                self._read_errors()
                return
            try:
                answer = decode_response(data)
            except BerError:
                self.garbage += 1
                continue
            waiting = pending.get(answer.request_id)
            if waiting is None:
                self.late += 1
            elif waiting.address != source:
                self.foreign += 1
            else:
                del pending[answer.request_id]
                self.answers += 1
                if not waiting.done.done():
                    waiting.done.set_result(answer)

    def _read_errors(self) -> None:
        while queued := next_error(self.socket):
            request_id = self._last.get(queued.destination)
            if request_id is None or not queued.what:
                continue
            error = _meaning(queued)
            if error is not None and self._fail(request_id, error):
                self.errors += 1


def _meaning(queued: QueuedError) -> TransportError | None:
    """What an ICMP error says of the target; None when it is our own link that found nobody (plain silence)."""
    if queued.reporter == queued.destination[0]:
        return Refused(queued.what)
    if queued.reporter == own_address_towards(queued.destination):
        return None
    return PathBroken(queued.reporter)

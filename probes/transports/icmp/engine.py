"""The ICMP engine: one socket per address family for all targets, one timer for all echoes, paced sends."""

import asyncio
import errno
import heapq
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from math import inf
from socket import AF_INET, AF_INET6

from probes.messages import Message
from probes.transports.errors import LocalFault, NoRoute, PermissionDenied, TransportError
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.icmp.packet import MAX_SIZE, MIN_SIZE
from probes.transports.icmp.wire import Received, Wire, new_token, open_icmp_wire, open_simulated_wire
from probes.transports.sockets import (
    SocketAddress,
    address_family,
    own_address_towards,
    receive_buffer,
    send_fault,
)

_FAMILIES = {AF_INET: "IPv4", AF_INET6: "IPv6"}
PERMISSION_HINT = "net.ipv4.ping_group_range, CAP_NET_RAW"
# At most so many packets are read before other tasks get their turn.
_READS_AT_ONCE = 4096
# Sends may catch up this many seconds of the rate at once, since timers are not exact.
_CATCH_UP = 0.02
_SEND_ATTEMPTS = 3


class _Running:
    """A burst under way."""

    __slots__ = (
        "address",
        "count",
        "destination",
        "done",
        "duplicates",
        "fault",
        "faults",
        "open",
        "rtts",
        "size",
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
        spacing: float,
        wait: float,
        until: float,
    ) -> None:
        self.wire = wire
        self.destination = destination
        self.address: str = destination[0]
        self.count = count
        self.size = size
        self.spacing = spacing
        self.wait = wait
        self.until = until
        self.rtts: list[float | None] = []
        self.open: dict[int, tuple[int, float, float]] = {}
        self.faults: list[IcmpFault] = []
        self.duplicates = 0
        self.fault: TransportError | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settled(self) -> bool:
        """Whether every echo has been sent and has its answer or its ICMP error."""
        answered = sum(rtt is not None for rtt in self.rtts)
        return len(self.rtts) == self.count and answered + len(self.faults) >= self.count

    def finish(self) -> None:
        """Wake the one who waits."""
        if not self.done.done():
            self.done.set_result(None)


class IcmpEngine:
    """Sends bursts and sorts what comes back; see `Icmp` for its face. Make it by `open_icmp`."""

    def __init__(
        self,
        wires: Mapping[int, Wire],
        lacking: Mapping[int, TransportError],
        rate: float,
        remarks: tuple[Message, ...],
    ) -> None:
        self.remarks = remarks
        self._wires = wires
        self._lacking = lacking
        self._rate = rate
        self._allowance = 1.0
        self._refilled = 0.0
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due: list[tuple[float, int, _Running]] = []
        self._serial = 0
        self._number = int.from_bytes(new_token()[:4], "big")
        # By sequence number: the whole number and the burst it belongs to.
        self._pending: dict[int, tuple[int, _Running]] = {}
        self._sent = self._answers = self._late = self._mismatched = self._duplicates = self._errors = 0

    async def burst(
        self,
        address: str,
        *,
        count: int = 5,
        spacing: float = 0.2,
        size: int = 56,
        wait: float = 1.0,
        until: float | None = None,
    ) -> Burst:
        """As `Icmp.burst`. The sends are drawn together when `until` is too near for `spacing` and `wait`."""
        family = address_family(address)
        wire = self._wires.get(family)
        if wire is None:
            raise self._lacking.get(family, NoRoute(address))
        now = self._loop.time()
        end = inf if until is None else until
        wait = max(0.0, min(wait, end - now))
        spacing = min(spacing, max(0.0, end - now - wait) / max(1, count - 1))
        size = min(max(size, MIN_SIZE), MAX_SIZE)
        running = _Running(wire, wire.resolve(address), count, size, spacing, wait, end)
        self._push(now, running)
        self._turn()
        try:
            await running.done
        finally:
            self._forget(running)
        return self._outcome(running)

    def counts(self) -> dict[str, int]:
        """As `Icmp.counts`."""
        return {
            "icmp_sent": self._sent,
            "icmp_answers": self._answers,
            "icmp_duplicates": self._duplicates,
            "icmp_late": self._late,
            "icmp_mismatched": self._mismatched,
            "icmp_errors": self._errors,
            "icmp_foreign": sum({id(wire): wire.foreign for wire in self._wires.values()}.values()),
        }

    def read(self, wire: Wire) -> None:
        """Take what has arrived on a socket."""
        now = self._loop.time()
        for _ in range(_READS_AT_ONCE):
            received = wire.receive()
            if received is None:
                return
            if received.what:
                self._take_error(received)
            else:
                self._take_answer(received, now)

    def close(self) -> None:
        """Stop the timer; bursts under way end as they are."""
        if self._timer is not None:
            self._timer.cancel()
        for _, _, running in self._due:
            running.finish()

    def _outcome(self, running: _Running) -> Burst:
        """What the burst found. An echo that got no fair wait, because we were late ourselves, does not count."""
        fair = self._loop.time() - running.wait / 2
        unfair = (
            {place for place, sent, _ in running.open.values() if sent > fair}
            if not running.settled()
            else ()
        )
        rtts = tuple(rtt for place, rtt in enumerate(running.rtts) if rtt is not None or place not in unfair)
        told = bool(running.faults) or any(rtt is not None for rtt in rtts)
        if not told and (running.fault is not None or not rtts):
            raise running.fault or LocalFault("not sent in time")
        return Burst(rtts, tuple(running.faults), running.duplicates)

    def _forget(self, running: _Running) -> None:
        for number in running.open:
            self._pending.pop(number & 0xFFFF, None)

    def _push(self, when: float, running: _Running) -> None:
        self._serial += 1
        heapq.heappush(self._due, (when, self._serial, running))

    def _turn(self) -> None:
        """Send and finish all that is due, then set the one timer for what comes next."""
        now = self._loop.time()
        self._refill(now)
        due = self._due
        held = None
        while due and due[0][0] <= now:
            running = heapq.heappop(due)[2]
            if running.done.done():
                continue
            if len(running.rtts) >= running.count or now >= running.until:
                running.finish()
            elif self._allowance < 1.0 or not self._send(running, now):
                held = running
                break
            elif running.fault is not None:
                running.finish()
            else:
                self._push(min(self._next(running, now), running.until), running)
        if held is not None:
            self._push(now, held)
        self._set_timer(now, held is not None)

    def _next(self, running: _Running, now: float) -> float:
        return now + (running.spacing if len(running.rtts) < running.count else running.wait)

    def _refill(self, now: float) -> None:
        most = max(1.0, self._rate * _CATCH_UP)
        self._allowance = min(most, self._allowance + (now - self._refilled) * self._rate)
        self._refilled = now

    def _set_timer(self, now: float, held: bool) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due:
            when = now + max(1.0 / self._rate, 0.001) if held else self._due[0][0]
            self._timer = self._loop.call_at(when, self._turn)

    def _send(self, running: _Running, now: float) -> bool:
        """Send the burst's next echo; False when the socket is full for the moment.

        An ICMP error about any earlier packet is also reported by the next send, so a failed send is tried again
        once the queue of errors is empty.
        """
        self._number = number = self._number + 1 & 0xFFFFFFFF
        # Known before it is sent, since an error may be taken from the queue between two attempts.
        running.open[number] = len(running.rtts), now, time.time()
        self._pending[number & 0xFFFF] = number, running
        for attempt in range(_SEND_ATTEMPTS):
            try:
                running.wire.send(running.destination, number, running.size)
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    return self._unsend(running, number)
                if attempt + 1 == _SEND_ATTEMPTS:
                    self._unsend(running, number)
                    running.fault = send_fault(error, running.destination)
                    return True
                self.read(running.wire)
                continue
            break
        self._allowance -= 1.0
        self._sent += 1
        running.rtts.append(None)
        return True

    def _unsend(self, running: _Running, number: int) -> bool:
        running.open.pop(number, None)
        self._pending.pop(number & 0xFFFF, None)
        return False

    def _take_answer(self, received: Received, now: float) -> None:
        number, running = self._pending.get(received.number & 0xFFFF, (None, None))
        if running is None or number != received.number:
            self._late += 1
            return
        if running.address != received.address:
            self._mismatched += 1
            return
        place, sent, sent_wall = running.open[number]
        if place >= len(running.rtts):
            return
        if running.rtts[place] is not None:
            running.duplicates += 1
            self._duplicates += 1
            return
        self._answers += 1
        running.rtts[place] = _round_trip(now - sent, received.at, sent_wall)
        if running.settled():
            running.finish()

    def _take_error(self, received: Received) -> None:
        _, running = self._pending.get(received.number & 0xFFFF, (None, None))
        if running is None or running.address != received.address:
            self._late += 1
            return
        self._errors += 1
        by_target = received.reporter == running.address
        # Our own kernel reports 'host unreachable' when nobody answers ARP on our own link: that is plain silence.
        if by_target or own_address_towards(running.destination) != received.reporter:
            running.faults.append(IcmpFault(received.reporter, received.what, by_target))
            if running.settled():
                running.finish()


def _round_trip(elapsed: float, received: float | None, sent: float) -> float:
    """Seconds from send to the kernel's receive time, bounded by the monotonic clock in case the wall was set."""
    if received is None:
        return elapsed
    measured = received - sent
    return measured if 0.0 < measured <= elapsed else elapsed


@contextmanager
def open_icmp(
    buffer_bytes: int, rate: float, responder: tuple[str, int] | None = None
) -> Iterator[IcmpEngine]:
    """Open the ICMP sockets that can be had; `remarks` say which mode was chosen and what is lacking."""
    token = new_token()
    with ExitStack() as stack:
        if responder is None:
            wires, lacking, remarks = _real_wires(token, buffer_bytes)
        else:
            wires, lacking, remarks = _simulated_wires(responder, token, buffer_bytes)
        loop = asyncio.get_running_loop()
        engine = IcmpEngine(wires, lacking, rate, tuple(remarks))
        stack.callback(engine.close)
        for wire in {id(wire): wire for wire in wires.values()}.values():
            stack.enter_context(closing(wire.socket))
            loop.add_reader(wire.socket.fileno(), engine.read, wire)
            stack.callback(loop.remove_reader, wire.socket.fileno())
        yield engine


def _real_wires(
    token: bytes, buffer_bytes: int
) -> tuple[dict[int, Wire], dict[int, TransportError], list[Message]]:
    wires: dict[int, Wire] = {}
    lacking: dict[int, TransportError] = {}
    remarks: list[Message] = []
    forbidden: list[str] = []
    for family, name in _FAMILIES.items():
        wire, error, errors = open_icmp_wire(family, token, buffer_bytes)
        if wire is not None:
            wires[family] = wire
            remarks.append(Message("icmp.mode", {"family": name, "mode": wire.mode}))
            remarks.extend(buffer_remark(f"ICMP/{name}", receive_buffer(wire.socket), buffer_bytes))
        elif isinstance(error, PermissionError):
            lacking[family] = PermissionDenied(PERMISSION_HINT)
            forbidden.append(f"{name}: {errors}")
        else:
            lacking[family] = NoRoute(errors)
            remarks.append(Message("socket.family", {"family": name, "error": errors}))
    if forbidden:
        remarks.append(Message("icmp.permission", {"errors": "; ".join(forbidden)}))
    return wires, lacking, remarks


def _simulated_wires(
    responder: tuple[str, int], token: bytes, buffer_bytes: int
) -> tuple[dict[int, Wire], dict[int, TransportError], list[Message]]:
    wire = open_simulated_wire(responder, token, buffer_bytes)
    remark = Message("icmp.simulated", {"responder": f"{responder[0]}:{responder[1]}"})
    return {AF_INET: wire, AF_INET6: wire}, {}, [remark]


def buffer_remark(transport: str, got: int, asked: int) -> list[Message]:
    """A remark when a receive buffer is smaller than asked for."""
    if got >= asked:
        return []
    return [Message("socket.buffer", {"transport": transport, "got": str(got), "asked": str(asked)})]

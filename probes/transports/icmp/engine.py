"""The ICMP engine: one socket per address family for all targets, one timer for all echoes, sends in 10 ms ticks."""

import asyncio
import logging
import os
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from socket import AF_INET, AF_INET6

from probes.messages import Message
from probes.transports.errors import LocalFault, NoRoute, PermissionDenied, TransportError
from probes.transports.icmp.contract import Burst
from probes.transports.icmp.flight import Flight, Running
from probes.transports.icmp.pace import TICK
from probes.transports.icmp.packet import MAX_SIZE, MIN_SIZE
from probes.transports.icmp.wire import SIMULATED, OpenWire, new_token, open_icmp_wire, open_simulated_wire
from probes.transports.sockets import address_family, receive_buffer

_log = logging.getLogger(__name__)

_FAMILIES = {AF_INET: "IPv4", AF_INET6: "IPv6"}
PERMISSION_HINT = "net.ipv4.ping_group_range, CAP_NET_RAW"
# What was refused is asked for again after so many seconds: an operator may have allowed it since.
TRY_AGAIN = 60.0
_STEPS_AT_ONCE = 1024


class IcmpEngine:
    """Sends bursts and sorts what comes back; see `Icmp` for its face. Make it by `open_icmp`."""

    def __init__(self, token: bytes, buffer_bytes: int, rate: float, try_again: float = TRY_AGAIN) -> None:
        self.remarks: tuple[Message, ...] = ()
        self._token = token
        self._buffer_bytes = buffer_bytes
        self._try_again = try_again
        self._loop = asyncio.get_running_loop()
        number = int.from_bytes(new_token()[:4], "big")
        self._flight = Flight(rate, number, self._loop.time, time.time, random_steps().__next__)
        self._wires: dict[int, OpenWire] = {}
        self._classes: dict[tuple[int, int], OpenWire] = {}
        self._sockets: list[OpenWire] = []
        self._listening = True
        self._lacking: dict[int, TransportError] = {}
        self._tried = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def burst(
        self,
        address: str,
        *,
        count: int = 5,
        spacing: float = 0.2,
        size: int = 56,
        wait: float = 1.0,
        until: float | None = None,
        tos: int = 0,
    ) -> Burst:
        """As `Icmp.burst`. The sends are drawn together when `until` is too near for `spacing` and `wait`."""
        wire = self._marked(address_family(address), tos)
        now = self._loop.time()
        end = inf if until is None else until
        wait = max(0.0, min(wait, end - now))
        room = max(0.0, end - now - wait) / max(1, count - 1)
        done: asyncio.Future[None] = self._loop.create_future()

        def finish() -> None:
            if not done.done():
                done.set_result(None)

        running = Running(
            wire=wire,
            destination=wire.resolve(address),
            count=count,
            size=min(max(size, MIN_SIZE), MAX_SIZE),
            spacing=ticks(spacing, room),
            wait=wait,
            until=end,
            done=finish,
        )
        self._set_timer(self._flight.start(running, now))
        self._listen(wanted=False)
        try:
            await done
        finally:
            self._flight.drop(running)
        return self._flight.result(running)

    @property
    def in_flight(self) -> int:
        """How many echoes of bursts under way have been sent."""
        return self._flight.in_flight

    def counts(self) -> dict[str, int]:
        """As `Icmp.counts`."""
        flight = self._flight
        return {
            "icmp_sent": flight.sent,
            "icmp_answers": flight.answers,
            "icmp_duplicates": flight.duplicates,
            "icmp_late": flight.late,
            "icmp_mismatched": flight.mismatched,
            "icmp_errors": flight.errors,
            "icmp_foreign": sum(wire.foreign for wire in self._sockets),
        }

    def close(self) -> None:
        """Close the sockets; bursts under way end as they are."""
        if self._timer is not None:
            self._timer.cancel()
        self._flight.end_all()
        self._listen(wanted=False)
        for wire in self._sockets:
            wire.socket.close()

    def _wire(self, family: int) -> OpenWire:
        """The socket of an address family; raises why there is none. What was refused is asked for again."""
        if family in self._lacking and self._loop.time() >= self._tried + self._try_again:
            self.open_real()
            for remark in self.remarks:
                if remark.code == "icmp.mode":
                    _log.warning("Echoes can be sent now. %s", remark.english())
        wire = self._wires.get(family)
        if wire is None:
            raise self._lacking[family]
        return wire

    def _marked(self, family: int, tos: int) -> OpenWire:
        """The socket of an address family whose packets bear this traffic class, opened when first asked for.

        Of its own token: a raw socket hears the answers to all others.
        """
        plain = self._wire(family)
        if not tos or plain.mode == SIMULATED:
            return plain
        wire = self._classes.get((family, tos))
        if wire is None:
            wire, error, errors = open_icmp_wire(family, new_token(), self._buffer_bytes, tos)
            if wire is None:
                raise LocalFault(errors) from error
            self._classes[family, tos] = wire
            self._add(wire)
        return wire

    def _turn(self) -> None:
        self._timer = None
        self._set_timer(self._flight.turn(self._sockets))
        self._listen(self._timer is None)

    def _listen(self, wanted: bool) -> None:
        """While nothing is under way no turn reads the sockets, so that stragglers must be read as they come."""
        if wanted is self._listening:
            return
        self._listening = wanted
        for wire in self._sockets:
            if wanted:
                self._loop.add_reader(wire.socket.fileno(), self._flight.read, wire)
            else:
                self._loop.remove_reader(wire.socket.fileno())

    def _set_timer(self, when: float | None) -> None:
        if when is None:
            return
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._turn)

    def _add(self, wire: OpenWire, *families: int) -> None:
        self._wires.update(dict.fromkeys(families, wire))
        self._sockets.append(wire)
        if self._listening:
            self._loop.add_reader(wire.socket.fileno(), self._flight.read, wire)

    def open_real(self) -> None:
        """Open the sockets that are not open yet; `remarks` say which mode was chosen and what is lacking."""
        self._tried = self._loop.time()
        remarks: list[Message] = []
        forbidden: list[str] = []
        for family, name in _FAMILIES.items():
            if family in self._wires:
                continue
            wire, error, errors = open_icmp_wire(family, self._token, self._buffer_bytes)
            if wire is not None:
                self._add(wire, family)
                self._lacking.pop(family, None)
                remarks.append(Message("icmp.mode", {"family": name, "mode": wire.mode}))
                remarks += buffer_remark(f"ICMP/{name}", receive_buffer(wire.socket), self._buffer_bytes)
            elif isinstance(error, PermissionError):
                self._lacking[family] = PermissionDenied(PERMISSION_HINT)
                forbidden.append(f"{name}: {errors}")
            else:
                self._lacking[family] = NoRoute(errors)
                remarks.append(Message("socket.family", {"family": name, "error": errors}))
        if forbidden:
            remarks.append(Message("icmp.permission", {"errors": "; ".join(forbidden)}))
        self.remarks = tuple(remarks)

    def open_simulated(self, responder: tuple[str, int]) -> None:
        """Send all echoes to a responder instead of to the network."""
        wire = open_simulated_wire(responder, self._token, self._buffer_bytes)
        self._add(wire, AF_INET, AF_INET6)
        self.remarks = (Message("icmp.simulated", {"responder": f"{responder[0]}:{responder[1]}"}),)


def random_steps() -> Iterator[int]:
    """From the number of one echo to that of the next: 1, and a random upper half (16 bits)."""
    while True:
        for high in array("H", os.urandom(_STEPS_AT_ONCE * 2)):
            yield high << 16 | 1


def ticks(spacing: float, room: float) -> int:
    """The spacing in ticks: the nearest, at least one unless it is 0, but no more than there is room for (seconds)."""
    wanted = max(1, round(spacing / TICK)) if spacing > 0.0 else 0
    return wanted if room >= wanted * TICK else int(room / TICK)


@contextmanager
def open_icmp(
    buffer_bytes: int,
    rate: float,
    responder: tuple[str, int] | None = None,
    try_again: float = TRY_AGAIN,
) -> Iterator[IcmpEngine]:
    """Open the ICMP sockets that can be had; `remarks` say which mode was chosen and what is lacking.

    What is lacking is asked for again by a burst that comes `try_again` seconds or more after the last time.
    """
    engine = IcmpEngine(new_token(), buffer_bytes, rate, try_again)
    try:
        if responder is None:
            engine.open_real()
        else:
            engine.open_simulated(responder)
        yield engine
    finally:
        engine.close()


def buffer_remark(transport: str, got: int, asked: int) -> list[Message]:
    """A remark when a receive buffer is smaller than asked for."""
    if got >= asked:
        return []
    return [Message("socket.buffer", {"transport": transport, "got": str(got), "asked": str(asked)})]

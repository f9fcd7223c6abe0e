"""Requests and answers by UDP: a socket of its own per conversation, so that its port tells answers apart."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from math import inf

from probes.transports.datagrams.contract import Arrived, Reply
from probes.transports.errors import LocalFault, NoRoute, Silent
from probes.transports.permits import Permits
from probes.transports.sockets import (
    SocketAddress,
    address_family,
    icmp_fault,
    open_datagram,
    own_address_towards,
    send_fault,
    socket_address,
)

_LARGEST = 65_535
_BUFFER = 65_536
# Whoever floods us is not read for ever in one wait.
_MOST_FOREIGN = 100


class UdpDatagram:
    """One socket towards one target; see `Datagram`."""

    def __init__(self, opened: socket.socket, destination: SocketAddress, until: float) -> None:
        self._socket, self._destination, self._until = opened, destination, until
        self._loop = asyncio.get_running_loop()
        self.foreign = 0

    @property
    def local(self) -> tuple[str, int]:
        """As `Datagram.local`."""
        name = self._socket.getsockname()
        return str(name[0]), int(name[1])

    async def send(self, data: bytes) -> None:
        """As `Datagram.send`."""
        try:
            self._socket.sendto(data, self._destination)
        except OSError as error:
            # An ICMP error about what was sent before comes out of the next call.
            raise icmp_fault(self._socket, self._destination) or send_fault(
                error, self._destination
            ) from None

    async def receive(self, wait: float | None = None) -> Arrived | None:
        """As `Datagram.receive`."""
        until = self._until if wait is None else min(self._until, self._loop.time() + wait)
        try:
            async with asyncio.timeout_at(until if until < inf else None):
                return await self._next()
        except TimeoutError:
            if wait is None or self._loop.time() >= self._until:
                raise Silent from None
            return None

    async def _next(self) -> Arrived:
        while True:
            await self._readable()
            arrived = self._taken()
            if arrived is not None:
                return arrived

    async def _readable(self) -> None:
        """Wait for a datagram or an ICMP error."""
        ready = self._loop.create_future()
        number = self._socket.fileno()
        self._loop.add_reader(number, _settle, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(number)

    def _taken(self) -> Arrived | None:
        try:
            data, source = self._socket.recvfrom(_LARGEST)
        except OSError:
            # Nothing there, or what the kernel noted of an ICMP error: the error itself stands in the queue.
            fault = icmp_fault(self._socket, self._destination)
            if fault is None or isinstance(fault, Silent):
                return None
            raise fault from None
        if source[0] == self._destination[0]:
            return Arrived(data, int(source[1]), self._loop.time())
        self.foreign += 1
        if self.foreign >= _MOST_FOREIGN:
            raise Silent(str(source[0]))
        return None

    async def ask(self, data: bytes, accept: Callable[[bytes], bool], resend: Sequence[float] = ()) -> Reply:
        """As `Datagram.ask`."""
        began = self._loop.time()
        for repeated, pause in enumerate((*resend, None)):
            await self.send(data)
            arrived = await self._accepted(accept, pause)
            if arrived is not None:
                return Reply(arrived.data, arrived.port, None if repeated else arrived.at - began)
        raise Silent

    async def _accepted(self, accept: Callable[[bytes], bool], pause: float | None) -> Arrived | None:
        end = None if pause is None else self._loop.time() + pause
        while True:
            left = None if end is None else max(0.0, end - self._loop.time())
            arrived = await self.receive(left)
            if arrived is None or accept(arrived.data):
                return arrived


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class UdpDatagrams:
    """Opens sockets; see `Datagrams`."""

    def __init__(self, permits: Permits) -> None:
        self._permits = permits
        self._opened = self._foreign = 0

    @asynccontextmanager
    async def open(self, address: str, port: int, *, until: float) -> AsyncIterator[UdpDatagram]:
        """As `Datagrams.open`."""
        async with self._permits.hold(until):
            destination = socket_address(address, port)
            opened = _bound(address, destination)
            self._opened += 1
            datagram = UdpDatagram(opened, destination, until)
            try:
                yield datagram
            finally:
                self._foreign += datagram.foreign
                opened.close()

    def counts(self) -> dict[str, int]:
        """As `Datagrams.counts`."""
        return {"datagram_conversations": self._opened, "datagrams_foreign": self._foreign}


def _bound(address: str, destination: SocketAddress) -> socket.socket:
    """Bound to our address towards the target, so that it can be told to it."""
    own = own_address_towards(destination)
    if own is None:
        raise NoRoute(address)
    opened: socket.socket | None = None
    try:
        opened = open_datagram(address_family(address), socket.SOCK_DGRAM, 0, _BUFFER)
        opened.bind((own, 0, *destination[2:]))
    except OSError as error:
        if opened is not None:
            opened.close()
        raise LocalFault(errno.errorcode.get(error.errno or 0, "")) from None
    return opened

"""TCP and TLS by asyncio: one socket per conversation, every wait and every read bounded."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache

from probes.messages import Message
from probes.transports.errors import (
    BadAnswer,
    LocalFault,
    NoRoute,
    PathBroken,
    PermissionDenied,
    Refused,
    Reset,
    Silent,
    TlsFault,
    TransportError,
)
from probes.transports.permits import Permits, patience
from probes.transports.sockets import (
    SocketAddress,
    address_family,
    icmp_fault,
    own_address_towards,
    report_errors,
    socket_address,
)
from probes.transports.streams.certificates import certificate, why_untrusted
from probes.transports.streams.contract import Before, Presented, Tls, Trust

_CHUNK = 65_536
# Where no ICMP error says who reported it: what a failed connect means.
_CONNECT_FAULTS: dict[int, type[TransportError]] = {
    errno.ECONNREFUSED: Refused,
    errno.ECONNRESET: Reset,
    errno.ENETUNREACH: PathBroken,
    errno.EHOSTUNREACH: Silent,
    errno.ETIMEDOUT: Silent,
    errno.EACCES: PermissionDenied,
    errno.EPERM: PermissionDenied,
}


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """`authorities` is a PEM file of authorities trusted beside the system's, '' for none."""

    authorities: str = ""


class TcpStream:
    """One conversation; see `Stream`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: float) -> None:
        self._reader, self._writer, self._until = reader, writer, until
        self._kept = bytearray()
        # What the conversation was before TLS: forgotten, it would close the connection beneath.
        self._plain: asyncio.StreamWriter | None = None
        self.presented: Presented | None = None

    @property
    def local(self) -> tuple[str, int]:
        """As `Stream.local`."""
        name = self._writer.get_extra_info("sockname") or ("", 0)
        return str(name[0]), int(name[1])

    async def send(self, data: bytes) -> None:
        """As `Stream.send`."""
        async with patience(self._until, "connected"), _named():
            self._writer.write(data)
            await self._writer.drain()

    async def read(self, limit: int) -> bytes:
        """As `Stream.read`."""
        if not self._kept:
            self._kept += await self._more()
        return self._taken(limit)

    async def read_exactly(self, count: int) -> bytes:
        """As `Stream.read_exactly`."""
        while len(self._kept) < count:
            await self._grow()
        return self._taken(count)

    async def read_until(self, separator: bytes, limit: int) -> bytes:
        """As `Stream.read_until`."""
        seen = 0
        while (place := self._kept.find(separator, seen, limit)) < 0:
            if len(self._kept) >= limit:
                raise BadAnswer(f"more than {limit} bytes")
            seen = max(0, len(self._kept) - len(separator) + 1)
            await self._grow()
        return self._taken(place + len(separator))

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._kept[:count])
        del self._kept[:count]
        return taken

    async def _grow(self) -> None:
        more = await self._more()
        if not more:
            raise BadAnswer("ended early")
        self._kept += more

    async def _more(self) -> bytes:
        async with patience(self._until, "connected"), _named():
            return await self._reader.read(_CHUNK)

    async def encrypt(self, context: ssl.SSLContext, name: str) -> None:
        """Begin TLS; raises ssl.SSLCertVerificationError beside the errors of `Stream`."""
        loop = asyncio.get_running_loop()
        plain, self._reader = self._reader, asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(self._reader)
        async with patience(self._until, "connected"), _named():
            try:
                transport = await loop.start_tls(
                    self._writer.transport, protocol, context, server_hostname=name
                )
            except (UnicodeError, TypeError):
                raise LocalFault(f"TLS {name[:100]}") from None
        assert transport is not None
        protocol.connection_made(transport)
        self._plain, self._writer = (
            self._writer,
            asyncio.StreamWriter(transport, protocol, self._reader, loop),
        )
        plain.feed_eof()
        if self._kept or await plain.read(1):
            # Whoever sits on the way could have put it there before anything was encrypted.
            raise BadAnswer("data before TLS")

    def shown(self) -> tuple[bytes, str]:
        """The certificate shown (DER) and the version of TLS."""
        spoken: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        return spoken.getpeercert(binary_form=True) or b"", spoken.version() or ""

    def close(self) -> None:
        """End the conversation at once: whoever does not read holds nothing of ours."""
        self._writer.transport.abort()


class TcpStreams:
    """Opens conversations over TCP; see `Streams`. `wall` is seconds since 1970, for what is left of certificates."""

    def __init__(self, options: StreamOptions, permits: Permits, wall: Callable[[], float]) -> None:
        self._options, self._permits, self._wall = options, permits, wall
        self._untrusted = 0

    @asynccontextmanager
    async def open(
        self,
        address: str,
        port: int,
        *,
        tls: Tls | None = None,
        before: Before | None = None,
        until: float,
    ) -> AsyncIterator[TcpStream]:
        """As `Streams.open`."""
        async with self._permits.hold(until):
            stream = await self._opened(address, port, tls, before, until)
            try:
                yield stream
            finally:
                stream.close()

    async def _opened(
        self, address: str, port: int, tls: Tls | None, before: Before | None, until: float
    ) -> TcpStream:
        if tls is None:
            return await self._talk(address, port, None, before, until)
        try:
            stream = await self._talk(address, port, tls, before, until)
            trusted, reason, detail = (True if tls.trust == "chain" else None), None, ""
        except ssl.SSLCertVerificationError as error:
            # OpenSSL ends what it does not trust and keeps no certificate to look at: asked once more for that.
            self._untrusted += 1
            stream = await self._talk(address, port, Tls(tls.name, "any"), before, until)
            trusted, reason, detail = False, why_untrusted(error.verify_code), error.verify_message
        der, version = stream.shown()
        stream.presented = Presented(trusted, reason, detail, certificate(der, self._wall()), version)
        return stream

    async def _talk(
        self, address: str, port: int, tls: Tls | None, before: Before | None, until: float
    ) -> TcpStream:
        connected = await _connected(socket_address(address, port), until)
        with ExitStack() as undo:
            undo.callback(connected.close)
            reader, writer = await asyncio.open_connection(sock=connected)
            undo.pop_all()
            stream = TcpStream(reader, writer, until)
            undo.callback(stream.close)
            if before is not None:
                await before(stream)
            if tls is not None:
                await stream.encrypt(_context(tls.trust, self._options.authorities), tls.name or address)
            undo.pop_all()
        return stream

    def counts(self) -> dict[str, int]:
        """As `Streams.counts`."""
        return {**self._permits.counts(), "certificates_untrusted": self._untrusted}


async def _connected(destination: SocketAddress, until: float) -> socket.socket:
    family = address_family(str(destination[0]))
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise LocalFault(errno.errorcode.get(error.errno or 0, "")) from None
    with ExitStack() as undo:
        undo.callback(opened.close)
        try:
            opened.setblocking(False)
            # Only while connecting: in a conversation a passing ICMP error must not end it.
            report_errors(opened, family, wanted=True)
            async with patience(until):
                await asyncio.get_running_loop().sock_connect(opened, destination)
            report_errors(opened, family, wanted=False)
        except OSError as error:
            raise icmp_fault(opened, destination) or _connect_fault(error, destination) from None
        undo.pop_all()
    return opened


def _connect_fault(error: OSError, destination: SocketAddress) -> TransportError:
    number = error.errno or 0
    if number not in (errno.ECONNREFUSED, errno.ECONNRESET) and own_address_towards(destination) is None:
        return NoRoute(errno.errorcode.get(number, ""))
    kind = _CONNECT_FAULTS.get(number, LocalFault)
    if kind in (Refused, Reset):
        return kind(f"TCP {destination[1]}")
    # The detail of silence is who else answered, that of a broken path who reported it: neither is known here.
    return kind("" if kind in (Silent, PathBroken) else errno.errorcode.get(number, ""))


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    """What goes wrong in a conversation, in our own words."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLEOFError:
        raise Reset("TLS") from None
    except ssl.SSLError as error:
        raise TlsFault(error.reason or "") from None
    except ConnectionError:
        raise Reset from None
    except OSError:
        raise Silent("connected") from None


def remarks(options: StreamOptions) -> tuple[Message, ...]:
    """What operators should know of the authorities they named: that they cannot be read."""
    if not options.authorities:
        return ()
    try:
        _context("chain", options.authorities)
    except LocalFault as fault:
        return (Message("streams.authorities", {"detail": fault.detail}),)
    return ()


@cache
def _context(trust: Trust, authorities: str) -> ssl.SSLContext:
    """Made once of each kind: reading the system's authorities takes some 20 ms and a megabyte."""
    context = ssl.create_default_context()
    if trust == "any":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Devices of ten years ago speak TLS 1.0 with short keys: what they show is read all the same.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    elif authorities:
        try:
            context.load_verify_locations(authorities)
        except OSError as error:
            said = error.reason if isinstance(error, ssl.SSLError) else error.strerror
            raise LocalFault(f"{authorities}: {said}") from None
    return context

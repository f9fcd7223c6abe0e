"""HTTP/1.1 by h11 over our own streams: one way of connecting, encrypting and failing for everything."""

import asyncio
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import h11

from probes.login import Login, authorization, challenges
from probes.transports.errors import BadAnswer, LocalFault
from probes.transports.names.contract import Names
from probes.transports.streams.contract import Presented, Stream, Streams, Tls
from probes.transports.web.contract import Headers, Request, Response

_PORTS = {"http": 80, "https": 443}
_CHUNK = 65_536
# Status line and headers together.
_MOST_HEAD = 65_536
_MOST_INTERIM = 20
# A server that sends single letters could keep everything else waiting: it is read no further, and others have their
# turn after so many pieces.
_MOST_PIECES = 10_000
_AT_ONCE = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNAUTHORIZED = 401
# Many devices lock a user out for whom too many wrong passwords came; so long SNMP waits as well.
_REFUSED_SECONDS = 300.0
_MOST_REFUSED = 10_000
# gzip or zlib, whichever it is (zlib's manual, inflateInit2).
_EITHER = 47
_SAFE = "/%?#[]@!$&'()*+,;=:~"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a URL leads: `authority` is what the Host header says, `path` what is asked for there."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str


class H11Web:
    """Asks web servers; see `Web`."""

    def __init__(self, streams: Streams, names: Names) -> None:
        self._streams, self._names = streams, names
        self._requests = 0
        # Until when logins are not tried again where they were refused.
        self._refused: dict[tuple[str, int, Login], float] = {}

    async def fetch(self, address: str, request: Request, *, until: float) -> Response:
        """As `Web.fetch`."""
        began = asyncio.get_running_loop().time()
        place = _place(request.url)
        if place is None:
            raise LocalFault(request.url[:200])
        response = await self._answered(address, place, request, until, began)
        presented = response.presented
        for _ in range(request.redirects):
            if response.status not in _REDIRECTS or not response.header("location"):
                break
            target = _joined(response.url, response.header("location"))
            response = await self._redirected(address, place, target, request, until, began)
            presented = presented or response.presented
        return replace(response, presented=presented)

    async def _redirected(
        self, address: str, asked: _Place, target: str, request: Request, until: float, began: float
    ) -> Response:
        place = _place(target)
        if place is None:
            raise BadAnswer(f"redirect to {_plain(target)}")
        there, logins = address, request.logins
        if place.host != asked.host:
            there, logins = (await self._names.resolve(place.host, until=until))[0], ()
            if _here(there) and not _here(address):
                raise BadAnswer(f"redirect to {_plain(target)}")
        if place.scheme != asked.scheme:
            logins = logins if place.scheme == "https" else ()
        onward = replace(request, url=target, method="GET", body=b"", logins=logins)
        return await self._answered(there, place, onward, until, began)

    async def _answered(
        self, address: str, place: _Place, request: Request, until: float, began: float
    ) -> Response:
        """A response, after a challenge with each login in turn."""
        response = await self._once(address, place, request, (), until, began)
        now = asyncio.get_running_loop().time()
        for login in request.logins:
            if response.status != _UNAUTHORIZED or _distrusted(response.presented):
                break
            if now < self._refused.get((address, place.port, login), now):
                continue
            # Names of rooms come as UTF-8, whatever headers were once meant to hold.
            asked = [
                value.encode("latin-1", "replace").decode("utf-8", "replace")
                for name, value in response.headers
                if name == "www-authenticate"
            ]
            nonce = secrets.token_hex(16)
            hidden = place.scheme == "https" or request.clear
            offered = [one for one in challenges(asked) if hidden or one.scheme != "basic"]
            said = authorization(offered, login, request.method, place.path, nonce)
            if said is None:
                break
            proof = (("Authorization", said),)
            response = await self._once(address, place, request, proof, until, began)
            if response.status == _UNAUTHORIZED:
                self._remember(address, place.port, login, now)
        return response

    def _remember(self, address: str, port: int, login: Login, now: float) -> None:
        if len(self._refused) >= _MOST_REFUSED:
            self._refused.clear()
        self._refused[address, port, login] = now + _REFUSED_SECONDS

    async def _once(
        self, address: str, place: _Place, request: Request, proof: Headers, until: float, began: float
    ) -> Response:
        self._requests += 1
        name = "" if _is_address(place.host) else place.host
        tls = Tls(name, request.trust) if place.scheme == "https" else None
        async with self._streams.open(address, place.port, tls=tls, until=until) as stream:
            if proof and _distrusted(stream.presented):
                raise BadAnswer("certificate")
            exchange = _Exchange(stream, place, request, began)
            await exchange.send(proof)
            response = await exchange.response()
            return replace(response, url=f"{place.scheme}://{place.authority}{place.path}")

    def counts(self) -> dict[str, int]:
        """As `Web.counts`."""
        return {"web_requests": self._requests}


class _Exchange:
    """One request and its response on one connection."""

    def __init__(self, stream: Stream, place: _Place, request: Request, began: float) -> None:
        self._stream, self._place, self._request, self._began = stream, place, request, began
        self._talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)

    async def send(self, proof: Headers) -> None:
        """Send the request; `proof` are headers that log in."""
        request = self._request
        length = (("Content-Length", str(len(request.body))),) if request.body else ()
        usual = (
            ("Host", self._place.authority),
            ("User-Agent", "netwatch"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        )
        try:
            head = h11.Request(
                method=request.method,
                target=self._place.path,
                headers=[
                    (name.encode(), value.encode())
                    for name, value in (*usual, *request.headers, *proof, *length)
                ],
            )
            sent = (
                [self._talk.send(head), self._talk.send(h11.EndOfMessage())]
                if not request.body
                else [
                    self._talk.send(head),
                    self._talk.send(h11.Data(data=request.body)),
                    self._talk.send(h11.EndOfMessage()),
                ]
            )
        except (h11.LocalProtocolError, UnicodeError) as error:
            raise LocalFault(str(error)) from None
        await self._stream.send(b"".join(part or b"" for part in sent))

    async def response(self) -> Response:
        """Read the response, or as much of it as is kept."""
        head = await self._head()
        first_byte = self._passed()
        body, cut = await self._body()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        encodings = {value.strip().lower() for name, value in headers if name == "content-encoding"}
        if encodings & {"gzip", "deflate", "x-gzip"}:
            body, cut = _inflated(body, cut, self._request.limit)
        phrase = _plain(head.reason.decode("latin-1"))
        presented = self._stream.presented
        return Response(
            head.status_code, phrase, headers, body, cut, first_byte, self._passed(), presented=presented
        )

    async def _head(self) -> h11.Response:
        for _ in range(_MOST_INTERIM):
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise BadAnswer("no response")

    async def _body(self) -> tuple[bytes, bool]:
        kept = bytearray()
        for piece in range(1, _MOST_PIECES):
            event = await self._event()
            if not isinstance(event, h11.Data):
                return bytes(kept), False
            kept += event.data
            if len(kept) > self._request.limit:
                return bytes(kept[: self._request.limit]), True
            if piece % _AT_ONCE == 0:
                await asyncio.sleep(0)
        raise BadAnswer("tiny pieces")

    async def _event(self) -> object:
        try:
            while (event := self._talk.next_event()) is h11.NEED_DATA:
                self._talk.receive_data(await self._stream.read(_CHUNK))
        except h11.RemoteProtocolError as error:
            raise BadAnswer(_plain(str(error))) from None
        return event

    def _passed(self) -> float:
        return asyncio.get_running_loop().time() - self._began


def _place(url: str) -> _Place | None:
    """Where a URL leads; None when it is none of HTTP."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        host = (parts.hostname or "").rstrip(".")
        host = host if _is_address(host) else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    # A zone names an interface of ours: that is nobody else's to say.
    if parts.scheme not in _PORTS or not host or "%" in host:
        return None
    return _Place(parts.scheme, host, port, _authority(parts.scheme, host, port), _target(parts))


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _authority(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _PORTS[scheme] else f"{shown}:{port}"


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe=_SAFE)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _here(address: str) -> bool:
    """Whether what is sent there comes to this machine itself; Linux takes 0.0.0.0 and :: for its own."""
    given = ip_address(address)
    found = getattr(given, "ipv4_mapped", None) or given
    return bool(found.is_loopback or found.is_unspecified)


def _distrusted(presented: Presented | None) -> bool:
    return presented is not None and presented.trusted is False


def _inflated(body: bytes, cut: bool, limit: int) -> tuple[bytes, bool]:
    """A compressed body, at most `limit` bytes of it; as it came when it is no such thing."""
    opener = zlib.decompressobj(wbits=_EITHER)
    try:
        plain = opener.decompress(body, limit)
    except zlib.error:
        return body, cut
    return plain, cut or bool(opener.unconsumed_tail)


def _plain(text: str) -> str:
    return "".join(_printable(text[:200]))


def _printable(text: str) -> Iterator[str]:
    for letter in text:
        yield letter if letter.isprintable() else " "

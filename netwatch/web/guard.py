"""Who may ask, and what every answer carries: method, size, host name and token are judged before any page is made."""

import base64
import binascii
import hmac
import ipaddress
import math
import re
from collections.abc import Iterable, Mapping

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netwatch.language import Translate

METHODS = frozenset({"GET", "HEAD"})
LONGEST_PATH = 2048
# The form of the acknowledgement page has no fields.
LONGEST_FORM = 1024
_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.]+))(?::\d{1,5})?")
CHALLENGE = 'Basic realm="netwatch", charset="UTF-8"'

Headers = Iterable[tuple[bytes, bytes]]


def security_headers(style: str = "") -> Mapping[str, str]:
    """Headers of every answer: nothing is loaded from anywhere, nothing is framed, kept or guessed.

    `style` is a CSP source for the page's own style sheet ('sha256-...').
    """
    policy = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    return {
        "content-security-policy": f"{policy}; style-src '{style}'" if style else policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }


def authorised(authorization: str, token: str) -> bool:
    """Whether an Authorization header bears the token: as Bearer, or as the password of Basic (any user name).

    Compared in constant time.
    """
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    elif scheme.lower() != "bearer":
        given = ""
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _password(credentials: str) -> str:
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]


def is_own_name(host: str) -> bool:
    """Whether a Host header names an address or localhost.

    Where no token is asked for, any other name may be a foreign page's that its owner let point at us (DNS
    rebinding), so that a browser on this machine would read us on its behalf.
    """
    match = _HOST.fullmatch(host)
    name = (match[1] or match[2]) if match else ""
    if name.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """An application behind the rules; `token` '' asks for none.

    Below `linked` the address itself is the credential: it needs no token, may be asked for by any name, and is the
    only thing that takes a POST.
    """

    def __init__(
        self, app: ASGIApp, token: str, translate: Translate = str, style: str = "", linked: str = ""
    ) -> None:
        self._app = app
        self._token = token
        self._linked = linked
        self._translate = translate
        self._headers = [(name.encode(), value.encode()) for name, value in security_headers(style).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever is not HTTP is none of ours."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, _ = _lower(scope["headers"]), self._translate
        linked = bool(self._linked) and scope["path"].startswith(self._linked)
        posted = linked and scope["method"] == "POST"
        if scope["method"] not in METHODS and not posted:
            return PlainTextResponse(_("Only GET and HEAD are answered.") + "\n", 405, {"allow": "GET, HEAD"})
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_PATH:
            return PlainTextResponse(_("The address is too long.") + "\n", 414)
        if _body(headers) > (LONGEST_FORM if posted else 0):
            return PlainTextResponse(_("A request has no body here.") + "\n", 413, {"connection": "close"})
        if posted and not _from_here(headers):
            return PlainTextResponse(_("Use the button on the page itself.") + "\n", 403)
        return None if linked else self._stranger(headers)

    def _stranger(self, headers: Mapping[str, str]) -> Response | None:
        _ = self._translate
        if self._token and not authorised(headers.get("authorization", ""), self._token):
            text = _("The token is missing or wrong: send it as Bearer, or as the password when asked.")
            return PlainTextResponse(text + "\n", 401, {"www-authenticate": CHALLENGE})
        if not self._token and not is_own_name(headers.get("host", "localhost")):
            text = _(
                "Ask by the address of this machine or by localhost; other names need a token to be set."
            )
            return PlainTextResponse(text + "\n", 421)
        return None


def _body(headers: Mapping[str, str]) -> float:
    """How long a body is said to be; without end for one that does not say."""
    length = headers.get("content-length", "0")
    known = "transfer-encoding" not in headers and length.isascii() and length.isdigit() and len(length) < 9
    return int(length) if known else math.inf


def _from_here(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says (Fetch Metadata; RFC 6454, 7).

    With our referrer policy browsers write Origin as 'null'.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin", "null")
    return origin == "null" or origin.partition("://")[2] == headers.get("host", "")


def _lower(headers: Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}

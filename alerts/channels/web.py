"""Asking servers by HTTP, with deadlines and without ever telling their addresses."""

import asyncio
from collections.abc import Callable
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from alerts.channels.contract import NotTaken, Unsure, quiet

Read = Callable[[], str]
# RFC 9110, sections 15.5.2 and 15.5.4.
UNKNOWN_TO_THEM = (401, 403)
# A few thousand alerts.
MOST_BYTES = 16 << 20


def client(deadline: float) -> httpx.AsyncClient:
    """A client that verifies certificates and follows nobody elsewhere; raises NotTaken."""
    quiet()
    plain = {"accept-encoding": "identity"}
    try:
        return httpx.AsyncClient(timeout=deadline, follow_redirects=False, headers=plain)
    except (ImportError, OSError, ValueError, httpx.InvalidURL):
        # A proxy or a file of authorities that the environment names.
        raise NotTaken("proxy") from None


def split_login(url: str) -> tuple[str, tuple[str, str] | None]:
    """An address without the login in it, and the login."""
    parts = urlsplit(url)
    if parts.username is None:
        return url, None
    host = parts.netloc.rpartition("@")[2]
    login = unquote(parts.username), unquote(parts.password or "")
    return urlunsplit(parts._replace(netloc=host)), login


async def ask(
    asking: httpx.AsyncClient, method: str, read: Read, path: str = "", json: object = None
) -> bytes:
    """Ask below an address and return the body of a good answer; raises NotTaken, or Unsure."""
    try:
        url, login = split_login(read().strip())
    except OSError:
        raise NotTaken("secret") from None
    except ValueError:
        raise NotTaken("address") from None
    whole = f"{url.rstrip('/')}{path}" if path else url
    try:
        # Whoever sends a byte now and then keeps within httpx's own deadlines, which hold for each step.
        async with asyncio.timeout(2 * (asking.timeout.read or 0)):
            async with asking.stream(method, whole, json=json, auth=login) as answer:
                return await _body(answer)
    except TimeoutError:
        raise Unsure("late") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotTaken("address") from None
    except httpx.ConnectError as fault:
        raise NotTaken("untrusted" if "CERTIFICATE_VERIFY_FAILED" in str(fault) else "unreachable") from None
    except httpx.ConnectTimeout:
        raise NotTaken("unreachable") from None
    except httpx.HTTPError:
        raise Unsure("late") from None


async def _body(answer: httpx.Response) -> bytes:
    if answer.status_code in UNKNOWN_TO_THEM:
        raise NotTaken("login")
    if not answer.is_success:
        raise NotTaken("refused")
    body = b""
    # Not unpacked: a few bytes could become a flood.
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise NotTaken("refused")
    return body

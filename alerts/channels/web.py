"""Asking servers by HTTP, with deadlines and without ever telling their addresses."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from alerts.channels.contract import NotTaken, Unsure, quiet

Read = Callable[[], str]


def client(deadline: float) -> httpx.AsyncClient:
    """A client that verifies certificates and follows nobody elsewhere."""
    quiet()
    return httpx.AsyncClient(timeout=deadline, follow_redirects=False)


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
) -> httpx.Response:
    """Ask below an address and return the answer if it is a good one; raises NotTaken, or Unsure."""
    try:
        url, login = split_login(read().strip())
    except OSError:
        raise NotTaken("secret") from None
    except ValueError:
        raise NotTaken("address") from None
    try:
        answer = await asking.request(
            method, f"{url.rstrip('/')}{path}" if path else url, json=json, auth=login
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotTaken("address") from None
    except httpx.ConnectError as fault:
        raise NotTaken("untrusted" if "CERTIFICATE_VERIFY_FAILED" in str(fault) else "unreachable") from None
    except httpx.ConnectTimeout:
        raise NotTaken("unreachable") from None
    except httpx.HTTPError:
        raise Unsure("late") from None
    if answer.status_code in (401, 403):
        raise NotTaken("login")
    if not answer.is_success:
        raise NotTaken("refused")
    return answer

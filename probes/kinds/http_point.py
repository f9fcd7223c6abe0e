"""One value of the XML or JSON that an I/O device serves over HTTP, compared with expected values.

For the state.xml and state.json of ControlByWeb's modules, the REST interface of Moxa's ioLogik, and others of that
kind. A name that is not in the answer tells nothing: unknown(not_offered); nor does an answer other than 200.
"""

from math import isfinite
from typing import Literal

from pydantic import Field

from probes.contract import Probe, Seen, Target
from probes.document import find, parse
from probes.kit import Kit
from probes.point import METRIC, STRIKES, PointParams, clean, read_number, readings, shown_number
from probes.transports.errors import BadAnswer, CredentialsFault
from probes.transports.web.contract import Request

# Moxa's ioLogik E1200 answers only who accepts this.
_MOXA_PATH = "/api/slot/"
_MOXA_HEADERS = (("Accept", "vdn.dac.v1"),)
_LIMIT = 262_144
_LOGIN_WANTED = (401, 403)
_OK = 200


class HttpPointParams(PointParams):
    """Which document, and which value of it: see `find`."""

    scheme: Literal["http", "https"] = "http"
    port: int | None = Field(None, ge=1, le=65535)
    path: str = Field(pattern=r"^/[!-~]*$", max_length=1000)
    name: str = Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", max_length=200)


async def look(target: Target, params: HttpPointParams, kit: Kit) -> Seen:
    """Ask for the document once."""
    response = await kit.fetch(target.address, _request(target, params, kit))
    if response.status in _LOGIN_WANTED:
        raise CredentialsFault(f"HTTP {response.status}")
    if response.status != _OK or response.cut:
        raise BadAnswer(f"HTTP {response.status}" if response.status != _OK else f"more than {_LIMIT} bytes")
    value = find(parse(response.body), params.name)
    if isinstance(value, bool | float | int):
        return _seen(float(value), params)
    if value is None or not (shown := clean(value)):
        return Seen(readings(None, None, params))
    measured = read_number(shown)
    return Seen(readings(shown, None, params)) if measured is None else _seen(measured, params)


def _seen(value: float, params: HttpPointParams) -> Seen:
    if not isfinite(value * params.scale):
        return Seen(readings(None, None, params))
    scaled = shown_number(value * params.scale)
    return Seen(readings(scaled, float(scaled), params))


def _request(target: Target, params: HttpPointParams, kit: Kit) -> Request:
    host = f"[{target.address}]" if ":" in target.address else target.address
    port = f":{params.port}" if params.port else ""
    return Request(
        url=f"{params.scheme}://{host}{port}{params.path}",
        headers=_MOXA_HEADERS if params.path.startswith(_MOXA_PATH) else (),
        logins=kit.logins(target),
        # Most of them know neither TLS nor Digest.
        clear=True,
        # Such devices sign their own certificate.
        trust="any",
        limit=_LIMIT,
    )


PROBE = Probe(
    name="http_point",
    params=HttpPointParams,
    look=look,
    facts=("expected",),
    metrics=(METRIC, STRIKES),
    interval=60.0,
    timeout=10.0,
)

"""The application of the metrics listener: /metrics, /healthz, /readyz, and /sd by which a Prometheus finds it."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from itertools import chain

from fastapi import Request
from prometheus_client import CollectorRegistry
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from exporters.columns import Section, pieces, written_family
from exporters.prometheus import families_of, process_registry
from exporters.rules.scrape import DISCOVERY_PATH, Target, target_groups
from exporters.series import Family, Point
from exporters.text import OPENMETRICS, PROMETHEUS, prefers_openmetrics
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.still import still
from netwatch.translate.to_exporters import Exposition
from netwatch.web.answers import Kitchen, bare_application, get, readiness
from netwatch.web.guard import Guard
from netwatch.web.view import View

ENDS = "When the certificate of this listener ends; the one that it began with."
# A name or an address as people write it into a Prometheus, with or without a port.
_NAME = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(:[0-9]{1,5})?")


def metrics_app(view: View, token: str = "") -> ASGIApp:
    """The application; every request needs the token if there is one."""
    app = bare_application(view)
    metrics = Metrics(view)
    get(app, "/metrics", metrics.answer)
    get(app, "/readyz", partial(readiness, view))
    get(app, DISCOVERY_PATH, discovery)
    return Guard(app, token, view.translate)


async def discovery(request: Request) -> Response:
    """HTTP service discovery: ourselves, by the name under which we were asked, since our certificate has that."""
    return JSONResponse(target_groups([Target(_asked(request), request.url.scheme == "https")]))


def _asked(request: Request) -> str:
    """Host and port of a request; where it names nothing of that form, the address at which it came in."""
    host, port = request.scope["server"]
    named = request.headers.get("host", "")
    match = _NAME.fullmatch(named)
    if match:
        return named if match[1] else f"{named}:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Metrics:
    """Makes the text of /metrics, a piece at a time between the daemon's other work."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._kitchen, self._registry = Kitchen(), process_registry()
        self._exposition: Exposition | None = None

    async def answer(self, request: Request) -> Response:
        """What is monitored, the daemon's own numbers, its process's: all of the moment of the request."""
        openmetrics = prefers_openmetrics(request.headers.get("accept", ""))
        present, now = still(self._view.present()), self._view.now()
        exposition = await self._exposition_of(present)
        made = exposition.sections(present, now, self._view.version)
        own = (*certificate_sections(self._view.certificates), *process_sections(self._registry))
        told = _in_turns(pieces(chain(made, own), openmetrics))
        # Whatever cannot be made is found out before the answer has begun.
        first = await anext(told)
        return StreamingResponse(_after(first, told), media_type=OPENMETRICS if openmetrics else PROMETHEUS)

    async def _exposition_of(self, present: Present) -> Exposition:
        kept = self._exposition
        if kept is None or not kept.fits(present):
            kept = await self._kitchen.make(lambda: Exposition(present, self._view.probes))
            self._exposition = kept
        return kept


def certificate_sections(certificates: Mapping[str, int]) -> Iterator[Section]:
    """When the certificates of our listeners end; nothing where there are none."""
    points = [Point({"listener": name}, end / SECOND) for name, end in sorted(certificates.items())]
    if points:
        yield written_family(Family("netwatch_certificate_expiry_timestamp_seconds", "gauge", ENDS, points))


def process_sections(registry: CollectorRegistry) -> Iterator[Section]:
    """What prometheus_client knows of the process."""
    return (written_family(family) for family in families_of(registry))


async def _in_turns(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, with a turn for everybody else after each."""
    for piece in made:
        if piece:
            yield piece
        await asyncio.sleep(0)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece

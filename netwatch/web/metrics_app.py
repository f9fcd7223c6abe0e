"""The application of the metrics listener: /metrics, /healthz, /readyz."""

from functools import partial

from fastapi import Request
from prometheus_client import CollectorRegistry
from starlette.responses import Response
from starlette.types import ASGIApp

from exporters.prometheus import families_of, process_registry
from exporters.text import OPENMETRICS, PROMETHEUS, prefers_openmetrics, render
from netwatch.present import Present
from netwatch.queries.still import still
from netwatch.translate.to_exporters import families
from netwatch.web.answers import Kitchen, bare_application, get, readiness
from netwatch.web.guard import Guard
from netwatch.web.view import View


def metrics_app(view: View, token: str = "") -> ASGIApp:
    """The application; every request needs the token if there is one."""
    app = bare_application(view)
    kitchen, registry = Kitchen(), process_registry()

    async def metrics(request: Request) -> Response:
        openmetrics = prefers_openmetrics(request.headers.get("accept", ""))
        present, now = still(view.present()), view.now()
        text = await kitchen.make(lambda: exposition(view, present, now, registry, openmetrics))
        return Response(text, media_type=OPENMETRICS if openmetrics else PROMETHEUS)

    get(app, "/metrics", metrics)
    get(app, "/readyz", partial(readiness, view))
    return Guard(app, token, view.translate)


def exposition(
    view: View, present: Present, now: int, registry: CollectorRegistry, openmetrics: bool = False
) -> bytes:
    """The whole text of /metrics: what is monitored, the daemon's own numbers, its process's."""
    every = [*families(present, now, view.probes, view.version), *families_of(registry)]
    return render(every, openmetrics).encode()

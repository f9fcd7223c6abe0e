"""Answers both applications give: health, what is not there, and what went wrong; and the bare application itself."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
from anyio import to_thread
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from netwatch.queries.as_json import health_as_json
from netwatch.queries.health import health
from netwatch.web.view import View

Made = TypeVar("Made")


class Kitchen:
    """Makes pages in one other thread, one after the other: a storm of requests cannot starve the daemon."""

    def __init__(self) -> None:
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def make(self, recipe: Callable[[], Made]) -> Made:
        """What `recipe` returns; it must read only what no longer moves."""
        return await to_thread.run_sync(recipe, limiter=self._one_at_a_time)


def bare_application(view: View) -> FastAPI:
    """An application without documentation routes, with /healthz and answers in the readers' language."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(404, partial(_not_found, view))
    app.add_exception_handler(Exception, partial(_failed, view))
    get(app, "/healthz", partial(_health, view))
    return app


def get(app: FastAPI, path: str, answer: Callable[[Request], object]) -> None:
    """Answer GET and HEAD of a path with a coroutine function from request to response."""
    app.router.add_route(path, answer, methods=["GET", "HEAD"])  # type: ignore[arg-type]


async def _health(view: View, _request: Request) -> Response:
    found = health(view.present())
    return JSONResponse(health_as_json(found), 200 if found.healthy else 503)


async def readiness(view: View, _request: Request) -> Response:
    """/readyz: 200 once a plan runs and the first results are stored."""
    found = health(view.present())
    return JSONResponse(health_as_json(found), 200 if found.ready else 503)


async def _not_found(view: View, _request: Request, _error: Exception) -> Response:
    _ = view.translate
    return PlainTextResponse(_("There is nothing at this address.") + "\n", 404)


async def _failed(view: View, _request: Request, _error: Exception) -> Response:
    """The server logs the error itself; other requests are not affected."""
    _ = view.translate
    return PlainTextResponse(
        _("This could not be made because of a programming error; it is in the log.") + "\n", 500
    )

"""What publishing figures does in a running daemon."""

from collections.abc import Callable, Mapping
from datetime import UTC, date
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import Field
from sqlalchemy import Engine

from netwatch import publishing_availability
from netwatch.control.contract import Daemon, Handler, Progress, Request
from netwatch.control.forms import DryForm, read_form, unwritable
from netwatch.publishing import Issued, PublishOrder, publish
from netwatch.publishing_availability import AvailabilityIssued, AvailabilityOrder
from netwatch.store.contract import StoreFault

Result = TypeVar("Result")


class PublishForm(DryForm):
    """Which year's figures, of what scope, as of which day; `release` is that of the program that asks."""

    year: Annotated[int, Field(ge=1900, le=2199)]
    on: date
    scope: Annotated[str, Field(max_length=100)] = ""
    reason: Annotated[str, Field(max_length=4000)] = ""
    amend: bool = False
    release: Annotated[str, Field(max_length=40)] = ""


class AvailabilityForm(DryForm):
    """Which month's figures, of what scope; `release` is that of the program that asks."""

    year: Annotated[int, Field(ge=1971, le=2198)]
    month: Annotated[int, Field(ge=1, le=12)]
    scope: Annotated[str, Field(max_length=100)] = ""
    reason: Annotated[str, Field(max_length=4000)] = ""
    amend: bool = False
    release: Annotated[str, Field(max_length=40)] = ""


def publication_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers."""

    async def coverage(request: Request, _: Progress) -> Issued:
        order = PublishOrder(**read_form(PublishForm, request).model_dump(), **_asker(daemon, request))
        return await _writing(daemon, partial(publish, order=order))

    async def availability(request: Request, _: Progress) -> AvailabilityIssued:
        asked = read_form(AvailabilityForm, request).model_dump()
        order = AvailabilityOrder(**asked, **_asker(daemon, request))
        return await _writing(daemon, partial(publishing_availability.publish, order=order))

    return {"publish": coverage, "publish_availability": availability}


def _asker(daemon: Daemon, request: Request) -> dict[str, Any]:
    """Who publishes, when, and by whose clocks."""
    zone = daemon.local_time().tzinfo or UTC
    return {"author": request.author, "now": daemon.now(), "zone": zone}


async def _writing(daemon: Daemon, deed: Callable[[Engine], Result]) -> Result:
    try:
        return await daemon.write(deed)
    except StoreFault as fault:
        raise unwritable(fault) from None

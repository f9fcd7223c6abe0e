"""What publishing figures does in a running daemon."""

from collections.abc import Mapping
from datetime import UTC, date
from functools import partial
from typing import Annotated

from pydantic import Field

from netwatch.control.contract import Daemon, Handler, Progress, Request
from netwatch.control.forms import DryForm, read_form, unwritable
from netwatch.publishing import Issued, PublishOrder, publish
from netwatch.store.contract import StoreFault


class PublishForm(DryForm):
    """Which year's figures, of what scope, as of which day; `release` is that of the program that asks."""

    year: Annotated[int, Field(ge=1900, le=2199)]
    on: date
    scope: Annotated[str, Field(max_length=100)] = ""
    reason: Annotated[str, Field(max_length=4000)] = ""
    amend: bool = False
    release: Annotated[str, Field(max_length=40)] = ""


def publication_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers."""

    async def published(request: Request, _: Progress) -> Issued:
        form = read_form(PublishForm, request)
        local = daemon.local_time()
        order = PublishOrder(
            **form.model_dump(),
            author=request.author,
            now=daemon.now(),
            zone=local.tzinfo or UTC,
        )
        try:
            return await daemon.write(partial(publish, order=order))
        except StoreFault as fault:
            raise unwritable(fault) from None

    return {"publish": published}

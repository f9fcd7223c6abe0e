"""What commands about conferences do in a running daemon: measure, keep as evidence, show what was kept."""

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Annotated, TypeVar

from pydantic import Field

from netwatch.control.contract import Daemon, Handler, Progress, Request
from netwatch.control.forms import Form, read_form, unwritable
from netwatch.preflight.contract import SiteReport
from netwatch.preflight.evidence import Kept, keep, kept
from netwatch.store.contract import StoreFault

Answer = TypeVar("Answer")


class PreflightForm(Form):
    """Sites, agencies or endpoints; or all sites with endpoints."""

    names: tuple[str, ...] = ()
    everything: bool = False


class KeptForm(Form):
    """Of which sites ('': all), and how many at most."""

    sites: tuple[str, ...] = ()
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


def preflight_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers."""

    async def preflight(request: Request, tell: Progress) -> tuple[SiteReport, ...]:
        form = read_form(PreflightForm, request)

        async def told(done: int, total: int, site: str) -> None:
            await tell({"stage": "preflight", "done": done, "total": total, "site": site})

        reports = await daemon.preflight(form.names, form.everything, told)
        keeping = partial(keep, reports=reports, author=request.author, at=daemon.now())
        await _stored(daemon.write(keeping))
        return reports

    async def preflights(request: Request, _: Progress) -> tuple[Kept, ...]:
        form = read_form(KeptForm, request)
        return await _stored(daemon.write(partial(kept, sites=form.sites, limit=form.limit)))

    return {"preflight": preflight, "preflights": preflights}


async def _stored(answer: Awaitable[Answer]) -> Answer:
    try:
        return await answer
    except StoreFault as fault:
        raise unwritable(fault) from None

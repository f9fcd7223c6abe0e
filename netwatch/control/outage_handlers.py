"""What putting outages of lines down to somebody does in a running daemon."""

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import Annotated, TypeVar

from pydantic import Field
from sqlalchemy import Engine

from netwatch.attributing import Attributed, AttributeOrder, Ticketed, TicketOrder, attribute, ticket
from netwatch.control.contract import Daemon, Handler, Progress, Request
from netwatch.control.forms import DryForm, read_form, unwritable
from netwatch.store.contract import StoreFault

Result = TypeVar("Result")
# The calendar that commands show ends with the year 2199.
Moment = Annotated[int, Field(ge=0, lt=7_258_000_000_000_000)]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=4000)]


class AttributeForm(DryForm):
    """Whose time of a line was; see `AttributeOrder`."""

    line: Name
    at: Moment
    until: Moment | None = None
    party: Name
    reason: Text


class TicketForm(DryForm):
    """A provider's ticket; see `TicketOrder`."""

    line: Name
    at: Moment | None = None
    number: Name
    opened: Moment | None = None
    closed: Moment | None = None
    note: Text = ""
    withdraw: bool = False


def outage_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers; who asks is the author."""

    def zone() -> tzinfo:
        return daemon.local_time().tzinfo or UTC

    async def written(operation: Callable[[Engine], Result]) -> Result:
        try:
            return await daemon.write(operation)
        except StoreFault as fault:
            raise unwritable(fault) from None

    async def attributing(request: Request, _: Progress) -> Attributed:
        form = read_form(AttributeForm, request).model_dump()
        order = AttributeOrder(**form, author=request.author, now=daemon.now(), zone=zone())
        return await written(partial(attribute, order=order))

    async def ticketing(request: Request, _: Progress) -> Ticketed:
        form = read_form(TicketForm, request).model_dump()
        order = TicketOrder(**form, author=request.author, now=daemon.now(), zone=zone())
        return await written(partial(ticket, order=order))

    return {"outage_attribute": attributing, "outage_ticket": ticketing}

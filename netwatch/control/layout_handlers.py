"""Commands about saved layouts in a running daemon."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from pydantic import Field

from inventory.kept_layouts import KeptLayout
from inventory.sheets.layouts import LONGEST_LAYOUT
from netwatch import layouts
from netwatch.control.contract import Daemon, Handler, Progress, Request
from netwatch.control.forms import Form, Nothing, read_form, unwritable
from netwatch.store.contract import StoreFault


class SaveForm(Form):
    """A layout to save."""

    name: Annotated[str, Field(max_length=200)]
    content: Annotated[str, Field(max_length=LONGEST_LAYOUT)]


class DeleteForm(Form):
    """A layout to delete."""

    name: Annotated[str, Field(max_length=200)]


def layout_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Every command about layouts."""

    async def listed(request: Request, _: Progress) -> tuple[KeptLayout, ...]:
        read_form(Nothing, request)
        try:
            return tuple((await daemon.write(layouts.saved)).values())
        except StoreFault as fault:
            raise unwritable(fault) from None

    async def save(request: Request, _: Progress) -> str:
        form = read_form(SaveForm, request)
        work = partial(
            layouts.save, name=form.name, content=form.content, author=request.author, at=daemon.now()
        )
        try:
            await daemon.write(work)
        except StoreFault as fault:
            raise unwritable(fault) from None
        return form.name

    async def delete(request: Request, _: Progress) -> str:
        form = read_form(DeleteForm, request)
        try:
            await daemon.write(
                partial(layouts.delete, name=form.name, author=request.author, at=daemon.now())
            )
        except StoreFault as fault:
            raise unwritable(fault) from None
        return form.name

    return {"layouts": listed, "layout_save": save, "layout_delete": delete}

"""What attaching and detaching documents do in a running daemon.

A document comes whole, in one request: at most 20 MB are 28 MB as base64, which a request may have. The daemon need
not be able to read the file, nor know the folder of whoever attaches it.
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import Engine

from inventory.apply import Moved
from netwatch import attaching, commands
from netwatch.control.contract import Daemon, Handler, Progress, Refused, ReloadReport, Request
from netwatch.control.forms import DryForm, read_form, unwritable
from netwatch.language import Sentence
from netwatch.store.contract import StoreFault

Text = Annotated[str, Field(max_length=2000)]


class AttachForm(DryForm):
    """A document: `content` in base64."""

    item: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=1000)]
    content: str
    on: date | None = None
    person: Text = ""
    note: Text = ""


class DetachForm(DryForm):
    """Which document."""

    id: Annotated[str, Field(max_length=500)]


@dataclass(frozen=True, slots=True)
class AttachAnswer:
    """What attaching in a running daemon did: to the record, and then to the plan."""

    report: attaching.AttachReport
    reload: ReloadReport | None


@dataclass(frozen=True, slots=True)
class DetachAnswer:
    """What detaching in a running daemon did: to the record, and then to the plan."""

    report: attaching.DetachReport
    reload: ReloadReport | None


def attaching_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers."""
    offered = _Handlers(daemon)
    return {"attach": offered.attach, "detach": offered.detach}


class _Handlers:
    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def attach(self, request: Request, tell: Progress) -> AttachAnswer:
        form = read_form(AttachForm, request)
        content = await asyncio.to_thread(decoded, form.content)
        today = self._daemon.local_time().date()
        document = attaching.Document(
            item=form.item,
            name=form.name,
            content=content,
            on=form.on or today,
            person=form.person or request.author,
            note=form.note,
            author=request.author,
            at=self._daemon.now(),
            today=today,
            dry_run=form.dry_run,
        )
        try:
            report = await self._attached(document)
        except StoreFault as fault:
            raise unwritable(fault) from None
        return AttachAnswer(report, await self._reloaded(report.change_set, tell))

    async def _attached(self, document: attaching.Document) -> attaching.AttachReport:
        """Proposed beside the writer's thread, which only writes."""
        engine: Engine = await self._daemon.write(lambda own: own)
        for _ in range(commands.MOST_TRIES):
            proposal = await asyncio.to_thread(attaching.propose, engine, document)
            try:
                return await self._daemon.write(partial(attaching.write, proposal=proposal))
            except Moved:
                continue
        raise commands.never_still()

    async def detach(self, request: Request, tell: Progress) -> DetachAnswer:
        form = read_form(DetachForm, request)
        taken_off = partial(
            attaching.detach,
            id_=form.id,
            author=request.author,
            at=self._daemon.now(),
            dry_run=form.dry_run,
        )
        try:
            report = await self._daemon.write(taken_off)
        except StoreFault as fault:
            raise unwritable(fault) from None
        return DetachAnswer(report, await self._reloaded(report.change_set, tell))

    async def _reloaded(self, change_set: str | None, tell: Progress) -> ReloadReport | None:
        if not change_set:
            return None
        await tell({"stage": "reload"})
        return await self._daemon.reload(dry_run=False)


def decoded(text: str) -> bytes:
    """The bytes of a document as they were sent; raises Refused for what is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Sentence("The content of the document is not understood.")) from None

"""What commands about configurations of devices do in a running daemon."""

from collections.abc import Awaitable, Mapping
from typing import Annotated, TypeVar

from pydantic import Field

from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.backup.contract import Outcome
from netwatch.backup.keeper import Keeper, Told
from netwatch.backup.targets import within
from netwatch.control.contract import Daemon, Handler, Progress, Refused, Request
from netwatch.control.forms import DryForm, Form, Nothing, read_form, unwritable
from netwatch.language import Sentence
from netwatch.queries.backup_words import none_stored
from netwatch.queries.backups import BackupReport, RunReport, VersionLine, VersionText
from netwatch.store.contract import StoreFault

Answer = TypeVar("Answer")
Number = Annotated[int, Field(ge=0, lt=2**63)]


class ScopeForm(DryForm):
    """Which devices: '' all that speak SSH, or the id of a device, a site or a unit."""

    scope: str = ""


class HistoryForm(Form):
    """Of which device, and how many at most."""

    device: str
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100


class TextForm(Form):
    """Which version of which device (0: the newest), as it may be shown or sealed."""

    device: str
    version: Number = 0
    sealed: bool = False


class TrustForm(Form):
    """Which device, and the fingerprint of the key that somebody compared."""

    device: str
    fingerprint: str


def backup_handlers(daemon: Daemon) -> Mapping[str, Handler]:
    """Those that a daemon answers."""
    offered = _Handlers(daemon)
    return {
        "backups": offered.report,
        "backup_run": offered.run,
        "configurations": offered.history,
        "configuration": offered.text,
        "backup_trust": offered.trust,
    }


class _Handlers:
    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    async def report(self, request: Request, _: Progress) -> BackupReport:
        read_form(Nothing, request)
        return await _stored(self._daemon.keeper.report())

    async def run(self, request: Request, tell: Progress) -> RunReport:
        form = read_form(ScopeForm, request)

        async def told(done: int, of: int, device: str, outcome: Outcome) -> None:
            await tell({"stage": f"{done}/{of} {device}: {outcome}"})

        keeper = self._daemon.keeper
        return await _stored(run(keeper, self._daemon.present().inventory, form, told))

    async def history(self, request: Request, _: Progress) -> tuple[VersionLine, ...]:
        form = read_form(HistoryForm, request)
        return await _stored(self._daemon.keeper.history(form.device, form.limit))

    async def text(self, request: Request, _: Progress) -> VersionText:
        return await _stored(text(self._daemon.keeper, read_form(TextForm, request)))

    async def trust(self, request: Request, _: Progress) -> str:
        form = read_form(TrustForm, request)
        return await _stored(trust(self._daemon.keeper, form, request.author))


async def _stored(work: Awaitable[Answer]) -> Answer:
    try:
        return await work
    except StoreFault as fault:
        raise unwritable(fault) from None


async def run(keeper: Keeper, inventory: Inventory, form: ScopeForm, told: Told) -> RunReport:
    """Back up what a scope names; raises Refused when there is no such thing or nothing in it speaks SSH."""
    known = {record.id for _, record in inventory}
    if form.scope and form.scope not in known:
        raise Refused(commands.unknown_item(form.scope, known))
    report = await keeper.back_up(within(inventory, form.scope), form.dry_run, told)
    if not report.outcomes:
        raise Refused(Sentence("Nothing there speaks SSH: write ssh among the protocols of its devices."))
    return report


async def text(keeper: Keeper, form: TextForm) -> VersionText:
    """A version of a device; raises Refused when there is none."""
    found = await keeper.text(form.device, form.version, sealed=form.sealed)
    if found is None:
        params = {"device": form.device, "version": form.version}
        if not form.version:
            raise Refused(none_stored(form.device))
        raise Refused(Sentence("There is no configuration {version} of '{device}'.", params))
    return found


async def trust(keeper: Keeper, form: TrustForm, author: str) -> str:
    """Accept the key a device showed last; its fingerprint. Raises Refused when it showed no other, or not this one."""
    key = await keeper.trust(form.device, form.fingerprint, author)
    if key is None:
        text = "'{device}' has not shown another host key: there is nothing to accept."
        raise Refused(Sentence(text, {"device": form.device}))
    return key.fingerprint

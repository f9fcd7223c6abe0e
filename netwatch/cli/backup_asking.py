"""What `netwatch backup` asks of a running daemon, else of the database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine

from netwatch.backup.contract import Outcome
from netwatch.backup.keeper import Keeper
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, reading
from netwatch.cli.shell import Shell, Stop
from netwatch.commands import inventory_of
from netwatch.control import backup_handlers as orders
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.queries.backups import BackupReport, RunReport, VersionLine, VersionText

Result = TypeVar("Result")


def run(shell: Shell, scope: str, dry_run: bool, show: Callable[[str], None]) -> RunReport:
    """Read configurations now; ends the command with the sentences of a refusal."""
    form = orders.ScopeForm(scope=scope, dry_run=dry_run)
    try:
        return asked(shell, RunReport, "backup_run", form.model_dump(), show)
    except NoDaemon:
        with changing(shell) as engine:
            inventory = inventory_of(engine, shell.today())

            async def told(done: int, of: int, device: str, outcome: Outcome) -> None:
                show(f"{done}/{of} {device}: {outcome}")

            return _now(orders.run(_keeper(shell, engine), inventory, form, told))


def report(shell: Shell) -> BackupReport:
    """How backing up stands."""
    try:
        return asked(shell, BackupReport, "backups")
    except NoDaemon:
        with _stored(shell) as keeper:
            return _now(keeper.report())


def history(shell: Shell, device: str, limit: int) -> tuple[VersionLine, ...]:
    """The versions of a device, newest first."""
    try:
        return asked(shell, tuple[VersionLine, ...], "configurations", {"device": device, "limit": limit})
    except NoDaemon:
        with _stored(shell) as keeper:
            return _now(keeper.history(device, limit))


def text(shell: Shell, device: str, version: int, *, sealed: bool = False) -> VersionText:
    """A version (0: the newest); the command ends when there is none."""
    form = orders.TextForm(device=device, version=version, sealed=sealed)
    try:
        return asked(shell, VersionText, "configuration", form.model_dump())
    except NoDaemon:
        with _stored(shell) as keeper:
            return _now(orders.text(keeper, form))


def trust(shell: Shell, device: str, fingerprint: str) -> str:
    """Accept the key of this fingerprint, which a device showed last; its fingerprint."""
    form = orders.TrustForm(device=device, fingerprint=fingerprint)
    try:
        return asked(shell, str, "backup_trust", form.model_dump())
    except NoDaemon:
        with changing(shell) as engine:
            return _now(orders.trust(_keeper(shell, engine), form, author()))


@contextmanager
def _stored(shell: Shell) -> Iterator[Keeper]:
    with reading(shell) as store:
        yield _keeper(shell, store.engine)


def _keeper(shell: Shell, engine: Engine) -> Keeper:
    """One that works on the database at once, without a daemon, and so without what agents said lately."""

    async def write(operation: Callable[[Engine], Result]) -> Result:
        return operation(engine)

    keeper = Keeper(write, shell.clock, dict)
    keeper.adopt(shell.settings, inventory_of(engine, shell.today()))
    return keeper


def _now(work: Awaitable[Result]) -> Result:
    async def waiting() -> Result:
        return await work

    try:
        return asyncio.run(waiting())
    except Refused as refused:
        raise Stop(*refused.sentences) from None

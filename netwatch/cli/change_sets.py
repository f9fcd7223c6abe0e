"""Rows that a command made itself, taken into the inventory as every import is: by the daemon, or under the lock."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.sheets.columns import heading
from inventory.snapshot import UNITS, Inventory
from netwatch import commands
from netwatch.cli.database import author, changing, exists, reading
from netwatch.cli.import_ import import_by_daemon, outcome, show_change, show_totals
from netwatch.cli.problems import sheet_language, show_problems, wording
from netwatch.cli.reload import show as show_reload
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.words import value_words
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.handlers import ImportAnswer
from netwatch.control.wire import plain


def bring_in(
    shell: Shell, rows: Sequence[IncomingRow], source: str, *, dry_run: bool, since: date | None = None
) -> ImportAnswer:
    """Import them as one change set, which holds from the beginning of a day (None: from now on)."""
    arguments: dict[str, Any] = {"source": source, "dry_run": dry_run, "since": since}
    with shell.working(shell._("Comparing with the inventory…")) as show:
        try:
            answer = import_by_daemon(shell, rows, arguments, show)
        except NoDaemon:
            answer = ImportAnswer(_directly(shell, rows, source, since, dry_run), None)
    changes = tuple(replace(change, sheet=None, row=None) for change in answer.report.changes)
    report = replace(answer.report, changes=changes, problems=tuple(_placeless(answer.report.problems)))
    return replace(answer, report=report)


def _placeless(problems: Iterable[Problem]) -> Iterable[Problem]:
    """These rows stand in no sheet that anybody could open."""
    return (replace(problem, sheet=None, row=None) for problem in problems)


def _directly(
    shell: Shell, rows: Sequence[IncomingRow], source: str, since: date | None, dry_run: bool
) -> commands.ImportReport:
    now = shell.clock.now()
    order = commands.ImportOrder(
        rows=tuple(rows),
        author=author(),
        at=commands.holding_from(since, now, shell.settings.daemon.zone),
        on=shell.today(),
        source=source,
        dry_run=dry_run,
        recorded_at=now,
    )
    if dry_run:
        if not exists(shell):
            return commands.dry_import(Inventory(), order)
        with reading(shell) as store:
            return commands.dry_import(commands.inventory_of(store.engine, order.on), order)
    with changing(shell) as engine:
        try:
            return commands.import_rows(engine, order)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def show_answer(shell: Shell, answer: ImportAnswer, as_json: bool) -> int:
    """Show what came of it as `netwatch import` does; the exit code."""
    report = answer.report
    whole = report.applicable and not (answer.reload and answer.reload.refused)
    if as_json:
        shell.show_json(_json(shell, answer))
        return 0 if whole else 1
    for change in report.changes if report.applicable else ():
        show_change(change, shell)
        _show_version(change, shell)
    show_totals(report.changes if report.applicable else (), shell)
    show_problems(report.problems, shell)
    shell.say(outcome(report, False, shell) if report.applicable else shell._("Nothing was applied."))
    if answer.reload and (answer.reload.refused or answer.reload.changes or answer.reload.remarks):
        show_reload(answer.reload, shell)
    return 0 if whole else 1


def _show_version(change: commands.RowChange, shell: Shell) -> None:
    """Of a new version of a unit, from when it holds and where it stands: the unit itself may be an old one."""
    if change.action == "created" and change.kind in UNITS:
        for one in change.fields:
            if one.field in ("valid_from", "parent"):
                name = heading(change.kind, one.field, sheet_language(shell))
                shell.say(f"    {name}: {value_words(change.kind, one.field, one.after)}")


def _json(shell: Shell, answer: ImportAnswer) -> dict[str, object]:
    report, say = answer.report, wording(shell)
    return {
        "schema": 1,
        "change_set": report.change_set,
        "dry_run": report.dry_run,
        "applicable": report.applicable,
        "changes": plain(report.changes if report.applicable else ()),
        "problems": [say(problem) for problem in report.problems],
        "reload": plain(answer.reload),
    }

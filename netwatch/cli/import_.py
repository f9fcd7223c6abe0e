"""`netwatch import`: from a file into the inventory, as one change set that can be undone.

The file is read here; rows are compared and applied by the running daemon, or without one in the database under its
lock.
"""

import math
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click
from rich.text import Text

from inventory.changes import Complete, Reject
from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.sheets.columns import heading
from inventory.sheets.headings import HeadingMapFault
from inventory.sheets.layout_reading import read_by
from inventory.sheets.reading import Reading, read
from inventory.sheets.rejects import write_rejects
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.cli.as_of import day_of
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, exists, reading
from netwatch.cli.layouts import chosen
from netwatch.cli.problems import SheetLanguage, sheet_language, show_problems, wording
from netwatch.cli.reload import show as show_reload
from netwatch.cli.shell import Arguments, Shell, Stop, dry_run_option, json_option
from netwatch.cli.words import value_words
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.handlers import ImportAnswer
from netwatch.control.proposal_wire import ROWS_OF_A_PART, parts_of, report_from_lines, rows_to_line
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate
from netwatch.queries.words import kind_word

# More records than these are also counted by kind.
COUNTED_AT_A_GLANCE = 10
SIGNS = {"created": ("+", "green"), "changed": ("~", "yellow"), "retired": ("-", "red")}
SUFFIX = {"xlsx": ".xlsx", "toml": ".toml", "csv": ""}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    file: Path
    dry_run: bool
    good_rows: bool
    complete: Complete | None
    mapping: Mapping[str, str]
    rejects: Path | None
    as_json: bool
    since: date | None = None


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "import",
        callback=click.pass_obj(import_),
        help=_(
            "Take FILE (XLSX, TOML, CSV or a folder of CSV files) into the inventory as one change set. A blank cell "
            "leaves a value, '-' clears it, an absent row changes nothing. With a faulty row nothing is applied."
        ),
        params=[
            click.Argument(["file"], type=click.Path(path_type=Path, exists=True), required=True),
            dry_run_option(_),
            click.Option(
                ["--good-rows"],
                is_flag=True,
                help=_("Apply the good rows and write the others, with reasons, to a file."),
            ),
            click.Option(
                ["--rejects"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Where the rows not applied are written."),
            ),
            click.Option(
                ["--complete"],
                is_flag=True,
                help=_("The file holds all there is of --scope: retire what is absent from it."),
            ),
            click.Option(
                ["--scope"],
                metavar="UNIT",
                help=_("The unit, with all below it, of which the file is complete."),
            ),
            click.Option(
                ["--map", "maps"],
                multiple=True,
                metavar="HEADING=KIND.FIELD",
                help=_("What a column heading means; remembered for the next time."),
            ),
            click.Option(
                ["--since"],
                default="",
                metavar="DATE",
                help=_("From which day on it has been so, if that is past; from now on if left out."),
            ),
            click.Option(
                ["--layout"],
                default="",
                metavar="NAME",
                help=_("Read FILE by a saved layout, or by one in a .toml file (see `netwatch layouts`)."),
            ),
            json_option(_),
        ],
    )


def import_(
    shell: Shell,
    file: Path,
    dry_run: bool,
    good_rows: bool,
    rejects: Path | None,
    complete: bool,
    scope: str | None,
    maps: tuple[str, ...],
    since: str,
    layout: str,
    as_json: bool,
) -> int:
    """Read, compare, apply, show."""
    if complete != bool(scope):
        raise click.UsageError(shell._("--complete and --scope go together."))
    extent = Complete(scope, shell.today()) if scope else None
    start = day_of(since) if since else None
    wanted = Wanted(file, dry_run, good_rows, extent, mapping_of(maps), rejects, as_json, start)
    described = chosen(shell, layout) if layout else None
    return carry_out(shell, wanted, lambda: read_by(described, file) if described else _read(shell, wanted))


def carry_out(shell: Shell, wanted: Wanted, read_rows: Callable[[], Reading]) -> int:
    """Compare rows, however they are read, apply them, show what came of it; the exit code."""
    with shell.working(shell._("Reading {path}…", path=wanted.file)) as show:
        found = read_rows()
        show(shell._("Comparing with the inventory…"))
        answer = _answer(shell, wanted, found, show)
    if wanted.as_json:
        shell.show_json(_json(answer, found, shell))
    else:
        _show(answer, found, shell)
    _keep_rejects(answer.report.rejects, found, wanted, shell)
    whole = answer.report.applicable and not _errors(found.problems)
    return 0 if whole and not answer.report.rejects and not _refused(answer) else 1


def mapping_of(maps: Sequence[str]) -> dict[str, str]:
    """'Heading=kind.field' texts as a mapping; ends the command for one that is not of that form."""
    pairs = [text.rpartition("=") for text in maps]
    for text, (name, _, meaning) in zip(maps, pairs, strict=True):
        if not name.strip() or not meaning.strip():
            raise Stop(Sentence("--map {text}: write it as 'Heading=kind.field'.", {"text": text}), code=64)
    return {name.strip(): meaning.strip() for name, _, meaning in pairs}


def _read(shell: Shell, wanted: Wanted) -> Reading:
    try:
        return read(wanted.file, {**_remembered(shell), **wanted.mapping}, language=sheet_language(shell))
    except HeadingMapFault as fault:
        raise Stop(Sentence("--map: {error}", {"error": wording(shell)(fault.problem)}), code=64) from None


def _remembered(shell: Shell) -> Mapping[str, str]:
    try:
        return asked(shell, dict[str, str], "headings")
    except NoDaemon:
        if not exists(shell):
            return {}
        with reading(shell) as store:
            return commands.remembered_headings(store.engine)


def _errors(problems: Sequence[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _refused(answer: ImportAnswer) -> bool:
    return bool(answer.reload and answer.reload.refused)


def _answer(shell: Shell, wanted: Wanted, found: Reading, show: Callable[[str], None]) -> ImportAnswer:
    # A file that was not wholly read must not be applied as if it were.
    dry = wanted.dry_run or (_errors(found.problems) and not wanted.good_rows)
    arguments = {
        "source": wanted.file.name,
        "complete": wanted.complete,
        "good_rows": wanted.good_rows,
        "dry_run": dry,
        "mapping": wanted.mapping,
        "since": wanted.since,
    }
    try:
        return import_by_daemon(shell, found.rows, arguments, show)
    except NoDaemon:
        return ImportAnswer(_directly(shell, wanted, found, dry), None)


def import_by_daemon(
    shell: Shell, rows: Sequence[IncomingRow], arguments: Arguments, show: Callable[[str], None]
) -> ImportAnswer:
    """Have the running daemon import rows, sent by parts where they are many; raises NoDaemon, Stop."""
    if len(rows) <= ROWS_OF_A_PART:
        return asked(shell, ImportAnswer, "import", {**arguments, "rows": tuple(rows)}, show)
    upload = secrets.token_hex(16)
    for some in parts_of(rows):
        asked(shell, int, "upload", {"upload": upload, "part": rows_to_line(some)})
    told: list[str] = []

    def hear(progress: Arguments) -> None:
        told.extend([str(progress["part"])] if "part" in progress else [])

    answer = asked(shell, ImportAnswer, "import", {**arguments, "upload": upload}, show, hear)
    return replace(answer, report=report_from_lines(answer.report, told))


def _directly(shell: Shell, wanted: Wanted, found: Reading, dry_run: bool) -> commands.ImportReport:
    now = shell.clock.now()
    order = commands.ImportOrder(
        rows=found.rows,
        author=author(),
        at=commands.holding_from(wanted.since, now, shell.settings.daemon.zone),
        on=shell.today(),
        source=wanted.file.name,
        complete=wanted.complete,
        good_rows=wanted.good_rows,
        dry_run=dry_run,
        mapping=wanted.mapping,
        recorded_at=now,
    )
    if dry_run:
        return commands.dry_import(_current(shell), order)
    with changing(shell) as engine:
        try:
            return commands.import_rows(engine, order)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def _current(shell: Shell) -> Inventory:
    """The inventory of record; an empty one where no database is yet, so that a dry run makes none."""
    if not exists(shell):
        return Inventory()
    with reading(shell) as store:
        return commands.inventory_of(store.engine, shell.today())


def _show(answer: ImportAnswer, found: Reading, shell: Shell) -> None:
    report = answer.report
    if found.sample and not shell.settings.inventory.sample:
        shell.remark(Sentence("This file is marked as sample data, but inventory.sample is false."))
    changes = _sound(report, found)
    for change in changes:
        show_change(change, shell)
    show_totals(changes, shell)
    rejected = (problem for reject in report.rejects for problem in reject.problems)
    show_problems(_in_row_order((*found.problems, *report.problems, *rejected)), shell)
    shell.say(outcome(report, _errors(found.problems), shell))
    if answer.reload and (answer.reload.refused or answer.reload.changes or answer.reload.remarks):
        show_reload(answer.reload, shell)


def show_change(change: commands.RowChange, shell: Shell) -> None:
    """One record that changes, and for a changed one its fields before and after."""
    _ = shell._
    language: SheetLanguage = sheet_language(shell)
    words = {"created": _("created"), "changed": _("changed"), "retired": _("retired")}
    sign, colour = SIGNS[change.action]
    place = _(" (sheet {sheet}, row {row})", sheet=change.sheet, row=change.row) if change.sheet else ""
    kind = kind_word(change.kind, shell.translate)
    name = change.id if change.name == change.id else f"{change.id} {change.name}"
    shell.say(Text(f"{sign} {words[change.action]}: {kind} {name}{place}", colour))
    if change.action == "changed":
        for one in change.fields:
            name = heading(change.kind, one.field, language)
            before, after = (value_words(change.kind, one.field, text) for text in (one.before, one.after))
            shell.say(f"    {name}: {before} → {after}")


def show_totals(changes: Sequence[commands.RowChange], shell: Shell) -> None:
    """How many records of each kind that is, where they are more than anybody counts."""
    if len(changes) <= COUNTED_AT_A_GLANCE:
        return
    counts = Counter((change.kind, change.action) for change in changes)
    kinds = dict.fromkeys(change.kind for change in changes)
    headings = (shell._("kind"), shell._("created"), shell._("changed"), shell._("retired"))
    rows = [
        (kind_word(kind, shell.translate), *(str(counts[kind, action] or "") for action in SIGNS))
        for kind in kinds
    ]
    shell.table(headings, rows)


def _sound(report: commands.ImportReport, found: Reading) -> list[commands.RowChange]:
    """The changes whose rows have no error: a faulty row creates nothing."""
    problems = [problem for problem in (*found.problems, *report.problems) if problem.is_error]
    faulty = {(problem.sheet, problem.row) for problem in problems if problem.row is not None}
    faulty |= {(reject.row.sheet, reject.row.number) for reject in report.rejects}
    return [change for change in report.changes if (change.sheet, change.row) not in faulty]


def _in_row_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sheet by sheet in the order of the file, within each by row; what has no row comes last."""
    sheets_ = list(dict.fromkeys(problem.sheet for problem in problems if problem.sheet is not None))

    def place(problem: Problem) -> tuple[int, float]:
        sheet = len(sheets_) if problem.sheet is None else sheets_.index(problem.sheet)
        return sheet, math.inf if problem.row is None else problem.row

    return sorted(dict.fromkeys(problems), key=place)


def outcome(report: commands.ImportReport, unread: bool, shell: Shell) -> str:
    """What came of an import in a sentence; `unread` is whether the file could not be read wholly."""
    _ = shell._
    count = len(report.changes)
    if not report.applicable:
        return _("Nothing was applied. Correct the rows named above, or apply the others with --good-rows.")
    if report.change_set:
        return _("Applied as {change_set}: {count} changes.", change_set=report.change_set, count=count)
    if unread and report.dry_run:
        return _("Nothing was applied: the file could not be read wholly.")
    if not count:
        return _("There is no difference: nothing to apply.")
    return _("This is a dry run: {count} changes would be applied.", count=count)


def _keep_rejects(rejects: Sequence[Reject], found: Reading, wanted: Wanted, shell: Shell) -> None:
    if not rejects or wanted.dry_run or found.format is None:
        return
    name = f"{wanted.file.stem}-rejected{SUFFIX[found.format]}"
    path = wanted.rejects or wanted.file.with_name(name)
    write_rejects(path, rejects, wording(shell), sheet_language(shell), found.format, sample=found.sample)
    text = "{count} rows were not applied; they and the reasons are in {path}."
    shell.remark(Sentence(text, {"count": len(rejects), "path": path}))


def _json(answer: ImportAnswer, found: Reading, shell: Shell) -> Mapping[str, object]:
    say = wording(shell)
    report = answer.report
    return {
        "schema": 1,
        "change_set": report.change_set,
        "dry_run": report.dry_run,
        "applicable": report.applicable,
        "changes": plain(_sound(report, found)),
        "problems": [say(problem) for problem in (*found.problems, *report.problems)],
        "rejects": [
            {
                "sheet": reject.row.sheet,
                "row": reject.row.number,
                "reasons": [say(problem) for problem in reject.problems],
            }
            for reject in report.rejects
        ],
        "reload": plain(answer.reload),
    }

"""What the commands of `netwatch maintenance` do."""

from collections.abc import Mapping
from pathlib import Path

from netwatch.cli import reading_desk
from netwatch.cli.acting_desk import act, reclassified, told
from netwatch.cli.events import moment_of
from netwatch.cli.scope import Scope, require_some
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.spans import length_of, span
from netwatch.control.wire import plain
from netwatch.desk_commands import AddWindows, EndWindow
from netwatch.incidents.places import Places
from netwatch.incidents.planned_cuts import CutProblem, PlannedCuts, read_cuts
from netwatch.incidents.reclassifying import Reclassification
from netwatch.language import Sentence, duration
from netwatch.queries.incident_json import incident_json
from netwatch.queries.windows import WindowLine

NOT_UNDERSTOOD = 64
# Of an imported list so many windows are shown one by one.
SHOWN = 50


def add(
    shell: Shell,
    start: str,
    end: str,
    length: str,
    rule: str,
    units: tuple[str, ...],
    sites: tuple[str, ...],
    subjects: tuple[str, ...],
    providers: tuple[str, ...],
    feeders: tuple[str, ...],
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add one, in the running daemon or in the database."""
    scope = Scope(units, sites, subjects, providers, feeders)
    require_some(scope)
    begin, until = span(shell, start, end, length)
    zone = str(shell.settings.daemon.zone)
    window = scope.window(begin, until - begin, reason, rule, zone=zone)
    acted = act(shell, "maintenance_add", AddWindows((window,)), dry_run)
    moments = {"start": shell.moment(begin), "end": shell.moment(until)}
    ids = ", ".join(acted.entities) or "…"
    text = shell._("Maintenance window {id} is added: from {start} to {end}.", id=ids, **moments)
    told(shell, acted, [text], as_json)


def show(shell: Shell, everything: bool, as_json: bool) -> None:
    """List them."""
    found, _ = reading_desk.windows(shell), shell._
    if as_json:
        shell.show_json(incident_json(found, shell.translate))
        return
    shown = [line for line in found.windows if everything or not line.over]
    if not shown:
        shell.say(_("No maintenance is planned."))
        return
    headings = (
        _("number"),
        _("state"),
        _("from"),
        _("length"),
        _("about"),
        _("covers"),
        _("by"),
        _("reason"),
    )
    shell.table(headings, [_row(line, shell) for line in shown])


def _row(line: WindowLine, shell: Shell) -> tuple[str, ...]:
    _, window = shell._, line.window
    state = _("in force") if line.in_force else _("over") if line.over else _("to come")
    start = shell.moment(line.next or window.start) + (f" ({window.rule})" if window.rule else "")
    by = f"{window.author} / {window.ended_by}" if window.ended_by else window.author
    length = duration(window.duration, shell.language)
    about = Scope(window.units, window.sites, window.subjects, window.providers, window.feeders).names
    return str(window.id), state, start, length, ", ".join(about), str(line.covers), by, window.reason


def end_(shell: Shell, id: int, dry_run: bool, as_json: bool) -> None:  # noqa: A002 - the argument's name
    """End one."""
    acted = act(shell, "maintenance_end", EndWindow(id), dry_run)
    told(shell, acted, [shell._("Maintenance window {id} has ended.", id=id)], as_json)


def import_(shell: Shell, file: Path, good_rows: bool, dry_run: bool, as_json: bool) -> int:
    """Read a list of planned cuts, show what is in it, and add what is new."""
    found = _read(shell, file)
    wanted = found.windows if good_rows or found.applicable else ()
    acted = act(shell, "maintenance_add", AddWindows(wanted), dry_run) if wanted else None
    if as_json:
        added = acted.entities if acted else ()
        shell.show_json(_import_json(found, added, dry_run, shell))
    else:
        _show_cuts(shell, found)
        shell.say(_outcome(shell, found, len(wanted), dry_run))
    return 0 if found.applicable else 1


def _read(shell: Shell, file: Path) -> PlannedCuts:
    with reading_desk.at_rest(shell) as (_, known):
        places = Places(known.inventory)
        zone = shell.settings.daemon.zone
        return read_cuts(file, places, known.desk.windows, author="", now=shell.clock.now(), zone=zone)


def _import_json(
    found: PlannedCuts, added: tuple[str, ...], dry_run: bool, shell: Shell
) -> Mapping[str, object]:
    return {
        "schema": 1,
        "dry_run": dry_run,
        "applicable": found.applicable,
        "added": list(added),
        "known": found.known,
        "windows": plain(found.windows),
        "problems": [_problem(one, shell) for one in found.problems],
    }


def _show_cuts(shell: Shell, found: PlannedCuts) -> None:
    for window in found.windows[:SHOWN]:
        start, length = shell.moment(window.start), duration(window.duration, shell.language)
        shell.say(f"+ {', '.join(window.feeders)}: {start} ({length}); {window.reason}")
    if len(found.windows) > SHOWN:
        shell.say(shell._("and {number} more", number=len(found.windows) - SHOWN))
    for problem in found.problems:
        shell.err.print(_problem(problem, shell), markup=False)


def _problem(problem: CutProblem, shell: Shell) -> str:
    word = shell._("error") if problem.is_error else shell._("warning")
    return f"{word}: {problem.sentence.words(shell.translate)}"


def _outcome(shell: Shell, found: PlannedCuts, count: int, dry_run: bool) -> str:
    _ = shell._
    if not found.applicable and not count:
        return _("Nothing was applied. Correct the rows named above, or apply the others with --good-rows.")
    if not count:
        return _("Nothing is new: {known} windows were there already.", known=found.known)
    text = "{count} windows are added, {known} were there already."
    if dry_run:
        text = "This is a dry run: {count} windows would be added, {known} are there."
        if count == 1:
            text = "This is a dry run: {count} window would be added, {known} are there."
    elif count == 1:
        text = "{count} window is added, {known} were there already."
    return _(text, count=count, known=found.known)


def reclassify(
    shell: Shell,
    start: str,
    end: str,
    length: str,
    units: tuple[str, ...],
    sites: tuple[str, ...],
    subjects: tuple[str, ...],
    providers: tuple[str, ...],
    feeders: tuple[str, ...],
    reason: str,
    undo: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Say of time past that it does or does not count."""
    scope = Scope(units, sites, subjects, providers, feeders)
    require_some(scope)
    begin, until = _past(shell, start, end, length)
    window = scope.window(begin, until - begin, reason, zone=str(shell.settings.daemon.zone))
    done = reclassified(shell, Reclassification(window, begin, until, reason, "", undo, dry_run))
    if as_json:
        shell.show_json({"schema": 1, **done_json(plain(done))})
        return
    names = {"count": len(done.subjects), "start": shell.moment(begin), "end": shell.moment(until)}
    text = "{count} things no longer count from {start} to {end}."
    if undo:
        text = "{count} things count again from {start} to {end}."
    shell.say(shell._(text, **names))
    if dry_run:
        shell.say(shell._("This is a dry run: nothing was changed."))


def done_json(value: object) -> Mapping[str, object]:
    """A plain object as a mapping."""
    return value if isinstance(value, dict) else {}


def _past(shell: Shell, start: str, end: str, length: str) -> tuple[int, int]:
    """[start, end) of time past: moments as in `netwatch events`."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    if not start or bool(end) == bool(length):
        raise Stop(Sentence("Say from when, and either until when or how long."), code=NOT_UNDERSTOOD)
    begin = moment_of(start, now, zone)
    return begin, moment_of(end, now, zone) if end else begin + length_of(length)

"""`netwatch incidents`: what is broken, one line each; everything about one; what to read out to a provider.

Exit code: 0 no incident is open; 1 some, none of them critical or major; 2 a critical or major one; 3 cannot tell
(no daemon runs); 64 an incident, unit or provider that does not exist.
"""

from collections.abc import Sequence
from dataclasses import replace

import click
from rich.text import Text

from netwatch.cli import reading_desk, words
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Shell, json_option, number
from netwatch.language import Translate, duration
from netwatch.queries.incident_json import incident_json, list_json
from netwatch.queries.incident_lines import (
    LineParts,
    fact_words,
    line_parts,
    todo_words,
)
from netwatch.queries.incident_models import (
    CallLine,
    CallList,
    IncidentLine,
    IncidentList,
    IncidentReport,
    LogLine,
    MemberLine,
    NoticeLine,
    PersonLine,
)
from netwatch.queries.incident_words import deed_words, notice_state_words, notice_words
from netwatch.queries.incidents import WantedIncidents
from netwatch.queries.words import kind_word, role_words, verdict_word
from netwatch.syslog.line import SyslogLine

NONE_OPEN, SOME_OPEN, SERIOUS, CANNOT_TELL = 0, 1, 2, 3
GRAVE = frozenset({"critical", "major"})
SIGNS = {"critical": "✖", "major": "▲", "minor": "●", "notice": "?"}
# What a narrow terminal can do without: `netwatch incidents ID` tells it, and so does a pipe.
# The word for the severity may go last: its sign says it too.
LEAST_FIRST = ("hits", "cause", "place", "standing", "lasting", "severity")
COLOURS = {"critical": "bold red", "major": "yellow", "minor": "cyan", "notice": "dim"}


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "incidents",
        callback=click.pass_obj(incidents),
        help=_(
            "Show what is broken, one line each, the worst first; or everything about incident ID. Exit code: 0 none "
            "open, 1 some open, 2 a critical or major one open, 3 cannot tell."
        ),
        params=[
            click.Argument(["id"], type=number(_), required=False),
            click.Option(
                ["--provider"],
                default="",
                metavar="NAME",
                help=_("What to read out to this provider's fault desk."),
            ),
            click.Option(["--unit"], default="", metavar="ID", help=_("Only this unit and all below it.")),
            click.Option(["--all", "everything"], is_flag=True, help=_("Also those over within a day.")),
            click.Option(
                ["--since"],
                default="",
                metavar="TIME",
                help=_("Also those over since then: 2026-11-23, 2026-11-23T08:00, or 2h ago (s, m, h, d)."),
            ),
            click.Option(
                ["--todo"], is_flag=True, help=_("Also what was never seen, commissioned or witnessed.")
            ),
            json_option(_),
        ],
    )


def incidents(
    shell: Shell,
    id: int | None,  # noqa: A002 - named by the argument's metavar
    provider: str,
    unit: str,
    everything: bool,
    since: str,
    todo: bool,
    as_json: bool,
) -> int:
    """Show one, a provider's, or all."""
    if id is not None:
        return _one(shell, id, as_json)
    if provider:
        return _calls(shell, provider, as_json)
    start = moment_of(since, shell.clock.now(), shell.daemon.zone)
    wanted = WantedIncidents(unit, everything, start, todo)
    found = reading_desk.incidents(shell, wanted)
    if as_json:
        shell.show_json(list_json(found, shell.daemon.zone, shell.language, shell.translate))
    else:
        _show_list(found, shell)
    return exit_code(found.lines, found.live)


def exit_code(lines: Sequence[IncidentLine], live: bool) -> int:
    """What a script may conclude."""
    found = [line for line in lines if not line.closed]
    if not live:
        return CANNOT_TELL
    if any(line.severity in GRAVE for line in found):
        return SERIOUS
    return SOME_OPEN if found else NONE_OPEN


def _show_list(found: IncidentList, shell: Shell) -> None:
    """The lines, or that nothing is open; the to-do list below them."""
    _ = shell._
    for remark in remarks(found, shell):
        shell.say(Text(remark, "bold"))
    for line in found.lines:
        shell.say(line_text(line, found.at, shell, shell.width))
    if not found.lines:
        shell.say(_("No incident is open."))
    for entry in found.todo:
        names = ", ".join(name if name == id_ else f"{name} ({id_})" for id_, name in entry.things)
        shell.say(f"{todo_words(entry.reason, shell.translate)}: {names}")


def remarks(found: IncidentList, shell: Shell) -> Sequence[str]:
    """What must be known of a list before it is believed."""
    _ = shell._
    told = [_("SAMPLE DATA")] if found.sample else []
    if not found.live:
        told.append(no_daemon(found.heartbeat, shell))
    if not found.sending:
        told.append(_("Nobody is sent anything yet: netwatch notify go-live"))
    return told


def no_daemon(heartbeat: int, shell: Shell) -> str:
    """That what is shown is old, and how old."""
    alive = shell.moment(heartbeat) or shell._("never")
    return shell._(
        "No daemon runs: this is what the database last knew, not how things stand now. Last alive: {alive}.",
        alive=alive,
    )


def line_text(line: IncidentLine, now: int, shell: Shell, width: int = 0) -> Text:
    """One incident in one line; where `width` letters are too few (0: no limit), the least is left out first."""
    parts = line_parts(line, now, shell.daemon.zone, shell.language, shell.translate)
    shown = _line(line, parts)
    for least in LEAST_FIRST:
        if not width or shown.cell_len <= width:
            return shown
        parts = replace(parts, **{least: getattr(parts, f"short_{least}", "")})
        shown = _line(line, parts)
    return _line(line, replace(parts, title=_cut(parts.title, shown.cell_len - width))) if width else shown


def _cut(title: str, excess: int) -> str:
    """The title without so many letters of its end: since when stands behind it."""
    return f"{title[: -excess - 1].rstrip()}…" if 0 < excess < len(title) - 1 else title


def _line(line: IncidentLine, parts: LineParts) -> Text:
    severity = f"{SIGNS.get(line.severity, '?')} {parts.severity}".rstrip()
    shown = Text.assemble((severity, COLOURS.get(line.severity, "")), (f" #{line.id}", "bold"))
    return shown.append("; ".join((f" {parts.title}", *parts.behind_title())))


def _one(shell: Shell, id_: int, as_json: bool) -> int:
    report = reading_desk.incident(shell, id_)
    if as_json:
        shell.show_json(incident_json(report, shell.translate))
    else:
        _show_one(report, shell)
    return exit_code([report.line], live=True)


def _show_one(report: IncidentReport, shell: Shell) -> None:
    _, translate, line = shell._, shell.translate, report.line
    shell.say(line_text(line, report.at, shell))
    shell.say(line.what.words(translate))
    shell.say(_began(line, shell))
    for heading, sentences in (
        (_("Whom it hits"), report.whom),
        (_("Why we think so"), report.why),
        (_("What to do"), report.next),
        (_("Details"), report.details),
    ):
        _paragraph(heading, [one.words(translate) for one in sentences], shell)
    _paragraph(_("Whom to call"), [_person(one, shell) for one in report.people], shell)
    _paragraph(_("What is or was hit"), [_member(one, shell) for one in report.members], shell)
    _paragraph(_("What its devices logged then"), [_line_logged(one, shell) for one in report.logged], shell)
    _paragraph(_("Who was told"), [_notice(one, shell) for one in report.notices], shell)
    _paragraph(_("What happened"), [_logged(one, shell) for one in report.log], shell)


def _line_logged(line: SyslogLine, shell: Shell) -> str:
    return f"{shell.moment(line.at)} {line.source} {line.word}: {line.message}"


def _began(line: IncidentLine, shell: Shell) -> str:
    """The moments a provider or an auditor will ask for."""
    told = [shell._("Began at {moment}.", moment=shell.moment(line.since))]
    if line.ended:
        told.append(shell._("Ended at {moment}.", moment=shell.moment(line.ended)))
    if line.not_before:
        told.append(shell._("All was known to be well at {moment}.", moment=shell.moment(line.not_before)))
    return " ".join(told)


def _paragraph(heading: str, lines: Sequence[str], shell: Shell) -> None:
    if lines:
        shell.say()
        shell.say(Text(heading, "bold"))
        for line in lines:
            shell.say(f"  {line}")


def _person(person: PersonLine, shell: Shell) -> str:
    duty = {True: shell._("on duty now"), False: shell._("off duty"), None: ""}[person.on_duty]
    extra = ", ".join(word for word in (person.hours, duty) if word)
    text = f"{role_words(person.role, shell.translate)}: {person.name}, {person.phone}"
    return f"{text} ({extra})" if extra else text


def _member(member: MemberLine, shell: Shell) -> str:
    kind, verdict = kind_word(member.kind, shell.translate), verdict_word(member.verdict, shell.translate)
    place = f", {member.site_name}" if member.site_name not in ("", member.name) else ""
    since = shell._("since {moment}", moment=shell.moment(member.since))
    left = "; " + shell._("well again at {moment}", moment=shell.moment(member.left)) if member.left else ""
    return f"{member.name} ({kind}, {member.id}{place}): {verdict}, {since}{left}"


def _notice(notice: NoticeLine, shell: Shell) -> str:
    kind, state = (
        notice_words(notice.kind, shell.translate),
        notice_state_words(notice.state, shell.translate),
    )
    when = shell.moment(notice.finished or notice.created)
    channel = f" ({notice.channel})" if notice.channel not in ("", notice.receiver) else ""
    return f"{notice.receiver}{channel}: {kind}, {state}, {when}" + (
        f" [{notice.error}]" if notice.error else ""
    )


def _logged(line: LogLine, shell: Shell) -> str:
    facts = fact_words(line.deed, line.facts, shell.translate)
    text = f"{shell.moment(line.at)}  {deed_words(line.deed, shell.translate)}"
    return f"{text} ({line.actor})" + (f": {facts}" if facts else "")


def _calls(shell: Shell, provider: str, as_json: bool) -> int:
    found = reading_desk.calls(shell, provider)
    if as_json:
        shell.show_json(incident_json(found, shell.translate))
    else:
        _read_out(found, shell)
    if not found.live:
        return CANNOT_TELL
    return SERIOUS if found.lines else NONE_OPEN


def _read_out(found: CallList, shell: Shell) -> None:
    """Ready to be read out on the telephone: whom to call, then line by line."""
    _ = shell._
    if not found.live:
        shell.say(Text(no_daemon(found.heartbeat, shell), "bold"))
    if not found.lines:
        shell.say(_("No line of {provider} is known to be broken.", provider=found.provider))
        return
    count, at = len(found.lines), shell.moment(found.at)
    broken = (
        "{provider}: {count} line broken at {at}"
        if count == 1
        else "{provider}: {count} lines broken at {at}"
    )
    shell.say(Text(_(broken, provider=found.provider, count=count, at=at), "bold"))
    for desk in found.desks or ():
        shell.say(words.contact(desk, shell))
    if not found.desks:
        shell.say(_("The inventory names no fault desk of this provider."))
    for place, line in enumerate(found.lines, 1):
        shell.say(_call(place, line, found.at, shell))


def _call(place: int, line: CallLine, now: int, shell: Shell) -> str:
    _ = shell._
    contract = (
        _("contract {number}", number=line.contract_number)
        if line.contract_number
        else _("no contract number")
    )
    where = ", ".join(part for part in (line.site_name, line.street_address) if part)
    length = duration(max(now - line.since, 0), shell.language)
    since = _("since {moment} ({length})", moment=shell.moment(line.since), length=length)
    return f"{place}. {line.name}; {contract}; {where}; {since}; #{line.incident}"

"""`netwatch rules replay`: what other rules would have made of the last days. Writes nothing.

Exit code: 0 nothing would differ, 1 something would, 64 not understood, or a span of which not enough is stored.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from inventory.snapshot import Inventory
from netwatch.cli.database import reading
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import SECOND
from netwatch.commands import inventory_of
from netwatch.language import Sentence, Translate, duration, number
from netwatch.limits.reading import LimitFault
from netwatch.queries.incident_words import nature_words, severity_word
from netwatch.replay.contract import Difference, Followed, Report, Rules, What
from netwatch.replay.rules import rules_of
from netwatch.replay.trial import Lacking, trial
from netwatch.replay.trial import Progress as Hear
from netwatch.sampling.series import KEPT
from netwatch.settings import SettingsError, load
from netwatch.settings_sections import Settings

NOT_UNDERSTOOD = 64
SCHEMA = 1
MOST_NAMED = 10


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "replay",
        callback=click.pass_obj(replay),
        help=_(
            "Try other rules on what is stored: which incidents and messages there would have been more, fewer, "
            "earlier, later, of another severity or to others. Nothing is changed. Exit code: 0 no difference, 1 some."
        ),
        params=[
            click.Option(
                ["--since"],
                default="30d",
                show_default=True,
                metavar="WHEN",
                help=_("From when on: 30d, 2026-11-01 or 2026-11-01T08:00."),
            ),
            click.Option(
                ["--rules"],
                type=click.Path(path_type=Path, exists=True, dir_okay=False),
                default=None,
                metavar="FILE",
                help=_(
                    "Settings with the other rules: limits, [incidents], receivers and routes are taken from them. "
                    "Without: the rules in force now, against what was told by those of the time."
                ),
            ),
            json_option(_),
        ],
    )


def replay(shell: Shell, since: str, rules: Path | None, as_json: bool) -> int:
    """Print what would differ."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    start = moment_of(since, now, zone)
    if not 0 < start < now:
        raise Stop(Sentence("A replay begins in the past: write 30d or a date."), code=NOT_UNDERSTOOD)
    other = _settings(shell, rules)
    with reading(shell) as store, _bar(shell) as hear:
        inventory = inventory_of(store.engine, shell.today())
        present = _rules(shell.settings, shell, inventory)
        changed = None if other is None else _rules(other, shell, inventory)
        try:
            report = trial(store, present, changed, (start, now), zone, hear)
        except Lacking as lacking:
            raise Stop(_refusal(shell, lacking), code=NOT_UNDERSTOOD) from None
    if as_json:
        shell.show_json(_json(report))
    else:
        _show(shell, report)
    return int(report.differs)


def _settings(shell: Shell, file: Path | None) -> Settings | None:
    if file is None:
        return None
    try:
        return load(file, shell.environment).settings
    except SettingsError as error:
        raise Stop(*error.faults, code=NOT_UNDERSTOOD) from None


def _rules(settings: Settings, shell: Shell, inventory: Inventory) -> Rules:
    try:
        return rules_of(settings, shell.settings, inventory)
    except LimitFault as fault:
        raise Stop(*fault.sentences, code=NOT_UNDERSTOOD) from None


@contextmanager
def _bar(shell: Shell) -> Iterator[Hear]:
    with Progress(console=shell.err, transient=True, disable=not shell.err.is_terminal) as bar:
        task = bar.add_task(shell._("Replaying…"), total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _refusal(shell: Shell, lacking: Lacking) -> Sentence:
    since = shell.moment(lacking.since or 0)
    if lacking.what == "facts":
        text = "Nothing is stored of so long ago. The first look was noted on {since}; ask for --since that or later."
        return Sentence(text if since else "Nothing is stored yet: no daemon has run.", {"since": since})
    params = {"since": since, "kind": lacking.what, "days": KEPT.get(lacking.what, 0)}
    if not since:
        return Sentence(
            "Limits of {kind} are judged anew on samples of five minutes, and there are none.", params
        )
    return Sentence(
        "Limits of {kind} are judged anew on samples of five minutes, which are kept for {days} days: there are some "
        "from {since} on. Ask for --since that or later.",
        params,
    )


def _show(shell: Shell, report: Report) -> None:
    _ = shell._
    shell.say(_("From {start} to {end}", start=shell.moment(report.start), end=shell.moment(report.end)))
    if report.differences:
        headings = (
            *(_("what"), _("incident"), _("began"), _("nature")),
            *(_("told before"), _("told after"), _("severity"), _("receivers")),
        )
        shell.table(headings, [_row(shell, one) for one in report.differences])
    else:
        shell.say(_("No incident would differ."))
    moved = {name: pair for name, pair in report.messages.items() if pair[0] != pair[1]}
    for name, (before, after) in moved.items():
        shell.say(
            _(
                "Messages to {receiver}: {before} before, {after} after",
                receiver=name,
                before=before,
                after=after,
            )
        )
    _remarks(shell, report)


def _row(shell: Shell, one: Difference) -> tuple[str, ...]:
    incident = one.either.incident
    return (
        _what(shell, one),
        ", ".join(incident.roots[:MOST_NAMED]) or incident.scope,
        shell.moment(incident.onset),
        nature_words(str(incident.nature), shell.translate),
        _told(shell, one.before),
        _told(shell, one.after),
        _either(one, lambda each: severity_word(str(each.worst), shell.translate)),
        _either(one, lambda each: ", ".join(sorted(each.told)) or "–"),
    )


def _what(shell: Shell, one: Difference) -> str:
    words = {
        What.NEW: shell._("new"),
        What.GONE: shell._("gone"),
        What.CHANGED: shell._("otherwise"),
    }
    return words[one.what]


def _told(shell: Shell, one: Followed | None) -> str:
    if one is None:
        return ""
    first = min(one.told.values(), default=None) if one.told else None
    if first is None:
        return shell._("nobody")
    later = duration(max(0, first - one.incident.onset), shell.language)
    return shell._("after {time}", time=later)


def _either(one: Difference, words: Callable[[Followed], str]) -> str:
    told = [words(each) for each in (one.before, one.after) if each is not None]
    return told[0] if len(set(told)) == 1 else " → ".join(told)


def _remarks(shell: Shell, report: Report) -> None:
    known = report.agreement
    share = known.share
    if share is not None:
        text = (
            "By the present rules {again} of {stored} stored incidents come again, {besides} besides that never were: "
            "{share} agree; the middle one begins {shift} otherwise."
        )
        params = {
            "again": known.again,
            "stored": known.stored,
            "besides": known.besides,
            "share": f"{number(round(share * 100, 1), shell.language)} %",
            "shift": duration(known.shift, shell.language),
        }
        shell.remark(Sentence(text, params))
    if report.measured:
        limits = ", ".join(sorted({limit for _, limit in report.measured}))
        text = (
            "Judged on samples of five minutes: {limits}. What lasted for less, and which of the looks within five "
            "minutes found it, they cannot tell."
        )
        shell.remark(Sentence(text, {"limits": limits}))
    if report.untold:
        limits = ", ".join(sorted({limit for _, limit in report.untold}))
        text = (
            "Other numbers, but no samples are kept of what they limit, so they are told as before: {limits}."
        )
        shell.remark(Sentence(text, {"limits": limits}))
    if report.edge:
        text = "Of these, {count} lie at the edge: the incident had begun before the span."
        if report.against_stored:
            text = (
                "At the edge, not counted: {count} differences of incidents that had begun before the span; samples "
                "from its start on cannot tell them. Ask for an earlier --since."
            )
        shell.remark(Sentence(text, {"count": report.edge}))
    if report.late:
        text = "Left out: {count} facts that came to be known more than an hour late."
        shell.remark(Sentence(text, {"count": report.late}))


def _json(report: Report) -> Mapping[str, Any]:
    known = report.agreement
    return {
        "schema": SCHEMA,
        "since": report.start,
        "until": report.end,
        "against": "stored" if report.against_stored else "present",
        "differs": report.differs,
        "agreement": {
            "stored": known.stored,
            "again": known.again,
            "besides": known.besides,
            "share": known.share,
            "shift_seconds": known.shift / SECOND,
        },
        "incidents": [
            {"what": str(one.what), "before": _side(one.before), "after": _side(one.after), **_shifts(one)}
            for one in report.differences
        ],
        "messages": {name: {"before": a, "after": b} for name, (a, b) in report.messages.items()},
        "judged_on_samples": [{"subject": subject, "limit": limit} for subject, limit in report.measured],
        "not_replayed": [{"subject": subject, "limit": limit} for subject, limit in report.untold],
        "late_facts": report.late,
        "at_edge": report.edge,
    }


def _side(one: Followed | None) -> Mapping[str, Any] | None:
    if one is None:
        return None
    incident = one.incident
    return {
        "id": incident.id,
        "nature": str(incident.nature),
        "roots": incident.roots,
        "scope": incident.scope,
        "reason": incident.reason,
        "onset": incident.onset,
        "opened": incident.opened,
        "announced": incident.announced,
        "ended": incident.ended,
        "closed": incident.closed,
        "severity": str(one.worst),
        "suppressed": incident.suppressed,
        "told": one.told,
    }


def _shifts(one: Difference) -> Mapping[str, float | None]:
    """By how many seconds it would be told and be over later (earlier: below 0)."""
    if one.before is None or one.after is None:
        return {}
    a, b = one.before, one.after
    first = (min(a.told.values(), default=None), min(b.told.values(), default=None))
    return {
        "told_later_seconds": _later(*first),
        "over_later_seconds": _later(a.incident.ended, b.incident.ended),
    }


def _later(before: int | None, after: int | None) -> float | None:
    return None if before is None or after is None else (after - before) / SECOND

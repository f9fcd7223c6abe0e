"""The daily report in words: what was last night, what is still open, unknown or due today, and yesterday's figures.

Never empty: a quiet night is told in one sentence. Which words stand where is decided here, as in `alerts.render`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from alerts.contract import SEVERITIES, Phrase, Report, ReportLine, ReportSection, Severity
from alerts.pages import Page, Panel, Section


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


NIGHT, OPEN, UNKNOWN, DUE, FIGURES = "night", "open", "unknown", "due", "figures"
HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        NIGHT: _("Began or ended since yesterday"),
        OPEN: _("Still open, the oldest first"),
        UNKNOWN: _("Not measured now"),
        DUE: _("Today"),
        FIGURES: _("Were not always up yesterday, the worst first"),
    }
)
# What is news to somebody; figures are not.
NEWS = (NIGHT, OPEN, UNKNOWN, DUE)
SEVERITY = "severity"
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "new": _("NEW"),
        "over": _("OVER"),
        "due": _("DUE"),
        "overdue": _("OVERDUE"),
        "ends": _("RUNS OUT"),
        "maintenance": _("MAINTENANCE"),
        "power_cut": _("POWER CUT"),
    }
)


class Outlook(Protocol):
    """The part of a view that this needs."""

    @property
    def outside(self) -> bool:
        """Whether only names may be told."""

    def duration(self, length: int, /) -> str:
        """A length of time."""


class Words(Protocol):
    """Puts phrases and times into the reader's language."""

    @property
    def view(self) -> Outlook:
        """For whom."""

    def say(self, template: str, **params: object) -> str:
        """A text of ours."""

    def phrase(self, phrase: Phrase) -> str:
        """A phrase made elsewhere."""

    def since(self, at: int, not_before: int) -> str:
        """Since when."""

    def lasted(self, since: int, until: int) -> str:
        """How long, from when to when."""

    def severity(self, code: str) -> str:
        """The mark of a severity."""


def quiet(report: Report) -> bool:
    """Whether nothing happened, is open, unknown or due."""
    return not any(report.count(key) for key in NEWS)


def daily_page(page: Page, report: Report, words: Words) -> Page:
    """The report as the templates lay it out."""
    subject = words.say(_("Daily report {date}: {gist}"), date=report.date, gist=_gist(report, words))
    if report.test:
        subject = words.say(_("TEST: {subject}"), subject=subject)
    return replace(
        page,
        subject=subject,
        intro=_intro(report, words),
        summary=tuple(map(words.phrase, report.summary)),
        sections=tuple(_section(one, words) for one in report.sections if one.count),
    )


def _gist(report: Report, words: Words) -> Phrase:
    """The main thing in few words."""
    open_, unknown, due = (report.count(key) for key in (OPEN, UNKNOWN, DUE))
    if open_:
        worst = {"count": open_, "worst": _headline(_worst(report), words)}
        return Phrase(
            _("still open: {worst}") if open_ == 1 else _("{count} still open, the worst: {worst}"), worst
        )
    if unknown:
        return Phrase(_("nothing open, {count} not measured"), {"count": unknown})
    if report.count(NIGHT):
        return Phrase(_("all well again, incidents since yesterday: {count}"), {"count": report.count(NIGHT)})
    return Phrase(_("a quiet night; for today: {count}") if due else _("a quiet night"), {"count": due})


def _worst(report: Report) -> ReportLine:
    """The worst of what is open; of equals the oldest."""
    lines = (line for one in report.sections if one.key == OPEN for line in one.lines)
    return min(lines, key=lambda line: SEVERITIES.index(Severity(line.tone)))


def _intro(report: Report, words: Words) -> str:
    if quiet(report):
        return words.say(
            _("A quiet night: since yesterday nothing has happened; nothing is open, unknown or due today.")
        )
    return words.say(
        _(
            "Began or ended since yesterday: {night}. Still open: {open}. Not measured: {unknown}. For today: {due}."
        ),
        **{key: report.count(key) for key in NEWS},
    )


def _section(section: ReportSection, words: Words) -> Section:
    return Section(
        label=words.say(HEADINGS[section.key]),
        panels=tuple(_panel(line, words) for line in section.lines),
        count=section.count,
        more=words.say(_("and {count} more"), count=section.more) if section.more else "",
    )


def _panel(line: ReportLine, words: Words) -> Panel:
    return Panel(
        tone=line.tone or "plain",
        mark=_mark(line, words),
        headline=_headline(line, words),
        what=". ".join(_details(line, words)),
    )


def _mark(line: ReportLine, words: Words) -> str:
    if line.mark == SEVERITY:
        return words.severity(line.tone)
    return words.say(MARKS[line.mark]) if line.mark in MARKS else ""


def _headline(line: ReportLine, words: Words) -> str:
    what, place = (
        words.phrase(_measured(line.what, line, words)),
        words.phrase(Phrase("{place}", {"place": line.place})),
    )
    return what if not place or place.casefold() in what.casefold() else f"{what} \u2013 {place}"


def _details(line: ReportLine, words: Words) -> Iterator[str]:
    if line.until:
        yield words.lasted(line.since, line.until)
    elif line.since:
        yield words.since(line.since, line.not_before)
    yield from (words.phrase(_measured(one, line, words)) for one in line.more)
    if line.taken is not None:
        yield _taken(line.taken, words)
    if not words.view.outside:
        yield from (words.phrase(_measured(one, line, words)) for one in line.inside)


def _taken(by: str, words: Words) -> str:
    if not by:
        return words.say(_("Nobody has acknowledged it"))
    if words.view.outside:
        return words.say(_("Acknowledged"))
    return words.say(_("Acknowledged by {name}"), name=by)


def _measured(phrase: Phrase, line: ReportLine, words: Words) -> Phrase:
    """With the lengths of time among its parameters in words."""
    if not line.lengths:
        return phrase
    told = {name: words.view.duration(length) for name, length in line.lengths.items()}
    return Phrase(phrase.text, {**told, **phrase.params})

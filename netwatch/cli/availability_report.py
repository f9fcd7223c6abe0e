"""`netwatch availability -o FILE`: the figures as a workbook, a letter or CSV files."""

from exporters.documents.formats import shown
from exporters.documents.model import ColumnKind
from netwatch.cli.documents import Output, way_of, write_document
from netwatch.cli.problems import sheet_language
from netwatch.cli.published import history_words
from netwatch.cli.shell import Shell, release
from netwatch.clock import SECOND
from netwatch.queries.availability import AvailabilityReport
from netwatch.queries.availability_published import PublishedAvailability
from netwatch.reports.availability import availability_document, local, period_words, seconds
from netwatch.reports.letterhead import Facts
from netwatch.reports.published_availability import published_document

DOCUMENT = "availability"


def write_report(shell: Shell, report: AvailabilityReport, wanted: Output, facts: Facts = ()) -> None:
    """Write it, with `facts` before its own; ends the command when it cannot be made."""
    zone = shell.settings.daemon.zone
    values = {
        "scope": report.scope_name or shell._("everything that is watched"),
        "period": period_words(report.period.name, shell.translate),
        "until": _written(shell, report.until),
    }
    way = way_of(shell, DOCUMENT, wanted, values)
    told = (*facts, *_facts(shell, report))
    write_document(shell, availability_document(report, zone, way, told, shell.translate), wanted)


def write_published(shell: Shell, report: PublishedAvailability, wanted: Output) -> None:
    """Write a publication beside what is known of it today; ends the command when it cannot be made."""
    _, line, zone = shell._, report.publication, shell.settings.daemon.zone
    values = {
        "scope": report.frozen.scope_name or line.scope or _("everything that is watched"),
        "period": period_words(report.frozen.period.name, shell.translate),
        "until": _written(shell, report.frozen.period.end),
    }
    way = way_of(shell, DOCUMENT, wanted, values)
    facts: Facts = (
        (_("Published as"), line.id),
        (_("Published"), f"{_written(shell, line.recorded_at)}, {line.author}"),
        ("SHA-256", line.sha256),
    )
    told = history_words(shell, line)
    facts = (*facts, (_("Replaced"), told)) if told else facts
    telling = (lambda at: _written(shell, at) if at else "–"), release()
    made = published_document(report, zone, way, facts, telling, shell.translate)
    write_document(shell, made, wanted)


def _facts(shell: Shell, report: AvailabilityReport) -> Facts:
    _, language = shell._, sheet_language(shell)
    found = [(_("Counted up to"), _written(shell, report.until))]
    if report.minimum_outage:
        length = shown(seconds(report.minimum_outage), ColumnKind.DURATION, language)
        found.append((_("Outages shorter than this count as up"), length))
    if 0 < report.watched_until < report.until:
        found.append((_("No daemon was running since"), _written(shell, report.watched_until)))
    return tuple(found)


def _written(shell: Shell, at: int) -> str:
    """A local date and time, to the second."""
    return shown(
        local(at // SECOND * SECOND, shell.settings.daemon.zone), ColumnKind.MOMENT, sheet_language(shell)
    )

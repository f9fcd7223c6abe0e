"""`netwatch availability -o FILE`: the figures as a workbook, a letter or CSV files."""

from exporters.documents.formats import shown
from exporters.documents.model import ColumnKind
from netwatch.cli.documents import Output, way_of, write_document
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell
from netwatch.clock import SECOND
from netwatch.queries.availability import AvailabilityReport
from netwatch.reports.availability import availability_document, local, period_words, seconds
from netwatch.reports.letterhead import Facts

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

"""Yesterday's figures of record as the daily report tells them: all sites and lines together, and the worst. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from alerts.contract import Phrase, ReportLine, ReportSection
from alerts.daily import FIGURES
from netwatch.availability.arithmetic import summed
from netwatch.availability.contract import Account
from netwatch.availability.shares import WHOLE, shares_of
from netwatch.clock import SECOND
from netwatch.queries.availability import AvailabilityLine, AvailabilityReport

# The worst so many sites, and lines.
WORST = 5

Takes = Callable[[Iterable[str]], bool]


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


TOGETHER = {
    "site": _(
        "Sites yesterday: {count}, together up {share}, between {low} and {high}; measured {measured}."
    ),
    "line": _(
        "Lines yesterday: {count}, together up {share}, between {low} and {high}; measured {measured}."
    ),
}
UNMEASURED = {
    "site": _("Sites yesterday: {count}, nothing of them was measured."),
    "line": _("Lines yesterday: {count}, nothing of them was measured."),
}


def percent(share: int | None) -> Phrase:
    """A share in thousandths of a percent."""
    if share is None:
        return Phrase("{none}", {"none": "\u2013"})
    if share in (0, WHOLE):
        return Phrase("{share}", {"share": f"{share // 1000} %"})
    return Phrase(_("{whole}.{part} %"), {"whole": share // 1000, "part": f"{share % 1000:03}"})


def figures_summary(reports: Sequence[AvailabilityReport], takes: Takes) -> Iterator[Phrase]:
    """A sentence about all sites, and one about all lines."""
    for report in reports:
        accounts = [line.account for line in _taken(report, takes)]
        if accounts:
            yield _together(report, summed(accounts, report.period, report.until), len(accounts))


def _together(report: AvailabilityReport, account: Account, count: int) -> Phrase:
    shares = shares_of(account)
    if shares.availability is None:
        return Phrase(UNMEASURED[report.by], {"count": count})
    told = {
        "count": count,
        "share": percent(shares.availability),
        "low": percent(shares.lowest),
        "high": percent(shares.highest),
        "measured": percent(shares.measured),
    }
    return Phrase(TOGETHER[report.by], told)


def figures_section(reports: Sequence[AvailabilityReport], takes: Takes) -> ReportSection:
    """Sites and lines that were down yesterday, the worst few of each."""
    lines: list[ReportLine] = []
    count = 0
    for report in reports:
        down = [line for line in _taken(report, takes) if line.account.down]
        count += len(down)
        lines += map(_line, sorted(down, key=_badness)[:WORST])
    return ReportSection(FIGURES, count, tuple(lines), count - len(lines))


def _taken(report: AvailabilityReport, takes: Takes) -> Iterator[AvailabilityLine]:
    return (line for line in report.lines if takes((line.id,)))


def _badness(line: AvailabilityLine) -> tuple[float, int, str]:
    share = line.account.availability
    return 1.0 if share is None else share, -line.account.down, line.id


def _line(line: AvailabilityLine) -> ReportLine:
    account, shares = line.account, shares_of(line.account)
    more = [
        Phrase(_("down {down}")),
        Phrase(
            _("between {low} and {high}"), {"low": percent(shares.lowest), "high": percent(shares.highest)}
        ),
    ]
    if account.unknown >= SECOND:
        more.append(Phrase(_("not known {unknown}")))
    if account.excluded >= SECOND:
        more.append(Phrase(_("left out as maintenance {excluded}")))
    return ReportLine(
        mark="",
        what=Phrase("{name}: {share}", {"name": line.name, "share": percent(shares.availability)}),
        place=line.place,
        more=tuple(more),
        lengths={"down": account.down, "unknown": account.unknown, "excluded": account.excluded},
        item=line.id,
    )

"""What the daily report says of today: inspections due, terms that end, maintenance and announced power cuts. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from alerts.contract import Phrase, ReportLine, ReportSection, Window
from alerts.daily import DUE
from alerts.window import occurrences
from inventory.coverage.calendar import INSPECTION
from inventory.local_days import end_of, start_of
from inventory.snapshot import Inventory, LineContract
from netwatch.incidents.maintenance import covered
from netwatch.incidents.places import Places
from netwatch.language import day as date_words
from netwatch.present import Present
from netwatch.queries import coverage_plans, lightning
from netwatch.queries.coverage_words import WHATS
from netwatch.queries.lightning_words import TRIGGERS

MOST = 40
MOST_NAMES = 3

Takes = Callable[[Iterable[str]], bool]


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


@dataclass(frozen=True, slots=True)
class Today:
    """What falls due on a day, of everything: looked through once for all who are told."""

    present: Present
    places: Places
    day: date
    zone: tzinfo
    inspections: lightning.DueList
    ends: coverage_plans.DueList


def today(present: Present, day: date, zone: tzinfo) -> Today:
    """Look through the inventory."""
    inspections = lightning.due_list(present, lightning.terms_of(present, zone), day, day)
    ends = coverage_plans.due_list(present.inventory, day, day)
    return Today(present, Places(present.inventory), day, zone, inspections, ends)


def due_section(known: Today, takes: Takes) -> ReportSection:
    """What comes today and what is overdue: what happens at an hour first, then what is most urgent."""
    span = start_of(known.day, known.zone), end_of(known.day, known.zone)
    lines = [
        *_windows(known.present.desk.windows, known.places, takes, span),
        *_inspections(known, takes),
        *_ends(known, takes),
        *_contracts(known, takes),
    ]
    return ReportSection(DUE, len(lines), tuple(lines[:MOST]), max(0, len(lines) - MOST))


def _windows(
    windows: Iterable[Window], places: Places, takes: Takes, span: tuple[int, int]
) -> Iterator[ReportLine]:
    found = []
    for window in windows:
        hit = covered(window, places)
        if hit and takes(hit):
            found += [_window(window, places, len(hit), *times) for times in occurrences(window, *span)]
    yield from sorted(found, key=lambda line: (line.since, line.item))


def _window(window: Window, places: Places, hit: int, start: int, end: int) -> ReportLine:
    return ReportLine(
        mark="power_cut" if _is_cut(window) else "maintenance",
        what=Phrase("{names}", {"names": _names(window, places)}),
        since=start,
        until=end,
        more=(Phrase(_("things covered: {count}"), {"count": hit}),),
        inside=(Phrase("{author}: {reason}", {"reason": window.reason, "author": window.author}),),
        item=str(window.id),
    )


def _is_cut(window: Window) -> bool:
    """Announced cuts of power name feeders and nothing else."""
    others = (*window.units, *window.sites, *window.subjects, *window.providers)
    return bool(window.feeders) and not others


def _names(window: Window, places: Places) -> str:
    ids = (*window.units, *window.sites, *window.subjects)
    every = (*map(places.name, ids), *window.providers, *window.feeders)
    return ", ".join(every[:MOST_NAMES]) + (", …" if len(every) > MOST_NAMES else "")


def _inspections(known: Today, takes: Takes) -> Iterator[ReportLine]:
    """Those in their last day, overdue, or forced by something; those without a date stand on the to-do list."""
    for line in known.inspections.lines:
        if not takes((line.id,)) or (line.due is None and not line.forced):
            continue
        overdue = line.due is not None and line.due < known.day
        early = bool(line.forced) and line.due is not None and line.due > known.day
        text = _("at once, before its term on {date}") if early else _("due on {date}")
        on = [Phrase(text, {"date": date_words(line.due)})] if line.due else []
        forced = [Phrase(TRIGGERS[one.trigger]) for one in line.forced]
        yield ReportLine(
            mark="overdue" if overdue else "due",
            what=Phrase(_("inspection of {name}"), {"name": line.name}),
            place=line.unit_name or line.site_name,
            more=(*on, *forced),
            item=line.id,
        )


def _ends(known: Today, takes: Takes) -> Iterator[ReportLine]:
    """Warranties, lives, exemptions, statements and norms whose day is today."""
    for due in known.ends.dues:
        concerned = due.kind == "norm" or takes(due.units) or takes((due.item,))
        if due.on == known.day and due.what != INSPECTION and concerned:
            yield ReportLine(
                mark="ends",
                what=Phrase(
                    "{what}: {name}", {"what": Phrase(WHATS[due.what].text), "name": due.name or due.item}
                ),
                place=", ".join(due.unit_names[:MOST_NAMES]),
                item=due.item,
            )


def _contracts(known: Today, takes: Takes) -> Iterator[ReportLine]:
    """Contracts of lines whose last day is today, unless the next terms follow at once."""
    inventory, places = known.present.inventory, known.places
    every = inventory.every("line_contract")
    going_on = {(one.id, one.valid_from) for one in every}
    for one in every:
        over = one.valid_to
        if over is None or over - timedelta(days=1) != known.day or (one.id, over) in going_on:
            continue
        lines = _under(one, inventory)
        if takes(lines):
            yield ReportLine(
                mark="ends",
                what=Phrase(_("last day of the contract {name}"), {"name": one.name}),
                place=", ".join(dict.fromkeys(places.name(places.site(line)) for line in lines[:MOST_NAMES])),
                more=(Phrase(_("lines: {count}"), {"count": len(lines)}),),
                item=one.id,
            )


def _under(contract: LineContract, inventory: Inventory) -> tuple[str, ...]:
    numbered = (
        line.id
        for line in inventory.of("line").values()
        if contract.number and line.contract_number == contract.number
    )
    return tuple(dict.fromkeys((*contract.lines, *numbered)))

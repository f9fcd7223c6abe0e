"""Surge protectors and their inspections: what is due until a day, and the life of one. Pure read models."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from inventory.inputs import last_of, records_by_item, when
from inventory.inspections import Forcing, Happening, Status, Term, add_months, newest_earth, terms
from inventory.snapshot import Attachment, FieldRecord, Inventory, SurgeProtector
from netwatch.incidents.places import Places
from netwatch.inspections import contact_faults, gathered
from netwatch.present import Present

SCHEMA = 1
EARTH = "earth"


@dataclass(frozen=True, slots=True)
class DueLine:
    """One surge protector whose inspection is wanted: `due` None without a date to count from, `left` days until then.

    `forced` are the triggers that ask for it now.
    """

    id: str
    name: str
    site: str
    site_name: str
    unit: str
    unit_name: str
    status: str
    due: date | None
    left: int | None
    last: date | None
    result: str
    forced: tuple[Forcing, ...]


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due until a day, the most urgent first; `protectors` is how many were looked through."""

    schema: int
    on: date
    until: date
    unit: str
    protectors: int
    lines: tuple[DueLine, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """An earth resistance in ohm: when, how, by what, by whom; `over` whether it was above the limit."""

    on: date
    ohms: float
    over: bool
    method: str
    instrument: str
    person: str
    record: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The earth resistances of a protector, oldest first; `electrode` those measured at others count too."""

    schema: int
    item: str
    electrode: str
    limit: float
    values: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """Everything about one protector's life; `records` newest first, `happened` what no record tells."""

    schema: int
    line: DueLine
    installed: date | None
    commissioned: date | None
    interval: int
    design_life: int | None
    life_over: date | None
    replaced: date | None
    trend: Trend
    records: tuple[FieldRecord, ...]
    attachments: tuple[Attachment, ...]
    happened: tuple[Happening, ...] = ()


def terms_of(present: Present, zone: tzinfo) -> Mapping[str, Term]:
    """The terms of all protectors, with everything that is known to have happened to them."""
    happened = ((item, one) for item, several in present.happened.items() for one in several)
    faults = contact_faults(present.subjects, present.facts, zone)
    return terms(present.inventory, gathered((*happened, *faults)))


def inspection_details(term: Term, on: date) -> Iterator[tuple[str, str | None]]:
    """When the next inspection is due, and what forces one now, with what tells of that."""
    yield "inspection_due", f"{term.due}" if term.due else None
    for one in reversed(term.forces(on)):
        yield f"forced_by_{one.trigger}", one.evidence or f"{one.on}"


def season(on: date, begins: int, ends: int) -> tuple[date, date]:
    """The first and last day of the storm season that goes on or comes next; months, both included."""
    year = on.year if on.month <= ends else on.year + 1
    last = add_months(date(year, ends, 1), 1) - timedelta(days=1)
    return date(year if begins <= ends else year - 1, begins, 1), last


def due_list(present: Present, found: Mapping[str, Term], on: date, until: date, unit: str = "") -> DueList:
    """What is to be inspected until a day: its term is over by then, something forces it, or it has no date at all."""
    places = Places(present.inventory)
    protectors = [
        one
        for one in present.inventory.of("surge_protector").values()
        if not unit or unit in places.units((one.id,))
    ]
    lines = (_line(one, found[one.id], places, on, present.soon_days) for one in protectors)
    wanted = (
        line for line in lines if line.status == Status.UNKNOWN or found[line.id].wanted_by(max(on, until))
    )
    return DueList(SCHEMA, on, until, unit, len(protectors), tuple(sorted(wanted, key=_urgency)))


def _urgency(line: DueLine) -> tuple[bool, date, str, str]:
    return not line.forced, line.due or date.max, line.unit_name, line.id


def _line(protector: SurgeProtector, term: Term, places: Places, on: date, soon: int) -> DueLine:
    unit = next(iter(places.agencies(protector.site)), "")
    return DueLine(
        id=protector.id,
        name=protector.name,
        site=protector.site,
        site_name=places.name(protector.site),
        unit=unit,
        unit_name=places.name(unit) if unit else "",
        status=str(term.status(on, soon)),
        due=term.due,
        left=(term.due - on).days if term.due else None,
        last=term.last.on if term.last else None,
        result=(term.last.result or "") if term.last else "",
        forced=term.forces(on),
    )


def trend(inventory: Inventory, protector: SurgeProtector) -> Trend:
    """All earth resistances that were read at a protector, or at its electrode."""
    values = (_measured(record, protector.earth_limit) for record in _earths(inventory, protector))
    return Trend(SCHEMA, protector.id, protector.earth_electrode or "", protector.earth_limit, tuple(values))


def _earths(inventory: Inventory, protector: SurgeProtector) -> Iterator[FieldRecord]:
    records = records_by_item(inventory)
    shared = (
        one.id
        for one in inventory.of("surge_protector").values()
        if protector.earth_electrode
        and (one.site, one.earth_electrode) == (protector.site, protector.earth_electrode)
    )
    ids = dict.fromkeys((protector.id, *shared))
    several = (record for id_ in ids for record in records.get(id_, ()))
    yield from sorted((one for one in several if newest_earth((one,)) is not None), key=when)


def _measured(record: FieldRecord, limit: float) -> Measured:
    ohms = record.reading or 0.0
    return Measured(
        record.on,
        ohms,
        ohms > limit,
        record.method or "",
        record.instrument or "",
        record.person or "",
        record.id,
    )


def life(present: Present, found: Mapping[str, Term], protector: SurgeProtector, on: date) -> Life:
    """The life of one protector."""
    inventory, term = present.inventory, found[protector.id]
    records = records_by_item(inventory).get(protector.id, ())
    replacement = last_of(records, "replacement")
    return Life(
        schema=SCHEMA,
        line=_line(protector, term, Places(inventory), on, present.soon_days),
        installed=protector.installed_on,
        commissioned=protector.commissioned_on,
        interval=protector.inspection_interval,
        design_life=protector.design_life,
        life_over=term.life_over,
        replaced=replacement.on if replacement else None,
        trend=trend(inventory, protector),
        records=tuple(reversed(records)),
        attachments=attachments_of(inventory, protector.id, records),
        happened=tuple(present.happened.get(protector.id, ())),
    )


def attachments_of(
    inventory: Inventory, item: str, records: Sequence[FieldRecord] = ()
) -> tuple[Attachment, ...]:
    """The documents attached to an item and to its field records, newest first."""
    about = {item, *(record.id for record in records)}
    found: Iterable[Attachment] = inventory.of("attachment").values()
    mine = (one for one in found if one.item in about)
    return tuple(sorted(mine, key=lambda one: (one.on or date.min, one.id), reverse=True))

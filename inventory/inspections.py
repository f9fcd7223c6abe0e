"""When surge protectors are due for inspection, and what forces one before its term is over. Pure.

The term counts in calendar months from the last inspection that has a result; what was never inspected counts from its
commissioning, else from its installation. Sources of the defaults, which every record may say otherwise: TCVN
9385:2012 (inspection every 12 months, earth resistance at most 10 ohm).
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from inventory.inputs import records_by_item, when
from inventory.snapshot import FieldRecord, Inventory, SurgeProtector

SOON_DAYS = 30
PASS, FAIL, RED = "pass", "fail", "red"
INSPECTION, EARTH, STRIKE, REPLACEMENT = "inspection", "earth", "strike", "replacement"
MONTHS_OF_A_YEAR = 12


class Status(StrEnum):
    """How an inspection stands on a day; `unknown` without any date to count from."""

    OK = "ok"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


class Trigger(StrEnum):
    """What forces an inspection now, whatever its term says."""

    CONTACT_FAULT = "contact_fault"
    STRIKE = "strike"
    EARTH_RESISTANCE = "earth_resistance"
    DEVICE_LOST = "device_lost"
    INSPECTION_FAILED = "inspection_failed"
    INDICATOR_RED = "indicator_red"
    DESIGN_LIFE = "design_life"


@dataclass(frozen=True, slots=True)
class Happening:
    """What no field record tells: a contact that failed, a counted strike, a device lost in a storm.

    `on` and `at` (HH:MM) are local time; `evidence` says what was seen, in signs rather than words.
    """

    trigger: Trigger
    on: date
    at: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Forcing:
    """Why an inspection is needed now, since when, and by what that is known (a record's id, or the evidence)."""

    trigger: Trigger
    on: date
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """The inspection of one surge protector: `base` is the day it counts from, `due` the last day of its term.

    `last` is the last inspection with a result. `life_over` is the first day beyond the design life. `forced` are the
    reasons for an inspection now that do not come with the calendar; see `forces`. `ohms` are the newest earth
    resistance, None without one.
    """

    item: str
    last: FieldRecord | None = None
    base: date | None = None
    due: date | None = None
    life_over: date | None = None
    forced: tuple[Forcing, ...] = ()
    ohms: float | None = None

    def status(self, on: date, soon: int = SOON_DAYS) -> Status:
        """How it stands on a day; soon due from so many days before the last day of its term."""
        if self.due is None:
            return Status.UNKNOWN
        left = (self.due - on).days
        if left < 0:
            return Status.OVERDUE
        return Status.DUE_SOON if left <= soon else Status.OK

    def forces(self, on: date) -> tuple[Forcing, ...]:
        """Everything that forces an inspection on a day, in the order of `Trigger`."""
        over = self.life_over
        life = (Forcing(Trigger.DESIGN_LIFE, over, f"{over}"),) if over is not None and on >= over else ()
        return (*self.forced, *life)

    def wanted_by(self, day: date) -> bool:
        """Whether an inspection is wanted on a day or before."""
        return bool(self.forces(day)) or (self.due is not None and self.due <= day)


@dataclass(frozen=True, slots=True)
class _Life:
    """What is known of one protector: its own records, those of its earth electrode, and what happened to it."""

    protector: SurgeProtector
    records: Sequence[FieldRecord] = ()
    electrode: Sequence[FieldRecord] = ()
    happened: Sequence[Happening] = ()
    replaced: tuple[str, str] = field(default=("", ""))

    def newest(self, kind: str) -> FieldRecord | None:
        return next((record for record in reversed(self.records) if record.kind == kind), None)


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later, the last day of a month that is shorter.

    Beyond the year 9999 it is the last day there is.
    """
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + months, MONTHS_OF_A_YEAR)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_after(day: date) -> date:
    """The day after; of the last day there is, that day."""
    return day if day == date.max else day + timedelta(days=1)


def last_inspection(records: Iterable[FieldRecord]) -> FieldRecord | None:
    """The newest inspection that says how it ended; `records` are in the order of time."""
    told = [record for record in records if record.kind == INSPECTION and record.result is not None]
    return told[-1] if told else None


def terms(
    inventory: Inventory, happened: Mapping[str, Sequence[Happening]] | None = None
) -> Mapping[str, Term]:
    """The terms of all surge protectors, by id."""
    records = records_by_item(inventory)
    protectors: Mapping[str, SurgeProtector] = inventory.of("surge_protector")
    electrodes = _electrodes(protectors.values(), records)
    known = happened or {}
    return {
        id_: term_of(
            one, records.get(id_, ()), known.get(id_, ()), electrodes.get((one.site, one.earth_electrode), ())
        )
        for id_, one in protectors.items()
    }


def _electrodes(
    protectors: Iterable[SurgeProtector], records: Mapping[str, Sequence[FieldRecord]]
) -> Mapping[tuple[str, str | None], tuple[FieldRecord, ...]]:
    """Earth resistances by the electrode they were measured at: one serves all protectors of its site that name it."""
    found: dict[tuple[str, str | None], list[FieldRecord]] = {}
    for one in protectors:
        if one.earth_electrode:
            earths = (record for record in records.get(one.id, ()) if record.kind == EARTH)
            found.setdefault((one.site, one.earth_electrode), []).extend(earths)
    return {where: tuple(sorted(several, key=when)) for where, several in found.items()}


def term_of(
    protector: SurgeProtector,
    records: Sequence[FieldRecord],
    happened: Iterable[Happening] = (),
    electrode: Sequence[FieldRecord] = (),
) -> Term:
    """The term of one protector.

    `records` are its own in the order of time, `electrode` the earth resistances of its electrode likewise.
    """
    replacement = next((record for record in reversed(records) if record.kind == REPLACEMENT), None)
    life = _Life(
        protector, records, electrode, tuple(happened), when(replacement)[:2] if replacement else ("", "")
    )
    last = last_inspection(records)
    base = last.on if last else protector.commissioned_on or protector.installed_on
    earth = newest_earth(records, electrode)
    return Term(
        item=protector.id,
        last=last,
        base=base,
        due=add_months(base, protector.inspection_interval) if base else None,
        life_over=life_over(protector, replacement),
        forced=tuple(sorted(_forced(life, last, earth), key=_rank)),
        ohms=earth.reading if earth else None,
    )


def life_over(protector: SurgeProtector, replacement: FieldRecord | None) -> date | None:
    """The first day beyond the design life of the protector, or of the module put in last."""
    born = replacement.on if replacement else protector.installed_on or protector.commissioned_on
    if born is None or protector.design_life is None:
        return None
    return add_months(born, protector.design_life * MONTHS_OF_A_YEAR)


def newest_earth(records: Sequence[FieldRecord], electrode: Sequence[FieldRecord] = ()) -> FieldRecord | None:
    """The newest earth resistance that was read: its own or its electrode's."""
    read = [
        record for record in (*records, *electrode) if record.kind == EARTH and record.reading is not None
    ]
    return max(read, key=when, default=None)


def _rank(forcing: Forcing) -> tuple[int, date]:
    return list(Trigger).index(forcing.trigger), forcing.on


def _forced(life: _Life, last: FieldRecord | None, earth: FieldRecord | None) -> Iterator[Forcing]:
    inspected = when(last)[:2] if last else ("", "")
    strike = _struck(life.records, inspected)
    if strike is not None:
        yield _by(strike, Trigger.STRIKE)
    limit = life.protector.earth_limit
    if earth is not None and earth.reading is not None and earth.reading > limit:
        yield Forcing(Trigger.EARTH_RESISTANCE, earth.on, f"{earth.id}: {earth.reading:g} > {limit:g} Ω")
    if last is not None and last.result == FAIL:
        yield _by(last, Trigger.INSPECTION_FAILED)
    seen = next((record for record in reversed(life.records) if record.indicator is not None), None)
    if seen is not None and seen.indicator == RED and when(seen)[:2] > life.replaced:
        yield _by(seen, Trigger.INDICATOR_RED)
    yield from _happened(life, inspected, strike is not None)


def _by(record: FieldRecord, trigger: Trigger) -> Forcing:
    return Forcing(trigger, record.on, record.id)


def _happened(life: _Life, inspected: tuple[str, str], struck: bool) -> Iterator[Forcing]:
    """What happened since it was last dealt with, the newest of each trigger: a failed contact asks for a replacement,
    everything else for an inspection.
    """
    newest = {one.trigger: one for one in sorted(life.happened, key=_moment)}
    for one in newest.values():
        dealt = life.replaced if one.trigger is Trigger.CONTACT_FAULT else inspected
        if _moment(one) > dealt and not (struck and one.trigger is Trigger.STRIKE):
            yield Forcing(one.trigger, one.on, one.evidence)


def _moment(happening: Happening) -> tuple[str, str]:
    return happening.on.isoformat(), happening.at or "24:00"


def _struck(records: Sequence[FieldRecord], inspected: tuple[str, str]) -> FieldRecord | None:
    """The first strike written down since the last inspection.

    A counter's reading tells of strikes once it is higher than the reading before; the first one only begins the count,
    a lower one begins it anew.
    """
    count: float | None = None
    for record in records:
        if record.kind == STRIKE:
            rose = record.reading is None or (count is not None and record.reading > count)
            count = count if record.reading is None else record.reading
            if rose and when(record)[:2] > inspected:
                return record
    return None

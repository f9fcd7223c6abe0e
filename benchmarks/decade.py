"""Ten years of a large country, in a database: what was written down of its agencies, and what looks have shown.

So many agencies, each with five devices, a line, an endpoint and a surge protector. Every year a fifth of the devices
are replaced (one in five of those by a record of another id), agencies move and merge, every agency states three
numbers, and every surge protector is inspected.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from inventory.apply import prepare, write_prepared
from inventory.changes import Change
from inventory.coverage.contract import Aspect
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    FieldRecord,
    Line,
    Norm,
    OrganisationChange,
    OrganisationUnit,
    Record,
    Site,
    Statement,
    SurgeProtector,
    kind_of,
)
from netwatch.store.coverage_tables import sighting
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

YEARS = 10
DAY, YEAR = timedelta(days=1), timedelta(days=365)
GIGABIT, CONTRACTED = 1_000_000_000, 20_000_000
# Agencies of one province; one agency in so many moves each year, one in so many goes into its neighbour.
PROVINCE, MOVES, MERGES = 300, 50, 500
REPLACED = 5
DEVICES = ("router", "switch", "firewall", "ups", "conferencing_endpoint")
SUBJECTS = ("staff", "computer", "antivirus")
STATED, COVERED = 12, 11
SPELLS = 4
# One item in so many has never answered; one in so many tells another serial number.
SILENT, OTHER_SERIAL = 20, 100
PIECE = 20_000

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decade:
    """Ten years up to a moment, of so many agencies."""

    until: datetime
    agencies: int

    def day(self, year: int) -> date:
        """The day of a year's changes, 0 for the first import; the last ones were a month ago."""
        return (self.until - (YEARS - year) * YEAR - 30 * DAY).date()

    def moment(self, year: int) -> int:
        """The same in microseconds UTC."""
        return int((self.until - (YEARS - year) * YEAR - 30 * DAY).timestamp()) * 1_000_000

    def year_of_end(self, place: int) -> int:
        """The year in which an agency goes into its neighbour; beyond the last where it never does."""
        group, inside = divmod(place, MERGES)
        return 1 + group % YEARS if inside == MERGES - 1 else YEARS + 1


def written(folder: Path, agencies: int) -> None:
    """Make the database netwatch.db of a folder, up to now."""
    decade = Decade(datetime.now(UTC), agencies)
    store = open_store(f"sqlite:///{folder}/netwatch.db", Holder("here", os.getpid(), 0, "benchmark"))
    try:
        _history(store.engine, decade)
        with store.engine.begin() as connection:
            rows = _sightings(decade)
            while some := list(islice(rows, PIECE)):
                connection.execute(insert(sighting), some)
    finally:
        store.close()


def _history(engine: Engine, decade: Decade) -> None:
    for year in range(YEARS + 1):
        changes = list(_of_year(decade, year))
        with Session(engine) as session, session.begin():
            at = decade.moment(year)
            dialect = engine.dialect
            write_prepared(session, prepare(changes, dialect, year, author="benchmark", at=at, source="made"))


def _of_year(decade: Decade, year: int) -> Iterator[Change]:
    if year == 0:
        yield from (_change(None, record) for record in _founded(decade))
        return
    for place in range(decade.agencies):
        yield from _moved(decade, place, year)
        yield from _replaced(decade, place, year)
        yield from (_change(None, record) for record in _told(decade, place, year))


def _change(before: Record | None, after: Record | None) -> Change:
    record: Any = after if before is None else before
    return Change(kind_of(record), record.id, getattr(record, "valid_from", None), before, after)


def _founded(decade: Decade) -> Iterator[Record]:
    """What the first import brought."""
    first = decade.day(0)
    for number in range(_provinces(decade)):
        name = f"UBND tỉnh Mẫu {number}"
        yield OrganisationUnit(
            id=f"T{number}", name=name, kind="peoples_committee", level="province", valid_from=first
        )
    for place in range(decade.agencies):
        yield _agency(decade, place, place // PROVINCE, first)
        yield Site(id=f"S{place}", name=f"Trụ sở xã Mẫu {place}", organisation_units=(f"X{place}",))
        yield from (_device(decade, place, inside, 0) for inside in range(len(DEVICES)))
        yield from _others(decade, place)
    yield from _norms(first)


def _provinces(decade: Decade) -> int:
    return -(-decade.agencies // PROVINCE)


def _agency(decade: Decade, place: int, province: int, since: date) -> OrganisationUnit:
    return OrganisationUnit(
        id=f"X{place}",
        name=f"UBND xã Mẫu {place}",
        kind="peoples_committee",
        level="commune",
        parent=f"T{province % _provinces(decade)}",
        valid_from=since,
    )


def _device(decade: Decade, place: int, inside: int, year: int) -> Device:
    """A device as it was from the last year in which it was replaced, up to this one."""
    number, kind = place * len(DEVICES) + inside, DEVICES[inside]
    last = _last_replaced(number, year)
    return Device(
        # A UPS that is replaced is another thing, of other devices only what they are made of is.
        id=f"D{number}" if kind != "ups" or not last else f"D{number}-{last}",
        name=f"Thiết bị {kind} của xã Mẫu {place}",
        site=f"S{place}",
        kind=kind,
        vendor="Huawei",
        model="S5735-L24T4S",
        serial=_serial(number, last),
        address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
        port_speed=GIGABIT if kind == "switch" else None,
        acquired_on=decade.day(last),
    )


def _last_replaced(number: int, year: int) -> int:
    """The last year up to this one in which a device was replaced; 0 for never."""
    return next((one for one in range(year, 0, -1) if (number + one) % REPLACED == 0), 0)


def _serial(number: int, year: int) -> str:
    return f"2102{year:02}{number:08}"


def _others(decade: Decade, place: int) -> Iterator[Record]:
    site, first = f"S{place}", decade.day(0)
    yield Line(
        id=f"L{place}",
        name=f"TSLCD xã Mẫu {place}",
        site=site,
        line_class="tslcd_access_2",
        a_device=f"D{place * len(DEVICES)}",
        a_interface="GigabitEthernet0/0/1",
        witness="echo",
        witness_address=f"10.200.{place >> 8}.{place & 255}",
        provider="VNPT",
        contract_number=f"HD-{place}",
        bandwidth_down=CONTRACTED,
        bandwidth_up=CONTRACTED,
        connected_on=first,
    )
    yield ConferencingEndpoint(
        id=f"E{place}",
        name=f"Điểm cầu xã Mẫu {place}",
        device=f"D{place * len(DEVICES) + DEVICES.index('conferencing_endpoint')}",
    )
    yield SurgeProtector(
        id=f"P{place}",
        name=f"Chống sét nguồn xã Mẫu {place}",
        site=site,
        protection_kind="power_ac",
        commissioned_on=first,
    )


def _norms(first: date) -> Iterator[Norm]:
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("lan", {"bandwidth": 100_000_000}),
        ("data_line", {"bandwidth": CONTRACTED, "line_classes": ("tslcd_access_2",)}),
        ("conferencing_endpoint", {}),
        ("firewall", {}),
        ("ups", {"max_age": 6}),
        ("surge_protector", {"inspected_within": 12, "detail": "power"}),
        ("computer", {"per": "staff"}),
        ("antivirus", {"per": "computer", "target": 90}),
    )
    for item, terms in asked:
        yield Norm(
            id=item, name=f"Định mức {item}", item=item, levels=("commune",), valid_from=first, **terms
        )


def _moved(decade: Decade, place: int, year: int) -> Iterator[Change]:
    """An agency that stands in another province from this year on, and one that goes into the one before it."""
    end, on = decade.year_of_end(place), decade.day(year)
    before = _version(decade, place, year - 1)
    if year == end:
        yield _change(before, replace(before, valid_to=on))
        change = OrganisationChange(
            id=f"C{place}", kind="merge", on=on, predecessors=(f"X{place}",), successors=(f"X{place - 1}",)
        )
        yield _change(None, change)
    elif year < end and _moves(place, year):
        yield _change(before, replace(before, valid_to=on))
        yield _change(None, _version(decade, place, year))


def _moves(place: int, year: int) -> bool:
    return (place + 7 * year) % MOVES == 0


def _version(decade: Decade, place: int, year: int) -> OrganisationUnit:
    """The version of an agency that holds after a year's moves."""
    last = next((one for one in range(year, 0, -1) if _moves(place, one)), 0)
    return _agency(decade, place, place // PROVINCE + last, decade.day(last))


def _replaced(decade: Decade, place: int, year: int) -> Iterator[Change]:
    for inside in range(len(DEVICES)):
        if (place * len(DEVICES) + inside + year) % REPLACED == 0:
            before = _device(decade, place, inside, year - 1)
            after = _device(decade, place, inside, year)
            if before.id == after.id:
                yield _change(before, after)
            else:
                yield _change(before, None)
                yield _change(None, after)


def _told(decade: Decade, place: int, year: int) -> Iterator[Record]:
    """What an agency states in a year, and the inspection of its surge protector."""
    on = decade.day(year)
    if year < decade.year_of_end(place):
        for subject in SUBJECTS:
            yield Statement(
                id=f"K{year}-{subject}-{place}",
                organisation_unit=f"X{place}",
                subject=subject,
                value=COVERED if subject == "antivirus" else STATED,
                on=on,
                source=f"Báo cáo số {place}/BC-UBND",
                person="Nguyễn Văn A",
            )
    yield FieldRecord(
        id=f"I{year}-{place}", item=f"P{place}", kind="inspection", on=on, result="pass", person="Trần Thị B"
    )


def _sightings(decade: Decade) -> Iterator[Row]:
    """What looks have shown: every value in several spells, serial numbers of each device one after another."""
    start, now = decade.moment(0), int(decade.until.timestamp()) * 1_000_000
    for place in range(decade.agencies):
        if place % SILENT:
            yield from _spells(f"L{place}", Aspect.CARRIED, "", start, now)
            yield from _spells(f"E{place}", Aspect.REGISTERED, "", start, now)
        for inside in range(len(DEVICES)):
            number = place * len(DEVICES) + inside
            if number % SILENT:
                yield from _seen(decade, number, DEVICES[inside], (start, now))


def _seen(decade: Decade, number: int, kind: str, span: tuple[int, int]) -> Iterator[Row]:
    """What is seen of a device under its present id."""
    start, now = span
    last = _last_replaced(number, YEARS)
    id_ = f"D{number}-{last}" if kind == "ups" and last else f"D{number}"
    shown = (
        (Aspect.ANSWERED, ""),
        (Aspect.PROFILE, "huawei"),
        (Aspect.KIND, kind),
        (Aspect.MODEL, "S5735-L24T4S"),
        *(((Aspect.SPEED, str(GIGABIT)),) if kind in ("router", "switch") else ()),
    )
    for aspect, value in shown:
        yield from _spells(id_, aspect, value, start, now)
    turns = [0, *(year for year in range(1, YEARS + 1) if (number + year) % REPLACED == 0)]
    for begun, ended in zip(turns, [*turns[1:], None], strict=True):
        value = _serial(number, begun if number % OTHER_SERIAL else YEARS + begun)
        until = now if ended is None else decade.moment(ended)
        yield from _spells(id_, Aspect.SERIAL, value, decade.moment(begun), until)


def _spells(item: str, aspect: Aspect, value: str, start: int, end: int) -> Iterator[Row]:
    """So many runs from one moment to another, two days apart."""
    long, apart = (end - start) // SPELLS, 2 * 86_400_000_000
    for turn in range(SPELLS):
        first = start + turn * long
        last = end if turn == SPELLS - 1 else first + long - apart
        yield {"item": item, "aspect": str(aspect), "value": value, "first": first, "last": last}

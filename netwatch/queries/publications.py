"""What was published, what of the same day is known now, and why the two differ, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import Any

from sqlalchemy import Engine

from inventory.cells import text_of
from inventory.coverage.contract import Cell, Covering, Figure, State
from inventory.coverage.publication import (
    Comparison,
    FieldDifference,
    Frozen,
    RowDifference,
    compare,
    thaw,
)
from inventory.faults import shortened
from inventory.history import EventRecord
from inventory.local_days import end_of
from inventory.records import from_plain
from inventory.sealing import COVERAGE, Header
from inventory.snapshot import Inventory, Norm, cells
from netwatch.queries.coverage import Taken, taken
from netwatch.queries.publication_grounds import Related, related_to, told_of
from netwatch.queries.publication_lines import PublicationLine, line_of, listed, replacement_of
from netwatch.store import publications_sql
from netwatch.store.sql import SqlStore

MOST_FIELDS = 6
# The fields of an agency by which norms ask it, or by which it is found.
ASKED_BY = ("level", "kind", "parent", "tags", "administrative_unit", "valid_from", "valid_to")
# Of one thing so many events are told.
MOST_CAUSES = 20
LONGEST_VALUE = 80
# Why a row differs: another version of its norm, something recorded since, something seen (or seen no longer); or
# nothing of these, and then another release computed it.
NORM, RECORDED, EVIDENCE, COMPUTED = "norm", "recorded", "evidence", "computed"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A figure's numerators and denominators."""

    denominator: int
    declared: int
    proved: int
    exempt: int
    agencies: int
    agencies_declared: int
    agencies_proved: int
    items: int
    items_proved: int
    target: int


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure as published and as known today; None where there was, or is, none."""

    norm: str
    name: str
    level: str
    published: Numbers | None
    today: Numbers | None
    differs: bool


@dataclass(frozen=True, slots=True)
class TallyLine:
    """A count of things that differs: items, places and agencies, each as published and as known today."""

    kind: str
    detail: str
    items: tuple[int, int]
    places: tuple[int, int]
    agencies: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a row differs: `what` is norm, recorded, evidence or computed.

    Of something recorded `at` is from when it holds, and `change_set`, `actor`, `recorded_at` say who wrote it down,
    when; of evidence `at` is when the item last showed it. `fields` are what changed, before and after.
    """

    what: str
    kind: str = ""
    entity: str = ""
    at: int = 0
    recorded_at: int = 0
    actor: str = ""
    change_set: str = ""
    reason: str = ""
    fields: tuple[FieldDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class RowLine:
    """One norm at one agency, as published and as known today: units by state, and why they differ."""

    norm: str
    name: str
    unit: str
    unit_name: str
    published: Mapping[str, int]
    today: Mapping[str, int]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """A publication beside the same scope and day as they are known today."""

    publication: PublicationLine
    figures: tuple[FigureLine, ...]
    tallies: tuple[TallyLine, ...]
    rows: tuple[RowLine, ...]
    differs: bool


def publication_lines(engine: Engine) -> tuple[PublicationLine, ...]:
    """Every publication, in the order in which they were recorded; raises StoreFault."""
    return listed(engine, COVERAGE, thaw, _told)


def _told(frozen: Frozen) -> Mapping[str, str]:
    return {"on": frozen.audit.on.isoformat(), "release": frozen.release}


def published_report(store: SqlStore, header: Header, now: int, zone: tzinfo) -> PublishedReport:
    """A publication beside what is known of it today; raises StoreFault, PublicationFault when it was changed."""
    engine = store.engine
    frozen, digest = thaw(publications_sql.content_of(engine, header.id), header)
    today = taken(store, frozen.audit.on, zone, None, header.scope, now)
    found, related = compare(frozen, today.audit, norms_of(today)), related_to(today.inventory, frozen.norms)
    line = line_of(header, replacement_of(engine, header), sha256=digest, **_told(frozen))
    return PublishedReport(
        line,
        tuple(_figures(frozen, today, found)),
        tuple(_tallies(found)),
        tuple(_rows(frozen, today, found, related, _concerning(engine, frozen, found, related, zone))),
        found.differs,
    )


def norms_of(found: Taken) -> dict[str, Norm]:
    """The versions of the norms that an audit was held against, also of those that asked nobody: they may later."""
    return dict(sorted(found.inventory.of("norm").items()))


def _figures(frozen: Frozen, today: Taken, found: Comparison) -> Iterator[FigureLine]:
    differing = {(one.norm, one.level) for one in found.figures}
    then = {(figure.norm, figure.level): figure for figure in frozen.audit.figures}
    now = {(figure.norm, figure.level): figure for figure in today.audit.figures}
    names = _norm_names(frozen, today.inventory)
    for key in dict.fromkeys((*then, *now)):
        norm, level = key
        sides = _numbers(then.get(key)), _numbers(now.get(key))
        yield FigureLine(norm, names.get(norm, norm), level, *sides, key in differing)


def _numbers(figure: Figure | None) -> Numbers | None:
    if figure is None:
        return None
    return Numbers(
        figure.denominator,
        figure.declared,
        figure.proved,
        figure.counts.get(State.EXEMPT, 0),
        figure.agencies,
        figure.agencies_declared,
        figure.agencies_proved,
        figure.items,
        figure.items_proved,
        figure.target,
    )


def _norm_names(frozen: Frozen, inventory: Inventory) -> Mapping[str, str]:
    return {id_: norm.name for id_, norm in {**inventory.of("norm"), **frozen.norms}.items()}


def _tallies(found: Comparison) -> Iterator[TallyLine]:
    for one in found.tallies:
        sides = one.published, one.now
        items, places, agencies = (
            (getattr(sides[0], name, 0), getattr(sides[1], name, 0))
            for name in ("items", "places", "agencies")
        )
        yield TallyLine(one.kind, one.detail, items, places, agencies)


def _rows(
    frozen: Frozen,
    today: Taken,
    found: Comparison,
    related: Related,
    events: Mapping[str, Sequence[EventRecord]],
) -> Iterator[RowLine]:
    names = _norm_names(frozen, today.inventory)
    units = today.inventory.of("organisation_unit")
    changed = {one.norm: one.fields for one in found.norms}
    for row in found.rows:
        unit = units.get(row.unit)
        told = frozen.names.get(row.unit, unit.name if unit else row.unit)
        causes = tuple(_causes(row, related, events, changed)) or (Cause(COMPUTED, reason=frozen.release),)
        yield RowLine(
            row.norm,
            names.get(row.norm, row.norm),
            row.unit,
            told,
            _counts(row.published),
            _counts(row.now),
            causes,
        )


def _counts(cell: Cell | None) -> Mapping[str, int]:
    return {str(state): cell.counts[state] for state in State if cell.counts.get(state)} if cell else {}


def _causes(
    row: RowDifference,
    related: Related,
    events: Mapping[str, Sequence[EventRecord]],
    norms: Mapping[str, tuple[FieldDifference, ...]],
) -> Iterator[Cause]:
    if row.norm in norms:
        yield Cause(NORM, "norm", row.norm, fields=norms[row.norm])
    found = {event.seq: event for key in related.keys(row) for event in events.get(key, ())}
    yield from map(recorded_cause, found.values())
    recorded = {event.entity for event in found.values()}
    explained = row.norm in norms or bool(found)
    for item in row.items:
        if item.published is None or item.now is None or item.item in recorded:
            continue
        if not explained or _sight(item.published) != _sight(item.now):
            yield _evidence(item.published, item.now)


def _sight(covering: Covering) -> tuple[object, ...]:
    """What looks have shown of an item."""
    return covering.seen_at, covering.proved_at, covering.contradictions


def _concerning(
    engine: Engine, frozen: Frozen, found: Comparison, related: Related, zone: tzinfo
) -> Mapping[str, Sequence[EventRecord]]:
    """What was written down since about the rows that differ, by what it concerns."""
    wanted: dict[str, list[EventRecord]] = {key: [] for row in found.rows for key in related.keys(row)}
    if wanted:
        day = frozen.audit.on
        since = publications_sql.recorded_since(engine, frozen.last_event, end_of(day, zone))
        for event in (event for event in since if told_of(event, day)):
            for key in dict.fromkeys(_mentioned(event)):
                if key in wanted and len(wanted[key]) < MOST_CAUSES:
                    wanted[key].append(event)
    return wanted


def _mentioned(event: EventRecord) -> Iterator[str]:
    """What an event may matter to: an agency that only got another name or contact matters to no figure."""
    before, after = event.before or {}, event.after or {}
    if event.kind == "organisation_unit" and all(before.get(name) == after.get(name) for name in ASKED_BY):
        return
    yield event.entity
    for side in (before, after):
        for field in ("organisation_unit", "organisation_units", "predecessors", "successors", "item"):
            value = side.get(field)
            for id_ in value if isinstance(value, list) else (value,):
                if id_:
                    yield ":".join(filter(None, (event.kind, id_, side.get("subject") or side.get("norm"))))
        for place in (side.get("site"), *side.get("serves", ())):
            if place:
                yield f"{event.kind}@{place}"


def recorded_cause(event: EventRecord) -> Cause:
    """What somebody wrote down, as the cause of a difference."""
    return Cause(
        RECORDED,
        event.kind,
        event.entity,
        event.at,
        event.recorded_at,
        event.actor,
        event.change_set or "",
        event.reason,
        tuple(_field_differences(event)),
    )


def _field_differences(event: EventRecord) -> Iterator[FieldDifference]:
    """What an event changed; of a record that it created or retired only that."""
    if event.before is None or event.after is None:
        yield FieldDifference(
            "", "" if event.before is None else event.entity, "" if event.after is None else event.entity
        )
        return
    was, now = from_plain(event.kind, event.before), from_plain(event.kind, event.after)
    pairs = ((name, getattr(was, name), getattr(now, name)) for name in cells(event.kind))
    for name, old, new in islice((pair for pair in pairs if pair[1] != pair[2]), MOST_FIELDS):
        yield FieldDifference(name, _text(event.kind, name, old), _text(event.kind, name, new))


def _text(kind: str, field: str, value: Any) -> str:  # noqa: ANN401 - a field's value
    return shortened(text_of(kind, field, value), LONGEST_VALUE)


def _evidence(before: Covering, after: Covering) -> Cause:
    states = FieldDifference("state", str(before.state), str(after.state))
    reasons = FieldDifference("reason", before.reason, after.reason)
    told = (states, reasons) if before.reason != after.reason else (states,)
    at = max(after.seen_at, after.proved_at)
    return Cause(EVIDENCE, after.kind, after.item, at, fields=told)

"""What runs out by a date: life and warranty of things, exemptions, statements, norms, and inspections that fall due.

Pure. What is past is left out, but for what somebody has yet to act on: inspections overdue and things beyond the end
of their life.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from inventory.coverage.items import Things
from inventory.snapshot import Exemption, Inventory, Statement

LIFE, WARRANTY, EXEMPTION, STATEMENT = "end_of_life", "warranty_ends", "exemption_ends", "statement_ends"
INSPECTION, NORM_BEGINS, NORM_ENDS = "inspection_due", "norm_begins", "norm_ends"
# Shown also when they are past.
STANDING = frozenset({LIFE, INSPECTION})


@dataclass(frozen=True, slots=True)
class Due:
    """On a local date (of what has a last day: that day) something happens to a record; `units` are whom it concerns.

    `detail` is the finer word: an exemption's norm, a statement's subject, of inspections the last one or ''.
    """

    on: date
    what: str
    item: str
    kind: str
    units: tuple[str, ...]
    detail: str = ""


def calendar(inventory: Inventory, on: date, until: date) -> tuple[Due, ...]:
    """By date, what, item; `until` is the last day told."""
    things = Things(inventory, on)
    every = (*_ends(things), *_protectors(things), *_papers(things))
    told = (due for due in every if due.on <= until and (due.on >= on or due.what in STANDING))
    return tuple(sorted(told, key=lambda due: (due.on, due.what, due.item)))


def _ends(things: Things) -> Iterator[Due]:
    for kind in ("device", "asset"):
        for record in things.inventory.of(kind).values():
            for what, day in ((LIFE, record.end_of_life), (WARRANTY, record.warranty_until)):
                if day is not None:
                    yield Due(day, what, record.id, kind, things.agencies(record, record.site))


def _protectors(things: Things) -> Iterator[Due]:
    """Inspections count from the last one, else from when the protector went into service."""
    protectors = things.inventory.of("surge_protector")
    for id_, term in things.terms.items():
        units = things.agencies(protectors[id_], protectors[id_].site)
        if term.due is not None:
            told = term.last.on.isoformat() if term.last else ""
            yield Due(term.due, INSPECTION, id_, "surge_protector", units, told)
        if term.life_over is not None:
            yield Due(term.life_over, LIFE, id_, "surge_protector", units)


def _papers(things: Things) -> Iterator[Due]:
    inventory = things.inventory
    for one in inventory.of("exemption").values():
        if one.until is not None:
            yield Due(one.until, EXEMPTION, one.id, "exemption", _whom(one, things), one.norm)
    for each in things.statements.values():
        for statement in each:
            if statement.valid_until is not None:
                yield Due(
                    statement.valid_until,
                    STATEMENT,
                    statement.id,
                    "statement",
                    _whom(statement, things),
                    statement.subject,
                )
    for norm in inventory.every("norm"):
        yield Due(norm.valid_from, NORM_BEGINS, norm.id, "norm", ())
        if norm.valid_to is not None:
            yield Due(norm.valid_to, NORM_ENDS, norm.id, "norm", ())


def _whom(one: Exemption | Statement, things: Things) -> tuple[str, ...]:
    """The agency in force that it is about by now; after a split still the one that it names."""
    return (things.succession.agency(one.organisation_unit) or one.organisation_unit,)

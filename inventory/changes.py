"""From rows to what they would change, before anything is changed. Pure.

`difference` is all or nothing; `good_rows` leaves out bad rows, and those that depend on them, until the rules hold.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from inventory.incoming import IncomingRow, ReadRow, is_blank, read_row, stated_id
from inventory.merge import Draft, by_key, draft, repeated
from inventory.organisation import kind_of_unit, members
from inventory.problems import Entity, Problem, Severity
from inventory.rules import check
from inventory.snapshot import KINDS, UNITS, Inventory, in_force

# Rules in which records meet, and the fields they meet in: who writes none of these has no part in the fault.
_DISPUTED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "address_taken": frozenset({"address", "routing_domain"}),
        "interface_twice": frozenset({"device", "name"}),
        "uplink_cycle": frozenset({"uplinks", "b_device"}),
        "unit_cycle": frozenset({"parent"}),
        "id_taken": frozenset({"id"}),
        "line_under_two_contracts": frozenset(
            {"lines", "number", "contract_number", "provider", "valid_from", "valid_to"}
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Complete:
    """The file holds all there is of a unit's subtree: what is absent from it is retired as of `on`.

    Only records of `kinds` are (None: of the kinds that have rows in the file), so that a file of devices alone
    retires no sites.
    """

    unit: str
    on: date
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One record before and after: created when `before` is None, retired when `after` is.

    `version` is the first day of a unit's version. `sheet` and `row` say which row asked for it, if any did.
    """

    kind: str
    id: str
    version: date | None
    before: Any | None
    after: Any | None
    sheet: str | None = None
    row: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ; all that are not empty when the record is created or retired."""
        return tuple(
            f.name
            for f in fields(KINDS[self.kind])
            if self._side("before", f.name) != self._side("after", f.name)
        )

    def _side(self, side: str, name: str) -> Any:  # noqa: ANN401 - a field's value
        value = getattr(getattr(self, side), name, None)
        return None if value == () else value


@dataclass(frozen=True, slots=True)
class Reject:
    """A row left out, and why."""

    row: IncomingRow
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would change, what is wrong, which rows are left out, and the inventory it leads to."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    rejects: tuple[Reject, ...]
    result: Inventory

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep it from being applied."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are only worth a look."""
        return tuple(problem for problem in self.problems if not problem.is_error)

    @property
    def applicable(self) -> bool:
        """Whether it may be applied."""
        return not self.errors


@dataclass(slots=True)
class _Reading:
    """The rows of a file, read: the good ones, and the reasons of the bad ones by the row's place."""

    rows: Sequence[IncomingRow]
    good: dict[int, ReadRow] = field(default_factory=dict)
    bad: dict[int, list[Problem]] = field(default_factory=dict)

    def reject(self, place: int, problem: Problem) -> None:
        self.good.pop(place, None)
        self.bad.setdefault(place, []).append(problem)

    def named(self) -> dict[Entity, IncomingRow]:
        """The records the file speaks of, good rows or bad."""
        return {(row.kind, stated_id(row) or ""): row for row in self.rows}

    def faulty(self) -> dict[Entity, IncomingRow]:
        """The records whose rows are left out."""
        return {(self.rows[at].kind, stated_id(self.rows[at]) or ""): self.rows[at] for at in self.bad}


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What the good rows lead to."""

    draft: Draft
    result: Inventory
    retired: frozenset[Entity]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)


def difference(current: Inventory, rows: Sequence[IncomingRow], scope: Complete | None = None) -> Proposal:
    """What all the rows together would change; every problem of a row or of the result is told, none is applied."""
    reading = _read(rows)
    attempt = _attempt(current, reading, scope, frozenset(), frozenset(check(current)))
    faulty = reading.faulty()
    of_rows = [problem for place in sorted(reading.bad) for problem in reading.bad[place]]
    # What hangs from a faulty row is not worth a second sentence.
    of_result = [problem for problem in attempt.problems if not _cause(problem, faulty)]
    problems = (*_scope_problems(current, scope), *of_rows, *of_result)
    return Proposal(_changes(current, attempt), problems, (), attempt.result)


def good_rows(current: Inventory, rows: Sequence[IncomingRow], scope: Complete | None = None) -> Proposal:
    """What the good rows would change; the others are `rejects`, also those that depend on a rejected row.

    Of rows that contradict each other none is taken, because nobody can tell which is right. Each round leaves out
    at least one row or one retirement, so it ends.
    """
    reading = _read(rows)
    spared: set[Entity] = set()
    standing = frozenset(check(current))
    attempt = _attempt(current, reading, scope, spared, standing)
    while attempt.errors and _leave_out(current, reading, attempt, spared):
        attempt = _attempt(current, reading, scope, spared, standing)
    rejects = tuple(Reject(rows[place], tuple(reading.bad[place])) for place in sorted(reading.bad))
    kept = (Problem("kept_as_needed", {}, *entity, severity=Severity.WARNING) for entity in sorted(spared))
    problems = (*_scope_problems(current, scope), *attempt.problems, *kept)
    return Proposal(_changes(current, attempt), problems, rejects, attempt.result)


def _read(rows: Sequence[IncomingRow]) -> _Reading:
    reading = _Reading(rows)
    for place, row in enumerate(rows):
        if not is_blank(row):
            read, problems = read_row(row)
            reading.bad.update({place: list(problems)} if problems else {})
            reading.good.update({place: read} if read else {})
    places = {id(read): place for place, read in reading.good.items()}
    for read, problem in list(repeated(reading.good.values())):
        reading.reject(places[id(read)], problem)
    return reading


def _attempt(
    current: Inventory,
    reading: _Reading,
    scope: Complete | None,
    spared: Iterable[Entity],
    standing: frozenset[Problem],
) -> _Attempt:
    """Lay the good rows over the inventory; problems that stood there before are not this file's."""
    sketch = draft(current)
    for place, read in list(reading.good.items()):
        for problem in sketch.lay(read):
            reading.reject(place, problem)
    retired = _absent(current, reading, scope) - frozenset(spared)
    for entity in sorted(retired):
        sketch.retire(entity, scope.on if scope else date.max)
    result = sketch.inventory(current.revision)
    found = (problem for problem in check(result) if problem not in standing)
    return _Attempt(sketch, result, retired, tuple(_told(problem, sketch, retired) for problem in found))


def _absent(current: Inventory, reading: _Reading, scope: Complete | None) -> frozenset[Entity]:
    if scope is None:
        return frozenset()
    named = reading.named()
    kinds = scope.kinds if scope.kinds is not None else {kind for kind, _ in named}
    return frozenset(
        entity for entity in members(current, scope.unit) if entity[0] in kinds and entity not in named
    )


def _scope_problems(current: Inventory, scope: Complete | None) -> Iterator[Problem]:
    if scope is not None and kind_of_unit(current, scope.unit) is None:
        known = [id_ for kind in UNITS for id_ in current.of(kind)]
        near = difflib.get_close_matches(scope.unit, known, n=3)
        yield Problem("unknown_scope", {"unit": scope.unit, "near": ", ".join(near) or "–"})


def _told(problem: Problem, sketch: Draft, retired: frozenset[Entity]) -> Problem:
    """The problem in its place; a reference that a retirement leaves dangling says so."""
    if problem.code.startswith("reference_") and retired.intersection(problem.involved):
        problem = replace(problem, code="retired_but_needed", params={"value": problem.params["value"]})
    return _placed(problem, sketch)


def _placed(problem: Problem, sketch: Draft) -> Problem:
    """The problem with the row it stands in: the record's own, else that of another of its kind that takes part."""
    own = (problem.kind, problem.entity or "")
    for entity in (own, *(other for other in problem.involved if other[0] == problem.kind)):
        reads = sketch.origins.get(entity, [])
        exact = [read for read in reads if read.values.get("valid_from") == problem.version]
        if reads:
            row = (exact or reads)[-1].row
            return problem.at(row.sheet, row.number)
    return problem


def _cause(problem: Problem, faulty: Mapping[Entity, IncomingRow]) -> IncomingRow | None:
    """The rejected row a dangling reference was meant for."""
    if not problem.code.startswith("reference_"):
        return None
    return next((faulty[entity] for entity in problem.involved if entity in faulty), None)


def _leave_out(current: Inventory, reading: _Reading, attempt: _Attempt, spared: set[Entity]) -> bool:
    """Leave out the retirements, or else the rows, that the errors come from; False when there are none."""
    parties = [
        (problem, {(problem.kind, problem.entity or ""), *problem.involved}) for problem in attempt.errors
    ]
    undone = {entity for _, entities in parties for entity in entities if entity in attempt.retired}
    if undone:
        spared |= undone
        return True
    written = _written(current, attempt)
    faulty = reading.faulty()
    places: dict[Entity, list[int]] = {}
    for place, read in reading.good.items():
        places.setdefault((read.row.kind, read.id), []).append(place)
    blamed = [
        (place, _explained(problem, entity, faulty).at(reading.rows[place].sheet, reading.rows[place].number))
        for problem, entities in parties
        for entity in sorted(_to_blame(problem, entities, written))
        for place in places.get(entity, ())
    ]
    for place, problem in blamed:
        reading.reject(place, problem)
    return bool(blamed)


def _written(current: Inventory, attempt: _Attempt) -> dict[Entity, set[str]]:
    """The fields the file changes of each record; of a new version those that differ from what held that day."""
    written: dict[Entity, set[str]] = {}
    for change in _changes(current, attempt):
        if change.before is None and change.version is not None:
            earlier = current.versions.get(change.kind, {}).get(change.id, ())
            change = replace(change, before=in_force(earlier, change.version))
        written.setdefault((change.kind, change.id), set()).update(change.fields)
    return written


def _to_blame(problem: Problem, entities: set[Entity], written: Mapping[Entity, set[str]]) -> set[Entity]:
    """Of the records that take part those whose rows wrote what is disputed, else all the file changes."""
    effective = entities & written.keys()
    disputed = _DISPUTED.get(problem.code, frozenset())
    return {entity for entity in effective if written[entity] & disputed} or effective


def _explained(problem: Problem, entity: Entity, faulty: Mapping[Entity, IncomingRow]) -> Problem:
    """The problem as the row of this record has it: the record it clashes with is always the other one."""
    own = (problem.kind, problem.entity or "")
    if entity != own and problem.code in ("address_taken", "interface_twice"):
        params = {**problem.params, "other": own[1]}
        return replace(problem, entity=entity[1], params=params, involved=(own,))
    cause = _cause(problem, faulty)
    if cause is None:
        return problem
    params = {"value": problem.params["value"], "other": f"{cause.sheet}:{cause.number}"}
    return Problem("depends_on_rejected", params, problem.kind, problem.entity, column=problem.column)


def _changes(current: Inventory, attempt: _Attempt) -> tuple[Change, ...]:
    before, after = by_key(current), by_key(attempt.result)
    changes = []
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old != new:
            row = _row_of(key[:2], key[2], attempt.draft)
            changes.append(Change(*key, old, new, row.sheet if row else None, row.number if row else None))
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(changes, key=lambda c: (order[c.kind], c.row is None, c.row or 0, c.id)))


def _row_of(entity: Entity, version: date | None, sketch: Draft) -> IncomingRow | None:
    reads = sketch.origins.get(entity, [])
    exact = [read for read in reads if read.values.get("valid_from") == version]
    return (exact or reads)[-1].row if reads else None

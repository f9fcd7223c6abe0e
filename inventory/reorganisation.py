"""Agencies that merge, divide, are renamed, moved or abolished, as the rows that say so. Pure.

The rows go the way of every import: compared, checked by the rules, applied as one change set, undone by its inverse.
What a unit was stays as a version that ends. Sites go on naming the agencies they were of: `organisation_change`
records lead from these to their successors, so that a merge rewrites no site and no id ever changes.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from inventory.cells import MAX_CODE, text_of
from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.snapshot import Inventory, OrganisationChange, OrganisationUnit, in_force

UNIT, SITE, CHANGE = "organisation_unit", "site", "organisation_change"
# What a new unit takes over from its predecessors where these agree.
_TAKEN_OVER = ("kind", "level", "administrative_unit", "contact")
_REQUIRED = frozenset({"kind", "level"})
CLEARED = "-"
_CEASING = frozenset({"merge", "split", "abolish"})


@dataclass(frozen=True, slots=True)
class Successor:
    """A unit that comes in place of others: one in force that day, or a new one.

    What is None stays as it is; of a new unit it is taken over from its predecessors where these agree.
    """

    id: str
    name: str | None = None
    kind: str | None = None
    level: str | None = None
    parent: str | None = None
    administrative_unit: str | None = None


class NotPossible(Exception):  # noqa: N818 - a refusal, not a mistake of the program
    """What was asked for cannot be; `problems` say why."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(", ".join(f"{problem.code} {problem.entity}" for problem in problems))


@dataclass(slots=True)
class _Draft:
    """Rows while they are being written, by kind, id and (of units) first day of the version."""

    inventory: Inventory
    on: date
    deed: str
    rows: dict[tuple[str, str, date | None], dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def versions(self, unit: str) -> tuple[OrganisationUnit, ...]:
        return self.inventory.versions.get(UNIT, {}).get(unit, ())

    def before(self, unit: str) -> OrganisationUnit | None:
        """The version that holds on the day before."""
        return in_force(self.versions(unit), self.on - timedelta(days=1))

    def known(self, unit: str) -> OrganisationUnit | None:
        """The version that holds that day, else the one that ends on it."""
        return in_force(self.versions(unit), self.on) or self.before(unit)

    def fault(self, problem: Problem) -> None:
        self.problems.append(problem)

    def write(self, kind: str, id_: str, day: date | None, values: Mapping[str, Any]) -> None:
        """State values of a record; None clears."""
        own = {"id": id_} | ({"valid_from": day.isoformat()} if day is not None else {})
        texts = {name: text_of(kind, name, value) or CLEARED for name, value in values.items()}
        self.rows.setdefault((kind, id_, day), own).update(texts)

    def replace(self, unit: str, name: str, old: Collection[str | None], new: str | None) -> None:
        """From that day on a new value in every version, also those to come, that would hold an old one."""
        for version in self.versions(unit):
            if (version.valid_to is None or version.valid_to > self.on) and getattr(version, name) in old:
                self.write(UNIT, unit, max(version.valid_from, self.on), {name: new})

    def end(self, unit: str) -> None:
        """It ceases that day; nothing is written where a row has ended it then already."""
        last = self.before(unit)
        if last is not None and last.valid_to != self.on:
            self.write(UNIT, unit, last.valid_from, {"valid_to": self.on})

    def note(self, before: Sequence[str], after: Sequence[str], legal: str) -> None:
        """The record that leads from those that ceased to those that came."""
        known = self.inventory.of(CHANGE)
        named = before if len(before) == 1 else (*after, *before)
        stem = f"{self.deed}/{self.on}/{next(iter(named), '')}"[: MAX_CODE - 4]
        id_ = next(each for each in _numbered(stem) if each not in known)
        values = {"kind": self.deed, "on": self.on, "predecessors": tuple(before), "successors": tuple(after)}
        given = {name: value for name, value in (values | {"legal_basis": legal}).items() if value}
        self.write(CHANGE, id_, None, given)

    def finished(self) -> tuple[IncomingRow, ...]:
        """The rows; raises NotPossible instead when anything was at fault."""
        if self.problems:
            raise NotPossible(*self.problems)
        keys = enumerate(self.rows.items(), start=1)
        return tuple(IncomingRow(kind, self.deed, place, texts) for place, ((kind, _, _), texts) in keys)


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    for number in count(2):
        yield f"{stem}/{number}"


def merge(
    inventory: Inventory, units: Sequence[str], into: Successor, on: date, legal: str = ""
) -> tuple[IncomingRow, ...]:
    """Units cease on a day and one takes their place and the units below them; raises NotPossible.

    The one may be among them: it then goes on.
    """
    draft = _Draft(inventory, on, "merge")
    ceasing = tuple(dict.fromkeys(unit for unit in units if unit != into.id))
    if not ceasing:
        draft.fault(Problem("merge_of_one", {}, UNIT, into.id))
    _replaced(draft, ceasing, into)
    draft.note(ceasing, (into.id,), legal)
    return draft.finished()


def abolish(
    inventory: Inventory, unit: str, on: date, successor: str | None = None, legal: str = ""
) -> tuple[IncomingRow, ...]:
    """A unit ceases on a day; with a successor, that takes its place, which is a merger. Raises NotPossible.

    Without one, nothing may stand below it.
    """
    draft = _Draft(inventory, on, "abolish" if successor is None else "merge")
    if successor == unit:
        draft.fault(Problem("merge_of_one", {}, UNIT, unit))
    if successor is not None:
        _replaced(draft, (unit,), Successor(successor), new=False)
    elif _must_cease(draft, unit):
        draft.end(unit)
        _nothing_left_below(draft, unit, _below(draft, unit))
    draft.note((unit,), (successor,) if successor else (), legal)
    return draft.finished()


def rename(inventory: Inventory, unit: str, name: str, on: date, legal: str = "") -> tuple[IncomingRow, ...]:
    """A unit has another name from a day on; raises NotPossible."""
    draft = _Draft(inventory, on, "rename")
    version = _must_stand(draft, unit)
    if version is not None and version.name == name:
        draft.fault(Problem("already_named", {"name": name}, UNIT, unit))
    elif version is not None:
        draft.replace(unit, "name", (version.name,), name)
    draft.note((unit,), (unit,), legal)
    return draft.finished()


def move(
    inventory: Inventory, units: Sequence[str], under: str | None, on: date, legal: str = ""
) -> tuple[IncomingRow, ...]:
    """Units stand below another (None: at the top) from a day on; raises NotPossible.

    Those that stand there already are left alone. That nothing comes to stand below itself is one of the rules.
    """
    draft = _Draft(inventory, on, "reparent")
    if under is not None:
        _must_stand(draft, under)
    found = {unit: _must_stand(draft, unit) for unit in dict.fromkeys(units)}
    moving = {unit: version for unit, version in found.items() if version and version.parent != under}
    for unit, version in moving.items():
        draft.replace(unit, "parent", (version.parent,), under)
    if not moving and not draft.problems:
        draft.fault(Problem("already_below", {"parent": under or CLEARED}, UNIT, ", ".join(found) or None))
    draft.note(tuple(moving or found), (), legal)
    return draft.finished()


def directly_below(inventory: Inventory, unit: str, on: date) -> tuple[str, ...]:
    """The units that stand directly below one on a day; raises NotPossible when there are none."""
    draft = _Draft(inventory, on, "reparent")
    found = _below(draft, unit) if _must_stand(draft, unit) else ()
    if not found and not draft.problems:
        draft.fault(Problem("nothing_below", {"day": on.isoformat()}, UNIT, unit))
    draft.finished()
    return found


@dataclass(frozen=True, slots=True)
class Parts:
    """Which sites, and which units below, of a unit that is split go to which of its successors."""

    sites: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def split(
    inventory: Inventory,
    unit: str,
    into: Sequence[Successor],
    on: date,
    parts: Parts,
    legal: str = "",
    *,
    today: date | None = None,
) -> tuple[IncomingRow, ...]:
    """A unit is split on a day; raises NotPossible.

    It may be among its successors: it then goes on, smaller. `today` is needed for sites in that case alone, because
    then they change hands for good, which nobody can write down for a day to come.
    """
    draft = _Draft(inventory, on, "split")
    goes_on = any(successor.id == unit for successor in into)
    if len({successor.id for successor in into}) < 2:
        draft.fault(Problem("split_into_one", {}, UNIT, unit))
    standing = _must_cease(draft, unit)
    others = tuple(successor for successor in into if successor.id != unit)
    if standing is not None:
        for successor in others:
            _settle(draft, successor, (unit,), ceasing=() if goes_on else (unit,))
        if not goes_on:
            draft.end(unit)
        _hand_out_units(draft, unit, parts.units, {successor.id for successor in into}, goes_on)
        _hand_out_sites(draft, unit, parts.sites, {successor.id for successor in into}, goes_on, today)
    draft.note((unit,), tuple(dict.fromkeys(successor.id for successor in into)), legal)
    return draft.finished()


def unassigned_sites(inventory: Inventory, unit: str, assigned: Iterable[str]) -> tuple[str, ...]:
    """The sites of a unit that a split leaves without an agency until somebody says whose they are."""
    sites = inventory.of(SITE)
    return tuple(
        id_ for id_ in sorted(sites) if unit in sites[id_].organisation_units and id_ not in assigned
    )


def _replaced(draft: _Draft, ceasing: Sequence[str], into: Successor, *, new: bool = True) -> None:
    """One unit in place of others: they end, what stood below them stands below it."""
    standing = [_must_cease(draft, unit) for unit in ceasing]
    if not new and not draft.versions(into.id):
        draft.fault(_unknown(draft, into.id))
    if None in standing or draft.problems:
        return
    _settle(draft, into, ceasing, ceasing)
    for unit in ceasing:
        draft.end(unit)
    for unit in draft.inventory.versions.get(UNIT, {}):
        if unit not in (*ceasing, into.id):
            draft.replace(unit, "parent", ceasing, into.id)


def _settle(draft: _Draft, into: Successor, like: Sequence[str], ceasing: Sequence[str]) -> None:
    """See that a successor stands that day: a new unit like its predecessors, or one there is, with what is given."""
    given = {
        name: value
        for name in ("name", "kind", "level", "parent", "administrative_unit")
        if (value := getattr(into, name)) is not None
    }
    if into.parent is not None:
        _must_stand(draft, into.parent)
    if not draft.versions(into.id):
        _found(draft, into.id, like, ceasing, given)
    elif standing := _must_stand(draft, into.id):
        parent = _out_of(draft, into.id, ceasing)
        if "parent" not in given and parent != standing.parent:
            given["parent"] = parent
        for name, value in given.items():
            draft.replace(into.id, name, (getattr(standing, name),), value)


def _found(
    draft: _Draft, id_: str, like: Sequence[str], ceasing: Sequence[str], given: Mapping[str, Any]
) -> None:
    predecessors = [version for unit in like if (version := draft.known(unit))]
    if "name" not in given:
        draft.fault(Problem("name_needed", {}, UNIT, id_, column="name"))
    taken = {name: {getattr(version, name) for version in predecessors} for name in _TAKEN_OVER}
    taken["parent"] = {_out_of(draft, version.id, ceasing) for version in predecessors}
    values: dict[str, Any] = {}
    for name, found in taken.items():
        if name in given or found == {None}:
            continue
        if len(found) == 1:
            values[name] = found.pop()
        elif name in _REQUIRED or name == "parent":
            told = ", ".join(sorted(str(value or CLEARED) for value in found))
            draft.fault(Problem("units_disagree", {"field": name, "values": told}, UNIT, id_, column=name))
    shared = [tag for tag in predecessors[0].tags if all(tag in version.tags for version in predecessors)]
    tags = {"tags": tuple(shared)} if shared else {}
    draft.write(UNIT, id_, draft.on, {**given, **values, **tags})


def _out_of(draft: _Draft, unit: str, ceasing: Collection[str]) -> str | None:
    """The parent a unit has once those that cease are gone: the one above the topmost of them, if any is above it."""
    version = draft.known(unit)
    parent = version.parent if version else None
    above, seen = parent, {unit}
    while above is not None and above not in seen:
        seen.add(above)
        higher = draft.known(above)
        if above in ceasing:
            parent = higher.parent if higher else None
        above = higher.parent if higher else None
    return parent


def _below(draft: _Draft, unit: str) -> tuple[str, ...]:
    """The units directly below one that day, and those that come to stand there later."""
    versions = draft.inventory.versions.get(UNIT, {})
    return tuple(
        id_
        for id_ in sorted(versions)
        if any(
            version.parent == unit and (version.valid_to is None or version.valid_to > draft.on)
            for version in versions[id_]
        )
    )


def _nothing_left_below(draft: _Draft, unit: str, left: Collection[str]) -> None:
    if left:
        draft.fault(Problem("units_left_below", {"units": ", ".join(left)}, UNIT, unit))


def _hand_out_units(
    draft: _Draft, unit: str, parts: Mapping[str, str], successors: Collection[str], goes_on: bool
) -> None:
    below = _below(draft, unit)
    for child, successor in parts.items():
        if child not in below:
            draft.fault(Problem("not_below", {"child": child}, UNIT, unit))
        elif _is_part(draft, unit, successor, successors) and successor != unit:
            draft.replace(child, "parent", (unit,), successor)
    if not goes_on:
        _nothing_left_below(draft, unit, [id_ for id_ in below if id_ not in (*parts, *successors)])


def _hand_out_sites(
    draft: _Draft,
    unit: str,
    parts: Mapping[str, str],
    successors: Collection[str],
    goes_on: bool,
    today: date | None,
) -> None:
    if goes_on and parts and (today is None or draft.on > today):
        draft.fault(Problem("sites_on_the_day", {"unit": unit, "day": draft.on.isoformat()}, UNIT, unit))
        return
    for site, successor in parts.items():
        if _is_part(draft, unit, successor, successors) and successor != unit:
            _hand_over_site(draft, unit, site, successor, goes_on)


def _hand_over_site(draft: _Draft, unit: str, site: str, successor: str, goes_on: bool) -> None:
    """A site goes on naming an agency that ceases: the days before stay as they were."""
    found = draft.inventory.of(SITE).get(site)
    if found is None:
        near = _near(site, draft.inventory.of(SITE))
        draft.fault(Problem("site_unknown", {"site": site, "near": near}, UNIT, unit))
    elif unit not in found.organisation_units:
        draft.fault(Problem("site_of_others", {"unit": unit}, SITE, site))
    else:
        named = [
            id_ for id_ in found.organisation_units if id_ != successor and not (goes_on and id_ == unit)
        ]
        draft.write(SITE, site, None, {"organisation_units": (*named, successor)})


def _is_part(draft: _Draft, unit: str, successor: str, successors: Collection[str]) -> bool:
    if successor not in successors:
        params = {"part": successor, "allowed": ", ".join(sorted(successors))}
        draft.fault(Problem("not_a_part", params, UNIT, unit))
    return successor in successors


def _must_stand(draft: _Draft, unit: str) -> OrganisationUnit | None:
    """The version of a unit that holds that day; None with the reason when none does."""
    version = in_force(draft.versions(unit), draft.on)
    if version is None:
        draft.fault(_not_there(draft, unit))
    return version


def _must_cease(draft: _Draft, unit: str) -> OrganisationUnit | None:
    """The version of a unit that can end that day; None with the reason when there is none."""
    version = draft.before(unit)
    if version is None:
        draft.fault(_not_there(draft, unit))
        return None
    told = _told_already(draft, unit)
    if told is not None:
        params = {"change": told.id, "day": draft.on.isoformat()}
        draft.fault(Problem("already_told", params, UNIT, unit))
        return None
    later = next((each for each in draft.versions(unit) if each.valid_from >= draft.on), None)
    if later is not None:
        params = {"later": later.valid_from.isoformat(), "day": draft.on.isoformat()}
        draft.fault(Problem("unit_changes_later", params, UNIT, unit))
        return None
    return version


def _told_already(draft: _Draft, unit: str) -> OrganisationChange | None:
    """The event that says already that a unit ceases that day."""
    changes = draft.inventory.of(CHANGE).values()
    return next(
        (
            change
            for change in changes
            if change.on == draft.on and unit in change.predecessors and change.kind in _CEASING
        ),
        None,
    )


def _not_there(draft: _Draft, unit: str) -> Problem:
    versions = draft.versions(unit)
    if not versions:
        return _unknown(draft, unit)
    begun = [version for version in versions if version.valid_from < draft.on]
    day = draft.on.isoformat()
    if not begun:
        params = {"begins": versions[0].valid_from.isoformat(), "day": day}
        return Problem("unit_begins_later", params, UNIT, unit)
    return Problem("unit_ended", {"ended": str(begun[-1].valid_to), "day": day}, UNIT, unit)


def _unknown(draft: _Draft, unit: str) -> Problem:
    near = _near(unit, draft.inventory.versions.get(UNIT, {}))
    return Problem("unit_unknown", {"unit": unit, "near": near})


def _near(id_: str, known: Iterable[str]) -> str:
    return ", ".join(difflib.get_close_matches(id_, list(known), n=3)) or "–"


@dataclass(frozen=True, slots=True)
class History:
    """A unit through time: its versions, oldest first, and what happened to it, by day."""

    versions: tuple[OrganisationUnit, ...]
    changes: tuple[OrganisationChange, ...]


def history_of(inventory: Inventory, unit: str) -> History:
    """What a unit was and became; raises NotPossible when there is none of that id."""
    draft = _Draft(inventory, date.max, "")
    if not draft.versions(unit):
        raise NotPossible(_unknown(draft, unit))
    concerned = (
        change
        for change in inventory.of(CHANGE).values()
        if unit in (*change.predecessors, *change.successors)
    )
    changes = sorted(concerned, key=lambda change: (change.on, change.id))
    return History(draft.versions(unit), tuple(changes))

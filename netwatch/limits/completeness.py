"""Probe completeness per agency: looks done with a known result by looks due, over the last quarter of an hour. Pure.

Once a minute every check at the sites of an agency counts by how often it is due; it counts as done while its newest
look is not older than two of its intervals and could tell. That an agent does not answer tells nothing, unless its
device is known to have failed. Not counted are the vantage's own anchors, looks at the calendar, which always can
tell, nor anything while the vantage cannot see: that is a cause of its own. So is an agent that is silent or refuses us
while its device answers: it stands in the ratio, but does not make the agency's gap a second incident.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from inventory.snapshot import Inventory
from netwatch.check import Check, Observation
from netwatch.clock import MINUTE
from netwatch.incidents.contract import Condition, Incident
from netwatch.incidents.places import Places
from netwatch.limits.contract import COMPLETENESS, Limit, Rulebook
from netwatch.limits.evaluate import beyond
from netwatch.limits.placing import limits_of
from netwatch.planning.inspections import KIND as INSPECTION
from netwatch.present import Judged
from probes.contract import Reason

INCOMPLETE, KEY = "incomplete", "completeness:"
SCOPE = f"condition:{KEY}"
# A look that is late by no more than its own interval is no gap.
PATIENCE = 2
OF_AGENTS = frozenset({Reason.NO_ANSWER, Reason.CREDENTIALS})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known at a moment: the newest look of every check, and the live verdicts.

    `patience` is by how much the looks of a check are spaced out; `blind` whether the vantage cannot see.
    """

    latest: Mapping[str, Observation]
    judged: Mapping[str, Judged]
    patience: Callable[[str], int]
    blind: bool = False

    def of(self, check: Check, now: int) -> bool:
        """Whether a check's result is known."""
        newest = self.latest.get(check.id)
        if newest is None:
            return False
        if newest.reason is not None and not (newest.reason == Reason.NO_ANSWER and self._failed(check)):
            return False
        return now - newest.at <= PATIENCE * self.patience(check.id) * check.interval + check.deadline

    def explained(self, check: Check) -> bool:
        """Whether its device's own agent is why the result is not known: that is told of the device."""
        newest = self.latest.get(check.id)
        return newest is not None and newest.reason in OF_AGENTS

    def _failed(self, check: Check) -> bool:
        device = self.judged.get(check.device)
        return device is not None and device.verdict.failed


@dataclass(slots=True)
class _Unit:
    """One agency: what is looked at there, its last minutes as (due, done, explained otherwise), and since when it lies
    on which side.
    """

    limit: Limit | None
    checks: list[Check] = field(default_factory=list)
    minutes: deque[tuple[float, float, float]] = field(default_factory=deque)
    low: bool = False
    # The side that the newest minutes are on, and since when; it counts once it has lasted.
    leaning: bool = False
    since: int = 0

    @property
    def ratio(self) -> float | None:
        """Looks done by looks due; None when none were due."""
        due = sum(due for due, _, _ in self.minutes)
        return sum(done for _, done, _ in self.minutes) / due if due else None

    @property
    def own_ratio(self) -> float | None:
        """The same with what is told of devices taken for done."""
        due = sum(due for due, _, _ in self.minutes)
        return sum(done + told for _, done, told in self.minutes) / due if due else None

    def lean(self, at: int) -> None:
        """Decide which side of its limit it is on."""
        ratio, limit = self.own_ratio, self.limit
        if limit is None:
            self.low = self.leaning = False
        if ratio is None or limit is None:
            return
        now = beyond(limit, ratio, self.leaning)
        if now != self.leaning:
            self.leaning, self.since = now, at
        if self.leaning != self.low and at - self.since >= (limit.hold if self.leaning else 0):
            self.low = self.leaning


class Completeness:
    """Keeps count; `adopt` when plan, inventory or limits are others, `count` once a minute."""

    def __init__(self) -> None:
        self._units: dict[str, _Unit] = {}
        self._born: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def adopt(self, checks: Mapping[str, Check], inventory: Inventory, book: Rulebook, now: int) -> None:
        """Take over what is looked at, and where. A check is not due before it had time for a look."""
        self._born = {id_: self._born.get(id_, now) for id_ in checks}
        places = Places(inventory)
        units: dict[str, _Unit] = {}
        for check in checks.values():
            for unit in (
                () if check.anchor or check.kind == INSPECTION else places.agencies(places.site(check.target))
            ):
                if unit not in units:
                    units[unit] = self._unit(unit, inventory, book)
                units[unit].checks.append(check)
        self._units = units

    def _unit(self, id_: str, inventory: Inventory, book: Rulebook) -> _Unit:
        limits = limits_of(inventory, book, id_)
        limit = next((limit for limit in limits if limit.metric == COMPLETENESS), None)
        known = self._units.get(id_)
        if known is None:
            told = self._told.pop(id_, None)
            return _Unit(limit) if told is None else _Unit(limit, low=True, leaning=True, since=told)
        return _Unit(limit, [], known.minutes, known.low, known.leaning, known.since)

    def restore(self, incidents: Iterable[Incident]) -> None:
        """Take over what an earlier run told: those agencies stay below their limit until they are seen above."""
        for incident in incidents:
            if incident.scope.startswith(SCOPE):
                self._told[incident.scope.removeprefix(SCOPE)] = incident.onset

    def count(self, known: Known, now: int) -> Iterator[str]:
        """Count a minute; yields each agency once it is counted, so that others may have a turn in between."""
        for id_, unit in () if known.blind else self._units.items():
            due = [check for check in unit.checks if now - self._born[check.id] >= PATIENCE * check.interval]
            unit.minutes.append(_minute(due, known, now))
            most = max(1, unit.limit.over // MINUTE) if unit.limit else 1
            while len(unit.minutes) > most:
                unit.minutes.popleft()
            unit.lean(now)
            yield id_

    @property
    def ratios(self) -> Mapping[str, float]:
        """By agency; those at whose sites nothing is looked at are left out."""
        return {id_: ratio for id_, unit in self._units.items() if (ratio := unit.ratio) is not None}

    def conditions(self) -> Mapping[str, Condition]:
        """What is wrong, by key: agencies below their limit for as long as it says."""
        return {f"{KEY}{id_}": _condition(id_, unit) for id_, unit in self._units.items() if unit.low}


def _minute(due: Iterable[Check], known: Known, now: int) -> tuple[float, float, float]:
    """(due, done, explained otherwise) of the checks due in a minute, in looks."""
    wanted = done = told = 0.0
    for check in due:
        looks = MINUTE / check.interval
        wanted += looks
        if known.of(check, now):
            done += looks
        elif known.explained(check):
            told += looks
    return wanted, done, told


def _condition(id_: str, unit: _Unit) -> Condition:
    evidence = unit.limit.shown(round(unit.own_ratio or 0.0, 2)) if unit.limit else ""
    return Condition(id_, INCOMPLETE, unit.since, evidence)

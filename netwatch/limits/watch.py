"""Judges the numbers of every look by the limits in force: adds the facts `within:...` to observations. No clock.

Nearly all looks find everything within: their facts are the very objects of the look before, so that a calm check
stays calm. A look that could not tell is handed on as it is: its check's facts are unknown already, these too.
"""

from collections.abc import Collection, Iterable, Mapping

from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.limits.contract import WITHIN, Watched
from netwatch.limits.evaluate import beyond, exceeded, failing, unmeasured, within
from netwatch.limits.meter import Meter
from netwatch.state import FactState, Transition

NOTHING: tuple[FactSeen, ...] = ()


class Judge:
    """One limit in force on a check whose looks are so far apart."""

    __slots__ = ("_meter", "_unmeasured", "_watched", "_within")

    def __init__(self, watched: Watched, interval: int) -> None:
        self._watched, self._meter = watched, Meter(watched, interval)
        self._within, self._unmeasured = within(watched), unmeasured(watched)

    def told(self, seen: Observation, fails: bool, believed: Collection[FactKey]) -> FactSeen | None:
        """What a look says of it; None while it is too early to say anything."""
        value = None if fails else self._meter.take(seen)
        if value is None:
            return self._unmeasured if fails or not self._watched.column else None
        return self.judged(seen.at, value, self._watched.key in believed)

    def judged(self, at: int, value: float, believed: bool) -> FactSeen | None:
        """What a number says of it, `believed` to be beyond or not; None while it is too early to say anything."""
        settled = self._meter.settled(at, value)
        if settled is None:
            return None
        return (
            exceeded(self._watched, settled)
            if beyond(self._watched.limit, settled, believed)
            else self._within
        )

    @property
    def silent(self) -> FactSeen:
        """What a look says that found its target failing."""
        return self._unmeasured


class _OfCheck:
    """All limits on one check, and what its last look was made into."""

    __slots__ = ("_fails", "_judges", "_made", "_own", "_told")

    def __init__(self, watched: Iterable[Watched], interval: int) -> None:
        self._judges = [Judge(one, interval) for one in watched]
        self._own = self._told = self._made = NOTHING
        self._fails = False

    def facts(self, seen: Observation, believed: Collection[FactKey]) -> tuple[FactSeen, ...]:
        """The look's facts with ours behind them; the same object for as long as all of them say the same."""
        if seen.facts is not self._own:
            self._fails = failing(seen)
        said = [judge.told(seen, self._fails, believed) for judge in self._judges]
        told = tuple(fact for fact in said if fact is not None)
        if seen.facts is not self._own or told != self._told:
            self._own, self._told, self._made = seen.facts, told, (*seen.facts, *told)
        return self._made


class Watch:
    """The limits of the plan in force, and what is believed to be beyond them."""

    def __init__(self) -> None:
        self._limits: Mapping[str, tuple[Watched, ...]] = {}
        self._checks: dict[str, _OfCheck] = {}
        self._beyond: set[FactKey] = set()

    def adopt(self, limits: Mapping[str, tuple[Watched, ...]], checks: Mapping[str, Check]) -> None:
        """Take over a plan's limits by check; what was measured so far stays where they are the same."""
        kept = {id_ for id_, watched in limits.items() if self._limits.get(id_) == watched}
        self._checks = {
            id_: self._checks[id_] if id_ in kept else _OfCheck(watched, checks[id_].interval)
            for id_, watched in limits.items()
        }
        self._limits = limits
        self._beyond &= {one.key for watched in limits.values() for one in watched}

    def restore(self, states: Iterable[FactState]) -> None:
        """Take over what an earlier run believed."""
        self._beyond |= {
            state.key
            for state in states
            if state.key.fact.startswith(WITHIN) and (state.holds is False or state.resumes is False)
        }

    def judged(self, seen: Observation) -> Observation:
        """The look with what it says of limits."""
        of_check = self._checks.get(seen.check)
        if of_check is None or seen.reason is not None:
            return seen
        facts = of_check.facts(seen, self._beyond)
        # Made directly, field by field: `replace` takes twice as long.
        return Observation(
            seen.collector,
            seen.sequence,
            seen.plan,
            seen.check,
            seen.at,
            seen.took,
            facts,
            seen.complete,
            seen.reason,
            seen.vantage,
            seen.samples,
            seen.notes,
            seen.columns,
        )

    def learn(self, transitions: Iterable[Transition]) -> None:
        """Take note of what came to be believed."""
        for transition in transitions:
            if transition.key.fact.startswith(WITHIN):
                if transition.holds is False:
                    self._beyond.add(transition.key)
                elif transition.holds is True:
                    self._beyond.discard(transition.key)

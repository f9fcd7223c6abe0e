"""Checks whose looks say the same again and again: what is noted of them, and what it means for their states. Pure.

A run of looks that repeat word for word what is believed of every fact of a check moves nothing but watermarks and
votes, and those alike for all facts. So the times of the looks are noted once for the check, and a state is worked out
from them only when it is read. `tests/netwatch/test_calm.py` holds this against a recorder that notes every look in
every state.
"""

from collections.abc import Collection, Iterator, Mapping

from netwatch.check import FactKey, FactSeen, Observation
from netwatch.state import FactState, again


class Calm:
    """A run of looks at one check that all said `facts`; the first of them, at `newest`, its states know already.

    `failing` is whether any fact does not hold; `most` votes are kept.
    """

    __slots__ = ("_most", "_times", "_vantage", "facts", "failing", "newest")

    def __init__(self, facts: tuple[FactSeen, ...], vantage: str, newest: int, most: int) -> None:
        self.facts, self._vantage, self.newest, self._most = facts, vantage, newest, most
        self.failing = any(fact.holds is False for fact in facts)
        self._times: tuple[int, ...] = ()

    def goes_on(self, seen: Observation, blind: Collection[str]) -> bool:
        """Whether a look says the same once more, later than those before, seen by a vantage that can see failures."""
        return (
            (seen.facts is self.facts or seen.facts == self.facts)
            and seen.reason is None
            and seen.at > self.newest
            and seen.vantage == self._vantage
            and not (self.failing and seen.vantage in blind)
        )

    def note(self, at: int) -> bool:
        """Take a look into the run; True once, when the run has become as long as votes are kept."""
        grown = len(self._times) == self._most - 1
        self._times = (*self._times, at)[-self._most :]
        self.newest = at
        return grown

    def of(self, state: FactState) -> FactState:
        """A state of the check as it is after the run."""
        return again(state, self._times, self._most) if self._times else state


def calmed(states: Collection[FactState], seen: Observation, most: int) -> Calm | None:
    """The beginning of a run, after a look was taken into the states of its check; None while anything moves.

    The look must have told of every fact of its check and of nothing else, and each must be believed as it was told.
    """
    if len(states) != len(seen.facts) or not seen.facts:
        return None
    told = {(fact.part, fact.fact): fact for fact in seen.facts}
    if all(_rests(state, told.get((state.key.part, state.key.fact)), seen) for state in states):
        return Calm(seen.facts, seen.vantage, seen.at, most)
    return None


def _rests(state: FactState, fact: FactSeen | None, seen: Observation) -> bool:
    return (
        fact is not None
        and state.holds is fact.holds
        and state.reason == fact.reason
        and state.evidence == fact.evidence
        and state.watermark == seen.at
        and state.key.vantage == seen.vantage
        and not state.soft
    )


class States(Mapping[FactKey, FactState]):
    """Fact states by key, those of calm checks worked out when they are read."""

    def __init__(self, facts: Mapping[str, Mapping[FactKey, FactState]], calms: Mapping[str, Calm]) -> None:
        self._facts, self._calms = facts, calms

    def __getitem__(self, key: FactKey) -> FactState:
        state = self._facts.get(key.check, {})[key]
        calm = self._calms.get(key.check)
        return calm.of(state) if calm else state

    def __iter__(self) -> Iterator[FactKey]:
        return (key for facts in self._facts.values() for key in facts)

    def __len__(self) -> int:
        return sum(map(len, self._facts.values()))

"""Whether a number is beyond its limit. Pure."""

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from netwatch.check import FactKey, FactSeen, Observation
from netwatch.limits.contract import Limit, Watched
from netwatch.verdict import AVAILABLE, HEALTHY, REGISTERED, SERVING
from probes.equipment.catalogue import HARDWARE, ON_MAINS, REGISTRATION

BESIDE = frozenset({*HARDWARE, REGISTRATION, ON_MAINS, REGISTERED, HEALTHY, AVAILABLE, SERVING})
WITHIN_LIMIT, BEYOND_LIMIT, NO_VALUE = "within_limit", "beyond_limit", "no_value"


def beyond(limit: Limit, value: float, believed: bool) -> bool:
    """Whether a value (base units) is beyond its limit; what is `believed` to be so is until it is back."""
    bound = limit.back if believed else limit.bound
    return value > bound if limit.upper else value < bound


def within(watched: Watched) -> FactSeen:
    """What is said while a value is within its limit: always the same, so that its check stays calm."""
    return FactSeen(watched.key.part, watched.key.fact, True, WITHIN_LIMIT)


def unmeasured(watched: Watched) -> FactSeen:
    """What is said by a look that did not give the value."""
    return FactSeen(watched.key.part, watched.key.fact, None, NO_VALUE)


def exceeded(watched: Watched, value: float) -> FactSeen:
    """What is said of a value beyond its limit; the evidence names the limit: 'loss: 12 % > 5 %'."""
    limit = watched.limit
    evidence = f"{limit.id}: {limit.shown(value)} {limit.words}"
    return FactSeen(watched.key.part, watched.key.fact, False, BEYOND_LIMIT, evidence)


def seen(limits: Iterable[Watched], seen: Observation, believed: Collection[FactKey]) -> tuple[FactSeen, ...]:
    """What one look by itself says of limits on its samples; `believed` are the facts of what is believed beyond."""
    told = []
    for watched in limits:
        value = sampled(watched.limit, seen.samples)
        if value is None or failing(seen):
            told.append(unmeasured(watched))
        elif beyond(watched.limit, value, watched.key in believed):
            told.append(exceeded(watched, value))
        else:
            told.append(within(watched))
    return tuple(told)


def failing(seen: Observation) -> bool:
    """Whether a look found the target itself failing: that is news of its own, and no number for a limit.

    A part at fault, or a UPS on its battery, leaves the numbers of the others as true as they were.
    """
    return any(fact.holds is False and not fact.part and fact.fact not in BESIDE for fact in seen.facts)


def sampled(limit: Limit, samples: Sequence[tuple[str, str, float]]) -> float | None:
    """The number of a look that a limit is about: the worst of the parts it is for; None when there is none."""
    found = [
        value
        for part, metric, value in samples
        if metric == limit.metric and (part == limit.part or fnmatchcase(part, limit.part))
    ]
    if len(found) < 2:
        return found[0] if found else None
    return max(found) if limit.upper else min(found)

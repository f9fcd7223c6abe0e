"""How two tellings of the same span differ. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from netwatch.clock import MINUTE
from netwatch.incidents.contract import Incident
from netwatch.replay.contract import Agreement, Difference, Followed, Told

# Two incidents of the same roots are the same one although they do not overlap, when they begin so near each other.
NEAR = 10 * MINUTE


@dataclass(slots=True)
class Pairs:
    """Incidents of two tellings that are the same one, and those that are in one only."""

    both: list[tuple[Followed, Followed]] = field(default_factory=list)
    first: list[Followed] = field(default_factory=list)
    second: list[Followed] = field(default_factory=list)


def paired(first: Told, second: Told) -> Pairs:
    """Which incidents are the same: of one nature, with a root in common, at the same time; the nearest wins."""
    free: dict[int, Followed] = dict(enumerate(second.incidents))
    by_root: dict[tuple[str, str], list[int]] = {}
    for place, one in free.items():
        for root in one.incident.roots:
            by_root.setdefault((one.incident.nature, root), []).append(place)
    pairs = Pairs()
    for one in sorted(first.incidents, key=lambda each: each.incident.onset):
        places = {
            place for root in one.incident.roots for place in by_root.get((one.incident.nature, root), ())
        }
        known = [place for place in sorted(places) if place in free and _at_once(one, free[place])]
        if known:
            nearest = min(known, key=lambda place: abs(free[place].incident.onset - one.incident.onset))
            pairs.both.append((one, free.pop(nearest)))
        else:
            pairs.first.append(one)
    pairs.second = list(free.values())
    return pairs


def _at_once(one: Followed, other: Followed) -> bool:
    a, b = one.incident, other.incident
    if abs(a.onset - b.onset) <= NEAR:
        return True
    return (a.ended is None or a.ended > b.onset) and (b.ended is None or b.ended > a.onset)


def differences(before: Told, after: Told, tolerance: int) -> tuple[Difference, ...]:
    """What differs, in order of time; times by no more than `tolerance` are the same."""
    pairs = paired(before, after)
    found = [
        *(Difference(one, None) for one in pairs.first),
        *(Difference(None, one) for one in pairs.second),
        *(Difference(one, other) for one, other in pairs.both if _differ(one, other, tolerance)),
    ]
    return tuple(sorted(found, key=lambda each: (each.either.incident.onset, each.either.incident.id)))


def at_edge(found: Iterable[Difference], tellings: Iterable[Told], start: int) -> tuple[Difference, ...]:
    """Those of incidents that had begun before `start`, or that go on with one that had: nobody saw how it began."""
    begun = [one.incident for told in tellings for one in told.incidents if one.incident.onset < start]
    return tuple(one for one in found if any(_goes_on(one.either.incident, early) for early in begun))


def _goes_on(one: Incident, early: Incident) -> bool:
    if one.nature is not early.nature or frozenset(one.roots).isdisjoint(early.roots):
        return False
    return early.ended is None or one.onset <= early.ended + NEAR


def _differ(one: Followed, other: Followed, tolerance: int) -> bool:
    if one.worst is not other.worst or one.told.keys() != other.told.keys():
        return True
    return any(_apart(*pair, tolerance) for pair in _moments(one, other))


def _moments(one: Followed, other: Followed) -> Iterator[tuple[int | None, int | None]]:
    a, b = one.incident, other.incident
    yield a.announced, b.announced
    yield a.closed, b.closed
    yield from ((one.told[name], other.told[name]) for name in one.told)


def _apart(a: int | None, b: int | None, tolerance: int) -> bool:
    if a is None or b is None:
        return a is not b
    return abs(a - b) > tolerance


def counts(
    before: Mapping[str, int], after: Mapping[str, int], names: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Messages (before, after) by receiver."""
    every = sorted({*before, *after, *names})
    return {name: (before.get(name, 0), after.get(name, 0)) for name in every}


def agreement(stored: Told, replayed: Told) -> Agreement:
    """How well a replay tells again what was."""
    pairs = paired(stored, replayed)
    shifts = [abs(one.incident.opened - other.incident.opened) for one, other in pairs.both]
    return Agreement(
        stored=len(stored.incidents),
        again=len(pairs.both),
        besides=len(pairs.second),
        shift=round(median(shifts)) if shifts else 0,
    )

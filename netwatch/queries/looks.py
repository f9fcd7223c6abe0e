"""The newest looks, gathered by the subject they tell about, and whether they are still fresh. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netwatch.check import Check, Observation
from netwatch.present import Present
from netwatch.verdict import Subject

# A value older than this many intervals is not shown as the present one: a frozen value would be a false one.
FRESH_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest look of one check."""

    check: Check
    observation: Observation

    def fresh(self, now: int) -> bool:
        """Whether it is at most two of the check's intervals old."""
        return now - self.observation.at <= FRESH_INTERVALS * self.check.interval

    def samples(self) -> Iterator[tuple[str, str, float]]:
        """(part, metric, value) of the look."""
        return iter(self.observation.samples)


def looks_by_subject(present: Present) -> Mapping[str, tuple[Latest, ...]]:
    """For every subject the newest looks at it, and those at others whose facts tell about it (a line's carrier)."""
    gathered: dict[str, dict[str, Latest]] = {}
    for subject, check in _pairs(present):
        observation = present.latest.get(check.id)
        if observation is not None:
            gathered.setdefault(subject, {})[check.id] = Latest(check, observation)
    return {subject: tuple(looks.values()) for subject, looks in gathered.items()}


def _pairs(present: Present) -> Iterator[tuple[str, Check]]:
    for check in present.checks.values():
        yield check.target, check
    for subject in present.subjects.values():
        for key in subject.facts:
            if key.check in present.checks:
                yield subject.id, present.checks[key.check]


def looks_behind(subject: Subject, looks: Mapping[str, tuple[Latest, ...]]) -> tuple[Latest, ...]:
    """The looks a verdict rests on: those at the subject, at the device it lives on, at a site's members."""
    ids = (subject.id, *((subject.host,) if subject.host else ()), *subject.lines, *subject.core)
    return tuple(look for id_ in ids for look in looks.get(id_, ()))


def newest(looks: Iterable[Latest]) -> int:
    """When the newest of the looks began, microseconds; 0 when there is none."""
    return max((look.observation.at for look in looks), default=0)


def sample(looks: Iterable[Latest], metric: str, now: int) -> float | None:
    """The newest fresh value of a metric about the whole subject; None when there is none."""
    found = [
        (look.observation.at, value)
        for look in looks
        if look.fresh(now)
        for part, name, value in look.samples()
        if not part and name == metric
    ]
    return max(found)[1] if found else None

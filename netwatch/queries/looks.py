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
        """(part, metric, value) of the look, those of its columns too."""
        yield from self.observation.samples
        for columns in self.observation.columns:
            for metric, values in columns.values.items():
                for part, value in zip(columns.parts, values, strict=True):
                    if value is not None:
                        yield part, metric, value

    def whole(self, metric: str) -> float | None:
        """A number about the whole target."""
        for part, name, value in self.observation.samples:
            if name == metric and not part:
                return value
        for columns in self.observation.columns:
            if metric in columns.values and "" in columns.parts:
                return columns.values[metric][columns.parts.index("")]
        return None


def looks_by_subject(present: Present) -> Mapping[str, tuple[Latest, ...]]:
    """For every subject the newest looks at it, and those at others whose facts tell about it (a line's carrier)."""
    latest = present.latest
    looks = {
        subject: tuple(Latest(check, latest[check.id]) for check in checks if check.id in latest)
        for subject, checks in checks_by_subject(present).items()
    }
    return {subject: those for subject, those in looks.items() if those}


def checks_by_subject(present: Present) -> Mapping[str, tuple[Check, ...]]:
    """The checks whose looks those are."""
    gathered: dict[str, dict[str, Check]] = {}
    for subject, check in _pairs(present):
        gathered.setdefault(subject, {})[check.id] = check
    return {subject: tuple(checks.values()) for subject, checks in gathered.items()}


def _pairs(present: Present) -> Iterator[tuple[str, Check]]:
    for check in present.checks.values():
        yield check.target, check
    for subject in present.subjects.values():
        for key in subject.facts:
            if key.check in present.checks:
                yield subject.id, present.checks[key.check]


def looks_behind(subject: Subject, looks: Mapping[str, tuple[Latest, ...]]) -> tuple[Latest, ...]:
    """The looks a verdict rests on: those at the subject, at the device it lives on, at a site's members."""
    return tuple(look for id_ in ids_behind(subject) for look in looks.get(id_, ()))


def ids_behind(subject: Subject) -> tuple[str, ...]:
    """The subjects whose looks those are."""
    return (subject.id, *((subject.host,) if subject.host else ()), *subject.lines, *subject.core)


def newest(looks: Iterable[Latest]) -> int:
    """When the newest of the looks began, microseconds; 0 when there is none."""
    return max((look.observation.at for look in looks), default=0)


def sample(looks: Iterable[Latest], metric: str, now: int) -> float | None:
    """The newest fresh value of a metric about the whole subject; None when there is none."""
    found = [(look.observation.at, look.whole(metric)) for look in looks if look.fresh(now)]
    return max(((at, value) for at, value in found if value is not None), default=(0, None))[1]

"""From looks to samples: which look tells about which series, and over what time. No clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from netwatch.check import Check, Observation
from netwatch.present import Judged
from netwatch.sampling.book import Book
from netwatch.sampling.looks import Memory
from netwatch.sampling.series import CODES, DOWN, JITTER, LOSS, RTT, UP, VALUE, Series, line_series
from netwatch.state import Transition
from netwatch.throughput import Carried
from netwatch.topology import Topology
from netwatch.verdict import Subject, SubjectKind

ECHO, PATH_TEST = "icmp_echo", "snmp_path_test"
# By our own echoes, else by the test that a router makes of the path.
MEASURED: Mapping[str, tuple[tuple[str, str], ...]] = {
    RTT: ((ECHO, "icmp_rtt_seconds"), (PATH_TEST, "path_rtt_seconds")),
    LOSS: ((ECHO, "icmp_loss_ratio"), (PATH_TEST, "path_loss_ratio")),
    JITTER: ((ECHO, "icmp_jitter_seconds"), (PATH_TEST, "path_jitter_seconds")),
}
# Contracts limit the jitter of lines; a conference is looked into before it begins.
OF_ENDPOINTS = (RTT, LOSS)
POINT = "point_value"
BITS_A_BYTE = 8
# A number stands for the time since the look before, if that is no further back than so many intervals; else, and for
# the first look of all, it stands for no time: nobody looked.
_FRESH = 2


class _Wanted(NamedTuple):
    series: str
    metric: str
    subject: str
    interval: int


class _Path(NamedTuple):
    """What a check tells of the path to a subject: the names of its numbers, '' for none."""

    subject: str
    rtt: str
    loss: str


class Sampler:
    """Fills `book`, and `looks` with what may be evidence; `live` are the verdicts of the moment by subject."""

    def __init__(self, live: Mapping[str, Judged]) -> None:
        self.book = Book()
        self.looks = Memory()
        self._live = live
        self._wanted: Mapping[str, tuple[_Wanted, ...]] = {}
        self._paths: Mapping[str, tuple[_Path, ...]] = {}
        self._before: dict[str, int] = {}

    def adopt(self, topology: Topology, checks: Mapping[str, Check]) -> None:
        """Take over a plan."""
        self._wanted = wanted(topology.subjects.values(), checks.values())
        self._paths = {check: made for check, told in self._wanted.items() if (made := tuple(_told_of(told)))}
        self.looks.forget({path.subject for several in self._paths.values() for path in several})
        self._before = {check: at for check, at in self._before.items() if check in self._wanted}
        lines = (id_ for id_, one in topology.subjects.items() if one.kind is SubjectKind.LINE)
        names = {one.series for several in self._wanted.values() for one in several}
        self.book.forget(names.union(line_series(id_, way) for id_ in lines for way in (DOWN, UP)))

    def take(self, seen: Observation, carried: Sequence[tuple[str, Carried]] = ()) -> None:
        """Take in a look, and what it says ran over lines."""
        for line, one in carried:
            code = self._code(line)
            if one.down is not None:
                self.book.add(line_series(line, DOWN), one.down_since, one.at, one.down * BITS_A_BYTE, code)
            if one.up is not None:
                self.book.add(line_series(line, UP), one.up_since, one.at, one.up * BITS_A_BYTE, code)
        told = self._wanted.get(seen.check)
        if told is None:
            return
        numbers = {metric: value for part, metric, value in seen.samples if not part}
        for path in self._paths.get(seen.check, ()):
            self.looks.add(path.subject, seen, numbers.get(path.rtt), numbers.get(path.loss))
        if seen.reason is None:
            self._measured(seen, told, numbers)

    def turned(self, transitions: Iterable[Transition]) -> None:
        """Facts that became others: the looks around that are kept."""
        for told in transitions:
            for path in self._paths.get(told.key.check, ()):
                self.looks.turned(path.subject, told.since)

    def _measured(self, seen: Observation, told: Sequence[_Wanted], numbers: Mapping[str, float]) -> None:
        before = self._before.get(seen.check, 0)
        if seen.at <= before:
            return
        self._before[seen.check] = seen.at
        if not before:
            return
        for one in told:
            value = numbers.get(one.metric)
            if value is not None and seen.at - before <= _FRESH * one.interval:
                self.book.add(one.series, before, seen.at, value, self._code(one.subject))

    def _code(self, subject: str) -> int:
        judged = self._live.get(subject)
        return CODES[judged.verdict.kind] if judged else 0


def _told_of(several: Iterable[_Wanted]) -> Iterator[_Path]:
    """The paths among what a check tells of."""
    names: dict[str, dict[str, str]] = {}
    for one in several:
        names.setdefault(one.subject, {})[one.series.split("/")[1]] = one.metric
    for subject, by_kind in names.items():
        if RTT in by_kind or LOSS in by_kind:
            yield _Path(subject, by_kind.get(RTT, ""), by_kind.get(LOSS, ""))


def wanted(subjects: Iterable[Subject], checks: Iterable[Check]) -> Mapping[str, tuple[_Wanted, ...]]:
    """What each check tells about: one check alone for each series."""
    by_target: dict[str, list[Check]] = {}
    for check in checks:
        by_target.setdefault(check.target, []).append(check)
    found: dict[str, list[_Wanted]] = {}
    for subject in subjects:
        for check, one in _of(subject, by_target):
            found.setdefault(check.id, []).append(one)
    return {check: tuple(several) for check, several in found.items()}


def _of(subject: Subject, by_target: Mapping[str, Sequence[Check]]) -> Iterator[tuple[Check, _Wanted]]:
    match subject.kind:
        case SubjectKind.LINE:
            yield from _paths(subject, by_target.get(subject.id, ()), MEASURED)
        case SubjectKind.ENDPOINT:
            yield from _paths(subject, by_target.get(subject.host or "", ()), OF_ENDPOINTS)
        case SubjectKind.SENSOR:
            for check in by_target.get(subject.id, ())[:1]:
                name = str(Series(subject.kind, VALUE, subject.id))
                yield check, _Wanted(name, POINT, subject.id, check.interval)


def _paths(
    subject: Subject, checks: Sequence[Check], metrics: Iterable[str]
) -> Iterator[tuple[Check, _Wanted]]:
    for metric in metrics:
        sources = MEASURED[metric]
        ways = ((check, number) for kind, number in sources for check in checks if check.kind == kind)
        for check, number in ways:
            name = str(Series(subject.kind, metric, subject.id))
            yield check, _Wanted(name, number, subject.id, check.interval)
            break

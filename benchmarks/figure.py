"""What a benchmark is: contenders that do the same work, measured in turn, and the rows that come of it."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context

OURS = "netwatch"
RUNS = 5

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How much work one run is: so many things, for so many seconds where the benchmark is a span of time."""

    count: int
    seconds: float = 0.0

    def share(self, ratio: float) -> "Size":
        """A part of it, at least one thing."""
        return Size(max(1, round(self.count * ratio)), self.seconds)


# One run: its size and what surrounds it ('' or the port of a farm) -> what was measured, one value per unit.
Measure = Callable[[Size, str], Values]
Surroundings = Callable[[Size], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True)
class Contender:
    """One who does the work. `share` of it is enough for those who are slow: the unit is per thing.

    `lacking` says why it cannot run here; '' when it can. `measure` is a function of a module, so that it can be
    called in a process of its own.
    """

    name: str
    measure: Measure
    share: float = 1.0
    lacking: Callable[[], str] = str


@contextmanager
def nothing(_: Size) -> Iterator[str]:
    """Nothing surrounds the run."""
    yield ""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`question` in one sentence; `units` of what a run measures. The first contender is netwatch.

    `size` is that of a real run, `tiny` one that only shows that everything works. The figure of the benchmark's own
    name is the ratio to the peers `against` (by default the first), or what was measured where there is no peer;
    `limits` say how much that may be at most, in its order, none where there is no limit. `only_by_name`: not among
    those run when none is named.
    """

    name: str
    question: str
    units: tuple[str, ...]
    contenders: tuple[Contender, ...]
    size: Size
    tiny: Size
    surroundings: Surroundings = nothing
    runs: int = RUNS
    against: tuple[str, ...] = ()
    limits: tuple[float, ...] = ()
    only_by_name: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; `measured` is a number, or a list where the figure has several."""

    figure: str
    measured: float | list[float]
    unit: str
    runs: int
    machine: str
    commit: str

    def columns(self) -> dict[str, object]:
        """The row as it is written to a file."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All runs of a benchmark by contender, in the order in which they were made, and who was left out why."""

    benchmark: Benchmark
    runs: Mapping[str, Sequence[Values]]
    left_out: Mapping[str, str]

    def medians(self, name: str) -> Values:
        """The medians of a contender, one per unit."""
        return tuple(statistics.median(each) for each in zip(*self.runs[name], strict=True))

    def ratio(self, peer: str) -> float:
        """Ours to a peer's: the median over the rounds, since a busy machine is as busy for both."""
        pairs = zip(self.runs[OURS], self.runs[peer], strict=True)
        return statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)

    @property
    def peers(self) -> tuple[str, ...]:
        """Those who were measured beside netwatch."""
        return tuple(name for name in self.runs if name != OURS)


def run(benchmark: Benchmark, size: Size, runs: int, isolated: bool = True) -> Outcome:
    """Measure every contender `runs` times, in turn; `isolated` gives each run a process of its own."""
    left_out = {each.name: why for each in benchmark.contenders if (why := each.lacking())}
    able = [each for each in benchmark.contenders if each.name not in left_out]
    found: dict[str, list[Values]] = {each.name: [] for each in able}
    with benchmark.surroundings(size) as around:
        for _ in range(runs if able else 0):
            for each in able:
                measure = _isolated if isolated else _here
                found[each.name].append(measure(each.measure, size.share(each.share), around))
    return Outcome(benchmark, found, left_out)


def _here(measure: Measure, size: Size, around: str) -> Values:
    return measure(size, around)


def _isolated(measure: Measure, size: Size, around: str) -> Values:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, size, around).result()


def rows(outcome: Outcome, machine: str, commit: str) -> list[Row]:
    """The figures of an outcome: the one of the benchmark's own name, the ratios to each further peer, then what each
    contender measured. A ratio to a peer that was left out is not told.
    """
    runs = max((len(each) for each in outcome.runs.values()), default=0)
    told = [*_ratios(outcome), *_measured(outcome)]
    return [Row(figure, _plain(measured), unit, runs, machine, commit) for figure, measured, unit in told]


def _ratios(outcome: Outcome) -> Iterator[tuple[str, Values, str]]:
    name, unit, peers = outcome.benchmark.name, outcome.benchmark.units[0], outcome.peers
    if OURS not in outcome.runs or not peers:
        return
    against = outcome.benchmark.against or peers[:1]
    if set(against) <= set(peers):
        ratios = tuple(outcome.ratio(peer) for peer in against)
        yield name, ratios, f"{unit}, ratio to {' / '.join(against)}"
    for peer in peers:
        if against != (peer,):
            yield f"{name}.to_{peer}", (outcome.ratio(peer),), f"{unit}, ratio to {peer}"


def _measured(outcome: Outcome) -> Iterator[tuple[str, Values, str]]:
    """What is measured beside the figures that have limits stands in a row of its own."""
    benchmark, units = outcome.benchmark, outcome.benchmark.units
    for who in outcome.runs:
        medians = outcome.medians(who)
        if len(benchmark.contenders) > 1:
            yield f"{benchmark.name}.{who}", medians, "; ".join(units)
            continue
        own = len(benchmark.limits) or len(units)
        yield benchmark.name, medians[:own], "; ".join(units[:own])
        if own < len(units):
            yield f"{benchmark.name}.besides", medians[own:], "; ".join(units[own:])


def _plain(values: Values) -> float | list[float]:
    rounded = [float(f"{value:.4g}") for value in values]
    return rounded[0] if len(rounded) == 1 else rounded

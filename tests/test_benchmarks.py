"""Every benchmark runs and writes its rows. What it measures is nobody's business here: that depends on the machine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.__main__ import main, number, verdicts, write
from benchmarks.figure import OURS, Benchmark, Contender, Outcome, Row, Size, nothing, rows, run
from benchmarks.registry import BENCHMARKS

ROOT = Path(__file__).parent.parent


def written(folder: Path) -> dict[str, dict[str, object]]:
    """The rows in a folder by figure."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return {row["figure"]: row for row in found}


def numbers(row: dict[str, object]) -> list[float]:
    """What a row says was measured."""
    measured = row["measured"]
    return [float(each) for each in measured] if isinstance(measured, list) else [float(str(measured))]


def _span(benchmark: Benchmark) -> float:
    return benchmark.tiny.seconds


@pytest.fixture(scope="module")
def spans() -> Iterator[dict[str, Future[Outcome]]]:
    """Those that last for a span of time under way, all at once: they mostly wait."""
    lasting = [each for each in BENCHMARKS.values() if each.tiny.seconds]
    with ThreadPoolExecutor(len(lasting)) as pool:
        yield {each.name: pool.submit(run, each, each.tiny, 1) for each in lasting}


@pytest.mark.parametrize("name", [each.name for each in sorted(BENCHMARKS.values(), key=_span)])
def test_every_benchmark_runs_and_writes_its_rows(
    name: str, tmp_path: Path, spans: dict[str, Future[Outcome]]
) -> None:
    """A tiny run of every contender that can run here gives a number for each of its units."""
    benchmark = BENCHMARKS[name]
    outcome = spans[name].result() if name in spans else run(benchmark, benchmark.tiny, 1, isolated=False)
    if OURS in outcome.left_out:
        pytest.skip(outcome.left_out[OURS])
    write(tmp_path, rows(outcome, "here", "now"))
    found = written(tmp_path)
    if set(benchmark.against) <= set(outcome.peers):
        assert len(numbers(found[name])) == len(benchmark.limits or numbers(found[name]))
    for who in outcome.runs:
        several = len(benchmark.contenders) > 1
        told = found[f"{name}.{who}" if several else name]
        besides = [] if several else numbers(found.get(f"{name}.besides", {"measured": []}))
        assert len(numbers(told)) + len(besides) == len(benchmark.units)
        assert min(numbers(told)) >= 0


def told(ours: list[float], theirs: list[float]) -> list[Row]:
    """The rows of a benchmark with two contenders that measured these."""
    contenders = (
        Contender(OURS, lambda _size, _around: (0.0,)),
        Contender("peer", lambda _size, _around: (0.0,)),
    )
    benchmark = Benchmark("walk", "?", ("s",), contenders, Size(1), Size(1), nothing)
    runs = {OURS: [(value,) for value in ours], "peer": [(value,) for value in theirs]}
    return rows(Outcome(benchmark, runs, {}), "here", "now")


def test_ratios_are_taken_round_by_round() -> None:
    """A round in which the machine was busy for both does not spoil the ratio; medians are told beside it."""
    found = {row.figure: row for row in told([1.0, 10.0, 2.0], [2.0, 20.0, 4.0])}
    assert found["walk"].columns() == {
        "figure": "walk",
        "measured": 0.5,
        "unit": "s, ratio to peer",
        "runs": 3,
        "machine": "here",
        "commit": "now",
    }
    assert (found["walk.netwatch"].measured, found["walk.peer"].measured) == (2.0, 4.0)


def test_a_figure_against_several_peers_gives_their_ratios_in_order_and_limits_are_judged() -> None:
    """The row of the benchmark's own name is a list; a peer that is missing leaves it out rather than shift it."""
    contenders = tuple(Contender(name, lambda _size, _around: (0.0,)) for name in (OURS, "a", "b"))
    benchmark = Benchmark(
        "walk", "?", ("s",), contenders, Size(1), Size(1), nothing, against=("b", "a"), limits=(0.3, 0.3)
    )
    runs = {OURS: [(1.0,)], "a": [(2.0,)], "b": [(4.0,)]}
    found = {row.figure: row.measured for row in rows(Outcome(benchmark, runs, {}), "here", "now")}
    assert found["walk"] == [0.25, 0.5]
    assert verdicts([0.25, 0.5], benchmark.limits) == ["yes", "NO"]
    del runs["a"]
    lacking = {row.figure for row in rows(Outcome(benchmark, runs, {}), "here", "now")}
    assert lacking == {"walk.to_b", "walk.netwatch", "walk.b"}


def test_what_has_no_limit_stands_beside_the_figure() -> None:
    """The figure of a benchmark without peers has as many numbers as limits; the others have a row of their own."""
    alone = (Contender(OURS, lambda _size, _around: (0.0,)),)
    benchmark = Benchmark("p", "?", ("cores", "GiB", "looks"), alone, Size(1), Size(1), limits=(1.0, 2.0))
    found = rows(Outcome(benchmark, {OURS: [(0.5, 1.5, 300.0)]}, {}), "here", "now")
    assert [(row.figure, row.measured) for row in found] == [("p", [0.5, 1.5]), ("p.besides", 300.0)]


def test_contenders_take_turns_and_who_cannot_run_is_left_out_with_the_reason() -> None:
    """One round after the other, not all runs of one first."""
    turns: list[str] = []

    def note(name: str) -> Contender:
        def measure(_size: Size, _around: str) -> tuple[float, ...]:
            turns.append(name)
            return (float(len(turns)),)

        return Contender(name, measure)

    absent = Contender("absent", lambda _size, _around: (0.0,), lacking=lambda: "not installed")
    benchmark = Benchmark("x", "?", ("s",), (note(OURS), absent, note("peer")), Size(1), Size(1), nothing)
    outcome = run(benchmark, benchmark.size, runs=2, isolated=False)
    assert turns == [OURS, "peer", OURS, "peer"]
    assert outcome.left_out == {"absent": "not installed"}


def test_the_command_runs_what_is_named_in_processes_of_their_own(tmp_path: Path) -> None:
    """`make bench ONLY=store` prints the table with the machine and writes the rows."""
    command = [sys.executable, "-m", "benchmarks", "--tiny", "--runs", "1", "--out", str(tmp_path), "store"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100)
    assert "store.sqlmodel" in done.stdout
    assert "cores" in done.stdout
    assert set(written(tmp_path)) == {"store", "store.netwatch", "store.sqlmodel"}


def test_an_unknown_name_is_refused_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the finger does not run everything for half an hour."""
    assert main(["walk_enigne"]) == 2
    assert "Did you mean walk_engine?" in capsys.readouterr().err


def test_one_that_fails_is_told_and_the_others_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that cannot be made is said with its reason, the exit code tells, and the rest stands."""
    BENCHMARKS["broken"] = Benchmark("broken", "?", ("s",), (Contender(OURS, _broken),), Size(1), Size(1))
    try:
        asked = ["--tiny", "--runs", "1", "--out", str(tmp_path), "broken", "metrics_render"]
        assert main(asked) == 1
    finally:
        del BENCHMARKS["broken"]
    assert "broken, netwatch: RuntimeError: no devices" in capsys.readouterr().out
    assert "metrics_render" in written(tmp_path)


def _broken(_size: Size, _around: str) -> tuple[float, ...]:
    raise RuntimeError("no devices")


def test_figures_are_written_for_people() -> None:
    """Four digits that count."""
    assert [number(value) for value in (0.01234567, 12.3456, 12345.6)] == ["0.01235", "12.35", "12,346"]

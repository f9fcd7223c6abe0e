"""`python -m benchmarks [NAME...]`: run all benchmarks or those named, print a table, write benchmarks/out/*.json."""

import argparse
import difflib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figure import OURS, Benchmark, Outcome, Row, Size, rows, run
from benchmarks.machine import commit, machine
from benchmarks.registry import BENCHMARKS

OUT = Path(__file__).parent / "out"


def main(words: Sequence[str]) -> int:
    """Run what is asked for; 0 when everything asked for was measured, 1 when something could not be, 2 for no name."""
    asked = _asked(words)
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        print(_unknown(unknown[0]), file=sys.stderr)
        return 2
    where, which = machine(), commit()
    table = _table(f"{where}; commit {which}")
    left_out: dict[str, str] = {}
    for name in asked.names or [each.name for each in BENCHMARKS.values() if not each.only_by_name]:
        benchmark = BENCHMARKS[name]
        print(f"{name}: {benchmark.question}", flush=True)
        try:
            outcome = run(benchmark, _size(benchmark, asked), asked.runs or benchmark.runs)
        except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
            # The others are measured all the same: together they take an hour.
            left_out[f"{name}, {OURS}"] = f"{type(fault).__name__}: {fault}"
            continue
        told = rows(outcome, where, which)
        write(asked.out, told)
        _show(table, outcome, told)
        left_out |= {f"{name}, {who}": why for who, why in outcome.left_out.items()}
    Console(width=120 if not sys.stdout.isatty() else None).print(table)
    for who, why in left_out.items():
        print(f"Left out: {who}: {why}")
    return 1 if any(who.endswith(f", {OURS}") for who in left_out) else 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--runs", type=int, default=0, help="runs of each contender (default: 5; fewer where they last)"
    )
    parser.add_argument("--tiny", action="store_true", help="so little work that only its working is shown")
    parser.add_argument("--count", type=int, default=0, help="so many devices, questions or series instead")
    parser.add_argument("--seconds", type=float, default=0.0, help="a span of so many seconds instead")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the results (default: %(default)s)")
    return parser.parse_args(words)


def _size(benchmark: Benchmark, asked: argparse.Namespace) -> Size:
    usual = benchmark.tiny if asked.tiny else benchmark.size
    return Size(asked.count or usual.count, asked.seconds or usual.seconds)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, BENCHMARKS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no benchmark '{name}'.{hint} There are: {', '.join(BENCHMARKS)}."


def write(folder: Path, told: Sequence[Row]) -> None:
    """One file per figure, one row in each; older rows of the same figure are overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in told:
        name = row.figure.replace(" ", "_")
        (folder / f"{name}.json").write_text(json.dumps(row.columns()) + "\n", encoding="utf-8")


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("figure", "measured", "at most", "holds", "unit", "runs"):
        table.add_column(heading, justify="left" if heading in ("figure", "holds", "unit") else "right")
    return table


def _show(table: Table, outcome: Outcome, told: Sequence[Row]) -> None:
    benchmark = outcome.benchmark
    for row in told:
        measured = row.measured if isinstance(row.measured, list) else [row.measured]
        limits = benchmark.limits if row.figure == benchmark.name else ()
        table.add_row(
            row.figure,
            "\n".join(map(number, measured)),
            "\n".join(map(number, limits)),
            "\n".join(verdicts(measured, limits)),
            row.unit.replace("; ", "\n"),
            str(row.runs),
        )
    if benchmark.name not in {row.figure for row in told}:
        table.add_row(benchmark.name, "-", "\n".join(map(number, benchmark.limits)), "", "not measured", "0")
    table.add_section()


def verdicts(measured: Sequence[float], limits: Sequence[float]) -> list[str]:
    """Whether each figure keeps its limit: 'yes' or 'NO'."""
    return ["yes" if value <= limit else "NO" for value, limit in zip(measured, limits, strict=False)]


def number(value: float) -> str:
    """A figure with four digits that count, large ones with their thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

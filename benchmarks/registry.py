"""All benchmarks by name: every `Benchmark` of a module in benchmarks/cases/ is one; being there registers it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from benchmarks import cases
from benchmarks.figure import Benchmark

# In this order they are run and told; those not named follow.
_FIRST = (
    "walk_engine",
    "multiget_engine",
    "daemon_vs_exporter",
    "get6_engine",
    "v3_engine",
    "icmp_burst",
    "icmp_paced",
    "rtt_error_us",
    "province",
    "metrics_1m",
    "growth",
    "fairness",
)


def _found() -> Iterator[Benchmark]:
    for module in pkgutil.iter_modules(cases.__path__):
        held = vars(import_module(f"{cases.__name__}.{module.name}"))
        yield from (each for each in held.values() if isinstance(each, Benchmark))


def _place(benchmark: Benchmark) -> int:
    return _FIRST.index(benchmark.name) if benchmark.name in _FIRST else len(_FIRST)


BENCHMARKS: dict[str, Benchmark] = {each.name: each for each in sorted(_found(), key=_place)}

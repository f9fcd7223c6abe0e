"""All benchmarks by name, in the order in which they are run."""

from benchmarks.cases.daemon import DAEMON
from benchmarks.cases.icmp import BURST, PACED
from benchmarks.cases.metrics import RENDER
from benchmarks.cases.snmp import GET, WALK
from benchmarks.cases.store import STORE
from benchmarks.cases.think import CALM, STORM
from benchmarks.figure import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    each.name: each for each in (GET, WALK, BURST, PACED, CALM, STORM, STORE, RENDER, DAEMON)
}

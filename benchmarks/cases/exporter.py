"""The whole daemon beside Debian's prometheus-snmp-exporter: the same devices, series and interval.

netwatch polls the ports every 15 s, keeps counters and states, looks at reachability and system group every 60 s as
it does anyway, and is scraped every 15 s. The exporter polls as it is scraped: each device every 15 s.
"""

import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.cases.icmp import no_echoes
from benchmarks.farm import farm
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.peers import by_exporter
from benchmarks.province import switches
from benchmarks.running import SCRAPE, Pace, prepare, started, until_known, watch
from benchmarks.work import PORTS

PACE = Pace(witness=60.0, devices=60.0, lines=SCRAPE, ports=SCRAPE)


def _farm(_: Size) -> AbstractContextManager[str]:
    return farm(PORTS)


def by_netwatch(size: Size, port: str) -> Values:
    """Cores, MiB and series of a daemon once it knows everything."""
    pace = PACE.within(size.seconds)
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        metrics = prepare(Path(name), switches(size.count, int(port), PORTS), pace)
        with started(Path(name), metrics) as running:
            until_known(running, size.count)
            cost = watch(running, size.seconds, size.count)
    return cost.cores, cost.resident, cost.series


def by_its_peer(size: Size, port: str) -> Values:
    """The same of an exporter; half the time is enough, as every round is alike."""
    pace = min(SCRAPE, size.seconds)
    rounds = max(1, round(size.seconds / pace / 2))
    with by_exporter.exporter(port, by_exporter.SERIES) as running:
        running.every(range(size.count))
        before, began = running.cpu(), time.monotonic()
        for number in range(1, rounds + 1):
            running.every(range(size.count), pace)
            time.sleep(max(0.0, began + number * pace - time.monotonic()))
        cores = (running.cpu() - before) / (time.monotonic() - began)
        return cores, running.resident(), float(size.count * running.series)


AGAINST_EXPORTER = Benchmark(
    name="daemon_vs_exporter",
    question="What do 1,000 switches of 48 ports cost, polled and scraped every 15 s: daemon and exporter?",
    units=("cores", "MiB resident", "series"),
    contenders=(
        Contender(OURS, by_netwatch, lacking=no_echoes),
        Contender("snmp_exporter", by_its_peer, lacking=by_exporter.cannot),
    ),
    size=Size(1_000, 60.0),
    tiny=Size(4, 1.0),
    surroundings=_farm,
    limits=(0.35,),
)

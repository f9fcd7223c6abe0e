"""Whole recordings of real devices, value for value: our engine, pysnmp and net-snmp's tools; no time is measured.

What disagrees is told on the error output, a line each, with the recording and the OID.
"""

import asyncio
import gc
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.agreement import (
    REPETITIONS,
    Pysnmp,
    Reading,
    disagreements,
    net_snmp_walk,
    ours_by_walking,
    roots,
)
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.recordings import Arcs, Recording, recordings, served
from benchmarks.relay import Relay, relay
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpOptions, open_snmp

# A walk of more rows is made in parts, since the engine bounds the bytes that one may read.
MOST_ROWS = 200_000
_TOLD = 20


def _lacking() -> str:
    if shutil.which("snmpbulkwalk") is None:
        return "snmpbulkwalk is not installed (Debian: snmp)"
    return (
        "" if recordings() and importlib.util.find_spec("snmpsim") else "snmpsim-data and snmpsim are missing"
    )


def subtrees(oids: Sequence[Arcs], depth: int = 2) -> Iterator[str]:
    """Roots that hold all these OIDs (in order), each at most MOST_ROWS of them where that can be."""
    for head, below in groupby(oids, key=lambda oid: oid[:depth]):
        inside = list(below)
        if len(inside) > MOST_ROWS and all(len(oid) > depth + 1 for oid in inside):
            yield from subtrees(inside, depth + 1)
        else:
            yield ".".join(map(str, head))


async def _ours(before: Relay, name: str, below: Sequence[str]) -> tuple[Reading, str]:
    options = SnmpOptions(
        timeout=20.0,
        retries=0,
        max_repetitions=REPETITIONS,
        max_repetitions_lan=REPETITIONS,
        row_cap=sys.maxsize,
    )
    with open_snmp(options, lambda _: Secret("snmp_v2c", {"community": name})) as snmp:
        target = Target(name, before.address, snmp_port=before.port, credentials=(name,))
        return await ours_by_walking(snmp, target, below)


def compare(recording: Recording) -> tuple[int, list[str]]:
    """How many values of a whole recording were compared, and a sentence for each on which not all agree."""
    name = recording.name
    with (
        tempfile.TemporaryDirectory() as folder,
        served([recording], Path(folder), 1, other_rows=None) as here,
        relay("127.79.0.9", here.at) as before,
    ):
        oids = [*here.rows[name]]
        below = list(subtrees(oids)) or roots(oids)
        where = before.address, before.port
        theirs = Pysnmp(where, name)
        try:
            ours, cut = asyncio.run(_ours(before, name, below))
            told = {
                "netwatch": ours,
                "net-snmp": net_snmp_walk(("-v2c", "-c", name), where, below, bulk=True),
                "pysnmp": theirs.walk(below),
            }
        finally:
            theirs.close()
    found = disagreements(name, told, {})
    if cut or len(ours) != len(oids):
        found.append(f"{name}: {len(ours)} of {len(oids)} rows were walked ({cut or 'nothing was cut'})")
    return len(ours), found


def _measure(size: Size, _: str) -> Values:
    """The smallest recordings first, so that a tiny run is quick."""
    chosen = sorted(recordings(), key=lambda each: (each.path.stat().st_size, each.name))[: size.count]
    values = faults = 0
    gc.disable()
    for recording in chosen:
        compared, found = compare(recording)
        values += compared
        faults += len(found)
        for sentence in found[:_TOLD]:
            sys.stderr.write(f"{sentence}\n")
    gc.enable()
    return float(faults), float(values), float(len(chosen))


DIFFERENTIAL = Benchmark(
    name="differential",
    question="do our engine, pysnmp and net-snmp's tools read the same from whole recordings of real devices?",
    units=("values on which not all agree", "values compared", "recordings"),
    contenders=(Contender(OURS, _measure, lacking=_lacking),),
    size=Size(max(1, len(recordings()))),
    tiny=Size(1),
    runs=1,
    only_by_name=True,
)

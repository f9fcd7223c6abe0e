"""Whole recordings of real devices, read by our engine, net-snmp's tools and pysnmp: do they agree, value for value?

The tests compare a part of each recording; this compares all of it, which takes a quarter of an hour. It is measured
only when it is named: `make bench ONLY=differential`.
"""

import asyncio
import importlib.util
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
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
from benchmarks.relay import relay
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpOptions, open_snmp

_ROW_CAP = 2_000_000
_PATIENCE = 30.0
# So many sentences about what differs are printed of one recording.
_TOLD = 20

Address = tuple[str, int]


def cannot() -> str:
    """Why nothing can be compared here; '' when it can."""
    if shutil.which("snmpbulkwalk") is None:
        return "snmpbulkwalk is not installed (Debian package snmp)"
    if importlib.util.find_spec("snmpsim") is None or not recordings():
        return "snmpsim and snmpsim-data (PyPI) are not installed"
    return ""


def _ours(address: Address, name: str, below: Sequence[str]) -> Reading:
    async def read() -> Reading:
        options = SnmpOptions(
            timeout=_PATIENCE,
            retries=0,
            max_repetitions=REPETITIONS,
            max_repetitions_lan=REPETITIONS,
            row_cap=_ROW_CAP,
        )
        with open_snmp(options, lambda _: Secret("snmp_v2c", {"community": name})) as snmp:
            where = Target(name, address[0], snmp_port=address[1], credentials=(name,))
            found, cut = await ours_by_walking(snmp, where, below)
        if cut:
            raise RuntimeError(f"{name}: our walk was cut ({cut})")
        return found

    return asyncio.run(read())


def _by_pysnmp(address: Address, name: str, below: Sequence[str]) -> Reading:
    theirs = Pysnmp(address, name)
    try:
        return theirs.walk(list(below))
    finally:
        theirs.close()


def _compared(address: Address, rows: Mapping[str, Sequence[Arcs]]) -> tuple[int, int]:
    """How many values differ and how many were compared, of the recordings served at an address."""
    differ = values = 0
    for name, oids in rows.items():
        below = roots(oids)
        told = {
            "netwatch": _ours(address, name, below),
            "net-snmp": net_snmp_walk(("-v2c", "-c", name), address, below, bulk=True),
            "pysnmp": _by_pysnmp(address, name, below),
        }
        found = disagreements(name, told, {})
        print(*found[:_TOLD], sep="\n", end="\n" if found else "", file=sys.stderr)
        differ += len(found) + abs(len(told["netwatch"]) - len(oids))
        values += len(oids)
    return differ, values


def _one(recording: Recording) -> tuple[int, int]:
    """The same of one recording, served alone and thrown away: some have hundreds of thousands of rows."""
    with (
        tempfile.TemporaryDirectory(prefix="netwatch-bench-") as folder,
        served([recording], Path(folder), 1, None) as here,
        relay("127.79.0.9", here.at) as asked,
    ):
        return _compared((asked.address, asked.port), here.rows)


def measure(size: Size, _: str) -> Values:
    """How many values differ in the first so many recordings, beginning with the smallest."""
    began = time.monotonic()
    chosen = sorted(recordings(), key=lambda each: each.path.stat().st_size)[: size.count]
    told = [_one(recording) for recording in chosen]
    differ, values = (sum(each) for each in zip(*told, strict=True))
    return float(differ), float(values), float(len(chosen)), time.monotonic() - began


DIFFERENTIAL = Benchmark(
    name="differential",
    question="Do our engine, net-snmp's tools and pysnmp read the same of all whole recordings?",
    units=("values that differ", "values compared", "recordings", "s"),
    contenders=(Contender(OURS, measure, lacking=cannot),),
    size=Size(1_000),
    tiny=Size(1),
    runs=1,
    limits=(0.0,),
    only_by_name=True,
)

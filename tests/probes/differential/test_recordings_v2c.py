"""Our engine, pysnmp and net-snmp's tools read the same values from recordings of real devices, one test a recording.

The recordings are cut to their system group, interfaces (ifTable, ifXTable) and first 500 other rows.
"""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from types import MappingProxyType
from typing import Protocol

import pytest

from benchmarks.agreement import (
    REPETITIONS,
    Reading,
    disagreements,
    ours_by_asking,
    ours_by_walking,
    roots,
)
from benchmarks.recordings import Arcs, recordings
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp

pytestmark = pytest.mark.anyio

# Known instances asked for in a recording, evenly over its rows.
ASKED = 250
# By recording and OID why the three need not agree there. Nothing is, so far.
KNOWN: Mapping[str, Mapping[Arcs, str]] = MappingProxyType({})


class Compared(Protocol):
    """What the fixture gives."""

    address: tuple[str, int]
    rows: Mapping[str, Mapping[Arcs, int]]
    by_net_snmp: Mapping[str, "Future[Reading]"]
    by_pysnmp: Mapping[str, "Future[Reading]"]


@contextmanager
def engine() -> Iterator[SnmpEngine]:
    """An engine whose credentials are named as the community they stand for."""
    options = SnmpOptions(timeout=20.0, retries=0, max_repetitions=REPETITIONS, row_cap=1_000_000)
    with open_snmp(options, lambda name: Secret("snmp_v2c", {"community": name})) as opened:
        yield opened


def target(compared: Compared, name: str) -> Target:
    address, port = compared.address
    return Target(name, address, snmp_port=port, credentials=(name,))


@pytest.mark.parametrize("name", [each.name for each in recordings()] or ["none"])
async def test_all_three_read_the_same_values(compared: Compared, name: str) -> None:
    """Walked value for value, and asked for known instances the same again: OID, type and raw content."""
    oids = [*compared.rows[name]]
    below = roots(oids)
    net_snmp = await asyncio.wrap_future(compared.by_net_snmp[name])
    with engine() as snmp:
        walked, cut = await ours_by_walking(snmp, target(compared, name), below)
        some = oids[:: max(1, len(oids) // ASKED)]
        asked = await ours_by_asking(snmp, target(compared, name), some)
    pysnmp = await asyncio.wrap_future(compared.by_pysnmp[name])
    told = {"netwatch": walked, "net-snmp": net_snmp, "pysnmp": pysnmp}
    assert cut == ""
    assert disagreements(name, told, KNOWN.get(name, {})) == []
    assert disagreements(name, {"walked": {oid: walked[oid] for oid in some}, "asked": asked}, {}) == []
    assert len(walked) == len(oids)

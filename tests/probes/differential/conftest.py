"""Fixtures for comparisons: recordings of real devices served by snmpsim, and what net-snmp's tools read of them."""

import gc
import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context

import pytest

from benchmarks.agreement import Reading, net_snmp_walk, pysnmp_walk, roots
from benchmarks.recordings import Arcs, recordings, served
from benchmarks.relay import relay

SERVERS = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """Where the recordings are served (each under its name as community), their OIDs, and what others read there."""

    address: tuple[str, int]
    rows: Mapping[str, Mapping[Arcs, int]]
    by_net_snmp: Mapping[str, "Future[Reading]"]
    by_pysnmp: Mapping[str, "Future[Reading]"]


@pytest.fixture(scope="session")
def with_snmpsim() -> None:
    """Skips where the tools or the simulator are missing."""
    if shutil.which("snmpbulkwalk") is None:
        pytest.skip("snmpbulkwalk (Debian: snmp) is not installed")
    if importlib.util.find_spec("snmpsim") is None or not recordings():
        pytest.skip("snmpsim and snmpsim-data (PyPI) are not installed")


@pytest.fixture(scope="module")
def quiet_collector() -> Iterator[None]:
    """Keeps the collector of cycles from running through millions of values that hold none."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(scope="module")
def compared(
    with_snmpsim: None, quiet_collector: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compared]:
    """All recordings behind a relay that asks snmpsim each question once; the others are already at work.

    snmpsim is the slowest of all, so its servers are kept busy by net-snmp's tools while the tests read what is
    known; pysnmp, the next, has a process to itself.
    """
    with ExitStack() as stack:
        here = stack.enter_context(served(recordings(), tmp_path_factory.mktemp("cut"), SERVERS))
        before = stack.enter_context(relay("127.79.0.9", here.at))
        address = before.address, before.port
        workers = {
            where: stack.enter_context(ThreadPoolExecutor(1)) for where in sorted(set(here.at.values()))
        }
        by_net_snmp = {
            name: workers[here.at[name]].submit(
                net_snmp_walk, ("-v2c", "-c", name), address, roots([*oids]), bulk=True
            )
            for name, oids in here.rows.items()
        }
        beside = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        by_pysnmp = {
            name: beside.submit(pysnmp_walk, address, name, roots([*oids]))
            for name, oids in here.rows.items()
        }
        yield Compared(address, here.rows, by_net_snmp, by_pysnmp)
        for each in (*by_net_snmp.values(), *by_pysnmp.values()):
            each.cancel()

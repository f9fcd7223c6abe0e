"""The comparison of test_recordings_v2c.py in SNMPv1 and SNMPv3, and with snmpd where snmpsim lacks the algorithms."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from pysnmp.hlapi.v3arch.asyncio import USM_AUTH_HMAC192_SHA256, USM_PRIV_CFB128_AES, UsmUserData
from pysnmp.proto import api

from benchmarks.agreement import (
    PORTION,
    Pysnmp,
    PysnmpV3,
    Reading,
    disagreements,
    net_snmp,
    net_snmp_walk,
    ours_by_asking,
    ours_by_walking,
    roots,
)
from benchmarks.recordings import Arcs, recordings, served
from benchmarks.relay import relay
from probes.contract import Target
from probes.secret import Secret
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp

pytestmark = [pytest.mark.anyio, pytest.mark.lab]

COUNTER64 = 70
# So many rows of each recording are walked by GETNEXT, which v1 does one by one; all of them are asked for.
WALKED = 300
V3 = {
    "user": "netwatch",
    "auth": "sha256",
    "auth_password": "maplesyrup",
    "privacy": "aes128",
    "privacy_password": "syrupmaple",
}
V3_OPTIONS = (
    "--v3-user=netwatch",
    "--v3-auth-key=maplesyrup",
    "--v3-auth-proto=SHA256",
    "--v3-priv-key=syrupmaple",
    "--v3-priv-proto=AES",
)
V3_TOOL = (
    "-v3",
    "-l",
    "authPriv",
    "-u",
    "netwatch",
    "-a",
    "SHA-256",
    "-A",
    "maplesyrup",
    "-x",
    "AES",
    "-X",
    "syrupmaple",
)
NAMES = [each.name for each in recordings()] or ["none"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Where each recording is served, its OIDs with tags, and what net-snmp's tools read in the meantime."""

    at: Mapping[str, tuple[str, int]]
    rows: Mapping[str, Mapping[Arcs, int]]
    read: Mapping[str, "Future[Reading]"]


@contextmanager
def engine(kind: str, **options: float) -> Iterator[SnmpEngine]:
    """An engine whose credentials are named as the community or the context."""
    settings = SnmpOptions(timeout=20.0, retries=0, **options)  # type: ignore[arg-type]

    def secret(name: str) -> Secret:
        return Secret(kind, V3 | {"context": context(name)} if kind == "snmp_v3" else {"community": name})

    with open_snmp(settings, secret) as opened:
        yield opened


def context(name: str) -> str:
    """snmpsim's short name of a recording: some names are longer than SNMPv3 allows."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def target(compared: Compared, name: str) -> Target:
    address, port = compared.at[name]
    return Target(name, address, snmp_port=port, credentials=(name,))


def in_v1(rows: Mapping[Arcs, int]) -> list[Arcs]:
    """The OIDs that v1 can tell of: it has no Counter64."""
    return [oid for oid, tag in rows.items() if tag != COUNTER64]


def asked_by_net_snmp(name: str, where: tuple[str, int], oids: Sequence[Arcs]) -> Reading:
    """snmpget, portion by portion."""
    found: Reading = {}
    for at in range(0, len(oids), PORTION):
        words = [".".join(map(str, oid)) for oid in oids[at : at + PORTION]]
        found |= net_snmp("snmpget", ("-v1", "-c", name), where, *words)
    return found


@pytest.fixture(scope="module")
def v1(
    with_snmpsim: None, quiet_collector: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compared]:
    """All recordings behind a relay; snmpget is already at work."""
    with ExitStack() as stack:
        here = stack.enter_context(served(recordings(), tmp_path_factory.mktemp("cut"), 2))
        before = stack.enter_context(relay("127.79.0.9", here.at))
        where = before.address, before.port
        workers = {each: stack.enter_context(ThreadPoolExecutor(1)) for each in sorted(set(here.at.values()))}
        read = {
            name: workers[here.at[name]].submit(asked_by_net_snmp, name, where, in_v1(rows))
            for name, rows in here.rows.items()
        }
        yield Compared(dict.fromkeys(here.rows, where), here.rows, read)
        for each in read.values():
            each.cancel()


@pytest.mark.parametrize("name", NAMES)
async def test_all_three_read_the_same_values_in_v1(v1: Compared, name: str) -> None:
    """Every instance but those of Counter64, which v1 has not, by multi-GET; the first rows by GETNEXT too."""
    oids, where = in_v1(v1.rows[name]), v1.at[name]
    net = await asyncio.wrap_future(v1.read[name])
    ours: Reading = {}
    theirs = Pysnmp(where, name, api.SNMP_VERSION_1)
    try:
        with engine("snmp_v1", row_cap=WALKED) as snmp:
            for at in range(0, len(oids), PORTION):
                ours |= await ours_by_asking(snmp, target(v1, name), oids[at : at + PORTION])
            walked, cut = await ours_by_walking(snmp, target(v1, name), roots(oids)[-1:])
        by_pysnmp = theirs.get(oids)
        walked_by_pysnmp = theirs.walk(roots(oids)[-1:], WALKED)
    finally:
        theirs.close()
    assert disagreements(name, {"netwatch": ours, "net-snmp": net, "pysnmp": by_pysnmp}, {}) == []
    assert disagreements(name, {"netwatch": walked, "pysnmp": walked_by_pysnmp}, {}) == []
    assert (
        disagreements(name, {"walked": walked, "asked": {oid: ours.get(oid, (0, b"")) for oid in walked}}, {})
        == []
    )
    assert cut in ("", "row_cap")
    assert len(ours) == len(oids)


@pytest.fixture(scope="module")
def v3(
    with_snmpsim: None, quiet_collector: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compared]:
    """All recordings in SNMPv3, each a context of its server; snmpbulkwalk is already at work."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("cut")
        here = stack.enter_context(served(recordings(), folder, 2, options=V3_OPTIONS))
        workers = {each: stack.enter_context(ThreadPoolExecutor(1)) for each in sorted(set(here.at.values()))}
        # In the order of the tests, which wait for them.
        read = {
            name: workers[here.at[name]].submit(
                net_snmp_walk, (*V3_TOOL, "-n", context(name)), here.at[name], roots([*oids]), bulk=True
            )
            for name, oids in here.rows.items()
        }
        yield Compared(here.at, here.rows, read)
        for each in read.values():
            each.cancel()


async def read_by_pysnmp(compared: Compared, name: str, below: list[str]) -> Reading:
    """pysnmp's engine belongs to one event loop, hence one for each test."""
    user = UsmUserData(
        "netwatch",
        "maplesyrup",
        "syrupmaple",
        authProtocol=USM_AUTH_HMAC192_SHA256,
        privProtocol=USM_PRIV_CFB128_AES,
    )
    theirs = PysnmpV3(user)
    try:
        return await theirs.walk(compared.at[name], context(name), below)
    finally:
        theirs.close()


@pytest.mark.parametrize("name", NAMES)
async def test_all_three_read_the_same_values_in_v3(v3: Compared, name: str) -> None:
    """SHA-256 and AES-128: walked value for value."""
    below = roots([*v3.rows[name]])
    with engine("snmp_v3", row_cap=1_000_000, max_repetitions=50) as snmp:
        walked, cut = await ours_by_walking(snmp, target(v3, name), below)
    told = {
        "netwatch": walked,
        "pysnmp": await read_by_pysnmp(v3, name, below),
        "net-snmp": await asyncio.wrap_future(v3.read[name]),
    }
    assert cut == ""
    assert disagreements(name, told, {}) == []
    assert len(walked) == len(v3.rows[name])

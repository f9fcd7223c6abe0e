"""Our engine beside net-snmp's tools and pysnmp, all asking the same real snmpd."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    UdpTransportTarget,
    get_cmd,
)
from pysnmp.hlapi.v3arch.asyncio import (
    SnmpEngine as PysnmpEngine,
)
from pysnmp.proto.rfc1902 import OctetString

from probes.contract import Target
from probes.secret import Secret
from probes.transports.errors import Silent
from probes.transports.snmp.client import SnmpEngine, SnmpOptions, open_snmp
from probes.transports.snmp.contract import (
    COUNTER32,
    GAUGE32,
    INTEGER,
    NO_SUCH_INSTANCE,
    OCTET_STRING,
    Table,
    Value,
    text,
)

pytestmark = pytest.mark.anyio

SYSTEM = [f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 4, 5, 6)]
ODD = [f"1.3.6.1.4.1.99999.{number}.0" for number in (1, 2, 3, 4)]
# Columns that stand still while we compare: ifIndex, ifDescr, ifType, ifMtu, ifAdminStatus, ifOperStatus, ifName.
COLUMNS = [*(f"1.3.6.1.2.1.2.2.1.{column}" for column in (1, 2, 3, 4, 7, 8)), "1.3.6.1.2.1.31.1.1.1.1"]


class Snmpd(Protocol):
    """What the fixture gives."""

    address: str
    port: int
    community: str

    def tool(self, command: str, *arguments: str) -> list[str]: ...


@contextmanager
def engine(community: str) -> Iterator[SnmpEngine]:
    with open_snmp(SnmpOptions(), lambda _: Secret("snmp_v2c", {"community": community})) as opened:
        yield opened


def target(snmpd: Snmpd) -> Target:
    return Target("real", snmpd.address, snmp_port=snmpd.port, credentials=("one",))


def shown(value: Value) -> str:
    """A value as net-snmp's tools show it with -Ox: octets in hexadecimal."""
    tag, content = value
    if tag == OCTET_STRING and isinstance(content, bytes):
        return content.hex(" ").upper()
    return "none" if text(value) is None else str(text(value))


def rows(lines: list[str]) -> dict[str, str]:
    """OID -> value of '.1.3.6 = TYPE: value' lines; long values go on in the next line."""
    found: dict[str, str] = {}
    oid = ""
    for line in lines:
        if " = " in line:
            oid, _, value = line.partition(" = ")
            oid = oid.lstrip(".")
            found[oid] = (
                "none" if value.startswith("No Such") else value.split(": ", 1)[-1].strip('" ').lstrip(".")
            )
        else:
            found[oid] = f"{found[oid]} {line.strip()}"
    return found


async def test_get_gives_what_snmpget_gives(snmpd: Snmpd) -> None:
    """Texts with Vietnamese letters, object identifiers, negative and largest numbers."""
    with engine(snmpd.community) as snmp:
        answer = await snmp.get(target(snmpd), [*SYSTEM, *ODD])
    theirs = rows(snmpd.tool("snmpget", "-Ox", *SYSTEM, *ODD))
    assert {oid: shown(value) for oid, value in answer.values.items()} == theirs
    assert answer.values[ODD[0]] == (INTEGER, -42)
    assert answer.values[ODD[2]] == (COUNTER32, 2**32 - 1)
    assert answer.values[ODD[3]] == (GAUGE32, 2**32 - 1)


async def test_get_gives_what_pysnmp_gives(snmpd: Snmpd) -> None:
    """The same values through an independent implementation."""
    oids = [*SYSTEM, *ODD]
    with engine(snmpd.community) as snmp:
        ours = await snmp.get(target(snmpd), oids)
    where = await UdpTransportTarget.create((snmpd.address, snmpd.port))
    theirs = PysnmpEngine()
    asked = [ObjectType(ObjectIdentity(oid)) for oid in oids]
    try:
        fault, status, _, found = await get_cmd(
            theirs, CommunityData(snmpd.community), where, ContextData(), *asked, lookupMib=False
        )
    finally:
        theirs.close_dispatcher()
    assert not fault
    assert not status
    compared = {
        str(oid): bytes(value) if isinstance(value, OctetString) else str(value) for oid, value in found
    }
    assert compared == {
        oid: value[1] if value[0] == 4 else shown(value) for oid, value in ours.values.items()
    }


async def test_walk_gives_what_snmpwalk_gives(snmpd: Snmpd) -> None:
    """Every row of every column, whatever the number of repetitions."""
    with engine(snmpd.community) as snmp:
        table = await snmp.walk(target(snmpd), COLUMNS)
    assert table.cut == ""
    ours = {
        f"{oid}.{'.'.join(map(str, index))}": shown(value)
        for oid, found in table.columns.items()
        for index, value in found.items()
    }
    theirs: dict[str, str] = {}
    for column in COLUMNS:
        theirs |= rows(snmpd.tool("snmpwalk", "-Oe", "-Ox", column))
    assert ours == theirs
    assert ours


async def test_a_walk_over_the_whole_mib_ends_at_its_end(snmpd: Snmpd) -> None:
    """Columns that are no columns (whole subtrees) and the end of the MIB view are walked like any other."""
    with engine(snmpd.community) as snmp:
        table: Table = await snmp.walk(target(snmpd), ["1.3.6.1.2.1.1", "1.3.6.1.4.1.99999", "1.3.6.1.6.4"])
    assert table.cut == ""
    assert len(table.columns["1.3.6.1.4.1.99999"]) == 4
    assert not table.columns["1.3.6.1.6.4"]
    assert len(table.columns["1.3.6.1.2.1.1"]) == len(rows(snmpd.tool("snmpwalk", "1.3.6.1.2.1.1")))


async def test_what_the_agent_does_not_have_is_told_as_such(snmpd: Snmpd) -> None:
    """noSuchInstance, not an error and not silence."""
    with engine(snmpd.community) as snmp:
        answer = await snmp.get(target(snmpd), ["1.3.6.1.2.1.1.5.7"])
    assert answer.values["1.3.6.1.2.1.1.5.7"][0] == NO_SUCH_INSTANCE


async def test_a_wrong_community_is_silence(snmpd: Snmpd) -> None:
    """A v2c agent tells nothing about credentials, so neither do we."""
    with (
        open_snmp(
            SnmpOptions(timeout=0.25, retries=0), lambda _: Secret("snmp_v2c", {"community": "sai"})
        ) as snmp,
        pytest.raises(Silent),
    ):
        await snmp.get(target(snmpd), SYSTEM)

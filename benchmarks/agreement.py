"""What our engine, pysnmp and net-snmp's tools read from the same agent, in one form, and where they disagree.

A reading is OID (arcs) -> (BER tag, content): an int for the integer types, a dotted text for OIDs, bytes for others.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    ObjectIdentity,
    ObjectType,
    UdpTransportTarget,
    UsmUserData,
    bulk_cmd,
)
from pysnmp.hlapi.v3arch.asyncio import SnmpEngine as PysnmpEngine
from pysnmp.proto import api

from probes.contract import Target
from probes.transports.snmp.ber import dotted
from probes.transports.snmp.contract import OBJECT_IDENTIFIER, Question, Snmp, Value, question

Arcs: TypeAlias = tuple[int, ...]
Plain: TypeAlias = tuple[int, int | str | bytes]
Reading: TypeAlias = dict[Arcs, Plain]

# So many rows at once; all clients ask alike, so that a relay can give all of them one agent's answer.
REPETITIONS = 50
# Instances asked for in one request.
PORTION = 40
_PATIENCE = 20.0
# RFC 1157 section 4.1.2: noSuchName, with which v1 says that there is nothing, or nothing more.
_NO_SUCH_NAME = 2
_ABSENT = frozenset({0x80, 0x81, 0x82})

_TAGS = MappingProxyType(
    {
        "INTEGER": 0x02,
        "STRING": 0x04,
        "Hex-STRING": 0x04,
        "NULL": 0x05,
        "OID": 0x06,
        "IpAddress": 0x40,
        "Counter32": 0x41,
        "Gauge32": 0x42,
        "OPAQUE": 0x44,
        "Counter64": 0x46,
    }
)
_TIME_TICKS = 0x43
_ROW = re.compile(r"\.([\d.]+) = (.*)", re.DOTALL)
_TYPED = re.compile(r"([A-Za-z][\w-]*): ?(.*)", re.DOTALL)


def arcs(oid: str) -> Arcs:
    """Dotted text as arcs."""
    return tuple(map(int, oid.split(".")))


def roots(oids: Sequence[Arcs]) -> list[str]:
    """The subtrees of two arcs in which all these OIDs are."""
    return [".".join(map(str, root)) for root in sorted({oid[:2] for oid in oids})]


def plain(value: Value) -> Plain:
    """A value of ours in the common form."""
    tag, content = value
    return (tag, dotted(content)) if tag == OBJECT_IDENTIFIER and isinstance(content, bytes) else value


async def ours_by_walking(snmp: Snmp, target: Target, below: Sequence[str]) -> tuple[Reading, str]:
    """What our engine reads of whole subtrees, and why it stopped early ('' when it did not)."""
    found: Reading = {}
    cuts: list[str] = []
    for root in below:
        table = await snmp.walk(target, [root])
        head = arcs(root)
        found |= {head + index: plain(value) for index, value in table.columns[root].items()}
        cuts += [table.cut] if table.cut else []
    return found, ", ".join(cuts)


async def ours_by_asking(snmp: Snmp, target: Target, oids: Sequence[Arcs]) -> Reading:
    """What our engine reads of known instances."""
    names = tuple(".".join(map(str, oid)) for oid in oids)
    asked: Question = question(names)
    values = await snmp.ask(target, asked)
    read = (values.at(place) for place in range(len(oids)))
    return {oid: plain(value) for oid, value in zip(oids, read, strict=True) if value is not None}


class Pysnmp:
    """pysnmp's own packets of v1 and v2c over a plain socket: half the price of its engine, the same codec."""

    def __init__(self, address: tuple[str, int], community: str, version: int = api.SNMP_VERSION_2C) -> None:
        self._protocol = api.PROTOCOL_MODULES[version]
        self._address = address
        self._community = community
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_PATIENCE)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def walk(self, below: Sequence[str], most: int = sys.maxsize) -> Reading:
        """Whole subtrees, by GETBULK or in v1 by GETNEXT, but at most so many rows."""
        found: Reading = {}
        for root in below:
            head = cursor = arcs(root)
            while cursor and len(found) < most:
                cursor = _take(self._following(cursor), head, found)
        return found

    def get(self, oids: Sequence[Arcs]) -> Reading:
        """Known instances, portion by portion."""
        found: Reading = {}
        for at in range(0, len(oids), PORTION):
            asked = self._protocol.GetRequestPDU()
            self._protocol.apiPDU.set_defaults(asked)
            found |= dict(self._ask(asked, oids[at : at + PORTION]))
        return found

    def _following(self, cursor: Arcs) -> list[tuple[Arcs, Plain]]:
        protocol = self._protocol
        if protocol is api.PROTOCOL_MODULES[api.SNMP_VERSION_1]:
            asked = protocol.GetNextRequestPDU()
            protocol.apiPDU.set_defaults(asked)
        else:
            asked = protocol.GetBulkRequestPDU()
            protocol.apiBulkPDU.set_defaults(asked)
            protocol.apiBulkPDU.set_non_repeaters(asked, 0)
            protocol.apiBulkPDU.set_max_repetitions(asked, REPETITIONS)
        return self._ask(asked, [cursor])

    def _ask(self, asked: univ.Sequence, oids: Sequence[Arcs]) -> list[tuple[Arcs, Plain]]:
        protocol = self._protocol
        protocol.apiPDU.set_varbinds(asked, [(oid, protocol.Null("")) for oid in oids])
        message = protocol.Message()
        protocol.apiMessage.set_defaults(message)
        protocol.apiMessage.set_community(message, self._community)
        protocol.apiMessage.set_pdu(message, asked)
        self._socket.sendto(encoder.encode(message), self._address)
        answer, rest = decoder.decode(self._socket.recv(65535), asn1Spec=protocol.Message())
        pdu = protocol.apiMessage.get_pdu(answer)
        status = int(protocol.apiPDU.get_error_status(pdu))
        if rest or status not in (0, _NO_SUCH_NAME):
            raise RuntimeError(f"pysnmp: error status {status}, {len(rest)} bytes left over")
        rows = [] if status else protocol.apiPDU.get_varbinds(pdu)
        return [(tuple(oid), pysnmp_value(value)) for oid, value in rows]


def pysnmp_walk(address: tuple[str, int], community: str, below: Sequence[str]) -> Reading:
    """Whole subtrees of a v2c agent by pysnmp's codec; for a process of its own, as it takes longest."""
    theirs = Pysnmp(address, community)
    try:
        return theirs.walk(below)
    finally:
        theirs.close()


def _take(rows: Sequence[tuple[Arcs, Plain]], head: Arcs, found: Reading) -> Arcs:
    """Keep the rows of an answer that are below `head`; where to go on, () at the end."""
    last: Arcs = ()
    for oid, value in rows:
        if oid[: len(head)] != head or value[0] in _ABSENT:
            return ()
        found[oid] = value
        last = oid
    return last


def pysnmp_value(value: object) -> Plain:
    """A value of pysnmp's in the common form."""
    tags = value.tagSet[0]  # type: ignore[attr-defined]
    tag = tags.tagClass | tags.tagFormat | tags.tagId
    if isinstance(value, univ.Integer):
        return tag, int(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tag, str(value)
    return tag, bytes(value) if isinstance(value, univ.OctetString) else b""


class PysnmpV3:
    """pysnmp's own engine, one for all agents: what v3 needs."""

    def __init__(self, user: UsmUserData) -> None:
        self._engine = PysnmpEngine()
        self._user = user

    def close(self) -> None:
        """Close its sockets."""
        self._engine.close_dispatcher()

    async def walk(self, address: tuple[str, int], context: str, below: Sequence[str]) -> Reading:
        """Whole subtrees of a context by GETBULK."""
        found: Reading = {}
        where = await UdpTransportTarget.create(address, timeout=_PATIENCE, retries=0)
        inside = ContextData(contextName=context.encode())
        for root in below:
            head = cursor = arcs(root)
            while cursor:
                name = ObjectType(ObjectIdentity(cursor))
                fault, status, _, rows = await bulk_cmd(
                    self._engine, self._user, where, inside, 0, REPETITIONS, name, lookupMib=False
                )
                if fault or status:
                    raise RuntimeError(f"pysnmp: {fault or status}")
                cursor = _take([(tuple(oid), pysnmp_value(value)) for oid, value in rows], head, found)
        return found


def net_snmp(command: str, options: Sequence[str], address: tuple[str, int], *words: str) -> Reading:
    """What one of net-snmp's tools reads: raw numbers, octets in hexadecimal, no MIBs."""
    line = [command, "-m", "", "-On", "-Ox", "-Oe", "-Ot", "-OU", "-t", str(_PATIENCE), "-r", "0"]
    line += [*options, f"{address[0]}:{address[1]}", *words]
    done = subprocess.run(line, capture_output=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return dict(_rows(done.stdout.decode("latin-1")))


def net_snmp_walk(
    options: Sequence[str], address: tuple[str, int], below: Sequence[str], bulk: bool
) -> Reading:
    """Whole subtrees by snmpbulkwalk, or by snmpwalk (GETNEXT)."""
    command = ["snmpbulkwalk", f"-Cr{REPETITIONS}"] if bulk else ["snmpwalk"]
    found: Reading = {}
    for root in below:
        found |= net_snmp(command[0], [*command[1:], *options], address, root)
    return found


def _rows(output: str) -> Iterator[tuple[Arcs, Plain]]:
    for text in re.split(r"\n(?=\.\d)", output.rstrip("\n")):
        matched = _ROW.fullmatch(text)
        if matched is None:
            if text and not text.startswith("No more variables"):
                raise RuntimeError(f"net-snmp wrote a row that is not understood: {text[:200]}")
            continue
        value = net_snmp_value(matched[2])
        if value is not None:
            yield arcs(matched[1]), value


def net_snmp_value(text: str) -> Plain | None:
    """A value as the tools print it; None for the three exceptions of RFC 3416."""
    if text.startswith(("No Such ", "No more variables")):
        return None
    if text == "NULL":
        return 0x05, b""
    if text == '""':
        return 0x04, b""
    if text.isdigit():
        return _TIME_TICKS, int(text)
    matched = _TYPED.fullmatch(text)
    if matched is None or matched[1] not in _TAGS:
        raise RuntimeError(f"net-snmp wrote a value that is not understood: {text[:200]}")
    return _content(_TAGS[matched[1]], matched[1], matched[2])


def _content(tag: int, word: str, text: str) -> Plain:
    if word == "OID":
        return tag, text.lstrip(".")
    if word == "IpAddress":
        return tag, bytes(map(int, text.split(".")))
    if tag == 0x04 or word == "OPAQUE":
        return tag, bytes.fromhex(text) if word != "STRING" else text.strip('"').encode("latin-1")
    return tag, int(text) if text else b""


def disagreements(name: str, told: Mapping[str, Reading], known: Mapping[Arcs, str]) -> list[str]:
    """A sentence for each OID of a recording on which not all say the same, beside those that are known."""
    (first, reference), *others = told.items()
    found = []
    for other, reading in others:
        if reading == reference:
            continue
        for oid in sorted(reference.keys() | reading.keys()):
            if reference.get(oid) != reading.get(oid) and oid not in known:
                where = ".".join(map(str, oid))
                found.append(
                    f"{name}, {where}: {first} says {_shown(reference.get(oid))}, {other} {_shown(reading.get(oid))}"
                )
    return found


def _shown(value: Plain | None) -> str:
    return "nothing" if value is None else f"0x{value[0]:02x} {value[1]!r}"

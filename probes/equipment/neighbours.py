"""Who is at the other end, as LLDP (IEEE 802.1AB) and CDP tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from probes.equipment import labels
from probes.equipment.answers import Answers, Tally, words
from probes.equipment.indexes import address, mac
from probes.equipment.schema import Neighbours
from probes.transports.snmp.contract import OCTET_STRING, Index, Value

# LldpChassisIdSubtype and LldpPortIdSubtype: which are hardware and which are network addresses.
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_MAC, _PORT_ADDRESS = 3, 4
_MAC_OCTETS = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A neighbour at a local port; '' for what it does not tell of itself."""

    protocol: str
    local: str
    name: str
    chassis: str
    port: str
    description: str
    platform: str
    address: str


def neighbours(table: Neighbours, answers: Answers, tally: Tally) -> Iterator[Neighbour]:
    """The neighbours of a table, one by row."""
    for index in answers.column(table.port):
        local = labels.label(table, index, answers, tally)
        if local is None:
            tally.drop("index")
            continue
        yield Neighbour(
            table.protocol,
            local,
            _text(table.name, index, answers, tally),
            _identifier(
                (table.chassis, table.chassis_type), index, answers, tally, (_CHASSIS_MAC, _CHASSIS_ADDRESS)
            ),
            _identifier((table.port, table.port_type), index, answers, tally, (_PORT_MAC, _PORT_ADDRESS)),
            _text(table.description, index, answers, tally),
            _text(table.platform, index, answers, tally),
            _address(_value(table.address, index, answers)),
        )


def needed(table: Neighbours) -> Iterator[str]:
    """The columns that a table asks for, each with .*"""
    columns = (
        table.name,
        table.chassis,
        table.chassis_type,
        table.port,
        table.port_type,
        table.description,
        table.platform,
        table.address,
        *labels.needed(table),
    )
    yield from (f"{column}.*" for column in columns if column)


def _value(column: str, index: Index, answers: Answers) -> Value | None:
    return answers.column(column).get(index) if column else None


def _text(column: str, index: Index, answers: Answers, tally: Tally) -> str:
    return words(_value(column, index, answers), tally.code_page)


def _identifier(
    columns: tuple[str, str], index: Index, answers: Answers, tally: Tally, subtypes: tuple[int, int]
) -> str:
    value, kind = (_value(column, index, answers) for column in columns)
    octets = _octets(value)
    subtype = kind[1] if kind is not None else None
    if octets and subtype == subtypes[0] and len(octets) == _MAC_OCTETS:
        return mac(octets)
    if octets and subtype == subtypes[1]:
        # An address family number stands before the address.
        return address(octets[1:])
    return words(value, tally.code_page)


def _address(value: Value | None) -> str:
    octets = _octets(value)
    return address(octets) if octets else ""


def _octets(value: Value | None) -> bytes:
    return value[1] if value is not None and value[0] == OCTET_STRING and isinstance(value[1], bytes) else b""

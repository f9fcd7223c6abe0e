"""What devices know of others: their ARP and neighbour tables, and which hardware address stands behind which port.

Objects of IP-MIB (RFC 4293), its older ipNetToMediaTable (RFC 1213), BRIDGE-MIB (RFC 4188), Q-BRIDGE-MIB (RFC 4363).
Pure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from netwatch.discovery.contract import Hint, Place
from probes.equipment.answers import Answers, words
from probes.equipment.indexes import address, mac
from probes.transports.snmp.contract import INTEGER, OCTET_STRING, Index, Value

ARP = "1.3.6.1.2.1.4.22.1.2"
NEIGHBOURS = "1.3.6.1.2.1.4.35.1.4"
VLAN_PORTS = "1.3.6.1.2.1.17.7.1.2.2.1.2"
PORTS = "1.3.6.1.2.1.17.4.3.1.2"
PORT_INTERFACES = "1.3.6.1.2.1.17.1.4.1.2"
NAMES = "1.3.6.1.2.1.31.1.1.1.1"
COLUMNS = (ARP, NEIGHBOURS, VLAN_PORTS, PORTS, PORT_INTERFACES, NAMES)

# Of one device so many are kept; a core router of a province knows some thousands.
MOST_HINTS = 5_000
_MAC_OCTETS = 6
# Behind a port with more than so many there is another switch, which knows better.
_MOST_BEHIND_PORT = 4
_LENGTHS = {1: 4, 2: 16}


def hints(by: Place, answers: Answers) -> tuple[Hint, ...]:
    """The addresses and hardware addresses a device tells of, at most `MOST_HINTS`, each pair once."""
    behind = dict(_behind(answers))
    found: dict[tuple[str, str], Hint] = {}
    for told, hardware in _addresses(answers):
        found.setdefault((told, hardware), Hint(by, hardware, told, behind.get(hardware, "")))
        if len(found) == MOST_HINTS:
            break
    met = {hint.mac for hint in found.values()}
    alone = (Hint(by, hardware, "", port) for hardware, port in behind.items() if hardware not in met)
    return (*found.values(), *alone)[:MOST_HINTS]


def _addresses(answers: Answers) -> Iterator[tuple[str, str]]:
    for index, value in answers.column(ARP).items():
        yield from _pair(_octets(index[1:5]), value)
    for index, value in answers.column(NEIGHBOURS).items():
        # ifIndex, InetAddressType, length, octets.
        if len(index) > 3 and _LENGTHS.get(index[1]) == index[2] == len(index) - 3:
            yield from _pair(_octets(index[3:]), value)


def _pair(told: bytes, value: Value) -> Iterator[tuple[str, str]]:
    hardware = value[1] if value[0] == OCTET_STRING and isinstance(value[1], bytes) else b""
    if (
        len(hardware) == _MAC_OCTETS
        and any(hardware)
        and not hardware[0] & 1
        and len(told) in _LENGTHS.values()
    ):
        yield address(told), mac(hardware)


def _octets(arcs: Index) -> bytes:
    return bytes(arcs) if all(arc < 256 for arc in arcs) else b""


def _behind(answers: Answers) -> Iterator[tuple[str, str]]:
    """Hardware addresses with the name of the port they are behind, where few are."""
    bridged = dict(_bridged(answers))
    crowd = Counter(bridged.values())
    names = _port_names(answers)
    for hardware, port in bridged.items():
        if crowd[port] <= _MOST_BEHIND_PORT:
            yield mac(hardware), names.get(port, str(port))


def _bridged(answers: Answers) -> Iterator[tuple[bytes, int]]:
    for column in (PORTS, VLAN_PORTS):
        for index, (tag, port) in answers.column(column).items():
            hardware = _octets(index[-_MAC_OCTETS:])
            if tag == INTEGER and isinstance(port, int) and port > 0 and len(hardware) == _MAC_OCTETS:
                yield hardware, port


def _port_names(answers: Answers) -> Mapping[int, str]:
    names = answers.column(NAMES)
    found = {}
    for index, (_, interface) in answers.column(PORT_INTERFACES).items():
        if len(index) == 1 and isinstance(interface, int):
            found[index[0]] = words(names.get((interface,))) or str(index[0])
    return found

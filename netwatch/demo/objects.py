"""What the agents of the synthetic devices offer: which objects, in which order, with which values.

Objects: SNMPv2-MIB system group, IF-MIB ifTable and ifXTable, digital inputs, IP SLA operations, and what
`netwatch.demo.makes` knows of single makes. A layout is shared by all devices of one shape.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from inventory.snapshot import Device, Line
from netwatch.demo.catalogue import IP_SLA_OK, IP_SLA_SENSE, IP_SLA_TIMEOUT, MODELS, Model
from netwatch.demo.dice import Dice
from netwatch.demo.glance import Glance, Read, constant, integer, text
from netwatch.demo.makes import objects_of
from netwatch.demo.meters import MEAN_PACKET, Flow, rates
from netwatch.demo.world import Reality
from probes.transports.snmp.ber import arcs, encode_integer, encode_oid, tlv
from probes.transports.snmp.contract import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    TIME_TICKS,
)

SYSTEM = "1.3.6.1.2.1.1"
INTERFACES = "1.3.6.1.2.1.2"
EXTENDED = "1.3.6.1.2.1.31.1.1.1"
UP, DOWN = 1, 2
ETHERNET = 6
# RFC 3418: datalink and subnetwork, internet, end-to-end and applications add up by layer.
_SERVICES = {"router": 78, "switch": 3, "firewall": 78}
_WRAP32 = 2**32
_LAN_SHARE = 1_000_000
_PORT_DICE = Dice(0)


Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Objects in the order of their OIDs: `keys` for comparing, `oids` for the wire, `reads` for the values."""

    keys: tuple[Key, ...]
    oids: tuple[bytes, ...]
    reads: tuple[Read, ...]


def layout_of(device: Device, reality: Reality) -> Layout:
    """The layout of a device's agent."""
    operations = reality.region.operations.get(device.id, ())
    numbers = tuple(int((line.witness_oid or "0").rpartition(".")[2]) for line in operations)
    return _layout(device.model or "", numbers)


@cache
def _layout(model: str, operations: tuple[int, ...]) -> Layout:
    offered = [(encode_oid(oid), read) for oid, read in _offered(model, MODELS[model], operations)]
    ordered = sorted((arcs(oid), oid, place) for place, (oid, _) in enumerate(offered))
    return Layout(
        tuple(key for key, _, _ in ordered),
        tuple(oid for _, oid, _ in ordered),
        tuple(offered[place][1] for _, _, place in ordered),
    )


def _offered(name: str, model: Model, operations: tuple[int, ...]) -> Iterator[tuple[str, Read]]:
    for number, read in enumerate(_SYSTEM, start=1):
        yield f"{SYSTEM}.{number}.0", read
    yield f"{INTERFACES}.1.0", constant(integer(model.ports))
    for port in range(model.ports):
        for column, read_port in _PORT_COLUMNS.items():
            yield f"{column}.{port + 1}", partial(read_port, port)
    yield from objects_of(name).items()
    if model.input:
        yield model.input.oid, _input
    for number in operations:
        yield f"{IP_SLA_SENSE}.{number}", partial(_operation, number)


def _ticks(glance: Glance) -> bytes:
    return encode_integer(int((glance.now - glance.booted) * 100) % _WRAP32, TIME_TICKS)


_SYSTEM: tuple[Read, ...] = (
    lambda glance: text(f"{glance.model.vendor} {glance.device.model} (synthetic, netwatch demo)"),
    lambda glance: tlv(OBJECT_IDENTIFIER, encode_oid(glance.model.object_id)),
    _ticks,
    lambda _: text("netwatch demo"),
    lambda glance: text(glance.device.id),
    lambda glance: text(glance.reality.region.inventory.of("site")[glance.device.site].name),
    lambda glance: integer(_SERVICES.get(glance.device.kind, 72)),
)


def _line_at(glance: Glance, port: int) -> Line | None:
    ends = glance.reality.region.ends.get((glance.device.id, glance.model.port_name(port)), ())
    return glance.reality.region.inventory.of("line")[ends[0]] if ends else None


def _in_use(glance: Glance, port: int) -> bool:
    """The first half of the ports has something plugged in, some of the others too; a line's port always has."""
    first_half = port * 2 < glance.model.ports
    return first_half or bool(_line_at(glance, port)) or _PORT_DICE.share(f"{glance.device.id}/{port}") < 0.5


def _is_up(glance: Glance, port: int) -> bool:
    name = glance.model.port_name(port)
    return _in_use(glance, port) and glance.reality.port_up(glance.device.id, name)


def _octets(glance: Glance, port: int) -> tuple[int, int]:
    line = _line_at(glance, port)
    capacity = (line.bandwidth_down if line else None) or _LAN_SHARE
    into, out = rates(_PORT_DICE, f"{glance.device.id}/{port}", capacity)
    flow = Flow(into, out, _is_up(glance, port))
    return glance.meters.read(glance.device.id, port, flow, glance.booted, glance.now)


def _name(port: int, glance: Glance) -> bytes:
    return text(glance.model.port_name(port))


def _alias(port: int, glance: Glance) -> bytes:
    line = _line_at(glance, port)
    return text(line.name[:64] if line else "")


def _physical(port: int, glance: Glance) -> bytes:
    # A locally administered address, unique as device addresses are.
    octets = bytes(map(int, (glance.device.address or "0.0.0.0").split(".")))  # noqa: S104 - not bound to
    return tlv(OCTET_STRING, b"\x02" + octets + bytes((port + 1,)))


def _speed(port: int, glance: Glance) -> bytes:  # noqa: ARG001 - one shape for all columns
    return encode_integer(min(glance.model.speed, _WRAP32 - 1), GAUGE32)


def _high_speed(port: int, glance: Glance) -> bytes:  # noqa: ARG001
    return encode_integer(glance.model.speed // 1_000_000, GAUGE32)


def _status(port: int, glance: Glance) -> bytes:
    return integer(UP if _is_up(glance, port) else DOWN)


def _counter(direction: int, per: int, tag: int, port: int, glance: Glance) -> bytes:
    value = _octets(glance, port)[direction] // per
    return encode_integer(value % _WRAP32 if tag == COUNTER32 else value, tag)


def _same(value: bytes) -> Callable[[int, Glance], bytes]:
    return lambda _port, _glance: value


_NONE32 = _same(encode_integer(0, COUNTER32))
_PORT_COLUMNS: dict[str, Callable[[int, Glance], bytes]] = {
    f"{INTERFACES}.2.1.1": lambda port, _: integer(port + 1),
    f"{INTERFACES}.2.1.2": _name,
    f"{INTERFACES}.2.1.3": _same(integer(ETHERNET)),
    f"{INTERFACES}.2.1.4": _same(integer(1500)),
    f"{INTERFACES}.2.1.5": _speed,
    f"{INTERFACES}.2.1.6": _physical,
    f"{INTERFACES}.2.1.7": _same(integer(UP)),
    f"{INTERFACES}.2.1.8": _status,
    f"{INTERFACES}.2.1.9": _same(encode_integer(0, TIME_TICKS)),
    f"{INTERFACES}.2.1.10": partial(_counter, 0, 1, COUNTER32),
    f"{INTERFACES}.2.1.11": partial(_counter, 0, MEAN_PACKET, COUNTER32),
    f"{INTERFACES}.2.1.13": _NONE32,
    f"{INTERFACES}.2.1.14": _NONE32,
    f"{INTERFACES}.2.1.16": partial(_counter, 1, 1, COUNTER32),
    f"{INTERFACES}.2.1.17": partial(_counter, 1, MEAN_PACKET, COUNTER32),
    f"{INTERFACES}.2.1.19": _NONE32,
    f"{INTERFACES}.2.1.20": _NONE32,
    f"{EXTENDED}.1": _name,
    f"{EXTENDED}.6": partial(_counter, 0, 1, COUNTER64),
    f"{EXTENDED}.7": partial(_counter, 0, MEAN_PACKET, COUNTER64),
    f"{EXTENDED}.10": partial(_counter, 1, 1, COUNTER64),
    f"{EXTENDED}.11": partial(_counter, 1, MEAN_PACKET, COUNTER64),
    f"{EXTENDED}.15": _high_speed,
    f"{EXTENDED}.18": _alias,
    f"{EXTENDED}.19": _same(encode_integer(0, TIME_TICKS)),
}


def _input(glance: Glance) -> bytes:
    wired, protector = glance.model.input, glance.reality.region.protectors.get(glance.device.id)
    assert wired is not None
    closed = protector is None or glance.reality.closed(protector)
    return integer(wired.closed if closed else wired.open)


def _operation(number: int, glance: Glance) -> bytes:
    operations = glance.reality.region.operations[glance.device.id]
    line = next(line for line in operations if (line.witness_oid or "").endswith(f".{number}"))
    return integer(IP_SLA_OK if line.id in glance.reality.carrying else IP_SLA_TIMEOUT)

"""What else a device speaks: `name[:port][/rest]`, such as `sip`, `h323:1721`, `rtsp:8554/stream1`. Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from inventory.faults import CellFault
from inventory.snapshot import Device

# The ports these names mean when none is written: IANA's registry, and for Yealink's control port its makers' API.
PORTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ssh": 22,
        "sip": 5060,
        "sip-tcp": 5060,
        "sips": 5061,
        "h323": 1720,
        "xapi": 443,
        "xapi-http": 80,
        "yealink": 6024,
        "rtsp": 554,
        "modbus": 502,
        "http": 80,
        "https": 443,
    }
)
MAX_REST: Final = 200

_PROTOCOL = re.compile(r"([A-Za-z0-9-]{1,20})(?::([0-9]{1,9}))?(?:/(\S*))?", re.ASCII)


class Protocol(NamedTuple):
    """One of them: `rest` is what follows the first '/', such as the path of a stream; '' when nothing does."""

    name: str
    port: int
    rest: str = ""


def read_protocol(text: str) -> Protocol:
    """What a text names; raises CellFault."""
    match = _PROTOCOL.fullmatch(text)
    if match is None or len(match[3] or "") > MAX_REST or not text.isprintable():
        raise CellFault("not_a_protocol", value=text)
    name = match[1].lower()
    if name not in PORTS:
        raise CellFault("unknown_protocol", value=match[1])
    port = int(match[2]) if match[2] else PORTS[name]
    if not 1 <= port <= 65535:
        raise CellFault("protocol_port", value=text, port=port)
    return Protocol(name, port, match[3] or "")


def protocols(device: Device) -> tuple[Protocol, ...]:
    """All that a device speaks, in the order of its cell."""
    return tuple(map(read_protocol, device.protocols))


def protocol(device: Device, name: str) -> Protocol | None:
    """The first of a name; None when the device does not speak it."""
    return next((each for each in protocols(device) if each.name == name), None)

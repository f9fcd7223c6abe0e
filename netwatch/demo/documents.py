"""What devices of the synthetic province tell in documents and registers. Pure.

Forms: Cisco's xAPI `/Status` (CE9), Yealink's line API (V1.08), Modbus Application Protocol V1.1b3.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

from inventory.snapshot import Device
from netwatch.demo.world import Reality

# Celsius and strikes.
_CABINET, _ROOM, STRIKES = 26.4, 23.6, 7
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2
_EXCEPTION = 0x80
_READS = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}


def contact_closed(device: Device, reality: Reality) -> bool:
    """Whether the contact that a digital input device reads is closed."""
    protector = reality.region.protectors.get(device.id)
    return protector is None or reality.closed(protector)


def inputs(device: Device, reality: Reality) -> str:
    """The state page of a digital input device."""
    closed = int(contact_closed(device, reality))
    return (
        f'<?xml version="1.0"?><state><digitalInput1>{closed}</digitalInput1>'
        f"<sensor1>{round(_ROOM * 10)}</sensor1></state>"
    )


def codec(device: Device, reality: Reality) -> str:
    """The status of a codec that is in a conference with the centre."""
    lost = device.id in reality.world.unregistered
    channels = "".join(
        f'<Channel item="{number}"><Direction>{direction}</Direction><Type>{kind}</Type><Netstat>'
        f"<Jitter>{jitter}</Jitter><LastIntervalLost>1</LastIntervalLost>"
        "<LastIntervalReceived>998</LastIntervalReceived><RoundTripTime>36</RoundTripTime></Netstat></Channel>"
        for number, (direction, kind, jitter) in enumerate(_CHANNELS, start=1)
    )
    return (
        '<?xml version="1.0"?><Status product="Cisco Codec" version="ce9.15 (SAMPLE)">'
        '<Call item="1"><Status>Connected</Status></Call>'
        f'<MediaChannels><Call item="1">{channels}</Call></MediaChannels>'
        f'<SIP><Registration item="1"><Status>{"Failed" if lost else "Registered"}</Status></Registration></SIP>'
        "<H323><Gatekeeper><Status>Inactive</Status></Gatekeeper></H323>"
        "<Standby><State>Off</State></Standby>"
        f"<SystemUnit><Hardware><Module><SerialNumber>{escape(device.serial or '')}</SerialNumber></Module>"
        f"<Temperature>54.0</Temperature></Hardware><ProductPlatform>{escape(device.model or '')}</ProductPlatform>"
        "<Software><Version>ce9.15 (SAMPLE)</Version></Software><Uptime>86400</Uptime></SystemUnit></Status>"
    )


_CHANNELS = (
    ("Incoming", "Audio", 4),
    ("Outgoing", "Audio", 3),
    ("Incoming", "Video", 7),
    ("Outgoing", "Video", 6),
)


def line_api(command: str, device: Device) -> str:
    """What an endpoint with the line API answers; '' to what it does not know."""
    model = (device.model or "").replace('"', "")
    return _LINES.get(command.strip().lower(), "").format(model=model)


_LINES: Mapping[str, str] = MappingProxyType(
    {
        "sysstatus get": 'sysstatus get "talking"\r\n',
        "callinfo all": (
            'callinfo all "AJrRecv:5ms" "AtplpRecv:0%" "AJrSend:4ms" "AtplpSend:0%" '
            '"VJrRecv:8ms" "VtplpRecv:0%" "VJrSend:7ms" "VtplpSend:0%"\r\n'
        ),
        "version": 'version "model:{model}" "firmware:30.51 (SAMPLE)"\r\n',
    }
)


def registers(device: Device, reality: Reality) -> Mapping[str, Mapping[int, int]]:
    """What a Modbus device holds: bits and registers of 16 bits by function and address."""
    return {
        "coil": {},
        "discrete": {0: int(contact_closed(device, reality)), 1: 1},
        "holding": {16: 0, 17: STRIKES},
        "input": {0: round(_CABINET * 10)},
    }


def modbus(asked: bytes, held: Mapping[str, Mapping[int, int]]) -> bytes:
    """The answering PDU to a request's PDU, which may be any bytes."""
    function = asked[0] if asked else 0
    if function not in _READS or len(asked) != 5:
        return bytes((function | _EXCEPTION, _ILLEGAL_FUNCTION))
    first, count = struct.unpack(">HH", asked[1:])
    kind = _READS[function]
    wanted = range(first, first + min(count, 100))
    if not wanted or any(address not in held[kind] for address in wanted):
        return bytes((function | _EXCEPTION, _ILLEGAL_ADDRESS))
    values = [held[kind][address] for address in wanted]
    body = _bits(values) if kind in ("coil", "discrete") else struct.pack(f">{len(values)}H", *values)
    return bytes((function, len(body))) + body


def _bits(values: list[int]) -> bytes:
    packed = sum(bool(value) << place for place, value in enumerate(values))
    return packed.to_bytes(-(-len(values) // 8), "little")

"""Points: one value that a device offers, as people write it in a sheet. Pure, bounded before it is looked at.

    snmp:1.3.6.1.4.1.8691.10.2210.10.1.1.4.0       (a number may be scaled: ?scale=0.1)
    modbus:1/discrete/0            modbus:1/holding/20?type=f32&words=little&scale=0.1
    http:/state.xml#digitalInput1  https:8443/state.json#count3?scale=0.5

Addresses of Modbus are those on the wire, from 0 (Modbus Application Protocol 1.1b3, section 4.4): what a manual
calls 10001 is `discrete/0`, 40001 is `holding/0`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from inventory.faults import CellFault

MAX_POINT: Final = 500
MIN_SCALE: Final = 1e-9
MAX_SCALE: Final = 1e9
MAX_OID_ARCS: Final = 128  # RFC 2578, section 3.5
MAX_OID_ARC: Final = 2**32 - 1
FUNCTIONS: Final = ("coil", "discrete", "holding", "input")
TYPES: Final = ("bit", "u16", "i16", "u32", "i32", "f32")
ORDERS: Final = ("big", "little")

_OID = re.compile(r"\.?([0-2](?:\.[0-9]{1,10})+)")
_MODBUS = re.compile(r"(\d{1,5})/([a-z]+)/(\d{1,9})(?:\?(.*))?", re.ASCII)
_HTTP = re.compile(r"(\d{1,9})?(/[^\s#]*)#([^\s#?]+)(?:\?(\S*))?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_MASK = re.compile(r"0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10}")
_SCALE = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?(?:[eE][+-]?[0-9]{1,2})?")
_MODBUS_OPTIONS = ("type", "bytes", "words", "scale", "mask")


@dataclass(frozen=True, slots=True)
class SnmpPoint:
    """One SNMP object, with its instance."""

    oid: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class ModbusPoint:
    """A bit or register of a Modbus unit; `type` None is the function's own: a bit, or an unsigned 16 bit number.

    The value is (raw & mask, shifted down to the lowest bit of the mask) * scale.
    """

    unit: int
    function: str
    address: int
    type: str | None = None
    bytes: str = "big"
    words: str = "big"
    scale: float = 1.0
    mask: int | None = None


@dataclass(frozen=True, slots=True)
class HttpPoint:
    """The value of a name in an XML or JSON page of the device; `port` None is the scheme's own."""

    scheme: str
    port: int | None
    path: str
    name: str
    scale: float = 1.0


Point: TypeAlias = SnmpPoint | ModbusPoint | HttpPoint


def read_point(text: str) -> Point:
    """The point a text names; raises CellFault."""
    scheme, colon, rest = text.partition(":")
    if len(text) > MAX_POINT:
        raise CellFault("too_long", limit=MAX_POINT)
    if not colon:
        raise CellFault("not_a_point", value=text)
    if scheme == "snmp":
        oid, mark, options = rest.partition("?")
        return SnmpPoint(read_oid(oid), _scale(_options(options if mark else None, ("scale",))))
    if scheme == "modbus":
        return _modbus(text, rest)
    if scheme in ("http", "https"):
        return _http(text, scheme, rest)
    raise CellFault("not_a_point", value=text)


def read_oid(text: str) -> str:
    """An object identifier without a leading dot and without leading zeros; raises CellFault."""
    match = _OID.fullmatch(text)
    arcs = [int(arc) for arc in match[1].split(".")] if match else []
    if not 2 <= len(arcs) <= MAX_OID_ARCS or max(arcs) > MAX_OID_ARC or (arcs[0] < 2 and arcs[1] > 39):
        raise CellFault("not_an_oid", value=text)
    return ".".join(map(str, arcs))


def _modbus(text: str, rest: str) -> ModbusPoint:
    match = _MODBUS.fullmatch(rest)
    if match is None or match[2] not in FUNCTIONS:
        raise CellFault("not_a_modbus_point", value=text, functions=", ".join(FUNCTIONS))
    unit, address = _whole(match[1], "unit", 255), _whole(match[3], "address", 65535)
    options = _options(match[4], _MODBUS_OPTIONS)
    point = ModbusPoint(
        unit,
        match[2],
        address,
        _one_of(options, "type", TYPES, None),
        _one_of(options, "bytes", ORDERS, "big") or "big",
        _one_of(options, "words", ORDERS, "big") or "big",
        _scale(options),
        _mask(options),
    )
    _fits(text, point)
    return point


def _fits(text: str, point: ModbusPoint) -> None:
    """What a bit cannot have, and the last register that a number of 32 bits may begin at."""
    bits = point.function in ("coil", "discrete")
    if bits and (point.type not in (None, "bit") or point.mask is not None):
        raise CellFault("point_of_bits", value=text, function=point.function)
    if point.type == "f32" and point.mask is not None:
        raise CellFault("point_masks_float", value=text)
    wide = point.type in ("u32", "i32", "f32")
    if point.mask is not None and point.mask > (0xFFFFFFFF if wide else 0xFFFF):
        raise CellFault("point_option", option="mask", value=hex(point.mask), allowed="0x1-0xFFFF")
    if wide and point.address == 65535:
        raise CellFault("point_option", option="address", value="65535", allowed="0-65534")


def _http(text: str, scheme: str, rest: str) -> HttpPoint:
    match = _HTTP.fullmatch(rest)
    if match is None or not _NAME.fullmatch(match[3]):
        raise CellFault("not_an_http_point", value=text)
    port = _whole(match[1], "port", 65535, low=1) if match[1] else None
    return HttpPoint(scheme, port, match[2], match[3], _scale(_options(match[4], ("scale",))))


def _whole(text: str, option: str, high: int, low: int = 0) -> int:
    if not low <= int(text) <= high:
        raise CellFault("point_option", option=option, value=text, allowed=f"{low}-{high}")
    return int(text)


def _options(text: str | None, known: tuple[str, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        if name not in known or name in found:
            raise CellFault("point_unknown_option", value=part, allowed=", ".join(known))
        found[name] = value
    return MappingProxyType(found)


def _one_of(
    options: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str | None
) -> str | None:
    value = options.get(name, default)
    if value is not None and value not in allowed:
        raise CellFault("point_option", option=name, value=value, allowed=", ".join(allowed))
    return value


def _scale(options: Mapping[str, str]) -> float:
    text = options.get("scale", "1")
    scale = float(text) if _SCALE.fullmatch(text) else 0.0
    if not MIN_SCALE <= abs(scale) <= MAX_SCALE:
        raise CellFault("point_option", option="scale", value=text, allowed="0.1, 10, -1")
    return scale


def _mask(options: Mapping[str, str]) -> int | None:
    text = options.get("mask")
    if text is None:
        return None
    mask = int(text, 0 if text[:2].lower() == "0x" else 10) if _MASK.fullmatch(text) else 0
    if not 0 < mask <= 0xFFFFFFFF:
        raise CellFault("point_option", option="mask", value=text, allowed="0x0001-0xFFFFFFFF")
    return mask


def text_of_point(point: Point) -> str:
    """The shortest text that reads back as the same point."""
    if isinstance(point, SnmpPoint):
        return f"snmp:{point.oid}" + (f"?scale={point.scale!r}" if point.scale != 1 else "")
    if isinstance(point, HttpPoint):
        scale = f"?scale={point.scale!r}" if point.scale != 1 else ""
        return f"{point.scheme}:{point.port or ''}{point.path}#{point.name}{scale}"
    given = {"type": point.type, "bytes": point.bytes, "words": point.words}
    default = {"type": None, "bytes": "big", "words": "big"}
    options = [f"{name}={value}" for name, value in given.items() if value != default[name]]
    options += [f"scale={point.scale!r}"] if point.scale != 1 else []
    options += [f"mask={point.mask:#06x}"] if point.mask is not None else []
    return f"modbus:{point.unit}/{point.function}/{point.address}" + (
        "?" + "&".join(options) if options else ""
    )

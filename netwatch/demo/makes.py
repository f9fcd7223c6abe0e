"""What agents of known makes offer beside the general MIBs: firewalls, UPS, endpoints, rooms. Pure.

Objects: ENTITY-MIB (RFC 6933) of switches and routers, UPS-MIB (RFC 1628), PowerNet-MIB (upsBasic..., upsAdv...,
uioSensorStatusTable, uioInputStatusTable), FORTINET-FORTIGATE-MIB, POLYCOM-ENDPOINT-MIB.
"""

from collections.abc import Mapping
from types import MappingProxyType

from netwatch.demo.catalogue import (
    LARGE_ROUTER,
    LARGE_SWITCH,
    OLD_SWITCH,
    POLY_IN_CALL,
    REGISTRATION_FAILED,
    REGISTRATION_OK,
    SIP_REGISTRATION,
    SMALL_ROUTER,
    SMALL_SWITCH,
)
from netwatch.demo.glance import Glance, Read, constant, gauge, integer, text
from probes.transports.snmp.ber import encode_integer
from probes.transports.snmp.contract import COUNTER32, TIME_TICKS

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
UPS = "1.3.6.1.2.1.33.1"
APC = "1.3.6.1.4.1.318.1.1"
FORTINET = "1.3.6.1.4.1.12356"
POLY = "1.3.6.1.4.1.13885.101.1"
ROOM_TEMPERATURE, ROOM_HUMIDITY = f"{APC}.25.1.2.1.6.1.1", f"{APC}.25.1.2.1.7.1.1"
# A battery lasts 90 minutes at the load it has. That the story need not last as long, each second counts as 18.
RUNTIME = 90 * 60
_HASTE = 18

Objects = Mapping[str, Read]


def _serial(glance: Glance) -> bytes:
    return text(glance.device.serial or "")


def _model(glance: Glance) -> bytes:
    return text(glance.device.model or "")


def runtime_left(glance: Glance) -> int:
    """Seconds that the battery of a UPS still lasts."""
    return max(60, RUNTIME - int(glance.without_mains * _HASTE))


def _charge(glance: Glance) -> int:
    return 100 * runtime_left(glance) // RUNTIME


def _by_source(mains: int, battery: int) -> Read:
    return lambda glance: integer(battery if glance.on_battery else mains)


# On mains: battery normal, none of its time used, 100 % charged, 54.0 V, 26 degrees; 220 V out, 35 % load.
_UPS_MIB: Objects = {
    f"{UPS}.1.1.0": constant(text("Mẫu")),
    f"{UPS}.1.2.0": _model,
    f"{UPS}.2.1.0": constant(integer(2)),
    f"{UPS}.2.2.0": lambda glance: integer(int(glance.without_mains)),
    f"{UPS}.2.3.0": lambda glance: integer(runtime_left(glance) // 60),
    f"{UPS}.2.4.0": lambda glance: integer(_charge(glance)),
    f"{UPS}.2.5.0": constant(integer(540)),
    f"{UPS}.2.7.0": constant(integer(26)),
    f"{UPS}.3.1.0": constant(encode_integer(0, COUNTER32)),
    f"{UPS}.3.2.0": constant(integer(1)),
    f"{UPS}.3.3.1.3.1": _by_source(221, 0),
    f"{UPS}.4.1.0": _by_source(3, 5),
    f"{UPS}.4.3.0": constant(integer(1)),
    f"{UPS}.4.4.1.2.1": constant(integer(220)),
    f"{UPS}.4.4.1.5.1": constant(integer(35)),
    f"{UPS}.6.1.0": lambda glance: gauge(int(glance.on_battery)),
}
_APC_UPS: Objects = {
    f"{APC}.1.1.1.1.0": _model,
    f"{APC}.1.1.2.1.0": constant(text("UPS 16.5 (DU LIEU MAU)")),
    f"{APC}.1.1.2.3.0": _serial,
    f"{APC}.1.2.1.1.0": constant(integer(2)),
    f"{APC}.1.2.1.2.0": lambda glance: encode_integer(int(glance.without_mains * 100), TIME_TICKS),
    f"{APC}.1.2.2.1.0": lambda glance: gauge(_charge(glance)),
    f"{APC}.1.2.2.2.0": constant(gauge(27)),
    f"{APC}.1.2.2.3.0": lambda glance: encode_integer(runtime_left(glance) * 100, TIME_TICKS),
    f"{APC}.1.2.2.4.0": constant(integer(1)),
    f"{APC}.1.2.2.8.0": constant(integer(109)),
    f"{APC}.1.3.2.1.0": lambda glance: gauge(0 if glance.on_battery else 222),
    f"{APC}.1.3.2.4.0": constant(gauge(50)),
    f"{APC}.1.4.1.1.0": _by_source(2, 3),
    f"{APC}.1.4.2.1.0": constant(gauge(220)),
    f"{APC}.1.4.2.3.0": constant(gauge(41)),
}
_FIREWALL: Objects = {
    f"{FORTINET}.100.1.1.1.0": _serial,
    f"{FORTINET}.101.4.1.1.0": constant(text("v7.4.8,build2795 (DU LIEU MAU)")),
    f"{FORTINET}.101.4.1.3.0": constant(gauge(14)),
    f"{FORTINET}.101.4.1.4.0": constant(gauge(46)),
    f"{FORTINET}.101.4.1.5.0": constant(gauge(1_932_000)),
    f"{FORTINET}.101.4.1.8.0": constant(gauge(3_410)),
}
# The first contact of such a device is the surge protector's; door and water are closed while all is well.
_ROOM: Objects = {
    f"{APC}.25.1.2.1.3.1.1": constant(text("Phòng máy")),
    ROOM_TEMPERATURE: constant(integer(23)),
    ROOM_HUMIDITY: constant(integer(51)),
    f"{APC}.25.2.2.1.5.1.2": constant(integer(1)),
    f"{APC}.25.2.2.1.5.1.3": constant(integer(1)),
}


# One chassis (class 3), contained in nothing.
_CHASSIS: Objects = {
    f"{ENTITY}.2.1": _model,
    f"{ENTITY}.4.1": constant(integer(0)),
    f"{ENTITY}.5.1": constant(integer(3)),
    f"{ENTITY}.6.1": constant(integer(-1)),
    f"{ENTITY}.7.1": constant(text("Chassis")),
    f"{ENTITY}.10.1": constant(text("6.2 (DU LIEU MAU)")),
    f"{ENTITY}.11.1": _serial,
    f"{ENTITY}.12.1": constant(text("Mẫu")),
    f"{ENTITY}.13.1": _model,
}


def _registration(glance: Glance) -> bytes:
    lost = glance.device.id in glance.reality.world.unregistered
    return integer(REGISTRATION_FAILED if lost else REGISTRATION_OK)


_ENDPOINT: Objects = {
    f"{POLY}.1.1.0": constant(text("4.4.0-425048 (DU LIEU MAU)")),
    f"{POLY}.1.4.0": _model,
    f"{POLY}.1.5.0": _serial,
    f"{POLY}.2.8.1.0": constant(integer(2)),
    SIP_REGISTRATION: _registration,
    f"{POLY}.3.1.0": constant(integer(2)),
    f"{POLY}.5.1.0": constant(gauge(0)),
}
# Of one conference: loss in per cent, latency and jitter in milliseconds, in and out.
_CALL: Objects = {
    f"{POLY}.5.1.0": constant(gauge(1)),
    f"{POLY}.4.1.1.16.1": constant(integer(0)),
    f"{POLY}.4.1.1.17.1": constant(integer(0)),
    f"{POLY}.4.1.1.18.1": constant(integer(38)),
    f"{POLY}.4.1.1.19.1": constant(integer(41)),
    f"{POLY}.4.1.1.20.1": constant(integer(6)),
    f"{POLY}.4.1.1.21.1": constant(integer(7)),
}

OBJECTS: Mapping[str, Objects] = MappingProxyType(
    {
        **dict.fromkeys((LARGE_ROUTER, SMALL_ROUTER, LARGE_SWITCH, SMALL_SWITCH, OLD_SWITCH), _CHASSIS),
        "Mẫu UPS-3": _UPS_MIB,
        "Smart-UPS SRT 3000": _APC_UPS,
        "FortiGate 60F": _FIREWALL,
        "Rack UIO": _ROOM,
        "Studio X50": _ENDPOINT,
        POLY_IN_CALL: {**_ENDPOINT, **_CALL},
    }
)


def objects_of(model: str) -> Objects:
    """The objects that agents of a model offer by OID; none for most."""
    return OBJECTS.get(model, MappingProxyType({}))

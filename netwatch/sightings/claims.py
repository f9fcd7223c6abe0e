"""What one look shows of the items it tells about: claims, from facts, texts and numbers. Pure.

A look that could not tell claims nothing. What a look saw is claimed at once: three looks make a fact hard so that
nobody is woken in vain, while one answer is proof enough that something is there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from inventory.coverage.contract import Aspect
from inventory.snapshot import POSITIONS
from netwatch.check import Check, FactSeen, Observation
from netwatch.discovery.kinds import OTHER, kind_of, kinds
from netwatch.limits.contract import WITHIN
from netwatch.planning.endpoints import WAYS as SPOKEN_WAYS
from netwatch.planning.services import SERVICE
from netwatch.sightings import ports
from netwatch.verdict import REGISTERED, SERVING, SIGNALLING
from probes.contract import Reason
from probes.equipment.catalogue import REGISTRATION
from probes.equipment.library import GENERIC
from probes.serving import USABLE

ANSWER = ""
EXPECTED, REACHABLE, MANAGEABLE, PATH = "expected", "reachable", "manageable", "path"
EQUIPMENT, INTERFACES, RTSP, H323 = "snmp_equipment", "snmp_interfaces", "rtsp_options", "h323_port"
VALUES = ("snmp_scalar", "snmp_point", "modbus_point", "http_point")
IDENTITY = MappingProxyType(
    {"vendor": Aspect.VENDOR, "model": Aspect.MODEL, "serial": Aspect.SERIAL, "profile": Aspect.PROFILE}
)
# What came proves that somebody is there, though it was not what was wished for.
_ANSWERED = frozenset(
    {
        Reason.ANSWERED,
        Reason.AS_EXPECTED,
        Reason.NOT_AS_EXPECTED,
        Reason.CARRIER_UP,
        Reason.CARRIER_DOWN,
        Reason.SWITCHED_OFF,
        Reason.SERVER_FAULT,
    }
)
# Of RTSP also the demand to log in: only who speaks it makes that.
_SPOKE = _ANSWERED | {Reason.CREDENTIALS}
_UNCALIBRATED = ("", "calibration", "not calibrated")


class Claim(NamedTuple):
    """An item, what of it was seen, and how it was."""

    item: str
    aspect: Aspect
    value: str = ANSWER


@dataclass(frozen=True, slots=True)
class Source:
    """A check and what its looks tell about.

    `device` is the device that answers it, '' where somebody else may; `behind` are the items that answer with it.
    `endpoints` are registered by what the device's profile says, `ends` its ports at which lines end. `normal` is the
    position of a commissioned contact while all is well, '' otherwise.
    """

    check: Check
    device: str = ""
    behind: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    ends: frozenset[str] = frozenset()
    normal: str = ""


def claims(source: Source, seen: Observation) -> Iterator[Claim]:
    """Everything a look shows, ports' speeds apart; the same claim may come twice.

    A port of H.323 that merely takes connections shows nothing: firewalls take them in the name of every host.
    """
    if seen.reason is not None or (source.check.kind == H323 and _UNCALIBRATED in seen.notes):
        return
    if source.device and any(map(_answers, seen.facts)):
        yield Claim(source.device, Aspect.ANSWERED)
        yield from (Claim(item, Aspect.ANSWERED) for item in source.behind)
    reader = _service if source.check.instance == SERVICE else READERS.get(source.check.kind)
    if reader is not None:
        yield from reader(source, seen)


def _answers(fact: FactSeen) -> bool:
    return (fact.holds is True or fact.reason in _ANSWERED) and not fact.fact.startswith(WITHIN)


def holds(seen: Observation, name: str) -> bool | None:
    """What a look says of its whole target by a fact of this name; None where it does not."""
    return next((fact.holds for fact in seen.facts if fact.fact == name and not fact.part), None)


def _path(source: Source, seen: Observation) -> Iterator[Claim]:
    """A line's witness; echoes of devices have said all that they say."""
    if not source.device or source.check.target != source.device:
        name = REACHABLE if source.check.kind == "icmp_echo" else PATH
        if holds(seen, name):
            yield Claim(source.check.target, Aspect.CARRIED)
            yield Claim(source.check.target, Aspect.ANSWERED)


def _identity(device: str, notes: Iterable[tuple[str, str, str]]) -> Iterator[Claim]:
    """What a device tells of itself; by the profile for devices of all makers nothing is known."""
    told = {name: text for part, name, text in notes if not part and name in IDENTITY and text}
    if told.get("profile") == GENERIC:
        del told["profile"]
    yield from (Claim(device, IDENTITY[name], text) for name, text in told.items())
    kind = sure_kind(told.get("profile", ""), told.get("model", ""))
    if kind:
        yield Claim(device, Aspect.KIND, kind)


@cache
def _of_several_kinds() -> frozenset[str]:
    return frozenset().union(*(rule.profiles for rule in kinds().models))


@lru_cache(maxsize=4096)
def sure_kind(profile: str, model: str) -> str:
    """The kind of device that a profile names; '' where it reads devices of several and the model does not tell."""
    kind, told_by = kind_of(profile, (model,), ())
    sure = told_by == "model" or (told_by == "profile" and profile not in _of_several_kinds())
    return kind if sure and kind != OTHER else ""


def _equipment(source: Source, seen: Observation) -> Iterator[Claim]:
    yield from _identity(source.device, seen.notes)
    if holds(seen, REGISTRATION):
        yield from (Claim(endpoint, Aspect.REGISTERED) for endpoint in source.endpoints)


def _value(source: Source, seen: Observation) -> Iterator[Claim]:
    """A contact's position, an endpoint's registration, or a number of a sensor."""
    told = holds(seen, EXPECTED)
    if source.check.instance or told is None:
        return
    if source.check.target in source.endpoints:
        if told:
            yield Claim(source.check.target, Aspect.REGISTERED)
    elif source.normal:
        other = next(position for position in POSITIONS if position != source.normal)
        yield Claim(source.check.target, Aspect.CONTACT, source.normal if told else other)


def _spoken(source: Source, seen: Observation) -> Iterator[Claim]:
    """Who answers its own protocol."""
    target, name = source.check.target, SPOKEN_BY[source.check.kind]
    fact = next((fact for fact in seen.facts if fact.fact == name), None)
    if fact is not None and (fact.holds is True or fact.reason in _SPOKE):
        yield Claim(target, Aspect.ANSWERED)
        yield Claim(target, Aspect.SPEAKING, source.check.instance)
    if holds(seen, REGISTERED) and target in source.endpoints:
        yield Claim(target, Aspect.REGISTERED)
    if source.device:
        yield from _identity(source.device, seen.notes)


def _service(source: Source, seen: Observation) -> Iterator[Claim]:
    told = next((fact for fact in seen.facts if fact.fact in (USABLE, SIGNALLING)), None)
    if told is None:
        return
    if told.holds is True or told.reason in _ANSWERED:
        yield Claim(source.check.target, Aspect.ANSWERED)
    if told.holds is True and holds(seen, SERVING) is not False:
        yield Claim(source.check.target, Aspect.SERVING)


Reader: TypeAlias = Callable[[Source, Observation], Iterator[Claim]]
SPOKEN_BY: Mapping[str, str] = MappingProxyType(
    {
        "sip_options": SIGNALLING,
        H323: SIGNALLING,
        "xapi_status": "healthy",
        "yealink_status": MANAGEABLE,
        RTSP: USABLE,
    }
)
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "icmp_echo": _path,
        "snmp_path": _path,
        "snmp_path_test": _path,
        EQUIPMENT: _equipment,
        **dict.fromkeys(VALUES, _value),
        **dict.fromkeys({way.kind for way in SPOKEN_WAYS.values()} | {RTSP}, _spoken),
    }
)


def port_claims(source: Source, seen: Observation, steady: frozenset[str]) -> Iterator[Claim]:
    """The speed of a device's fastest port that is up, and of one that is not where that could be faster.

    `steady` are the ports that are up and were so in the look before: the speed of one that has just come up may still
    be what it was before.
    """
    found = {part: speed for part, speed in ports.every_speed(seen).items() if ports.is_port(part)}
    fastest = max([speed for part, speed in found.items() if part in steady], default=0)
    if fastest:
        yield Claim(source.device, Aspect.SPEED, ports.bits(fastest))
    able = max(found.values(), default=0)
    if able > fastest:
        yield Claim(source.device, Aspect.CAPACITY, ports.bits(able))

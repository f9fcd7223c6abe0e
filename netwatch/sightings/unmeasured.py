"""Why nothing could be asked of an item: from the inventory, and from the facts that are believed of it. Pure.

That somebody was asked and never answered is no such reason: that is declared, and silent. Only what is read through
another device has it, while that device was never heard of. Who answered ever was measured, however long ago.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from inventory.faults import CellFault
from inventory.inputs import input_of, read_through
from inventory.locations import read_location
from inventory.points import SnmpPoint
from inventory.protocols import protocols
from inventory.snapshot import Inventory
from netwatch.check import FactKey, check_id
from netwatch.planning.contacts import asked
from netwatch.planning.endpoints import WAYS as SPOKEN
from netwatch.planning.services import SERVICE
from netwatch.planning.services import WAYS as SERVED
from netwatch.sightings.claims import EQUIPMENT, EXPECTED, INTERFACES, PATH, REACHABLE, SPOKEN_BY
from netwatch.sightings.ports import CARRIER
from netwatch.state import VANTAGE
from probes.contract import UNABLE, Reason
from probes.equipment.catalogue import REGISTRATION
from probes.part import part_name


class Believed(Protocol):
    """What is believed of a fact, whoever tells it."""

    @property
    def holds(self) -> bool | None:
        """Whether it does; None for not known."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def ever(self) -> bool:
        """Whether a look ever said yes."""


Facts: TypeAlias = Mapping[FactKey, Believed]


class Unmeasured(StrEnum):
    """Why; the first few are known from the inventory alone, the others from what looks met with."""

    NO_ADDRESS = "no_address"
    NO_CREDENTIALS = "no_credentials"
    NO_WITNESS = "no_witness"
    NO_INPUT = "no_input"
    NO_PROTOCOL = "no_protocol"
    NO_LOCATION = "no_location"
    NEVER_ASKED = "never_asked"
    NEVER_ANSWERED = "never_answered"
    CREDENTIALS_REFUSED = "credentials_refused"
    NOT_OFFERED = "not_offered"
    VANTAGE_BLIND = "vantage_blind"
    UNABLE = "unable"


# What a look met with, in our words; all else is silence.
_MET: Mapping[str, Unmeasured] = MappingProxyType(
    {
        Reason.CREDENTIALS: Unmeasured.CREDENTIALS_REFUSED,
        Reason.NOT_OFFERED: Unmeasured.NOT_OFFERED,
        Reason.NO_ANSWER: Unmeasured.NEVER_ANSWERED,
        Reason.PATH_BROKEN: Unmeasured.NEVER_ANSWERED,
        VANTAGE: Unmeasured.VANTAGE_BLIND,
        **dict.fromkeys(UNABLE, Unmeasured.UNABLE),
    }
)


def declared_reason(record: Any, kind: str, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401 - any record
    """Why the inventory itself leaves nothing to ask; None where it names something."""
    return _DECLARED[kind](record, inventory) if kind in _DECLARED else None


def facts_of(record: Any, kind: str, inventory: Inventory) -> tuple[FactKey, ...]:  # noqa: ANN401
    """The facts that would tell of an item, as plans name them."""
    return tuple(_KEYS[kind](record, inventory)) if kind in _KEYS else ()


def met_reason(keys: Iterable[FactKey], facts: Facts) -> Unmeasured | None:
    """Why looks could not tell of an item; None where one of them could."""
    states = [facts[key] for key in keys if key in facts]
    if any(state.ever or state.holds is not None for state in states):
        return None
    met = (_MET[state.reason] for state in states if state.reason in _MET)
    return next(met, Unmeasured.NEVER_ASKED)


def _device(record: Any, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401, ARG001 - one shape for all
    return None if record.address else Unmeasured.NO_ADDRESS


def _through(device: str | None, inventory: Inventory, *, login: bool) -> Unmeasured | None:
    """Why a device cannot be asked for something else, which may need a login."""
    record = inventory.of("device").get(device or "")
    if record is None or not record.address:
        return Unmeasured.NO_ADDRESS
    return Unmeasured.NO_CREDENTIALS if login and not record.credentials else None


def _line(record: Any, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401
    match record.witness:
        case "echo":
            return None if record.witness_address else Unmeasured.NO_ADDRESS
        case "path":
            return _through(record.witness_device, inventory, login=True)
        case "carrier":
            ends = ((record.a_device, record.a_interface), (record.b_device, record.b_interface))
            named = [device for device, interface in ends if device and interface]
            if named:
                return next(filter(None, (_through(device, inventory, login=True) for device in named)), None)
    return Unmeasured.NO_WITNESS


def _endpoint(record: Any, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401
    unable = _through(record.device, inventory, login=False)
    if unable is not None:
        return unable
    device = inventory.of("device")[record.device]
    if any(spoken.name in SPOKEN for spoken in protocols(device)) or device.credentials:
        return None
    return Unmeasured.NO_CREDENTIALS if record.registration_oid else Unmeasured.NO_PROTOCOL


def _input(record: Any, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401
    through = input_of(record)
    if through is None:
        return Unmeasured.NO_INPUT
    return _through(through.device, inventory, login=isinstance(through.point, SnmpPoint))


def _scheme(location: str | None) -> str:
    try:
        return read_location(location or "").scheme
    except CellFault:
        return ""


def _service(record: Any, inventory: Inventory) -> Unmeasured | None:  # noqa: ANN401, ARG001
    return None if _scheme(record.location) in SERVED else Unmeasured.NO_LOCATION


def _device_facts(record: Any, inventory: Inventory) -> Iterator[FactKey]:  # noqa: ANN401, ARG001
    for kind in ("icmp_echo", "snmp_system"):
        yield FactKey(check_id(record.id, kind), "", REACHABLE)


def _line_facts(record: Any, inventory: Inventory) -> Iterator[FactKey]:  # noqa: ANN401, ARG001
    if record.witness == "echo":
        yield FactKey(check_id(record.id, "icmp_echo"), "", REACHABLE)
    elif record.witness == "path":
        kind = "snmp_path" if record.witness_oid else "snmp_path_test"
        yield FactKey(check_id(record.id, kind), "", PATH)
    else:
        ends = ((record.a_device, record.a_interface), (record.b_device, record.b_interface))
        for device, interface in ends:
            if device and interface:
                yield FactKey(check_id(device, INTERFACES), part_name(interface), CARRIER)


def _endpoint_facts(record: Any, inventory: Inventory) -> Iterator[FactKey]:  # noqa: ANN401
    device = inventory.of("device").get(record.device)
    if record.registration_oid:
        yield FactKey(check_id(record.id, "snmp_scalar"), "", EXPECTED)
    for spoken in protocols(device) if device is not None else ():
        if spoken.name in SPOKEN:
            kind = SPOKEN[spoken.name].kind
            yield FactKey(check_id(record.id, kind, spoken.name), "", SPOKEN_BY[kind])
    yield FactKey(check_id(record.device, EQUIPMENT), "", REGISTRATION)
    yield FactKey(check_id(record.device, "icmp_echo"), "", REACHABLE)


def _input_facts(record: Any, inventory: Inventory) -> Iterator[FactKey]:  # noqa: ANN401
    through, device = input_of(record), inventory.of("device").get(read_through(record))
    if through is not None and device is not None:
        kind, _ = asked(through.point, device, record)
        yield FactKey(check_id(record.id, kind), "", EXPECTED)


def _service_facts(record: Any, inventory: Inventory) -> Iterator[FactKey]:  # noqa: ANN401, ARG001
    way = SERVED.get(_scheme(record.location))
    if way is not None:
        yield FactKey(check_id(record.id, way.kind, SERVICE), "", way.facts[0])


_DECLARED: Mapping[str, Callable[[Any, Inventory], Unmeasured | None]] = MappingProxyType(
    {
        "device": _device,
        "line": _line,
        "conferencing_endpoint": _endpoint,
        "surge_protector": _input,
        "sensor": _input,
        "service": _service,
    }
)
_KEYS: Mapping[str, Callable[[Any, Inventory], Iterator[FactKey]]] = MappingProxyType(
    {
        "device": _device_facts,
        "line": _line_facts,
        "conferencing_endpoint": _endpoint_facts,
        "surge_protector": _input_facts,
        "sensor": _input_facts,
        "service": _service_facts,
    }
)
KINDS = tuple(_DECLARED)

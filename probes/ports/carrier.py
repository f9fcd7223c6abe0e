"""The fact `carrier` of ports, from their configured and their operational status."""

from collections.abc import Iterator
from functools import lru_cache

from probes.contract import Fact, Reason
from probes.ports.layout import ADMINS, OPERS, Layout
from probes.ports.memory import Ports, notes
from probes.transports.snmp.contract import Values

_UP = 1
# ifOperStatus (RFC 2863): down, dormant, notPresent, lowerLayerDown. Others, and numbers beyond the enumeration such as
# 0, tell nothing.
_DOWN = frozenset({2, 5, 6, 7})
# Facts of longer names are not kept beyond the device, which may make up ever new ones.
_SHORT = 96


def carrier(part: str, admin: int | None, oper: int) -> Fact:
    """Whether a port carries, by ifAdminStatus and ifOperStatus; equal ports of many devices share the fact."""
    return (_kept if len(part) <= _SHORT else _carrier)(part, admin, oper)


def _carrier(part: str, admin: int | None, oper: int) -> Fact:
    evidence = f"ifOperStatus {oper}"
    if oper == _UP:
        return Fact(part, "carrier", True, Reason.CARRIER_UP, evidence)
    if admin is not None and admin != _UP:
        return Fact(part, "carrier", None, Reason.SWITCHED_OFF, f"ifAdminStatus {admin}")
    if oper in _DOWN:
        return Fact(part, "carrier", False, Reason.CARRIER_DOWN, evidence)
    return Fact(part, "carrier", None, Reason.NOT_OFFERED, evidence)


_kept = lru_cache(maxsize=65536)(_carrier)


def update_readings(ports: Ports, values: Values, others: frozenset[int]) -> None:
    """Facts and notes: the same tuple while nothing has changed."""
    statuses = list(values.contents[ports.layout.statuses])
    if not others and statuses == ports.statuses:
        return
    ports.risen |= _risen(ports, statuses)
    facts = tuple(_facts(ports.layout, values, others))
    ports.readings = (*facts, *notes(ports))
    ports.told = len(facts) == len(ports.layout.ports)
    # Without the ports that seem to be others the readings are no measure for the next look.
    ports.statuses = [] if others else statuses


def _risen(ports: Ports, statuses: list[int | bytes | None]) -> frozenset[int]:
    """The ports that are up and were not so in the last look."""
    opers = ports.layout.spans[OPERS].start - ports.layout.statuses.start
    pairs = enumerate(zip(statuses[opers:], ports.statuses[opers:], strict=False))
    return frozenset(row for row, (now, was) in pairs if now == _UP != was)


def _facts(shape: Layout, values: Values, others: frozenset[int]) -> Iterator[Fact]:
    configured = shape.spans[ADMINS]
    admins = {
        configured.row(place): content
        for place, content in enumerate(values.contents[configured.start : configured.stop])
        if isinstance(content, int)
    }
    span = shape.spans[OPERS]
    for row, oper in enumerate(values.contents[span.start : span.stop]):
        if isinstance(oper, int) and row not in others:
            yield carrier(shape.parts[row], admins.get(row), oper)

"""When the record of a thing began to mean another thing, so that what was seen before is not about it. Pure.

A switch that is replaced keeps its id. What was seen of the one before proves nothing of the new one, and what it told
of itself is no contradiction. That a gap is filled in or a text is written otherwise is no other thing; and where what
was seen agrees with what is declared now, somebody corrected the record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from inventory.coverage.contract import Aspect, Sighting
from inventory.coverage.contradictions import SAME, newest

# Where a look goes, and where the thing stands.
_PLACED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "device": ("address", "routing_domain", "site"),
        "line": (
            *("witness", "witness_address", "witness_device", "witness_oid"),
            *("a_device", "a_interface", "b_device", "b_interface"),
        ),
        "service": ("location",),
    }
)
# What it tells of itself.
_TOLD: Mapping[str, Aspect] = MappingProxyType(
    {"serial": Aspect.SERIAL, "mac": Aspect.MAC, "model": Aspect.MODEL}
)
KINDS = tuple(_PLACED)


@dataclass(frozen=True, slots=True)
class Redeclared:
    """A record that was changed: from when that holds (µs UTC), and its fields on both sides as they are written."""

    kind: str
    item: str
    at: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def is_another(change: Redeclared, seen: Iterable[Sighting] = ()) -> bool:
    """Whether the record means another thing since; `seen` is what was seen under its id."""
    if any(_moved(change, name) for name in _PLACED.get(change.kind, ())):
        return True
    other = [name for name in _TOLD if change.kind == "device" and _moved(change, name)]
    told = newest((one for one in seen if one.first <= change.at), 0) if other else {}
    return any(not _agrees(name, change.after[name], told.get(_TOLD[name])) for name in other)


def _moved(change: Redeclared, name: str) -> bool:
    was, now = change.before.get(name), change.after.get(name)
    if not was or not now or was == now:
        return False
    return name not in _TOLD or not SAME[name](str(was), str(now))


def _agrees(name: str, declared: object, told: Sighting | None) -> bool:
    return told is not None and SAME[name](str(declared), told.value)

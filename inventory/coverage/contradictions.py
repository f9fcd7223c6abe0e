"""Where what answers is not what was declared. Pure.

A serial number is the same whatever its case and signs; a model also where one of the two says more of it. What is not
declared, or was not seen, contradicts nothing. Of each aspect the newest sighting speaks.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from inventory.coverage.contract import Aspect, Contradiction, Sighting
from inventory.snapshot import Device, Line

Newest: TypeAlias = Mapping[Aspect, Sighting]
# Texts at least so long may be a part of a longer one and mean the same: 'S5720' of 'S5720-28P-SI-AC'.
_TELLING = 3
_ANY_KIND = "other"


def newest(sightings: Iterable[Sighting], since: int) -> Newest:
    """Of each aspect the sighting that was seen last, of those seen at `since` or later."""
    found: dict[Aspect, Sighting] = {}
    for one in sightings:
        if one.last >= since:
            before = found.get(one.aspect)
            if before is None or _rank(one) > _rank(before):
                found[one.aspect] = one
    return found


def _rank(one: Sighting) -> tuple[int, int, str]:
    return one.last, one.first, one.value


def contradictions(record: Any, seen: Newest) -> tuple[Contradiction, ...]:  # noqa: ANN401 - a device or line
    """What differs between a device or a line as declared and what was seen of it."""
    found: list[Contradiction] = []
    for what, aspect, same in _COMPARED:
        sighting = seen.get(aspect)
        if sighting is not None and sighting.value:
            declared = _declared(record, what)
            if declared and not same(declared, sighting.value):
                found.append(Contradiction(what, declared, sighting.value))
    return tuple(found)


def _declared(record: Any, what: str) -> str:  # noqa: ANN401
    value = declared_speed(record) if what == "speed" else getattr(record, what, None)
    return str(value) if value else ""


def declared_speed(record: Any) -> int | None:  # noqa: ANN401
    """A device's fastest port, a line's contracted bandwidth (the lesser direction), in bit/s; None if unknown."""
    if isinstance(record, Device):
        return record.port_speed
    if not isinstance(record, Line):
        return None
    down, up = record.bandwidth_down, record.bandwidth_up
    return min(down, up) if down and up else down or up


def speed(text: str) -> int:
    """A sighting's speed in bit/s; 0 for what is no number."""
    return int(text) if text.isdecimal() else 0


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _same_text(declared: str, found: str) -> bool:
    # Most are equal as they stand, and there are a hundred thousand of them.
    return declared == found or _plain(declared) == _plain(found)


def _same_model(declared: str, found: str) -> bool:
    if declared in found:
        return len(declared) >= _TELLING or declared == found
    shorter, longer = sorted((_plain(declared), _plain(found)), key=len)
    return shorter == longer or (len(shorter) >= _TELLING and shorter in longer)


def _same_kind(declared: str, found: str) -> bool:
    return declared == found or _ANY_KIND in (declared, found)


def _same_site(declared: str, found: str) -> bool:
    return declared == found


def _fast_enough(declared: str, found: str) -> bool:
    return speed(found) >= int(declared)


_Same: TypeAlias = Callable[[str, str], bool]
_COMPARED: tuple[tuple[str, Aspect, _Same], ...] = (
    ("serial", Aspect.SERIAL, _same_text),
    ("model", Aspect.MODEL, _same_model),
    ("mac", Aspect.MAC, _same_text),
    ("kind", Aspect.KIND, _same_kind),
    ("speed", Aspect.SPEED, _fast_enough),
    ("site", Aspect.SITE, _same_site),
)

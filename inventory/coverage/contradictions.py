"""Where what answers is not what was declared. Pure.

A serial number is the same whatever its case, signs, label and leading zeros; a model also where one of the two says
more of it, or says the maker beside it. What is not declared, was not seen, or is a word for nothing contradicts
nothing. Of each aspect the newest sighting speaks; how fast a device is, the fastest does: at night, and on holidays,
ports of sleeping computers run slowly.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from inventory.coverage.contract import Aspect, Contradiction, Sighting
from inventory.snapshot import Device, Line

Newest: TypeAlias = Mapping[Aspect, Sighting]
# Texts at least so long may be a part of a longer one and mean the same: 'S5720' of 'S5720-28P-SI-AC'.
_TELLING = 3
_ANY_KIND = "other"
# What people and makers write where they know no number, without signs.
_NOTHING = frozenset(
    {
        "",
        "na",
        "none",
        "null",
        "unknown",
        "notspecified",
        "notavailable",
        "notapplicable",
        "defaultstring",
        "systemserialnumber",
        "tobefilledbyoem",
        "không",
        "khôngcó",
        "khôngrõ",
        "chưarõ",
        "chưacó",
    }
)
_LABEL = re.compile(
    r"\s*(s\s*/\s*n|sn|serial(\s+(no|number))?|số\s+(sê-?ri|seri|serial))\s*[.:#\s]\s*", re.IGNORECASE
)
# One record may stand for the members of a stack.
_BETWEEN = re.compile(r"[;,\n]")
_SIGNS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]*\d[^\W_]*")


def newest(sightings: Iterable[Sighting], since: int) -> Newest:
    """Of each aspect the sighting that was seen last, of those seen at `since` or later."""
    found: dict[Aspect, Sighting] = {}
    for one in sightings:
        if one.last >= since:
            before = found.get(one.aspect)
            if (
                before is None
                or one.last > before.last
                or (one.last == before.last and _rank(one) > _rank(before))
            ):
                found[one.aspect] = one
    return found


def _rank(one: Sighting) -> tuple[int, int, str]:
    return one.last, one.first, one.value


def fastest(sightings: Iterable[Sighting], since: int) -> Sighting | None:
    """Of the speeds seen at `since` or later the highest, and of one speed the newest sighting; None without any."""
    told = (one for one in sightings if one.aspect is Aspect.SPEED and one.last >= since)
    return max(told, key=lambda one: (speed(one.value), *_rank(one)), default=None)


def contradictions(record: Any, seen: Newest) -> tuple[Contradiction, ...]:  # noqa: ANN401 - a device or line
    """What differs between a device or a line as declared and what was seen of it."""
    found: list[Contradiction] = []
    for what, aspect, same in _COMPARED:
        sighting = _telling(seen, aspect) if aspect in seen else None
        if sighting is not None and sighting.value:
            declared = _declared(record, what)
            if declared and not same(declared, sighting.value):
                found.append(Contradiction(what, declared, sighting.value))
    return tuple(found)


def _telling(seen: Newest, aspect: Aspect) -> Sighting | None:
    """What speaks of an aspect; a port that is idle speaks for the speed that a device is declared to have."""
    told = seen.get(aspect)
    idle = seen.get(Aspect.CAPACITY) if aspect is Aspect.SPEED else None
    if told is not None and idle is not None:
        return max(told, idle, key=lambda one: speed(one.value))
    return told


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
    return _SIGNS.sub("", text.casefold())


def _same_text(declared: str, found: str) -> bool:
    # Most are equal as they stand, and there are a hundred thousand of them.
    return declared == found or _plain(declared) == _plain(found)


def _same_serial(declared: str, found: str) -> bool:
    return declared == found or _number(found) in _NOTHING or _is_one_of(declared, _number(found))


def _is_one_of(declared: str, found: str) -> bool:
    every = {_number(one) for one in (declared, *_BETWEEN.split(declared))} - _NOTHING
    return not every or found in every


def _number(text: str) -> str:
    """A serial number without label and signs; of digits alone without the zeros that spreadsheets leave out."""
    plain = _plain(_LABEL.sub("", text, count=1) if _LABEL.match(text) else text)
    return plain.lstrip("0") if plain.isdigit() else plain


def _same_model(declared: str, found: str) -> bool:
    if declared in found:
        return len(declared) >= _TELLING or declared == found
    shorter, longer = sorted((_plain(declared), _plain(found)), key=len)
    if shorter == longer or shorter in _NOTHING or (len(shorter) >= _TELLING and shorter in longer):
        return True
    return _same_words(declared, found)


def _same_words(declared: str, found: str) -> bool:
    """Whether all words with a number that one of the two says are in the other; also where one has no number."""
    words = [[_plain(word) for word in _WORD.findall(text)] for text in (declared, found)]
    texts = _plain(found), _plain(declared)
    return any(all(word in text for word in each) for each, text in zip(words, texts, strict=True))


def _same_kind(declared: str, found: str) -> bool:
    return declared == found or _ANY_KIND in (declared, found)


def _same_site(declared: str, found: str) -> bool:
    return declared == found


def _fast_enough(declared: str, found: str) -> bool:
    return speed(found) >= int(declared)


_Same: TypeAlias = Callable[[str, str], bool]
_COMPARED: tuple[tuple[str, Aspect, _Same], ...] = (
    ("serial", Aspect.SERIAL, _same_serial),
    ("model", Aspect.MODEL, _same_model),
    ("mac", Aspect.MAC, _same_text),
    ("kind", Aspect.KIND, _same_kind),
    ("speed", Aspect.SPEED, _fast_enough),
    ("site", Aspect.SITE, _same_site),
)
# Of each field whether two texts mean the same.
SAME: Mapping[str, _Same] = MappingProxyType({what: same for what, _, same in _COMPARED})

"""From an address or a code of the three tiers before July 2025 to the units there are now. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory.texts import clean, fold
from netwatch.territory.gazetteer import Former, Gazetteer, Unit

# Addresses are typed by people; what is longer is none.
LONGEST = 500
MOST_PARTS = 12
# How people shorten the word before a name.
_SHORT = (
    (re.compile(r"^(?:tp|t\.p|tph)[. ]", re.IGNORECASE), "thành phố "),
    (re.compile(r"^(?:tx|t\.x)[. ]", re.IGNORECASE), "thị xã "),
    (re.compile(r"^(?:tt|t\.t)[. ]", re.IGNORECASE), "thị trấn "),
    (re.compile(r"^q(?:[. ]|(?=\d))", re.IGNORECASE), "quận "),
    (re.compile(r"^h[. ]", re.IGNORECASE), "huyện "),
    (re.compile(r"^p(?:[. ]|(?=\d))", re.IGNORECASE), "phường "),
    (re.compile(r"^x[. ]", re.IGNORECASE), "xã "),
    (re.compile(r"^t[. ]", re.IGNORECASE), "tỉnh "),
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was asked, which former communes it means, and which communes (or provinces) hold them now.

    `of` is what was named: commune, district or province, '' when nothing was understood. `unread` are the parts of the
    address that name no unit, such as the street. Several `former` communes of different names or districts mean that
    the address does not say which. `divided`: one former commune lies in several now, the usual one first.
    """

    asked: str
    of: str
    former: tuple[Former, ...]
    units: tuple[Unit, ...]
    unread: tuple[str, ...] = ()

    @property
    def divided(self) -> bool:
        """Whether one former commune lies in several communes now."""
        return self.of == "commune" and len(self.former) == 1 and len(self.units) > 1

    @property
    def ambiguous(self) -> bool:
        """Whether the name alone fits several former communes."""
        return self.of == "commune" and len(self.former) > 1


def convert(gazetteer: Gazetteer, text: str) -> Conversion:
    """What an address ('Phường Phúc Xá, Quận Ba Đình, Hà Nội') or a code (2, 3 or 5 digits) of before became."""
    asked = clean(text[:LONGEST])
    if asked.isdecimal():
        return _by_code(gazetteer, asked)
    parts = [part for each in asked.split(",")[:MOST_PARTS] if (part := clean(each))]
    left = tuple(range(len(gazetteer.former)))
    of = ""
    unread: list[str] = []
    for part in reversed(parts):
        level, found = _narrowed(gazetteer, left, part, of)
        if level:
            of, left = level, found
        else:
            unread.insert(0, part)
    return _conversion(gazetteer, asked, of, left if of else (), tuple(unread))


# By level: what comes below it, in the order in which an address is read from its end.
_BELOW = {
    "": ("province", "district", "commune"),
    "province": ("district", "commune"),
    "district": ("commune",),
}
_KEYS: dict[str, Callable[[Former], frozenset[str]]] = {
    "province": lambda former: former.province_keys,
    "district": lambda former: former.district_keys,
    "commune": lambda former: former.keys,
}
_NAMES: dict[str, Callable[[Former], str]] = {
    "province": lambda former: former.province,
    "district": lambda former: former.district,
    "commune": lambda former: former.name,
}


def _narrowed(gazetteer: Gazetteer, left: Sequence[int], part: str, of: str) -> tuple[str, tuple[int, ...]]:
    """The highest level below the last one found at which a part of an address names units, and those it names."""
    wanted = set(_spellings(part))
    for level in _BELOW.get(of, ()):
        keys = _KEYS[level]
        found = tuple(place for place in left if not wanted.isdisjoint(keys(gazetteer.former[place])))
        if found:
            return level, _as_written(gazetteer, found, part, level)
    return "", ()


def _as_written(gazetteer: Gazetteer, found: tuple[int, ...], part: str, level: str) -> tuple[int, ...]:
    """Of units that differ only by their diacritics those that are written as the address writes them, if any are."""
    name = _NAMES[level]
    written = {text.casefold() for text in _written(part)}
    exact = tuple(
        place
        for place in found
        if any(name(gazetteer.former[place]).casefold().endswith(text) for text in written)
    )
    return exact or found


def _written(part: str) -> Iterator[str]:
    yield part
    for short, whole in _SHORT:
        if short.match(part):
            yield short.sub(whole, part).replace("  ", " ")


def _spellings(part: str) -> Iterator[str]:
    return (fold(text) for text in _written(part))


def _by_code(gazetteer: Gazetteer, code: str) -> Conversion:
    of = {2: "province", 3: "district", 5: "commune"}.get(len(code), "")
    own: Callable[[Former], str] = {
        "province": lambda former: former.province_code,
        "district": lambda former: former.district_code,
    }.get(of, lambda former: former.code)
    found = tuple(place for place, former in enumerate(gazetteer.former) if of and own(former) == code)
    return _conversion(gazetteer, code, of if found else "", found, () if found else (code,))


def _conversion(
    gazetteer: Gazetteer, asked: str, of: str, places: Sequence[int], unread: tuple[str, ...]
) -> Conversion:
    former = tuple(gazetteer.former[place] for place in places)
    if of == "province":
        codes: Iterable[str] = (gazetteer.provinces_became[each.province_code] for each in former)
        return Conversion(asked, of, former, _units(gazetteer, codes), unread)
    codes = (code for place in places for code in gazetteer.became[place])
    return Conversion(asked, of, former, _units(gazetteer, codes), unread)


def _units(gazetteer: Gazetteer, codes: Iterable[str]) -> tuple[Unit, ...]:
    found = (gazetteer.unit(code) for code in dict.fromkeys(codes))
    return tuple(unit for unit in found if unit is not None)

"""The names of parts: what of a target a fact speaks of."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import quote, unquote


def part_name(name: str, index: int | None = None) -> str:
    """The part of an interface: its percent-encoded name, and '#index' where the name alone is not unique."""
    encoded = quote(name, safe="")
    return encoded if index is None else f"{encoded}#{index}"


def spoken_name(part: str) -> str:
    """The name that a part was made of, for people; the index stays where it was needed."""
    return unquote(part)


def part_names(names: Mapping[int, str]) -> dict[int, str]:
    """The part of every interface by its index, from all interface names of one device."""
    uses = Counter(names.values())
    return {index: part_name(name, index if uses[name] > 1 else None) for index, name in names.items()}

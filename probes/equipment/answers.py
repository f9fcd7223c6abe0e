"""What an agent said, asked by OID: the seam between profiles and whoever has the answers, a recording or a device."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from probes.transports.snmp.contract import ABSENT, OCTET_STRING, Index, Value, number, text

# A table of more rows is read so far; no device has more fans, and interfaces are counted from what came.
MOST_ROWS = 20_000
LONGEST_TEXT = 255
_NUMBER_IN_TEXT = re.compile(r"[-+]?(?:\d{1,20}(?:\.\d{1,20})?|\.\d{1,20})")
NO_ROWS: Mapping[Index, Value] = MappingProxyType({})


class Answers(Protocol):
    """Answers to what a profile asks. Both never raise: what is not there is None, or a column without rows."""

    def get(self, oid: str) -> Value | None:
        """The value of one instance."""
        ...

    def column(self, oid: str) -> Mapping[Index, Value]:
        """The rows below an OID by index, in its order; at most `MOST_ROWS`."""
        ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """Answers that were fetched before, all at once."""

    values: Mapping[str, Value] = field(default_factory=dict)
    columns: Mapping[str, Mapping[Index, Value]] = field(default_factory=dict)

    def get(self, oid: str) -> Value | None:
        """The value of one instance."""
        value = self.values.get(oid)
        return None if value is None or value[0] in ABSENT else value

    def column(self, oid: str) -> Mapping[Index, Value]:
        """The rows of a column by index."""
        return self.columns.get(oid, NO_ROWS)


@dataclass(slots=True)
class Tally:
    """What was dropped while reading, by reason; and in which code page the device writes."""

    code_page: str = ""
    dropped: Counter[str] = field(default_factory=Counter)

    def drop(self, reason: str) -> None:
        """Count a value that is not told."""
        self.dropped[reason] += 1


def words(value: Value | None, code_page: str = "") -> str:
    """A value as one line of text: UTF-8, else the code page, else Latin-1; without controls; '' when absent."""
    if value is None or value[0] in ABSENT:
        return ""
    tag, content = value
    if tag != OCTET_STRING or not isinstance(content, bytes):
        return text(value) or ""
    return _decoded(content[: 4 * LONGEST_TEXT], code_page)


def _decoded(content: bytes, code_page: str) -> str:
    for encoding in ("utf-8", code_page):
        try:
            return _line(content.decode(encoding)) if encoding else _line(content.decode("latin-1"))
        except (UnicodeDecodeError, LookupError):
            continue
    return _line(content.decode("latin-1"))


def _line(decoded: str) -> str:
    """Cut at a NUL, which ends what agents in C meant to say; controls become blanks."""
    kept = decoded.partition("\0")[0]
    printable = "".join(letter if letter.isprintable() else " " for letter in kept)
    return " ".join(printable.split())[:LONGEST_TEXT]


def amount(value: Value | None) -> float | None:
    """A value as a number: integers, floats, and the first number within a text ("36 C", "0.000%"); else None."""
    plain = number(value)
    if plain is not None or value is None or value[0] != OCTET_STRING:
        return plain
    return first_number(words(value))


def first_number(told: str) -> float | None:
    """The first number within a text."""
    match = _NUMBER_IN_TEXT.search(told[:LONGEST_TEXT])
    return float(match[0]) if match else None


def arcs(oid: str) -> Index:
    """The numbers of a dotted OID or index; () for none."""
    return tuple(map(int, oid.split("."))) if oid else ()


def spelled(index: Iterable[int]) -> str:
    """An index as a dotted text."""
    return ".".join(map(str, index))

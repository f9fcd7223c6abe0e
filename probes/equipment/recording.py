"""Recordings of devices as answers: snmpsim's .snmprec (also .bz2) and the output of `snmpwalk -On`.

A recording comes from anywhere: a line that cannot be understood is counted and passed over, and no more than so many
bytes and lines are read.
"""

import binascii
import bz2
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO

from probes.equipment.answers import MOST_ROWS
from probes.transports.snmp.ber import BerError, encode_oid
from probes.transports.snmp.contract import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    IP_ADDRESS,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    OPAQUE,
    TIME_TICKS,
    Index,
    Value,
)

MOST_BYTES = 1 << 29
MOST_LINES = 5_000_000
LONGEST_LINE = 1 << 16
_PORTION = 1 << 20
_INTEGERS = frozenset({INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64})
_RANGES = {INTEGER: (-(2**31), 2**32 - 1), COUNTER64: (0, 2**64 - 1)}
_OCTETS = frozenset({OCTET_STRING, OPAQUE})
# Rows that snmpsim would change as time goes by stand still at this value of theirs.
_MOVING = (b"initial", b"value", b"min")
_ROW = re.compile(rb"\.?[0-2](?:\.\d{1,10}){1,127}\|")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[nrt\\])")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}
_INDEX = re.compile(rb"\d{1,10}(?:\.\d{1,10}){0,127}")

# How `snmpwalk -On` names types, and the tags of RFC 2578.
_WALKED = re.compile(rb"\.?([0-2](?:\.\d{1,10}){1,127}) = (.*)", re.DOTALL)
_TYPED = re.compile(rb"([A-Za-z][A-Za-z0-9-]*(?: STRING)?): ?(.*)", re.DOTALL)
_TAGS: Mapping[bytes, bytes] = MappingProxyType(
    {
        b"INTEGER": b"2",
        b"STRING": b"4",
        b"Hex-STRING": b"4x",
        b"BITS": b"4x",
        b"OID": b"6",
        b"IpAddress": b"64",
        b"Network Address": b"64",
        b"Counter32": b"65",
        b"Gauge32": b"66",
        b"Unsigned32": b"66",
        b"Timeticks": b"67",
        b"Counter64": b"70",
    }
)
_NOTHING_THERE = (b"No Such ", b"No more ", b"NULL")


class RecordingError(Exception):
    """A file that cannot be read at all; `reason` is for people, of the system or the decompressor."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recording:
    """Answers from a recording. `malformed` counts the lines not understood, `cut` says whether it was too long.

    Lines are kept as they stand, in the order of their text, so that the rows below an OID lie together; what nobody
    asks for is never taken apart.
    """

    def __init__(self, lines: Sequence[bytes], malformed: int = 0, cut: bool = False) -> None:
        self._lines = sorted(lines)
        self._columns: dict[str, Mapping[Index, Value]] = {}
        self.malformed = malformed
        self.cut = cut

    def __len__(self) -> int:
        return len(self._lines)

    def get(self, oid: str) -> Value | None:
        """The value of one instance."""
        start = oid.encode() + b"|"
        at = bisect_left(self._lines, start)
        if at == len(self._lines) or not self._lines[at].startswith(start):
            return None
        return self._value(self._lines[at][len(start) :])

    def column(self, oid: str) -> Mapping[Index, Value]:
        """The rows below an OID by index."""
        if oid not in self._columns:
            self._columns[oid] = MappingProxyType(dict(sorted(self._rows(oid.encode() + b"."))))
        return self._columns[oid]

    def _rows(self, start: bytes) -> Iterator[tuple[Index, Value]]:
        first = bisect_left(self._lines, start)
        # '/' follows '.', so that this is the first line that does not begin so.
        last = bisect_left(self._lines, start[:-1] + b"/", first)
        for line in self._lines[first : min(last, first + MOST_ROWS)]:
            head, _, rest = line[len(start) :].partition(b"|")
            value = self._value(rest) if _INDEX.fullmatch(head) else None
            if value is not None:
                yield tuple(map(int, head.split(b"."))), value

    def _value(self, rest: bytes) -> Value | None:
        try:
            return value_of(rest)
        except (ValueError, BerError):
            self.malformed += 1
            return None


def value_of(rest: bytes) -> Value | None:
    """The value of `tag|value`, the end of a recording's line; None for one that is not there. Raises ValueError."""
    tag, bar, content = rest.partition(b"|")
    kind, moving, _ = tag.partition(b":")
    if moving:
        given = dict(part.partition(b"=")[::2] for part in content.split(b","))
        content = next((given[name] for name in _MOVING if name in given), b"0")
    number = int(kind.rstrip(b"xe"))
    if not bar or number > 0xFF:
        raise ValueError
    if number == 5 or number >= 0x80:
        return None
    if kind.endswith((b"x", b"e")):
        content = binascii.unhexlify(content) if kind.endswith(b"x") else _unescaped(content)
    return number, _content(number, content, plain=kind.isdigit())


def _unescaped(content: bytes) -> bytes:
    """Octets in which snmpsim writes what a line cannot hold: \\x0a, \\n, \\r, \\t."""
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1]) or bytes.fromhex(found[1][1:].decode()), content)


def _content(tag: int, content: bytes, plain: bool) -> int | bytes:
    if tag in _INTEGERS:
        lowest, highest = _RANGES.get(tag, (0, 2**32 - 1))
        if len(content) > 24 or not lowest <= (value := int(content)) <= highest:
            raise ValueError
        return value
    if tag == OBJECT_IDENTIFIER:
        return encode_oid(content.decode("ascii").strip().lstrip("."))
    if tag == IP_ADDRESS:
        return bytes(map(int, content.split(b"."))) if plain else content
    if tag in _OCTETS:
        return content
    raise ValueError


def read_recording(path: Path) -> Recording:
    """Read a file; raises RecordingError when it cannot be read. Lines that are none are counted."""
    lines: list[bytes] = []
    malformed = 0
    try:
        with _opened(path) as file:
            portions = _Portions(file)
            for portion in portions:
                good = [line for line in portion if _ROW.match(line)]
                malformed += sum(bool(line.strip()) and not line.startswith(b"#") for line in portion) - len(
                    good
                )
                lines += good
    except (OSError, EOFError, ValueError) as error:
        raise RecordingError(getattr(error, "strerror", None) or str(error) or "end of file") from None
    return Recording([line.lstrip(b".") for line in lines], malformed, portions.cut)


def first_malformed(path: Path) -> int:
    """The number of the first line that cannot be understood, counted from 1; 0 when there is none.

    Reads the file anew: for telling people where to look, once it is known that something is wrong.
    """
    try:
        with _opened(path) as file:
            walk = _is_walk(file.read(4096))
            file.seek(0)
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
                if number > MOST_LINES or (walk and _WALKED.fullmatch(line.rstrip())):
                    return 0
                if not _understood(line.strip(b"\r\n")):
                    return number
    except (OSError, EOFError, ValueError):
        return 0
    return 0


def _understood(line: bytes) -> bool:
    if not line.strip() or line.startswith(b"#"):
        return True
    head = _ROW.match(line)
    try:
        value_of(line[head.end() :]) if head else None
    except (ValueError, BerError):
        return False
    return head is not None


def _opened(path: Path) -> IO[bytes]:
    return bz2.open(path, "rb") if path.suffix == ".bz2" else path.open("rb")


class _Portions:
    """A file's lines as those of a .snmprec, some thousands at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.cut = False

    def __iter__(self) -> Iterator[list[bytes]]:
        shape: Callable[[bytes], list[bytes]] | None = None
        count = 0
        for portion in self._whole_lines():
            shape = shape or (_walked if _is_walk(portion) else _recorded)
            lines = shape(portion)
            count += len(lines)
            yield lines
            if count > MOST_LINES:
                self.cut = True
                return

    def _whole_lines(self) -> Iterator[bytes]:
        rest, size = b"", 0
        while portion := self._file.read(_PORTION):
            size += len(portion)
            if size > MOST_BYTES:
                self.cut = True
                return
            whole, newline, rest = (rest + portion).rpartition(b"\n")
            if newline:
                yield whole
            elif len(rest) > LONGEST_LINE:
                rest = rest[:LONGEST_LINE]
        if rest:
            yield rest


def _recorded(portion: bytes) -> list[bytes]:
    return portion.replace(b"\r\n", b"\n").split(b"\n")


def _is_walk(portion: bytes) -> bool:
    """Whether it is the output of snmpwalk: told by the first lines."""
    return any(_WALKED.fullmatch(line) for line in portion[:4096].split(b"\n")[:5])


def _walked(portion: bytes) -> list[bytes]:
    """The lines of snmpwalk as those of a recording; what runs over several lines is joined."""
    joined = re.split(rb"\r?\n(?=\.?[0-2](?:\.\d+)+ = )", portion)
    return [line for line in map(_from_walk, joined) if line is not None]


def _from_walk(line: bytes) -> bytes | None:
    match = _WALKED.fullmatch(line)
    if match is None:
        return line
    oid, told = match[1], match[2].strip()
    if told.startswith(_NOTHING_THERE):
        return None
    typed = _TYPED.fullmatch(told)
    if typed is None or typed[1] not in _TAGS:
        return oid + b"|4|" + _unquoted(told)
    return oid + b"|" + _TAGS[typed[1]] + b"|" + _as_recorded(_TAGS[typed[1]], typed[2])


def _as_recorded(tag: bytes, content: bytes) -> bytes:
    if tag == b"4":
        return _unquoted(content)
    if tag == b"4x":
        # BITS are followed by the names of the bits that are set.
        return re.sub(rb"\s", b"", re.split(rb" (?=\S{3})|\[", content)[0])
    if tag == b"6":
        return content.lstrip(b".")
    if tag == b"64":
        return content.replace(b":", b".")
    # An enumeration shows its word before the number, time ticks a duration after it.
    number = re.search(rb"\((-?\d+)\)", content) or re.match(rb"-?\d+", content)
    return number[number.lastindex or 0] if number else content


def _unquoted(content: bytes) -> bytes:
    if len(content) > 1 and content[:1] == b'"' == content[-1:]:
        content = content[1:-1].replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    return content.replace(b"\r", b" ").replace(b"\n", b" ")

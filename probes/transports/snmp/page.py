"""One page of a walk, read straight into the columns it belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from probes.transports.snmp.ber import (
    NO_ERROR,
    WIDTHS,
    BerError,
    arcs,
    encode_arcs,
    read_content,
    read_element,
    read_length,
)
from probes.transports.snmp.contract import (
    COUNTER32,
    COUNTER64,
    END_OF_MIB_VIEW,
    GAUGE32,
    INTEGER,
    OCTET_STRING,
    TIME_TICKS,
    Index,
    Value,
)

_SEQUENCE, _OID = 0x30, 0x06
# Values of one byte, made once: states, types and counters that never count are such, and a table is full of them.
_SMALL: Mapping[int, Sequence[Value]] = {
    INTEGER: [(INTEGER, byte if byte < 0x80 else byte - 0x100) for byte in range(0x100)],
    **{tag: [(tag, byte) for byte in range(0x100)] for tag in (COUNTER32, GAUGE32, TIME_TICKS, COUNTER64)},
}


@dataclass(slots=True)
class Column:
    """A column under way: its rows, the last of their indexes (also as bytes), and whether more is expected."""

    oid: str
    prefix: bytes
    ordered: bool = True
    last: Index = ()
    tail: bytes = b""
    rows: dict[Index, Value] = field(default_factory=dict)
    open: bool = True


def read_page(data: bytes, at: int, columns: Sequence[Column]) -> str | None:
    """Add a page to the open columns it was asked for; binding j belongs to column j modulo their number.

    A column that the page leaves is closed, as is one whose indexes do not increase (of an agent known for that: one
    that repeats an index): then the cause is given, else ''.
    None, having done nothing, for a page that tells of an error or is none at all: that is for the general reader.
    `at` is where the error-status is.
    """
    before = [len(column.rows) for column in columns]
    try:
        return _add_page(data, at, columns)
    except (IndexError, BerError):
        take_back(columns, before)
        return None


def take_back(columns: Sequence[Column], sizes: Sequence[int]) -> None:
    """Undo a page: the columns were open and had so many rows before it."""
    for column, size in zip(columns, sizes, strict=True):
        while len(column.rows) > size:
            column.rows.popitem()
        column.last = next(reversed(column.rows), ())
        column.tail = encode_arcs(column.last)
        column.open = True


def _add_page(data: bytes, at: int, columns: Sequence[Column]) -> str:
    """The hot loop of walks, hence one function; raises BerError or IndexError for what it does not understand."""
    if not data.startswith(NO_ERROR, at):
        raise BerError("an error")
    number, width, within, end = int.from_bytes, WIDTHS.get, data.startswith, len(data)
    known, index, cut = b"", (), ""  # type: tuple[bytes, Index, str]
    at, stop = read_element(data, at + len(NO_ERROR), _SEQUENCE)
    if stop != end or at == end:
        raise BerError("no bindings, or bytes after them")
    for column in cycle(columns):
        if at >= end:
            break
        if data[at] != _SEQUENCE:
            raise BerError("unexpected tag")
        size = data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = read_length(data, at - 1)
        stop = at + size
        size = data[at + 1]
        if stop > end or data[at] != _OID or size > 0x7F:
            raise BerError("binding beyond the packet, or without OID, or with a very long one")
        name, prefix = at + 2, column.prefix
        start, at = name + len(prefix), name + size
        encoded = data[start:at]
        tag, size = data[at], data[at + 1]
        at += 2
        if size > 0x7F:
            size, at = read_length(data, at - 1)
        if at + size != stop:
            raise BerError("value that does not fill its binding")
        if not column.open:
            pass
        elif tag == END_OF_MIB_VIEW or not encoded or not within(prefix, name):
            column.open = False
        else:
            # Nearly always the same as that of the column before.
            if encoded != known:
                known, index = encoded, arcs(encoded)
            if index <= column.last and (column.ordered or index in column.rows):
                column.open, cut = False, "not_increasing"
            else:
                column.last, column.tail = index, encoded
                if size == 1 and tag in _SMALL:
                    column.rows[index] = _SMALL[tag][data[at]]
                elif 0 < size <= width(tag, 0):
                    column.rows[index] = tag, number(data[at:stop], "big")
                elif tag == OCTET_STRING:
                    column.rows[index] = tag, data[at:stop]
                else:
                    column.rows[index] = tag, read_content(tag, data[at:stop])
        at = stop
    return cut

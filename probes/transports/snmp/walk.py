"""Walks columns of a table side by side, and survives agents that lie: the thinking, without any sending.

By GetBulk (RFC 3416 section 4.2.3), or by GetNext where one row at a time is asked for or v1 is spoken. The walk ends
for a column when an answer leaves its subtree, says endOfMibView, or, in v1, noSuchName for it. It is cut, and says
why, when an index does not increase, at the row cap, when time is up, or when the agent stops answering.
"""

from collections.abc import Sequence
from typing import NamedTuple

from probes.transports.errors import BadAnswer, TransportError
from probes.transports.snmp.ber import (
    GET_BULK,
    GET_NEXT,
    BerError,
    Binding,
    Response,
    arcs,
    encode_oid,
)
from probes.transports.snmp.contract import END_OF_MIB_VIEW, Table
from probes.transports.snmp.page import Column, read_page, take_back

# RFC 3416 section 3, error-status: the answer would not fit; there is no such name (v1).
TOO_BIG = 1
NO_SUCH_NAME = 2
# So many bindings for each row at once are asked for at most: ten columns of ten rows make an answer of about 2 kB, two
# or three fragments on most paths.
_BINDINGS_PER_ROW = 10


class Page(NamedTuple):
    """What to ask for next."""

    pdu: int
    cursors: tuple[bytes, ...]
    repetitions: int


class Walk:
    """One walk under way: ask for `next_page`, then `take` the answer or `shrink`, until there is no page.

    `repetitions` (rows at once) and `abreast` (columns at once) shrink as the agent demands; without `bulk` there is
    one row at once, whatever `repetitions` says. Of an agent that is not `ordered` a column ends at a row that it told
    before. `cut` says why rows may be
    missing, `fault` what it was that stopped it.
    """

    def __init__(
        self,
        columns: Sequence[str],
        *,
        repetitions: int,
        row_cap: int,
        bulk: bool = True,
        abreast: int = 0,
        ordered: bool = True,
    ) -> None:
        self.bulk = bulk
        self.repetitions = repetitions
        self.abreast = min(abreast or len(columns), len(columns))
        self.cut = ""
        self.fault: TransportError | None = None
        self._most_bindings = repetitions * _BINDINGS_PER_ROW
        self._row_cap = row_cap
        self._columns = [Column(oid, encode_oid(oid), ordered) for oid in columns]
        self._waiting: list[Column] = []

    @property
    def width(self) -> int:
        """How many columns are walked."""
        return len(self._columns)

    @property
    def rows(self) -> int:
        """How many values were read."""
        return sum(len(column.rows) for column in self._columns)

    def next_page(self) -> Page | None:
        """The next request; None when the walk is over."""
        if self.fault is not None:
            return None
        self._waiting = waiting = [column for column in self._columns if column.open][: self.abreast]
        if not waiting:
            return None
        cursors = tuple([column.prefix + column.tail for column in waiting])
        rows = min(self.repetitions, max(1, self._most_bindings // len(waiting)))
        return Page(GET_BULK, cursors, rows) if self.bulk and rows > 1 else Page(GET_NEXT, cursors, 0)

    def take(self, answer: Response) -> None:
        """Sort an answer into its columns."""
        status = answer.error_status
        if status == NO_SUCH_NAME:
            self._end_of(answer.error_index)
        elif status == TOO_BIG and self.shrink():
            return
        elif status:
            self.stop(BadAnswer(f"error_{status}"))
        elif answer.bindings:
            self._sort(answer.bindings)
        else:
            self.stop(BadAnswer("bad_answer"))

    def read(self, data: bytes, rest: int) -> bool:
        """Take an answer of v1 or v2c as it came, whose error-status is at this place; False, having done nothing, when
        it must be decoded first, as it tells of an error or is odd."""
        cut = read_page(data, rest, self._waiting)
        if cut is None:
            return False
        self.cut = self.cut or cut
        for column in self._waiting:
            self._cap(column)
        return True

    def shrink(self) -> bool:
        """Ask for less next time: fewer rows, then fewer columns; False when that is no longer possible."""
        if self.repetitions > 1 and self.bulk:
            self.repetitions //= 2
        elif len(self._waiting) > 1:
            self.abreast = len(self._waiting) // 2
        else:
            return False
        return True

    def stop(self, error: TransportError) -> None:
        """End the walk here."""
        self.fault = error
        self.cut = self.cut or (error.detail if isinstance(error, BadAnswer) else str(error.reason))

    def table(self, cut: str = "") -> Table:
        """What was read; raises what stopped the walk when nothing was."""
        if self.fault is not None and not self.rows:
            raise self.fault
        return Table({column.oid: column.rows for column in self._columns}, self.cut or cut)

    def _end_of(self, index: int) -> None:
        """The agent has nothing behind the column with this number, counted from 1; other numbers tell nothing."""
        if 1 <= index <= len(self._waiting):
            self._waiting[index - 1].open = False
        elif len(self._waiting) > 1:
            self.abreast = 1
        else:
            self._waiting[0].open = False

    def _sort(self, bindings: list[Binding]) -> None:
        """Binding j belongs to column j modulo their number."""
        waiting, cut = self._waiting, self.cut
        sizes = [len(column.rows) for column in waiting]
        try:
            for place, column in enumerate(waiting):
                self._read_column(column, bindings[place :: len(waiting)])
        except BerError:
            # Garbage: the same page may still come, so nothing of this one may have been taken.
            self.cut = cut
            take_back(waiting, sizes)
            raise
        for column in waiting:
            self._cap(column)

    def _read_column(self, column: Column, bindings: list[Binding]) -> None:
        prefix, rows = column.prefix, column.rows
        for name, tag, content in bindings:
            tail = name[len(prefix) :]
            if tag == END_OF_MIB_VIEW or not tail or not name.startswith(prefix):
                column.open = False
                break
            index = arcs(tail)
            if index <= column.last and (column.ordered or index in rows):
                column.open, self.cut = False, self.cut or "not_increasing"
                break
            rows[index] = tag, content
            column.last, column.tail = index, tail

    def _cap(self, column: Column) -> None:
        rows = column.rows
        if len(rows) >= self._row_cap:
            while len(rows) > self._row_cap:
                rows.popitem()
            column.open, self.cut = False, self.cut or "row_cap"

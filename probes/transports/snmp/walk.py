"""Walks columns of a table side by side with GetBulk (RFC 3416 section 4.2.3), and survives agents that lie.

The walk ends for a column when an answer leaves its subtree or says endOfMibView. It is cut, and says why, when an
index does not increase, at the row cap, when time is up, or when the agent stops answering.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from probes.transports.errors import BadAnswer, TransportError
from probes.transports.snmp.ber import Binding, Response, arcs, encode_oid
from probes.transports.snmp.contract import END_OF_MIB_VIEW, Index, Table, Value

# RFC 3416 section 3: error-status tooBig.
TOO_BIG = 1
# So many bindings are asked for at once at most: an answer of about 2 kB, two or three fragments on most paths.
MOST_BINDINGS = 100

# Sends one GetBulk for these OIDs with this max-repetitions.
Ask = Callable[[Sequence[bytes], int], Awaitable[Response]]


@dataclass(slots=True)
class _Column:
    oid: str
    prefix: bytes
    cursor: bytes
    last: Index = ()
    rows: dict[Index, Value] = field(default_factory=dict)
    open: bool = True


class Walk:
    """One walk under way. `repetitions` shrinks as the agent demands and may be kept for its next walk."""

    def __init__(
        self, columns: Sequence[str], *, repetitions: int, row_cap: int, expired: Callable[[], bool]
    ) -> None:
        self.repetitions = repetitions
        self._columns = [_Column(oid, encode_oid(oid), encode_oid(oid)) for oid in columns]
        self._row_cap = row_cap
        self._expired = expired
        self._abreast = len(self._columns)
        self._cut = ""

    async def run(self, ask: Ask) -> Table:
        """Walk to the end; raises the TransportError that stopped it if nothing at all was read."""
        while waiting := [column for column in self._columns if column.open][: self._abreast]:
            if self._expired():
                self._cut = "time"
                break
            try:
                answer = await self._page(ask, waiting)
            except TransportError as error:
                if self._shrink(error, len(waiting)):
                    continue
                self._stop(error)
                break
            self._take(answer, waiting)
        return Table({column.oid: column.rows for column in self._columns}, self._cut)

    async def _page(self, ask: Ask, waiting: list[_Column]) -> list[Binding]:
        asked = min(self.repetitions, max(1, MOST_BINDINGS // len(waiting)))
        answer = await ask([column.cursor for column in waiting], asked)
        if answer.error_status == TOO_BIG:
            raise _TooMuchError("error_1")
        if answer.error_status:
            raise BadAnswer(f"error_{answer.error_status}")
        if not answer.bindings:
            raise BadAnswer("bad_answer")
        return answer.bindings

    def _shrink(self, error: TransportError, waiting: int) -> bool:
        """Ask for less next time: fewer rows, then fewer columns; False when that is no cure or no longer possible."""
        if not error.shrinkable or self._expired():
            return False
        if self.repetitions > 1:
            self.repetitions //= 2
        elif waiting > 1:
            self._abreast = waiting // 2
        else:
            return False
        return True

    def _stop(self, error: TransportError) -> None:
        if not any(column.rows for column in self._columns):
            raise error
        self._cut = error.detail if isinstance(error, BadAnswer) else str(error.reason)

    def _take(self, bindings: list[Binding], waiting: list[_Column]) -> None:
        """Sort an answer into its columns; binding j belongs to column j modulo their number."""
        abreast = len(waiting)
        for place, (oid, tag, content) in enumerate(bindings):
            column = waiting[place % abreast]
            if not column.open:
                continue
            prefix = column.prefix
            if tag == END_OF_MIB_VIEW or not oid.startswith(prefix) or len(oid) == len(prefix):
                column.open = False
                continue
            index = arcs(oid[len(prefix) :])
            if index <= column.last:
                self._close(column, "not_increasing")
                continue
            column.rows[index] = tag, content
            column.last = index
            column.cursor = oid
            if len(column.rows) >= self._row_cap:
                self._close(column, "row_cap")

    def _close(self, column: _Column, why: str) -> None:
        column.open = False
        self._cut = self._cut or why


class _TooMuchError(BadAnswer):
    shrinkable = True

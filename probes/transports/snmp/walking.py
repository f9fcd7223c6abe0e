"""A walk as an operation: its pages go out one after the other, and what the agent can answer at once is learned."""

from collections.abc import Sequence

from probes.transports.errors import TransportError
from probes.transports.snmp.agent import Agent, Size
from probes.transports.snmp.ber import Response
from probes.transports.snmp.contract import Table
from probes.transports.snmp.operation import Operation, Shared
from probes.transports.snmp.options import SnmpOptions
from probes.transports.snmp.speaker import V1
from probes.transports.snmp.walk import Walk

# What a walk may read. Ten columns of 20,000 rows are 6 to 10 MB of answers, but an agent may send 60 kB a row, and a
# byte of an index may take twenty in memory.
MOST_BYTES = 16 * 2**20


def rows_at_start(options: SnmpOptions, round_trip: float) -> int:
    """How many rows at once an agent so far away (seconds) is asked for before anything is known of its limits."""
    lan = round_trip <= options.lan_round_trip
    return max(options.max_repetitions, options.max_repetitions_lan) if lan else options.max_repetitions


class Walking(Operation[Table]):
    """A walk under way; its result is `Table`."""

    __slots__ = ("_answered", "_bytes", "_reduced", "_start", "_walk")

    def __init__(
        self,
        shared: Shared,
        agent: Agent,
        credentials: tuple[str, ...],
        until: float | None,
        columns: Sequence[str],
    ) -> None:
        Operation.__init__(self, shared, agent, credentials, until)
        options, rows, abreast = shared.options, agent.repetitions, agent.abreast
        usual, manners = rows_at_start(options, agent.round_trip), agent.manners
        self._start = start = min(usual, manners.most_rows or usual)
        self._walk = Walk(
            columns,
            repetitions=min(start, rows.value) if rows else start,
            row_cap=options.row_cap,
            abreast=abreast.value if abreast else 0,
            ordered=manners.ordered,
        )
        self._answered = self._reduced = False
        self._bytes = 0

    def received(self, data: bytes, version: int, rest: int) -> None:
        """As `Operation.received`; the bytes are counted, as rows may be as long as the agent likes."""
        self._bytes += len(data)
        Operation.received(self, data, version, rest)

    def advance(self) -> None:
        """As `Operation.advance`."""
        if self.expired or self._bytes > MOST_BYTES:
            self._end("time" if self._bytes <= MOST_BYTES else "byte_cap")
            return
        self._walk.bulk = self.speaker.version != V1 and self.agent.manners.bulk
        page = self._walk.next_page()
        if page is None:
            self._end()
        else:
            self.ask(*page)

    def reword(self) -> None:
        """As `Operation.reword`: v1 knows no GetBulk."""
        self._walk.bulk = self.speaker.version != V1 and self.agent.manners.bulk
        page = self._walk.next_page()
        if page is not None:
            self.instead(*page)

    def read(self, data: bytes, rest: int) -> None:
        """As `Operation.read`: straight into the columns when the page tells of no error."""
        if not self._walk.read(data, rest):
            Operation.read(self, data, rest)
            return
        self.heard()
        self.measure()
        self._answered = True
        if self._reduced:
            self._learn()
        self.advance()

    def take(self, answer: Response) -> None:
        """As `Operation.take`."""
        self.measure()
        walk = self._walk
        before = walk.repetitions, walk.abreast
        walk.take(answer)
        self._answered = True
        if (walk.repetitions, walk.abreast) != before:
            self._reduced = True
        elif self._reduced and not answer.error_status:
            self._learn()
        self.advance()

    def _learn(self) -> None:
        """An answer came where a larger one did not."""
        agent, walk = self.agent, self._walk
        if walk.repetitions < self._start:
            agent.repetitions = Size(walk.repetitions)
        if walk.abreast < walk.width:
            agent.abreast = Size(walk.abreast)

    def lost(self) -> None:
        """As `Operation.lost`: fewer rows, then fewer columns, as long as that is possible and there is time."""
        if (self._answered or not self.agent.silences) and self._walk.shrink():
            self._reduced = True
            self._left = self._left or 1
            self.reword()

    def out_of_time(self) -> None:
        """As `Operation.out_of_time`."""
        if self._walk.rows:
            self._end("time")
        else:
            self.exhausted()

    def stop(self, error: TransportError) -> None:
        """As `Operation.stop`: what was read is the result, with what stopped the rest as its cause."""
        self._walk.stop(error)
        self._end()

    def _end(self, cut: str = "") -> None:
        try:
            table = self._walk.table(cut)
        except TransportError as error:
            self.fail(error)
            return
        if not self._reduced and not table.cut:
            self._went_well()
        self.finish(table)

    def _went_well(self) -> None:
        agent, width = self.agent, self._walk.width
        if agent.repetitions is not None:
            agent.repetitions.went_well(self._start, 1)
            if agent.repetitions.value >= self._start:
                agent.repetitions = None
        if agent.abreast is not None and agent.abreast.value < width:
            agent.abreast.went_well(width, 1)

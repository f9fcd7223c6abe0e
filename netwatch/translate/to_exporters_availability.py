"""How long sites and lines were up, down, unknown and excluded, as families: the figures of record, to date. Pure.

What is the same as at the count before keeps its text, so that a month that is over costs nothing.
"""

from collections.abc import Iterator

from exporters.columns import Block, Frame, Grouped
from exporters.series import Family, Point
from netwatch.availability.periods import TO_DATE
from netwatch.availability.running import CLASSES
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.availability_counts import AvailabilityCount, Column

KINDS = ("site", "line")
# Lines of a block, whose text is made at once.
LINES = 250


def availability_families(present: Present) -> Iterator[Family]:
    """Up to when is counted; without a point before anything is."""
    count = present.availability
    text = "Up to when availability is counted: the moment of which the figures of record are."
    at = (Point({}, count.until / SECOND),) if count else ()
    yield Family("netwatch_availability_timestamp_seconds", "gauge", text, at)


class AvailabilityLines:
    """The families of sites and lines; keeps the text of what stays the same."""

    def __init__(self) -> None:
        self._made: AvailabilityCount | None = None
        self._families: tuple[Grouped, ...] = ()
        self._frames: dict[tuple[str, str, int, int], tuple[tuple[str, ...], Frame]] = {}
        self._blocks: dict[tuple[str, str, int, int], Block] = {}

    def families(self, present: Present) -> tuple[Grouped, ...]:
        """Both families, of the count there is."""
        count = present.availability
        if count is not self._made or not self._families:
            self._made = count
            self._families = tuple(self._family(kind, count) for kind in KINDS)
        return self._families

    def _family(self, kind: str, count: AvailabilityCount | None) -> Grouped:
        text = f"Time of the {kind} by what it counts as, from the period's beginning in local time until the count."
        columns = (count.columns.get((kind, period)) for period in TO_DATE) if count else ()
        blocks = [block for column in columns if column for block in self._column(column)]
        return Grouped(f"netwatch_{kind}_seconds", "gauge", text, blocks)

    def _column(self, column: Column) -> Iterator[Block]:
        for place in range(len(CLASSES)):
            seconds = column.seconds(place)
            for first in range(0, len(column.ids), LINES):
                key = (column.kind, column.period, place, first)
                yield self._block(key, column.ids[first : first + LINES], seconds[first : first + LINES])

    def _block(self, key: tuple[str, str, int, int], ids: tuple[str, ...], values: list[float]) -> Block:
        kind, period, place, _ = key
        known = self._frames.get(key)
        if known is None or known[0] != ids:
            known = ids, Frame({"period": period, "class": CLASSES[place]}, kind, ids)
            self._frames[key] = known
            self._blocks.pop(key, None)
        block = self._blocks.get(key)
        if block is None or block.values != values:
            block = self._blocks[key] = Block(f"netwatch_{kind}_seconds", known[1], values)
        return block

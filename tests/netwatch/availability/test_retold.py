"""What rows say otherwise since: late looks and reclassifications, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability.retold import retold
from netwatch.incidents.reclassify import exclusion, reclassify
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.verdict import Kind, Verdict

SPAN = (0, 1000)
WORDS = {Kind.UP: "lines_up", Kind.DOWN: "no_line_up", Kind.UNKNOWN: "no_looks"}
STORED = tuple(
    VerdictRow(
        place + 1, "S", Verdict(kind, WORDS[kind]), 200 * place, 200 * place + 200, 200 * place - 5, 1, 1
    )
    for place, kind in enumerate((Kind.UP, Kind.DOWN, Kind.UP, Kind.UNKNOWN, Kind.UP))
)


def after(rows: tuple[VerdictRow, ...], judgement: Judgement) -> tuple[VerdictRow, ...]:
    """All rows once a judgement is stored, the new ones numbered on."""
    first = max(row.id for row in rows) + 1
    gone = set(judgement.supersede)
    old = (replace(row, superseded_by=first) if row.id in gone else row for row in rows)
    return (*old, *(replace(row, id=first + place) for place, row in enumerate(judgement.add)))


@given(st.integers(0, 999), st.integers(1, 1000))
def test_a_reclassification_is_told_with_exactly_its_time(start: int, length: int) -> None:
    """Every moment of it and none beside it, as one that changed nothing else."""
    end = min(1000, start + length)
    rows = after(STORED, reclassify(STORED, (start, end), exclusion("điện", "an"), 5000))
    found = retold(rows, len(STORED), SPAN)
    assert all(piece.excluded and piece.recorded_at == 5000 for piece in found)
    assert sum(piece.end - piece.start for piece in found) == end - start
    assert (found[0].start, found[-1].end) == (start, end)
    assert not retold(rows, max(row.id for row in rows), SPAN)


def test_late_looks_are_told_where_they_changed_something() -> None:
    """The part of the unknown time they filled, with what is told now; the rest of the row only got another number."""
    gap = STORED[3]
    filled = replace(gap, id=0, end=650, verdict=Verdict(Kind.DOWN, "no_line_up"), recorded_at=9)
    rest = replace(gap, id=0, start=650, contrary=650, recorded_at=9)
    rows = after(STORED, Judgement(0, add=(filled, rest), supersede=(gap.id,)))
    [piece, moved] = retold(rows, len(STORED), SPAN)
    assert (piece.start, piece.end, piece.excluded) == (600, 650, False)
    assert (piece.before, piece.after) == (gap.verdict, filled.verdict)
    # It is known now to have begun after another moment.
    assert (moved.start, moved.before) == (650, moved.after)

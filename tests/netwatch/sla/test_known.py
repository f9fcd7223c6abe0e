"""Rows as they stood before something was told anew."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.incidents.reclassify import reclassify
from netwatch.sla.known import rows_known
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict


def told(lengths: list[int]) -> list[VerdictRow]:
    """Rows one after the other, each written down as it began; the last one goes on."""
    rows, at = [], 0
    for number, length in enumerate(lengths, start=1):
        kind = Kind.UP if number % 2 else Kind.DOWN
        end = None if number == len(lengths) else at + length
        rows.append(VerdictRow(number, "L", Verdict(kind, "r"), at, end, at, 1, at))
        at += length
    return rows


def anew(rows: list[VerdictRow], span: tuple[int, int], at: int) -> list[VerdictRow]:
    """All versions after a span was taken out of the figures, as a store keeps them."""
    judgement = reclassify(rows, span, "x", at)
    first = len(rows) + 1
    added = [
        VerdictRow(first + place, "L", one.verdict, one.start, one.end, one.contrary, 1, at)
        for place, one in enumerate(judgement.add)
    ]
    gone = dict.fromkeys(judgement.supersede, first)
    kept = [
        VerdictRow(
            one.id, "L", one.verdict, one.start, one.end, one.contrary, 1, one.recorded_at, gone.get(one.id)
        )
        for one in rows
    ]
    return [*kept, *added]


def spans(rows: list[VerdictRow]) -> list[tuple[int, int | None, Kind, str]]:
    """What rows say."""
    return [(one.start, one.end, one.verdict.kind, one.verdict.excluded) for one in rows]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(0, 40), st.integers(1, 20))
def test_what_was_replaced_later_was_current(lengths: list[int], start: int, length: int) -> None:
    """Before it was written down all is as it was; after it what holds now."""
    rows, at = told(lengths), 1000
    versions = anew(rows, (start, start + length), at)
    assert spans(rows_known(versions, at - 1)) == spans(rows)
    current = sorted((one for one in versions if one.superseded_by is None), key=lambda one: one.start)
    assert spans(rows_known(versions, at)) == spans(current)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(0, 60))
def test_the_newest_row_of_then_went_on(lengths: list[int], known_at: int) -> None:
    """That it ended was written down with the row that follows it."""
    rows = told(lengths)
    found = rows_known(rows, known_at)
    assert [one.start for one in found] == [one.start for one in rows if one.start <= known_at]
    assert found[-1].end is None
    assert all(one.end is not None for one in found[:-1])

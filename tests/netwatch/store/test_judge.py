"""Transaction 2: verdict intervals and the cursor."""

from collections.abc import Callable

import pytest

from netwatch.state import Transition
from netwatch.store.contract import Contradiction, Judgement, VerdictRow
from netwatch.store.sql import SqlStore
from netwatch.verdict import Kind

Rows = Callable[..., VerdictRow]


def shape(rows: object) -> list[tuple[int, int | None, Kind]]:
    """(start, end, kind) of verdict rows."""
    return [(row.start, row.end, row.verdict.kind) for row in rows]  # type: ignore[attr-defined]


def test_verdicts_follow_each_other(store: SqlStore, verdict: Rows) -> None:
    """The open row ends, the next opens where it ended."""
    (first,) = store.judge(Judgement(0, add=(verdict(10),)))
    (second,) = store.judge(Judgement(0, add=(verdict(20, kind=Kind.DOWN),), end=((first.id, 20),)))
    assert (first.id, second.id) == (1, 2)
    assert shape(store.verdicts(0)) == [(10, 20, Kind.UP), (20, None, Kind.DOWN)]


def test_superseded_rows_are_kept_and_name_their_successor(store: SqlStore, verdict: Rows) -> None:
    """Judging again replaces rows without losing them; they point to the first row that replaced them."""
    (first,) = store.judge(Judgement(0, add=(verdict(10, kind=Kind.UNKNOWN),)))
    again = (verdict(10, 15, Kind.UP, revision=2), verdict(15, None, Kind.DOWN, revision=2))
    added = store.judge(Judgement(0, add=again, supersede=(first.id,)))
    assert shape(store.verdicts(0)) == [(10, 15, Kind.UP), (15, None, Kind.DOWN)]
    old, *current = store.versions("line-1", 0, 100)
    assert old.superseded_by == added[0].id
    assert current == list(added)


def test_a_judgement_delivered_again_changes_nothing(store: SqlStore, verdict: Rows) -> None:
    """After a commit whose answer was lost the same judgement may come again; it gets the same ids."""
    (first,) = store.judge(Judgement(0, add=(verdict(10),)))
    judgements = (
        Judgement(0, add=(verdict(20, kind=Kind.DOWN),), end=((first.id, 20),)),
        Judgement(0, add=(verdict(20, kind=Kind.UNREACHABLE, revision=2),), supersede=(2,)),
    )
    answers = [store.judge(judgement) for judgement in judgements]
    before = store.versions("line-1", 0, 100)
    assert store.judge(judgements[1]) == answers[1]
    assert store.versions("line-1", 0, 100) == before


def test_the_cursor_moves_forward_only(store: SqlStore, change: Callable[..., Transition]) -> None:
    """The cursor never goes back, nor beyond the facts there are."""
    store.record([change(10, True), change(20, False)], {}, 21)
    store.judge(Judgement(2))
    store.judge(Judgement(1))
    assert store.cursor() == 2
    with pytest.raises(Contradiction, match="last fact row is 2"):
        store.judge(Judgement(3))


@pytest.mark.parametrize(
    ("add", "end", "supersede", "sentence"),
    [
        ([(15, None)], [], [], "would end at None, but the next begins at 15"),
        ([(20, None)], [(1, 18)], [], "would end at 18, but the next begins at 20"),
        ([], [(1, 10)], [], "would begin at 10 and end at 10"),
        ([(12, None)], [], [], "would end at None, but the next begins at 12"),
        ([(10, None)], [(1, 10)], [], "would begin at 10 and end at 10"),
        ([(10, 5)], [], [1], "would begin at 10 and end at 5"),
        ([(20, 30)], [(1, 20)], [], "would end at 30, but the next begins at no time"),
        ([], [], [1], "superseded by nothing"),
        ([], [(7, 20)], [], "verdict row 7 does not exist"),
        ([], [], [7], "verdict row 7 does not exist"),
    ],
)
def test_a_judgement_that_does_not_fit_is_refused_whole(
    store: SqlStore,
    verdict: Rows,
    add: list[tuple[int, int | None]],
    end: list[tuple[int, int]],
    supersede: list[int],
    sentence: str,
) -> None:
    """Overlaps, gaps, ends without successor and unknown rows are refused and nothing is changed."""
    store.judge(Judgement(0, add=(verdict(10),)))
    rows = tuple(verdict(start, stop, Kind.DOWN) for start, stop in add)
    with pytest.raises(Contradiction, match=sentence):
        store.judge(Judgement(0, rows, tuple(end), tuple(supersede)))
    assert shape(store.versions("line-1", 0, 100)) == [(10, None, Kind.UP)]


def test_a_retired_subject_ends_and_may_come_back(store: SqlStore, verdict: Rows) -> None:
    """What left the inventory ends without a successor; once back, its verdicts begin anew, after a gap."""
    store.judge(Judgement(0, add=(verdict(10),)))
    store.judge(Judgement(0, end=((1, 20),)))
    assert shape(store.verdicts(0)) == [(10, 20, Kind.UP)]
    with pytest.raises(Contradiction):
        store.judge(Judgement(0, add=(verdict(19, kind=Kind.DOWN),)))
    store.judge(Judgement(0, add=(verdict(30, kind=Kind.DOWN),)))
    store.judge(Judgement(0, add=(verdict(40),), end=((2, 40),)))
    assert shape(store.verdicts(0)) == [(10, 20, Kind.UP), (30, 40, Kind.DOWN), (40, None, Kind.UP)]


def test_the_same_verdict_can_be_told_again_at_the_same_moment(store: SqlStore, verdict: Rows) -> None:
    """Up, down and up again within one tick of the clock: the third is a row of its own, not the first again."""
    up, down = verdict(10), verdict(10, kind=Kind.DOWN)
    for number, row in enumerate((up, down, up), start=1):
        (added,) = store.judge(Judgement(0, add=(row,), supersede=(number - 1,) if number > 1 else ()))
        assert added.id == number
    assert [row.superseded_by for row in store.versions("line-1", 0, 100)] == [2, 3, None]


def test_an_end_once_written_stays(store: SqlStore, verdict: Rows) -> None:
    """A row that has ended cannot be given another end."""
    store.judge(Judgement(0, add=(verdict(10),)))
    store.judge(Judgement(0, add=(verdict(20, kind=Kind.DOWN),), end=((1, 20),)))
    with pytest.raises(Contradiction, match="ended at 20 and cannot end at 25"):
        store.judge(Judgement(0, add=(verdict(25),), end=((1, 25), (2, 25))))


def test_a_superseded_row_cannot_end(store: SqlStore, verdict: Rows) -> None:
    """What was replaced stays as it was, on both databases alike."""
    store.judge(Judgement(0, add=(verdict(10),)))
    store.judge(Judgement(0, add=(verdict(10, kind=Kind.DOWN),), supersede=(1,)))
    with pytest.raises(Contradiction, match="was superseded by 2 and cannot end"):
        store.judge(Judgement(0, end=((1, 10),)))


def test_verdicts_are_asked_by_time_and_subject(store: SqlStore, verdict: Rows) -> None:
    """Answers are ordered by subject and start, and cut to what overlaps."""
    rows = (verdict(10, 20, subject="b"), verdict(20, None, Kind.DOWN, subject="b"), verdict(15, subject="a"))
    store.judge(Judgement(0, add=rows))
    assert [(row.subject, row.start) for row in store.verdicts(0)] == [("a", 15), ("b", 10), ("b", 20)]
    assert [(row.subject, row.start) for row in store.verdicts(0, 15)] == [("b", 10)]
    assert [(row.subject, row.start) for row in store.verdicts(20)] == [("a", 15), ("b", 20)]
    assert [(row.subject, row.start) for row in store.verdicts(0, subject="a")] == [("a", 15)]

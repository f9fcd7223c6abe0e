"""A replay reads rows in the order in which they were written down, on both databases."""

from collections.abc import Callable

from netwatch.state import Transition
from netwatch.store import replay_sql
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.replay_sql import failures_told, first_recorded, recorded
from netwatch.store.sql import SqlStore
from netwatch.verdict import Kind


def test_facts_come_by_the_moment_at_which_they_were_written_down(
    store: SqlStore, change: Callable[..., Transition]
) -> None:
    """Of any span, superseded ones too, a portion at a time; nothing where nothing was."""
    assert first_recorded(store.engine) is None
    assert list(recorded(store.engine, 0, 100)) == []
    count = replay_sql.PORTION + 5
    for at in (10, 20, 30):
        told = [change(at, at != 20, check=f"c{number}") for number in range(count if at == 20 else 2)]
        store.record(told, {}, at)
    store.record([change(30, False, check="c0")], {}, 40)
    assert first_recorded(store.engine) == 10
    moments = [one.at for one in recorded(store.engine, 0, 100)]
    assert moments == [10] * 2 + [20] * count + [30] * 2 + [40]
    assert [one.at for one in recorded(store.engine, 11, 31)] == [20] * count + [30] * 2
    assert [one.row.transition.key.check for one in recorded(store.engine, 30, 100)] == ["c0", "c1", "c0"]
    assert list(recorded(store.engine, 41, 100)) == []


def test_when_failures_were_first_told(store: SqlStore, verdict: Callable[..., VerdictRow]) -> None:
    """By subject and beginning; what works, and what began before or after, is left out."""
    rows = (
        verdict(10, 20),
        verdict(20, 30, Kind.DOWN),
        verdict(30),
        verdict(25, None, Kind.UNREACHABLE, subject="b"),
    )
    added = store.judge(Judgement(0, add=rows))
    told = {(row.subject, row.start): row.recorded_at for row in added if row.verdict.failed}
    assert failures_told(store.engine, 0, 100) == told
    assert len(failures_told(store.engine, 21, 100)) == 1
    assert failures_told(store.engine, 0, 20) == {}

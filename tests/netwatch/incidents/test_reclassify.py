"""Time taken out of the figures afterwards: cut exactly, kept when the past is told anew, put back without a trace."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from alerts.contract import Window
from inventory.history import events
from inventory.snapshot import Inventory
from netwatch.check import FactKey
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.control.contract import Refused
from netwatch.exclusion import still_excluded
from netwatch.incidents.places import Places
from netwatch.incidents.reclassify import exclusion, reclassify, too_recent
from netwatch.incidents.reclassifying import Reclassification, Reclassified, carry_out
from netwatch.judging import Judging
from netwatch.plan import Plan
from netwatch.state import Transition
from netwatch.store.contract import VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore, open_store
from netwatch.topology import topology
from netwatch.verdict import Kind, Subject, SubjectKind, Verdict

NOW = 1_793_491_200 * SECOND
WHY = exclusion("cắt điện", "an")
UP, DOWN = Verdict(Kind.UP, "answers"), Verdict(Kind.DOWN, "no_answer")
KEY = FactKey("0" * 16, "", "reachable")
LINE = Subject("L-AN", SubjectKind.LINE, (KEY,), witness="echo")
PLAN = Plan(1, "", topology=topology([LINE], 1))
WINDOW = Window(0, 0, 1, "", "", subjects=("L-AN",))


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """An empty database of each kind."""
    opened = open_store(database_url, Holder("here", 1, NOW, "test"))
    yield opened
    opened.close()


def told(holds: bool, since: int) -> Transition:
    """The line's witness was seen well or failing since then; it took 20 seconds to be sure."""
    return Transition(KEY, not holds, holds, since, since - SECOND, since + 20 * SECOND, "", ever=True)


def started(store: SqlStore, now: int) -> Judging:
    """The judge as it begins, or begins again."""
    judging = Judging(store)
    judging.topology = PLAN.topology
    facts = store.fact_histories([KEY], now - HOUR, now + 1)
    judging.restore(facts, store.verdicts(now - HOUR))
    judging.adopt(PLAN, now)
    judging.settle_plan(PLAN.topology, now)
    return judging


def see(judging: Judging, store: SqlStore, transition: Transition, now: int) -> None:
    """Both transactions, and the live picture."""
    judging.foresee([transition], {}, now)
    judging.settle(store.record([transition], {}, now), PLAN.topology, {}, now)
    judging.catch_up((), {}, now)


def story(store: SqlStore) -> list[tuple[float, float | None, str, str]]:
    """(from, to, verdict, excluded) in hours since NOW."""
    return [
        (
            (row.start - NOW) / HOUR,
            None if row.end is None else (row.end - NOW) / HOUR,
            str(row.verdict.kind),
            row.verdict.excluded,
        )
        for row in store.verdicts(0)
    ]


def order(start: float, end: float, **more: bool) -> Reclassification:
    """From so many hours after NOW to so many."""
    return Reclassification(
        WINDOW, NOW + round(start * HOUR), NOW + round(end * HOUR), "cắt điện", "an", **more
    )


def test_what_was_excluded_stays_so_while_the_fault_goes_on(store: SqlStore, province: Inventory) -> None:
    """The open row is cut; later judgements, looks and a restart leave the excluded time alone."""
    places = Places(province)
    judging = started(store, NOW)
    see(judging, store, told(True, NOW + SECOND), NOW + MINUTE)
    see(judging, store, told(False, NOW + HOUR), NOW + HOUR + MINUTE)
    now = NOW + 4 * HOUR
    report = carry_out(store, places, order(1.5, 2.5), now)
    assert report == Reclassified(("L-AN",), 1, 3, "maintenance: cắt điện (an)", dry_run=False)
    rows = judging.take(report.subjects, now)
    assert [row.start for row in rows["L-AN"]] == [NOW + round(at * HOUR) for at in (1.5, 2.5)][
        -len(rows["L-AN"]) :
    ]
    cut = [(1.0, 1.5, "down", ""), (1.5, 2.5, "down", WHY), (2.5, None, "down", "")]
    assert story(store)[-3:] == cut

    judging.catch_up((), {}, now)
    assert judging.live["L-AN"].verdict.kind is Kind.DOWN
    see(judging, store, told(True, now + HOUR), now + HOUR + MINUTE)
    cut[-1] = (2.5, 5.0, "down", "")
    assert story(store)[-4:] == [*cut, (5.0, None, "up", "")]

    again = started(store, now + 2 * HOUR)
    see(again, store, told(False, now + 3 * HOUR), now + 3 * HOUR + MINUTE)
    assert story(store)[-5:-2] == cut
    assert check_integrity(store.engine.url.render_as_string(hide_password=False)) == ()


def test_a_past_told_anew_from_long_ago_stays_excluded(store: SqlStore, province: Inventory) -> None:
    """Facts that waited for hours (a database that could not be written) tell of excluded time; it stays excluded."""
    judging = started(store, NOW)
    see(judging, store, told(True, NOW + SECOND), NOW + MINUTE)
    now = NOW + 4 * HOUR
    report = carry_out(store, Places(province), order(2.25, 3), now)
    judging.take(report.subjects, now)
    see(judging, store, told(False, NOW + round(2.5 * HOUR)), now)
    assert story(store)[-3:] == [
        (2.25, 2.5, "up", WHY),
        (2.5, 3.0, "down", WHY),
        (3.0, None, "down", ""),
    ]


def test_undone_it_is_as_it_was(store: SqlStore, province: Inventory) -> None:
    """The old rows are kept all the same, and both deeds stand in the event log with their author and reason."""
    judging = started(store, NOW)
    see(judging, store, told(True, NOW + SECOND), NOW + MINUTE)
    see(judging, store, told(False, NOW + HOUR), NOW + HOUR + MINUTE)
    before, now = story(store), NOW + 6 * HOUR
    carry_out(store, Places(province), order(0.5, 2), now)
    assert story(store) != before
    assert carry_out(store, Places(province), order(0.5, 2), now + 1).subjects == ()
    undone = carry_out(store, Places(province), order(0, 3, undo=True), now + 2)
    assert (undone.subjects, undone.excluded) == (("L-AN",), "")
    assert story(store) == before
    assert len(store.versions("L-AN", 0, now)) == len(before) + 6
    with Session(store.engine) as session:
        found = events(session, kind="maintenance", entity="L-AN")
    assert [(event.actor, event.reason, (event.after or {})["excluded"]) for event in found] == [
        ("an", "cắt điện", ""),
        ("an", "cắt điện", WHY),
    ]


def test_a_dry_run_says_what_would_be(store: SqlStore, province: Inventory) -> None:
    """Nothing is written."""
    judging = started(store, NOW)
    see(judging, store, told(True, NOW + SECOND), NOW + MINUTE)
    before = store.versions("L-AN", 0, NOW + HOUR)
    report = carry_out(store, Places(province), order(0.5, 1, dry_run=True), NOW + 4 * HOUR)
    assert (report.rows_before, report.rows_after, report.dry_run) == (1, 3, True)
    assert store.versions("L-AN", 0, NOW + HOUR) == before
    with Session(store.engine) as session:
        assert events(session, kind="maintenance") == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"end": NOW + 4 * HOUR - 30 * MINUTE}, "can be from 01/11/2026 11:30:00 on"),
        ({"end": NOW}, "ends before it begins"),
        ({"reason": "  "}, "Say why"),
        ({"window": Window(0, 0, 1, "", "")}, "covers nothing"),
        (
            {"window": Window(0, 0, 1, "", "", subjects=("L-AM",))},
            "no line, device or other thing 'L-AM'. Near it: L-AN",
        ),
    ],
)
def test_what_cannot_be_reclassified_is_refused_with_a_sentence(
    store: SqlStore, province: Inventory, change: dict[str, object], sentence: str
) -> None:
    """The last hour, an empty time, no reason, nothing that is judged, a name nobody knows."""
    asked = replace(order(1, 2), **change)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        carry_out(store, Places(province), asked, NOW + 4 * HOUR)
    assert sentence in str(refused.value)


def row(id_: int, start: int, end: int | None, verdict: Verdict) -> VerdictRow:
    """A stored row."""
    return VerdictRow(id_, "L-AN", verdict, start, end, start - 1, 1, start)


@st.composite
def chains(draw: st.DrawFn) -> list[VerdictRow]:
    """Rows that follow each other, the last one open or not."""
    edges = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=7)))
    verdicts = draw(st.lists(st.sampled_from((UP, DOWN)), min_size=len(edges), max_size=len(edges)))
    ends: list[int | None] = [*edges[1:-1], None if draw(st.booleans()) else edges[-1]]
    return [
        row(at + 1, start, end, verdicts[at])
        for at, (start, end) in enumerate(zip(edges, ends, strict=False))
    ]


def at(rows: list[VerdictRow], moment: int) -> Verdict | None:
    """The verdict at a moment."""
    return next((r.verdict for r in rows if r.start <= moment and (r.end is None or moment < r.end)), None)


def applied(rows: list[VerdictRow], span: tuple[int, int], excluded: str) -> list[VerdictRow]:
    """The current rows afterwards, with ids."""
    judgement = reclassify(rows, span, excluded, 99)
    kept = [r for r in rows if r.id not in judgement.supersede]
    added = [replace(r, id=1000 + place) for place, r in enumerate(judgement.add)]
    return sorted([*kept, *added], key=lambda r: r.start)


@given(chains(), st.integers(-2, 42), st.integers(1, 20))
@settings(max_examples=200, deadline=None)
def test_nothing_but_the_exclusion_of_the_span_changes(
    rows: list[VerdictRow], start: int, length: int
) -> None:
    """Every moment keeps its verdict; rows still follow each other; twice is once; undone it says what it said."""
    span = (start, start + length)
    after = applied(rows, span, WHY)
    for moment in range(-3, 65):
        was, now = at(rows, moment), at(after, moment)
        wanted = WHY if was and span[0] <= moment < span[1] else ""
        assert now == (was and replace(was, excluded=wanted))
    assert [r.end for r in after[:-1]] == [r.start for r in after[1:]]
    assert not reclassify(after, span, WHY, 100).add
    back = applied(after, span, "")
    assert all(at(back, moment) == at(rows, moment) for moment in range(-3, 65))
    assert all(r.start < (r.end or r.start + 1) for r in back)


@given(chains(), st.integers(-2, 42), st.integers(1, 20), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_what_is_told_anew_is_excluded_where_it_was(
    rows: list[VerdictRow], start: int, length: int, since: int
) -> None:
    """Whatever the new verdicts are."""
    before = applied(rows, (start, start + length), WHY)
    laid = still_excluded(before, [(since, since - 1, DOWN), (since + 3, since, UP)])
    for moment in range(since, 65):
        verdict = next(each for begin, _, each in reversed(laid) if begin <= moment)
        stored = at(before, moment)
        assert verdict.excluded == (stored.excluded if stored else "")
        assert verdict.kind is (DOWN if moment < since + 3 else UP).kind


def test_the_last_hour_is_too_recent() -> None:
    """Up to exactly an hour ago is possible."""
    assert too_recent(NOW, NOW + HOUR) is None
    assert too_recent(NOW, NOW + HOUR - 1) == NOW + HOUR

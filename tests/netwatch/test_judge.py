"""Fact histories become verdict intervals, told back to the onset and never overwritten."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.check import FactKey
from netwatch.histories import Histories
from netwatch.judge import Outcome, judge, judge_all, recent
from netwatch.state import Transition
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.topology import Topology, topology
from netwatch.verdict import Kind, Subject, SubjectKind

SECOND = 1_000_000


def key(name: str) -> FactKey:
    return FactKey(name, "", "reachable")


def device(id_: str, *parents: str) -> Subject:
    return Subject(id_, SubjectKind.DEVICE, (key(id_),), parents=parents)


def line(id_: str, *parents: str) -> Subject:
    return Subject(id_, SubjectKind.LINE, (key(id_),), parents=parents, witness="echo")


CORE = device("core")
MAIN, BACKUP = line("main", "core"), line("backup", "core")
ROUTER = device("router", "main", "backup")
SWITCH = device("switch", "router")
SITE = Subject("site", SubjectKind.SITE, lines=("main", "backup"), backups=("backup",), core=("router",))
WORLD = topology([SITE, SWITCH, ROUTER, BACKUP, MAIN, CORE], revision=7)


class Court:
    """Judges as the daemon does and keeps every row ever written, as the store does."""

    def __init__(self, world: Topology) -> None:
        self.world = world
        self.histories = Histories()
        self.rows: dict[int, VerdictRow] = {}
        self.sequence = 0
        self.put(judge_all(world, self.histories, 0, 0), 0)

    def put(self, outcome: Outcome, now: int) -> None:
        for id_, end in outcome.judgement.end:
            assert self.rows[id_].end is None
            self.rows[id_] = replace(self.rows[id_], end=end)
        for id_ in outcome.judgement.supersede:
            assert self.rows[id_].superseded_by is None
            self.rows[id_] = replace(self.rows[id_], superseded_by=-1)
        named = {}
        for row in outcome.judgement.add:
            stored = replace(row, id=len(self.rows) + 1)
            self.rows[stored.id] = named[row.subject, row.start] = stored
        for subject, rows in outcome.rows.items():
            self.histories.rows[subject] = recent(
                [row if row.id else named[row.subject, row.start] for row in rows], now
            )

    def tell(self, now: int, *news: tuple[str, bool | None, int, int]) -> None:
        rows = []
        for name, holds, since, contrary in news:
            self.sequence += 1
            seen = Transition(key(name), None, holds, since, contrary, now, _reason(holds), ever=True)
            rows.append(FactRow(self.sequence, seen, since, None))
        for row in rows:
            self.histories.learn(row)
        self.put(judge(self.world, self.histories, rows, now), now)

    def story(self, subject: str) -> list[tuple[int, str, str]]:
        return [(row.start, str(row.verdict.kind), row.verdict.cause) for row in self.current(subject)]

    def current(self, subject: str) -> list[VerdictRow]:
        rows = [row for row in self.rows.values() if row.subject == subject and row.superseded_by is None]
        return sorted(rows, key=lambda row: row.start)


def _reason(holds: bool | None) -> str:
    return {True: "answered", False: "no_answer", None: "silence"}[holds]


def healthy() -> Court:
    court = Court(WORLD)
    court.tell(40, *((name, True, 10, 0) for name in ("core", "main", "backup", "router", "switch")))
    return court


def test_a_world_that_answers_is_up_since_its_first_good_look() -> None:
    court = healthy()
    assert court.story("site") == [(0, "unknown", "main"), (10, "up", "")]
    assert court.current("site")[0].end == 10


def test_a_cut_main_line_degrades_its_site_since_the_first_bad_look() -> None:
    court = healthy()
    court.tell(130, ("main", False, 100, 90))
    assert court.story("main")[-1] == (100, "down", "")
    assert court.story("site")[-1] == (100, "degraded", "main")
    assert court.story("router")[-1] == (10, "up", "")
    assert court.current("main")[-1].contrary == 90


def test_a_fact_that_stays_unknown_casts_no_doubt_on_when_another_failed() -> None:
    """After a restart nobody knows yet whether losses keep within their limit when the line is cut."""
    heard = replace(MAIN, facts=(key("main"), key("main loss")))
    court = Court(topology([SITE, SWITCH, ROUTER, BACKUP, heard, CORE], revision=7))
    court.tell(40, *((name, True, 10, 0) for name in ("core", "main", "backup", "router", "switch")))
    court.tell(41, ("main loss", None, 11, 0))
    court.tell(130, ("main", False, 100, 90), ("main loss", None, 100, 11))
    assert court.story("main")[-1] == (100, "down", "")
    assert court.current("main")[-1].contrary == 90


def test_lines_that_harden_in_the_wrong_order_are_told_in_the_right_one() -> None:
    court = healthy()
    court.tell(130, ("backup", False, 110, 100))
    assert court.story("site")[-1] == (110, "degraded", "backup")
    court.tell(140, ("main", False, 105, 95))
    assert court.story("site")[-2:] == [(105, "degraded", "main"), (110, "down", "main")]


def test_what_hangs_from_failed_lines_is_unreachable_and_names_the_root() -> None:
    court = healthy()
    court.tell(200, *((name, False, 100, 90) for name in ("main", "backup", "router", "switch")))
    assert court.story("router")[-1] == (100, "unreachable", "main")
    assert court.story("switch")[-1] == (100, "unreachable", "main")
    assert court.story("site")[-1] == (100, "down", "main")


def test_a_child_looked_at_before_its_parent_is_not_called_down_for_those_seconds() -> None:
    court = healthy()
    court.tell(130, ("router", False, 100, 70))
    assert court.story("router")[-1] == (100, "down", "")
    court.tell(140, ("main", False, 115, 85), ("backup", False, 118, 88))
    assert court.story("router")[-1] == (100, "unreachable", "main")


def test_a_failed_core_explains_lines_routers_and_the_site() -> None:
    court = healthy()
    names = ("core", "main", "backup", "router", "switch")
    court.tell(200, *((name, False, 100, 90) for name in names))
    assert [court.story(name)[-1] for name in ("main", "router", "switch", "site")] == [
        (100, "unreachable", "core")
    ] * 4


def test_what_was_told_differently_before_is_superseded_and_kept() -> None:
    court = healthy()
    court.tell(130, ("router", False, 100, 70))
    court.tell(140, ("main", False, 115, 85), ("backup", False, 118, 88))
    old = [row for row in court.rows.values() if row.subject == "router" and row.superseded_by]
    assert [(row.start, row.verdict.kind) for row in old] == [(100, Kind.DOWN)]


def test_an_interruption_is_unknown_from_its_start_however_long_ago() -> None:
    court = healthy()
    day = 24 * 3600 * SECOND
    court.tell(day, *((name, None, 500, 480) for name in ("core", "main", "backup", "router", "switch")))
    assert court.story("main")[-1] == (500, "unknown", "")
    assert court.story("site")[-1] == (500, "unknown", "main")


NEWS = st.lists(
    st.tuples(
        st.sampled_from(["core", "main", "backup", "router", "switch"]),
        st.sampled_from([True, False, None]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(NEWS, st.integers(1, 4))
def test_whatever_hardens_in_whatever_order_intervals_neither_overlap_nor_leave_a_gap(
    news: Sequence[tuple[str, bool | None, int, int]], size: int
) -> None:
    court, now, last = Court(WORLD), 0, dict.fromkeys(WORLD.subjects, 0)
    for place in range(0, len(news), size):
        now += 40
        told = []
        for name, holds, onset, before in news[place : place + size]:
            since = max(last[name], now - onset)
            last[name] = since
            told.append((name, holds, since, max(0, since - before)))
        court.tell(now, *told)
    for subject in WORLD.subjects:
        rows = court.current(subject)
        assert rows[0].start == 0
        assert rows[-1].end is None
        assert all(row.end == after.start for row, after in itertools.pairwise(rows))
        assert all(row.end is None or row.start < row.end for row in rows)
        assert all(row.verdict.identity != after.verdict.identity for row, after in itertools.pairwise(rows))


@given(NEWS)
def test_hearing_the_same_news_again_changes_nothing(
    news: Sequence[tuple[str, bool | None, int, int]],
) -> None:
    court, now = healthy(), 100
    for name, holds, _, _ in news:
        now += 40
        court.tell(now, (name, holds, now - 5, now - 10))
        count = len(court.rows)
        court.tell(now, (name, holds, now - 5, now - 10))
        assert len(court.rows) == count


def test_nothing_is_told_of_a_subject_before_it_was_last_retired() -> None:
    histories = Histories(floors={"main": 500})
    outcome = judge_all(WORLD, histories, 100, 600)
    assert [row.start for row in outcome.rows["main"]] == [500]
    assert [row.start for row in outcome.rows["backup"]] == [100]

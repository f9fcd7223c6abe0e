"""What late looks change in verdicts: what they make a difference to, and nothing else."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwatch.amend import amended, retell, spans
from netwatch.backfill import Late, Look, weave
from netwatch.check import Check, FactKey, FactSeen, Hardening
from netwatch.histories import Histories
from netwatch.judge import judge_all
from netwatch.plan import Plan
from netwatch.state import Transition
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.topology import Topology, topology
from netwatch.verdict import Kind, Subject, SubjectKind, Verdict

ROUTER, SWITCH = FactKey("router", "", "reachable"), FactKey("switch", "", "reachable")
WORDS = {True: "answered", False: "no_answer", None: "silence"}
NOW = 1000
PLACES = topology(
    [
        Subject("router", SubjectKind.DEVICE, (ROUTER,)),
        Subject("switch", SubjectKind.DEVICE, (SWITCH,), parents=("router",)),
        Subject("site", SubjectKind.SITE, core=("router", "switch")),
    ],
    revision=7,
)
Shape = list[tuple[int, int | None, str, str]]


def facts(key: FactKey, *values: tuple[int, bool | None]) -> list[FactRow]:
    ends = [*(start for start, _ in values[1:]), None]
    return [
        FactRow(
            place + 1, Transition(key, None, holds, start, start, start, WORDS[holds], ever=True), start, end
        )
        for place, ((start, holds), end) in enumerate(zip(values, ends, strict=True))
    ]


def stored(*rows: list[FactRow], places: Topology = PLACES) -> Histories:
    """Histories with these facts and the verdicts that follow from them, as they would be stored."""
    made = Histories({those[0].transition.key: spans(those) for those in rows})
    told = judge_all(places, made, 0, NOW).rows
    number = itertools.count(1)
    made.rows.update(
        {id_: tuple(replace(row, id=next(number)) for row in those) for id_, those in told.items()}
    )
    return made


def fill(key: FactKey, start: int, end: int, holds: bool) -> FactRow:
    return FactRow(
        0, Transition(key, None, holds, start, start - 5, end, WORDS[holds], ever=True), start, end
    )


def shape(rows: Sequence[VerdictRow]) -> Shape:
    return [(row.start, row.end, str(row.verdict.kind), row.verdict.cause) for row in rows]


WELL = facts(SWITCH, (0, True))
GAP = facts(ROUTER, (0, True), (100, None), (200, True))
OUTAGE = [fill(ROUTER, 110, 130, True), fill(ROUTER, 130, 150, False), fill(ROUTER, 150, 190, True)]


def test_an_outage_in_unknown_time_is_told_of_all_it_touches() -> None:
    before = stored(GAP, WELL)
    outcome = retell(PLACES, before, {ROUTER: spans(weave(GAP, OUTAGE))}, 100, NOW)
    assert shape(outcome.rows["router"]) == [
        (0, 100, "up", ""),
        (100, 110, "unknown", ""),
        (110, 130, "up", ""),
        (130, 150, "down", ""),
        (150, 190, "up", ""),
        (190, 200, "unknown", ""),
        (200, None, "up", ""),
    ]
    assert shape(outcome.rows["site"])[1:6] == [
        (100, 110, "degraded", "router"),
        (110, 130, "up", ""),
        (130, 150, "degraded", "router"),
        (150, 190, "up", ""),
        (190, 200, "degraded", "router"),
    ]
    assert "switch" not in outcome.rows
    superseded = {row.id for id_ in ("router", "site") for row in before.rows[id_] if row.start == 100}
    assert set(outcome.judgement.supersede) == superseded
    assert outcome.judgement.end == ()


def test_an_open_row_that_ends_sooner_is_kept_as_a_version_too() -> None:
    gap = facts(ROUTER, (0, True), (100, None))
    before = stored(gap, WELL)
    outcome = retell(PLACES, before, {ROUTER: spans(weave(gap, OUTAGE[:1]))}, 100, NOW)
    assert shape(outcome.rows["router"])[1:] == [
        (100, 110, "unknown", ""),
        (110, 130, "up", ""),
        (130, None, "unknown", ""),
    ]
    assert before.rows["router"][1].id in outcome.judgement.supersede
    assert outcome.judgement.end == ()


def test_what_could_not_be_blamed_is_blamed_once_the_parent_is_known() -> None:
    failing = facts(SWITCH, (0, True), (120, False), (170, True))
    before = stored(GAP, failing)
    assert (120, 170, "unknown", "router") in shape(before.rows["switch"])
    outcome = retell(PLACES, before, {ROUTER: spans(weave(GAP, OUTAGE))}, 100, NOW)
    assert (125, 150, "unreachable", "router") in shape(outcome.rows["switch"])


def test_what_was_judged_by_an_older_topology_stays_where_late_looks_make_no_difference() -> None:
    before = stored(GAP, WELL)
    other = replace(
        before.rows["site"][0], verdict=Verdict(Kind.DOWN, "no_line_up", "gone-line"), start=0, end=60
    )
    rest = replace(before.rows["site"][0], id=99, start=60)
    before.rows["site"] = (other, rest, *before.rows["site"][1:])
    early = facts(ROUTER, (0, True), (20, None), (40, True), (100, None), (200, True))
    before.facts[ROUTER] = spans(early)
    outcome = retell(PLACES, before, {ROUTER: spans(weave(early, OUTAGE))}, 10, NOW)
    assert outcome.rows["site"][:2] == (other, rest)


def test_verdicts_of_the_time_before_a_subject_was_retired_stay() -> None:
    before = stored(GAP, WELL)
    first = VerdictRow(90, "router", Verdict(Kind.UNKNOWN, "silence"), 100, 120, 100, 1, 120)
    later = replace(before.rows["router"][-1], start=125)
    before.rows["router"] = (first, later)
    outcome = retell(PLACES, before, {ROUTER: spans(weave(GAP, OUTAGE))}, 100, NOW)
    assert 90 not in outcome.judgement.supersede
    assert all(row.start >= 125 for row in outcome.rows["router"])
    before.rows["router"] = (first,)
    assert "router" not in retell(PLACES, before, {ROUTER: spans(weave(GAP, OUTAGE))}, 100, NOW).rows


# --- what late looks of a vantage that could not see are worth -------------------------------------------------------


def check(name: str, *, anchor: bool = False) -> Check:
    return Check(name, name, "icmp_echo", "", name, "", 10, 1, 1, Hardening(2, 2), anchor=anchor)


PLAN = Plan(
    1,
    "",
    {c.id: c for c in (check("router"), check("a1", anchor=True), check("a2", anchor=True))},
    PLACES,
    frozenset({"a1", "a2"}),
)
A1, A2 = (FactKey(name, "", "reachable") for name in ("a1", "a2"))


def looks(*seen: tuple[int, bool]) -> Late:
    made: list[Look] = [(at, FactSeen("", "reachable", holds, WORDS[holds])) for at, holds in seen]
    return Late(tuple(made), NOW)


FAILING = looks((110, True), (120, True), (130, False), (140, False), (150, True), (160, True))


def outages(late: dict[FactKey, Late], **known: list[FactRow]) -> list[tuple[int, int | None]]:
    rows = {those[0].transition.key: those for those in known.values()}
    change = amended(late, {ROUTER: GAP, **rows}, PLAN, Histories())
    return [(row.start, row.end) for row in change.after.get(ROUTER, ()) if row.transition.holds is False]


def test_a_failure_while_all_anchors_late_looks_failed_is_nobody_elses() -> None:
    gaps = {name: facts(key, (0, True), (100, None)) for name, key in (("one", A1), ("two", A2))}
    assert outages({ROUTER: FAILING}, **gaps) == [(130, 150)]
    assert outages({ROUTER: FAILING, A1: FAILING}, **gaps) == [(130, 150)]
    assert outages({ROUTER: FAILING, A1: FAILING, A2: FAILING}, **gaps) == []


def test_a_failure_in_time_known_as_blind_stays_unknown() -> None:
    blind = [
        replace(row, transition=replace(row.transition, reason="vantage")) if row.start == 100 else row
        for row in GAP
    ]
    change = amended({ROUTER: FAILING}, {ROUTER: blind}, PLAN, Histories())
    assert [row.transition.holds for row in change.after[ROUTER]] == [
        True,
        None,
        True,
        None,
        True,
        None,
        True,
    ]


# --- whatever comes late -------------------------------------------------------------------------------------------


PASTS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=6)
FILLS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40), st.booleans()), max_size=5)


@given(PASTS, PASTS, FILLS)
def test_whatever_comes_late_verdicts_are_whole_and_say_what_the_facts_say(
    one: list[bool | None], two: list[bool | None], late: list[tuple[int, int, bool]]
) -> None:
    router = facts(ROUTER, *((place * 40, holds) for place, holds in enumerate(one)))
    switch = facts(SWITCH, *((place * 30, holds) for place, holds in enumerate(two)))
    before, now, fills = stored(router, switch), 0, []
    for later, long, holds in late:
        fills.append(fill(ROUTER, now + later, now + later + long, holds))
        now += later + long
    outcome = retell(PLACES, before, {ROUTER: spans(weave(router, fills))}, 0, NOW)
    for id_, rows in {**before.rows, **outcome.rows}.items():
        assert rows[-1].end is None, id_
        assert all(x.end == y.start for x, y in itertools.pairwise(rows)), id_
        assert all(row.end is None or row.start < row.end for row in rows), id_
        assert all(x.verdict.identity != y.verdict.identity for x, y in itertools.pairwise(rows)), id_
    fresh = stored(weave(router, fills), switch)
    after = outcome.rows.get("router", before.rows["router"])
    assert [(row.start, row.verdict.identity) for row in after] == [
        (row.start, row.verdict.identity) for row in fresh.rows["router"]
    ]

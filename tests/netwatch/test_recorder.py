"""Observations become fact states; vantages lose and find their sight; parts come and go."""

from dataclasses import replace

from netwatch.backfill import OLDEST
from netwatch.check import Check, FactKey, FactSeen, Observation, check_id
from netwatch.plan import Plan
from netwatch.recorder import Recorder

SECOND = 1_000_000
WORDS = {True: "answered", False: "no_answer", None: "silence"}


def check(name: str, kind: str = "icmp_echo", *, anchor: bool = False) -> Check:
    interval = 30 * SECOND
    return Check(
        check_id(name, kind), name, kind, "", name, "127.0.0.1", interval, SECOND, SECOND, anchor=anchor
    )


DEVICE, PORTS = check("device"), check("device", "snmp_interfaces")
ANCHORS = check("anchor:1", anchor=True), check("anchor:2", anchor=True)
PLAN = Plan(
    1,
    "",
    {c.id: c for c in (DEVICE, PORTS, *ANCHORS)},
    anchors=frozenset(anchor.id for anchor in ANCHORS),
)


def looks(
    recorder: Recorder, which: Check, at: int, holds: bool | None, times: int = 1
) -> list[tuple[str, object]]:
    told = []
    for turn in range(times):
        moment = at + turn * SECOND
        fact = FactSeen("", "reachable", holds, WORDS[holds])
        seen = Observation("local", moment, 1, which.id, moment, 0, (fact,))
        told += [(t.reason, t.holds) for t in recorder.take(seen)]
    return told


def ports(at: int, *names: str, complete: bool = True, reason: str | None = None) -> Observation:
    facts = tuple(FactSeen(name, "carrier", True, "carrier_up") for name in names)
    return Observation("local", at, 1, PORTS.id, at, 0, facts, complete=complete, reason=reason)


def started() -> Recorder:
    recorder = Recorder()
    recorder.adopt(PLAN, 0)
    for which in (DEVICE, *ANCHORS):
        looks(recorder, which, 10 * SECOND, True, 3)
    return recorder


def test_while_all_anchors_fail_failures_of_others_are_unknown() -> None:
    recorder = started()
    looks(recorder, ANCHORS[0], 20 * SECOND, False)
    assert recorder.blind_since == {}
    looks(recorder, ANCHORS[1], 21 * SECOND, False)
    assert recorder.blind_since == {"local": 12 * SECOND}
    assert looks(recorder, DEVICE, 22 * SECOND, False, 3) == [("vantage", None)]


def test_a_failure_that_hardened_just_before_the_anchors_failed_is_taken_back_when_sight_returns() -> None:
    recorder = started()
    assert looks(recorder, DEVICE, 20 * SECOND, False, 3) == [("no_answer", False)]
    for anchor in ANCHORS:
        looks(recorder, anchor, 23 * SECOND, False)
    assert looks(recorder, ANCHORS[0], 40 * SECOND, True) == [("vantage", None)]
    assert recorder.blind_since == {}
    assert looks(recorder, DEVICE, 41 * SECOND, True) == [("answered", True)]


def test_a_failure_from_before_the_blindness_stays_a_failure() -> None:
    recorder = started()
    looks(recorder, DEVICE, 20 * SECOND, False, 3)
    for anchor in ANCHORS:
        looks(recorder, anchor, 25 * SECOND, True)
    for anchor in ANCHORS:
        looks(recorder, anchor, 40 * SECOND, False)
    assert looks(recorder, ANCHORS[0], 50 * SECOND, True) == []
    assert recorder.states[FactKey(DEVICE.id, "", "reachable")].holds is False


def test_anchors_that_fail_are_not_themselves_excused_by_the_blindness_they_show() -> None:
    recorder = started()
    for anchor in ANCHORS:
        looks(recorder, anchor, 20 * SECOND, False, 3)
    assert {recorder.states[FactKey(anchor.id, "", "reachable")].holds for anchor in ANCHORS} == {False}


def test_a_part_that_a_complete_look_no_longer_mentions_is_gone_and_a_partial_look_removes_nothing() -> None:
    recorder = started()
    recorder.take(ports(20 * SECOND, "eth0", "eth1"))
    assert recorder.take(ports(21 * SECOND, "eth0", complete=False)) == []
    assert FactKey(PORTS.id, "eth1", "carrier") in recorder.states
    recorder.take(ports(22 * SECOND, "eth0"))
    assert FactKey(PORTS.id, "eth1", "carrier") not in recorder.states


def test_a_look_that_could_not_tell_says_so_of_every_known_part() -> None:
    recorder = started()
    for turn in range(3):
        recorder.take(ports((20 + turn) * SECOND, "eth0"))
    told = [t for turn in range(3) for t in recorder.take(ports((30 + turn) * SECOND, reason="no_answer"))]
    assert [(t.key.part, t.holds, t.reason, t.since) for t in told] == [
        ("eth0", None, "no_answer", 30 * SECOND)
    ]


def test_the_newest_observation_is_kept_whatever_the_order_of_arrival() -> None:
    recorder = started()
    late, early = ports(30 * SECOND, "eth0"), ports(20 * SECOND, "eth1")
    recorder.take(late)
    recorder.take(early)
    assert recorder.latest[PORTS.id] is late


def test_checks_that_left_the_plan_take_their_facts_with_them() -> None:
    recorder = started()
    gone = recorder.adopt(replace(PLAN, checks={PORTS.id: PORTS}, anchors=frozenset()), 50 * SECOND)
    assert {t.reason for t in gone} == {"gone"}
    assert recorder.states == {}
    assert looks(recorder, DEVICE, 60 * SECOND, True, 3) == []


def test_after_a_restart_every_fact_is_unknown_since_the_last_heartbeat() -> None:
    before = started()
    after = Recorder()
    after.plan = PLAN
    after.restore(replace(state, votes=()) for state in before.states.values())
    told = after.interrupted(15 * SECOND, 100 * SECOND)
    assert {(t.holds, t.since, t.reason) for t in told} == {(None, 15 * SECOND, "stopped")}
    assert looks(after, DEVICE, 101 * SECOND, True) == [("answered", True)]


def test_a_look_older_than_what_is_known_is_set_aside_only_where_it_may_fill_something() -> None:
    recorder = started()
    looks(recorder, DEVICE, 10 * SECOND, True, 3)
    assert recorder.late_looks() == {}
    recorder.interrupted(100 * SECOND, 200 * SECOND)
    before = dict(recorder.states)
    assert looks(recorder, DEVICE, 110 * SECOND, False, 3) == []
    assert recorder.states == before
    (late,) = recorder.late_looks().values()
    assert [at // SECOND for at, _ in late.looks] == [110, 111, 112]
    assert late.until == 200 * SECOND
    looks(recorder, DEVICE, 210 * SECOND, True)
    assert looks(recorder, DEVICE, 110 * SECOND, False, 3) == []
    (late,) = recorder.late_looks().values()
    assert len(late.looks) == 3
    recorder.late.used({key: those.looks for key, those in recorder.late_looks().items()})
    assert recorder.late_looks() == {}


def test_looks_of_another_age_are_not_taken() -> None:
    recorder = started()
    recorder.interrupted(OLDEST * 2, OLDEST * 2 + SECOND)
    looks(recorder, DEVICE, OLDEST // 2, False, 3)
    assert recorder.late_looks() == {}


def test_a_complete_look_that_comes_late_removes_no_part_that_appeared_since() -> None:
    recorder = started()
    for moment in (10, 20, 30):
        recorder.take(ports(moment * SECOND, "eth0", "eth1"))
    recorder.take(ports(5 * SECOND, "eth0"))
    assert {key.part for key in recorder.states if key.check == PORTS.id} == {"eth0", "eth1"}


def test_an_anchor_nobody_has_looked_at_yet_makes_no_vantage_blind() -> None:
    recorder = Recorder()
    recorder.adopt(PLAN, 0)
    looks(recorder, ANCHORS[0], 10 * SECOND, False, 3)
    assert recorder.blind_since == {}


def test_anchors_that_leave_the_plan_take_the_blindness_with_them() -> None:
    recorder = started()
    for anchor in ANCHORS:
        looks(recorder, anchor, 20 * SECOND, False)
    recorder.adopt(replace(PLAN, checks={DEVICE.id: DEVICE}, anchors=frozenset()), 30 * SECOND)
    assert recorder.blind_since == {}
    assert looks(recorder, DEVICE, 31 * SECOND, False, 3) == [("no_answer", False)]


def test_late_looks_of_a_check_that_left_the_plan_are_forgotten() -> None:
    recorder = started()
    recorder.interrupted(15 * SECOND, 100 * SECOND)
    looks(recorder, DEVICE, 50 * SECOND, False, 2)
    assert recorder.late_looks()
    recorder.plan = replace(PLAN, checks={PORTS.id: PORTS})
    assert recorder.late_looks() == {}
    recorder.plan = PLAN
    assert recorder.late_looks() == {}


def test_looks_that_are_to_come_more_often_are_not_overdue_for_the_time_before() -> None:
    recorder = started()
    hurried = replace(DEVICE, interval=SECOND)
    recorder.adopt(replace(PLAN, checks={**PLAN.checks, DEVICE.id: hurried}), 40 * SECOND)
    assert recorder.expire(41 * SECOND) == []
    assert [t.reason for t in recorder.expire(46 * SECOND)] == ["silence"]


def test_a_part_that_comes_back_failing_once_did_hold() -> None:
    recorder = started()
    recorder.take(ports(20 * SECOND, "ppp0"))
    recorder.take(ports(21 * SECOND))
    recorder.take(ports(22 * SECOND, "ppp0"))
    assert recorder.states[FactKey(PORTS.id, "ppp0", "carrier")].ever


def test_requests_spaced_out_on_purpose_are_no_silence() -> None:
    recorder = started()
    recorder.take(ports(20 * SECOND, "eth0"))
    for turn in range(3):
        recorder.take(ports((21 + turn) * SECOND, "eth0"))
    recorder.paced([PORTS.id], slower=True)
    assert [t for t in recorder.expire(200 * SECOND) if t.key.check == PORTS.id] == []
    recorder.paced([PORTS.id], slower=False)
    assert [t.reason for t in recorder.expire(200 * SECOND) if t.key.check == PORTS.id] == ["silence"]


def test_a_vantage_does_not_take_the_moment_a_state_was_decided_for_its_last_look() -> None:
    before = started()
    after = Recorder()
    after.plan = PLAN
    after.restore((replace(state, votes=()) for state in before.states.values()), until=500 * SECOND)
    assert {state.last_good for state in after.states.values()} == {500 * SECOND}

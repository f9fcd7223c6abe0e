"""What failed and what only hangs from it: told by looks newer than the failure, and by nothing older."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.check import Check, FactKey, FactSeen, Hardening, Observation
from netwatch.clock import SECOND
from netwatch.evidence import Looks
from netwatch.hastening import Hastening
from netwatch.histories import Histories
from netwatch.judge import Outcome, judge, judge_all, recent
from netwatch.plan import Plan
from netwatch.recorder import Recorder
from netwatch.store.contract import FactRow, VerdictRow
from netwatch.topology import topology
from netwatch.verdict import Kind, Subject, SubjectKind

INTERVAL = 60
# Of these parents nobody can tell anything.
MUTE = "mute"
Parents = Sequence[Sequence[str]]


def key(name: str, fact: str = "reachable") -> FactKey:
    return FactKey(name, "", fact)


def check(name: str) -> Check:
    pace = INTERVAL * SECOND
    return Check(
        name, name, "icmp_echo", "", name, "192.0.2.1", pace, 9 * SECOND, 10 * SECOND, Hardening(2, 2)
    )


class Net:
    """Devices n0, n1... that answer while they live and anything above them works; every look is judged at once.

    `services` are those that are services and no devices. `told` are all verdicts that ever stood as the newest of one,
    `looks` all looks made: (at, answered).
    """

    def __init__(self, parents: Parents, services: Sequence[str] = ()) -> None:
        self.parents = {f"n{place}": tuple(above) for place, above in enumerate(parents)}
        self.facts = {name: "usable" if name in services else "reachable" for name in self.parents}
        subjects = [
            Subject(
                name,
                SubjectKind.SERVICE if name in services else SubjectKind.DEVICE,
                (key(name, self.facts[name]),),
                parents=above,
            )
            for name, above in self.parents.items()
        ]
        mute = Subject(MUTE, SubjectKind.DEVICE)
        self.dead: set[str] = set()
        self.now = 0
        self.looks: dict[str, list[tuple[int, bool]]] = {name: [] for name in self.parents}
        self.told: dict[str, list[tuple[Kind, str]]] = {name: [] for name in self.parents}
        self.recorder, self.histories, self.ids = Recorder(), Histories(), itertools.count(1)
        self.checks = {name: check(name) for name in self.parents}
        self.topology = topology([*subjects, mute], 1)
        self.recorder.adopt(Plan(1, "", self.checks, self.topology), 0)
        self.put(judge_all(self.topology, self.histories, 0, 0, self.evidence()))
        for _ in range(2):
            for name in self.parents:
                self.look(name)

    def evidence(self) -> Looks:
        return Looks(self.recorder.states, self.checks)

    def works(self, name: str) -> bool:
        if name == MUTE:
            return True
        above = self.parents[name]
        return name not in self.dead and (not above or any(map(self.works, above)))

    def look(self, name: str) -> None:
        self.now += SECOND
        well = self.works(name)
        seen = FactSeen("", self.facts[name], well, "answered" if well else "no_answer")
        self.looks[name].append((self.now, well))
        transitions = self.recorder.take(Observation("here", self.now, 1, name, self.now, SECOND, (seen,)))
        self.judge([FactRow(next(self.ids), told, told.since, None) for told in transitions])

    def judge(self, news: Sequence[FactRow] = ()) -> None:
        for row in news:
            self.histories.learn(row)
        self.put(judge(self.topology, self.histories, news, self.now, self.evidence()))

    def put(self, outcome: Outcome) -> None:
        outcome.hold(self.histories)
        for name, rows in outcome.rows.items():
            self.histories.rows[name] = recent(
                [row if row.id else replace(row, id=next(self.ids)) for row in rows], self.now
            )
        for name in self.parents.keys() & outcome.rows.keys():
            self.prove(name)
            self.told[name].append((self.kind(name), self.newest(name).verdict.cause))

    def newest(self, name: str) -> VerdictRow:
        return self.histories.rows[name][-1]

    def kind(self, name: str) -> Kind:
        return self.newest(name).verdict.kind

    def story(self, name: str) -> list[tuple[int, str]]:
        return [(row.start // SECOND, str(row.verdict.kind)) for row in self.histories.rows[name]]

    def prove(self, name: str) -> None:
        """Whoever is newly told down has a parent that was seen to work after the failure began."""
        if self.kind(name) is not Kind.DOWN or self.told[name][-1][0] is Kind.DOWN:
            return
        above = [parent for parent in self.parents[name] if parent != MUTE]
        onset = self.recorder.states[key(name, self.facts[name])].since
        newest = self.looks[name][-1]
        assert not newest[1]
        assert not above or any(
            self.newest(parent).verdict.operational
            and any(well and at > onset for at, well in self.looks[parent])
            and newest[0] > self._working_since(parent)
            for parent in above
        )

    def _working_since(self, name: str) -> int:
        rows = self.histories.rows[name]
        working = itertools.takewhile(lambda row: row.verdict.operational, reversed(rows))
        return list(working)[-1].start


@st.composite
def nets(draw: st.DrawFn) -> Parents:
    """Directed graphs without cycles; some parents tell nothing."""
    size = draw(st.integers(2, 6))
    return [
        draw(st.lists(st.sampled_from([*(f"n{n}" for n in range(place)), MUTE]), unique=True, max_size=3))
        for place in range(size)
    ]


DEEDS = st.lists(
    st.tuples(st.sampled_from(["look", "look", "look", "kill", "revive"]), st.integers(0, 5)),
    min_size=10,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(nets(), DEEDS, st.randoms(use_true_random=False))
def test_whatever_dies_in_whatever_order_of_looks_nothing_is_told_down_on_older_evidence(
    parents: Parents, deeds: Sequence[tuple[str, int]], chance: Random
) -> None:
    """Told down needs a newer look at a parent; told unreachable is in the end just what lost every parent."""
    net = Net(parents)
    names = list(net.parents)
    for deed, number in deeds:
        name = names[number % len(names)]
        if deed == "look":
            net.look(name)
        elif deed == "kill":
            net.dead.add(name)
        else:
            net.dead.discard(name)
    for _ in range(4):
        chance.shuffle(names)
        for name in names:
            net.look(name)
    assert not net.histories.held
    for name, above in net.parents.items():
        telling = [net.kind(parent) for parent in above if parent != MUTE]
        lost = bool(telling) and not any(kind is Kind.UP for kind in telling)
        expected = Kind.UP if net.works(name) else Kind.UNREACHABLE if lost else Kind.DOWN
        assert net.kind(name) is expected
        rows = net.histories.rows[name]
        assert all(row.end == after.start for row, after in itertools.pairwise(rows))


CHAIN: Parents = [(), ("n0",), ("n1",)]
CHAIN_NAMES = ("n0", "n1", "n2")


def test_a_child_that_hardens_first_is_held_until_its_parent_was_looked_at_and_then_down_since_its_onset() -> (
    None
):
    net = Net(CHAIN[:2])
    net.dead.add("n1")
    net.look("n1")
    net.look("n1")
    assert net.kind("n1") is Kind.UP
    assert net.histories.held["n1"].onset == 5 * SECOND
    net.look("n0")
    assert net.story("n1")[-1] == (5, "down")
    assert not net.histories.held


def test_a_child_whose_parent_died_too_is_never_told_down() -> None:
    """Held while the parent hardens, unreachable since its own onset, and so is what hangs from it."""
    net = Net(CHAIN)
    net.dead.add("n0")
    for name in ("n2", "n1", "n2", "n1", "n0"):
        net.look(name)
    assert [net.kind(name) for name in CHAIN_NAMES] == [Kind.UP] * 3
    net.look("n0")
    assert [net.kind(name) for name in CHAIN_NAMES] == [Kind.DOWN, Kind.UNREACHABLE, Kind.UNREACHABLE]
    assert net.story("n2")[-1] == (7, "unreachable")
    assert all(kind is not Kind.DOWN for name in ("n1", "n2") for kind, _ in net.told[name])


def _cut(parents: Parents) -> Net:
    net = Net(parents)
    net.dead.add("n0")
    for name in (*net.parents, *net.parents):
        net.look(name)
    return net


def test_a_child_that_comes_back_with_its_parent_was_never_down_even_for_a_moment() -> None:
    net = _cut(CHAIN[:2])
    assert net.kind("n1") is Kind.UNREACHABLE
    net.dead.clear()
    for name in ("n0", "n0", "n1"):
        net.look(name)
        assert net.kind("n1") is Kind.UNREACHABLE
    net.look("n1")
    assert [kind for _, kind in net.story("n1")] == ["unknown", "up", "unreachable", "up"]


def test_a_child_that_stays_dead_is_down_only_after_a_look_newer_than_its_parents_recovery() -> None:
    net = _cut(CHAIN[:2])
    net.dead = {"n1"}
    net.look("n0")
    net.look("n0")
    assert net.kind("n1") is Kind.UNREACHABLE
    net.look("n1")
    assert net.kind("n1") is Kind.DOWN
    assert net.newest("n1").start == net.newest("n0").start


def test_one_of_two_parents_seen_to_work_is_enough() -> None:
    net = Net([(), (), ("n0", "n1")])
    net.dead.add("n2")
    net.look("n2")
    net.look("n1")
    net.look("n2")
    assert net.kind("n2") is Kind.DOWN


def test_past_its_deadline_a_held_child_is_unknown_and_is_told_properly_once_the_parent_is_known() -> None:
    net = Net(CHAIN[:2])
    net.dead.add("n1")
    net.look("n1")
    net.look("n1")
    held = net.histories.held["n1"]
    assert held.until == net.now + 2 * INTERVAL * SECOND
    net.now = held.until - 1
    net.judge()
    assert net.kind("n1") is Kind.UP
    net.now = held.until
    net.judge()
    verdict = net.newest("n1").verdict
    assert (str(verdict.kind), verdict.reason, verdict.cause) == ("unknown", "parent_undecided", "n0")
    assert net.story("n1")[-1] == (5, "unknown")
    net.look("n0")
    assert net.story("n1")[-1] == (5, "down")


def test_a_failure_over_before_its_parent_was_looked_at_is_unknown_for_its_time() -> None:
    net = Net(CHAIN[:2])
    net.dead.add("n1")
    net.look("n1")
    net.look("n1")
    net.dead.clear()
    net.look("n1")
    net.look("n1")
    assert net.story("n1")[-2:] == [(5, "unknown"), (7, "up")]


@pytest.mark.parametrize("children", [1, 2000])
def test_a_parent_is_asked_once_for_all_that_fail_together(children: int) -> None:
    net = Net([()])
    parent, looks, hastening = net.topology.subjects["n0"], net.evidence(), Hastening()
    onset = net.now + SECOND
    for _ in range(children):
        hastening.ask(parent, onset, looks, onset + 1)
    assert hastening.take() == ("n0",)
    assert hastening.take() == ()
    hastening.ask(parent, onset, looks, onset + 2)
    assert hastening.take() == ()
    hastening.ask(parent, onset + SECOND, looks, onset + SECOND)
    assert hastening.take() == ("n0",)


def test_a_parent_looked_at_since_is_not_asked_again() -> None:
    net = Net([()])
    hastening, before = Hastening(), net.now
    net.look("n0")
    hastening.ask(net.topology.subjects["n0"], before, net.evidence(), net.now)
    assert hastening.take() == ()


def test_the_silence_of_a_service_waits_for_a_look_at_its_device() -> None:
    """The device died, and the service was looked at first: it is told only once it is known of what it failed."""
    net = Net([[], ["n0"]], services=["n1"])
    net.dead.add("n0")
    for _ in range(3):
        net.look("n1")
    assert net.kind("n1") is Kind.UP
    net.look("n0")
    net.look("n0")
    assert (net.kind("n0"), net.kind("n1")) == (Kind.DOWN, Kind.UNREACHABLE)
    assert net.newest("n1").verdict.cause == "n0"
    assert Kind.DOWN not in {kind for kind, _ in net.told["n1"]}


def test_a_service_whose_device_was_seen_since_has_failed_itself() -> None:
    """One look at the device after the first bad look at the service is enough."""
    net = Net([[], ["n0"]], services=["n1"])
    net.dead.add("n1")
    net.look("n1")
    net.look("n0")
    net.look("n1")
    assert (net.kind("n0"), net.kind("n1")) == (Kind.UP, Kind.DOWN)

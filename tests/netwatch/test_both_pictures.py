"""The live and the stored picture, judged at different moments, come to tell the same."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwatch.check import Check, FactKey, FactSeen, Hardening, Observation
from netwatch.clock import SECOND
from netwatch.judging import Judging
from netwatch.plan import Plan
from netwatch.recorder import Recorder
from netwatch.state import Transition
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.topology import topology
from netwatch.verdict import Subject, SubjectKind

START = 1_793_491_200 * SECOND
PACES = (1, 1, 1, 3, 10, 20)
TOLD_BY = {
    SubjectKind.ENDPOINT: "signalling",
    SubjectKind.SERVICE: "usable",
    SubjectKind.SENSOR: "expected",
    SubjectKind.SURGE_PROTECTOR: "expected",
}
GUESTS = [str(kind) for kind in TOLD_BY]
# What is read through a device cannot be told when that is silent; what is spoken with it is silent as well.
READ = (SubjectKind.SENSOR, SubjectKind.SURGE_PROTECTOR)


def check(name: str) -> Check:
    return Check(
        name, name, "icmp_echo", "", name, "192.0.2.1", 60 * SECOND, 9 * SECOND, 10 * SECOND, Hardening(2, 2)
    )


def guest(id_: str, host: str) -> Subject:
    """What lives on a device or is read through it."""
    kind = SubjectKind(id_.partition("/")[2])
    key = FactKey(id_, "", TOLD_BY[kind])
    if kind is SubjectKind.SERVICE:
        return Subject(id_, kind, (key,), parents=(host,))
    return Subject(id_, kind, (key,), host=host, type="water" if kind is SubjectKind.SENSOR else "")


class Province:
    """Devices in a random graph with what lives on them, looked at and committed in random order."""

    def __init__(self, store: SqlStore, chance: random.Random) -> None:
        self.store, self.chance, self.now = store, chance, START
        names = [f"n{place}" for place in range(chance.randint(2, 5))]
        self.parents = {
            name: tuple(chance.sample(names[:place], min(place, chance.randint(1, 2))))
            for place, name in enumerate(names)
        }
        devices = [
            Subject(name, SubjectKind.DEVICE, (FactKey(name, "", "reachable"),), parents=above)
            for name, above in self.parents.items()
        ]
        site = Subject("site", SubjectKind.SITE, core=tuple(names))
        self.hosts = {f"{name}/{kind}": name for name in names for kind in chance.sample(GUESTS, 1)}
        guests = [guest(id_, host) for id_, host in self.hosts.items()]
        self.plan = Plan(
            1, "", {id_: check(id_) for id_ in (*names, *self.hosts)}, topology([*devices, *guests, site], 1)
        )
        self.dead: set[str] = set()
        self.recorder = Recorder()
        self.judging = Judging(store, self.recorder.states)
        self.recorder.adopt(self.plan, self.now)
        self.judging.adopt(self.plan, self.now)
        self.waiting: list[Transition] = []
        self.judging.settle_plan(self.plan.topology, self.now, self.judging.looks((), everything=True))

    def works(self, name: str) -> bool:
        if name in self.hosts:
            return name not in self.dead and self.works(self.hosts[name])
        above = self.parents[name]
        return name not in self.dead and (not above or any(map(self.works, above)))

    def look(self, name: str) -> None:
        self.now += self.chance.choice(PACES) * SECOND
        seen = self.seen(name)
        look = Observation("here", self.now, 1, name, self.now, SECOND, (seen,))
        self.note([*self.recorder.take(look)])

    def seen(self, name: str) -> FactSeen:
        well: bool | None = self.works(name)
        kind = SubjectKind(name.partition("/")[2] or "device")
        if kind in READ and not self.works(self.hosts[name]):
            well = None
        return FactSeen("", TOLD_BY.get(kind, "reachable"), well, "answered" if well else "no_answer")

    def note(self, transitions: list[Transition]) -> None:
        self.judging.foresee(transitions, {}, self.now)
        self.waiting += transitions

    def commit(self) -> None:
        looks = self.judging.looks(self.waiting)
        rows = self.store.record(self.waiting, {}, self.now)
        self.waiting.clear()
        self.judging.settle(rows, self.plan.topology, {}, self.now, looks)

    def step(self) -> None:
        name = self.chance.choice([*self.parents, *self.hosts])
        deeds = (
            *[lambda: self.look(name)] * 11,
            *[lambda: self.dead.add(name)] * 2,
            *[lambda: self.dead.discard(name)] * 2,
            lambda: self.note(self.recorder.expire(self.now)),
            *[self.commit] * 4,
        )
        self.chance.choice(deeds)()

    def rest(self) -> None:
        for name in [*self.parents, *self.hosts] * 5:
            self.look(name)
        self.commit()


@pytest.fixture(params=range(16))
def province(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Province]:
    """One that was looked at for a while, in which much failed and came back."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, START, "test"))
    made = Province(store, random.Random(request.param))
    made.rest()
    for _ in range(90):
        made.step()
    yield made
    store.close()


def test_whatever_is_committed_when_both_pictures_end_the_same_and_nothing_is_left_behind(
    province: Province,
) -> None:
    """While a failure is held the cursor waits; in the end it has passed every stored row."""
    province.rest()
    judging, store = province.judging, province.store
    assert not judging.held
    assert not judging.holding
    assert store.fact_rows(store.cursor(), 10) == []
    for id_ in province.plan.topology.subjects:
        stored = store.verdicts(0, None, id_)[-1]
        live = judging.live[id_]
        assert (live.verdict.identity, live.since) == (stored.verdict.identity, stored.start)

"""Whatever happens in whatever order: one incident per cause, each opened once and closed once."""

from typing import Any, TypeAlias

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Deed, Incident, Nature, Unmanaged
from netwatch.incidents.life import held
from netwatch.incidents.picture import picture
from netwatch.verdict import Kind, Verdict, Why

# The class in conftest.py, which cannot be imported.
World: TypeAlias = Any

SITES = "ABCDE"
LINES = ("core", "mA", "bA", "mB", "bB", "mC", "mD", "mE")
OTHERS = (*(f"{kind}{site}" for kind in ("r", "sw") for site in SITES), "camA", "camC", "camE", "upsA")
THINGS = (*LINES, *OTHERS, "codecD", "ioD", "vcD", "spdD")


class Lives(RuleBasedStateMachine):
    """Things fail, recover, are lost from sight and stay unlooked at, while time goes by."""

    make: Any = None

    @initialize()
    def begin(self) -> None:
        self.world: World = self.make()
        self.before: dict[int, Incident] = {}

    @rule(ids=st.lists(st.sampled_from(THINGS), min_size=1, max_size=6))
    def cut(self, ids: list[str]) -> None:
        self.world.cut(*ids).step()

    @rule(ids=st.lists(st.sampled_from(THINGS), min_size=1, max_size=12))
    def mend(self, ids: list[str]) -> None:
        self.world.mend(*ids).step()

    @rule(id_=st.sampled_from(THINGS))
    def lose(self, id_: str) -> None:
        self.world.lose(id_).step()

    @rule(id_=st.sampled_from(("upsA", "camC", "rA", "swD")))
    def odd(self, id_: str) -> None:
        self.world.odd(id_, evidence="5").step()

    @rule(id_=st.sampled_from(OTHERS), cause=st.sampled_from(LINES))
    def leave_unlooked_at(self, id_: str, cause: str) -> None:
        self.world.stick(id_, Verdict(Kind.UNREACHABLE, Why.UPSTREAM, cause)).step()

    @rule(blind=st.booleans())
    def look_away(self, blind: bool) -> None:
        self.world.more["blind"] = {"local": self.world.now} if blind else {}
        self.world.step()

    @rule(ids=st.sets(st.sampled_from(THINGS), max_size=8))
    def maintain(self, ids: set[str]) -> None:
        self.world.more["in_maintenance"] = dict.fromkeys(ids, "1")
        self.world.step()

    @rule(
        ids=st.sets(st.sampled_from(OTHERS), max_size=5), reason=st.sampled_from(("credentials", "no_answer"))
    )
    def refuse(self, ids: set[str], reason: str) -> None:
        self.world.more["unmanaged"] = {id_: Unmanaged(reason, self.world.now) for id_ in ids}
        self.world.step()

    @rule(ids=st.sets(st.sampled_from(LINES), max_size=2))
    def flap(self, ids: set[str]) -> None:
        self.world.more["flapping"] = frozenset(ids)
        self.world.step()

    @rule(seconds=st.sampled_from((1, 5, 20, 70, 200, 4000)))
    def wait(self, seconds: int) -> None:
        self.world.wait(seconds, every=max(seconds // 4, 1))

    @invariant()
    def every_root_is_in_one_incident(self) -> None:
        """Or has time to come back, or nobody can see."""
        if self.world.more.get("blind"):
            return
        scene = self.world.scene()
        seen = picture(scene, ())
        owned = [root for each in self.world.open if each.nature is Nature.FAULT for root in each.roots]
        assert len(owned) == len(set(owned))
        settling = held(list(self.world.recent().values()), scene)
        assert seen.faults.keys() <= {*owned, *settling}
        limited = [root for each in self.world.open if each.nature is Nature.LIMIT for root in each.roots]
        assert len(limited) == len(set(limited))

    @invariant()
    def incidents_are_whole(self) -> None:
        """Roots there always are; a root is no member; times are in order."""
        for each in self.world.incidents.values():
            assert each.roots
            assert len(set(each.roots)) == len(each.roots)
            members = [member.subject for member in each.members]
            assert len(set(members)) == len(members)
            assert not set(members) & set(each.roots)
            assert each.contrary <= each.onset <= each.opened
            assert each.announced is None or each.opened + 15 * SECOND <= each.announced
            assert each.ended is None or each.onset <= each.ended
            assert each.closed is None or each.ended is None or each.ended + MINUTE <= each.closed

    @invariant()
    def members_that_are_well_have_left(self) -> None:
        """Supplies on battery stay, they are evidence."""
        if self.world.more.get("blind"):
            return
        for each in self.world.open:
            for id_ in self.world.members(each):
                assert self.world.rows[id_].verdict.kind is not Kind.UP

    @invariant()
    def what_is_closed_stays_closed(self) -> None:
        """And numbers stay what they were."""
        for id_, old in self.before.items():
            new = self.world.incidents[id_]
            assert (new.id, new.opened) == (old.id, old.opened)
            assert old.closed is None or (new.closed, new.ended) == (old.closed, old.ended)
            assert old.announced is None or new.announced == old.announced
        self.before = dict(self.world.incidents)

    def teardown(self) -> None:
        """Once all is well and seen everything closes, each with one line, told of or not."""
        self.world.more.clear()
        self.world.mend(*THINGS).wait(600, every=30)
        assert self.world.open == []
        for id_ in self.world.incidents:
            deeds = self.world.deeds(id_)
            assert (deeds[0], deeds.count(Deed.OPENED), deeds.count(Deed.CLOSED)) == ("opened", 1, 1)
            assert deeds.count(Deed.ANNOUNCED) <= 1


def test_incidents_live_in_order(make_world: World) -> None:
    """Opened once, with roots, told at most once, closed once, and nothing failing is in none or in two."""
    made = type("MadeLives", (Lives,), {"make": staticmethod(make_world)})
    run(made)


def run(machine: type[Lives]) -> None:
    machine.TestCase.settings = settings(
        max_examples=25, stateful_step_count=15, deadline=None, phases=[Phase.generate]
    )
    machine.TestCase().runTest()

"""What is counted of ports against what a simulated device truly carried, whatever happens in between."""

from dataclasses import dataclass, field

import anyio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes.contract import Target
from probes.kinds.snmp_interfaces import PROBE
from probes.kit import Kit
from probes.transports.fakes import (
    FakeIcmp,
    FakeMonotonic,
    FakeSnmp,
    counter32,
    counter64,
    integer,
    octets,
    ticks,
)
from probes.transports.snmp.contract import NULL, Question, Value, Values

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
RECEIVED = "interface_receive_bytes_total"
NAMES = ("core", "lan", "wan")
WIDE = {"core", "lan"}
# In twelve minutes less than 2**32, so that a 32-bit counter wraps once at most between two looks.
MOST = 3 * 10**8


@dataclass
class PatchySnmp(FakeSnmp):
    """Answers reach us only from one place to another: the rest was lost on the way."""

    lost: tuple[float, float] = (1.0, 1.0)

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:
        """As `Snmp.ask`."""
        whole = await FakeSnmp.ask(self, target, wanted, until=until)
        size = len(whole.tags)
        start, stop = sorted(int(share * size) for share in self.lost)
        if start == stop:
            return whole
        gap = stop - start
        tags = whole.tags[:start] + bytes([NULL]) * gap + whole.tags[stop:]
        return Values(tags, [*whole.contents[:start], *[None] * gap, *whole.contents[stop:]], "silent")


@dataclass(frozen=True)
class Minute:
    """What happens in a minute: octets by port, perhaps a new numbering, a restart, a loss; or nobody looks."""

    carried: tuple[int, int, int]
    numbering: tuple[int, ...]
    restart: bool
    lost: tuple[float, float]
    looked: bool


@dataclass
class Switch:
    """A device whose counters are known to the octet; `raw` wraps by its width, `carried` never."""

    raw: dict[str, int]
    numbering: tuple[int, ...] = (1, 2, 3)
    changes: int = 0
    uptime: int = 0
    carried: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))

    def live(self, minute: Minute) -> None:
        """One minute later."""
        self.uptime = (self.uptime + 6_000) % 2**32
        if minute.numbering != self.numbering:
            self.numbering, self.changes = minute.numbering, self.changes + 1
        if minute.restart:
            self.raw, self.uptime = dict.fromkeys(NAMES, 0), 1_000
        for name, grown in zip(NAMES, minute.carried, strict=True):
            self.raw[name] = (self.raw[name] + grown) % (2**64 if name in WIDE else 2**32)
            self.carried[name] += grown

    def values(self) -> dict[str, Value]:
        """What its agent says."""
        found: dict[str, Value] = {
            "1.3.6.1.2.1.1.3.0": ticks(self.uptime),
            "1.3.6.1.2.1.31.1.5.0": ticks(self.changes),
        }
        for name, index in zip(NAMES, self.numbering, strict=True):
            raw = self.raw[name]
            counter = (
                {f"{IFX}.6.{index}": counter64(raw)} if name in WIDE else {f"{IF}.10.{index}": counter32(raw)}
            )
            found |= {f"{IFX}.1.{index}": octets(name), f"{IF}.8.{index}": integer(1), **counter}
        return found


# Nothing, sysUpTime alone, all scalars, scalars and names, anything.
LOSSES = st.one_of(
    st.sampled_from([(1.0, 1.0), (0.0, 0.1), (0.0, 0.2), (0.0, 0.5)]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
CARRIED = st.tuples(*(st.integers(0, MOST) for _ in NAMES))
NUMBERINGS = st.one_of(
    st.just((1, 2, 3)),
    st.permutations([1, 2, 3]).map(tuple),
    st.sampled_from([(2, 1, 3), (3, 2, 1), (7, 1, 200_000)]),
)
STARTS = st.fixed_dictionaries({name: st.integers(0, 2**32 - 1) for name in NAMES})


def minutes(restart: bool) -> st.SearchStrategy[list[Minute]]:
    restarts = st.integers(0, 3).map(lambda drawn: drawn == 0) if restart else st.just(False)
    minute = st.builds(Minute, CARRIED, NUMBERINGS, restarts, LOSSES, st.booleans())
    return st.lists(minute, max_size=12)


async def _watched(switch: Switch, happening: list[Minute]) -> list[tuple[dict[str, float], dict[str, int]]]:
    """(what we count, what was carried) at each look, by port."""
    snmp, clock = PatchySnmp(), FakeMonotonic()
    kit = Kit(icmp=FakeIcmp(), snmp=snmp, monotonic=clock)
    looks = []
    for minute in [None, *happening]:
        clock.now += 60
        if minute is not None:
            switch.live(minute)
            snmp.lost = minute.lost
            if not minute.looked:
                continue
        snmp.agent("10.0.0.1").values = switch.values()
        seen = await PROBE.look(Target("d", "10.0.0.1"), PROBE.params(), kit)
        (columns,) = seen.columns
        totals = zip(columns.parts, columns.values[RECEIVED], strict=True)
        looks.append(({part: total for part, total in totals if total is not None}, dict(switch.carried)))
    return looks


def watched(
    start: dict[str, int], happening: list[Minute], uptime: int
) -> list[tuple[dict[str, float], dict[str, int]]]:
    return anyio.run(_watched, Switch(dict(start), uptime=uptime), happening)


# A 32-bit counter wraps in the very minute whose answer loses sysUpTime: only the next can tell it from a restart.
LOST_AT_A_WRAP = [
    Minute((0, 0, 1), (1, 2, 3), restart=False, lost=(0.0, 0.1), looked=True),
    Minute((0, 0, 1), (1, 2, 3), restart=False, lost=(1.0, 1.0), looked=True),
]


@given(STARTS, minutes(restart=False))
@example({"core": 0, "lan": 0, "wan": 2**32 - 1}, LOST_AT_A_WRAP)
@settings(max_examples=80, deadline=None)
def test_without_restarts_every_octet_is_counted_once(start: dict[str, int], happening: list[Minute]) -> None:
    """Over renumberings, lost parts of answers, missed looks, and the wraps of counters and of sysUpTime."""
    for counted, carried in watched(start, happening, uptime=2**32 - 30_000):
        assert counted == {name: carried[name] for name in counted}


@given(STARTS, minutes(restart=True))
@settings(max_examples=80, deadline=None)
def test_with_restarts_nothing_is_counted_that_was_not_carried(
    start: dict[str, int], happening: list[Minute]
) -> None:
    """What an agent loses is lost; nothing is made up, and no sum goes back.

    Only a restart in the very minute of the wrap of sysUpTime looks like one, once in 497 days.
    """
    before = dict.fromkeys(NAMES, 0.0)
    for counted, carried in watched(start, happening, uptime=10**8):
        assert all(before[name] <= total <= carried[name] for name, total in counted.items())
        before |= counted

"""What looks tell beside verdicts that helps to find a cause: power, restarts, who answered last. Pure.

One `Circumstances` per daemon, fed with every observation on the event loop. Readers on other threads may get single
entries at any time, never go through them all.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from netwatch.check import Check, FactKey, Observation
from netwatch.clock import SECOND
from netwatch.incidents.contract import Clue
from netwatch.planning.devices import POWER
from netwatch.store.contract import FactRow
from probes.equipment.catalogue import ON_MAINS

# upsOutputSource (UPS-MIB, RFC 1628): normal, bypass, booster and reducer draw on the mains; other and none tell
# nothing about them.
BATTERY = 5.0
MAINS = frozenset({3.0, 4.0, 6.0, 7.0})
SOURCES = {f"{source:g}": source for source in (BATTERY, *MAINS)}
# The same in the words of a profile's `output_source`; a test is run on mains and battery alike and tells nothing.
BY_WORD = {"battery": 5.0, "normal": 3.0, "bypass": 4.0, "booster": 6.0, "reducer": 7.0}
# sysUpTime (RFC 3418) counts hundredths of a second in 32 bits: it begins anew after 497 days.
WRAP = 2**32 * SECOND // 100
# By so much a reading after the wrap may be off: the time of a look, and of an agent's clock over as long.
SLACK = 5 * 60 * SECOND

# A storm of traps says no more than its last ones, proven or not.
MOST_HINTS = 5

UPTIME = "snmp_uptime_seconds"
VALUE = "snmp_scalar_value"


class Circumstances:
    """`started`: when a device's agent began to run, as of its newest reading: (started, read at). `on_battery`: when
    a UPS was last seen on battery and when last on mains: (battery, mains), 0 never. `answered`: the newest look at a
    device, line or endpoint that found it well. All microseconds by id. `hints` is what devices said of their power
    unasked, of each sort (proven or not) newest last.
    """

    def __init__(self) -> None:
        self.started: dict[str, tuple[int, int]] = {}
        self.on_battery: dict[str, tuple[int, int]] = {}
        self.answered: dict[str, int] = {}
        self.hints: dict[str, tuple[Clue, ...]] = {}

    def heard(self, device: str, at: int, trusted: bool) -> None:
        """A device said that it runs on battery; `trusted` only where it proved who it is (SNMPv3).

        Of either sort the last few are kept, so that forged ones displace none that are proven.
        """
        known = self.hints.get(device, ())
        same = [hint for hint in known if hint.trusted is trusted][1 - MOST_HINTS :]
        others = [hint for hint in known if hint.trusted is not trusted]
        self.hints[device] = (*others, *same, Clue("trap_power", at, {"device": device}, trusted))

    def note(self, check: Check | None, seen: Observation) -> None:
        """Take in one look; `check` None is one that is no longer planned. An older look changes nothing."""
        if check is None or not seen.facts:
            return
        # Of a check's facts the first speaks for it: reachable, path, expected, or a port that has carrier.
        if seen.facts[0].holds and seen.at > self.answered.get(check.target, 0):
            self.answered[check.target] = seen.at
        if check.kind == "snmp_system":
            self._uptime(check.target, seen)
        elif check.instance == POWER:
            self._power(check.target, seen)
        elif check.kind == "snmp_equipment":
            self._mains(check.target, seen)

    def _uptime(self, device: str, seen: Observation) -> None:
        uptime = _sample(seen, UPTIME)
        before = self.started.get(device, (0, 0))
        if uptime is not None and seen.at > before[1]:
            self.started[device] = began(before, seen.at, uptime), seen.at

    def _power(self, ups: str, seen: Observation) -> None:
        source = _sample(seen, VALUE)
        if source is not None:
            self._powered(ups, source, seen.at)

    def _mains(self, ups: str, seen: Observation) -> None:
        for fact in seen.facts:
            if fact.fact == ON_MAINS and fact.evidence in BY_WORD:
                self._powered(ups, BY_WORD[fact.evidence], seen.at)

    def _powered(self, ups: str, source: float, at: int) -> None:
        battery, mains = self.on_battery.get(ups, (0, 0))
        if source == BATTERY:
            self.on_battery[ups] = max(battery, at), mains
        elif source in MAINS:
            self.on_battery[ups] = battery, max(mains, at)

    def restore(self, checks: Mapping[str, Check], facts: Mapping[FactKey, Sequence[FactRow]]) -> None:
        """Take over what an earlier run stored of the power of each UPS; the rest comes with the next looks."""
        for key, rows in facts.items():
            check = checks.get(key.check)
            if check is not None and (check.instance == POWER or key.fact == ON_MAINS):
                for at, source in _sources(rows):
                    self._powered(check.target, source, at)


def began(before: tuple[int, int], at: int, uptime: float) -> int:
    """When the agent began to run that says at `at` that it has been running for so many seconds.

    `before` is the same of the reading before: (began, read at), zeros where there was none. Where the counter wrapped
    since then the agent has gone on running. Source of the rule: LibreNMS took wraps for restarts (PR #13896).
    """
    told = at - round(uptime * SECOND)
    known, read = before
    wraps = (at - known) // WRAP if read else 0
    wrapped = wraps and abs((at - known) % WRAP - (at - told)) <= SLACK
    return known if wrapped else told


def _sample(seen: Observation, metric: str) -> float | None:
    return next((value for _, name, value in seen.samples if name == metric), None)


def _sources(rows: Sequence[FactRow]) -> list[tuple[int, float]]:
    """What a stored fact about power said of the source, and when it was last known to say so.

    That is when the next value began to be seen at the latest, and of the last one when it was decided.
    """
    until = [
        *(after.transition.contrary for _, after in pairwise(rows)),
        *(row.transition.at for row in rows[-1:]),
    ]
    told = ((max(row.start, at), row.transition) for row, at in zip(rows, until, strict=True))
    sources = {**SOURCES, **BY_WORD}
    return [
        (at, sources[seen.evidence])
        for at, seen in told
        if seen.holds is not None and seen.evidence in sources
    ]

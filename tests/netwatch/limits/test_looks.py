"""Numbers from look to look: bands, means, hold times, sums that begin anew; data/limits.toml is the table."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.check import LOCAL, Check, FactSeen, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.limits.contract import Limit, Watched
from netwatch.limits.evaluate import beyond, seen
from netwatch.limits.watch import Watch
from netwatch.plan import Plan
from netwatch.recorder import Recorder
from probes.contract import Columns

TABLE = tomllib.loads((Path(__file__).parents[1] / "data" / "limits.toml").read_text("utf-8"))
SIGNS = {True: ".", False: "x", None: "?"}
ANSWERED = FactSeen("", "reachable", True, "answered", "5/5")
SILENT = FactSeen("", "reachable", False, "no_answer", "0/5")
# Whoever looks hands on what is said again as the same objects.
GOOD, BAD = (ANSWERED,), (SILENT,)

MakeLimit = Callable[..., Limit]
WatchedCheck = Callable[..., tuple[Check, Watched]]


class Line:
    """A check with one limit, looked at again and again."""

    def __init__(self, check: Check, watched: Watched) -> None:
        self.check, self.watched = check, watched
        self.plan = Plan(1, "", {check.id: check}, limits={check.id: (watched,)})
        self.recorder, self.watch = Recorder(), Watch()
        self.adopt(self.plan, 0)
        self.at = 0

    def adopt(self, plan: Plan, now: int) -> None:
        self.recorder.adopt(plan, now)
        self.watch.adopt(plan.limits, plan.checks)

    def look(self, value: str, **more: Any) -> Observation:  # noqa: ANN401
        """One look thirty seconds after the last; '-' gives no number, '!' finds the target failing."""
        self.at += 30 * SECOND
        facts = BAD if value == "!" else GOOD
        sample = (("", "icmp_loss_ratio", 1.0 if value == "!" else float(value)),) if value != "-" else ()
        more = {"samples": sample, **more}
        return self.take(Observation(LOCAL, self.at, 1, self.check.id, self.at, 0, facts, **more))

    def take(self, look: Observation) -> Observation:
        judged = self.watch.judged(look)
        self.watch.learn(self.recorder.take(judged))
        return judged

    def said(self, judged: Observation) -> str:
        """What a look said of the limit, as a sign."""
        told = [fact.holds for fact in judged.facts if fact.fact == self.watched.key.fact]
        return SIGNS[told[0]] if told else " "

    @property
    def believed(self) -> str:
        """What is believed of the limit, as a sign."""
        state = self.recorder.states.get(self.watched.key)
        return SIGNS[state.holds] if state else "?"


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: row["name"])
def test_each_row_of_the_table(
    row: dict[str, Any], make_limit: MakeLimit, watched_check: WatchedCheck
) -> None:
    """Look by look: what it said, and what is believed after it."""
    line = Line(*watched_check(make_limit(**row["limit"])))
    signs = [(line.said(line.look(value)), line.believed) for value in row["values"].split()]
    assert "".join(said for said, _ in signs) == row["beyond"]
    if "believed" in row:
        assert "".join(believed for _, believed in signs) == row["believed"]


@given(
    st.floats(-100, 100),
    st.floats(0, 50),
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_within_the_band_nothing_changes(
    bound: float, width: float, places: list[float], upper: bool, start: bool
) -> None:
    """However a value moves between both bounds, what is believed stays: there is no chatter."""
    back = bound - width if upper else bound + width
    limit = Limit("x", "line", upper=upper, bound=bound, back=back)
    low, high = sorted((bound, back))
    for place in places:
        value = min(high, max(low, low + place * (high - low)))
        if start and value == back:
            continue  # at the very bound it is back
        assert beyond(limit, value, start) is start


@given(st.lists(st.floats(0, 10), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_change_crosses_the_whole_band(
    make_limit: MakeLimit, watched_check: WatchedCheck, values: list[float]
) -> None:
    """Between two changes of what is believed lie values beyond one bound and beyond the other."""
    line = Line(*watched_check(make_limit(above=6, clear=3, agree=1, of=1)))
    before = "?"
    for value in values:
        line.look(repr(value))
        after = line.believed
        if before + after == ".x":
            assert value > 6
        if before + after == "x.":
            assert value <= 3
        before = after


def test_a_calm_check_stays_calm(make_limit: MakeLimit, watched_check: WatchedCheck) -> None:
    """While all is within, the facts of a look are the very objects of the look before."""
    line = Line(*watched_check(make_limit(above=5)))
    looks = [line.look(value) for value in ("1", "2", "3", "4", "1")]
    assert all(look.facts is looks[0].facts for look in looks)
    assert line.recorder.well(line.check.id)


def test_the_evidence_names_the_limit_and_the_number(
    make_limit: MakeLimit, watched_check: WatchedCheck
) -> None:
    """In the limit's own unit."""
    line = Line(*watched_check(make_limit(above=5, unit="%")))
    assert line.look("0.124").facts[1].evidence == "loss: 12.4 % > 5 %"
    line = Line(*watched_check(make_limit(below=30, unit="d")))
    assert line.look(str(12 * 86_400)).facts[1].evidence == "loss: 12 d < 30 d"


def test_a_limit_has_time_where_a_failure_has_not(make_limit: MakeLimit, watched_check: WatchedCheck) -> None:
    """A number that is only just beyond asks for no look out of turn."""
    line = Line(*watched_check(make_limit(above=5)))
    for value in ("1", "1", "1", "6"):
        line.look(value)
    assert not line.recorder.soft(line.check.id)
    line.look("!")
    assert line.recorder.soft(line.check.id)


def test_a_look_that_could_not_tell_says_so_of_limits_too(
    make_limit: MakeLimit, watched_check: WatchedCheck
) -> None:
    """A fault of our own makes the limit unknown for that reason."""
    line = Line(*watched_check(make_limit(above=5)))
    for _ in range(3):
        line.look("1")
    for _ in range(3):
        line.look("-", reason="no_route")
    state = line.recorder.states[line.watched.key]
    assert (state.holds, state.reason) == (None, "no_route")


def test_of_several_parts_the_worst_counts(make_limit: MakeLimit, watched_check: WatchedCheck) -> None:
    """A pattern names the parts: the hottest sensor for a limit above, the coldest for one below."""
    samples = tuple(
        (name, "icmp_loss_ratio", value)
        for name, value in (("", 99.0), ("rack 1", 21.0), ("rack 2", 27.0), ("outside", 40.0))
    )
    for keys, value in (({"above": 25}, "27"), ({"below": 22}, "21")):
        _, watched = watched_check(make_limit(part="rack*", **keys))
        look = Observation(LOCAL, 1, 1, "c", 1, 0, (ANSWERED,), samples=samples)
        [fact] = seen((watched,), look, ())
        assert (fact.holds, fact.evidence.split()[1]) == (False, value)


def test_what_is_told_of_several_limits(make_limit: MakeLimit, watched_check: WatchedCheck) -> None:
    """One look by itself: within, kept beyond by what is believed, without a number, failing."""
    _, watched = watched_check(make_limit(above=5, clear=2))
    look = Observation(LOCAL, 1, 1, "c", 1, 0, (ANSWERED,), samples=(("", "icmp_loss_ratio", 3.0),))
    holds = [seen((watched,), look, believed)[0].holds for believed in ((), frozenset({watched.key}))]
    assert holds == [True, False]
    assert seen((watched,), replace(look, samples=()), ())[0].holds is None
    assert seen((watched,), replace(look, facts=(SILENT,)), ())[0].holds is None


def test_a_new_limit_forgets_the_facts_of_the_old(make_limit: MakeLimit, watched_check: WatchedCheck) -> None:
    """A fact of a limit that no longer holds is gone, and the check may be calm again."""
    line = Line(*watched_check(make_limit(above=5)))
    for value in ("1", "1", "1"):
        line.look(value)
    bare = replace(line.check, rules={})
    [gone] = line.recorder.adopt(Plan(2, "", {bare.id: bare}), line.at)
    assert (gone.key, gone.reason) == (line.watched.key, "gone")
    line.watch.adopt({}, {bare.id: bare})
    for value in ("9", "9", "9"):
        line.look(value)
    assert line.recorder.well(bare.id)


class Port:
    """A port whose sum of bytes is looked at every minute, with ten megabits contracted."""

    def __init__(self, watched: Watched, check: Check) -> None:
        self.watch, self.watched = Watch(), watched
        self.watch.adopt({check.id: (watched,)}, {check.id: check})
        self.check, self.at = check, 0

    def look(
        self, total: float | None, *, parts: tuple[str, ...] = ("Gi0", "Gi1"), after: int = MINUTE
    ) -> str:
        self.at += after
        values = {"interface_receive_bytes_total": [0.0, total][: len(parts)]}
        columns = (Columns(parts, values),)
        carrier = FactSeen("Gi1", "carrier", True, "carrier_up")
        look = Observation(LOCAL, self.at, 1, self.check.id, self.at, 0, (carrier,), columns=columns)
        told = [fact for fact in self.watch.judged(look).facts if fact.fact == self.watched.key.fact]
        return f"{SIGNS[told[0].holds]}{told[0].evidence.partition(': ')[2]}" if told else " "


@pytest.fixture
def port(make_limit: MakeLimit, watched_check: WatchedCheck) -> Port:
    limit = replace(make_limit(above=90, unit="%"), id="utilisation-down")
    check, watched = watched_check(
        limit, part="Gi1", column="interface_receive_bytes_total", full=10_000_000 / 8
    )
    return Port(watched, check)


def test_utilisation_is_what_the_sums_grow_by_against_the_contract(port: Port) -> None:
    """Nothing after the first look; then bytes a second against the bandwidth, more than all of it too."""
    minute = 60 * 10_000_000 / 8
    assert port.look(500.0) == " "
    assert port.look(500.0 + 0.5 * minute) == "."
    assert port.look(500.0 + 1.45 * minute) == "x95 % > 90 %"
    assert port.look(500.0 + 3.45 * minute, after=2 * MINUTE) == "x100 % > 90 %"
    assert port.look(500.0 + 4.65 * minute) == "x120 % > 90 %"


def test_sums_that_begin_anew_give_no_number(port: Port) -> None:
    """The process that keeps them was started again: the first look is a baseline once more."""
    minute = 60 * 10_000_000 / 8
    assert [port.look(total) for total in (5 * minute, 5.1 * minute, 0.0, 0.1 * minute)] == [
        " ",
        ".",
        " ",
        ".",
    ]


def test_a_port_without_a_number_or_that_is_gone_says_nothing(port: Port) -> None:
    """So that a port which a complete look no longer mentions is gone with all its facts."""
    assert [port.look(0.0), port.look(1.0), port.look(None), port.look(2.0)] == [" ", ".", " ", "."]
    assert port.look(3.0, parts=("Gi0",)) == " "
    assert port.look(4.0) == "."

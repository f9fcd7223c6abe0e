"""What PromQL makes of `_up` lies within its stated bound of what the record says, with the intervals we ship.

The daemon's own hardening is fed with looks at a line of which everything is known; beside it stands a scrape every 15
seconds.
"""

import itertools
import shutil
import subprocess
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.rules.estimates import COUNTED_SECONDS, Pace, error_ratio, estimate_groups
from exporters.rules.model import rules_file
from exporters.rules.yaml import Value, yaml_text
from netwatch.check import FactKey, FactSeen, Hardening
from netwatch.clock import SECOND
from netwatch.settings import Settings
from netwatch.state import advance, begin
from netwatch.translate.to_rules import pace, scrape_interval

SHIPPED = Settings()
PACE = pace(SHIPPED)
KEY = FactKey("line", "", "reachable")
RULE = Hardening(SHIPPED.hardening.agree, SHIPPED.hardening.of)
DAY = 86_400
# Looks at what is unknown cannot tell; their reason is the vantage's.
REASONS: Mapping[bool | None, str] = {True: "answered", False: "no_answer", None: "vantage"}
Steps = Sequence[tuple[float, bool | None]]


def test_the_bound_is_that_of_the_shipped_settings() -> None:
    """Three looks, the slowest witness every minute, a scrape every 15 seconds: 135 seconds an edge."""
    assert pace(Settings()) == Pace(3, 60.0, 15)
    assert PACE.edge == 135.0


@pytest.mark.parametrize(("shortest", "scrape"), [(1.0, 5), (12.0, 6), (20.0, 10), (300.0, 15)])
def test_a_scrape_comes_twice_as_often_as_a_look(shortest: float, scrape: int) -> None:
    """From 5 to 15 seconds: a value is taken back two intervals after its look."""
    every = dict.fromkeys(("witness", "core", "devices", "lines"), shortest)
    assert scrape_interval(Settings.model_validate({"intervals": every})) == scrape


def test_a_slower_witness_widens_the_bound() -> None:
    """Also by the section of its probe."""
    slow = Settings.model_validate({"probes": {"snmp_path": {"interval": 120.0, "agree": 4, "of": 5}}})
    assert pace(slow) == Pace(5, 120.0, 15)


def truth(dice: Random, seconds: float) -> Steps:
    """How a line fares: outages from seconds to hours, up for minutes to half a day, now and then nobody can tell."""
    steps: list[tuple[float, bool | None]] = []
    at = 0.0
    for state in itertools.cycle((True, False)):
        if at >= seconds:
            return steps
        steps.append((at, None if dice.random() < 0.15 else state))
        low, high = (60, 20_000) if state else (5, 5_000)
        at += low * (high / low) ** dice.random()
    return steps


def state_at(steps: Steps, at: float) -> bool | None:
    """What held at a moment."""
    return steps[max(0, bisect_right(steps, at, key=lambda step: step[0]) - 1)][1]


@dataclass(frozen=True)
class Told:
    """What the daemon made of it: the record (from when on which value holds), and when it showed which."""

    record: Steps
    shown: Steps


def looked_at(steps: Steps, dice: Random, interval: float, seconds: float) -> Told:
    """Looks at the intervals of the settings, sooner while they disagree, each taking up to two seconds."""
    state = begin(KEY, 0)
    record: list[tuple[float, bool | None]] = [(0.0, None)]
    shown: list[tuple[float, bool | None]] = [(0.0, None)]
    at = dice.uniform(0, interval)
    while at < seconds:
        holds = state_at(steps, at)
        state, change = advance(
            state, FactSeen("", "reachable", holds, REASONS[holds]), round(at * SECOND), RULE
        )
        if change is not None:
            since = change.since / SECOND
            record = [*(step for step in record if step[0] < since), (since, change.holds)]
            shown.append((at + dice.uniform(0, 2), change.holds))
        at += min(SHIPPED.intervals.recheck, interval) if state.soft else interval
    return Told(record, shown)


def share_of(steps: Steps, start: float, end: float) -> float | None:
    """The share of the known time that was up, to the second and beyond; None where nothing is known."""
    ends = [*(step[0] for step in steps[1:]), float("inf")]
    lengths = {True: 0.0, False: 0.0, None: 0.0}
    for (since, state), until in zip(steps, ends, strict=True):
        lengths[state] += max(0.0, min(until, end) - max(since, start))
    known = lengths[True] + lengths[False]
    return lengths[True] / known if known else None


def scrapes(shown: Steps, offset: float, seconds: float) -> list[bool | None]:
    """What each scrape saw."""
    count = int((seconds - offset) // PACE.scrape) + 1
    return [state_at(shown, offset + PACE.scrape * number) for number in range(count)]


def estimate(seen: Sequence[bool | None]) -> tuple[float, float] | None:
    """avg_over_time() of what was scraped, and the error the rules record with it; None without any sample."""
    known = [state for state in seen if state is not None]
    if not known:
        return None
    changes = sum(one is not other for one, other in itertools.pairwise(seen))
    return sum(known) / len(known), error_ratio(changes, len(known), PACE)


def differences(seed: int, interval: float, days: int) -> Iterator[tuple[float, float]]:
    """(difference, bound) of every day of a life, and of the whole of it."""
    dice = Random(seed)
    told = looked_at(truth(dice, days * DAY), dice, interval, days * DAY)
    offset = dice.uniform(0, PACE.scrape)
    seen = scrapes(told.shown, offset, days * DAY)
    a_day = DAY // PACE.scrape
    spans = [(first, first + a_day) for first in range(0, len(seen) - a_day, a_day // 3)]
    for first, last in (*spans, (0, len(seen))):
        found = estimate(seen[first:last])
        start, end = offset + first * PACE.scrape, offset + last * PACE.scrape
        true = share_of(told.record, start, end)
        if found is not None and true is not None:
            yield abs(found[0] - true), found[1]


@pytest.mark.parametrize("interval", [SHIPPED.intervals.witness, SHIPPED.intervals.lines])
def test_an_estimate_lies_within_its_bound_of_the_record(interval: float) -> None:
    """Days and whole lives of lines with more outages than any real one; both edges of an outage are told late, so that
    most of it is made good again."""
    found = [pair for seed in range(12) for pair in differences(seed, interval, 3)]
    assert [pair for pair in found if pair[0] > pair[1]] == []
    assert max(difference / bound for difference, bound in found) > 0.01
    assert len(found) > 80


def test_an_edge_told_as_late_as_can_be_reaches_half_of_the_bound() -> None:
    """Looks that never hurry, a scrape just before the last of them, and an end of the day before the next scrape."""
    began = DAY - PACE.edge
    late = (PACE.of - 1) * PACE.interval
    told = Told([(0.0, True), (began, False)], [(0.0, True), (began + late, False)])
    end = DAY - 0.01
    found = estimate(scrapes(told.shown, PACE.scrape - 0.001, end))
    true = share_of(told.record, 0, end)
    assert found is not None
    assert true is not None
    assert 0.45 < (found[0] - true) / found[1] <= 1


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_whatever_befalls_a_line_a_day_is_estimated_within_the_bound(seed: int) -> None:
    """Any day at all."""
    assert all(difference <= bound for difference, bound in differences(seed, SHIPPED.intervals.witness, 1))


def values(states: Sequence[object]) -> str:
    """A series in promtool's words; None is no sample."""
    runs = ((state, len(list(run))) for state, run in itertools.groupby(states))
    return " ".join(f"_x{n}" if state is None else f"{int(bool(state))}x{n - 1}" for state, n in runs)


def counted(seen: Sequence[bool | None]) -> tuple[int, int, float]:
    """What the rules add up in a day: scrapes that said up, that knew, and changes; a range holds both its ends."""
    each = COUNTED_SECONDS // PACE.scrape
    ends = range(0, len(seen), each)
    windows = [seen[max(0, end - each) : end + 1] for end in ends]
    reaching = [seen[max(0, end - each - 1) : end + 1] for end in ends]
    changes = sum(one is not other for window in reaching for one, other in itertools.pairwise(window))
    known = sum(state is not None for window in windows for state in window)
    return sum(state is True for window in windows for state in window), known, float(changes)


def a_day_in_promtool(told: Told, seen: Sequence[bool | None]) -> Mapping[str, Value]:
    """A script: the series of one site for a day, and what Prometheus must find at its end."""
    own = 'job="netwatch", instance="mon", site="S"'
    states = {True: "up", False: "down", None: "unknown"}
    verdicts = {
        f'netwatch_site_verdict{{{own}, verdict="{word}"}}': values([one is state for one in seen])
        for state, word in states.items()
    }
    series = {
        f"netwatch_site_up{{{own}}}": values(seen),
        **verdicts,
        'netwatch_start_timestamp_seconds{job="netwatch", instance="mon"}': f"1x{len(seen) - 1}",
    }
    up, known, changes = counted(seen)
    true = share_of(told.record, 0, DAY)
    name, labels = "site:netwatch_site_up", f'{own}, figure="estimate"'
    mean = f"abs(avg_over_time(netwatch_site_up[1d]) - {sum(map(bool, seen)) / sum(s is not None for s in seen)!r})"
    asked = {
        f"{name}:estimate1d": (f"{name}:estimate1d{{{labels}}}", up / known),
        f"{name}:error1d": (
            f"{name}:error1d{{{labels}}}",
            (changes + 2 + 0) * PACE.edge / (known * PACE.scrape),
        ),
        f"abs({name}:estimate1d - {true!r}) <= bool {name}:error1d": (f"{{{labels}}}", 1),
        f"{mean} < bool 1e-9": (f"{{{own}}}", 1),
    }
    return {
        "interval": f"{PACE.scrape}s",
        "input_series": [{"series": each, "values": given} for each, given in series.items()],
        "promql_expr_test": [
            {"expr": expr, "eval_time": "1d", "exp_samples": [{"labels": labels, "value": value}]}
            for expr, (labels, value) in asked.items()
        ],
    }


def test_prometheus_itself_finds_the_same(tmp_path: Path) -> None:
    """Its own evaluation of the rules gives the model's estimate and error, within the bound of the record."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    dice = Random(20261123)
    told = looked_at(truth(dice, DAY), dice, SHIPPED.intervals.lines, DAY)
    script = a_day_in_promtool(told, scrapes(told.shown, 0.0, DAY))
    (tmp_path / "rules.yml").write_text(rules_file(estimate_groups(PACE)), "utf-8")
    file: Mapping[str, Value] = {"rule_files": ["rules.yml"], "evaluation_interval": "4m", "tests": [script]}
    (tmp_path / "script.yml").write_text(yaml_text(file), "utf-8")
    line = [program, "test", "rules", str(tmp_path / "script.yml")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

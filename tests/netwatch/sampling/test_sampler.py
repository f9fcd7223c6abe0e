"""Which look tells about which series, and over what time."""

from collections.abc import Mapping

import pytest

from inventory.snapshot import Inventory
from netwatch.check import Check, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.plan import Plan
from netwatch.present import Judged
from netwatch.sampling.rows import told
from netwatch.sampling.sampler import ECHO, Sampler
from netwatch.throughput import Carried

NOBODY: Mapping[str, Judged] = {}


@pytest.fixture
def sampler(province_plan: Plan) -> Sampler:
    """Of the plan of the small province."""
    made = Sampler(NOBODY)
    made.adopt(province_plan.topology, province_plan.checks)
    return made


@pytest.fixture
def echo(province_plan: Plan) -> Check:
    """The witness of a line, by echoes."""
    lines = {id_ for id_, one in province_plan.topology.subjects.items() if one.kind == "line"}
    return next(one for one in province_plan.checks.values() if one.kind == ECHO and one.target in lines)


def look(check: Check, at: int, rtt: float | None, loss: float, reason: str | None = None) -> Observation:
    """Echoes of a moment."""
    samples = (("", "icmp_loss_ratio", loss), *((("", "icmp_rtt_seconds", rtt),) if rtt is not None else ()))
    return Observation("local", 1, 1, check.id, at, 0, (), reason=reason, samples=samples)


def means(sampler: Sampler) -> dict[tuple[str, int], tuple[float, int]]:
    """(mean, 250ths covered) by series and bucket."""
    return {
        (name, row.start // (5 * MINUTE)): (value, covered)
        for row in sampler.book.take()
        for name, value, covered, _ in told(row)
    }


def test_what_ran_over_a_line_is_spread_over_the_time_between_the_looks(sampler: Sampler) -> None:
    """In bit/s, each direction by itself; what is not known is not measured."""
    seen = Observation("local", 1, 1, "ports", 6 * MINUTE, 0, ())
    sampler.take(seen, [("L-AN", Carried(6 * MINUTE, MINUTE, 1000.0, None, 4 * MINUTE, 0))])
    assert means(sampler) == {("line/down/L-AN", 0): (8000.0, 50), ("line/down/L-AN", 1): (8000.0, 50)}


def test_echoes_stand_for_the_time_since_those_before(sampler: Sampler, echo: Check) -> None:
    """Where all were lost there is no round trip; the first look, and one after a gap, stand for no time."""
    step, line = echo.interval, echo.target
    first = 300 * SECOND + step
    sampler.take(look(echo, first - step, 9.0, 1.0))
    sampler.take(look(echo, first, 0.5, 0.0))
    sampler.take(look(echo, first + step, None, 1.0))
    sampler.take(look(echo, first + 2 * step, 0.25, 0.0, reason="blind"))
    late = 1200 * SECOND + step
    sampler.take(look(echo, late, 9.0, 0.0))
    sampler.take(look(echo, late + step, 0.25, 0.0))
    sampler.take(look(echo, late + step, 9.0, 0.0))
    found = means(sampler)
    length = 250 * step // (300 * SECOND)
    assert found[f"line/rtt/{line}", 1] == (0.5, length)
    assert found[f"line/loss/{line}", 1] == (0.5, 2 * length)
    assert found[f"line/rtt/{line}", 4] == (0.25, length)


def test_what_left_the_plan_is_not_sampled(sampler: Sampler, echo: Check) -> None:
    """Nor does what the old plan saw reach into what the new one sees."""
    for at in (270, 300):
        sampler.take(look(echo, at * SECOND, 0.5, 0.0))
    empty = Plan()
    sampler.adopt(empty.topology, empty.checks)
    means(sampler)
    sampler.take(look(echo, 330 * SECOND, 0.5, 0.0))
    assert means(sampler) == {}


def test_a_sensor_and_an_endpoint_have_their_series(
    province: Inventory, province_plan: Plan, sampler: Sampler
) -> None:
    """A sensor what it reads, an endpoint the echoes of its device."""
    endpoint = next(iter(province.of("conferencing_endpoint").values()))
    host = next(
        one for one in province_plan.checks.values() if (one.target, one.kind) == (endpoint.device, ECHO)
    )
    sampler.take(look(host, 270 * SECOND, 0.5, 0.0))
    sampler.take(look(host, 300 * SECOND, 0.5, 0.0))
    assert {name for name, _ in means(sampler)} == {
        f"conferencing_endpoint/{metric}/{endpoint.id}" for metric in ("rtt", "loss")
    }

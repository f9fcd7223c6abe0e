"""What runs over a line is what its port's sums grew by between two looks."""

from collections.abc import Callable

import pytest

from inventory.snapshot import Inventory
from netwatch.check import Observation, check_id
from netwatch.clock import SECOND
from netwatch.plan import Plan
from netwatch.throughput import RECEIVED, SENT, Carried, Throughput
from probes.contract import Columns

Look = Callable[..., Observation]
MINUTE = 60 * SECOND


@pytest.fixture
def look() -> Look:
    """A look at the ports of a device: bytes received and sent by the port named."""

    def make(device: str, part: str, at: int, received: float, sent: float) -> Observation:
        columns = Columns((part, "other"), {RECEIVED: (received, 0.0), SENT: (sent, 0.0)})
        check = check_id(device, "snmp_interfaces")
        return Observation("local", 1, 1, check, at, 0, (), columns=(columns,))

    return make


@pytest.fixture
def kept(province: Inventory, province_plan: Plan) -> Throughput:
    throughput = Throughput()
    throughput.adopt(province, province_plan.checks)
    return throughput


def test_a_line_carries_what_its_port_received_and_sent_between_two_looks(
    kept: Throughput, look: Look
) -> None:
    """At the site's end what is received comes down the line; the first look can tell nothing yet."""
    kept.take(look("r-an", "Gi0%2F0", MINUTE, 1000, 500))
    assert kept.by_line["L-AN"] == Carried(MINUTE, MINUTE, None, None)
    kept.take(look("r-an", "Gi0%2F0", 2 * MINUTE, 61_000, 30_500))
    assert kept.by_line["L-AN"] == Carried(2 * MINUTE, MINUTE, 1000, 500, MINUTE, MINUTE)


def test_a_look_soon_after_another_tells_nothing_of_how_fast_sums_grow(kept: Throughput, look: Look) -> None:
    """Agents read their own counters every few seconds only."""
    for at, received in ((MINUTE, 1000), (2 * MINUTE, 61_000), (2 * MINUTE + SECOND, 61_000)):
        kept.take(look("r-an", "Gi0%2F0", at, received, received))
    assert kept.by_line["L-AN"].down == 1000


def test_sums_that_began_anew_make_it_unknown(kept: Throughput, look: Look) -> None:
    """They do when the process that keeps them starts, or another port stands in the place."""
    for at, received in ((MINUTE, 1000), (2 * MINUTE, 61_000), (3 * MINUTE, 10)):
        kept.take(look("r-an", "Gi0%2F0", at, received, received))
    assert (kept.by_line["L-AN"].down, kept.by_line["L-AN"].up) == (None, None)


def test_what_is_known_outlives_a_plan_in_which_the_end_stays_the_same(
    kept: Throughput, look: Look, province: Inventory, province_plan: Plan
) -> None:
    """And is forgotten with the line."""
    for at, received in ((MINUTE, 1000), (2 * MINUTE, 61_000)):
        kept.take(look("r-an", "Gi0%2F0", at, received, received))
    kept.adopt(province, dict(province_plan.checks))
    assert kept.by_line["L-AN"].down == 1000
    kept.adopt(Inventory(), {})
    assert kept.by_line == {}


def test_the_far_end_tells_where_the_sites_own_is_not_read(
    province: Inventory, province_plan: Plan, look: Look
) -> None:
    """There, what is sent goes down the line."""
    near = check_id("r-an", "snmp_interfaces")
    throughput = Throughput()
    throughput.adopt(province, {id_: one for id_, one in province_plan.checks.items() if id_ != near})
    for at, received, sent in ((MINUTE, 1000, 1000), (2 * MINUTE, 1600, 7000)):
        throughput.take(look("core", "Gi0%2F0%2F2", at, received, sent))
    assert throughput.by_line["L-AN"] == Carried(2 * MINUTE, MINUTE, 100, 10, MINUTE, MINUTE)


def test_a_look_that_could_not_tell_changes_nothing(kept: Throughput, look: Look) -> None:
    """What was known stays until it is too old to be shown."""
    seen = look("r-an", "Gi0%2F0", MINUTE, 1000, 500)
    kept.take(Observation("local", 2, 1, seen.check, 2 * MINUTE, 0, (), reason="no_answer"))
    assert "L-AN" not in kept.by_line

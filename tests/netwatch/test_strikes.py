"""Strike counters: a rise is a strike, a fall is another counter."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from netwatch.check import Check, Observation
from netwatch.strikes import COUNT, Strikes

CHECK = Check("aa", "spd", "modbus_point", "strikes", "io", "", 60, 5, 10)


def look(at: int, count: float | None) -> dict[str, Observation]:
    samples = (("", COUNT, count),) if count is not None else ()
    return {"aa": Observation("local", at, 1, "aa", at, 0, (), samples=samples)}


def test_a_rise_is_told_with_the_moments_between_which_it_fell() -> None:
    """The first reading is only met, the second the same, the third has two more."""
    strikes = Strikes()
    told = [
        each
        for at, count in ((10, 4), (20, 4), (30, 6))
        for each in strikes.news({"aa": CHECK}, look(at, count))
    ]
    assert [(each.kind, each.item, each.at) for each in told] == [
        ("strike_counter", "spd", 10),
        ("strike", "spd", 20),
    ]
    assert told[1].facts == {"item": "spd", "count": 6, "read": 30, "rise": 2, "since": 20, "until": 30}
    assert strikes.by_item["spd"].total == 2


def test_a_strike_while_netwatch_stood_still_is_told_after_the_start() -> None:
    """What was written down is where it goes on."""
    first = Strikes()
    written = [each.facts for each in first.news({"aa": CHECK}, look(10, 4))]
    again = Strikes(written)
    (told,) = again.news({"aa": CHECK}, look(900, 5))
    assert (told.kind, told.facts["since"], told.facts["until"]) == ("strike", 10, 900)


def test_a_counter_that_was_set_back_begins_anew() -> None:
    """Nobody knows what it hides; later rises count from there."""
    strikes = Strikes()
    told = [
        each
        for at, count in ((10, 9), (20, 0), (30, 1))
        for each in strikes.news({"aa": CHECK}, look(at, count))
    ]
    assert [(each.kind, each.facts["count"]) for each in told] == [
        ("strike_counter", 9), ("strike_counter", 0), ("strike", 1),
    ]  # fmt: skip


def test_a_look_without_a_reading_says_nothing() -> None:
    """Nor does a check of something else."""
    assert list(Strikes().news({"aa": CHECK}, look(10, None))) == []


@given(st.lists(st.integers(0, 20), max_size=20))
def test_the_total_is_the_sum_of_all_rises_and_never_falls(counts: list[int]) -> None:
    """As a counter for Prometheus has to be."""
    strikes, totals = Strikes(), [0.0]
    for place, count in enumerate(counts):
        list(strikes.news({"aa": CHECK}, look(10 * (place + 1), count)))
        totals.append(strikes.by_item["spd"].total)
    rises = [max(0, later - earlier) for earlier, later in pairwise(counts)]
    assert totals[-1] == sum(rises)
    assert totals == sorted(totals)

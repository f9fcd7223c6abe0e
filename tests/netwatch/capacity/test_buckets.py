"""Looks are spread over wall-aligned buckets by the time they share with each."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.capacity.buckets import LONGEST, Bucket, spread
from netwatch.capacity.contract import BUCKET
from netwatch.clock import MINUTE, SECOND

# 23:58 of a day in Vietnam, UTC+7: midnight there is 17:00 UTC.
BEFORE_MIDNIGHT = 1_795_453_200 * SECOND - 2 * MINUTE


def test_a_look_across_midnight_is_shared_by_both_days() -> None:
    """Two of its four minutes belong to the old day, two to the new one."""
    midnight = BEFORE_MIDNIGHT + 2 * MINUTE
    assert midnight % BUCKET == 0
    pieces = list(spread(BEFORE_MIDNIGHT, BEFORE_MIDNIGHT + 4 * MINUTE))
    assert pieces == [(midnight - BUCKET, 2 * MINUTE), (midnight, 2 * MINUTE)]


def test_a_look_that_reaches_back_too_far_is_not_measured() -> None:
    """The mean of hours says nothing of five minutes; nor does a look before its own beginning."""
    assert list(spread(0, LONGEST)) != []
    assert list(spread(0, LONGEST + 1)) == []
    assert list(spread(MINUTE, MINUTE)) == []


def test_a_bucket_counts_from_four_of_its_five_minutes_on() -> None:
    """80 %, neither rounded up nor down."""
    bucket = Bucket()
    assert (bucket.valid, bucket.mean) == (False, 0.0)
    bucket.add(100.0, 4 * MINUTE - 1, 1)
    assert not bucket.valid
    bucket.add(100.0, 1, 1)
    assert bucket.valid


LOOKS = st.lists(st.tuples(st.integers(1, 700), st.integers(0, 1000), st.booleans()), max_size=30)


@given(st.integers(0, 600), LOOKS)
def test_buckets_hold_what_a_second_by_second_count_holds(
    first: int, looks: list[tuple[int, int, bool]]
) -> None:
    """Whatever the spacing of looks, restarts (which tell nothing) and gaps: time and sums are those of each second."""
    buckets: dict[int, Bucket] = {}
    seconds: dict[int, tuple[int, int]] = {}
    at = first
    for length, rate, restarted in looks:
        since, at = at, at + length
        if restarted:
            continue
        for start, shared in spread(since * SECOND, at * SECOND):
            buckets.setdefault(start, Bucket()).add(rate, shared, 0)
        for second in range(since, at) if length * SECOND <= LONGEST else ():
            count, total = seconds.get(second // 300, (0, 0))
            seconds[second // 300] = count + 1, total + rate
    assert {start // BUCKET: one.covered // SECOND for start, one in buckets.items()} == {
        place: count for place, (count, _) in seconds.items()
    }
    for start, one in buckets.items():
        count, total = seconds[start // BUCKET]
        assert abs(one.mean - total / count) < 1e-6
        assert one.valid == (count >= 240)

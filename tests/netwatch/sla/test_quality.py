"""Quality against limits: time over the limit out of time measured, outages apart."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.capacity.contract import BUCKET
from netwatch.sla.quality import Metric, quality

VALUES = st.lists(st.none() | st.floats(0, 1), max_size=30)
SPANS = st.lists(st.tuples(st.integers(-5, 30), st.integers(0, 6)), max_size=12)


@given(VALUES, SPANS)
def test_every_bucket_counts_once(values: list[float | None], spans: list[tuple[int, int]]) -> None:
    """Over the limit, within it, or left out for an outage that touches it."""
    beside = [(at * BUCKET, (at + length) * BUCKET) for at, length in spans]
    found = quality(Metric.LOSS, 0.5, 0, values, beside)
    touched = [
        any(begin < (place + 1) * BUCKET and end > place * BUCKET for begin, end in beside if begin < end)
        for place in range(len(values))
    ]
    known = [(value, out) for value, out in zip(values, touched, strict=True) if value is not None]
    assert found.left_out == sum(out for _, out in known) * BUCKET
    assert found.measured == sum(not out for _, out in known) * BUCKET
    assert found.over == sum(value > 0.5 for value, out in known if not out) * BUCKET
    assert (found.share_over is None) == (found.measured == 0)


def test_without_a_limit_nothing_is_over_it() -> None:
    """Mean and highest are told all the same."""
    found = quality(Metric.RTT, None, 0, [0.25, 0.75], ())
    assert (found.over, found.mean, found.highest, found.share_over) == (0, 0.5, 0.75, 0)

"""When local days begin and end, in microseconds UTC. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def start_of(day: date, zone: tzinfo) -> int:
    """The first moment of a local day, µs UTC: the first midnight of two, or when clocks leapt over it."""
    return (datetime.combine(day, time(), zone) - _EPOCH) // _MICROSECOND


def end_of(day: date, zone: tzinfo) -> int:
    """The first moment after a local day, µs UTC; the last day there is ends as it begins."""
    return start_of(day + _DAY if day < date.max else day, zone)

"""The speed of a port from ifSpeed and ifHighSpeed, of which many agents get one wrong. Pure."""

from collections.abc import Iterator

# ifSpeed stands still at its largest value (RFC 2863), or near it: no port runs at 4.294 Gbit/s.
_SATURATED = 4_294_000_000
_WRAP = 2**32
_MEGA = 1_000_000
# ifHighSpeed is in Mbit/s; beyond 1.6 Tbit/s it is nonsense of known agents.
_HIGH_MOST = 1_600_000
FASTEST_BYTES = _HIGH_MOST * _MEGA / 8
# Of Ethernet, PDH, SDH and DSL-era access, bit/s; and up to 16 Ethernet ports bundled.
_ETHERNET = tuple(gigabit * 1000 * _MEGA for gigabit in (1, 10, 25, 40, 50, 100, 200, 400, 800))
_OTHERS = (10, 100, 1.544, 2.048, 8.448, 34.368, 44.736, 51.84, 155.52, 622.08, 2488.32, 9953.28, 2500, 5000)


def _standard() -> Iterator[int]:
    yield from (round(rate * _MEGA) for rate in _OTHERS)
    yield from (rate * ports for rate in _ETHERNET for ports in range(1, 17))


_STANDARD = frozenset(_standard())


def believed_speed(low: float | None, high: float | None) -> float | None:
    """Bit/s from ifSpeed (`low`, bit/s) and ifHighSpeed (`high`, Mbit/s); None when neither can be believed.

    Where both are there and differ, the one that is a standard rate holds; two standard rates leave it unknown.
    """
    low = low if low is not None and low > 0 else None
    high = high if high is not None and high > 0 else None
    if high is not None and high > _HIGH_MOST:
        # Some agents state ifHighSpeed in bit/s; then it says the same as ifSpeed.
        high = None
    from_high = None if high is None else high * _MEGA
    if low is None or low >= _SATURATED:
        # Saturation together with a small ifHighSpeed: one of them is wrong, and nobody can tell which.
        return from_high if low is None or (from_high or 0) >= _SATURATED else None
    if from_high is None or abs(low - from_high) < _MEGA:
        return low
    if low == from_high % _WRAP:
        # The agent let ifSpeed wrap instead of saturate.
        return from_high
    return _standard_one(low, from_high)


def bytes_per_second(low: float | None, high: float | None) -> float | None:
    """The believed speed in bytes per second."""
    speed = believed_speed(low, high)
    return None if speed is None else speed / 8


def _standard_one(low: float, high: float) -> float | None:
    standard = [rate for rate in (low, high) if rate in _STANDARD]
    return standard[0] if len(standard) == 1 else None

"""What the kernel says of its own clock: whether it is synchronised, and by how much it may err. Shell.

adjtimex(2) without modes only reads, and needs no privileges. Its maximum error is what whoever disciplines the clock
has set (the root distance of RFC 5905: delay to the primary source and all that may have added up since), grown by
500 ppm since then.
"""

import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass

# <linux/timex.h>: the state TIME_ERROR and the flag STA_UNSYNC both say that the clock is not synchronised; with
# STA_NANO the offset is in nanoseconds. The two errors are always in microseconds.
TIME_ERROR, STA_UNSYNC, STA_NANO = 5, 0x0040, 0x2000
_NANOSECOND, _MICROSECOND = 1e-9, 1e-6


@dataclass(frozen=True, slots=True)
class Discipline:
    """The kernel's clock at one moment, seconds: what of its `offset` is still to be slewed away, and its errors."""

    synchronised: bool
    offset: float
    max_error: float
    estimated_error: float

    def at_most(self, ahead: float = 0.0) -> float:
        """By how many seconds a clock may err that is `ahead` of the kernel's."""
        return self.max_error + abs(self.offset) + abs(ahead)


Read = Callable[[], Discipline | None]


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long),
        ("ppsfreq", ctypes.c_long),
        ("jitter", ctypes.c_long),
        ("shift", ctypes.c_int),
        ("stabil", ctypes.c_long),
        ("counts", ctypes.c_long * 4),
        ("tai", ctypes.c_int),
        ("reserved", ctypes.c_int * 11),
    )


def told(state: int, status: int, offset: int, max_error: int, estimated_error: int) -> Discipline | None:
    """What the numbers of adjtimex(2) mean; None where it refused."""
    if state < 0:
        return None
    unit = _NANOSECOND if status & STA_NANO else _MICROSECOND
    well = state != TIME_ERROR and not status & STA_UNSYNC
    return Discipline(well, offset * unit, max_error * _MICROSECOND, estimated_error * _MICROSECOND)


def kernel_discipline() -> Discipline | None:
    """What the kernel says now; None where there is no adjtimex or it may not be asked."""
    ask = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if ask is None:
        return None
    timex = _Timex()
    state = ask(ctypes.byref(timex))
    return told(state, timex.status, timex.offset, timex.maxerror, timex.esterror)


def unavailable() -> Discipline | None:
    """Nothing: a kernel that may not be asked, or a clock that is not the kernel's."""
    return None


class ScriptedDiscipline:
    """Gives these readings one after the other, the last for ever; for tests."""

    def __init__(self, *readings: Discipline | None) -> None:
        self._readings = list(readings)

    def __call__(self) -> Discipline | None:
        """The next one."""
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]


def synchronised() -> bool | None:
    """Whether the kernel's clock is now; None where that cannot be told."""
    found = kernel_discipline()
    return None if found is None else found.synchronised


def milliseconds(seconds: float) -> int:
    """An error for reading, rounded up: a number without a decimal sign, which languages write differently."""
    return math.ceil(round(seconds * 1000, 3))

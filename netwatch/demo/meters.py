"""Traffic of the synthetic ports: rates that follow the hours of an office day, and the counters they drive."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from netwatch.demo.dice import Dice

DAY = 86_400.0
# Office hours in UTC+7: least traffic at 02:00 local, most at 14:00.
_QUIETEST = 19 * 3600.0
_MINUTES = 300.0
_DAILY, _SHORT = 0.7, 0.2
MEAN_PACKET = 700


def carried(mean: float, start: float, end: float) -> float:
    """What a flow of `mean` per second on average carries from `start` to `end` (seconds UTC), never negative."""
    return mean * (_integral(end) - _integral(start))


def _integral(at: float) -> float:
    daily = _wave(at - _QUIETEST, DAY) * _DAILY
    return at - daily - _wave(at, _MINUTES) * _SHORT


def _wave(at: float, period: float) -> float:
    return math.sin(2 * math.pi * at / period) * period / (2 * math.pi)


@dataclass(slots=True)
class _Reading:
    at: float
    octets_in: float = 0.0
    octets_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """The mean octets per second of a port in both directions; `flowing` whether its link is up now."""

    into: float
    out: float
    flowing: bool


@dataclass(slots=True)
class Meters:
    """Octet counters by device and port; they run from the boot of the device, and stand while a link is down."""

    readings: dict[tuple[str, int], _Reading] = field(default_factory=dict)

    def read(self, device: str, port: int, flow: Flow, booted: float, now: float) -> tuple[int, int]:
        """Octets in and out since boot; a link counts as it was found, since the last reading."""
        reading = self.readings.setdefault((device, port), _Reading(booted))
        if flow.flowing:
            reading.octets_in += carried(flow.into, reading.at, now)
            reading.octets_out += carried(flow.out, reading.at, now)
        reading.at = max(reading.at, now)
        return int(reading.octets_in), int(reading.octets_out)

    def forget(self, devices: Iterable[str]) -> None:
        """Start these devices' counters again: they have lost power."""
        gone = frozenset(devices)
        for key in [key for key in self.readings if key[0] in gone]:
            del self.readings[key]


def rates(dice: Dice, port: str, capacity: int) -> tuple[float, float]:
    """Mean octets per second in and out of a port whose link could carry `capacity` bit/s."""
    share: Callable[[str], float] = dice.share
    busy = 0.02 + 0.25 * share(f"{port} busy")
    return capacity / 8 * busy, capacity / 8 * busy * (0.1 + 0.4 * share(f"{port} out"))

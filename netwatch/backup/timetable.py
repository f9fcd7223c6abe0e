"""When a device's configuration is read: once a day, each at its own moment, and again after failures. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from netwatch.backup.contract import FOR_PEOPLE, Outcome
from netwatch.clock import HOUR, MINUTE, SECOND

# After the first failure of a day, after the second...; then it is left for the next day.
RETRIES = (15 * MINUTE, HOUR, 3 * HOUR)
SETTLE, SPACING = 3 * MINUTE, HOUR


@dataclass(frozen=True, slots=True)
class Tried:
    """How backing up a device went: when it was tried last and succeeded last (0: never), failures since then."""

    tried: int = 0
    good: int = 0
    failures: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The daily moment, local time, and over how many microseconds devices are spread after it."""

    at: str
    spread: int
    zone: tzinfo

    def slot(self, device: str, now: int) -> int:
        """The last moment, up to now, at which the device was to be read (microseconds UTC)."""
        local = datetime.fromtimestamp(now / SECOND, self.zone)
        for day in (local.date(), local.date() - timedelta(days=1), local.date() - timedelta(days=2)):
            start = datetime.combine(day, time.fromisoformat(self.at), self.zone)
            moment = int(start.timestamp()) * SECOND + jitter(device, self.spread)
            if moment <= now:
                return moment
        return 0

    def due(self, device: str, tried: Tried, now: int) -> bool:
        """Whether it is to be read now."""
        slot = self.slot(device, now)
        if tried.good >= slot:
            return False
        if tried.tried < slot:
            return True
        if tried.outcome in FOR_PEOPLE or tried.failures > len(RETRIES):
            return False
        return now >= tried.tried + RETRIES[max(tried.failures, 1) - 1]


def due_for_change(said: int, tried: Tried, now: int) -> bool:
    """Whether a device that is said to be configured anew since `said` is to be read now.

    Who configures goes on for a while; and what says so (a trap, a log line) may be forged, so that it is heeded once
    an hour at most, and never where people must mend something first.
    """
    if tried.outcome in FOR_PEOPLE or tried.tried >= said + SETTLE:
        return False
    return now >= max(said + SETTLE, tried.tried + SPACING)


def jitter(device: str, spread: int) -> int:
    """How long after the daily moment the device has its turn: the same every day, 0 to `spread`."""
    share = int.from_bytes(hashlib.sha256(device.encode()).digest()[:8], "big")
    return share * spread >> 64

"""Lengths and spans of time as people write them on the command line."""

import re
from datetime import datetime, timedelta, tzinfo

from netwatch.cli.events import AGO, UNITS, moment_of
from netwatch.cli.shell import EPOCH, Shell, Stop
from netwatch.language import Sentence

LENGTH = re.compile(r"(?:(\d{1,4})\s*d)?\s*(?:(\d{1,5})\s*h)?\s*(?:(\d{1,6})\s*m)?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})")
NOT_UNDERSTOOD = 64


def length_of(text: str) -> int:
    """A length of time in microseconds: 2h, 90m, 1h30m, 3d. Ends the command when it is none."""
    found = LENGTH.fullmatch(text.strip())
    parts = found.groups() if found else ()
    total = sum(int(part) * UNITS[unit] for part, unit in zip(parts, "dhm", strict=False) if part)
    if not total:
        wrong = "'{text}' is no length of time. Write 90m, 2h, 1h30m or 3d."
        raise Stop(Sentence(wrong, {"text": text}), code=NOT_UNDERSTOOD)
    return total


def coming(text: str, now: int, zone: tzinfo) -> int:
    """A moment people wrote, in microseconds UTC: as in `moment_of`, or the next time the clock shows 18:00."""
    clock = CLOCK.fullmatch(text.strip())
    if clock is not None and int(clock[1]) < 24 and int(clock[2]) < 60:
        return _next(int(clock[1]), int(clock[2]), now, zone)
    if AGO.fullmatch(text.strip()):
        wrong = "'{text}' is no moment to come. Write 18:00 or 2026-11-23T18:00; a length goes with --for."
        raise Stop(Sentence(wrong, {"text": text}), code=NOT_UNDERSTOOD)
    return moment_of(text, now, zone)


def _next(hour: int, minute: int, now: int, zone: tzinfo) -> int:
    local = (EPOCH + timedelta(microseconds=now)).astimezone(zone)
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return _microseconds(today if today > local else today + timedelta(days=1))


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def span(shell: Shell, start: str, end: str, length: str) -> tuple[int, int]:
    """[start, end) in microseconds UTC: from now without a start; exactly one of end and length ends it."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    begin = coming(start, now, zone) if start else now
    if bool(end) == bool(length):
        raise Stop(Sentence("Say when it ends: either how long, or until when."), code=NOT_UNDERSTOOD)
    return begin, coming(end, begin, zone) if end else begin + length_of(length)

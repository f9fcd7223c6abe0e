"""Yealink's line API (TCP 6024) of the VC series: `word word "key:value" ...`, one line each. Pure.

Names by Yealink's *API Commands Introduction for Yealink Video Conferencing System*, V1.08. Anything else in a line is
passed over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_MOST_FIELDS = 80
_FIELD = re.compile(r'"([A-Za-z_]{1,40})\s*:([^"]{0,200})"')
_STATE = re.compile(r'sysstatus\s+get\s+"?([A-Za-z]{1,20})', re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*(?:ms|%)?\s*", re.IGNORECASE)
IDLE = frozenset({"sleeping", "idle", "finished"})
# Of each medium: jitter (ms), share of packets lost (percent); Recv is what comes in.
_MEDIA = (("audio", "AJr", "Atplp"), ("video", "VJr", "Vtplp"))
_DIRECTIONS = (("incoming", "Recv"), ("outgoing", "Send"))


class Quality(NamedTuple):
    """One direction of one medium of a call: ratio and seconds, None: not told."""

    part: str
    loss: float | None
    jitter: float | None


def plain(line: bytes) -> str:
    """A line as text: any bytes are, without control characters."""
    return "".join(each if each.isprintable() else " " for each in line.decode("utf-8", "replace")).strip()


def fields(line: str) -> Mapping[str, str]:
    """The keys of a line and what they hold."""
    found = (match.groups() for _, match in zip(range(_MOST_FIELDS), _FIELD.finditer(line), strict=False))
    return {key: value.strip() for key, value in found}


def state(line: str) -> str:
    """What the endpoint does (sleeping, idle, outgoing, ringing, talking, finished), '' when the line is of another
    command.
    """
    found = _STATE.match(line)
    return found[1].lower() if found else ""


def identity(line: str) -> Mapping[str, str]:
    """Model and version of a `version` line."""
    told = fields(line)
    names = (("model", "model"), ("version", "firmware"))
    return {name: told[key][:200] for name, key in names if told.get(key)}


def qualities(lines: Iterable[str]) -> Iterator[Quality]:
    """The numbers of all calls in `callinfo` lines, in their order; calls after the first bear their number."""
    calls = (fields(line) for line in lines if line.lower().startswith("callinfo"))
    for number, call in enumerate((call for call in calls if call), start=1):
        for medium, jitter, loss in _MEDIA:
            for direction, suffix in _DIRECTIONS:
                measured = _number(call, jitter + suffix), _number(call, loss + suffix)
                part = f"{direction} {medium}" if number == 1 else f"{direction} {medium} {number}"
                if measured != (None, None):
                    yield Quality(part, _share(measured[1]), _seconds(measured[0]))


def _number(call: Mapping[str, str], key: str) -> float | None:
    found = _NUMBER.fullmatch(call.get(key, ""))
    return float(found[1]) if found else None


def _share(percent: float | None) -> float | None:
    return percent / 100 if percent is not None and percent <= 100 else None


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000

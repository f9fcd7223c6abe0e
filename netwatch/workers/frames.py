"""What daemon and workers say to each other: frames of JSON behind their length. Pure.

A frame is four bytes of length (big-endian) and that many bytes of JSON: `[kind, content]`. Both ends are of one
release and one machine; nothing but values of JSON ever comes out of a frame.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from netwatch.check import Check, Hardening

HEAD = 4
LARGEST = 256 * 2**20

# From the daemon to a worker.
START = "start"
PLAN = "plan"
HASTEN = "hasten"
PACE = "pace"
RENEW = "renew"
FORGIVE = "forgive"
CLOCK = "clock"
# From a worker to the daemon.
READY = "ready"
SEEN = "seen"
TALLY = "tally"
# What was said to be the same as before no longer is: the next observation of each check comes whole.
ANEW = "anew"


class FrameFault(ValueError):  # noqa: N818 - named like StoreFault
    """What came is no frame; `what` says why."""


def packed(kind: str, content: object) -> bytes:
    """A frame ready to be sent; raises FrameFault when it would be too large."""
    body = json.dumps((kind, content), separators=(",", ":"), ensure_ascii=False).encode()
    if len(body) > LARGEST:
        raise FrameFault(f"a frame of {len(body)} bytes is larger than {LARGEST}")
    return len(body).to_bytes(HEAD, "big") + body


def length(head: bytes) -> int:
    """How many bytes follow the head of a frame; raises FrameFault when that cannot be."""
    found = int.from_bytes(head, "big")
    if len(head) != HEAD or found > LARGEST:
        raise FrameFault(f"a frame cannot have {found} bytes")
    return found


def unpacked(body: bytes) -> tuple[str, Any]:
    """Kind and content of a frame; raises FrameFault."""
    try:
        kind, content = json.loads(body)
    except (ValueError, TypeError, RecursionError) as error:
        raise FrameFault(f"a frame is not JSON of a kind and a content ({type(error).__name__})") from None
    if not isinstance(kind, str):
        raise FrameFault("the kind of a frame must be a text")
    return kind, content


def check_to_json(check: Check) -> dict[str, Any]:
    """A check as JSON can carry it, without what only those need to know who judge its looks."""
    return {**asdict(replace(check, params={}, rules={})), "params": dict(check.params)}


def check_from_json(content: Mapping[str, Any]) -> Check:
    """A check as it was sent."""
    given = {
        **content,
        "hardening": Hardening(**content["hardening"]),
        "credentials": tuple(content["credentials"]),
    }
    return Check(**given)

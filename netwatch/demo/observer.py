"""What an onlooker sees of the daemon from outside: its pages over HTTP, as any browser would fetch them."""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netwatch.verdict import Why

TIMEOUT = 5.0
_LARGEST = 64 * 1024 * 1024
OK = 200
GOING_ON = frozenset({"open", "acknowledged"})


@dataclass(frozen=True, slots=True)
class Seen:
    """How one thing stands, as the status page says."""

    id: str
    name: str
    verdict: str
    reason: str


def fetch(port: int, path: str, timeout: float = TIMEOUT) -> tuple[int, bytes]:
    """Status and body of a page of this machine; (0, b'') when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def ready(port: int) -> bool:
    """Whether the daemon says that it is."""
    return fetch(port, "/readyz")[0] == OK


def standings(port: int, timeout: float = TIMEOUT) -> Mapping[str, Seen]:
    """Everything on the status page by id; empty when it could not be had."""
    status, body = fetch(port, "/status.json", timeout)
    return {seen.id: seen for seen in _flat(json.loads(body)["units"])} if status == OK else {}


def incidents(port: int, language: str, timeout: float = TIMEOUT) -> Mapping[int, str]:
    """The line of every incident that is more than just noticed and goes on, by number; empty without an answer."""
    status, body = fetch(port, f"/incidents.json?lang={language}", timeout)
    lines = json.loads(body)["lines"] if status == OK else ()
    return {line["id"]: line["text"] for line in lines if line["state"] in GOING_ON}


def _flat(units: list[Mapping[str, Any]]) -> Iterator[Seen]:
    for unit in units:
        for site in unit["sites"]:
            yield from map(_seen, (site["standing"], *site["items"]))
        yield from _flat(unit["units"])


def _seen(standing: Mapping[str, Any]) -> Seen:
    return Seen(standing["id"], standing["name"], standing["verdict"], standing["reason"])


def up(seen: Mapping[str, Seen]) -> int:
    """How many things are up."""
    return sum(one.verdict == "up" for one in seen.values())


def untried(seen: Mapping[str, Seen]) -> int:
    """How many contacts are not commissioned: nothing that waiting would change."""
    return sum(one.reason == Why.NOT_COMMISSIONED for one in seen.values())

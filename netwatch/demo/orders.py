"""What the two processes of the demo say to each other: orders one way, one JSON event a line the other way."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

BEGIN = "begin"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the inner process is to be: `listeners` are file descriptors for metrics and page.

    `today` is the day (ISO 8601) by which the province is dated. `agents` and `echoes` are those of UDP sockets made
    outside, `mailbox` of a listening one, -1 where the inner process makes its own in a namespace; `spoken` those of
    `netwatch.demo.addresses.PORTS`, in its order. `keep` leaves the folder when the outer process is gone. `command`
    runs beside the province; empty means `netwatch run` on the folder's settings.
    """

    agencies: int
    seed: int
    folder: str
    parent: int
    listeners: tuple[int, int]
    interval: float
    today: str
    once: bool = False
    keep: bool = False
    agents: int = -1
    echoes: int = -1
    mailbox: int = -1
    spoken: tuple[int, ...] = ()
    command: tuple[str, ...] = ()

    @property
    def in_namespace(self) -> bool:
        """Whether the province lives in a namespace of its own."""
        return self.agents < 0

    def text(self) -> str:
        """As one argument of a command."""
        return json.dumps(asdict(self))


def orders_from(text: str) -> Orders:
    """What `Orders.text` wrote."""
    given = json.loads(text)
    lists = {name: tuple(given[name]) for name in ("listeners", "command", "spoken")}
    return Orders(**{**given, **lists})


def tell(event: str, **facts: object) -> None:
    """Write one event to standard output."""
    sys.stdout.write(json.dumps({"event": event, **facts}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def heard(line: str) -> Mapping[str, Any]:
    """Read one event."""
    event: Mapping[str, Any] = json.loads(line)
    return event

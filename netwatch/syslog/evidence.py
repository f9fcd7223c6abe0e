"""What devices logged around the time an incident began, kept for its page while it is shown.

Read from the database once the lines of those minutes have come, so that no reader of the page ever waits for it; few
lines of few devices. They are never sent anywhere: receivers outside are told no word of a log.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Protocol, TypeVar

from sqlalchemy import Engine

from inventory.snapshot import Inventory
from netwatch.clock import MINUTE
from netwatch.incidents.contract import Incident
from netwatch.store import syslog_sql
from netwatch.store.contract import StoreFault
from netwatch.store.syslog_sql import LogQuery
from netwatch.syslog.line import SyslogLine

Result = TypeVar("Result")

BEFORE, AFTER = 10 * MINUTE, 2 * MINUTE
# The last ones before it began, and as many of the first after.
LINES = 10
MOST_DEVICES = 10
# Debug messages and most of what is merely informational say nothing of a fault.
SEVERITY = 5
AT_ONCE = 5
# An incident that is as old was looked up when it was new, or its lines are no longer worth the while.
OLDEST = 60 * 24 * MINUTE
_HOSTED = ("conferencing_endpoint", "surge_protector", "sensor", "service")


class Read(Protocol):
    """Runs a reading operation beside the event loop; raises what it raises."""

    def __call__(self, operation: Callable[[Engine], Result], /) -> Awaitable[Result]: ...


class LogEvidence:
    """`lines` by incident, oldest first; an incident without any has none."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.lines: Mapping[int, tuple[SyslogLine, ...]] = {}
        # Those whose minutes are over: they are not looked up again.
        self._done: set[int] = set()

    async def gather(self, incidents: Mapping[int, Incident], inventory: Inventory, now: int) -> None:
        """Look up the lines of a few incidents that have not been looked up, and forget those that are not shown."""
        self._done &= incidents.keys()
        kept = {id_: lines for id_, lines in self.lines.items() if id_ in incidents}
        fresh = [one for one in incidents.values() if one.id not in self._done and now - one.onset < OLDEST]
        for incident in fresh[-AT_ONCE:]:
            try:
                kept[incident.id] = await self._look_up(incident, inventory)
            except StoreFault:
                break
            if now >= incident.onset + AFTER:
                self._done.add(incident.id)
        self.lines = {id_: lines for id_, lines in kept.items() if lines}

    async def _look_up(self, incident: Incident, inventory: Inventory) -> tuple[SyslogLine, ...]:
        sources = tuple(dict.fromkeys(_devices(incident, inventory)))[:MOST_DEVICES]
        if not sources:
            return ()
        onset = incident.onset
        earlier = LogQuery(onset - BEFORE, onset, sources, SEVERITY, limit=LINES)
        later = LogQuery(onset, onset + AFTER, sources, SEVERITY, limit=LINES, oldest=True)
        return await self._read(lambda engine: _lines(engine, earlier, later))


def _lines(engine: Engine, earlier: LogQuery, later: LogQuery) -> tuple[SyslogLine, ...]:
    rows = (*reversed(syslog_sql.search(engine, earlier)), *syslog_sql.search(engine, later))
    return tuple(SyslogLine(**row._asdict()) for row in rows)


def _devices(incident: Incident, inventory: Inventory) -> Iterator[str]:
    """The devices that may have logged something of an incident's roots."""
    for root in incident.roots:
        if root in inventory.of("device"):
            yield root
        elif line := inventory.of("line").get(root):
            yield from (end for end in (line.a_device, line.b_device) if end)
        elif root in inventory.of("site"):
            yield from (one.id for one in inventory.of("device").values() if one.site == root and one.core)
        else:
            yield from _hosts(root, inventory)


def _hosts(root: str, inventory: Inventory) -> Iterator[str]:
    for kind in _HOSTED:
        found = inventory.of(kind).get(root)
        device = getattr(found, "device", None)
        if device:
            yield str(device)

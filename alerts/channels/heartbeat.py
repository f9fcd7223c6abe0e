"""A sign of life for an outside watcher: an address that is asked, or an alert that fires while we live."""

from dataclasses import dataclass

from alerts.channels.alertmanager import ALERTS, heartbeat_alert
from alerts.channels.web import Read, ask, client

AHEAD = 5 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Who watches us: `read` gives the address, `alertmanager` says what is behind it; `deadline` in seconds."""

    read: Read
    alertmanager: bool
    deadline: float

    async def beat(self, now: int) -> None:
        """Give one sign; raises NotTaken, or Unsure."""
        async with client(self.deadline) as asking:
            if self.alertmanager:
                await ask(asking, "POST", self.read, ALERTS, [heartbeat_alert(now, AHEAD)])
            else:
                await ask(asking, "GET", self.read)

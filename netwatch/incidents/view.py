"""What the desk knows at a moment, for pages, metrics and commands. Pure; replaced as a whole, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from alerts.contract import Message, Notice, Silence, Window
from netwatch.incidents.contract import Incident

NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeskView:
    """Incidents by id (open, and closed within the last day), notices by incident, and what else is in the books.

    `messages` are those under way, given up, and of the last day. `in_maintenance` names the window that covers a
    subject now; `flapping` are subjects that change too often; `live_since` None: nobody is sent anything yet. `sent`
    and `dead` count the messages accepted and given up since the start, by receiver.
    """

    incidents: Mapping[int, Incident] = field(default_factory=lambda: NOTHING)
    notices: Mapping[int, tuple[Notice, ...]] = field(default_factory=lambda: NOTHING)
    messages: tuple[Message, ...] = ()
    silences: tuple[Silence, ...] = ()
    windows: tuple[Window, ...] = ()
    used_codes: frozenset[tuple[int, str, int]] = frozenset()
    in_maintenance: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    flapping: frozenset[str] = frozenset()
    live_since: int | None = None
    sent: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    dead: Mapping[str, int] = field(default_factory=lambda: NOTHING)

    @property
    def open(self) -> tuple[Incident, ...]:
        """The incidents that go on, by id."""
        return tuple(incident for incident in self.incidents.values() if incident.open)

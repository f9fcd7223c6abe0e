"""What the desk has in its books: incidents, notices, messages, silences, windows. Pure; a change makes a new book."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from alerts.contract import Message, MessageState, Notice, NoticeState, Silence, Window
from alerts.window import over_at
from netwatch.clock import DAY
from netwatch.incidents.contract import DeskChange, DeskState, Incident

NOTHING: Mapping[int, Any] = MappingProxyType({})
# What is over stays in the books so long: for pages, digests and the limits on messages.
KEPT = DAY
WAITING = frozenset({NoticeState.PENDING, NoticeState.OVER, NoticeState.SEALED})

Entry = TypeVar("Entry", Incident, Notice, Message, Silence, Window)


@dataclass(frozen=True, slots=True)
class Book:
    """Everything by its id; `next` are the first free ids by kind."""

    incidents: Mapping[int, Incident] = field(default_factory=lambda: NOTHING)
    notices: Mapping[int, Notice] = field(default_factory=lambda: NOTHING)
    messages: Mapping[int, Message] = field(default_factory=lambda: NOTHING)
    silences: Mapping[int, Silence] = field(default_factory=lambda: NOTHING)
    windows: Mapping[int, Window] = field(default_factory=lambda: NOTHING)
    used_codes: frozenset[tuple[int, str, int]] = frozenset()
    live_since: int | None = None
    next: Mapping[str, int] = field(default_factory=dict)

    def free(self, kind: str) -> int:
        """The first free id of a kind: incident, notice, message, silence, window."""
        return self.next.get(kind, 1)

    def of_incident(self, incident: int) -> tuple[Notice, ...]:
        """The notices of one incident, in order."""
        return tuple(notice for notice in self.notices.values() if notice.incident == incident)

    def of_receiver(self, receiver: str) -> tuple[Notice, ...]:
        """The notices for one receiver, in order."""
        return tuple(notice for notice in self.notices.values() if notice.receiver == receiver)

    def with_change(self, change: DeskChange) -> "Book":
        """The book once a change is written."""
        return replace(
            self,
            incidents=_put(self.incidents, change.incidents),
            notices=_put(self.notices, change.notices),
            messages=_put(self.messages, change.messages),
            silences=_put(self.silences, change.silences),
            windows=_put(self.windows, change.windows),
            used_codes=self.used_codes | frozenset(change.used_codes),
            live_since=self.live_since if change.live_since is None else change.live_since,
            next={
                "incident": _free(self.free("incident"), change.incidents),
                "notice": _free(self.free("notice"), change.notices),
                "message": _free(self.free("message"), change.messages),
                "silence": _free(self.free("silence"), change.silences),
                "window": _free(self.free("window"), change.windows),
            },
        )

    def without_old(self, now: int) -> "Book":
        """The book without what is over and told for longer than a day: as `Store.desk` gives it to a new run."""
        waiting = {notice.incident for notice in self.notices.values() if notice.state in WAITING}
        incidents = {
            id_: it
            for id_, it in self.incidents.items()
            if it.closed is None or now - it.closed < KEPT or id_ in waiting
        }
        return replace(
            self,
            incidents=incidents,
            notices={id_: it for id_, it in self.notices.items() if it.incident in incidents},
            messages={id_: it for id_, it in self.messages.items() if _matters(it, now)},
            silences={id_: it for id_, it in self.silences.items() if now - it.end < KEPT},
            windows={id_: it for id_, it in self.windows.items() if _recurs(it, now)},
            used_codes=frozenset(used for used in self.used_codes if used[0] in incidents),
        )


def _matters(message: Message, now: int) -> bool:
    under_way = message.state in (MessageState.SENDING, MessageState.DEAD)
    return under_way or now - message.sealed < KEPT


def _recurs(window: Window, now: int) -> bool:
    over = over_at(window)
    return over is None or now - over < KEPT


def _put(known: Mapping[int, Entry], entries: Iterable[Entry]) -> Mapping[int, Entry]:
    entries = tuple(entries)
    return {**known, **{entry.id: entry for entry in entries}} if entries else known


def _free(first: int, entries: Iterable[Entry]) -> int:
    return max([first, *(entry.id + 1 for entry in entries)])


def open_book(state: DeskState) -> Book:
    """The book of what was stored."""
    return Book(
        incidents={entry.id: entry for entry in state.incidents},
        notices={entry.id: entry for entry in state.notices},
        messages={entry.id: entry for entry in state.messages},
        silences={entry.id: entry for entry in state.silences},
        windows={entry.id: entry for entry in state.windows},
        used_codes=frozenset(state.used_codes),
        live_since=state.live_since,
        next={
            "incident": state.next_incident,
            "notice": state.next_notice,
            "message": state.next_message,
            "silence": state.next_silence,
            "window": state.next_window,
        },
    )

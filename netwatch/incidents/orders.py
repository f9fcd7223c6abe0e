"""What people ask of the desk: acknowledge, assign, name a cause, silence, maintain, go live. Pure.

Every function returns what is to be written; raises `NoSuch` when what it is asked about does not exist or is over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.contract import Message, Silence, Window
from alerts.pipeline import went_live
from netwatch.incidents.book import Book
from netwatch.incidents.contract import Cause, Clue, Deed, DeskChange, Incident, LogEntry, Mark

PERSON = "person_says"


class NoSuch(LookupError):  # noqa: N818 - says what it is
    """There is no such thing, or it is over: `kind` is incident, silence, window or receiver, `id_` what was named."""

    def __init__(self, kind: str, id_: int | str, over: bool = False) -> None:
        super().__init__(f"{kind} {id_}")
        self.kind, self.id_, self.over = kind, id_, over


def open_incident(book: Book, id_: int) -> Incident:
    """An incident that goes on; raises NoSuch."""
    incident = book.incidents.get(id_)
    if incident is None or not incident.open:
        raise NoSuch("incident", id_, over=incident is not None)
    return incident


def acknowledge(book: Book, id_: int, by: str, now: int, note: str = "") -> DeskChange:
    """Somebody looks after it; who came first stays, a second one is only noted."""
    incident = open_incident(book, id_)
    first = incident.acknowledged is None
    after = replace(incident, acknowledged=incident.acknowledged or Mark(by, now))
    facts = {"note": note} if note else {}
    entry = LogEntry(id_, now, now, by, Deed.ACKNOWLEDGED if first else Deed.NOTED, facts)
    return DeskChange(incidents=(after,), log=(entry,))


def acknowledge_by_code(book: Book, id_: int, receiver: str, now: int) -> DeskChange:
    """The same by a receiver's one-time link or code; raises NoSuch when it was used before."""
    if any(used[:2] == (id_, receiver) for used in book.used_codes):
        raise NoSuch("code", id_, over=True)
    change = acknowledge(book, id_, receiver, now)
    return replace(change, used_codes=((id_, receiver, now),))


def assign(book: Book, id_: int, to: str, by: str, now: int) -> DeskChange:
    """It is somebody's now; '' nobody's."""
    incident = open_incident(book, id_)
    entry = LogEntry(id_, now, now, by, Deed.ASSIGNED, {"before": incident.assigned, "after": to})
    return DeskChange(incidents=(replace(incident, assigned=to),), log=(entry,))


def note(book: Book, id_: int, cause: Cause | None, text: str, by: str, now: int) -> DeskChange:
    """A person's word about an incident, over or not; one that names the cause confirms it at the next step."""
    incident = book.incidents.get(id_)
    if incident is None:
        raise NoSuch("incident", id_)
    facts = {"text": text} | ({"cause": str(cause)} if cause else {})
    entry = LogEntry(id_, now, now, by, Deed.NOTED, facts)
    if cause is None:
        return DeskChange(log=(entry,))
    word = Clue(PERSON, now, {"author": by, "cause": str(cause), "text": text})
    return DeskChange(incidents=(replace(incident, word=word),), log=(entry,))


def silence(book: Book, asked: Silence) -> DeskChange:
    """Nobody is told of new incidents that match."""
    return DeskChange(silences=(replace(asked, id=book.free("silence")),))


def end_silence(book: Book, id_: int, by: str, now: int) -> DeskChange:
    """A silence ends now; raises NoSuch when it is over already."""
    known = book.silences.get(id_)
    if known is None or known.ended_by or known.end <= now:
        raise NoSuch("silence", id_, over=known is not None)
    return DeskChange(silences=(replace(known, end=max(now, known.start), ended_by=by),))


def add_windows(book: Book, asked: Sequence[Window]) -> DeskChange:
    """Maintenance windows come into force."""
    first = book.free("window")
    return DeskChange(windows=tuple(replace(one, id=first + place) for place, one in enumerate(asked)))


def end_window(book: Book, id_: int, by: str, now: int) -> DeskChange:
    """A window ends now and does not come again; what it covered until now stays covered. Raises NoSuch."""
    known = book.windows.get(id_)
    if known is None or known.ended_by:
        raise NoSuch("window", id_, over=known is not None)
    until = min(now, known.until) if known.until is not None else now
    return DeskChange(windows=(replace(known, until=until, ended_by=by),))


def go_live(book: Book, now: int) -> DeskChange:
    """From now on people are told; what is over was never sent and never will be. Doing it twice changes nothing."""
    if book.live_since is not None:
        return DeskChange()
    open_ones = frozenset(incident.id for incident in book.incidents.values() if incident.open)
    return DeskChange(notices=tuple(went_live(tuple(book.notices.values()), open_ones, now)), live_since=now)


def test_message(book: Book, receiver: str, now: int, identity: str) -> DeskChange:
    """A message without any part: it says that it is a test, and is sent even before going live."""
    id_ = book.free("message")
    return DeskChange(messages=(Message(id_, receiver, f"<{id_}.{now}@{identity}>", now, ()),))


def words(incidents: Iterable[Incident]) -> dict[str, tuple[Clue, ...]]:
    """What persons said, as clues by the incident's first root."""
    return {incident.roots[0]: (incident.word,) for incident in incidents if incident.word and incident.roots}

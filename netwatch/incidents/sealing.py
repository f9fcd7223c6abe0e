"""From notices that wait to one message, and what becomes of both once a channel took it or did not. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.bundle import Bundle, bundle
from alerts.contract import Message, MessageState, Notice, NoticeKind, NoticeState, Part, Report, Story
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.book import Book
from netwatch.incidents.contract import Deed, DeskChange, Incident, LogEntry
from netwatch.store.contract import VerdictRow

NOTIFIER = "netwatch"


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


# The fate of a daily report that nobody was there to make.
TOO_LATE = _("The daily report could not be made while it was time for it.")
# What asks for an acknowledgement.
ASKING = frozenset({NoticeKind.OPENING, NoticeKind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the stories of incidents at a moment, in view of the newest verdict rows."""

    arrangement: Arrangement
    rows: Mapping[str, VerdictRow]
    now: int

    def story(self, incident: Incident) -> Story:
        """What a message tells of an incident."""
        return self.arrangement.tell(incident, self.now, self.rows)

    def part(self, notice: int, kind: NoticeKind, incident: Incident, receiver: str) -> Part:
        """A line of a message, with a code where it asks for an acknowledgement."""
        asking = kind in ASKING and incident.open
        code = self.arrangement.signer.code(incident.id, receiver, incident.opened) if asking else ""
        return Part(notice, kind, self.story(incident), code, incident.opened)


def seal(book: Book, receiver: str, teller: Teller) -> tuple[DeskChange, Message] | int | None:
    """The next message for a receiver and what it changes; a moment to wait until; None while nothing waits.

    A message whose fate is unknown (the daemon died over it) is the next one, unchanged.
    """
    messages = [message for message in book.messages.values() if message.receiver == receiver]
    under_way = next((one for one in messages if one.state is MessageState.SENDING), None)
    if under_way is not None:
        return DeskChange(), under_way
    if book.live_since is None:
        return None
    told = [message for message in messages if message.report is None]
    news = _news(book, receiver, told, teller)
    if news is not None and not isinstance(news, int):
        return news
    refused = next((one for one in messages if _worth_another_try(one, teller.now)), None)
    if refused is None:
        return news
    again = replace(refused, state=MessageState.SENDING, finished=None)
    return DeskChange(messages=(again,)), again


def _news(
    book: Book, receiver: str, messages: Sequence[Message], teller: Teller
) -> tuple[DeskChange, Message] | int | None:
    """The next message about incidents."""
    notices = book.of_receiver(receiver)
    waiting = [notice for notice in notices if _waits(notice)]
    chosen = bundle(waiting, notices, messages, teller.arrangement.limits, teller.now)
    if chosen is None or isinstance(chosen, int):
        return chosen
    others = _others_are_over(book, chosen, teller.arrangement.rules.settle)
    return others if others > teller.now else _sealed(book, receiver, chosen, teller)


def _worth_another_try(message: Message, now: int) -> bool:
    """A report that no channel took yet, of which there is still time: behind all that waits about incidents."""
    report = message.report
    return (
        report is not None
        and not report.test
        and message.state is MessageState.FAILED
        and message.error != TOO_LATE
        and now < report.stale
    )


def _others_are_over(book: Book, chosen: Bundle, settle: int) -> int:
    """Until when ends wait for others of the same bad day that are well again by now: a wave is one message.

    0 where there are none, or where anything but ends is to be told. Whoever asks is told as soon as they are over.
    """
    if not chosen.total or {notice.kind for notice in chosen.notices} != {NoticeKind.CLOSING}:
        return 0
    nearly = any(book.incidents[one].ended is not None for one in chosen.still)
    return min(notice.created for notice in chosen.notices) + settle if nearly else 0


def _waits(notice: Notice) -> bool:
    return notice.state is NoticeState.PENDING or (
        notice.state is NoticeState.OVER and notice.message is None
    )


def _sealed(book: Book, receiver: str, chosen: Bundle, teller: Teller) -> tuple[DeskChange, Message]:
    id_ = book.free("message")
    still = [incident for one in chosen.still if (incident := book.incidents[one]).ended is None]
    message = Message(
        id=id_,
        receiver=receiver,
        reference=f"<{id_}.{teller.now}@{teller.arrangement.identity}>",
        sealed=teller.now,
        parts=tuple(
            teller.part(notice.id, notice.kind, book.incidents[notice.incident], receiver)
            for notice in chosen.notices
        ),
        over=tuple(teller.story(book.incidents[notice.incident]) for notice in chosen.over),
        back=chosen.total - len(still),
        total=chosen.total,
        still=tuple(teller.story(incident).place for incident in still),
    )
    told = [replace(notice, state=NoticeState.SEALED, message=id_) for notice in chosen.notices]
    over = [replace(notice, message=id_) for notice in chosen.over]
    return DeskChange(notices=(*told, *over), messages=(message,)), message


def alerting(book: Book, receiver: str, teller: Teller) -> tuple[Part, ...]:
    """For a receiver that is told states, not messages: what is open, and what is over but not yet told so.

    A part's `notice` is the one that waits to be told, 0 when the receiver knows already.
    """
    if book.live_since is None:
        return ()
    found: dict[int, Part] = {}
    for notice in book.of_receiver(receiver):
        incident = book.incidents.get(notice.incident)
        kind = _state(notice, incident)
        if incident is not None and kind is not None:
            waiting = notice.id if _waits(notice) else 0
            found[incident.id] = teller.part(waiting, kind, incident, receiver)
    return tuple(found[id_] for id_ in sorted(found))


def _state(notice: Notice, incident: Incident | None) -> NoticeKind | None:
    """Whether a notice says that its incident is open or over; None where nothing is to be said any more.

    What ended before it was told is told as over: whoever takes states need not have heard of it.
    """
    if incident is None or notice.state is NoticeState.DROPPED:
        return None
    if incident.open:
        return None if notice.kind is NoticeKind.CLOSING else NoticeKind.OPENING
    ending = notice.kind is NoticeKind.CLOSING or notice.state is NoticeState.OVER
    return NoticeKind.CLOSING if ending and _waits(notice) else None


def report_of(messages: Iterable[Message], receiver: str, day: str) -> Message | None:
    """The message with a receiver's report of a local day; tests are none."""
    found = (one for one in messages if one.receiver == receiver and one.report is not None)
    return next((one for one in found if one.report and one.report.day == day and not one.report.test), None)


def reported(
    book: Book, receiver: str, report: Report, now: int, identity: str, known: Message | None = None
) -> tuple[DeskChange, Message]:
    """A daily report as a message, at most once a day; a test always. One for which it is too late is only noted down.

    `known` is the day's message as the database has it, which remembers longer than the books.
    """
    known = None if report.test else report_of(book.messages.values(), receiver, report.day) or known
    late = now >= report.stale and not report.test
    if known is not None and (late or known.error != TOO_LATE):
        return DeskChange(), known
    id_ = known.id if known else book.free("message")
    name = f"daily-test.{id_}.{now}" if report.test else f"daily.{report.day}.{receiver}"
    message = Message(id_, receiver, f"<{name}@{identity}>", now, (), report=report)
    if late:
        message = replace(message, state=MessageState.FAILED, finished=now, error=TOO_LATE)
    return DeskChange(messages=(message,)), message


def abandoned(book: Book, receivers: Collection[str], now: int) -> DeskChange:
    """Messages under way to receivers that are no longer there are given up."""
    lost = [
        replace(message, state=MessageState.DEAD, finished=now, error="receiver removed")
        for message in book.messages.values()
        if message.state is MessageState.SENDING and message.receiver not in receivers
    ]
    return DeskChange(messages=tuple(lost))


def sent(book: Book, message_id: int, channel: str, now: int) -> DeskChange:
    """The channel accepted the message: its notices are delivered, and every incident's log says so."""
    message = book.messages[message_id]
    done = replace(
        message, state=MessageState.SENT, channel=channel, finished=now, attempts=message.attempts + 1
    )
    notices = tuple(
        replace(notice, state=NoticeState.DELIVERED) for notice in _carried(book.notices.values(), message_id)
    )
    return DeskChange(notices=notices, messages=(done,), log=tuple(_told(notices, message, channel, now)))


def _carried(notices: Iterable[Notice], message_id: int) -> list[Notice]:
    return [notice for notice in notices if notice.message == message_id]


def _told(notices: Sequence[Notice], message: Message, channel: str, now: int) -> Iterable[LogEntry]:
    for notice in notices:
        facts = {
            "receiver": message.receiver,
            "kind": str(notice.kind),
            "channel": channel,
            "message": message.id,
        }
        yield LogEntry(notice.incident, now, now, NOTIFIER, Deed.TOLD, facts)


def failed(book: Book, message_id: int, error: str, now: int, final: bool, give_up: int = 0) -> DeskChange:
    """The channel did not take it: its notices wait again for the next message.

    `final`: it has taken nothing for so long that the message is given up, with those notices that are older than
    `give_up`; what is news is tried for as long. What a message told is kept only of one given up: a channel that is
    away for days refuses a thousand long ones.
    """
    message = book.messages[message_id]
    carried = _carried(book.notices.values(), message_id)
    lost = {notice.id for notice in carried if final and now - notice.created >= give_up}
    dead = bool(lost) or (final and not carried)
    done = replace(
        message,
        state=MessageState.DEAD if dead else MessageState.FAILED,
        finished=now,
        error=error,
        attempts=message.attempts + 1,
        parts=tuple(part for part in message.parts if part.notice in lost),
        over=message.over if dead else (),
        still=(),
    )
    notices = tuple(_returned(notice, notice.id in lost) for notice in carried)
    return DeskChange(notices=notices, messages=(done,))


def _returned(notice: Notice, lost: bool) -> Notice:
    if lost:
        return replace(notice, state=NoticeState.DROPPED)
    over = notice.state is NoticeState.OVER
    return replace(notice, state=NoticeState.OVER if over else NoticeState.PENDING, message=None)


def delivered(book: Book, notices: Iterable[int], channel: str, now: int) -> DeskChange:
    """A channel that is told states, not messages (Alertmanager), has these."""
    kept = [replace(book.notices[id_], state=NoticeState.DELIVERED) for id_ in notices if id_ in book.notices]
    log = (
        LogEntry(
            notice.incident,
            now,
            now,
            NOTIFIER,
            Deed.TOLD,
            {"receiver": notice.receiver, "kind": str(notice.kind), "channel": channel},
        )
        for notice in kept
    )
    return DeskChange(notices=tuple(kept), log=tuple(log))

"""What waits to be sent, what was given up, and to whom. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alerts.contract import Message, MessageState, Notice, NoticeState
from netwatch.incidents.view import DeskView
from netwatch.present import ChannelHealth

DELIVERY_SCHEMA = 1
NOBODY: Mapping[str, ChannelHealth] = MappingProxyType({})
WAITING = frozenset({NoticeState.PENDING, NoticeState.SEALED, NoticeState.OVER})


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """How one receiver stands: notices that wait (the oldest since `oldest`, 0 none), and messages of the last day.

    `error` is what the channel said last, '' when it took the last message; `by` whose channel took that instead.
    """

    name: str
    waiting: int
    oldest: int
    sent: int
    dead: int
    last_sent: int
    error: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A message given up: for whom, when it was made, how often it was tried, why, and of which incidents it told."""

    id: int
    receiver: str
    sealed: int
    attempts: int
    error: str
    incidents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The whole of `netwatch notify queue`; `live_since` 0 before go-live."""

    schema: int
    at: int
    live_since: int
    receivers: tuple[ReceiverLine, ...]
    dead: tuple[DeadLine, ...]


def waits(notice: Notice) -> bool:
    """Whether its receiver is still to be told of it; an opening that is over waits until a message carries it."""
    return notice.state in WAITING and not (notice.state is NoticeState.OVER and notice.message is not None)


def delivery(
    view: DeskView, known: Iterable[str], now: int, channels: Mapping[str, ChannelHealth] = NOBODY
) -> DeliveryReport:
    """How notifications stand; `known` are the receivers of the settings, `channels` how they do now, if known."""
    notices = [notice for told in view.notices.values() for notice in told]
    names = {*known, *(one.receiver for one in notices), *(one.receiver for one in view.messages)}
    dead = (message for message in view.messages if message.state is MessageState.DEAD)
    return DeliveryReport(
        schema=DELIVERY_SCHEMA,
        at=now,
        live_since=view.live_since or 0,
        receivers=tuple(
            _receiver(name, notices, view.messages, channels.get(name)) for name in sorted(names)
        ),
        dead=tuple(_dead(message) for message in dead),
    )


def _receiver(
    name: str, notices: Iterable[Notice], messages: Iterable[Message], channel: ChannelHealth | None
) -> ReceiverLine:
    own = [message for message in messages if message.receiver == name]
    waiting = [notice.created for notice in notices if notice.receiver == name and waits(notice)]
    sent = [message.finished or 0 for message in own if message.state is MessageState.SENT]
    last = max(own, key=lambda message: (message.finished or message.sealed, message.id), default=None)
    return ReceiverLine(
        name=name,
        waiting=len(waiting),
        oldest=min(waiting, default=0),
        sent=len(sent),
        dead=sum(message.state is MessageState.DEAD for message in own),
        last_sent=max((*sent, channel.taken if channel else 0)),
        # A channel that was not asked since the daemon began says nothing yet.
        error=channel.error if channel and (channel.error or channel.taken) else _error(last),
        by=last.channel if last and last.channel not in ("", name) else "",
    )


def _error(last: Message | None) -> str:
    return last.error if last and last.state is not MessageState.SENT else ""


def _dead(message: Message) -> DeadLine:
    incidents = tuple(dict.fromkeys(part.story.incident for part in message.parts))
    return DeadLine(message.id, message.receiver, message.sealed, message.attempts, message.error, incidents)

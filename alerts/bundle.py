"""What the next message to one receiver holds: one notice, or on a bad day everything that waits as a digest. Pure.

Few openings go out singly and at once. From the fifth within ten minutes on, and likewise from the fifth end on, all
that waits goes together, at most once in ten minutes; so do the ends of incidents that a digest told, and whatever
gathered while the channel refused messages. Nothing is left out, only put together. Moments are microseconds UTC.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from alerts.contract import SEVERITIES, Message, MessageState, Notice, NoticeKind, NoticeState

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
FIRST = frozenset({NoticeKind.OPENING, NoticeKind.ESCALATION})
TOLD = frozenset({NoticeState.SEALED, NoticeState.DELIVERED})
RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many openings (or ends) within `window` on there are digests, and how far digests are apart at least.

    When a channel's messages are given up, what was noted down less than `give_up` ago is still tried.
    """

    burst: int = 5
    window: int = 10 * MINUTE
    every: int = 10 * MINUTE
    give_up: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the next message holds: `notices` worst first; `over` are openings whose incident is over already.

    Of `total` incidents told to this receiver since the trouble began `back` are over, with those that end in this
    message; `still` are the ids of the others, worst first. Both are 0 where no such tale is to be told.
    """

    notices: tuple[Notice, ...]
    over: tuple[Notice, ...] = ()
    back: int = 0
    total: int = 0
    still: tuple[int, ...] = ()


def bundle(
    waiting: Sequence[Notice],
    history: Sequence[Notice],
    messages: Sequence[Message],
    limits: Limits,
    now: int,
) -> Bundle | int | None:
    """What to send to one receiver now; a moment until which all that waits has to wait; None while there is nothing.

    `waiting` are its notices that wait, `history` all of the last day in any state, `messages` all of the last day and
    what is under way, which is waited for.
    """
    pending = [notice for notice in waiting if notice.state is NoticeState.PENDING]
    over = [notice for notice in waiting if notice.state is NoticeState.OVER and notice.message is None]
    if not (pending or over) or any(message.state is MessageState.SENDING for message in messages):
        return None
    day = _Day(waiting, history, messages, limits)
    if day.refused and len(pending) + len(over) == 1:
        return _composed(day, pending, over, now)
    if pending and not day.crowded(pending, now):
        return Bundle((_worst_first(pending)[0],))
    start = day.next_digest
    if not pending and not day.refused:
        start = max(start, min(notice.created for notice in over) + limits.every)
    return _composed(day, pending, over, now) if now >= start else start


class _Day:
    """What one receiver was told lately, and what waits."""

    def __init__(
        self,
        waiting: Iterable[Notice],
        history: Iterable[Notice],
        messages: Sequence[Message],
        limits: Limits,
    ) -> None:
        known = {notice.id: notice for notice in (*history, *waiting)}
        self.notices = [notice for notice in known.values() if notice.state is not NoticeState.DROPPED]
        # Told as over with its opening; see `alerts.pipeline`.
        self.told_as_over = {
            notice.incident
            for notice in known.values()
            if notice.kind is NoticeKind.CLOSING and notice.state is NoticeState.DROPPED
        }
        self.messages, self.limits = messages, limits

    @cached_property
    def first(self) -> dict[int, Notice]:
        """By which notice each incident was, or is to be, heard of for the first time."""
        found: dict[int, Notice] = {}
        for notice in sorted(self.notices, key=lambda notice: (notice.created, notice.id)):
            if notice.kind in FIRST:
                found.setdefault(notice.incident, notice)
        return found

    @cached_property
    def ended(self) -> dict[int, int]:
        """When each end was noted down."""
        return {
            notice.incident: notice.created for notice in self.notices if notice.kind is NoticeKind.CLOSING
        }

    @cached_property
    def _moments(self) -> tuple[list[int], list[int]]:
        return sorted(notice.created for notice in self.first.values()), sorted(self.ended.values())

    def busy(self, at: int) -> bool:
        """Whether so much began, or ended, within the time before that single messages would be a storm."""
        counts = (bisect_right(one, at) - bisect_right(one, at - self.limits.window) for one in self._moments)
        return max(counts) >= self.limits.burst

    @cached_property
    def refused(self) -> bool:
        """Whether the channel refused the last message."""
        done = [message for message in self.messages if message.state is not MessageState.SENDING]
        last = max(done, key=lambda message: (message.sealed, message.id), default=None)
        return last is not None and last.state in (MessageState.FAILED, MessageState.DEAD)

    @cached_property
    def digested(self) -> frozenset[int]:
        """The incidents that digests told."""
        return frozenset(
            part.story.incident
            for message in self.messages
            if message.state is MessageState.SENT and message.digest
            for part in message.parts
        )

    def crowded(self, pending: Iterable[Notice], now: int) -> bool:
        """Whether what waits has to go together."""
        return (
            self.refused
            or self.busy(now)
            or any(self.busy(notice.created) for notice in pending)
            or any(n.kind is NoticeKind.CLOSING and n.incident in self.digested for n in pending)
        )

    @property
    def next_digest(self) -> int:
        """From when on the next digest may go. What went alone in a storm had waited for its turn as well."""
        sent = (message for message in self.messages if message.state is MessageState.SENT)
        turns = [message.sealed for message in sent if self._took_a_turn(message)]
        return max(turns) + self.limits.every if turns else 0

    def _took_a_turn(self, message: Message) -> bool:
        """A test message, which tells nothing, took none."""
        together = message.digest or bool(message.total or message.over)
        return together or (bool(message.parts) and self.busy(message.sealed))


def _composed(day: _Day, pending: Sequence[Notice], over: Sequence[Notice], now: int) -> Bundle:
    ending = frozenset(notice.incident for notice in pending if notice.kind is NoticeKind.CLOSING)
    told = _same_trouble(day, ending, now) if ending else []
    still = [notice for notice in told if notice.incident not in day.ended]
    tale = (len(told) - len(still), len(told), tuple(one.incident for one in _worst_first(still)))
    return Bundle(_worst_first(pending), _worst_first(over), *(tale if len(told) > 1 else (0, 0, ())))


def _same_trouble(day: _Day, ending: frozenset[int], now: int) -> list[Notice]:
    """The first notices of the incidents told since the trouble began that now, at least in part, ends.

    These are what ends now or just did and what digests told, with all that was told meanwhile; not what was before a
    moment when everything told was over, nor more than a day ago.
    """
    told = [
        notice
        for notice in day.first.values()
        if notice.state in TOLD and notice.created > now - DAY and notice.incident not in day.told_as_over
    ]
    lately = day.limits.window + day.limits.every
    just = {incident for incident, at in day.ended.items() if at > now - lately}
    concerned = ending | just | day.digested
    begun = [notice.created for notice in told if notice.incident in concerned]
    began = min(begun, default=now) - day.limits.window
    kept: list[Notice] = []
    over_at = 0
    for notice in (one for one in told if one.created > began):
        if notice.created > over_at:
            kept = []
        kept.append(notice)
        going_on = notice.incident in ending or notice.incident not in day.ended
        over_at = max(over_at, now if going_on else day.ended[notice.incident])
    return kept


def _worst_first(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    return tuple(sorted(notices, key=lambda one: (RANK[one.severity], one.created, one.id)))

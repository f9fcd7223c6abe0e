"""Takes stored time out of the figures, or puts it back, and writes down who did it and why.

Blocking; the daemon calls it on its writer thread and then `Judging.take`s the subjects anew, a command without a
daemon calls it under the database's lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import chain
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.contract import Window
from alerts.window import EARLIEST, LATEST
from inventory.history import record_event
from netwatch.control.contract import Refused
from netwatch.incidents.maintenance import covered, problems_of
from netwatch.incidents.places import Places
from netwatch.incidents.reclassify import exclusion, reclassify, too_recent
from netwatch.language import ENGLISH, Sentence, moment
from netwatch.store.contract import Judgement, VerdictRow

KIND = "maintenance"
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Reclassification:
    """What is asked: [start, end) of all that `window` covers (nothing else of it is read) becomes excluded.

    `undo` makes it count again, whoever had excluded it.
    """

    window: Window
    start: int
    end: int
    reason: str
    author: str
    undo: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Reclassified:
    """What was done, or would be: the subjects whose rows changed, how many rows gave way to how many new ones.

    `excluded` is what the time says now, '' that it counts.
    """

    subjects: tuple[str, ...]
    rows_before: int
    rows_after: int
    excluded: str
    dry_run: bool


class Rows(Protocol):
    """The store, as far as this needs it."""

    def verdicts(
        self, start: int, end: int | None = None, subject: str | None = None
    ) -> Sequence[VerdictRow]:
        """Current rows that overlap [start, end)."""

    def reclassify(self, judgement: Judgement, record: Callable[[Session], object]) -> Sequence[VerdictRow]:
        """Write the judgement and what is recorded of it, in one transaction."""


def carry_out(store: Rows, places: Places, order: Reclassification, now: int) -> Reclassified:
    """Do it. Raises Refused with what is wrong with the order, StoreFault when the database did not take it.

    Done a second time it finds nothing to change, and records nothing.
    """
    subjects = _required(order, places, now)
    excluded = "" if order.undo else exclusion(order.reason.strip(), order.author)
    # A moment more at both ends: rows that touch may become one.
    near = (row for row in store.verdicts(order.start - 1, order.end + 1) if row.subject in subjects)
    judgement = reclassify(near, (order.start, order.end), excluded, now)
    if judgement.add and not order.dry_run:
        store.reclassify(judgement, lambda session: _record(session, order, judgement, excluded, now))
    changed = tuple(sorted({row.subject for row in judgement.add}))
    return Reclassified(changed, len(judgement.supersede), len(judgement.add), excluded, order.dry_run)


def _required(order: Reclassification, places: Places, now: int) -> frozenset[str]:
    """The subjects concerned; raises Refused."""
    if not order.reason.strip() or len(order.reason) > LONGEST_REASON:
        text = "Say why, in at most {limit} characters: the reason stands beside the figures for good."
        raise Refused(Sentence(text, {"limit": LONGEST_REASON}))
    if order.start >= order.end:
        raise Refused(Sentence("The time ends before it begins. Give the beginning first."))
    if not (order.start >= EARLIEST and order.end < LATEST):
        raise Refused(Sentence("Times lie between the years 1970 and 2199."))
    if order.end > now:
        text = "This time has not passed yet. For what is to come there is: netwatch maintenance add"
        raise Refused(Sentence(text))
    possible = too_recent(order.end, now)
    if possible is not None:
        text = (
            "The last hour cannot be reclassified yet: what is being looked at may still tell it anew. Time up to "
            "this end can be from {at} on."
        )
        raise Refused(Sentence(text, {"at": moment(possible, _zone(order.window.zone), ENGLISH)}))
    wrong = problems_of(order.window, places)
    subjects = covered(order.window, places)
    if wrong or not subjects:
        nothing = Sentence(
            "This covers nothing that is judged. Name an agency, site, line, provider or feeder."
        )
        raise Refused(*(wrong or (nothing,)))
    return subjects


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _record(session: Session, order: Reclassification, judgement: Judgement, excluded: str, now: int) -> None:
    after = {
        "action": "reclassify",
        "start": order.start,
        "end": order.end,
        "excluded": excluded,
        "subjects": sorted({row.subject for row in judgement.add}),
    }
    window = order.window
    for entity in chain(window.units, window.sites, window.subjects, window.providers, window.feeders):
        record_event(
            session, at=now, recorded_at=now, actor=order.author, kind=KIND, entity=entity, after=after,
            reason=order.reason.strip(),
        )  # fmt: skip

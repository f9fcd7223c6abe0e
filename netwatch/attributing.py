"""What people decide of whose outages of lines were, and providers' tickets: checked, and written to the event log.

Blocking functions on an engine: the daemon calls them on its writer thread, a command without a daemon under the
database's lock. Nothing stored is changed; what an outage is put down to is made of the events when it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from types import MappingProxyType

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from inventory.models import EVENT, RECORDS
from netwatch.availability.arithmetic import SITE_SERVICE
from netwatch.availability.contract import Class, Outage, Table
from netwatch.availability.outages import outages, runs
from netwatch.clock import DAY, MINUTE, SECOND
from netwatch.control.contract import Refused
from netwatch.desk_commands import LONGEST_NAME, readable
from netwatch.language import ENGLISH, Sentence, moment
from netwatch.queries.availability_grounds import watched, watched_until
from netwatch.settings_faults import suggestion
from netwatch.sla.contract import Decision, Party, Ticket
from netwatch.store.attribution_sql import TO_EVIDENCE, add_decision, add_ticket, tickets
from netwatch.store.faults import told
from netwatch.store.sql import SqlStore
from netwatch.verdict import Kind

LINE = "line"
CHOICES = (*(party.value for party in Party), TO_EVIDENCE)
# A contract may count degraded as down: what it is about can be put down to somebody too.
TABLES = (SITE_SERVICE, Table(MappingProxyType({**SITE_SERVICE.classes, Kind.DEGRADED: Class.DOWN})))
# So far around a moment it is looked for outages.
AROUND = 31 * DAY
# An outage that begins so shortly after a moment people wrote is meant by it: they leave out seconds.
ROUGHLY = MINUTE
NAMED = 3
# Nobody decides of more than a contract's year at once, and a running daemon reads all of it on its writer thread.
LONGEST = 400 * DAY
FIRST, LAST = 0, 2**62


@dataclass(frozen=True, slots=True)
class AttributeOrder:
    """Time of a line is somebody's: the outage at `at`, or with `until` all that lies between.

    `party` is one of CHOICES. Times are µs UTC; `zone` is the one in which refusals tell them.
    """

    line: str
    at: int
    until: int | None
    party: str
    reason: str
    author: str
    now: int
    dry_run: bool = False
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class TicketOrder:
    """A provider's ticket for the outage at `at`; a number known already needs none. What is None stays as it was.

    `withdraw` takes a number back that was written down by mistake.
    """

    line: str
    at: int | None
    number: str
    opened: int | None
    closed: int | None
    note: str
    author: str
    now: int
    withdraw: bool = False
    dry_run: bool = False
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Attributed:
    """What was decided, or would be: `outages` lie in the time, `goes_on` that one of them is not over.

    `event` is its number in the event log, 0 of a dry run.
    """

    line: str
    start: int
    end: int
    party: str
    outages: int
    goes_on: bool
    event: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Ticketed:
    """The ticket as it stands now, or would; `known` that its number was there before."""

    line: str
    number: str
    start: int
    opened: int | None
    closed: int | None
    note: str
    known: bool
    withdrawn: bool
    event: int
    dry_run: bool


def attribute(engine: Engine, order: AttributeOrder) -> Attributed:
    """Put time of a line down to somebody. Raises Refused with what is wrong with the order, StoreFault."""
    if order.party not in CHOICES:
        params = {"party": order.party[:LONGEST_NAME], "known": ", ".join(CHOICES)}
        raise Refused(Sentence("There is no party '{party}'. There are: {known}.", params))
    reason = readable(order.reason)
    if not reason:
        raise Refused(Sentence("Say why: the reason stands beside the outage, and the provider may read it."))
    _require_line(engine, order.line)
    _require_past(order)
    start, end, meant = _meant(engine, order)
    party = None if order.party == TO_EVIDENCE else Party(order.party)
    decision = Decision(0, order.line, start, end, party, reason, order.author, order.now)
    goes_on = any(one.end is None for one in meant)
    event = 0 if order.dry_run else add_decision(engine, decision)
    return Attributed(order.line, start, end, order.party, len(meant), goes_on, event, order.dry_run)


def ticket(engine: Engine, order: TicketOrder) -> Ticketed:
    """Write a ticket down, or what has become of it. Raises Refused, StoreFault."""
    number, note = readable(order.number, LONGEST_NAME), readable(order.note)
    if not number:
        raise Refused(Sentence("Give the number that the provider gave the ticket."))
    _require_line(engine, order.line)
    known = {one.number: one for one in tickets(engine, (order.line,), FIRST, LAST)}
    before = known.get(number)
    if order.withdraw and before is None:
        params = {"number": number, "line": order.line, "known": ", ".join(known) or "-"}
        raise Refused(Sentence("There is no ticket '{number}' of {line}. There are: {known}.", params))
    start = _ticket_moment(engine, order, before)
    opened, closed = order.opened, order.closed
    if before is not None:
        opened = before.opened if opened is None else opened
        closed = before.closed if closed is None else closed
        note = note or before.note
    _require_possible(opened, closed, order.now)
    value = Ticket(0, order.line, start, number, opened, closed, note, order.author, order.now)
    event = 0 if order.dry_run else add_ticket(engine, value, withdrawn=order.withdraw)
    facts = (order.line, number, start, opened, closed, note)
    return Ticketed(*facts, before is not None, order.withdraw, event, order.dry_run)


def _require_line(engine: Engine, line: str) -> None:
    """Of a line that is no longer there outages are somebody's all the same."""
    known, was = RECORDS[LINE].c, select(EVENT.c.seq).where(EVENT.c.kind == LINE, EVENT.c.entity == line)
    with told(engine.url), Session(engine) as session:
        if session.execute(select(known.id).where(known.id == line)).first() or session.scalar(was.limit(1)):
            return
        names = tuple(session.scalars(select(known.id)))
    params = {"line": line[:LONGEST_NAME]}
    raise Refused(
        Sentence("There is no line '{line}' in the inventory.", params),
        *suggestion(line[:LONGEST_NAME], names),
    )


def _require_past(order: AttributeOrder) -> None:
    if max(order.at, order.until or 0) > order.now:
        text = (
            "This time has not passed yet. What was an outage can be put down to somebody, nothing to come."
        )
        raise Refused(Sentence(text))
    if order.at < 0 or (order.until is not None and order.until <= order.at):
        raise Refused(Sentence("The time ends before it begins. Give the beginning first."))
    if order.until is not None and order.until - order.at > LONGEST:
        text = "An outage of more than {days} days is hardly meant."
        raise Refused(Sentence(text, {"days": LONGEST // DAY}))


def _require_possible(opened: int | None, closed: int | None, now: int) -> None:
    if any(at is not None and not 0 <= at <= now for at in (opened, closed)):
        raise Refused(Sentence("A ticket was opened or closed in the past, not at a time to come."))
    if opened is not None and closed is not None and closed < opened:
        raise Refused(Sentence("The ticket is closed before it is opened."))


def _outages(engine: Engine, line: str, start: int, end: int, now: int) -> tuple[list[Outage], list[Outage]]:
    """The line's outages around some time, whatever may be behind them; and those where degraded is down as well."""
    store = SqlStore(engine)
    span = max(0, start - AROUND), min(now, end + AROUND)
    rows = watched(store.verdicts_of((line,), *span), watched_until(store, now))
    strict, wide = (list(outages(runs(rows, table), span, lambda _: 0)) for table in TABLES)
    return strict, wide


def _meant(engine: Engine, order: AttributeOrder) -> tuple[int, int, list[Outage]]:
    """The time meant, its edges those of outages where they are the same second; and the outages in it."""
    tried = _outages(engine, order.line, order.at, order.until or order.at, order.now)
    for around in tried:
        if order.until is None:
            one = _at(order.at, around)
            if one is not None:
                return one.start, order.now if one.end is None else one.end, [one]
            continue
        edges = [edge for one in around for edge in (one.start, one.end) if edge is not None]
        start, end = (_exactly(at, edges) for at in (order.at, order.until))
        found = [one for one in around if one.start < end and (one.end is None or start < one.end)]
        if found:
            return start, end, found
    raise _none(order.line, order.at, order.until, tried[0], order.zone)


def _exactly(at: int, edges: Sequence[int]) -> int:
    """The edge that is told as this second; people copy moments without their microseconds."""
    return next((edge for edge in edges if at % SECOND == 0 and edge // SECOND == at // SECOND), at)


def _at(at: int, around: Sequence[Outage]) -> Outage | None:
    """The outage of a moment, or that which begins shortly after."""
    for until in (at + 1, at + ROUGHLY):
        for one in around:
            if one.start < until and (one.end is None or at < one.end):
                return one
    return None


def _none(line: str, at: int, until: int | None, around: Sequence[Outage], zone: tzinfo) -> Refused:
    """The refusal of a time without an outage, naming those near it."""
    near = _near(at, around, zone)
    begin = moment(at, zone, ENGLISH)
    if until is None:
        return Refused(Sentence("There was no outage of {line} at {at}.", {"line": line, "at": begin}), *near)
    params = {"line": line, "start": begin, "end": moment(until, zone, ENGLISH)}
    return Refused(Sentence("There was no outage of {line} between {start} and {end}.", params), *near)


def _near(at: int, around: Sequence[Outage], zone: tzinfo) -> tuple[Sentence, ...]:
    """A sentence about the outages nearest to a moment."""

    def apart(one: Outage) -> int:
        return max(one.start - at, at - one.start if one.end is None else at - one.end)

    if not around:
        return (Sentence("Within a month of it there was none."),)
    nearest = sorted(sorted(around, key=apart)[:NAMED], key=lambda one: one.start)
    spans = "; ".join(
        f"{moment(one.start, zone, ENGLISH)} – {moment(one.end, zone, ENGLISH) if one.end else '…'}"
        for one in nearest
    )
    return (Sentence("Near it: {outages}.", {"outages": spans}),)


def _ticket_moment(engine: Engine, order: TicketOrder, before: Ticket | None) -> int:
    """A moment within the outage that a ticket is for."""
    if order.at is None:
        if before is None:
            raise Refused(Sentence("Say for which outage, by a moment within it: --at TIME."))
        return before.start
    if order.at > order.now or order.at < 0:
        raise Refused(Sentence("A ticket is for an outage there was, not for a time to come."))
    tried = _outages(engine, order.line, order.at, order.at, order.now)
    one = next((found for around in tried if (found := _at(order.at, around))), None)
    if one is None:
        raise _none(order.line, order.at, None, tried[0], order.zone)
    return max(order.at, one.start)

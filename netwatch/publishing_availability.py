"""Publishing the availability of a month: figures with their grounds, frozen into a row that nothing changes any more.

A plain blocking function on an engine, as those of `netwatch.commands`: the daemon runs it on its writer thread, a
command without a daemon under the database's lock.
"""

from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Engine

from inventory.sealing import Header, Sealed
from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.availability.publication import KIND, Frozen, freeze
from netwatch.control.contract import Refused
from netwatch.freezing import EVERYTHING, numbered, write_down
from netwatch.incidents.reclassify import too_recent
from netwatch.language import ENGLISH, Sentence, moment
from netwatch.queries.availability import NoSuchScopeError
from netwatch.queries.availability_frozen import taken
from netwatch.settings_faults import suggestion
from netwatch.store import publications_sql
from netwatch.store.sql import SqlStore


@dataclass(frozen=True, slots=True)
class AvailabilityOrder:
    """Which month's figures, of what scope ('' all); `amend` replaces a publication for a `reason`."""

    year: int
    month: int
    scope: str
    author: str
    now: int
    zone: tzinfo
    release: str
    reason: str = ""
    amend: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class AvailabilityIssued:
    """A publication written, or that would be: its digest, and how much is in it."""

    id: str
    period: str
    scope: str
    replaces: str
    sha256: str
    size: int
    agencies: int
    sites: int
    lines: int
    endpoints: int
    outages: int
    dry_run: bool


def publish(engine: Engine, order: AvailabilityOrder) -> AvailabilityIssued:
    """Freeze what is known of the month now; raises Refused, StoreFault."""
    period = periods.month(order.year, order.month, order.zone)
    _require_over(period, order)
    asked = Header(
        f"A-{period.name}",
        order.year,
        order.scope,
        order.now,
        order.author,
        order.reason,
        kind=KIND,
        period=period.name,
    )
    before = publications_sql.headers(engine, kind=KIND, period=period.name)
    frozen = _frozen(engine, numbered(before, asked, amend=order.amend), period, order)
    sealed = freeze(frozen)
    write_down(engine, frozen.header, sealed, dry_run=order.dry_run)
    return _issued(frozen, sealed, dry_run=order.dry_run)


def _require_over(period: Period, order: AvailabilityOrder) -> None:
    """Raises Refused while anything may still go on in the period, or be told anew of its last hour."""
    possible = too_recent(period.end, order.now)
    if possible is not None:
        text = (
            "{period} cannot be published before {at}: until then it goes on, or its last hour may still be told anew "
            "by what is being looked at."
        )
        params = {"period": period.name, "at": moment(possible, order.zone, ENGLISH)}
        raise Refused(Sentence(text, params))


def _frozen(engine: Engine, header: Header, period: Period, order: AvailabilityOrder) -> Frozen:
    last_event, last_verdict = publications_sql.last_event(engine), publications_sql.last_verdict(engine)
    try:
        found = taken(SqlStore(engine), period, order.scope, order.zone, order.now)
    except NoSuchScopeError as fault:
        params = {"scope": fault.scope, "period": period.name}
        text = "There was no unit, site, line or endpoint '{scope}' in {period}."
        raise Refused(Sentence(text, params), *suggestion(fault.scope, list(fault.known))) from None
    if not found.lines:
        text = "There is nothing to publish: {scope} had no site, line or endpoint in {period}."
        raise Refused(Sentence(text, {"scope": order.scope or EVERYTHING, "period": period.name}))
    return Frozen(
        header=header,
        period=period,
        at=order.now,
        watched_until=found.base.watched_until or 0,
        last_event=last_event,
        last_verdict=last_verdict,
        release=order.release,
        scope_name=found.scope_name,
        lines=found.lines,
        totals=found.totals,
    )


def _issued(frozen: Frozen, sealed: Sealed, *, dry_run: bool) -> AvailabilityIssued:
    kinds = [line.kind for line in frozen.lines]
    return AvailabilityIssued(
        id=frozen.header.id,
        period=frozen.period.name,
        scope=frozen.header.scope,
        replaces=frozen.header.replaces or "",
        sha256=sealed.sha256,
        size=len(sealed.content),
        agencies=kinds.count("agency"),
        sites=kinds.count("site"),
        lines=kinds.count("line"),
        endpoints=kinds.count("endpoint"),
        outages=sum(len(line.account.outages) for line in frozen.lines),
        dry_run=dry_run,
    )

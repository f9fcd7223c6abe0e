"""Publishing the figures of a year: an audit as of a day, frozen into a row that nothing changes any more.

A plain blocking function on an engine, as those of `netwatch.commands`: the daemon runs it on its writer thread, a
command without a daemon under the database's lock.
"""

from dataclasses import dataclass, replace
from datetime import date, tzinfo

from sqlalchemy import Engine

from inventory.coverage.contract import Audit
from inventory.coverage.publication import MOST_CONTENT, Frozen, Header, Sealed, freeze
from inventory.snapshot import Inventory
from netwatch.control.contract import Refused
from netwatch.language import Sentence, day
from netwatch.queries.coverage import taken
from netwatch.queries.publications import norms_of
from netwatch.store import publications_sql
from netwatch.store.sql import SqlStore

LONGEST_REASON = 2000
EVERYTHING = Sentence("everything")


@dataclass(frozen=True, slots=True)
class PublishOrder:
    """Which year's figures, of what scope ('' all), as of which day; `amend` replaces a publication for a `reason`."""

    year: int
    scope: str
    on: date
    author: str
    now: int
    zone: tzinfo
    release: str
    reason: str = ""
    amend: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A publication written, or that would be: its digest, and how much is in it."""

    id: str
    year: int
    scope: str
    on: str
    replaces: str
    sha256: str
    size: int
    figures: int
    rows: int
    norms: int
    agencies: int
    dry_run: bool


def publish(engine: Engine, order: PublishOrder) -> Issued:
    """Freeze an audit of that day by what is known now; raises Refused, StoreFault."""
    header = _header(publications_sql.headers(engine, order.year), order)
    last_event = publications_sql.last_event(engine)
    found = taken(SqlStore(engine), order.on, order.zone, None, order.scope, order.now)
    if not found.audit.cells:
        raise Refused(
            Sentence(
                "There is nothing to publish: on {day} no norm asked anything of an agency of {scope}.",
                {"day": day(order.on), "scope": order.scope or EVERYTHING},
            )
        )
    frozen = Frozen(
        header=header,
        at=found.evidence.at,
        last_event=last_event,
        release=order.release,
        audit=found.audit,
        norms=norms_of(found),
        names=_names(found.audit, found.inventory),
    )
    sealed = freeze(frozen)
    if len(sealed.content) > MOST_CONTENT:
        limit = {"size": len(sealed.content), "limit": MOST_CONTENT}
        raise Refused(
            Sentence(
                "The publication would take {size} bytes, more than {limit}. Publish its parts with --scope.",
                limit,
            )
        )
    if not order.dry_run and not publications_sql.add(engine, header, sealed.content):
        raise Refused(Sentence("Somebody else published at the same moment. Look, and try again."))
    return _issued(frozen, sealed, order)


def _names(audit: Audit, inventory: Inventory) -> dict[str, str]:
    """The names of the agencies in an audit."""
    units = inventory.of("organisation_unit")
    return {id_: units[id_].name for id_ in sorted({cell.unit for cell in audit.cells})}


def _header(before: tuple[Header, ...], order: PublishOrder) -> Header:
    same = [header for header in before if header.scope == order.scope]
    last = same[-1].id if same else ""
    params = {"year": order.year, "scope": order.scope or EVERYTHING, "id": last}
    if last and not order.amend:
        text = "{id} has the figures of {year} for {scope} already. To replace it: --amend --reason TEXT."
        raise Refused(Sentence(text, params))
    if order.amend and not last:
        text = "There is no publication of {year} for {scope} to amend. Publish it without --amend."
        raise Refused(Sentence(text, params))
    if order.amend != bool(order.reason.strip()) or len(order.reason) > LONGEST_REASON:
        limit = {"limit": LONGEST_REASON}
        raise Refused(
            Sentence("--amend and --reason go together; a reason has at most {limit} characters.", limit)
        )
    header = Header(f"P-{order.year}-{len(before) + 1}", order.year, order.scope, order.now, order.author)
    return replace(header, reason=order.reason.strip(), replaces=last or None)


def _issued(frozen: Frozen, sealed: Sealed, order: PublishOrder) -> Issued:
    return Issued(
        id=frozen.header.id,
        year=frozen.header.year,
        scope=frozen.header.scope,
        on=frozen.audit.on.isoformat(),
        replaces=frozen.header.replaces or "",
        sha256=sealed.sha256,
        size=len(sealed.content),
        figures=len(frozen.audit.figures),
        rows=len(frozen.audit.cells),
        norms=len(frozen.norms),
        agencies=len(frozen.names),
        dry_run=order.dry_run,
    )

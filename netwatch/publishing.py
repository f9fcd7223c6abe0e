"""Publishing the figures of a year: an audit as of a day, frozen into a row that nothing changes any more.

A plain blocking function on an engine, as those of `netwatch.commands`: the daemon runs it on its writer thread, a
command without a daemon under the database's lock.
"""

from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import Engine

from inventory.coverage.contract import Audit
from inventory.coverage.publication import Frozen, freeze
from inventory.sealing import Header, Sealed
from inventory.snapshot import Inventory
from netwatch.control.contract import Refused
from netwatch.freezing import EVERYTHING, numbered, write_down
from netwatch.language import Sentence, day
from netwatch.queries.coverage import taken
from netwatch.queries.publications import norms_of
from netwatch.store import publications_sql
from netwatch.store.sql import SqlStore


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
    asked = Header(f"P-{order.year}", order.year, order.scope, order.now, order.author, order.reason)
    header = numbered(publications_sql.headers(engine, order.year), asked, amend=order.amend)
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
    write_down(engine, header, sealed, dry_run=order.dry_run)
    return _issued(frozen, sealed, order)


def _names(audit: Audit, inventory: Inventory) -> dict[str, str]:
    """The names of the agencies in an audit."""
    units = inventory.of("organisation_unit")
    return {id_: units[id_].name for id_ in sorted({cell.unit for cell in audit.cells})}


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

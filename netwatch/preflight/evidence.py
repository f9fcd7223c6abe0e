"""Preflights kept as evidence: one event for each site, with everything measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory import history
from netwatch.commands import EVIDENCE
from netwatch.control.wire import plain, typed
from netwatch.preflight.contract import SiteReport
from netwatch.store.engine import writing
from netwatch.store.faults import told

KIND = "preflight"


@dataclass(frozen=True, slots=True)
class Kept:
    """A preflight that was kept: the number of its event, who asked for it, and what was found."""

    sequence: int
    author: str
    report: SiteReport


def keep(engine: Engine, reports: Sequence[SiteReport], *, author: str, at: int) -> tuple[int, ...]:
    """Write reports down; their numbers. Raises StoreFault."""
    with told(engine.url), Session(writing(engine)) as session, session.begin():
        return tuple(
            history.record_event(
                session,
                at=report.at,
                recorded_at=at,
                actor=author,
                kind=KIND,
                entity=report.site,
                after=_after(report),
            )
            for report in reports
        )


def _after(report: SiteReport) -> Mapping[str, Any]:
    return {"verdict": str(report.verdict), EVIDENCE: plain(report)}


def kept(engine: Engine, sites: Sequence[str], limit: int) -> tuple[Kept, ...]:
    """The newest preflights, newest first; only those of `sites` where some are named. Raises StoreFault."""
    with told(engine.url), Session(engine) as session:
        wanted: Sequence[str | None] = sites or (None,)
        found = [
            event for site in wanted for event in history.events(session, kind=KIND, entity=site, limit=limit)
        ]
    newest = sorted(found, key=lambda event: -event.seq)[:limit]
    return tuple(
        Kept(event.seq, event.actor, typed(SiteReport, (event.after or {}).get(EVIDENCE))) for event in newest
    )

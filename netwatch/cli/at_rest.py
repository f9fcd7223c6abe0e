"""What the database alone knows, when no daemon runs: the last verdicts, as of when it was last alive."""

from datetime import date

from sqlalchemy.orm import Session

from inventory.load import load as load_inventory
from netwatch.plan import plan
from netwatch.present import Judged, Present
from netwatch.settings_sections import Settings
from netwatch.store.faults import told
from netwatch.store.sql import SqlStore
from netwatch.translate.to_plan import plan_settings
from probes.registry import probes


def present(store: SqlStore, settings: Settings, now: int, today: date) -> Present:
    """The present as the database has it; raises StoreFault."""
    with told(store.engine.url), Session(store.engine) as session:
        inventory = load_inventory(session, today)
    plan_ = plan(inventory, plan_settings(settings, dict(probes())), inventory.revision)
    return Present(
        at=now,
        started=0,
        live=False,
        ready=False,
        heartbeat=max(store.heartbeats().values(), default=0),
        sample=settings.inventory.sample,
        plan_revision=0,
        inventory=inventory,
        checks=plan_.checks,
        subjects=plan_.topology.subjects,
        judged={
            row.subject: Judged(row.verdict, row.start, row.contrary)
            for row in store.verdicts(now)
            if row.end is None
        },
        facts={state.key: state for state in store.facts()},
        latest={},
    )

"""What the database alone knows, when no daemon runs: the last verdicts, as of when it was last alive."""

from datetime import date

from sqlalchemy.orm import Session

from alerts.contract import Notice
from inventory.load import load as load_inventory
from netwatch.clock import DAY
from netwatch.incidents.maintenance import in_maintenance
from netwatch.incidents.places import Places
from netwatch.incidents.view import DeskView
from netwatch.inspections import remembered
from netwatch.limits.reading import read_rules
from netwatch.plan import plan
from netwatch.present import Judged, Present
from netwatch.settings_sections import Settings
from netwatch.store.faults import told
from netwatch.store.sql import SqlStore
from netwatch.translate.to_plan import plan_settings
from probes.registry import probes


def present(store: SqlStore, settings: Settings, now: int, today: date) -> Present:
    """The present as the database has it; raises StoreFault, and LimitFault when the limits cannot be read."""
    with told(store.engine.url), Session(store.engine) as session:
        inventory = load_inventory(session, today)
    rulebook = read_rules(settings.limits.folder)
    plan_ = plan(inventory, plan_settings(settings, dict(probes()), rulebook), inventory.revision)
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
        desk=desk_view(store, Places(inventory), now),
        happened=remembered(store.engine, settings.daemon.zone),
        soon_days=settings.lightning.due_soon_days,
    )


def desk_view(store: SqlStore, places: Places, now: int) -> DeskView:
    """Incidents and notifications as the database has them; raises StoreFault."""
    state = store.desk(now - DAY)
    notices: dict[int, tuple[Notice, ...]] = {}
    for notice in state.notices:
        notices[notice.incident] = (*notices.get(notice.incident, ()), notice)
    return DeskView(
        incidents={incident.id: incident for incident in state.incidents},
        notices=notices,
        messages=state.messages,
        silences=state.silences,
        windows=state.windows,
        used_codes=frozenset(state.used_codes),
        in_maintenance=in_maintenance(state.windows, places, now),
        flapping=frozenset(
            root for one in state.incidents if one.flapping and one.open for root in one.roots
        ),
        live_since=state.live_since,
    )

"""From settings, inventory and plan to what the desk goes by."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.contract import Severity, Story
from netwatch.clock import SECOND
from netwatch.incidents.arrangement import Arrangement, Tell
from netwatch.incidents.contract import Incident
from netwatch.incidents.links import Signer
from netwatch.incidents.places import Places
from netwatch.plan import Plan
from netwatch.queries.contacts import Directory
from netwatch.settings_sections import Settings
from netwatch.store.contract import VerdictRow
from netwatch.translate.to_alerts import story
from netwatch.translate.to_incidents import incident_rules
from netwatch.translate.to_policy import limits, receiver_names, routes


def arrangement(settings: Settings, places: Places, plan: Plan, signer: Signer, machine: str) -> Arrangement:
    """What the desk goes by; `machine` is what tells this installation from others, never shown itself."""
    return Arrangement(
        tell=_teller(places, settings),
        plan=plan,
        places=places,
        rules=replace(incident_rules(settings), limit_severities=limit_severities(plan)),
        routes=routes(settings),
        receivers=receiver_names(settings),
        limits=limits(settings),
        zone=settings.daemon.zone,
        daytime=settings.lightning.hours,
        identity=f"{hashlib.sha256(machine.encode()).hexdigest()[:16]}.netwatch.invalid",
        signer=signer,
    )


def limit_severities(plan: Plan) -> Mapping[tuple[str, str], str]:
    """By (subject, limit) what being beyond it weighs; minor ones are left out."""
    return {
        (one.subject, one.limit.id): one.limit.severity
        for several in plan.limits.values()
        for one in several
        if one.limit.severity != Severity.MINOR
    }


def _teller(places: Places, settings: Settings) -> Tell:
    zone = settings.daemon.zone

    def tell(incident: Incident, now: int, rows: Mapping[str, VerdictRow]) -> Story:
        local_time = datetime.fromtimestamp(now / SECOND, zone)
        return story(incident, places, Directory(places.inventory, local_time), zone, now, rows)

    return tell

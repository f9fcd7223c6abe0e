"""From settings to the times of an incident's life."""

from netwatch.clock import SECOND
from netwatch.incidents.contract import IncidentRules
from netwatch.settings_sections import Settings


def incident_rules(settings: Settings) -> IncidentRules:
    """[incidents] in microseconds."""
    own = settings.incidents
    return IncidentRules(
        gather=_microseconds(own.gather),
        together=_microseconds(own.together),
        stay_up=_microseconds(own.stay_up),
        settle=_microseconds(own.settle),
        ignorance=_microseconds(own.unknown_after),
        provider_lines=own.provider_lines,
    )


def _microseconds(seconds: float) -> int:
    return round(seconds * SECOND)

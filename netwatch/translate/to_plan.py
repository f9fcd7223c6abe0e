"""From settings to what shapes a plan."""

from collections.abc import Mapping

from netwatch.check import Hardening
from netwatch.clock import SECOND
from netwatch.limits.contract import NO_RULES, Rulebook
from netwatch.planning.maker import PlanSettings, Timing
from netwatch.settings_sections import ProbeSettings, Settings
from probes.contract import Probe
from probes.secret import LOGIN


def plan_settings(
    settings: Settings, probes: Mapping[str, Probe], rulebook: Rulebook = NO_RULES
) -> PlanSettings:
    """The settings in microseconds, with each probe's own section and the deadline its kind asks for, and limits."""
    pace = settings.intervals
    return PlanSettings(
        witness=_microseconds(pace.witness),
        core=_microseconds(pace.core),
        device=_microseconds(pace.devices),
        counters=_microseconds(pace.lines),
        other_counters=_microseconds(pace.ports),
        equipment=_microseconds(pace.equipment),
        recheck=_microseconds(pace.recheck),
        anchor_interval=_microseconds(settings.anchors.interval),
        anchors=tuple(settings.anchors.addresses),
        echoes=settings.looks.echoes,
        hardening=Hardening(settings.hardening.agree, settings.hardening.of),
        zone=settings.daemon.zone,
        probes={name: _timing(own, probes[name]) for name, own in settings.probes.items()},
        credentials=frozenset(name for name, one in settings.credentials.items() if one.kind != LOGIN),
        logins=frozenset(name for name, one in settings.credentials.items() if one.kind == LOGIN),
        rulebook=rulebook,
        metrics={name: frozenset(one.name for one in probe.metrics) for name, probe in probes.items()},
    )


def _timing(own: ProbeSettings, probe: Probe) -> Timing:
    hardening = Hardening(own.agree, own.of) if own.agree and own.of else None
    return Timing(
        interval=_microseconds(own.interval) if own.interval else None,
        deadline=_microseconds(own.timeout or probe.timeout),
        hardening=hardening,
        params=own.params,
    )


def _microseconds(seconds: float) -> int:
    return round(seconds * SECOND)

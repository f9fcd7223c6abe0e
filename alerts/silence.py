"""What keeps new alerts from being told at a moment. Pure; moments are microseconds UTC."""

from collections.abc import Container, Iterable

from alerts.contract import Alert, Silence


def silenced(alert: Alert, silences: Iterable[Silence], now: int) -> Silence | None:
    """The first silence in force that covers the alert; None when it may be told."""
    return next((one for one in silences if in_force(one, now) and covers(one, alert)), None)


def in_force(silence: Silence, now: int) -> bool:
    """Whether it holds at that moment: within [start, end) and not ended by anybody."""
    return not silence.ended_by and silence.start <= now < silence.end


def covers(silence: Silence, alert: Alert) -> bool:
    """Whether every field that names something names something of the alert."""
    return (
        _names(silence.units, alert.units)
        and _names(silence.sites, alert.sites)
        and _names(silence.subjects, alert.subjects)
        and _names(silence.providers, alert.providers)
        and (not silence.incidents or alert.incident in silence.incidents)
    )


def _names(named: tuple[str, ...], there: Container[str]) -> bool:
    return not named or any(one in there for one in named)

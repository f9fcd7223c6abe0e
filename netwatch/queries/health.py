"""What /healthz and /readyz say: whether the daemon is ready, and what ails it. Pure."""

from collections.abc import Iterator

from netwatch.present import Present
from netwatch.queries.engines import shared_engines
from netwatch.queries.models import Health

# Less than this the store is merely between two commits, and a clock merely being slewed.
BEHIND_SECONDS = 5.0
AHEAD_SECONDS = 2.0


def health(present: Present) -> Health:
    """The daemon's health: healthy while nothing ails it; a device that is down is no fault of the daemon's."""
    faults = tuple(dict.fromkeys((*present.faults, *_own_faults(present))))
    return Health(ready=present.ready, healthy=not faults, faults=faults)


def remarks(present: Present) -> tuple[tuple[str, str], ...]:
    """(code, detail) of what somebody should look into though the daemon does not suffer from it."""
    return tuple(
        ("snmp_engine_shared", f"{engine}: {', '.join(devices)}")
        for engine, devices in shared_engines(present).items()
    )


def _own_faults(present: Present) -> Iterator[tuple[str, str]]:
    counts = present.counts
    if counts.store_behind_seconds >= BEHIND_SECONDS and not _names_the_store(present):
        yield "store_behind", ""
    for vantage in present.vantages:
        if vantage.blind_since:
            yield "vantage_blind", vantage.name
    if not counts.reload_in_force:
        yield "reload_refused", ""
    if counts.clock_ahead_seconds >= AHEAD_SECONDS:
        yield "clock_ahead", ""


def _names_the_store(present: Present) -> bool:
    return any(code.startswith("store") for code, _ in present.faults)

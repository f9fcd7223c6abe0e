"""What /healthz and /readyz say: whether the daemon is ready, and what ails it. Pure."""

from collections.abc import Iterator, Mapping

from alerts.contract import Message, MessageState
from netwatch.present import Present
from netwatch.queries.engines import shared_engines
from netwatch.queries.models import Health

# Less than this the store is merely between two commits, and a clock merely being slewed.
BEHIND_SECONDS = 5.0
AHEAD_SECONDS = 2.0
# An answer that comes late or twice now and then is nothing; a device that sends so many is ill, or a forger.
MANY_STRAYS = 1000


def health(present: Present) -> Health:
    """The daemon's health: healthy while nothing ails it; a device that is down is no fault of the daemon's."""
    faults = tuple(dict.fromkeys((*present.faults, *_own_faults(present))))
    return Health(ready=present.ready, healthy=not faults, faults=faults)


def remarks(present: Present) -> tuple[tuple[str, str], ...]:
    """(code, detail) of what somebody should look into though the daemon does not suffer from it."""
    return (*_shared(present), *_strays(present.counts.strays), *_unheard(present))


def _unheard(present: Present) -> Iterator[tuple[str, str]]:
    """What keeps people from being told."""
    names = sorted(present.channels)
    failing = [name for name in names if present.channels[name].failing_since]
    if failing:
        yield "receivers_failing", ", ".join(failing)
    if names and present.live and present.desk.live_since is None:
        yield "not_live", ", ".join(names)
    unsent = _unsent_reports(present)
    if unsent:
        yield "daily_not_sent", ", ".join(unsent)
    if present.unwatched:
        yield "heartbeat_failing", "[heartbeat]"
    if present.unsealed:
        yield "backup_no_key", str(present.unsealed)


def _unsent_reports(present: Present) -> list[str]:
    """Receivers whose newest daily report was left out, refused or given up."""
    newest: dict[str, Message] = {}
    for message in present.desk.messages:
        if message.report is not None and not message.report.test:
            newest[message.receiver] = message
    failed = (MessageState.FAILED, MessageState.DEAD)
    return sorted(name for name, message in newest.items() if message.state in failed)


def _shared(present: Present) -> Iterator[tuple[str, str]]:
    for engine, devices in shared_engines(present).items():
        yield "snmp_engine_shared", f"{engine}: {', '.join(devices)}"


def _strays(strays: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    worst = [f"{sender}: {number}" for sender, number in strays.items() if number >= MANY_STRAYS]
    if worst:
        yield "snmp_strays", ", ".join(worst)


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

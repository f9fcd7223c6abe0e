"""What is shown of surge protectors and sensors beside their verdict: the contact, strikes, and who was there. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from inventory.inputs import is_contact, last_of
from inventory.snapshot import FieldRecord, Sensor, SurgeProtector
from netwatch.check import FactKey
from netwatch.planning.contacts import EXPECTED
from netwatch.queries.looks import Latest
from netwatch.queries.told import moment
from netwatch.state import LATCHED, FactState
from netwatch.strikes import Counted

POSITION = {
    ("closed", True): "closed",
    ("closed", False): "open",
    ("open", True): "open",
    ("open", False): "closed",
}
# Of these kinds of records the newest is shown, under these names.
LAST: Mapping[str, str] = {
    "trip_test": "last_trip_test",
    "inspection": "last_inspection",
    "replacement": "last_replacement",
}


def contact_details(
    record: SurgeProtector | Sensor,
    looks: Iterable[Latest],
    facts: Sequence[FactState],
    now: int,
    zone: tzinfo,
) -> Iterator[tuple[str, str | None]]:
    """The contact's position or the value by the newest fresh look, and when the contact last failed."""
    fresh = [look for look in looks if look.fresh(now) and not look.check.instance]
    if is_contact(record):
        yield "contact_position", _position(record, fresh)
        failed = max((fact.failed for fact in facts), default=0)
        yield "contact_failed", moment(failed, zone)
        yield "latched_since", moment(failed, zone) if any(one.reason == LATCHED for one in facts) else None
        return
    unit = f" {record.unit}" if isinstance(record, Sensor) and record.unit else ""
    values = (text for look in fresh for _, name, text in look.observation.notes if name == "value")
    value = next(values, None)
    yield "value", f"{value}{unit}" if value is not None else None


def _position(record: SurgeProtector | Sensor, looks: Sequence[Latest]) -> str | None:
    for look in looks:
        for fact in look.observation.facts:
            if fact.fact == EXPECTED and fact.holds is not None:
                return POSITION[record.normal_position, fact.holds]
    return None


def record_details(records: Sequence[FieldRecord]) -> Iterator[tuple[str, str | None]]:
    """When the last trip test, inspection and replacement were and by whom, and the newest earth resistance."""
    for kind, name in LAST.items():
        last = last_of(records, kind)
        yield name, _record(last) if last else None
    earth = last_of(records, "earth")
    yield (
        "earth_resistance",
        f"{earth.reading:g} Ω ({_record(earth)})" if earth and earth.reading is not None else None,
    )


def strike_details(
    counted: Counted | None, records: Sequence[FieldRecord], zone: tzinfo
) -> Iterator[tuple[str, str | None]]:
    """What the strike counter reads, and when the last strike was: as counted, else as written down."""
    written = last_of(records, "strike")
    read = counted.count if counted else written.reading if written else None
    yield "strike_count", f"{read:g}" if read is not None else None
    if counted and counted.rise:
        yield (
            "last_strike",
            f"{moment(counted.since, zone)} – {moment(counted.until, zone)} (+{counted.rise:g})",
        )
    else:
        yield "last_strike", _record(written) if written else None


def _record(record: FieldRecord) -> str:
    return ", ".join(filter(None, (f"{record.on} {record.at or ''}".strip(), record.person)))


def keys_of(facts: Iterable[FactKey], states: Mapping[FactKey, FactState]) -> list[FactState]:
    """The states of these facts, of those that are known."""
    return [state for key in facts if (state := states.get(key)) is not None]

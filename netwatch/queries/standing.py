"""How one subject stands: its verdict, whom to call, and the details worth showing with it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from inventory.inputs import is_contact, records_by_item
from inventory.inspections import Term
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    Line,
    Sensor,
    Service,
    Site,
    SurgeProtector,
)
from netwatch.adjacency import wiring
from netwatch.present import Judged, Present
from netwatch.queries.contact_details import (
    contact_details,
    keys_of,
    record_details,
    strike_details,
)
from netwatch.queries.contacts import Directory, Judgeable
from netwatch.queries.details import equipment_details, inventory_details, measured_details
from netwatch.queries.lightning import inspection_details, terms_of
from netwatch.queries.looks import Latest, looks_behind, looks_by_subject, newest
from netwatch.queries.models import Standing
from netwatch.queries.told import (
    YES_NO,
    allowed_range,
    backup_details,
    device_details,
    endpoint_details,
    fresh_looks,
    line_details,
    service_details,
)
from netwatch.state import NOT_YET_MEASURED, SILENCE, STOPPED, VANTAGE
from netwatch.verdict import Kind, Verdict, Why

MANAGEABLE = "manageable"
# Reasons that lie with ourselves: they say nothing about the device's agent.
NOBODY_KNOWS = frozenset({NOT_YET_MEASURED, STOPPED, SILENCE, VANTAGE})
JUDGED_KINDS = ("device", "line", "conferencing_endpoint", "surge_protector", "sensor", "service")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject stands: its site, its agency and the names from the top unit down to it."""

    site: Site
    unit: str
    unit_path: tuple[str, ...]
    shared_with: tuple[str, ...] = ()


class Standings:
    """Makes standings out of one present."""

    def __init__(self, present: Present, now: int, local_time: datetime) -> None:
        self._present = present
        self._now = now
        self._records_by_item = records_by_item(present.inventory)
        self._zone = local_time.tzinfo or UTC
        self._directory = Directory(present.inventory, local_time)
        self._today = local_time.date()
        self._looks = looks_by_subject(present)
        self._wiring = {advice.device: advice.words for advice in wiring(present)}
        self._records: dict[str, Judgeable] = {
            id_: record
            for kind in ("site", *JUDGED_KINDS)
            for id_, record in present.inventory.of(kind).items()
        }

    @cached_property
    def _terms(self) -> Mapping[str, Term]:
        """The terms of the inspections of all protectors."""
        return terms_of(self._present, self._zone)

    def of(self, kind: str, record: Judgeable, place: Place) -> Standing:
        """The standing of one inventory record; one that nothing judges yet is unknown since the daemon began."""
        judged = self._judged(record.id)
        verdict, looks = judged.verdict, self._looks_behind(record.id)
        cause = self._records.get(verdict.cause)
        return Standing(
            id=record.id,
            kind=kind,
            type=_type(kind, record),
            name=record.name,
            site=place.site.id,
            site_name=place.site.name,
            unit=place.unit,
            unit_path=place.unit_path,
            verdict=str(verdict.kind),
            reason=str(verdict.reason),
            since=judged.since,
            cause=verdict.cause,
            cause_name=cause.name if cause is not None else verdict.cause,
            evidence=verdict.evidence,
            manageable=verdict.manageable,
            unmanaged=self._unmanaged(record.id) if verdict.operational else "",
            observed=newest(looks),
            contacts=self._directory.cards(record, cause),
            details=tuple((name, value) for name, value in self._details(record, place, looks) if value),
            flapping=record.id in self._present.desk.flapping,
            maintenance=self._present.desk.in_maintenance.get(record.id, ""),
        )

    def _contact(
        self, record: SurgeProtector | Sensor, looks: Iterable[Latest]
    ) -> Iterator[tuple[str, str | None]]:
        present, subject = self._present, self._present.subjects.get(record.id)
        states = keys_of(subject.facts if subject else (), present.facts)
        records = self._records_by_item.get(record.id, ())
        yield from contact_details(record, looks, states, self._now, self._zone)
        if is_contact(record) and subject is not None and subject.facts:
            yield "commissioned", YES_NO[subject.commissioned]
        yield from record_details(records)
        if isinstance(record, SurgeProtector):
            yield from strike_details(present.strikes.get(record.id), records, self._zone)
            yield from inspection_details(self._terms[record.id], self._today)

    def _specifics(self, record: Judgeable, fresh: Sequence[Latest]) -> Iterator[tuple[str, str | None]]:
        """What only this kind of thing tells."""
        own = [look for look in fresh if look.check.target == record.id]
        limits = self._present.limits.get(record.id, ())
        match record:
            case Line():
                yield from line_details(record, self._present.carried.get(record.id), self._now)
            case Device():
                yield from device_details(own, limits)
                yield from service_details(own)
            case ConferencingEndpoint():
                of_device = [look for look in fresh if look.check.target == record.device]
                yield from endpoint_details(own, of_device)
            case Service():
                yield from service_details(own)
            case Sensor():
                yield "limits", allowed_range(limits, "point_value", record.unit or "")

    def _device(self, record: Judgeable) -> Device | None:
        """The device that a record is, or on which an endpoint is."""
        if isinstance(record, ConferencingEndpoint):
            return self._present.inventory.of("device").get(record.device)
        return record if isinstance(record, Device) else None

    def _judged(self, id_: str) -> Judged:
        nothing = Verdict(Kind.UNKNOWN, Why.NOT_YET_MEASURED)
        return self._present.judged.get(id_) or Judged(nothing, self._present.started, self._present.started)

    def _unmanaged(self, id_: str) -> str:
        subject = self._present.subjects.get(id_)
        for key in subject.facts if subject else ():
            fact = self._present.facts.get(key) if key.fact == MANAGEABLE else None
            if fact is not None and fact.holds is not True and fact.reason not in NOBODY_KNOWS:
                return str(fact.reason)
        return ""

    def _looks_behind(self, id_: str) -> tuple[Latest, ...]:
        subject = self._present.subjects.get(id_)
        return looks_behind(subject, self._looks) if subject else ()

    def _details(
        self, record: Judgeable, place: Place, looks: Iterable[Latest]
    ) -> Iterator[tuple[str, str | None]]:
        own = [look for look in looks if look.check.target == record.id]
        yield from self._specifics(record, fresh_looks(looks, self._now))
        yield from measured_details(own, self._now)
        if isinstance(record, SurgeProtector | Sensor):
            yield from self._contact(record, own)
        yield from inventory_details(record, self._present.inventory)
        device = self._device(record)
        if device is not None:
            yield from equipment_details(device, looks)
            yield from backup_details(self._present.backups.get(device.id), self._zone)
        yield "found_uplink", self._wiring.get(record.id)
        power = self._directory.card(place.site.power_contact)
        yield "power_source", getattr(record, "power_source", None) or place.site.power_source
        yield "feeder", getattr(record, "feeder", None) or place.site.feeder
        yield "power_contact", f"{power.name}, {power.phone}" if power else None
        yield "shared_with", ", ".join(place.shared_with) if isinstance(record, Site) else None


def _type(kind: str, record: Judgeable) -> str:
    if isinstance(record, Device):
        return record.kind
    return record.line_class if isinstance(record, Line) else kind

"""Contacts on digital inputs and numbers of sensors: surge protectors, doors, water, temperature. Pure.

A protector that has failed stays failed until a replacement is recorded; what a trip test itself did is forgiven. See
docs/lightning-protection.md for the rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from inventory.inputs import (
    Input,
    Item,
    commissioned_by,
    input_of,
    is_contact,
    read_through,
    reader,
    records_by_item,
    trips_of,
)
from inventory.points import HttpPoint, ModbusPoint, Point, SnmpPoint, read_point
from inventory.protocols import PORTS, protocol
from inventory.snapshot import Device, FieldRecord, Inventory, Sensor, SurgeProtector
from netwatch.check import Check, Hardening
from netwatch.clock import SECOND
from netwatch.planning import inspections
from netwatch.planning.maker import Maker, Targets, facts
from netwatch.verdict import Subject, SubjectKind
from probes.inspection import NAMES

# The fact that tells a contact's position, and the instance of the check that counts strikes.
EXPECTED = "expected"
STRIKES = "strikes"
# Contacts bounce while the surge passes: one look alone is never believed.
LEAST = 2
# A trip test lasts no longer than this before it is written down.
TEST = timedelta(minutes=15)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def checks(inventory: Inventory, make: Maker) -> Iterator[Check]:
    """The contact or number of every item that is read, the strike counters, and the inspections."""
    yield from inspections.checks(inventory, make)
    records = records_by_item(inventory)
    for item in items(inventory):
        device, through = reader(inventory, item), input_of(item)
        if device is not None and through is not None:
            kind, params = asked(through.point, device, item)
            rule = _rule(item, records.get(item.id, ()), make)
            for check in make.request(
                kind, item.id, device, {**params, **_positions(item, through)}, make.settings.device
            ):
                yield replace(check, **rule)
        if device is not None and isinstance(item, SurgeProtector) and item.counter_point:
            kind, params = asked(read_point(item.counter_point), device)
            params |= {"metric": "strikes_counted"}
            yield from make.request(kind, item.id, device, params, make.settings.device, STRIKES)


def items(inventory: Inventory) -> Iterator[Item]:
    """Every surge protector and sensor."""
    yield from inventory.of("surge_protector").values()
    yield from inventory.of("sensor").values()


def asked(point: Point, device: Device, item: Item | None = None) -> tuple[str, dict[str, Any]]:
    """By which kind of probe a point is read, with its parameters."""
    match point:
        case SnmpPoint():
            plain = isinstance(item, SurgeProtector) and item.input_oid
            return ("snmp_scalar", {"oid": point.oid}) if plain else ("snmp_point", asdict(point))
        case ModbusPoint():
            speaks = protocol(device, "modbus")
            return "modbus_point", {"port": speaks.port if speaks else PORTS["modbus"], **asdict(point)}
        case HttpPoint():
            speaks = protocol(device, point.scheme)
            port = speaks.port if point.port is None and speaks else point.port
            return "http_point", {**asdict(point), "port": port}


def _positions(item: Item, through: Input) -> Mapping[str, tuple[str, ...]]:
    if not is_contact(item):
        return {}
    closed_is_well = item.normal_position == "closed"
    healthy, faulty = (through.closed, through.opened) if closed_is_well else (through.opened, through.closed)
    return {"expected": healthy, "unexpected": faulty}


def _rule(item: Item, records: Sequence[FieldRecord], make: Maker) -> dict[str, Any]:
    """How a contact's fact hardens: bounces are passed over, and a failed protector stays failed."""
    if not is_contact(item):
        return {}
    usual = make.settings.hardening
    wanted = item.debounce if isinstance(item, SurgeProtector) else None
    agree = wanted or max(LEAST, usual.agree)
    hardening = Hardening(agree, wanted or max(LEAST, usual.of))
    if isinstance(item, Sensor):
        return {"hardening": hardening}
    latch = excused(item, records, make.settings.zone)
    return {"hardening": hardening, "rules": {EXPECTED: replace(hardening, latch=latch)}}


def excused(
    protector: SurgeProtector, records: Sequence[FieldRecord], zone: tzinfo
) -> tuple[tuple[int, int], ...] | None:
    """In which spans a failure may have begun that is over when its contact is back; None: any.

    What began before the last replacement, before the contact was commissioned, or during a trip test.
    """
    by = commissioned_by(protector, records)
    if by is None:
        return None
    whole = [by, *(record for record in records if record.kind == "replacement")]
    until = max(_span(record, zone)[1] for record in whole)
    tests = [_span(record, zone, TEST) for record in trips_of(protector, records)]
    return (0, until), *(span for span in tests if span[1] > until)


def _span(record: FieldRecord, zone: tzinfo, lasting: timedelta = timedelta(0)) -> tuple[int, int]:
    """The moments a record may mean: its minute and `lasting` before it, its whole day without a time of day."""
    if record.at is None:
        start = datetime.combine(record.on, time(), zone)
        return _micro(start), _micro(datetime.combine(record.on + DAY, time(), zone))
    moment = datetime.combine(record.on, time.fromisoformat(record.at), zone)
    return _micro(moment - lasting), _micro(moment + MINUTE)


def _micro(moment: datetime) -> int:
    return round(moment.timestamp()) * SECOND


def subjects(inventory: Inventory, targets: Targets) -> Iterator[Subject]:
    """Every protector and sensor, read through its device."""
    records = records_by_item(inventory)
    for item in items(inventory):
        around = targets.get(item.id, [])
        own = [check for check in around if not check.instance]
        inspected = [check for check in around if check.instance == inspections.INSPECTION]
        told, contact = facts(own, EXPECTED), is_contact(item)
        kind = SubjectKind.SENSOR if isinstance(item, Sensor) else SubjectKind.SURGE_PROTECTOR
        yield Subject(
            item.id,
            kind,
            told,
            host=read_through(item) or None,
            type=item.kind if isinstance(item, Sensor) else "",
            limits=facts(inspected, *NAMES),
            commissioned=not contact or commissioned_by(item, records.get(item.id, ())) is not None,
        )

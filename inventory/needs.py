"""Fields that need each other: rules over single records and their nearest. Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from inventory.faults import CellFault
from inventory.locations import read_expectations, read_location
from inventory.problems import Problem, Severity
from inventory.snapshot import (
    CONTACT_SENSORS,
    FieldRecord,
    Inventory,
    Line,
    Record,
    Sensor,
    Service,
    SurgeProtector,
)

# What each kind of witness needs (see `inventory.snapshot.Line`).
WITNESS_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "echo": ("witness_address",),
        # Without witness_oid what is expected is the name of one of the device's own tests.
        "path": ("witness_device", "witness_expected"),
        "carrier": ("a_device", "a_interface", "b_device", "b_interface"),
        "none": (),
    }
)
RECORD_NEEDS: Mapping[str, str] = MappingProxyType({"trip_test": "positions", "earth": "reading"})
# What is read there is never below zero.
COUNTED = ("earth", "strike")
REGISTRATION = ("registration_oid", "registration_expected")
INPUT = ("input_device", "input_oid", "input_closed_values")
POINT_INPUT = ("input_device", "input_point", "input_closed_values")


def _is_given(record: Record, field: str) -> bool:
    return getattr(record, field) not in (None, ())


def _all_or_none(kind: str, record: Record, fields: tuple[str, ...]) -> Iterator[Problem]:
    given = [field for field in fields if _is_given(record, field)]
    if given:
        params = {"given": ", ".join(given)}
        for field in fields:
            if field not in given:
                yield Problem("needed_together", {"field": field, **params}, kind, record.id, column=field)


def coordinates(inventory: Inventory) -> Iterator[Problem]:
    """Latitude and longitude come together."""
    for site in inventory.of("site").values():
        yield from _all_or_none("site", site, ("latitude", "longitude"))


def line_witnesses(inventory: Inventory) -> Iterator[Problem]:
    """A witness has what it needs to look; a line without one will be unknown for ever."""
    for line in inventory.of("line").values():
        for field in WITNESS_NEEDS[line.witness]:
            if not _is_given(line, field):
                yield Problem(
                    "witness_needs", {"witness": line.witness, "field": field}, "line", line.id, column=field
                )
        if line.witness == "none":
            yield Problem("no_witness", {}, "line", line.id, column="witness", severity=Severity.WARNING)


def line_ends(inventory: Inventory) -> Iterator[Problem]:
    """An interface is one of a device, the two ends are two devices, and end A stands at the line's site."""
    for line in inventory.of("line").values():
        for device, interface in (("a_device", "a_interface"), ("b_device", "b_interface")):
            if _is_given(line, interface) and not _is_given(line, device):
                params = {"field": device, "given": interface}
                yield Problem("needed_together", params, "line", line.id, column=device)
        if line.a_device is not None and line.a_device == line.b_device:
            yield Problem("one_end_twice", {"device": line.a_device}, "line", line.id, column="b_device")
        yield from _site_of_end(line, inventory)


def _site_of_end(line: Line, inventory: Inventory) -> Iterator[Problem]:
    device = inventory.of("device").get(line.a_device) if line.a_device else None
    if device is not None and device.site != line.site:
        params = {"device": device.id, "site": device.site, "expected": line.site}
        yield Problem("end_elsewhere", params, "line", line.id, column="a_device", severity=Severity.WARNING)


def conferencing_needs(inventory: Inventory) -> Iterator[Problem]:
    """Where registration is read, it is known what the value should be."""
    for endpoint in inventory.of("conferencing_endpoint").values():
        yield from _all_or_none("conferencing_endpoint", endpoint, REGISTRATION)


def surge_protector_needs(inventory: Inventory) -> Iterator[Problem]:
    """Where the contact is read, it is known by which device, from where, and which values mean closed and open."""
    for protector in inventory.of("surge_protector").values():
        if _is_given(protector, "input_open_values") and not any(
            _is_given(protector, field) for field in INPUT
        ):
            params = {"field": "input_device", "given": "input_open_values"}
            yield Problem("needed_together", params, "surge_protector", protector.id, column="input_device")
        yield from _inputs(protector)
        yield from _dates(protector)
        yield from _closed_and_open("surge_protector", protector, "input_closed_values", "input_open_values")


def _dates(protector: SurgeProtector) -> Iterator[Problem]:
    installed, commissioned = protector.installed_on, protector.commissioned_on
    if installed is not None and commissioned is not None and commissioned < installed:
        params = {"installed": installed.isoformat(), "commissioned": commissioned.isoformat()}
        kind, column = "surge_protector", "commissioned_on"
        severity = Severity.WARNING
        yield Problem(
            "commissioned_before_fitted", params, kind, protector.id, column=column, severity=severity
        )


def _inputs(protector: SurgeProtector) -> Iterator[Problem]:
    if protector.input_oid and protector.input_point:
        yield Problem("two_inputs", {}, "surge_protector", protector.id, column="input_point")
    elif protector.counter_point and not protector.input_device:
        yield Problem("counter_without_device", {}, "surge_protector", protector.id, column="input_device")
    contact = (protector.input_oid, protector.input_point, *protector.input_closed_values)
    if any(contact) or not protector.counter_point:
        fields = POINT_INPUT if protector.input_point else INPUT
        yield from _all_or_none("surge_protector", protector, fields)


def _closed_and_open(kind: str, record: Record, closed: str, opened: str) -> Iterator[Problem]:
    both = set(getattr(record, closed)) & set(getattr(record, opened))
    if both:
        yield Problem("closed_and_open", {"values": ", ".join(sorted(both))}, kind, record.id, column=opened)


def sensor_needs(inventory: Inventory) -> Iterator[Problem]:
    """A sensor that is read has a device and a point, and if it is a contact the values that mean closed."""
    for sensor in inventory.of("sensor").values():
        yield from _all_or_none("sensor", sensor, ("device", "point"))
        yield from _sensor_values(sensor)
        yield from _closed_and_open("sensor", sensor, "closed_values", "open_values")


def _sensor_values(sensor: Sensor) -> Iterator[Problem]:
    params = {"kind_of_sensor": sensor.kind}
    if sensor.kind in CONTACT_SENSORS:
        if sensor.point and not sensor.closed_values:
            needs = {**params, "field": "closed_values"}
            yield Problem("sensor_needs", needs, "sensor", sensor.id, column="closed_values")
        return
    for field in ("closed_values", "open_values"):
        if _is_given(sensor, field):
            yield Problem("not_a_contact", {**params, "field": field}, "sensor", sensor.id, column=field)


def field_record_needs(inventory: Inventory) -> Iterator[Problem]:
    """A trip test says what it has shown, an earth measurement what it read; only trip tests show positions."""
    for record in inventory.of("field_record").values():
        needed = RECORD_NEEDS.get(record.kind)
        if needed is not None and not _is_given(record, needed):
            yield _record_needs(record, needed)
        if record.reading is not None and record.reading < 0 and record.kind in COUNTED:
            yield Problem("reading_negative", {}, "field_record", record.id, column="reading")
        if record.positions and record.kind != "trip_test":
            yield Problem("positions_elsewhere", {}, "field_record", record.id, column="positions")
        if record.method and record.kind != "earth":
            params = {"field": "method"}
            yield Problem("measured_elsewhere", params, "field_record", record.id, column="method")


def _record_needs(record: FieldRecord, field: str) -> Problem:
    params = {"kind_of_record": record.kind, "field": field}
    return Problem("record_needs", params, "field_record", record.id, column=field)


def service_locations(inventory: Inventory) -> Iterator[Problem]:
    """A location that nothing can look at is told, and what is expected of an answer can be compared."""
    for service in inventory.of("service").values():
        scheme = ""
        try:
            scheme = read_location(service.location).scheme if service.location else ""
        except CellFault as fault:
            yield _of_service(service, "location", fault, Severity.WARNING)
        try:
            read_expectations(service.expected, scheme)
        except CellFault as fault:
            yield _of_service(service, "expected", fault, Severity.ERROR)


def _of_service(service: Service, column: str, fault: CellFault, severity: Severity) -> Problem:
    return Problem(fault.code, fault.params, "service", service.id, column=column, severity=severity)


def unreachable_inputs(inventory: Inventory) -> Iterator[Problem]:
    """A device that is to be asked for a value has an address."""
    asked = [
        ("line", line.id, "witness_device", line.witness_device)
        for line in inventory.of("line").values()
        if line.witness == "path"
    ]
    asked += [
        ("conferencing_endpoint", endpoint.id, "device", endpoint.device)
        for endpoint in inventory.of("conferencing_endpoint").values()
        if endpoint.registration_oid
    ]
    asked += [
        ("surge_protector", protector.id, "input_device", protector.input_device)
        for protector in inventory.of("surge_protector").values()
    ]
    asked += [
        ("sensor", sensor.id, "device", sensor.device)
        for sensor in inventory.of("sensor").values()
        if sensor.point
    ]
    devices = inventory.of("device")
    for kind, id_, field, device in asked:
        if device in devices and devices[device].address is None:
            yield Problem(
                "asked_without_address",
                {"device": device},
                kind,
                id_,
                column=field,
                severity=Severity.WARNING,
            )

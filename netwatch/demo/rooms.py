"""Lightning protection and rooms of the synthetic province: contacts, sensors, and what people wrote down. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inventory.snapshot import FieldRecord, Record, Sensor, SurgeProtector
from netwatch.demo.catalogue import MODBUS_IO, MODELS, WEB_IO
from netwatch.demo.draft import Draft
from netwatch.demo.makes import ROOM_HUMIDITY, ROOM_TEMPERATURE
from netwatch.demo.places import TOP, Place

PERSON = "Tổ kỹ thuật (DỮ LIỆU MẪU)"
# What Rack UIO shows of its second and third contact.
_SECOND, _THIRD = (f"snmp:1.3.6.1.4.1.318.1.1.25.2.2.1.5.1.{number}" for number in (2, 3))
_CLOSED_OPEN = {"closed_values": ("1",), "open_values": ("2",)}
_BIT = {"closed_values": ("1",), "open_values": ("0",)}


def surge_protectors(draft: Draft) -> Iterator[Record]:
    """One at each place with a digital input, read by SNMP; a second one in main rooms, by Modbus or a web page."""
    for place in draft.fitted("IO1"):
        yield _at_mains(place, draft)
    for place in draft.fitted("IO2"):
        yield _at_room(place, draft)


def _at_mains(place: Place, draft: Draft) -> SurgeProtector:
    wired = MODELS[_model(place, "IO1")].input
    assert wired is not None
    days = draft.dice.between(f"{place.unit} installed", 0, 900)
    return SurgeProtector(
        id=f"{place.unit}-CS1",
        name=f"Chống sét nguồn {place.proper or 'trung tâm'}",
        site=place.site_id,
        position="Tủ điện tổng",
        protects="Nguồn phòng máy",
        vendor="Mẫu",
        model="Mẫu SPD T1+2",
        input_device=f"{place.unit}-IO1",
        input_oid=wired.oid,
        input_closed_values=(str(wired.closed),),
        input_open_values=(str(wired.open),),
        # Branches are wired to the contact that closes on a trip, all others to the one that opens.
        normal_position="open" if place.sort == "branch" else "closed",
        installed_on=date(2023, 1, 1) + timedelta(days=days),
        contact=f"{place.unit}-LH",
    )


# Where the contact is read, and where strikes are counted.
_POINTS: dict[str, tuple[str, str | None]] = {
    MODBUS_IO: ("modbus:1/discrete/0", "modbus:1/holding/16?type=u32"),
    WEB_IO: ("http:{port}/state.xml#digitalInput1", None),
}


def _at_room(place: Place, draft: Draft) -> SurgeProtector:
    input_point, counter_point = _POINTS[_model(place, "IO2")]
    return replace(
        _at_mains(place, draft),
        id=f"{place.unit}-CS2",
        name=f"Chống sét tín hiệu {place.proper or 'trung tâm'}",
        position="Tủ mạng",
        protects="Đường truyền đồng",
        model="Mẫu SPD D1",
        input_device=f"{place.unit}-IO2",
        input_oid=None,
        input_closed_values=_BIT["closed_values"],
        input_open_values=_BIT["open_values"],
        normal_position="closed",
        input_point=_ported(input_point, draft),
        counter_point=counter_point,
    )


def _ported(point: str, draft: Draft) -> str:
    """With the port, where the province speaks HTTP at another than the usual one."""
    other = draft.numbering.spoken("http").removeprefix("http:")
    return point.format(port="" if other == "http" else other)


def _model(place: Place, code: str) -> str:
    return next(fitting.model for fitting in place.fittings if fitting.code == code)


def sensors(draft: Draft) -> Iterator[Record]:
    """The rooms of the centre, by SNMP and Modbus, and of the areas, by the web page of their device."""
    first, second = f"{TOP}-IO1", f"{TOP}-IO2"
    yield _sensor(1, "temperature", "Nhiệt độ phòng máy", first, f"snmp:{ROOM_TEMPERATURE}", unit="°C")
    yield _sensor(2, "humidity", "Độ ẩm phòng máy", first, f"snmp:{ROOM_HUMIDITY}", unit="%")
    yield _sensor(3, "door", "Cửa phòng máy", first, _SECOND, **_CLOSED_OPEN)
    yield _sensor(4, "water", "Rò nước sàn nâng", first, _THIRD, **_CLOSED_OPEN)
    yield _sensor(5, "smoke", "Khói phòng máy", second, "modbus:1/discrete/1", **_BIT)
    point = "modbus:1/input/0?type=i16&scale=0.1"
    yield _sensor(6, "temperature", "Nhiệt độ tủ mạng", second, point, unit="°C")
    for place in draft.fitted("IO2"):
        if place.unit != TOP:
            name, device = f"Nhiệt độ phòng máy {place.proper}", f"{place.unit}-IO2"
            point = _ported("http:{port}/state.xml#sensor1?scale=0.1", draft)
            sensor = _sensor(1, "temperature", name, device, point, unit="°C")
            yield replace(sensor, id=f"{place.unit}-CB1", site=place.site_id, contact=f"{place.unit}-LH")


def _sensor(number: int, kind: str, name: str, device: str, point: str, **more: Any) -> Sensor:  # noqa: ANN401
    return Sensor(
        id=f"{TOP}-CB{number}",
        name=name,
        site=f"{TOP}-TS",
        kind=kind,
        device=device,
        point=point,
        contact=f"{TOP}-LH",
        **more,
    )


def field_records(draft: Draft) -> Iterator[Record]:
    """Every contact was tried when it was fitted, but the last one: somebody has still to do that.

    At main rooms the protector was inspected as well and the earth measured.
    """
    protectors = [item for item in surge_protectors(draft) if isinstance(item, SurgeProtector)]
    # That of the last commune, so that stories find others.
    untried = [item for item in protectors if item.id.endswith("-CS1")][-1]
    for item in protectors:
        if item != untried:
            yield _tried(item.id, item.installed_on)
        if item.id.endswith("-CS2"):
            yield _record(item.id, "inspection", item.installed_on, note="Đèn báo xanh, siết lại đầu cốt")
    yield _record(f"{TOP}-CS1", "earth", protectors[0].installed_on, reading=2.8, note="Điện trở nối đất")
    yield _record(f"{TOP}-CS1", "strike", protectors[0].installed_on, reading=3.0)
    for sensor in sensors(draft):
        if isinstance(sensor, Sensor) and sensor.closed_values:
            yield _tried(sensor.id, protectors[0].installed_on)


def _tried(item: str, on: date | None) -> FieldRecord:
    return _record(item, "trip_test", on, positions=("closed", "open"))


def _record(item: str, kind: str, on: date | None, **more: Any) -> FieldRecord:  # noqa: ANN401
    assert on is not None
    return FieldRecord(id=f"{item}/{kind}", item=item, kind=kind, on=on, at="10:00", person=PERSON, **more)

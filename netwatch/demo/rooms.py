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
    installed = draft.today - timedelta(days=_age(place, draft))
    return SurgeProtector(
        id=f"{place.unit}-CS1",
        name=f"Chống sét nguồn {place.proper or 'trung tâm'}",
        site=place.site_id,
        position="Tủ điện tổng",
        panel="Tủ MSB",
        protection_kind="power_ac",
        protects="Nguồn phòng máy",
        protected=_fitted(place, "R1", "SW1"),
        vendor="Mẫu",
        model="Mẫu SPD T1+2",
        serial=f"MAUCS{place.site:04d}1",
        part_number="MAU-T12-4P",
        **_POWER,
        backup_fuse="gG 125 A",
        input_device=f"{place.unit}-IO1",
        input_oid=wired.oid,
        input_closed_values=(str(wired.closed),),
        input_open_values=(str(wired.open),),
        # Branches are wired to the contact that closes on a trip, all others to the one that opens.
        normal_position="open" if place.sort == "branch" else "closed",
        installed_on=installed,
        commissioned_on=installed + timedelta(days=3),
        design_life=10,
        lightning_level="III",
        earth_electrode=f"Bãi tiếp địa {place.unit}",
        contact=f"{place.unit}-LH",
    )


# Ratings as catalogues have them: Uc in volt, Up in kilovolt, In, Imax and Iimp in kiloampere.
_POWER: dict[str, Any] = {
    "spd_type": "T1+2",
    "poles": "3P+N",
    "continuous_voltage": 275.0,
    "protection_level": 1.5,
    "nominal_current": 20.0,
    "maximum_current": 50.0,
    "impulse_current": 12.5,
}
_SIGNAL: dict[str, Any] = {
    "spd_type": "D1",
    "poles": None,
    "continuous_voltage": 60.0,
    "protection_level": 0.6,
    "nominal_current": 5.0,
    "maximum_current": 10.0,
    "impulse_current": 2.5,
}
# The last commune's was put in lately, and nobody has tried it yet.
_NEW, _LEAST_AGE, _MOST_AGE = 25, 450, 1300


def _age(place: Place, draft: Draft) -> int:
    """Days since a place's surge protectors were put in."""
    *_, last = draft.fitted("IO1")
    return _NEW if place == last else draft.dice.between(f"{place.unit} installed", _LEAST_AGE, _MOST_AGE)


def _fitted(place: Place, *codes: str) -> tuple[str, ...]:
    return tuple(
        f"{place.unit}-{code}" for code in codes if any(each.code == code for each in place.fittings)
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
        panel=None,
        protection_kind="ethernet",
        protects="Đường truyền đồng",
        protected=_fitted(place, "R1"),
        model="Mẫu SPD D1",
        serial=f"MAUCS{place.site:04d}2",
        part_number="MAU-D1-RJ45",
        **_SIGNAL,
        backup_fuse=None,
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

    All others were inspected since, one of them nearly a year ago, one longer. Earths were measured, one of which is
    too bad; one counter was read by eye, and had counted on after the inspection.
    """
    protectors = [item for item in surge_protectors(draft) if isinstance(item, SurgeProtector)]
    # That of the last commune, so that stories find others.
    untried = [item for item in protectors if item.id.endswith("-CS1")][-1]
    life = _Life(draft)
    for item in protectors:
        if item != untried:
            yield _tried(item.id, item.installed_on)
            yield from life.of(item)
    for sensor in sensors(draft):
        if isinstance(sensor, Sensor) and sensor.closed_values:
            yield _tried(sensor.id, protectors[0].installed_on)


# Days since an inspection: of most, of the one that is due soon, of the one that is overdue.
_INSPECTED, _NEARLY, _OVERDUE = (30, 300), 350, 430
# Ohm: what was measured of most, and of the one electrode that is too bad.
_EARTHS, _BAD_EARTH = (2, 8), 14.2


class _Life:
    """What was written down of surge protectors, by where they are."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        sorts = {(place.sort, place.number): f"{place.unit}-CS1" for place in draft.fitted("IO1")}
        self._late = {sorts["area", 0]: _NEARLY, sorts["area", 1]: _OVERDUE}
        self._earths = {sorts["branch", 0]: _BAD_EARTH}
        self._struck = sorts["centre", 0]

    def of(self, item: SurgeProtector) -> Iterator[FieldRecord]:
        """An inspection with its measurement of the earth, and strikes."""
        dice, today = self._draft.dice, self._draft.today
        days = self._late.get(item.id) or dice.between(f"{item.id} inspected", *_INSPECTED)
        on = today - timedelta(days=days)
        note = "Đèn báo xanh, siết lại đầu cốt"
        yield _record(item.id, "inspection", on, result="pass", indicator="green", note=note)
        ohms = self._earths.get(item.id) or float(dice.between(f"{item.id} earth", *_EARTHS))
        told = {"method": "three_pole", "instrument": "Máy đo điện trở đất (mẫu)", "note": "Điện trở nối đất"}
        yield _record(item.id, "earth", on, reading=ohms, **told)
        if item.id == self._struck:
            # The first reading begins the count; the next one is of later than the inspection.
            yield _record(item.id, "strike", item.installed_on, reading=3.0)
            yield replace(
                _record(item.id, "strike", on + timedelta(days=days // 2), reading=5.0),
                id=f"{item.id}/strike-2",
            )


def _tried(item: str, on: date | None) -> FieldRecord:
    return _record(item, "trip_test", on, positions=("closed", "open"))


def _record(item: str, kind: str, on: date | None, **more: Any) -> FieldRecord:  # noqa: ANN401
    assert on is not None
    return FieldRecord(id=f"{item}/{kind}", item=item, kind=kind, on=on, at="10:00", person=PERSON, **more)

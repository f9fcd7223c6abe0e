"""From surge protectors, sensors and field records to what is looked at, and how it hardens."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.inputs import commissioned_by, input_of, trips_of
from inventory.snapshot import Device, FieldRecord, Sensor, Site, SurgeProtector, gather, kind_of
from netwatch.check import Check, Hardening
from netwatch.clock import SECOND
from netwatch.limits.reading import read_rules
from netwatch.plan import Plan, plan
from netwatch.planning.contacts import excused
from netwatch.planning.inspections import INSPECTION
from netwatch.planning.maker import PlanSettings
from netwatch.verdict import SubjectKind

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PACE = 60 * SECOND
SPD: dict[str, Any] = {
    "id": "spd", "name": "SPD", "site": "s", "input_device": "io", "input_closed_values": ("1",),
    "input_open_values": ("0",),
}  # fmt: skip


def made(*records: object, agree: int = 3) -> Plan:
    basis = [
        Site(id="s", name="Xã", organisation_units=("u",)),
        Device(
            id="io", name="IO", site="s", kind="io_device", address="10.0.0.5", protocols=("modbus:1502",)
        ),
    ]
    found = gather(((kind_of(one), one) for one in (*basis, *records)), None)  # type: ignore[arg-type]
    shape = PlanSettings(
        PACE,
        PACE,
        PACE,
        PACE,
        PACE,
        recheck=SECOND,
        anchor_interval=SECOND,
        hardening=Hardening(agree, agree),
        zone=ZONE,
    )
    return plan(found, shape, 1)


def written(kind: str, day: int, at: str | None = "10:00", **values: Any) -> FieldRecord:  # noqa: ANN401
    return FieldRecord(id=f"r{kind}{day}", item="spd", kind=kind, on=date(2026, 5, day), at=at, **values)


TRIED = written("trip_test", 1, positions=("closed", "open"))


def of(plan_: Plan, target: str) -> list[Check]:
    """What a target is read by; its inspection is another matter."""
    found = (check for check in plan_.checks.values() if check.target == target)
    return [check for check in found if check.instance != INSPECTION]


@pytest.mark.parametrize(
    ("values", "kind", "params"),
    [
        ({"input_oid": "1.3.6"}, "snmp_scalar", {"oid": "1.3.6"}),
        ({"input_point": "snmp:1.3.6"}, "snmp_point", {"oid": "1.3.6", "scale": 1.0}),
        (
            {"input_point": "modbus:2/discrete/7"},
            "modbus_point",
            {"port": 1502, "unit": 2, "function": "discrete", "address": 7},
        ),
        (
            {"input_point": "http:/state.xml#digitalInput1"},
            "http_point",
            {"scheme": "http", "port": None, "path": "/state.xml", "name": "digitalInput1"},
        ),
    ],
)
def test_a_contact_is_read_by_whatever_its_input_is(
    values: dict[str, Any], kind: str, params: dict[str, Any]
) -> None:
    """With the values of both positions, whichever is the normal one."""
    (check,) = of(made(SurgeProtector(**SPD, **values, normal_position="open"), TRIED), "spd")
    assert check.kind == kind
    assert params.items() <= check.params.items()
    assert (check.params["expected"], check.params["unexpected"]) == (("0",), ("1",))


@pytest.mark.parametrize(("debounce", "agree", "wanted"), [(None, 3, 3), (None, 1, 2), (5, 3, 5), (2, 3, 2)])
def test_a_position_is_believed_after_two_looks_at_least(
    debounce: int | None, agree: int, wanted: int
) -> None:
    """However few the settings ask for."""
    (check,) = of(made(SurgeProtector(**SPD, input_oid="1.3", debounce=debounce), TRIED, agree=agree), "spd")
    assert (check.hardening.agree, check.hardening.of) == (wanted, wanted)
    assert check.rule("expected").agree == wanted


def test_strikes_are_counted_by_a_check_of_their_own() -> None:
    """Beside the contact, by another name of the number."""
    contact, strikes = sorted(
        of(
            made(SurgeProtector(**SPD, input_oid="1.3", counter_point="modbus:1/input/16?type=u32"), TRIED),
            "spd",
        ),
        key=lambda check: check.instance,
    )
    assert (contact.instance, strikes.instance) == ("", "strikes")
    assert strikes.params["metric"] == "strikes_counted"


def test_a_contact_nobody_tried_is_not_commissioned_and_latches_nothing() -> None:
    """One position is not both; several tests together may be."""
    protector = SurgeProtector(**SPD, input_oid="1.3")
    closed, opened = (
        written("trip_test", day, positions=(way,)) for day, way in ((1, "closed"), (2, "open"))
    )
    assert not made(protector).topology.subjects["spd"].commissioned
    assert not made(protector, closed).topology.subjects["spd"].commissioned
    assert made(protector, closed, opened).topology.subjects["spd"].commissioned
    (check,) = of(made(protector, closed), "spd")
    assert check.rule("expected").latch is None


def test_another_input_needs_another_test() -> None:
    """A test that names its input counts for that one only; one that names none for whatever there is."""
    protector = SurgeProtector(**SPD, input_point="modbus:1/discrete/0")
    through = input_of(protector)
    assert through is not None
    tried = written("trip_test", 1, positions=("closed", "open"), input=through.text)
    assert through.text == "io modbus:1/discrete/0"
    assert commissioned_by(protector, [tried]) is tried
    moved = SurgeProtector(**SPD, input_point="modbus:1/discrete/1")
    assert trips_of(moved, [tried]) == ()
    assert commissioned_by(moved, [TRIED]) is TRIED


def test_a_replacement_excuses_what_began_before_it_and_a_test_what_it_did_itself() -> None:
    """The minute of the replacement included; the quarter of an hour before a later trip test."""
    protector = SurgeProtector(**SPD, input_oid="1.3")
    replaced = written("replacement", 3, "08:30")
    again = written("trip_test", 9, "10:00", positions=("open", "closed"))
    spans = excused(protector, [TRIED, replaced, again], ZONE)
    assert spans is not None
    minute = 60 * SECOND
    third = round(1777771800 * SECOND)  # 2026-05-03 08:30 in Viet Nam
    assert spans[0] == (0, third + minute)
    ninth = third + 6 * 24 * 60 * minute + 90 * minute
    assert spans[1:] == ((ninth - 15 * minute, ninth + minute),)
    assert excused(protector, [replaced], ZONE) is None


def test_a_record_without_a_time_of_day_means_the_whole_day() -> None:
    """Until midnight there."""
    protector = SurgeProtector(**SPD, input_oid="1.3")
    replaced = written("replacement", 3, None)
    spans = excused(protector, [TRIED, replaced], ZONE)
    assert spans == ((0, round(1777827600 * SECOND)),)


def test_sensors_are_read_as_contacts_or_as_numbers() -> None:
    """Only contacts have positions and have to be tried; none latches."""
    door = Sensor(
        id="d", name="Cửa", site="s", kind="door", device="io", point="modbus:1/coil/1", closed_values=("1",)
    )
    warmth = Sensor(
        id="t", name="°C", site="s", kind="temperature", device="io", point="snmp:1.3.6?scale=0.1"
    )
    found = made(door, warmth)
    (of_door,), (of_warmth,) = of(found, "d"), of(found, "t")
    assert of_door.params["expected"] == ("1",)
    assert (of_warmth.kind, of_warmth.params["scale"], "expected" in of_warmth.params) == (
        "snmp_point",
        0.1,
        False,
    )
    subjects = found.topology.subjects
    assert [(subjects[id_].kind, subjects[id_].commissioned, subjects[id_].host) for id_ in ("d", "t")] == [
        (SubjectKind.SENSOR, False, "io"), (SubjectKind.SENSOR, True, "io"),
    ]  # fmt: skip
    assert of_door.rule("expected").latch is None


def test_the_limits_of_the_room_hold_for_its_sensors() -> None:
    """By what the sensor is: a door has none, humidity those for humidity."""
    records = [
        Site(id="s", name="Xã", organisation_units=("u",)),
        Device(id="io", name="IO", site="s", kind="io_device", address="10.0.0.5"),
        *(
            Sensor(id=kind, name=kind, site="s", kind=kind, device="io", point=f"modbus:1/input/{place}")
            for place, kind in enumerate(("temperature", "humidity", "number"))
        ),
    ]
    found = gather(((kind_of(one), one) for one in records), None)  # type: ignore[arg-type]
    shape = PlanSettings(
        *(PACE, PACE, PACE, PACE, PACE, SECOND, SECOND),
        rulebook=replace(read_rules(), rooms={"s": "machine_room"}),
        metrics={"modbus_point": frozenset({"point_value"})},
    )
    looked_at = plan(found, shape, 1)
    limits = {
        looked_at.checks[id_].target: {one.limit.id for one in several}
        for id_, several in looked_at.limits.items()
    }
    assert limits == {
        "temperature": {"sensor-temperature-high-machine-room", "sensor-temperature-low-machine-room"},
        "humidity": {"sensor-humidity-high-machine-room", "sensor-humidity-low-machine-room"},
    }


@pytest.mark.parametrize(
    ("point", "scheme", "port"),
    [
        ("http:/state.xml#in1", "http", 8080),
        ("http:81/state.xml#in1", "http", 81),
        ("https:/state.xml#in1", "https", None),
    ],
)
def test_a_page_is_asked_at_the_port_its_device_names(point: str, scheme: str, port: int | None) -> None:
    """As a Modbus device is; a point with a port of its own keeps it, one of the other scheme has the usual one."""
    device = Device(
        id="web", name="Web", site="s", kind="io_device", address="10.0.0.6", protocols=("http:8080",)
    )
    spd = SurgeProtector(**{**SPD, "input_device": "web"}, input_point=point)
    [check] = of(made(device, spd), "spd")
    assert (check.kind, check.params["scheme"], check.params["port"]) == ("http_point", scheme, port)

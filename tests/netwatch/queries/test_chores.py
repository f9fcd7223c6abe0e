"""What stands on the to-do list of devices' parts."""

from dataclasses import replace
from datetime import datetime

from netwatch.check import FactKey, FactSeen, Observation, check_id
from netwatch.present import Present
from netwatch.queries.incidents import todo
from netwatch.queries.status import standings, status_tree
from netwatch.state import FactState
from netwatch.verdict import Kind, Subject, SubjectKind


def with_parts(present: Present, *, ever: bool) -> Present:
    """The province in which a power supply of the core has no power."""
    id_ = check_id("core", "snmp_equipment")
    fact = FactSeen("", "power_supply_ok", False, "not_as_expected", "PSU 2: off")
    notes = (("", "serial", "FOC0001"), ("", "version", "17.9.4"), ("Gi0%2F1", "neighbour", "x | y | z"))
    seen = Observation("local", 1, 1, id_, present.at, 0, (fact,), notes=notes)
    key = FactKey(id_, "", "power_supply_ok")
    state = FactState(key, holds=False, ever=ever)
    return replace(present, latest={**present.latest, id_: seen}, facts={**present.facts, key: state})


def test_a_part_that_never_was_well_is_to_be_looked_after(told: Present) -> None:
    """With its name; one that failed while it was watched is told by a verdict."""
    assert ("part_never_well", (("core", "Bộ định tuyến lõi (PSU 2: off)"),)) in [
        (one.reason, one.things) for one in todo(with_parts(told, ever=False))
    ]
    assert "part_never_well" not in [one.reason for one in todo(with_parts(told, ever=True))]


def test_an_endpoint_that_never_was_registered_is_to_be_looked_after(told: Present) -> None:
    """Though it takes calls; one that lost its registration is told by a verdict."""
    id_ = check_id("vc", "sip_options", "sip")
    key = FactKey(id_, "", "available")
    fact = FactSeen("", "available", False, "not_as_expected", "480 (not registered)")
    seen = Observation("local", 1, 1, id_, told.at, 0, (fact,))
    subject = Subject("vc", SubjectKind.ENDPOINT, (key,), host="core")
    core = told.judged["core"]
    judged = {**told.judged, "vc": replace(core, verdict=replace(core.verdict, kind=Kind.UP))}
    for ever, listed in ((False, True), (True, False)):
        state = FactState(key, holds=False, ever=ever)
        present = replace(
            told,
            subjects={**told.subjects, "vc": subject},
            judged=judged,
            latest={**told.latest, id_: seen},
            facts={**told.facts, key: state},
        )
        found = [thing for one in todo(present) if one.reason == "part_never_well" for thing in one.things]
        assert [words for one, words in found if one == "vc"] == ["vc (480 (not registered))"] * listed


def test_the_page_shows_what_the_device_tells_of_itself(
    told: Present, local_time: datetime, now: int
) -> None:
    """Its version, and a serial number other than the one declared; what was not declared is filled in."""
    present = with_parts(told, ever=True)
    devices = present.inventory.of("device")
    for serial, expected in (
        ("FDO1", {"version": "17.9.4", "serial": "FDO1", "found_serial": "FOC0001"}),
        (None, {"version": "17.9.4", "serial": "FOC0001"}),
    ):
        core = replace(devices["core"], serial=serial)
        records = {**present.inventory.records, "device": {**devices, "core": core}}
        changed = replace(present, inventory=replace(present.inventory, records=records))
        [line] = [one for one in standings(status_tree(changed, now, local_time)) if one.id == "core"]
        shown = {name: value for name, value in line.details if name in ("version", "serial", "found_serial")}
        assert shown == expected


def test_a_certificate_that_had_expired_already_is_to_be_looked_after(told: Present) -> None:
    """The service is up, and so is the camera without picture: nobody is called, and yet somebody should know."""
    core = told.judged["core"]
    for kind, name, evidence in (
        ("http_get", "certificate_valid", "certificate has expired"),
        ("rtsp_options", "usable", "TCP 554"),
    ):
        id_ = check_id("x", kind)
        key = FactKey(id_, "", name)
        fact = FactSeen("", name, False, "not_as_expected", evidence)
        present = replace(
            told,
            subjects={**told.subjects, "x": Subject("x", SubjectKind.SERVICE, (key,))},
            judged={**told.judged, "x": replace(core, verdict=replace(core.verdict, kind=Kind.UP))},
            latest={**told.latest, id_: Observation("local", 1, 1, id_, told.at, 0, (fact,))},
            facts={**told.facts, key: FactState(key, holds=False, ever=False)},
        )
        found = [thing for one in todo(present) if one.reason == "part_never_well" for thing in one.things]
        assert [words for one, words in found if one == "x"] == [f"x ({evidence})"]

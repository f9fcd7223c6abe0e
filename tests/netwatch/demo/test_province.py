"""The generator of the synthetic province."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.rules import check
from inventory.snapshot import DEVICE_KINDS, KINDS, Inventory, gather, kind_of
from netwatch.demo.addresses import Numbering
from netwatch.demo.catalogue import MODELS
from netwatch.demo.province import province, tally

AGENCIES = st.integers(40, 300)
SEEDS = st.integers(0, 2**32)
NAMED = ("administrative_unit", "organisation_unit", "contact")


@pytest.fixture(scope="module")
def usual() -> Inventory:
    return province(40, 68)


@settings(max_examples=8, deadline=None)
@given(agencies=AGENCIES, seed=SEEDS)
def test_every_province_keeps_the_rules_of_an_inventory_without_even_a_warning(
    agencies: int, seed: int
) -> None:
    assert check(province(agencies, seed)) == ()


@settings(max_examples=5, deadline=None)
@given(agencies=AGENCIES, seed=SEEDS)
def test_the_same_agencies_and_seed_give_the_same_province(agencies: int, seed: int) -> None:
    assert province(agencies, seed) == province(agencies, seed)


@settings(max_examples=5, deadline=None)
@given(agencies=AGENCIES, seed=SEEDS)
def test_there_are_as_many_agencies_as_asked_for(agencies: int, seed: int) -> None:
    assert tally(province(agencies, seed))["organisation_unit"] == agencies


def test_another_seed_gives_another_province() -> None:
    assert province(40, 1) != province(40, 2)


def test_the_usual_province_has_forty_agencies_and_about_250_devices(usual: Inventory) -> None:
    assert tally(usual)["organisation_unit"] >= 40
    assert 240 <= tally(usual)["device"] <= 270


def test_the_agencies_stand_on_three_levels(usual: Inventory) -> None:
    units = usual.of("organisation_unit")

    def depth(unit: str) -> int:
        parent = units[unit].parent
        return 1 + depth(parent) if parent else 1

    assert {depth(unit) for unit in units} == {1, 2, 3}


def test_every_kind_of_device_line_and_witness_occurs(usual: Inventory) -> None:
    lines = usual.of("line").values()
    assert {device.kind for device in usual.of("device").values()} == set(DEVICE_KINDS) - {"other"}
    assert {line.witness for line in lines} == {"echo", "path", "carrier"}
    assert {line.line_class for line in lines} == {
        "tslcd_backbone", "tslcd_access_1", "tslcd_access_2", "leased_line", "fibre_internet", "mobile_backup",
    }  # fmt: skip
    assert {line.role for line in lines} == {"main", "backup"}


def test_surge_protectors_of_opposite_polarity_and_position_occur(usual: Inventory) -> None:
    protectors = usual.of("surge_protector").values()
    assert {(item.input_closed_values, item.input_open_values) for item in protectors} == {
        (("1",), ("2",)),
        (("0",), ("1",)),
        (("1",), ("0",)),
    }
    assert {item.normal_position for item in protectors} == {"closed", "open"}


def test_contacts_are_read_by_snmp_modbus_and_http_and_one_counts_strikes(usual: Inventory) -> None:
    """Every way of reading a point occurs, for surge protectors and for sensors of rooms."""
    protectors, sensors = usual.of("surge_protector").values(), usual.of("sensor").values()
    ways = {(item.input_point or "snmp:").partition(":")[0] for item in protectors}
    assert ways == {(item.point or "").partition(":")[0] for item in sensors} == {"snmp", "modbus", "http"}
    assert sum(item.counter_point is not None for item in protectors) == 1
    assert {item.kind for item in sensors} == {"temperature", "humidity", "door", "water", "smoke"}


def test_every_contact_but_one_was_tried(usual: Inventory) -> None:
    """Trip tests are recorded for all contacts of protectors and rooms but that of one protector."""
    records = usual.of("field_record").values()
    tried = {record.item for record in records if record.kind == "trip_test"}
    contacts = {item.id for item in usual.of("surge_protector").values()}
    contacts |= {item.id for item in usual.of("sensor").values() if item.closed_values}
    assert len(contacts - tried) == 1
    assert tried <= contacts
    assert {record.kind for record in records} == {"trip_test", "inspection", "earth", "strike"}


def test_endpoints_cameras_and_services_of_different_kinds_occur(usual: Inventory) -> None:
    """Every way of asking an endpoint or a service is in the province."""
    spoken = {text.partition("/")[0] for device in usual.of("device").values() for text in device.protocols}
    assert spoken == {"xapi", "yealink", "sip", "h323", "rtsp", "modbus", "http"}
    schemes = {(item.location or "").partition(":")[0] for item in usual.of("service").values()}
    assert schemes == {"https", "http", "smtp", "dns", "ssh"}
    makes = {
        device.vendor for device in usual.of("device").values() if device.kind == "conferencing_endpoint"
    }
    assert makes == {"Poly", "Cisco", "Yealink"}
    assert {device.vendor for device in usual.of("device").values() if device.kind == "ups"} == {"APC", "Mẫu"}


def test_no_device_has_more_than_eight_ports() -> None:
    assert max(model.ports for model in MODELS.values()) == 8


def test_there_is_no_district_and_communes_hang_from_the_province(usual: Inventory) -> None:
    units = usual.of("administrative_unit").values()
    assert {unit.kind for unit in units} <= {"province", "commune", "ward"}
    assert {unit.parent for unit in units} == {None, "68"}
    assert {unit.valid_from for unit in units} == {date(2025, 7, 1)}


def test_only_the_top_unit_bears_a_real_name(usual: Inventory) -> None:
    named = [(record.id, record.name) for kind in NAMED for record in usual.of(kind).values()]
    assert {id_ for id_, name in named if "Mẫu" not in name} == {"68", "LD"}


def test_invented_communes_bear_codes_that_no_real_one_has(usual: Inventory) -> None:
    codes = [unit.id for unit in usual.of("administrative_unit").values() if unit.parent]
    assert all(re.fullmatch(r"9\d{4}", code) for code in codes)


def test_names_of_communes_do_not_repeat_however_many_there_are() -> None:
    names = [unit.name for unit in province(1000, 3).of("organisation_unit").values()]
    assert len(names) == len(set(names))


def test_phone_numbers_begin_as_none_can(usual: Inventory) -> None:
    assert all(contact.phone.startswith("0000 ") for contact in usual.of("contact").values())


def test_addresses_are_unique_over_devices_and_lines() -> None:
    large = province(1000, 5)
    addresses = [device.address for device in large.of("device").values()]
    addresses += [line.witness_address for line in large.of("line").values() if line.witness_address]
    assert len(addresses) == len(set(addresses))


def test_without_a_namespace_all_addresses_are_loopback_ones_on_the_port_given() -> None:
    simulated = province(40, 68, Numbering(127, 40161))
    devices = simulated.of("device").values()
    assert all((device.address or "").startswith("127.") for device in devices)
    assert {device.snmp_port for device in devices} == {40161}


def test_one_more_agency_leaves_the_names_of_the_others_as_they_were() -> None:
    before, after = (province(agencies, 9).of("administrative_unit") for agencies in (42, 43))
    assert before.items() <= after.items()


def test_a_province_is_gathered_as_every_inventory_is(usual: Inventory) -> None:
    every = (record for kind in KINDS for record in usual.every(kind))
    again = gather(((kind_of(record), record) for record in every), on=usual.on)
    assert again == usual


@pytest.mark.parametrize("agencies", [11, 5001])
def test_too_few_or_too_many_agencies_are_refused(agencies: int) -> None:
    with pytest.raises(ValueError, match="from 12 to 5000"):
        province(agencies, 1)

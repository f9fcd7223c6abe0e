"""The agents' answers, read back by the daemon's own decoder, and what they make of damaged requests."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.demo.agent import MOST_BYTES, decode_request, respond
from netwatch.demo.catalogue import IP_SLA_SENSE, SIP_REGISTRATION
from netwatch.demo.glance import Glance
from netwatch.demo.makes import objects_of
from netwatch.demo.meters import DAY, Flow, Meters, carried
from netwatch.demo.objects import EXTENDED, INTERFACES, SYSTEM
from netwatch.demo.province import province
from netwatch.demo.world import WHOLE, World, reality, region
from probes.transports.snmp.ber import (
    GET,
    GET_BULK,
    GET_NEXT,
    BerError,
    Response,
    decode_response,
    dotted,
    encode_oid,
    request_v2c,
)
from probes.transports.snmp.contract import END_OF_MIB_VIEW, NO_SUCH_INSTANCE

LAID = region(province(40, 68))
NOON = 1_800_000_000.0
NUMBER = b"\x00\x00\x12\x34"


def glance(device: str, world: World = WHOLE, now: float = NOON, meters: Meters | None = None) -> Glance:
    return Glance(LAID.devices[device], reality(LAID, world), meters or Meters(), NOON - 3600, now)


def ask(at: Glance, *oids: str, pdu: int = GET, first: int = 0, second: int = 0) -> Response:
    before, behind = request_v2c(b"secret", pdu, [encode_oid(oid) for oid in oids], first, second)
    answer = decode_response(respond(decode_request(before + NUMBER + behind), at))
    assert answer.request_id == 0x1234
    assert answer.error_status == 0
    return answer


def value(at: Glance, oid: str) -> int | bytes:
    return ask(at, oid).bindings[0][2]


def test_the_system_group_tells_who_the_device_is() -> None:
    at = glance("LD-R1")
    assert value(at, f"{SYSTEM}.5.0") == b"LD-R1"
    assert value(at, f"{SYSTEM}.3.0") == 360_000
    assert b"synthetic" in bytes(value(at, f"{SYSTEM}.1.0"))


def test_a_walk_by_getnext_meets_every_object_once_in_ascending_order() -> None:
    at, oid, met = glance("LD-X001-R1"), "1.3", []
    while True:
        found, tag, _ = ask(at, oid, pdu=GET_NEXT).bindings[0]
        if tag == END_OF_MIB_VIEW:
            break
        oid = dotted(found)
        met.append(tuple(map(int, oid.split("."))))
    assert met == sorted(set(met))
    assert len(met) == 7 + 1 + 4 * 25 + 9


def test_getbulk_gives_the_same_as_getnext_step_by_step() -> None:
    at = glance("LD-X001-R1")
    bulk = ask(at, f"{INTERFACES}.2.1.2", pdu=GET_BULK, second=4).bindings
    oid, single = f"{INTERFACES}.2.1.2", []
    for _ in range(4):
        single.append(ask(at, oid, pdu=GET_NEXT).bindings[0])
        oid = dotted(single[-1][0])
    assert bulk == single


def test_getbulk_honours_non_repeaters() -> None:
    bindings = ask(
        glance("LD-R1"),
        f"{SYSTEM}.3",
        f"{INTERFACES}.2.1.1",
        f"{EXTENDED}.1",
        pdu=GET_BULK,
        first=1,
        second=2,
    ).bindings
    assert [dotted(oid) for oid, _, _ in bindings] == [
        f"{SYSTEM}.3.0",
        f"{INTERFACES}.2.1.1.1",
        f"{EXTENDED}.1.1",
        f"{INTERFACES}.2.1.1.2",
        f"{EXTENDED}.1.2",
    ]


def test_an_answer_never_outgrows_one_frame() -> None:
    before, behind = request_v2c(b"secret", GET_BULK, [encode_oid("1.3")] * 10, 0, 100)
    assert len(respond(decode_request(before + NUMBER + behind), glance("LD-R1"))) <= MOST_BYTES + 100


def test_what_is_not_offered_is_said_to_be_absent() -> None:
    assert ask(glance("LD-R1"), "1.3.6.1.2.1.33.1.2.1.0").bindings[0][1] == NO_SUCH_INSTANCE


def test_a_ups_tells_of_its_battery() -> None:
    assert value(glance("LD-UPS1"), "1.3.6.1.2.1.33.1.2.1.0") == 2


def test_a_ups_without_mains_runs_on_battery_and_its_runtime_shrinks() -> None:
    """By UPS-MIB, and by the maker's own MIB where that is all there is."""
    source, runtime = "1.3.6.1.2.1.33.1.4.1.0", "1.3.6.1.2.1.33.1.2.3.0"
    at = glance("LD-UPS1")
    assert (value(at, source), value(at, runtime)) == (3, 90)
    lost = replace(glance("LD-UPS1", World(on_battery=frozenset({"LD-UPS1"}))), mains_lost=NOON - 100)
    assert (value(lost, source), value(lost, runtime)) == (5, 60)
    apc = glance("LD-UPS2", World(on_battery=frozenset({"LD-UPS2"})))
    assert value(apc, "1.3.6.1.4.1.318.1.1.1.4.1.1.0") == 3
    assert value(glance("LD-UPS2"), "1.3.6.1.4.1.318.1.1.1.4.1.1.0") == 2


@pytest.mark.parametrize("device", ["LD-FW1", "LD-UPS2", "LD-X001-VC1"])
def test_what_a_device_of_a_known_make_says_of_itself_is_what_the_inventory_has(device: str) -> None:
    """Otherwise netwatch would say that another device stands there."""
    offered = [str(read(glance(device))) for read in objects_of(LAID.devices[device].model or "").values()]
    assert any((LAID.devices[device].serial or "?") in read for read in offered)


def test_an_endpoint_that_lost_its_registration_says_failed() -> None:
    lost = World(unregistered=frozenset({"LD-X003-VC1"}))
    assert value(glance("LD-X003-VC1"), SIP_REGISTRATION) == 2
    assert value(glance("LD-X003-VC1", lost), SIP_REGISTRATION) == 3


@pytest.mark.parametrize("unit", ["LD", "LD-X001", "LD-S04"])
def test_the_input_shows_the_contact_in_the_numbers_of_its_product(unit: str) -> None:
    protector = LAID.inventory.of("surge_protector")[f"{unit}-CS1"]
    healthy = protector.input_closed_values, protector.input_open_values
    good, bad = healthy if protector.normal_position == "closed" else healthy[::-1]
    tripped = World(tripped=frozenset({protector.id}))
    oid = protector.input_oid or ""
    assert str(value(glance(f"{unit}-IO1"), oid)) == good[0]
    assert str(value(glance(f"{unit}-IO1", tripped), oid)) == bad[0]


def test_the_path_test_of_a_router_fails_when_the_line_it_watches_is_cut() -> None:
    line = LAID.inventory.of("line")["LD-K01-L2"]
    assert (line.witness_oid or "").startswith(IP_SLA_SENSE)
    at = line.witness_device or ""
    assert str(value(glance(at), line.witness_oid or "")) in line.witness_expected
    cut = World(cut=frozenset({line.id}))
    assert str(value(glance(at, cut), line.witness_oid or "")) not in line.witness_expected


def test_a_port_whose_line_is_cut_is_down_and_its_counters_stand() -> None:
    cut, meters = World(cut=frozenset({"LD-K01-L1"})), Meters()
    device, port, octets = "LD-K01-R1", f"{INTERFACES}.2.1.8.1", f"{EXTENDED}.6.1"
    before = value(glance(device, meters=meters), octets)
    assert value(glance(device, cut, NOON + 60, meters), port) == 2
    assert value(glance(device, cut, NOON + 60, meters), octets) == before
    assert int(value(glance(device, WHOLE, NOON + 120, meters), octets)) > int(before)


def test_narrow_and_wide_counters_agree() -> None:
    at = glance("LD-K01-R1")
    assert int(value(at, f"{EXTENDED}.6.1")) % 2**32 == value(at, f"{INTERFACES}.2.1.10.1")


@given(mean=st.floats(0, 1e9), start=st.floats(1.7e9, 1.9e9), lasts=st.floats(0, 30 * DAY))
def test_traffic_never_runs_backwards(mean: float, start: float, lasts: float) -> None:
    assert carried(mean, start, start + lasts) >= -1e-3 * mean


def test_over_a_whole_day_traffic_has_its_mean() -> None:
    assert carried(100.0, NOON, NOON + DAY) == pytest.approx(100.0 * DAY, rel=0.001)


def test_a_device_that_lost_power_counts_from_zero_again() -> None:
    meters, flow = Meters(), Flow(1000.0, 500.0, flowing=True)
    meters.read("a", 0, flow, NOON - DAY, NOON)
    meters.read("b", 0, flow, NOON - DAY, NOON)
    meters.forget(["a"])
    assert meters.read("a", 0, flow, NOON, NOON) == (0, 0)
    assert meters.read("b", 0, flow, NOON, NOON)[0] > 0


@given(st.binary(max_size=120))
def test_bytes_that_are_no_request_are_refused_and_nothing_worse(data: bytes) -> None:
    with suppress(BerError):
        decode_request(data)


@settings(max_examples=300)
@given(place=st.integers(0, 200), byte=st.integers(0, 255), cut=st.integers(0, 200))
def test_a_damaged_request_is_refused_or_answered(place: int, byte: int, cut: int) -> None:
    before, behind = request_v2c(b"secret", GET_BULK, [encode_oid(f"{SYSTEM}.1"), encode_oid("1.3")], 1, 5)
    data = bytearray(before + NUMBER + behind)
    data[place % len(data)] = byte
    with suppress(BerError):
        respond(decode_request(bytes(data[: cut or None])), glance("LD-R1"))


@pytest.mark.parametrize("version", [0, 3])
def test_other_versions_are_refused(version: int) -> None:
    before, behind = request_v2c(b"secret", GET, [encode_oid("1.3")])
    data = (before + NUMBER + behind).replace(b"\x02\x01\x01", bytes((2, 1, version)), 1)
    with pytest.raises(BerError):
        decode_request(data)

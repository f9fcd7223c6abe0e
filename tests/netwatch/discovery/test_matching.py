"""How what answers fits the inventory, whatever it says of itself."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory.incoming import IncomingRow, read_row
from inventory.snapshot import Device, Inventory, Site
from netwatch.discovery.contract import Found, Place, Status
from netwatch.discovery.matching import conflicts, match, serial_key
from netwatch.discovery.neighbours import Directory, plain_name
from netwatch.discovery.proposal import propose
from probes.equipment.engine import Equipment
from probes.equipment.neighbours import Neighbour

SITE = Site(id="S", name="Trụ sở", organisation_units=("X",))


def device(id_: str, address: str | None, **more: Any) -> Device:  # noqa: ANN401 - any field
    """A device of the inventory."""
    return Device(id=id_, name=id_, site="S", kind="switch", address=address, **more)


def inventory(*devices: Device) -> Inventory:
    """An inventory of these."""
    return Inventory({"site": {"S": SITE}, "device": {each.id: each for each in devices}})


def found(address: str, serial: str = "", name: str = "", **more: Any) -> Found:  # noqa: ANN401 - any field
    """Something that answered by SNMP."""
    told = Equipment(vendor="Cisco", model="C9200", serial=serial, profile="cisco_ios", name=name)
    return Found(Place(more.pop("domain", "main"), address), 0.01, "ro", equipment=told, **more)


def fits(inventory_: Inventory, *everything: Found, asked: tuple[str, ...] = ()) -> dict[str, Status]:
    """The status of each by its address."""
    places = {Place("main", address) for address in asked} | {each.place for each in everything}
    return {each.found.place.address: each.status for each in match(everything, inventory_, places)}


def test_addresses_and_serial_numbers_tell_who_is_who() -> None:
    """Known, another device in its place, new, and what says nothing."""
    known = inventory(device("A", "10.0.0.1", serial="FOC 1111"), device("B", "10.0.0.2", serial="FOC2222"))
    bare = Found(Place("main", "10.0.0.9"), 0.01)
    assert fits(
        known, found("10.0.0.1", "foc1111"), found("10.0.0.2", "FOC9999"), found("10.0.0.3"), bare
    ) == {
        "10.0.0.1": Status.KNOWN,
        "10.0.0.2": Status.REPLACED,
        "10.0.0.3": Status.NEW,
        "10.0.0.9": Status.BARE,
    }


def test_a_device_has_moved_only_when_it_is_no_longer_where_it_was() -> None:
    """Its old place was asked, and it is not there; else it has one more address."""
    known = inventory(device("A", "10.0.0.1", serial="FOC1111"))
    elsewhere = found("10.0.0.7", "FOC1111")
    assert fits(known, elsewhere, asked=("10.0.0.1",))["10.0.0.7"] is Status.MOVED
    assert fits(known, elsewhere)["10.0.0.7"] is Status.ALSO
    assert fits(known, elsewhere, found("10.0.0.1", "FOC1111"))["10.0.0.7"] is Status.ALSO
    assert fits(known, elsewhere, found("10.0.0.1", "FOC3333")) == {
        "10.0.0.1": Status.REPLACED, "10.0.0.7": Status.MOVED,
    }  # fmt: skip
    mute = Found(Place("main", "10.0.0.1"), 0.01)
    assert fits(known, elsewhere, mute)["10.0.0.7"] is Status.ALSO
    both = fits(known, elsewhere, found("10.0.0.8", "FOC1111"), asked=("10.0.0.1",))
    assert both == {"10.0.0.7": Status.MOVED, "10.0.0.8": Status.TWICE}
    assert fits(inventory(device("A", None, serial="FOC1111")), elsewhere)["10.0.0.7"] is Status.MOVED


def test_the_same_number_of_another_maker_is_another_device() -> None:
    """Makers number by themselves."""
    known = inventory(device("A", "10.0.0.1", serial="FOC1111", vendor="APC"))
    assert fits(known, found("10.0.0.7", "FOC1111"), asked=("10.0.0.1",))["10.0.0.7"] is Status.NEW


def test_the_same_address_in_another_routing_domain_is_another_device() -> None:
    """An address means something within its domain only."""
    known = inventory(device("A", "10.0.0.1", serial="FOC1111"))
    other = found("10.0.0.1", "FOC2222", domain="provider")
    assert [each.status for each in match([other], known, {other.place})] == [Status.NEW]
    rows = propose([other], known, {other.place}).rows
    assert rows[0].cells["routing_domain"] == "provider"


def test_conflicts_name_all_that_take_part() -> None:
    """One serial number at two addresses, one name of two devices."""
    twice = match([found("10.0.0.3", "FOC7777"), found("10.0.0.4", "FOC7777")], inventory(), set())
    assert [each.status for each in twice] == [Status.NEW, Status.TWICE]
    assert "FOC7777 answers at 10.0.0.3" in str(conflicts(twice)[0].what)
    namesakes = [found("10.0.0.3", "FOC7777", "sw1.tinh.vn"), found("10.0.0.4", "FOC8888", "SW1")]
    told = conflicts(match(namesakes, inventory(), set()))
    assert str(told[0].what) == "2 devices call themselves 'sw1.tinh.vn'."
    assert {place.address for place in told[0].places} == {"10.0.0.3", "10.0.0.4"}


def test_what_is_no_serial_number_is_not_compared() -> None:
    """Short, empty and all zeros: everybody has those."""
    assert [serial_key(text) for text in ("", None, "1", "0000-0000", "-", "FOC-1 a")] == [
        "", "", "", "", "", "foc1a",
    ]  # fmt: skip


FOUND = st.builds(
    found,
    st.sampled_from([f"10.0.0.{number}" for number in range(1, 6)]),
    st.sampled_from(["", "FOC1111", "foc-2222", "FOC3333"]),
    st.sampled_from(["", "sw1", "=cmd|' /C calc'!A0", "-", "A", "sw\u202e\x00\n1", "đ" * 300, "a;b"]),
    domain=st.sampled_from(["main", "other"]),
    protocols=st.sampled_from([(), ("ssh", "http")]),
)
DEVICES = st.builds(
    device,
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([None, "10.0.0.1", "10.0.0.2"]),
    serial=st.sampled_from([None, "FOC1111", "FOC2222"]),
)


@given(
    st.lists(FOUND, max_size=6, unique_by=lambda each: each.place),
    st.lists(DEVICES, max_size=3, unique_by=lambda each: each.id),
    st.randoms(use_true_random=False),
)
def test_whatever_is_found_one_thing_is_said_of_each(
    everything: list[Found],
    devices: list[Device],
    chance: Any,  # noqa: ANN401 - hypothesis' own
) -> None:
    """In any order the same; rows can be imported but for what a person must fill in, and take no code twice."""
    stock, asked = inventory(*devices), {each.place for each in everything}
    proposal = propose(everything, stock, asked)
    assert [each.found.place for each in proposal.findings] == sorted(each.place for each in everything)
    shuffled = list(everything)
    chance.shuffle(shuffled)
    assert propose(shuffled, stock, asked) == proposal
    new = [row for row in proposal.rows if row.cells["id"] not in stock.of("device")]
    assert len(new) == sum(each.status is Status.NEW for each in proposal.findings)
    assert len({row.cells["id"].casefold() for row in new}) == len(new)
    for row in proposal.rows:
        assert row.evidence
        read, problems = read_row(IncomingRow(row.kind, "", 1, row.cells))
        assert read is not None, problems
    for row in proposal.rows:
        if row not in new:
            old = stock.of("device")[row.cells["id"]]
            written = set(row.cells) - {"id", "address", "routing_domain"}
            assert not any(getattr(old, field) for field in written)


def test_a_neighbour_stands_for_whom_it_can_be_told_apart_from_others() -> None:
    """By hardware address first; a name that two have stands for nobody."""
    told = Neighbour("lldp", "Gi0/1", "SW1.tinh.vn", "00:11:22:33:44:55", "Gi0/24", "", "", "10.0.0.3")
    directory = Directory()
    directory.add("A", names=["sw1"])
    assert directory.whom(told, "main") == "A"
    directory.add("B", names=["SW1"])
    assert directory.whom(told, "main") == ""
    directory.add("C", places=[Place("other", "10.0.0.3")])
    assert directory.whom(told, "main") == ""
    assert directory.whom(told, "other") == "C"
    directory.add("D", chassis=["00:11:22:33:44:55"])
    assert directory.whom(told, "other") == "D"
    assert directory.whom(replace(told, name="", chassis="", address=""), "main") == ""
    assert [plain_name(name) for name in ("N5K.x.vn(SSI1234)", "10.1.2.3", "fe80::1")] == [
        "n5k", "10.1.2.3", "fe80::1",
    ]  # fmt: skip


def test_new_devices_stand_where_their_neighbours_do() -> None:
    """Site by the network around or by the one known neighbour, which is the uplink proposed."""
    core = device("CORE", "10.0.1.1", core=True)
    sees_core = Neighbour("lldp", "Gi0/1", "core", "", "Gi0/24", "", "", "")
    new = found("10.0.0.9", "FOC5555", "moi")
    seeing = replace(new, equipment=replace(new.equipment, neighbours=[sees_core]))
    proposal = propose([seeing], inventory(core), {new.place})
    assert proposal.rows[0].cells["site"] == "S"
    assert proposal.rows[0].cells["uplinks"] == "CORE"
    assert any("Gi0/1 sees CORE (Gi0/24)" in str(each) for each in proposal.rows[0].evidence)
    alone = propose([new], inventory(core), {new.place}).rows[0]
    assert "site" not in alone.cells
    assert any("fill in the site" in str(each) for each in alone.evidence)
    near = propose([new], inventory(core, device("B", "10.0.0.2")), {new.place}).rows[0]
    assert near.cells["site"] == "S"

"""What LLDP and CDP say of uplinks: advice where it contradicts the inventory, and silence where it may be wrong."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshot import Device, Inventory, Line
from netwatch.adjacency import Advice, Sight, advices, sights
from netwatch.check import Check, Observation, check_id
from netwatch.present import Present
from netwatch.queries.incidents import todo
from netwatch.queries.status import standings, status_tree


def device(id_: str, *uplinks: str, **more: Any) -> Device:  # noqa: ANN401 - any field
    """A switch."""
    return Device(id=id_, name=f"Thiết bị {id_}", site="S", kind="switch", uplinks=uplinks, **more)


def inventory(*devices: Device, lines: tuple[Line, ...] = ()) -> Inventory:
    """Devices and lines."""
    return Inventory(
        {"device": {each.id: each for each in devices}, "line": {each.id: each for each in lines}}
    )


def told(inventory_: Inventory, **seen: str) -> list[Advice]:
    """The advice where devices see these: 'Gi1>B Gi2>C' by device."""
    looked = {id_: tuple(Sight(*pair.split(">")) for pair in pairs.split()) for id_, pairs in seen.items()}
    return list(advices(inventory_, looked))


def test_a_declared_uplink_that_is_elsewhere_is_told() -> None:
    """C is declared below A, but hangs on B; A can be seen, so that its absence means something."""
    stock = inventory(device("A", core=True), device("B", "A"), device("C", "A"))
    assert told(stock, B="1>A", C="24>B") == [Advice("C", ("A",), (Sight("24", "B"),))]
    assert told(stock, B="1>A", C="24>B")[0].words == "A ≠ B (24)"
    assert told(stock, A="1>B 2>C", C="24>B") == []


def test_what_speaks_no_such_protocol_is_no_contradiction() -> None:
    """A is never seen by anybody: a plain switch may stand between."""
    stock = inventory(device("A", core=True), device("B", "A"), device("C", "A"))
    assert told(stock, C="24>B") == []


def test_what_hangs_below_explains_itself() -> None:
    """B sees only its own children; a line's far end is declared too."""
    line = Line(id="L", name="L", site="S", line_class="leased_line", b_device="A")
    stock = inventory(device("A", core=True), device("B", "L"), device("C", "B"), lines=(line,))
    assert told(stock, B="1>C 2>A", A="9>B") == []


def test_an_undeclared_uplink_is_told_but_for_the_core() -> None:
    """Whoever has no uplink and sees somebody should declare it."""
    stock = inventory(device("A", core=True), device("B"))
    assert told(stock, A="1>B", B="24>A") == [Advice("B", (), (Sight("24", "A"),))]
    assert told(stock, A="1>B", B="24>A")[0].words == "— ≠ A (24)"


def look(id_: str, kind: str, notes: tuple[tuple[str, str, str], ...]) -> tuple[Check, Observation]:
    """A check of a device and what its newest look told."""
    check = Check(check_id(id_, kind), id_, kind, "", id_, "10.0.0.1", 1, 1, 1)
    return check, Observation("local", 1, 1, check.id, 1, 0, (), notes=notes)


def seen_of(inventory_: Inventory, *looks: tuple[Check, Observation]) -> dict[str, tuple[Sight, ...]]:
    """Who sees whom by these looks."""
    checks = {check.id: check for check, _ in looks}
    return dict(sights(inventory_, checks, {seen.check: seen for _, seen in looks}))


def test_neighbours_are_known_by_name_or_address() -> None:
    """By sysName without its domain, code or address; strangers and names of two are left out."""
    stock = inventory(
        device("A", address="10.0.0.1"),
        device("B", address="10.0.0.2"),
        device("C"),
        device("D"),
        device("E"),
    )
    looks = (
        look("B", "snmp_system", (("", "sysName", "sw-b.tinh.vn"),)),
        look("D", "snmp_system", (("", "sysName", "twin"),)),
        look("E", "snmp_system", (("", "sysName", "twin"),)),
        look("A", "snmp_equipment", (
            ("", "serial", "X"),
            ("Gi0%2F1", "neighbour", "SW-B | Gi0/24 | 00:11:22:33:44:55"),
            ("Gi0%2F2", "neighbour", " |  | 10.0.0.2"),
            ("Gi0%2F3", "neighbour", "c | 1 | "),
            ("Gi0%2F4", "neighbour", "twin | 1 | "),
            ("Gi0%2F5", "neighbour", "stranger | 1 | 10.9.9.9"),
            ("Gi0%2F6", "neighbour", "A | 1 | "),
        )),
    )  # fmt: skip
    assert seen_of(stock, *looks) == {"A": (Sight("Gi0/1", "B"), Sight("Gi0/2", "B"), Sight("Gi0/3", "C"))}


def test_another_routing_domain_has_addresses_of_its_own() -> None:
    """10.0.0.2 of the provider is not 10.0.0.2 of ours."""
    stock = inventory(device("A", routing_domain="provider"), device("B", address="10.0.0.2"))
    assert seen_of(stock, look("A", "snmp_equipment", (("1", "neighbour", " |  | 10.0.0.2"),))) == {}


IDS = st.sampled_from(["A", "B", "C", "D"])


@given(
    st.dictionaries(IDS, st.lists(IDS, max_size=2, unique=True)),
    st.dictionaries(IDS, st.lists(IDS, max_size=4)),
    st.text(max_size=40),
)
def test_advice_is_only_given_where_something_unexplained_is_seen(
    uplinks: dict[str, list[str]], seen: dict[str, list[str]], noise: str
) -> None:
    """Whatever is declared and seen; and no note of a neighbour, however odd, brings it down."""
    stock = inventory(*(replace(device(id_), uplinks=tuple(uplinks.get(id_, ()))) for id_ in "ABCD"))
    looked = {
        id_: tuple(Sight("1", other) for other in others if other != id_) for id_, others in seen.items()
    }
    for one in advices(stock, looked):
        assert one.seen
        for sight in one.seen:
            assert sight.device not in stock.of("device")[one.device].uplinks
            assert one.device not in stock.of("device")[sight.device].uplinks
        assert not {sight.device for sight in looked[one.device]} & set(one.declared)
    seen_of(stock, look("A", "snmp_equipment", ((noise, "neighbour", noise),)))


def test_it_stands_on_the_to_do_list_and_with_the_device(
    present: Present, local_time: datetime, now: int
) -> None:
    """The switch of An Bình is declared below its router, which is seen elsewhere; it sees the core."""
    looks = (
        look("sw-an", "snmp_equipment", (("Gi0%2F24", "neighbour", "core | Gi0/0/2 | 10.0.0.1"),)),
        look("core", "snmp_equipment", (("Gi0%2F0%2F1", "neighbour", "r-an | wan | 10.1.0.1"),)),
    )
    latest = {**present.latest, **{seen.check: seen for _, seen in looks}}
    wired = replace(
        present, latest=latest, checks={**present.checks, **{check.id: check for check, _ in looks}}
    )
    words = "r-an ≠ core (Gi0/24)"
    things = {one.reason: one.things for one in todo(wired)}
    assert things["uplink_contradicted"] == (("sw-an", f'Chuyển mạch "tầng 2" ({words})'),)
    shown = {one.id: dict(one.details) for one in standings(status_tree(wired, now, local_time))}
    assert shown["sw-an"]["found_uplink"] == words
    assert "found_uplink" not in shown["r-an"]

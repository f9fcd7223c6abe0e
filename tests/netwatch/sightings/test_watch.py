"""From looks to sightings: what moves them, what leaves them alone, and where things are found."""

from dataclasses import replace

import pytest

from inventory.coverage.contract import Aspect
from inventory.snapshot import Device, Inventory, Line
from netwatch.adjacency import Sight
from netwatch.check import Check, FactSeen, Observation, check_id
from netwatch.clock import DAY, MINUTE
from netwatch.sightings.places import found
from netwatch.sightings.watch import Watch
from probes.contract import Columns
from probes.ports.objects import SPEED_METRIC

ANSWERED = (FactSeen("", "reachable", True, "answered"),)
SILENT = (FactSeen("", "reachable", False, "no_answer"),)
SLOW, FAST = 100e6 / 8, 1e9 / 8
Kept = dict[tuple[str, Aspect, str], tuple[int, int]]


def device(id_: str, kind: str = "switch", site: str = "S", **more: object) -> Device:
    return Device(id=id_, name=id_, site=site, kind=kind, address=f"10.0.0.{len(id_)}", **more)  # type: ignore[arg-type]


def check(target: str, kind: str, address: str) -> Check:
    return Check(check_id(target, kind), target, kind, "", target, address, MINUTE, 1, 1)


def inventory_of(*records: Device | Line) -> Inventory:
    kinds: dict[str, dict[str, Device | Line]] = {"device": {}, "line": {}}
    for record in records:
        kinds["device" if isinstance(record, Device) else "line"][record.id] = record
    return Inventory(kinds)


class Looker:
    """Hands looks to a watch, one pass after the other."""

    def __init__(self, inventory: Inventory, *kinds: str) -> None:
        self.watch, self.latest = Watch(), dict[str, Observation]()
        devices = inventory.of("device").values()
        self.checks = {
            one.id: one for one in (check(d.id, kind, d.address or "") for d in devices for kind in kinds)
        }
        self.watch.adopt(inventory, self.checks)

    def look(self, target: str, kind: str, at: int, facts: tuple[FactSeen, ...], **more: object) -> None:
        id_ = check_id(target, kind)
        self.latest[id_] = replace(Observation("local", at, 1, id_, at, 0, facts), **more)  # type: ignore[arg-type]

    def kept(self, now: int = 0) -> Kept:
        """What is known after one more pass."""
        for _ in self.watch.read(self.latest, now):
            pass
        told = self.watch.book.sightings()
        return {(one.item, one.aspect, one.value): (one.first, one.last) for one in told}

    def waiting(self) -> int:
        told = self.watch.book.take(1000)
        self.watch.book.written(told)
        return len(told)


@pytest.fixture
def looker() -> Looker:
    """One switch and its echoes, ports and profile."""
    return Looker(inventory_of(device("sw")), "icmp_echo", "snmp_interfaces", "snmp_equipment")


def test_looks_that_say_the_same_only_move_the_end(looker: Looker) -> None:
    """Nothing more is written for them; a look that could not tell moves nothing."""
    for at in (100, 200, 300):
        looker.look("sw", "icmp_echo", at, ANSWERED)
        kept = looker.kept()
    assert kept == {("sw", Aspect.ANSWERED, ""): (100, 300)}
    assert looker.waiting() == 1
    looker.look("sw", "icmp_echo", 400, SILENT)
    assert looker.kept() == kept
    looker.look("sw", "icmp_echo", 500, ANSWERED, reason="deadline")
    assert looker.kept() == kept
    looker.look("sw", "icmp_echo", 600, ANSWERED)
    assert looker.kept() == {("sw", Aspect.ANSWERED, ""): (100, 600)}


def test_what_a_changed_record_means_is_written_with_the_next_look(looker: Looker) -> None:
    """Though the look says what the one before said: until then nothing is proved of the new device."""
    for at in (100, 200):
        looker.look("sw", "icmp_echo", at, ANSWERED)
        looker.kept()
    assert looker.waiting() == 1
    looker.watch.adopt(inventory_of(device("sw", serial="NEW")), dict(looker.checks))
    looker.kept()
    assert looker.waiting() == 0
    looker.look("sw", "icmp_echo", DAY // 2, ANSWERED)
    looker.kept()
    assert looker.waiting() == 1


def test_another_serial_number_is_told_by_the_look_that_saw_it(looker: Looker) -> None:
    """The row of the one before ends with its last look."""
    for at, serial in ((100, "A"), (200, "A"), (300, "B"), (400, "B")):
        looker.look("sw", "snmp_equipment", at, (), notes=(("", "serial", serial),))
        kept = looker.kept()
    assert kept == {("sw", Aspect.SERIAL, "A"): (100, 200), ("sw", Aspect.SERIAL, "B"): (300, 400)}
    assert looker.waiting() == 2


def ports(at: int, looker: Looker, speed: float, **up: bool) -> Kept:
    facts = tuple(FactSeen(part, "carrier", holds, "carrier_up") for part, holds in up.items())
    columns = (Columns(tuple(up), {SPEED_METRIC: [speed] * len(up)}),)
    looker.look("sw", "snmp_interfaces", at, facts, columns=columns)
    told = looker.kept()
    return {key: span for key, span in told.items() if key[1] is Aspect.SPEED}


def test_a_port_that_came_up_is_believed_a_look_later(looker: Looker) -> None:
    """Its speed is read after it came up, so the first look may tell what it was before."""
    assert ports(100, looker, SLOW, a=True, b=False) == {("sw", Aspect.SPEED, "100000000"): (100, 100)}
    assert len(ports(200, looker, FAST, a=False, b=True)) == 1
    assert ports(300, looker, FAST, a=False, b=True)["sw", Aspect.SPEED, "1000000000"] == (300, 300)
    # The same facts by the same objects, with another speed beside them.
    latest = looker.latest[check_id("sw", "snmp_interfaces")]
    columns = (Columns(("a", "b"), {SPEED_METRIC: [None, SLOW]}),)
    looker.latest[latest.check] = replace(latest, at=400, columns=columns)
    assert looker.kept()["sw", Aspect.SPEED, "100000000"] == (100, 400)


def test_a_line_known_by_its_ports_is_carried_while_both_ends_are_up() -> None:
    """As of the older of the two looks."""
    line = Line(
        id="L", name="L", site="S", line_class="leased_line", a_device="sw", a_interface="a", b_device="core",
        b_interface="b", witness="carrier",
    )  # fmt: skip
    looker = Looker(inventory_of(device("sw"), device("core"), line), "snmp_interfaces")

    def look(target: str, part: str, at: int, holds: bool) -> tuple[int, int] | None:
        looker.look(target, "snmp_interfaces", at, (FactSeen(part, "carrier", holds, "carrier_up"),))
        return looker.kept().get(("L", Aspect.CARRIED, ""))

    assert look("sw", "a", 100, True) is None
    assert look("core", "b", 150, True) == (100, 100)
    assert look("sw", "a", 200, True) == (100, 150)
    assert look("core", "b", 250, False) == (100, 150)
    assert look("sw", "a", 300, True) == (100, 150)
    assert look("core", "b", 350, True) == (100, 300)


def test_a_line_is_as_fast_as_its_port_at_the_site() -> None:
    """Which shows that something is there, though nothing proves that the line carries; the other end is another's."""
    line = Line(
        id="L", name="L", site="S", line_class="leased_line", a_device="sw", a_interface="a", b_device="core",
        b_interface="b",
    )  # fmt: skip
    looker = Looker(inventory_of(device("sw"), device("core"), line), "snmp_interfaces")

    def look(target: str, part: str, at: int, speed: float, holds: bool) -> set[str]:
        facts = (FactSeen("x", "carrier", True, "carrier_up"), FactSeen(part, "carrier", holds, "carrier_up"))
        columns = (Columns(("x", part), {SPEED_METRIC: (FAST, speed)}),)
        looker.look(target, "snmp_interfaces", at, facts, columns=columns)
        return {f"{aspect} {value}".strip() for item, aspect, value in looker.kept() if item == "L"}

    assert look("core", "b", 100, FAST, holds=True) == {"answered"}
    assert look("sw", "a", 150, SLOW, holds=False) == {"answered"}
    # It has just come up.
    assert look("sw", "a", 200, FAST, holds=True) == {"answered"}
    assert look("sw", "a", 250, SLOW, holds=True) == {"answered", "speed 100000000"}


def test_a_new_plan_reads_everything_anew_and_writes_only_what_is_new(looker: Looker) -> None:
    """What is there goes on; what left the inventory is forgotten."""
    looker.look("sw", "icmp_echo", 100, ANSWERED)
    looker.look("sw", "snmp_equipment", 100, (), notes=(("", "serial", "A"),))
    looker.kept()
    assert looker.waiting() == 2
    looker.watch.adopt(inventory_of(device("sw"), device("new")), dict(looker.checks))
    looker.look("sw", "icmp_echo", 200, ANSWERED)
    assert looker.kept()["sw", Aspect.ANSWERED, ""] == (100, 200)
    assert looker.waiting() == 0
    looker.watch.adopt(inventory_of(device("new")), {})
    assert looker.kept() == {}
    assert looker.waiting() == 1


def test_a_pass_ends_when_another_plan_is_adopted_meanwhile(looker: Looker) -> None:
    """Its looks are of checks that may be gone."""
    looker.look("sw", "icmp_echo", 100, ANSWERED)
    looker.look("sw", "snmp_equipment", 100, (), notes=(("", "serial", "A"),))
    steps = looker.watch.read(looker.latest, 0)
    next(steps)
    looker.watch.adopt(inventory_of(device("other")), {})
    assert list(steps) == []


def test_a_day_of_silence_begins_a_new_row(looker: Looker) -> None:
    """Also where the very same words come again."""
    looker.look("sw", "icmp_echo", 100, ANSWERED)
    looker.kept()
    looker.look("sw", "icmp_echo", 101 + DAY, ANSWERED)
    assert looker.kept() == {("sw", Aspect.ANSWERED, ""): (101 + DAY, 101 + DAY)}
    assert looker.waiting() == 2


SWITCHES = (device("sw-a", site="A"), device("sw-b", site="B"))


def sight(id_: str) -> tuple[Sight, ...]:
    return (Sight("Gi0/1", id_),)


@pytest.mark.parametrize(
    ("thing", "sights", "site"),
    [
        (device("cam", "camera", "A"), {"sw-a": sight("cam")}, "A"),
        (device("cam", "camera", "A"), {"sw-b": sight("cam")}, "B"),
        # Two places at once: nobody knows.
        (device("cam", "camera", "A"), {"sw-a": sight("cam"), "sw-b": sight("cam")}, None),
        # Meant to hang there.
        (device("cam", "camera", "A", uplinks=("sw-b",)), {"sw-b": sight("cam")}, None),
        # Seen over lines and between buildings.
        (device("r", "router", "A"), {"sw-b": sight("r")}, None),
        (device("sw", "switch", "A"), {"sw-b": sight("sw")}, None),
        # Who sees it is no switch.
        (device("cam", "camera", "A"), {"core": sight("cam")}, None),
    ],
)
def test_a_thing_is_found_elsewhere_only_where_that_is_sure(
    thing: Device, sights: dict[str, tuple[Sight, ...]], site: str | None
) -> None:
    """A wrong place would contradict what was declared rightly."""
    inventory = inventory_of(*SWITCHES, device("core", "router", "B"), thing)
    place = found(inventory, sights).get(thing.id)
    assert (place.site if place else None) == site


def test_a_place_is_kept_by_the_looks_of_who_sees_it_there() -> None:
    """As long as that one goes on telling."""
    inventory = inventory_of(*SWITCHES, device("cam", "camera", "A"))
    looker = Looker(inventory, "snmp_equipment")
    looker.watch.found(found(inventory, {"sw-b": sight("cam")}))
    for at in (100, 200):
        looker.look("sw-b", "snmp_equipment", at, (), notes=(("Gi0%2F1", "neighbour", "cam |  | "),))
        kept = looker.kept()
    assert kept["cam", Aspect.SITE, "B"] == (100, 200)
    assert looker.watch.wired == 1

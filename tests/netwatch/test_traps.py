"""From notifications to early looks: whose checks, how often, and that nothing else follows."""

import asyncio
import itertools
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inventory.snapshot import Inventory
from netwatch.bus.contract import Hasten
from netwatch.bus.local import LocalBus
from netwatch.check import check_id
from netwatch.clock import SECOND, ManualClock
from netwatch.early import (
    MOST_LINE_CHECKS,
    EarlyLooks,
    PartOf,
    Spacing,
    Watched,
    part_finder,
    unknown_part,
    watched,
)
from netwatch.incidents.circumstances import MOST_HINTS, Circumstances
from netwatch.own_engine import machine, own_engine
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from netwatch.settings_sections import Settings, TrapSettings
from netwatch.traps import Traps, believed
from probes.equipment.library import load
from probes.equipment.traps import book
from probes.listeners.notification import TRAP_V2, Notification
from probes.ports.memory import PortBook
from probes.secret import Secret
from probes.transports.snmp.ber import encode_bindings, encode_integer, encode_oid, tlv
from probes.transports.snmp.usm import KeyStore

NOW = 1_793_491_200 * SECOND
SPACING = 5 * SECOND
BOOK = book(load())
COLD_START, LINK_DOWN = "1.3.6.1.6.3.1.1.5.1", "1.3.6.1.6.3.1.1.5.3"
SETTINGS = Settings(
    credentials={"tinh": {"kind": "snmp_v2c", "community": "env:COMMUNITY"}},
    traps={"rate": 1000, "burst": 1000},
)


def trap(name: str, community: bytes = b"bi-mat", relayed: str = "", port: int = 0) -> bytes:
    """A v2c trap, perhaps of another device that a relay speaks for, perhaps of a port."""
    bindings = [(encode_oid("1.3.6.1.6.3.1.1.4.1.0"), tlv(0x06, encode_oid(name)))]
    if relayed:
        bindings.append((encode_oid("1.3.6.1.6.3.18.1.3.0"), tlv(0x40, bytes(map(int, relayed.split("."))))))
    if port:
        bindings.append((encode_oid(f"1.3.6.1.2.1.2.2.1.1.{port}"), encode_integer(port)))
    body = encode_integer(1) + encode_integer(0) + encode_integer(0) + encode_bindings(bindings)
    return tlv(0x30, encode_integer(1) + tlv(0x04, community) + tlv(TRAP_V2, body))


class Post:
    """The traps of a daemon over a province; `asked` are the commands that reached the collector."""

    def __init__(self, made: Plan, inventory: Inventory, part_of: PartOf = unknown_part) -> None:
        self.clock, self.bus = ManualClock(NOW), LocalBus()
        self.circumstances = Circumstances()
        own = own_engine("", "sqlite://", "here", NOW)
        self.early = EarlyLooks(self.bus, self.clock, SPACING, part_of)
        self.traps = Traps(self.early, self.clock, SETTINGS.traps, own, self.circumstances.heard)
        self.traps.book = BOOK
        self.adopt(made, inventory, SETTINGS, {"COMMUNITY": "bi-mat"})
        self.asked: list[Hasten] = []

    def adopt(
        self, made: Plan, inventory: Inventory, settings: Settings, environment: Mapping[str, str]
    ) -> None:
        """A plan and settings come into force."""
        self.early.adopt(made, inventory, SPACING)
        self.traps.adopt(settings, environment)

    def receive(self, address: str, data: bytes) -> None:
        """A datagram arrives."""
        self.traps.reception.receive(data, address, self.clock.now())

    async def pass_on(self, seconds: float = 1.0) -> list[Hasten]:
        """Let time pass; the commands that came of it."""

        async def note() -> None:
            async for command in self.bus.commands():
                assert isinstance(command, Hasten)
                self.asked.append(command)

        before = len(self.asked)
        tasks = [asyncio.create_task(self.early.run()), asyncio.create_task(note())]
        for _ in range(5):
            await asyncio.sleep(0)
        self.clock.move_to(self.clock.now() + round(seconds * SECOND))
        for _ in range(20):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self.asked[before:]


@pytest.fixture
def office(province_plan: Plan, province: Inventory) -> Post:
    """The small province."""
    return Post(province_plan, province)


def ids(target: str, *kinds: str) -> set[str]:
    """Check ids of a target."""
    return {check_id(target, kind) for kind in kinds}


ECHO, SYSTEM, INTERFACES = "icmp_echo", "snmp_system", "snmp_interfaces"
EQUIPMENT = "snmp_equipment"


@pytest.mark.anyio
async def test_a_trap_hastens_all_checks_of_its_device(office: Post) -> None:
    """Its echo, its SNMP looks, and what hangs on its agent."""
    office.receive("10.2.0.5", trap(COLD_START))
    (asked,) = await office.pass_on()
    assert asked.within == 0
    assert set(asked.checks) == ids("codec", ECHO, SYSTEM, INTERFACES, EQUIPMENT) | ids(
        "E-DAI", "snmp_scalar"
    )


@pytest.mark.parametrize("name", ["1.3.6.1.2.1.33.2.1", "1.3.6.1.4.1.318.0.5"])
def test_a_trap_about_power_is_remembered_as_a_hint_that_nobody_has_to_believe(
    office: Post, name: str
) -> None:
    """By v2c anybody could have sent it; however many come, only the last few are kept, and strangers' none."""
    for _ in range(20):
        office.receive("10.2.0.5", trap(name))
    office.receive("10.2.0.5", trap(COLD_START))
    office.receive("192.0.2.77", trap(name))
    assert office.circumstances.hints.keys() == {"codec"}
    hints = office.circumstances.hints["codec"]
    assert {(hint.code, hint.trusted) for hint in hints} == {("trap_power", False)}
    assert len(hints) == MOST_HINTS


def test_forged_hints_displace_none_that_are_proven_and_a_relay_proves_nothing_of_others(
    office: Post,
) -> None:
    """Of both sorts the last few are kept; who proved who it is may still speak for another device falsely."""
    battery = encode_oid("1.3.6.1.2.1.33.2.1")
    proven = Notification("3", False, 1, battery, "", (), proven=True)
    office.traps._take("10.2.0.5", proven)
    office.traps._take("10.1.0.1", proven._replace(agent="10.2.0.5"))
    for _ in range(20):
        office.receive("10.2.0.5", trap("1.3.6.1.2.1.33.2.1"))
    trusted = [hint.trusted for hint in office.circumstances.hints["codec"]]
    assert (trusted.count(True), trusted.count(False)) == (1, MOST_HINTS)


@pytest.mark.anyio
async def test_a_link_trap_hastens_the_lines_that_end_there(office: Post) -> None:
    """A line witnessed by carrier is looked at from both its ends, one witnessed by echo at its far address."""
    office.receive("10.2.0.1", trap(LINK_DOWN))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("r-dai", ECHO, SYSTEM, INTERFACES) | ids("core", INTERFACES)
    office.receive("10.1.0.1", trap(LINK_DOWN))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("r-an", ECHO, SYSTEM, INTERFACES) | ids("L-AN", ECHO) | ids(
        "L-AN-4G", ECHO
    )


@pytest.mark.anyio
async def test_a_port_that_is_known_hastens_its_own_line_only(
    province_plan: Plan, province: Inventory
) -> None:
    """And lines of which the inventory does not say where they end; a port of an office hastens no other line."""
    parts = {3: "Gi0%2F0%2F3", 4: "Gi0%2F0%2F4"}
    office = Post(province_plan, province, lambda _device, index: parts.get(index, ""))
    own = ids("core", ECHO, SYSTEM, INTERFACES)
    office.receive("10.0.0.1", trap(LINK_DOWN, port=4))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == own | ids("L-AN-4G", ECHO)
    office.receive("10.0.0.1", trap(LINK_DOWN, port=3))
    soon, later = await office.pass_on()
    assert (set(soon.checks), soon.within) == (
        ids("L-AN-4G", ECHO) | ids("r-dai", INTERFACES) | ids("core", INTERFACES),
        0,
    )
    assert (set(later.checks), later.within) == (own, 5 * SECOND)


def test_a_link_that_cannot_be_told_hastens_no_more_than_a_few_lines() -> None:
    """At the core of a province end a thousand lines."""
    few = Watched({}, {}, {"core": {str(n): (f"c{n}",) for n in range(MOST_LINE_CHECKS)}})
    many = Watched({}, {}, {"core": {str(n): (f"c{n}",) for n in range(MOST_LINE_CHECKS + 1)}})
    assert len(few.about_link("core", "")) == MOST_LINE_CHECKS
    assert many.about_link("core", "") == ()
    assert many.about_link("core", "7") == ("c7",)
    assert many.about_link("elsewhere", "") == ()


def test_parts_are_found_by_index_among_the_ports_seen() -> None:
    """Before the first look at a device none is known."""
    find = part_finder(PortBook())
    assert find("core", 3) == unknown_part("core", 3) == ""


@pytest.mark.anyio
async def test_a_storm_costs_two_looks(office: Post) -> None:
    """One at once, and one at the end of the spacing, after the last thing said."""
    for _ in range(500):
        office.receive("10.2.0.5", trap(COLD_START))
    commands = await office.pass_on()
    assert [command.within for command in commands] == [0, 5 * SECOND]
    assert office.traps.hastened == 2
    office.receive("10.2.0.5", trap(COLD_START))
    assert await office.pass_on() == []


@pytest.mark.anyio
async def test_who_is_not_believed_changes_nothing(office: Post) -> None:
    """A wrong community, a stranger with the right one, and bytes."""
    office.receive("10.2.0.5", trap(COLD_START, b"public"))
    office.receive("192.0.2.7", trap(COLD_START))
    office.receive("10.2.0.5", b"0")
    assert await office.pass_on() == []
    counts = office.traps.counts()
    assert {why: count for why, count in counts.dropped.items() if count} == {
        "community": 1,
        "unknown_sender": 1,
        "malformed": 1,
    }
    assert counts.senders == {"known": 1, "unknown": 1}


@pytest.mark.anyio
async def test_a_known_relay_speaks_for_a_device_and_a_stranger_does_not(office: Post) -> None:
    """snmpTrapAddress is a hint that only someone of the inventory may give."""
    office.receive("192.0.2.7", trap(COLD_START, relayed="10.1.0.2"))
    assert await office.pass_on() == []
    office.receive("10.0.0.254", trap(COLD_START, relayed="10.1.0.2"))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("sw-an", ECHO, SYSTEM, INTERFACES, EQUIPMENT) | ids(
        "anchor:10.0.0.254", ECHO
    )


@pytest.mark.anyio
async def test_every_device_at_an_address_is_looked_at(province: Inventory) -> None:
    """Routing domains may overlap, and a datagram does not say which one it came from."""
    twin = replace(province.of("device")["sw-an"], id="sw-la", routing_domain="khac")
    records = {**province.records, "device": {**province.of("device"), twin.id: twin}}
    minute = 60 * SECOND
    pace = PlanSettings(minute, minute, minute, minute, minute, minute, anchor_interval=minute)
    office = Post(plan(Inventory(records), pace, 1), province)
    office.receive("10.1.0.2", trap(COLD_START))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("sw-an", ECHO) | ids("sw-la", ECHO)


@pytest.mark.anyio
async def test_a_reload_changes_who_is_believed(
    province_plan: Plan, province: Inventory, office: Post
) -> None:
    """New words, new addresses, no restart; a secret that cannot be read leaves the others in force."""
    two = {
        "tinh": {"kind": "snmp_v2c", "community": "env:NEW"},
        "cu": {"kind": "snmp_v2c", "community": "env:GONE"},
    }
    office.adopt(Plan(), Inventory(), SETTINGS, {"COMMUNITY": "bi-mat"})
    office.receive("10.2.0.5", trap(COLD_START))
    assert await office.pass_on() == []
    office.adopt(province_plan, province, Settings(credentials=two), {"NEW": "moi"})
    office.receive("10.2.0.5", trap(COLD_START))
    office.receive("10.2.0.1", trap(COLD_START, b"moi"))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("r-dai", ECHO, SYSTEM, INTERFACES, EQUIPMENT)


SPD_ALARM, HUAWEI_ENTITY = "1.3.6.1.4.1.2011.6.164.2.1.0.57", "1.3.6.1.4.1.2011.5.25.219.2.5.3"
POLY_UNREGISTERED, CONFIGURED = "1.3.6.1.4.1.13885.101.0.72", "1.3.6.1.4.1.9.9.43.2.0.1"


@pytest.mark.anyio
async def test_a_trap_that_a_profile_knows_hastens_what_can_tell_of_it(office: Post) -> None:
    """Registration: the endpoint that is this device, and whether the device is there; not its ports."""
    office.receive("10.2.0.5", trap(POLY_UNREGISTERED))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("codec", ECHO, EQUIPMENT) | ids("E-DAI", "snmp_scalar")
    assert office.traps.report().senders[0].about == "registration"


@pytest.mark.anyio
async def test_where_nothing_can_tell_of_a_topic_everything_is_looked_at(office: Post) -> None:
    """An arrester's trap from a device through which the inventory reads no contact."""
    office.receive("10.2.0.5", trap(SPD_ALARM))
    (asked,) = await office.pass_on()
    assert set(asked.checks) == ids("codec", ECHO, SYSTEM, INTERFACES, EQUIPMENT) | ids(
        "E-DAI", "snmp_scalar"
    )


@pytest.mark.anyio
async def test_contacts_are_read_when_their_device_tells_of_an_arrester(
    province_plan: Plan, province: Inventory
) -> None:
    """Those read through it, and nothing else of it; of a number that means an arrester as of its own trap."""
    subjects = province_plan.topology.subjects
    contacts = {
        check.device: check.id
        for check in province_plan.checks.values()
        if check.target in subjects and subjects[check.target].kind == "surge_protector" and check.address
    }
    office = Post(province_plan, province)
    device, contact = next(iter(contacts.items()))
    address = province.of("device")[device].address
    office.receive(address, trap(SPD_ALARM))
    (asked,) = await office.pass_on()
    assert contact in asked.checks
    assert not set(asked.checks) & ids(device, ECHO, SYSTEM, INTERFACES)


def test_a_number_in_a_binding_can_tell_what_a_trap_is_about(office: Post) -> None:
    """Huawei's fault 136706 is an arrester's, the same trap with another number the hardware's; its part is named."""
    name = encode_oid("1.3.6.1.2.1.47.1.1.1.1.7.9")
    fault = encode_oid("1.3.6.1.4.1.2011.5.25.219.1.3")
    told = {
        number: office.traps.meaning(
            Notification(
                "2c", False, 1, encode_oid(HUAWEI_ENTITY), "",
                [(fault, 0x02, number.to_bytes(3, "big")), (name, 0x04, b"PWR1\x1b\xff")],
            )
        )
        for number in (136706, 136707)
    }  # fmt: skip
    assert [(one.about, one.part[:4]) for one in told.values()] == [("contact", "PWR1"), ("hardware", "PWR1")]


def test_a_configuration_trap_is_passed_on(office: Post) -> None:
    """To whoever keeps configurations; strangers' are not."""
    heard: list[str] = []
    office.early.configured.append(lambda device, _at: heard.append(device))
    office.receive("192.0.2.7", trap(CONFIGURED))
    office.receive("10.2.0.1", trap(CONFIGURED))
    assert heard == ["r-dai"]


def test_every_shipped_trap_is_told_by_one_block_only() -> None:
    """Two profiles that say different things of one OID would make the order of files decide."""
    seen: dict[str, str] = {}
    for written in load().profiles.values():
        for block in written.profile.traps:
            for oid in () if block.where else block.oids.values():
                assert seen.setdefault(oid, written.name) == written.name, oid
    assert len(seen) > 60


def test_the_report_names_senders_and_what_they_said(office: Post) -> None:
    """The newest first; a community is in no text of it."""
    office.receive("10.2.0.5", trap(COLD_START))
    office.clock.move_to(NOW + SECOND)
    office.receive("192.0.2.7", trap("1.3.6.1.4.1.9.9.43.2.0.1"))
    stranger, known = office.traps.report().senders
    assert (stranger.address, stranger.known, stranger.trap) == (
        "192.0.2.7",
        False,
        "ciscoConfigManEvent",
    )
    assert stranger.about == "configuration"
    assert (known.owners, known.trap, known.version) == (("codec",), "coldStart", "2c")
    assert "bi-mat" not in repr(office.traps.report())


@given(st.integers(1, 10 * SECOND), st.lists(st.integers(0, 4 * SECOND), max_size=60))
def test_every_word_has_a_look_after_it_and_looks_keep_their_distance(spacing: int, gaps: list[int]) -> None:
    """A look comes no earlier than what led to it and at most one spacing later; two are a spacing apart."""
    apart, now, looks = Spacing(spacing), NOW, []
    for gap in gaps:
        now += gap
        within = apart.within(("device", ""), now)
        if within is not None:
            looks.append(now + within)
        assert now <= looks[-1] <= now + spacing
    assert all(later - sooner >= spacing for sooner, later in itertools.pairwise(looks))


def test_what_is_watched_follows_the_plan(province_plan: Plan, province: Inventory) -> None:
    """Every check is found by the address it goes to; what goes nowhere, such as the calendar, is not."""
    index = watched(province_plan, province)
    found = {id_ for owners in index.owners.values() for owner in owners for id_ in index.checks[owner]}
    assert found == {id_ for id_, check in province_plan.checks.items() if check.address}


def test_our_engine_stays_and_its_boots_grow() -> None:
    """The same id after every restart, another on another machine or for another database; later starts, more boots."""
    first, second = (own_engine("", "sqlite:///a.db", "m1", NOW + later) for later in (0, 2 * SECOND))
    assert first.id == second.id
    assert 5 <= len(first.id) <= 32
    assert first.id[0] & 0x80
    assert 0 < first.boots < second.boots < 1 << 31
    assert len({first.id, own_engine("", "sqlite:///a.db", "m2", 0).id, own_engine("", "b", "m1", 0).id}) == 3
    assert b"m1" not in first.id
    assert own_engine("8000000001", "a", "m1", 0).id == bytes.fromhex("8000000001")


def test_a_machine_without_an_id_has_its_name(tmp_path: Path) -> None:
    """In a container /etc/machine-id may be absent or empty."""
    (tmp_path / "id").write_text("0123\n")
    (tmp_path / "empty").touch()
    assert machine(tmp_path / "id") == "0123"
    assert machine(tmp_path / "empty") == machine(tmp_path / "none") == socket.gethostname()


@pytest.mark.parametrize("text", ["80", "zz00000000", "8000000001" * 8])
def test_an_engine_id_that_is_none_is_refused(text: str) -> None:
    """RFC 3411: 5 to 32 octets."""
    with pytest.raises(ValidationError):
        TrapSettings(engine_id=text)


def test_whoever_is_asked_with_is_believed(caplog: pytest.LogCaptureFixture) -> None:
    """Communities of v1 and v2c, users of v3; what is incomplete is named and left out, its secret unsaid."""
    found = [
        ("a", Secret("snmp_v1", {"community": "mot"})),
        ("b", Secret("snmp_v2c", {"community": "hai"})),
        ("c", Secret("snmp_v3", {"user": "ba", "auth": "sha256", "auth_password": "mat-khau-1"})),
        ("d", Secret("snmp_v3", {"user": "bon", "auth": "rot13", "auth_password": "mat-khau-2"})),
        ("e", Secret("ssh", {"password": "nam"})),
    ]
    communities, users = believed(found, KeyStore(b"pepper"))
    assert communities == [b"mot", b"hai"]
    assert [(user.name, user.flags) for user in users] == [(b"ba", 1)]
    assert "'d'" in caplog.text
    assert "mat-khau" not in caplog.text


def test_names_that_a_device_makes_up_are_not_remembered_for_ever() -> None:
    """Each port of each name has its own spacing, and a device may rename its ports as often as it likes."""
    apart, most = Spacing(5 * SECOND), 0
    for number in range(100_000):
        apart.within(("device", f"port-{number}"), NOW + number * SECOND // 100)
        most = max(most, len(apart))
    assert most < 25_000
    assert apart.within(("device", "port-99999"), NOW + 1000 * SECOND) is not None

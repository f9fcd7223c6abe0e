"""What one look shows of which item."""

from dataclasses import replace
from datetime import date

import pytest

from inventory.coverage.contract import Aspect
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    FieldRecord,
    Inventory,
    Line,
    Record,
    Sensor,
    Service,
    SurgeProtector,
    kind_of,
)
from netwatch.check import FactSeen, Observation
from netwatch.clock import SECOND
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from netwatch.sightings.claims import Claim, claims, port_claims, sure_kind
from netwatch.sightings.ports import is_port, up
from netwatch.sightings.sources import Index
from probes.contract import Columns
from probes.ports.objects import SPEED_METRIC

TEN = 10 * SECOND
SETTINGS = PlanSettings(
    TEN, TEN, TEN, TEN, TEN, TEN, TEN, anchors=("10.9.9.9",), credentials=frozenset({"snmp"})
)
GIGABIT = 1e9 / 8


def device(id_: str, kind: str, host: int, **more: object) -> Device:
    values: dict[str, object] = {"site": "S", "address": f"10.0.0.{host}", "credentials": ("snmp",), **more}
    return Device(id=id_, name=id_, kind=kind, **values)  # type: ignore[arg-type]


RECORDS: tuple[Record, ...] = (
    device("sw", "switch", 1),
    device("codec", "conferencing_endpoint", 2, protocols=("sip", "h323", "xapi")),
    device("old", "conferencing_endpoint", 3),
    device("camera", "camera", 4, protocols=("rtsp",)),
    device("io", "io_device", 5),
    device("server", "server", 6),
    Line(
        id="echoed", name="e", site="S", line_class="fibre_internet", a_device="sw", a_interface="Gi0/1",
        witness="echo", witness_address="10.1.0.1",
    ),
    Line(
        id="ported", name="p", site="S", line_class="fibre_internet", a_device="sw", a_interface="Gi0/2",
        witness="carrier",
    ),
    Line(
        id="tested", name="t", site="S", line_class="fibre_internet", witness="path", witness_device="sw",
        witness_oid="1.3.6.1.4.1.9.1.0", witness_expected=("1",),
    ),
    ConferencingEndpoint(id="room", name="r", device="codec"),
    ConferencingEndpoint(
        id="hall", name="h", device="old", registration_oid="1.3.6.1.4.1.9.2.0", registration_expected=("1",)
    ),
    SurgeProtector(
        id="spd", name="s", site="S", input_device="io", input_oid="1.3.6.1.4.1.9.3.0", input_closed_values=("1",),
        input_open_values=("2",),
    ),
    SurgeProtector(
        id="untried", name="u", site="S", input_device="io", input_oid="1.3.6.1.4.1.9.4.0", input_closed_values=("1",),
    ),
    Sensor(id="heat", name="n", site="S", kind="temperature", device="io", point="snmp:1.3.6.1.4.1.9.5.0"),
    FieldRecord(id="f", item="spd", kind="trip_test", on=date(2025, 1, 1), positions=("closed", "open")),
    Service(id="portal", name="w", site="S", kind="web", location="http://10.0.0.6/", device="server"),
)  # fmt: skip


def gathered() -> Inventory:
    kinds: dict[str, dict[str, Record]] = {}
    for record in RECORDS:
        kinds.setdefault(kind_of(record), {})[record.id] = record
    return Inventory(kinds)


INVENTORY = gathered()


@pytest.fixture(scope="module")
def planned() -> Plan:
    """All checks of these things."""
    return plan(INVENTORY, SETTINGS, 1)


def seen(*facts: tuple[str, bool | None, str], **more: object) -> Observation:
    told = tuple(FactSeen("", name, holds, reason) for name, holds, reason in facts)
    return replace(Observation("local", 1, 1, "c", 7, 0, told), **more)  # type: ignore[arg-type]


def shown(planned: Plan, target: str, kind: str, look: Observation, instance: str | None = None) -> set[str]:
    """What a look at a check shows, as 'item aspect value'."""
    (check,) = (
        check
        for check in planned.checks.values()
        if check.target == target and check.kind == kind and instance in (None, check.instance)
    )
    made = claims(Index(INVENTORY).source(check), look)
    return {" ".join(filter(None, (claim.item, claim.aspect, claim.value))) for claim in made}


REACHED = ("reachable", True, "answered")
SILENT = ("reachable", False, "no_answer")


@pytest.mark.parametrize(
    ("target", "kind", "look", "expected"),
    [
        ("sw", "icmp_echo", seen(REACHED), {"sw answered"}),
        ("sw", "icmp_echo", seen(SILENT), set()),
        ("sw", "icmp_echo", seen(REACHED, reason="permission"), set()),
        # What is read through a device, or stands on it, answers with it.
        ("io", "icmp_echo", seen(REACHED), {"io answered", "spd answered", "untried answered", "heat answered"}),
        ("echoed", "icmp_echo", seen(REACHED), {"echoed carried", "echoed answered"}),
        ("echoed", "icmp_echo", seen(SILENT), set()),
        ("tested", "snmp_path", seen(("path", True, "as_expected")),
         {"sw answered", "tested carried", "tested answered"}),
        ("tested", "snmp_path", seen(("path", False, "not_as_expected")), {"sw answered"}),
        ("tested", "snmp_path", seen(("path", None, "not_offered")), set()),
        # A limit that is kept says nothing of who answered.
        ("sw", "icmp_echo", seen(SILENT, ("within:icmp_loss_ratio", True, "as_expected")), set()),
        ("hall", "snmp_scalar", seen(("expected", True, "as_expected")),
         {"old answered", "hall answered", "hall registered"}),
        ("hall", "snmp_scalar", seen(("expected", False, "not_as_expected")), {"old answered", "hall answered"}),
        ("room", "sip_options", seen(("signalling", True, "answered"), ("available", False, "not_as_expected")),
         {"codec answered", "room answered", "room speaking sip"}),
        ("room", "sip_options", seen(("signalling", False, "no_answer")), set()),
        ("room", "h323_port", seen(("signalling", True, "answered"), notes=(("", "calibration", "not calibrated"),)),
         set()),
        ("room", "h323_port", seen(("signalling", True, "answered"), notes=(("", "calibration", "calibrated"),)),
         {"codec answered", "room answered", "room speaking h323"}),
        ("room", "h323_port", seen(("signalling", None, "untrusted")), set()),
        ("room", "xapi_status",
         seen(("registered", True, "as_expected"), ("healthy", False, "server_fault"), notes=(("", "serial", "FOC1"),)),
         {"codec answered", "room answered", "room speaking xapi", "room registered", "codec serial FOC1"}),
        ("camera", "rtsp_options", seen(("usable", None, "credentials")), {"camera answered", "camera speaking rtsp"}),
        ("camera", "rtsp_options", seen(("usable", False, "refused")), set()),
        ("spd", "snmp_scalar", seen(("expected", True, "as_expected")),
         {"io answered", "spd answered", "untried answered", "heat answered", "spd contact closed"}),
        ("spd", "snmp_scalar", seen(("expected", False, "not_as_expected")),
         {"io answered", "spd answered", "untried answered", "heat answered", "spd contact open"}),
        ("spd", "snmp_scalar", seen(("expected", None, "bad_answer")), set()),
        # Nobody has tried whether this contact works.
        ("untried", "snmp_scalar", seen(("expected", True, "as_expected")),
         {"io answered", "spd answered", "untried answered", "heat answered"}),
        ("heat", "snmp_point", seen(("expected", True, "answered")),
         {"io answered", "spd answered", "untried answered", "heat answered"}),
        # A page may be anybody's: that it comes says nothing of the device that is named.
        ("portal", "http_get", seen(("usable", True, "answered")), {"portal answered", "portal serving"}),
        ("portal", "http_get", seen(("usable", False, "server_fault")), {"portal answered"}),
        ("portal", "http_get", seen(("usable", False, "no_answer")), set()),
    ],
)  # fmt: skip
def test_a_look_shows_what_it_saw_and_nothing_else(
    planned: Plan, target: str, kind: str, look: Observation, expected: set[str]
) -> None:
    """Answers, registrations, protocols, positions and services, of the items they are of."""
    assert shown(planned, target, kind, look) == expected


def test_a_profile_tells_what_a_device_is(planned: Plan) -> None:
    """Identity of the whole device, its kind where the profile is sure, the registration of its endpoint."""
    notes = tuple(
        ("", name, text)
        for name, text in {
            "profile": "cisco_ios",
            "vendor": "Cisco",
            "model": "WS-C2960",
            "serial": "F1",
        }.items()
    )
    look = seen(("registration_ok", True, "as_expected"), notes=(*notes, ("fan", "model", "X")))
    told = shown(planned, "codec", "snmp_equipment", look)
    assert told == {
        "codec answered", "room answered", "codec profile cisco_ios", "codec vendor Cisco", "codec model WS-C2960",
        "codec serial F1", "codec kind switch", "room registered",
    }  # fmt: skip
    unknown = seen(notes=(("", "profile", "generic"), ("", "serial", "F2")))
    assert shown(planned, "sw", "snmp_equipment", unknown) == {"sw serial F2"}


@pytest.mark.parametrize(
    ("profile", "model", "kind"),
    [
        ("fortinet_fortigate", "FortiGate 60F", "firewall"),
        ("huawei_vrp", "USG6300", "firewall"),
        # Of this profile there are switches, routers and firewalls; what it mostly is, is a guess.
        ("huawei_vrp", "S5720", ""),
        ("cisco_ios", "ISR4331", ""),
        ("hp_jetdirect", "", ""),
        ("generic", "", ""),
        ("", "", ""),
    ],
)
def test_a_kind_is_only_told_where_it_is_sure(profile: str, model: str, kind: str) -> None:
    """A guess would contradict what was declared rightly."""
    assert sure_kind(profile, model) == kind


def ports_seen(speeds: dict[str, float | None], down: tuple[str, ...] = ()) -> Observation:
    facts = tuple(
        FactSeen(part, "carrier", part not in down, "carrier_down" if part in down else "carrier_up")
        for part in speeds
    )
    columns = (Columns(tuple(speeds), {SPEED_METRIC: tuple(speeds.values())}),)
    return Observation("local", 1, 1, "c", 7, 0, facts, columns=columns)


def test_the_fastest_port_that_is_up_counts(planned: Plan) -> None:
    """Neither one that is down, nor a VLAN that claims to be faster than any port; what is down tells what it could."""
    look = ports_seen(
        {
            "Gi0%2F1": GIGABIT / 10,
            "Gi0%2F2": GIGABIT,
            "Te1%2F1": 10 * GIGABIT,
            "Vlan1": 10 * GIGABIT,
            "Fa9": None,
        },
        down=("Te1%2F1",),
    )
    (check,) = (c for c in planned.checks.values() if c.target == "sw" and c.kind == "snmp_interfaces")
    source = Index(INVENTORY).source(check)
    assert list(port_claims(source, look, up(look))) == [
        Claim("sw", Aspect.SPEED, "1000000000"),
        Claim("sw", Aspect.CAPACITY, "10000000000"),
    ]
    assert source.ends == {"Gi0%2F1", "Gi0%2F2"}


@pytest.mark.parametrize(
    "name",
    ["GigabitEthernet0/1", "Gi0/0.100", "XGE0/0/1", "ether1", "eth0", "ge-0/0/0", "Port 1", "1", "1/1", "D1", "port1",
     "wan1", "internal", "Slot: 0 Port: 1 Gigabit - Level", "sfp-sfpplus1", "enp3s0", "Po rt", "Ethernet1/1"],
)  # fmt: skip
def test_ports_are_ports(name: str) -> None:
    """As makers name them."""
    assert is_port(name)


@pytest.mark.parametrize(
    "name",
    ["Vlan1", "Vl100", "Vlanif10", "lo", "lo0", "Loopback0", "InLoopBack0", "NULL0", "Nu0", "tunnel0", "Tu1", "br0",
     "bridge1", "Po1", "port-channel1", "Port-channel2", "ae0", "Eth-Trunk1", "bond0", "irb", "MEth0/0/1", "mgmt0",
     "fxp0", "Virtual-Template0", "Dialer1", "wlan0", "docker0", "Bridge-Aggregation1", "ssl.root", "Stack-port1"],
)  # fmt: skip
def test_what_only_looks_like_a_port_is_none(name: str) -> None:
    """A VLAN of a slow switch says that it is fast."""
    assert not is_port(name)

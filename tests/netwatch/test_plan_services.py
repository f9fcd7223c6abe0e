"""From services and cameras of the inventory to checks and subjects."""

import pytest

from inventory.snapshot import Device, Inventory, Service
from netwatch.clock import SECOND
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.translate.to_probes import params
from netwatch.verdict import SubjectKind
from probes.registry import probes

SETTINGS = PlanSettings(
    witness=30 * SECOND,
    core=30 * SECOND,
    device=60 * SECOND,
    counters=60 * SECOND,
    other_counters=300 * SECOND,
    recheck=10 * SECOND,
    anchor_interval=10 * SECOND,
    credentials=frozenset({"snmp"}),
    logins=frozenset({"xem"}),
    metrics={name: frozenset(one.name for one in probe.metrics) for name, probe in probes().items()},
)


def service(location: str | None, expected: tuple[str, ...] = (), device: str | None = None) -> Service:
    return Service(
        id="DV", name="Cổng", site="S", kind="web", location=location, expected=expected, device=device
    )


@pytest.mark.parametrize(
    ("location", "expected", "kind", "host", "asked"),
    [
        ("https://cong.example/a", ("status=200", "text=Trang chủ"), "http_get", "cong.example",
         {"url": "https://cong.example/a", "status": ("200",), "text": ("Trang chủ",)}),
        ("tcp://10.1.0.5:1433?tls=1", (), "tcp_connect", "10.1.0.5", {"port": 1433, "tls": True}),
        ("dns://10.1.0.2/a.example?type=MX", ("answer=10 m.example",), "dns_query", "10.1.0.2",
         {"name": "a.example", "type": "MX", "answer": ("10 m.example",), "port": 53}),
        ("smtp://10.1.0.3?starttls=1", (), "smtp_greeting", "10.1.0.3", {"port": 25, "tls": "starttls"}),
        ("smtps://10.1.0.3", (), "smtp_greeting", "10.1.0.3", {"port": 465, "tls": "tls"}),
        ("rtsp://10.1.9.8/kenh1", (), "rtsp_options", "10.1.9.8", {"port": 554, "path": "kenh1"}),
        ("ssh://10.1.0.4:2222", (), "ssh_banner", "10.1.0.4", {"port": 2222}),
        ("sips:hop@10.1.0.9", (), "sip_options", "10.1.0.9", {"transport": "tls", "port": 5061, "user": "hop"}),
        ("h323://10.1.0.9", (), "h323_port", "10.1.0.9", {"port": 1720, "site": "S"}),
    ],
)  # fmt: skip
def test_every_location_has_its_kind_of_look(
    location: str, expected: tuple[str, ...], kind: str, host: str, asked: dict[str, object]
) -> None:
    """Its parameters are those the probe takes, and its facts are those the verdict rests on."""
    made = plan(Inventory({"service": {"DV": service(location, expected)}}), SETTINGS, 1)
    (check,) = made.checks.values()
    assert (check.kind, check.address, check.target) == (kind, host, "DV")
    given = params(check, probes()[kind]).model_dump()
    assert {name: given[name] for name in asked} == asked
    subject = made.topology.subjects["DV"]
    assert subject.kind is SubjectKind.SERVICE
    assert {key.check for key in subject.facts} == {check.id}
    probe = probes()[kind]
    assert {key.fact for key in subject.facts} <= {*probe.facts, *probe.part_facts}


@pytest.mark.parametrize("location", [None, "cổng thông tin", "tcp://10.1.0.5"])
def test_a_service_that_nothing_can_look_at_is_not_monitored(location: str | None) -> None:
    """It is a subject without facts, so that it stands on the to-do list."""
    made = plan(Inventory({"service": {"DV": service(location)}}), SETTINGS, 1)
    assert not made.checks
    assert made.topology.subjects["DV"].facts == ()


def test_a_service_leans_on_the_device_it_runs_on() -> None:
    """It hangs from it, and is looked at with what that device's credentials are."""
    server = Device(
        id="SV", name="Máy chủ", site="S", kind="server", address="10.1.0.5", credentials=("snmp", "xem")
    )
    inventory = Inventory(
        {"device": {"SV": server}, "service": {"DV": service("https://cong.example/", device="SV")}}
    )
    made = plan(inventory, SETTINGS, 1)
    assert made.topology.subjects["DV"].parents == ("SV",)
    by_kind = {check.kind: check.credentials for check in made.checks.values()}
    assert by_kind["http_get"] == ("snmp", "xem")
    assert by_kind["snmp_system"] == ("snmp",)


def test_a_camera_that_speaks_rtsp_is_asked_for_its_picture() -> None:
    """Its own facts then tell more than that it answers pings; one with a login alone is not asked by SNMP."""
    camera = Device(
        id="CAM", name="Camera", site="S", kind="camera", address="10.1.9.8", credentials=("xem",),
        protocols=("rtsp:8554/kenh1",),
    )  # fmt: skip
    made = plan(Inventory({"device": {"CAM": camera}}), SETTINGS, 1)
    checks = {check.kind: check for check in made.checks.values()}
    assert set(checks) == {"icmp_echo", "rtsp_options"}
    assert dict(checks["rtsp_options"].params) == {"port": 8554, "path": "kenh1"}
    assert [key.fact for key in made.topology.subjects["CAM"].facts] == ["reachable", "usable"]


def test_a_service_that_names_no_device_hangs_from_that_with_its_address_else_from_its_sites_core() -> None:
    """So that a cut line above them is told once, whatever runs behind it."""
    records = {
        "SV": Device(id="SV", name="máy chủ", site="S", kind="server", address="10.1.0.5"),
        "KHAC": Device(id="KHAC", name="khác", site="S", kind="server", core=True),
        "LOI": Device(id="LOI", name="lõi", site="S", kind="router", address="10.1.0.1", core=True),
        "XA": Device(id="XA", name="xa", site="T", kind="router", address="10.2.0.1", core=True),
    }
    for location, parents in (
        ("tcp://10.1.0.5:1433", ("SV",)),
        ("https://cong.example/", ("LOI",)),
        (None, ("LOI",)),
    ):
        made = plan(Inventory({"device": records, "service": {"DV": service(location)}}), SETTINGS, 1)
        assert made.topology.subjects["DV"].parents == parents

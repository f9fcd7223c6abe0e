"""From endpoints and bridges of the inventory to checks, subjects and limits."""

from typing import Any

from inventory.snapshot import ConferencingEndpoint, Device, Inventory
from netwatch.check import check_id
from netwatch.clock import SECOND
from netwatch.limits.contract import Limit, Rule, Rulebook
from netwatch.limits.evaluate import sampled
from netwatch.limits.reading import read_rules
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings, Timing
from netwatch.translate.to_probes import params
from netwatch.verdict import SubjectKind
from probes.registry import probes

LOSS = Limit("call-loss", "conferencing_endpoint", "call_loss_ratio", part="*", bound=0.01)
SETTINGS = PlanSettings(
    witness=30 * SECOND,
    core=30 * SECOND,
    device=60 * SECOND,
    counters=60 * SECOND,
    other_counters=300 * SECOND,
    recheck=10 * SECOND,
    anchor_interval=10 * SECOND,
    credentials=frozenset({"snmp"}),
    probes={"h323_port": Timing(params={"unused_addresses": {"S": "10.1.0.250"}, "port": 9})},
    rulebook=Rulebook((Rule(LOSS),)),
    metrics={name: frozenset(one.name for one in probe.metrics) for name, probe in probes().items()},
)


def made(
    *protocols: str,
    kind: str = "conferencing_endpoint",
    endpoint: bool = True,
    credentials: tuple[str, ...] = (),
) -> Plan:
    """The plan of one device that speaks so, with an endpoint on it or without."""
    device = Device(
        id="D",
        name="D",
        site="S",
        kind=kind,
        address="10.1.0.9",
        protocols=protocols,
        credentials=credentials,
    )
    held = {"E": ConferencingEndpoint(id="E", name="Phòng họp", device="D")} if endpoint else {}
    return plan(Inventory({"device": {"D": device}, "conferencing_endpoint": held}), SETTINGS, 1)


def spoken(made: Plan, target: str) -> dict[str, dict[str, Any]]:
    found = [check for check in made.checks.values() if check.target == target and check.instance]
    return {check.instance: params(check, probes()[check.kind]).model_dump() for check in found}


def test_every_protocol_of_an_endpoints_device_has_its_look() -> None:
    """Port and transport are the inventory's to say, whatever the settings say; the unused address is theirs."""
    told = spoken(
        made("sip", "sip-tcp", "sips:5063", "h323", "xapi", "xapi-http:8080", "yealink", "ssh"), "E"
    )
    assert {name: (each.get("transport"), each["port"]) for name, each in told.items()} == {
        "sip": ("udp", 5060),
        "sip-tcp": ("tcp", 5060),
        "sips": ("tls", 5063),
        "h323": (None, 1720),
        "xapi": (None, 443),
        "xapi-http": (None, 8080),
        "yealink": (None, 6024),
    }
    assert told["h323"]["unused_addresses"][told["h323"]["site"]] == "10.1.0.250"
    assert [told[name]["tls"] for name in ("xapi", "xapi-http")] == [True, False]


def test_an_endpoint_is_judged_by_what_it_says() -> None:
    """Its own words, whether it answers, and the registration that its device's profile reads."""
    told = made("sip", "h323", "xapi", credentials=("snmp",))
    subject = told.topology.subjects["E"]
    assert (subject.kind, subject.host) == (SubjectKind.ENDPOINT, "D")
    assert sorted(key.fact for key in subject.facts) == sorted(
        ["registered", "healthy", "available", "serving", "signalling", "signalling", "registration_ok"]
    )
    of_device = told.topology.subjects["D"].facts
    assert not {"signalling", "registration_ok"} & {key.fact for key in of_device}


def test_a_bridge_is_looked_at_itself() -> None:
    """So is a device for conferencing on which the inventory has no endpoint."""
    for kind in ("conferencing_bridge", "conferencing_endpoint"):
        told = made("sip", "h323", kind=kind, endpoint=False)
        assert set(spoken(told, "D")) == {"sip", "h323"}
        facts = [key.fact for key in told.topology.subjects["D"].facts]
        assert facts.count("signalling") == 2


def test_other_devices_are_not_asked() -> None:
    """A server that speaks SIP is a matter of services."""
    assert spoken(made("sip", kind="server", endpoint=False), "D") == {}


def test_how_calls_go_is_judged_by_limits() -> None:
    """On the endpoint's own word, else on what its device's profile reads, whose fact names the endpoint."""
    (own,) = made("xapi", credentials=("snmp",)).topology.subjects["E"].limits
    assert (own.check, own.fact) == (check_id("E", "xapi_status", "xapi"), "within:call-loss")
    (profiled,) = made("sip", credentials=("snmp",)).topology.subjects["E"].limits
    assert (profiled.check, profiled.fact) == (check_id("D", "snmp_equipment"), "within:call-loss@E")


def test_rows_of_a_call_are_looked_for_often() -> None:
    """They are there only while it lasts."""
    told = made(credentials=("snmp",)).checks[check_id("D", "snmp_equipment")]
    assert params(told, probes()["snmp_equipment"]).model_dump()["survey_interval"] == 300


def test_the_last_call_of_an_hdx_is_shown_and_not_judged() -> None:
    """It goes on telling the numbers of a call that is long over."""
    shipped = {rule.limit.id: rule.limit for rule in read_rules().rules}
    told = (("last%20call", "call_loss_ratio", 0.2), ("incoming", "call_loss_ratio", 0.02))
    assert sampled(shipped["call-loss"], told) == 0.02
    assert sampled(shipped["call-loss"], told[:1]) is None

"""Why nothing could be asked of an item."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    Inventory,
    Line,
    Record,
    Service,
    SurgeProtector,
    kind_of,
)
from netwatch.check import FactKey
from netwatch.clock import SECOND
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.sightings.unmeasured import KINDS, declared_reason, facts_of, met_reason

TEN = 10 * SECOND
SETTINGS = PlanSettings(TEN, TEN, TEN, TEN, TEN, TEN, TEN, credentials=frozenset({"snmp"}))


def device(id_: str, address: str | None = "10.0.0.1", **more: object) -> Device:
    return Device(id=id_, name=id_, site="S", kind="switch", address=address, **more)  # type: ignore[arg-type]


def line(**more: object) -> Line:
    return Line(id="L", name="L", site="S", line_class="leased_line", **more)  # type: ignore[arg-type]


MUTE, PLAIN, OPEN = (
    device("mute", None),
    device("plain"),
    device("open", credentials=("snmp",), protocols=("sip",)),
)
PROTECTOR = SurgeProtector(id="P", name="P", site="S")
OID = "1.3.6.1.4.1.9.1.0"


def inventory_of(*records: Record) -> Inventory:
    kinds: dict[str, dict[str, Record]] = {}
    for record in records:
        kinds.setdefault(kind_of(record), {})[record.id] = record
    return Inventory(kinds)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (MUTE, "no_address"),
        (PLAIN, None),
        (line(), "no_witness"),
        (line(witness="echo"), "no_address"),
        (line(witness="echo", witness_address="10.0.0.9"), None),
        (line(witness="path", witness_oid=OID), "no_address"),
        (line(witness="path", witness_device="mute", witness_oid=OID), "no_address"),
        (line(witness="path", witness_device="plain", witness_oid=OID), "no_credentials"),
        (line(witness="path", witness_device="open", witness_oid=OID), None),
        (line(witness="carrier"), "no_witness"),
        (line(witness="carrier", a_device="plain", a_interface="a"), "no_credentials"),
        (line(witness="carrier", a_device="open", a_interface="a"), None),
        (ConferencingEndpoint(id="E", name="E", device="mute"), "no_address"),
        (ConferencingEndpoint(id="E", name="E", device="plain"), "no_protocol"),
        (ConferencingEndpoint(id="E", name="E", device="plain", registration_oid=OID), "no_credentials"),
        (ConferencingEndpoint(id="E", name="E", device="open"), None),
        (PROTECTOR, "no_input"),
        (replace(PROTECTOR, input_device="mute", input_oid=OID), "no_address"),
        (replace(PROTECTOR, input_device="plain", input_oid=OID), "no_credentials"),
        (replace(PROTECTOR, input_device="plain", input_point="modbus:1/discrete/0"), None),
        (replace(PROTECTOR, input_device="open", input_oid=OID), None),
        (Service(id="W", name="W", site="S", kind="web"), "no_location"),
        (Service(id="W", name="W", site="S", kind="web", location="gopher://x/"), "no_location"),
        (Service(id="W", name="W", site="S", kind="web", location="http://10.0.0.1/"), None),
    ],
)
def test_the_inventory_tells_what_it_leaves_out(record: Record, reason: str | None) -> None:
    """An address, credentials, a witness, an input, a protocol, a location."""
    inventory = inventory_of(MUTE, PLAIN, OPEN, record)
    assert declared_reason(record, kind_of(record), inventory) == reason


def test_the_facts_are_those_that_plans_name() -> None:
    """Every fact that a plan judges such things by is among them."""
    records: tuple[Record, ...] = (
        OPEN,
        line(witness="carrier", a_device="open", a_interface="Gi0/1"),
        replace(line(witness="path", witness_device="open", witness_oid=OID), id="L2"),
        replace(line(witness="path", witness_device="open", witness_expected=("1",)), id="L3"),
        replace(line(witness="echo", witness_address="10.0.0.9"), id="L4"),
        ConferencingEndpoint(
            id="E", name="E", device="open", registration_oid=OID, registration_expected=("1",)
        ),
        replace(PROTECTOR, input_device="open", input_oid=OID, input_closed_values=("1",)),
        Service(id="W", name="W", site="S", kind="web", location="http://10.0.0.1/"),
    )
    inventory = inventory_of(*records)
    subjects = plan(inventory, SETTINGS, 1).topology.subjects
    for record in records:
        kind = kind_of(record)
        assert kind in KINDS
        told, judged = set(facts_of(record, kind, inventory)), set(subjects[record.id].facts)
        assert told & judged, record.id
        if kind in ("line", "surge_protector"):
            assert told == judged


@dataclass(frozen=True)
class Fact:
    """What is believed of a fact."""

    holds: bool | None
    reason: str
    ever: bool = False


KEY, OTHER = FactKey("c", "", "reachable"), FactKey("d", "", "reachable")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "never_asked"),
        ({KEY: Fact(None, "not_yet_measured")}, "never_asked"),
        ({KEY: Fact(None, "stopped")}, "never_asked"),
        ({KEY: Fact(None, "credentials")}, "credentials_refused"),
        ({KEY: Fact(None, "not_offered")}, "not_offered"),
        ({KEY: Fact(None, "no_answer")}, "never_answered"),
        ({KEY: Fact(None, "vantage")}, "vantage_blind"),
        ({KEY: Fact(None, "permission")}, "unable"),
        # Asked, and silent: that is an answer of its own.
        ({KEY: Fact(False, "no_answer")}, None),
        ({KEY: Fact(None, "credentials"), OTHER: Fact(False, "no_answer")}, None),
        ({KEY: Fact(None, "stopped", ever=True)}, None),
        ({KEY: Fact(None, "not_yet_measured"), OTHER: Fact(None, "credentials")}, "credentials_refused"),
    ],
)
def test_looks_tell_what_they_met_with(facts: Mapping[FactKey, Fact], reason: str | None) -> None:
    """The first word that says why, of those that could not tell."""
    assert met_reason((KEY, OTHER), facts) == reason

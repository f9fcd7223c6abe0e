"""How many series a thing of each kind costs at the most, as docs/metrics.md says; and that none outlives its record.

A synthetic province as the demo's, with the shipped settings: every look gives every number that its probe knows, every
flag is set, every counter runs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.columns import pieces
from inventory.snapshot import Inventory
from netwatch.availability.periods import TO_DATE
from netwatch.availability.running import CLASSES
from netwatch.check import Check, FactKey, Observation
from netwatch.clock import SECOND
from netwatch.demo.province import province
from netwatch.incidents.view import DeskView
from netwatch.plan import Plan, plan
from netwatch.present import Judged, Present
from netwatch.queries.availability_counts import AvailabilityCount, column
from netwatch.queries.backups import BackupSeen
from netwatch.settings import Settings
from netwatch.state import FactState
from netwatch.strikes import Counted
from netwatch.throughput import Carried
from netwatch.translate.to_exporters import Exposition
from netwatch.translate.to_exporters_measured import Ports, exported_ports
from netwatch.translate.to_plan import plan_settings
from netwatch.verdict import Kind, SubjectKind, Verdict, Why
from probes.inspection import FACTS
from probes.part import part_name
from probes.registry import probes

Series = list[tuple[str, dict[str, str]]]
NOW = 1_793_491_200 * SECOND
KINDS = probes()
DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"
LINE = re.compile(r"^(netwatch_\w+)\{(.*)\} \S+$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
# Numbers of parts, which come on top: of calls, of what is read of equipment.
CALLS = "call_"
EQUIPMENT = frozenset(metric.name for metric in KINDS["snmp_equipment"].metrics)
SHIPPED = Settings.model_validate(
    {
        "credentials": {
            "community": {"kind": "snmp_v2c", "community": "env:COMMUNITY"},
            "login": {"kind": "login", "user": "netwatch", "password": "env:LOGIN"},
        }
    }
)


def measured(check: Check, ports: Ports) -> Iterator[tuple[str, str, float]]:
    """Every number that the probe of a check may give, once; those of ports and equipment of three parts."""
    choice = KINDS[check.kind].params.model_fields.get("metric")
    chosen = str(check.params.get("metric", choice.default)) if choice is not None else ""
    for metric in KINDS[check.kind].metrics:
        if chosen and metric.name != chosen:
            continue
        for part in parts(check, metric.name, ports):
            yield part, metric.name, 1.0


def parts(check: Check, metric: str, ports: Ports) -> tuple[str, ...]:
    """What of the target a number may be of."""
    if check.kind == "snmp_interfaces":
        return tuple(part_name(port) for port in ports.get(check.target, ()))
    return ("one", "two", "three") if check.kind == "snmp_equipment" or metric.startswith(CALLS) else ("",)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    """Twelve agencies and the centre."""
    return province(12, 68)


@pytest.fixture(scope="module")
def made(inventory: Inventory) -> Plan:
    """What is looked at there."""
    return plan(inventory, plan_settings(SHIPPED, dict(KINDS)), 1)


def everything(inventory: Inventory, made: Plan) -> Present:
    """A moment at which everything is known of everything, and everything is the matter with it."""
    subjects, ports = made.topology.subjects, exported_ports(inventory)
    verdict = Verdict(Kind.UP, Why.ANSWERS, manageable=True)
    keys = {key for subject in subjects.values() for key in subject.hears}
    latest = {
        check.id: Observation("local", place, 1, check.id, NOW, 1, (), samples=tuple(measured(check, ports)))
        for place, check in enumerate(made.checks.values())
    }
    return Present(
        at=NOW, started=NOW, live=True, ready=True, heartbeat=NOW, sample=True, plan_revision=1,
        inventory=inventory, checks=made.checks, subjects=subjects,
        judged=dict.fromkeys(subjects, Judged(verdict, NOW, NOW)), facts=held(made, keys), latest=latest,
        desk=DeskView(flapping=frozenset(subjects), in_maintenance=dict.fromkeys(subjects, "1")),
        completeness=dict.fromkeys(inventory.of("organisation_unit"), 1.0),
        strikes=dict.fromkeys(inventory.of("surge_protector"), Counted(1, NOW)),
        carried=dict.fromkeys(inventory.of("line"), Carried(NOW, 60 * SECOND, 1.0, 1.0)),
        peaks={(line, way): 0.5 for line in inventory.of("line") for way in ("down", "up")},
        backups=dict.fromkeys(inventory.of("device"), BackupSeen("kept", NOW, 1, NOW)),
        availability=available(inventory),
    )  # fmt: skip


def held(made: Plan, keys: set[FactKey]) -> Mapping[FactKey, FactState]:
    """All facts, those of inspections that force one too."""
    forced = {
        FactKey(check.id, "", fact)
        for check in made.checks.values()
        if check.kind == "inspection_term"
        for fact in FACTS.values()
    }
    return {key: FactState(key, holds=True, since=NOW, failed=NOW, ever=True) for key in keys | forced}


def available(inventory: Inventory) -> AvailabilityCount:
    """All periods of all sites and lines."""
    spent = (SECOND,) * len(CLASSES)
    columns = {
        (kind, period): column(kind, period, dict.fromkeys(inventory.of(kind), spent))
        for kind in ("site", "line")
        for period in TO_DATE
    }
    return AvailabilityCount(NOW, columns)


def scraped(present: Present) -> Series:
    """The series of a scrape: names and labels."""
    sections = Exposition(present, KINDS).sections(present, NOW, "1")
    text = b"".join(pieces(sections)).decode()
    return [(name, dict(LABEL.findall(labels))) for name, labels in LINE.findall(text)]


def budget() -> Mapping[str, int]:
    """The table of the docs: by kind, the most series."""
    rows = re.findall(r"^\| `?(\w+)`? \| (\d+) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    return {kind: int(count) for kind, count in rows}


def on_top(name: str, labels: Mapping[str, str]) -> bool:
    """Whether a series is of a part, and not of the thing itself."""
    return "part" in labels and (CALLS in name or name.removeprefix("netwatch_device_") in EQUIPMENT)


def costs(series: Series, kind: str) -> Counter[str]:
    """How many series each thing of a kind has."""
    own = ((name, labels) for name, labels in series if name.startswith(f"netwatch_{kind}_"))
    return Counter(labels[kind] for name, labels in own if not on_top(name, labels))


@pytest.fixture(scope="module")
def series(inventory: Inventory, made: Plan) -> Series:
    """A scrape when everything is known."""
    return scraped(everything(inventory, made))


@pytest.mark.parametrize("kind", list(SubjectKind))
def test_nothing_costs_more_series_than_the_docs_say(kind: SubjectKind, series: Series, made: Plan) -> None:
    """And the dearest of a kind costs just that; but no endpoint here speaks all that endpoints may."""
    found = costs(series, kind)
    assert len(found) == sum(subject.kind is kind for subject in made.topology.subjects.values()) > 0
    assert max(found.values()) == (17 if kind is SubjectKind.ENDPOINT else budget()[kind])
    assert max(found.values()) <= budget()[kind]


def test_a_port_costs_what_the_docs_say(series: Series) -> None:
    """Counters, speed and its name."""
    ports = Counter(
        (labels["device"], labels["part"])
        for name, labels in series
        if name.startswith("netwatch_interface_")
    )
    assert max(ports.values()) == budget()["port"]


def test_no_series_is_there_twice(series: Series) -> None:
    """A Prometheus would refuse the whole scrape."""
    each = Counter((name, *sorted(labels.items())) for name, labels in series)
    assert [one for one, count in each.items() if count > 1] == []


def test_what_is_retired_is_gone_from_the_next_scrape(
    series: Series, inventory: Inventory, made: Plan
) -> None:
    """Every series of it, also where what was counted of it is still known; all others stay."""
    before = everything(inventory, made)
    subjects = made.topology.subjects.values()
    retired = {kind: next(one.id for one in subjects if one.kind is kind) for kind in SubjectKind}
    fewer = {
        str(kind): {k: v for k, v in inventory.of(kind).items() if k != id_} for kind, id_ in retired.items()
    }
    left = replace(inventory, records={**inventory.records, **fewer})
    planned = plan(left, plan_settings(SHIPPED, dict(KINDS)), 2)
    # Availability is counted once a minute.
    after = replace(
        before,
        inventory=left,
        checks=planned.checks,
        subjects=planned.topology.subjects,
        availability=available(left),
    )
    assert not Exposition(before, KINDS).fits(after)
    shown = scraped(after)
    for kind, id_ in retired.items():
        assert id_ in {labels.get(kind) for _, labels in series}
        own = {name for name, labels in shown if name.startswith(f"netwatch_{kind}_") and labels[kind] == id_}
        assert own == set()
        others = {labels[kind] for name, labels in shown if name == f"netwatch_{kind}_verdict"}
        assert others == {one.id for one in planned.topology.subjects.values() if one.kind is kind}

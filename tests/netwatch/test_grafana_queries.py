"""What the dashboards for Grafana ask is PromQL, and asks only for what netwatch or Prometheus has."""

import re
from collections.abc import Iterator

import promql_parser
import pytest

from exporters.grafana.boards import BOARDS
from exporters.rules.estimates import Pace, estimate_groups
from inventory.snapshot import Inventory
from netwatch.present import Present
from netwatch.translate.to_exporters_availability import AvailabilityLines, availability_families
from netwatch.translate.to_exporters_contacts import contact_families, contacts_of
from netwatch.translate.to_exporters_coverage import coverage_families
from netwatch.translate.to_exporters_daemon import daemon_families
from netwatch.translate.to_exporters_equipment import equipment_families
from netwatch.translate.to_exporters_incidents import incident_families
from netwatch.translate.to_exporters_info import info_families
from netwatch.translate.to_exporters_subjects import SubjectLines
from netwatch.verdict import SubjectKind
from probes.registry import probes

# What Grafana puts in place of variables before it asks.
PLACES = {"__range": "3600s", "__rate_interval": "60s", "period": "month"}
# What Prometheus itself says of every target, and the client library of the process.
OF_TARGETS = frozenset({"up", "scrape_samples_scraped", "scrape_duration_seconds"})
OF_PROCESS = frozenset(
    {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"}
)
# What the listener of /metrics adds of itself.
OF_LISTENERS = frozenset({"netwatch_certificate_expiry_timestamp_seconds"})
QUESTIONS = {
    *(query.expr for board in BOARDS for panel in board.panels() for query in panel.queries),
    *(variable.query for board in BOARDS for variable in board.variables if variable.query),
    *(marks.query for board in BOARDS for marks in board.marks),
}


def asked(question: str) -> str:
    """A question as Prometheus gets it."""
    return re.sub(r"\$(\w+)", lambda found: PLACES.get(found[1], ".*"), question)


def nothing() -> Present:
    """A daemon that watches nothing: its families are there, without lines."""
    return Present(
        at=0, started=0, live=True, ready=True, heartbeat=0, sample=False, plan_revision=0, inventory=Inventory(),
        checks={}, subjects={}, judged={}, facts={}, latest={},
    )  # fmt: skip


@pytest.fixture(scope="module")
def metrics() -> frozenset[str]:
    """The names of all series there may be."""
    empty = nothing()
    families = (
        *(family for family in SubjectLines(empty).families(empty, 0) if family),
        *info_families(empty.inventory),
        *incident_families(empty),
        *contact_families(empty, contacts_of(empty)),
        *equipment_families(empty, 0),
        *coverage_families(empty),
        *availability_families(empty),
        *AvailabilityLines().families(empty),
        *daemon_families(empty, ""),
    )
    parts = ("_bucket", "_sum", "_count")
    histograms = {f"{one.name}{part}" for one in families for part in parts if one.kind == "histogram"}
    measured = {metric.name for probe in probes().values() for metric in probe.metrics}
    of_things = {f"netwatch_{kind}_{name}" for kind in (*SubjectKind, "anchor") for name in measured}
    recorded = {rule.record for group in estimate_groups(Pace(3, 60, 15)) for rule in group.rules}
    return frozenset(
        {*(one.name for one in families), *histograms, *of_things, *(f"netwatch_{name}" for name in measured)}
        | recorded
        | OF_TARGETS
        | OF_PROCESS
        | OF_LISTENERS
    )


def test_every_question_is_promql() -> None:
    """As Prometheus's own grammar has it, with the variables filled in."""
    for question in QUESTIONS:
        promql_parser.parse(asked(question))


def test_a_question_that_is_none_is_refused() -> None:
    """The reader of the questions would notice."""
    with pytest.raises(ValueError, match=r"(?i)unclosed|parse|unexpected|invalid"):
        promql_parser.parse("sum by (x) (rate(a[5m])")


def named(question: str) -> Iterator[str]:
    """The metrics that a question asks for."""
    yield from re.findall(r"([A-Za-z_:][\w:]*)\{", f"{question}{{" if "{" not in question else question)


def test_every_metric_that_is_asked_for_exists(metrics: frozenset[str]) -> None:
    """A renamed metric would leave a panel empty for ever."""
    names = {name for question in QUESTIONS for name in named(question)}
    assert sorted(names - metrics) == []
    assert len(names) > 50

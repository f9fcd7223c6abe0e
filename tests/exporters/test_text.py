"""The text we render says what prometheus_client reads back, in both formats, whatever the labels hold."""

import math
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from exporters.prometheus import FamilyCollector, families_of, process_registry
from exporters.series import Family, Point
from exporters.text import histogram, number, prefers_openmetrics, render

NAMES = st.from_regex(re.compile(r"[a-z][a-z_]{0,8}[a-z]", re.ASCII), fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.one_of(st.floats(), st.integers(-(2**53), 2**53).map(float))
POINTS = st.lists(
    st.builds(Point, st.dictionaries(NAMES, TEXTS, max_size=3), VALUES),
    max_size=4,
    unique_by=lambda point: tuple(sorted(point.labels.items())),
)


def _family(name: str, kind: str, help_: str, points: list[Point]) -> Family:
    return Family(
        f"netwatch_{name}_total" if kind == "counter" else f"netwatch_{name}_x", kind, help_, points
    )


FAMILIES = st.lists(
    st.builds(_family, NAMES, st.sampled_from(["gauge", "counter"]), TEXTS, POINTS),
    max_size=4,
    unique_by=lambda family: family.name,
)


def _same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


@given(FAMILIES)
def test_what_is_rendered_is_read_back_by_prometheus_client(families: list[Family]) -> None:
    read = {metric.name: metric for metric in read_prometheus(render(families))}
    for family in families:
        metric = read[family.name.removesuffix("_total") if family.kind == "counter" else family.name]
        assert metric.type == family.kind
        assert [sample.labels for sample in metric.samples] == [dict(point.labels) for point in family.points]
        assert all(_same(s.value, p.value) for s, p in zip(metric.samples, family.points, strict=True))


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_label_value_survives_both_formats(text: str) -> None:
    family = Family("netwatch_x", "gauge", "Help.", [Point({"name": text}, 1)])
    for reader, is_open in ((read_prometheus, False), (read_openmetrics, True)):
        metrics = list(reader(render([family], openmetrics=is_open)))
        assert metrics[0].samples[0].labels == {"name": text}


def test_openmetrics_names_counters_without_total_and_ends() -> None:
    family = Family("netwatch_looks_total", "counter", "Looks.", [Point({"outcome": "known"}, 3)])
    text = render([family], openmetrics=True)
    assert "# TYPE netwatch_looks counter" in text
    assert text.endswith("# EOF\n")
    assert [metric.name for metric in read_openmetrics(text)] == ["netwatch_looks"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"), (0.25, "0.25"), (9007199254740992.0, "9007199254740992"), (1e300, "1e+300"), (-0.5, "-0.5"),
        (math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (1_000_000_000_007.0, "1000000000007"),
        (2**64 - 1, "18446744073709551615"), (True, "1"),
    ],
)  # fmt: skip
def test_numbers_are_written_without_loss(value: float, text: str) -> None:
    assert number(value) == text


def test_a_histogram_has_its_infinite_bucket_sum_and_count() -> None:
    family = Family("netwatch_commit_seconds", "histogram", "Commits.", histogram({0.1: 2, 1.0: 3}, 4.5, 4))
    for metrics in (read_prometheus(render([family])), read_openmetrics(render([family], openmetrics=True))):
        samples = {(s.name, s.labels.get("le")): s.value for metric in metrics for s in metric.samples}
        assert samples["netwatch_commit_seconds_bucket", "+Inf"] == 4
        assert samples["netwatch_commit_seconds_sum", None] == 4.5


def test_the_process_own_numbers_are_families_too() -> None:
    families = families_of(process_registry())
    names = {family.name for family in families}
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "python_info"} <= names
    assert {metric.name for metric in read_prometheus(render(families))} >= {"process_cpu_seconds"}


def test_a_registry_of_somebody_else_can_collect_our_families() -> None:
    family = Family("netwatch_device_up", "gauge", "Up.", [Point({"device": "r1"}, 1)])
    registry = CollectorRegistry()
    Gauge("other", "Theirs.", registry=registry).set(5)
    registry.register(FamilyCollector(lambda: [family]))
    assert registry.get_sample_value("netwatch_device_up", {"device": "r1"}) == 1
    assert 'netwatch_device_up{device="r1"} 1.0' in openmetrics_text(registry).decode()


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", True), ("*/*", False), ("", False)],
)
def test_openmetrics_is_given_to_those_who_ask_for_it(accept: str, wanted: bool) -> None:
    assert prefers_openmetrics(accept) is wanted


def test_promtool_accepts_the_text() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    families = [
        Family("netwatch_device_up", "gauge", 'Up "or" not\\.', [Point({"device": 'tầng "2"\\\n'}, 1)]),
        *families_of(process_registry()),
    ]
    done = subprocess.run(
        [promtool, "check", "metrics"], check=False, input=render(families), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")

"""The metrics say what the blueprint promises: verdicts always, values only while they are known and fresh."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from exporters.columns import pieces
from exporters.prometheus import FamilyCollector
from exporters.series import Family, Point
from exporters.text import render
from inventory.snapshot import Inventory
from netwatch.check import Observation, check_id
from netwatch.clock import SECOND
from netwatch.incidents.contract import Incident, Nature
from netwatch.present import Present, VantageHealth
from netwatch.queries.backups import BackupSeen
from netwatch.state import STOPPED
from netwatch.throughput import Carried
from netwatch.translate.to_exporters import Exposition, families
from netwatch.translate.to_exporters_measured import exported_ports
from netwatch.verdict import Kind, SubjectKind, Verdict
from probes.contract import Columns, Probe
from probes.registry import probes

Values = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="session")
def kinds() -> Mapping[str, Probe]:
    return probes()


@pytest.fixture
def metrics(kinds: Mapping[str, Probe]) -> Callable[..., Values]:
    def read(present: Present, now: int) -> Values:
        every = families(present, now, kinds, "1.2.3")
        return {
            (f.name + p.suffix, tuple(sorted(p.labels.items()))): p.value for f in every for p in f.points
        }

    return read


def _names(values: Values) -> set[str]:
    return {name for name, _ in values}


def _of(values: Values, name: str, **labels: str) -> float | None:
    return values.get((name, tuple(sorted(labels.items()))))


@pytest.mark.parametrize("kind", list(SubjectKind))
def test_every_subject_has_its_whole_state_set(
    kind: SubjectKind, present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(present, now)
    for subject in present.subjects.values():
        if subject.kind is kind:
            held = {
                v: _of(values, f"netwatch_{kind}_verdict", **{kind: subject.id, "verdict": v}) for v in Kind
            }
            assert sorted(held.values(), key=str) == [0, 0, 0, 0, 1], subject.id
            assert held[present.judged[subject.id].verdict.kind] == 1


def test_up_is_1_for_up_and_degraded_0_for_down_and_absent_while_unknown(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(present, now)
    assert _of(values, "netwatch_site_up", site="S-AN") == 1
    assert _of(values, "netwatch_line_up", line="L-AN") == 0
    assert _of(values, "netwatch_device_up", device="core") == 1
    assert _of(values, "netwatch_device_up", device="sw-an") is None
    assert (
        _of(values, "netwatch_device_last_observation_timestamp_seconds", device="sw-an") == now / SECOND - 20
    )


def test_what_is_older_than_two_intervals_is_absent_and_the_verdict_stays(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    later = now + 3600 * SECOND
    values = metrics(present, later)
    assert not {name for name in _names(values) if name.endswith(("_up", "_rtt_seconds", "_bytes_total"))}
    assert not _names(values) & {"netwatch_device_manageable", "netwatch_surge_protector_contact_normal"}
    assert {"netwatch_line_verdict", "netwatch_line_last_observation_timestamp_seconds"} <= _names(values)


def test_two_intervals_are_still_fresh_and_one_microsecond_more_is_not(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    # The line's witness looks every 30 s, its newest look is 20 s old.
    name, labels = "netwatch_line_icmp_rtt_seconds", {"line": "L-AN-4G"}
    assert _of(metrics(present, now + 40 * SECOND), name, **labels) == 0.0034
    assert _of(metrics(present, now + 40 * SECOND + 1), name, **labels) is None


def test_a_subject_nobody_looked_at_has_its_verdict_and_no_values(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(replace(present, latest={}, judged={}, facts={}), now)
    assert _of(values, "netwatch_line_verdict", line="L-AN", verdict="unknown") == 1
    assert _of(values, "netwatch_line_last_observation_timestamp_seconds", line="L-AN") == 0
    assert "netwatch_line_up" not in _names(values)


def test_what_a_look_measured_is_named_after_the_kind_of_its_target(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(present, now)
    assert _of(values, "netwatch_device_icmp_rtt_seconds", device="r-an") == 0.0034
    assert _of(values, "netwatch_line_icmp_loss_ratio", line="L-AN") == 1
    assert _of(values, "netwatch_line_icmp_rtt_seconds", line="L-AN") is None
    assert _of(values, "netwatch_anchor_icmp_loss_ratio", anchor="10.0.0.254") == 0


def test_only_line_ends_and_flagged_ports_are_exported(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(present, now)
    name = "netwatch_interface_receive_bytes_total"
    assert _of(values, name, device="core", part="Gi0%2F0%2F2") == 1e12 + 7, "a line's end"
    assert _of(values, name, device="core", part="Gi0%2F0%2F1") == 1e12 + 7, "flagged"
    assert _of(values, name, device="core", part="Gi0%2F0%2F9") is None
    assert _of(values, name, device="sw-an", part="Gi0%2F0") is None


def test_a_line_end_the_inventory_refuses_to_export_stays_inside(province: Inventory) -> None:
    assert "Gi0/0/3" not in exported_ports(province)["core"]
    assert "Gi0/0/2" in exported_ports(province)["core"]


def test_registration_contact_and_manageability_are_yes_no_or_absent(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(present, now)
    assert _of(values, "netwatch_conferencing_endpoint_registered", conferencing_endpoint="E-DAI") == 0
    assert _of(values, "netwatch_surge_protector_contact_normal", surge_protector="SPD-DAI") == 0
    assert _of(values, "netwatch_device_manageable", device="r-an") == 1
    assert _of(values, "netwatch_device_manageable", device="core") == 0
    assert _of(values, "netwatch_device_manageable", device="r-dai") is None
    unknown = {key: replace(fact, holds=None, reason=STOPPED) for key, fact in present.facts.items()}
    assert "netwatch_surge_protector_contact_normal" not in _names(
        metrics(replace(present, facts=unknown), now)
    )


def test_an_endpoint_is_down_with_its_device_though_nobody_asks_for_its_registration_meanwhile(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    latest = {id_: seen for id_, seen in present.latest.items() if id_ != check_id("E-DAI", "snmp_scalar")}
    values = metrics(replace(present, latest=latest), now)
    assert _of(values, "netwatch_conferencing_endpoint_up", conferencing_endpoint="E-DAI") == 0


def test_names_stand_in_info_series_and_only_there(
    present: Present, now: int, kinds: Mapping[str, Probe]
) -> None:
    infos, others = [], []
    for family in families(present, now, kinds, "1.2.3"):
        (infos if family.name.endswith("_info") else others).append(family)
    shown = {label for family in others for point in family.points for label in point.labels}
    assert not shown & {"name", "agency", "agency_name", "site_name", "provider", "address"}
    labels = {f.name: [dict(p.labels) for p in f.points] for f in infos}
    assert labels["netwatch_line_info"][0] == {
        "line": "L-AN", "name": "TSLCD cấp II An Bình", "class": "tslcd_access_2", "role": "main",
        "provider": "VNPT", "contract_number": "HĐ-17/2026", "route_group": "cáp 12", "witness": "echo",
        "site": "S-AN", "site_name": "Trụ sở xã An Bình", "agency": "XA-AN", "agency_name": "UBND xã An Bình",
    }  # fmt: skip
    assert {
        "site": "S-AN",
        "name": "Trụ sở xã An Bình",
        "agency": "XA-AN",
        "agency_name": "UBND xã An Bình",
    } in labels["netwatch_site_info"]
    assert {"device": "core", "part": "Gi0%2F0%2F2", "name": "Gi0/0/2", "line": "L-AN"} in labels[
        "netwatch_interface_info"
    ]


def test_contracted_bandwidth_is_in_bytes_per_second(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    name = "netwatch_line_contracted_bytes_per_second"
    assert _of(metrics(present, now), name, line="L-AN", direction="down") == 12_500_000
    assert _of(metrics(present, now), name, line="L-AN-4G", direction="down") is None


def test_a_line_tells_its_share_of_what_is_contracted_while_that_is_fresh(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    """In each direction of which both are known; nothing is contracted for the backup line."""
    rates = Carried(now - 20 * SECOND, 60 * SECOND, 5_375_000, None)
    shown = replace(present, carried={"L-AN": rates, "L-AN-4G": rates})
    name = "netwatch_line_utilisation_ratio"
    values = metrics(shown, now)
    assert _of(values, name, line="L-AN", direction="down") == 0.43
    assert len([name_ for name_, _ in values if name_ == name]) == 1
    assert name in _names(metrics(shown, now + 100 * SECOND))
    assert name not in _names(metrics(shown, now + 100 * SECOND + 1))


def test_devices_tell_when_their_configuration_was_read(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    """Of one that never was, only how often that failed."""
    backups = {
        "core": BackupSeen("unchanged", now, 0, now - SECOND),
        "r-an": BackupSeen("credentials", 0, 2, 0),
    }
    values = metrics(replace(present, backups=backups), now)
    name = "netwatch_device_configuration"
    assert _of(values, f"{name}_read_timestamp_seconds", device="core") == now / SECOND
    assert _of(values, f"{name}_changed_timestamp_seconds", device="core") == now / SECOND - 1
    assert _of(values, f"{name}_read_timestamp_seconds", device="r-an") is None
    assert _of(values, f"{name}_failures", device="r-an") == 2


def test_the_daemons_own_numbers_are_there(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    blind = (VantageHealth("local", anchors=2, blind_since=now - SECOND),)
    values = metrics(replace(present, vantages=blind), now)
    assert _of(values, "netwatch_looks_total", outcome="known") == 4000
    assert _of(values, "netwatch_looks_unknown_total", reason="deadline") == 3
    assert _of(values, "netwatch_rounds_total", fate="late") == 1
    assert _of(values, "netwatch_store_commit_seconds_bucket", le="+Inf") == 20
    assert _of(values, "netwatch_store_behind_seconds") == 0
    assert _of(values, "netwatch_reload_in_force") == 1
    assert _of(values, "netwatch_build_info", version="1.2.3") == 1
    assert _of(values, "netwatch_vantage_blind", vantage="local") == 1


def test_the_clocks_error_is_told_while_it_is_known(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    """Absent, not 0, while it is not."""
    silent = metrics(present, now)
    assert not [key for key in silent if "clock_max_error" in str(key) or "clock_synchronised" in str(key)]
    counts = replace(present.counts, clock_synchronised=True, clock_max_error_seconds=0.03)
    values = metrics(replace(present, counts=counts), now)
    assert _of(values, "netwatch_clock_synchronised") == 1
    assert _of(values, "netwatch_clock_max_error_seconds") == 0.03


@pytest.fixture
def every(present: Present, now: int, kinds: Mapping[str, Probe]) -> list[Family]:
    return families(present, now, kinds, "1.2.3")


def test_two_checks_of_one_thing_never_tell_the_same_series(
    present: Present, now: int, kinds: Mapping[str, Probe]
) -> None:
    """An endpoint that speaks SIP over UDP and TLS: the second is named by what it speaks."""
    template = next(iter(present.checks.values()))
    checks, latest = {}, {}
    for instance in ("sip", "sips"):
        id_ = check_id("E-DAI", "sip_options", instance)
        checks[id_] = replace(
            template, id=id_, target="E-DAI", kind="sip_options", instance=instance, anchor=False
        )
        latest[id_] = Observation("local", 1, 3, id_, now, 0, (), samples=(("", "sip_rtt_seconds", 0.01),))
    shown = replace(present, checks=checks, latest=latest)
    (family,) = [one for one in families(shown, now, kinds, "1") if one.name.endswith("_sip_rtt_seconds")]
    assert [dict(point.labels) for point in family.points] == [
        {"conferencing_endpoint": "E-DAI"},
        {"conferencing_endpoint": "E-DAI", "part": "sips"},
    ]


def test_a_contact_and_its_counter_are_told_apart_by_their_names_alone(
    present: Present, now: int, kinds: Mapping[str, Probe]
) -> None:
    """Both are read by one kind of probe, and each gives a number of its own: no part is needed."""
    template = next(iter(present.checks.values()))
    protector = next(iter(present.inventory.of("surge_protector")))
    checks, latest = {}, {}
    for instance, metric in (("", "point_value"), ("strikes", "strikes_counted")):
        id_ = check_id(protector, "modbus_point", instance)
        checks[id_] = replace(
            template,
            id=id_,
            target=protector,
            kind="modbus_point",
            instance=instance,
            anchor=False,
            params={"metric": metric} if instance else {},
        )
        latest[id_] = Observation("local", 1, 3, id_, now, 0, (), samples=(("", metric, 1.0),))
    shown = families(replace(present, checks=checks, latest=latest), now, kinds, "1")
    told = [one for one in shown if one.name.endswith(("_protector_point_value", "_strikes_counted"))]
    assert [dict(point.labels) for one in told for point in one.points] == [
        {"surge_protector": protector}
    ] * 2


# The most series of a thing, as docs/metrics.md has them: what every kind has, and what its probes may give of it as a
# whole. What equipment tells of its parts, and ports, come on top.
COMMON = 10
PROBED: Mapping[str, tuple[tuple[str, ...], int]] = {
    # Its bandwidth: contracted, used, at its peak, in two directions each; four classes of its time in three periods.
    "line": (("icmp_echo",), 6 + 12),
    # Manageable; when its configuration was read, was changed, and failures.
    "device": (("icmp_echo", "snmp_system", "rtsp_options", "snmp_scalar"), 4),
    # Registered; SIP over UDP, TCP and TLS; three diagnoses of a codec, its up time and temperature.
    "conferencing_endpoint": (
        ("sip_options", "sip_options", "sip_options", "h323_port", "snmp_scalar"),
        1 + 5,
    ),
    # Contact, commissioned, last failure, strikes since the start; the contact and the counter. Of its inspection: when
    # it is due, the end of its life, earth resistance, and seven triggers.
    "surge_protector": (("snmp_scalar",), 15),
    "sensor": (("snmp_scalar",), 1),
    "service": (("http_get",), 1),
    "site": ((), 12),
}


def test_the_documents_name_the_budget_of_series(kinds: Mapping[str, Probe]) -> None:
    """And it is that of the probes as they are."""
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    budget = dict(re.findall(r"^\| `?(\w+)`? \| (\d+) \|", text, re.MULTILINE))
    for kind in SubjectKind:
        probed, own = PROBED[kind]
        most = COMMON + own + sum(len(kinds[name].metrics) for name in probed)
        assert int(budget[kind]) == most, kind
    assert int(budget["port"]) == len(kinds["snmp_interfaces"].metrics) + 1


def test_no_thing_has_more_series_than_its_budget(every: list[Family]) -> None:
    """But for ports and parts."""
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    budget = dict(re.findall(r"^\| `?(\w+)`? \| (\d+) \|", text, re.MULTILINE))
    for kind in SubjectKind:
        counted = Counter(
            point.labels[kind]
            for family in every
            for point in family.points
            if kind in point.labels
            and "part" not in point.labels
            and family.name.startswith(f"netwatch_{kind}_")
        )
        assert max(counted.values(), default=0) <= int(budget[kind]), kind


def test_names_and_series_are_unique_and_in_base_units(every: list[Family]) -> None:
    names = [family.name for family in every]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.endswith(("_ms", "_percent", "_bits", "_minutes"))]
    assert all((family.kind == "counter") == family.name.endswith("_total") for family in every)
    series = [(f.name, p.suffix, tuple(sorted(p.labels.items()))) for f in every for p in f.points]
    assert len(series) == len(set(series))


def test_an_openmetrics_reader_takes_all_of_it(every: list[Family]) -> None:
    read = {metric.name for metric in read_openmetrics(render(every, openmetrics=True))}
    assert {"netwatch_device_verdict", "netwatch_looks", "netwatch_interface_receive_bytes"} <= read


def test_promtool_has_nothing_to_complain_about(every: list[Family], kinds: Mapping[str, Probe]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    declared = [metric for probe in kinds.values() for metric in probe.metrics]
    each = {metric.name: metric for metric in declared}.values()
    measured = [Family(f"netwatch_any_{m.name}", m.kind, m.help, [Point({"any": "x"}, 1)]) for m in each]
    text = render([*every, *measured])
    done = subprocess.run(
        [promtool, "check", "metrics"], check=False, input=text, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_open_incidents_count_without_those_in_maintenance(
    told: Present, now: int, metrics: Callable[..., Values]
) -> None:
    """An alert on it must not ring for what somebody works on; what is over is gone."""
    values = metrics(told, now)
    found = {labels for name, labels in values if name == "netwatch_incident_open"}
    assert found == {(("incident", "12"), ("severity", "major"))}
    assert _of(values, "netwatch_surge_protector_in_maintenance", surge_protector="SPD-DAI") == 1
    assert _of(values, "netwatch_line_flapping", line="L-AN") == 1
    assert _of(values, "netwatch_line_flapping", line="L-DAI") is None


def test_an_incident_is_named_by_what_failed_first(
    told: Present, now: int, metrics: Callable[..., Values], broken_line: Incident
) -> None:
    """With nature and cause; one without any such thing by its scope, and those in maintenance not at all."""
    blind = replace(broken_line, id=14, roots=(), scope="vantage:local", nature=Nature.BLINDNESS)
    both = replace(told, desk=replace(told.desk, incidents={**told.desk.incidents, 14: blind}))
    found = [dict(labels) for name, labels in metrics(both, now) if name == "netwatch_incident_info"]
    line = {"subject": "L-AN", "name": "TSLCD cấp II An Bình", "nature": "fault"}
    seen = {"subject": "vantage:local", "name": "vantage:local", "nature": "blindness"}
    assert found == [
        {"incident": number, "cause": "line", **known} for number, known in (("12", line), ("14", seen))
    ]


def test_whether_somebody_outside_hears_of_us_is_told(
    told: Present, now: int, metrics: Callable[..., Values]
) -> None:
    """0 only where somebody is meant to and does not."""
    name = "netwatch_heartbeat_heard"
    assert _of(metrics(told, now), name) == 1
    assert _of(metrics(replace(told, unwatched="refused"), now), name) == 0


def test_messages_are_counted_by_receiver(told: Present, now: int, metrics: Callable[..., Values]) -> None:
    """Who was told everything waits for 0; what was given up is seen."""
    values = metrics(told, now)
    assert _of(values, "netwatch_notifications_waiting", receiver="noc") == 0
    assert _of(values, "netwatch_notifications_waiting", receiver="boss") == 1
    assert _of(values, "netwatch_messages_sent_total", receiver="noc") == 5
    assert _of(values, "netwatch_notifications_dead_total", receiver="boss") == 1
    assert _of(values, "netwatch_notifications_live") == 1


def test_every_family_is_explained_in_the_documents(every: list[Family], kinds: Mapping[str, Probe]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    for kind in SubjectKind:
        text += "".join(text_of.replace("KIND", kind) for text_of in re.findall(r"netwatch_KIND_\w+", text))
    measured = {metric.name for probe in kinds.values() for metric in probe.metrics}
    missing = {
        family.name
        for family in every
        if family.name not in text and not any(family.name.endswith(name) for name in measured)
    }
    assert missing == set()


def _read(text: str) -> set[tuple[str, str, str, tuple[tuple[str, str], ...], float]]:
    return {
        (metric.name, metric.type, sample.name, tuple(sorted(sample.labels.items())), float(sample.value))
        for metric in read_prometheus(text)
        for sample in metric.samples
    }


def _text(exposition: Exposition, present: Present, now: int) -> str:
    return b"".join(pieces(exposition.sections(present, now, "1.2.3"))).decode()


def _with_columns(present: Present, at: int, number: int) -> Present:
    """The same province, its ports' numbers in columns: one port has none."""
    columns = Columns(
        ("Gi0%2F0", "Gi0%2F0%2F1", "Gi0%2F0%2F2", "Gi0%2F0%2F9"),
        {"interface_receive_bytes_total": (number, number + 1, None, number + 2), "unheard_of": (1, 2, 3, 4)},
    )
    latest = {
        id_: replace(seen, at=at, samples=(), columns=(columns,))
        if present.checks[id_].kind == "snmp_interfaces"
        else seen
        for id_, seen in present.latest.items()
    }
    return replace(present, latest=latest)


def test_what_is_streamed_is_what_a_registry_of_prometheus_client_says(
    present: Present, now: int, kinds: Mapping[str, Probe]
) -> None:
    """One exposition, scraped again and again while numbers, verdicts and freshness change: as a fresh registry."""
    quiet = {
        id_: replace(judged, verdict=Verdict(Kind.UP, "answers")) for id_, judged in present.judged.items()
    }
    exposition = Exposition(present, kinds)
    for moment, told in (
        (now, present),
        (now, _with_columns(present, now - SECOND, 2**63)),
        (now + SECOND, replace(_with_columns(present, now, 5), judged=quiet)),
        (now + 45 * SECOND, replace(present, judged=quiet)),
        (now + 3600 * SECOND, present),
        (now, replace(present, latest={}, judged={}, facts={})),
    ):
        assert exposition.fits(told)
        registry = CollectorRegistry()
        registry.register(FamilyCollector(lambda: families(told, moment, kinds, "1.2.3")))  # noqa: B023
        assert _read(_text(exposition, told, moment)) == _read(generate_latest(registry).decode())


def test_ports_numbers_in_columns_are_those_of_the_ports_exported(
    present: Present, now: int, metrics: Callable[..., Values]
) -> None:
    values = metrics(_with_columns(present, now, 100), now)
    name = "netwatch_interface_receive_bytes_total"
    assert _of(values, name, device="core", part="Gi0%2F0%2F1") == 101
    assert _of(values, name, device="r-an", part="Gi0%2F0") == 100
    assert len([key for key in values if key[0] == name]) == 3
    assert "unheard_of" not in str(_names(values))


def test_another_plan_or_inventory_asks_for_another_exposition(
    present: Present, kinds: Mapping[str, Probe]
) -> None:
    exposition = Exposition(present, kinds)
    assert not exposition.fits(replace(present, checks=dict(present.checks)))
    assert not exposition.fits(replace(present, inventory=replace(present.inventory, revision=8)))

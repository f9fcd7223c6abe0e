"""Limits as they are written: what files may say, which dates and overrides win, what becomes part of a plan."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.snapshot import (
    DEVICE_KINDS,
    LINE_CLASSES,
    SENSOR_KINDS,
    Device,
    Inventory,
    Line,
    OrganisationUnit,
    Site,
    gather,
)
from netwatch.check import Hardening
from netwatch.clock import MINUTE, SECOND
from netwatch.limits.contract import Limit, Rulebook
from netwatch.limits.placing import limits_of, strangers
from netwatch.limits.reading import LimitFault, parsed, read_rules
from netwatch.limits.sections import DeviceKind, LineClass, SensorKind
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from probes.registry import probes

Write = Callable[[str], Rulebook]
SINCE = date(2025, 7, 1)
METRICS = {name: frozenset(metric.name for metric in probe.metrics) for name, probe in probes().items()}


@pytest.fixture
def province() -> Inventory:
    """A province with a commune, each with a site; a fibre and a 4G line at the commune, a router with sensors."""
    unit = {"kind": "peoples_committee", "valid_from": SINCE}
    line = {"site": "S-XA", "a_device": "R", "witness": "echo", "bandwidth_down": 10_000_000}
    records = (
        ("organisation_unit", OrganisationUnit(id="TINH", name="Tỉnh", level="province", **unit)),
        ("organisation_unit", OrganisationUnit(id="XA", name="Xã", level="commune", parent="TINH", **unit)),
        ("site", Site(id="S-TINH", name="Tỉnh", organisation_units=("TINH",))),
        ("site", Site(id="S-XA", name="Xã", organisation_units=("XA",))),
        ("device", Device(id="R", name="R", site="S-XA", kind="router", address="10.0.0.1", credentials=("c",))),
        ("line", Line(id="L", name="L", line_class="tslcd_access_2", a_interface="Gi0/0",
                      witness_address="10.0.0.2", **line)),
        ("line", Line(id="L2", name="L2", line_class="mobile_backup", witness_address="10.0.0.3", **line)),
    )  # fmt: skip
    return gather(records, date(2026, 11, 1))


def bound(inventory: Inventory, book: Rulebook, subject: str, limit: str = "loss") -> str:
    """The limit that holds for a subject, '' when none does."""
    return next((one.words for one in limits_of(inventory, book, subject) if one.id == limit), "")


def on(inventory: Inventory, day: date) -> Inventory:
    return replace(inventory, on=day)


def test_the_limits_that_come_with_netwatch_are_those_of_the_law() -> None:
    """TT 06/2026/TT-BKHCN: 90 % of the bandwidth; annex I, machine rooms and offices."""
    found = {rule.limit.id: rule.limit for rule in read_rules().rules}
    assert {id_: limit.words for id_, limit in found.items() if not limit.state} == {
        "loss": "> 5 %",
        "rtt-tslcd": "> 50 ms",
        "rtt-internet": "> 100 ms",
        "rtt-mobile": "> 200 ms",
        "jitter": "> 30 ms",
        "jitter-mobile": "> 100 ms",
        "utilisation-down": "> 90 %",
        "utilisation-up": "> 90 %",
        "temperature-high-machine-room": "> 25 °C",
        "temperature-low-machine-room": "< 20 °C",
        "temperature-high-office": "> 32 °C",
        "temperature-low-office": "< 20 °C",
        "humidity-high-machine-room": "> 55 %",
        "humidity-low-machine-room": "< 40 %",
        "humidity-high-office": "> 80 %",
        "humidity-low-office": "< 40 %",
        "certificate": "< 30 d",
        "certificate-service": "< 30 d",
        "ups-load": "> 80 %",
        "ups-charge": "< 50 %",
        "ups-runtime": "< 600 s",
        "call-loss": "> 1 %",
        "call-jitter": "> 40 ms",
        "call-round-trip": "> 300 ms",
        "call-latency": "> 250 ms",
        "completeness": "< 90 %",
        "sensor-temperature-high-machine-room": "> 25 °C",
        "sensor-temperature-low-machine-room": "< 20 °C",
        "sensor-temperature-high-office": "> 32 °C",
        "sensor-temperature-low-office": "< 20 °C",
        "sensor-humidity-high-machine-room": "> 55",
        "sensor-humidity-low-machine-room": "< 40",
        "sensor-humidity-high-office": "> 80",
        "sensor-humidity-low-office": "< 40",
    }
    assert all(limit.source for limit in found.values())
    classes = [code for id_ in ("rtt-tslcd", "rtt-internet", "rtt-mobile") for code in found[id_].classes]
    assert sorted(classes) == sorted(LINE_CLASSES)


def test_the_choices_are_those_of_the_inventory() -> None:
    """A new class of lines or kind of devices can have limits."""
    assert get_args(LineClass) == LINE_CLASSES
    assert get_args(DeviceKind) == DEVICE_KINDS
    assert set(get_args(SensorKind)) == set(SENSOR_KINDS)


def test_a_section_of_ones_own_changes_what_it_names(write: Write) -> None:
    """All else stays as it came, and the place of both is known."""
    [loss] = [
        rule.limit for rule in write("[loss]\nabove = 8\nhold_for = 60").rules if rule.limit.id == "loss"
    ]
    assert (loss.words, loss.shown(loss.back), loss.over, loss.hold) == ("> 8 %", "2 %", 10 * MINUTE, MINUTE)
    assert loss.rule(Hardening(2, 4)) == Hardening(2, 4, MINUTE)
    assert str(loss.places[0]).startswith("defaults.toml, line ")
    assert str(loss.places[1]).endswith("own.toml, line 1")


def test_the_nearest_override_wins_key_by_key(write: Write, province: Inventory) -> None:
    """Subject before site before unit, a lower unit before a higher one, each key by itself."""
    text = """
        [[loss.override]]
        units = ["TINH"]
        above = 10
        hold_for = 60
        [[loss.override]]
        units = ["XA"]
        above = 12
        [[loss.override]]
        sites = ["S-XA"]
        above = 14
        [[loss.override]]
        subjects = ["L2"]
        above = 16
        [[loss.override]]
        units = ["ELSEWHERE"]
        above = 99
    """
    parts = text.split("[[loss.override]]")
    assert bound(province, write(text), "L2") == "> 16 %"
    assert bound(province, write(text), "L") == "> 14 %"
    assert bound(province, write("[[loss.override]]".join(parts[:3])), "L") == "> 12 %"
    assert bound(province, write("[[loss.override]]".join([parts[0], parts[2], parts[1]])), "L") == "> 12 %"
    [limit] = [one for one in limits_of(province, write(text), "L") if one.id == "loss"]
    assert (limit.hold, len(limit.places)) == (MINUTE, 4)
    assert [id_ for _, id_ in strangers(province, write(text))] == ["ELSEWHERE"]


def test_limits_and_their_versions_hold_between_dates(write: Write, province: Inventory) -> None:
    """Local dates, the last one excluded; an override for all is a new version."""
    book = write(
        """
        [loss]
        valid_from = 2026-06-01
        valid_to = 2028-01-01
        [[loss.override]]
        valid_from = 2027-01-01
        above = 3
        clear = 1
        """
    )
    days = {
        date(2026, 5, 31): "",
        date(2026, 6, 1): "> 5 %",
        date(2026, 12, 31): "> 5 %",
        date(2027, 1, 1): "> 3 %",
        date(2027, 12, 31): "> 3 %",
        date(2028, 1, 1): "",
    }
    assert {day: bound(on(province, day), book, "L") for day in days} == days


def test_limits_are_for_whom_they_say(write: Write, province: Inventory) -> None:
    """By class of line, kind of device, room; off is off."""
    book = write(
        """
        [[jitter.override]]
        subjects = ["L"]
        off = true
        [mine]
        subjects = "device"
        kinds = ["switch"]
        metric = "icmp_loss_ratio"
        above = 1
        [rooms]
        machine_room = ["S-XA"]
        """
    )
    assert [one.id for one in limits_of(province, book, "L")] == [
        "loss",
        "rtt-tslcd",
        "utilisation-down",
        "utilisation-up",
    ]
    assert "rtt-mobile" in [one.id for one in limits_of(province, book, "L2")]
    assert {one.room for one in limits_of(province, book, "R")} == {""}
    devices = province.of("device")
    power = replace(
        province, records={**province.records, "device": {"R": replace(devices["R"], kind="ups")}}
    )
    assert {one.room for one in limits_of(power, book, "R")} == {"machine_room", ""}
    assert {one.room for one in limits_of(power, read_rules(), "R")} == {"office", ""}
    assert [one.id for one in limits_of(province, book, "XA")] == ["completeness"]
    assert limits_of(province, book, "nobody") == ()


def test_overrides_that_do_not_fit_together_leave_a_way_back(write: Write, province: Inventory) -> None:
    """Each is sound by itself; together the lower bound would lie above the upper one."""
    book = write(
        """
        [[loss.override]]
        units = ["XA"]
        above = 20
        clear = 15
        [[loss.override]]
        subjects = ["L"]
        above = 3
        """
    )
    [limit] = [one for one in limits_of(province, book, "L") if one.id == "loss"]
    assert limit.back == limit.bound == pytest.approx(0.03)


BAD = [
    ("[loss]\nabve = 8", "line 2: loss.abve: this key is not known here."),
    ("[loss]\nabve = 8", "Did you mean above?"),
    ("[los]\nabove = 8", "line 1: los: netwatch comes with no limit of this name"),
    ("[los]\nabove = 8", "Did you mean loss?"),
    ('[loss]\nabove = "8"', 'line 2: loss.above = "8": a number is needed, without quotes.'),
    ("[loss]\nabove = true", "line 2: loss.above = true: a number is needed"),
    ("[loss]\nabove = nan", "line 2: loss.above = nan: a number is needed"),
    ("[loss]\n\nclear = 6", "line 1: loss: clear = 6 lies above 5: it would never be over."),
    ("[certificate]\nclear = 6", "line 1: certificate: clear = 6 lies below 30: it would never be over."),
    ("[loss]\nbelow = 1", "line 1: loss: a limit is either above or below a number."),
    ("[loss]\nagree = 3", "line 1: loss: agree and of go together"),
    ("[loss]\nagree = 3\nof = 2", "line 1: loss: agree = 3 of 2"),
    ('[loss]\nunit = "percent"', 'line 2: loss.unit = "percent": allowed are: %, ms, s, d, °C.'),
    ('[loss]\nsubjects = "lines"', "Did you mean line?"),
    ('[loss]\nclasses = ["tslcd"]', 'line 2: loss.classes = "tslcd": allowed are: tslcd_backbone'),
    (
        '[loss]\nroom = "office"',
        'line 1: loss: kinds and room are those of devices and sensors: subjects = "device" or "sensor".',
    ),
    ('[x]\nsubjects = "line"', "line 1: x: name either the metric it is about or the state."),
    ('[x]\nsubjects = "line"\nmetric = "m"', "line 1: x: above or below is missing"),
    ('[x]\nsubjects = "agency"\nclasses = ["leased_line"]', "line 1: x"),
    ("[loss]\nvalid_from = 2026-01-01T00:00:00", "line 2: loss.valid_from = 2026-01-01 00:00:00: a date is needed"),
    ("[loss]\nvalid_from = 2026-01-02\nvalid_to = 2026-01-02", "line 1: loss: valid_to must lie after valid_from"),
    ("[[loss.override]]\nabove = 9\n\n[[loss.override]]\nabov = 9", "line 5: loss.override.abov: this key is not"),
    ("[[loss.override]]\nunits = \"XA\"", "line 2: loss.override.units"),
    ("[[loss.override]]\n[[loss.override]]\nabove = 1", "line 2: loss: clear = 2 lies above 1"),
    ("[rooms]\noffices = []", "line 2: rooms.offices: this key is not known here. Known are: machine_room, office."),
    ("[rooms]\noffice = [1]", "line 2: rooms.office"),
    ("loss = 3", "line 1: loss: this is a section: write its keys below [loss]."),
    ("[Loss!]\nsubjects = 1", "own.toml: this is not valid TOML"),
    ('["Loss!"]\nsubjects = "line"\nmetric = "m"\nabove = 1', "use small letters, digits, '-' and '_' only."),
    ("[loss", "own.toml: this is not valid TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_faults_are_told_with_file_line_key_and_what_is_allowed(
    write: Write, text: str, sentence: str
) -> None:
    """Nothing of a faulty file comes into force."""
    with pytest.raises(LimitFault) as refused:
        write(text)
    assert sentence in str(refused.value)


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A folder that is not there, a file too long, one that is not UTF-8."""
    with pytest.raises(LimitFault, match="there is no folder"):
        read_rules(str(tmp_path / "none"))
    (tmp_path / "a.toml").write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(LimitFault, match="longer than 1048576 bytes"):
        read_rules(str(tmp_path))
    (tmp_path / "a.toml").write_bytes(b"\xff")
    with pytest.raises(LimitFault, match=r"byte 0 is not UTF-8"):
        read_rules(str(tmp_path))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=150, deadline=None)
def test_whatever_a_file_holds_only_sentences_come_out(content: bytes) -> None:
    """Bytes from outside are bounded, and refused in words."""
    with suppress(LimitFault):
        parsed(content, "file")


KEYS = ("above", "below", "clear", "over", "agree", "of", "subjects", "metric", "valid_from", "override", "x")
VALUES = ("1", '"line"', "[]", "[{above = 1}]", "{}", "2026-01-01", "true", "inf", "[[1]]", "-1e300", '""')


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), unique_by=lambda pair: pair[0]))
@settings(max_examples=100, deadline=None)
def test_whatever_keys_hold_only_sentences_come_out(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]
) -> None:
    """Values of every type below every key."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "a.toml").write_text(
        "\n".join(("[loss]", *(f"{key} = {value}" for key, value in pairs))), "utf-8"
    )
    with suppress(LimitFault):
        read_rules(str(folder))


def made(inventory: Inventory, book: Rulebook) -> Plan:
    pace = 60 * SECOND
    shape = PlanSettings(
        pace, pace, pace, pace, pace, pace, pace, credentials=frozenset({"c"}), rulebook=book, metrics=METRICS
    )
    return plan(inventory, shape, 1)


def test_limits_in_force_are_part_of_the_plan(write: Write, province: Inventory) -> None:
    """On the checks that give the number: echoes across the line, and the port at the site's end."""
    first = made(province, read_rules())
    subject = first.topology.subjects["L"]
    assert [key.fact for key in subject.limits] == [
        "within:loss",
        "within:rtt-tslcd",
        "within:jitter",
        "within:utilisation-down@L",
    ]
    assert subject.limits[3].part == "Gi0%2F0"
    assert {key.fact for key in subject.facts} == {"reachable"}
    assert not first.topology.subjects["R"].limits
    assert all(first.topology.told_by[key] == ("L",) for key in subject.limits)
    changed = made(province, write("[loss]\nabove = 8"))
    assert changed.digest != first.digest
    assert made(province, write("# nothing")).digest == first.digest
    assert made(on(province, date(2027, 1, 1)), read_rules()).digest == first.digest


def test_a_limit_hardens_by_its_own_rule(write: Write, province: Inventory) -> None:
    """Beside the facts of its check, which harden as ever."""
    first = made(province, write("[loss]\nagree = 2\nof = 5\nhold_for = 90"))
    [check] = [check for check in first.checks.values() if check.target == "L"]
    assert check.rule("within:loss") == Hardening(2, 5, 90 * SECOND)
    assert check.rule("within:jitter") == check.rule("reachable") == Hardening()
    assert check.most_votes == 6


def test_numbers_are_shown_in_their_unit() -> None:
    """As people read them."""
    assert Limit("x", "line", unit="%").shown(0.834) == "83.4 %"
    assert Limit("x", "line").shown(12_345.678) == "12346"

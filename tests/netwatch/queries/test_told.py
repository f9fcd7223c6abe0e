"""What equipment, calls, services and lines tell of themselves is shown with units, and only while it is fresh."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshot import Line
from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.clock import SECOND
from netwatch.limits.contract import Limit, Watched
from netwatch.queries.backups import BackupSeen
from netwatch.queries.figures import figure, span, traffic
from netwatch.queries.looks import Latest
from netwatch.queries.told import (
    allowed_range,
    backup_details,
    device_details,
    endpoint_details,
    fresh_looks,
    line_details,
    service_details,
)
from netwatch.queries.words import brief, detail_value
from netwatch.throughput import Carried

Look = Callable[..., Latest]
MINUTE = 60 * SECOND
NOW = 1_000 * MINUTE
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LINE = Line(id="L", name="L", site="s", line_class="tslcd_access_2", bandwidth_down=20_000_000)


@pytest.fixture
def look() -> Look:
    """A look of some kind of probe a moment ago."""

    def make(
        kind: str,
        samples: Iterable[tuple[str, str, float]] = (),
        facts: Iterable[tuple[str, bool | None, str]] = (),
        notes: Iterable[tuple[str, str]] = (),
        instance: str = "",
    ) -> Latest:
        check = Check("aa", "it", kind, instance, "it", "", MINUTE, SECOND, SECOND)
        seen = tuple(FactSeen("", name, holds, evidence, evidence) for name, holds, evidence in facts)
        texts = tuple(("", name, text) for name, text in notes)
        return Latest(
            check, Observation("local", 1, 1, "aa", NOW, 0, seen, samples=tuple(samples), notes=texts)
        )

    return make


def shown(pairs: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    return {name: value for name, value in pairs if value is not None}


def within(metric: str, *bounds: tuple[bool, float], unit: str = "°C") -> list[Watched]:
    return [
        Watched(
            FactKey("aa", "", str(at)),
            "it",
            Limit(str(at), "device", metric, upper=upper, bound=at, unit=unit),
        )
        for upper, at in bounds
    ]


def test_what_runs_over_a_line_is_shown_of_what_is_contracted() -> None:
    """A direction for which nothing is contracted is shown alone; what is two intervals old is not shown."""
    carried = Carried(NOW, MINUTE, 1_075_000, 25_000)
    told = shown(line_details(LINE, carried, NOW + 2 * MINUTE))
    assert told == {"utilisation_down": "8.6 / 20 Mbit/s (43 %)", "utilisation_up": "200 kbit/s"}
    assert shown(line_details(LINE, carried, NOW + 2 * MINUTE + 1)) == {}
    assert shown(line_details(LINE, Carried(NOW, MINUTE, None, None), NOW)) == {}
    assert shown(line_details(LINE, None, NOW)) == {}


def test_a_ups_tells_what_it_draws_on_and_for_how_long(look: Look) -> None:
    """The worst of its batteries counts; its room is shown with what is allowed there."""
    told = look(
        "snmp_equipment",
        [
            ("1", "battery_charge_ratio", 0.97),
            ("2", "battery_charge_ratio", 0.5),
            ("", "battery_runtime_seconds", 7500),
            ("", "on_battery_seconds", 0),
            ("", "load_ratio", 0.425),
            ("", "room_temperature_celsius", 23.456),
            ("", "room_humidity_ratio", 0.6),
        ],
        notes=[("output_source", "battery")],
    )
    limits = within("room_temperature_celsius", (True, 25), (False, 20), (True, 28))
    assert shown(device_details([told], limits)) == {
        "drawing_on": "battery",
        "room_temperature": "23.5 °C (20 – 25 °C)",
        "room_humidity": "60 %",
        "battery_charge": "50 %",
        "battery_runtime": "2 h 5 min",
        "load": "42 %",
    }


def test_what_a_ups_draws_on_is_known_by_its_object_where_no_profile_tells(look: Look) -> None:
    """That object is asked more often than the rest."""
    power = look("snmp_scalar", facts=[("expected", True, "")], instance="power")
    assert shown(device_details([power], [])) == {"drawing_on": "normal"}
    failed = look("snmp_scalar", facts=[("expected", False, "5")], instance="power")
    assert shown(device_details([failed], [])) == {"drawing_on": "battery"}


def test_parts_at_fault_stand_first(look: Look) -> None:
    """With the name that the device gives them, then how many of all are well."""
    told = look(
        "snmp_equipment",
        [("PSU%201", "power_supply_ok", 1), ("PSU%202", "power_supply_ok", 0), ("", "cpu_ratio", 0.071)],
        [("power_supply_ok", False, "PSU 2: failed"), ("fan_ok", True, "")],
    )
    pairs = list(device_details([told], []))
    assert pairs[0] == ("fault_power_supply", "PSU 2: failed")
    assert shown(pairs) == {"fault_power_supply": "PSU 2: failed", "power_supplies": "1 / 2", "cpu": "7.1 %"}
    assert brief("device", shown(pairs)) == ("fault_power_supply", "cpu")


def test_a_call_is_shown_by_its_worst_channel(look: Look) -> None:
    """What its own language tells and what its device's profile reads; what is left of the last call is not of it."""
    own = look(
        "xapi_status",
        [
            ("", "call_active", 1),
            ("video%20in", "call_loss_ratio", 0.012),
            ("audio%20in", "call_loss_ratio", 0.0),
            ("video%20in", "call_jitter_seconds", 0.018),
            ("last%20call", "call_jitter_seconds", 0.9),
        ],
        [("registered", True, "")],
    )
    sip = look("sip_options", facts=[("signalling", True, "answered")], instance="sip")
    h323 = look("h323_port", facts=[("signalling", False, "refused")], instance="h323")
    device = look("snmp_equipment", [("", "call_latency_seconds", 0.14)], [("registration_ok", False, "")])
    assert shown(endpoint_details([own, sip, h323], [device])) == {
        "registered": "yes",
        "sip": "answered",
        "h323": "refused",
        "in_call": "yes",
        "call_loss": "1.2 %",
        "call_jitter": "18 ms",
        "call_rtt": "140 ms",
    }


def test_no_call_is_said_and_has_no_quality(look: Look) -> None:
    """The registration that the inventory names decides before what others tell."""
    named = look("snmp_scalar", facts=[("expected", False, "0")])
    device = look(
        "snmp_equipment", [("", "calls", 0), ("a", "call_loss_ratio", 0.4)], [("registration_ok", True, "")]
    )
    assert shown(endpoint_details([named], [device])) == {"registered": "no", "in_call": "no"}


def test_a_service_tells_status_time_and_days_of_its_certificate(look: Look) -> None:
    """As whole days that are left; a camera tells whether its picture comes."""
    web = look(
        "http_get",
        [
            ("", "http_status_code", 503),
            ("", "answer_seconds", 0.0871),
            ("", "certificate_remaining_seconds", 86_400 * 12 + 5),
        ],
        notes=[("certificate_issuer", "Viettel CA"), ("url", "https://x/")],
    )
    assert shown(service_details([web])) == {
        "status_code": "503",
        "answer_time": "87 ms",
        "certificate_days": "12 d",
        "certificate_issuer": "Viettel CA",
    }
    camera = look(
        "rtsp_options", [("", "answer_seconds", 0.004)], [("usable", True, "answered")], [("server", "Dahua")]
    )
    assert shown(service_details([camera])) == {"rtsp": "answered", "answer_time": "4 ms", "says": "Dahua"}
    system = look("snmp_system", notes=[("version", "no service's")])
    assert shown(service_details([system])) == {}


def test_looks_older_than_two_intervals_are_no_present(look: Look) -> None:
    """A frozen value would be a false one."""
    seen = look("snmp_equipment")
    assert fresh_looks([seen], NOW + 2 * MINUTE) == (seen,)
    assert fresh_looks([seen], NOW + 2 * MINUTE + 1) == ()


def test_the_narrowest_limits_are_what_is_allowed() -> None:
    """One side alone is told as such."""
    both = within("m", (True, 25), (True, 30), (False, 18), (False, 20))
    assert allowed_range(both, "m") == "20 – 25 °C"
    assert allowed_range(both[:1], "m") == "≤ 25 °C"
    assert allowed_range(both[2:], "m") == "≥ 20 °C"
    assert allowed_range(both, "other") is None
    assert allowed_range(within("m", (True, 55), (False, 40), unit=""), "m", "%") == "40 – 55 %"


def test_configurations_tell_when_they_were_read_and_changed_and_what_fails() -> None:
    """Moments are local; a device whose last try was good has nothing that fails."""
    seen = BackupSeen("credentials", 1777784400 * SECOND, 3, 0)
    assert shown(backup_details(seen, ZONE)) == {
        "configuration_read": "2026-05-03 12:00",
        "configuration_failing": "credentials",
    }
    assert "configuration_failing" not in shown(backup_details(BackupSeen("stored", 1, 0, 1), ZONE))
    assert shown(backup_details(None, ZONE)) == {}


def test_values_are_written_as_people_here_write_them() -> None:
    """Decimal commas, units of time as words, days before months; codes are translated."""
    words = {"min": "phút", "h": "giờ", "mains": "điện lưới"}
    assert detail_value("utilisation_down", "8.6 / 20 Mbit/s (43 %)", str, "vi") == "8,6 / 20 Mbit/s (43 %)"
    assert detail_value("battery_runtime", "2 h 5 min", lambda text: words[text], "vi") == "2 giờ 5 phút"
    assert detail_value("earth_resistance", "3.2 Ω (2026-05-02)", str, "vi") == "3,2 Ω (02/05/2026)"
    assert detail_value("configuration_read", "2026-05-03 12:00", str) == "03/05/2026 12:00"
    assert detail_value("drawing_on", "normal", lambda text: words[text]) == "điện lưới"
    assert detail_value("version", "15.2", str, "vi") == "15.2", "a version is no number"


@given(st.floats(-1e15, 1e15), st.floats(0, 1e10))
def test_figures_are_always_short(value: float, seconds: float) -> None:
    """No exponent, no minus nothing, at most two units of time."""
    assert "e" not in figure(value)
    assert figure(value) != "-0"
    assert len(span(seconds).split()) in (2, 4)


@pytest.mark.parametrize(
    ("rate", "contracted", "text"),
    [
        (0, 20_000_000, "0 / 20 Mbit/s (0 %)"),
        (0.4, None, "0.4 bit/s"),
        (2_500_000, 2_500_000, "2500 / 2500 kbit/s (100 %)"),
        (23_456_789, None, "23.5 Mbit/s"),
    ],
)
def test_traffic_is_told_in_the_unit_of_the_contract(rate: float, contracted: int | None, text: str) -> None:
    """Where there is none, in the largest unit that it reaches."""
    assert traffic(rate, contracted) == text

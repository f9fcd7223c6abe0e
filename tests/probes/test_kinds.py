"""The probe kinds against fakes: from what a transport says to facts, numbers and notes."""

from typing import Any

import pytest
from pydantic import ValidationError

from probes.contract import Fact, Look, Note, Params, Reason, Sample, Target
from probes.kit import Kit
from probes.registry import probes
from probes.run import run_look
from probes.transports import errors
from probes.transports.fakes import (
    FakeIcmp,
    FakeSnmp,
    gauge32,
    integer,
    object_identifier,
    octets,
    ticks,
)
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.snmp.contract import OPAQUE, Value

pytestmark = pytest.mark.anyio

TARGET = Target("device-1", "10.0.0.1", credentials=("one",))
PROBES = probes()
UPTIME = "1.3.6.1.2.1.1.3.0"


async def look(kind: str, kit: Kit, **params: object) -> Look:
    """One look of a kind, run as the daemon runs it."""
    probe = PROBES[kind]
    return await run_look(probe, TARGET, probe.params(**params), kit, 5.0, kit.monotonic)


def facts(seen: Look) -> list[Fact]:
    return [reading for reading in seen.readings if isinstance(reading, Fact)]


def samples(seen: Look) -> dict[tuple[str, str], float]:
    return {(each.part, each.metric): each.value for each in seen.readings if isinstance(each, Sample)}


def notes(seen: Look) -> dict[tuple[str, str], str]:
    return {(each.part, each.name): each.value for each in seen.readings if isinstance(each, Note)}


ROUTER = IcmpFault("192.0.2.254", "host unreachable")
ITSELF = IcmpFault("10.0.0.1", "port unreachable", by_target=True)


@pytest.mark.parametrize(
    ("burst", "fact"),
    [
        (Burst((0.01, 0.02)), Fact("", "reachable", True, Reason.ANSWERED, "2/2")),
        (Burst((None, None, 0.02)), Fact("", "reachable", True, Reason.ANSWERED, "1/3")),
        (Burst((None, 0.02), (ROUTER,)), Fact("", "reachable", True, Reason.ANSWERED, "1/2")),
        (Burst((None, None)), Fact("", "reachable", False, Reason.NO_ANSWER, "0/2")),
        (Burst((None, None), late=1), Fact("", "reachable", True, Reason.ANSWERED, "0/2")),
        (Burst((None, None), stragglers=2), Fact("", "reachable", False, Reason.NO_ANSWER, "0/2")),
        (Burst((None, None), (ROUTER,)), Fact("", "reachable", False, Reason.PATH_BROKEN, "192.0.2.254")),
        (
            Burst((None, None), (ROUTER, ITSELF)),
            Fact("", "reachable", True, Reason.REFUSED, "port unreachable"),
        ),
    ],
)
async def test_one_echo_or_an_error_from_the_target_proves_it_reachable(
    kit: Kit, fake_icmp: FakeIcmp, burst: Burst, fact: Fact
) -> None:
    """Silence and a router's report say no, each with its reason."""
    fake_icmp.answers[TARGET.address] = burst
    assert facts(await look("icmp_echo", kit)) == [fact]


async def test_echo_measures_times_loss_and_jitter(kit: Kit, fake_icmp: FakeIcmp) -> None:
    """Of one burst, jitter in both ways; what came too late stands apart; without answers only loss is told."""
    fake_icmp.answers[TARGET.address] = Burst((0.010, None, 0.030, 0.020), duplicates=1, late=1, stragglers=2)
    found = samples(await look("icmp_echo", kit))
    assert found == pytest.approx(
        {
            ("", "icmp_rtt_seconds"): 0.02,
            ("", "icmp_rtt_min_seconds"): 0.01,
            ("", "icmp_rtt_max_seconds"): 0.03,
            ("", "icmp_rtt_median_seconds"): 0.02,
            ("", "icmp_rtt_p95_seconds"): 0.03,
            ("", "icmp_jitter_seconds"): 0.02 / 16 + (0.01 - 0.02 / 16) / 16,
            ("", "icmp_jitter_p95_seconds"): 0.02,
            ("", "icmp_loss_ratio"): 0.25,
            ("", "icmp_duplicates"): 1.0,
            ("", "icmp_late"): 3.0,
        }
    )
    fake_icmp.silent(TARGET.address)
    assert samples(await look("icmp_echo", kit)) == {
        ("", "icmp_loss_ratio"): 1.0,
        ("", "icmp_duplicates"): 0.0,
        ("", "icmp_late"): 0.0,
    }


UNABLE = [
    (errors.NoRoute("ENETUNREACH"), Reason.NO_ROUTE),
    (errors.PermissionDenied("CAP_NET_RAW"), Reason.PERMISSION),
    (errors.LocalFault("closed"), Reason.LOCAL_FAULT),
]


@pytest.mark.parametrize(("error", "reason"), UNABLE)
@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("icmp_echo", {}),
        ("snmp_system", {}),
        ("snmp_interfaces", {}),
        ("snmp_path", {"oid": UPTIME}),
        ("snmp_scalar", {"oid": UPTIME, "expected": ("1",)}),
    ],
)
async def test_a_fault_of_ours_says_nothing_about_the_target(
    kit: Kit,
    fake_icmp: FakeIcmp,
    fake_snmp: FakeSnmp,
    kind: str,
    params: dict[str, Any],
    error: errors.TransportError,
    reason: Reason,
) -> None:
    """No route, no permission, a local fault: no reading at all, and the reason."""
    fake_icmp.answers[TARGET.address] = error
    fake_snmp.agent(TARGET.address).fault = error
    seen = await look(kind, kit, **params)
    assert (seen.readings, seen.complete, seen.reason, seen.detail) == ((), False, reason, error.detail)


async def test_the_system_group_tells_who_it_is(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """Texts are cleaned: Latin-1 where not UTF-8, no controls, bounded."""
    fake_snmp.agent(TARGET.address).values = {
        "1.3.6.1.2.1.1.1.0": octets("Switch\x00 48\r\ncổng" + "x" * 400),
        "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.617"),
        UPTIME: ticks(12345),
        "1.3.6.1.2.1.1.5.0": octets(b"S\xe9n\x1b[31m"),
    }
    seen = await look("snmp_system", kit)
    assert facts(seen) == [
        Fact("", "reachable", True, Reason.ANSWERED),
        Fact("", "manageable", True, Reason.ANSWERED),
    ]
    assert samples(seen) == {("", "snmp_uptime_seconds"): 123.45}
    found = notes(seen)
    assert found["", "sysDescr"].startswith("Switch  48  cổng")
    assert len(found["", "sysDescr"]) == 255
    assert found["", "sysObjectID"] == "1.3.6.1.4.1.9.1.617"
    assert found["", "sysName"] == "Sén [31m"


@pytest.mark.parametrize(
    ("error", "reachable", "manageable", "reason"),
    [
        (errors.Silent(), False, False, Reason.NO_ANSWER),
        (errors.Refused("port unreachable"), True, False, Reason.REFUSED),
        (errors.BadAnswer("x"), True, False, Reason.BAD_ANSWER),
        (errors.PathBroken("192.0.2.254"), False, False, Reason.PATH_BROKEN),
        (errors.CredentialsFault("one"), True, None, Reason.CREDENTIALS),
    ],
)
async def test_what_went_wrong_with_snmp_tells_reachable_and_manageable(
    kit: Kit,
    fake_snmp: FakeSnmp,
    error: errors.TransportError,
    reachable: bool,
    manageable: bool | None,
    reason: Reason,
) -> None:
    """A refusal proves that the device is there; a credentials fault is ours and leaves manageable unknown."""
    fake_snmp.agent(TARGET.address).fault = error
    assert facts(await look("snmp_system", kit)) == [
        Fact("", "reachable", reachable, reason, error.detail),
        Fact("", "manageable", manageable, reason, error.detail),
    ]


async def test_the_engine_id_is_told_where_it_is_known(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """By SNMPv3 it is found out anyway."""
    fake_snmp.agent("10.0.0.1").values["1.3.6.1.2.1.1.5.0"] = octets("sw1")
    assert notes(await look("snmp_system", kit)) == {("", "sysName"): "sw1"}
    fake_snmp.engine_ids["10.0.0.1"] = "80001f8804ab"
    assert notes(await look("snmp_system", kit))["", "snmpEngineID"] == "80001f8804ab"


async def test_any_answer_proves_the_device_reachable(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """Even an error status, or an agent without a system group."""
    fake_snmp.agent(TARGET.address).error_status = 5
    assert facts(await look("snmp_system", kit))[0].holds is True
    fake_snmp.agent(TARGET.address).error_status = 0
    reachable, manageable = facts(await look("snmp_system", kit))
    assert (reachable.holds, manageable.holds, manageable.reason) == (True, False, Reason.NOT_OFFERED)


OID = "1.3.6.1.4.1.9.9.42.1.2.10.1.2.10"


@pytest.mark.parametrize(
    ("value", "expected", "holds", "reason", "evidence"),
    [
        (integer(1), ("1",), True, Reason.AS_EXPECTED, "1"),
        (integer(4), ("1", "3"), False, Reason.NOT_AS_EXPECTED, "4"),
        (integer(1), ("1.0",), True, Reason.AS_EXPECTED, "1"),
        (octets("01"), ("1",), True, Reason.AS_EXPECTED, "01"),
        (octets("Đã đăng ký"), ("Đã đăng ký",), True, Reason.AS_EXPECTED, "Đã đăng ký"),
        (octets("closed "), ("closed",), True, Reason.AS_EXPECTED, "closed"),
        (octets("open"), ("closed",), False, Reason.NOT_AS_EXPECTED, "open"),
        (object_identifier("1.3.6.1"), ("1.3.6.1",), True, Reason.AS_EXPECTED, "1.3.6.1"),
        ((OPAQUE, b"\x9f\x78\x04\x42\xf6\x00\x00"), ("123",), True, Reason.AS_EXPECTED, None),
        ((0x81, b""), ("1",), None, Reason.NOT_OFFERED, ""),
        ((0x80, b""), ("1",), None, Reason.NOT_OFFERED, ""),
        (octets(""), ("1",), False, Reason.NOT_AS_EXPECTED, ""),
    ],
)
@pytest.mark.parametrize(("kind", "fact"), [("snmp_path", "path"), ("snmp_scalar", "expected")])
async def test_a_value_is_compared_with_the_expected_ones(
    kit: Kit,
    fake_snmp: FakeSnmp,
    kind: str,
    fact: str,
    value: Value,
    expected: tuple[str, ...],
    holds: bool | None,
    reason: Reason,
    evidence: str | None,
) -> None:
    """As numbers where both are, else as texts; what is not offered tells nothing."""
    fake_snmp.agent(TARGET.address).values[OID] = value
    (found,) = facts(await look(kind, kit, oid=OID, expected=expected))
    assert (found.name, found.holds, found.reason) == (fact, holds, reason)
    assert evidence is None or found.evidence == evidence


@pytest.mark.parametrize(
    "value",
    [
        *((4, said) for said in (b"nan", b"INF", b"Infinity", b"1e999", b"1_000", b"7" * 41, b"")),
        (OPAQUE, b"\x9f\x78\x04\x7f\xc0\x00\x00"),
        (OPAQUE, b"\x9f\x78\x04\x7f\x80\x00\x00"),
    ],
)
async def test_what_is_no_finite_number_is_none(kit: Kit, fake_snmp: FakeSnmp, value: Value) -> None:
    """A mode named 'inf', the 'not a number' of a broken sensor: no sample that spoils sums, limits and JSON."""
    fake_snmp.agent(TARGET.address).values[OID] = value
    seen = await look("snmp_scalar", kit, oid=OID, expected=("1",))
    assert samples(seen) == {}


async def test_a_number_that_says_there_is_none_is_no_value(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """UPSes say 4294967295 minutes, -1 A, -273 degrees; where the inventory names such a number it counts."""
    fake_snmp.agent(TARGET.address).values[OID] = gauge32(2**32 - 1)
    seen = await look("snmp_scalar", kit, oid=OID, expected=("1",))
    assert (facts(seen)[0].reason, samples(seen)) == (Reason.NOT_OFFERED, {})
    seen = await look("snmp_scalar", kit, oid=OID, expected=("4294967295",))
    assert (facts(seen)[0].holds, samples(seen)) == (True, {("", "snmp_scalar_value"): 2**32 - 1})
    fake_snmp.agent(TARGET.address).values[OID] = integer(-273)
    seen = await look("snmp_scalar", kit, oid=OID, expected=("1",), no_value=("-1", "-273"))
    assert (facts(seen)[0].reason, samples(seen)) == (Reason.NOT_OFFERED, {})


@pytest.mark.parametrize(("status", "reason"), [(2, Reason.NOT_OFFERED), (5, Reason.BAD_ANSWER)])
@pytest.mark.parametrize("kind", ["snmp_path", "snmp_scalar"])
async def test_an_error_status_leaves_the_value_unknown(
    kit: Kit, fake_snmp: FakeSnmp, kind: str, status: int, reason: Reason
) -> None:
    """noSuchName is how old agents say 'not offered'."""
    fake_snmp.agent(TARGET.address).error_status = status
    (found,) = facts(await look(kind, kit, oid=OID, expected=("1",)))
    assert (found.holds, found.reason) == (None, reason)


@pytest.mark.parametrize("kind", ["snmp_path", "snmp_scalar", "snmp_interfaces"])
async def test_silence_leaves_values_unknown_for_that_reason(kit: Kit, kind: str) -> None:
    """These kinds cannot tell about reachability; they say only why they could not tell."""
    params = {} if kind == "snmp_interfaces" else {"oid": OID, "expected": ("1",)}
    seen = await look(kind, kit, **params)
    assert (seen.readings, seen.complete, seen.reason) == ((), False, Reason.NO_ANSWER)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("snmp_scalar", {"oid": "sysName.0", "expected": ("1",)}),
        ("snmp_scalar", {"oid": OID, "expected": ()}),
        ("snmp_scalar", {"oid": OID}),
        ("snmp_path", {"oid": ""}),
        ("icmp_echo", {"count": 0}),
        ("icmp_echo", {"cuont": 5}),
        ("snmp_system", {"anything": 1}),
    ],
)
def test_faulty_parameters_are_refused(kind: str, params: dict[str, Any]) -> None:
    """Unknown keys and bad values never reach a look."""
    form: type[Params] = PROBES[kind].params
    with pytest.raises(ValidationError):
        form(**params)


@pytest.mark.parametrize("kind", sorted(PROBES))
def test_every_kind_describes_itself(kind: str) -> None:
    """Help, a time-out shorter than the interval, and metrics with help and base units."""
    probe = PROBES[kind]
    assert probe.help
    assert probe.timeout < probe.interval
    assert all(metric.help.endswith(".") for metric in probe.metrics)
    assert all(metric.name.endswith("_total") == (metric.kind == "counter") for metric in probe.metrics)


@pytest.mark.parametrize(
    ("value", "params", "holds", "shown", "number"),
    [
        (integer(235), {"scale": 0.1}, True, "23.5", 23.5),
        (integer(1), {"expected": ("1",), "unexpected": ("2",)}, True, "1", 1.0),
        (integer(2), {"expected": ("1",), "unexpected": ("2",)}, False, "2", 2.0),
        (integer(3), {"expected": ("1",), "unexpected": ("2",)}, None, "3", 3.0),
        ((4, b"Open"), {"expected": ("Open",)}, True, "Open", None),
        (gauge32(2**32 - 1), {}, None, None, None),
    ],
)
async def test_an_object_is_a_point_that_may_be_scaled(
    kit: Kit,
    fake_snmp: FakeSnmp,
    value: Value,
    params: dict[str, object],
    holds: bool | None,
    shown: str | None,
    number: float | None,
) -> None:
    """A contact by its values, a number after its scale; a number that says there is none is none."""
    fake_snmp.agent(TARGET.address).values[OID] = value
    seen = await look("snmp_point", kit, oid=OID, **params)
    assert facts(seen)[0].holds is holds
    assert notes(seen) == ({("", "value"): shown} if shown else {})
    assert samples(seen) == ({("", "point_value"): number} if number is not None else {})


async def test_a_strike_counter_gives_its_number_another_name(kit: Kit, fake_snmp: FakeSnmp) -> None:
    """So that a protector may have both."""
    fake_snmp.agent(TARGET.address).values[OID] = integer(7)
    seen = await look("snmp_point", kit, oid=OID, metric="strikes_counted")
    assert samples(seen) == {("", "strikes_counted"): 7.0}

"""Lines witnessed by a test that a router makes by itself, named as its profile labels it."""

from pathlib import Path

import pytest

from probes.contract import Fact, Look, Note, Reason, Sample, Target
from probes.equipment.library import load
from probes.equipment.memory import EquipmentBook
from probes.equipment.recorded import RecordedSnmp
from probes.equipment.recording import read_recording
from probes.kinds.snmp_path_test import PROBE, PathTestParams
from probes.kit import Kit
from probes.run import run_look
from probes.transports.fakes import FakeIcmp, FakeMonotonic
from probes.transports.snmp.contract import Value

pytestmark = pytest.mark.anyio
TARGET = Target("line:dai", "10.0.0.1", credentials=("one",))
RECORDINGS = Path(__file__).parent / "data" / "recordings"
PROFILES = load().profiles


async def look(name: str, test: str, changed: dict[str, Value] | None = None, looks: int = 2) -> Look:
    """The last of some looks at a recorded router."""
    snmp = RecordedSnmp({TARGET.address: read_recording(RECORDINGS / f"{name}.snmprec")})
    clock = FakeMonotonic()
    kit = Kit(FakeIcmp(), snmp, clock, equipment=EquipmentBook(profiles=PROFILES))
    for number in range(looks):
        if number == looks - 1:
            snmp.changed.update(changed or {})
        seen = await run_look(PROBE, TARGET, PathTestParams(test=test), kit, 10.0, clock)
    assert sum(what == "walk" for _, what, _ in snmp.asked) < 10
    return seen


def fact(seen: Look) -> Fact:
    return next(each for each in seen.readings if isinstance(each, Fact))


def numbers(seen: Look) -> dict[str, float]:
    return {each.metric: each.value for each in seen.readings if isinstance(each, Sample)}


@pytest.mark.parametrize(
    ("name", "test", "holds", "evidence", "measured"),
    [
        ("cisco_ip_sla", "toi-tinh", True, "1", {"path_rtt_seconds": 0.012}),
        ("cisco_ip_sla", "TOI-BO ", False, "timeout", {}),
        ("huawei_nqa", "tinh/internet", False, "failure", {"path_loss_ratio": 1.0}),
        (
            "juniper_rpm",
            "line/to-ministry",
            True,
            "20%",
            {"path_loss_ratio": 0.2, "path_rtt_seconds": 0.031544},
        ),
    ],
)
async def test_a_line_is_witnessed_by_the_test_of_its_name(
    name: str, test: str, holds: bool, evidence: str, measured: dict[str, float]
) -> None:
    """Whatever the vendor calls it: IP SLA, NQA, RPM; numbers come with it."""
    seen = await look(name, test)
    assert (fact(seen).holds, fact(seen).name) == (holds, "path")
    assert fact(seen).evidence == evidence
    assert numbers(seen) == pytest.approx(measured)


async def test_a_link_monitor_of_a_firewall_is_a_witness(fake_icmp: FakeIcmp) -> None:
    """FortiGate, with loss and jitter; what fails later is seen at the next look."""
    good = await look("fortinet_fortigate", "tslcd")
    assert fact(good).holds is True
    assert numbers(good)["path_jitter_seconds"] == pytest.approx(9.2e-05)
    assert fact(await look("fortinet_fortigate", "internet")).holds is False


async def test_a_test_that_is_not_there_tells_nothing() -> None:
    """But which there are."""
    seen = await look("cisco_ip_sla", "toi-xa")
    assert fact(seen).holds is None
    assert fact(seen).reason is Reason.NOT_OFFERED
    assert "toi-tinh" in fact(seen).evidence
    assert not [each for each in seen.readings if isinstance(each, Note)]

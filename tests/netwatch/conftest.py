"""A small province as it stands at one moment, made by hand: fixtures of a `Present`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import (
    Message,
    MessageState,
    Notice,
    NoticeKind,
    NoticeState,
    Severity,
    Silence,
    Window,
)
from inventory.snapshot import (
    ConferencingEndpoint,
    Contact,
    Device,
    Interface,
    Inventory,
    Line,
    OrganisationUnit,
    Site,
    SurgeProtector,
)
from netwatch.check import FactKey, FactSeen, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, Incident, Member, Nature
from netwatch.incidents.view import DeskView
from netwatch.plan import Plan, plan
from netwatch.planning.maker import PlanSettings
from netwatch.present import Counts, Judged, Present, VantageHealth
from netwatch.state import FactState
from netwatch.verdict import Kind, Verdict, Why

# A Monday, 14:05:00 in Hà Nội.
NOW = int(datetime(2026, 11, 23, 7, 5, tzinfo=UTC).timestamp()) * SECOND
LONG_AGO = date(2025, 7, 1)


def _records() -> dict[str, list[Any]]:
    return {
        "organisation_unit": [
            OrganisationUnit(
                id="TINH", name="UBND tỉnh Sơn Hải", kind="peoples_committee", level="province",
                contact="noc", valid_from=LONG_AGO,
            ),
            OrganisationUnit(
                id="XA-AN", name="UBND xã An Bình", kind="peoples_committee", level="commune",
                parent="TINH", contact="an", valid_from=LONG_AGO,
            ),
            OrganisationUnit(
                id="DANG-AN", name="Đảng ủy xã An Bình", kind="party_committee", level="commune",
                parent="TINH", valid_from=LONG_AGO,
            ),
            OrganisationUnit(
                id="XA-DAI", name="UBND xã Đại Đồng", kind="peoples_committee", level="commune",
                parent="TINH", valid_from=LONG_AGO,
            ),
            OrganisationUnit(
                id="HUYEN", name="UBND huyện cũ", kind="peoples_committee", level="district",
                parent="TINH", valid_from=date(2020, 1, 1), valid_to=LONG_AGO,
            ),
        ],
        "contact": [
            Contact(id="noc", name="Trung tâm giám sát tỉnh", role="agency", phone="0200 3 888 000", hours="24/7"),
            Contact(id="an", name="Nguyễn Văn An", role="site", phone="+84 912 345 678", hours="T2-T6 07:30-17:00"),
            Contact(
                id="desk", name="VNPT báo hỏng", role="provider_fault_desk", phone="18001166", hours="24/7",
                provider="VNPT",
            ),
            Contact(id="power", name="Điện lực An Bình", role="power_company", phone="19006769"),
        ],
        "site": [
            Site(id="S-TINH", name="Trung tâm dữ liệu tỉnh", organisation_units=("TINH",)),
            Site(
                id="S-AN", name="Trụ sở xã An Bình", organisation_units=("XA-AN", "DANG-AN"), contact="an",
                street_address="Thôn 2, xã An Bình", power_contact="power", feeder="471-E1",
            ),
            Site(id="S-DAI", name="Trụ sở xã Đại Đồng", organisation_units=("XA-DAI",)),
        ],
        "device": [
            Device(id="core", name="Bộ định tuyến lõi", site="S-TINH", kind="router", address="10.0.0.1",
                   core=True, credentials=("snmp",), vendor="Cisco", model="ISR4331", serial="FDO1"),
            Device(id="r-an", name="Bộ định tuyến xã An Bình", site="S-AN", kind="router", address="10.1.0.1",
                   core=True, uplinks=("L-AN", "L-AN-4G"), credentials=("snmp",)),
            Device(id="sw-an", name='Chuyển mạch "tầng 2"', site="S-AN", kind="switch", address="10.1.0.2",
                   uplinks=("r-an",), credentials=("snmp",)),
            Device(id="r-dai", name="Bộ định tuyến xã Đại Đồng", site="S-DAI", kind="router", address="10.2.0.1",
                   core=True, uplinks=("L-DAI",), credentials=("snmp",)),
            Device(id="io-dai", name="Khối I/O", site="S-DAI", kind="io_device", address="10.2.0.9",
                   uplinks=("r-dai",), credentials=("snmp",)),
            Device(id="codec", name="Codec họp trực tuyến", site="S-DAI", kind="conferencing_endpoint",
                   address="10.2.0.5", uplinks=("r-dai",), credentials=("snmp",), serial="TX-77"),
        ],
        "interface": [
            Interface(id="core:gi1", device="core", name="Gi0/0/1", purpose="uplink"),
            Interface(id="core:gi3", device="core", name="Gi0/0/3", exported=False),
        ],
        "line": [
            Line(id="L-AN", name="TSLCD cấp II An Bình", site="S-AN", line_class="tslcd_access_2",
                 a_device="r-an", a_interface="Gi0/0", b_device="core", b_interface="Gi0/0/2",
                 witness="echo", witness_address="10.9.0.2", provider="VNPT", contract_number="HĐ-17/2026",
                 bandwidth_down=100_000_000, bandwidth_up=100_000_000, route_group="cáp 12"),
            Line(id="L-AN-4G", name="4G dự phòng An Bình", site="S-AN", line_class="mobile_backup", role="backup",
                 a_device="r-an", b_device="core", witness="echo", witness_address="10.9.1.2", provider="Viettel"),
            Line(id="L-DAI", name="TSLCD cấp II Đại Đồng", site="S-DAI", line_class="tslcd_access_2",
                 a_device="r-dai", a_interface="Gi0/0", b_device="core", b_interface="Gi0/0/3",
                 witness="carrier", provider=" vnpt ", bandwidth_down=2_500_000, bandwidth_up=512_000),
        ],
        "conferencing_endpoint": [
            ConferencingEndpoint(id="E-DAI", name="Điểm cầu Đại Đồng", device="codec", room="Hội trường A",
                                 registration_oid="1.3.6.1.4.1.99999.1", registration_expected=("1",)),
        ],
        "surge_protector": [
            SurgeProtector(id="SPD-DAI", name="Chống sét nguồn Đại Đồng", site="S-DAI", position="Tủ điện tầng 1",
                           protects="nguồn 3 pha", input_device="io-dai", input_oid="1.3.6.1.4.1.99999.2",
                           input_closed_values=("1",), installed_on=date(2024, 5, 1)),
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def now() -> int:
    """The moment of the `present` fixture: Monday 2026-11-23, 14:05 in Hà Nội, microseconds UTC."""
    return NOW


@pytest.fixture(scope="session")
def zone() -> ZoneInfo:
    """The time zone of the province."""
    return ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="session")
def local_time(zone: ZoneInfo) -> datetime:
    """`now` as local time."""
    return datetime.fromtimestamp(NOW / SECOND, zone)


@pytest.fixture(scope="session")
def province() -> Inventory:
    """Three sites: the data centre, a commune on its backup, a commune with an endpoint and a surge protector."""
    records = {kind: {record.id: record for record in rows} for kind, rows in _records().items()}
    return Inventory(records, revision=7)


@pytest.fixture(scope="session")
def province_plan(province: Inventory) -> Plan:
    """What is looked at in the province."""
    seconds = {"witness": 30, "core": 30, "device": 60, "counters": 60, "other_counters": 300, "recheck": 10}
    pace = {name: value * SECOND for name, value in seconds.items()}
    settings = PlanSettings(
        **pace, anchor_interval=10 * SECOND, anchors=("10.0.0.254",), credentials=frozenset({"snmp"})
    )
    return plan(province, settings, 3)


VERDICTS: Mapping[str, tuple[Verdict, int]] = {
    "L-AN": (Verdict(Kind.DOWN, Why.WITNESS_FAILS, evidence="0 of 5 echoes"), NOW - 12 * MINUTE),
    "S-AN": (Verdict(Kind.DEGRADED, Why.BACKUP_ONLY, "L-AN"), NOW - 12 * MINUTE),
    "L-AN-4G": (Verdict(Kind.UP, Why.WITNESS_GOOD), NOW - 900 * MINUTE),
    "r-an": (Verdict(Kind.UP, Why.ANSWERS, manageable=True), NOW - 900 * MINUTE),
    "sw-an": (Verdict(Kind.UNKNOWN, Why.NEVER_SEEN), NOW - 900 * MINUTE),
    "core": (Verdict(Kind.UP, Why.ANSWERS, manageable=False), NOW - 900 * MINUTE),
    "S-TINH": (Verdict(Kind.UP, Why.CORE_UP), NOW - 900 * MINUTE),
    "L-DAI": (Verdict(Kind.UP, Why.WITNESS_GOOD), NOW - 900 * MINUTE),
    "r-dai": (Verdict(Kind.UP, Why.ANSWERS), NOW - 900 * MINUTE),
    "codec": (Verdict(Kind.UP, Why.ANSWERS), NOW - 900 * MINUTE),
    "io-dai": (Verdict(Kind.UP, Why.ANSWERS), NOW - 900 * MINUTE),
    "E-DAI": (Verdict(Kind.DOWN, Why.NOT_REGISTERED, evidence="0"), NOW - 3 * MINUTE),
    "SPD-DAI": (Verdict(Kind.DOWN, Why.CONTACT_FAULT, evidence="2"), NOW - 60 * MINUTE * 26),
    "S-DAI": (Verdict(Kind.UP, Why.LINES_UP), NOW - 900 * MINUTE),
}


def _observations(made: Plan) -> dict[str, Observation]:
    latest = {}
    for sequence, check in enumerate(made.checks.values(), 1):
        latest[check.id] = Observation(
            collector="local", sequence=sequence, plan=3, check=check.id, at=NOW - 20 * SECOND, took=12_000,
            facts=(FactSeen("", "reachable", True, "answered"),), samples=_samples(check.kind, check.target),
        )  # fmt: skip
    return latest


def _samples(kind: str, target: str) -> tuple[tuple[str, str, float], ...]:
    if kind == "icmp_echo":
        return (
            (("", "icmp_loss_ratio", 1.0),)
            if target == "L-AN"
            else (("", "icmp_rtt_seconds", 0.0034), ("", "icmp_loss_ratio", 0.0))
        )
    if kind == "snmp_interfaces":
        return tuple(
            (part, metric, 1e12 + 7)
            for part in ("Gi0%2F0", "Gi0%2F0%2F1", "Gi0%2F0%2F2", "Gi0%2F0%2F9")
            for metric in ("interface_receive_bytes_total", "interface_transmit_bytes_total")
        )
    return ()


def _facts(made: Plan) -> dict[FactKey, FactState]:
    wrong = {"E-DAI", "SPD-DAI", "L-AN"}
    return {
        key: FactState(key, holds=subject.id not in wrong, since=VERDICTS[subject.id][1], ever=True)
        for subject in made.topology.subjects.values()
        for key in subject.facts
    }


@pytest.fixture(scope="session")
def present(province: Inventory, province_plan: Plan) -> Present:
    """The province with a cut main line, an endpoint without registration and an opened surge protector contact."""
    return Present(
        at=NOW, started=NOW - 1000 * MINUTE, live=True, ready=True, heartbeat=NOW, sample=True, plan_revision=3,
        inventory=province, checks=province_plan.checks, subjects=province_plan.topology.subjects,
        judged={id_: Judged(verdict, since, since - SECOND) for id_, (verdict, since) in VERDICTS.items()},
        facts=_facts(province_plan), latest=_observations(province_plan),
        vantages=(VantageHealth("local", anchors=1),),
        counts=Counts(
            looks={"known": 4000, "unknown": 3}, unknown={"deadline": 3}, rounds={"late": 1, "skipped": 0},
            queues={"bus": 2}, transport={"icmp_sent": 20000},
            commit_buckets={0.001: 10, 0.01: 19, float("inf"): 20}, commit_seconds_sum=0.25, commits=20,
            scheduler_lag_seconds=0.002,
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def quiet(present: Present) -> Present:
    """The same province when nothing is wrong."""
    good = Verdict(Kind.UP, Why.ANSWERS)
    judged = {id_: replace(judged, verdict=good) for id_, judged in present.judged.items()}
    return replace(present, judged=judged, sample=False)


@pytest.fixture(scope="session")
def broken_line() -> Incident:
    """The incident of the cut main line, announced and told to one receiver."""
    return Incident(
        id=12, nature=Nature.FAULT, roots=("L-AN",), scope="subject:L-AN", reason="witness_fails",
        onset=NOW - 12 * MINUTE, contrary=NOW - 12 * MINUTE - 30 * SECOND, opened=NOW - 11 * MINUTE,
        severity=Severity.MAJOR, blame=Blame(Cause.LINE, Confidence.LIKELY, (Clue("backup_alive", NOW - 9 * MINUTE),)),
        members=(
            Member("L-AN", "line", "down", NOW - 12 * MINUTE), Member("S-AN", "site", "degraded", NOW - 12 * MINUTE),
            Member("sw-an", "device", "unreachable", NOW - 12 * MINUTE, left=NOW - 5 * MINUTE),
        ),
        announced=NOW - 10 * MINUTE,
    )  # fmt: skip


@pytest.fixture(scope="session")
def desk(broken_line: Incident) -> DeskView:
    """Two open incidents, one of them kept back by maintenance, and one that is over; a line that flaps."""
    covered = replace(
        broken_line, id=13, roots=("SPD-DAI",), scope="subject:SPD-DAI", reason="contact_fault",
        severity=Severity.MINOR, onset=NOW - 26 * 60 * MINUTE, blame=Blame(Cause.STATE, Confidence.CONFIRMED),
        members=(Member("SPD-DAI", "surge_protector", "down", NOW - 26 * 60 * MINUTE),), announced=None,
        suppressed="maintenance:4",
    )  # fmt: skip
    over = replace(
        broken_line, id=11, roots=("r-dai",), scope="subject:r-dai", severity=Severity.CRITICAL, members=(),
        onset=NOW - 300 * MINUTE, ended=NOW - 200 * MINUTE, closed=NOW - 199 * MINUTE,
    )  # fmt: skip
    opening = Notice(
        21,
        12,
        "noc",
        NoticeKind.OPENING,
        Severity.MAJOR,
        NOW - 10 * MINUTE,
        NoticeState.DELIVERED,
        "line",
        31,
    )
    waiting = Notice(22, 12, "boss", NoticeKind.ESCALATION, Severity.MAJOR, NOW - 2 * MINUTE)
    sent = Message(
        31, "noc", "<31@x>", NOW - 10 * MINUTE, (), state=MessageState.SENT, attempts=1, channel="noc",
        finished=NOW - 9 * MINUTE,
    )  # fmt: skip
    dead = Message(
        30, "boss", "<30@x>", NOW - 90 * MINUTE, (), state=MessageState.DEAD, attempts=9, error="refused",
        finished=NOW - 80 * MINUTE,
    )  # fmt: skip
    return DeskView(
        incidents={one.id: one for one in (over, broken_line, covered)},
        notices={12: (opening, waiting)},
        messages=(dead, sent),
        windows=(Window(4, NOW - 60 * MINUTE, 180 * MINUTE, "an", "thay thiết bị", subjects=("SPD-DAI",)),),
        silences=(Silence(3, NOW - 60 * MINUTE, NOW + 60 * MINUTE, "an", "diễn tập", sites=("S-DAI",)),),
        in_maintenance={"SPD-DAI": "4"},
        flapping=frozenset({"L-AN"}),
        live_since=NOW - 500 * MINUTE,
        sent={"noc": 5},
        dead={"boss": 1},
    )


@pytest.fixture(scope="session")
def told(present: Present, desk: DeskView) -> Present:
    """The small province with its incidents."""
    return replace(present, desk=desk)

"""Each examination finds what is wrong, says so, and says what to do."""

import os
import socket
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from netwatch import doctor
from netwatch.doctor import Finding, Patient, State, examine, worst
from netwatch.language import Sentence
from netwatch.settings import load
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A machine's /proc/sys with what matters here."""
    for name, text in ((doctor.PING_GROUPS, "0\t2147483647\n"), (doctor.RECEIVE_MAXIMUM, "16777216\n")):
        (tmp_path / "sys" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys" / name).write_text(text, "ascii")
    return tmp_path / "sys"


@pytest.fixture
def patient(system: Path, tmp_path: Path) -> Patient:
    """A machine with default settings on ports of its own."""
    return sick(system, tmp_path)


def sick(system: Path, folder: Path, *overrides: str, now: datetime = NOW, served: bool = False) -> Patient:
    """The same with some settings changed."""
    ports = ("metrics.listen=127.0.0.1:0", "status_page.listen=127.0.0.1:0")
    loaded = load(None, {}, (*ports, *overrides), folder=folder)
    return Patient(loaded.settings, loaded.path, {}, now, served, system)


def only(findings: object) -> Finding:
    """The one finding of an examination."""
    (finding,) = findings  # type: ignore[misc]
    assert isinstance(finding, Finding)
    return finding


def test_a_fit_machine_has_no_fault(patient: Patient) -> None:
    """Without a database yet, and whatever its clock and its ICMP are."""
    faults = {finding.about for finding in examine(patient) if finding.state is State.FAULT}
    assert faults <= {"icmp", "names"}


def test_the_worst_finding_decides() -> None:
    """No finding is ok."""
    findings = [Finding("x", state, Sentence("x")) for state in (State.OK, State.WARNING)]
    assert worst(findings) is State.WARNING
    assert worst([]) is State.OK
    assert worst([*findings, Finding("y", State.FAULT, Sentence("y"))]) is State.FAULT


def test_a_small_receive_buffer_is_a_warning_with_the_command(patient: Patient, system: Path) -> None:
    """The command that raises it stands there, ready to be copied."""
    assert only(doctor.receive_buffer(patient)).state is State.OK
    (system / doctor.RECEIVE_MAXIMUM).write_text("212992\n", "ascii")
    finding = only(doctor.receive_buffer(patient))
    assert finding.state is State.WARNING
    assert str(finding.remedy) == "Run: sysctl -w net.core.rmem_max=8388608"


def test_simulated_echoes_are_a_warning(system: Path, tmp_path: Path) -> None:
    """They prove nothing about the network."""
    finding = only(doctor.icmp(sick(system, tmp_path, "icmp.simulated_responder=127.0.0.1:9")))
    assert finding.state is State.WARNING


def test_a_clock_years_off_is_a_fault(system: Path, tmp_path: Path) -> None:
    """A machine without battery starts in 1970."""
    finding = only(doctor.clock(sick(system, tmp_path, now=NOW.replace(year=1970))))
    assert (finding.state, "1970-11-23" in str(finding.what)) == (State.FAULT, True)


def test_the_kernel_is_asked_whether_the_clock_is_synchronised(patient: Patient) -> None:
    """Whatever it says, it is no fault."""
    assert only(doctor.clock(patient)).state in (State.OK, State.WARNING)


def test_a_port_in_use_is_a_fault_unless_it_is_ours(system: Path, tmp_path: Path) -> None:
    """With the key to change."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        override = f"metrics.listen=127.0.0.1:{busy.getsockname()[1]}"
        metrics, page = doctor.ports(sick(system, tmp_path, override))
        assert (metrics.state, page.state) == (State.FAULT, State.OK)
        assert "metrics.listen" in str(metrics.remedy)
        assert next(iter(doctor.ports(sick(system, tmp_path, override, served=True)))).state is State.OK


def test_the_port_for_traps_is_examined_where_one_is_named(system: Path, tmp_path: Path) -> None:
    """A UDP port, which another program may have."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as busy:
        busy.bind(("127.0.0.1", 0))
        override = f"traps.listen=127.0.0.1:{busy.getsockname()[1]}"
        *others, traps = doctor.ports(sick(system, tmp_path, override))
    assert [each.state for each in others] == [State.OK, State.OK]
    assert (traps.state, "traps.listen" in str(traps.remedy)) == (State.FAULT, True)


def test_a_sound_database_is_told_by_its_revision(patient: Patient) -> None:
    """And one that is not there yet is no fault."""
    assert "There is no database yet" in str(only(doctor.database(patient)).what)
    open_store(patient.settings.store.url, Holder("here", 1, 0, "0")).close()
    assert "is sound" in str(only(doctor.database(patient)).what)


def test_a_damaged_database_is_a_fault(patient: Patient, tmp_path: Path) -> None:
    """Whatever stands in the file."""
    (tmp_path / "netwatch.db").write_bytes(os.urandom(8192))
    assert only(doctor.database(patient)).state is State.FAULT


def test_a_database_whose_folder_is_missing_is_a_fault(system: Path, tmp_path: Path) -> None:
    """The sentence names the folder."""
    findings = list(doctor.database(sick(system, tmp_path, f"store.url=sqlite:///{tmp_path}/missing/n.db")))
    assert findings[0].state is State.FAULT
    assert "missing" in str(findings[0].what)


def test_a_server_whose_name_is_unknown_is_a_fault(system: Path, tmp_path: Path) -> None:
    """The reserved top-level domain 'invalid' never resolves (RFC 6761)."""
    findings = list(doctor.names(sick(system, tmp_path, "store.url=postgresql://u@db.invalid/n")))
    assert findings[-1].state is State.FAULT


def test_secrets_are_examined_one_by_one(system: Path, tmp_path: Path) -> None:
    """Missing is a fault, readable by others a warning, and none is shown."""
    secret = tmp_path / "open"
    secret.write_text("kh0ng-ai-biet", "utf-8")
    secret.chmod(0o644)
    patient = sick(system, tmp_path, f"metrics.token=file:{secret}", "status_page.token=env:MISSING")
    findings = list(doctor.secrets(patient))
    assert [finding.state for finding in findings] == [State.WARNING, State.FAULT]
    assert "kh0ng-ai-biet" not in repr(findings)


def test_the_environment_of_a_running_daemon_is_not_ours_to_judge(system: Path, tmp_path: Path) -> None:
    """What is not set here may well be set there."""
    patient = sick(system, tmp_path, "status_page.token=env:MISSING", served=True)
    assert only(doctor.secrets(patient)).state is State.WARNING


def test_a_running_daemon_is_noticed_at_its_socket(patient: Patient, system: Path, tmp_path: Path) -> None:
    """Or the place where its socket will be."""
    assert "No daemon runs" in str(only(doctor.control(patient)).what)
    assert "A daemon answers" in str(only(doctor.control(sick(system, tmp_path, served=True))).what)
    missing = sick(system, tmp_path, "daemon.control_socket=missing/netwatch.sock")
    assert only(doctor.control(missing)).state is State.WARNING


def test_a_file_and_anchors_are_asked_for(patient: Patient) -> None:
    """Defaults alone watch nothing."""
    assert [finding.about for finding in doctor.settings_file(patient)] == ["settings", "anchors"]

"""`netwatch profiles`: what people see of the profiles, and what programs read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

CISCO = """1.3.6.1.2.1.1.1.0|4|Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE3
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.716
1.3.6.1.2.1.1.5.0|4|xa-an-khe-sw1
1.3.6.1.2.1.2.2.1.1.1|2|1
1.3.6.1.2.1.2.2.1.1.2|2|2
1.3.6.1.2.1.47.1.1.1.1.5.1001|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1001|4|FOC0000X0AA
1.3.6.1.2.1.47.1.1.1.1.13.1001|4|WS-C2960-24TC-L
"""
UNKNOWN = (
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.60001.1\n1.3.6.1.2.1.33.1.2.4.0|2|97\n1.3.6.1.2.1.33.1.2.7.0|2|-273\n"
)
MINE = """title = "Our own box"
vendor = "Ours"
proof = [{ recording = "unknown.snmprec" }]
include = ["if_mib"]

[[recognise]]
object_id = "1.3.6.1.4.1.60001"

[[read]]
metric = "battery_charge_ratio"
oid = "1.3.6.1.2.1.33.1.2.4.0"
unit = "percent"
"""


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two devices."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "cisco.snmprec").write_text(CISCO, "utf-8")
    (folder / "unknown.snmprec").write_text(UNKNOWN, "utf-8")
    return folder


def test_coverage_ends_with_its_line(run: Run, recordings: Path) -> None:
    """The same in every language; exit code 0 while none failed."""
    done = run("profiles", "coverage", recordings)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "2 recordings: 1 identified, 1 generic, 0 failed"
    assert "WS-C2960-24TC-L" in done.out
    vietnamese = run("profiles", "coverage", recordings, "--lang", "vi")
    assert vietnamese.out.splitlines()[-1] == done.out.splitlines()[-1]
    assert "số sê-ri" in vietnamese.out.lower() or "bản ghi" in vietnamese.out


def test_coverage_tells_programs_what_each_recording_is(run: Run, recordings: Path) -> None:
    """Vendor, model, serial number, profile, interfaces, readings."""
    document = run("profiles", "coverage", recordings, "--json").json
    first, second = document["recordings"]
    assert (document["count"], document["identified"], document["generic"], document["failed"]) == (
        2,
        1,
        1,
        0,
    )
    named = {key: first[key] for key in ("recording", "vendor", "model", "serial", "profile", "interfaces")}
    assert named == {
        "recording": "cisco",
        "vendor": "Cisco",
        "model": "WS-C2960-24TC-L",
        "serial": "FOC0000X0AA",
        "profile": "cisco_ios",
        "interfaces": 2,
    }
    assert second["readings"] == [{"metric": "battery_charge_ratio", "label": "", "value": 0.97}]
    assert second["dropped"] == {"out_of_bounds": 1}


def test_what_cannot_be_read_fails_alone(run: Run, recordings: Path) -> None:
    """The others are read; exit code 1."""
    (recordings / "broken.snmprec.bz2").write_bytes(b"BZh9nonsense")
    (recordings / "empty.snmprec").write_bytes(b"\n# nothing\n")
    done = run("profiles", "coverage", recordings)
    assert done.code == 1
    assert done.out.splitlines()[-1] == "4 recordings: 1 identified, 1 generic, 2 failed"


def test_a_folder_without_recordings_is_no_success(run: Run, tmp_path: Path) -> None:
    """Exit code 1 with a sentence; the same for a folder that is none."""
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run("profiles", "coverage", empty)
    assert done.code == 1
    assert done.out.splitlines()[-1] == "0 recordings: 0 identified, 0 generic, 0 failed"
    assert "there is no recording" in done.err
    assert run("profiles", "coverage", tmp_path / "nowhere").code == 1


def test_a_folder_beside_the_settings_adds_profiles(run: Run, home: Path, recordings: Path) -> None:
    """Its profile identifies what was generic; a faulty one beside it is told and harms nothing."""
    (home / "profiles").mkdir()
    (home / "profiles" / "our_box.toml").write_text(MINE, "utf-8")
    (home / "profiles" / "worse.toml").write_text(MINE.replace("percent", "per cent"), "utf-8")
    done = run("profiles", "coverage", recordings)
    assert done.out.splitlines()[-1] == "2 recordings: 2 identified, 0 generic, 0 failed"
    assert "worse.toml, line 12: read[1].unit:" in done.err
    listed = run("profiles", "list")
    assert listed.code == 1
    assert "our_box" in listed.out
    assert "worse.toml, line 12" in listed.err


def test_a_profile_is_tried_on_a_recording(run: Run, recordings: Path, tmp_path: Path) -> None:
    """What it reads; exit code 1 where it does not recognise the recording, or is faulty."""
    file = tmp_path / "our_box.toml"
    file.write_text(MINE, "utf-8")
    done = run("profiles", "test", file, "--recording", recordings / "unknown.snmprec")
    assert done.code == 0
    assert "battery_charge_ratio" in done.out
    other = run("profiles", "test", file, "--recording", recordings / "cisco.snmprec", "--json")
    assert other.code == 1
    assert json.loads(other.out)["recognised_by"][0]["profile"] == "cisco_ios"
    assert "does not recognise" in other.err
    file.write_text(MINE.replace("60001", "6000x"), "utf-8")
    faulty = run("profiles", "test", file, "--recording", recordings / "unknown.snmprec")
    assert faulty.code == 1
    assert "our_box.toml, line 7: recognise[1].object_id: '1.3.6.1.4.1.6000x' is no OID." in faulty.err


def test_a_recording_that_is_partly_or_wholly_none_is_told_with_its_line(
    run: Run, recordings: Path, tmp_path: Path
) -> None:
    """Lines are passed over while others are good."""
    file = tmp_path / "our_box.toml"
    file.write_text(MINE, "utf-8")
    recording = recordings / "odd.snmprec"
    recording.write_text(UNKNOWN + "rubbish\n", "utf-8")
    partly = run("profiles", "test", file, "--recording", recording)
    assert partly.code == 0
    assert "odd.snmprec, line 4: this cannot be understood; 1 lines in all" in partly.err
    recording.write_text("rubbish\n", "utf-8")
    wholly = run("profiles", "test", file, "--recording", recording)
    assert wholly.code == 1
    assert "odd.snmprec, line 1: not one line of a recording" in wholly.err


def test_it_is_explained_which_profile_is_used(run: Run, recordings: Path) -> None:
    """With what held; what is neither a recording nor in the inventory is no target."""
    done = run("profiles", "explain", recordings / "cisco.snmprec")
    assert done.code == 0
    assert "cisco_ios" in done.out
    assert "Cisco IOS" in done.out or "1.3.6.1.4.1.9" in done.out
    document = run("profiles", "explain", recordings / "unknown.snmprec", "--json").json
    assert document["profile"] == "generic"
    later = run("profiles", "explain", "core-rt1")
    assert later.code == 1
    assert "There is no target 'core-rt1'" in later.err
    assert "There is no file" in run("profiles", "explain", recordings / "nothing.snmprec").err


def test_one_profile_is_shown(run: Run) -> None:
    """How it recognises, what it reads, what proves it; an unknown name gets the nearest."""
    shown = run("profiles", "show", "ups_mib")
    assert "battery_runtime_seconds" in shown.out
    assert "RFC 1628" in shown.out
    assert run("profiles", "show", "ups_mib", "--json").json["generic"] is True
    wrong = run("profiles", "show", "ups_mip")
    assert wrong.code == 1
    assert "Did you mean ups_mib?" in wrong.err


def test_all_profiles_are_listed(run: Run) -> None:
    """For people and programs; none of the shipped ones is faulty."""
    listed = run("profiles", "list")
    assert (listed.code, listed.err) == (0, "")
    names = [each["name"] for each in run("profiles", "list", "--json").json["profiles"]]
    assert names == sorted(names)
    assert "generic" in names


def test_check_warns_of_a_profile_that_cannot_be_used(run: Run, home: Path) -> None:
    """The others stay in force, so the daemon may start."""
    (home / "profiles").mkdir()
    (home / "profiles" / "mine.toml").write_text('title = "x"\nvendor = 5\n', "utf-8")
    done = run("check")
    assert (done.code, "mine.toml, line 2" in done.err) == (0, True)

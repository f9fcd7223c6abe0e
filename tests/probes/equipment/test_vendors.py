"""What the vendors' profiles tell: of made-up recordings, and (in the laboratory) of all public ones."""

import tomllib
from pathlib import Path

import pytest

from probes.equipment.engine import read_device
from probes.equipment.library import Library, load
from probes.equipment.recording import read_recording

EXPECTED = tomllib.loads(Path(__file__).with_name("vendors.toml").read_text("utf-8"))
SAYING = tomllib.loads(Path(__file__).with_name("identities.toml").read_text("utf-8"))
RECORDED = tomllib.loads(Path(__file__).with_name("recorded.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped profiles."""
    return load()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_made_up_recordings_are_read_as_they_were_made(name: str, library: Library, repository: Path) -> None:
    """Vendor, model, serial, version, number of interfaces and every reading, nothing more."""
    expected = EXPECTED[name]
    recording = read_recording(repository / f"tests/probes/data/recordings/{name}.snmprec")
    equipment = read_device(library.profiles, recording)
    told = {
        key: getattr(equipment, key)
        for key in ("profile", "vendor", "model", "serial", "version", "interfaces")
    }
    assert told == {key: expected[key] for key in told}
    readings = [
        [reading.metric, reading.label, reading.state or pytest.approx(reading.value, abs=1e-6)]
        for reading in equipment.readings
    ]
    assert readings == expected["readings"]


def test_every_made_up_recording_is_expected(repository: Path) -> None:
    """No recording lies there unread."""
    folder = repository / "tests/probes/data/recordings"
    assert {path.stem for path in folder.glob("*.snmprec")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(SAYING))
def test_few_words_suffice(name: str, library: Library, tmp_path: Path) -> None:
    """Vendor, model, serial and version of devices that tell little more than sysDescr and sysObjectID."""
    saying = SAYING[name]
    lines = [
        f"1.3.6.1.2.1.1.1.0|4|{saying['description']}",
        f"1.3.6.1.2.1.1.2.0|6|{saying['object_id']}",
        *saying.get("also", ()),
    ]
    path = tmp_path / "device.snmprec"
    path.write_text("\n".join(lines), "utf-8")
    equipment = read_device(library.profiles, read_recording(path))
    assert [equipment.vendor, equipment.model, equipment.serial, equipment.version] == saying["told"]


@pytest.mark.lab
def test_every_public_recording_is_what_a_person_would_say(library: Library, recordings: Path | None) -> None:
    """Vendor, model, serial and the number of interfaces of all recordings of snmpsim-data (40 s)."""
    if recordings is None:
        pytest.skip("snmpsim-data (a development dependency) is not installed")
    told = {}
    for name, expected in RECORDED.items():
        [path] = recordings.glob(f"{name}.snmprec*")
        equipment = read_device(library.profiles, read_recording(path))
        told[name] = {key: getattr(equipment, key) for key in expected}
    assert told == RECORDED

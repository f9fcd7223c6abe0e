"""The shipped profiles: each is valid and proved; and what they say of recordings of real devices."""

import tomllib
from pathlib import Path

import pytest

from probes.equipment.catalogue import METRICS, UNITS, MetricKind
from probes.equipment.engine import read_device
from probes.equipment.enterprises import makers
from probes.equipment.library import SHIPPED, Library, load
from probes.equipment.recording import read_recording

EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped profiles."""
    return load()


def test_every_shipped_profile_is_valid(library: Library) -> None:
    """Without a fault, and every file of the folder is one."""
    assert [fault.english() for fault in library.faults] == []
    assert set(library.profiles) == {path.stem for path in SHIPPED.glob("*.toml")}


def test_every_recording_that_proves_a_profile_is_there(
    library: Library, repository: Path, recordings: Path | None
) -> None:
    """In the package snmpsim-data where that is installed, or in this tree."""
    named = {
        proof.recording
        for written in library.profiles.values()
        for proof in written.profile.proof
        if proof.recording
    }
    lacking = []
    for name in sorted(named):
        package, _, path = name.partition(" ")
        if package != "snmpsim-data":
            lacking += [] if (repository / name).is_file() else [name]
        elif recordings is not None and not list(recordings.glob(f"{path}.snmprec*")):
            lacking.append(name)
    assert lacking == []


def test_the_catalogue_is_whole() -> None:
    """Numbers have a unit and bounds, choices their words."""
    for name, metric in METRICS.items():
        if metric.kind in (MetricKind.GAUGE, MetricKind.COUNTER):
            assert metric.unit in UNITS, name
            assert UNITS[metric.unit][metric.unit] == (1, 0), name
            assert metric.lowest < metric.highest, name
        else:
            assert not metric.unit, name
        assert bool(metric.choices) == (metric.kind is MetricKind.CHOICE), name
    assert all(number.isdecimal() and name for number, name in makers().items())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_device_is_what_it_is(name: str, library: Library, recordings: Path | None) -> None:
    """Vendor, model, serial and version as they stand in the recording, and every interface counted."""
    if recordings is None:
        pytest.skip("snmpsim-data (a development dependency) is not installed")
    [path] = recordings.glob(f"{name}.snmprec*")
    found = read_device(library.profiles, read_recording(path))
    told = {key: getattr(found, key) for key in EXPECTED[name]}
    assert told == EXPECTED[name]
    for reading in found.readings:
        metric = METRICS[reading.metric]
        assert reading.value is None or metric.unit == "" or metric.lowest <= reading.value <= metric.highest

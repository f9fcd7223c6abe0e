"""Every file of `bad/` is a faulty profile; its remarks say which sentences it is told with."""

import re
from pathlib import Path

import pytest

from probes.equipment.library import SHIPPED, Library, load, one


@pytest.fixture(scope="module")
def shipped() -> Library:
    """The shipped profiles."""
    return load()


BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_faulty_profile_is_told_with_its_line(path: Path, shipped: Library) -> None:
    """File, line, key, what is wrong, what is allowed and the nearest name."""
    told = "\n".join(fault.english() for fault in one(path, shipped).faults)
    expected = re.findall(r"^# expected: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert expected
    assert all(sentence in told for sentence in expected), told
    assert str(path) in told


def test_faulty_profiles_leave_the_others_unaffected() -> None:
    """All shipped ones are there beside a folder of faulty ones, each of which is told."""
    library = load(Path(__file__).parent / "bad")
    assert set(library.profiles) == set(load().profiles)
    assert {Path(fault.file) for fault in library.faults} == set(BAD)


def test_a_faulty_profile_of_the_user_does_not_take_the_shipped_one_away(tmp_path: Path) -> None:
    """Where it was to replace one, that one remains."""
    (tmp_path / "if_mib.toml").write_text("title = 1\n", "utf-8")
    library = load(tmp_path)
    assert library.profiles["if_mib"].file == SHIPPED / "if_mib.toml"
    assert library.faults


def test_a_profile_of_the_user_replaces_the_shipped_one(tmp_path: Path) -> None:
    """By its name, also where others include it."""
    text = 'title = "Mine"\ngeneric = true\nproof = [{ manual = "mine" }]\n'
    (tmp_path / "if_mib.toml").write_text(text, "utf-8")
    library = load(tmp_path)
    assert library.profiles["if_mib"].profile.title == "Mine"
    assert "Mine" in {profile.title for profile in library.profiles["generic"].layers()}
    assert not library.faults


def test_what_is_no_profile_at_all_is_told(tmp_path: Path) -> None:
    """Odd names, bytes that are no text, folders that are none."""
    (tmp_path / "Ünlesbar.toml").write_bytes(b"")
    (tmp_path / "bytes.toml").write_bytes(b"title = '\xff'")
    (tmp_path / "endless.toml").write_bytes(b"#" * (1 << 21))
    told = "\n".join(fault.english() for fault in load(tmp_path).faults)
    assert "small letters" in told
    assert "byte 9 is not UTF-8" in told
    assert "longer than 1048576 bytes" in told
    assert "not a folder" in load(tmp_path / "nowhere").faults[0].english()

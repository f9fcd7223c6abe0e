"""netwatch.toml documents every key: the file and the models say the same."""

import re
import tomllib
from pathlib import Path

import pytest

from netwatch.settings import Settings, load
from netwatch.settings_base import Mark
from netwatch.settings_sections import keys, probe_sections
from netwatch.settings_sources import dotted

FILE = Path(__file__).parents[3] / "netwatch.toml"
ASSIGNMENT = re.compile(r"# ([a-z_]+) = ?(.*)")
# Sections that operators name have no defaults.
NAMED = ("credentials.", "receivers.", "routes.")
HEADER = re.compile(r"(?:# )?\[([a-z0-9_.]+)\]")


def documented() -> dict[str, str]:
    """Every commented key of the file with its value's text."""
    found, section = {}, ""
    for line in FILE.read_text("utf-8").splitlines():
        if header := HEADER.fullmatch(line):
            section = header[1]
        elif assignment := ASSIGNMENT.fullmatch(line):
            found[f"{section}.{assignment[1]}"] = assignment[2].strip()
    return found


def modelled() -> dict[str, object]:
    """Every key of the models with its default."""
    settings = Settings()
    found = {}
    for key, _ in keys():
        value: object = settings
        for name in key:
            value = (
                getattr(value, name, None)
                if not (value is settings and name == "probes")
                else settings.probe_sections
            )
        found[dotted(key).replace("<name>", "main")] = value
    return found


def test_every_key_stands_in_the_file_and_no_other() -> None:
    """Who adds a key writes down what it means."""
    assert documented().keys() == modelled().keys()


@pytest.mark.parametrize("key", [key for key in modelled() if not key.startswith(NAMED)])
def test_the_commented_values_are_the_defaults(key: str) -> None:
    """Removing a '#' changes nothing."""
    text, default = documented()[key], modelled()[key]
    value = tomllib.loads(f"value = {text}")["value"] if text else None
    assert (tuple(value) if isinstance(value, list) else value) == default


def test_the_file_as_it_is_is_valid(tmp_path: Path) -> None:
    """A fresh copy starts with the defaults."""
    copy = tmp_path / "netwatch.toml"
    copy.write_bytes(FILE.read_bytes())
    loaded = load(copy, {})
    assert loaded.path == copy
    assert loaded.settings.intervals == Settings().intervals


def test_keys_that_need_a_restart_say_so() -> None:
    """A key fixed at run time is marked (restart) in the comment before it, or in that of its section."""
    text = FILE.read_text("utf-8")
    for key, marks in keys():
        if Mark.FIXED in marks and key[0] != "status_page":
            before = text[: text.index(f"\n# {key[-1]} =", text.index(f"[{key[0]}]"))]
            assert "(restart)" in before[before.rindex("\n\n") :], dotted(key)


def test_every_probe_has_its_section() -> None:
    """The sections of probes follow from the probe files."""
    sections = set(re.findall(r"^\[probes\.([a-z0-9_]+)\]$", FILE.read_text("utf-8"), re.MULTILINE))
    assert sections == set(probe_sections().model_fields)

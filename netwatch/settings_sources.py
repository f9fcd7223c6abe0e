"""Where settings come from: the file, the environment, the command line; and at which place each value stands.

A value of the environment or the command line is read as a TOML value (`5`, `true`, `["10.0.0.1"]`), and as plain
text where it is none. Names of the environment are NETWATCH_<SECTION>__<KEY>, of the command line section.key.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from netwatch.language import Sentence

PREFIX = "NETWATCH_"
DELIMITER = "__"
CONFIG = "NETWATCH_CONFIG"
FILE_NAME = "netwatch.toml"
SYSTEM_FILE = Path("/etc/netwatch") / FILE_NAME
MAXIMUM_BYTES = 1 << 20

Key: TypeAlias = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")

_SOCKET = re.compile(r"""^[ \t]*(?:daemon\.)?control_socket[ \t]*=[ \t]*(["'])([^"'\n]*)\1""", re.MULTILINE)


class SettingsError(Exception):
    """Settings that cannot be used; `faults` has one sentence per fault, none with a secret in it."""

    def __init__(self, *faults: Sentence) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Layer:
    """One source: nested values, the place of each, and the folder that relative paths in it start from."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Key, Sentence] = field(default_factory=dict)
    folder: Path = Path()


def dotted(key: Key) -> str:
    """A key as people write it."""
    return ".".join(key)


def from_file(path: Path) -> Layer:
    """The file's layer; raises SettingsError when it cannot be read or is not TOML."""
    text = _read(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            Sentence("{file}: this is not valid TOML: {error}.", {"file": path, "error": error})
        ) from None
    places = {
        key: Sentence("{file}, line {line}", {"file": path, "line": line})
        for key, line in reversed(list(_lines(text)))
    }
    return Layer(values, {(): Sentence("{file}", {"file": path}), **places}, path.absolute().parent)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
        if len(content) <= MAXIMUM_BYTES:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = Sentence(
            "{file}: byte {at} is not UTF-8. Save it as UTF-8.", {"file": path, "at": error.start}
        )
    except OSError as error:
        what = Sentence(
            "{file}: the settings file cannot be read ({error}).", {"file": path, "error": error.strerror}
        )
    else:
        limits = {"file": path, "limit": MAXIMUM_BYTES}
        what = Sentence("{file}: this is longer than {limit} bytes; it is no settings file.", limits)
    raise SettingsError(what)


def named_socket(path: Path) -> str:
    """The control socket that a file names on a line of its own, '' when none; for a file that is not valid TOML."""
    try:
        found = _SOCKET.search(_read(path))
    except SettingsError:
        return ""
    return found[2] if found else ""


def _lines(text: str) -> Iterator[tuple[Key, int]]:
    section: Key = ()
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            section = _split(header[1])
            yield section, line
        elif assignment := _ASSIGNMENT.match(content):
            yield (*section, *_split(assignment[1])), line


def _split(name: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def from_environment(environment: Mapping[str, str], folder: Path) -> Layer:
    """The layer of all NETWATCH_<SECTION>__<KEY> variables; empty ones are not there."""
    pairs = (
        (tuple(name.removeprefix(PREFIX).lower().split(DELIMITER)), text, _variable(name))
        for name, text in sorted(environment.items())
        if name.startswith(PREFIX) and DELIMITER in name and text
    )
    return _layer(pairs, folder)


def _variable(name: str) -> Sentence:
    return Sentence("environment variable {name}", {"name": name})


def strange_variables(environment: Mapping[str, str]) -> tuple[Sentence, ...]:
    """Warnings about variables that look like settings and are none (no section in their name)."""
    text = "The environment variable {name} is not used: settings are named NETWATCH_<SECTION>__<KEY>."
    return tuple(
        Sentence(text, {"name": name})
        for name in sorted(environment)
        if name.startswith(PREFIX) and DELIMITER not in name and name != CONFIG
    )


def from_overrides(overrides: Iterable[str], folder: Path) -> Layer:
    """The layer of `section.key=value` texts; raises SettingsError for one that is not of that form."""
    return _layer(map(_override, overrides), folder)


def _override(text: str) -> tuple[Key, str, Sentence]:
    name, equals, value = text.partition("=")
    key = _split(name.strip())
    if not equals or len(key) < 2 or not all(key):
        raise SettingsError(
            Sentence("Command line: -s {text}: write it as section.key=value.", {"text": name.strip()})
        )
    return key, value.strip(), Sentence("command line -s {key}", {"key": dotted(key)})


def _layer(pairs: Iterable[tuple[Key, str, Sentence]], folder: Path) -> Layer:
    values: dict[str, Any] = {}
    places: dict[Key, Sentence] = {}
    for key, text, place in pairs:
        _put(values, key, _value(text), place)
        places[key] = place
    return Layer(values, places, folder)


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _put(values: dict[str, Any], key: Key, value: object, place: Sentence) -> None:
    for name in key[:-1]:
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise SettingsError(
                Sentence("{place}: '{name}' is not a section.", {"place": place, "name": name})
            )
    values[key[-1]] = value


def find(path: Path | None, environment: Mapping[str, str], folder: Path) -> Path | None:
    """The settings file in force: the one named, $NETWATCH_CONFIG, ./netwatch.toml, /etc/netwatch/netwatch.toml.

    None when there is none of them; raises SettingsError when a named one does not exist.
    """
    named = path or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    if named is None:
        return next((file for file in (folder / FILE_NAME, SYSTEM_FILE) if file.is_file()), None)
    if not named.is_file():
        raise SettingsError(Sentence("{file}: there is no such settings file.", {"file": named}))
    return named

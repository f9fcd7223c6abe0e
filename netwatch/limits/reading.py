"""Reads the limits: those netwatch comes with, changed and added to by the files of a folder.

A section of a user's file named like a shipped limit changes the keys it names; any other is a limit of its own. Every
fault is a sentence with file, line, key and what is allowed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from netwatch.language import Sentence
from netwatch.limits.contract import Rule, Rulebook
from netwatch.limits.sections import LimitSection, RoomSection, limit_keys, override_keys
from netwatch.settings_base import Name
from netwatch.settings_faults import Knowledge, explain, suggestion
from netwatch.settings_sources import Key, Layer

SHIPPED = Path(__file__).with_name("defaults.toml")
ROOMS, OVERRIDE = "rooms", "override"
LARGEST = 1 << 20
MOST_FILES = 200

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")
_Limits = TypeAdapter(Mapping[Name, LimitSection])
_Rooms = TypeAdapter(Mapping[str, RoomSection])

Values = Mapping[str, Any]


class LimitFault(Exception):  # noqa: N818 - named for what it is
    """Limits that cannot come into force; `sentences` say why."""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__("; ".join(map(str, sentences)))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class _File:
    """A file's values, and the line of each key; of an override the key names its number."""

    name: str
    values: Values
    lines: Mapping[Key, int] = field(default_factory=dict)

    def place(self, key: Key) -> Sentence:
        for length in range(len(key), 0, -1):
            if line := self.lines.get(key[:length]):
                return Sentence("{file}, line {line}", {"file": self.name, "line": line})
        return Sentence("{file}", {"file": self.name})


def read_rules(folder: str = "") -> Rulebook:
    """The limits in force with a folder of one's own ('': none); raises LimitFault with every fault found."""
    files = [_read(SHIPPED, SHIPPED.name), *_own(folder)]
    faults: dict[str, Sentence] = {}
    rooms: dict[str, str] = {}
    for file in files:
        for fault in _take_rooms(file, rooms):
            faults.setdefault(str(fault), fault)
    rules = []
    for id_ in dict.fromkeys(name for file in files for name in file.values if name != ROOMS):
        rule = _rule(id_, [file for file in files if id_ in file.values], files[0].values, faults)
        rules += [rule] if rule else []
    if faults:
        raise LimitFault(*faults.values())
    return Rulebook(tuple(rules), rooms)


def _own(folder: str) -> Iterator[_File]:
    if not folder:
        return
    path = Path(folder)
    if not path.is_dir():
        text = "limits.folder: there is no folder {folder}. Make it, or name another one."
        raise LimitFault(Sentence(text, {"folder": folder}))
    found = sorted(path.glob("*.toml"))
    if len(found) > MOST_FILES:
        text = "limits.folder: {folder} holds {count} files; at most {most} are read. Put them together."
        raise LimitFault(Sentence(text, {"folder": folder, "count": len(found), "most": MOST_FILES}))
    yield from (_read(file, str(file)) for file in found)


def _read(path: Path, name: str) -> _File:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        text = "{file}: the limits cannot be read ({error})."
        raise LimitFault(Sentence(text, {"file": name, "error": error.strerror})) from None
    if len(content) > LARGEST:
        text = "{file}: this is longer than {limit} bytes; it is no file of limits."
        raise LimitFault(Sentence(text, {"file": name, "limit": LARGEST}))
    return parsed(content, name)


def parsed(content: bytes, name: str) -> _File:
    """The values of a file of limits with their lines; raises LimitFault when it is no TOML."""
    try:
        text = content.decode("utf-8-sig")
        return _File(name, tomllib.loads(text), dict(reversed(list(_lines(text)))))
    except UnicodeDecodeError as error:
        told = Sentence(
            "{file}: byte {at} is not UTF-8. Save it as UTF-8.", {"file": name, "at": error.start}
        )
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = Sentence("{file}: this is not valid TOML: {error}.", {"file": name, "error": error})
    raise LimitFault(told)


def _lines(text: str) -> Iterator[tuple[Key, int]]:
    section: Key = ()
    numbers: dict[Key, int] = {}
    for line, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            section = _split(header[2])
            if header[1] == "[[":
                numbers[section] = numbers.get(section, -1) + 1
                section = (*section, str(numbers[section]))
            yield section, line
        elif assignment := _ASSIGNMENT.match(content):
            yield (*section, *_split(assignment[1])), line


def _split(name: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _take_rooms(file: _File, rooms: dict[str, str]) -> Iterator[Sentence]:
    given = file.values.get(ROOMS)
    if given is None:
        return
    try:
        section = _Rooms.validate_python({ROOMS: given})[ROOMS]
    except ValidationError as error:
        yield from explain(error, _knowledge({ROOMS: tuple(RoomSection.model_fields)}), [_layer(file)])
        return
    for room in RoomSection.model_fields:
        rooms.update(dict.fromkeys(getattr(section, room), room))


def _rule(id_: str, files: list[_File], shipped: Values, faults: dict[str, Sentence]) -> Rule | None:
    """The limit of one name with its overrides from all files, or None with the faults noted."""
    sections = [(file, file.values[id_]) for file in files]
    stranger = next((file for file, given in sections if _unknown(id_, given, shipped)), None)
    if stranger is not None:
        fault = _no_such(id_, stranger, shipped)
        faults[str(fault)] = fault
        return None
    merged: dict[str, Any] = {}
    for file, given in sections:
        if not isinstance(given, dict):
            _validated(id_, given, [_layer(file)], faults)
            return None
        merged |= given
    overrides = [(file, place, one) for file, given in sections for place, one in _overrides(given)]
    merged[OVERRIDE] = []
    limit = _validated(id_, merged, [_layer(file) for file in reversed(files)], faults)
    if limit is None:
        return None
    made = []
    for file, place, one in overrides:
        layers = [_layer(file, (id_, OVERRIDE, place)), *map(_layer, reversed(files))]
        whole = _validated(id_, {**merged, OVERRIDE: [one]}, layers, faults)
        if whole is not None:
            words = file.place((id_, OVERRIDE, place))
            made.append(whole.override[0].override(whole.scale, words))
    places = tuple(file.place((id_,)) for file, given in sections if given.keys() - {OVERRIDE})
    return Rule(limit.limit(id_, places), tuple(made))


def _unknown(id_: str, given: object, shipped: Values) -> bool:
    return isinstance(given, dict) and id_ not in shipped and "subjects" not in given


def _no_such(id_: str, file: _File, shipped: Values) -> Sentence:
    text = Sentence("netwatch comes with no limit of this name, and a new one must say its subjects.")
    problem = Sentence("{parts}", {"parts": (text, *suggestion(id_, shipped))})
    params = {"place": file.place((id_,)), "key": id_, "problem": problem}
    return Sentence("{place}: {key}: {problem}", params)


def _overrides(given: object) -> list[tuple[str, object]]:
    found = given.get(OVERRIDE, []) if isinstance(given, dict) else []
    if not isinstance(found, list):
        # A section [limit.override] instead of [[limit.override]]: one override all the same.
        return [("", found)]
    return [(str(place), one) for place, one in enumerate(found)]


def _validated(
    id_: str, given: object, layers: list[Layer], faults: dict[str, Sentence]
) -> LimitSection | None:
    try:
        return _Limits.validate_python({id_: given})[id_]
    except ValidationError as error:
        for fault in explain(error, _knowledge({id_: limit_keys()}), layers):
            faults.setdefault(str(fault), fault)
        return None


def _layer(file: _File, inside: Key = ()) -> Layer:
    """The places of a file's keys; those of the override `inside` as (limit, override, key)."""
    places = {
        (key[:2] + key[len(inside) :] if inside else key): file.place(key)
        for key in sorted(file.lines, key=file.lines.__getitem__)
        if key[: len(inside)] == inside
    }
    return Layer({}, {**places, (): Sentence("{file}", {"file": file.name})} if not inside else places)


def _knowledge(sections: Mapping[str, tuple[str, ...]]) -> Knowledge:
    def below(key: Key) -> tuple[str, ...]:
        if not key:
            return tuple(sections)
        return override_keys() if key[1:] == (OVERRIDE,) else sections.get(key[0], ())

    keys: set[Key] = {(id_, key) for id_, known in sections.items() for key in known}
    keys |= {(id_, OVERRIDE, key) for id_ in sections for key in override_keys()}
    return Knowledge(below, keys, lambda _: False)

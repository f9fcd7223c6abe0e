"""Finds the profiles: every file of `probes/profiles/`, and of one folder of the user's if there is one."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from probes.equipment.faults import Fault, explain
from probes.equipment.faults import dotted as spoken
from probes.equipment.places import Path as Place
from probes.equipment.places import line_of, lines_of
from probes.equipment.schema import Profile
from probes.messages import Message

SHIPPED = Path(__file__).parent.parent / "profiles"
MOST_BYTES = 1 << 20
# Answers are read by this one when no other recognises the device.
GENERIC = "generic"
_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Written:
    """A profile with its name and file, and its included profiles in the order in which they are trusted."""

    name: str
    file: Path
    profile: Profile
    included: tuple["Written", ...] = ()

    def layers(self) -> Iterator[Profile]:
        """This profile, then what it includes, each once."""
        yield self.profile
        yield from (each.profile for each in self.included)


@dataclass(frozen=True, slots=True)
class Library:
    """All profiles that can be used, by name, and what is wrong with the files of the others."""

    profiles: Mapping[str, Written]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A file under way: what stands at which line."""

    name: str
    file: Path
    profile: Profile
    places: Mapping[Place, int]


def load(extra: Path | None = None, shipped: Path = SHIPPED) -> Library:
    """The shipped profiles, and those of a user's folder, which replace shipped ones of the same name.

    A faulty file is told and leaves the others as they are: where it was to replace a shipped one, that one remains.
    """
    faults: list[Fault] = []
    drafts = {draft.name: draft for draft in _drafts(_files(shipped, faults), faults)}
    if extra is not None:
        drafts |= {draft.name: draft for draft in _drafts(_files(extra, faults), faults)}
    return Library(MappingProxyType(dict(_joined(drafts, faults))), tuple(faults))


def one(file: Path, library: Library) -> Library:
    """The library with a file in the place of the profile of its name; `faults` are those of the file only."""
    faults: list[Fault] = []
    drafts = {name: _Draft(name, w.file, w.profile, {}) for name, w in library.profiles.items()}
    drafts |= {draft.name: draft for draft in _drafts(iter([file]), faults)}
    return Library(MappingProxyType(dict(_joined(drafts, faults))), tuple(faults))


def _files(folder: Path, faults: list[Fault]) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(folder.glob("*.toml"))
    else:
        faults.append(Fault(str(folder), 0, "", Message("profile.folder")))


def _drafts(files: Iterator[Path], faults: list[Fault]) -> Iterator[_Draft]:
    for file in files:
        text = _text(file, faults)
        draft = _draft(file, text, faults) if text is not None else None
        if draft is not None:
            yield draft


def _text(file: Path, faults: list[Fault]) -> str | None:
    if not _NAME.fullmatch(file.stem):
        problem = Message("profile.name")
    else:
        try:
            with file.open("rb") as reading:
                content = reading.read(MOST_BYTES + 1)
            if len(content) <= MOST_BYTES:
                return content.decode("utf-8-sig")
            problem = Message("profile.file_size", {"limit": str(MOST_BYTES)})
        except OSError as error:
            problem = Message("profile.unreadable", {"error": error.strerror or type(error).__name__})
        except UnicodeDecodeError as error:
            problem = Message("profile.not_utf8", {"at": str(error.start)})
    faults.append(Fault(str(file), 0, "", problem))
    return None


def _draft(file: Path, text: str, faults: list[Fault]) -> _Draft | None:
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        faults.append(_not_toml(file, str(error)))
        return None
    places = lines_of(text)
    try:
        return _Draft(file.stem, file, Profile.model_validate(values), places)
    except ValidationError as error:
        faults.extend(explain(error, str(file), places))
        return None


def _not_toml(file: Path, error: str) -> Fault:
    line = re.search(r"at line (\d+)", error)
    return Fault(str(file), int(line[1]) if line else 0, "", Message("profile.not_toml", {"error": error}))


def _joined(drafts: Mapping[str, _Draft], faults: list[Fault]) -> Iterator[tuple[str, Written]]:
    for name, draft in sorted(drafts.items()):
        if faulty := list(_wrong_includes(draft, drafts)):
            faults.extend(faulty)
            continue
        names = [other for other in _reached(name, drafts) if other != name]
        included = tuple(Written(other, drafts[other].file, drafts[other].profile) for other in names)
        yield name, Written(name, draft.file, draft.profile, included)


def _reached(name: str, drafts: Mapping[str, _Draft]) -> list[str]:
    """The profile and all it includes, also by way of others, each once; circles end where they began."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        current = waiting.pop(0)
        if current not in found and current in drafts:
            found.append(current)
            waiting = [*drafts[current].profile.include, *waiting]
    return found


def _wrong_includes(draft: _Draft, drafts: Mapping[str, _Draft]) -> Iterator[Fault]:
    known = sorted(name for name, other in drafts.items() if other.profile.generic)
    for number, name in enumerate(draft.profile.include):
        if name not in known:
            path = ("include", number)
            code = "include_unknown" if name not in drafts else "include_not_generic"
            params = {"value": name, "known": ", ".join(known)}
            near = next(iter(get_close_matches(name, known, n=1)), "") if name not in drafts else ""
            line = line_of(draft.places, path)
            yield Fault(str(draft.file), line, spoken(path), Message(f"profile.{code}", params), near)

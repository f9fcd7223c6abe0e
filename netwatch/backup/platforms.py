"""What is known of the command lines of platforms, as data: how each is told apart, what is asked, what is hidden.

The shipped table is `platforms.toml` beside this file. A file of the operator's own may add platforms or replace
shipped ones by name. Reading raises `PlatformFault`, a sentence that names file, platform and key.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from netwatch.language import Sentence
from probes.equipment.patterns import PatternError, found, pattern

SHIPPED = Path(__file__).with_name("platforms.toml")
LARGEST_FILE = 1 << 20
GENERIC = "generic"


class PlatformFault(ValueError):  # noqa: N818 - named like LimitFault
    """A table of platforms that cannot be used; `sentence` says where and why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def _expression(text: str) -> str:
    try:
        pattern(text)
    except PatternError as fault:
        raise ValueError(f"{fault.code} {fault.detail}".strip()) from None
    return text


Expression = Annotated[str, AfterValidator(_expression)]
Command = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[ -~]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretRule(_Part):
    """What stands behind `after` is secret: the next word, or the rest of the line.

    `volatile` ones are written differently at every reading, so that they say nothing about changes.
    """

    after: Expression
    hide: Literal["word", "rest"] = "word"
    volatile: bool = False


class BlockRule(_Part):
    """Lines behind one in which `begin` is found, up to one in which `end` is, are secret altogether."""

    begin: Expression
    end: Expression
    volatile: bool = False


class Platform(_Part):
    """One command line. `configuration` are commands of which the first that the device knows is taken.

    A configuration counts as whole when `complete` is found in one of its last lines, and as none when `rejected` is
    in one of its first. `strip` are lines that change by themselves.
    """

    device_type: str
    title: str
    profiles: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    descriptions: tuple[Expression, ...] = ()
    enable: bool = False
    configuration: Annotated[tuple[Command, ...], Field(min_length=1)]
    facts_from: tuple[Command, ...] = ()
    facts: Mapping[str, Expression] = {}
    complete: Expression = ""
    rejected: tuple[Expression, ...] = ()
    strip: tuple[Expression, ...] = ()
    changed_by: Expression = ""
    secrets: tuple[SecretRule, ...] = ()
    blocks: tuple[BlockRule, ...] = ()


class Everywhere(_Part):
    """What is secret and what is a refusal on every platform."""

    secrets: tuple[SecretRule, ...] = ()
    blocks: tuple[BlockRule, ...] = ()
    rejected: tuple[Expression, ...] = ()


class _File(_Part):
    generic: Everywhere = Everywhere()
    platform: Mapping[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")], Platform] = {}


@dataclass(frozen=True, slots=True)
class Platforms:
    """All platforms by name, each already with what holds everywhere."""

    by_name: Mapping[str, Platform] = field(default_factory=dict)

    def recognised(self, seen: "Seen") -> str | None:
        """The name of the platform that this device has; None when no rule fits.

        Profiles are asked first, then sysDescr, then the longest prefix of sysObjectID.
        """
        for name, platform in self.by_name.items():
            if seen.profile and seen.profile in platform.profiles:
                return name
        described = (name for name, each in self.by_name.items() if _described(each, seen.description))
        return next(described, None) or self._of_object(seen.object_id)

    def _of_object(self, object_id: str) -> str | None:
        fitting = (
            (len(prefix), name)
            for name, platform in self.by_name.items()
            for prefix in platform.objects
            if f"{object_id}.".startswith(f"{prefix}.")
        )
        return max(fitting, default=(0, None))[1]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a device's agent said of itself; '' for what is not known."""

    profile: str = ""
    object_id: str = ""
    description: str = ""


def _described(platform: Platform, text: str) -> bool:
    flat = " ".join(text.split())
    return bool(flat) and any(found(one, flat) is not None for one in platform.descriptions)


def read_platforms(own: Path | None = None) -> Platforms:
    """The shipped platforms, and those of the operator's file over them; raises PlatformFault."""
    files = [_read(path) for path in (SHIPPED, own) if path is not None]
    merged = {name: platform for file in files for name, platform in file.platform.items()}
    return Platforms({name: _whole(each, [file.generic for file in files]) for name, each in merged.items()})


def _whole(platform: Platform, everywhere: Iterable[Everywhere]) -> Platform:
    more = list(everywhere)
    return platform.model_copy(
        update={
            "secrets": (*platform.secrets, *(rule for each in more for rule in each.secrets)),
            "blocks": (*platform.blocks, *(rule for each in more for rule in each.blocks)),
            "rejected": (*platform.rejected, *(rule for each in more for rule in each.rejected)),
        }
    )


def _read(path: Path) -> _File:
    try:
        text = path.read_bytes()
        if len(text) > LARGEST_FILE:
            raise _fault(path, "", f"more than {LARGEST_FILE} bytes")
        return _File.model_validate(tomllib.loads(text.decode("utf-8-sig")))
    except OSError as error:
        raise _fault(path, "", error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _fault(path, ".".join(map(str, first["loc"])), first["msg"]) from None
    except ValueError as error:
        raise _fault(path, "", re.sub(r"\s+", " ", str(error))) from None


def _fault(path: Path, key: str, detail: str) -> PlatformFault:
    text = "Platforms {path}: {detail}." if not key else "Platforms {path}, {key}: {detail}."
    return PlatformFault(Sentence(text, {"path": path, "key": key, "detail": detail}))


def to_json(platform: Platform) -> dict[str, Any]:
    """A platform as JSON can carry it."""
    return platform.model_dump(mode="json")


def from_json(content: Mapping[str, Any]) -> Platform:
    """The same back; raises ValueError."""
    return Platform.model_validate(content)

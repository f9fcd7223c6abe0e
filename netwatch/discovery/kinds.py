"""What kind of thing a device is that was met in the network, by `kinds.toml`. Pure but for reading that file once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OTHER = "other"
# What a device says of itself is cut before it is searched.
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class _Rule:
    match: re.Pattern[str]
    kind: str
    profiles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Kinds:
    models: Sequence[_Rule]
    words: Sequence[_Rule]
    profiles: Mapping[str, str]
    protocols: Mapping[str, str]


@cache
def kinds() -> _Kinds:
    """The whole of `kinds.toml`."""
    told = tomllib.loads(files("netwatch.discovery").joinpath("kinds.toml").read_text("utf-8"))
    return _Kinds(
        [
            _Rule(re.compile(rule["match"]), rule["kind"], frozenset(rule["profiles"]))
            for rule in told["models"]
        ],
        [_Rule(re.compile(rule["match"]), rule["kind"]) for rule in told["words"]],
        told["profiles"],
        told["protocols"],
    )


def kind_of(profile: str, said: Sequence[str], protocols: Sequence[str]) -> tuple[str, str]:
    """The most likely kind of a device and what tells it: 'model', 'profile', 'words', 'protocol', '' for a guess.

    `said` is what it says of itself, its model first; `protocols` are the names of those it speaks.
    """
    known = kinds()
    texts = [text[:_LONGEST] for text in said if text]
    for rule in known.models:
        if profile in rule.profiles and any(rule.match.search(text) for text in texts):
            return rule.kind, "model"
    if profile in known.profiles:
        return known.profiles[profile], "profile"
    for rule in known.words:
        if any(rule.match.search(text) for text in texts):
            return rule.kind, "words"
    spoken = next((kind for name, kind in known.protocols.items() if name in protocols), "")
    return (spoken, "protocol") if spoken else (OTHER, "")

"""Read models of incidents as JSON: moments as in `as_json` (ISO 8601 UTC beside microseconds), sentences in words."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import tzinfo
from typing import Any

from netwatch.language import Sentence, Translate
from netwatch.queries.as_json import iso
from netwatch.queries.incident_lines import line_parts, line_words
from netwatch.queries.incident_models import IncidentList

MOMENTS = frozenset(
    {
        "at", "heartbeat", "since", "not_before", "ended", "closed", "acknowledged", "left", "created", "finished",
        "oldest", "last_sent", "sealed", "live_since", "next", "start", "end", "until",
    }
)  # fmt: skip
PAIRS = frozenset({"hits", "facts"})


def incident_json(value: object, translate: Translate) -> dict[str, Any]:
    """The JSON object of a read model, its sentences in a language; codes stay codes."""
    shown: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        shown.update(_entries(field.name, getattr(value, field.name), translate))
    return shown


def list_json(found: IncidentList, zone: tzinfo, language: str, translate: Translate) -> Mapping[str, Any]:
    """A list of incidents as JSON; `text` of each is its line in words, as people are shown it."""
    shown = incident_json(found, translate)
    for line, written in zip(found.lines, shown["lines"], strict=True):
        written["text"] = line_words(line_parts(line, found.at, zone, language, translate), line.id)
    return shown


def _entries(name: str, value: object, translate: Translate) -> Mapping[str, Any]:
    if name in MOMENTS and (value is None or isinstance(value, int)):
        return {name: iso(value or 0), f"{name}_us": value or 0}
    if name in PAIRS and isinstance(value, tuple):
        return {name: dict(value)}
    return {name: _plain(value, translate)}


def _plain(value: object, translate: Translate) -> object:
    if isinstance(value, Sentence):
        return value.words(translate)
    if is_dataclass(value):
        return incident_json(value, translate)
    return [_plain(item, translate) for item in value] if isinstance(value, tuple) else value

"""Read models as JSON and back: stable keys, a schema version, moments as ISO 8601 UTC beside their microseconds.

A moment `since` becomes "since": "2026-11-23T01:02:03.000004Z" and "since_us": its int; a moment that never was (0)
is null. Pairs (counts, details) become objects. The way back reads the `_us` fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.queries.models import (
    SCHEMA,
    ContactCard,
    EventLine,
    Health,
    SiteStanding,
    Standing,
    StatusTree,
    UnitStanding,
)
from netwatch.queries.words import fault_words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = frozenset({"at", "heartbeat", "since", "observed", "recorded_at"})
PAIRS = frozenset({"counts", "details"})

Shown = StatusTree | UnitStanding | SiteStanding | Standing | ContactCard | EventLine


class UnknownSchemaError(ValueError):
    """JSON of another schema version than ours."""

    def __init__(self, found: object) -> None:
        super().__init__(f"schema {found} cannot be read; this version reads schema {SCHEMA}")


def as_json(value: Shown) -> dict[str, Any]:
    """The JSON object of a read model."""
    shown: dict[str, Any] = {}
    for field in fields(value):
        shown.update(_entries(field.name, getattr(value, field.name)))
    return shown


def _entries(name: str, value: object) -> Mapping[str, Any]:
    if name in MOMENTS and isinstance(value, int):
        return {name: iso(value), f"{name}_us": value}
    if name in PAIRS and isinstance(value, tuple):
        return {name: dict(value)}
    return {name: _plain(value)}


def _plain(value: object) -> object:
    if isinstance(value, Shown):
        return as_json(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def iso(moment: int) -> str | None:
    """A moment in microseconds UTC as ISO 8601 with 'Z'; None for 0, which means never."""
    if not moment:
        return None
    text = (EPOCH + timedelta(microseconds=moment)).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def from_iso(text: str) -> int:
    """The moment that `iso` wrote, microseconds UTC; 0 for '', which means never."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1) if text else 0


def health_as_json(health: Health) -> dict[str, Any]:
    """The JSON object of /healthz and /readyz."""
    faults = [
        {"code": code, "text": fault_words(code, str), "detail": detail} for code, detail in health.faults
    ]
    return {"schema": SCHEMA, "ready": health.ready, "healthy": health.healthy, "faults": faults}


def tree_from_json(shown: Mapping[str, Any]) -> StatusTree:
    """The status tree a JSON object holds; raises UnknownSchemaError for another version, KeyError for missing keys."""
    if shown.get("schema") != SCHEMA:
        raise UnknownSchemaError(shown.get("schema"))
    given = _own(StatusTree, shown)
    return StatusTree(**{**given, "blind": tuple(given["blind"]), "units": _all(_unit, given["units"])})


def _own(model: type[Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a model as JSON has them, moments from their microseconds, pairs as pairs."""
    given: dict[str, Any] = {}
    for field in fields(model):
        name = field.name
        given[name] = shown[f"{name}_us"] if name in MOMENTS else shown[name]
        if name in PAIRS:
            given[name] = tuple(given[name].items())
    return given


def _all(read: Any, items: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:  # noqa: ANN401 - any of the readers below
    return tuple(read(item) for item in items)


def _unit(shown: Mapping[str, Any]) -> UnitStanding:
    given = _own(UnitStanding, shown)
    readers = {"sites": _site, "units": _unit, "shares": _standing}
    return UnitStanding(**{**given, **{name: _all(read, given[name]) for name, read in readers.items()}})


def _site(shown: Mapping[str, Any]) -> SiteStanding:
    return SiteStanding(_standing(shown["standing"]), _all(_standing, shown["items"]))


def _standing(shown: Mapping[str, Any]) -> Standing:
    given = _own(Standing, shown)
    cards = _all(lambda card: ContactCard(**card), given["contacts"])
    return Standing(**{**given, "unit_path": tuple(given["unit_path"]), "contacts": cards})

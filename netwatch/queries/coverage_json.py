"""Read models of coverage as JSON: codes stay codes, dates are ISO 8601, moments too with their microseconds beside."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from netwatch.queries.as_json import iso
from netwatch.queries.coverage_plans import TrendReport

MOMENTS = frozenset({"at", "known_at", "seen_at", "proved_at"})
PAIRS = frozenset({"counts"})


def coverage_json(value: object) -> dict[str, Any]:
    """The JSON object of a read model."""
    if isinstance(value, TrendReport):
        points = [{"on": on.isoformat(), "figures": _plain(lines)} for on, lines in value.points]
        return {"schema": value.schema, "scope": value.scope, "points": points}
    shown: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        shown.update(_entries(field.name, getattr(value, field.name)))
    return shown


def _entries(name: str, value: object) -> Mapping[str, Any]:
    if name in MOMENTS and isinstance(value, int):
        return {name: iso(value), f"{name}_us": value}
    if name in PAIRS and isinstance(value, tuple):
        return {name: dict(value)}
    return {name: _plain(value)}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return coverage_json(value)
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value

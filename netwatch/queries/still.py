"""A copy of the present that no longer moves, so that another thread may read it while the daemon goes on."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from netwatch.present import Counts, Present

Value = TypeVar("Value", Present, Counts)


def still(present: Present) -> Present:
    """The present with its mappings copied (what they hold is frozen already); to be called on the event loop."""
    return replace(_copied(present), counts=_copied(present.counts))


def _copied(value: Value) -> Value:
    named = ((field.name, getattr(value, field.name)) for field in fields(value))
    copies: dict[str, Any] = {name: dict(held) for name, held in named if isinstance(held, Mapping)}
    return replace(value, **copies)

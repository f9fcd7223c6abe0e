"""A change set the other way round, against the inventory as it is now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from inventory.changes import Change
from inventory.history import EventRecord
from inventory.merge import Key
from inventory.records import from_plain


@dataclass(frozen=True, slots=True)
class Conflict:
    """An event that cannot be reversed, because these fields are no longer as it left them."""

    event: EventRecord
    fields: tuple[str, ...]


def inverse(events: Iterable[EventRecord], there: Mapping[Key, Any]) -> tuple[list[Change], list[Conflict]]:
    """The changes that put back what the events changed, and those that cannot.

    Only the fields an event changed are put back; what was changed in other fields since stays.
    """
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    for event in events:
        before, after = _side(event, event.before), _side(event, event.after)
        version = getattr(before or after, "valid_from", None)
        now = there.get((event.kind, event.entity, version))
        touched = _differing(before, after)
        lost = tuple(name for name in touched if _value(now, name) != _value(after, name))
        if lost or (now is None) != (after is None) or (before is None and now != after):
            conflicts.append(Conflict(event, lost or _differing(now, after)))
        else:
            then = (
                before
                if before is None or now is None
                else replace(now, **{n: _value(before, n) for n in touched})
            )
            changes.append(Change(event.kind, event.entity, version, now, then))
    return changes, conflicts


def touched_fields(event: EventRecord) -> tuple[str, ...]:
    """The fields an event changed; of a created or retired record all it had."""
    return _differing(_side(event, event.before), _side(event, event.after))


def _side(event: EventRecord, data: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - a record of any kind
    return from_plain(event.kind, data) if data is not None else None


def _value(record: Any, name: str) -> Any:  # noqa: ANN401
    return getattr(record, name, None)


def _differing(one: Any, other: Any) -> tuple[str, ...]:  # noqa: ANN401
    kind = type(one if one is not None else other)
    return tuple(f.name for f in fields(kind) if _value(one, f.name) != _value(other, f.name))

"""The desk's values as JSON text, and back exactly. Pure.

A value is read by the annotations of its dataclass: what an older release did not write takes its default, what a
newer one added is passed over. Where anything may stand (facts, parameters) there are JSON's own values, tuples, and
phrases, which are marked: {"$phrase": text, "params": {...}}; keys of mappings that begin with $ get another one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, partial
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from alerts.contract import Phrase
from netwatch.store.ledger import storable

Value = TypeVar("Value")

MARK = "$"
PHRASE = "$phrase"
LARGEST = 2**63


def text_of(value: object) -> str:
    """The value as JSON, the same text for equal values."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Unreadable(ValueError):  # noqa: N818 - says what it is
    """A text that holds no such value: damaged, or of a newer release."""


def value_of(kind: type[Value], text: str) -> Value:
    """The value of that kind in a text that `text_of` wrote; raises Unreadable."""
    made: Value = _read(_reader(kind), text)  # type: ignore[arg-type]  # every class can be hashed
    return made


def facts_of(text: str) -> Mapping[str, Any]:
    """The mapping in a text that `text_of` wrote; raises Unreadable."""
    made: Mapping[str, Any] = _read(partial(_mapping, _anything), text)
    return made


def _read(reader: Callable[[Any], Any], text: str) -> Any:  # noqa: ANN401 - whatever the reader makes
    try:
        return reader(json.loads(text))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        raise Unreadable(type(fault).__name__) from None


def _plain(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Phrase):
        return {PHRASE: storable(value.text), "params": _plain(value.params)}
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return _many(value)


def _many(value: object) -> object:
    if isinstance(value, Mapping):
        return {_marked(storable(str(key))): _plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(_plain(item) for item in value)  # type: ignore[type-var]
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def _marked(key: str) -> str:
    return MARK + key if key.startswith(MARK) else key


def _unmarked(key: str) -> str:
    return key.removeprefix(MARK)


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - annotations have no type of their own
    """What makes a value of this annotation from JSON's own values."""
    if hint is Phrase:
        return _phrase
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint in SCALARS:
        return SCALARS[hint]
    return _generic(get_origin(hint), get_args(hint)) or (_anything if hint is Any else _same)


def _generic(origin: Any, within: tuple[Any, ...]) -> Callable[[Any], Any] | None:  # noqa: ANN401
    if origin in (UnionType, Union):
        present = _reader(next(each for each in within if each is not type(None)))
        return lambda value: None if value is None else present(value)
    if origin is tuple and within[-1] is not Ellipsis:
        readers = tuple(map(_reader, within))
        return lambda value: tuple(read(item) for read, item in zip(readers, _list(value), strict=True))
    if origin in (tuple, frozenset):
        each = _reader(within[0])
        return lambda value: origin(map(each, _list(value)))
    if origin is Mapping:
        item = _reader(within[1])
        return lambda value: _mapping(item, value)
    return None


def _list(value: object) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    raise TypeError


def _text(value: object) -> str:
    if isinstance(value, list | dict) or value is None:
        raise TypeError
    return value if isinstance(value, str) else str(value)


def _number(value: object) -> object:
    # What no database takes would come back to it with the next change.
    if isinstance(value, int | float) and -LARGEST <= value < LARGEST:
        return value
    raise TypeError


SCALARS: Mapping[Any, Callable[[Any], Any]] = {str: _text, int: _number, float: _number, bool: _number}


def _record(kind: type[Any]) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    return lambda value: kind(
        **{name: readers[name](item) for name, item in value.items() if name in readers}
    )


def _phrase(value: Mapping[str, Any]) -> Phrase:
    return Phrase(value[PHRASE], _mapping(_anything, value["params"]))


def _mapping(read: Callable[[Any], Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {_unmarked(key): read(item) for key, item in value.items()}


def _anything(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    if isinstance(value, list):
        return tuple(map(_anything, value))
    if isinstance(value, dict):
        return _phrase(value) if PHRASE in value else _mapping(_anything, value)
    return value


def _same(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    return value

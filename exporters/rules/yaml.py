"""Plain values as YAML, as far as the files of Prometheus need it: mappings, lists, texts, numbers, yes and no.

Every text is quoted, so that none is taken for a number or for more than a text (https://yaml.org/spec/1.2.2/, 7.3).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "Mapping[str, Value] | Sequence[Value] | str | int | float | bool"


def yaml_text(value: Mapping[str, Value], remarks: Sequence[str] = ()) -> str:
    """A document with its remarks on top; every line ends with a line feed."""
    return "".join(f"{line}\n" for line in (*(f"# {remark}" for remark in remarks), *_mapping(value)))


def _mapping(value: Mapping[str, Value]) -> Iterator[str]:
    for name, inner in value.items():
        if _plain(inner):
            yield f"{name}: {_scalar(inner)}"
        else:
            yield f"{name}:"
            yield from (f"  {line}" for line in _lines(inner))


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _mapping(value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from _item(one)


def _item(value: Value) -> Iterator[str]:
    if _plain(value):
        yield f"- {_scalar(value)}"
        return
    for place, line in enumerate(_lines(value)):
        yield f"{'  ' if place else '- '}{line}"


def _plain(value: Value) -> bool:
    """Whether it stands on one line: what is empty does too."""
    return isinstance(value, str | int | float) or not value


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if '"' in value and value.isprintable() and "\\" not in value:
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_letter, value)) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"

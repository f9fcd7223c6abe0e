"""TOML: an array of tables per kind, `[[device]]`, fields by their own names or by their headings."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypeAlias

from inventory.incoming import IncomingRow
from inventory.problems import Problem
from inventory.sheets.columns import SAMPLE_MARK
from inventory.sheets.headings import HeadingMet
from inventory.sheets.tables import (
    Context,
    Part,
    is_skipped_heading,
    problem,
    text_of_cell,
    together,
    unknown_heading,
    unknown_sheet,
)

Entry: TypeAlias = Mapping[str, Any]

# The reader of TOML takes time by the square of a key's depth and some lines are all one key.
_LONGEST_LINE = 40_000
_DEEPEST_KEY = 50
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{_DEEPEST_KEY}}}")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(?P<name>[\w-]+)[ \t]*\]\]", re.MULTILINE)


def _has_deep_key(line: str) -> bool:
    return line.count(".") >= _DEEPEST_KEY and _DEEP_KEY.search(_QUOTED.sub("_", line)) is not None


def too_deep_line(text: str) -> int:
    """The number of the first line that would take the reader of TOML too long; 0 where there is none."""
    lines = enumerate(text.split("\n"), start=1)
    return next((number for number, line in lines if len(line) > _LONGEST_LINE or _has_deep_key(line)), 0)


def _refusal(text: str, name: str) -> Problem | None:
    number = too_deep_line(text)
    reason = f"line {number} is too long or nests too deeply"
    return problem("file_toml", path=name, reason=reason) if number else None


def _parsed(text: str, name: str) -> tuple[Entry, Problem | None]:
    refused = _refusal(text, name)
    if refused:
        return {}, refused
    try:
        return tomllib.loads(text), None
    # Besides its own TOMLDecodeError for numbers of thousands of digits.
    except ValueError as fault:
        return {}, problem("file_toml", path=name, reason=str(fault)[:200])
    except RecursionError:
        return {}, problem("file_toml", path=name, reason="it nests too deeply")


def _lines_of(text: str) -> Mapping[str, list[int]]:
    """The line numbers of the headers [[name]] by name."""
    lines: dict[str, list[int]] = {}
    number, position = 1, 0
    for match in _HEADER.finditer(text):
        number += text.count("\n", position, match.start())
        position = match.start()
        lines.setdefault(match["name"], []).append(number)
    return lines


def _scalar(value: object) -> str | None:
    if isinstance(value, date | datetime | time):
        return value.isoformat().removesuffix("T00:00:00")
    return text_of_cell(value) if isinstance(value, str | int | float | bool) else None


def _item(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;")


def _text(value: object) -> str | None:
    """The text of a TOML value as a cell of a sheet would hold it; None for what no cell can hold."""
    if not isinstance(value, list):
        return _scalar(value)
    items = [_scalar(item) for item in value]
    return None if None in items else "; ".join(_item(item or "") for item in items)


def _rows(
    name: str, entries: Sequence[Entry], numbers: Sequence[int], mets: Mapping[str, HeadingMet]
) -> Part:
    rows: list[IncomingRow] = []
    problems: list[Problem] = []
    for number, entry in zip(numbers, entries, strict=True):
        texts = {key: _text(value) for key, value in entry.items() if key in mets and mets[key].field}
        bad = [key for key, text in texts.items() if text is None]
        problems += [replace(problem("sheet_toml_value", key=key[:80]), row=number) for key in bad]
        cells = {
            mets[key].field or "": text for key, text in texts.items() if text is not None and text.strip()
        }
        if cells and not bad:
            rows.append(
                IncomingRow(kind=next(iter(mets.values())).kind, sheet=name, number=number, cells=cells)
            )
    return Part(tuple(rows), tuple(problems))


def _meet(name: str, kind: str, entries: Sequence[Entry], context: Context) -> Mapping[str, HeadingMet]:
    keys = dict.fromkeys(key for entry in entries for key in entry if not is_skipped_heading(key))
    return {
        key: context.recogniser.meet(name, kind, position, key[:200], context.language)
        for position, key in enumerate(keys, start=1)
    }


def _twice(entry: Entry, mets: Mapping[str, HeadingMet]) -> Iterator[str]:
    fields = [mets[key].field for key in entry if key in mets]
    for key in entry:
        if key in mets and mets[key].field and fields.count(mets[key].field) > 1:
            yield key


def _read_entries(
    name: str, kind: str, entries: Sequence[Entry], numbers: Sequence[int], context: Context
) -> Part:
    mets = _meet(name, kind, entries, context)
    unknown = [replace(unknown_heading(met), sheet=name) for met in mets.values() if met.field is None]
    twice = [
        replace(problem("sheet_toml_twice", keys=", ".join(keys)[:200]), sheet=name, row=number)
        for number, entry in zip(numbers, entries, strict=True)
        if (keys := tuple(_twice(entry, mets)))
    ]
    part = Part() if twice else _rows(name, entries, numbers, mets)
    found = tuple(replace(each, sheet=name) for each in part.problems)
    return Part(part.rows, (*unknown, *twice, *found), tuple(mets.values()))


def _read_array(name: str, value: object, lines: Sequence[int], context: Context) -> Part:
    kind = context.recogniser.kind_of(name)
    if kind is None:
        return Part(problems=(unknown_sheet(name, context),))
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return Part(problems=(replace(problem("sheet_toml_table", name=name[:80]), sheet=name[:80]),))
    if len(value) > context.limits.rows:
        return Part(problems=(replace(problem("sheet_rows", limit=context.limits.rows), sheet=name),))
    numbers = lines if len(lines) == len(value) else range(1, len(value) + 1)
    return _read_entries(name, kind, value, numbers, context)


def read_toml(content: bytes, name: str, context: Context) -> tuple[Part, bool]:
    """The rows of a TOML file, numbered by the lines of their headers, and whether any of its tables was known."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return Part(problems=(problem("file_encoding", path=name, offset=fault.start),)), True
    document, refused = _parsed(text, name)
    if refused:
        return Part(problems=(refused,)), True
    lines = _lines_of(text)
    parts = [_read_array(key, value, lines.get(key, ()), context) for key, value in document.items()]
    known = not document or any(context.recogniser.kind_of(key) for key in document)
    return replace(together(parts), sample=text.lstrip().startswith(f"# {SAMPLE_MARK}")), known

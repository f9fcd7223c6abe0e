"""Layouts: how somebody's workbook maps to the sheets of the inventory, as TOML that a person writes. Pure.

A layout has `[[sheet]]` tables, each with `[[sheet.rows]]`: one for every kind of record that a row of it yields.
docs/imports.md explains every key. Faults name the line.
"""

import fnmatch
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from inventory.faults import shortened
from inventory.problems import Problem
from inventory.sheets.columns import sheets
from inventory.sheets.layout_templates import Template, TemplateFault, read_template
from inventory.sheets.messages import TEXTS
from inventory.sheets.toml_file import too_deep_line
from inventory.texts import fold

LONGEST_LAYOUT = 200_000
_HEADING_ROWS = 5
_LAST_ROW = 1_000
_MOST_WORDS = 500
_HEADER = re.compile(r"^[ \t]*(\[\[?)[ \t]*([\w.-]+)[ \t]*\]\]?")
_KEY = re.compile(r"^[ \t]*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))[ \t]*=")

Entry: TypeAlias = Mapping[str, Any]
# Where a table stands: ('sheet', 0), ('sheet', 0, 'rows', 1), ('sheet', 0, 'values').
Place: TypeAlias = tuple[str | int, ...]


class LayoutFault(ValueError):  # noqa: N818 - the fault is the writer's, not the program's
    """A layout that says nothing sensible: `problem` names its line and what is allowed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(TEXTS[problem.code].format_map(problem.params))


@dataclass(frozen=True, slots=True)
class Mapped:
    """One field: the text its template makes, then said in other words, with a unit where it is a bare number.

    `words` are folded; `otherwise` is for a text that none of them is, None to leave it as it is. `line` is the
    layout's.
    """

    template: Template
    words: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    unit: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class RowLayout:
    """What one kind takes from each row; only rows in which `need` is not blank yield one."""

    kind: str
    fields: Mapping[str, Mapped]
    need: Mapped | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet: by names (with *), by position from 1, or any. `headings` are rows from 1; () to look for them.

    Rows that begin like one of `skip` are left out; `section` is the name under which the title of a section (a row
    with one filled cell, like one of `section_like` if there are any) is carried down.
    """

    names: tuple[str, ...]
    position: int | None
    headings: tuple[int, ...]
    skip: tuple[str, ...]
    section: str
    section_like: tuple[str, ...]
    values: Mapping[str, Mapped]
    rows: tuple[RowLayout, ...]
    line: int

    def means(self, name: str, position: int) -> bool:
        """Whether a sheet of this name, at this place from 1, is meant."""
        if self.position is not None and position != self.position:
            return False
        return not self.names or any(like(name, pattern) for pattern in self.names)


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole layout."""

    sheets: tuple[SheetLayout, ...]
    note: str = ""


def like(text: str, pattern: str) -> bool:
    """Whether a text is like a pattern with `*`, whatever case, diacritics, blanks and signs."""
    folded = "*".join(fold(part) for part in pattern.split("*"))
    return fnmatch.fnmatchcase(fold(text), folded.replace("[", "[[]").replace("?", "[?]"))


def read_layout(text: str) -> Layout:
    """The layout of a text; raises LayoutFault."""
    if len(text) > LONGEST_LAYOUT:
        raise _fault("layout_long", 1, limit=str(LONGEST_LAYOUT))
    too_deep = too_deep_line(text)
    if too_deep:
        raise _fault("layout_toml", too_deep, reason=f"line {too_deep} is too long or nests too deeply")
    try:
        document = tomllib.loads(text)
    # Besides its own TOMLDecodeError for numbers of thousands of digits.
    except ValueError as fault:
        raise _fault("layout_toml", 1, reason=str(fault)[:200]) from None
    except RecursionError:
        raise _fault("layout_toml", 1, reason="it nests too deeply") from None
    reader = _Reader(_lines(text))
    reader.known(document, (), ("note", "sheet"))
    found = tuple(
        reader.sheet(entry, ("sheet", place)) for place, entry in reader.tables(document, (), "sheet")
    )
    if not found:
        raise _fault("layout_empty", 1)
    return Layout(found, str(document.get("note", "")))


def _fault(code: str, line: int, **params: str) -> LayoutFault:
    texts = {name: shortened(text, 300) for name, text in params.items()}
    return LayoutFault(Problem(code, {"line": str(line), **texts}))


def _lines(text: str) -> Mapping[Place, int]:
    """The line of every table and of every key below it."""
    found: dict[Place, int] = {}
    place: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            place = _place(header[2].split("."), header[1] == "[[", counts)
            found.setdefault(place, number)
        elif key:
            found.setdefault((*place, next(filter(None, key.groups()))), number)
    return found


def _place(names: Sequence[str], is_array: bool, counts: dict[Place, int]) -> Place:
    place: Place = ()
    for depth, name in enumerate(names, start=1):
        place = (*place, name)
        if depth == len(names) and is_array:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns tables of TOML into parts of a layout; `lines` says where each stands."""

    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest above it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def known(self, entry: Entry, place: Place, allowed: Sequence[str]) -> None:
        for key in entry:
            if key not in allowed:
                raise _fault("layout_key", self.line((*place, key)), key=key, known=", ".join(allowed))

    def tables(self, entry: Entry, place: Place, key: str) -> Iterator[tuple[int, Entry]]:
        found = entry.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _fault("layout_tables", self.line((*place, key)), key=key)
        return enumerate(found)

    def texts(self, entry: Entry, place: Place, key: str) -> tuple[str, ...]:
        found = entry.get(key, [])
        several = found if isinstance(found, list) else [found]
        if not all(isinstance(text, str) and text.strip() for text in several):
            raise _fault("layout_texts", self.line((*place, key)), key=key)
        return tuple(several)

    def text(self, entry: Entry, place: Place, key: str) -> str:
        found = entry.get(key, "")
        if not isinstance(found, str):
            raise _fault("layout_texts", self.line((*place, key)), key=key)
        return found

    def whole(self, value: object, place: Place) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LAST_ROW:
            raise _fault("layout_number", self.line(place), key=str(place[-1]), limit=str(_LAST_ROW))
        return value

    def sheet(self, entry: Entry, place: Place) -> SheetLayout:
        allowed = ("name", "position", "headings", "skip", "section", "section_like", "values", "rows")
        self.known(entry, place, allowed)
        rows = tuple(
            self.rows(each, (*place, "rows", number)) for number, each in self.tables(entry, place, "rows")
        )
        if not rows:
            raise _fault("layout_no_rows", self.line(place))
        position = entry.get("position")
        return SheetLayout(
            names=self.texts(entry, place, "name"),
            position=None if position is None else self.whole(position, (*place, "position")),
            headings=self.headings(entry.get("headings", []), (*place, "headings")),
            skip=self.texts(entry, place, "skip"),
            section=self.text(entry, place, "section"),
            section_like=self.texts(entry, place, "section_like"),
            values=self.mapped(entry.get("values", {}), (*place, "values")),
            rows=rows,
            line=self.line(place),
        )

    def headings(self, value: object, place: Place) -> tuple[int, ...]:
        several = value if isinstance(value, list) else [value]
        found = tuple(self.whole(each, place) for each in several)
        if list(found) != list(range(found[0], found[0] + len(found)) if found else []):
            raise _fault("layout_headings", self.line(place), limit=str(_HEADING_ROWS))
        if len(found) > _HEADING_ROWS:
            raise _fault("layout_headings", self.line(place), limit=str(_HEADING_ROWS))
        return found

    def rows(self, entry: Entry, place: Place) -> RowLayout:
        self.known(entry, place, ("of", "need", "fields"))
        kind = entry.get("of")
        if kind not in sheets():
            raise _fault("layout_kind", self.line((*place, "of")), kind=str(kind), known=", ".join(sheets()))
        known = [column.field for column in sheets()[str(kind)].columns]
        fields = self.mapped(entry.get("fields", {}), (*place, "fields"))
        for name in fields:
            if name not in known:
                line = self.line((*place, "fields", name))
                raise _fault("layout_field", line, field=name, of=str(kind), known=", ".join(known))
        if not fields:
            raise _fault("layout_no_fields", self.line(place))
        need = self.one(entry["need"], (*place, "need")) if "need" in entry else None
        return RowLayout(str(kind), fields, need, self.line(place))

    def mapped(self, entry: object, place: Place) -> dict[str, Mapped]:
        if not isinstance(entry, dict):
            raise _fault("layout_table", self.line(place), key=str(place[-1]))
        return {name: self.one(value, (*place, name)) for name, value in entry.items()}

    def one(self, value: object, place: Place) -> Mapped:
        if isinstance(value, dict):
            return self.worded(value, place)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _fault("layout_value", self.line(place), key=str(place[-1]))
        return Mapped(self.template(str(value), place), line=self.line(place))

    def worded(self, entry: Entry, place: Place) -> Mapped:
        self.known(entry, place, ("from", "words", "otherwise", "unit"))
        words = entry.get("words", {})
        known = isinstance(words, dict) and len(words) <= _MOST_WORDS
        if not known or not all(isinstance(word, str) for word in words.values()):
            raise _fault("layout_words", self.line(place), limit=str(_MOST_WORDS))
        otherwise = entry.get("otherwise")
        if otherwise is not None and not isinstance(otherwise, str):
            raise _fault("layout_texts", self.line(place), key="otherwise")
        template = self.template(self.text(entry, place, "from"), place)
        return Mapped(template, words, otherwise, self.text(entry, place, "unit"), self.line(place))

    def template(self, text: str, place: Place) -> Template:
        try:
            return read_template(text)
        except TemplateFault as fault:
            raise _fault("layout_template", self.line(place), text=text, reason=str(fault)) from None

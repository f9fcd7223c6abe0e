"""Which field a heading means and which kind a sheet holds, forgiving about case, diacritics, blanks and signs."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from inventory.faults import shortened
from inventory.problems import Problem
from inventory.sheets.columns import Column, Language, Sheet, sheets
from inventory.sheets.messages import TEXTS
from inventory.texts import fold

# A remembered heading: its text, or 'kind.text' where one text means different things on different sheets,
# to 'kind.field'. A remembered sheet name: its text to 'kind'.
HeadingMap: TypeAlias = Mapping[str, str]

_CLOSE_ENOUGH = 0.6


class HeadingMapFault(ValueError):  # noqa: N818 - the fault is the caller's, not the program's
    """An entry of a mapping means nothing: `problem` says which, and what is allowed; its text is the English one."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(TEXTS[problem.code].format_map(problem.params))


@dataclass(frozen=True, slots=True)
class HeadingMet:
    """A heading found in a file: where it stood, the field it was taken for, or else the nearest known heading.

    `column` counts from 1; `remembered` says that the caller's mapping, not our own list, knew it.
    """

    sheet: str
    kind: str
    column: int
    heading: str
    field: str | None = None
    suggestion: str | None = None
    remembered: bool = False


def _column_names(column: Column) -> Iterable[str]:
    return (column.field, *column.heading.values(), *column.also)


def _sheet_names(sheet: Sheet) -> Iterable[str]:
    return (sheet.kind, *sheet.name.values(), *sheet.also)


@cache
def known_headings(kind: str) -> Mapping[str, str]:
    """The folded headings of a kind to its fields."""
    columns = sheets()[kind].columns
    return MappingProxyType(
        {fold(name): column.field for column in columns for name in _column_names(column)}
    )


@cache
def required_fields(kind: str) -> frozenset[str]:
    """The fields without which a new record of a kind cannot be."""
    return frozenset(column.field for column in sheets()[kind].columns if column.cell.required)


@cache
def known_sheets() -> Mapping[str, str]:
    """The folded names of sheets and files to their kinds."""
    return MappingProxyType(
        {fold(name): sheet.kind for sheet in sheets().values() for name in _sheet_names(sheet)}
    )


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Knows our own headings and those a caller remembers; made by `recogniser`."""

    own_headings: Mapping[tuple[str, str], str]
    own_sheets: Mapping[str, str]

    def kind_of(self, sheet_name: str) -> str | None:
        """The kind a sheet or file of this name holds, or None."""
        name = fold(sheet_name)
        return self.own_sheets.get(name) or known_sheets().get(name)

    def field_of(self, kind: str, heading: str) -> tuple[str | None, bool]:
        """The field a heading of this kind means, or None; and whether the caller's mapping said so."""
        own = self.own_headings.get((kind, fold(heading)))
        return (own, True) if own else (known_headings(kind).get(fold(heading)), False)

    def suggest_sheet(self, sheet_name: str, language: Language) -> str | None:
        """The name of the known sheet nearest to an unknown one, or None when none is near."""
        near = _nearest(sheet_name, known_sheets())
        return sheets()[near].name[language] if near else None

    def meet(self, sheet: str, kind: str, column: int, heading: str, language: Language) -> HeadingMet:
        """Record a heading with the field it means, or with a suggestion."""
        field, remembered = self.field_of(kind, heading)
        near = None if field else _nearest(heading, known_headings(kind))
        suggestion = sheets()[kind].column(near).heading[language] if near else None
        return HeadingMet(sheet, kind, column, heading, field, suggestion, remembered)


def _nearest(text: str, known: Mapping[str, str]) -> str | None:
    matches = difflib.get_close_matches(fold(text)[:100], list(known), n=1, cutoff=_CLOSE_ENOUGH)
    return known[matches[0]] if matches else None


def _fault(text: str, kind: str, field: str) -> Problem | None:
    if kind not in sheets():
        params = {"heading": shortened(text), "unknown": shortened(kind), "known": ", ".join(sheets())}
        return Problem("map_kind", params)
    known = [column.field for column in sheets()[kind].columns]
    if field and field not in known:
        params = {
            "heading": shortened(text),
            "of": kind,
            "unknown": shortened(field),
            "known": ", ".join(known),
        }
        return Problem("map_field", params)
    return None


def recogniser(mapping: HeadingMap) -> Recogniser:
    """Prepare a caller's mapping; raises HeadingMapFault for the first entry that means nothing."""
    own_headings: dict[tuple[str, str], str] = {}
    own_sheets: dict[str, str] = {}
    for text, meaning in mapping.items():
        kind, _, field = meaning.partition(".")
        fault = _fault(text, kind, field)
        if fault:
            raise HeadingMapFault(fault)
        if field:
            own_headings[kind, fold(text.removeprefix(f"{kind}."))] = field
        else:
            own_sheets[fold(text)] = kind
    return Recogniser(MappingProxyType(own_headings), MappingProxyType(own_sheets))

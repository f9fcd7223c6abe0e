"""What the sheets are called and what their columns are: names, headings and words of choices in both languages.

The columns of a kind are the fields of its record (`inventory.snapshot`); the words stand in `headings.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from inventory.snapshot import KINDS, Cell

Language: TypeAlias = Literal["vi", "en"]
Words: TypeAlias = Mapping[str, str]

LANGUAGES: tuple[Language, ...] = ("vi", "en")
SAMPLE_MARK = "DỮ LIỆU MẪU / SAMPLE DATA"
# The column of a proposal that says why each row is proposed; it is never read, and in TOML it is this key.
EVIDENCE: Words = MappingProxyType({"vi": "Căn cứ đề xuất", "en": "Evidence of the proposal"})
EVIDENCE_KEY = "proposal_evidence"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one sheet; `heading` and `purpose` by language, `also` further headings that mean it."""

    kind: str
    field: str
    cell: Cell
    heading: Words
    purpose: Words
    also: tuple[str, ...] = ()
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the kind it holds, its name by language, further names that mean it, and its columns in order."""

    kind: str
    name: Words
    also: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, field: str) -> Column:
        """The column of a field; raises KeyError when the kind has no such field."""
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)


@cache
def _texts() -> dict[str, Any]:
    source = files("inventory.sheets").joinpath("headings.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _words(entry: Mapping[str, str], suffix: str = "") -> Words:
    return MappingProxyType({language: entry[language + suffix] for language in LANGUAGES})


def _column(kind: str, field: str, cell: Cell, texts: Mapping[str, Any]) -> Column:
    return Column(
        kind=kind,
        field=field,
        cell=cell,
        heading=_words(texts),
        purpose=_words(texts, "_comment"),
        also=tuple(texts.get("also", ())),
        example=texts.get("example"),
    )


def _sheet(kind: str) -> Sheet:
    texts = _texts()
    entry = texts["sheets"][kind]
    columns = tuple(
        _column(kind, field.name, field.metadata["cell"], texts["fields"][kind][field.name])
        for field in fields(KINDS[kind])
    )
    return Sheet(kind=kind, name=_words(entry), also=tuple(entry.get("also", ())), columns=columns)


@cache
def sheets() -> Mapping[str, Sheet]:
    """Every sheet by its kind, in the order of `inventory.snapshot.KINDS`."""
    return MappingProxyType({kind: _sheet(kind) for kind in KINDS})


@cache
def choice_words(kind: str, field: str) -> Mapping[str, Words]:
    """The words of a field's allowed codes by language, in the order of its `Cell`; empty without choices."""
    codes = sheets()[kind].column(field).cell.choices
    entries = _texts()["choices"][kind][field] if codes else {}
    return MappingProxyType({code: _words(entries[code]) for code in codes})


@cache
def yes_no_words() -> Mapping[str, Words]:
    """The words of 'yes' and 'no' by language."""
    return MappingProxyType({code: _words(entry) for code, entry in _texts()["yes_no"].items()})


def phrase(group: str, name: str, language: Language) -> str:
    """A phrase of `headings.toml` outside the sheets themselves, such as ('formats', 'date')."""
    return str(_texts()[group][name][language])


def reasons_heading(language: Language) -> str:
    """The heading of the column that says why a row was rejected."""
    return str(_texts()["reasons"][language])


@cache
def skipped_headings() -> tuple[str, ...]:
    """Headings of columns that are never read: reasons of rejection, evidence of proposals and running numbers."""
    reasons = (reasons_heading(language) for language in LANGUAGES)
    return (*reasons, *EVIDENCE.values(), EVIDENCE_KEY, *_texts()["skipped"]["also"])


def heading(kind: str, field: str, language: Language) -> str:
    """The heading of a field, the sheet's name where the field is ''; the name given when there is no such thing."""
    sheet = sheets().get(kind)
    if sheet is None or not field:
        return sheet.name[language] if sheet else field or kind
    found = (column.heading[language] for column in sheet.columns if column.field == field)
    return next(found, field)

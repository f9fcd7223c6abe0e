"""The words of the sheets cover the inventory and are understood however they are typed."""

import unicodedata
from dataclasses import fields
from itertools import chain

import pytest

from inventory.cells import read_cell
from inventory.sheets.columns import LANGUAGES, Language, choice_words, heading, sheets, skipped_headings
from inventory.sheets.comments import comment
from inventory.sheets.headings import recogniser
from inventory.snapshot import KINDS, CellType
from inventory.texts import fold

COLUMNS = [column for sheet in sheets().values() for column in sheet.columns]


def test_every_field_of_every_kind_has_a_column_in_order() -> None:
    """A field added to the inventory without its words fails here."""
    for kind, record in KINDS.items():
        assert [column.field for column in sheets()[kind].columns] == [field.name for field in fields(record)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_and_sheet_names_are_unlike_each_other(language: Language) -> None:
    """No two columns of a sheet and no two sheets look alike without diacritics."""
    for sheet in sheets().values():
        shown = [fold(column.heading[language]) for column in sheet.columns]
        assert len(set(shown)) == len(shown)
    names = [fold(sheet.name[language]) for sheet in sheets().values()]
    assert len(set(names)) == len(names)


def test_no_heading_means_two_fields_of_a_sheet() -> None:
    """Further headings count too, and none is among those that are skipped."""
    for sheet in sheets().values():
        owner: dict[str, str] = {fold(text): "" for text in skipped_headings()}
        for column in sheet.columns:
            for text in (column.field, *column.heading.values(), *column.also):
                assert owner.setdefault(fold(text), column.field) == column.field, (sheet.kind, text)


def test_sheet_names_suit_spreadsheets() -> None:
    """At most 31 characters, none of those that spreadsheets refuse."""
    for name in chain.from_iterable(sheet.name.values() for sheet in sheets().values()):
        assert len(name) <= 31
        assert not set(name) & set("[]:*?/\\'")


@pytest.mark.parametrize("spoil", [str.upper, str.lower, lambda text: unicodedata.normalize("NFD", text),
                                   lambda text: f"  {text.replace(' ', '   ')} *", fold])  # fmt: skip
def test_headings_are_understood_however_they_are_typed(spoil: type[str]) -> None:
    """Case, Unicode form, blanks, signs and diacritics do not matter, in either language."""
    known = recogniser({})
    for column in COLUMNS:
        for text in (*column.heading.values(), *column.also, column.field):
            assert known.field_of(column.kind, spoil(text)) == (column.field, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_choices_are_read_as_their_codes(language: Language) -> None:
    """What a drop-down offers, the import accepts; the words of one field differ."""
    for column in COLUMNS:
        words = choice_words(column.kind, column.field)
        assert tuple(words) == column.cell.choices
        for code, word in words.items():
            read = (code,) if column.cell.type is CellType.CODES else code
            assert read_cell(column.kind, column.field, word[language]) == read


def test_examples_are_allowed_values() -> None:
    """An example that the import refused would teach the wrong thing."""
    for column in COLUMNS:
        if column.example:
            read_cell(column.kind, column.field, column.example)


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_say_what_to_write(language: Language) -> None:
    """Purpose, whether required, the choices, the sheet that codes refer to, and an example, in one language."""
    for column in COLUMNS:
        text = comment(column, language)
        assert text.startswith(column.purpose[language])
        assert "{" not in text
        assert all(word[language] in text for word in choice_words(column.kind, column.field).values())
        assert all(sheets()[kind].name[language] in text for kind in column.cell.refers)
        stated = bool(
            column.example or column.cell.choices or column.cell.type in (CellType.DATE, CellType.YES_NO)
        )
        assert stated, f"{column.kind}.{column.field} has neither an example nor a format"


def test_the_two_languages_are_not_copies() -> None:
    """Vietnamese comments are Vietnamese."""
    for column in COLUMNS:
        assert column.purpose["vi"] != column.purpose["en"]
        assert any(ord(letter) > 127 for letter in column.purpose["vi"])


def test_an_unknown_field_keeps_its_own_name() -> None:
    """A problem may speak of a column that does not exist."""
    assert heading("device", "address", "en") == "IP address"
    assert heading("device", "nonsense", "vi") == "nonsense"
    assert heading("device", "", "vi") == "Thiết bị"
    assert heading("nonsense", "", "vi") == "nonsense"

"""The words of choices in both languages, as sheets write them; the sheets' own list of words is the source."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from inventory.texts import fold

# Besides the words of the list: what people tick with.
YES = ("yes", "y", "x", "v", "1", "true", "co", "dung", "✓", "✔")
NO = ("no", "n", "0", "false", "khong", "k", "sai")


@cache
def _words() -> Mapping[str, Any]:
    source = files("inventory").joinpath("sheets", "headings.toml")
    return MappingProxyType(tomllib.loads(source.read_text(encoding="utf-8")))


@cache
def choice_label(kind: str, field: str, code: str, language: str) -> str:
    """How a choice is written in a language ('vi', 'en'); the code itself when the list has no word for it."""
    entry = _words()["choices"].get(kind, {}).get(field, {}).get(code, {})
    return str(entry.get(language, code))


@cache
def known_choices(kind: str, field: str) -> Mapping[str, str]:
    """Folded words of both languages, and the codes themselves, to the codes."""
    entries = _words()["choices"].get(kind, {}).get(field, {})
    return MappingProxyType(
        {fold(word): code for code, words in entries.items() for word in (*words.values(), code)}
    )


def yes_no_label(value: bool, language: str) -> str:
    """'có', 'không', 'yes', 'no'."""
    return str(_words()["yes_no"]["yes" if value else "no"][language])


@cache
def known_yes_no() -> Mapping[str, bool]:
    """Folded words, and the signs people tick with, to yes or no."""
    return MappingProxyType({(fold(word) or word): words is YES for words in (YES, NO) for word in words})

"""Everything people read exists in Vietnamese, translated and not copied, with the same parameters."""

import string
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from netwatch.language import LOCALES, translator

CATALOGUES = sorted((LOCALES / "vi" / "LC_MESSAGES").glob("*.po"))
SAME_IN_BOTH = frozenset((Path(__file__).parent / "same_in_both.txt").read_text("utf-8").splitlines())


def parameters(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def listed(rule: str, found: Iterable[str]) -> None:
    """Fail with the rule and every offender."""
    offenders = sorted(found)
    if offenders:
        pytest.fail("\n  ".join([rule, *offenders]), pytrace=False)


def test_every_text_is_translated(texts: frozenset[str]) -> None:
    """A missing translation, or one merely copied from English, shows in no page and no command."""
    vietnamese = translator("vi")
    untranslated = {text for text in texts - SAME_IN_BOTH if vietnamese(text) == text}
    listed("Texts without a Vietnamese translation (or a line in same_in_both.txt):", map(repr, untranslated))


def test_the_list_of_equal_texts_holds_nothing_else(texts: frozenset[str]) -> None:
    """A text that is translated or gone has no place on it."""
    vietnamese = translator("vi")
    listed(
        "Lines of same_in_both.txt to remove:",
        {line for line in SAME_IN_BOTH if line not in texts or vietnamese(line) != line},
    )


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_translations_have_the_parameters_of_their_texts(path: Path) -> None:
    """A lost parameter hides what matters, a new one breaks the sentence."""
    with path.open("rb") as file:
        entries = [
            entry for entry in read_po(file) if isinstance(entry.id, str) and entry.id and entry.string
        ]
    wrong = {str(entry.id) for entry in entries if parameters(str(entry.id)) != parameters(str(entry.string))}
    listed(f"{path.name}: other parameters than the English text:", wrong)
    assert not [entry.id for entry in entries if entry.fuzzy]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_translations_are_whole_and_tidy(path: Path) -> None:
    """No empty ones, the same blanks at both ends, no decomposed letters."""
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if isinstance(entry.id, str) and entry.id]
    bad = set()
    for entry in entries:
        text, said = str(entry.id), str(entry.string)
        ends = [len(text) - len(text.lstrip()), len(text) - len(text.rstrip())]
        if not said or ends != [len(said) - len(said.lstrip()), len(said) - len(said.rstrip())]:
            bad.add(text)
        if any("\u0300" <= letter <= "\u036f" for letter in said):
            bad.add(text)
    listed(f"{path.name}: empty, ragged or decomposed:", bad)


def test_no_two_catalogues_translate_one_text_differently() -> None:
    """The first one would win by chance."""
    said: dict[str, set[str]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for entry in read_po(file):
                if isinstance(entry.id, str) and entry.id and entry.string:
                    said.setdefault(entry.id, set()).add(str(entry.string))
    listed("Texts with several translations:", {text for text, ways in said.items() if len(ways) > 1})

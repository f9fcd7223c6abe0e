"""Sentences, the choice of a language, dates and lengths of time."""

import gettext
import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from netwatch.cli.main import main
from netwatch.language import (
    LOCALES,
    Sentence,
    choose,
    duration,
    from_environment,
    moment,
    number,
    short_span,
    translator,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SECOND = 1_000_000


def test_a_sentence_is_translated_with_everything_in_it() -> None:
    """Parameters that are sentences too, alone or several."""
    inner = Sentence("Did you mean {word}?", {"word": "x"})
    outer = Sentence(
        "{place}: {key}: {problem}",
        {"place": Sentence("the settings"), "key": "k", "problem": (inner, inner)},
    )
    assert str(outer) == "the settings: k: Did you mean x? Did you mean x?"
    assert outer.words(translator("vi")) == "thiết lập: k: Có phải ý bạn là x? Có phải ý bạn là x?"


def test_a_day_in_a_sentence_is_written_day_first() -> None:
    """Whatever the language; options take it that way too."""
    assert str(Sentence("on {day}", {"day": date(2026, 7, 1)})) == "on 01/07/2026"


@given(st.text())
def test_parameters_are_never_read_as_templates(text: str) -> None:
    """Braces in a value stay braces."""
    assert str(Sentence("{value}", {"value": text})) == text


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("vi_VN.UTF-8",), "vi"),
        (("vi-VN",), "vi"),
        (("VI",), "vi"),
        (("fr", "vi"), "vi"),
        (("C.UTF-8", None, ""), "en"),
        ((), "en"),
    ],
)
def test_the_first_wish_we_speak_is_chosen(wishes: tuple[str | None, ...], language: str) -> None:
    """English when we speak none."""
    assert choose(*wishes) == language


def test_the_locale_is_asked_in_its_usual_order() -> None:
    """LC_ALL is stronger than LC_MESSAGES, that than LANG; empty ones are not there."""
    assert from_environment({"LC_ALL": "", "LC_MESSAGES": "vi_VN", "LANG": "en_US"}) == "vi_VN"
    assert from_environment({}) is None


def test_a_text_nobody_translated_stays_english() -> None:
    """A reader loses a language, never the line."""
    assert translator("vi")("No such text anywhere.") == "No such text anywhere."
    assert translator("en")("warning") == "warning"


def test_moments_are_local_and_to_the_second() -> None:
    """Day first, in both languages."""
    at = 1_795_410_000 * SECOND
    assert moment(at, HANOI, "vi") == "23/11/2026 12:00:00"
    assert moment(at, HANOI, "en") == "23/11/2026 12:00:00"


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (1, "1 giây", "1 second"),
        (300, "5 phút", "5 minutes"),
        (7200, "2 giờ", "2 hours"),
        (259_200, "3 ngày", "3 days"),
    ],
)
def test_lengths_of_time_are_said_as_people_do(seconds: int, vietnamese: str, english: str) -> None:
    """In one unit."""
    assert duration(seconds * SECOND, "vi") == vietnamese
    assert duration(seconds * SECOND, "en") == english


def test_numbers_follow_the_language() -> None:
    """Comma and point change places."""
    assert (number(1234.5, "vi"), number(1234.5, "en")) == ("1.234,5", "1,234.5")


def test_clicks_own_words_are_translated_once_compiled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """'Usage' and the complaints about options come from the library's own look-ups."""
    folder = tmp_path / "vi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (
        (LOCALES / "vi" / "LC_MESSAGES" / "click.po").open("rb") as text,
        (folder / "click.mo").open("wb") as out,
    ):
        write_mo(out, read_po(text))
    found = gettext.translation("click", tmp_path, ["vi"])
    assert found.gettext("Usage:") == "Cách dùng:"
    assert "{choices}" in found.ngettext(
        "{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 2
    )


def test_the_command_tells_click_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    """By the variable gettext reads."""
    main(["--lang", "vi", "--help"])
    assert os.environ["LANGUAGE"] == "vi"
    main(["--lang", "en", "--help"])
    assert "Usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-22 14:05", "2026-11-22 14:25", "14:05 - 14:25"),
        ("2026-11-21 14:05", "2026-11-21 14:25", "14:05 - 14:25 21/11"),
        ("2026-11-21 23:10", "2026-11-22 01:00", "23:10 21/11 - 01:00"),
        ("2026-11-20 23:10", "2026-11-21 01:00", "23:10 20/11 - 01:00 21/11"),
        ("2025-12-31 23:10", "2026-01-01 01:00", "23:10 31/12/2025 - 01:00 01/01/2026"),
    ],
)
def test_a_span_names_a_day_only_where_it_must(start: str, end: str, text: str) -> None:
    """One date for both ends where it is the same, none for today, years where they are not this one."""
    began, ended, now = (
        int(datetime.fromisoformat(at).replace(tzinfo=HANOI).timestamp()) * SECOND
        for at in (start, end, "2026-11-22 18:00")
    )
    assert short_span(began, ended, now, HANOI) == text

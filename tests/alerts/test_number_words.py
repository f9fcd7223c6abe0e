"""Numbers as people say them."""

import pytest

from alerts.number_words import in_words


@pytest.mark.parametrize(
    ("number", "vietnamese", "english"),
    [
        (0, "không", "zero"),
        (5, "năm", "five"),
        (10, "mười", "ten"),
        (15, "mười lăm", "fifteen"),
        (20, "hai mươi", "twenty"),
        (21, "hai mươi mốt", "twenty-one"),
        (47, "bốn mươi bảy", "forty-seven"),
        (55, "năm mươi lăm", "fifty-five"),
        (99, "chín mươi chín", "ninety-nine"),
        (100, "100", "100"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, vietnamese: str, english: str) -> None:
    """Figures beyond ninety-nine, and in other languages."""
    assert (in_words(number, "vi"), in_words(number, "en")) == (vietnamese, english)
    assert in_words(number, "fr") == str(number)


def test_no_two_numbers_sound_alike() -> None:
    """Ninety-nine words each."""
    assert len({in_words(number, "vi") for number in range(100)}) == 100
    assert len({in_words(number, "en") for number in range(100)}) == 100

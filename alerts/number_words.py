"""Whole numbers as people say them, 0 to 99, in Vietnamese and English; larger ones stay figures. Pure."""

from collections.abc import Callable, Mapping

MOST = 99

_VI_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
# After 'mươi' one and five, after 'mười' five change their sound.
_VI_AFTER_TENS = {1: "mốt", 5: "lăm"}
_EN_BELOW_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int, language: str) -> str:
    """A number as words where it has some in the language ('vi', 'en'), else as figures."""
    say = _LANGUAGES.get(language)
    return say(number) if say is not None and 0 <= number <= MOST else str(number)


def _vietnamese(number: int) -> str:
    tens, units = divmod(number, 10)
    if not tens:
        return _VI_DIGITS[units]
    if tens == 1:
        unit = "lăm" if units == 5 else _VI_DIGITS[units]
        return f"mười {unit}" if units else "mười"
    unit = _VI_AFTER_TENS.get(units, _VI_DIGITS[units])
    return f"{_VI_DIGITS[tens]} mươi {unit}" if units else f"{_VI_DIGITS[tens]} mươi"


def _english(number: int) -> str:
    if number < len(_EN_BELOW_TWENTY):
        return _EN_BELOW_TWENTY[number]
    tens, units = divmod(number, 10)
    return f"{_EN_TENS[tens]}-{_EN_BELOW_TWENTY[units]}" if units else _EN_TENS[tens]


_LANGUAGES: Mapping[str, Callable[[int], str]] = {"vi": _vietnamese, "en": _english}

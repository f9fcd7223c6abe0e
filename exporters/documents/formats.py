"""How values read: with the separators of a language for people, plain for other programs. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from exporters.documents.model import Column, ColumnKind, Language, Value

MEGABIT = 1_000_000
# Of thousands, and of decimals.
_SEPARATORS: Mapping[str, tuple[str, str]] = MappingProxyType({"vi": (".", ","), "en": (",", ".")})
_UNITS: Mapping[ColumnKind, Mapping[str, str]] = MappingProxyType(
    {
        ColumnKind.MONEY: {"vi": "đồng", "en": "VND"},
        ColumnKind.BANDWIDTH: {"vi": "Mbit/s", "en": "Mbit/s"},
    }
)
# Of percentages.
_DECIMALS: Mapping[ColumnKind, int] = MappingProxyType({ColumnKind.PERCENT: 1, ColumnKind.SHARE: 3})
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def heading(column: Column, language: Language) -> str:
    """A column's title with the unit of its values."""
    unit = unit_of(column, language)
    return f"{column.title} {unit}" if unit else column.title


def unit_of(column: Column, language: Language) -> str:
    """The unit of a column's values in brackets; '' where they have none."""
    unit = _UNITS.get(column.kind, {}).get(language)
    return f"({unit})" if unit else ""


def plain_heading(column: Column, language: Language) -> str:
    """The same where percentages and lengths of time are plain numbers."""
    if column.kind is ColumnKind.DURATION:
        return f"{column.title} (s)"
    return f"{column.title} (%)" if column.kind in _DECIMALS else heading(column, language)


def in_unit(kind: ColumnKind, value: float) -> float:
    """A number in the unit in which it is shown; whole ones stay whole."""
    if kind is not ColumnKind.BANDWIDTH:
        return value
    megabits = value / MEGABIT
    return int(megabits) if megabits == int(megabits) else round(megabits, 3)


def number(value: float, language: Language, decimals: int = 0) -> str:
    """A number as readers of the language write it: 1.234,5 or 1,234.5; never more decimals than it has."""
    thousands, point = _SEPARATORS[language]
    whole, _, rest = f"{value:,.{decimals}f}".partition(".")
    grouped = whole.replace(",", thousands)
    return f"{grouped}{point}{rest}" if rest else grouped


def _trimmed(value: float, language: Language) -> str:
    exact = f"{round(value, 3)}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return number(value, language, len(exact.partition(".")[2]))


def shown(value: Value, kind: ColumnKind, language: Language) -> str:
    """A value as people read it; '' for None."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y %H:%M:%S}" if isinstance(value, datetime) else f"{value:%d/%m/%Y}"
    if kind in _DECIMALS:
        return f"{number(value * 100, language, _DECIMALS[kind])}{' ' if language == 'vi' else ''}%"
    if kind is ColumnKind.DURATION:
        return clock(int(value))
    if kind is ColumnKind.BANDWIDTH:
        return _trimmed(in_unit(kind, value), language)
    return number(value, language, 1 if kind is ColumnKind.NUMBER else 0)


def clock(seconds: int) -> str:
    """A length of time in hours, minutes and seconds: '743:59:12'."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def plain(value: Value, kind: ColumnKind) -> str:
    """A value as programs read it: ISO dates, a point for decimals, percentages as 0 to 100, no separators."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, date):
        return value.isoformat()
    if kind in _DECIMALS:
        return f"{round(value * 100, 6):.15g}"
    number = in_unit(kind, value)
    return f"{number}" if isinstance(number, int) else f"{number:.15g}"


def long_date(on: date, language: Language) -> str:
    """The date of a letter; days below 10 and the months 1 and 2 with a zero (Nghị định 30/2020/NĐ-CP, annex I)."""
    if language == "en":
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
    month = f"{on.month:02}" if on.month <= 2 else f"{on.month}"
    return f"ngày {on.day:02} tháng {month} năm {on.year}"

"""Numbers, bandwidths and dates as people in Viet Nam write them. What could mean two things is refused."""

import math
import re
from datetime import date
from decimal import Decimal

from inventory.faults import CellFault

_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:[.,]0+)?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:[.,][0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?")
_QUANTITY = re.compile(r"([0-9]{1,18})(?:[.,]([0-9]{1,12}))?\s*(\S.*)?")
_UNIT = re.compile(r"([kmgt]?)(?:b|bits?)?(?: ?/ ?s| ?/ ?giây|ps)?|[kmgt]")
_STEPS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_WRITTEN_UNITS = ((10**9, "Gbps"), (10**6, "Mbps"), (10**3, "Kbps"))

_MIDNIGHT = r"(?:[ T]00?:00(?::00(?:\.0+)?)?)?"
_DATES = (
    re.compile(r"(?P<y>[0-9]{4})([-/.])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})" + _MIDNIGHT),
    re.compile(r"(?P<d>[0-9]{1,2})([-/.])(?P<m>[0-9]{1,2})\2(?P<y>[0-9]{4})" + _MIDNIGHT),
    re.compile(r"(?:ngày )?(?P<d>[0-9]{1,2}) tháng (?P<m>[0-9]{1,2}),? năm (?P<y>[0-9]{4})", re.IGNORECASE),
)
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2})[:hH.]([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?")
# As labels and devices write them: 00:1B:21:3A:4F:5C, 00-1B-21-3A-4F-5C, 001b.213a.4f5c, 001B213A4F5C.
_MAC = re.compile(
    r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}|[0-9a-f]{4}([.:-])[0-9a-f]{4}\2[0-9a-f]{4}|[0-9a-f]{12}"
)
FIRST_YEAR, LAST_YEAR = 1900, 2199


def read_whole(text: str) -> int:
    """A whole number; a spreadsheet's '161.0' is one."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise CellFault("not_whole", value=text)
    return int(match[1])


def read_number(text: str) -> float:
    """A number with a decimal point or comma; no thousands separators."""
    if _NUMBER.fullmatch(text) is None or not math.isfinite(number := float(text.replace(",", "."))):
        raise CellFault("not_a_number", value=text)
    return number


def text_of_number(number: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(number).removesuffix(".0")


def read_bandwidth(text: str) -> int:
    """Bit/s from '20 Mbps', '1,5 Gbps', '512 Kbit/s'.

    Refused as ambiguous: no unit at all, bytes (an upper-case B beside lower-case letters), and three digits after a
    point or comma ('2.048 Mbps'), which are thousands to one reader and decimals to the other.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise CellFault("not_a_bandwidth", value=text)
    whole, decimals, unit = match.groups()
    if unit is None:
        raise CellFault("bandwidth_without_unit", value=text)
    step = _step(unit, text)
    if decimals is not None and len(decimals) == 3:
        raise CellFault(
            "bandwidth_ambiguous", value=text, one=f"{whole}{decimals}", other=f"{whole},{decimals}"
        )
    rate = Decimal(f"{whole}.{decimals or 0}") * step
    if rate != rate.to_integral_value():
        raise CellFault("bandwidth_fraction", value=text)
    return int(rate)


def _step(unit: str, text: str) -> int:
    match = _UNIT.fullmatch(unit.lower())
    in_bytes = "byte" in unit.lower() or ("B" in unit and not (unit.isupper() and unit.endswith("BPS")))
    if in_bytes:
        raise CellFault("bandwidth_in_bytes", value=text)
    if match is None or unit.lower() in ("ps", "/s", "/giây"):
        raise CellFault("bandwidth_unit", value=text, unit=unit)
    return _STEPS[unit[0].lower() if unit[0].lower() in _STEPS else ""]


def text_of_bandwidth(rate: int) -> str:
    """The text in the largest unit that leaves a whole number."""
    for step, unit in _WRITTEN_UNITS:
        if rate and rate % step == 0:
            return f"{rate // step} {unit}"
    return f"{rate} bit/s"


def read_date(text: str) -> date:
    """A local date: year first, or day first; never month first. A spreadsheet's midnight is allowed."""
    if _SHORT_YEAR.fullmatch(text):
        raise CellFault("date_short_year", value=text)
    match = next((match for pattern in _DATES if (match := pattern.fullmatch(text))), None)
    if match is None:
        raise CellFault("not_a_date", value=text)
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise CellFault("no_such_day", value=text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellFault("no_such_day", value=text)
    return day


def read_time(text: str) -> str:
    """A local time of day as 'HH:MM'; also '7:05', '7h05' and the seconds that spreadsheets add."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise CellFault("not_a_time", value=text)
    return f"{int(match[1]):02}:{match[2]}"


def read_mac(text: str) -> str:
    """A MAC address in the one form the inventory keeps, '00:1b:21:3a:4f:5c'. One that is no card's is refused."""
    lowered = text.lower()
    digits = re.sub(r"[:.-]", "", lowered)
    # All zeros and all ones are nobody's, and an odd first byte is a group's (IEEE 802).
    if _MAC.fullmatch(lowered) is None or not int(digits, 16) or int(digits[:2], 16) & 1:
        raise CellFault("not_a_mac", value=text)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))

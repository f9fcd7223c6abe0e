"""Numbers as details hold them: with a point as decimal sign and a unit; whoever shows them translates both. Pure."""

import re

from netwatch.language import Translate

BITS = ((10**9, "Gbit/s"), (10**6, "Mbit/s"), (10**3, "kbit/s"), (1, "bit/s"))
SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))
SIGNIFICANT = 10
_SPAN = re.compile(r"(?<=\d )(?:d|h|min|s)\b")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")


def figure(value: float) -> str:
    """A number to three digits or so, without needless zeros: 0.25, 8.6, 42."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= SIGNIFICANT else 2
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if places else text
    return "0" if text == "-0" else text


def bandwidth(bits_per_second: int | None) -> str | None:
    """A bandwidth in the largest unit that needs no fraction: '100 Mbit/s'."""
    if not bits_per_second:
        return None
    size, unit = next((size, unit) for size, unit in BITS if bits_per_second % size == 0)
    return f"{bits_per_second // size} {unit}"


def traffic(bits_per_second: float | None, contracted: int | None) -> str | None:
    """What runs over a line: '8.6 / 20 Mbit/s (43 %)', only the first where nothing is contracted."""
    if bits_per_second is None:
        return None
    if not contracted:
        size, unit = next(
            ((size, unit) for size, unit in BITS if bits_per_second >= size), (BITS[-1][0], BITS[-1][1])
        )
        return f"{figure(bits_per_second / size)} {unit}"
    size, unit = next((size, unit) for size, unit in BITS if contracted % size == 0)
    share = f"{bits_per_second / contracted * 100:.0f} %"
    return f"{figure(bits_per_second / size)} / {contracted // size} {unit} ({share})"


def milliseconds(seconds: float | None) -> str | None:
    """A round-trip time to two significant digits below 10 ms, to the millisecond above."""
    if seconds is None:
        return None
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2g} ms"


def percent(ratio: float | None) -> str | None:
    """A share: '0.5 %', '42 %'."""
    if ratio is None:
        return None
    hundredths = ratio * 100
    return f"{hundredths:.0f} %" if hundredths >= SIGNIFICANT else f"{figure(round(hundredths, 1))} %"


def span(seconds: float) -> str:
    """A length of time in its two largest units: '34 min', '2 h 5 min', '12 d 3 h'."""
    left, parts = round(seconds), []
    for size, unit in SPANS:
        if left >= size:
            parts.append(f"{left // size} {unit}")
            left %= size
        if len(parts) == 2 or (parts and unit == "min"):
            break
    return " ".join(parts[:2]) or f"{left} s"


def celsius(value: float) -> str:
    """A temperature to a tenth of a degree."""
    return f"{figure(round(value, 1))} °C"


def localised(value: str, translate: Translate, comma: bool) -> str:
    """The value of a measured detail as it is written here: units of time translated, perhaps a decimal comma."""
    value = _SPAN.sub(lambda found: translate(found[0]), value)
    return _DECIMAL.sub(",", value) if comma else value


def dated(value: str) -> str:
    """Days as people here write them: '2026-05-03 12:00' is '03/05/2026 12:00'."""
    return _DAY.sub(r"\3/\2/\1", value)

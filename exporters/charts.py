"""Curves over time as SVG: readable without colours, complete by itself, nothing loaded from anywhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax import saxutils

WIDTH, HEIGHT = 960, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 16, 54, 44
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
# Told apart by dashes too, for whoever prints in black.
_STROKES = (("#1f5fa8", ""), ("#b5472f", "5 2"))
_FONT = 'font-family="sans-serif" font-size="12"'
_STEPS = (1, 2, 2.5, 5, 10)
# What XML 1.0 cannot hold (section 2.2): browsers show nothing of a picture with one of these in a name.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Curve:
    """A name and its values at equal distances, None where nothing was measured."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """What stands in a picture: `ticks` are (place from 0 to 1, words) below it, `limit` a line across at a value.

    `absent` says what the grey bands are, where no curve has a value. Values are in `unit`.
    """

    title: str
    unit: str
    curves: Sequence[Curve]
    ticks: Sequence[tuple[float, str]]
    absent: str
    limit: float | None = None


def svg(chart: Chart) -> str:
    """The picture as a document of its own."""
    top = _top(chart)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {_FONT}>',
        f"<title>{escape(chart.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="20" font-size="15">{escape(chart.title)}</text>',
        *_legend(chart),
        *_bands(chart),
        *_grid(chart, top),
        *(line for number, curve in enumerate(chart.curves) for line in _curve(number, curve, top)),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def escape(text: str) -> str:
    """A text as it stands between tags."""
    return saxutils.escape(_UNFIT.sub("\ufffd", text))


def _top(chart: Chart) -> float:
    values = [value for curve in chart.curves for value in curve.values if value is not None]
    highest = max([*values, chart.limit or 0.0])
    return highest if highest > 0 else 1.0


def _x(place: float) -> str:
    return f"{_LEFT + place * _PLOT_WIDTH:.1f}"


def _y(value: float, top: float) -> str:
    return f"{_TOP + (1 - value / top) * _PLOT_HEIGHT:.1f}"


def _legend(chart: Chart) -> Iterator[str]:
    x = _LEFT
    for number, curve in enumerate(chart.curves):
        colour, dash = _STROKES[number % len(_STROKES)]
        yield f'<path d="M{x} 38h24" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        yield f'<text x="{x + 30}" y="42">{escape(curve.name)}</text>'
        x += 200
    yield f'<rect x="{x}" y="31" width="24" height="12" fill="#e4e4e4"/>'
    yield f'<text x="{x + 30}" y="42">{escape(chart.absent)}</text>'


def _bands(chart: Chart) -> Iterator[str]:
    count = max((len(curve.values) for curve in chart.curves), default=0)
    known = [any(curve.values[place] is not None for curve in chart.curves) for place in range(count)]
    start = 0
    for place in range(1, count + 1):
        if place == count or known[place] != known[start]:
            if not known[start]:
                x, width = _x(start / count), (place - start) / count * _PLOT_WIDTH
                yield f'<rect x="{x}" y="{_TOP}" width="{width:.1f}" height="{_PLOT_HEIGHT}" fill="#e4e4e4"/>'
            start = place


def _grid(chart: Chart, top: float) -> Iterator[str]:
    for value in _levels(top):
        y = _y(value, top)
        yield f'<path d="M{_LEFT} {y}h{_PLOT_WIDTH}" stroke="#c8c8c8" stroke-width="0.5"/>'
        yield f'<text x="{_LEFT - 6}" y="{y}" text-anchor="end">{value:g} {escape(chart.unit)}</text>'
    for place, words in chart.ticks:
        yield f'<path d="M{_x(place)} {_TOP}v{_PLOT_HEIGHT + 4}" stroke="#c8c8c8" stroke-width="0.5"/>'
        yield f'<text x="{_x(place)}" y="{HEIGHT - 22}" text-anchor="middle">{escape(words)}</text>'
    if chart.limit is not None:
        yield (
            f'<path d="M{_LEFT} {_y(chart.limit, top)}h{_PLOT_WIDTH}" stroke="#000000" stroke-dasharray="8 4"/>'
        )


def _levels(top: float) -> Iterator[float]:
    """Three to seven round values from 0 to the top."""
    size = 10.0 ** (len(f"{int(top)}") - 1) if top >= 1 else 10.0 ** -(len(f"{1 / top:.0f}"))
    step = next(size * each for each in _STEPS if size * each * 5 >= top)
    value = 0.0
    while value <= top * 1.0001:
        yield value
        value += step


def _curve(number: int, curve: Curve, top: float) -> Iterator[str]:
    colour, dash = _STROKES[number % len(_STROKES)]
    count, path, pen = len(curve.values), "", False
    for place, value in enumerate(curve.values):
        if value is not None:
            path += f"{'L' if pen else 'M'}{_x((place + 0.5) / count)} {_y(value, top)}"
            # A single value between two gaps is a dot.
            path += "" if pen else "h0.5"
        pen = value is not None
    if path:
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-dasharray="{dash}"/>'

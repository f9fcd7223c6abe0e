"""Curves over time as SVG: readable without colours, complete by itself, nothing loaded from anywhere.

The curves stand in a picture of any width, with letters that keep their size: a document of its own is as wide as
paper, in a page they are as wide as the screen.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax import saxutils

WIDTH, HEIGHT = 960, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 54, 44
_PLOT_WIDTH, _PLOT_HEIGHT = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
# Told apart by dashes too, for whoever prints in black.
_STROKES = (("#1f5fa8", ""), ("#b5472f", "5 2"))
_FONT = 'font-family="sans-serif" font-size="12"'
_STRETCHED = 'preserveAspectRatio="none" overflow="visible"'
_STEPS = (1, 2, 2.5, 5, 10)
# As many letters of a title fit in a line, which is so high.
_LETTERS, _LINE = 104, 20
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


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart that was drawn: `inside` is SVG of any width, `_PLOT_HEIGHT` high, with words around it."""

    title: str
    names: tuple[str, ...]
    absent: str
    inside: str


def draw(chart: Chart) -> Drawing:
    """Draw what takes long; the rest is a few words."""
    top = _top(chart)
    parts = (
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_bands(chart),
        *_grid(chart, top),
        f'<svg width="100%" height="100%" viewBox="0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}" {_STRETCHED}>',
        *(line for number, curve in enumerate(chart.curves) for line in _curve(number, curve, top)),
        "</svg>",
    )
    return Drawing(chart.title, tuple(curve.name for curve in chart.curves), chart.absent, "\n".join(parts))


def svg(chart: Chart) -> str:
    """The picture as a document of its own."""
    return document(draw(chart))


def document(drawing: Drawing) -> str:
    """The picture as a document of its own; a long title takes more lines."""
    lines = wrap(drawing.title, _LETTERS) or [""]
    more = _LINE * (len(lines) - 1)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + more}" role="img" {_FONT}>',
        f"<title>{escape(drawing.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT + more}" fill="#ffffff"/>',
        *(
            f'<text x="{_LEFT}" y="{20 + _LINE * number}" font-size="15">{escape(line)}</text>'
            for number, line in enumerate(lines)
        ),
        f'<g transform="translate({_LEFT} {31 + more})">',
        *(
            f'<g transform="translate({200 * number})">{key}<text x="30" y="11">{escape(name)}</text></g>'
            for number, (key, name) in enumerate(_keys(drawing))
        ),
        "</g>",
        f'<svg x="{_LEFT}" y="{_TOP + more}" width="{_PLOT_WIDTH}" height="{_PLOT_HEIGHT}" overflow="visible">',
        drawing.inside,
        "</svg>",
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def inset(drawing: Drawing) -> str:
    """The picture as a part of an HTML page, as wide as there is room; the page's style leaves margins for the words.

    Where there is little room the style may hide words of ticks: every second has the class `t1`, every second of the
    others `t2`.
    """
    legend = (
        f'<span><svg viewBox="0 0 24 12" aria-hidden="true">{key}</svg> {escape(name)}</span>'
        for key, name in _keys(drawing)
    )
    parts = (
        f'<p class="what">{escape(drawing.title)}</p>',
        f'<p class="keys">{" ".join(legend)}</p>',
        f'<svg class="curves" role="img" height="{_PLOT_HEIGHT}" {_FONT}>',
        f"<title>{escape(drawing.title)}</title>",
        drawing.inside,
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
    return f"{place * _PLOT_WIDTH:.1f}"


def _y(value: float, top: float) -> str:
    return f"{(1 - value / top) * _PLOT_HEIGHT:.1f}"


def _keys(drawing: Drawing) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(drawing.names):
        colour, dash = _STROKES[number % len(_STROKES)]
        yield f'<path d="M0 7h24" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>', name
    yield '<rect width="24" height="12" fill="#e4e4e4"/>', drawing.absent


def _bands(chart: Chart) -> Iterator[str]:
    count = max((len(curve.values) for curve in chart.curves), default=0)
    known = [any(curve.values[place] is not None for curve in chart.curves) for place in range(count)]
    start = 0
    for place in range(1, count + 1):
        if place == count or known[place] != known[start]:
            if not known[start]:
                x, width = f"{start / count:.3%}", f"{(place - start) / count:.3%}"
                yield f'<rect x="{x}" width="{width}" height="100%" fill="#e4e4e4"/>'
            start = place


def _grid(chart: Chart, top: float) -> Iterator[str]:
    thin = 'stroke="#c8c8c8" stroke-width="0.5"'
    for value in _levels(top):
        y = _y(value, top)
        yield f'<line x2="100%" y1="{y}" y2="{y}" {thin}/>'
        yield f'<text x="-6" y="{y}" text-anchor="end">{value:g} {escape(chart.unit)}</text>'
    for number, (place, words) in enumerate(chart.ticks):
        x = f"{place:.3%}"
        yield f'<line x1="{x}" x2="{x}" y2="{_PLOT_HEIGHT + 4}" {thin}/>'
        seen = ' class="t1"' if number % 2 else ' class="t2"' if number % 4 else ""
        yield f'<text{seen} x="{x}" y="{_PLOT_HEIGHT + 22}" text-anchor="middle">{escape(words)}</text>'
    if chart.limit is not None:
        y = _y(chart.limit, top)
        yield f'<line x2="100%" y1="{y}" y2="{y}" stroke="#000000" stroke-dasharray="8 4"/>'


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
        drawn = f'stroke="{colour}" stroke-width="1.2" stroke-dasharray="{dash}"'
        yield f'<path d="{path}" fill="none" {drawn} vector-effect="non-scaling-stroke"/>'

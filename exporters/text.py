"""Renders families as text: Prometheus exposition format 0.0.4, or OpenMetrics 1.0 for those who prefer it.

Formats: https://prometheus.io/docs/instrumenting/exposition_formats/ and RFC-style OpenMetrics 1.0.0. Integers are
written as integers, so that 64-bit counters keep every digit a double holds.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from exporters.series import Family, Point

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# The end of a text in OpenMetrics.
END = b"# EOF\n"
# From here on a double no longer holds every integer.
INTEGERS = 2**53

_LABEL = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})


def prefers_openmetrics(accept: str) -> bool:
    """Whether an Accept header asks for OpenMetrics by name; its order and weights are not looked at."""
    return "application/openmetrics-text" in accept.lower()


def render(families: Iterable[Family], openmetrics: bool = False) -> str:
    """The text of the families in their order; each name must come once."""
    texts = [text for family in families for text in _family(family, openmetrics)]
    return "".join([*texts, END.decode() if openmetrics else ""])


def _family(family: Family, openmetrics: bool) -> Iterator[str]:
    yield head(family.name, family.kind, family.help, openmetrics)
    yield from lines(family.name, family.points)


def head(name: str, kind: str, help_: str, openmetrics: bool) -> str:
    """The two lines before a family's own."""
    shown = name.removesuffix("_total") if openmetrics and kind == "counter" else name
    text = help_.translate(_LABEL if openmetrics else _HELP)
    return f"# HELP {shown} {text}\n# TYPE {shown} {kind}\n"


def lines(name: str, points: Iterable[Point]) -> Iterator[str]:
    """The lines of a family's points, each with its line feed."""
    for point in points:
        yield f"{name}{point.suffix}{label_text(point.labels)} {number(point.value)}\n"


def label_text(labels: Mapping[str, str]) -> str:
    """Labels as both formats write them, braces included; '' without any."""
    return "{" + label_pairs(labels) + "}" if labels else ""


def label_pairs(labels: Mapping[str, str]) -> str:
    """The same without braces."""
    return ",".join([f'{name}="{value.translate(_LABEL)}"' for name, value in labels.items()])


def number(value: float) -> str:
    """A value as both formats write it: '3', '0.25', '1e+300', 'NaN', '+Inf'; an integer with every digit."""
    if type(value) is int:
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) <= INTEGERS else repr(float(value))


def histogram(
    buckets: Mapping[float, int], total: float, count: int, labels: Mapping[str, str] | None = None
) -> tuple[Point, ...]:
    """The points of a histogram: `buckets` upper bound -> how many at most that; the +Inf bucket is added."""
    own = labels or {}
    bounded = sorted(bound for bound in buckets if not math.isinf(bound))
    points = [Point({**own, "le": repr(float(bound))}, buckets[bound], "_bucket") for bound in bounded]
    points.append(Point({**own, "le": "+Inf"}, count, "_bucket"))
    return (*points, Point(own, total, "_sum"), Point(own, count, "_count"))

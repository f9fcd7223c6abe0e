"""Numbers as bars in a terminal: from 0 to the highest of them. Pure."""

from collections.abc import Sequence
from itertools import pairwise

BARS = " ▁▂▃▄▅▆▇█"
WIDE = 72
UNKNOWN = "·"


def sparkline(values: Sequence[float | None], width: int = WIDE) -> str:
    """Bars from 0 to the highest, each the highest of its time; a dot where nothing was measured."""
    width = max(1, min(width, len(values)))
    edges = [len(values) * place // width for place in range(width + 1)]
    pieces = [[value for value in values[low:high] if value is not None] for low, high in pairwise(edges)]
    top = max((value for piece in pieces for value in piece), default=0.0) or 1.0
    return "".join(BARS[round(max(piece) / top * (len(BARS) - 1))] if piece else UNKNOWN for piece in pieces)

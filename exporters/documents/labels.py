"""Labels with QR codes (ISO/IEC 18004) for sheets of labels on A4: what a telephone needs to find the item's page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import segno

from exporters.documents.messages import DocumentFault
from exporters.documents.model import Language
from exporters.documents.templates import render

MOST_LABELS = 2_000
# A code of more letters has so many points that a telephone no longer reads it from a label.
LONGEST_ADDRESS = 150
# Clear space around a code that readers ask for, in points of the code (ISO/IEC 18004, 5.3.8).
_QUIET = 4
_MARK = 1.5


@dataclass(frozen=True, slots=True)
class Label:
    """One label: what it says and the address its code holds."""

    id: str
    name: str
    agency: str
    address: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An A4 sheet of labels; all lengths in mm, `left` and `top` to the first label, `gap` between columns."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap: float = 0.0

    @property
    def places(self) -> tuple[tuple[float, float], ...]:
        """Left and top of every label, row by row."""
        return tuple(
            (self.left + column * (self.width + self.gap), self.top + row * self.height)
            for row in range(self.rows)
            for column in range(self.columns)
        )

    @property
    def code(self) -> float:
        """The side of the code: it leaves more than half of the width to the text."""
        return min(self.height - 6, self.width * 0.42)

    @property
    def marks(self) -> str:
        """Where to cut, as an SVG path: a small cross at every corner."""
        corners = {
            (round(x, 2), round(y, 2))
            for left, top in self.places
            for x in (left, left + self.width)
            for y in (top, top + self.height)
        }
        return "".join(
            f"M{x - _MARK:g} {y:g}h{2 * _MARK:g}M{x:g} {y - _MARK:g}v{2 * _MARK:g}"
            for x, y in sorted(corners)
        )


# Common sheets of self-adhesive labels on A4, columns by rows.
SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "3x8": Sheet(3, 8, 70.0, 37.0, 0.0, 0.5),
        "3x7": Sheet(3, 7, 63.5, 38.1, 7.2, 15.1, 2.5),
        "2x7": Sheet(2, 7, 99.1, 38.1, 4.7, 15.1, 2.5),
        "2x4": Sheet(2, 4, 99.1, 67.7, 4.7, 13.1, 2.5),
    }
)


def address_of(base: str, id_: str) -> str:
    """The short address of an item below the base address of the page."""
    return f"{base.rstrip('/')}/i/{quote(id_, safe='')}"


def code_path(address: str) -> tuple[int, str]:
    """A QR code with error correction M as an SVG path, and the side of its square, quiet space included."""
    if len(address) > LONGEST_ADDRESS:
        raise DocumentFault("labels_long", address=address)
    matrix = segno.make_qr(address, error="m").matrix
    runs = (
        f"M{start + _QUIET} {row + _QUIET}h{length}v1h-{length}z"
        for row, line in enumerate(matrix)
        for start, length in _runs(line)
    )
    return len(matrix) + 2 * _QUIET, "".join(runs)


def _runs(line: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark points stand side by side: first place and how many."""
    start = None
    for place, dark in enumerate((*line, 0)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None


def labels_html(
    labels: Sequence[Label],
    sheet: Sheet,
    language: Language,
    on: date,
    *,
    sample: bool,
    skip: int = 0,
    folder: Path | None = None,
) -> str:
    """The HTML of sheets full of labels, the first `skip` places left empty; raises DocumentFault."""
    if len(labels) > MOST_LABELS:
        raise DocumentFault("labels_many", count=len(labels), limit=MOST_LABELS)
    fields: list[Label | None] = [None] * (skip % len(sheet.places)) + list(labels)
    size = len(sheet.places)
    context = {
        "pages": [fields[start : start + size] for start in range(0, len(fields), size)],
        "sheet": sheet,
        "codes": {label.id: code_path(label.address) for label in labels},
        "language": language,
        "on": on,
        "sample": sample,
    }
    return render("labels.html", folder, context)

"""Many series of one shape as text: labels are written once, numbers put in when they change.

A `Frame` is what stands around some numbers: labels, one of which may differ from line to line. A `Block` is a frame
with the numbers of one family; its text is made when it is first asked for and kept. Who scrapes again gets the kept
text of every block that is still the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporters.series import Family, Point
from exporters.text import END, INTEGERS, head, label_pairs, lines, number

# A piece of text that is sent at once: large enough to cost little, small enough to hold nobody up.
PIECE = 128 * 1024
# So many lines of a family of points, and so many blocks, are made at once.
_POINTS = 500
_BLOCKS = 8
_INT = frozenset({int})


class Frame:
    """The labels of some lines: `fixed` on each, and `label` with a text of its own on each ('' leaves it out)."""

    __slots__ = ("_fixed", "_label", "_texts", "lines")

    def __init__(self, fixed: Mapping[str, str], label: str = "", texts: Sequence[str] = ("",)) -> None:
        self._fixed, self._label, self._texts = fixed, label, texts
        # Ready for the % operator: one place for a number on every line.
        shared = label_pairs(fixed)
        own = [label_pairs({label: text}) if text else "" for text in texts]
        pairs = [",".join(filter(None, (shared, pair))).replace("%", "%%") for pair in own]
        self.lines = [f"{{{pair}}} %s\n" if pair else " %s\n" for pair in pairs]

    def labels(self, place: int) -> Mapping[str, str]:
        """The labels of one line."""
        own = self._texts[place]
        return {**self._fixed, self._label: own} if own else self._fixed


class Block:
    """Lines of one family: a frame and as many numbers; None leaves the line out. Numbers given must not change."""

    __slots__ = ("_frame", "_text", "name", "values")

    def __init__(self, name: str, frame: Frame, values: Sequence[float | None]) -> None:
        self.name, self._frame, self.values = name, frame, values
        self._text: bytes | None = None

    def text(self) -> bytes:
        """The lines, each with its line feed."""
        if self._text is None:
            self._text = rendered(self.name, self._frame.lines, self.values)
        return self._text

    def points(self) -> Iterator[Point]:
        """The same as points."""
        for place, value in enumerate(self.values):
            if value is not None:
                yield Point(self._frame.labels(place), value)


def rendered(name: str, frames: Sequence[str], values: Sequence[float | None]) -> bytes:
    """The text of a family's lines: `frames` with a place for a number each, and the numbers, None where none is."""
    if len(values) == 1 and values[0] is not None:
        return ((name + frames[0]) % number(values[0])).encode()
    given = [value for value in values if value is not None]
    if len(given) < len(values):
        frames = [frame for frame, value in zip(frames, values, strict=True) if value is not None]
    if not given:
        return b""
    # One % for all lines: several times faster than a line at a time.
    return ((name + name.join(frames)) % written(given)).encode()


def written(values: Sequence[float]) -> tuple[object, ...]:
    """Numbers as the % operator is to write them: integers as they are, everything else as text."""
    if set(map(type, values)) == _INT:
        return tuple(values)
    try:
        whole = tuple(map(int, values))
    except (ValueError, OverflowError):
        return tuple(map(number, values))
    if whole == tuple(values) and max(whole) <= INTEGERS and min(whole) >= -INTEGERS:
        return whole
    return tuple(map(number, values))


@dataclass(frozen=True, slots=True)
class Grouped:
    """A family in blocks; see `Family` for the rest."""

    name: str
    kind: str
    help: str
    blocks: Sequence[Block]

    def family(self) -> Family:
        """The same as a family of points."""
        return Family(self.name, self.kind, self.help, [p for block in self.blocks for p in block.points()])

    def texts(self) -> Iterator[bytes]:
        """Its lines, in portions."""
        blocks = self.blocks
        for start in range(0, len(blocks), _BLOCKS):
            yield b"".join([block.text() for block in blocks[start : start + _BLOCKS]])


@dataclass(frozen=True, slots=True)
class Written:
    """A family whose text was made before."""

    name: str
    kind: str
    help: str
    lines: Sequence[bytes]

    def texts(self) -> Iterator[bytes]:
        """Its lines, in portions."""
        return iter(self.lines)


Section = Grouped | Written


def written_family(family: Family) -> Written:
    """A family of points with its text made now, in portions."""
    points = family.points
    portions = (points[start : start + _POINTS] for start in range(0, len(points), _POINTS))
    texts = ["".join(lines(family.name, portion)).encode() for portion in portions]
    return Written(family.name, family.kind, family.help, texts)


def pieces(
    sections: Iterable[Section | None], openmetrics: bool = False, size: int = PIECE
) -> Iterator[bytes]:
    """The whole text in pieces of about `size` bytes, each made when it is asked for; names must come once.

    A section None is a pause in the work: it comes out as an empty piece.
    """
    held: list[bytes] = []
    length = 0
    for text in _texts(sections, openmetrics):
        if text is None:
            yield b""
            continue
        held.append(text)
        length += len(text)
        if length >= size:
            yield b"".join(held)
            held.clear()
            length = 0
    yield b"".join(held)


def _texts(sections: Iterable[Section | None], openmetrics: bool) -> Iterator[bytes | None]:
    for section in sections:
        if section is None:
            yield None
            continue
        yield head(section.name, section.kind, section.help, openmetrics).encode()
        yield from section.texts()
    yield END if openmetrics else b""

"""Templates of layouts: texts with the cells of a row in braces. Pure.

`{Tên thiết bị}` is the cell below that heading, `{=C}` that of a column, `{row}`, `{sheet}` and the names a layout
defines what they say. `{?Ghi chú}` may be blank; where any other is blank the whole text is. After a bar follows what
is done to it: `{Xã|code}`, `{STT|pad 3}`, `{Địa chỉ|part 1 /}`, `{Họ tên|upper}`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from inventory.texts import clean

LONGEST_TEMPLATE = 1_000
_WIDEST_PAD = 20
_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|([^{}]+)|[{}]")
_DASHES = re.compile(r"[-–—\s]*")
_NOT_CODE = re.compile(r"[^A-Z0-9]+")
_PAD = re.compile(r"pad ([0-9]{1,2})")
_PART = re.compile(r"part ([1-9]) (.{1,5})")

Step: TypeAlias = Callable[[str], str]


class TemplateFault(ValueError):  # noqa: N818 - the fault is the writer's
    """A text that is no template; its own text says why, in English."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One cell in a template: a heading, a column's letter (with `=`) or a name; `optional` ones may be blank."""

    name: str
    steps: tuple[Step, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and holes in order."""

    pieces: tuple[str | Hole, ...]

    @property
    def holes(self) -> Iterator[Hole]:
        """The holes."""
        return (piece for piece in self.pieces if isinstance(piece, Hole))

    def filled(self, value: Callable[[str], str]) -> str:
        """The text with its holes filled by name; '' where a cell that must not be blank is."""
        texts: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            text = _stepped(said(value(piece.name)), piece.steps)
            if not text and not piece.optional:
                return ""
            texts.append(text)
        return clean("".join(texts))


def said(text: str) -> str:
    """What a cell says: nothing where it only holds dashes, as people draw who mean none."""
    cleaned = clean(text)
    return "" if _DASHES.fullmatch(cleaned) else cleaned


def _stepped(text: str, steps: tuple[Step, ...]) -> str:
    for step in steps:
        text = step(text) if text else ""
    return text


def read_template(text: str) -> Template:
    """The template of a text; raises TemplateFault."""
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateFault(f"it has more than {LONGEST_TEMPLATE} characters")
    pieces: list[str | Hole] = []
    for match in _PIECES.finditer(text):
        whole = match[0]
        if whole in ("{", "}"):
            raise TemplateFault("a brace has no partner; write {{ or }} for the sign itself")
        pieces.append(whole[0] if whole in ("{{", "}}") else match[2] or _hole(match[1] or ""))
    return Template(tuple(pieces))


def _hole(text: str) -> Hole:
    name, *steps = (part.strip() for part in text.split("|"))
    optional = name.startswith("?")
    name = name.removeprefix("?").strip()
    if not name:
        raise TemplateFault("braces hold the heading of a column")
    return Hole(name, tuple(map(_step, steps)), optional)


def _step(text: str) -> Step:
    if text in _STEPS:
        return _STEPS[text]
    pad, part = _PAD.fullmatch(text), _PART.fullmatch(text)
    if pad and int(pad[1]) <= _WIDEST_PAD:
        return _Pad(int(pad[1]))
    if part:
        return _Part(int(part[1]), part[2])
    known = ", ".join((*_STEPS, "pad 3", "part 1 /"))
    raise TemplateFault(f"'{text[:40]}' is nothing that can be done to a cell; known are: {known}")


@dataclass(frozen=True, slots=True)
class _Pad:
    width: int

    def __call__(self, text: str) -> str:
        return text.zfill(self.width)


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    separator: str

    def __call__(self, text: str) -> str:
        parts = text.split(self.separator.strip() or " ")
        return parts[self.number - 1].strip() if self.number <= len(parts) else ""


def as_code(text: str) -> str:
    """The text as codes are written: 'Xã Tân Lập' becomes 'XA-TAN-LAP'."""
    plain = unicodedata.normalize("NFKD", text).replace("đ", "d").replace("Đ", "D").upper()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_CODE.sub("-", letters).strip("-")


_STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "code": as_code,
        "upper": str.upper,
        "lower": str.lower,
        "digits": lambda text: "".join(filter(str.isdigit, text)),
    }
)

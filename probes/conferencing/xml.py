"""XML of devices, read within bounds: no document type, no entities, so many elements, so deep, so long texts. Pure.

Only what is asked for is kept: a codec tells hundreds of kilobytes of which a few values matter.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from probes.transports.errors import BadAnswer

_MOST_ELEMENTS = 50_000
_DEEPEST = 40
_LONGEST_TEXT = 500


@dataclass(slots=True)
class Element:
    """An element: its name in lower case without prefix, its attributes, its text, its children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Element"]:
        """The children of a name."""
        return (child for child in self.children if child.name == name)

    def at(self, *path: str) -> str:
        """The text of the first element along a path of names, '' when there is none."""
        if not path:
            return self.text
        child = next(self.all(path[0]), None)
        return child.at(*path[1:]) if child is not None else ""

    def below(self, name: str) -> Iterator["Element"]:
        """All elements of a name anywhere below, in the order of the document."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.below(name)


class _Builder:
    """Builds the tree of what is wanted; expat calls it."""

    def __init__(self, wanted: Collection[str], level: int) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._wanted, self._level = wanted, level
        self._depth = self._count = self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._count += 1
        if self._count > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise BadAnswer("XML without end")
        plain = name.rpartition(":")[2].lower()
        if self._skipped or (self._depth == self._level and plain not in self._wanted):
            self._skipped += 1
            return
        short = {key.lower(): value[:_LONGEST_TEXT] for key, value in attributes.items()}
        element = Element(plain, short)
        self._open[-1].children.append(element)
        self._open.append(element)

    def text(self, text: str) -> None:
        """A piece of text."""
        if not self._skipped and len(self._open[-1].text) < _LONGEST_TEXT:
            self._open[-1].text += text[:_LONGEST_TEXT]

    def end(self, _: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
            return
        ended = self._open.pop()
        ended.text = "".join(letter if letter.isprintable() else " " for letter in ended.text).strip()

    @staticmethod
    def refuse(*_: object) -> None:
        """A document type, by which texts could be made to grow without end, or files be read."""
        raise BadAnswer("XML with a document type")


def read(data: bytes, wanted: Collection[str], level: int = 2) -> Element:
    """The document's outermost element; of its elements at depth `level` only those `wanted`, by lower-case name.

    Raises BadAnswer for anything that is no sound XML or beyond the bounds.
    """
    builder = _Builder(wanted, level)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadAnswer(f"XML line {error.lineno}") from None
    except (ValueError, LookupError):
        # A character set that Python does not know.
        raise BadAnswer("XML") from None
    return builder.root.children[0]

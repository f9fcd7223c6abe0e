"""One value out of an XML or JSON document that a device serves. Bounded; nothing but BadAnswer leaves here.

Both are read as the same tree: names, lists, texts. XML elements of the same name beside each other are a list,
attributes stand beside the elements within. Document types are refused, and with them entities of any kind.
"""

import json
from typing import NoReturn, TypeAlias
from xml.parsers import expat

from probes.transports.errors import BadAnswer

Node: TypeAlias = "dict[str, Node] | list[Node] | str | float | bool | None"

_MAX_DEPTH = 32
_MAX_NODES = 20_000
# The text of an XML element beside attributes or elements within.
_TEXT = ""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(body: bytes) -> Node:
    """The document; JSON when it begins as such, else XML. Raises BadAnswer."""
    content = body.removeprefix(_BYTE_ORDER_MARK).lstrip()
    return _json(content) if content[:1] in (b"{", b"[") else _xml(content)


def find(document: Node, name: str) -> "str | float | bool | None":
    """The value of that name; None when there is none, or none in it.

    `name` is names joined by dots, numbers index lists from 0. The first may stand at any depth, the others directly
    below it. Raises BadAnswer when several values bear it, or what bears it holds further ones.
    """
    first, *rest = name.split(".")
    found = [held for start in _named(document, first) if (held := _below(start, rest)) is not None]
    if len(found) > 1:
        raise BadAnswer(f"{len(found)} x {name}")
    value = found[0] if found else None
    if isinstance(value, dict) and not isinstance(value.get(_TEXT), dict | list):
        value = value.get(_TEXT)
    if isinstance(value, dict | list):
        raise BadAnswer(f"{name} holds several values")
    return value


def _named(document: Node, name: str) -> list[Node]:
    """Everything of that name, at any depth."""
    found: list[Node] = []
    waiting, seen = [document], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > _MAX_NODES:
            raise BadAnswer(f"more than {_MAX_NODES} values")
        if isinstance(node, dict):
            found += [node[name]] if name in node else []
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


def _below(node: Node, steps: list[str]) -> Node:
    for step in steps:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and step.isascii() and step.isdigit() and len(step) < 6:
            node = node[int(step)] if int(step) < len(node) else None
        else:
            return None
    return node


def _json(content: bytes) -> Node:
    try:
        document: Node = json.loads(content.decode("utf-8"), parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadAnswer("no JSON") from None
    return document


def _refuse(what: str) -> NoReturn:
    raise BadAnswer(f"{what} in JSON")


class _Tree:
    """Builds the tree while the parser reads."""

    def __init__(self) -> None:
        self.root: dict[str, Node] = {}
        self._open: list[tuple[dict[str, Node], list[str]]] = [(self.root, [])]
        self._nodes = 0

    def start(self, _: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._nodes += 1 + len(attributes)
        if self._nodes > _MAX_NODES or len(self._open) > _MAX_DEPTH:
            raise BadAnswer("XML beyond bounds")
        self._open.append((dict(attributes), []))

    def text(self, words: str) -> None:
        """Text within the element begun last."""
        self._open[-1][1].append(words)

    def end(self, name: str) -> None:
        """An element ends: it becomes a text, or a dictionary where there is more in it."""
        held, words = self._open.pop()
        written = "".join(words).strip()
        around = self._open[-1][0]
        node: Node = {**held, _TEXT: written} if held else written
        before = around.get(name)
        if isinstance(before, list):
            before.append(node)
        else:
            around[name] = node if before is None else [before, node]


def _xml(content: bytes) -> Node:
    tree, parser = _Tree(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _refuse_type
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise BadAnswer("neither XML nor JSON") from None
    return tree.root


def _refuse_type(*_: object) -> NoReturn:
    raise BadAnswer("XML with a document type")

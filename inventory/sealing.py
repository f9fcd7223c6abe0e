"""Documents frozen into bytes that nobody changes unnoticed: what every publication is stored as. Pure.

A sealed document is two lines of JSON, compressed: the version of its schema with the SHA-256 of the second line, and
the document itself, which repeats the columns of its row (`Header`). Whoever changes a byte of it, or a column of the
row, is found out by `unsealed`, unless they compute the digest anew: that is why it stands in the documents that go
out, too.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

# An audit of 10,000 agencies and ten norms is some 2 MB compressed and 30 MB as text.
MOST_CONTENT = 32 * 2**20
MOST_TEXT = 256 * 2**20
COVERAGE = "coverage"

Frozen = TypeVar("Frozen")


class PublicationFault(Exception):  # noqa: N818 - it says what is wrong with the row, not with the program
    """A stored publication that cannot be believed.

    `code` is too_large, unreadable (no JSON that we compressed), schema (`found`), digest (`stated`, `found`), header
    (`column`) or structure.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, str] = params


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a publication's row. `replaces` is the publication that this one amends, for `reason`.

    `period` is '2026-10' of what is published more often than once a year, else ''.
    """

    id: str
    year: int
    scope: str
    recorded_at: int
    author: str
    reason: str = ""
    replaces: str | None = None
    kind: str = COVERAGE
    period: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frozen publication as it is stored, and the digest of what it says."""

    content: bytes
    sha256: str


def sealed(header: Header, document: Mapping[str, Any], schema: int) -> Sealed:
    """The content of a publication's row; the same document always gives the same digest."""
    whole = {"header": asdict(header), **document}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text).hexdigest()
    first = json.dumps({"schema": schema, "sha256": digest}).encode("ascii")
    return Sealed(zlib.compress(first + b"\n" + text), digest)


def unsealed(
    content: bytes,
    header: Header,
    schema: int,
    read: Callable[[Mapping[str, Any]], Frozen],
    most_text: int = MOST_TEXT,
) -> tuple[Frozen, str]:
    """A stored document as `read` makes it of the whole, and its digest.

    `read` may raise KeyError, TypeError, ValueError, AttributeError or OverflowError. Raises PublicationFault unless
    every byte of it is as it was frozen. Nothing is unpacked beyond `most_text` bytes.
    """
    first, _, text = _unpacked(content, most_text).partition(b"\n")
    stated = _parsed(first)
    if stated.get("schema") != schema:
        raise PublicationFault("schema", found=str(stated.get("schema"))[:20])
    found = hashlib.sha256(text).hexdigest()
    if found != stated.get("sha256"):
        raise PublicationFault("digest", stated=str(stated.get("sha256"))[:64], found=found)
    document = _parsed(text)
    try:
        told, frozen = Header(**document["header"]), read(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise PublicationFault("structure") from None
    for column in fields(Header):
        if getattr(told, column.name) != getattr(header, column.name):
            raise PublicationFault("header", column=column.name)
    return frozen, found


def _unpacked(content: bytes, most_text: int) -> bytes:
    if len(content) > MOST_CONTENT:
        raise PublicationFault("too_large")
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(content, most_text)
    except zlib.error:
        raise PublicationFault("unreadable") from None
    if reader.unconsumed_tail:
        raise PublicationFault("too_large")
    if not reader.eof or reader.unused_data:
        raise PublicationFault("unreadable")
    return text


def _parsed(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise PublicationFault("unreadable") from None
    if not isinstance(found, dict):
        raise PublicationFault("unreadable")
    return found


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON holds
    """Records, whether dataclasses or named tuples, tuples, mappings, codes and dates as JSON holds them."""
    names = getattr(value, "__dataclass_fields__", None) or getattr(value, "_fields", ())
    if names:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value

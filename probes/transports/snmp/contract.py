"""The SNMP seam: get values, walk columns, and what came back.

OIDs are dotted texts outside and BER bytes inside. A value is (tag, content): tags are the BER tags of SMIv2
(RFC 2578); content is an int for the integer types, bytes for all others.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Protocol, TypeAlias

from probes.contract import Target
from probes.transports.snmp.ber import dotted, encode_oid

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
# The three exceptions of RFC 3416: a value that is not there, and why.
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82

ABSENT = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW})
_NUMBERS = frozenset({INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64})

Value: TypeAlias = tuple[int, int | bytes]
Index: TypeAlias = tuple[int, ...]

# How Opaque wraps an IEEE 754 number (net-snmp's agreement): tag, length, big-endian number.
_OPAQUE_NUMBERS = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}
_MAX_TEXT = 255
_MAX_READ = 1024
# A number in a text, of a bounded length; not all that Python would take for one.
_NUMBER = re.compile(rb"\s{0,9}[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})([eE][+-]?\d{1,3})?\s{0,9}")
# Questions of so many OIDs at most are kept prepared, whoever asks.
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a get: values by the OIDs asked for, or an error status of RFC 3416 (0 is none).

    An OID that the agent left out of its answer is left out here too.
    """

    values: Mapping[str, Value]
    error_status: int = 0
    error_index: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by OID, each from row index to value. `cut` says why rows may be missing; empty when complete.

    Causes: not_increasing, row_cap, byte_cap, time, silent, refused, path_broken, bad_answer, error_<status>.
    """

    columns: Mapping[str, Mapping[Index, Value]]
    cut: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Portion:
    """Places of a question that are asked for together, and their OIDs."""

    places: Sequence[int]
    oids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Question:
    """Known instances to ask for, prepared once and asked for many times; made by `question`, compared by identity.

    `portions` are what the engine divided it into, by the most values in one.
    """

    oids: tuple[str, ...]
    encoded: tuple[bytes, ...] = field(repr=False)
    portions: dict[int, tuple[Portion, ...]] = field(default_factory=dict, repr=False)


def question(oids: tuple[str, ...]) -> Question:
    """Prepare a question; equal OIDs give the same object where they are few. Raises ValueError when a text is no OID.

    Those of many belong to one device's ports: whoever asks keeps them, and they are gone when the ports are.
    """
    return _kept_question(oids) if len(oids) <= _MOST_KEPT else _question(oids)


def _question(oids: tuple[str, ...]) -> Question:
    return Question(oids, tuple(map(encode_oid, oids)))


_kept_question = lru_cache(maxsize=4096)(_question)


@dataclass(frozen=True, slots=True)
class Values:
    """The answer to a question, in its order: BER tags and contents, NULL and None where nothing was returned.

    `cut` says why values may be missing, as in `Table`; empty when the agent was asked for all of them.
    """

    tags: bytes
    contents: Sequence[int | bytes | None]
    cut: str = ""

    def at(self, place: int) -> Value | None:
        """One value; None when the agent returned none or says that there is none."""
        content = self.contents[place]
        tag = self.tags[place]
        return None if content is None or tag in ABSENT else (tag, content)


@dataclass(frozen=True, slots=True)
class Manners:
    """How an agent is known to misbehave, so that walks are made as it can bear them.

    Without `bulk` it is asked by GetNext; where it is not `ordered` a walk ends only at a row that came before; at most
    `most_rows` rows are asked for at once (0: as usual).
    """

    bulk: bool = True
    ordered: bool = True
    most_rows: int = 0


WELL_MANNERED = Manners()


class Snmp(Protocol):
    """Asks agents. `until` is the monotonic time (seconds) at which the caller stops waiting.

    Both raise TransportErrors; `walk` only when not a single row came, else it returns what it has and why it is
    cut. Credentials are tried in the target's order and the one that worked is remembered.
    """

    async def get(self, target: Target, oids: Sequence[str], *, until: float | None = None) -> Answer:
        """Ask for scalar values."""
        ...

    async def ask(self, target: Target, wanted: Question, *, until: float | None = None) -> Values:
        """Ask for known instances, in as few requests as fit (about 55 values or 1,400 bytes each)."""
        ...

    async def walk(self, target: Target, columns: Sequence[str], *, until: float | None = None) -> Table:
        """Ask for whole columns of one table, side by side."""
        ...

    def strays(self, most: int = 10) -> Mapping[str, int]:
        """How many datagrams that answer nothing came from which addresses, the worst first."""
        ...

    def engine_id(self, target: Target) -> str:
        """The SNMPv3 engine id that the target's agent told, in hexadecimal digits; '' when it told none."""
        ...

    def mind(self, target: Target, manners: Manners) -> None:
        """Walk this target's agent with regard to its manners from now on; forgotten with what was learned of it."""

    def forget(self) -> None:
        """Forget what was learned of the devices, after credentials or the plan have changed."""

    def counts(self) -> dict[str, int]:
        """What the transport has counted since it was opened, by name."""
        ...


def number(value: Value | None) -> float | None:
    """A value as a finite number: integers as they are, Opaque floats unpacked, numeric texts read; else None."""
    if value is None:
        return None
    tag, content = value
    if isinstance(content, int):
        return content if tag in _NUMBERS else None
    if tag == OPAQUE:
        form = _OPAQUE_NUMBERS.get(content[:3])
        return (
            _finite(struct.unpack(form, content[3:])[0]) if form and len(content) == 3 + content[2] else None
        )
    return _finite(float(content)) if tag == OCTET_STRING and _NUMBER.fullmatch(content) else None


def _finite(found: float) -> float | None:
    return found if isfinite(found) else None


def text(value: Value | None) -> str | None:
    """A value as a text for people: bounded, without control characters; None when absent.

    Octets are UTF-8, else Latin-1 (which never fails). OIDs are dotted, addresses in their usual form.
    """
    if value is None or value[0] in ABSENT:
        return None
    tag, content = value
    if isinstance(content, int):
        return str(content)
    if tag == OBJECT_IDENTIFIER:
        return dotted(content)
    if tag == IP_ADDRESS:
        return ".".join(map(str, content))[:_MAX_TEXT] if len(content) <= _MAX_TEXT else _clean(content)
    return _clean(content)


def _clean(content: bytes) -> str:
    try:
        words = content.decode("utf-8")
    except UnicodeDecodeError:
        words = content[:_MAX_READ].decode("latin-1")
    words = words[:_MAX_READ]
    if words.isprintable():
        return words.strip()[:_MAX_TEXT]
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return printable.strip()[:_MAX_TEXT]

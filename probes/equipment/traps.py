"""What notifications mean, by all profiles: which thing they are about, never how it fares. Pure.

An OID belongs to whoever registered it, so that a notification is understood whatever profile its device has. One
made from a v1 trap has a zero before its last number (RFC 3584 section 3.1), which agents leave out or put in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from probes.equipment.library import Library
from probes.equipment.schema import Traps
from probes.transports.snmp.ber import BerError, dotted, encode_oid

# A name of a part is a few words.
LONGEST_PART = 64
_INTEGER, _OCTETS = 0x02, 0x04
_BELOW = ".*"

# OID bytes, tag, content bytes: as `probes.listeners.notification` reads them.
Bindings = Sequence[tuple[bytes, int, bytes]]


class Meaning(NamedTuple):
    """What a notification is about (a topic of `schema.TrapTopic`), its name, and the part it names ('' for none)."""

    name: str
    about: str
    part: str = ""
    on_battery: bool = False


class _Entry(NamedTuple):
    name: str
    block: Traps
    part: bytes
    where: tuple[tuple[bytes, frozenset[int]], ...]


class TrapBook:
    """Finds what a notification means. Blocks that ask for more are asked first."""

    def __init__(self, blocks: Iterable[Traps] = ()) -> None:
        exact: dict[bytes, list[_Entry]] = {}
        below: dict[bytes, list[_Entry]] = {}
        for oid, entry in _entries(sorted(blocks, key=lambda block: not block.where)):
            if oid.endswith(_BELOW):
                below.setdefault(encode_oid(oid.removesuffix(_BELOW)), []).append(entry)
            else:
                for written in _written(oid):
                    exact.setdefault(encode_oid(written), []).append(entry)
        self._exact: Mapping[bytes, list[_Entry]] = exact
        self._below = tuple(sorted(below.items(), key=lambda one: -len(one[0])))

    def __len__(self) -> int:
        return len(self._exact) + len(self._below)

    def meaning(self, trap: bytes, bindings: Bindings) -> Meaning | None:
        """What a notification (the value of snmpTrapOID as BER bytes) is about; None when no profile knows it."""
        for entry in (*self._exact.get(trap, ()), *self._prefixed(trap)):
            if all(_carries(bindings, binding, values) for binding, values in entry.where):
                part = _part(bindings, entry.part) if entry.part else ""
                return Meaning(entry.name, entry.block.about, part, entry.block.on_battery)
        return None

    def _prefixed(self, trap: bytes) -> Iterator[_Entry]:
        for beginning, entries in self._below:
            if trap.startswith(beginning):
                yield from entries


def book(library: Library) -> TrapBook:
    """All blocks of a library; of two that name the same OID the one of the profile that comes first by name."""
    return TrapBook(block for written in library.profiles.values() for block in written.profile.traps)


def _entries(blocks: Iterable[Traps]) -> Iterator[tuple[str, _Entry]]:
    for block in blocks:
        where = tuple((encode_oid(one.binding), frozenset(one.equals)) for one in block.where)
        part = encode_oid(block.part) if block.part else b""
        for name, oid in block.oids.items():
            yield oid, _Entry(name, block, part, where)


def _written(oid: str) -> tuple[str, ...]:
    """The ways in which agents write one and the same trap."""
    head, _, last = oid.rpartition(".")
    return (oid,) if head.endswith(".0") else (oid, f"{head}.0.{last}")


def _carries(bindings: Bindings, wanted: bytes, values: frozenset[int]) -> bool:
    return any(
        tag == _INTEGER
        and oid.startswith(wanted)
        and int.from_bytes(content[:9], "big", signed=True) in values
        for oid, tag, content in bindings
    )


def _part(bindings: Bindings, wanted: bytes) -> str:
    """The part as its binding names it: its text, its number, else its index."""
    for oid, tag, content in bindings:
        if oid.startswith(wanted):
            return _told(oid, wanted, tag, content)
    return ""


def _told(oid: bytes, wanted: bytes, tag: int, content: bytes) -> str:
    if tag == _OCTETS:
        text = content[: 4 * LONGEST_PART].decode(errors="replace")
        return "".join(letter for letter in text if letter.isprintable()).strip()[:LONGEST_PART]
    if tag == _INTEGER:
        return str(int.from_bytes(content[:9], "big", signed=True))
    try:
        return dotted(oid).removeprefix(dotted(wanted)).lstrip(".")[:LONGEST_PART]
    except BerError:
        return ""

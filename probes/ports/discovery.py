"""From a walk over the port tables to ports: names, identities, the columns to ask for, notes, speeds. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from probes.contract import Note
from probes.part import part_name, part_names
from probes.ports.layout import FIRST_COUNTER, Layout, Port, indexes, layout
from probes.ports.objects import (
    ADMIN,
    ALIAS,
    COUNTER_COLUMNS,
    DESCR,
    DISCONTINUITY,
    HIGH_SPEED,
    NAME,
    OPER,
    SCALARS,
    SPEED,
    SYS_UPTIME,
)
from probes.ports.speed import bytes_per_second
from probes.transports.snmp.contract import ABSENT, OCTET_STRING, Table, Value, number, text

_NOTES = (("ifName", NAME), ("ifDescr", DESCR), ("ifAlias", ALIAS))
# No device is polled for more: an agent that makes ports up costs no more memory and requests than that.
MOST_PORTS = 4096
# Longer notes are not kept beyond the device: a device may tell ever new ones, as long as it likes.
_SHORT = 160
_kept_note = lru_cache(maxsize=65536)(Note)


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk found.

    `cut` says why there may be more ports (the walk's own words, or port_cap), empty when all were found.
    `speeds` are bytes per second by part, None where unknown; `stuck` says that a 64-bit counter stood at 0
    beside a moved 32-bit one for the first time, which a second walk has to confirm.
    """

    layout: Layout
    notes: tuple[Note, ...]
    speeds: Mapping[str, float | None]
    cut: str
    stuck: bool

    @property
    def complete(self) -> bool:
        """Whether all ports were found."""
        return not self.cut


@dataclass(frozen=True, slots=True)
class Walked:
    """What discovery read: scalars by OID, the tables, and how octets that are not UTF-8 are decoded."""

    scalars: Mapping[str, Value]
    table: Table
    legacy_encoding: str = "latin-1"

    def label(self, column: str, index: int) -> str:
        """A text of one row; empty when there is none."""
        value = self.table.columns[column].get((index,))
        if value is not None and value[0] == OCTET_STRING and isinstance(value[1], bytes):
            value = OCTET_STRING, _as_utf8(value[1], self.legacy_encoding)
        return text(value) or ""

    def names(self) -> dict[int, str]:
        """Port names by index: ifName, else ifDescr, else the index itself.

        In a cut walk a port whose name was not read is left out, as it would get a wrong one.
        """
        named = self.table.columns[NAME] or self.table.columns[DESCR]
        return {
            index: self.label(NAME, index) or self.label(DESCR, index) or str(index)
            for index in indexes(self.table)
            if (index,) in named or not self.table.cut
        }


def _as_utf8(content: bytes, legacy: str) -> bytes:
    """Octets as UTF-8: as they are, else by the legacy encoding, else left to be read as Latin-1."""
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode(legacy).encode()
        except UnicodeError:
            return content.decode("latin-1").encode()
    return content


def found_ports(walked: Walked, known: Layout | None) -> Found | None:
    """The ports that a walk saw; None when it saw none. Those it was cut before stay as they were `known`."""
    names, left_out = _first(walked.names())
    if not names:
        return None
    parts = part_names(names)
    keys = _keys(walked, names, parts)
    pinned = _pinned(known)
    ports = {
        index: Port(index, _identity(walked, index)[1], parts[index], keys[index], columns)
        for index in names
        for columns in (_asked(walked, index, pinned.get(keys[index], ())),)
    }
    stuck = any(
        choice == columns[1]
        and choice not in pinned.get(port.key, ())
        and _stuck(walked, columns, port.ifindex)
        for port in ports.values()
        for choice, columns in zip(port.asked[FIRST_COUNTER:], COUNTER_COLUMNS, strict=True)
        if len(columns) > 1
    )
    if walked.table.cut and known is not None:
        seen = set(parts.values())
        others = (port for port in known.ports if port.part not in seen and port.ifindex not in ports)
        ports |= {port.ifindex: port for port in islice(others, MOST_PORTS - len(ports))}
    scalars = tuple(oid for oid in SCALARS if oid == SYS_UPTIME or _there(walked.scalars.get(oid)))
    shape = layout(scalars, tuple(ports[index] for index in sorted(ports)))
    speeds = {parts[index]: _speed(walked, index) for index in names}
    cut = walked.table.cut or ("port_cap" if left_out else "")
    return Found(shape, _notes(walked, parts), speeds, cut, stuck)


def _first(names: dict[int, str]) -> tuple[dict[int, str], int]:
    """As many ports as are polled, and how many are left out."""
    if len(names) <= MOST_PORTS:
        return names, 0
    return dict(islice(names.items(), MOST_PORTS)), len(names) - MOST_PORTS


def _pinned(known: Layout | None) -> dict[str, tuple[str, ...]]:
    return {port.key: port.asked[FIRST_COUNTER:] for port in known.ports} if known else {}


def _keys(walked: Walked, names: Mapping[int, str], parts: Mapping[int, str]) -> dict[int, str]:
    """What each port is known by: its name, with description and alias where the name repeats, with the index where
    even these do.
    """
    uses = Counter(names.values())
    # No part holds a NUL, so these never look like one.
    fuller = {
        index: "\0".join((part_name(name), walked.label(DESCR, index), walked.label(ALIAS, index)))
        for index, name in names.items()
        if uses[name] > 1
    }
    shared = Counter(fuller.values())
    return {
        index: fuller[index] if index in fuller and shared[fuller[index]] == 1 else parts[index]
        for index in names
    }


def _identity(walked: Walked, index: int) -> tuple[str, int | bytes | None]:
    for column in (NAME, DESCR):
        if walked.label(column, index):
            return column, walked.table.columns[column][index,][1]
    return "", None


def _asked(walked: Walked, index: int, pinned: tuple[str, ...]) -> tuple[str, ...]:
    columns = walked.table.columns
    return _same(
        (
            _identity(walked, index)[0],
            ADMIN if _there(columns[ADMIN].get((index,))) else "",
            OPER,
            DISCONTINUITY if _there(columns[DISCONTINUITY].get((index,))) else "",
            *(_column(walked, choice, index, pinned) for choice in COUNTER_COLUMNS),
        )
    )


@lru_cache(maxsize=1024)
def _same(asked: tuple[str, ...]) -> tuple[str, ...]:
    return asked


def _column(walked: Walked, choice: tuple[str, ...], index: int, pinned: tuple[str, ...]) -> str:
    """Which column of a counter to ask for: 64 bits, unless they stand at 0 while the 32 bits do not."""
    offered = [column for column in choice if _counter(walked, column, index) is not None]
    if len(offered) > 1 and (_stuck(walked, choice, index) or _still_stuck(walked, choice, index, pinned)):
        return offered[-1]
    return offered[0] if offered else ""


def _stuck(walked: Walked, choice: tuple[str, ...], index: int) -> bool:
    return _counter(walked, choice[0], index) == 0 and bool(_counter(walked, choice[-1], index))


def _still_stuck(walked: Walked, choice: tuple[str, ...], index: int, pinned: tuple[str, ...]) -> bool:
    return choice[-1] in pinned and _counter(walked, choice[0], index) == 0


def _counter(walked: Walked, column: str, index: int) -> int | None:
    value = walked.table.columns[column].get((index,))
    return value[1] if value is not None and isinstance(value[1], int) else None


def _there(value: Value | None) -> bool:
    return value is not None and value[0] not in ABSENT and isinstance(value[1], int)


def _speed(walked: Walked, index: int) -> float | None:
    low, high = (number(walked.table.columns[column].get((index,))) for column in (SPEED, HIGH_SPEED))
    return bytes_per_second(low, high)


def note(part: str, name: str, shown: str) -> Note:
    """A note; equal short ones of many devices are the same object."""
    return (_kept_note if len(part) + len(shown) <= _SHORT else Note)(part, name, shown)


def _notes(walked: Walked, parts: Mapping[int, str]) -> tuple[Note, ...]:
    return tuple(
        note(part, name, shown)
        for index, part in parts.items()
        for name, column in _NOTES
        if (shown := walked.label(column, index))
    )

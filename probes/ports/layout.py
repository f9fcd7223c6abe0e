"""Where each value of a device's ports stands in the answer to the one question that asks for them all. Pure."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

from probes.ports.objects import COUNTERS, OPER, SYS_UPTIME
from probes.transports.snmp.contract import NULL, Question, Table, Value, Values, question

# The columns of a question: identity, statuses, discontinuity time, then the counters in the order of COUNTERS.
NAMES, ADMINS, OPERS, DISCONTINUITIES = range(4)
FIRST_COUNTER = 4
ROLES = FIRST_COUNTER + len(COUNTERS)
# Beyond so many values an answer comes in several parts, and sysUpTime is asked for again at the end: an agent that
# restarts in between is found out.
_ONE_REQUEST = 55


class Port(NamedTuple):
    """One port. `name` is what its identifying column held; `asked` the columns to ask for, by role, '' for none.

    `key` tells the same port again after its index has changed.
    """

    ifindex: int
    name: int | bytes | None
    part: str
    key: str
    asked: tuple[str, ...]


class Span(NamedTuple):
    """The places of one role: `rows` are the ports that have it, None for all of them in order."""

    start: int
    stop: int
    rows: tuple[int, ...] | None

    def row(self, place: int) -> int:
        """The port at a place counted from the start of the span."""
        return place if self.rows is None else self.rows[place]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Layout:
    """The ports of a device and the question that asks for them; made by `layout`. Compared by identity."""

    scalars: tuple[str, ...]
    ports: tuple[Port, ...]
    parts: tuple[str, ...]
    names: list[int | bytes | None]
    spans: tuple[Span, ...]
    question: Question
    tail: bool

    @property
    def counters(self) -> slice:
        """The places of all counters; the place of slot 0 is its start."""
        return slice(self.spans[FIRST_COUNTER].start, self.spans[-1].stop)

    @property
    def statuses(self) -> slice:
        """The places of ifAdminStatus and ifOperStatus."""
        return slice(self.spans[ADMINS].start, self.spans[OPERS].stop)

    def slots(self) -> Iterator[tuple[int, int, int]]:
        """(slot, row, role) of every counter."""
        first = self.counters.start
        for role in range(FIRST_COUNTER, ROLES):
            span = self.spans[role]
            for place in range(span.stop - span.start):
                yield span.start - first + place, span.row(place), role


_shared: WeakValueDictionary[tuple[tuple[str, ...], tuple[Port, ...]], Layout] = WeakValueDictionary()


def layout(scalars: tuple[str, ...], ports: tuple[Port, ...]) -> Layout:
    """The layout of these ports; equal ones are the same object, for as long as someone holds it."""
    key = scalars, ports
    found = _shared.get(key)
    if found is None:
        found = _shared[key] = _layout(scalars, ports)
    return found


def _layout(scalars: tuple[str, ...], ports: tuple[Port, ...]) -> Layout:
    oids = list(scalars)
    spans = []
    for role in range(ROLES):
        rows = tuple(row for row, port in enumerate(ports) if port.asked[role])
        start = len(oids)
        oids.extend(sys.intern(f"{ports[row].asked[role]}.{ports[row].ifindex}") for row in rows)
        spans.append(Span(start, len(oids), None if len(rows) == len(ports) else rows))
    tail = len(oids) > _ONE_REQUEST and SYS_UPTIME in scalars
    if tail:
        oids.append(SYS_UPTIME)
    names = [port.name for port in ports if port.asked[NAMES]]
    parts = tuple(port.part for port in ports)
    return Layout(scalars, ports, parts, names, tuple(spans), question(tuple(oids)), tail)


def walked_values(shape: Layout, scalars: Mapping[str, Value], table: Table) -> Values:
    """What a walk read, as if it had been asked for by the layout's question."""
    found = [_given(scalars.get(oid)) for oid in shape.scalars]
    for role, span in enumerate(shape.spans):
        for row in range(len(shape.ports)) if span.rows is None else span.rows:
            port = shape.ports[row]
            found.append(_given(table.columns[port.asked[role]].get((port.ifindex,))))
    if shape.tail:
        found.append(_given(scalars.get(SYS_UPTIME)))
    return Values(bytes(tag for tag, _ in found), [content for _, content in found], table.cut)


def _given(value: Value | None) -> tuple[int, int | bytes | None]:
    return value if value is not None else (NULL, None)


def spread(numbers: Sequence[float | None], span: Span, count: int) -> Sequence[float | None]:
    """Numbers of the ports that have a role as numbers of all ports, None for the others."""
    if span.rows is None:
        return numbers
    wide: list[float | None] = [None] * count
    for row, each in zip(span.rows, numbers, strict=True):
        wide[row] = each
    return wide


def indexes(table: Table) -> Iterable[int]:
    """The indexes of a walked ifTable: those rows that have an operational status."""
    return sorted(index[0] for index in table.columns[OPER] if len(index) == 1)

"""Fetches from a device what a profile asks for, so that the same engine reads it as it reads recordings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from probes.contract import Target
from probes.equipment.answers import Gathered
from probes.equipment.engine import Wanted
from probes.kit import Kit
from probes.transports.errors import TransportError
from probes.transports.snmp.contract import Index, Value, question

# Columns of one table that are walked side by side: an answer of each still fits into a packet.
SIDE_BY_SIDE = 8


async def gather(kit: Kit, target: Target, wanted: Wanted) -> tuple[Gathered, Mapping[str, str]]:
    """Ask a device for everything; returns its answers, and why columns are cut short, by their OID.

    Raises TransportErrors where the device answers nothing at all: what it is asked for first are single values.
    """
    values = await _values(kit, target, sorted(wanted.instances))
    columns: dict[str, Mapping[Index, Value]] = {}
    cuts: dict[str, str] = {}
    for together in side_by_side(wanted.columns):
        try:
            table = await kit.walk(target, together)
        except TransportError as error:
            cuts |= dict.fromkeys(together, str(error.reason))
            continue
        columns |= table.columns
        if table.cut:
            cuts |= dict.fromkeys(together, table.cut)
    return Gathered(values, columns), cuts


async def _values(kit: Kit, target: Target, oids: Sequence[str]) -> dict[str, Value]:
    if not oids:
        return {}
    answered = await kit.ask(target, question(tuple(oids)))
    found = ((oid, answered.at(place)) for place, oid in enumerate(oids))
    return {oid: value for oid, value in found if value is not None}


def side_by_side(columns: Iterable[str]) -> Iterator[list[str]]:
    """Columns of the same table together, a few at a time."""
    tables: dict[str, list[str]] = defaultdict(list)
    for column in sorted(columns):
        tables[column.rpartition(".")[0]].append(column)
    for table in tables.values():
        for start in range(0, len(table), SIDE_BY_SIDE):
            yield table[start : start + SIDE_BY_SIDE]

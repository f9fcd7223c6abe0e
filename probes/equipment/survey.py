"""What to ask a device for, and how often: everything now and then, what moves at every look. Pure.

A survey asks for all that a profile may want. What came of it says which single values there are; only those are asked
for until the next survey, by name, as tables need not be walked for that.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from probes.equipment import identity as identities
from probes.equipment import labels
from probes.equipment import neighbours as neighbouring
from probes.equipment import readings as reading
from probes.equipment import sensors as sensing
from probes.equipment.answers import Answers, Gathered, spelled
from probes.equipment.catalogue import METRICS, MetricKind
from probes.equipment.library import Written
from probes.equipment.recognise import SYS_DESCRIPTION, SYS_OBJECT_ID
from probes.equipment.schema import Profile, Read, Sensors, seconds
from probes.transports.snmp.contract import Index, Value

# Columns of one table that are walked side by side: an answer of each still fits into a packet.
SIDE_BY_SIDE = 8
# What is asked for less often than this is asked for by surveys only.
OFTEN = 300.0
# Who the device says it is: asked at every look, as everything else hangs on it.
WHO = (SYS_OBJECT_ID, SYS_DESCRIPTION)
# Values asked for in one look, about 20 requests; of more the others have their turn in the looks after it.
MOST_VALUES = 1_000

Place = tuple[str, Index | None]


@dataclass(slots=True)
class Survey:
    """A survey under way: instances and tables still to be asked for, what came until now, and why some did not.

    Single values come first, so that an agent that is silent is known before its tables are walked.
    """

    instances: Sequence[str]
    tables: deque[Sequence[str]]
    values: dict[str, Value] = field(default_factory=dict)
    columns: dict[str, Mapping[Index, Value]] = field(default_factory=dict)
    cut: str = ""

    @property
    def done(self) -> bool:
        """Whether everything was asked for."""
        return not self.instances and not self.tables

    def answers(self) -> Gathered:
        """What came until now."""
        return Gathered(self.values, self.columns)


def survey(written: Written, only: Collection[str] = ()) -> Survey:
    """Everything that a profile wants; with `only` these metrics, and neither identity nor neighbours.

    Counters are left out: those of ports are summed with the ports.
    """
    oids = set(WHO)
    for profile in written.layers():
        oids.update(_everything(profile, only))
    tables = {oid.removesuffix(".*") for oid in oids if oid.endswith(".*")}
    instances = sorted(oid for oid in oids if not oid.endswith(".*"))
    return Survey(instances, deque(side_by_side(tables)))


def _everything(profile: Profile, only: Collection[str]) -> Iterator[str]:
    for block in profile.read:
        if _concerns(block, only):
            yield from reading.needed(block)
    for sensors in () if only else profile.sensors:
        yield from sensing.needed(sensors)
    if not only:
        yield from identities.needed(profile.identity)
        for table in profile.neighbours:
            yield from neighbouring.needed(table)


def _concerns(block: Read, only: Collection[str]) -> bool:
    return METRICS[block.metric].kind is not MetricKind.COUNTER and (not only or block.metric in only)


def moving(written: Written, only: Collection[str] = ()) -> frozenset[str]:
    """The OIDs of what may be another at the next look: values and their conditions, not names; columns as they are."""
    found: set[str] = set()
    for profile in written.layers():
        for block in profile.read:
            if _concerns(block, only) and block.seconds <= OFTEN:
                found.update(_without_names(reading.needed(block), block))
        for sensors in profile.sensors:
            if seconds(sensors.every) <= OFTEN:
                found.update((sensors.value, sensors.status))
    return frozenset(oid.removesuffix(".*") for oid in found)


def _without_names(oids: Iterable[str], block: Read | Sensors) -> set[str]:
    names = {f"{column}.*" for column in labels.needed(block)}
    own = {
        f"{column}.*" for column in (getattr(block, "column", ""), *getattr(block, "columns", {}).values())
    }
    return set(oids) - (names - own)


def side_by_side(columns: Iterable[str]) -> Iterator[Sequence[str]]:
    """Columns of the same table together, a few at a time."""
    tables: dict[str, list[str]] = {}
    for column in sorted(columns):
        tables.setdefault(column.rpartition(".")[0], []).append(column)
    for table in tables.values():
        for start in range(0, len(table), SIDE_BY_SIDE):
            yield tuple(table[start : start + SIDE_BY_SIDE])


class _Rows(Mapping[Index, Value]):
    """Rows of a column that remember which of them were read."""

    def __init__(self, rows: Mapping[Index, Value], used: set[Index]) -> None:
        self._rows, self._used = rows, used

    def __getitem__(self, index: Index) -> Value:
        value = self._rows[index]
        self._used.add(index)
        return value

    def __iter__(self) -> Iterator[Index]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Noted:
    """Answers that remember what of them was read: nothing else needs to be kept, or asked for again."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._instances: set[str] = set()
        self._rows: dict[str, set[Index]] = {}

    def get(self, oid: str) -> Value | None:
        """As `Answers.get`."""
        self._instances.add(oid)
        return self._answers.get(oid)

    def column(self, oid: str) -> Mapping[Index, Value]:
        """As `Answers.column`."""
        return _Rows(self._answers.column(oid), self._rows.setdefault(oid, set()))

    def kept(self) -> tuple[dict[str, Value], dict[str, dict[Index, Value]]]:
        """The values and rows that were read, in the order in which they came."""
        found = {oid: self._answers.get(oid) for oid in sorted(self._instances)}
        values = {oid: value for oid, value in found.items() if value is not None}
        columns = {
            oid: {index: value for index, value in self._answers.column(oid).items() if index in used}
            for oid, used in sorted(self._rows.items())
            if used
        }
        return values, columns


def places(
    values: Iterable[str], columns: Mapping[str, Mapping[Index, Value]], moves: Collection[str]
) -> list[Place]:
    """Where single values stand that are to be asked for at every look: an instance, or a row of a column."""
    single: list[Place] = [(oid, None) for oid in values if oid in moves and oid not in WHO]
    rows = [(oid, index) for oid, found in columns.items() if oid in moves for index in found]
    return [*single, *rows]


def portions(found: Sequence[Place]) -> list[tuple[Place, ...]]:
    """The same in portions of one look each, every one with who the device says it is; at least one."""
    who: tuple[Place, ...] = tuple((oid, None) for oid in WHO)
    most = MOST_VALUES - len(who)
    return [(*who, *found[start : start + most]) for start in range(0, max(1, len(found)), most)]


def named(place: Place) -> str:
    """The OID of a place."""
    oid, index = place
    return oid if index is None else f"{oid}.{spelled(index)}"

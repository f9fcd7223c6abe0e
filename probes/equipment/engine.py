"""Reads a device by its profile: what it is, how it fares, its interfaces, its neighbours. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from probes.equipment import identity as identities
from probes.equipment import neighbours as neighbouring
from probes.equipment import readings as reading
from probes.equipment import sensors as sensing
from probes.equipment.answers import Answers, Tally, words
from probes.equipment.library import Written
from probes.equipment.neighbours import Neighbour
from probes.equipment.readings import Reading
from probes.equipment.recognise import SYS_DESCRIPTION, SYS_OBJECT_ID, choose, questions
from probes.equipment.schema import Profile, seconds
from probes.transports.snmp.contract import Index

SYS_NAME = "1.3.6.1.2.1.1.5.0"
INVENTORY_EVERY = 3600.0
MOST_READINGS = 10_000
MOST_NEIGHBOURS = 2_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Equipment:
    """A device as read; '' for what it does not tell. `generic`: no vendor's profile recognised it.

    `dropped` counts, by reason, the values that were not told because they cannot be.
    """

    vendor: str = ""
    model: str = ""
    serial: str = ""
    version: str = ""
    profile: str = ""
    generic: bool = True
    name: str = ""
    description: str = ""
    object_id: str = ""
    interfaces: int = 0
    readings: Sequence[Reading] = ()
    neighbours: Sequence[Neighbour] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)


def read_device(profiles: Mapping[str, Written], answers: Answers) -> Equipment:
    """Find the device's profile and read it by that."""
    written, _ = choose(profiles, answers)
    return read(written, answers) if written else Equipment()


def read(written: Written, answers: Answers) -> Equipment:
    """Everything that the profile, and those it includes, say of these answers."""
    tally = Tally(written.profile.agent.code_page)
    names = identities.identify(written, answers, tally)
    object_id = words(answers.get(SYS_OBJECT_ID))
    return Equipment(
        names.vendor,
        names.model,
        names.serial,
        names.version,
        written.name,
        written.profile.generic,
        words(answers.get(SYS_NAME), tally.code_page),
        words(answers.get(SYS_DESCRIPTION), tally.code_page),
        object_id,
        _interfaces(written, answers),
        readings_of(written, answers, tally),
        neighbours_of(written, answers, tally),
        dict(sorted(tally.dropped.items())),
    )


def readings_of(written: Written, answers: Answers, tally: Tally) -> Sequence[Reading]:
    """How the device fares; at most `MOST_READINGS`."""
    return _numbered(_limited(_all_readings(written, answers, tally), MOST_READINGS, tally))


def neighbours_of(written: Written, answers: Answers, tally: Tally) -> Sequence[Neighbour]:
    """Who is at the other ends; at most `MOST_NEIGHBOURS`."""
    return _limited(_all_neighbours(written, answers, tally), MOST_NEIGHBOURS, tally)


def _all_readings(written: Written, answers: Answers, tally: Tally) -> Iterator[Reading]:
    """The profile's own, then of each included profile the metrics that nobody gave before it."""
    given: set[str] = set()
    for number, profile in enumerate(written.layers()):
        hidden = given | set(written.profile.without) if number else set()
        found = list(_layer(profile, hidden, answers, tally))
        given |= {each.metric for each in found}
        yield from found


def _layer(profile: Profile, hidden: set[str], answers: Answers, tally: Tally) -> Iterator[Reading]:
    given: set[str] = set()
    for block in profile.read:
        if block.metric not in hidden and not (block.fallback and block.metric in given):
            for each in reading.readings(block, answers, tally):
                given.add(each.metric)
                yield each
    for table in profile.sensors:
        yield from (
            each for each in sensing.sensor_readings(table, answers, tally) if each.metric not in hidden
        )


def _limited(values: Iterator[T], most: int, tally: Tally) -> list[T]:
    kept: list[T] = []
    for value in values:
        if len(kept) == most:
            tally.drop("too_many")
            break
        kept.append(value)
    return kept


def _numbered(found: Sequence[Reading]) -> Sequence[Reading]:
    """Names that stand for several parts of one metric get a number, so that each part keeps its own."""
    uses = Counter((each.metric, each.label) for each in found)
    told: Counter[tuple[str, str]] = Counter()
    named = []
    for each in found:
        key = each.metric, each.label
        told[key] += 1
        named.append(replace(each, label=f"{each.label}#{told[key]}") if uses[key] > 1 else each)
    return named


def _all_neighbours(written: Written, answers: Answers, tally: Tally) -> Iterator[Neighbour]:
    for profile in written.layers():
        for table in profile.neighbours:
            yield from neighbouring.neighbours(table, answers, tally)


def _interfaces(written: Written, answers: Answers) -> int:
    """The rows of the first union of columns that has any."""
    for profile in written.layers():
        for columns in profile.interfaces:
            rows: set[Index] = set()
            for column in columns:
                rows.update(answers.column(column))
            if rows:
                return len(rows)
    return 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask an agent: instances, and columns to walk."""

    instances: frozenset[str]
    columns: frozenset[str]


def wanted(written: Written, longest: float = INVENTORY_EVERY) -> Wanted:
    """What the profile asks for at most every so many seconds: below an hour, the identity and neighbours stay out."""
    found: set[str] = set()
    for profile in written.layers():
        found.update(_needed(profile, longest))
    return _split(found)


def recognising(profiles: Iterable[Written]) -> Wanted:
    """What must be asked to find out which profile a device is read by."""
    return _split(questions(profiles))


def _needed(profile: Profile, longest: float) -> Iterator[str]:
    if longest >= INVENTORY_EVERY:
        yield from identities.needed(profile.identity)
        yield from (SYS_NAME, SYS_DESCRIPTION, SYS_OBJECT_ID)
        yield from (f"{column}.*" for union in profile.interfaces for column in union)
        for table in profile.neighbours:
            yield from neighbouring.needed(table)
    for block in profile.read:
        if block.seconds <= longest:
            yield from reading.needed(block)
    for sensors in profile.sensors:
        if seconds(sensors.every) <= longest:
            yield from sensing.needed(sensors)


def _split(oids: Iterable[str]) -> Wanted:
    every = frozenset(oids)
    columns = frozenset(oid.removesuffix(".*") for oid in every if oid.endswith(".*"))
    return Wanted(frozenset(oid for oid in every if not oid.endswith(".*")), columns)

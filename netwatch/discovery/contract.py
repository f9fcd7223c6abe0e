"""What discovery speaks: what was asked, what was found, how that fits the inventory, and what is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from netwatch.language import Sentence
from probes.equipment.engine import Equipment
from probes.equipment.neighbours import Neighbour


class Place(NamedTuple):
    """An address in a routing domain."""

    domain: str
    address: str


@dataclass(frozen=True, slots=True)
class Hint:
    """An address or a MAC that a device has met: `mac` behind its port `port`, where it tells that."""

    by: Place
    mac: str
    address: str = ""
    port: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An address that answered. `credential` is the one by which it told what it is, '' when it told nothing.

    `refusing`: it said itself that it serves no SNMP. `refused` are the credentials it called wrong, `chassis` the MACs
    by which neighbours know it, `protocols` the TCP protocols whose ports took a connection. `complete` is false when
    its answers were cut short.
    """

    place: Place
    round_trip: float | None = None
    credential: str = ""
    refused: tuple[str, ...] = ()
    refusing: bool = False
    equipment: Equipment = field(default_factory=Equipment)
    chassis: frozenset[str] = frozenset()
    protocols: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    complete: bool = True
    snmp_port: int = 161

    @property
    def label(self) -> str:
        """How people tell it from others: its own name, else its address."""
        return self.equipment.name or self.place.address


class Status(StrEnum):
    """How something found fits the inventory."""

    NEW = "new"
    KNOWN = "known"
    MOVED = "moved"
    ALSO = "also"
    REPLACED = "replaced"
    TWICE = "twice"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found and how it fits: `device` is the inventory's, or for TWICE the label of the other found one.

    `because` says why, in words.
    """

    found: Found
    status: Status
    because: Sentence
    device: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be as it is told; a person decides."""

    places: tuple[Place, ...]
    what: Sentence


@dataclass(frozen=True, slots=True)
class Sighting:
    """A neighbour that a device tells of; `device` is whom it stands for, '' when nobody is known by that."""

    by: Place
    neighbour: Neighbour
    device: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row for the sheets: texts by field, and why it is proposed."""

    kind: str
    cells: Mapping[str, str]
    evidence: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that a sweep leads to. Nothing of it is in force: rows must be imported by a person."""

    findings: tuple[Finding, ...] = ()
    rows: tuple[Row, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    hints: tuple[Hint, ...] = ()

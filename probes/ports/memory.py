"""What is remembered of each device's ports between looks: arrays, and objects that equal devices share."""

from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from probes.contract import Fact, Note
from probes.counters import Agent, Sums, no_sums
from probes.ports.discovery import Found
from probes.ports.layout import FIRST_COUNTER, Layout, Port
from probes.ports.speed import FASTEST_BYTES
from probes.transports.snmp.contract import NULL

_BYTE_COUNTERS = 2
# How far beyond its speed a port may seem to run.
_MARGIN = 1.1
# No packet is smaller than an IPv4 header (RFC 791), octets.
_SMALLEST_PACKET = 20


@dataclass(slots=True)
class Ports:
    """The ports of one device as last seen.

    `tags` are the types of a whole answer as before, `pinned` those of the counters; `rates` bound the growth of
    each counter per second. `marks` are ifTableLastChange and ifNumber. `cut` says why discovery may not have
    seen all ports, empty when it did; `due` when the next discovery is, `not_before` when a sign of change may
    bring it forward. In a row: `fruitless` counts discoveries that found nothing new, `cuts` those that did not
    see all, `unsteady` looks in which sysUpTime did not fit. `told` says that every port told its status.
    `doubted` are ports that seemed faster than their speed in the last look that could tell; `unbound` keys of
    those that were so again, whose speed is therefore not believed. `risen` are ports that came up since their
    speed was read.
    """

    layout: Layout
    agent: Agent
    sums: Sums
    pinned: bytes
    speeds: Sequence[float | None]
    rates: "array[float]"
    marks: tuple[int | None, ...]
    cut: str
    due: float
    not_before: float
    fruitless: int = 0
    cuts: int = 0
    unsteady: int = 0
    told: bool = False
    tags: bytes = b""
    statuses: list[int | bytes | None] = field(default_factory=list)
    discontinuities: list[int | bytes | None] = field(default_factory=list)
    readings: tuple[Fact | Note, ...] = ()
    doubted: frozenset[int] = frozenset()
    unbound: frozenset[str] = frozenset()
    risen: frozenset[int] = frozenset()


class PortBook:
    """The ports of all targets, held in memory by the process that looks; and what was odd about them, counted."""

    def __init__(self) -> None:
        self.odd: Counter[str] = Counter(
            {
                "agent_restarts": 0,
                "agent_time_jumps": 0,
                "counter_discontinuities": 0,
                "counter_garbage": 0,
                "counter_resets": 0,
                "counter_width_changes": 0,
                "counter_wraps": 0,
                "port_discoveries": 0,
                "ports_renumbered": 0,
            }
        )
        self._targets: dict[str, Ports] = {}

    def of(self, target: str) -> Ports | None:
        """What is known of a target's ports."""
        return self._targets.get(target)

    def put(self, target: str, ports: Ports) -> None:
        """Remember a target's ports."""
        self._targets[target] = ports

    def keep(self, targets: Collection[str]) -> None:
        """Forget all targets but these, after the plan has changed."""
        self._targets = {target: ports for target, ports in self._targets.items() if target in targets}

    def __len__(self) -> int:
        return len(self._targets)

    def counts(self) -> dict[str, int]:
        """How often each oddity was met since the process began."""
        return dict(self.odd)


def adopted(found: Found, known: Ports | None, at: float, odd: Counter[str]) -> Ports:
    """The ports of a discovery with what is known of the same ports from before, whatever their index was then."""
    shape = found.layout
    unbound = known.unbound if known else frozenset()
    speeds = _speeds(found, known)
    ports = Ports(
        layout=shape,
        agent=known.agent if known else Agent(at),
        sums=no_sums(shape.counters.stop - shape.counters.start, at),
        pinned=bytes([NULL]) * (shape.counters.stop - shape.counters.start),
        readings=_notes(found, known),
        speeds=shared_speeds(speeds),
        rates=growth_rates(shape, speeds, unbound),
        marks=(),
        cut=found.cut,
        due=inf,
        not_before=at,
        unbound=unbound,
    )
    if known is not None:
        ports.unsteady, ports.doubted = known.unsteady, frozenset()
        _carry(known, ports, odd)
    return ports


def _carry(known: Ports, ports: Ports, odd: Counter[str]) -> None:
    """Move sums: a baseline by the port's identity and only in the same column, a total by its part, so that no part's
    total goes back when ports change their places; a part that is new has the total of the same port.
    """
    if known.layout is ports.layout:
        ports.sums, ports.pinned = known.sums, known.pinned
        ports.discontinuities, ports.doubted = known.discontinuities, known.doubted
        if ports.readings == notes(known):
            ports.readings, ports.statuses, ports.told = known.readings, known.statuses, known.told
        return
    before = known.sums
    by_key, by_part = _slots(known.layout)
    raw, totals, pinned = before.raw[:0], before.totals[:0], bytearray()
    stale: dict[int, float | None] = {}
    renumbered: set[int] = set()
    for slot, row, role in ports.layout.slots():
        port = ports.layout.ports[row]
        old, was = by_key.get((port.key, role), (None, port))
        total = by_part.get((port.part, role), old)
        raw.append(0 if old is None else before.raw[old])
        totals.append(0 if total is None else before.totals[total])
        pinned.append(NULL if old is None else known.pinned[old])
        if old is None or was.asked[role] != port.asked[role]:
            stale[slot] = None
            odd["counter_width_changes"] += old is not None
        elif old in before.stale:
            stale[slot] = before.stale[old]
        if was.ifindex != port.ifindex:
            renumbered.add(row)
    odd["ports_renumbered"] += len(renumbered)
    ports.sums, ports.pinned = Sums(before.at, raw, totals, stale), bytes(pinned)


def _slots(shape: Layout) -> tuple[dict[tuple[str, int], tuple[int, Port]], dict[tuple[str, int], int]]:
    """The slots of all counters: with their port by its identity and role, and by its part and role."""
    by_key = {(shape.ports[row].key, role): (slot, shape.ports[row]) for slot, row, role in shape.slots()}
    by_part = {(shape.ports[row].part, role): slot for slot, row, role in shape.slots()}
    return by_key, by_part


def _notes(found: Found, known: Ports | None) -> tuple[Note, ...]:
    if known is None or found.complete:
        return found.notes
    return (*found.notes, *(note for note in notes(known) if note.part not in found.speeds))


def notes(ports: Ports) -> tuple[Note, ...]:
    """The notes among the readings."""
    return tuple(reading for reading in ports.readings if isinstance(reading, Note))


def _speeds(found: Found, known: Ports | None) -> list[float | None]:
    """Bytes per second by port; those that a cut walk did not reach keep theirs."""
    before = dict(zip(known.layout.parts, known.speeds, strict=True)) if known else {}
    return [found.speeds[part] if part in found.speeds else before.get(part) for part in found.layout.parts]


def shared_speeds(speeds: list[float | None]) -> Sequence[float | None]:
    """Speeds as an array when all are known."""
    known = [speed for speed in speeds if speed is not None]
    return array("d", known) if len(known) == len(speeds) else speeds


def growth_rates(shape: Layout, speeds: Sequence[float | None], unbound: frozenset[str]) -> "array[float]":
    """How much each counter may grow in a second: by the port's speed, else by that of the fastest port there is."""
    rates = array("f")
    for _, row, role in shape.slots():
        speed = speeds[row]
        believed = speed is not None and shape.ports[row].key not in unbound
        rate = speed * _MARGIN if speed is not None and believed else FASTEST_BYTES
        rates.append(rate if role < FIRST_COUNTER + _BYTE_COUNTERS else rate / _SMALLEST_PACKET)
    return rates


def heads(shape: Layout, contents: Sequence[int | bytes | None]) -> Mapping[str, int]:
    """The scalars that were read, by OID."""
    return {
        oid: content
        for oid, content in zip(shape.scalars, contents, strict=False)
        if isinstance(content, int)
    }

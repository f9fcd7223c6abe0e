"""From the newest looks to sightings, a pass now and then over all of them. No clock.

Most looks say what the look before said, by the very same objects: they only move the end of what is known. A pass is
made step by step, so that others have their turn in between.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from inventory.coverage.contract import Aspect
from inventory.coverage.renewal import KINDS
from inventory.snapshot import Inventory
from netwatch.check import Check, Observation
from netwatch.sightings import ports
from netwatch.sightings.book import GAP, Book, Row
from netwatch.sightings.claims import EQUIPMENT, INTERFACES, Claim, Source, claims, port_claims
from netwatch.sightings.lines import Lines
from netwatch.sightings.places import Place
from netwatch.sightings.sources import Index
from probes.equipment.told import NEIGHBOUR

Latest = Mapping[str, Observation]
_SEEN = ("device", "line", "conferencing_endpoint", "surge_protector", "sensor", "service")


class _Entry:
    """One check: the look that was read last, and the rows that go on by it.

    `source` is None while the plan is new; `up` are the ports at ends of lines that were up; `settled` is whether a
    look that says the same tells nothing more.
    """

    __slots__ = ("rows", "seen", "settled", "source", "up")

    def __init__(self) -> None:
        self.source: Source | None = None
        self.seen: Observation | None = None
        self.rows: tuple[Row, ...] = ()
        self.up: frozenset[str] = frozenset()
        self.settled = False

    def repeats(self, seen: Observation) -> bool:
        """Whether a look says just what the one before said."""
        before = self.seen
        if before is None or not self.settled or before.reason is not None or seen.reason is not None:
            return False
        if seen.at - before.at > GAP:
            return False
        if seen.facts is not before.facts or seen.notes is not before.notes:
            return False
        if not seen.columns:
            return True
        told, known = ports.told_speeds(seen), ports.told_speeds(before)
        return told is known or told == known


class Watch:
    """What the looks of the plan in force have shown; `book` holds it.

    `wired` goes up when devices tell of other neighbours than before.
    """

    def __init__(self) -> None:
        self.book = Book()
        self.wired = 0
        self._checks: Mapping[str, Check] = {}
        self._inventory = Inventory()
        self._index = Index(self._inventory)
        self._entries: dict[str, _Entry] = {}
        self._lines = Lines(lambda claim, at, news: self.book.see(claim, at, news=news))
        self._found: Mapping[str, Place] = {}
        self._placed: dict[str, tuple[Row, ...]] = {}
        self._items: frozenset[str] | None = None

    def adopt(self, inventory: Inventory, checks: Mapping[str, Check]) -> None:
        """Take over plan and inventory; the newest looks are read anew, by what they tell about now."""
        self.book.renew(_others(self._inventory, inventory))
        self._inventory = inventory
        self._checks, self._index = checks, Index(inventory)
        self._entries = {id_: entry for id_, entry in self._entries.items() if id_ in checks}
        for entry in self._entries.values():
            entry.source, entry.settled = None, False
        self._lines.adopt(self._index.lines)
        self.wired += bool(self.wired)
        self._items = frozenset(chain.from_iterable(inventory.of(kind) for kind in _SEEN))

    def found(self, places: Mapping[str, Place]) -> None:
        """Where devices were found by their neighbours."""
        self._found = places
        self._placed = {device: rows for device, rows in self._placed.items() if device in places}

    def read(self, latest: Latest, now: int) -> Iterator[None]:
        """Read all looks that are new since the last pass, step by step; it ends early once another plan is adopted."""
        checks = self._checks
        for id_, check in checks.items():
            seen = latest.get(id_)
            if seen is not None and not check.anchor:
                self._take(check, seen)
            yield
            if self._checks is not checks:
                return
        yield from self._lines.read(self._entries)
        self._places(latest)
        items, self._items = self._items, None
        if items is not None:
            yield from self.book.forget(items, now)

    def _take(self, check: Check, seen: Observation) -> None:
        entry = self._entries.get(check.id)
        if entry is None:
            entry = self._entries[check.id] = _Entry()
        if entry.seen is seen and entry.source is not None:
            return
        if entry.repeats(seen):
            self.book.go_on(entry.rows, seen.at)
        else:
            source = entry.source = entry.source or self._index.source(check)
            self._turn(entry, source, seen)
        if _rewired(check, entry.seen, seen):
            self.wired += 1
        entry.seen = seen

    def _turn(self, entry: _Entry, source: Source, seen: Observation) -> None:
        """Read what a look says otherwise than the one before."""
        made: Iterable[Claim] = claims(source, seen)
        entry.settled = True
        if source.check.kind == INTERFACES and seen.reason is None:
            now, before = ports.up(seen), entry.seen
            steady = now if before is None or before.reason is not None else now & ports.up(before)
            made = chain(made, port_claims(source, seen, steady))
            entry.up = source.ends & now
            entry.settled = steady == now
        entry.rows = self._see(made, seen.at, entry.rows)

    def _see(self, made: Iterable[Claim], at: int, before: Collection[Row]) -> tuple[Row, ...]:
        known = {Claim(row.item, row.aspect, row.value) for row in before}
        return tuple([self.book.see(claim, at, news=claim not in known) for claim in dict.fromkeys(made)])

    def _places(self, latest: Latest) -> None:
        for device, (site, check) in self._found.items():
            seen = latest.get(check)
            if seen is not None and seen.reason is None:
                made = (Claim(device, Aspect.SITE, site),)
                self._placed[device] = self._see(made, seen.at, self._placed.get(device, ()))


def _others(before: Inventory, after: Inventory) -> Iterator[str]:
    """What was declared otherwise before: mostly other things, and the same told once more does no harm."""
    for kind in KINDS:
        known = before.of(kind)
        yield from (id_ for id_, one in after.of(kind).items() if id_ in known and known[id_] != one)
    for id_, endpoint in after.of("conferencing_endpoint").items():
        device = before.of("device").get(endpoint.device)
        if device is not None and device != after.of("device").get(endpoint.device):
            yield id_


def _rewired(check: Check, before: Observation | None, seen: Observation) -> bool:
    """Whether a device tells of its neighbours, and in another way than it did."""
    if check.kind != EQUIPMENT or (before is not None and before.notes is seen.notes):
        return False
    return any(name == NEIGHBOUR for _, name, _ in seen.notes)

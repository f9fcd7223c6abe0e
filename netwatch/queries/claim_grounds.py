"""What claims rest on beside verdict rows and outages: maintenance by the contract, the clock, what was taken out.

Everything here reads and changes nothing; raises StoreFault.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alerts.window import occurrences
from inventory import history
from netwatch.availability.contract import Exclusion, Period
from netwatch.clock import DAY, Disturbance
from netwatch.incidents.maintenance import covered
from netwatch.incidents.reclassify import exclusion
from netwatch.incidents.reclassifying import KIND
from netwatch.queries.availability_grounds import Announced, Grounds
from netwatch.sampling.looks import QUARTER, Look
from netwatch.sampling.looks import told as looks_in
from netwatch.sla.contract import AttributedOutage, Party, Terms
from netwatch.store.faults import told
from netwatch.store.look_sql import looks_between

# Looks this long before and after a doubtful edge are shown, of each edge no more than so many.
AROUND, MOST_LOOKS = 60_000_000, 20


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A step of our clock or a suspend of the machine, by how many seconds; that time is unknown."""

    what: str
    start: int
    end: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Time that somebody took out of all figures afterwards, or put back (`excluded` '')."""

    recorded_at: int
    start: int
    end: int
    excluded: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class EdgeLook:
    """A single look near the beginning (`edge` 'start') or end of an outage, told by its place in the list."""

    outage: int
    edge: str
    look: Look


@dataclass(frozen=True)
class Windows:
    """Maintenance windows over lines: the contract decides which of them count."""

    base: Grounds
    known_at: int | None

    @cached_property
    def _covered(self) -> Sequence[tuple[Announced, frozenset[str]]]:
        known = (one for one in self.base.announced if self.known_at is None or one.known <= self.known_at)
        return [(one, self._lines(one)) for one in known if not _power_cut(one)]

    def _lines(self, one: Announced) -> frozenset[str]:
        """What a window covers, as in all figures: by the period's first day only what is gone on its last."""
        lines, former = covered(one.window, one.places or self.base.places), self.base.former
        if former is None:
            return lines
        before = covered(one.window, one.places or former)
        return lines | {line for line in before if not self.base.places.kind(line)}

    def of(self, line: str, terms: Terms, period: Period) -> tuple[list[Exclusion], list[Exclusion]]:
        """(maintenance that the contract leaves out, other maintenance) of a line in a period.

        It must have been announced as long before it begins as the contract asks; without such a term it counts from
        when it was written down, as in all figures.
        """
        timely: list[Exclusion] = []
        late: list[Exclusion] = []
        for one, lines in self._covered:
            if line not in lines:
                continue
            why = exclusion(one.window.reason, one.window.author)
            for start, end in occurrences(one.window, period.start, period.end):
                begin = start if terms.notice else max(start, one.known)
                counts = Party.MAINTENANCE in terms.excluded and one.known + terms.notice <= begin
                if begin < end:
                    (timely if counts else late).append(Exclusion(begin, end, why, one.window.author))
        return timely, late


def _power_cut(one: Announced) -> bool:
    """A window that names feeders alone announces a power cut, which is no work of a provider's."""
    window = one.window
    return bool(window.feeders) and not (window.units or window.sites or window.subjects or window.providers)


def disturbances(engine: Engine, period: Period) -> tuple[Disturbed, ...]:
    """What befell the daemon's clock within a period, in order."""
    found = [
        Disturbed(what, event.at, int(facts.get("until", event.at)), float(facts.get("by_seconds", 0)))
        for what in Disturbance
        for event, facts in _events(engine, what, period.start - DAY)
        if period.start <= event.at < period.end
    ]
    return tuple(sorted(found, key=lambda one: one.start))


def taken_out(
    engine: Engine, lines: Iterable[str], start: int, known_at: int | None
) -> Mapping[str, tuple[TakenOut, ...]]:
    """Who took time after `start` out of the figures of lines or put it back, in the order recorded."""
    wanted = frozenset(lines)
    found: dict[str, dict[TakenOut, None]] = {line: {} for line in wanted}
    for event, facts in _events(engine, KIND, start):
        if facts.get("action") != "reclassify" or (known_at is not None and event.recorded_at > known_at):
            continue
        one = TakenOut(
            event.recorded_at,
            int(facts["start"]),
            int(facts["end"]),
            str(facts.get("excluded", "")),
            event.actor,
            event.reason or "",
        )
        for line in wanted.intersection(facts.get("subjects", ())):
            found[line][one] = None
    return {line: tuple(sorted(several, key=lambda one: one.recorded_at)) for line, several in found.items()}


def _events(engine: Engine, kind: str, since: int) -> Iterator[tuple[history.EventRecord, Mapping[str, Any]]]:
    """Events of a kind written down since a moment, newest first."""
    before: int | None = None
    with told(engine.url), Session(engine) as session:
        while found := history.events(
            session, kind=kind, since=since, before_seq=before, limit=history.MAX_EVENTS
        ):
            yield from ((event, event.after or {}) for event in found)
            before = found[-1].seq


def edge_looks(engine: Engine, outages: Sequence[AttributedOutage], now: int) -> Iterator[EdgeLook]:
    """The single looks that are kept around the edges of outages, in order."""
    for place, one in enumerate(outages):
        outage = one.outage
        edges = [("start", max(outage.earliest_start, outage.start - QUARTER), outage.start)]
        if outage.end is not None and outage.earliest_end is not None:
            edges.append(("end", max(outage.earliest_end, outage.end - QUARTER), min(outage.end, now)))
        for edge, first, last in edges:
            low, high = first - AROUND, last + AROUND
            blocks = looks_between(engine, one.line, low - low % QUARTER, high + 1)
            looks = [look for block in blocks for look in looks_in(block) if low <= look.at <= high]
            yield from (EdgeLook(place, edge, look) for look in looks[:MOST_LOOKS])

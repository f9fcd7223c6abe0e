"""Claims on providers: of a line and a measuring period everything that a dossier says, and what it rests on.

Everything here reads and changes nothing; raises StoreFault.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from fractions import Fraction
from typing import Protocol, TypeAlias

from inventory.contracts import Contracts
from inventory.snapshot import Inventory, Line, LineContract
from inventory.texts import fold
from inventory.turning_days import days_between
from netwatch.availability import periods
from netwatch.availability.contract import Period
from netwatch.commands import inventory_at
from netwatch.incidents.places import Places
from netwatch.incidents.reclassify import too_recent
from netwatch.queries.availability import EDGE
from netwatch.queries.availability_grounds import Grounds, grounds
from netwatch.queries.claim_grounds import (
    Disturbed,
    EdgeLook,
    TakenOut,
    Windows,
    disturbances,
    edge_looks,
    taken_out,
)
from netwatch.queries.curves import curves
from netwatch.queries.outages import Attested, attributed_outages
from netwatch.queries.timekeeping import Doubt, Timekeeping, doubts, timekeeping
from netwatch.sampling.series import JITTER, LOSS, RTT
from netwatch.sla.claim import Claim, Material, Reckoning, base_account, reckoned, same_terms
from netwatch.sla.contract import AttributedOutage, Decision, MeasuringPeriod
from netwatch.sla.digest import Digest, digest
from netwatch.sla.known import rows_known
from netwatch.sla.measuring import measuring_period
from netwatch.sla.quality import Metric, Quality, quality
from netwatch.sla.terms import Piece, lines_in, terms_in
from netwatch.store.attribution_sql import decisions
from netwatch.store.contract import VerdictRow

SCHEMA = 1
MONTHS: Mapping[MeasuringPeriod, int] = {
    MeasuringPeriod.MONTH: 1,
    MeasuringPeriod.QUARTER: 3,
    MeasuringPeriod.YEAR: 12,
}
AT_ONCE = 50


class Versions(Attested, Protocol):
    """A store that also tells what rows were before they were replaced."""

    def versions(self, subject: str, start: int, end: int) -> Sequence[VerdictRow]:
        """All rows, superseded ones too, of one subject that overlap [start, end)."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """How lines are looked at by the settings of today, and whether the kernel says that the clock is synchronised.

    A witness is looked at every `interval`; a change is believed when `agree` of `of` looks agree.
    """

    interval: int
    agree: int
    of: int
    synchronised: bool | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A line's claim and everything beside it.

    `line` is its record on the period's last day (None: it was given up). `qualities` are of each piece, `digest` of
    the verdict rows, `looks` single ones around the edges of outages, whose places are counted over all pieces;
    `timekeeping` is what is known of our clock in the period, `doubts` at the edges of each outage.
    """

    id: str
    line: Line | None
    name: str
    site: str
    site_name: str
    agencies: tuple[str, ...]
    contracts: tuple[LineContract, ...]
    claim: Claim
    materials: tuple[Material, ...]
    qualities: tuple[tuple[Quality, ...], ...]
    decisions: tuple[Decision, ...]
    taken_out: tuple[TakenOut, ...]
    disturbances: tuple[Disturbed, ...]
    looks: tuple[EdgeLook, ...]
    timekeeping: Timekeeping
    doubts: tuple[Doubt, ...]
    digest: Digest
    measuring: Measuring
    watched_until: int
    known_at: int | None
    at: int

    @property
    def provider(self) -> str:
        """By the contract that held last."""
        return self.claim.pieces[-1].terms.provider if self.claim.pieces else ""


@dataclass(frozen=True)
class Asked:
    """The month asked about (any day of it), the zone, now, how it is measured, and what is known when."""

    month: date
    zone: tzinfo
    now: int
    measuring: Measuring
    known_at: int | None = None

    @property
    def until(self) -> int:
        """The moment up to which anything can be told."""
        return self.now if self.known_at is None else min(self.now, self.known_at)


@dataclass(frozen=True, slots=True)
class _Held:
    """The contracts of a period: of its last day, of its first for lines that are gone by then (`lines` are there)."""

    last: Contracts
    first: Contracts
    lines: Mapping[str, Line]

    def of(self, line: str) -> Contracts:
        """Those that say which one a line was under."""
        gone = line not in self.lines and self.first.concerning(line)
        return self.first if gone else self.last


def _held(last: Inventory, first: Inventory) -> _Held:
    return _Held(Contracts(last), Contracts(first), last.of("line"))


# What claims of a measuring period rest on.
_Ground: TypeAlias = tuple[Grounds, Windows, _Held, tuple[Disturbed, ...]]


@dataclass
class Claims:
    """Claims of lines for the measuring periods that a month lies in."""

    store: Versions
    asked: Asked
    _grounds: dict[str, _Ground] = field(default_factory=dict)
    _clock: dict[str, Timekeeping] = field(default_factory=dict)
    _of_month: _Held | None = None

    def lines(self, provider: str = "") -> tuple[str, ...]:
        """The lines under a contract (with a provider) in the month."""
        month, held = self._month(), self._held()
        last, first = (lines_in(one, month, self.asked.zone, provider) for one in (held.last, held.first))
        found = (
            line for line in {**last, **first} if line in (last if held.of(line) is held.last else first)
        )
        return tuple(sorted(found))

    def providers(self) -> tuple[str, ...]:
        """The providers of contracts in the month, as they are written."""
        month = self._month()
        pieces = lines_in(self._held().last, month, self.asked.zone).values()
        return tuple(sorted({one.terms.provider for several in pieces for one in several if one.terms}))

    def known_lines(self) -> Mapping[str, Line]:
        """All lines of the month's last day."""
        return self._inventory(self._month()).of("line")

    def inventory(self) -> Inventory:
        """That of the month's last day."""
        return self._inventory(self._month())

    def dossiers(self, lines: Iterable[str], provider: str = "") -> Iterator[Dossier]:
        """One for each line that is under a contract in the month, in order.

        Of a line whose contracts measure by other periods within the month it is for the longest of them.
        """
        month = self._month()
        by_period: dict[Period, list[str]] = defaultdict(list)
        for line in sorted(lines):
            contracts = self._held().of(line)
            held = [one.terms for one in terms_in(contracts, line, month, self.asked.zone) if one.terms]
            if held:
                kind = max((terms.measuring_period for terms in held), key=MONTHS.__getitem__)
                by_period[measuring_period(kind, self.asked.month, self.asked.zone)].append(line)
        for measuring, wanted in by_period.items():
            for first in range(0, len(wanted), AT_ONCE):
                yield from self._some(measuring, wanted[first : first + AT_ONCE], provider)

    def _month(self) -> Period:
        return periods.month(self.asked.month.year, self.asked.month.month, self.asked.zone)

    def _inventory(self, period: Period) -> Inventory:
        last = periods.last_day(period, self.asked.now, self.asked.zone)
        return inventory_at(self.store.engine, last, self.asked.known_at, self.asked.zone)

    def _former(self, period: Period) -> Inventory:
        first = periods.first_day(period, self.asked.zone)
        return inventory_at(self.store.engine, first, self.asked.known_at, self.asked.zone)

    def _held(self) -> _Held:
        if self._of_month is None:
            month = self._month()
            self._of_month = _held(self._inventory(month), self._former(month))
        return self._of_month

    def _of(self, measuring: Period) -> _Ground:
        found = self._grounds.get(measuring.name)
        if found is None:
            base = grounds(self.store, measuring, self.asked.zone, self.asked.now)
            if self.asked.known_at is not None:
                former = base.former and Places(self._former(measuring))
                places = Places(self._inventory(measuring))
                base = replace(base, now=self.asked.until, places=places, former=former)
            shaken = disturbances(self.store.engine, measuring)
            windows = Windows(base, self.asked.known_at)
            held = _held(base.places.inventory, (base.former or base.places).inventory)
            found = base, windows, held, shaken
            self._grounds[measuring.name] = found
        return found

    def _rows(self, base: Grounds, lines: Sequence[str]) -> Mapping[str, list[VerdictRow]]:
        start, end = base.period.start - EDGE, base.until + EDGE
        known = self.asked.known_at
        if known is not None:
            told = {line: rows_known(self.store.versions(line, start, end), known) for line in lines}
            return {line: base.watched(rows) for line, rows in told.items()}
        found: dict[str, list[VerdictRow]] = {line: [] for line in lines}
        for row in self.store.verdicts_of(lines, start, end):
            found[row.subject].append(row)
        return {line: base.watched(rows) for line, rows in found.items()}

    def _some(self, measuring: Period, lines: Sequence[str], provider: str) -> Iterator[Dossier]:
        base, windows, contracts, shaken = self._of(measuring)
        rows = self._rows(base, lines)
        materials = {
            line: self._materials(contracts.of(line), windows, line, rows[line], measuring, provider)
            for line in lines
        }
        reckonings: dict[str, list[Reckoning]] = defaultdict(list)
        for number in range(max(map(len, materials.values()), default=0)):
            these = {line: several[number] for line, several in materials.items() if number < len(several)}
            accounts = {line: base_account(one) for line, one in these.items()}
            told = attributed_outages(self.store, base, these, accounts, self.asked.known_at)
            for line, one in these.items():
                reckonings[line].append(reckoned(one, told[line]))
        said = decisions(
            self.store.engine,
            lines,
            measuring.start,
            max(base.until, measuring.start + 1),
            self.asked.known_at,
        )
        out = taken_out(self.store.engine, lines, measuring.start, self.asked.known_at)
        for line in lines:
            settled = too_recent(measuring.end, self.asked.now) is None
            claim = Claim(line, measuring, base.until, tuple(reckonings[line]), settled)
            own = tuple(one for one in said if one.line == line)
            within = tuple(
                one for one in out[line] if one.start < measuring.end and one.end > measuring.start
            )
            yield self._dossier(base, claim, materials[line], (own, within, shaken), rows[line])

    def _materials(
        self,
        contracts: Contracts,
        windows: Windows,
        line: str,
        rows: Sequence[VerdictRow],
        measuring: Period,
        provider: str,
    ) -> tuple[Material, ...]:
        zone, found = self.asked.zone, []
        for piece in _merged(terms_in(contracts, line, measuring, zone)):
            terms = piece.terms
            if terms is None or (provider and fold(terms.provider) != fold(provider)):
                continue
            # Months beside a quarter or a year are claimed for one by one, and what is longer elsewhere.
            own = measuring_period(terms.measuring_period, self.asked.month, zone)
            start, end = max(piece.start, own.start), min(piece.end, own.end)
            if start >= end or not measuring.start <= own.start < own.end <= measuring.end:
                continue
            period, days = Period(start, end, own.name), _days(own.start, own.end, zone)
            timely, late = windows.of(line, terms, period)
            found.append(
                Material(
                    line, terms, period, windows.base.now, rows, timely, late,
                    Fraction(_days(start, end, zone), days), MONTHS[terms.measuring_period], days,
                )
            )  # fmt: skip
        return tuple(found)

    def _dossier(
        self,
        base: Grounds,
        claim: Claim,
        materials: tuple[Material, ...],
        said: tuple[tuple[Decision, ...], tuple[TakenOut, ...], tuple[Disturbed, ...]],
        rows: Sequence[VerdictRow],
    ) -> Dossier:
        line, places = claim.line, base.at(claim.line)
        site = places.site(line)
        clock = self._timekeeping(claim.measuring)
        outages = [one for piece in claim.pieces for one in piece.outages]
        held = {
            **places.inventory.versions.get("line_contract", {}),
            **base.places.inventory.versions.get("line_contract", {}),
        }
        ids = dict.fromkeys(piece.terms.contract for piece in claim.pieces)
        return Dossier(
            id=line,
            line=places.inventory.of("line").get(line),
            name=places.name(line),
            site=site,
            site_name=places.name(site),
            agencies=tuple(places.name(unit) for unit in places.agencies(site)),
            contracts=tuple(_version(held, id_) for id_ in ids),
            claim=claim,
            materials=materials,
            qualities=tuple(self._quality(line, piece) for piece in claim.pieces),
            decisions=said[0],
            taken_out=said[1],
            disturbances=said[2],
            looks=tuple(edge_looks(self.store.engine, outages, self.asked.until)),
            timekeeping=clock,
            doubts=tuple(doubts(self.store.engine, clock, outages, self.asked.now, self.asked.zone)),
            digest=digest(rows, claim.measuring),
            measuring=self.asked.measuring,
            watched_until=base.watched_until or 0,
            known_at=self.asked.known_at,
            at=self.asked.now,
        )

    def _timekeeping(self, period: Period) -> Timekeeping:
        asked, found = self.asked, self._clock.get(period.name)
        if found is None:
            end = max(period.start, min(period.end, asked.until))
            found = timekeeping(self.store.engine, period.start, end, asked.now, asked.zone)
            self._clock[period.name] = found
        return found

    def _quality(self, line: str, piece: Reckoning) -> tuple[Quality, ...]:
        """Round trip, loss and jitter of what is kept of the piece."""
        beside = [(one.start, one.end) for one in piece.cuts]
        beside += [_doubtful(one, piece.account.until) for one in piece.outages]
        terms, start = piece.terms, piece.period.start
        limits = {
            Metric.RTT: (RTT, terms.rtt),
            Metric.LOSS: (LOSS, terms.loss),
            Metric.JITTER: (JITTER, terms.jitter),
        }
        found = []
        for metric, (series, limit) in limits.items():
            until = max(start, piece.account.until)
            told = curves(self.store.engine, line, series, start, until, self.asked.zone)
            found.append(quality(metric, limit, told.start, told.values[series], beside))
        return tuple(found)


def _doubtful(one: AttributedOutage, until: int) -> tuple[int, int]:
    last = one.outage.latest_end
    return one.outage.earliest_start, until if last is None else last


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Pieces, those side by side that agree the same as one under the newer version."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.terms and piece.terms and same_terms(last.terms, piece.terms):
            last = Piece(last.start, piece.end, piece.terms)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _days(start: int, end: int, zone: tzinfo) -> int:
    """The local days of a stretch that begins and ends with one."""
    return len(
        days_between(
            periods.first_day(Period(start, end, ""), zone),
            periods.last_day(Period(start, end, ""), end, zone),
        )
    )


def _version(held: Mapping[str, Sequence[LineContract]], id_: str) -> LineContract:
    return held[id_][-1]

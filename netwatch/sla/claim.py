"""What may be claimed of a provider for a line: the down time that is certain and the provider's, nothing else. Pure.

Beside the contract's own figure (availability by the terms, as measured) stands what cannot be refuted: of the outages
put down to the provider only the time between the first look and the last that saw the line down, as a share of all
time that counts whoever the other outages are put down to. So a decision in our own favour never makes a claim grow,
and one against us never does.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import partial
from itertools import accumulate
from types import MappingProxyType

from netwatch.availability.arithmetic import (
    SITE_SERVICE,
    account,
    disjoint,
    excluded_by,
    measured,
)
from netwatch.availability.contract import NOT_WATCHED, Account, Class, Exclusion, Period, Table
from netwatch.availability.outages import NEVER, Stretch, runs
from netwatch.availability.shares import thousandths
from netwatch.sla.contract import AttributedOutage, CreditUnit, Part, Party, Step, Terms
from netwatch.sla.terms import credit
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind


class Why(StrEnum):
    """Why time of an outage is not claimed."""

    OWN_POWER = "own_power"
    OWN_EQUIPMENT = "own_equipment"
    MAINTENANCE = "maintenance"
    MAINTENANCE_LATE = "maintenance_late"
    FORCE_MAJEURE = "force_majeure"
    UNDECIDED = "undecided"
    EXCLUDED = "excluded"
    TOO_SHORT = "too_short"
    EDGE = "edge"


class Standing(StrEnum):
    """What comes of a claim: the period goes on; nothing is agreed; kept; missed without a step; something is owed."""

    NOT_OVER = "not_over"
    NO_TARGET = "no_target"
    KEPT = "kept"
    MISSED = "missed"
    OWED = "owed"


_WHY: Mapping[Party, Why] = MappingProxyType(
    {
        Party.OWN_POWER: Why.OWN_POWER,
        Party.OWN_EQUIPMENT: Why.OWN_EQUIPMENT,
        Party.MAINTENANCE: Why.MAINTENANCE,
        Party.FORCE_MAJEURE: Why.FORCE_MAJEURE,
        Party.UNKNOWN: Why.UNDECIDED,
    }
)


@dataclass(frozen=True, slots=True)
class Material:
    """What a claim is made of, for a stretch of time in which one version of a contract holds.

    `portion` is how much of the measuring period it is, `months` how many months that has and `days` how many days.
    `rows` may reach beyond it on both sides. `timely` is maintenance that was announced as the contract asks, `late`
    what was not.
    """

    line: str
    terms: Terms
    period: Period
    now: int
    rows: Sequence[VerdictRow]
    timely: Sequence[Exclusion] = ()
    late: Sequence[Exclusion] = ()
    portion: Fraction = Fraction(1)
    months: int = 1
    days: int = 30


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A party's part of an outage within the period: what of its `counted` time is claimed, and what is not, why.

    `outage` is the place of the outage in the reckoning's. `end` None: still down.
    """

    outage: int
    start: int
    end: int | None
    part: Part
    counted: int
    claimed: int
    unclaimed: Mapping[Why, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """Time within the period of which nothing is known; `length` of it counts."""

    start: int
    end: int
    reason: str
    length: int


@dataclass(frozen=True, slots=True)
class Restoration:
    """How long the provider's part of an outage lasted: as measured, surely, at most (None: nobody knows).

    `late` is None where the truth may lie on either side of what is agreed, or nothing is.
    """

    measured: int
    surely: int
    at_most: int | None
    late: bool | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed at an availability (thousandths of a percent): the step reached, and VND; None: no fee is known."""

    availability: int | None
    step: Step | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Contract and claim of a stretch of time under one version of a contract.

    `account` is the contract's figure as measured, `cuts` the maintenance in it. `claimed` is certain down time of the
    provider, out of `countable`. `sure` is what is owed by that, `told` what would be by the measured figure.
    """

    terms: Terms
    period: Period
    account: Account
    outages: Sequence[AttributedOutage]
    restorations: Sequence[Restoration | None]
    rows: tuple[ClaimRow, ...]
    gaps: tuple[Gap, ...]
    cuts: tuple[Exclusion, ...]
    late: tuple[Exclusion, ...]
    claimed: int
    countable: int
    sure: Owed
    told: Owed

    @property
    def unclaimed(self) -> Mapping[Why, int]:
        """Time of outages that is not claimed, by why; only what there is."""
        found = {why: sum(row.unclaimed.get(why, 0) for row in self.rows) for why in Why}
        return {why: length for why, length in found.items() if length}

    @property
    def standing(self) -> Standing:
        """What comes of it, once the measuring period is over."""
        if self.terms.target is None and not self.terms.steps:
            return Standing.NO_TARGET
        if self.sure.step is not None:
            return Standing.OWED
        target, shown = self.terms.target, self.sure.availability
        return (
            Standing.MISSED if target is not None and shown is not None and shown < target else Standing.KEPT
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A line's claim for a measuring period, piece by piece where its contract changed; `over`: it may be made.

    `settled`: nothing of the period can be told anew any more by what is being looked at.
    """

    line: str
    measuring: Period
    until: int
    pieces: tuple[Reckoning, ...]
    settled: bool = True

    @property
    def over(self) -> bool:
        """Whether the measuring period has passed for good."""
        return self.settled and self.until >= self.measuring.end

    @property
    def standing(self) -> Standing:
        """The gravest of the pieces'."""
        if not self.over:
            return Standing.NOT_OVER
        order = tuple(Standing)
        return max((one.standing for one in self.pieces), key=order.index, default=Standing.NO_TARGET)

    @property
    def amount(self) -> int | None:
        """VND owed for all pieces; 0 while the period goes on; None where a fee is not known."""
        owed = [one.sure.amount for one in self.pieces if one.sure.step] if self.over else []
        return None if None in owed else sum(amount or 0 for amount in owed)

    @property
    def claimed(self) -> int:
        """Certain down time of the provider, µs."""
        return sum(one.claimed for one in self.pieces)


def by_terms(terms: Terms) -> Table:
    """What verdicts count as under a contract: whatever failed is down, and parties decide what comes of it."""
    if not terms.degraded_down:
        return SITE_SERVICE
    return Table(MappingProxyType({**SITE_SERVICE.classes, Kind.DEGRADED: Class.DOWN}))


def base_account(material: Material) -> Account:
    """The account before anything is put down to anybody: its outages, short ones too, are what is attributed."""
    table = by_terms(material.terms)
    return account(material.rows, material.timely, material.period, material.now, table)


def reckoned(material: Material, outages: Sequence[AttributedOutage]) -> Reckoning:
    """The reckoning; `outages` are those of `base_account`, each put down to somebody."""
    terms, period, base = material.terms, material.period, base_account(material)
    final = _contractual(material, outages)
    cuts = disjoint([*material.timely, *excluded_by(material.rows)], period.start, base.until)
    rows = tuple(_rows(material, outages, cuts, base.until))
    claimed = sum(row.claimed for row in rows)
    return Reckoning(
        terms=terms,
        period=period,
        account=final,
        outages=outages,
        restorations=[restoration(one, terms, material.now) for one in outages],
        rows=rows,
        gaps=tuple(_gaps(material, cuts, base.until)),
        cuts=tuple(cuts),
        late=tuple(disjoint(material.late, period.start, base.until)),
        claimed=claimed,
        countable=base.countable,
        sure=_owed(_rounded_up(base.countable - claimed, base.countable), material),
        told=_owed(thousandths(final.up, final.up + final.down), material),
    )


def _contractual(material: Material, outages: Sequence[AttributedOutage]) -> Account:
    """The contract's account as measured: without what it leaves out, and without what is unreachable for an unknown
    cause, which is unknown."""
    terms, period, now = material.terms, material.period, material.now
    left_out = [*material.timely, *_left_out(outages, terms)]
    final = account(material.rows, left_out, period, now, by_terms(terms), terms.minimum_outage)
    bounds = _bounding(material, outages)
    cuts = disjoint([*left_out, *excluded_by(material.rows)], period.start, final.until)
    measure = partial(measured, cuts=cuts, span=(period.start, final.until))
    spent = Counter(final.by_reason)
    moved = 0
    for outage, stretch, reason in _undecided(material.rows, outages):
        first, last = outage.outage.start, outage.outage.end
        if min(NEVER if last is None else last, now) - first >= terms.minimum_outage:
            length = measure([stretch])
            spent[Class.DOWN, reason] -= length
            spent[Class.UNKNOWN, reason] += length
            moved += length
    sure = measure(_perhaps_undecided(material, outages))
    return replace(
        final,
        down=final.down - moved,
        unknown=final.unknown + moved,
        by_reason=MappingProxyType({key: length for key, length in spent.items() if length}),
        high=bounds.high + sure,
        countable=bounds.countable,
    )


def _bounding(material: Material, outages: Sequence[AttributedOutage]) -> Account:
    """The account whose bounds are the contract's: around what is left out, too, only the time between the looks that
    saw the line down is certainly left out."""
    terms, period, now = material.terms, material.period, material.now
    sure = [*material.timely]
    for outage in outages:
        certain = _certain(outage, now)
        for one in _left_out([outage], terms):
            start, end = _common((one.start, one.end), certain)
            sure.append(replace(one, start=start, end=end))
    return account(material.rows, sure, period, now, by_terms(terms), terms.minimum_outage)


def _undecided(
    rows: Sequence[VerdictRow], outages: Sequence[AttributedOutage], *, doubt: bool = False
) -> Iterator[tuple[AttributedOutage, Stretch, str]]:
    """The time of outages in which something upstream failed and nobody knows whose it is, with its reason.

    With `doubt` from when on it may have been so: stretches may overlap then.
    """
    upstream = [row for row in rows if row.superseded_by is None and row.verdict.kind is Kind.UNREACHABLE]
    upstream.sort(key=lambda row: row.start)
    ends = [NEVER if row.end is None else row.end for row in upstream]
    starts = [min(row.contrary, row.start) if doubt else row.start for row in upstream]
    # From each on the first of those to come; where there is no doubt they are in order.
    first = list(accumulate(reversed(starts), min))[::-1]
    for outage in outages:
        for part in outage.parts:
            if part.attribution.party is not Party.UNKNOWN:
                continue
            within = (part.start, NEVER if part.end is None else part.end)
            # Current rows do not overlap: their ends are in order too.
            for place in range(bisect_right(ends, within[0]), len(upstream)):
                if first[place] >= within[1]:
                    break
                stretch = _common(within, (starts[place], ends[place]))
                if stretch[0] < stretch[1]:
                    yield outage, stretch, upstream[place].verdict.reason


def _perhaps_undecided(material: Material, outages: Sequence[AttributedOutage]) -> list[Stretch]:
    """Of the time that certainly was down what nobody may know whose it is, each moment once."""
    found: list[Stretch] = []
    told = _undecided(material.rows, outages, doubt=True)
    for outage, stretch, _ in sorted(told, key=lambda each: each[1]):
        certain = _certain(outage, material.now)
        start, end = _common(stretch, certain)
        start = max(start, found[-1][1]) if found else start
        if certain[1] - certain[0] >= material.terms.minimum_outage and start < end:
            found.append((start, end))
    return found


def _rounded_up(part: int, whole: int) -> int | None:
    found = thousandths(-part, whole)
    return None if found is None else -found


def _left_out(outages: Sequence[AttributedOutage], terms: Terms) -> Iterator[Exclusion]:
    """Parts that the contract leaves out; maintenance that was not announced in time only if a person says so."""
    for outage in outages:
        for part in outage.parts:
            said = part.attribution
            decided = said.party is not Party.MAINTENANCE or said.decision is not None
            if said.party in terms.excluded and decided:
                by = said.decision.author if said.decision else ""
                yield Exclusion(part.start, NEVER if part.end is None else part.end, said.party, by)


def _rows(
    material: Material, outages: Sequence[AttributedOutage], cuts: Sequence[Exclusion], until: int
) -> Iterator[ClaimRow]:
    span = (material.period.start, until)
    measure = partial(measured, cuts=cuts, span=span)
    for place, outage in enumerate(outages):
        certain = _certain(outage, material.now)
        long = certain[1] - certain[0] >= material.terms.minimum_outage
        for part in outage.parts:
            within = (part.start, NEVER if part.end is None else part.end)
            whole = measured([within], (), span)
            if not whole:
                continue
            counted = measure([within])
            unclaimed = {Why.EXCLUDED: whole - counted}
            claimed = 0
            if part.attribution.party is not Party.PROVIDER:
                unclaimed[_why(part, material.late)] = counted
            elif not long:
                unclaimed[Why.TOO_SHORT] = counted
            else:
                claimed = measure([_common(within, certain)])
                unclaimed[Why.EDGE] = counted - claimed
            told = {why: length for why, length in unclaimed.items() if length}
            end = None if part.end is None and until == material.now else min(within[1], until)
            start = max(part.start, span[0])
            yield ClaimRow(place, start, end, part, whole, claimed, MappingProxyType(told))


def _certain(outage: AttributedOutage, now: int) -> Stretch:
    """From the first look that saw it down to the last."""
    last = outage.outage.earliest_end
    return outage.outage.start, max(outage.outage.start, now if last is None else min(last, now))


def _common(one: Stretch, other: Stretch) -> Stretch:
    start = max(one[0], other[0])
    return start, max(start, min(one[1], other[1]))


def _why(part: Part, late: Sequence[Exclusion]) -> Why:
    said = part.attribution
    if said.party is Party.MAINTENANCE and said.decision is None:
        end = NEVER if part.end is None else part.end
        if any(one.start < end and part.start < one.end for one in late):
            return Why.MAINTENANCE_LATE
    return _WHY[said.party]


def restoration(outage: AttributedOutage, terms: Terms, now: int) -> Restoration | None:
    """How long the provider took over an outage: its parts of it, beyond the period too; None where there are none."""
    own = [
        (part.start, now if part.end is None else part.end)
        for part in outage.parts
        if part.attribution.party is Party.PROVIDER
    ]
    if not own:
        return None
    length = sum(end - start for start, end in own)
    certain = _certain(outage, now)
    surely = sum(end - start for start, end in (_common(one, certain) for one in own))
    edges = (own[0][0] == outage.outage.start, outage.parts[-1].attribution.party is Party.PROVIDER)
    at_most = _at_most(outage, length, edges)
    agreed = terms.restoration
    late = None
    if agreed is not None:
        late = True if surely > agreed else False if at_most is not None and at_most <= agreed else None
    return Restoration(length, surely, at_most, late)


def _at_most(outage: AttributedOutage, length: int, edges: tuple[bool, bool]) -> int | None:
    """A length with the doubt at the edges that belong to it."""
    told = outage.outage
    if outage.perhaps_longer or (edges[1] and (told.end is None or told.latest_end is None)):
        return None
    before = told.start - told.earliest_start if edges[0] else 0
    after = (told.latest_end or 0) - (told.end or 0) if edges[1] else 0
    return length + before + after


def _gaps(material: Material, cuts: Sequence[Exclusion], until: int) -> Iterator[Gap]:
    """The unknown time of the period, in order."""
    start, parts = material.period.start, runs(material.rows, by_terms(material.terms))
    stretches = [
        (begin, NEVER if end is None else end, reason)
        for run in parts
        if run.class_ is Class.UNKNOWN
        for begin, end, _, reason in run.pieces()
    ]
    first = parts[0].start if parts else NEVER
    if first > start:
        stretches.insert(0, (start, first, NOT_WATCHED))
    for begin, end, reason in stretches:
        low, high = max(begin, start), min(end, until)
        if length := measured([(low, high)], cuts, (start, until)):
            yield Gap(low, high, reason, length)


def _owed(availability: int | None, material: Material) -> Owed:
    step = None if availability is None else credit(material.terms, availability)
    return Owed(availability, step, None if step is None else amount(step, material))


def amount(step: Step, material: Material) -> int | None:
    """A credit in whole VND, cut off; None without a fee.

    Percent are of a month's fee. A day of service costs the fee of the measuring period's months by its days. Where the
    contract held for a part of the measuring period, that part of it is owed.
    """
    fee = material.terms.fee
    if fee is None:
        return None
    owed = Fraction(str(step.credit)) * fee * material.portion
    if material.terms.credit_unit is CreditUnit.DAYS:
        return int(owed * material.months / material.days)
    return int(owed / 100)


def same_terms(one: Terms, other: Terms) -> bool:
    """Whether two versions of a contract agree the same, whenever they hold."""
    return replace(one, valid_from=other.valid_from, valid_to=other.valid_to) == other

"""What may be claimed, against a model that looks at one second after the other, and what decisions do to it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability.contract import Class, Exclusion, Period
from netwatch.incidents.contract import Confidence
from netwatch.sla.attribution import attributed
from netwatch.sla.claim import (
    Claim,
    Material,
    Reckoning,
    Standing,
    Why,
    amount,
    base_account,
    by_terms,
    reckoned,
    same_terms,
)
from netwatch.sla.contract import (
    WHOLE,
    AttributedOutage,
    Attribution,
    CreditUnit,
    Decision,
    MeasuringPeriod,
    Part,
    Party,
    Step,
    Terms,
)
from netwatch.sla.digest import digest
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

END = 60
STEPS = (Step(99_500, 5.0), Step(95_000, 20.0), Step(50_000, 100.0))
TERMS = Terms(
    contract="HD-01",
    number="01/2026",
    provider="VNPT",
    valid_from=date(2026, 1, 1),
    valid_to=None,
    measuring_period=MeasuringPeriod.MONTH,
    target=99_500,
    restoration=10,
    rtt=0.05,
    loss=0.01,
    jitter=None,
    minimum_outage=0,
    degraded_down=False,
    excluded=frozenset({Party.MAINTENANCE, Party.OWN_POWER, Party.OWN_EQUIPMENT, Party.FORCE_MAJEURE}),
    notice=0,
    steps=STEPS,
    credit_unit=CreditUnit.PERCENT,
    fee=3_000_001,
)


def row(kind: Kind, start: int, end: int | None, doubt: int = 0, excluded: str = "") -> VerdictRow:
    """A row of the line, in whole seconds that are small numbers."""
    verdict = Verdict(kind, f"why_{kind}", excluded=excluded)
    return VerdictRow(0, "L", verdict, start, end, start - doubt, 1, start)


@dataclass(frozen=True)
class Case:
    """What is measured, and what persons said of it."""

    material: Material
    decisions: tuple[Decision, ...]

    def outages(self) -> tuple[AttributedOutage, ...]:
        found = base_account(self.material).outages
        return attributed("L", found, (), self.material.late, self.decisions, (), lambda _: "")

    def reckoning(self) -> Reckoning:
        return reckoned(self.material, self.outages())


@st.composite
def materials(draw: st.DrawFn) -> Material:
    """Rows one after the other with doubt at their edges, windows, and a contract."""
    rows: list[VerdictRow] = []
    at = draw(st.integers(0, 6))
    for _ in range(draw(st.sampled_from((0, 3, 6, 8)))):
        at += draw(st.sampled_from((0, 0, 0, 2)))
        end = at + draw(st.integers(1, 14))
        kind = draw(
            st.sampled_from((Kind.UP, Kind.DOWN, Kind.DOWN, Kind.UNREACHABLE, Kind.DEGRADED, Kind.UNKNOWN))
        )
        excluded = draw(st.sampled_from(("", "", "", "maintenance: x")))
        rows.append(row(kind, at, end, draw(st.integers(0, 4)), excluded))
        at = end
    goes_on = draw(st.booleans())
    if rows and goes_on:
        rows[-1] = replace(rows[-1], end=None)
    spans = st.tuples(st.integers(0, END), st.integers(1, 12))
    windows = [Exclusion(at, at + length, "work") for at, length in draw(st.lists(spans, max_size=3))]
    cut = draw(st.integers(0, len(windows)))
    start = draw(st.integers(0, 12))
    terms = replace(
        TERMS,
        minimum_outage=draw(st.sampled_from((0, 0, 5))),
        degraded_down=draw(st.booleans()),
        excluded=draw(st.frozensets(st.sampled_from(sorted(TERMS.excluded)))),
    )
    now = draw(st.sampled_from((20, END, END + 30)))
    period = Period(start, draw(st.sampled_from((start + 10, END))), "m")
    return Material("L", terms, period, now, rows, tuple(windows[:cut]), tuple(windows[cut:]))


@st.composite
def decisions(draw: st.DrawFn, parties: tuple[Party, ...] = tuple(Party)) -> tuple[Decision, ...]:
    """Words of persons on stretches of time."""
    spans = draw(
        st.lists(st.tuples(st.integers(0, END), st.integers(1, 30), st.sampled_from(parties)), max_size=5)
    )
    return tuple(
        Decision(number, "L", at, at + length, party, "so", "an", 1)
        for number, (at, length, party) in enumerate(spans, start=1)
    )


CASES = st.builds(Case, materials(), decisions())


def attributed_at(outages: tuple[AttributedOutage, ...], at: int) -> Attribution | None:
    """To whom a second is put down that is down, None that it is not."""
    for outage in outages:
        for part in outage.parts:
            if part.start <= at and (part.end is None or at < part.end):
                return part.attribution
    return None


def party_at(case: Case, at: int) -> Party | None:
    """Whose a second is that is down, None that it is not."""
    said = attributed_at(case.outages(), at)
    return said.party if said else None


def left_out(said: Attribution, terms: Terms) -> bool:
    """Whether a contract leaves it out; maintenance only where a person says that it was."""
    return said.party in terms.excluded and (said.party is not Party.MAINTENANCE or said.decision is not None)


@given(CASES)
def test_every_second_of_an_outage_is_claimed_or_not_for_one_reason(case: Case) -> None:
    """What is claimed and what is not add up to the seconds that were down, party by party."""
    found, material = case.reckoning(), case.material
    seconds = range(material.period.start, max(material.period.start, min(material.period.end, material.now)))
    down = Counter(party for at in seconds if (party := party_at(case, at)))
    told: Counter[Party] = Counter()
    for one in found.rows:
        assert one.claimed >= 0
        assert min(one.unclaimed.values(), default=1) > 0
        assert one.claimed + sum(one.unclaimed.values()) == one.counted
        told[one.part.attribution.party] += one.counted
    assert +told == down
    assert found.claimed == sum(one.claimed for one in found.rows) <= down[Party.PROVIDER]


def counted_as(case: Case, outages: tuple[AttributedOutage, ...], at: int) -> Class:
    """What a second counts as under the contract, by the words of the documentation."""
    material, terms = case.material, case.material.terms
    row = next((r for r in material.rows if r.start <= at and (r.end is None or at < r.end)), None)
    windows = any(one.start <= at < one.end for one in material.timely)
    if windows or (row and row.verdict.excluded):
        return Class.EXCLUDED
    outage = next(
        (o for o in outages if o.outage.start <= at and (o.outage.end is None or at < o.outage.end)), None
    )
    if row is None or outage is None:
        return Class.UNKNOWN if row is None or row.verdict.kind is Kind.UNKNOWN else Class.UP
    said = next(p.attribution for p in outage.parts if p.start <= at and (p.end is None or at < p.end))
    if left_out(said, terms):
        return Class.EXCLUDED
    end = material.now if outage.outage.end is None else min(outage.outage.end, material.now)
    if end - outage.outage.start < terms.minimum_outage:
        return Class.UP
    nobody = row.verdict.kind is Kind.UNREACHABLE and said.party is Party.UNKNOWN
    return Class.UNKNOWN if nobody else Class.DOWN


@given(CASES)
def test_the_contracts_figure_is_what_counting_seconds_gives(case: Case) -> None:
    """One second after the other."""
    account, outages = case.reckoning().account, case.outages()
    spent = Counter(counted_as(case, outages, at) for at in range(case.material.period.start, account.until))
    assert {class_: account.of(class_) for class_ in Class} == {class_: spent[class_] for class_ in Class}


@given(CASES)
def test_the_contracts_classes_add_up(case: Case) -> None:
    """To all that has passed; bounds stay bounds; gaps are what is unknown for lack of looks."""
    material, account = case.material, case.reckoning().account
    assert sum(account.of(class_) for class_ in Class) == account.until - material.period.start
    assert sum(account.by_reason.values()) == account.until - material.period.start
    assert min(account.of(class_) for class_ in Class) >= 0
    assert account.low <= account.high <= account.countable
    assert sum(gap.length for gap in case.reckoning().gaps) == base_account(material).unknown


def possible(case: Case, draw: Callable[..., Any]) -> list[Class]:
    """What each second may really have been: every change anywhere between its looks, unknown time anything."""
    material, outages = case.material, case.outages()
    rows, anything, moments = material.rows, draw(st.integers(0, 2**END - 1)), list[int]()
    for place, one in enumerate(rows):
        gap = place and rows[place - 1].end != one.start
        least = min(
            max([one.contrary, *moments[-1:], *([rows[place - 1].end or 0] if gap else [])]), one.start
        )
        moments.append(draw(st.integers(least, one.start)))
    found = []
    for at in range(
        material.period.start, max(material.period.start, min(material.period.end, material.now))
    ):
        place = max((place for place, moment in enumerate(moments) if moment <= at), default=-1)
        told = rows[place] if place >= 0 else None
        seen = next((row for row in rows if row.start <= at and (row.end is None or at < row.end)), None)
        counts = by_terms(material.terms).counts_as(told.verdict) if told and seen else Class.UNKNOWN
        if any(cut.start <= at < cut.end for cut in material.timely) or (seen and seen.verdict.excluded):
            found.append(Class.EXCLUDED)
            continue
        # Down before its first look: whose it is is that of the outage which begins then.
        said = attributed_at(outages, at)
        if said is None and counts is Class.DOWN:
            said = next((o.parts[0].attribution for o in outages if o.outage.start > at), None)
        undecided = said and said.party is Party.UNKNOWN and told and told.verdict.kind is Kind.UNREACHABLE
        if counts is Class.DOWN and said and left_out(said, material.terms):
            counts = Class.EXCLUDED
        elif counts is Class.UNKNOWN or (counts is Class.DOWN and undecided):
            counts = Class.DOWN if anything >> (at % END) & 1 else Class.UP
        found.append(counts)
    return found


@given(CASES, st.data())
def test_bounds_of_the_contracts_figure_hold_whatever_really_happened(
    case: Case, data: st.DataObject
) -> None:
    """Also around outages that the contract leaves out: nobody knows to the second how long those were either."""
    case = replace(
        case, material=replace(case.material, terms=replace(case.material.terms, minimum_outage=0))
    )
    account, real = case.reckoning().account, Counter(possible(case, data.draw))
    if real[Class.UP] + real[Class.DOWN]:
        share = Fraction(real[Class.UP], real[Class.UP] + real[Class.DOWN])
        assert account.low <= share * account.countable <= account.high
    if account.availability is not None:
        assert (account.lowest or 0) <= account.availability <= (account.highest or 0)


def test_what_is_left_out_is_no_more_certain_than_what_is_claimed() -> None:
    """Our own power was surely off for eight seconds of fifty: forty-two of them may have been up, or ours."""
    rows = (row(Kind.UP, 0, 10), row(Kind.DOWN, 10, 20), row(Kind.UP, 20, 40), row(Kind.DOWN, 40, 90))
    material = Material("L", TERMS, Period(0, 100, "m"), 200, (*rows, row(Kind.UP, 90, 200, 42)))
    words = (
        Decision(1, "L", 0, 30, Party.PROVIDER, "", "an", 1),
        Decision(2, "L", 30, 100, Party.OWN_POWER, "", "an", 1),
    )
    account = Case(material, words).reckoning().account
    assert (account.up, account.down, account.excluded) == (40, 10, 50)
    assert (account.low, account.high, account.countable) == (40, 82, 92)


@given(CASES)
def test_what_is_claimed_was_certainly_down_and_the_providers(case: Case) -> None:
    """Second by second: seen down before and after, nobody else's, in no window, in an outage long enough."""
    material = case.material
    until = min(material.period.end, material.now)
    cuts = [
        *material.timely,
        *(Exclusion(r.start, r.end or 999, "") for r in material.rows if r.verdict.excluded),
    ]
    claimed = 0
    for outage in case.outages():
        one = outage.outage
        last = material.now if one.earliest_end is None else min(one.earliest_end, material.now)
        long = last - one.start >= material.terms.minimum_outage
        for at in range(max(one.start, material.period.start), min(last, until)):
            free = not any(cut.start <= at < cut.end for cut in cuts)
            claimed += long and free and party_at(case, at) is Party.PROVIDER
    assert case.reckoning().claimed == claimed


@given(CASES, decisions((Party.OWN_POWER, Party.OWN_EQUIPMENT, Party.MAINTENANCE, Party.UNKNOWN)))
def test_a_decision_for_somebody_else_never_raises_a_claim(case: Case, more: tuple[Decision, ...]) -> None:
    """Neither its seconds nor what is owed: what is divided by does not shrink with it."""
    later = tuple(replace(one, event=one.event + 100) for one in more)
    before, after = case.reckoning(), replace(case, decisions=(*case.decisions, *later)).reckoning()
    assert after.claimed <= before.claimed
    assert after.countable == before.countable
    if before.sure.availability is not None and after.sure.availability is not None:
        assert after.sure.availability >= before.sure.availability
    assert (after.sure.amount or 0) <= (before.sure.amount or 0)


@given(CASES)
def test_what_cannot_be_refuted_is_never_below_what_is_certain(case: Case) -> None:
    """It lies at the upper bound or above it where others' outages count too."""
    found = case.reckoning()
    if not found.countable:
        assert found.sure.availability is None
        return
    assert found.sure.availability == -((found.claimed - found.countable) * WHOLE // found.countable)
    every = replace(case, decisions=(Decision(99, "L", 0, 999, Party.PROVIDER, "", "an", 1),)).reckoning()
    assert every.claimed == every.countable - every.account.high


def case(*rows: VerdictRow, party: Party = Party.PROVIDER, **terms: object) -> Reckoning:
    """A month of a hundred seconds, of which every outage is a party's."""
    agreed = replace(TERMS, **terms)  # type: ignore[arg-type]
    material = Material("L", agreed, Period(0, 100, "2026-10"), 200, rows)
    said = Attribution(party, Confidence.CONFIRMED)
    outages = [
        AttributedOutage("L", one, (Part(one.start, one.end, said),), ())
        for one in base_account(material).outages
    ]
    return reckoned(material, outages)


DAY = (row(Kind.UP, 0, 40), row(Kind.DOWN, 40, 50, 2), row(Kind.UP, 50, 200, 3))


def test_the_edges_are_not_claimed() -> None:
    """Down from the first look that showed it to the last one; measured are three seconds more."""
    found = case(*DAY)
    assert (found.claimed, found.rows[0].unclaimed) == (7, {Why.EDGE: 3})
    assert (found.sure.availability, found.told.availability) == (93_000, 90_000)
    assert (found.sure.step, found.sure.amount) == (STEPS[1], 600_000)
    assert found.standing is Standing.OWED


@pytest.mark.parametrize(
    ("party", "why"),
    [
        (Party.OWN_POWER, Why.OWN_POWER),
        (Party.OWN_EQUIPMENT, Why.OWN_EQUIPMENT),
        (Party.FORCE_MAJEURE, Why.FORCE_MAJEURE),
        (Party.MAINTENANCE, Why.MAINTENANCE),
        (Party.UNKNOWN, Why.UNDECIDED),
    ],
)
def test_nobody_elses_outage_is_claimed(party: Party, why: Why) -> None:
    """It is told why, and the contract is kept as far as anybody can show."""
    found = case(*DAY, party=party)
    assert (found.claimed, found.unclaimed, found.standing) == (0, {why: 10}, Standing.KEPT)


def test_short_outages_and_slow_restoration() -> None:
    """An outage that may have been long enough is not claimed unless it surely was; the same holds for its length."""
    assert case(*DAY, minimum_outage=8).unclaimed == {Why.TOO_SHORT: 10}
    restorations = [case(*DAY, restoration=agreed).restorations[0] for agreed in (6, 9, 12, None)]
    assert [one and one.late for one in restorations] == [True, None, False, None]
    assert restorations[0] is not None
    assert (restorations[0].surely, restorations[0].measured, restorations[0].at_most) == (7, 10, 12)


def test_amounts_are_whole_and_cut_off() -> None:
    """Percent of a month's fee, or days of service; a part of it where the contract held for a part."""
    material = Material("L", TERMS, Period(0, 100, "m"), 200, ())
    assert amount(Step(1, 2.5), material) == 75_000
    assert amount(Step(1, 5.0), replace(material, portion=Fraction(1, 31))) == 4_838
    days = replace(material, terms=replace(TERMS, credit_unit=CreditUnit.DAYS), months=3, days=92)
    assert amount(Step(1, 2.0), days) == 195_652
    assert amount(Step(1, 2.0), replace(material, terms=replace(TERMS, fee=None))) is None


@given(st.integers(0, 100), st.integers(0, 100))
def test_less_certain_down_time_never_owes_more(one: int, other: int) -> None:
    """Credits follow the steps, and steps fall."""
    shorter, longer = sorted((one, other))
    owed = [
        case(row(Kind.DOWN, 0, length), row(Kind.UP, length, 200)).sure.amount or 0 if length else 0
        for length in (shorter, longer)
    ]
    assert owed[0] <= owed[1]


def test_a_period_that_goes_on_claims_nothing() -> None:
    """Nor one that may be told anew, nor one without a target; what is missed without a step is told."""
    found = case(*DAY)
    measuring = Period(0, 100, "2026-10")
    assert Claim("L", measuring, 100, (found,)).amount == 600_000
    going_on = Claim("L", measuring, 90, (found,))
    assert (going_on.standing, going_on.amount) == (Standing.NOT_OVER, 0)
    may_be_told_anew = Claim("L", measuring, 100, (found,), settled=False)
    assert (may_be_told_anew.standing, may_be_told_anew.amount) == (Standing.NOT_OVER, 0)
    assert case(*DAY, steps=()).standing is Standing.MISSED
    assert case(*DAY, steps=(), target=None).standing is Standing.NO_TARGET
    assert Claim("L", measuring, 100, (case(*DAY, fee=None),)).amount is None


def test_versions_that_agree_the_same_are_the_same() -> None:
    """Whenever they hold."""
    assert same_terms(TERMS, replace(TERMS, valid_from=date(2026, 10, 9)))
    assert not same_terms(TERMS, replace(TERMS, fee=1))


def test_the_digest_is_of_what_figures_rest_on() -> None:
    """Rows of other times and superseded ones are no part of it; a row that ends later does not change it."""
    period = Period(0, 100, "m")
    found = digest(DAY, period)
    assert found.rows == 3
    assert digest([*DAY, row(Kind.UP, 200, None), replace(DAY[0], superseded_by=7)], period) == found
    assert digest([*DAY[:2], replace(DAY[2], end=300)], period) == found
    assert digest([*DAY[:2], replace(DAY[2], contrary=49)], period) != found


def test_two_outages_with_nothing_known_between_may_be_one() -> None:
    """Each was over within what is agreed; if the line was down in between, neither was."""
    rows = (row(Kind.UP, 0, 10), row(Kind.DOWN, 10, 16), row(Kind.UNKNOWN, 16, 20), row(Kind.DOWN, 20, 26))
    word = Decision(1, "L", 0, 100, Party.PROVIDER, "", "an", 1)
    for last, after in ((Kind.UP, 26), (Kind.UP, 27)):
        between = (*rows, row(last, after, 200))
        found = Case(Material("L", TERMS, Period(0, 100, "m"), 200, between), (word,)).reckoning()
        assert [one and one.late for one in found.restorations] == [None, None]
    known = (*rows[:2], row(Kind.UP, 16, 20), rows[3], row(Kind.UP, 26, 200))
    found = Case(Material("L", TERMS, Period(0, 100, "m"), 200, known), (word,)).reckoning()
    assert [one and one.late for one in found.restorations] == [False, False]

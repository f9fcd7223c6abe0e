"""The arithmetic of availability against a model that looks at one second after the other."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability.arithmetic import LINE_CONTRACT, SITE_SERVICE, account, summed
from netwatch.availability.contract import (
    NOT_WATCHED,
    SHORT_OUTAGE,
    Account,
    Class,
    Exclusion,
    Owner,
    Period,
    Table,
)
from netwatch.incidents.reclassify import reclassify
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

END = 60
MakeRow = Callable[..., VerdictRow]
LINE = replace(LINE_CONTRACT, owners={"provider": Owner.PROVIDER, "ours": Owner.OURS})


@dataclass(frozen=True)
class Story:
    """A subject's rows, what was excluded, the moment of asking, and what the shortest outage is that counts."""

    rows: tuple[VerdictRow, ...]
    exclusions: tuple[Exclusion, ...]
    period: Period
    now: int
    minimum: int
    table: Table

    def account(self) -> Account:
        return account(self.rows, self.exclusions, self.period, self.now, self.table, self.minimum)

    @property
    def seconds(self) -> range:
        return range(self.period.start, max(self.period.start, min(self.period.end, self.now)))


@st.composite
def told_rows(draw: st.DrawFn) -> tuple[VerdictRow, ...]:
    """Rows one after the other, perhaps with a gap; each change lies after a moment known to be otherwise."""
    rows: list[VerdictRow] = []
    at = draw(st.integers(0, 8))
    for number in range(draw(st.sampled_from((0, 1, 4, 7, 9)))):
        at += draw(st.sampled_from((0, 0, 0, 0, 3)))
        end = at + draw(st.integers(1, 12))
        cause = draw(st.sampled_from(("", "provider", "ours")))
        verdict = Verdict(
            draw(st.sampled_from(Kind)),
            f"r{number}",
            cause,
            "",
            None,
            draw(st.sampled_from(("", "", "", "", "x"))),
        )
        contrary = at - draw(st.integers(0, 5))
        rows.append(VerdictRow(number + 1, "S", verdict, at, end, contrary, 1, at))
        at = end
    goes_on = draw(st.booleans())
    if rows and goes_on:
        rows[-1] = replace(rows[-1], end=None)
    return tuple(rows)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Everything that can come together."""
    start = draw(st.integers(0, 15))
    lengths = st.tuples(st.integers(0, END), st.integers(1, 15), st.sampled_from("abc"))
    return Story(
        draw(told_rows()),
        tuple(Exclusion(at, at + length, why) for at, length, why in draw(st.lists(lengths, max_size=3))),
        Period(start, start + draw(st.sampled_from((1, 20, 40, 60))), "some"),
        draw(st.sampled_from((3, 40, END, END + 20))),
        draw(st.sampled_from((0, 4, 8, 12))),
        draw(st.sampled_from((SITE_SERVICE, LINE))),
    )


def covers(start: int, end: int | None, at: int) -> bool:
    return start <= at and (end is None or at < end)


def excluded_at(story: Story, at: int) -> str:
    """Why a second is excluded, '' that it counts."""
    of_rows = [
        Exclusion(r.start, r.end or 10**9, r.verdict.excluded) for r in story.rows if r.verdict.excluded
    ]
    every = sorted((*story.exclusions, *of_rows), key=lambda one: one.start)
    # The first by start keeps the time until its end, then the next one takes over.
    return next((one.reason for one in every if covers(one.start, one.end, at)), "")


def without_short(classes: list[Class], minimum: int) -> list[tuple[Class, bool]]:
    """Each second's class, outages that are too short as up."""
    told: list[tuple[Class, bool]] = []
    at = 0
    while at < len(classes):
        end = at
        while end < len(classes) and classes[end] is classes[at]:
            end += 1
        short = classes[at] is Class.DOWN and end - at < minimum
        told += [(Class.UP if short else classes[at], short)] * (end - at)
        at = end
    return told


def naive(story: Story) -> Counter[tuple[Class, str]]:
    """The same figures, counted second by second."""
    classes, reasons = [], []
    for at in range(max(story.now, 0)):
        row = next((row for row in story.rows if covers(row.start, row.end, at)), None)
        classes.append(story.table.counts_as(row.verdict) if row else Class.UNKNOWN)
        reasons.append(row.verdict.reason if row else NOT_WATCHED)
    told = without_short(classes, story.minimum)
    spent: Counter[tuple[Class, str]] = Counter()
    for at in story.seconds:
        why = excluded_at(story, at)
        class_, short = told[at]
        spent[(Class.EXCLUDED, why) if why else (class_, SHORT_OUTAGE if short else reasons[at])] += 1
    return spent


def by_class(spent: Counter[tuple[Class, str]]) -> dict[Class, int]:
    return {class_: sum(many for (one, _), many in spent.items() if one is class_) for class_ in Class}


@given(stories())
def test_every_second_is_counted_once(story: Story) -> None:
    """Up, down, unknown and excluded are what counting seconds gives, reasons too, and add up to what has passed."""
    found, spent = story.account(), naive(story)
    assert {class_: found.of(class_) for class_ in Class} == by_class(spent)
    assert sum(found.of(class_) for class_ in Class) == found.until - story.period.start == len(story.seconds)
    assert Counter({key: many for key, many in found.by_reason.items() if many}) == spent
    assert sum(one.counted for one in found.outages) == found.down


def changes(story: Story, draw: Callable[..., Any]) -> list[int]:
    """A moment at which each row's change may really have been; what comes later never comes before."""
    moments: list[int] = []
    for place, row in enumerate(story.rows):
        after_gap = place and story.rows[place - 1].end != row.start
        least = max([row.contrary, *moments[-1:], *([story.rows[place - 1].end or 0] if after_gap else [])])
        least = min(least, row.start)
        moments.append(draw(st.sampled_from((least, row.start, (least + row.start) // 2))))
    return moments


def truth(story: Story, draw: Callable[..., Any]) -> list[Class]:
    """What each second may really have been: changes anywhere in doubt, unknown time anything."""
    moments = changes(story, draw)
    anything = draw(st.sampled_from((0, 2**END - 1, 0x5A5A5A5A5A5A5A5)))
    classes = []
    for at in range(max(story.now, 0)):
        place = max((place for place, moment in enumerate(moments) if moment <= at), default=-1)
        row = story.rows[place] if place >= 0 else None
        # Until the next one has really begun it is this one; after its end, where nobody watched, anything.
        watched = row is not None and (row.end is None or at < row.end or followed(story, place, at))
        class_ = story.table.counts_as(row.verdict) if row and watched else Class.UNKNOWN
        if class_ is Class.UNKNOWN:
            class_ = Class.DOWN if anything >> (at % END) & 1 else Class.UP
        classes.append(class_)
    return classes


def followed(story: Story, place: int, at: int) -> bool:
    """Whether another row follows without a gap."""
    after = story.rows[place + 1 : place + 2]
    return bool(after) and after[0].start == story.rows[place].end and at < after[0].start


@given(stories(), st.data())
def test_bounds_hold_whatever_really_happened(story: Story, data: st.DataObject) -> None:
    """Every possible moment of every change, and anything in unknown time, gives a figure within the bounds."""
    found = story.account()
    told = without_short(truth(story, data.draw), story.minimum)
    classes = Counter(told[at][0] for at in story.seconds if not excluded_at(story, at))
    up, down = classes[Class.UP], classes[Class.DOWN]
    assert found.low <= up <= found.high
    assert found.low <= found.up <= found.high <= found.countable
    if up + down:
        assert found.lowest is not None
        assert found.highest is not None
        assert found.lowest <= up / (up + down) <= found.highest
    if found.availability is not None:
        assert (found.lowest or 0) <= found.availability <= (found.highest or 0)


@given(stories(), st.integers(0, END), st.integers(1, 15))
def test_time_taken_out_afterwards_only_moves_what_it_meets(story: Story, at: int, length: int) -> None:
    """Superseded rows beside new ones: excluded grows by what lay in the span, nothing else changes."""
    judgement = reclassify(story.rows, (at, at + length), "late (x)", 10**6)
    late = replace(story, rows=story.rows + judgement.add)
    superseded = tuple(
        replace(row, superseded_by=99) if row.id in judgement.supersede else row for row in story.rows
    )
    late = replace(story, rows=(*superseded, *judgement.add))
    plain = replace(story, rows=tuple(sorted((r for r in late.rows if not r.superseded_by), key=start_of)))
    assert late.account() == plain.account()
    assert by_class(naive(plain)) == {class_: late.account().of(class_) for class_ in Class}


def start_of(row: VerdictRow) -> int:
    return row.start


def test_an_outage_tells_its_bounds(row: MakeRow) -> None:
    """Between the last look that saw it otherwise and the first that saw it, at both ends; across unknown time."""
    rows = [
        row(Kind.UP, 0, 100),
        row(Kind.DOWN, 100, 160, contrary=90, cause="L"),
        row(Kind.UP, 160, 300, contrary=150),
        row(Kind.UNKNOWN, 300, 320, contrary=295),
        row(Kind.DOWN, 320, None),
    ]
    found = account(rows, [Exclusion(110, 130, "planned")], Period(0, 400, "p"), 340, SITE_SERVICE)
    over, still = found.outages
    assert (over.start, over.earliest_start, over.end, over.earliest_end) == (100, 90, 160, 150)
    assert (over.counted, over.excluded, over.cause, over.evidence) == (40, 20, "L", "seen at 100")
    assert (still.start, still.earliest_start, still.end, still.latest_end, still.counted) == (
        320, 295, None, None, 20,
    )  # fmt: skip
    assert (found.up, found.down, found.unknown, found.excluded) == (240, 60, 20, 20)
    # Surely up: up to 90, and from 160 to 295. Surely down: from 100 to 150, of which 20 are excluded, and from 320 on.
    assert (found.low, found.high, found.countable) == (225, 270, 320)
    assert found.measured_share == 300 / 320
    assert found.availability == 240 / 300


def test_the_example_of_the_documentation(row: MakeRow) -> None:
    """docs/availability.md reckons a day by hand."""
    hour = 3600
    rows = [
        row(Kind.UP, 0, 8 * hour),
        row(Kind.DOWN, 8 * hour, 9 * hour, contrary=8 * hour - 30),
        row(Kind.UP, 9 * hour, 20 * hour, contrary=9 * hour - 30),
        row(Kind.UNKNOWN, 20 * hour, 20 * hour + 600, contrary=20 * hour - 30),
        row(Kind.UP, 20 * hour + 600, None),
    ]
    found = account(rows, (), Period(0, 24 * hour, "p"), 30 * hour, SITE_SERVICE)
    assert (found.up, found.down, found.unknown, found.low) == (82_200, 3_600, 600, 82_140)
    assert (found.high, found.countable) == (86_400 - 3_570, 86_400)


def test_a_change_just_after_the_period_casts_doubt_into_it(row: MakeRow) -> None:
    """The first look of the next month finds the line down: the end of this one is not certain."""
    rows = [row(Kind.UP, 0, 105), row(Kind.DOWN, 105, None, contrary=95)]
    found = account(rows, (), Period(0, 100, "p"), 200, SITE_SERVICE)
    assert (found.up, found.low, found.outages) == (100, 95, ())


def test_a_short_outage_is_only_surely_short_where_it_cannot_have_been_longer(row: MakeRow) -> None:
    """Eight seconds by the looks, between four and thirteen in truth: with a limit of ten it may count or not."""
    rows = [
        row(Kind.UP, 0, 40),
        row(Kind.DOWN, 40, 48, contrary=35),
        row(Kind.UP, 48, None, contrary=44),
    ]
    figures = {}
    for minimum in (4, 5, 8, 9, 13, 14):
        found = account(rows, (), Period(0, 100, "p"), 100, SITE_SERVICE, minimum)
        figures[minimum] = (found.down, found.low, found.high)
    assert figures[4] == (8, 87, 96)
    assert figures[5] == figures[8] == (8, 87, 100)
    assert figures[9] == figures[13] == (0, 87, 100)
    assert figures[14] == (0, 100, 100)
    parted = [*rows[:2], row(Kind.UNKNOWN, 48, 52), row(Kind.DOWN, 52, 53), row(Kind.UP, 53, None)]
    assert account(parted, (), Period(0, 100, "p"), 100, SITE_SERVICE, 18).low == 35 + 47, (
        "perhaps one outage"
    )
    first = account(rows[1:], (), Period(40, 100, "p"), 100, SITE_SERVICE, 14)
    assert (first.down, first.low) == (0, 52), "it may have gone on for long before anybody looked"


def test_unreachable_counts_by_the_owner_of_the_cause(row: MakeRow) -> None:
    """A line behind its own provider's fault is down, behind ours excluded, else unknown; of a site all is down."""
    for cause, class_ in (("provider", Class.DOWN), ("ours", Class.EXCLUDED), ("who", Class.UNKNOWN)):
        rows = [row(Kind.UNREACHABLE, 0, None, cause=cause)]
        assert account(rows, (), Period(0, 10, "p"), 10, LINE).of(class_) == 10
        assert account(rows, (), Period(0, 10, "p"), 10, SITE_SERVICE).down == 10


def test_nothing_measured_is_no_figure() -> None:
    """Neither 0 nor 100 %, and anything is possible; a period to come is nothing at all."""
    found = account((), (), Period(0, 10, "p"), 10, SITE_SERVICE)
    assert (found.availability, found.lowest, found.highest, found.measured_share) == (None, 0, 1, 0)
    to_come = account((), (), Period(50, 90, "p"), 10, SITE_SERVICE)
    assert (to_come.until, to_come.countable, to_come.lowest, to_come.measured_share) == (50, 0, None, None)


def test_thousands_of_doubtful_rows_are_counted_without_going_deep(row: MakeRow) -> None:
    """Unknown time in thousands of pieces, gaps between them, before and after an outage: it may be all of it."""
    before = [row(Kind.UNKNOWN, at, at + 6) for at in range(0, 20_000, 10)]
    after = [row(Kind.UNKNOWN, at, at + 6) for at in range(20_010, 40_000, 10)]
    rows = [row(Kind.UP, -10, 0), *before, row(Kind.DOWN, 20_000, 20_010), *after]
    found = account(rows, (), Period(0, 40_000, "p"), 50_000, SITE_SERVICE, 11)
    assert (found.down, found.up, found.unknown, found.low, found.high) == (0, 10, 39_990, 0, 40_000)
    (outage,) = account(rows, (), Period(0, 40_000, "p"), 50_000, SITE_SERVICE).outages
    assert (outage.earliest_start, outage.latest_end) == (0, None)


@given(st.lists(stories(), min_size=1, max_size=3))
def test_seconds_of_several_are_added(several: Sequence[Story]) -> None:
    """Of sites together; what each is bounded by bounds the sum."""
    period = several[0].period
    accounts = [replace(one, period=period, now=END).account() for one in several]
    total = summed(accounts, period, END)
    assert [total.of(class_) for class_ in Class] == [sum(o.of(c) for o in accounts) for c in Class]
    assert total.low <= total.up <= total.high <= total.countable

"""What goes on being counted against what is counted at once."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability.arithmetic import LINE_CONTRACT, SITE_SERVICE, account
from netwatch.availability.contract import Class, Exclusion, Period
from netwatch.availability.running import CLASSES, standing
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict


@dataclass(frozen=True)
class Row:
    """A row as far as it is counted."""

    start: int
    end: int | None
    kind: Kind
    cause: str
    excluded: str


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Rows one after the other, perhaps with gaps; the last one may go on."""
    found: list[Row] = []
    at = 0
    for _ in range(draw(st.integers(0, 6))):
        at += draw(st.sampled_from((0, 0, 4)))
        end = at + draw(st.integers(1, 15))
        found.append(Row(at, end, draw(st.sampled_from(Kind)), "", draw(st.sampled_from(("", "", "x")))))
        at = end
    goes_on = draw(st.booleans())
    if found and goes_on:
        last = found[-1]
        found[-1] = Row(last.start, None, last.kind, "", last.excluded)
    return found


@given(rows(), st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)), max_size=3), st.data())
def test_it_is_the_same_at_every_moment(
    told: list[Row], spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Added up once, asked again and again: what the account of that moment says, to the microsecond."""
    start = data.draw(st.integers(0, 60))
    period = Period(start, start + data.draw(st.integers(1, 60)), "p")
    table = data.draw(st.sampled_from((SITE_SERVICE, LINE_CONTRACT)))
    exclusions = [Exclusion(at, at + length, "planned") for at, length in spans]
    kept = standing(told, exclusions, period, table)
    stored = [
        VerdictRow(0, "S", Verdict(r.kind, "r", r.cause, excluded=r.excluded), r.start, r.end, r.start, 1, 0)
        for r in told
    ]
    newest = max((row.end or row.start for row in told), default=0)
    for now in (newest, newest + 1, newest + 30, 150):
        if now < period.start:
            continue
        found = account(stored, exclusions, period, now, table)
        assert kept.at(now) == tuple(found.of(class_) for class_ in CLASSES)
        assert sum(kept.at(now)) == found.until - period.start
    assert len(CLASSES) == len(Class)

"""Days in few bytes: what comes back is what went in, and a day without news needs no arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from netwatch.availability.arithmetic import SITE_SERVICE, account
from netwatch.availability.contract import Period
from netwatch.availability.days import DayFigures, all_up, of_account, pack, plain, unpack, unwatched
from netwatch.clock import DAY, HOUR, MINUTE
from netwatch.store.contract import VerdictRow
from netwatch.verdict import Kind, Verdict

TODAY = Period(100 * DAY, 101 * DAY, "d")
LENGTHS = st.integers(0, 25 * HOUR)
FIGURES = st.builds(DayFigures, *[LENGTHS] * 7, st.booleans())
USUAL = st.sampled_from([None, all_up(DAY), unwatched(DAY), unwatched(23 * HOUR)])


@given(st.lists(st.one_of(USUAL, FIGURES), max_size=90))
def test_packed_days_come_back(days: list[DayFigures | None]) -> None:
    """Exactly, in at most 44 bytes each."""
    packed = pack(days)
    assert unpack(packed) == days
    assert len(packed) <= 44 * len(days)


def test_a_day_without_news_takes_a_byte() -> None:
    """Ten thousand sites of 90 such days take no megabyte."""
    assert len(pack([all_up(DAY)] * 80 + [unwatched(DAY)] * 9 + [None])) == 90


@given(
    start=st.integers(-2 * 24, 30),
    length=st.one_of(st.none(), st.integers(1, 80)),
    kind=st.sampled_from(Kind),
    excluded=st.sampled_from(["", "maintenance"]),
)
def test_a_plain_day_is_what_its_account_says(
    start: int, length: int | None, kind: Kind, excluded: str
) -> None:
    """Wherever the only row of a day begins and ends, or whatever it says."""
    begin = TODAY.start + start * HOUR
    end = None if length is None else begin + length * HOUR
    verdict = Verdict(kind, "r", "", "", None, excluded)
    row = VerdictRow(0, "s", verdict, begin, end, begin - MINUTE, 1, begin)
    found = plain([row], TODAY)
    if found is not None:
        assert found == of_account(account([row], (), TODAY, TODAY.end + DAY, SITE_SERVICE))
    assert plain([], TODAY) == of_account(account([], (), TODAY, TODAY.end, SITE_SERVICE))

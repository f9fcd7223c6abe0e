"""Rows of sightings: one for each value and spell, written when that is news, and seldom otherwise."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.coverage.contract import Aspect, Sighting
from netwatch.clock import DAY, HOUR, MINUTE
from netwatch.sightings.book import EVERY, GAP, MOST_VALUES, Book
from netwatch.sightings.claims import Claim

SERIAL_A, SERIAL_B = (Claim("sw", Aspect.SERIAL, value) for value in "AB")


def stored(book: Book) -> list[Sighting]:
    """What is written now."""
    told = book.take(1000)
    book.written(told)
    return [one for _, one in told]


def row(value: str, first: int, last: int) -> Sighting:
    return Sighting("sw", Aspect.SERIAL, value, first, last)


def test_a_row_is_written_at_once_and_then_every_few_hours() -> None:
    """In between only memory knows how far it goes on; at the end of the daemon all of it is written."""
    book = Book()
    rows = [book.see(SERIAL_A, DAY, news=True)]
    assert stored(book) == [row("A", DAY, DAY)]
    writes = []
    for at in range(DAY + MINUTE, DAY + 20 * HOUR, MINUTE):
        book.go_on(rows, at)
        writes += stored(book)
    assert 2 <= len(writes) <= 3
    assert writes[0].last - DAY >= EVERY
    book.finish()
    assert stored(book) == [row("A", DAY, DAY + 20 * HOUR - MINUTE)]
    book.finish()
    assert stored(book) == []


def test_a_gap_of_more_than_a_day_begins_a_new_row() -> None:
    """What was known before it is written first."""
    book = Book()
    kept = book.see(SERIAL_A, DAY, news=True)
    stored(book)
    book.go_on([kept], 2 * DAY)
    late = 2 * DAY + GAP + 1
    book.see(SERIAL_A, late, news=True)
    assert stored(book) == [row("A", DAY, 2 * DAY), row("A", late, late)]


def test_a_value_that_comes_back_goes_on_and_is_written_at_once() -> None:
    """Otherwise the database would believe the other value for hours."""
    book = Book()
    book.see(SERIAL_A, 1000, news=True)
    book.see(SERIAL_B, 2000, news=True)
    stored(book)
    book.see(SERIAL_A, 3000, news=True)
    assert stored(book) == [row("A", 1000, 3000)]


def test_two_values_of_one_look_are_two_rows() -> None:
    """Rows of an aspect are told apart by when they begin."""
    book = Book()
    book.see(SERIAL_A, 1000, news=True)
    book.see(SERIAL_B, 1000, news=True)
    assert stored(book) == [row("A", 1000, 1000), row("B", 1001, 1001)]


def test_an_older_look_changes_nothing() -> None:
    """Two checks tell of one thing, in any order."""
    book = Book()
    book.see(SERIAL_A, 3000, news=True)
    stored(book)
    book.see(SERIAL_A, 2000, news=False)
    assert stored(book) == []


def test_what_an_earlier_run_stored_goes_on() -> None:
    """A restart is no gap; what was stored is not written again."""
    book = Book()
    book.restore([row("A", 1000, 2000), row("B", 500, 600)])
    assert stored(book) == []
    book.see(SERIAL_A, 5000, news=True)
    assert stored(book) == [row("A", 1000, 5000)]


def test_what_a_database_refused_waits() -> None:
    """And is written as it is by then."""
    book = Book()
    kept = book.see(SERIAL_A, 1000, news=True)
    book.refused(book.take(10))
    book.go_on([kept], 1500)
    assert stored(book) == [row("A", 1000, 1500)]


def test_what_left_the_inventory_is_written_and_forgotten() -> None:
    """So is what nobody saw for a day: memory holds what may go on."""
    book = Book()
    kept = book.see(SERIAL_A, 1000, news=True)
    stored(book)
    book.go_on([kept], 1500)
    list(book.forget({"sw"}, 1600))
    assert (len(book), stored(book)) == (1, [])
    list(book.forget(set(), 1700))
    assert (len(book), stored(book)) == (0, [row("A", 1000, 1500)])
    book.see(SERIAL_A, 2000, news=True)
    list(book.forget({"sw"}, 2001 + GAP))
    assert len(book) == 0


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 3 * DAY)), min_size=1, max_size=30))
def test_rows_of_a_value_never_overlap_and_tell_all_that_was_seen(steps: list[tuple[str, int]]) -> None:
    """Whatever comes and goes: every look lies in a row of its value, and the newest row is of the last value seen."""
    book, at, looks = Book(), DAY, []
    known: dict[tuple[str, int], Sighting] = {}
    for value, later in steps:
        at += later
        looks.append((value, at))
        book.see(Claim("sw", Aspect.SERIAL, value), at, news=True)
        known |= {(one.value, one.first): one for one in stored(book)}
    for value, moment in looks:
        assert sum(one.value == value and one.first <= moment <= one.last for one in known.values()) == 1
    newest = max(known.values(), key=lambda one: (one.last, one.first))
    assert newest.value == looks[-1][0]
    assert len({one.first for one in known.values()}) == len(known)


def test_a_device_that_lies_at_every_look_fills_neither_memory_nor_the_database() -> None:
    """So many values go on at a time; the next day there is room for others, and what was known goes on."""
    book = Book()
    for minute in range(1000):
        shown = book.see(Claim("sw", Aspect.SERIAL, f"S{minute}"), DAY + minute * MINUTE, news=True)
        book.go_on([shown], DAY + minute * MINUTE + 10 * HOUR)
    book.see(Claim("sw", Aspect.MODEL, "M"), DAY, news=True)
    assert len(book) == MOST_VALUES + 1
    written = stored(book)
    assert len(written) == MOST_VALUES + 1
    book.see(Claim("sw", Aspect.SERIAL, "S3"), DAY + 20 * HOUR, news=True)
    assert stored(book) == [row("S3", DAY + 3 * MINUTE, DAY + 20 * HOUR)]
    later = 4 * DAY
    book.see(SERIAL_A, later, news=True)
    assert stored(book) == [row("A", later, later)]
    assert len(book) <= MOST_VALUES + 1

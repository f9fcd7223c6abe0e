"""Sightings in the database: written twice they are one, they only grow, and the newest of each value are told."""

from collections.abc import Iterable
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.coverage.contract import Aspect, Sighting
from inventory.incoming import IncomingRow
from netwatch.clock import DAY
from netwatch.commands import ImportOrder, import_rows
from netwatch.store.sql import SqlStore

ROWS = st.lists(
    st.tuples(
        st.sampled_from(("sw", "r-đông")), st.sampled_from("ABC"), st.integers(1, 50), st.integers(0, 3)
    ),
    max_size=30,
)


def row(value: str, first: int, last: int, item: str = "sw", aspect: Aspect = Aspect.SERIAL) -> Sighting:
    return Sighting(item, aspect, value, first, last)


def told(store: SqlStore, until: int | None = None, since: int | None = None) -> list[Sighting]:
    """What is stored, by item and beginning."""
    return sorted(store.sightings(until, since), key=lambda one: (one.item, one.first))


def test_a_row_is_stored_once_and_grows(store: SqlStore) -> None:
    """Delivered again, or in the wrong order, nothing changes."""
    store.see([row("A", 10, 10), row("x", 10, 12, "io")])
    store.see([row("A", 10, 30)])
    store.see([row("A", 10, 20), row("A", 10, 30)])
    assert told(store) == [row("x", 10, 12, "io"), row("A", 10, 30)]
    store.see([])


def test_the_newest_of_every_value_is_told(store: SqlStore) -> None:
    """As of a moment, or of those that went on until one."""
    store.see(
        [row("A", 10, 20), row("A", 100, 120), row("B", 50, 60), row("", 5, 300, "sw", Aspect.ANSWERED)]
    )
    assert told(store) == [
        row("", 5, 300, "sw", Aspect.ANSWERED), row("B", 50, 60), row("A", 100, 120)
    ]  # fmt: skip
    assert told(store, 99) == [
        row("", 5, 300, "sw", Aspect.ANSWERED), row("A", 10, 20), row("B", 50, 60)
    ]  # fmt: skip
    assert told(store, None, 120) == [row("", 5, 300, "sw", Aspect.ANSWERED), row("A", 100, 120)]


def test_any_text_can_be_kept(store: SqlStore) -> None:
    """What devices say is not always text that databases take."""
    store.see([row("S\0N\ud800 đ'\"", 10, 20)])
    (kept,) = store.sightings(None)
    assert kept.value.startswith("S")
    assert kept.value.endswith("đ'\"")


def test_batches_come_to_the_same_as_one_by_one(sqlite_store: SqlStore) -> None:
    """Whatever is new or known already in a batch."""

    @given(ROWS, st.integers(0, 600))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def check(rows: list[tuple[str, str, int, int]], until: int) -> None:
        starts = [10 * first + "ABC".index(value) for _, value, first, _ in rows]
        made = [
            row(value, start, start + more, item)
            for start, (item, value, _, more) in zip(starts, rows, strict=True)
        ]
        with sqlite_store.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM sighting")
        for place in range(0, len(made), 7):
            sqlite_store.see(made[place : place + 7])
        assert set(sqlite_store.sightings(until)) == wanted(made, until)

    check()


def wanted(rows: Iterable[Sighting], until: int) -> set[Sighting]:
    """The same, worked out plainly."""
    newest: dict[tuple[str, str], Sighting] = {}
    for one in sorted(rows, key=lambda one: (one.first, one.last)):
        if one.first <= until:
            newest[one.item, one.value] = one
    return set(newest.values())


def test_records_that_were_changed_are_told_by_when_that_holds(store: SqlStore) -> None:
    """With both sides; not what was created, nor what was not known yet."""
    now = 20_000 * DAY

    def write(at: int, serial: str) -> None:
        cells = {"id": "sw", "name": "sw", "kind": "switch", "site": "S", "serial": serial}
        site = {"id": "S", "name": "S", "organisation_units": "A"}
        unit = {
            "id": "A", "name": "A", "kind": "department", "level": "province", "valid_from": "2020-01-01"
        }  # fmt: skip
        every = (("organisation_unit", unit), ("site", site), ("device", cells))
        rows = tuple(IncomingRow(kind, kind, place, one) for place, (kind, one) in enumerate(every, start=2))
        report = import_rows(store.engine, ImportOrder(rows, "an", at, date(2024, 1, 1), "x", recorded_at=at))
        assert report.change_set, report.problems

    write(now - 9 * DAY, "A")
    write(now - DAY, "B")
    [told] = store.redeclared(now - 30 * DAY, now)
    assert (told.kind, told.item, told.at) == ("device", "sw", now - DAY)
    assert (told.before["serial"], told.after["serial"]) == ("A", "B")
    assert list(store.redeclared(now - 30 * DAY, now - 2 * DAY)) == []

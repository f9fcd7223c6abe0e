"""The inventory as of a day and as known at a moment, against a model that keeps every change ever made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from inventory.apply import apply, undo
from inventory.as_of import SELF_DATED, inventory_as_of
from inventory.changes import Complete, difference
from inventory.coverage.statements import Holding, holding
from inventory.incoming import IncomingRow
from inventory.inputs import records_by_item
from inventory.inspections import last_inspection
from inventory.load import load
from inventory.local_days import end_of, start_of
from inventory.merge import Key, by_key
from inventory.messages import sentence
from inventory.organisation import agencies_of, succession
from inventory.samples import sample_rows
from inventory.snapshot import KINDS, FieldRecord, Inventory, Site

Row: TypeAlias = Callable[..., IncomingRow]
ZONE = timezone(timedelta(hours=7))
FIRST = date(2026, 1, 1)
DAY = 86_400_000_000


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def _noon(number: int) -> int:
    return start_of(_day(number), ZONE) + DAY // 2


def _import(session: Session, rows: Iterable[IncomingRow], at: int, recorded_at: int) -> str | None:
    current = load(session, None)
    proposal = difference(current, list(rows))
    assert proposal.applicable, [sentence(problem) for problem in proposal.errors]
    return apply(session, proposal.changes, author="An", at=at, source="thử", recorded_at=recorded_at)


def _by_key(inventory: Inventory) -> dict[Key, Any]:
    return by_key(inventory)


def _expected(moves: Iterable["Move"], on: int, known_at: int) -> dict[Key, Any]:
    """Straight from what is promised: of each field the newest word that holds on the day and was known."""
    said: dict[Key, list[tuple[Any, Any]]] = {}
    known = [move for move in moves if move.recorded <= known_at]
    # What was undone never held, and neither did the undoing.
    undone = {move.undoes for move in known if move.undoes}
    for move in (move for move in known if not move.undoes and move.made not in undone):
        for key in {*move.before, *move.after}:
            one, other = move.before.get(key), move.after.get(key)
            counts = key[0] in SELF_DATED or move.at <= on
            if one != other and counts:
                said.setdefault(key, []).append((one, other))
    found = {key: _put_together(key[0], words) for key, words in said.items() if words[-1][1] is not None}
    return {key: record for key, record in found.items() if key[0] != "field_record" or record.on <= _day(on)}


def _put_together(kind: str, words: list[tuple[Any, Any]]) -> Any:  # noqa: ANN401 - a record of any kind
    return KINDS[kind](**{f.name: _newest(f.name, words) for f in fields(KINDS[kind])})


def _newest(name: str, words: list[tuple[Any, Any]]) -> Any:  # noqa: ANN401
    for place in range(len(words) - 1, -1, -1):
        before, after = words[place]
        told_whole = before is None or place == 0 or words[place - 1][1] is None
        if told_whole or getattr(before, name) != getattr(after, name):
            return getattr(after, name)
    raise AssertionError(name)


@dataclass(frozen=True)
class Move:
    """One change set: days from which it holds and on which it was recorded, all records before and after.

    `made` is its id, `undoes` that of the one it takes back.
    """

    at: int
    recorded: int
    before: dict[Key, Any]
    after: dict[Key, Any]
    made: str = ""
    undoes: str = ""


@dataclass
class World:
    """Does things to a database day by day, and remembers every state it ever had."""

    session: Session
    row: Row
    today: int = 0
    moves: list[Move] = field(default_factory=list)
    undoable: list[tuple[str, int]] = field(default_factory=list)

    def write(self, rows: list[IncomingRow], back: int) -> None:
        """Import rows as holding from `back` days ago."""
        at = max(0, self.today - back)
        before = _by_key(load(self.session, None))
        made = _import(self.session, rows, _noon(at), _noon(self.today))
        self._note(before, at, made or "")
        self.undoable += [(made, at)] if made else []

    def retire(self, back: int) -> None:
        """A complete file in which only one asset stands."""
        at = max(0, self.today - back)
        before = _by_key(load(self.session, None))
        rows = [self.row("asset", id="TS-1", name="Máy", kind="máy", site="TRUNG-TAM")]
        complete = Complete("UBND-TINH-MAU", _day(self.today), frozenset({"asset"}))
        changes = difference(load(self.session, None), rows, complete).changes
        made = apply(
            self.session, changes, author="An", at=_noon(at), source="", recorded_at=_noon(self.today)
        )
        self._note(before, at, made or "")
        self.undoable += [(made, at)] if made else []

    def undo(self) -> None:
        """Take the last change set back, as never having held."""
        if self.undoable:
            made, at = self.undoable.pop()
            before = _by_key(load(self.session, None))
            undo(self.session, made, author="An", at=_noon(at), recorded_at=_noon(self.today))
            self._note(before, at, undoes=made)

    def _note(self, before: dict[Key, Any], at: int, made: str = "", undoes: str = "") -> None:
        after = _by_key(load(self.session, None))
        self.moves.append(Move(at, self.today, before, after, made, undoes))


def _rows(row: Row, what: str, number: int, value: str) -> list[IncomingRow]:
    asset = f"TS-{number}"
    made = {
        "asset": row("asset", id=asset, name="Máy", kind="máy", site="TRUNG-TAM", note=value),
        "model": row("asset", id=asset, name="Máy", kind="máy", site="TRUNG-TAM", model=value),
        "moved": row("site", id="TRUNG-TAM", feeder=value, organisation_units="UBND-TINH-MAU"),
        "norm": row(
            "norm", id="DM", name=value, item="camera", valid_from=_day(5 * number).isoformat(), quantity="2"
        ),
        "statement": row(
            "statement",
            id=f"KK-{value}",
            organisation_unit="UBND-TINH-MAU",
            subject="staff",
            value=str(number),
            on=_day(2 * number + (value == "B")).isoformat(),
            source=value,
        ),
        "record": row(
            "field_record",
            id=f"BB-{number}",
            item="RT-TRUNG-TAM",
            kind="inspection",
            on=_day(number).isoformat(),
            result="pass" if value == "A" else "fail",
            note=value,
        ),
    }
    return [made[what]]


steps = st.lists(
    st.tuples(
        st.sampled_from(["asset", "model", "moved", "norm", "statement", "record", "retire", "undo"]),
        st.integers(1, 2),
        st.sampled_from(["A", "B"]),
        st.integers(0, 6),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def filled(session: Session) -> Session:
    """The sample inventory, recorded on the first day."""
    _import(session, sample_rows(), _noon(0), _noon(0))
    session.commit()
    return session


@pytest.mark.parametrize("session", ["sqlite"], indirect=True)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=steps, asked=st.lists(st.tuples(st.integers(-1, 12), st.integers(-1, 30)), min_size=3, max_size=6)
)
def test_every_field_is_what_was_last_recorded_of_the_day_and_known_then(
    filled: Session, row: Row, steps: list[tuple[str, int, str, int, int]], asked: list[tuple[int, int]]
) -> None:
    """Whatever was imported, dated back, retired or undone, for every day and every moment of knowing."""
    filled.rollback()
    world = World(filled, row)
    world.moves.append(Move(0, 0, {}, _by_key(load(filled, None))))
    for what, number, value, back, passing in steps:
        world.today += passing
        if what == "undo":
            world.undo()
        elif what == "retire":
            world.retire(back)
        else:
            world.write(_rows(row, what, number, value), back)
    for on, known in asked:
        found = inventory_as_of(filled, _day(on), _noon(known), ZONE)
        assert _by_key(found) == _expected(world.moves, on, known)
        audited = inventory_as_of(filled, _day(on), _noon(known), ZONE, superseded=False)
        assert _holding(audited, _day(on)) == _holding(found, _day(on))
        assert _inspected(audited) == _inspected(found)
        assert _by_key(audited).items() <= _by_key(found).items()
    filled.rollback()


def _inspected(inventory: Inventory) -> dict[str, FieldRecord | None]:
    return {item: last_inspection(records) for item, records in records_by_item(inventory).items()}


def _holding(inventory: Inventory, on: date) -> Holding:
    return holding(inventory, on, succession(inventory))


def test_statements_of_ten_years_are_not_read_where_newer_ones_hold(filled: Session, row: Row) -> None:
    """Of today and of a day before, known now and known then: each time the one that held, and what is ahead of it."""
    for number in (1, 3, 5):
        changed = {
            "id": f"S{number}",
            "organisation_unit": "UBND-TINH-MAU",
            "subject": "staff",
            "source": "BC",
        }
        told = row("statement", **changed, on=_day(number).isoformat(), value=str(number))
        _import(filled, [told], _noon(10 + number), _noon(10 + number))

    def read(on: int, known: int | None) -> list[float]:
        known_at = None if known is None else _noon(known)
        inventory = inventory_as_of(filled, _day(on), known_at, ZONE, superseded=False)
        return [
            s.value for s in inventory.of("statement").values() if s.subject == "staff" and s.id[0] == "S"
        ]

    assert [read(30, None), read(4, None), read(0, None)] == [[5.0], [3.0], []]
    assert [read(30, 13), read(4, 12), read(30, 10)] == [[3.0], [1.0], []]


def _feeder(session: Session, on: int, known: int | None = None) -> str | None:
    known_at = None if known is None else _noon(known)
    site = inventory_as_of(session, _day(on), known_at, ZONE).of("site")["TRUNG-TAM"]
    assert isinstance(site, Site)
    return site.feeder


def test_what_is_dated_back_holds_since_that_day_but_was_not_known_before(filled: Session, row: Row) -> None:
    """On both databases: the day it holds from, the moment it was recorded, and a retraction of it."""
    rows = [row("site", id="TRUNG-TAM", feeder="475 E1.9")]
    before = _feeder(filled, 0)
    made = _import(filled, rows, start_of(_day(3), ZONE), _noon(10))
    assert [_feeder(filled, on) for on in (2, 3, 10)] == [before, "475 E1.9", "475 E1.9"]
    assert [_feeder(filled, 5, known) for known in (9, 10)] == [before, "475 E1.9"]
    undo(filled, str(made), author="An", at=start_of(_day(3), ZONE), recorded_at=_noon(12))
    assert [_feeder(filled, 5, known) for known in (9, 11, 12)] == [before, "475 E1.9", before]


def test_what_was_dated_back_and_undone_leaves_the_days_before_a_later_change(
    filled: Session, row: Row
) -> None:
    """Undone, it puts back the field as it is now; of the days before that was so it is what it was then."""

    def fed(feeder: str, since: int, recorded: int) -> str:
        rows = [row("site", id="TRUNG-TAM", feeder=feeder)]
        return str(_import(filled, rows, _noon(since), _noon(recorded)))

    before = _feeder(filled, 0)
    fed("LATER", 5, 5)
    wrong = fed("WRONG", 2, 6)
    taken_back = undo(filled, wrong, author="An", at=_noon(2), recorded_at=_noon(7))
    assert [_feeder(filled, on, 6) for on in (1, 3, 6)] == [before, "WRONG", "WRONG"]
    assert [_feeder(filled, on) for on in (1, 3, 6)] == [before, before, "LATER"]
    undo(filled, taken_back, author="An", at=_noon(2), recorded_at=_noon(8))
    assert [_feeder(filled, on) for on in (1, 3, 8)] == [before, "WRONG", "WRONG"]
    assert [_feeder(filled, on, 7) for on in (1, 3, 6)] == [before, before, "LATER"]


def test_of_today_it_is_what_the_tables_say(filled: Session, row: Row) -> None:
    """The very inventory, its revision too; before anything was recorded there was nothing."""
    _import(filled, [row("site", id="TRUNG-TAM", feeder="475 E1.9")], _noon(4), _noon(4))
    today = inventory_as_of(filled, _day(4), None, ZONE)
    assert (today, today.revision) == (load(filled, _day(4)), 2)
    first = inventory_as_of(filled, _day(3), _noon(3), ZONE)
    assert (first.revision, first.of("site")["TRUNG-TAM"].feeder) == (1, None)
    nothing = inventory_as_of(filled, _day(4), _noon(-1), ZONE)
    assert nothing.revision == 0
    assert not any(nothing.every(kind) for kind in KINDS)


def test_records_with_dates_of_their_own_hold_by_them_however_late_they_are_recorded(
    filled: Session, row: Row
) -> None:
    """A merger written down a week later is in the figures of the day it took place."""
    _import(
        filled,
        [
            row("organisation_unit", id="UBND-SUOI-MAU", valid_to=_day(5).isoformat()),
            row(
                "organisation_change",
                id="SK",
                kind="merge",
                on=_day(5).isoformat(),
                predecessors="UBND-SUOI-MAU",
                successors="UBND-TINH-MAU",
            ),
        ],
        _noon(12),
        _noon(12),
    )

    def agencies(on: int, known: int) -> list[str]:
        inventory = inventory_as_of(filled, _day(on), _noon(known), ZONE)
        return [unit.id for unit in agencies_of(inventory, "TRU-SO-SUOI-MAU")]

    assert agencies(4, 12) == ["UBND-SUOI-MAU"]
    assert agencies(5, 12) == ["UBND-TINH-MAU"]
    assert agencies(5, 11) == ["UBND-SUOI-MAU"]


def test_days_begin_and_end_by_the_local_clock() -> None:
    """Seven hours before UTC's, and each begins when the one before has ended."""
    assert start_of(FIRST, ZONE) == int(datetime(2025, 12, 31, 17, tzinfo=UTC).timestamp()) * 1_000_000
    assert end_of(FIRST, ZONE) == start_of(_day(1), ZONE)

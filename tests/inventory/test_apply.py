"""Changes into the inventory of record and out again, on SQLite and PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from inventory.apply import Stale, UndoRefused, apply, undo
from inventory.changes import difference, good_rows
from inventory.headings import remember, remembered
from inventory.history import change_sets, events, record_event
from inventory.incoming import IncomingRow
from inventory.load import load
from inventory.messages import sentence
from inventory.models import metadata
from inventory.samples import sample_rows
from inventory.snapshot import KINDS, VERSIONED, Inventory

Row = Callable[..., IncomingRow]
TODAY = date(2026, 11, 23)
HOUR = 3_600_000_000


def _import(session: Session, rows: Sequence[IncomingRow], at: int = HOUR) -> str | None:
    proposal = difference(load(session, TODAY), rows)
    assert proposal.applicable, [sentence(problem) for problem in proposal.errors]
    return apply(session, proposal.changes, author="An", at=at, source="test.xlsx", reason="thử")


def _content(inventory: Inventory) -> object:
    return inventory.records, inventory.versions


@pytest.fixture
def filled(session: Session) -> Session:
    """The sample inventory, applied and committed as CS-1."""
    assert _import(session, sample_rows()) == "CS-1"
    session.commit()
    return session


def test_what_was_applied_is_what_the_difference_said(filled: Session, sample: Inventory) -> None:
    """Read back from the database it is the very snapshot, one revision on."""
    loaded = load(filled, TODAY)
    assert _content(loaded) == _content(sample)
    assert loaded.revision == 1


def test_every_change_has_an_event_and_the_change_set_its_summary(filled: Session, sample: Inventory) -> None:
    """Who, when, what, from which file, and why."""
    (header,) = change_sets(filled)
    assert (header.author, header.source, header.reason, header.at) == ("An", "test.xlsx", "thử", HOUR)
    assert "device +4" in header.summary
    assert len(events(filled, change_set="CS-1")) == sum(1 for _ in sample)
    (event,) = events(filled, kind="line", entity="4G-SUOI-MAU")
    assert event.before is None
    assert event.after is not None
    assert event.after["bandwidth_down"] == 1_500_000


def test_nothing_to_change_makes_no_change_set(filled: Session) -> None:
    """The same rows again leave the revision where it was."""
    assert _import(filled, sample_rows()) is None
    assert load(filled, TODAY).revision == 1


def test_lists_keep_their_order_when_they_change(filled: Session, row: Row) -> None:
    """The first uplink is the one tried first."""
    _import(
        filled, [row("device", id="RT-SUOI-MAU", uplinks="4G-SUOI-MAU; TSLCD-SUOI-MAU", credentials="b; a")]
    )
    filled.commit()
    device = load(filled, TODAY).of("device")["RT-SUOI-MAU"]
    assert (device.uplinks, device.credentials) == (("4G-SUOI-MAU", "TSLCD-SUOI-MAU"), ("b", "a"))


def test_a_bandwidth_beyond_32_bits_fits(filled: Session, row: Row) -> None:
    """100 Gbps is more than 2**31 bit/s."""
    _import(filled, [row("line", id="TSLCD-SUOI-MAU", bandwidth_down="100 Gbps")])
    filled.commit()
    assert load(filled, TODAY).of("line")["TSLCD-SUOI-MAU"].bandwidth_down == 100 * 10**9


def test_the_version_in_force_depends_on_the_day_asked_for(filled: Session, row: Row) -> None:
    """Both versions are there; which one counts is a question of the date."""
    _import(filled, [row("administrative_unit", id="99001", kind="ward", valid_from="2027-01-01")])
    filled.commit()
    assert load(filled, TODAY).of("administrative_unit")["99001"].kind == "commune"
    assert load(filled, date(2027, 1, 1)).of("administrative_unit")["99001"].kind == "ward"
    assert "99001" not in load(filled, date(2020, 1, 1)).of("administrative_unit")
    assert len(load(filled, None).versions["administrative_unit"]["99001"]) == 2


def test_undo_restores_the_very_snapshot_and_can_itself_be_undone(filled: Session, row: Row) -> None:
    """Undoing is a change set of its own; the one undone is marked."""
    before = load(filled, TODAY)
    id_ = _import(
        filled, [row("device", id="RT-SUOI-MAU", vendor="A"), row("contact", id="LH-DIEN-LUC", hours="-")]
    )
    assert id_ is not None
    after = load(filled, TODAY)
    undoing = undo(filled, id_, author="Bình", at=2 * HOUR, reason="nhầm")
    filled.commit()
    assert _content(load(filled, TODAY)) == _content(before)
    assert [(each.id, each.state, each.undoes) for each in change_sets(filled)][:2] == [
        (undoing, "applied", id_),
        (id_, "undone", None),
    ]
    undo(filled, undoing, author="Bình", at=3 * HOUR)
    filled.commit()
    assert _content(load(filled, TODAY)) == _content(after)
    assert [each.state for each in change_sets(filled)][1:3] == ["undone", "applied"]


def test_undo_leaves_what_others_changed_in_other_fields(filled: Session, row: Row) -> None:
    """Only the fields of the change set go back."""
    id_ = _import(filled, [row("device", id="RT-SUOI-MAU", vendor="A")])
    _import(filled, [row("device", id="RT-SUOI-MAU", model="M")])
    undo(filled, str(id_), author="An", at=HOUR)
    device = load(filled, TODAY).of("device")["RT-SUOI-MAU"]
    assert (device.vendor, device.model) == (None, "M")


def test_undo_is_refused_when_a_later_change_set_holds_the_field(filled: Session, row: Row) -> None:
    """The record, the field and the later change set are named; once that is undone, this one can be."""
    first = _import(filled, [row("device", id="RT-SUOI-MAU", vendor="A")])
    later = _import(filled, [row("device", id="RT-SUOI-MAU", vendor="B")])
    filled.commit()
    with pytest.raises(UndoRefused) as refused:
        undo(filled, str(first), author="An", at=HOUR)
    (problem,) = refused.value.problems
    assert f"change set {later} changed 'vendor' after {first}" in sentence(problem)
    assert problem.entity == "RT-SUOI-MAU"
    undo(filled, str(later), author="An", at=HOUR)
    undo(filled, str(first), author="An", at=HOUR)
    assert load(filled, TODAY).of("device")["RT-SUOI-MAU"].vendor is None


def test_undo_is_refused_when_what_was_created_is_needed_by_now(filled: Session, row: Row) -> None:
    """A site cannot be taken away from under a device that came later."""
    first = _import(filled, [row("site", id="DD-2", name="Hai", organisation_units="UBND-TINH-MAU")])
    later = _import(filled, [row("device", id="SV-2", name="Máy chủ", site="DD-2", kind="server")])
    _import(filled, [row("device", id="SV-2", vendor="A")])
    filled.commit()
    with pytest.raises(UndoRefused) as refused:
        undo(filled, str(first), author="An", at=HOUR)
    (problem,) = refused.value.problems
    assert (problem.code, problem.kind, problem.entity) == ("referred_to_later", "device", "SV-2")
    assert f"'SV-2' refers to 'DD-2' since change set {later}, so {first} cannot be undone" in sentence(
        problem
    )


def test_undo_names_the_change_set_that_added_the_member_of_a_list(filled: Session, row: Row) -> None:
    """Not a later one that added another."""
    new = {"name": "N", "site": "TRUNG-TAM", "kind": "switch"}
    first = _import(filled, [row("device", id="SW-8", **new)])
    later = _import(filled, [row("device", id="SW-9", uplinks="SW-8", **new)])
    _import(filled, [row("device", id="SW-9", uplinks="SW-8; RT-TRUNG-TAM")])
    with pytest.raises(UndoRefused) as refused:
        undo(filled, str(first), author="An", at=HOUR)
    assert [problem.params["later"] for problem in refused.value.problems] == [later]


@pytest.mark.parametrize(
    ("change_set", "code"), [("CS-99", "unknown_change_set"), ("CS-2", "already_undone")]
)
def test_undo_of_nothing_is_refused(filled: Session, row: Row, change_set: str, code: str) -> None:
    """A change set that does not exist, or is undone already."""
    undo(filled, str(_import(filled, [row("device", id="RT-SUOI-MAU", vendor="A")])), author="An", at=HOUR)
    with pytest.raises(UndoRefused) as refused:
        undo(filled, change_set, author="An", at=HOUR)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_difference_made_before_others_changed_the_record_is_refused(filled: Session, row: Row) -> None:
    """Nobody overwrites what he has not seen."""
    proposal = difference(load(filled, TODAY), [row("device", id="RT-SUOI-MAU", vendor="A")])
    _import(filled, [row("device", id="RT-SUOI-MAU", model="M")])
    with pytest.raises(Stale) as refused:
        apply(filled, proposal.changes, author="An", at=HOUR, source="x")
    assert [problem.entity for problem in refused.value.problems] == ["RT-SUOI-MAU"]


def test_what_is_not_committed_never_happened(filled: Session, row: Row) -> None:
    """Rows, events and change set are one transaction."""
    before = load(filled, TODAY)
    _import(filled, [row("device", id="RT-SUOI-MAU", vendor="A")])
    filled.rollback()
    assert load(filled, TODAY) == before
    assert len(change_sets(filled)) == 1


@pytest.mark.parametrize("statement", ["UPDATE event SET actor = 'X'", "DELETE FROM event"])
def test_the_database_itself_refuses_to_change_events(filled: Session, statement: str) -> None:
    """Events are only ever added."""
    with pytest.raises(SQLAlchemyError, match="events are only ever added"):
        filled.execute(text(statement))
    filled.rollback()


def test_the_database_refuses_references_that_lead_nowhere_at_commit(filled: Session) -> None:
    """The last line of defence, should something write past the rules."""
    filled.execute(text("UPDATE device SET site = 'nowhere' WHERE id = 'RT-SUOI-MAU'"))
    with pytest.raises(IntegrityError):
        filled.commit()
    filled.rollback()


def test_a_note_is_an_event_outside_any_change_set(filled: Session) -> None:
    """Filters find it, newest first; a listing can be continued."""
    for at in (5, 6, 7):
        record_event(
            filled,
            at=at,
            recorded_at=at + 1,
            actor="An",
            kind="note",
            entity="RT-SUOI-MAU",
            after={"text": f"{at}"},
        )
    filled.commit()
    assert [event.at for event in events(filled, kind="note")] == [7, 6, 5]
    assert [event.at for event in events(filled, kind="note", since=7, until=8)] == [6]
    first = events(filled, kind="note", limit=1)[0]
    assert [event.at for event in events(filled, kind="note", before_seq=first.seq)] == [6, 5]
    assert (first.before, first.after, first.change_set) == (None, {"text": "7"}, None)


def test_headings_are_remembered_and_can_be_said_anew(session: Session) -> None:
    """The last meaning counts."""
    remember(session, {"Tên máy": "device.name", "Máy": "device"}, author="An", at=1)
    remember(session, {"Tên máy": "device.id"}, author="An", at=2)
    remember(session, {}, author="An", at=3)
    session.commit()
    assert remembered(session) == {"Máy": "device", "Tên máy": "device.id"}


@contextmanager
def _in_memory() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


FIELD_TEXTS = {
    "device": {
        "vendor": ["A", "B", "-"],
        "address": ["10.99.1.1", "10.99.9.9", "-"],
        "uplinks": ["-", "RT-TRUNG-TAM"],
    },
    "site": {"feeder": ["1", "-"], "organisation_units": ["UBND-TINH-MAU", "UBND-SUOI-MAU; UBND-TINH-MAU"]},
    "line": {"provider": ["A", "-"], "bandwidth_up": ["1 Gbps", "-"], "witness_expected": ["1; 2", "-"]},
    "organisation_unit": {"name": ["X", "Y"], "valid_from": ["2024-01-01", "2026-01-01", "2027-01-01"]},
    "contact": {"phone": ["1", "2"], "hours": ["-", "24/7"]},
}
NEW = {
    "device": {"name": "N", "site": "TRUNG-TAM", "kind": "switch"},
    "contact": {"name": "N", "role": "site", "phone": "0"},
}
KNOWN = {
    "device": ["RT-SUOI-MAU", "IO-SUOI-MAU", "NEW-D"],
    "site": ["TRUNG-TAM"],
    "line": ["4G-SUOI-MAU"],
    "organisation_unit": ["UBND-SUOI-MAU"],
    "contact": ["LH-DIEN-LUC", "NEW-C"],
}


@st.composite
def batch(draw: st.DrawFn) -> list[IncomingRow]:
    """A few rows that change, create, add versions."""
    rows = []
    for n in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(FIELD_TEXTS)))
        id_ = draw(st.sampled_from(KNOWN[kind]))
        cells = {name: draw(st.sampled_from(["", *texts])) for name, texts in FIELD_TEXTS[kind].items()}
        rows.append(
            IncomingRow(
                kind, kind, n, {**(NEW.get(kind, {}) if id_.startswith("NEW") else {}), **cells, "id": id_}
            )
        )
    return rows


def _walk(session: Session, batches: list[list[IncomingRow]]) -> None:
    """Apply batch after batch, then undo them from the last to the first, comparing every snapshot on the way."""
    _import(session, sample_rows())
    seen = []
    for rows in batches:
        before = load(session, TODAY)
        proposal = good_rows(before, rows)
        id_ = apply(session, proposal.changes, author="An", at=HOUR, source="x")
        assert (id_ is None) == (proposal.changes == ())
        assert _content(load(session, TODAY)) == _content(proposal.result)
        if id_ is not None:
            seen.append((id_, before))
    for id_, before in reversed(seen):
        undo(session, id_, author="An", at=HOUR)
        session.commit()
        assert _content(load(session, TODAY)) == _content(before)


@given(st.lists(batch(), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_difference_apply_and_undo_lead_back_to_the_very_snapshot(batches: list[list[IncomingRow]]) -> None:
    """Whatever is applied, in whatever order, undoing all of it from the last on restores what was."""
    with _in_memory() as session:
        _walk(session, batches)


def test_the_same_holds_on_both_databases(session: Session, row: Row) -> None:
    """One walk with every sort of change."""
    rows = [
        row("organisation_unit", 1, id="UBND-SUOI-MAU", name="Mới", valid_from="2026-01-01"),
        row("device", 2, id="NEW-D", name="N", site="TRUNG-TAM", kind="switch", uplinks="RT-TRUNG-TAM"),
        row("site", 3, id="TRUNG-TAM", organisation_units="UBND-SUOI-MAU; UBND-TINH-MAU"),
    ]
    _walk(
        session,
        [rows, [row("device", 1, id="NEW-D", uplinks="-")], [row("line", 1, id="4G-SUOI-MAU", provider="A")]],
    )


def test_a_unit_has_an_identity_as_long_as_it_has_a_version(session: Session, row: Row) -> None:
    """Created with its first version, gone with its last."""
    id_ = _import(
        session, [row("administrative_unit", id="01", name="A", kind="city", valid_from="2025-07-01")]
    )
    session.commit()
    assert session.execute(text("SELECT id FROM administrative_unit")).scalars().all() == ["01"]
    undo(session, str(id_), author="An", at=HOUR)
    session.commit()
    assert session.execute(text("SELECT id FROM administrative_unit")).scalars().all() == []
    assert load(session, None).records == {kind: {} for kind in KINDS}
    assert load(session, None).versions == {kind: {} for kind in VERSIONED}

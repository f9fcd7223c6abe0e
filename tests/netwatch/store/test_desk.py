"""Incidents, notices, messages, silences and windows: written with the verdicts or alone, read back exactly."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from alerts.contract import (
    Message,
    MessageState,
    Notice,
    NoticeKind,
    NoticeState,
    Part,
    Person,
    Phrase,
    Severity,
    Silence,
    Story,
    Window,
)
from netwatch.incidents.contract import (
    Blame,
    Cause,
    Clue,
    Confidence,
    Deed,
    DeskChange,
    DeskState,
    Incident,
    LogEntry,
    Mark,
    Member,
    Nature,
)
from netwatch.state import Transition
from netwatch.store.backup import backup, restore
from netwatch.store.contract import Contradiction, FactRow, Judgement, VerdictRow
from netwatch.store.desk_json import facts_of, text_of, value_of
from netwatch.store.hold import Holder
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind

HOUR = 3600 * 1_000_000

INCIDENT = Incident(
    id=7,
    nature=Nature.FAULT,
    roots=("L-AN", "L-DAI"),
    scope="provider:VNPT",
    reason="witness_fails",
    onset=100,
    contrary=90,
    opened=120,
    severity=Severity.CRITICAL,
    blame=Blame(Cause.PROVIDER, Confidence.LIKELY, (Clue("lines_together", 110, {"tên": "Đường “AB”"}),)),
    members=(Member("S-AN", "site", "down", 101), Member("r-an", "device", "unreachable", 102, left=150)),
    announced=135,
    acknowledged=Mark("Nguyễn Văn An", 140),
    word=Clue("person_says", 141),
)
STORY = Story(
    incident=7,
    severity=Severity.CRITICAL,
    title=Phrase("{n} lines of {provider}", {"n": 2, "provider": Phrase("VNPT"), "$odd": ("một", 2.5, None)}),
    place="Xã An Bình",
    what=Phrase("cut"),
    since=100,
    not_before=90,
    people=(Person("Trực VNPT", "provider_fault_desk", "18001166", on_duty=True),),
)
NOTICE = Notice(
    3, 7, "truc-ban", NoticeKind.OPENING, Severity.CRITICAL, 136, NoticeState.SEALED, "provider", 4
)
MESSAGE = Message(
    id=4,
    receiver="truc-ban",
    reference="<4.136@netwatch.invalid>",
    sealed=136,
    parts=(Part(3, NoticeKind.OPENING, STORY, "ABCD2345"),),
    over=(replace(STORY, ended=130, left=("r-an",)),),
    still=("S-AN",),
)
SILENCE = Silence(2, 100, 500, "an", "bão số 5", units=("XA-AN",), incidents=(7,))
WINDOW = Window(5, 100, 50, "an", "cắt điện", rule="FREQ=WEEKLY", feeders=("471-E1",))
LOG = (
    LogEntry(7, 120, 121, "", Deed.OPENED, {"roots": ("L-AN", "L-DAI"), "severity": "critical"}),
    LogEntry(7, 140, 141, "an", Deed.ACKNOWLEDGED),
)
CHANGE = DeskChange(
    (INCIDENT,), LOG, (NOTICE,), (MESSAGE,), (SILENCE,), (WINDOW,), ((7, "truc-ban", 140),), 99
)


def told(store: SqlStore) -> tuple[object, ...]:
    """All that the desk's tables can tell."""
    return store.desk(0), store.incidents(0, HOUR), store.incident(7), store.incident_log(7)


def test_what_was_put_comes_back_exactly(store: SqlStore) -> None:
    """Vietnamese, nested values, phrases within phrases: nothing is lost, and the next numbers go on."""
    assert store.desk(0) == DeskState()
    store.put(CHANGE)
    assert store.desk(0) == DeskState(
        (INCIDENT,), (NOTICE,), (MESSAGE,), (SILENCE,), (WINDOW,), ((7, "truc-ban", 140),), 99, 8, 4, 5, 3, 6
    )
    assert store.incidents(0, HOUR) == (INCIDENT,)
    assert store.incident(7) == INCIDENT
    assert store.incident(8) is None
    assert store.incident_log(7) == list(LOG)


def test_a_change_put_twice_is_put_once(store: SqlStore) -> None:
    """Also when only a part of it was new, and when a log line was recorded at another time; a code is used once."""
    store.put(replace(CHANGE, log=LOG[:1]))
    store.put(CHANGE)
    first = told(store)
    again = replace(CHANGE, log=tuple(replace(line, recorded_at=9999) for line in LOG))
    store.put(replace(again, used_codes=((7, "truc-ban", 150),)))
    assert told(store) == first


def test_a_value_put_again_takes_the_place_of_the_old_one(store: SqlStore) -> None:
    """An incident that closed, a notice that was delivered: the newest of one change holds."""
    store.put(CHANGE)
    closed = replace(INCIDENT, ended=200, closed=260)
    delivered = replace(NOTICE, state=NoticeState.DELIVERED)
    sent = replace(MESSAGE, state=MessageState.SENT, finished=210, attempts=1, channel="mail")
    store.put(
        DeskChange(incidents=(replace(closed, closed=250), closed), notices=(delivered,), messages=(sent,))
    )
    state = store.desk(200)
    assert (state.incidents, state.notices, state.messages) == ((closed,), (delivered,), (sent,))
    assert state.live_since == 99
    assert (store.incidents(259, HOUR), store.incidents(260, HOUR)) == ((closed,), ())
    assert (store.incidents(0, 100), store.incidents(0, 101)) == ((), (closed,))


def test_a_restart_is_not_given_what_is_over_and_told(store: SqlStore) -> None:
    """Incidents closed before the moment asked for, delivered notices, old messages, silences, windows stay behind."""
    ended = replace(WINDOW, id=6, ended_by="an")
    once = replace(WINDOW, id=7, rule="")
    store.put(
        replace(
            CHANGE,
            incidents=(replace(INCIDENT, closed=260),),
            notices=(replace(NOTICE, state=NoticeState.DELIVERED),),
            messages=(replace(MESSAGE, state=MessageState.SENT, finished=270),),
            windows=(WINDOW, ended, once),
        )
    )
    state = store.desk(1000)
    assert state == DeskState((), (), (), (), (WINDOW,), (), 99, 8, 4, 5, 3, 8)


def test_what_is_not_delivered_is_kept_with_its_incident(store: SqlStore) -> None:
    """However long ago the incident closed, somebody is still to be told of it."""
    closed = replace(INCIDENT, closed=260)
    waiting = replace(NOTICE, state=NoticeState.OVER)
    gone = replace(NOTICE, id=9, incident=8, state=NoticeState.DROPPED)
    store.put(
        DeskChange(incidents=(closed, replace(closed, id=8)), notices=(waiting, gone), messages=(MESSAGE,))
    )
    state = store.desk(HOUR)
    assert (state.incidents, state.notices, state.messages) == ((closed,), (waiting,), (MESSAGE,))


def test_the_desk_is_written_with_the_verdicts_or_not_at_all(
    store: SqlStore, verdict: Callable[..., VerdictRow]
) -> None:
    """One transaction: a judgement that does not fit leaves the desk alone too; delivered again it changes nothing."""
    judgement = Judgement(0, add=(verdict(10, kind=Kind.DOWN),), desk=CHANGE)
    with pytest.raises(Contradiction):
        store.judge(replace(judgement, end=((77, 5),)))
    assert store.desk(0) == DeskState()
    store.judge(judgement)
    first = told(store)
    store.judge(judgement)
    assert told(store) == first
    assert store.incident(7) == INCIDENT


def test_late_looks_leave_the_desk_alone(store: SqlStore, change: Callable[..., Transition]) -> None:
    """What they change is the past; nobody is told of it."""
    store.amend([FactRow(0, change(10, True), 10, 20)][:0], Judgement(0, desk=CHANGE), 30)
    assert store.desk(0) == DeskState()


def test_commands_read_it_without_a_daemon_and_without_writing(store: SqlStore, database_url: str) -> None:
    """While the daemon serves the database, and with a store that may only read."""
    store.put(CHANGE)
    reader = open_store(database_url, read_only=True)
    assert told(reader) == told(store)
    reader.close()


def test_bytes_from_outside_can_be_stored(store: SqlStore) -> None:
    """NUL and lone surrogates are replaced, wherever a text stands."""
    bad = "a\0b\ud800"
    store.put(
        DeskChange(
            incidents=(replace(INCIDENT, scope=bad, blame=Blame(clues=(Clue("trap", 1, {bad: bad}),))),),
            log=(LogEntry(7, 1, 1, bad, Deed.NOTED, {"text": bad}),),
            notices=(replace(NOTICE, receiver=bad),),
            used_codes=((7, bad, 1),),
        )
    )
    good = "a\ufffdb?"
    kept = store.incident(7)
    assert kept is not None
    assert (kept.scope, kept.blame.clues[0].params) == (good, {good: good})
    assert store.incident_log(7) == [LogEntry(7, 1, 1, good, Deed.NOTED, {"text": good})]
    assert store.desk(0).used_codes == ((7, good, 1),)


def test_a_backup_holds_the_desk(
    store: SqlStore, database_url: str, another_url: str, tmp_path: Path, holder: Holder
) -> None:
    """Restored it tells the same, is sound, and still refuses to change the log."""
    store.put(CHANGE)
    backup(database_url, tmp_path / "netwatch.backup")
    restore(tmp_path / "netwatch.backup", another_url, holder)
    restored = open_store(another_url, holder)
    assert told(restored) == told(store)
    restored.put(replace(CHANGE, log=(LogEntry(7, 300, 300, "", Deed.CLOSED),)))
    assert [line.deed for line in restored.incident_log(7)] == [Deed.OPENED, Deed.ACKNOWLEDGED, Deed.CLOSED]
    restored.close()
    assert check_integrity(another_url) == ()


def test_a_notice_of_no_incident_is_unsound(store: SqlStore, database_url: str) -> None:
    """The check names the table and the number."""
    store.put(DeskChange(notices=(NOTICE,)))
    assert check_integrity(database_url) == (
        "notice names incident 7, which does not exist",
        "notice names message 4, which does not exist",
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
TIMES = st.integers(-(2**63), 2**63 - 1)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(TEXTS | st.just("$phrase"), inner, max_size=1)
        | st.builds(Phrase, TEXTS, st.dictionaries(TEXTS, inner, max_size=1))
    ),
    max_leaves=5,
)
FACTS = st.dictionaries(TEXTS, PLAIN, max_size=1)
PHRASES = st.builds(Phrase, TEXTS, FACTS)
ROWS = st.lists(TEXTS, max_size=2).map(tuple)
CLUES = st.builds(Clue, TEXTS, TIMES, st.dictionaries(TEXTS, TEXTS, max_size=1), st.booleans())
STORIES = st.builds(
    Story, TIMES, st.sampled_from(Severity), PHRASES, TEXTS, PHRASES, TIMES, TIMES,
    why=st.lists(PHRASES, max_size=2).map(tuple), left=ROWS, ended=st.none() | TIMES,
    people=st.lists(st.builds(Person, TEXTS, TEXTS, TEXTS, TEXTS, st.none() | st.booleans()), max_size=1).map(tuple),
)  # fmt: skip
VALUES = st.one_of(
    st.builds(
        Incident, TIMES, st.sampled_from(Nature), ROWS, TEXTS, TEXTS, TIMES, TIMES, TIMES,
        st.sampled_from(Severity),
        st.builds(Blame, st.sampled_from(Cause), st.sampled_from(Confidence), st.lists(CLUES, max_size=2).map(tuple)),
        st.lists(st.builds(Member, TEXTS, TEXTS, TEXTS, TIMES, st.none() | TIMES), max_size=2).map(tuple),
        closed=st.none() | TIMES, acknowledged=st.none() | st.builds(Mark, TEXTS, TIMES), flapping=st.booleans(),
    ),
    st.builds(
        Message, TIMES, TEXTS, TEXTS, TIMES,
        st.lists(st.builds(Part, TIMES, st.sampled_from(NoticeKind), STORIES, TEXTS), max_size=2).map(tuple),
        st.lists(STORIES, max_size=1).map(tuple), still=ROWS, state=st.sampled_from(MessageState),
    ),
    st.builds(Window, TIMES, TIMES, TIMES, TEXTS, TEXTS, until=st.none() | TIMES, units=ROWS, feeders=ROWS),
    st.builds(Silence, TIMES, TIMES, TIMES, TEXTS, TEXTS, incidents=st.lists(TIMES, max_size=2).map(tuple)),
    st.builds(Notice, TIMES, TIMES, TEXTS, st.sampled_from(NoticeKind), st.sampled_from(Severity), TIMES),
)  # fmt: skip


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_any_value_comes_back_from_its_text(value: object) -> None:
    """Whatever the fields hold, and of the same types all the way down (mappings have one key: order is not kept)."""
    back = value_of(type(value), text_of(value))
    assert back == value
    assert repr(back) == repr(value)


@given(FACTS)
@settings(max_examples=100, deadline=None)
def test_any_facts_come_back_from_their_text(facts: dict[str, Any]) -> None:
    """Phrases, tuples and mappings within each other."""
    assert repr(facts_of(text_of(facts))) == repr(facts)


def test_what_another_release_wrote_can_be_read() -> None:
    """A field it did not have takes its default, one we do not have is passed over."""
    text = '{"by":"an","at":5,"where":"new field"}'
    assert value_of(Mark, text) == Mark("an", 5)
    assert value_of(Blame, "{}") == Blame()


def test_what_cannot_be_stored_is_refused() -> None:
    """Rather than read back as something else."""
    with pytest.raises(TypeError, match="object"):
        text_of({"thing": object()})


DAMAGE = (
    *("", "{", "null", "[]", '"x"', "{}", '{"id":"x"}', '{"id":null}', "[" * 5000, '{"id":1e400}'),
    text_of(INCIDENT).replace("provider", "martians"),
    text_of(INCIDENT).replace('"roots":["L-AN","L-DAI"]', '"roots":7'),
    text_of(INCIDENT).replace('"roots":["L-AN","L-DAI"]', '"roots":[]'),
    text_of(INCIDENT).replace('"onset":100', f'"onset":{10**30}'),
    text_of(INCIDENT).replace('"onset":100', '"onset":NaN'),
)


def test_a_damaged_row_is_left_out_and_keeps_nobody_from_starting(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The notices of what cannot be read go with it; the log names the row and shows nothing of it."""
    store.put(CHANGE)
    store.put(DeskChange(incidents=(replace(INCIDENT, id=8),), notices=(replace(NOTICE, id=9, incident=8),)))
    for damage in DAMAGE:
        _damage(store, "incident", 7, damage)
        state = store.desk(0)
        assert [one.id for one in state.incidents] == [8], damage
        assert [one.id for one in state.notices] == [9]
        assert state.next_incident == 9
        assert store.incident(7) is None
    assert "table incident: row 7" in caplog.text
    assert "L-AN" not in caplog.text


def test_whatever_row_is_damaged_the_others_are_read(store: SqlStore) -> None:
    """What a lost message carried waits again: none of it may be lost."""
    store.put(CHANGE)
    for table, id_ in (("silence", 2), ("maintenance_window", 5), ("message", 4)):
        _damage(store, table, id_, '{"id":')
        assert [one.id for one in store.desk(0).incidents] == [7]
    assert store.desk(0).notices == (replace(NOTICE, state=NoticeState.PENDING, message=None),)
    _damage(store, "notice", 3, "")
    assert store.desk(0).notices == ()


def _damage(store: SqlStore, table: str, id_: int, content: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(
            text(f"UPDATE {table} SET content = :content WHERE id = :id"), {"content": content, "id": id_}
        )

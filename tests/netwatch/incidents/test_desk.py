"""The desk on a real database: what it writes, what it remembers over a restart, and what people may ask of it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.contract import (
    MessageState,
    NoticeKind,
    NoticeState,
    Route,
    Severity,
    Silence,
    Window,
)
from inventory.snapshot import Inventory
from netwatch.check import Check, FactKey
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.incidents.alerting import Alerts
from netwatch.incidents.contract import Cause, Confidence, Deed, DeskChange, Incident, Nature
from netwatch.incidents.desk import Desk
from netwatch.incidents.orders import NoSuch
from netwatch.incidents.places import Places
from netwatch.plan import Plan
from netwatch.state import Transition
from netwatch.store.contract import FactRow, StoreFault
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store
from netwatch.verdict import Kind

if TYPE_CHECKING:
    from conftest import Office

START = 1_800_000_000 * SECOND
MAIL, PAGER = "mail", "pager"


def test_one_cut_is_one_opening_and_one_closing_and_the_log_says_who_was_told(office: "Office") -> None:
    """The opening carries a code, the closing none; every step stands in the incident's log in the database."""
    office.fail("L1")
    opening = office.seal()
    assert [(part.kind, bool(part.code)) for part in opening.parts] == [(NoticeKind.OPENING, True)]
    office.desk.sent(opening.id, MAIL, office.now)
    assert office.desk.seal(MAIL, office.now) is None
    office.mend("L1")
    closing = office.seal()
    assert [(part.kind, part.code) for part in closing.parts] == [(NoticeKind.CLOSING, "")]
    office.desk.sent(closing.id, MAIL, office.now)
    assert office.states() == [("opening", "delivered"), ("closing", "delivered")]
    deeds = [entry.deed for entry in office.store.incident_log(1)]
    assert deeds[0] is Deed.OPENED
    assert deeds.count(Deed.TOLD) == 2
    assert office.desk.view.sent == {MAIL: 2}


def test_a_message_under_way_when_the_daemon_died_is_the_next_one_unchanged(office: "Office") -> None:
    """Whether it arrived nobody knows: the same words go again under the same reference."""
    office.fail("L1")
    before = office.seal()
    office.desk = office.open()
    assert office.desk.unfinished(MAIL) == (before,)
    assert office.seal() == before


def test_what_a_channel_refused_waits_and_becomes_one_message_with_what_came_meanwhile(
    office: "Office",
) -> None:
    """Three are open, one is over before anybody heard of it: told as happened and over only."""
    office.fail("L1")
    refused = office.seal()
    office.desk.failed(refused.id, "no route", office.now)
    for line in ("L2", "L3"):
        office.wait(600)
        office.fail(line)
    office.mend("L1")
    office.wait(60)
    message = office.seal()
    assert message.reference != refused.reference
    assert [part.story.incident for part in message.parts] == [2, 3]
    assert [story.incident for story in message.over] == [1]
    office.desk.sent(message.id, MAIL, office.now)
    assert office.states(1)[0] == ("opening", "delivered")
    assert office.desk.seal(MAIL, office.now) is None


def test_a_message_given_up_is_dead_and_stays_to_be_seen(office: "Office") -> None:
    """After a restart too; its notices are not tried again."""
    office.fail("L1")
    office.desk.failed(office.seal().id, "refused", office.now, final=True)
    assert office.desk.view.dead == {MAIL: 1}
    office.desk = office.open()
    assert [message.state for message in office.desk.view.messages] == [MessageState.DEAD]
    assert office.states() == [("opening", "dropped")]


def test_a_message_to_a_receiver_that_was_removed_is_given_up(office: "Office") -> None:
    """It would be under way for ever."""
    office.fail("L1")
    office.seal()
    office.desk.arrangement = replace(office.arrangement, receivers=frozenset({PAGER}), routes=())
    office.wait(5)
    assert [message.state for message in office.desk.view.messages] == [MessageState.DEAD]


def test_nobody_is_sent_anything_before_going_live_and_then_only_what_is_still_open(
    tmp_path: Path, make_office: "type[Office]"
) -> None:
    """What was written while trying out would be stale; a test message goes out all the same."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "test"))
    try:
        office = make_office(store)
        office.fail("L1", "L2")
        office.mend("L1")
        assert office.desk.seal(MAIL, office.now) is None
        test = office.desk.test(MAIL, office.now)
        assert office.seal() == test
        office.desk.sent(test.id, MAIL, office.now)
        office.desk.go_live(office.now)
        assert [part.story.incident for part in office.seal().parts] == [2]
        assert office.open().view.live_since == office.now
    finally:
        store.close()


def test_whoever_knows_states_is_told_what_is_open_and_once_what_is_over(office: "Office") -> None:
    """Also what was over before it could be told: nothing of it may stay undelivered."""
    office.fail("L1", "L2")
    parts = office.desk.alerting(MAIL, office.now)
    assert [(part.story.incident, part.kind) for part in parts] == [
        (1, NoticeKind.OPENING),
        (2, NoticeKind.OPENING),
    ]
    office.desk.told(MAIL, [part.notice for part in parts if part.story.incident == 1], office.now)
    office.mend("L1", "L2")
    parts = office.desk.alerting(MAIL, office.now)
    assert [(part.story.incident, part.kind) for part in parts] == [
        (1, NoticeKind.CLOSING),
        (2, NoticeKind.CLOSING),
    ]
    office.desk.told(MAIL, [part.notice for part in parts], office.now)
    assert office.desk.alerting(MAIL, office.now) == ()


def test_an_acknowledgement_stays_with_who_came_first_and_a_code_works_once(office: "Office") -> None:
    """Over a restart too."""
    office.fail("L1")
    office.desk.acknowledge(1, MAIL, office.now, code=True)
    office.desk = office.open()
    with pytest.raises(NoSuch, match="code 1"):
        office.desk.acknowledge(1, MAIL, office.now, code=True)
    after = office.desk.acknowledge(1, "lan", office.now + MINUTE)
    assert after.acknowledged is not None
    assert after.acknowledged.by == MAIL
    assert office.desk.assign(1, "lan", "minh", office.now).assigned == "lan"


def test_a_persons_word_decides_the_cause(office: "Office") -> None:
    """The provider phoned: it is the line, whatever was thought."""
    office.fail("L1")
    office.desk.note(1, Cause.LINE, "VNPT phoned: a dig", "lan", office.now)
    office.wait(5)
    blame = office.desk.view.incidents[1].blame
    assert (blame.cause, blame.confidence) == (Cause.LINE, Confidence.CONFIRMED)
    assert "person_says" in {clue.code for clue in blame.clues}


def test_a_silence_keeps_openings_back_and_never_an_end(office: "Office") -> None:
    """Who was told before is told the end; what began meanwhile is told when the silence ends."""
    office.fail("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    silence = office.desk.silence(Silence(0, office.now, office.now + HOUR, "lan", "works"), office.now)
    office.turn(Kind.UP, "L1")
    office.fail("L2")
    office.wait(60)
    assert [part.kind for part in office.seal().parts] == [NoticeKind.CLOSING]
    office.desk.sent(2, MAIL, office.now)
    assert office.desk.seal(MAIL, office.now) is None
    office.desk.end_silence(silence.id, "lan", office.now)
    office.wait(5)
    assert [part.story.incident for part in office.seal().parts] == [2]
    with pytest.raises(NoSuch):
        office.desk.end_silence(silence.id, "lan", office.now)


def test_in_maintenance_an_incident_is_kept_but_not_told_until_the_window_ends(office: "Office") -> None:
    """Measuring goes on; when the works are over and the line is still cut, somebody hears of it."""
    window = Window(0, office.now - MINUTE, HOUR, "lan", "works", subjects=("L1",))
    (kept,) = office.desk.add_windows([window], office.now)
    office.fail("L1")
    incident = office.desk.view.incidents[1]
    assert (incident.suppressed, incident.announced) == (f"maintenance:{kept.id}", None)
    assert office.desk.view.in_maintenance == {"L1": str(kept.id)}
    assert office.states() == []
    office.desk.end_window(kept.id, "lan", office.now)
    office.wait(30)
    assert office.states() == [("opening", "pending")]


@pytest.mark.parametrize(
    "asked",
    [
        lambda desk: desk.acknowledge(7, "lan", START),
        lambda desk: desk.assign(7, "lan", "lan", START),
        lambda desk: desk.note(7, None, "text", "lan", START),
        lambda desk: desk.end_silence(7, "lan", START),
        lambda desk: desk.end_window(7, "lan", START),
        lambda desk: desk.test("nobody", START),
    ],
)
def test_what_does_not_exist_is_named(office: "Office", asked: Callable[[Desk], object]) -> None:
    """Nothing is changed."""
    with pytest.raises(NoSuch, match=r"7|nobody"):
        asked(office.desk)


def test_a_notice_stands_as_sealed_while_its_message_is_under_way(office: "Office") -> None:
    """Nobody seals it a second time."""
    office.fail("L1")
    message = office.seal()
    assert office.desk.view.notices[1][0].state is NoticeState.SEALED
    assert office.desk.view.notices[1][0].message == message.id


def test_what_waits_for_longer_than_a_day_is_still_told(office: "Office") -> None:
    """A mail server is away over a long weekend: the end of what was told before waits with its incident."""
    office.fail("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    office.mend("L1")
    office.now += 4 * DAY
    office.turn(Kind.UP)
    office.fail("L2")
    assert [part.kind for part in office.seal().parts] == [NoticeKind.CLOSING]


def test_what_is_over_for_long_leaves_the_books(office: "Office") -> None:
    """A daemon that runs for years remembers no more than one that starts now."""
    office.fail("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    office.desk.acknowledge(1, MAIL, office.now, code=True)
    office.desk.silence(Silence(0, office.now, office.now + HOUR, "lan", "thử"), office.now)
    asked = Window(0, office.now, HOUR, "lan", "thử", sites=("SL3",))
    office.desk.add_windows([asked, replace(asked, rule="FREQ=DAILY")], office.now)
    office.mend("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    office.now += 2 * DAY
    office.fail("L2")
    running, started = office.desk.view, office.open().view
    assert running.incidents.keys() == started.incidents.keys() == {2}
    assert running.used_codes == started.used_codes == frozenset()
    assert running.silences == started.silences == ()
    assert [window.id for window in running.windows] == [window.id for window in started.windows] == [2]


def test_what_the_database_did_not_take_is_neither_done_nor_counted(office: "Office") -> None:
    """Whoever sends asks until it is written: however often that is, it was one message."""
    office.fail("L1")
    message = office.seal()
    for done in (office.desk.sent, partial(office.desk.failed, final=True)):
        office.locked = True
        with pytest.raises(StoreFault):
            done(message.id, "", office.now)
        assert (office.desk.view.sent, office.desk.view.dead) == ({}, {})
        assert office.states() == [("opening", "sealed")]
    office.locked = False
    office.desk.sent(message.id, MAIL, office.now)
    assert (office.desk.view.sent, office.desk.view.dead) == ({MAIL: 1}, {})


def test_a_refused_message_to_a_receiver_that_was_removed_is_given_up_by_its_own_fault(
    office: "Office",
) -> None:
    """What became of the message and of its notices is written together."""
    office.fail("L1")
    message = office.seal()
    office.desk.arrangement = replace(office.arrangement, receivers=frozenset({PAGER}), routes=())
    office.desk.failed(message.id, "no route", office.now)
    assert [(one.state, one.error) for one in office.desk.view.messages] == [
        (MessageState.FAILED, "no route")
    ]
    assert office.states() == [("opening", "dropped")]


def test_alerts_are_made_anew_only_of_incidents_that_changed() -> None:
    """Thousands may be open, and are asked for at every commit; another inventory changes them all."""
    alerts, places = Alerts(), Places(Inventory())
    incident = Incident(1, Nature.FAULT, ("L1",), "subject:L1", "no_answer", 1, 0, 2, Severity.MINOR)
    (first,) = alerts.of([incident], places)
    assert alerts.of([incident], places)[0] is first
    assert alerts.of([replace(incident, severity=Severity.MAJOR)], places)[0].severity is Severity.MAJOR
    assert alerts.of([incident], Places(Inventory()))[0] is not first


@pytest.mark.parametrize("scope", ["io:RL1", "reason:refused"])
def test_an_agent_stays_as_it_was_over_a_restart_until_it_was_asked(office: "Office", scope: str) -> None:
    """Its device answers at once; that says nothing about the agent."""
    incident = Incident(
        1, Nature.IGNORANCE, ("RL1",), scope, "no_answer", START - HOUR, START - HOUR, START, Severity.NOTICE
    )
    office.store.put(DeskChange(incidents=(incident,)))
    system = Check("c", "RL1", "snmp_system", "", "RL1", "192.0.2.1", MINUTE, SECOND, SECOND)
    plan = Plan(checks={"c": system})
    office.arrangement = replace(office.arrangement, plan=plan)
    office.desk = office.open()
    office.turn(Kind.UP, "RL1")
    office.wait(120)
    assert [it.ended for it in office.desk.view.open] == [None]
    office.desk.hear([_managed(office.now)])
    office.wait(120)
    assert office.desk.view.open == ()


def _managed(at: int) -> FactRow:
    told = Transition(FactKey("c", "", "manageable"), None, True, at, at, at, "", ever=True)
    return FactRow(1, told, at, None)


def test_of_what_a_channel_refused_no_words_are_kept(office: "Office") -> None:
    """Its incidents are told anew by the next message; a week without mail fills no database."""
    office.fail("L1")
    office.desk.failed(office.seal().id, "no route", office.now)
    kept = {message.id: message for message in office.store.desk(0).messages}
    assert (kept[1].state, kept[1].parts) == (MessageState.FAILED, ())
    assert [part.story.incident for part in office.seal().parts] == [1]


def test_what_is_news_is_not_given_up_with_what_is_old(office: "Office") -> None:
    """The channel has taken nothing for days: the dead letter holds what is old, what happens now is tried on."""
    limits = replace(office.arrangement.limits, give_up=3 * DAY)
    office.desk.arrangement = replace(office.desk.arrangement, limits=limits)
    office.fail("L1")
    office.desk.failed(office.seal().id, "no route", office.now)
    office.now += 3 * DAY
    office.fail("L2")
    office.desk.failed(office.seal().id, "no route", office.now, final=True)
    (dead,) = (one for one in office.desk.view.messages if one.state is MessageState.DEAD)
    assert [part.story.incident for part in dead.parts] == [1]
    again = office.seal()
    assert [part.story.incident for part in again.parts] == [2]
    office.desk.failed(again.id, "no route", office.now, final=True)
    assert office.desk.view.dead == {MAIL: 1}
    assert [part.story.incident for part in office.seal().parts] == [2]


def test_a_renamed_receiver_hears_of_what_is_open_and_of_its_end(office: "Office") -> None:
    """To the settings it is another one; the old one gets nothing more, and no route names it."""
    office.fail("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    office.desk.arrangement = replace(
        office.arrangement, receivers=frozenset({PAGER}), routes=(Route("all", (PAGER,)),)
    )
    office.wait(5)
    office.desk.sent(office.seal(PAGER).id, PAGER, office.now)
    office.mend("L1")
    assert office.desk.seal(MAIL, office.now) is None
    assert [part.kind for part in office.seal(PAGER).parts] == [NoticeKind.CLOSING]


def test_without_any_route_whoever_heard_of_it_still_hears_its_end(office: "Office") -> None:
    """Also when the window that covered it is ended meanwhile."""
    office.fail("L1")
    office.desk.sent(office.seal().id, MAIL, office.now)
    window = Window(0, office.now, HOUR, "lan", "works", subjects=("L1",))
    (kept,) = office.desk.add_windows([window], office.now)
    office.desk.arrangement = replace(office.arrangement, routes=())
    office.wait(30)
    office.desk.end_window(kept.id, "lan", office.now)
    office.mend("L1")
    assert [part.kind for part in office.seal().parts] == [NoticeKind.CLOSING]
    assert office.desk.seal(PAGER, office.now) is None

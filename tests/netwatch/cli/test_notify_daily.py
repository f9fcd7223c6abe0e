"""`netwatch notify daily` and what it tells: a scripted night on sample data, from the rows and incidents stored."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Message, MessageState, Report, Severity, Window
from alerts.render import Rendered, render
from inventory.inspections import Forcing, Trigger
from inventory.local_days import start_of
from inventory.samples import sample_rows
from inventory.snapshot import Inventory, LineContract
from netwatch import commands
from netwatch.cli.at_rest import present
from netwatch.clock import HOUR, MINUTE, SECOND, SystemClock
from netwatch.control.fake import FakeDaemon
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import Blame, Cause, Confidence, DeskChange, Incident, Mark, Member, Nature
from netwatch.incidents.desk import Desk
from netwatch.incidents.links import Signer
from netwatch.incidents.places import Places
from netwatch.mornings import morning
from netwatch.plan import Plan
from netwatch.queries.daily import daily_report, hour_of
from netwatch.queries.daily_due import due_section, today
from netwatch.queries.lightning_words import TRIGGERS
from netwatch.settings import load
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.desk_json import text_of, value_of
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.translate.to_desk import arrangement
from netwatch.translate.to_policy import unknown_units
from netwatch.translate.to_render import render_view
from netwatch.verdict import Kind, Verdict

SITE, LINE, ROUTER = "TRU-SO-SUOI-MAU", "TSLCD-SUOI-MAU", "RT-SUOI-MAU"
OTHER = "UBND-TINH"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 23)
SEVEN = start_of(TODAY, ZONE) + 7 * HOUR
RECEIVERS = """
[receivers.it]
apprise = "env:MAIL"
language = "en"
daily = "07:00"
[receivers.boss]
apprise = "env:BOSS"
language = "en"
"""
Run = Callable[..., Any]


def _row(subject: str, kind: Kind, reason: str, start: int, end: int | None) -> VerdictRow:
    return VerdictRow(0, subject, Verdict(kind, reason, "", "0 of 2"), start, end, start - MINUTE, 1, start)


def _rows(midnight: int) -> tuple[VerdictRow, ...]:
    """Yesterday the site was down from six to eight in the evening, and its line for two minutes less."""
    evening = midnight - 6 * HOUR
    return (
        _row(SITE, Kind.UP, "lines_up", midnight - 48 * HOUR, evening),
        _row(SITE, Kind.DOWN, "no_line_up", evening, evening + 2 * HOUR),
        _row(SITE, Kind.UP, "lines_up", evening + 2 * HOUR, None),
        _row(LINE, Kind.UP, "witness_good", midnight - 48 * HOUR, evening + 2 * MINUTE),
        _row(LINE, Kind.DOWN, "witness_fails", evening + 2 * MINUTE, evening + 2 * HOUR),
        _row(LINE, Kind.UP, "witness_good", evening + 2 * HOUR, None),
        _row(ROUTER, Kind.UNKNOWN, "silence", midnight + 5 * HOUR, None),
    )


def _incidents(midnight: int) -> tuple[Incident, ...]:
    evening = midnight - 6 * HOUR
    cut = Incident(
        id=1, nature=Nature.FAULT, roots=(LINE,), scope=f"subject:{LINE}", reason="witness_fails",
        onset=evening, contrary=evening - 30 * SECOND, opened=evening + MINUTE, severity=Severity.CRITICAL,
        blame=Blame(Cause.LINE, Confidence.LIKELY), members=(Member(SITE, "site", "down", evening),),
        announced=evening + MINUTE, ended=evening + 2 * HOUR, closed=evening + 2 * HOUR + MINUTE,
    )  # fmt: skip
    open_ = replace(
        cut, id=2, roots=(ROUTER,), scope=f"subject:{ROUTER}", onset=midnight - 50 * HOUR, opened=midnight - 50 * HOUR,
        severity=Severity.MINOR, ended=None, closed=None, members=(), acknowledged=Mark("Lan", midnight),
        blame=Blame(Cause.EQUIPMENT, Confidence.POSSIBLE),
    )  # fmt: skip
    early = replace(
        cut, id=3, onset=midnight - 30 * HOUR, opened=midnight - 30 * HOUR, ended=midnight - 20 * HOUR
    )
    blip = replace(cut, id=4, announced=None)
    return cut, open_, early, blip


def _fill(path: Path, midnight: int) -> None:
    """The sample province, and a night in it."""
    store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    since = start_of(date(2026, 1, 1), ZONE)
    day = datetime.fromtimestamp(midnight / SECOND, ZONE).date()
    order = commands.ImportOrder(sample_rows(), "an", since, day, "t", recorded_at=since)
    assert commands.import_rows(store.engine, order).change_set is not None
    store.judge(Judgement(0, add=_rows(midnight)))
    window = Window(1, midnight + 22 * HOUR, 2 * HOUR, "an", "thay tủ điện", sites=(SITE,))
    cut = Window(2, midnight + 9 * HOUR, HOUR, "evn", "cắt điện theo kế hoạch", feeders=("471",))
    tomorrow = Window(3, midnight + 30 * HOUR, HOUR, "an", "mai", sites=(SITE,))
    store.put(DeskChange(incidents=_incidents(midnight), windows=(window, cut, tomorrow), live_since=1))
    store.record((), {"local": midnight + 7 * HOUR}, midnight + 7 * HOUR)
    store.close()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the night before a Monday."""
    path = tmp_path_factory.mktemp("night") / "netwatch.db"
    _fill(path, start_of(TODAY, ZONE))
    return path


@pytest.fixture(scope="module")
def told(night: Path) -> Iterator[Callable[..., Report]]:
    """Makes reports of it, of these units."""
    store = open_store(f"sqlite:///{night}", read_only=True)
    known = present(store, load(None, {}).settings, SEVEN, TODAY)
    hour = hour_of(TODAY, "07:00", ZONE)
    made = morning(store, known, hour, ZONE, SEVEN)
    yield lambda *units: daily_report(made, hour, units)
    store.close()


def words(report: Report, language: str = "en", *, outside: bool = False) -> Rendered:
    """As a receiver reads it."""
    view = render_view(language, ZONE, outside=outside, sample=False, link_of=lambda _: "")
    return render(Message(1, "it", "<x>", SEVEN, (), report=report), view)


def items(report: Report, key: str) -> list[str]:
    """What a section tells of."""
    return [line.item for one in report.sections if one.key == key for line in one.lines]


def test_night_open_unknown_today_and_the_figures_of_yesterday(told: Callable[..., Report]) -> None:
    """What was over before yesterday seven, blips nobody was to be told of, and tomorrow's windows are left out."""
    report = told()
    assert items(report, "night") == ["1"]
    assert items(report, "open") == ["2"]
    assert "silence" in items(report, "unknown")
    assert items(report, "due")[:2] == ["2", "1"]
    assert items(report, "figures") == [SITE, LINE]
    text = words(report).text
    assert "2 hours, from 22/11/2026 18:00:00 to 20:00:00" in text
    assert "Cause: line cut (likely). Whose: the provider" in text
    assert "Acknowledged by Lan" in text
    assert "POWER CUT: 471. 60 minutes, from 23/11/2026 09:00:00 to 10:00:00" in text
    assert "an: thay tủ điện" in text
    assert ": 91.666 %" in text
    assert "Down 2 hours. Between " in text
    assert "Sites yesterday: " in text
    assert words(report).subject.startswith("Daily report 23/11/2026: still open: ")


def test_terms_that_end_today_are_told_and_contracts_that_go_on_are_not(
    told: Callable[..., Report], night: Path
) -> None:
    """The last day of a contract; one whose next terms follow at once has none. A warranty on its day."""
    store = open_store(f"sqlite:///{night}", read_only=True)
    known = present(store, load(None, {}).settings, SEVEN, TODAY)
    store.close()
    [terms] = known.inventory.of("line_contract").values()
    tomorrow = TODAY + timedelta(days=1)
    ending = replace(terms, valid_to=tomorrow)
    following = replace(terms, valid_from=tomorrow, valid_to=None)
    router = replace(known.inventory.of("device")[ROUTER], warranty_until=TODAY)

    def due(*contracts: LineContract) -> list[str]:
        records = {kind: dict(known.inventory.of(kind)) for kind in known.inventory.records}
        records["device"][ROUTER] = router
        records["line_contract"] = {f"{place}": one for place, one in enumerate(contracts)}
        changed = replace(known, inventory=Inventory(records, on=TODAY))
        section = due_section(today(changed, TODAY, ZONE), lambda _: True)
        return [line.item for line in section.lines if line.mark == "ends"]

    assert due(ending) == [ROUTER, terms.id]
    assert due(ending, following) == [ROUTER]
    assert words(told()).text.count("RUNS OUT") == 0


def test_whatever_forces_an_inspection_is_said(night: Path) -> None:
    """One without a date, which nothing forces, stands on the to-do list instead."""
    store = open_store(f"sqlite:///{night}", read_only=True)
    found = today(present(store, load(None, {}).settings, SEVEN, TODAY), TODAY, ZONE)
    store.close()
    [line] = found.inspections.lines
    forced = tuple(Forcing(trigger, TODAY) for trigger in Trigger)
    lines = replace(line, due=None, forced=forced), replace(line, due=None, status="unknown")
    section = due_section(replace(found, inspections=replace(found.inspections, lines=lines)), lambda _: True)
    [told_] = [one for one in section.lines if one.mark in ("due", "overdue")]
    assert [one.text for one in told_.more] == [TRIGGERS[trigger] for trigger in Trigger]
    later = replace(line, due=TODAY + timedelta(days=90), forced=forced[:1])
    section = due_section(
        replace(found, inspections=replace(found.inspections, lines=(later,))), lambda _: True
    )
    assert any(one.more and one.more[0].text.startswith("at once") for one in section.lines)


def test_what_goes_on_stands_before_what_is_over(night: Path) -> None:
    """In the order of parts and within the night; of what is over the worst ten are told, the others counted."""
    store = open_store(f"sqlite:///{night}", read_only=True)
    known = present(store, load(None, {}).settings, SEVEN, TODAY)
    hour = hour_of(TODAY, "07:00", ZONE)
    made = morning(store, known, hour, ZONE, SEVEN)
    store.close()
    cut, open_, *_ = _incidents(start_of(TODAY, ZONE))
    over = [replace(cut, id=10 + number) for number in range(12)]
    goes_on = replace(open_, id=9, onset=SEVEN - HOUR, opened=SEVEN - HOUR)
    report = daily_report(replace(made, incidents=(*over, goes_on)), hour)
    assert [one.key for one in report.sections][:2] == ["open", "night"]
    assert items(report, "night") == ["9", *map(str, range(10, 20))]
    told = words(report).text
    assert told.index("Still open, the oldest first (1)") < told.index("Began or ended since yesterday (13)")
    assert [one.more for one in report.sections[:2]] == [0, 2]


def test_outside_gets_names_alone(told: Callable[..., Report]) -> None:
    """No person, no reason that somebody wrote."""
    text = words(told(), outside=True).text
    assert "Lan" not in text
    assert "thay tủ điện" not in text
    assert ". Acknowledged" in text


def test_both_languages_have_every_word(told: Callable[..., Report]) -> None:
    """Figures by the custom of each."""
    vietnamese = words(told(), "vi").text
    assert ": 91,666 %" in vietnamese
    assert "Còn tồn tại, lâu nhất trước (1):" in vietnamese
    assert "Hôm nay (" in vietnamese


def test_a_report_of_other_agencies_is_a_quiet_one(told: Callable[..., Report]) -> None:
    """One sentence says so; it is never empty."""
    report = told("XA-KHONG-CO")
    assert not any(section.count for section in report.sections)
    assert words(report).subject == "Daily report 23/11/2026: a quiet night"
    assert words(report).text.startswith("A quiet night: since yesterday nothing has happened;")


def test_what_is_stored_is_what_was_told(told: Callable[..., Report]) -> None:
    """Phrases, lengths and all."""
    message = Message(1, "it", "<x>", SEVEN, (), report=told())
    assert value_of(Message, text_of(message)) == message


@pytest.fixture
def asked(run: Run, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Commands on a database of the night before the real today."""
    path = tmp_path_factory.mktemp("today") / "netwatch.db"
    _fill(path, start_of(_today(), ZONE))
    shutil.copy(path, home / "netwatch.db")
    with (home / "netwatch.toml").open("a", encoding="utf-8") as file:
        file.write(RECEIVERS)
    return run


def _today() -> date:
    return datetime.fromtimestamp(SystemClock().now() / SECOND, ZONE).date()


def test_the_command_shows_what_would_be_told_and_what_was(asked: Run, home: Path) -> None:
    """Before it is made as it would be now; afterwards as it was sent."""
    done = asked("notify", "daily")
    assert done.code == 0, done.err
    assert "it: due " in done.out
    assert "Still open, the oldest first (" in done.out
    assert "boss gets no daily report" in asked("notify", "daily", "boss").out
    store = open_store(f"sqlite:///{home}/netwatch.db", Holder("here", 1, 0, "0"))
    now = start_of(_today(), ZONE) + 7 * HOUR
    report = Report(_today().isoformat(), "x", now, now, now + HOUR, ())
    sent = Message(
        9, "it", "<r>", now, (), state=MessageState.SENT, finished=now, channel="it", report=report
    )
    store.put(DeskChange(messages=(sent,)))
    store.close()
    found = json.loads(asked("notify", "daily", "it", "--json").out)["reports"][0]
    assert (found["state"], found["reference"], found["channel"]) == ("sent", "<r>", "it")


def test_days_and_receivers_that_are_not_there(asked: Run) -> None:
    """A sentence each."""
    assert asked("notify", "daily", "--date", _today() - timedelta(days=3)).code == 1
    assert asked("notify", "daily", "--date", _today() + timedelta(days=3)).code == 64
    assert "no receiver 'itt'" in asked("notify", "daily", "itt").err.lower()
    assert asked("notify", "daily", "--send", "--date", _today()).code == 64


def test_a_running_daemon_makes_and_queues_the_test(daemon: FakeDaemon, run: Run, home: Path) -> None:
    """From what it knows at that moment; a name that it does not know is refused."""
    path = home / "netwatch.toml"
    with path.open("a", encoding="utf-8") as file:
        file.write(RECEIVERS)
    settings, store = load(path, {"MAIL": "x", "BOSS": "y"}).settings, SqlStore(daemon.engine)
    places = Places(daemon.shown.inventory)
    daemon.desk = Desk(store, arrangement(settings, places, Plan(), Signer(b""), "here"), Circumstances())
    daemon.receivers = settings.receivers
    done = run("notify", "daily", "it", "--send")
    assert done.code == 0, done.err
    (made,) = daemon.desk.view.messages
    assert (made.receiver, made.state, made.report is not None) == ("it", MessageState.SENDING, True)
    [event] = commands.events(daemon.engine, commands.EventFilter(kind="notifications"))
    assert "daily_tested" in str(event.after)


def test_agencies_that_the_inventory_does_not_have_are_named() -> None:
    """A report of them alone would always be a quiet one."""
    overrides = (
        'receivers.it.apprise="env:MAIL"',
        'receivers.it.daily="07:00"',
        'receivers.it.daily_units=["X"]',
    )
    [said] = unknown_units(load(None, {"MAIL": "x"}, overrides).settings, Inventory())
    assert str(said).startswith("receivers.it.daily_units: the inventory has no organisation unit 'X'.")


def test_a_test_is_queued(asked: Run, home: Path) -> None:
    """Marked in its subject; a dry run queues nothing."""
    assert asked("notify", "daily", "it", "--send", "--dry-run").code == 0
    done = asked("notify", "daily", "it", "--send")
    assert done.code == 0, done.err
    store = open_store(f"sqlite:///{home}/netwatch.db", read_only=True)
    (made,) = store.messages("it", 0, 2**62)
    store.close()
    assert made.reference.startswith("<daily-test.")
    assert made.report is not None
    assert words(made.report).subject.startswith("TEST: Daily report ")
    assert "not made yet" in asked("notify", "daily", "it").out

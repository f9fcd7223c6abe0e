"""A month that was published stays so, and every reason for which its figures would be others today is found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from alerts.contract import Window
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.samples import sample_rows
from netwatch import commands
from netwatch.availability.contract import Class
from netwatch.clock import DAY, HOUR, MINUTE
from netwatch.control.contract import Refused
from netwatch.incidents.contract import DeskChange
from netwatch.incidents.places import Places
from netwatch.incidents.reclassifying import Reclassification, carry_out
from netwatch.publishing_availability import AvailabilityIssued, AvailabilityOrder, publish
from netwatch.queries.availability_json import published_json
from netwatch.queries.availability_published import (
    PublishedAvailability,
    What,
    published_availability,
    published_lines,
)
from netwatch.store import publications_sql
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.engine import writing
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SITE, LINE, SPARE = "TRU-SO-SUOI-MAU", "TSLCD-SUOI-MAU", "4G-SUOI-MAU"
AGENCY, OTHER = "UBND-SUOI-MAU", "UBND-TINH-MAU"
OCTOBER, NOVEMBER = (start_of(date(2026, month, 1), ZONE) for month in (10, 11))
WATCHED = (("site", SITE), ("line", LINE))
PUBLISHED, LATER = NOVEMBER + 5 * DAY, NOVEMBER + 20 * DAY


def row(subject: str, verdict: Verdict, start: int, end: int | None) -> VerdictRow:
    """A stored row, first seen a minute after it may have begun."""
    return VerdictRow(0, subject, verdict, start, end, start - MINUTE, 1, start)


def story(subject: str) -> tuple[VerdictRow, ...]:
    """Up, then for a day and an hour each unreachable behind the spare line, unknown, down; the rest up."""
    times = [OCTOBER - DAY, OCTOBER + DAY, OCTOBER + 2 * DAY, OCTOBER + 3 * DAY, OCTOBER + 4 * DAY]
    verdicts = (
        Verdict(Kind.UP, "lines_up"),
        Verdict(Kind.UNREACHABLE, "upstream_down", cause=SPARE if subject == LINE else ""),
        Verdict(Kind.UNKNOWN, "no_looks"),
        Verdict(Kind.DOWN, "no_line_up"),
        Verdict(Kind.UP, "lines_up"),
    )
    spans = zip(verdicts, times, [*times[1:], None], strict=True)
    return tuple(row(subject, verdict, start, end) for verdict, start, end in spans)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample inventory since August and the story of a site and its line."""
    path = tmp_path_factory.mktemp("begun") / "netwatch.db"
    store = open_store(f"sqlite:///{path}", Holder("here", 1, 0, "0"))
    since = start_of(date(2026, 8, 1), ZONE)
    order = commands.ImportOrder(sample_rows(), "an", since, date(2026, 8, 1), "t", recorded_at=since)
    assert commands.import_rows(store.engine, order).change_set is not None
    store.judge(Judgement(0, add=(*story(SITE), *story(LINE))))
    store.close()
    return path


@pytest.fixture
def store(begun: Path, tmp_path: Path) -> Iterator[SqlStore]:
    """A copy of it."""
    copy = tmp_path / "netwatch.db"
    copy.write_bytes(begun.read_bytes())
    opened = open_store(f"sqlite:///{copy}", Holder("here", 1, 0, "0"))
    yield opened
    opened.close()


def issue(store: SqlStore, **more: object) -> AvailabilityIssued:
    """Publish October."""
    order = AvailabilityOrder(2026, 10, "", "an", PUBLISHED, ZONE, "1.0")
    return publish(store.engine, replace(order, **more))  # type: ignore[arg-type]


def today(store: SqlStore) -> PublishedAvailability:
    """The newest publication beside what is known later."""
    header = publications_sql.headers(store.engine, kind="availability")[-1]
    return published_availability(store, header, LATER, ZONE)


def reasons(store: SqlStore) -> dict[tuple[str, str], set[What]]:
    """Why each row differs."""
    return {(row.kind, row.id): {reason.what for reason in row.reasons} for row in today(store).rows}


def record(store: SqlStore, kind: str, **cells: str) -> None:
    """Write something down later that has held since August."""
    since = start_of(date(2026, 8, 1), ZONE)
    rows = (IncomingRow(kind, kind, 1, cells),)
    order = commands.ImportOrder(rows, "bình", since, date(2026, 11, 21), "t", recorded_at=LATER - DAY)
    report = commands.import_rows(store.engine, order)
    assert report.change_set is not None, report


def test_what_was_published_is_what_is_known_as_long_as_nothing_changes(store: SqlStore) -> None:
    """With its grounds; the database takes no other word for it, and what goes on in November changes nothing."""
    issued = issue(store)
    assert (issued.id, issued.sites, issued.lines, issued.outages) == ("A-2026-10-1", 2, 2, 3)
    [open_] = store.verdicts(LATER, LATER + 1, SITE)
    fallen = row(SITE, Verdict(Kind.DOWN, "no_line_up"), LATER - DAY, None)
    store.judge(Judgement(0, add=(fallen,), end=((open_.id, LATER - DAY),)))
    report = today(store)
    assert not report.rows
    assert report.frozen.lines == report.today.lines
    assert report.frozen.last_verdict == 10
    [line] = published_lines(store.engine)
    assert (line.sha256, line.period, line.on) == (issued.sha256, "2026-10", "2026-10-31")
    with pytest.raises(Exception, match="only ever added"), writing(store.engine).begin() as connection:
        connection.execute(text("DELETE FROM publication"))


def test_a_month_is_published_once_and_only_when_it_is_told(store: SqlStore) -> None:
    """Neither while it goes on, nor while its last hour may be told anew; replacing it needs a reason."""
    for now in (NOVEMBER - 1, NOVEMBER + HOUR - 1):
        with pytest.raises(Refused, match="cannot be published before"):
            issue(store, now=now)
    issue(store, now=NOVEMBER + HOUR)
    with pytest.raises(Refused, match="--amend"):
        issue(store)
    with pytest.raises(Refused, match="Did you mean TRU-SO-SUOI-MAU"):
        issue(store, scope="TRU-SO-SUOI-MAUU")
    assert issue(store, amend=True, reason="bổ sung", dry_run=True).replaces == "A-2026-10-1"
    assert issue(store, scope=LINE).lines == 1
    assert [line.replaced_by for line in published_lines(store.engine)] == ["", ""]


def test_late_looks_are_told_with_what_they_changed(store: SqlStore) -> None:
    """The site's row and its agency's, which has no other reason."""
    issue(store)
    [gap] = [one for one in store.verdicts(OCTOBER, NOVEMBER, SITE) if one.verdict.kind is Kind.UNKNOWN]
    told = replace(gap, id=0, verdict=Verdict(Kind.DOWN, "no_line_up"), recorded_at=LATER)
    store.judge(Judgement(0, add=(told,), supersede=(gap.id,)))
    assert reasons(store) == {("agency", AGENCY): {What.SITE}, ("site", SITE): {What.LATE}}
    [reason] = today(store).rows[1].reasons
    assert (reason.before, reason.after) == ("unknown:no_looks", "down:no_line_up")
    assert (reason.end - reason.start, reason.recorded_at) == (DAY, LATER)


def test_a_reclassification_is_told_with_who_and_why(store: SqlStore) -> None:
    """Of every row whose time it took out."""
    issue(store)
    window = Window(0, 0, 0, "an", "", subjects=(LINE,))
    span = (OCTOBER + 3 * DAY, OCTOBER + 3 * DAY + HOUR)
    order = Reclassification(window, *span, "thay tủ điện", "bình")
    carry_out(store, Places(commands.inventory_of(store.engine, date(2026, 11, 20))), order, LATER)
    assert reasons(store) == {("line", LINE): {What.RECLASSIFIED}}
    [difference] = today(store).rows
    [reason] = difference.reasons
    assert (reason.why, reason.actor, reason.start, reason.end) == ("thay tủ điện", "bình", *span)
    assert difference.today is not None
    assert difference.today.account.of(Class.EXCLUDED) == HOUR


def test_a_window_that_was_not_there_is_told(store: SqlStore) -> None:
    """One of which no event says when it was added was always known."""
    issue(store)
    window = Window(1, OCTOBER + 3 * DAY, HOUR, "an", "diễn tập", subjects=(LINE,))
    store.put(DeskChange(windows=(window,)))
    assert reasons(store) == {("line", LINE): {What.WINDOW}}
    assert today(store).rows[0].reasons[0].why.startswith("maintenance: diễn tập")


def test_a_cause_that_is_anothers_is_told_with_what_was_recorded(store: SqlStore) -> None:
    """The spare line turns out to be the same provider's: what it caused is the provider's time."""
    issue(store)
    record(store, "line", id=SPARE, provider="Nhà mạng Mẫu")
    assert reasons(store) == {("line", LINE): {What.OWNER}}
    [difference] = today(store).rows
    assert (difference.reasons[0].before, difference.reasons[0].after) == ("undecided", "provider")
    assert [(cause.kind, cause.entity, cause.actor) for cause in difference.recorded] == [
        ("line", SPARE, "bình")
    ]


def test_a_site_that_was_another_agencys_is_told(store: SqlStore) -> None:
    """Both agencies' rows, and the record that was corrected in retrospect."""
    issue(store)
    record(store, "site", id=SITE, organisation_units=OTHER)
    assert reasons(store) == {("agency", AGENCY): {What.MEMBER}, ("agency", OTHER): {What.MEMBER}}
    for difference in today(store).rows:
        assert [(cause.entity, cause.recorded_at) for cause in difference.recorded] == [(SITE, LATER - DAY)]


def test_a_site_that_was_recorded_late_is_told(store: SqlStore) -> None:
    """It has a row that was not published, and moves its agency's."""
    issue(store)
    record(store, "site", id="MOI", name="Điểm mới", organisation_units=AGENCY)
    assert reasons(store) == {("agency", AGENCY): {What.MEMBER}, ("site", "MOI"): set()}
    added = today(store).rows[1]
    assert (added.published, [cause.entity for cause in added.recorded]) == (None, ["MOI"])


def test_a_daemon_that_was_thought_to_stand_still_is_told(store: SqlStore) -> None:
    """When the month was published nobody was known to have looked since the tenth; then its heartbeat came in."""
    stopped = OCTOBER + 10 * DAY
    store.record((), {"local": stopped}, stopped)
    issue(store)
    store.record((), {"local": LATER}, LATER)
    told = reasons(store)
    assert told == {("agency", AGENCY): {What.SITE}, **{(kind, id_): {What.WATCHED} for kind, id_ in WATCHED}}
    assert {row.reasons[0].start for row in today(store).rows} == {0, stopped}


def test_what_nothing_explains_is_the_programs(store: SqlStore) -> None:
    """A row changed behind everybody's back."""
    issue(store)
    with writing(store.engine).begin() as connection:
        changed = "UPDATE verdict_interval SET kind = 'up' WHERE subject = :line AND kind = 'down'"
        connection.execute(text(changed), {"line": LINE})
    assert reasons(store) == {("line", LINE): {What.COMPUTED}}
    told = json.loads(json.dumps(published_json(today(store))))
    assert (told["differs"], told["rows"][0]["reasons"][0]["before"]) == (True, "1.0")

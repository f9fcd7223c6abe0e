"""Figures of record from a database, told by a report and by /metrics: the same to the microsecond."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Window
from exporters.columns import pieces
from inventory.changes import Complete
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.samples import sample_rows
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.accounting import SOON, Accountant, rest
from netwatch.availability import periods
from netwatch.availability.contract import Class, Period
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from netwatch.incidents.contract import DeskChange
from netwatch.incidents.reclassify import reclassify
from netwatch.present import Present
from netwatch.queries.availability import (
    Asked,
    AvailabilityLine,
    AvailabilityReport,
    NoSuchScopeError,
    availability,
)
from netwatch.store.contract import Judgement, StoreFault, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.translate.to_exporters import Exposition, families
from netwatch.translate.to_exporters_availability import AvailabilityLines, availability_families
from netwatch.verdict import Kind, Verdict

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 23)
NOW = int(datetime(2026, 11, 23, 12, tzinfo=ZONE).timestamp()) * SECOND + 250_000
OCTOBER = periods.month(2026, 10, ZONE)
SITE, CENTRE = "TRU-SO-SUOI-MAU", "TRUNG-TAM"
LINE, BACKUP, ROUTER, ENDPOINT = "TSLCD-SUOI-MAU", "4G-SUOI-MAU", "RT-SUOI-MAU", "DC-SUOI-MAU"

ENDPOINTS = frozenset({"conferencing_endpoint"})


def at(month: int, day: int, hour: float = 0) -> int:
    """A local moment of 2026."""
    return int(datetime(2026, month, day, tzinfo=ZONE).timestamp()) * SECOND + round(hour * HOUR)


def row(subject: str, kind: Kind, start: int, end: int | None, cause: str = "") -> VerdictRow:
    """A row that begins within the minute before."""
    return VerdictRow(0, subject, Verdict(kind, f"r_{kind}", cause), start, end, start - MINUTE, 1, start)


ROWS = (
    row(SITE, Kind.UP, at(10, 2), at(10, 10)),
    row(SITE, Kind.DOWN, at(10, 10), at(10, 10, 3)),
    row(SITE, Kind.DEGRADED, at(10, 10, 3), at(10, 31, 20)),
    row(SITE, Kind.UNKNOWN, at(10, 31, 20), at(11, 1, 4)),
    row(SITE, Kind.UP, at(11, 1, 4), at(11, 23, 9)),
    row(SITE, Kind.UNREACHABLE, at(11, 23, 9), None, LINE),
    row(LINE, Kind.UP, at(10, 1), at(10, 20)),
    row(LINE, Kind.UNREACHABLE, at(10, 20), at(10, 20, 6), ROUTER),
    row(LINE, Kind.UP, at(10, 20, 6), at(11, 23, 9)),
    row(LINE, Kind.DOWN, at(11, 23, 9), None),
    row(BACKUP, Kind.UNREACHABLE, at(10, 3), None, LINE),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """The sample inventory since January, with verdicts of two months, served until this moment."""
    yield from stocked(f"sqlite:///{tmp_path}/netwatch.db")


@pytest.fixture
def any_store(database_url: str) -> Iterator[SqlStore]:
    """The same on each kind of database."""
    yield from stocked(database_url)


def stocked(url: str) -> Iterator[SqlStore]:
    opened = open_store(url, Holder("here", 1, 0, "0"))
    taken_in(opened, sample_rows(), date(2026, 1, 1))
    opened.judge(Judgement(0, add=ROWS))
    opened.record((), {"local": NOW}, NOW)
    yield opened
    opened.close()


def taken_in(
    store: SqlStore, rows: tuple[IncomingRow, ...], since: date, complete: Complete | None = None
) -> None:
    moment = start_of(since, ZONE)
    order = commands.ImportOrder(rows, "an", moment, since, "test", complete, recorded_at=moment)
    assert commands.import_rows(store.engine, order).change_set is not None


def report(
    store: SqlStore, by: str = "site", period: Period = OCTOBER, scope: str = "", now: int = NOW
) -> AvailabilityReport:
    return availability(store, Asked(scope, by, period), ZONE, now)


def line_of(found: AvailabilityReport, id_: str) -> AvailabilityLine:
    [line] = [line for line in found.lines if line.id == id_]
    return line


def hours(line: AvailabilityLine) -> dict[str, float]:
    return {class_.value: line.account.of(class_) / HOUR for class_ in Class}


def add_window(store: SqlStore, window: Window, recorded: int) -> None:
    store.put(DeskChange(windows=(window,)))
    commands.note_act(
        store.engine, kind="maintenance", entity=str(window.id), after={"action": "added"}, reason=window.reason,
        author="an", at=recorded,
    )  # fmt: skip


def test_a_month_of_a_site(store: SqlStore) -> None:
    """Degraded is up; what nobody watched is unknown; the outage has its bounds and its cause."""
    line = line_of(report(store), SITE)
    assert hours(line) == {"up": 29 * 24 + 20 - 3, "down": 3, "unknown": 28, "excluded": 0}
    [one] = line.outages
    assert (one.outage.start, one.outage.earliest_start) == (at(10, 10), at(10, 10) - MINUTE)
    assert line.account.low == line.account.up - 2 * MINUTE
    assert line.account.high == line.account.up + 28 * HOUR + MINUTE
    unseen = line_of(report(store), CENTRE)
    assert hours(unseen) == {"up": 0, "down": 0, "unknown": 31 * 24, "excluded": 0}
    assert unseen.account.availability is None


def test_lines_count_by_the_owner_of_the_cause(store: SqlStore) -> None:
    """Behind our own router nothing is claimed; behind a line of whoever else it is unknown."""
    found = report(store, "line")
    assert hours(line_of(found, LINE)) == {"up": 31 * 24 - 6, "down": 0, "unknown": 0, "excluded": 6}
    assert line_of(found, BACKUP).account.unknown == 31 * DAY
    assert [line.id for line in report(store, "", scope=LINE).lines] == [LINE]
    assert [line.kind for line in report(store, "", scope=ENDPOINT).lines] == ["endpoint"]


def test_agencies_add_up_the_seconds_of_their_sites(store: SqlStore) -> None:
    """Each its own; all together what all sites are."""
    found = report(store, "agency")
    assert [(line.id, line.sites) for line in found.lines] == [("UBND-SUOI-MAU", 1), ("UBND-TINH-MAU", 1)]
    assert line_of(found, "UBND-SUOI-MAU").account.up == line_of(report(store), SITE).account.up
    assert sum(found.total.of(class_) for class_ in Class) == 2 * 31 * DAY == found.things * 31 * DAY
    assert [line.id for line in report(store, "agency", scope="UBND-SUOI-MAU").lines] == ["UBND-SUOI-MAU"]
    assert [line.id for line in report(store, scope="99001").lines] == [SITE]


def test_maintenance_excludes_what_it_overlaps_from_when_it_was_known(store: SqlStore) -> None:
    """Half of the outage is planned; the hour before anybody wrote it down counts; elsewhere nothing changes."""
    start = at(10, 10, 1)
    window = Window(1, start, 5 * HOUR, "an", "thay tủ điện", sites=(SITE,))
    add_window(store, window, start + HOUR)
    line = line_of(report(store), SITE)
    assert hours(line) == {"up": 29 * 24 + 20 - 3 - 3, "down": 2, "unknown": 28, "excluded": 4}
    assert line.account.by_reason[Class.EXCLUDED, "maintenance: thay tủ điện (an)"] == 4 * HOUR
    assert line.outages[0].outage.excluded == HOUR
    assert line_of(report(store), CENTRE).account.excluded == 0


def test_time_reclassified_afterwards_is_excluded(store: SqlStore) -> None:
    """By new rows; the rest of the figures stays."""
    rows = [one for one in store.verdicts(0) if one.subject == SITE]
    store.judge(reclassify(rows, (at(10, 9), at(10, 10, 1)), "maintenance: x (an)", NOW))
    assert hours(line_of(report(store), SITE)) == {
        "up": 28 * 24 + 20 - 3, "down": 2, "unknown": 28, "excluded": 25,
    }  # fmt: skip


def test_open_outages_count_to_now_and_not_while_nobody_watches(store: SqlStore) -> None:
    """Three hours by now; once the daemon is gone only until it last lived."""
    november = periods.month(2026, 11, ZONE)
    assert line_of(report(store, period=november), SITE).account.down == 3 * HOUR + 250_000
    later = line_of(report(store, period=november, now=NOW + DAY), SITE).account
    assert (later.down, later.unknown) == (3 * HOUR + 250_000, 4 * HOUR + DAY)
    assert later.until == NOW + DAY
    assert report(store, period=november, now=NOW + DAY).watched_until == NOW


def test_what_is_gone_since_is_still_told(store: SqlStore) -> None:
    """An endpoint in the figures of the month in which it was given up; not in those of the next."""
    rows = tuple(one for one in sample_rows() if one.cells.get("id") != ENDPOINT)
    taken_in(store, rows, date(2026, 10, 15), Complete("UBND-TINH-MAU", date(2026, 10, 15), ENDPOINTS))
    assert [line.id for line in report(store, "endpoint").lines] == [ENDPOINT]
    assert [line.id for line in report(store, scope=ENDPOINT, by="").lines] == [ENDPOINT]
    assert report(store, "endpoint", periods.month(2026, 11, ZONE)).lines == ()


def test_what_does_not_exist_is_refused(store: SqlStore) -> None:
    """With the ids there are; and a line is not told by site."""
    with pytest.raises(NoSuchScopeError) as fault:
        report(store, scope="NOBODY")
    assert SITE in fault.value.known
    with pytest.raises(NoSuchScopeError) as misfit:
        report(store, "site", scope=LINE)
    assert misfit.value.unfit


class Counting:
    """An accountant on a database, with a clock moved by hand."""

    def __init__(self, store: SqlStore, present: Present) -> None:
        self.store, self.present, self.clock = store, present, ManualClock(NOW)
        self.inventory = commands.inventory_of(store.engine, TODAY)
        self.locked = False
        self.accountant = Accountant(store, self.clock, self.known)
        self.lines = AvailabilityLines()

    def known(self) -> tuple[Inventory, ZoneInfo]:
        """The inventory; asking it is where a database that is locked shows here."""
        if self.locked:
            raise StoreFault("locked", "busy")
        return self.inventory, ZONE

    async def told(self, now: int) -> dict[tuple[str, ...], float]:
        """What /metrics says once it was counted at a moment: by family, period, class and id."""
        self.store.record((), {"local": now}, now)
        self.clock.move_to(now)
        await self.accountant.refresh()
        shown = replace(self.present, availability=self.accountant.count)
        [moment] = [point.value for family in availability_families(shown) for point in family.points]
        assert moment == now / SECOND
        families = [grouped.family() for grouped in self.lines.families(shown)]
        return {
            (family.name, *point.labels.values()): point.value
            for family in families
            for point in family.points
        }

    def reported(self, now: int) -> dict[tuple[str, ...], float]:
        """The same of reports for that moment."""
        today = datetime.fromtimestamp(now / SECOND, ZONE).date()
        return {
            (f"netwatch_{kind}_seconds", name, class_, line.id): line.account.of(class_) / SECOND
            for kind in ("site", "line")
            for name in periods.TO_DATE
            for line in report(self.store, kind, periods.to_date(name, today, ZONE), now=now).lines
            for class_ in Class
        }


async def test_it_is_counted_soon_after_the_start(store: SqlStore, present: Present) -> None:
    """Every few seconds until the daemon has said that it lives, then every minute; a fault is no reason to hurry."""
    counting = Counting(store, present)
    running = asyncio.create_task(counting.accountant.run())
    try:
        assert await woken(counting.clock) == NOW + SOON
        assert await woken(counting.clock) == NOW + SOON + MINUTE
        assert counting.accountant.count is not None
    finally:
        running.cancel()
    assert [rest(NOW, NOW + ago, done=False) for ago in (0, MINUTE - 1, MINUTE)] == [SOON, SOON, MINUTE]
    assert rest(NOW, NOW, done=True) == MINUTE


async def woken(clock: ManualClock) -> int:
    """Wait until somebody sleeps, and wake it: when."""
    while True:
        if (moment := clock.next_sleeper()) is not None:
            clock.move_to(moment)
            return moment
        await asyncio.sleep(0)


async def test_metrics_are_the_report(any_store: SqlStore, present: Present) -> None:
    """For one and the same moment: at first, as time goes by, after whatever changes the past, and in a new month."""
    store = any_store
    counting = Counting(store, present)
    first = await counting.told(NOW)
    assert len(first) == 2 * 2 * 3 * 4
    assert first == counting.reported(NOW)
    later = NOW + 5 * MINUTE + 7
    assert await counting.told(later) == counting.reported(later)
    add_window(store, Window(1, at(11, 20), 90 * DAY // 100, "an", "sửa", sites=(SITE,)), at(11, 19))
    rows = [one for one in store.verdicts(0) if one.subject == LINE]
    store.judge(reclassify(rows, (at(10, 9), at(11, 2)), "maintenance: x (an)", later))
    opened = next(one for one in store.verdicts(later) if one.subject == SITE)
    store.judge(Judgement(0, end=((opened.id, later),), add=(row(SITE, Kind.UP, later, None),)))
    again = later + MINUTE
    told = await counting.told(again)
    assert told == counting.reported(again)
    assert told["netwatch_site_seconds", "month", "excluded", SITE] == 21.6 * 3600
    turned = at(12, 1, 0.5)
    assert await counting.told(turned) == counting.reported(turned)
    # Today is counted as well, for pages.
    assert counting.accountant.count is not None
    today = counting.accountant.count.columns["line", periods.TODAY]
    for line in report(store, "line", periods.day(date(2026, 12, 1), ZONE), now=turned).lines:
        place = today.ids.index(line.id)
        assert [times[place] for times in today.times] == [line.account.of(class_) for class_ in Class]


async def test_rows_tell_since_when_they_may_change_what_was(any_store: SqlStore) -> None:
    """New ones from the moment before them that was otherwise, those that ended from their end; nothing else."""
    store = any_store
    assert store.moved(2**62, 2**62)[0] == {}
    everything, newest = store.moved(0, 2**62)
    assert everything == {SITE: at(10, 2) - MINUTE, LINE: at(10, 1) - MINUTE, BACKUP: at(10, 3) - MINUTE}
    opened = next(one for one in store.verdicts(NOW) if one.subject == SITE)
    store.judge(Judgement(0, end=((opened.id, NOW),), add=(row(SITE, Kind.UP, NOW, None),)))
    assert store.moved(newest, NOW - 10 * MINUTE) == ({SITE: NOW - MINUTE}, newest + 1)
    assert store.moved(newest + 1, NOW - 10 * MINUTE) == ({SITE: NOW}, newest + 1)


async def test_who_left_is_no_longer_told(store: SqlStore, present: Present) -> None:
    """Neither in this month nor in the last; what goes on is."""
    counting = Counting(store, present)
    await counting.told(NOW)
    known = counting.inventory
    left = {id_: line for id_, line in known.of("line").items() if id_ != BACKUP}
    counting.inventory = replace(known, records={**known.records, "line": left})
    told = await counting.told(NOW + MINUTE)
    assert {key[3] for key in told if key[0] == "netwatch_line_seconds"} == {LINE}


async def test_a_database_that_fails_leaves_the_count_from_before(
    store: SqlStore, present: Present, caplog: pytest.LogCaptureFixture
) -> None:
    """And says so; nothing is said before there was one."""
    assert [family.points for family in availability_families(present)] == [()]
    assert all(not grouped.blocks for grouped in AvailabilityLines().families(present))
    counting = Counting(store, present)
    first = await counting.told(NOW)
    counting.locked = True
    counting.clock.move_to(NOW + MINUTE)
    await counting.accountant.refresh()
    kept = counting.accountant.count
    assert kept is not None
    assert (kept.until, len(first)) == (NOW, 48)
    assert "could not be counted" in caplog.text


async def test_a_scrape_has_the_seconds(store: SqlStore, present: Present) -> None:
    """Each once, with the ids of the period's things, the same text in a stream and as families."""
    counting = Counting(store, present)
    expected = await counting.told(NOW)
    shown = replace(present, availability=counting.accountant.count)
    text = b"".join(pieces(Exposition(shown, {}).sections(shown, NOW, "1"))).decode()
    lines = [
        line for line in text.splitlines() if line.startswith(("netwatch_site_sec", "netwatch_line_sec"))
    ]
    assert len(lines) == len(set(lines)) == len(expected)
    labels = f'period="last_month",class="down",site="{SITE}"'
    assert f"netwatch_site_seconds{{{labels}}} {3 * 3600}" in lines
    assert text.count("# TYPE netwatch_line_seconds gauge\n") == 1
    told = {family.name: family for family in families(shown, NOW, {}, "1")}
    assert len(told["netwatch_site_seconds"].points) == len(told["netwatch_line_seconds"].points) == 24

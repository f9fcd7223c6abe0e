"""Days kept for pages: equal to a report of each of them, counted once, and anew where something comes later."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.contract import Window
from inventory.local_days import start_of
from inventory.samples import sample_rows
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.accounting import SOON
from netwatch.availability import periods
from netwatch.availability.days import of_account, pack, unwatched
from netwatch.cli.availability_bars import show_bars
from netwatch.cli.shell import Shell
from netwatch.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from netwatch.daily import DayKeeper
from netwatch.incidents.contract import DeskChange
from netwatch.incidents.reclassify import reclassify
from netwatch.language import translator
from netwatch.present import Present
from netwatch.queries.availability import Asked, NoSuchScopeError, availability
from netwatch.queries.day_figures import bars, last_days
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict
from netwatch.web.days import strip
from netwatch.web.speech import Speech

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 23)
NOW = start_of(TODAY, ZONE) + 12 * HOUR + 250_000
SITE, LINE, BACKUP, ROUTER = "TRU-SO-SUOI-MAU", "TSLCD-SUOI-MAU", "4G-SUOI-MAU", "RT-SUOI-MAU"


# Days on which something happened, and their neighbours; a report of each takes a while.
TELLING = frozenset((0, 1, 2, 20, 28, 30, 40, 59, 60, 61, 75, 76))


def at(ago: int, hour: float = 0) -> int:
    """So many days ago at an hour."""
    return start_of(TODAY - timedelta(days=ago), ZONE) + round(hour * HOUR)


def row(subject: str, kind: Kind, start: int, end: int | None, cause: str = "") -> VerdictRow:
    return VerdictRow(0, subject, Verdict(kind, f"r_{kind}", cause), start, end, start - MINUTE, 1, start)


ROWS = (
    row(SITE, Kind.UP, at(80, 3), at(60)),
    row(SITE, Kind.DOWN, at(60), at(59, 3) + 1),
    row(SITE, Kind.DEGRADED, at(59, 3) + 1, at(30, 20)),
    row(SITE, Kind.UNKNOWN, at(30, 20), at(28, 4)),
    row(SITE, Kind.UP, at(28, 4), None),
    row(LINE, Kind.UP, at(70), at(20)),
    row(LINE, Kind.UNREACHABLE, at(20), at(20, 6), ROUTER),
    row(LINE, Kind.UP, at(20, 6), at(1, 23)),
    row(LINE, Kind.DOWN, at(1, 23), None),
    row(BACKUP, Kind.UNREACHABLE, at(30), None, LINE),
)


class Counting:
    """A keeper on a database, with a clock moved by hand."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.clock = store, ManualClock(NOW)
        self.inventory = commands.inventory_of(store.engine, TODAY)
        self.keeper = DayKeeper(store, self.clock, self.known)

    def known(self) -> tuple[Inventory, ZoneInfo]:
        """What the daemon would say."""
        return self.inventory, ZONE

    async def count(self, now: int) -> None:
        """Count at a moment at which the daemon lives."""
        self.store.record((), {"local": now}, now)
        self.clock.move_to(now)
        await self.keeper.refresh()

    def differing(self, now: int) -> list[tuple[str, date]]:
        """Where a report of a day says otherwise."""
        return [
            (id_, day)
            for id_ in (SITE, LINE, BACKUP)
            for day, figures in zip(self.keeper.strips.days, self.keeper.strips.of(id_), strict=True)
            if (TODAY - day).days in TELLING and figures != reported(self.store, id_, day, now)
        ]


def reported(store: SqlStore, id_: str, day: date, now: int) -> object:
    """What `netwatch availability ID --day DAY` tells."""
    period = periods.day(day, ZONE)
    try:
        [line] = availability(store, Asked(id_, "", period), ZONE, now).lines
    except NoSuchScopeError:
        return unwatched(DAY)
    return of_account(line.account)


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Counting]:
    """The sample inventory of 75 days ago, verdicts since, and maintenance announced in the middle of it."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "0"))
    order = commands.ImportOrder(sample_rows(), "an", at(75), TODAY, "test", recorded_at=at(75))
    assert commands.import_rows(store.engine, order).change_set is not None
    store.judge(Judgement(0, add=ROWS))
    put(store, Window(1, at(40, 9), 3 * HOUR, "an", "thay tủ điện", sites=(SITE,)), at(40, 10))
    yield Counting(store)
    store.close()


def put(store: SqlStore, window: Window, recorded: int) -> None:
    store.put(DeskChange(windows=(window,)))
    commands.note_act(
        store.engine, kind="maintenance", entity=str(window.id), after={"action": "added"}, reason=window.reason,
        author="an", at=recorded,
    )  # fmt: skip


async def test_every_day_is_what_its_report_says(counting: Counting) -> None:
    """Of sites and lines, with the inventory of the day, bounds and what is excluded, to the microsecond."""
    await counting.count(NOW)
    assert counting.keeper.strips.days == last_days(TODAY)[:-1]
    assert counting.differing(NOW) == []
    figures = dict(zip(counting.keeper.strips.days, counting.keeper.strips.of(SITE), strict=True))
    cut = figures[TODAY - timedelta(days=40)]
    assert cut is not None
    assert cut.excluded == 2 * HOUR


async def test_bars_of_a_scope_are_the_same(counting: Counting) -> None:
    """The command counts by itself what the daemon keeps; today is as far as it has come."""
    await counting.count(NOW)
    told = bars(counting.store, "", "line", TODAY, ZONE, NOW)
    assert told.by == "line"
    assert told.days[-1] == TODAY
    for id_ in (LINE, BACKUP):
        assert list(told.figures[id_][:-1]) == counting.keeper.strips.of(id_)
        assert told.figures[id_][-1] == reported(counting.store, id_, TODAY, NOW)
    assert told.figures[LINE][-1].down == NOW - at(0)
    assert set(bars(counting.store, SITE, "", TODAY, ZONE, NOW).figures) == {SITE}


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_page_and_the_command_tell_one_sentence(
    counting: Counting, present: Present, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    """The days that are over added up, although the line has been down today, and a minute apart; it says so."""
    await counting.count(NOW)
    shown = replace(present, inventory=counting.inventory, days=counting.keeper.strips)
    speech = Speech(language, translator(language), ZONE, NOW)
    show_bars(Shell(language), bars(counting.store, "", "line", TODAY, ZONE, NOW + MINUTE))
    printed = capsys.readouterr().out.splitlines()
    for id_ in (LINE, BACKUP):
        made = strip(shown, id_, speech)
        assert made is not None
        assert f"{made.name} [{id_}]: {made.words}" in printed
        assert made.words.endswith("; " + translator(language)("without today"))


async def test_days_are_counted_soon_after_the_start(counting: Counting) -> None:
    """As soon as the daemon has said that it lives: it is tried every few seconds at first, every minute then."""
    counting.store.record((), {"local": NOW - DAY}, NOW - DAY)
    running = asyncio.create_task(counting.keeper.run())
    try:
        assert await woken(counting.clock) == NOW + SOON
        assert await woken(counting.clock) == NOW + 2 * SOON
        assert counting.keeper.strips.of(SITE) == []
        counting.store.record((), {"local": NOW + SOON}, NOW + SOON)
        assert await woken(counting.clock) == NOW + 2 * SOON + MINUTE
        assert None not in counting.keeper.strips.of(SITE)
    finally:
        running.cancel()


async def woken(clock: ManualClock) -> int:
    """Let whoever sleeps have its turn, and wait until it sleeps again: until when."""
    while True:
        if (moment := clock.next_sleeper()) is not None:
            clock.move_to(moment)
            return moment
        await asyncio.sleep(0)


async def test_days_whose_rows_change_later_are_counted_anew(counting: Counting) -> None:
    """Time reclassified, a look that came late, a window that was ended, and yesterday once it is over."""
    await counting.count(NOW)
    store = counting.store
    rows = [one for one in store.verdicts(0) if one.subject == SITE]
    store.judge(reclassify(rows, (at(60, 1), at(59, 1)), "maintenance: x (an)", NOW))
    await counting.count(NOW + MINUTE)
    assert counting.differing(NOW + MINUTE) == []
    before = list(counting.keeper.strips.of(SITE))
    # A change of today that cannot have been before midnight touches no day.
    [goes_on] = [one for one in store.verdicts(0) if one.subject == LINE and one.end is None]
    up = replace(row(LINE, Kind.UP, NOW, None), contrary=NOW - SECOND)
    store.judge(Judgement(0, end=((goes_on.id, NOW),), add=(up,)))
    ended = Window(1, at(40, 9), 3 * HOUR, "an", "thay tủ điện", sites=(SITE,), until=at(40, 11))
    store.put(DeskChange(windows=(ended,)))
    await counting.count(NOW + 2 * MINUTE)
    assert counting.differing(NOW + 2 * MINUTE) == []
    assert before != counting.keeper.strips.of(SITE)
    await counting.count(NOW + DAY)
    assert counting.keeper.strips.days[-1] == TODAY
    assert counting.differing(NOW + DAY) == []


async def test_nothing_is_counted_before_the_daemon_has_said_that_it_lives(counting: Counting) -> None:
    """Its absence would look as if it went on; after that the days are there."""
    counting.store.record((), {"local": NOW - DAY}, NOW - DAY)
    await counting.keeper.refresh()
    assert counting.keeper.strips.of(SITE) == []
    await counting.count(NOW)
    assert None not in counting.keeper.strips.of(SITE)


async def imported(counting: Counting, since: int, **cells: str) -> None:
    """Change the line as of a moment, and take the inventory over."""
    rows = tuple(
        replace(one, cells={**one.cells, **cells}) if one.cells.get("id") == LINE else one
        for one in sample_rows()
    )
    order = commands.ImportOrder(rows, "an", since, TODAY, "t", recorded_at=NOW)
    assert commands.import_rows(counting.store.engine, order).change_set is not None
    counting.inventory = commands.inventory_of(counting.store.engine, TODAY)


async def test_days_are_counted_anew_from_when_the_inventory_is_another(counting: Counting) -> None:
    """Read again unchanged, or changed from today on, no day is counted; as of earlier those from then on are."""
    await counting.count(NOW)
    keeper = counting.keeper
    keeper.strips.packed[LINE] = pack([None] * 89)
    counting.inventory = commands.inventory_of(counting.store.engine, TODAY)
    await counting.count(NOW + MINUTE)
    await imported(counting, NOW, contract_number="02")
    await counting.count(NOW + 2 * MINUTE)
    assert set(keeper.strips.of(LINE)) == {None}
    await imported(counting, at(25), provider="VNPT")
    await counting.count(NOW + 3 * MINUTE)
    assert [one is not None for one in keeper.strips.of(LINE)] == [False] * (89 - 25) + [True] * 25
    assert [(id_, day) for id_, day in counting.differing(NOW + 3 * MINUTE) if id_ != LINE] == []


async def test_what_is_new_gets_all_its_days_and_what_is_gone_has_none(counting: Counting) -> None:
    """A site that was not there is not watched; its days are not left uncounted."""
    await counting.count(NOW)
    del counting.keeper.strips.packed[BACKUP]
    counting.keeper.strips.packed["GONE"] = b""
    counting.inventory = commands.inventory_of(counting.store.engine, TODAY)
    await counting.count(NOW + MINUTE)
    assert "GONE" not in counting.keeper.strips.packed
    assert counting.differing(NOW + MINUTE) == []

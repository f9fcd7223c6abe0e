"""netwatch capacity: what samples in the database say of lines, by the bandwidth that was contracted on each day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwatch.capacity.buckets import Bucket
from netwatch.capacity.contract import BUCKET
from netwatch.clock import DAY, SECOND
from netwatch.commands import inventory_of
from netwatch.queries.capacity import last_ratios
from netwatch.sampling.months import days_block, hours_block, number_of, stretch, utc_days
from netwatch.sampling.peaks import last_whole_day
from netwatch.sampling.rows import DaySamples, day_block, portion_of, row_of
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import FIVE_MINUTES, HOUR
from netwatch.settings import load
from netwatch.store import sample_sql
from netwatch.store.hold import Holder
from netwatch.store.sample_sql import SampleBlock
from netwatch.store.sql import open_store

Run = Callable[..., Any]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HEAD = """
[[organisation_unit]]
id = "U"
name = "UBND xã"
kind = "peoples_committee"
level = "commune"
valid_from = 2020-01-01
[[organisation_unit]]
id = "V"
name = "UBND phường"
kind = "peoples_committee"
level = "commune"
valid_from = 2020-01-01
[[site]]
id = "S"
name = "Trụ sở"
organisation_units = ["U"]
[[site]]
id = "T"
name = "Trụ sở phường"
organisation_units = ["V"]
"""
LINE = """
[[line]]
id = "{id}"
name = "Kênh {id}"
site = "{site}"
line_class = "tslcd_access_2"
role = "main"
witness = "none"
{more}
"""


def today() -> date:
    """Where the administration is."""
    return datetime.now(VIETNAM).date()


@pytest.fixture
def lines(run: Run, tmp_path: Path) -> Run:
    """Three lines for years: of 100 Mbit/s, of the same at another agency, and one without a bandwidth."""
    wide = 'bandwidth_down = "100 Mbps"\nbandwidth_up = "100 Mbps"'
    texts = (
        LINE.format(id="L-1", site="S", more=wide),
        LINE.format(id="L-2", site="T", more=wide),
        LINE.format(id="L-3", site="T", more=""),
    )
    file = tmp_path / "stock.toml"
    file.write_text(HEAD + "".join(texts), "utf-8")
    assert run("import", file, "--since", "2024-01-01").code == 0
    return run


@pytest.fixture
def put(lines: Run, home: Path) -> Callable[[str, dict[int, float]], None]:
    """Packs samples of a series: a share of 100 Mbit/s by days before today (Vietnam), in UTC days."""

    def pack(series: str, shares: dict[int, float]) -> None:
        store = open_store(load(home / "netwatch.toml", {}).settings.store.url, Holder("here", 1, 0, "0"))
        blocks = []
        first = number_of(today()) - max(shares) - 1
        by_day = {number_of(today()) - ago: share for ago, share in shares.items()}
        for day in range(first, number_of(today())):
            # A local day begins 17 hours into the UTC day before.
            values, covered = [0.0] * 288, bytearray(288)
            for place in range(288):
                share = by_day.get(day + (place >= 204))
                if share is not None:
                    values[place], covered[place] = share * 1e8, 250
            blocks.append(day_block(series, day, DaySamples(values, bytes(covered), bytes(288))))
        sample_sql.put_blocks(store.engine, FIVE_MINUTES, blocks)
        store.close()

    return pack


Put = Callable[[str, dict[int, float]], None]


def test_seven_days_over_90_percent_are_a_breach(lines: Run, put: Put) -> None:
    """Both readings are there, and the exit code says so; other lines are named as not measured."""
    put("line/down/L-1", {**dict.fromkeys(range(2, 40), 0.5), **dict.fromkeys(range(3, 10), 0.95)})
    found = lines("capacity", "--json", "L-1").json["lines"]
    (run_of,) = found[0]["directions"]["down"]["runs"]
    assert (run_of["over"], run_of["consecutive"], run_of["breach"]) == (7, 7, True)
    assert (run_of["first"], run_of["last"]) == (
        f"{today() - timedelta(days=9)}",
        f"{today() - timedelta(days=3)}",
    )
    down = found[0]["directions"]["down"]
    assert down["need"] == pytest.approx(0.95e8 / 0.9, rel=1e-3)
    assert [one["over"] for one in down["weeks"] if one["share"]].count(True) >= 7
    assert {one["state"] for one in found[0]["directions"]["up"]["days"]} == {"unmeasured"}
    listed = lines("capacity", "--breaches")
    assert listed.code == 1
    assert "BREACH (7 in a row)" in listed.out
    assert "L-2" not in listed.err
    whole = lines("capacity")
    assert whole.code == 0
    assert "2 of 3 lines (L-2, L-3)" in whole.err
    assert "Without a contracted bandwidth: 1 lines" in whole.err
    assert lines("capacity", "--breaches", "--unit", "V").code == 0


def test_a_day_that_was_not_measured_makes_no_breach_and_is_named(lines: Run, put: Put) -> None:
    """Six measured days around it are perhaps one."""
    put("line/up/L-1", {ago: 0.95 for ago in range(2, 9) if ago != 5})
    shown = lines("capacity", "L-1")
    assert "6 days over, 1 not measured: perhaps a breach" in shown.out
    assert "not enough measured" in shown.out
    assert lines("capacity", "--breaches").code == 0
    assert "có thể vi phạm" in lines("--lang", "vi", "capacity", "L-1").out


def test_each_day_is_held_against_what_was_contracted_on_it(lines: Run, put: Put, tmp_path: Path) -> None:
    """A line made wider ten days ago was over its limit before, and is within it since."""
    put("line/down/L-1", dict.fromkeys(range(2, 21), 0.95))
    wider = tmp_path / "wider.toml"
    more = 'bandwidth_down = "200 Mbps"\nbandwidth_up = "100 Mbps"'
    wider.write_text(LINE.format(id="L-1", site="S", more=more), "utf-8")
    since = today() - timedelta(days=10)
    assert lines("import", wider, "--since", since).code == 0
    (found,) = lines("capacity", "L-1", "--days", "20", "--json").json["lines"]
    days = {one["day"]: (one["contracted"], one["state"]) for one in found["directions"]["down"]["days"]}
    assert days[f"{since - timedelta(days=1)}"] == (100_000_000, "over")
    assert days[f"{since}"] == (200_000_000, "within")
    (run_of,) = found["directions"]["down"]["runs"]
    assert (run_of["last"], run_of["breach"]) == (f"{since - timedelta(days=1)}", True)


def test_what_is_not_packed_yet_counts_too(lines: Run, home: Path) -> None:
    """A local day that ends at 17:00 UTC still stands in small rows; metrics tell of the same."""
    store = open_store(load(home / "netwatch.toml", {}).settings.store.url, Holder("here", 1, 0, "0"))
    now = round(datetime.now(VIETNAM).timestamp()) * SECOND
    last = last_whole_day(now, VIETNAM)
    series = "line/down/L-1"
    start = round(datetime(last.year, last.month, last.day, tzinfo=VIETNAM).timestamp()) * SECOND
    rows = [
        row_of(at, portion_of(series), {series: Bucket(8e7 * BUCKET, BUCKET, 1)})
        for at in range(start, start + DAY, BUCKET)
    ]
    sample_sql.put_rows(store.engine, rows)
    inventory = inventory_of(store.engine, today())
    ratios = last_ratios(store.engine, inventory, last, VIETNAM)
    store.close()
    assert list(ratios) == [("L-1", "down")]
    assert ratios["L-1", "down"] == pytest.approx(0.8, rel=1e-3)
    (found,) = lines("capacity", "L-1", "--days", "1", "--json").json["lines"]
    assert [one["state"] for one in found["directions"]["down"]["days"]] == ["within"]
    assert "80 / 100 Mbit/s (80 %)" in lines("capacity").out


@pytest.mark.parametrize("words", [("L-9",), ("--unit", "X"), ("L-1", "--unit", "U")])
def test_what_does_not_exist_is_said(lines: Run, words: tuple[str, ...]) -> None:
    """Exit code 64."""
    assert lines("capacity", *words).code == 64


def test_the_registration_of_a_year_names_the_measured_need(lines: Run, put: Put, tmp_path: Path) -> None:
    """The highest peak of 90 days, 45 Mbit/s, is 90 % of 50."""
    put("line/up/L-1", {ago: 0.45 if ago == 60 else 0.2 for ago in range(2, 70)})
    path = tmp_path / "need.csv"
    assert lines("register", "yearly", today().year + 1, "-o", path, "--lang", "en").code == 0
    rows = {row.split(",")[1]: row.split(",")[10] for row in path.read_text("utf-8-sig").splitlines()[2:]}
    assert rows == {"UBND phường": "not measured", "UBND xã": "50"}


def test_a_line_is_drawn_as_a_picture_and_as_bars(lines: Run, put: Put, tmp_path: Path) -> None:
    """As shares of what was contracted; what was not measured is shown as such."""
    put("line/down/L-1", {4: 0.25, 3: 0.5})
    shown = lines("chart", "L-1", "--since", f"{today() - timedelta(days=5)}")
    assert shown.code == 0
    assert "highest 50 %; 576 of " in shown.out
    bars = shown.out.splitlines()[2].strip()
    assert set(bars) == {"·", "▄", "█"}
    path = tmp_path / "x.svg"
    assert lines("chart", "L-1", "--since", f"{today() - timedelta(days=5)}", "-o", path).code == 0
    assert "Kênh L-1 [L-1]" in path.read_text("utf-8")
    assert lines("chart", "L-1", "--metric", "rtt").code == 0
    assert ", means of five minutes" in path.read_text("utf-8")
    assert lines("chart", "L-1", "--since", "6y").code == 64
    assert lines("chart", "L-9").code == 64


def thinned_out(home: Path, series: str, month: date, share: float) -> None:
    """A month of which only hours and days are kept: a share of 100 Mbit/s, twice as much from 10:00 to 12:00."""
    days = utc_days(month, VIETNAM)
    # 10:00 local time is 03:00 UTC.
    values = [1e8 * share * (2 if 36 <= place < 60 else 1) for place in range(288)]
    told = stretch(days, dict.fromkeys(days, DaySamples(values, bytes([250]) * 288, bytes(288))))
    store = open_store(load(home / "netwatch.toml", {}).settings.store.url, Holder("here", 1, 0, "0"))
    number = number_of(month)
    hours = SampleBlock(number, series, hours_block(told, month, VIETNAM))
    sample_sql.put_blocks(store.engine, HOUR, [hours])
    sample_sql.put_blocks(
        store.engine, DAILY, [SampleBlock(number, series, days_block(told, month, VIETNAM))]
    )
    store.close()


def month_ago(days: int) -> date:
    """The month of the day so long ago."""
    return (today() - timedelta(days=days)).replace(day=1)


def test_older_times_are_drawn_by_hours_and_then_by_days(
    lines: Run, put: Put, home: Path, tmp_path: Path
) -> None:
    """The picture says which; this month, not thinned out yet, is there in the same way."""
    thinned_out(home, "line/down/L-1", month_ago(250), 0.25)
    put("line/down/L-1", {4: 0.75})
    path = tmp_path / "x.svg"
    assert lines("chart", "L-1", "--since", "300d", "-o", path).code == 0
    assert "means of an hour" in path.read_text("utf-8")
    hours = lines("chart", "L-1", "--since", "300d").out
    length = (utc_days(month_ago(250), VIETNAM).stop - utc_days(month_ago(250), VIETNAM).start - 1) * 24
    assert f"highest 75 %; {length + 24} of " in hours
    days = lines("chart", "L-1", "--since", "2y").out
    assert f"highest 75 %; {length // 24 + 1} of 73" in days
    assert "(means of a day)" in days
    assert "trung bình ngày" in lines("--lang", "vi", "chart", "L-1", "--since", "2y").out


def test_older_days_are_judged_by_what_is_kept_of_them(lines: Run, home: Path) -> None:
    """The 95th percentile of a day outlives its five minutes; two hours of 24 are more than a twentieth of it."""
    month = month_ago(200)
    thinned_out(home, "line/down/L-1", month, 0.47)
    days = (today() - month).days
    (found,) = lines("capacity", "L-1", "--days", days, "--json").json["lines"]
    told = {one["day"]: one for one in found["directions"]["down"]["days"]}
    assert (told[f"{month}"]["state"], told[f"{month}"]["contracted"]) == ("over", 100_000_000)
    assert [one["breach"] for one in found["directions"]["down"]["runs"]] == [True]
    assert found["directions"]["up"]["runs"] == []

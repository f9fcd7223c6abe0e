"""`netwatch coverage` on sample data with the starter norms and a few sightings."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.coverage.contract import Aspect, Sighting
from netwatch.clock import DAY, SECOND, SystemClock
from netwatch.settings import load
from netwatch.store.hold import Holder
from netwatch.store.sql import open_store

UNIT, PROVINCE = "UBND-SUOI-MAU", "UBND-TINH-MAU"
LINE, ENDPOINT = "TSLCD-SUOI-MAU", "DC-SUOI-MAU"
MORE = f"""
[[device]]
id = "SW-SUOI-MAU"
name = "Switch"
site = "TRU-SO-SUOI-MAU"
kind = "switch"
serial = "AA-1"
[[statement]]
id = "KK-1"
organisation_unit = "{UNIT}"
subject = "staff"
value = "10"
on = "2026-01-01"
source = "Công văn 1"
valid_until = "2100-01-01"
[[exemption]]
id = "MT-1"
norm = "DM-TUONG-LUA"
organisation_unit = "{PROVINCE}"
reason = "Đang xây trụ sở"
on = "2026-01-01"
until = "2100-01-01"
"""
Run = Callable[..., Any]


def today() -> date:
    """The local date of now."""
    return datetime.fromtimestamp(SystemClock().now() / SECOND, ZoneInfo("Asia/Ho_Chi_Minh")).date()


@pytest.fixture
def see(home: Path) -> Callable[..., None]:
    """Write a sighting of this moment into the database."""

    def write(item: str, aspect: Aspect, value: str = "") -> None:
        now = SystemClock().now()
        store = open_store(load(home / "netwatch.toml", {}).settings.store.url, Holder("here", 1, 0, "0"))
        store.see([Sighting(item, aspect, value, now - DAY, now)])
        store.close()

    return write


@pytest.fixture
def audited(stocked: Run, home: Path) -> Run:
    """The sample inventory with the starter norms and a little more."""
    assert stocked("coverage", "starter", home / "norms.toml").code == 0
    (home / "more.toml").write_text(MORE, "utf-8")
    for name in ("norms.toml", "more.toml"):
        done = stocked("import", home / name)
        assert done.code == 0, done.err
    return stocked


def test_without_norms_the_way_to_them_is_told(stocked: Run) -> None:
    """The starter set, and how it is taken in; as JSON there are simply none."""
    done = stocked("coverage")
    assert done.code == 0
    assert "netwatch coverage starter norms.toml" in done.out
    assert stocked("coverage", "--json").json["norms"] == 0


def test_figures_say_numerator_denominator_and_what_is_proved(audited: Run, see: Callable[..., None]) -> None:
    """For each norm and level, with the states behind them."""
    see(LINE, Aspect.CARRIED)
    done = audited("coverage")
    assert done.code == 0
    [line] = [line for line in done.out.splitlines() if "TSLCD" in line]
    assert line.count("1/1 (100 %)") == 2
    figures = {(one["norm"], one["level"]): one for one in audited("coverage", "--json").json["figures"]}
    told = figures["DM-XA-TSLCD", ""]
    assert (told["declared"], told["denominator"], told["proved_percent"]) == (1, 1, 100.0)
    assert figures["DM-TUONG-LUA", ""]["counts"] == {"missing": 1, "exempt": 1}
    assert figures["DM-DIET-VI-RUT", ""]["unknown"] == 1
    only = audited("coverage", "--norm", "DM-XA-LAN", "--scope", UNIT, "--json").json
    assert {one["norm"] for one in only["figures"]} == {"DM-XA-LAN"}
    assert only["scope_name"].startswith("UBND xã")


def test_a_unit_shows_its_things_and_the_evidence(audited: Run, see: Callable[..., None]) -> None:
    """Proved with what was seen, contradicted with both values, exempt with the reason, missing as such."""
    see(LINE, Aspect.CARRIED)
    see("SW-SUOI-MAU", Aspect.SERIAL, "BB-2")
    said = audited("coverage", "--unit", PROVINCE).out
    assert f"{LINE}: proved {today():%d/%m/%Y}, its witness proved traffic" in said
    assert "SW-SUOI-MAU: contradicted: serial number AA-1 declared, BB-2 found" in said
    assert "exempt until 01/01/2100: Đang xây trụ sở" in said
    assert "10 needed: missing" not in said
    assert f"{ENDPOINT}: not measured" in said
    territory = audited("coverage", "--unit", "99001", "--json").json["cells"]
    assert {cell["unit"] for cell in territory} == {UNIT}
    only = audited("coverage", "--unit", UNIT, "--state", "contradicted", "--json").json["cells"]
    assert [cell["norm"] for cell in only] == ["DM-XA-LAN"]
    assert only[0]["items"][0]["contradictions"][0] == {"what": "serial", "declared": "AA-1", "found": "BB-2"}


def test_a_share_under_the_least_fails(audited: Run, see: Callable[..., None]) -> None:
    """With exit code 1 and a sentence for each norm; declared and proved apart."""
    least = "--norm", "DM-XA-TSLCD", "--fail-under", "100"
    done = audited("coverage", *least)
    assert done.code == 1
    assert "0 of 1 proved, under 100 %." in done.err
    assert audited("coverage", *least, "--of", "declared").code == 0
    see(LINE, Aspect.CARRIED)
    assert audited("coverage", *least).code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scope", "UBND-SUOI-MAO"), "UBND-SUOI-MAU"),
        (("--norm", "DM-XA-LAM"), "DM-XA-LAN"),
        (("--as-of", "2100-01-01"), "still to come"),
        (("--as-of", "yesterday"), "yesterday"),
        (("--scope", UNIT, "gaps"), "netwatch coverage gaps --scope"),
        (("changes", "--since", "2100-01-01"), "--since must lie before"),
        (("calendar", "--until", "2001-01-01"), "--until must not lie before"),
    ],
)
def test_what_cannot_be_audited_is_told(audited: Run, words: tuple[str, ...], told: str) -> None:
    """Units, norms and days that are not, options in the wrong place."""
    done = audited("coverage", *words)
    assert done.code == 64
    assert told in done.err


def test_what_was_unknown_then_is_told_and_no_share_without_norms_is_high_enough(audited: Run) -> None:
    """Asked of a time before the norms were written nobody is told to write some, and a script is not let pass."""
    done = audited("coverage", "--known-at", "2020-01-01", "--fail-under", "1")
    assert (done.code, "had been written down" in done.out, "starter" in done.out) == (1, True, False)
    assert "no share can be 1 %" in done.err


def test_norms_are_listed_with_whom_they_ask(audited: Run) -> None:
    """All in force, or those that ask one agency."""
    every = audited("coverage", "norms", "--json").json["norms"]
    assert {norm["id"]: norm["agencies"] for norm in every}["DM-XA-LAN"] == 1
    province = audited("coverage", "norms", "--unit", PROVINCE, "--json").json["norms"]
    assert "DM-XA-LAN" not in {norm["id"] for norm in province}
    done = audited("coverage", "norms")
    [line] = [line for line in done.out.splitlines() if line.startswith("DM-XA-CS-NGUON")]
    assert "inspected within 12 months" in line


def test_gaps_are_listed_also_for_spreadsheets(audited: Run, home: Path) -> None:
    """With what they cost where the norm says so."""
    done = audited("coverage", "gaps", "--norm", "DM-XA-CS-NGUON")
    assert done.code == 0
    assert "1/1" in done.out
    told = audited("coverage", "gaps", "--json").json
    assert told["uncosted"] == sum(gap["lacking"] for gap in told["gaps"])
    rows = list(csv.reader(io.StringIO(audited("coverage", "gaps", "--csv").out)))
    assert len(rows) == 1 + len(told["gaps"])
    assert {len(row) for row in rows} == {10}


def test_days_before_anything_was_on_record_have_no_figures(audited: Run, home: Path) -> None:
    """The sample came today: nobody lacked everything before, nobody knows; which is said."""
    first = today() - timedelta(days=40)
    norm = home / "norm.toml"
    norm.write_text('[[norm]]\nid = "DM-CU"\nname = "Cũ"\nitem = "lan"\nvalid_from = "2020-01-01"\n', "utf-8")
    assert audited("import", norm).code == 0
    asked = audited("coverage", "--as-of", f"{first}")
    assert "No thing was on record as of" in asked.err
    points = audited("coverage", "trend", "--months", "2", "--norm", "DM-CU", "--json").json["points"]
    assert [bool(point["figures"]) for point in points] == [False, False, True]


def test_calendar_changes_and_trend(audited: Run) -> None:
    """What runs out, what moved since, how the figures went."""
    dues = audited("coverage", "calendar", "--until", "2100-01-01", "--json").json["dues"]
    assert {"exemption_ends", "statement_ends"} <= {due["what"] for due in dues}
    day = (today() - timedelta(days=40)).isoformat()
    moved = audited("coverage", "changes", "--since", day, "--json").json
    assert {"DM-XA-TSLCD", "DM-XA-HOI-NGHI"} <= {cell["norm"] for cell in moved["cells"]}
    shown = audited("coverage", "changes", "--since", day)
    assert f"{LINE}, line: - → not measured" in shown.out
    trend = audited("coverage", "trend", "--months", "2", "--json").json["points"]
    assert len(trend) == 3
    assert trend[0]["on"] < trend[1]["on"] < trend[2]["on"]
    assert audited("coverage", "trend", "--months", "1", "--norm", "DM-XA-LAN").code == 0


def test_details_and_days_are_words_of_the_language(audited: Run) -> None:
    """No code of a kind of protection, and no day with the year first, in Vietnamese."""
    norms = audited("coverage", "norms", "--lang", "vi").out
    assert "thiết bị chống sét (đường nguồn)" in norms
    told = audited("coverage", "--scope", "NOWHERE", "--as-of", "2026-03-01", "--lang", "vi").err
    assert "vào ngày 01/03/2026" in told
    assert "cơ quan: số đã chứng minh đủ / đã kê khai đủ" in audited("coverage", "--lang", "vi").out


def test_the_starter_set_overwrites_nothing(stocked: Run, home: Path) -> None:
    """Unless it is forced to; a dry run writes nothing."""
    file = home / "norms.toml"
    assert stocked("coverage", "starter", file, "--dry-run").code == 0
    assert not file.exists()
    assert stocked("coverage", "starter", home / "norms.xlsx").code == 64
    assert stocked("coverage", "starter", file).code == 0
    assert stocked("coverage", "starter", file).code == 1
    assert stocked("coverage", "starter", file, "--force").code == 0


def test_everything_is_said_in_vietnamese_too(audited: Run) -> None:
    """The words administrations use."""
    said = audited("--lang", "vi", "coverage").out
    assert "đã chứng minh" in said
    assert "còn thiếu 1" in said


MERGER = """
[[organisation_unit]]
id = "XA-A"
name = "Xã A"
kind = "peoples_committee"
level = "commune"
valid_from = "2020-01-01"
valid_to = "2026-07-01"
[[organisation_unit]]
id = "XA-B"
name = "Xã B"
kind = "peoples_committee"
level = "commune"
valid_from = "2020-01-01"
valid_to = "2026-07-01"
[[organisation_unit]]
id = "XA-C"
name = "Xã C"
kind = "peoples_committee"
level = "commune"
valid_from = "2026-07-01"
[[organisation_change]]
id = "SN-1"
kind = "merge"
on = "2026-07-01"
predecessors = "XA-A; XA-B"
successors = "XA-C"
[[site]]
id = "DD-A"
name = "Trụ sở A"
organisation_units = "XA-A"
[[device]]
id = "SW-A"
name = "Switch A"
site = "DD-A"
kind = "switch"
[[statement]]
id = "KK-A"
organisation_unit = "XA-A"
subject = "staff"
value = "20"
on = "2026-01-31"
source = "Công văn"
[[statement]]
id = "KK-B"
organisation_unit = "XA-B"
subject = "staff"
value = "10"
on = "2026-01-31"
source = "Công văn"
[[norm]]
id = "N-LAN"
name = "LAN"
item = "lan"
valid_from = "2026-01-01"
[[norm]]
id = "N-MT"
name = "Máy tính"
item = "computer"
per = "staff"
valid_from = "2026-01-01"
"""


def test_a_merger_in_the_middle_of_a_year_gives_right_figures_of_both_dates(run: Run, home: Path) -> None:
    """Two communes before, one of two with a LAN; one after, with it, and the staff of both."""
    (home / "merger.toml").write_text(MERGER, "utf-8")
    assert run("import", home / "merger.toml", "--since", "2026-01-01").code == 0

    def figures(day: str) -> dict[str, tuple[int, int]]:
        found = run("coverage", "--as-of", day, "--json").json["figures"]
        return {one["norm"]: (one["declared"], one["denominator"]) for one in found if not one["level"]}

    assert figures("2026-06-30") == {"N-LAN": (1, 2), "N-MT": (0, 30)}
    assert figures("2026-07-01") == {"N-LAN": (1, 1), "N-MT": (0, 30)}
    unknown = run("coverage", "--as-of", "2026-07-01", "--known-at", "2026-06-30", "--json")
    assert unknown.json["norms"] == 0

"""`netwatch import --since` and `netwatch events`: from when something holds, and when it was written down."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwatch.commands import holding_from

Run = Callable[..., Any]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LATER = """
[[site]]
id = "TRUNG-TAM"
feeder = "475 E1.9"
"""


def micro(*moment: int) -> int:
    """A moment of UTC, µs."""
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("since", "at"),
    [
        (None, micro(2026, 11, 23, 5)),
        (date(2026, 11, 1), micro(2026, 10, 31, 17)),
        (date(2026, 11, 23), micro(2026, 11, 22, 17)),
        (date(2026, 11, 24), micro(2026, 11, 23, 5)),
    ],
)
def test_a_day_begins_at_local_midnight_and_nothing_holds_from_later_than_now(
    since: date | None, at: int
) -> None:
    """Without a day from now on; days to come are for the dates of units and norms."""
    assert holding_from(since, micro(2026, 11, 23, 5), ZONE) == at


def test_events_tell_both_times_where_they_differ(stocked: Run, home: Path) -> None:
    """The import's own moment and the day it holds from; an undo holds from that day too; the sample has one time."""
    assert "recorded" not in stocked("events").out
    (home / "later.toml").write_text(LATER, "utf-8")
    made = stocked("import", home / "later.toml", "--since", "2026-01-15", "--json").json["change_set"]
    (event,) = stocked("events", "--change-set", made, "--json").json
    assert event["at"] == "2026-01-14T17:00:00.000000Z"
    assert event["recorded_at"] > "2026-06"
    table = stocked("events", "--change-set", made).out
    assert "recorded" in table
    assert "15/01/2026" in table or "2026-01-15" in table
    undone = stocked("undo", made, "--json").json["report"]["change_set"]
    (taken_back,) = stocked("events", "--change-set", undone, "--json").json
    assert taken_back["at"] == event["at"]
    assert taken_back["recorded_at"] >= event["recorded_at"]
    assert stocked("events", "--since", "2026-06-01", "--item", "TRUNG-TAM", "--json").json


def test_a_day_that_is_none_ends_the_import_with_a_sentence(stocked: Run, home: Path) -> None:
    """Nothing is imported."""
    (home / "later.toml").write_text(LATER, "utf-8")
    refused = stocked("import", home / "later.toml", "--since", "31/02/2026")
    assert refused.code == 64
    assert "there is no day" in refused.err

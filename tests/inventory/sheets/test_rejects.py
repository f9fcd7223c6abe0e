"""Rejected rows come back with their reasons, ready to be corrected and read again."""

from pathlib import Path

import pytest

from inventory.changes import good_rows
from inventory.incoming import IncomingRow
from inventory.messages import sentence
from inventory.sheets.columns import SAMPLE_MARK, reasons_heading
from inventory.sheets.csv_folder import decode
from inventory.sheets.reading import Format, read
from inventory.sheets.rejects import write_rejects
from inventory.snapshot import Inventory

ROWS = (
    IncomingRow("contact", "Contacts", 2, {"id": "C1", "name": "Trực", "role": "agency", "phone": "0243"}),
    IncomingRow("contact", "Contacts", 3, {"id": "C2", "name": "=cmd", "role": "bos", "phone": "+84 路", "hours": "-"}),
    IncomingRow("device", "Devices", 9,
                {"id": "R1", "name": "'=x", "site": "S9", "kind": "router", "address": "10.0.0.300"}),
)  # fmt: skip
EXPECTED = [dict(row.cells) for row in ROWS[1:]]


@pytest.mark.parametrize("format_", ["xlsx", "csv", "toml"])
def test_rejected_rows_are_read_again_as_they_were(format_: Format, tmp_path: Path) -> None:
    """Every cell letter for letter, '-' still clears, and the reasons are not taken for data."""
    rejects = good_rows(Inventory(), ROWS).rejects
    path = tmp_path / f"rejects.{format_}"
    assert write_rejects(path, rejects, sentence, "vi", format_) == ()
    reading = read(path)
    assert reading.problems == ()
    assert [dict(row.cells) for row in reading.rows] == EXPECTED
    assert {met.heading for met in reading.headings}.isdisjoint({reasons_heading("vi"), "rejection_reasons"})


def test_reasons_stand_beside_the_row(tmp_path: Path) -> None:
    """The last column says, in sentences, why each row was left out; kinds without rejects have no file."""
    write_rejects(tmp_path, good_rows(Inventory(), ROWS).rejects, sentence, "en", "csv", sample=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contact.csv", "device.csv"]
    text = decode((tmp_path / "device.csv").read_bytes())
    assert text.startswith(SAMPLE_MARK)
    assert reasons_heading("en") in text
    assert "'10.0.0.300' is not an IP address" in text


def test_reasons_in_cp1258_give_up_letters_that_data_may_not(tmp_path: Path) -> None:
    """A letter that cp1258 lacks is a problem in the data, and a question mark in a reason."""
    rejects = good_rows(Inventory(), ROWS[2:]).rejects
    assert write_rejects(tmp_path, rejects, lambda problem: "路 vì", "vi", "csv", encoding="cp1258") == ()
    assert "? vì" in decode((tmp_path / "device.csv").read_bytes())
    (problem,) = write_rejects(
        tmp_path, good_rows(Inventory(), ROWS[:2]).rejects, sentence, "vi", "csv", encoding="cp1258"
    )
    assert (problem.code, problem.column) == ("sheet_letter", "phone")

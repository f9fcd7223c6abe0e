"""Merged cells: values carried to all that they cover, in bounded time whatever a file says is merged."""

from inventory.sheets.layout_reading import rows_by
from inventory.sheets.layouts import read_layout
from inventory.sheets.merged import carried_across, carried_down
from inventory.sheets.tables import Table

LAST = 1_048_575
ROWS, SPANS = 5_000, 5_000
LAYOUT = """
[[sheet]]
headings = 1
section = "area"
[[sheet.rows]]
of = "site"
[sheet.rows.fields]
id = "{Mã}"
name = "{Tên}"
"""


def test_values_are_carried_down_and_titles_across() -> None:
    """Within what there is."""
    rows = [["a", "b"], ["1", "x"], ["", "y"], ["", "z"], ["2", "w"]]
    filled, carried = carried_down(rows, [(1, 0, 3, 0), (4, 0, LAST, 0)], 1)
    assert [row[0] for row in filled] == ["a", "1", "1", "1", "2"]
    assert carried is not None
    assert (carried.spans, carried.row, carried.column, carried.value) == (2, 1, 0, "1")
    assert rows[2] == ["", "y"]
    assert carried_across([["T", ""], ["a", "b"]], [(0, 0, 0, 16_383)]) == [["T", "T"], ["a", "b"]]


def test_merged_cells_that_cover_each_other_take_no_time_without_end() -> None:
    """No program makes them: the first of a column counts. Each of them alone would take the rows once more."""
    rows = [["Mã", "Tên"], *([f"S{number}", "x"] for number in range(ROWS))]
    spans = [(1 + number, 0, LAST, 16_383) for number in range(SPANS)]
    filled, _ = carried_down(rows, spans, 1)
    assert (filled[1][0], filled[-1][0]) == ("S0", "S0")
    across = carried_across(rows[:3], spans)
    assert [len(row) for row in across] == [2, 2, 2]
    inner = tuple((1 + number, 0, 1 + number, 0) for number in range(SPANS))
    found = rows_by(read_layout(LAYOUT), [Table("s", rows, merged=inner)])
    assert len(found.rows) == ROWS

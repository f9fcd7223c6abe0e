"""Where the headings of other people's lists stand, below titles and addresses, and what their columns are. Pure."""

from collections.abc import Callable, Mapping, Sequence

from inventory.sheets.merged import RawCell
from inventory.sheets.tables import text_of_cell
from inventory.texts import clean, fold

# Titles and addresses stand above the headings of such lists.
HEADINGS_WITHIN = 20

Headed = tuple[int, Mapping[str, int], Mapping[str, str]]


def headed(
    rows: Sequence[Sequence[RawCell]],
    fields: Mapping[str, str],
    enough: Callable[[Mapping[str, int]], bool],
) -> Headed | None:
    """(first row below, column of each field, heading of each field) of the row that names most; None if too few.

    `fields` are by folded heading. Headings may stand in two rows, 'Thời gian' above 'Từ' and 'Đến'; the lower counts.
    """
    best: Headed | None = None
    for at, row in enumerate(rows[:HEADINGS_WITHIN]):
        for upper, lower in (
            ((), row),
            (row, rows[at + 1] if at + 1 < min(len(rows), HEADINGS_WITHIN) else ()),
        ):
            columns, headings = _fields(upper, lower, fields)
            if enough(columns) and (best is None or len(columns) > len(best[1])):
                best = at + (2 if upper else 1), columns, headings
    return best


def _fields(
    upper: Sequence[RawCell], lower: Sequence[RawCell], fields: Mapping[str, str]
) -> tuple[Mapping[str, int], Mapping[str, str]]:
    columns: dict[str, int] = {}
    headings: dict[str, str] = {}
    for at in range(max(len(upper), len(lower))):
        texts = [clean(text_of_cell(row[at]))[:80] for row in (lower, upper) if at < len(row)]
        named = next((text for text in texts if fold(text) in fields), "")
        name = fields.get(fold(named))
        if name and name not in columns:
            columns[name], headings[name] = at, named
    return columns, headings

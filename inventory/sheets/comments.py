"""What to write in a column, as one text: purpose, whether it is required, what is allowed, an example."""

from collections.abc import Iterator

from inventory.sheets.columns import Column, Language, choice_words, phrase, sheets
from inventory.snapshot import Cell, CellType

# Types whose cells hold free text need no further word.
_FREE = (CellType.TEXT, CellType.CODE)


def _bounds(cell: Cell, language: Language) -> Iterator[str]:
    if cell.low is not None and cell.high is not None:
        yield phrase("formats", "range", language).format(low=cell.low, high=cell.high)
    elif cell.low is not None:
        yield phrase("formats", "at_least", language).format(low=cell.low)


def _parts(column: Column, language: Language) -> Iterator[str]:
    cell = column.cell
    yield column.purpose[language]
    if cell.required:
        yield phrase("formats", "required", language)
    if cell.choices:
        words = choice_words(column.kind, column.field).values()
        yield phrase("formats", "open_choices" if cell.open else "choices", language).format(
            choices=", ".join(word[language] for word in words)
        )
    if cell.type not in _FREE:
        yield phrase("formats", cell.type.value, language)
    yield from _bounds(cell, language)
    if cell.refers:
        names = ", ".join(sheets()[kind].name[language] for kind in cell.refers)
        yield phrase("formats", "refers", language).format(sheets=names)
    if column.example:
        yield phrase("formats", "example", language).format(example=column.example)


def comment(column: Column, language: Language) -> str:
    """The comment on a column's heading, one sentence a line."""
    return "\n".join(_parts(column, language))

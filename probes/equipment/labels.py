"""What a row of a table is called."""

from collections.abc import Iterator, Sequence

from probes.equipment.answers import Answers, Tally, spelled, words
from probes.equipment.indexes import Part, decode
from probes.equipment.schema import Label, Rows
from probes.transports.snmp.contract import Index


def label(rows: Rows, index: Index, answers: Answers, tally: Tally) -> str | None:
    """The first of the row's labels that says something, else its index; None when the index cannot be taken apart."""
    parts = decode(index, rows.index, tally.code_page)
    if parts is None:
        return None
    said = (_said(source, index, parts, answers, tally) for source in rows.label)
    return next(filter(None, said), None) or spelled(index)


def fixed(rows: Rows) -> str:
    """The label of a scalar: the texts of its labels."""
    return " ".join(source.text for source in rows.label if source.text).strip()


def needed(rows: Rows) -> Iterator[str]:
    """The columns that labels are read from."""
    for source in rows.label:
        yield from source.column
        yield from filter(None, (source.via,))


def _said(source: Label, index: Index, parts: Sequence[Part], answers: Answers, tally: Tally) -> str:
    if source.index:
        if max(source.index) >= len(parts):
            return ""
        return source.text + "/".join(parts[place].told for place in source.index)
    if source.column:
        row = _row(source, index, parts, answers)
        texts = (words(answers.column(column).get(row), tally.code_page) for column in source.column)
        said = " ".join(filter(None, texts))
        return source.text + said if said else ""
    return source.text.strip()


def _row(source: Label, index: Index, parts: Sequence[Part], answers: Answers) -> Index:
    """The row in the table that holds the name."""
    if source.via:
        value = answers.column(source.via).get(index)
        content = value[1] if value is not None else None
        return (content,) if isinstance(content, int) else ()
    if source.by:
        if max(source.by) >= len(parts):
            return ()
        return tuple(arc for place in source.by for arc in parts[place].arcs)
    return index

"""What a document says, whatever it is written as: a letter around it, paragraphs, tables of typed columns. Values.

All texts are already in the document's language. Numbers stay numbers: every writer shows them by its own means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["vi", "en"]
Value: TypeAlias = str | int | float | date | None
Row: TypeAlias = Sequence[Value]

SAMPLE_MARK = "DỮ LIỆU MẪU / SAMPLE DATA"


class ColumnKind(StrEnum):
    """What a column's values are.

    `percent`: a fraction, 1 for 100 %; `share`: the same, shown in thousandths of a percent. `moment`: a local date and
    time, to the second. `duration`: seconds, shown as hours, minutes and seconds. `money`: whole VND. `bandwidth`:
    bit/s, shown in Mbit/s. `number`: shown with one decimal. None is an empty cell in every kind; a text may stand in
    any of them ('not measured').
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    SHARE = "share"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    MONEY = "money"
    BANDWIDTH = "bandwidth"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` in letters, 0 what suits its kind. Writers add the unit to the title.

    An `extra` column is for spreadsheets only: paper has no room for it.
    """

    title: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 0
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below titled columns; `key` names its file where a document becomes several.

    The first `fixed` columns stay in view in spreadsheets; `notes` explain what stands in it.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    notes: tuple[str, ...] = ()
    fixed: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; `heading` says that it stands above what follows."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What makes a document an official one (Nghị định 30/2020/NĐ-CP, annex I); what is empty is left out.

    `parent` is the body the agency belongs to, `number` the number with its symbol ('12/BC-SKHCN'), `place` where it
    is dated, `addressees` whom it is for, `authority` on whose behalf the signer signs ('TM. ỦY BAN NHÂN DÂN'),
    `recipients` the list at its end.
    """

    agency: str = ""
    parent: str = ""
    number: str = ""
    place: str = ""
    addressees: tuple[str, ...] = ()
    authority: str = ""
    signer_title: str = ""
    signer_name: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document, dated `on`.

    `title` is what it is ('BÁO CÁO'), `subject` what it is about. `facts` are (name, value) pairs a reader must know
    before the figures (as of which day, known when). `body` stands above the signature, `annexes` behind it. `chief` is
    the key of the table that stands for all of it where a file holds only one; '' where none does.
    """

    title: str
    subject: str
    language: Language
    on: date
    letter: Letter = field(default_factory=Letter)
    facts: tuple[tuple[str, str], ...] = ()
    body: tuple[Paragraph | Table, ...] = ()
    annexes: tuple[Table, ...] = ()
    sample: bool = False
    chief: str = ""

    def tables(self) -> Iterator[Table]:
        """Every table, those of the body first."""
        yield from (part for part in self.body if isinstance(part, Table))
        yield from self.annexes

"""What is wrong with rows and records, as values; the words stand in `inventory.messages`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

# A kind and an id: what a problem is about.
Entity: TypeAlias = tuple[str, str]


class Severity(StrEnum):
    """An error keeps the rows out; a warning is something to look at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `code` names its sentence, `params` fill it in.

    `entity` is the id of the record it is about (None when the row has none); `sheet`, `row` and `column` say where
    it stands, `column` being the field's name; `version` is the first day of the unit's version it is about.
    `involved` are the other records that take part, such as the rest of
    a cycle.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    kind: str = ""
    entity: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    severity: Severity = Severity.ERROR
    version: date | None = None
    involved: tuple[Entity, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether it keeps rows out."""
        return self.severity is Severity.ERROR

    def at(self, sheet: str, row: int) -> "Problem":
        """The same problem, placed in a sheet."""
        return replace(self, sheet=sheet, row=row)

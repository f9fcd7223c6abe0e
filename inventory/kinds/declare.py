"""How the fields of records are declared: the type of a cell, whether it must be there, what it may hold."""

# What these functions return passes for the type of any field, as `dataclasses.field` itself does.
# ruff: noqa: ANN401

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class CellType(StrEnum):
    """What a cell's text is read as."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes_no"
    DATE = "date"
    BANDWIDTH = "bandwidth"
    ADDRESS = "address"
    OID = "oid"
    MAC = "mac"
    CODES = "codes"
    TEXTS = "texts"
    TIME = "time"
    POINT = "point"
    PROTOCOLS = "protocols"


@dataclass(frozen=True, slots=True)
class Cell:
    """How a field is written: `refers` names the kinds its code must exist among, `choices` its allowed codes.

    `low` and `high` bound a number, both included. Where choices are `open`, they are only those with a word of their
    own, and any other code is allowed too.
    """

    type: CellType = CellType.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    open: bool = False


def optional(
    type: CellType = CellType.TEXT,  # noqa: A002 - reads as a declaration
    *,
    default: Any = None,
    choices: tuple[str, ...] = (),
    refers: tuple[str, ...] = (),
    low: int | None = None,
    high: int | None = None,
) -> Any:
    """A field that may be left out; `default` is then its value."""
    return field(default=default, metadata={"cell": Cell(type, False, choices, refers, low, high)})


def key() -> Any:
    """The code a record is known by."""
    return field(metadata={"cell": Cell(CellType.CODE, required=True)})


def needed(
    type: CellType = CellType.TEXT,  # noqa: A002
    *,
    choices: tuple[str, ...] = (),
    refers: tuple[str, ...] = (),
    low: int | None = None,
    high: int | None = None,
    open: bool = False,  # noqa: A002
) -> Any:
    """A field without which there is no record."""
    return field(metadata={"cell": Cell(type, True, choices, refers, low, high, open)})


def text() -> Any:
    """A text that may be left out."""
    return optional()


def day() -> Any:
    """A local date that may be left out."""
    return optional(CellType.DATE)


def one(kind: str) -> Any:
    """The code of a record of this kind, or none."""
    return optional(CellType.CODE, refers=(kind,))


def serves() -> Any:
    """The agencies a thing serves; none named are those of its site."""
    return optional(CellType.CODES, default=(), refers=("organisation_unit",))

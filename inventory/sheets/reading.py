"""Reads a file of sheets, whatever its format: rows for the inventory, and everything that is wrong with the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from inventory.incoming import IncomingRow
from inventory.problems import Problem, Severity
from inventory.sheets.columns import Language, sheets
from inventory.sheets.csv_folder import (
    csv_files,
    csv_table,
    kind_untold,
    read_csv_alone,
    read_csv_named,
    unknown_file,
)
from inventory.sheets.headings import HeadingMap, HeadingMet, recogniser
from inventory.sheets.limits import DEFAULT_LIMITS, Limits
from inventory.sheets.tables import Context, Part, Table, problem, together
from inventory.sheets.toml_file import read_toml
from inventory.sheets.xlsx_file import is_workbook, read_workbook, workbook_tables

Format: TypeAlias = Literal["xlsx", "csv", "toml"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. With any problem of severity ERROR, some of the file was not read.

    `format` is None when it could not be told; `sample` says that the file is marked as sample data.
    """

    rows: tuple[IncomingRow, ...]
    problems: tuple[Problem, ...]
    headings: tuple[HeadingMet, ...]
    format: Format | None
    sample: bool


def _of(part: Part, format_: Format | None) -> Reading:
    rows, again = _once(part.rows)
    return Reading(rows, (*part.problems, *again), part.headings, format_, part.sample)


def _once(rows: tuple[IncomingRow, ...]) -> tuple[tuple[IncomingRow, ...], list[Problem]]:
    """Rows that say the same letter by letter once, and a word about each other time."""
    first: dict[tuple[str, frozenset[tuple[str, str]]], IncomingRow] = {}
    kept: list[IncomingRow] = []
    told: list[Problem] = []
    for row in rows:
        earlier = first.setdefault((row.kind, frozenset(row.cells.items())), row)
        if earlier is row:
            kept.append(row)
        else:
            place = {"other": f"{earlier.sheet}:{earlier.number}"}
            told.append(
                Problem(
                    "sheet_row_again", place, row.kind, None, row.sheet, row.number, None, Severity.WARNING
                )
            )
    return tuple(kept), told


def _no_known_sheet(name: str, part: Part, context: Context) -> Part:
    known = ", ".join(sheet.name[context.language] for sheet in sheets().values())
    return together((Part(problems=(problem("file_no_sheets", path=name, known=known),)), part))


def _content(path: Path, limits: Limits) -> bytes | Problem:
    try:
        with path.open("rb") as stream:
            content = stream.read(limits.file + 1)
    except OSError as fault:
        return problem("file_missing", path=path.name, reason=fault.strerror or type(fault).__name__)
    if len(content) > limits.file:
        return problem("file_too_large", path=path.name, limit=limits.file)
    return content if content.strip(b"\0\r\n\t ") else problem("file_empty", path=path.name)


def _read_csv(path: Path, context: Context, *, alone: bool) -> tuple[Part, bool]:
    content = _content(path, context.limits)
    if isinstance(content, Problem):
        return Part(problems=(content,)), True
    if is_workbook(content):
        return Part(problems=(problem("file_format", path=path.name),)), True
    part = (read_csv_alone if alone else read_csv_named)(content, path, context)
    if part is not None:
        return part, True
    return kind_untold(path) if alone else unknown_file(path, context), False


def _read_folder(path: Path, context: Context) -> tuple[Part, bool]:
    try:
        files = csv_files(path)
    except OSError as fault:
        return Part(problems=(problem("file_missing", path=path.name, reason=fault.strerror or ""),)), True
    if len(files) > context.limits.sheets:
        return Part(
            problems=(problem("file_too_many_sheets", path=path.name, limit=context.limits.sheets),)
        ), True
    read_each = [_read_csv(file, context, alone=False) for file in files]
    return together(part for part, _ in read_each), any(known for _, known in read_each)


def _read_file(path: Path, context: Context) -> tuple[Part, bool, Format | None]:
    if path.is_dir():
        return *_read_folder(path, context), "csv"
    if path.suffix.lower() == ".csv":
        return *_read_csv(path, context, alone=True), "csv"
    content = _content(path, context.limits)
    if isinstance(content, Problem):
        return Part(problems=(content,)), True, None
    if is_workbook(content):
        return *read_workbook(content, path.name, context), "xlsx"
    if path.suffix.lower() == ".toml":
        return *read_toml(content, path.name, context), "toml"
    return Part(problems=(problem("file_format", path=path.name),)), True, None


def read(
    path: Path,
    mapping: HeadingMap | None = None,
    *,
    language: Language = "vi",
    limits: Limits = DEFAULT_LIMITS,
) -> Reading:
    """Read a workbook (XLSX, XLS, XLSB, ODS), a CSV file, a folder of CSV files or a TOML file.

    `mapping` takes own headings to fields (see `HeadingMap`); suggestions are made in `language`. What a file holds
    never raises: each fault is a problem with sheet, row and column. Raises HeadingMapFault (a ValueError)
    for a faulty mapping.
    """
    own: Mapping[str, str] = mapping or {}
    context = Context(recogniser(own), language, limits)
    part, any_known, format_ = _read_file(path, context)
    return _of(part if any_known else _no_known_sheet(path.name, part, context), format_)


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a file that holds something else than our own sheets; `fault` is why there are none."""

    tables: tuple[Table, ...]
    fault: Problem | None
    notes: tuple[Problem, ...] = ()


def cells_of_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> Cells:
    """The cells of a workbook or of one CSV file; never raises: what is wrong with it is the fault."""
    content = _content(path, limits)
    if isinstance(content, Problem):
        return Cells((), content)
    if is_workbook(content):
        tables, fault, notes = workbook_tables(content, path.name, limits)
        return Cells(() if fault else tuple(tables), fault, notes)
    if path.suffix.lower() in (".csv", ".txt"):
        table, fault = csv_table(content, path.name, limits)
        return Cells(() if fault else (table,), fault)
    return Cells((), problem("file_format", path=path.name))


def read_cells(path: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[tuple[Table, ...], Problem | None]:
    """The same, without warnings."""
    found = cells_of_file(path, limits)
    return found.tables, found.fault

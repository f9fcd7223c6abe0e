"""Workbooks: XLSX, XLS, XLSB and ODS read in a child process, XLSX written."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from inventory.problems import Problem, Severity
from inventory.sheets.columns import LANGUAGES
from inventory.sheets.limits import Limits
from inventory.sheets.merged import RawCell
from inventory.sheets.tables import Context, Part, Table, problem, read_tables
from inventory.sheets.xlsx_layout import LISTS_SHEET, instructions_sheet
from inventory.texts import fold

_ZIP = b"PK\x03\x04"
# What stands before each part in an archive's directory (APPNOTE 4.3.12).
_IN_DIRECTORY = b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream of an OLE file that holds an encrypted workbook ([MS-OFFCRYPTO], section 2.3.4.4).
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The storage of an XLS file that holds its macros ([MS-OVBA], section 2.2.1).
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_CHILD = Path(__file__).with_name("workbook_process.py")
_MOST_ENTRIES = 10_000
# The child ends itself when its processor time is over; this much later the wait for it ends, whatever it does.
_GRACE_SECONDS = 30
_MIDNIGHT = "T00:00:00"


def is_workbook(content: bytes) -> bool:
    """Whether the bytes begin as a workbook's do."""
    return content.startswith((_ZIP, _OLE))


def _archive_problem(content: bytes, name: str, limits: Limits) -> Problem | None:
    """What keeps a ZIP file from being unpacked, by its own directory; the child's memory bounds one that lies."""
    if content.count(_IN_DIRECTORY) > _MOST_ENTRIES:
        return problem("file_expands", path=name, limit=limits.expanded)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as fault:
        return problem("file_damaged", path=name, reason=str(fault)[:200])
    if any(entry.flag_bits & 1 for entry in entries):
        return problem("file_encrypted", path=name)
    if sum(entry.file_size for entry in entries) > limits.expanded:
        return problem("file_expands", path=name, limit=limits.expanded)
    return None


def _refusal(content: bytes, name: str, limits: Limits) -> Problem | None:
    if content.startswith(_ZIP):
        return _archive_problem(content, name, limits)
    return problem("file_encrypted", path=name) if _ENCRYPTED in content else None


def _ask_child(content: bytes, limits: Limits) -> tuple[bytes, bool]:
    """What the child wrote; and whether it came to its end by itself, not stopped for want of memory or time."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own script, nothing of the file stands on its command line
            [sys.executable, "-I", str(_CHILD), json.dumps(asdict(limits))],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds + _GRACE_SECONDS,
            check=False,
            env={"RUST_BACKTRACE": "0"},
        )
    except subprocess.TimeoutExpired:
        return b"", False
    return answer.stdout, answer.returncode >= 0


def _text(cell: Any) -> RawCell:  # noqa: ANN401 - what JSON holds
    return str(cell["date"]).removesuffix(_MIDNIGHT) if isinstance(cell, dict) else cell


def _lines(output: bytes) -> Iterator[list[Any]]:
    """The child's whole lines; a child that was stopped may have left half a line."""
    for line in output.split(b"\n")[:-1]:
        yield json.loads(line)


def _limit_problem(what: str, sheet: str | None, name: str, limits: Limits) -> Problem:
    if what == "sheets":
        return problem("file_too_many_sheets", path=name, limit=limits.sheets)
    if what in ("rows", "columns"):
        return replace(problem(f"sheet_{what}", limit=getattr(limits, what)), sheet=sheet)
    return problem("file_heavy", path=name)


class _Answer:
    """The child's lines being put together."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.tables: list[Table] = []
        self._rows: list[Sequence[RawCell]] = []
        self._since_1904 = False
        self._name, self._limits = name, limits

    def take(self, what: str, rest: list[Any]) -> None:
        """One line that is neither the end nor a fault."""
        if what == "sheet":
            self._rows = []
            self.tables.append(Table(rest[0], self._rows, since_1904=self._since_1904))
        elif what == "row":
            self._rows.append([_text(cell) for cell in rest[0]])
        elif what == "blank":
            self._rows.extend([()] * rest[0])
        elif what == "merged":
            self.tables[-1] = replace(self.tables[-1], merged=tuple(map(tuple, rest[0])))
        elif what == "bare" and rest[0]:
            bare = {(row, column): error for row, column, error in rest[0]}
            self._rows.extend([()] * (max(row for row, _ in bare) + 1 - len(self._rows)))
            self.tables[-1] = replace(self.tables[-1], bare=bare)
        elif what == "dates":
            self._since_1904 = True

    def ended(self, what: str, rest: list[Any]) -> Problem | None:
        """What is wrong when this line is the last."""
        if what == "limit":
            return _limit_problem(
                rest[0], self.tables[-1].name if self.tables else None, self._name, self._limits
            )
        if what == "fault":
            reason = "file_encrypted" if rest[0] == "encrypted" else "file_damaged"
            return problem(reason, path=self._name, reason=rest[1])
        return None


def _tables(output: bytes, whole: bool, name: str, limits: Limits) -> tuple[list[Table], Problem | None]:
    answer = _Answer(name, limits)
    for what, *rest in _lines(output):
        if what in ("limit", "fault", "end"):
            return answer.tables, answer.ended(what, rest)
        answer.take(what, rest)
    unfinished = problem("file_damaged", path=name, reason="its reader gave up")
    return answer.tables, unfinished if whole else problem("file_heavy", path=name)


def _notes(content: bytes, name: str) -> tuple[Problem, ...]:
    """What is worth a word about a workbook that can be read: macros, which are never run."""
    if _OLE_MACROS in content if content.startswith(_OLE) else _has_macros(content):
        return (problem("file_macros", severity=Severity.WARNING, path=name),)
    return ()


def _has_macros(content: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return any(entry.lower().endswith("vbaproject.bin") for entry in archive.namelist())


def _ignored() -> frozenset[str]:
    names: Iterable[str] = (*LISTS_SHEET.values(), *(instructions_sheet(language) for language in LANGUAGES))
    return frozenset(fold(name) for name in names)


def workbook_tables(
    content: bytes, name: str, limits: Limits
) -> tuple[list[Table], Problem | None, tuple[Problem, ...]]:
    """The cells of a workbook's sheets, whatever they mean, or what is wrong with it; and warnings about it."""
    refused = _refusal(content, name, limits)
    if refused:
        return [], refused, ()
    return *_tables(*_ask_child(content, limits), name, limits), _notes(content, name)


def read_workbook(content: bytes, name: str, context: Context) -> tuple[Part, bool]:
    """The rows of a workbook, and whether any of its sheets was known; faults are in the part's problems."""
    tables, fault, notes = workbook_tables(content, name, context.limits)
    if fault:
        return Part(problems=(fault,)), True
    part, known = read_tables(tables, context, ignored=_ignored())
    return replace(part, problems=(*notes, *part.problems)), known

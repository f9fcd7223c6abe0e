"""The child process that opens workbooks: run as a script, bytes on its standard input, JSON lines on its output.

A workbook comes from anybody's disk, and its reader is native code that may ask for any amount of memory or abort.
Here it has its own process with bounded memory and processor time, so that the worst a file can do is end it.
Each line is ["sheet", name], ["row", [cells]], ["limit", name of the limit] or ["fault", reason, detail]; the last
line of a whole answer is ["end"]. Dates and times are {"date": ISO 8601}. It imports nothing of ours.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, load_workbook


def _bound(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _plain(cell: object) -> object:
    if isinstance(cell, datetime | date | time):
        return {"date": cell.isoformat()}
    return str(cell) if isinstance(cell, timedelta) else cell


def _sheet_lines(sheet: CalamineSheet, limits: dict[str, int]) -> Iterator[list[Any]]:
    yield ["sheet", sheet.name]
    # Calamine starts a row at the sheet's first filled column; the blanks before it are given back, so that
    # columns keep their numbers (rows above the first filled one it gives back itself).
    first_row, first_column = sheet.start or (0, 0)
    if sheet.height + first_row > limits["rows"]:
        yield ["limit", "rows"]
        return
    if sheet.width + first_column > limits["columns"]:
        yield ["limit", "columns"]
        return
    for row in sheet.iter_rows():
        yield ["row", [""] * first_column + [_plain(cell) for cell in row]]


def _lines(workbook: CalamineWorkbook, limits: dict[str, int]) -> Iterator[list[Any]]:
    names = [meta.name for meta in workbook.sheets_metadata]
    if len(names) > limits["sheets"]:
        yield ["limit", "sheets"]
        return
    for index in range(len(names)):
        yield from _sheet_lines(workbook.get_sheet_by_index(index), limits)
    yield ["end"]


def _write(lines: Iterator[list[Any]], limit: int) -> None:
    written = 0
    for line in lines:
        text = json.dumps(line, ensure_ascii=False)
        written += len(text)
        if written > limit:
            text = json.dumps(["limit", "text"])
        sys.stdout.write(text + "\n")
        if written > limit:
            return


def main() -> None:
    """Read one workbook within the limits given as JSON in the first argument."""
    limits: dict[str, int] = json.loads(sys.argv[1])
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    _bound(limits["memory"], limits["seconds"])
    try:
        _write(_lines(load_workbook(BytesIO(sys.stdin.buffer.read())), limits), limits["text"])
    except PasswordError:
        _write(iter([["fault", "encrypted", ""]]), limits["text"])
    except MemoryError:
        _write(iter([["limit", "memory"]]), limits["text"])
    except (CalamineError, OSError, ValueError) as fault:
        _write(iter([["fault", "damaged", str(fault)[:200]]]), limits["text"])


if __name__ == "__main__":
    main()

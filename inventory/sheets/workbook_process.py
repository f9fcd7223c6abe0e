"""The child process that opens workbooks: run as a script, bytes on its standard input, JSON lines on its output.

A workbook comes from anybody's disk, and its reader is native code that may ask for any amount of memory or abort.
Here it has its own process with bounded memory and processor time, so that the worst a file can do is end it.
Each line is ["sheet", name], ["merged", [[top, left, bottom, right]]], ["row", [cells]], ["blank", how many rows],
["bare", [[row, column, error]]], ["dates", 1904], ["limit", name of the limit] or ["fault", reason, detail]; the last
line of a whole answer is ["end"]. Rows and columns count from 0; `bare` cells hold a formula that was never computed
(error '') or came to an error. Dates and times are {"date": ISO 8601}. It imports nothing of ours.
"""

import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, load_workbook

# More than any sheet needs; the rest is left alone.
_MOST_MERGED, _MOST_BARE = 20_000, 1_000
_SMALL, _PIECE = 4 << 20, 1 << 20
# A cell of a formula with no value behind it: no <v>, or an empty one (ECMA-376 part 1, section 18.3.1.4).
_UNCOMPUTED = re.compile(
    rb"""<c [^<>]{0,200}?r="([A-Z]{1,3}[0-9]{1,7})"[^<>]{0,200}>\s*"""
    rb"""<f(?:/>|\s[^<>]{0,500}/>|(?:\s[^<>]{0,500})?>[^<]{0,10000}</f>)"""
    rb"""\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_ERROR = re.compile(
    rb"""<c (?=[^<>]{0,200}?t="e")[^<>]{0,200}?r="([A-Z]{1,3}[0-9]{1,7})"[^<>]{0,200}>"""
    rb"""(?:<f[^<>]{0,500}>(?:[^<]{0,10000}</f>)?)?\s*<v>(#[A-Z0-9/!?_]{1,20})</v>"""
)
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


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
    merged = sheet.merged_cell_ranges or []
    yield ["merged", [[*first, *last] for first, last in merged[:_MOST_MERGED]]]
    blank = 0
    for row in sheet.iter_rows():
        if not any(cell != "" for cell in row):
            blank += 1
            continue
        if blank:
            yield ["blank", blank]
            blank = 0
        yield ["row", [""] * first_column + [_plain(cell) for cell in row]]


def _lines(workbook: CalamineWorkbook, limits: dict[str, int], content: bytes) -> Iterator[list[Any]]:
    names = [meta.name for meta in workbook.sheets_metadata]
    if len(names) > limits["sheets"]:
        yield ["limit", "sheets"]
        return
    if _counts_from_1904(content):
        yield ["dates", 1904]
    parts = _parts(content)
    for index, name in enumerate(names):
        yield from _sheet_lines(workbook.get_sheet_by_index(index), limits)
        yield ["bare", _bare(content, parts.get(name))]
    yield ["end"]


def _read(content: bytes, part: str) -> bytes:
    """A small part of an XLSX file; nothing where there is none of that name, or it is not small."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return archive.read(part) if archive.getinfo(part).file_size <= _SMALL else b""
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, ValueError, EOFError, zlib.error):
        return b""


def _counts_from_1904(content: bytes) -> bool:
    return re.search(rb"""date1904=["'](?:1|true)["']""", _read(content, "xl/workbook.xml")) is not None


def _parts(content: bytes) -> dict[str, str]:
    """The parts of an XLSX file that hold its sheets, by the sheets' names."""
    try:
        sheets = ET.fromstring(_read(content, "xl/workbook.xml") or b"<x/>")  # noqa: S314 - memory is bounded
        links = ET.fromstring(_read(content, "xl/_rels/workbook.xml.rels") or b"<x/>")  # noqa: S314
    except (ET.ParseError, ValueError):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {each.get("name", ""): targets.get(each.get(_RELATION), "") for each in sheets.iter(_SHEET)}
    return {
        name: target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for name, target in found.items()
    }


def _bare(content: bytes, part: str | None) -> list[list[Any]]:
    """Where formulas without a value, and errors in the place of one, stand in a sheet's part, read piece by piece."""
    found: dict[tuple[int, int], str] = {}
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive, archive.open(part or "") as stream:
            rest = b""
            while piece := stream.read(_PIECE):
                rest += piece
                found |= {_place(match[1]): "" for match in _UNCOMPUTED.finditer(rest)}
                found |= {_place(match[1]): match[2].decode() for match in _ERROR.finditer(rest)}
                cut = rest.rfind(b"<c ")
                rest = rest[cut:] if 0 <= len(rest) - cut < _PIECE and cut >= 0 else b""
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, ValueError, EOFError, zlib.error):
        pass  # What can be read of it is told by calamine.
    return [[*place, error] for place, error in sorted(found.items())][:_MOST_BARE]


def _place(cell: bytes) -> tuple[int, int]:
    """Row and column, from 0, of a cell called like 'BC12'."""
    letters = cell.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    return int(cell[len(letters) :]) - 1, column - 1


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
        content = sys.stdin.buffer.read()
        _write(_lines(load_workbook(BytesIO(content)), limits, content), limits["text"])
    except PasswordError:
        _write(iter([["fault", "encrypted", ""]]), limits["text"])
    except MemoryError:
        _write(iter([["limit", "memory"]]), limits["text"])
    except (CalamineError, OSError, ValueError) as fault:
        _write(iter([["fault", "damaged", str(fault)[:200]]]), limits["text"])


if __name__ == "__main__":
    main()

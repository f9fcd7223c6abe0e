"""A folder of CSV files, one per kind, in the encodings and with the delimiters that offices use."""

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Literal, TypeAlias

from inventory.problems import Problem, Severity
from inventory.sheets.columns import sheets
from inventory.sheets.headings import Recogniser, required_fields
from inventory.sheets.legacy import legacy_bytes
from inventory.sheets.limits import Limits
from inventory.sheets.merged import RawCell
from inventory.sheets.tables import (
    Context,
    Part,
    Table,
    heading_fields,
    problem,
    read_table,
    together,
    unknown_sheet,
)

Encoding: TypeAlias = Literal["utf-8", "cp1258"]

_BOMS: Mapping[bytes, str] = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Tried in this order on files without a mark: text in cp1258 with Vietnamese letters is practically never UTF-8.
_UNMARKED = ("utf-8", "cp1258")
_DELIMITERS = (",", ";", "\t")
# Enough of a file to find its headings in.
_PROBED_LINES, _PROBED_LENGTH = 10, 20_000
# A title for the rare file in cp1258 that would pass for UTF-8: its first letter followed by ASCII never does.
_NOT_UTF_8 = "Đây là cp1258\r\n"
# The tone marks that cp1258 holds as letters of their own: grave, acute, tilde, hook above, dot below.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def decode(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else cp1258; raises UnicodeDecodeError of the last."""
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding)
    for encoding in _UNMARKED[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return unicodedata.normalize("NFC", content.decode(_UNMARKED[-1]))


@lru_cache(maxsize=4096)
def _cp1258_letter(letter: str) -> bytes | None:
    """A letter as cp1258 writes it: itself, or its base with the tone mark after it; None when it has neither."""
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in _TONES)
    base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    try:
        return (base + tones).encode("cp1258") if len(tones) == 1 else None
    except UnicodeEncodeError:
        return None


def letters_lacking(text: str) -> tuple[str, ...]:
    """The letters of a text that cp1258 cannot write, each once, in order."""
    composed = unicodedata.normalize("NFC", text)
    return tuple(letter for letter in dict.fromkeys(composed) if _cp1258_letter(letter) is None)


def encode(text: str, encoding: Encoding) -> bytes:
    """The bytes of a file: UTF-8 with its mark, or cp1258; raises ValueError when cp1258 lacks a letter."""
    if encoding == "utf-8":
        return b"\xef\xbb\xbf" + text.encode("utf-8")
    content = _cp1258(text)
    return content if decode(content) == unicodedata.normalize("NFC", text) else _cp1258(_NOT_UTF_8 + text)


def _cp1258(text: str) -> bytes:
    lacking = letters_lacking(text)
    if lacking:
        raise ValueError(f"cp1258 has no {lacking}")
    return b"".join(_cp1258_letter(letter) or b"" for letter in unicodedata.normalize("NFC", text))


def _stated_delimiter(text: str) -> str | None:
    """The delimiter that a first line 'sep=;' states for spreadsheet programs."""
    first = text.split("\n", 1)[0].strip("\r\"' ")
    stated = first[4:] if first.lower().startswith("sep=") else ""
    return stated if stated in _DELIMITERS else None


def _worth(lines: Sequence[str], delimiter: str, kind: str, recogniser: Recogniser) -> tuple[int, int]:
    """Known headings that a delimiter finds in the best of the lines, and how often it cuts the first."""
    known = [
        len({recogniser.field_of(kind, field)[0] for field in line.split(delimiter)} - {None})
        for line in lines
    ]
    return max(known, default=0), lines[0].count(delimiter) if lines else 0


def delimiter_of(text: str, kind: str, recogniser: Recogniser) -> str:
    """The delimiter stated, else the one that finds most known headings, else the one that cuts the first line most."""
    lines = [line for line in text[:_PROBED_LENGTH].splitlines() if line.strip()][:_PROBED_LINES]
    worth = {delimiter: _worth(lines, delimiter, kind, recogniser) for delimiter in _DELIMITERS}
    return _stated_delimiter(text) or max(_DELIMITERS, key=lambda delimiter: worth[delimiter])


def _rows(text: str, delimiter: str) -> Iterator[Sequence[RawCell]]:
    stated = _stated_delimiter(text)
    for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)):
        yield [] if stated and number == 0 else row


def _table(text: str, name: str, delimiter: str, most_rows: int) -> tuple[Table, Problem | None]:
    rows: list[Sequence[RawCell]] = []
    try:
        for row in _rows(text, delimiter):
            rows.append(row)
            if len(rows) > most_rows:
                break
    except csv.Error as fault:
        return Table(name, rows), problem("file_csv", path=name, line=len(rows) + 1, reason=str(fault)[:200])
    return Table(name, rows), None


def kind_by_headings(content: bytes, context: Context) -> str | None:
    """The kind whose headings a CSV file bears: all required ones, and more known ones than any other; else None."""
    try:
        text = decode(content)
    except UnicodeDecodeError:
        return None
    found = {kind: _fields_met(text, kind, context.recogniser) for kind in sheets()}
    worth = {kind: len(met) for kind, met in found.items() if required_fields(kind) <= met}
    best = [kind for kind in worth if worth[kind] == max(worth.values())]
    return best[0] if len(best) == 1 else None


def _fields_met(text: str, kind: str, recogniser: Recogniser) -> frozenset[str]:
    """The fields that the headings of a file mean, were it of this kind."""
    delimiter = delimiter_of(text, kind, recogniser)
    table, _ = _table(text[:_PROBED_LENGTH], "", delimiter, _PROBED_LINES)
    return heading_fields(table, kind, recogniser)


def _decoded(content: bytes, name: str) -> str | Problem:
    """The text of a file, or why it cannot be told: an encoding nobody knows, or one of the old fonts."""
    if not content.startswith(tuple(_BOMS)):
        try:
            return content.decode(_UNMARKED[0])
        except UnicodeDecodeError:
            font = legacy_bytes(content)
        if font:
            return problem("file_legacy", path=name, font=font)
    try:
        return decode(content)
    except UnicodeDecodeError as fault:
        return problem("file_encoding", path=name, offset=fault.start)


def read_csv(content: bytes, name: str, kind: str, context: Context) -> Part:
    """The rows of one CSV file that holds a kind; `name` is what its problems call it."""
    text = _decoded(content, name)
    if isinstance(text, Problem):
        return Part(problems=(text,))
    table, fault_found = _table(text, name, delimiter_of(text, kind, context.recogniser), context.limits.rows)
    if fault_found:
        return Part(problems=(fault_found,))
    return read_table(table, kind, context)


def csv_table(content: bytes, name: str, limits: Limits) -> tuple[Table, Problem | None]:
    """The cells of a CSV file, whatever they mean, or what is wrong with it; its lines tell the delimiter."""
    text = _decoded(content, name)
    if isinstance(text, Problem):
        return Table(name, ()), text
    delimiter = _stated_delimiter(text) or max(_DELIMITERS, key=text[:_PROBED_LENGTH].count)
    table, fault_found = _table(text, name, delimiter, limits.rows)
    if len(table.rows) > limits.rows:
        return Table(name, ()), replace(problem("sheet_rows", limit=limits.rows), sheet=name)
    return table, fault_found


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder by name; raises OSError."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file())


def read_csv_named(content: bytes, path: Path, context: Context) -> Part | None:
    """The rows of a CSV file whose name says its kind; None, when the name is not known."""
    kind = context.recogniser.kind_of(path.stem)
    return read_csv(content, path.name, kind, context) if kind else None


def read_csv_alone(content: bytes, path: Path, context: Context) -> Part | None:
    """The rows of a CSV file sent alone: by its name, else by its headings, which is told; None when neither tells."""
    part = read_csv_named(content, path, context)
    kind = kind_by_headings(content, context) if part is None else None
    if kind is None:
        return part
    params = {"taken": sheets()[kind].name[context.language], "name": path.stem[:80]}
    told = replace(problem("file_kind_taken", severity=Severity.WARNING, **params), sheet=path.name)
    return together((Part(problems=(told,)), read_csv(content, path.name, kind, context)))


def kind_untold(path: Path) -> Part:
    """The warning about a single CSV file of which neither name nor headings tell the kind."""
    told = problem("file_kind_unknown", severity=Severity.WARNING, name=path.stem[:80])
    return Part(problems=(replace(told, sheet=path.name),))


def unknown_file(path: Path, context: Context) -> Part:
    """The warning about a CSV file of no known kind."""
    return Part(problems=(replace(unknown_sheet(path.stem, context), sheet=path.name),))

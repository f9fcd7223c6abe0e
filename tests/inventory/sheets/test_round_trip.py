"""Whatever inventory is exported and read again changes nothing, in every format, language and encoding."""

import unicodedata
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.changes import difference
from inventory.incoming import read_row
from inventory.rules import check
from inventory.sheets.columns import Language
from inventory.sheets.csv_folder import Encoding
from inventory.sheets.reading import Format, Reading, read
from inventory.sheets.writing import write
from inventory.snapshot import KINDS, VERSIONED, Cell, CellType, Inventory, gather
from inventory.texts import clean

_DAY = date(2025, 7, 1)
_AWKWARD = (
    "=1+1", "+84 24 3555", "-5 dB", "@cmd", "'=x", "''", "'-", "\\-", "-", "–", "a;b", "a,b", 'say "so"', "\\;",
    "Đặng Thị Thuỷ", "UBND xã Ất Ơ", "0012", "1e5", "TRUE", "sep=;", "#", "STT", "_x0041_", "50%", "NULL",
)  # fmt: skip


def _is_text(text: str) -> bool:
    return bool(text) and not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


_texts = st.one_of(st.sampled_from(_AWKWARD), st.text(max_size=30)).map(clean).filter(_is_text)
_vietnamese = (
    st.one_of(
        st.sampled_from(_AWKWARD).filter(lambda text: "–" not in text),
        st.text(
            alphabet="aăâbcdđeêghioôơuưyÁàảãạẤầẩẫậẮằẳẵặĐéèẻẽẹếềểễệÝỳỷỹỵứừửữự 019;,'\"=+-@\\", max_size=30
        ),
    )
    .map(clean)
    .filter(_is_text)
)
_codes = st.text(alphabet="0123456789ABzđ.-/:@#+%~_", min_size=1, max_size=12).filter(
    lambda code: code[0].isalnum()
)


def _values(cell: Cell, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    low, high = cell.low or 0, cell.high or 10**9
    if cell.choices:
        one = st.sampled_from(cell.choices)
        return st.lists(one, unique=True).map(tuple) if cell.type is CellType.CODES else one
    plain: dict[CellType, st.SearchStrategy[Any]] = {
        CellType.TEXT: texts,
        CellType.CODE: _codes,
        CellType.INTEGER: st.integers(low, high),
        CellType.NUMBER: st.floats(low, high).map(lambda number: round(number, 12)),
        CellType.YES_NO: st.booleans(),
        CellType.DATE: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        CellType.BANDWIDTH: st.integers(low, high),
        CellType.ADDRESS: st.sampled_from(["10.0.0.1", "192.0.2.77", "2001:db8::1", "fd00::a:1"]),
        CellType.OID: st.sampled_from(["1.3.6.1.2.1.1.3.0", "1.3.6.1.4.1.9.9.42.1.2.10.1.2.10", "0.0"]),
        CellType.MAC: st.sampled_from(["00:1b:21:3a:4f:5c", "fe:ff:ff:ff:ff:ff"]),
        CellType.CODES: st.lists(_codes, max_size=3, unique=True).map(tuple),
        CellType.TIME: st.times().map(lambda time: f"{time:%H:%M}"),
        CellType.POINT: st.sampled_from(
            ["snmp:0.0", "modbus:1/holding/3?type=f32&scale=-0.5", "https:/a.json#b.0"]
        ),
        CellType.PROTOCOLS: st.lists(st.sampled_from(["sip", "rtsp:8554/a;b"]), unique=True).map(tuple),
        CellType.TEXTS: st.lists(texts, max_size=3, unique=True).map(tuple),
    }
    return plain[cell.type]


def _optional(cell: Cell, default: object, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    values = _values(cell, texts)
    if cell.required and cell.type is CellType.CODES:
        return values.filter(bool)
    return values if cell.required or default is not None else st.one_of(st.none(), values)


@st.composite
def _records(draw: Callable[..., Any], kind: str, id_: str, texts: st.SearchStrategy[str]) -> list[Any]:
    """One record, or for a unit up to two versions of it."""
    wanted = {
        field.name: _optional(field.metadata["cell"], field.default, texts)
        for field in fields(KINDS[kind])
        if field.name != "id"
    }
    record = KINDS[kind](id=id_, **{name: draw(values) for name, values in wanted.items()})
    if kind not in VERSIONED or not draw(st.booleans()):
        return [record]
    later = draw(st.integers(1, 500))
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    first = KINDS[kind](**{**values, "valid_from": _DAY, "valid_to": _DAY + timedelta(days=later)})
    return [first, KINDS[kind](**{**values, "valid_from": _DAY + timedelta(days=later), "valid_to": None})]


@st.composite
def _inventories(draw: Callable[..., Any], texts: st.SearchStrategy[str]) -> Inventory:
    ids = draw(st.lists(_codes, max_size=6, unique=True))
    found = [(kind, record) for id_ in ids for kind in [draw(st.sampled_from(list(KINDS)))]
             for record in draw(_records(kind, id_, texts))]  # fmt: skip
    return gather(found, None)


def _exported_and_read(
    inventory: Inventory, format_: Format, language: Language, encoding: Encoding
) -> Reading:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"inventory.{format_}"
        assert write(path, inventory, language, format_, encoding=encoding) == ()
        return read(path)


def _assert_unchanged(inventory: Inventory, reading: Reading) -> None:
    assert reading.problems == ()
    assert [problems for row in reading.rows if (problems := read_row(row)[1])] == []
    again = difference(inventory, reading.rows)
    assert again.changes == ()
    assert {problem.code for problem in again.errors} <= {problem.code for problem in check(inventory)}
    afresh = difference(Inventory(), reading.rows).result
    assert {kind: afresh.every(kind) for kind in KINDS} == {kind: inventory.every(kind) for kind in KINDS}


_quick = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("language", ["vi", "en"])
@_quick
@given(inventory=_inventories(_texts))
def test_a_workbook_written_and_read_again_changes_nothing(inventory: Inventory, language: Language) -> None:
    """XLSX keeps every value."""
    _assert_unchanged(inventory, _exported_and_read(inventory, "xlsx", language, "utf-8"))


@pytest.mark.parametrize("language", ["vi", "en"])
@_quick
@given(inventory=_inventories(_texts))
def test_csv_written_and_read_again_changes_nothing(inventory: Inventory, language: Language) -> None:
    """A CSV folder in UTF-8 keeps every value."""
    _assert_unchanged(inventory, _exported_and_read(inventory, "csv", language, "utf-8"))


@pytest.mark.parametrize("language", ["vi", "en"])
@_quick
@given(inventory=_inventories(_vietnamese))
def test_csv_in_cp1258_written_and_read_again_changes_nothing(
    inventory: Inventory, language: Language
) -> None:
    """A CSV folder in cp1258 keeps every Vietnamese value."""
    _assert_unchanged(inventory, _exported_and_read(inventory, "csv", language, "cp1258"))


@_quick
@given(inventory=_inventories(_texts))
def test_toml_written_and_read_again_changes_nothing(inventory: Inventory) -> None:
    """TOML keeps every value."""
    _assert_unchanged(inventory, _exported_and_read(inventory, "toml", "vi", "utf-8"))

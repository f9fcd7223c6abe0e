"""How texts of cells become values, and back."""

import tomllib
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.cells import CLEAR, MAX_CELL, Value, read_cell, text_of
from inventory.faults import CellFault
from inventory.incoming import cells_of
from inventory.labels import known_choices
from inventory.messages import TEXTS
from inventory.snapshot import KINDS, Cell, CellType, Inventory, cells
from inventory.texts import clean, fold

CASES = tomllib.loads((Path(__file__).parent / "data" / "cells.toml").read_text(encoding="utf-8"))["text"]
FIELDS = [(kind, field) for kind in KINDS for field in cells(kind)]


def _comparable(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("field", "case"), [(group["field"], case) for group in CASES for case in group["cells"]], ids=str
)
def test_a_cell_reads_as_the_table_says(field: str, case: dict[str, Any]) -> None:
    """Every line of data/cells.toml holds."""
    kind, name = field.split(".")
    if case.get("fault") == "cleared":
        assert read_cell(kind, name, case["text"]) is CLEAR
    elif "fault" in case:
        with pytest.raises(CellFault) as fault:
            read_cell(kind, name, case["text"])
        assert fault.value.code == case["fault"]
    else:
        assert _comparable(read_cell(kind, name, case["text"])) == case["is"]
        assert type(_comparable(read_cell(kind, name, case["text"]))) is type(case["is"])


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0\t\n", "\u200b\ufeff"])
@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_a_blank_cell_says_nothing_in_any_column(kind: str, field: str, blank: str) -> None:
    """Blank is neither a value nor a wish to clear."""
    assert read_cell(kind, field, blank) is None


def test_a_cell_of_unreasonable_length_is_refused_unread() -> None:
    """The bound is checked before the text is looked at."""
    with pytest.raises(CellFault) as fault:
        read_cell("site", "name", "a" * (MAX_CELL + 1))
    assert fault.value.code == "too_long"


@given(st.sampled_from(FIELDS), st.text(max_size=60), st.sampled_from([None, "vi", "en"]))
def test_any_text_is_a_value_or_a_fault_with_words_and_a_value_reads_back(
    field: tuple[str, str], text: str, language: str | None
) -> None:
    """No text breaks the reader, and what it reads is written so that it reads the same."""
    sentence = "read"
    try:
        value = read_cell(*field, text)
    except CellFault as caught:
        value, sentence = None, TEXTS[caught.code].format(**caught.params)
    assert sentence
    if value is not None and value is not CLEAR:
        assert read_cell(*field, text_of(*field, value, language)) == value


TYPED: dict[CellType, st.SearchStrategy[Any]] = {
    CellType.TEXT: st.text(max_size=40) | st.text("\\-–", max_size=4),
    CellType.CODE: st.from_regex(r"[a-zA-Z0-9ăđêôơư][\w./:@#+%~-]{0,20}", fullmatch=True),
    CellType.INTEGER: st.integers(1, 65535),
    CellType.NUMBER: st.floats(-90, 90),
    CellType.YES_NO: st.booleans(),
    CellType.DATE: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    CellType.BANDWIDTH: st.integers(1, 10**15),
    CellType.ADDRESS: st.ip_addresses().map(str),
    CellType.OID: st.lists(st.integers(0, 2**32 - 1), max_size=20).map(
        lambda arcs: ".".join(map(str, [1, 3, *arcs]))
    ),
    CellType.MAC: st.sampled_from(["00:1b:21:3a:4f:5c", "fe:ff:ff:ff:ff:ff"]),
    CellType.CODES: st.lists(
        st.from_regex(r"[A-Z][A-Z0-9-]{0,8}", fullmatch=True), min_size=1, unique=True
    ).map(tuple),
    CellType.TIME: st.times().map(lambda time: f"{time:%H:%M}"),
    CellType.POINT: st.sampled_from(
        ["snmp:1.3.6.1.2.1.1.3.0", "modbus:1/holding/3?mask=0x4", "http:/a.xml#b"]
    ),
    CellType.PROTOCOLS: st.lists(st.sampled_from(["sip", "h323:1721", "rtsp/a;b"]), min_size=1).map(tuple),
    CellType.TEXTS: st.lists(st.text(r"\;-–a1 ", min_size=1, max_size=6), min_size=1, max_size=5).map(tuple),
}


@given(st.data(), st.sampled_from(FIELDS), st.sampled_from([None, "vi", "en"]))
def test_every_value_the_inventory_may_hold_survives_being_written_and_read(
    data: st.DataObject, field: tuple[str, str], language: str | None
) -> None:
    """For each type of cell, in codes and in the words of both languages."""
    cell = cells(field[0])[field[1]]
    value: Value = data.draw(_chosen(cell) if cell.choices else _bounded(cell))
    assume(_is_normal(value) and (cell.type is not CellType.ADDRESS or _is_one_device(str(value))))
    assert read_cell(*field, text_of(*field, value, language)) == value


def _bounded(cell: Cell) -> st.SearchStrategy[Any]:
    if cell.low is None or cell.high is None:
        return TYPED[cell.type]
    return (
        st.floats(cell.low, cell.high) if cell.type is CellType.NUMBER else st.integers(cell.low, cell.high)
    )


def _chosen(cell: Cell) -> st.SearchStrategy[Any]:
    one = st.sampled_from(cell.choices)
    return st.lists(one, min_size=1, unique=True).map(tuple) if cell.type is CellType.CODES else one


def _is_normal(value: object) -> bool:
    """Whether the texts in it are as the reader leaves them: without surplus blanks, signs nobody sees, repetitions."""
    texts = value if isinstance(value, tuple) else (value,)
    visible = all(clean(text) == text != "" and text.isprintable() for text in texts if isinstance(text, str))
    return visible and len(set(texts)) == len(texts)


def _is_one_device(address: str) -> bool:
    parsed = ip_address(address)
    return not (parsed.is_multicast or parsed.is_unspecified or address == "255.255.255.255")


def test_every_record_of_the_sample_is_written_so_that_it_reads_back(sample: Inventory) -> None:
    """Cell by cell, in both languages."""
    for language in ("vi", "en", None):
        for kind, record in sample:
            for field, text in cells_of(record, language).items():
                value = getattr(record, field)
                assert (read_cell(kind, field, text) or None) == (
                    value if value != () else None
                ) or value is False


@pytest.mark.parametrize(("kind", "field"), [pair for pair in FIELDS if cells(pair[0])[pair[1]].choices])
def test_words_of_choices_cannot_be_mistaken_for_each_other(kind: str, field: str) -> None:
    """Every code of a field is known by its words, and no word of one choice is the code of another."""
    known, codes = known_choices(kind, field), cells(kind)[field].choices
    assert set(known.values()) == set(codes)
    assert all(known[fold(code)] == code for code in codes)

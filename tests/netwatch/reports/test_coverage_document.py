"""The report says what the audit found: figures, agencies, gaps with costs, contradictions, statements, norms."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.documents.model import Document, Paragraph, Table
from inventory.coverage.audit import audit
from inventory.coverage.contract import Audit, Contradiction, Evidence
from inventory.snapshot import Inventory
from netwatch.language import translator
from netwatch.reports.coverage import coverage_document, share
from netwatch.reports.letterhead import Manner


@pytest.fixture
def found(inventory: Inventory) -> Audit:
    """The audit of the district, of which nothing was ever seen."""
    assert inventory.on is not None
    return audit(inventory, Evidence(at=0, on=inventory.on))


@pytest.fixture
def document(found: Audit, inventory: Inventory, manner: Manner) -> Document:
    """The report on it."""
    return coverage_document(found, inventory, manner, (("Figures as of", "23/11/2026"),), translator("en"))


def table(document: Document, key: str) -> Table:
    """One of its tables."""
    return next(one for one in document.tables() if one.key == key)


def test_figures_are_those_of_the_audit(document: Document, found: Audit) -> None:
    """Every ratio with its numerator, its denominator and the proved share; of one level only, told once."""
    rows = {(row[0], row[1]): row[2:] for row in table(document, "summary").rows}
    assert len(rows) == len(found.figures) - 1
    assert rows["Mỗi xã một kênh TSLCD cấp II", "commune level"] == (3, 2, 0.666, 0, 0.0, 1.0)
    assert rows["Diệt vi-rút trên máy tính", "commune level"] == (20, 18, 0.9, 0, 0.0, 0.9)
    states = table(document, "states")
    place = [column.title for column in states.columns].index("missing")
    line = next(row for row in states.rows if row[:2] == ("Mỗi xã một kênh TSLCD cấp II", "all levels"))
    assert (line[2], line[place]) == (3, 1)


def test_a_shared_line_is_one_for_two_agencies(document: Document) -> None:
    """What there is counts things, and beside them the agencies they serve."""
    rows = {row[0]: row[1:] for row in table(document, "tallies").rows if not row[1]}
    assert rows["data line"] == ("", 1, 0, 2, 1)


def test_every_agency_stands_there_with_its_reason(document: Document) -> None:
    """Below the names of the units above it."""
    rows = {(row[0], row[3]): row for row in table(document, "agencies").rows}
    shared = rows["UBND xã Đại Lộc", "Mỗi xã một kênh TSLCD cấp II"]
    assert shared[1:3] == ("UBND tỉnh Lâm Đồng", "commune level")
    assert shared[4:8] == (1, 1, 0, 0.0)
    assert shared[9]
    assert rows["UBND xã Mới", "Mỗi xã một kênh TSLCD cấp II"][8] == "missing"


def test_what_is_lacking_has_its_price(document: Document) -> None:
    """Not known where the norm has none, nothing where nothing is lacking."""
    gaps = {(row[0], row[2]): row[-3:] for row in table(document, "gaps").rows}
    assert gaps == {
        ("UBND xã Mới", "Mỗi xã một kênh TSLCD cấp II"): (1, 15_000_000, 15_000_000),
        ("UBND xã An Bình", "Diệt vi-rút trên máy tính"): (2, "not known", "not known"),
    }
    costs = {row[0]: row[1:] for row in table(document, "costs").rows}
    assert costs["Mỗi xã một kênh TSLCD cấp II"] == (1, 15_000_000, 1.0, 1, 15_000_000)
    assert costs["Diệt vi-rút trên máy tính"] == (2, "not known", 0.9, 0, 0)


def test_statements_used_have_source_and_date(document: Document) -> None:
    """Those that no norm asks for are left out."""
    rows = table(document, "statements").rows
    assert [(row[0], row[2], row[5]) for row in rows] == [
        ("UBND xã An Bình", 18, "CV 2"),
        ("UBND xã An Bình", 20, "CV 1"),
    ]


def test_contradictions_are_told_once_with_both_sides(
    found: Audit, inventory: Inventory, manner: Manner
) -> None:
    """As people read them: bandwidths with units, places by name."""
    said = (Contradiction("speed", "100000000", "10000000"), Contradiction("site", "S-AN", "S-MOI"))
    cells = tuple(
        replace(cell, coverings=tuple(replace(one, contradictions=said) for one in cell.coverings))
        for cell in found.cells
        if (cell.norm, cell.unit) == ("DM-TSLCD", "XA-AN")
    )
    made = coverage_document(replace(found, cells=cells * 2), inventory, manner, (), translator("en"))
    rows = table(made, "contradictions").rows
    assert [(row[1], row[4], row[5]) for row in rows] == [
        ("L-AN", "100 Mbit/s", "10 Mbit/s"),
        ("L-AN", "Trụ sở xã An Bình", "Trụ sở xã Mới"),
    ]


def test_the_letter_opens_and_says_how_it_counts(document: Document) -> None:
    """Its own texts, the notes below a heading, and as of which day."""
    assert document.facts == (("Figures as of", "23/11/2026"),)
    texts = [part for part in document.body if isinstance(part, Paragraph)]
    assert [part.text for part in texts] == ["Opening.", "Method", "A note."]
    assert table(document, "norms").rows[0][6] in {"QĐ 5/QĐ-UBND", None}


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_never_rounded_up(part: int, whole: int) -> None:
    """All is said of all alone."""
    fraction = share(part, whole)
    assert fraction is not None
    assert part / whole - 0.001 < fraction <= part / whole + 1e-12
    assert (fraction >= 1) == (part >= whole)
    assert share(part, 0) is None

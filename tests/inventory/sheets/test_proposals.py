"""Proposed rows are written with their evidence, and read back as nothing but the rows."""

from pathlib import Path

import pytest

from inventory.sheets.columns import EVIDENCE, Language
from inventory.sheets.proposals import ProposedRow, write_proposal
from inventory.sheets.reading import Format, read

ROWS = (
    ProposedRow(
        "device",
        {"id": "sw1", "name": "=cmd|' /C calc'!A0", "site": "S", "kind": "switch", "credentials": "ro; @rw"},
        "=HYPERLINK(1) nghe nói là bộ chuyển mạch",
    ),
    ProposedRow("device", {"id": "sw2", "name": "+sw2", "kind": "ups", "serial": "\\-"}, "vì sao"),
    ProposedRow("interface", {"device": "sw1", "name": "Gi0/1"}, ""),
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("format_", "name"), [("xlsx", "p.xlsx"), ("csv", "p"), ("toml", "p.toml")])
def test_a_proposal_is_read_back_without_its_evidence(
    tmp_path: Path, format_: Format, name: str, language: Language
) -> None:
    """No heading is unknown, no text becomes a formula, every cell comes back."""
    path = tmp_path / name
    assert write_proposal(path, ROWS, language, format_) == ()
    found = read(path, {}, language=language)
    assert found.problems == ()
    assert all(met.field for met in found.headings)
    by_id = {row.cells.get("id", ""): row.cells for row in found.rows}
    assert by_id["sw1"]["name"] == "=cmd|' /C calc'!A0"
    assert by_id["sw1"]["credentials"] == "ro; @rw"
    assert by_id["sw2"]["name"] == "+sw2"
    assert by_id["sw2"]["serial"] == "\\-"
    assert by_id[""] == {"device": "sw1", "name": "Gi0/1"}
    assert not any("nghe nói" in text for cells in by_id.values() for text in cells.values())


def test_csv_shows_the_evidence_and_no_formula(tmp_path: Path) -> None:
    """People read why, in a column of its own."""
    write_proposal(tmp_path / "p", ROWS, "vi", "csv")
    text = (tmp_path / "p" / "device.csv").read_text("utf-8-sig")
    assert EVIDENCE["vi"] in text.splitlines()[0]
    assert "'=HYPERLINK(1) nghe nói" in text
    assert ",'=cmd" in text
    assert "bộ chuyển mạch" in text

"""Bad rows as data: each file of bad_rows/ is a test of one problem, laid over the sample inventory."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from inventory.changes import Proposal, difference, good_rows
from inventory.incoming import IncomingRow
from inventory.messages import sentence
from inventory.problems import Problem
from inventory.snapshot import Inventory

FILES = sorted((Path(__file__).parent / "bad_rows").glob("*.toml"))


def _read(file: Path) -> tuple[dict[str, Any], list[IncomingRow]]:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    tables = {
        kind: content.pop(kind)
        for kind in list(content)
        if isinstance(content[kind], list) and kind != "says"
    }
    rows = [
        IncomingRow(kind, kind, n, row)
        for kind, each in tables.items()
        for n, row in enumerate(each, start=1)
    ]
    return content, rows


def _found(proposal: Proposal, case: dict[str, Any]) -> list[Problem]:
    return [problem for problem in proposal.problems if problem.code == case["code"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_row_is_named_with_sheet_row_column_and_reason(file: Path, sample: Inventory) -> None:
    """The problem is found, says where it stands, and keeps everything out unless it is only a warning."""
    case, rows = _read(file)
    proposal = difference(sample, rows)
    problem = next(p for p in _found(proposal, case) if p.column == case.get("column"))
    assert problem.severity == case.get("severity", "error")
    assert proposal.applicable is (problem.severity == "warning")
    said = sentence(problem)
    for words in case.get("says", ()):
        assert words in said
    if problem.sheet is not None:
        assert any((row.sheet, row.number) == (problem.sheet, problem.row) for row in rows)
        assert problem.row == case.get("row", problem.row)
    else:
        assert problem.kind not in {row.kind for row in rows}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_good_rows_never_lead_to_an_inventory_whose_rules_do_not_hold(file: Path, sample: Inventory) -> None:
    """A row with an error is left out with the reason; what remains may be applied."""
    case, rows = _read(file)
    proposal = good_rows(sample, rows)
    assert proposal.errors == ()
    rejected = [problem for reject in proposal.rejects for problem in reject.problems]
    assert (case["code"] in {problem.code for problem in rejected}) is (case.get("severity") != "warning")
    assert all(problem.sheet is not None and sentence(problem) for problem in rejected)

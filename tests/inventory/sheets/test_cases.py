"""Each folder of `cases` is a file as people send it, with what must be read from it and told about it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from inventory.problems import Problem
from inventory.sheets.messages import TEXTS
from inventory.sheets.reading import read

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def _matches(problem: Problem, wanted: dict[str, Any]) -> bool:
    """Whether a problem says what is wanted: its code, its place, and a word of its parameters."""
    place = {"code": problem.code, "severity": problem.severity, "sheet": problem.sheet, "row": problem.row}
    said = " ".join(problem.params.values())
    return all(value == place[key] if key in place else value in said for key, value in wanted.items())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_file_is_read_as_its_expectation_says(case: Path) -> None:
    """Rows are counted, and each problem is named by code, severity, sheet and row."""
    expected = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    toml = case / "inventory.toml"
    reading = read(toml if toml.exists() else case)
    wanted = expected.get("problems", [])
    assert len(reading.rows) == expected["rows"]
    assert len(reading.problems) == len(wanted), reading.problems
    assert all(_matches(*pair) for pair in zip(reading.problems, wanted, strict=True)), reading.problems
    found = [{"number": row.number, **row.cells} for row in reading.rows]
    assert found == expected.get("cells", found)
    assert reading.sample == expected.get("sample", False)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_problem_has_a_sentence_with_all_its_parameters(case: Path) -> None:
    """The English template of a code can be filled in from the problem alone."""
    toml = case / "inventory.toml"
    for problem in read(toml if toml.exists() else case).problems:
        assert "{" not in TEXTS[problem.code].format(**problem.params)

"""Every problem has words, in both languages."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from inventory.incoming import IncomingRow, read_row
from inventory.labels import choice_label
from inventory.messages import TEXTS, sentence
from inventory.problems import Problem
from inventory.sheets.messages import TEXTS as SHEETS_TEXTS
from inventory.snapshot import cells

# The words of files and sheets are tried with the sheets.
OWN = sorted(set(TEXTS) - set(SHEETS_TEXTS))
ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "netwatch" / "locale" / "vi" / "LC_MESSAGES" / "inventory.po"
RAISED = re.compile(
    r"""(?:CellFault|Problem|\.problem)\(\s*"([a-z_]+)"|code="([a-z_]+)"|code(?:, params)? = "([a-z_]+)\""""
)


def _raised() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "inventory").glob("*.py")]
    return {next(filter(None, groups)) for source in sources for groups in RAISED.findall(source)}


def test_every_code_in_the_sources_has_words_and_no_words_lie_idle() -> None:
    """A code is a literal where it is raised, so the sources can be asked."""
    assert _raised() - set(SHEETS_TEXTS) == {code for code in OWN if not code.startswith("place_")}


@pytest.mark.parametrize("code", OWN)
def test_every_text_has_a_vietnamese_one_with_the_same_parameters(code: str) -> None:
    """Not merely copied."""
    with CATALOGUE.open("rb") as file:
        message = read_po(file, locale="vi").get(TEXTS[code])
    assert message is not None
    assert message.string != TEXTS[code]
    assert _parameters(str(message.string)) == _parameters(TEXTS[code])


def _parameters(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_a_sentence_speaks_the_language_of_its_reader_and_names_the_place() -> None:
    """Templates go through the translator, fields and kinds through the headings."""
    problem = Problem(
        "needed_together", {"field": "latitude", "given": "longitude"}, "site", "DD-1", column="latitude"
    )
    words = {"latitude": "Vĩ độ", "longitude": "Kinh độ", "": "Địa điểm"}
    said = sentence(problem.at("Địa điểm", 4), lambda text: text, lambda kind, field: words[field])
    assert said.startswith(
        "Sheet 'Địa điểm', row 4, column 'Vĩ độ': 'Vĩ độ' is needed because 'Kinh độ' is given."
    )
    assert sentence(problem).startswith("Record 'DD-1' (site), 'latitude': 'latitude' is needed")


def test_a_parameter_that_looks_like_a_template_is_only_text() -> None:
    """What comes from a sheet is never formatted."""
    problem = Problem("not_a_date", {"value": "{0.__class__} {x}"}, "site", None, "S", 1, "installed_on")
    assert "'{0.__class__} {x}' is not a date" in sentence(problem)


@pytest.mark.parametrize(("typed", "near"), [("bộ định tuyếnn", True), ("qqqq", False)])
def test_choices_are_told_in_the_words_of_the_reader_and_all_of_them(typed: str, near: bool) -> None:
    """As the sheet writes them, however many there are; without words, as codes."""
    _, (problem,) = read_row(IncomingRow("device", "Thiết bị", 2, {"id": "A", "kind": typed}))
    said = sentence(problem, choice=lambda kind, field, code: choice_label(kind, field, code, "vi"))
    codes = cells("device")["kind"].choices
    assert said.endswith(
        f"Allowed: {', '.join(choice_label('device', 'kind', code, 'vi') for code in codes)}."
    )
    assert (f"Did you mean '{choice_label('device', 'kind', 'router', 'vi')}'?" in said) is near
    assert sentence(problem).endswith(f"Allowed: {', '.join(codes)}.")

"""An office changes templates and texts in a folder of its own; what is wrong with them is told by file and line."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.documents.messages import DocumentFault
from exporters.documents.model import Document, Letter
from exporters.documents.pdf import document_html, document_pdf
from exporters.documents.texts import read_texts

VALUES = {"scope": "tỉnh Lâm Đồng", "on": "23/11/2026", "number": "07", "year": "2027"}


def refusal(call: Callable[[], object]) -> DocumentFault:
    """The fault a call raises."""
    with pytest.raises(DocumentFault) as caught:
        call()
    return caught.value


@pytest.mark.usefixtures("pango")
def test_a_template_of_the_user_replaces_ours(
    document: Document, tmp_path: Path, pages: Callable[[Path], list[str]]
) -> None:
    """One file in the folder is enough; it may use our other templates."""
    (tmp_path / "minister.en.html").write_text(
        '{% from "tables.html" import table_of %}<html lang="en"><head><title>{{ document.subject }}</title></head>'
        "<body><h1>Dear Minister</h1>{{ table_of(document.body[1], language) }}</body></html>",
        "utf-8",
    )
    path = tmp_path / "letter.pdf"
    path.write_bytes(document_pdf(replace(document, language="en"), tmp_path, "minister"))
    (page,) = pages(path)
    assert page.startswith("Dear Minister")
    assert "87.5%" in page
    assert "1,234" in page


@pytest.mark.parametrize(
    ("template", "line", "reason"),
    [
        ("<p>\n{% if %}\n</p>", 2, "Expected"),
        ("<p>\n\n{{ document.nothing }}</p>", 3, "nothing"),
        ("<p>{{ 'a' + 1 }}</p>", 1, "str"),
        ("\n{{ ''.__class__.__mro__ }}", 2, "unsafe"),
        ("{% for i in range(10000000) %}{% endfor %}", 1, "Range too big"),
        ("{{ 1 / 0 }}", 1, "division"),
        ("{% include 'mine.vi.html' %}", 1, "recursion"),
    ],
)
def test_a_faulty_template_is_told_by_file_and_line(
    document: Document, tmp_path: Path, template: str, line: int, reason: str
) -> None:
    """Wrong syntax, unknown names, sums that cannot be, and attempts to leave the sandbox."""
    path = tmp_path / "mine.vi.html"
    path.write_text(template, "utf-8")
    fault = refusal(lambda: document_html(document, tmp_path, "mine"))
    assert (fault.code, fault.params["line"]) == ("template_faulty", line)
    assert Path(str(fault.params["file"])) == path
    assert reason in str(fault)


def test_a_template_that_is_not_there_is_told(document: Document, tmp_path: Path) -> None:
    """With the file that was looked for."""
    fault = refusal(lambda: document_html(document, tmp_path, "none"))
    assert (fault.code, fault.params["file"]) == ("template_missing", "none.vi.html")


@pytest.mark.parametrize("name", ["coverage", "tslcd", "yearly"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_document_has_texts_in_both_languages(name: str, language: str) -> None:
    """A title, a subject, an opening and notes on method, and no number of its own."""
    texts = read_texts(name, language, None, VALUES)  # type: ignore[arg-type]
    assert all((texts.title, texts.subject, texts.opening, texts.notes))
    assert texts.letter(Letter(agency="X", number="1/Y")) == Letter(agency="X", number="1/Y")


def test_texts_of_the_user_replace_ours_one_by_one(tmp_path: Path) -> None:
    """Those not written there stay; values are put in."""
    (tmp_path / "texts.vi.toml").write_text(
        '[coverage]\nsubject = "Về {scope}"\nrecipients = ["Văn phòng"]\nnumber = "{number}/X"\n', "utf-8"
    )
    texts = read_texts("coverage", "vi", tmp_path, VALUES)
    assert (texts.subject, texts.title) == ("Về tỉnh Lâm Đồng", "Báo cáo")
    letter = texts.letter(Letter(recipients=("Lưu: VT",), number="1/Y", place="Đà Lạt"))
    assert (letter.recipients, letter.number, letter.place) == (("Văn phòng",), "07/X", "Đà Lạt")


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        ('[coverage]\nsubject = "a"\ntitle = \n', "texts_faulty", "line 3"),
        ("[covrage]\n", "texts_section", "covrage"),
        ('[coverage]\nsubjekt = "a"\n', "texts_key", "subjekt"),
        ("[coverage]\nsubject = 3\n", "texts_kind", "subject"),
        ('[coverage]\nopening = "a"\n', "texts_kind", "opening"),
        ('[coverage]\nopening = ["{nothing}"]\n', "texts_placeholder", "{nothing}"),
        ("coverage = 3\n", "texts_kind", "coverage"),
        (f"coverage = {'9' * 5000}\n", "texts_faulty", "digits"),
        (f"coverage = {'[' * 5000}\n", "texts_faulty", "recursion"),
    ],
)
def test_faulty_texts_are_told_by_file_and_place(tmp_path: Path, content: str, code: str, word: str) -> None:
    """And nothing is printed half right."""
    (tmp_path / "texts.vi.toml").write_text(content, "utf-8")
    fault = refusal(lambda: read_texts("coverage", "vi", tmp_path, VALUES))
    assert fault.code == code
    assert word in str(fault)
    assert "texts.vi.toml" in str(fault)


@given(st.binary(max_size=200))
def test_whatever_stands_in_the_file_of_texts(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """It is read, or refused as a fault of the texts: nothing else leaves."""
    folder = tmp_path_factory.getbasetemp() / "nonsense"
    folder.mkdir(exist_ok=True)
    (folder / "texts.vi.toml").write_bytes(content)
    with suppress(DocumentFault):
        read_texts("coverage", "vi", folder, VALUES)

"""PDF says what the document says, letter for letter, on every page what must be there, and fetches nothing."""

import re
import subprocess
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.documents.messages import DocumentFault
from exporters.documents.model import SAMPLE_MARK, Column, Document, Table
from exporters.documents.pdf import FEWEST, MOST_ROWS, PdfLimits, _fault, document_html, document_pdf, pdf_of

Pages = Callable[[Path], list[str]]


def test_vietnamese_texts_and_figures_are_exact(letter: Path, pages: Pages) -> None:
    """Names, figures with their separators and the parts of an official letter can be read and copied as they are."""
    first = pages(letter)[0]
    for text in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "UBND TỈNH LÂM ĐỒNG",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "Số: 07/BC-SKHCN",
        "Lâm Đồng, ngày 05 tháng 02 năm 2026",
        "BÁO CÁO",
        "Kính gửi: Ủy ban nhân dân tỉnh.",
        "1.234",
        "87,5 %",
        "05/02/2026",
        "15.000.000",
        "Băng thông (Mbit/s)",
        "GIÁM ĐỐC",
        "Nguyễn Thị Ánh Nguyệt",
        "- Lưu: VT.",
        "Số liệu tính đến ngày: 31/12/2025",
    ):
        assert text in first, text
    whole = " ".join(pages(letter))
    assert unicodedata.is_normalized("NFC", whole)


def test_sample_data_says_so_on_every_page(letter: Path, pages: Pages) -> None:
    """A page that is copied alone still says that it is not real; pages after the first are numbered."""
    read = pages(letter)
    assert len(read) >= 3
    assert all(SAMPLE_MARK in page for page in read)
    assert all(f" {number} " in f" {page} " for number, page in enumerate(read[1:], start=2))


@pytest.mark.usefixtures("pango")
def test_short_annexes_follow_each_other(document: Document, pages: Pages, tmp_path: Path) -> None:
    """On one page behind the letter, even where most of them say only that there is nothing."""
    tables = tuple(Table(f"t{at}", f"Bảng {at}", (Column("c"),), [("x",)] if at else ()) for at in range(4))
    path = tmp_path / "short.pdf"
    path.write_bytes(document_pdf(replace(document, annexes=tables)))
    *letter, last = pages(path)
    assert all(f"Bảng {at}" in last for at in range(4))
    assert not any("Phụ lục" in page for page in letter)


def test_a_pdf_has_a_title_and_a_language_and_tags(letter: Path) -> None:
    """Screen readers and archives ask for them (ISO 14289-1)."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", letter.read_bytes(), re.DOTALL)
    told = subprocess.run(["pdfinfo", str(letter)], capture_output=True, check=True, text=True).stdout
    assert "Báo cáo Mức độ đáp ứng định mức" in told
    assert "Tagged:          yes" in told
    assert any(b"/Lang (vi)" in zlib.decompressobj().decompress(one) for one in streams)


def test_the_same_document_gives_the_same_pdf(letter: Path, document: Document) -> None:
    """No clock and no chance: who keeps hashes of documents can make one again."""
    assert document_pdf(document) == letter.read_bytes()


def test_texts_of_the_inventory_cannot_become_html(document: Document) -> None:
    """A name with tags stays a name."""
    html = document_html(replace(document, subject="<script>alert(1)</script>"))
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.usefixtures("pango")
def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Neither a file nor an address that a template names finds its way into the PDF."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET", "utf-8")
    (tmp_path / "style.css").write_text("body::after { content: 'TOPSECRET' }", "utf-8")
    html = (
        f'<html><head><title>t</title><link rel="stylesheet" href="file://{tmp_path}/style.css">'
        f'<link rel="attachment" href="file://{secret}"></head><body><p>text</p><img src="file://{secret}">'
        '<img src="http://127.0.0.1:9/x.png"></body></html>'
    )
    made = pdf_of(html)
    assert made.startswith(b"%PDF")
    assert b"EmbeddedFile" not in made
    assert b"TOPSECRET" not in made


def test_long_tables_end_on_paper_and_say_so(document: Document) -> None:
    """Of one table at most a thousand rows, of all together two thousand, of each at least fifty."""
    rows = [(f"dòng thứ {number}",) for number in range(MOST_ROWS + 5)]
    tables = tuple(Table(f"t{at}", "t", (Column("c"),), rows) for at in range(3))
    html = document_html(replace(document, annexes=tables))
    assert html.count(f"dòng thứ {FEWEST - 1}<") == 3
    assert html.count(f"dòng thứ {MOST_ROWS - 1}<") == 1
    assert f"dòng thứ {MOST_ROWS}<" not in html
    assert "Bảng có 1.005 dòng; ở đây in 1.000 dòng đầu" in html
    assert "Bảng có 1.005 dòng; ở đây in 50 dòng đầu" in html


@pytest.mark.usefixtures("pango")
def test_what_would_take_too_much_is_refused() -> None:
    """Making pages has bounds, and reaching them is a sentence."""
    with pytest.raises(DocumentFault) as fault:
        pdf_of("<p>text</p>", PdfLimits(seconds=60, megabytes=64))
    # With so little memory its libraries may not even be loaded.
    assert fault.value.code in {"pdf_heavy", "pdf_libraries"}


def test_a_missing_library_is_told_with_what_to_install() -> None:
    """The name that the system says, and Debian's packages."""
    said = "advice of the library\ncannot load library 'libpango-1.0-0': no such file\n"
    fault = _fault(3, said, PdfLimits())
    assert fault.code == "pdf_libraries"
    assert "cannot load library 'libpango-1.0-0'" in str(fault)
    assert "apt-get install libpango-1.0-0" in str(fault)

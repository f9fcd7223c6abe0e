"""A document with one of everything, and the PDF of it, made once."""

import shutil
import subprocess
from collections.abc import Callable
from ctypes.util import find_library
from datetime import date
from pathlib import Path

import pytest

from exporters.documents.model import Column, ColumnKind, Document, Letter, Paragraph, Table
from exporters.documents.pdf import document_pdf

FORMULA = '=HYPERLINK("http://example.invalid";"bấm")'
COLUMNS = (
    Column("Cơ quan"),
    Column("Số lượng", ColumnKind.INTEGER),
    Column("Tỷ lệ", ColumnKind.PERCENT),
    Column("Ngày", ColumnKind.DATE),
    Column("Chi phí", ColumnKind.MONEY),
    Column("Băng thông", ColumnKind.BANDWIDTH),
    Column("Trễ", ColumnKind.NUMBER),
)
ROWS = (
    ("UBND xã Đạ Huoai", 1234, 0.875, date(2026, 2, 5), 15_000_000, 100_000_000, 12.34),
    (FORMULA, 0, None, None, None, 1_500_000, None),
    ("UBND phường Xuân Hương - Đà Lạt", 7, 1.0, date(2026, 11, 23), "chưa biết", 2_000_000_000, 0.5),
)


@pytest.fixture(scope="session")
def table() -> Table:
    """A table with every kind of column, a formula among its texts."""
    return Table("agencies", "Theo cơ quan", COLUMNS, ROWS, ("Ghi chú của bảng.",))


@pytest.fixture(scope="session")
def document(table: Table) -> Document:
    """A letter with that table as summary and a long one as annex."""
    long = Table(
        "long",
        "Danh sách dài",
        (Column("Đường truyền"), Column("Kênh", ColumnKind.INTEGER)),
        [(f"Đường truyền số {number}", number) for number in range(60)],
    )
    return Document(
        title="Báo cáo",
        subject="Mức độ đáp ứng định mức",
        language="vi",
        on=date(2026, 2, 5),
        letter=Letter(
            agency="Sở Khoa học và Công nghệ",
            parent="UBND tỉnh Lâm Đồng",
            number="07/BC-SKHCN",
            place="Lâm Đồng",
            addressees=("Ủy ban nhân dân tỉnh",),
            signer_title="Giám đốc",
            signer_name="Nguyễn Thị Ánh Nguyệt",
            recipients=("Như trên", "Lưu: VT"),
        ),
        facts=(("Số liệu tính đến ngày", "31/12/2025"),),
        body=(Paragraph("Tổng hợp mức độ đáp ứng."), table, Paragraph("Phương pháp", heading=True)),
        annexes=(long,),
        sample=True,
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made."""
    return tmp_path_factory.mktemp("documents")


@pytest.fixture(scope="session")
def pango() -> None:
    """What WeasyPrint draws with."""
    if find_library("pangoft2-1.0") is None:
        pytest.skip("Pango is not installed (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)")


@pytest.fixture(scope="session")
def letter(pango: None, document: Document, folder: Path) -> Path:
    """The PDF of the document."""
    path = folder / "letter.pdf"
    path.write_bytes(document_pdf(document))
    return path


@pytest.fixture(scope="session")
def pages() -> Callable[[Path], list[str]]:
    """The text of every page in the order of reading, blanks as single ones, as pdftotext finds it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")

    def read(path: Path) -> list[str]:
        told = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True)
        return [" ".join(page.split()) for page in told.stdout.split("\f")[:-1]]

    return read

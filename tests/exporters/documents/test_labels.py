"""Labels can be read by telephones and by people, and stand where the sheet has its labels."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from exporters.documents.labels import (
    LONGEST_ADDRESS,
    MOST_LABELS,
    SHEETS,
    Label,
    Sheet,
    address_of,
    code_path,
    labels_html,
)
from exporters.documents.messages import DocumentFault
from exporters.documents.model import SAMPLE_MARK
from exporters.documents.pdf import pdf_of

BASE = "https://giamsat.lamdong.example.vn"
LABELS = tuple(
    Label(
        f"SPD-DAI-{number:02}",
        "Thiết bị chống sét lan truyền đường nguồn tủ mạng tầng 2 nhà làm việc chính",
        "Ủy ban nhân dân phường Xuân Hương - Đà Lạt",
        address_of(BASE, f"SPD-DAI-{number:02}"),
    )
    for number in range(25)
)


@pytest.fixture(scope="module")
def printed(pango: None, folder: Path) -> Path:
    """Two sheets of labels."""
    path = folder / "labels.pdf"
    html = labels_html(LABELS, SHEETS["3x8"], "vi", date(2026, 11, 23), sample=True)
    path.write_bytes(pdf_of(html))
    return path


def test_telephones_read_every_code(printed: Path, folder: Path) -> None:
    """A reader that is not ours finds each address once, at the resolution of an office printer."""
    if shutil.which("zbarimg") is None or shutil.which("pdftoppm") is None:
        pytest.skip("zbarimg or pdftoppm is not installed (Debian: zbar-tools, poppler-utils)")
    picture = folder / "labels"
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", str(printed), str(picture)], check=True)
    pictures = sorted(str(path) for path in folder.glob("labels-*.png"))
    told = subprocess.run(
        ["zbarimg", "--quiet", "--raw", *pictures], capture_output=True, check=True, text=True
    )
    assert sorted(told.stdout.split()) == sorted(label.address for label in LABELS)


def test_people_read_the_rest(printed: Path, pages: Callable[[Path], list[str]]) -> None:
    """Code, agency, short address, and that it is sample data, on every label."""
    whole = " ".join(pages(printed))
    assert len(pages(printed)) == 2
    assert whole.count(SAMPLE_MARK) == len(LABELS)
    assert all(label.id in whole for label in LABELS)
    assert "Xuân Hương" in whole


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_fit_on_their_paper(name: str) -> None:
    """Every label lies on A4, and none on another."""
    sheet = SHEETS[name]
    columns, rows = map(int, name.split("x"))
    assert len(sheet.places) == columns * rows == len(set(sheet.places))
    right, bottom = sheet.places[-1][0] + sheet.width, sheet.places[-1][1] + sheet.height
    assert right <= 210
    assert bottom <= 297
    assert sheet.code <= min(sheet.height, sheet.width / 2)


def test_places_that_are_used_already_are_left_free() -> None:
    """A sheet that was begun is put into the printer again."""
    sheet = Sheet(1, 2, 70, 37, 0, 0)
    html = labels_html(LABELS[:2], sheet, "en", date(2026, 11, 23), sample=False, skip=1)
    assert html.count('class="sheet"') == 2
    assert html.index("top: 37") < html.index("SPD-DAI-00<") < html.index("SPD-DAI-01<")


def test_what_cannot_be_printed_is_refused() -> None:
    """Too many at once, or an address that makes the code too fine."""
    with pytest.raises(DocumentFault) as many:
        labels_html(LABELS[:1] * (MOST_LABELS + 1), SHEETS["3x8"], "en", date(2026, 1, 1), sample=False)
    assert many.value.code == "labels_many"
    with pytest.raises(DocumentFault) as long:
        code_path("x" * (LONGEST_ADDRESS + 1))
    assert long.value.code == "labels_long"


def test_odd_codes_stay_one_part_of_the_address() -> None:
    """A slash in a code does not become a folder."""
    assert address_of("https://h/", "A/B ữ") == "https://h/i/A%2FB%20%E1%BB%AF"

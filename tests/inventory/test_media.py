"""What documents are known by how they begin, and that no bytes whatever confuse it."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.media import media_type

OFFICE = "application/vnd.openxmlformats-officedocument"


def packed(**parts: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def office(*names: str) -> bytes:
    return packed(**dict.fromkeys(names, "x"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (office("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (office("word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (
            packed(mimetype="application/vnd.oasis.opendocument.text", content="x"),
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_documents_of_offices_are_known(content: bytes, found: str) -> None:
    """By what they are, not by what they are called."""
    assert media_type(content) == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>",
        b"<svg xmlns=",
        b"MZ\x90\x00",
        b"....PDF-",
        b"RUFF....WEBP",
        office("xl/workbook.xml", "xl/vbaProject.bin"),
        packed(mimetype="application/vnd.oasis.opendocument.text", **{"Basic/script.xml": "x"}),
        packed(mimetype="text/html"),
        packed(mimetype="application/vnd.oasis.opendocument.text", **{"Scripts/python/a.py": "x"}),
        office("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
        packed(**{"[Content_Types].xml": "application/vnd.ms-office.vbaProject", "word/document.xml": "x"}),
        office("anything.exe"),
        office("xl/workbook.xml")[:40],
    ],
)
def test_what_a_browser_might_run_macros_and_the_damaged_are_not(content: bytes) -> None:
    """Nor archives of anything else."""
    assert media_type(content) is None


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_confuse_it(noise: bytes, place: int, value: int) -> None:
    """Noise, noise behind the mark of an archive, and an archive with one byte changed."""
    assert media_type(b"PK\x03\x04" + noise) is None
    media_type(noise)
    damaged = bytearray(packed(mimetype="application/vnd.oasis.opendocument.text", content="x"))
    damaged[place % len(damaged)] = value
    media_type(bytes(damaged))


def test_an_archive_that_names_very_many_parts_is_not_opened() -> None:
    """A directory of 20 MB would take the daemon seconds and hundreds of megabytes."""
    named = packed(**{"word/document.xml": "x"})
    at = named.index(b"PK\x01\x02")
    crowded = named[:at] + b"PK\x01\x02" * 20_001 + named[at:]
    assert media_type(named) is not None
    assert media_type(crowded) is None

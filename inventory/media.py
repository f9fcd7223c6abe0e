"""What sort of document some bytes are, by how they begin, whatever their name says. Pure; safe on any bytes.

Only what offices file is known: scans, photographs, office documents without macros, drawings. What a browser might
run (HTML, SVG, scripts) is not among them.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from struct import error as StructError  # noqa: N812 - an error in all but its name
from types import MappingProxyType

LARGEST = 20 << 20
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
# By how they begin (the formats' own specifications; ISO/IEC 23008-12 for HEIC).
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", PDF),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"AC10", "image/vnd.dwg"),
)
# Archives by the part that makes them what they are.
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
        "word/document.xml": f"{_OFFICE}.wordprocessingml.document",
        "ppt/presentation.xml": f"{_OFFICE}.presentationml.presentation",
    }
)
MIMETYPE = "mimetype"
OPEN = frozenset({f"{_OPEN}.text", f"{_OPEN}.spreadsheet", f"{_OPEN}.presentation"})
# What people call them.
KNOWN = "PDF, PNG, JPEG, TIFF, WebP, HEIC, DWG, XLSX, DOCX, PPTX, ODT, ODS, ODP"
_MACROS = "vbaproject.bin"
_FOLDERS = ("basic/", "scripts/", "xl/macrosheets/")
# A part of any name may hold macros: what it holds stands in this one (ECMA-376 part 2, 7.2.3).
_TYPES = "[Content_Types].xml"
_MACRO_TYPES = re.compile(rb"macroenabled|vbaproject|macrosheet", re.IGNORECASE)
_LONGEST_TYPES = 1 << 20
_MOST_PARTS = 20_000
# What stands before each part in an archive's directory (APPNOTE 4.3.12).
_IN_DIRECTORY = b"PK\x01\x02"
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    StructError,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def media_type(content: bytes) -> str | None:
    """The media type of a document; None of one that is not known, not whole, or holds macros."""
    for place, signature, found in SIGNATURES:
        if content[place : place + len(signature)] == signature:
            return found if place != 8 or content.startswith(b"RIFF") else None
    return _packed(content) if content.startswith(b"PK\x03\x04") else None


def _packed(content: bytes) -> str | None:
    # Reading the directory makes half a kilobyte of every part it names.
    if content.count(_IN_DIRECTORY) > _MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if any(map(_macro, names)) or _holds_macros(archive, names):
                return None
            found = next((PARTS[name] for name in names if name in PARTS), None)
            return found or _declared(archive, names)
    except _UNREADABLE:
        return None


def _macro(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_MACROS) or lower.startswith(_FOLDERS)


def _holds_macros(archive: zipfile.ZipFile, names: list[str]) -> bool:
    if _TYPES not in names:
        return False
    with archive.open(_TYPES) as part:
        told = part.read(_LONGEST_TYPES)
    # Or in UTF-16.
    return _MACRO_TYPES.search(told.replace(b"\0", b"")) is not None


def _declared(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    """OpenDocument says what it is in its first part (OASIS OpenDocument 1.3, part 2, 3.3)."""
    if MIMETYPE not in names:
        return None
    with archive.open(MIMETYPE) as part:
        told = part.read(200).decode("ascii", "replace").strip()
    return told if told in OPEN else None

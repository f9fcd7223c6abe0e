"""PDF: a document's HTML made into pages by WeasyPrint in a process of its own (`pdf_process.py`)."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from exporters.documents.formats import number
from exporters.documents.messages import DocumentFault
from exporters.documents.model import Document, Language, Paragraph, Table
from exporters.documents.templates import render

# A page holds some thirty rows, and a hundred take a second: so many of a table and of a document are printed, of every
# table at least a few. Who wants more reads the workbook.
MOST_ROWS, MOST_IN_ALL, FEWEST = 1_000, 2_000, 50
_CHILD = Path(__file__).with_name("pdf_process.py")
_MISSING, _HEAVY = 3, 4
_GRACE_SECONDS = 30
# What the child may know of this process: where fonts are and how texts are encoded, nothing else.
_PASSED_ON = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
_CUT = {
    "vi": "Bảng có {all} dòng; ở đây in {shown} dòng đầu, toàn bộ có trong tệp XLSX hoặc CSV.",
    "en": "This table has {all} rows; the first {shown} are printed here, all of them are in the XLSX or CSV file.",
}


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What making a PDF may take."""

    seconds: int = 180
    megabytes: int = 2_048


USUAL_LIMITS = PdfLimits()


def document_pdf(
    document: Document,
    folder: Path | None = None,
    template: str = "report",
    limits: PdfLimits = USUAL_LIMITS,
) -> bytes:
    """The document by the template `template.<language>.html`; raises DocumentFault.

    `folder` is where templates of the user are. The same document gives the same bytes on the same machine.
    """
    return pdf_of(document_html(document, folder, template), limits)


def document_html(document: Document, folder: Path | None = None, template: str = "report") -> str:
    """The HTML that becomes the PDF; raises DocumentFault."""
    context = {"document": _shortened(document), "letter": document.letter, "language": document.language}
    return render(f"{template}.{document.language}.html", folder, context)


def _shortened(document: Document) -> Document:
    """Tables that are too long for paper end after their first rows, and say so; extra columns are left out."""
    left = MOST_IN_ALL
    tables: dict[str, Table] = {}
    for table in document.tables():
        tables[table.key] = _narrow(_cut(table, min(MOST_ROWS, max(FEWEST, left)), document.language))
        left -= len(tables[table.key].rows)
    body = tuple(part if isinstance(part, Paragraph) else tables[part.key] for part in document.body)
    return replace(document, body=body, annexes=tuple(tables[table.key] for table in document.annexes))


def _narrow(table: Table) -> Table:
    kept = [place for place, column in enumerate(table.columns) if not column.extra]
    if len(kept) == len(table.columns):
        return table
    rows = [tuple(row[place] for place in kept) for row in table.rows]
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


def _cut(table: Table, most: int, language: Language) -> Table:
    count = len(table.rows)
    if count <= most:
        return table
    said = _CUT[language].format(all=number(count, language), shown=number(most, language))
    return replace(table, rows=table.rows[:most], notes=(said, *table.notes))


def pdf_of(html: str, limits: PdfLimits = USUAL_LIMITS) -> bytes:
    """The PDF of a text of HTML, which may refer to nothing outside itself; raises DocumentFault."""
    content = html.encode("utf-8", "replace")
    order = {
        "seconds": limits.seconds,
        "megabytes": limits.megabytes,
        "identifier": hashlib.sha256(content).hexdigest()[:32],
    }
    try:
        answer = subprocess.run(  # noqa: S603 - our own script; the document comes on its standard input
            [sys.executable, "-I", str(_CHILD), json.dumps(order)],
            input=content,
            capture_output=True,
            timeout=limits.seconds + _GRACE_SECONDS,
            check=False,
            env={
                "LC_ALL": "C.UTF-8",
                **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            },
        )
    except subprocess.TimeoutExpired:
        raise DocumentFault("pdf_heavy", seconds=limits.seconds, megabytes=limits.megabytes) from None
    if answer.returncode:
        raise _fault(answer.returncode, answer.stderr.decode("utf-8", "replace"), limits)
    return answer.stdout


def _fault(code: int, said: str, limits: PdfLimits) -> DocumentFault:
    last = next((line for line in reversed(said.splitlines()) if line.strip()), f"{code}")[:300]
    if code == _MISSING:
        return DocumentFault("pdf_libraries", reason=last)
    # Stopped by the system: processor time or memory were used up.
    if code == _HEAVY or code < 0:
        return DocumentFault("pdf_heavy", seconds=limits.seconds, megabytes=limits.megabytes)
    return DocumentFault("pdf_failed", reason=last)

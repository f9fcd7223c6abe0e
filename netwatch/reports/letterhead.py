"""What stands around the figures of a document: its letter from the settings, its texts, its date. Pure but for texts.

Texts of the user's folder come before the settings, those before ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from exporters.documents.model import Document, Language, Letter, Paragraph, Table
from exporters.documents.texts import Texts, read_texts
from netwatch.settings_reports import ReportSettings

# (name, value) pairs that a reader must know before the figures.
Facts: TypeAlias = tuple[tuple[str, str], ...]

# Left free for the number that the registry office writes.
_FREE = "\u00a0" * 8


@dataclass(frozen=True, slots=True)
class Manner:
    """How a document is made: its language and date, its texts and letter, and whether it shows sample data."""

    language: Language
    on: date
    texts: Texts
    letter: Letter
    sample: bool = False


def manner(
    settings: ReportSettings,
    name: str,
    language: Language,
    on: date,
    values: Mapping[str, str],
    *,
    number: str = "",
    sample: bool = False,
) -> Manner:
    """The manner of the document `name`, whose texts may use `values`; raises DocumentFault."""
    texts = read_texts(name, language, folder_of(settings), {**values, "number": number or _FREE})
    return Manner(language, on, texts, texts.letter(usual_letter(settings, number)), sample)


def folder_of(settings: ReportSettings) -> Path | None:
    """The folder with the user's own templates and texts."""
    return Path(settings.folder) if settings.folder else None


def usual_letter(settings: ReportSettings, number: str = "") -> Letter:
    """The letter as the settings have it; numbers below 10 with a zero (Nghị định 30/2020/NĐ-CP, annex I)."""
    written = f"{int(number):02}" if number.isascii() and number.isdecimal() else number
    pattern = settings.number or ("{number}" if number else "")
    return Letter(
        agency=settings.agency,
        parent=settings.parent,
        number=pattern.replace("{number}", written or _FREE),
        place=settings.place,
        addressees=settings.addressees,
        authority=settings.authority,
        signer_title=settings.signer_title,
        signer_name=settings.signer_name,
        recipients=settings.recipients,
    )


def document(
    manner: Manner,
    facts: Facts,
    body: tuple[Table, ...],
    annexes: tuple[Table, ...],
    method: str,
    chief: str = "",
) -> Document:
    """The document: opening, tables, closing, and the notes on method below the heading `method`."""
    texts = manner.texts
    notes = (Paragraph(method, heading=True), *map(Paragraph, texts.notes)) if texts.notes else ()
    return Document(
        title=texts.title,
        subject=texts.subject,
        language=manner.language,
        on=manner.on,
        letter=manner.letter,
        facts=facts,
        body=(*map(Paragraph, texts.opening), *body, *map(Paragraph, texts.closing), *notes),
        annexes=annexes,
        sample=manner.sample,
        chief=chief,
    )

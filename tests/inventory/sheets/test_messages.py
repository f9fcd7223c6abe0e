"""The texts of sheets exist in both languages and name only what problems carry."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

from inventory.sheets.messages import TEXTS

_PO = Path(__file__).parents[3] / "netwatch" / "locale" / "vi" / "LC_MESSAGES" / "sheets.po"


def test_every_text_is_translated_with_the_same_parameters() -> None:
    """Vietnamese sentences fill in the same things as the English ones, and no translation is left over."""
    with _PO.open("rb") as source:
        catalogue = {
            str(message.id): str(message.string) for message in read_po(source, locale="vi") if message.id
        }
    assert set(catalogue) == set(TEXTS.values())
    for english, vietnamese in catalogue.items():
        assert sorted(re.findall(r"{\w+}", vietnamese)) == sorted(re.findall(r"{\w+}", english))
        assert vietnamese != english

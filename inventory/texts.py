"""Texts as people type them, made comparable."""

import unicodedata


def clean(text: str) -> str:
    """The text in NFC, without format characters, every run of blanks (also no-break ones, line ends) one space."""
    if text.isascii():
        # Most codes, addresses and numbers, which have none of that.
        return " ".join(text.split())
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible).split())


def fold(text: str) -> str:
    """What is left for comparing: letters and digits, without case, diacritics, blanks and signs."""
    plain = text.lower() if text.isascii() else _plain(text)
    return "".join(character for character in plain if character.isalnum())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")

"""Keeps texts from becoming formulas in spreadsheets, and gives them back letter for letter.

A text that begins with = + - @ is written with an apostrophe in front, as spreadsheet programs themselves mark texts.
A reader takes one apostrophe away when one of those signs, or another apostrophe, follows it. A lone '-' is no
formula and stays as it is: it clears.
"""

_SIGNS = ("=", "+", "-", "@")
_APOSTROPHE = "'"


def _is_escaped(text: str) -> bool:
    return len(text) > 1 and text[0] == _APOSTROPHE and text[1] in (*_SIGNS, _APOSTROPHE)


def _needs_apostrophe(text: str) -> bool:
    is_formula = text.startswith(_SIGNS) and text != "-"
    return is_formula or _is_escaped(text)


def escape(text: str) -> str:
    """The text as it is written into a cell."""
    return _APOSTROPHE + text if _needs_apostrophe(text) else text


def unescape(text: str) -> str:
    """The text of a cell; undoes `escape`, and leaves alone what was not escaped."""
    return text[1:] if _is_escaped(text) else text

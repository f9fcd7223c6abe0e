"""Texts of cells to values and back, by the type of the cell. Pure; every text is bounded before it is looked at.

What `text_of` writes, `read_cell` reads back as the same value. A text that is only a dash is written with a
backslash before it, because '-' alone clears; in lists a semicolon or backslash of an item is written likewise.
"""

import difflib
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias

from inventory.faults import CellFault
from inventory.labels import choice_label, known_choices, known_yes_no, yes_no_label
from inventory.points import read_oid, read_point
from inventory.protocols import read_protocol
from inventory.quantities import (
    read_bandwidth,
    read_date,
    read_mac,
    read_number,
    read_time,
    read_whole,
    text_of_bandwidth,
    text_of_number,
)
from inventory.snapshot import Cell, CellType, cells
from inventory.texts import clean, fold

Value: TypeAlias = str | int | float | bool | date | tuple[str, ...]


class Clear(Enum):
    """What '-' reads as."""

    CLEAR = "-"


CLEAR: Final = Clear.CLEAR

MAX_CELL = 20_000
MAX_TEXT = 500
MAX_CODE = 100
MAX_ITEMS = 100

_DASHES = "-–—"
_CLEARING = tuple(_DASHES)
_ESCAPED_DASH = re.compile(rf"\\+[{_DASHES}]")
_CODE = re.compile(r"\w[\w.\-/:@#+%~]*")
_ITEM_PARTS = re.compile(rf"\\([{_DASHES}\\;])|([;\r\n])|(.)", re.DOTALL)


def read_cell(kind: str, field: str, text: str) -> Value | Clear | None:
    """The value a cell holds; None for a blank one, CLEAR for '-'. Raises CellFault; KeyError for an unknown field."""
    cell = cells(kind)[field]
    if len(text) > MAX_CELL:
        raise CellFault("too_long", limit=MAX_CELL)
    cleaned = clean(text)
    if not cleaned:
        return None
    if cleaned in _CLEARING:
        return CLEAR
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned):
        raise CellFault("control_character")
    if cell.choices and cell.type in _LISTS:
        return _distinct([_choice(kind, field, cell, item) for item in _chosen(kind, field, text)])
    if cell.choices:
        return _choice(kind, field, cell, _read_text(cleaned))
    value = _READERS[cell.type](text if cell.type in _LISTS else cleaned)
    return _within(cell, value, cleaned)


def _chosen(kind: str, field: str, text: str) -> Iterator[str]:
    """The items of a list of choices: a comma parts them too, unless it belongs to the words of one."""
    known = known_choices(kind, field)
    for item in re.split(r"[;\r\n]", text):
        yield from (item,) if fold(item) in known else _items(item)


@cache
def _known(kind: str, field: str) -> Mapping[str, str]:
    """The folded codes and words of a field's choices to the codes."""
    codes = {fold(code): code for code in cells(kind)[field].choices}
    return MappingProxyType(codes | dict(known_choices(kind, field)))


def _choice(kind: str, field: str, cell: Cell, text: str) -> str:
    known = _known(kind, field)
    wanted = fold(text)
    if wanted in known:
        return known[wanted]
    if cell.open:
        return _read_code(text)
    near = difflib.get_close_matches(wanted, list(known), n=1)
    if near:
        raise CellFault("not_a_choice_near", value=text, near=known[near[0]], allowed=", ".join(cell.choices))
    raise CellFault("not_a_choice", value=text, allowed=", ".join(cell.choices))


def _within(cell: Cell, value: Value, text: str) -> Value:
    if not isinstance(value, int | float) or cell.low is None or cell.high is None:
        return value
    if not cell.low <= value <= cell.high:
        raise CellFault("out_of_range", value=text, low=cell.low, high=cell.high)
    return value


def _read_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise CellFault("too_long", limit=MAX_TEXT)
    return text[1:] if _ESCAPED_DASH.fullmatch(text) else text


def _read_code(text: str) -> str:
    if len(text) > MAX_CODE:
        raise CellFault("too_long", limit=MAX_CODE)
    if _CODE.fullmatch(text) is None:
        raise CellFault("not_a_code", value=text)
    return text


def _read_yes_no(text: str) -> bool:
    answer = known_yes_no().get(fold(text) or text)
    if answer is None:
        raise CellFault("not_yes_no", value=text)
    return answer


def _read_address(text: str) -> str:
    if "/" in text:
        raise CellFault("address_with_prefix", value=text)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise CellFault("not_an_address", value=text) from None
    if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255" or "%" in text:
        raise CellFault("not_one_device", value=text)
    return str(address)


def _read_point(text: str) -> str:
    read_point(text)
    return text


def _read_codes(text: str) -> tuple[str, ...]:
    return _distinct([_read_code(item) for item in _items(text)])


def _items(text: str) -> list[str]:
    return [item for part in re.split(r"[;,\r\n]", text) if (item := clean(part))]


def _read_protocols(text: str) -> tuple[str, ...]:
    items = _read_texts(text)
    for item in items:
        read_protocol(item)
    return items


def _read_texts(text: str) -> tuple[str, ...]:
    items = [item for part in _parts(unicodedata.normalize("NFC", text)) if (item := clean(part))]
    if any(len(item) > MAX_TEXT for item in items):
        raise CellFault("too_long", limit=MAX_TEXT)
    return _distinct(items)


def _parts(text: str) -> Iterator[str]:
    part = ""
    for escaped, end, plain in _ITEM_PARTS.findall(text):
        if end:
            yield part
            part = ""
        part += escaped or plain
    yield part


def _distinct(items: list[str]) -> tuple[str, ...]:
    if not items or len(items) > MAX_ITEMS:
        raise CellFault("wrong_count", limit=MAX_ITEMS)
    for place, item in enumerate(items):
        if item in items[:place]:
            raise CellFault("repeated", value=item)
    return tuple(items)


_LISTS = (CellType.CODES, CellType.TEXTS, CellType.PROTOCOLS)
_READERS: Mapping[CellType, Callable[[str], Value]] = MappingProxyType(
    {
        CellType.TEXT: _read_text,
        CellType.CODE: _read_code,
        CellType.INTEGER: read_whole,
        CellType.NUMBER: read_number,
        CellType.YES_NO: _read_yes_no,
        CellType.DATE: read_date,
        CellType.BANDWIDTH: read_bandwidth,
        CellType.ADDRESS: _read_address,
        CellType.OID: read_oid,
        CellType.MAC: read_mac,
        CellType.CODES: _read_codes,
        CellType.TEXTS: _read_texts,
        CellType.TIME: read_time,
        CellType.POINT: _read_point,
        CellType.PROTOCOLS: _read_protocols,
    }
)


def text_of(kind: str, field: str, value: Value | None, language: str | None = None) -> str:
    """How a value is written; '' for None and for an empty list.

    With a `language` ('vi', 'en') choices and yes/no are written in its words, without one as codes.
    """
    cell = cells(kind)[field]
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return yes_no_label(value, language or "en")
    if isinstance(value, tuple) and cell.choices and language:
        return "; ".join(choice_label(kind, field, item, language) for item in value)
    if isinstance(value, tuple):
        return "; ".join(_escaped(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return text_of_bandwidth(int(value)) if cell.type is CellType.BANDWIDTH else text_of_number(value)
    if cell.choices:
        return choice_label(kind, field, value, language) if language else value
    return f"\\{value}" if value in _CLEARING or _ESCAPED_DASH.fullmatch(value) else value


def _escaped(item: str) -> str:
    if item in _CLEARING:
        return f"\\{item}"
    return item.replace("\\", "\\\\").replace(";", "\\;")

"""Reads the data files of the distribution `vietnamadminunits`. Its code is never imported.

That code loads everything at its import and asks a geocoder on the Internet about streets; the files alone hold what
is needed: a small SQLite database of the units now and before, and which of them became which.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from netwatch.language import Sentence
from netwatch.territory.amendments import WORDS
from netwatch.territory.gazetteer import Former, Gazetteer, Unit

DISTRIBUTION = "vietnamadminunits"
DATABASE, CONVERSION = "data/dataset.db", "data/converter_2025.json"
# The files are 7 MB and 600 KB; what is much larger is something else.
LARGEST = 64 * 1024 * 1024
_KINDS = {word: kind for kind, word in WORDS.items()}
_NOW = (
    "SELECT provinceCode, province, provinceLat, provinceLon, wardCode, ward, wardType, wardLat, wardLon, "
    "wardAreaKm2, provinceKey, wardKey FROM admin_units"
)
_BEFORE = (
    "SELECT wardCode, ward, districtCode, district, provinceCode, province, wardKeywords, districtKeywords, "
    "provinceKeywords, provinceKey, districtKey, wardKey FROM admin_units_legacy"
)


class NoTerritory(Exception):  # noqa: N818 - ends a command with its sentence
    """The data set is not there, or is not what it should be."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def installed() -> Path:
    """The folder of the package; raises NoTerritory when it is not installed."""
    try:
        return Path(str(distribution(DISTRIBUTION).locate_file(DISTRIBUTION)))
    except PackageNotFoundError:
        text = "The data of provinces and communes is not installed. Install it with: pip install {name}"
        raise NoTerritory(Sentence(text, {"name": DISTRIBUTION})) from None


def read(folder: Path | None = None) -> Gazetteer:
    """All it holds; raises NoTerritory when it is missing or damaged."""
    place = folder or installed()
    try:
        now, before = _rows(place / DATABASE)
        conversion = json.loads(_bytes(place / CONVERSION))
        return _gazetteer(now, before, conversion, release() if folder is None else "")
    except (OSError, sqlite3.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        text = "The data of provinces and communes in {path} cannot be read ({fault}). Install {name} again."
        params = {"path": place, "fault": type(fault).__name__, "name": DISTRIBUTION}
        raise NoTerritory(Sentence(text, params)) from None


def release() -> str:
    """The version of the distribution."""
    return distribution(DISTRIBUTION).version


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise ValueError(path)
    return path.read_bytes()


def _rows(path: Path) -> tuple[list[Any], list[Any]]:
    if path.stat().st_size > LARGEST:
        raise ValueError(path)
    # `immutable`: nothing is locked, and no journal is looked for beside it.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return database.execute(_NOW).fetchall(), database.execute(_BEFORE).fetchall()


def _gazetteer(now: list[Any], before: list[Any], conversion: Mapping[str, Any], release_: str) -> Gazetteer:
    provinces = {row[0]: _province(row) for row in now}
    communes = {row[4]: _commune(row) for row in now}
    codes = {(row[10], row[11]): row[4] for row in now}
    province_codes = {row[10]: row[0] for row in now}
    became = dict(_edges(conversion, codes))
    known = _Keys()
    former_provinces = {row[9]: row[4] for row in before}
    return Gazetteer(
        provinces,
        communes,
        tuple(_former(row, known) for row in before),
        tuple(became[f"{row[9]}_{row[10]}_{row[11] or ''}"] for row in before),
        {
            former_provinces[old]: province_codes[new]
            for new, olds in conversion["DICT_PROVINCE"].items()
            for old in olds
        },
        release_,
    )


def _province(row: Any) -> Unit:  # noqa: ANN401 - a row of the database
    kind = _kind(row[1])
    return Unit(_code(row[0], 2), row[1], kind, "", float(row[2]), float(row[3]))


def _commune(row: Any) -> Unit:  # noqa: ANN401
    area = float(row[9]) if row[9] is not None else None
    return Unit(_code(row[4], 5), row[5], _kind(row[6]), _code(row[0], 2), float(row[7]), float(row[8]), area)


class _Keys(dict[str | None, frozenset[str]]):
    """Lists of spellings, each read once: those of districts and provinces stand in every row."""

    def __missing__(self, text: str | None) -> frozenset[str]:
        self[text] = found = frozenset(json.loads(text or "[]"))
        return found


def _former(row: Any, known: _Keys) -> Former:  # noqa: ANN401
    code, name, district_code, district, province_code, province, *keywords = row[:9]
    keys, district_keys, province_keys = (known[each] for each in keywords)
    return Former(
        code or "",
        name or "",
        _code(district_code, 3),
        district,
        _code(province_code, 2),
        province,
        keys,
        district_keys,
        province_keys,
    )


def _edges(
    conversion: Mapping[str, Any], codes: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Which former communes went whole into one commune, and which were divided: the usual one first."""
    for province, communes in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, former in communes.items():
            yield from ((old, (codes[province, commune],)) for old in former)
    for province, divided in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            ordered = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            yield old, tuple(codes[province, part["newWardKey"]] for part in ordered)


def _kind(name: str) -> str:
    """By the word a name begins with."""
    return next(kind for word, kind in _KINDS.items() if name.startswith(word))


def _code(text: str, length: int) -> str:
    if len(text) != length or not text.isdecimal() or not text.isascii():
        raise ValueError(text)
    return text

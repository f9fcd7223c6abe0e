"""Provinces and communes since 1 July 2025, and the three tiers before: what a data set holds of them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import asin, cos, radians, sin, sqrt

from inventory.texts import fold
from netwatch.territory.amendments import AMENDMENTS, WORDS, Amendment

# QĐ 19/2025/QĐ-TTg: 34 provinces and 3,321 communes since this day, and no districts.
BEGIN = date(2025, 7, 1)
# Mean radius of the Earth (IUGG), in km.
EARTH = 6371.0088


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or a commune from `valid_from` on: its code, name, kind, and the point where it is said to lie.

    `province` is the code of the province a commune belongs to, '' for a province. `area` is in km².
    """

    code: str
    name: str
    kind: str
    province: str
    latitude: float
    longitude: float
    area: float | None = None
    valid_from: date = BEGIN
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Former:
    """A commune of the 63 provinces, or an island district without communes (`code` and `name` then '').

    The keys are its names as people type them, folded.
    """

    code: str
    name: str
    district_code: str
    district: str
    province_code: str
    province: str
    keys: frozenset[str]
    district_keys: frozenset[str]
    province_keys: frozenset[str]

    @property
    def full_name(self) -> str:
        """Commune, district, province."""
        return ", ".join(name for name in (self.name, self.district, self.province) if name)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All of them. `became` gives for each former commune (by its place in `former`) the codes of the communes that
    hold it now, the usual one first; `release` is that of the data set.
    """

    provinces: Mapping[str, Unit]
    communes: Mapping[str, Unit]
    former: tuple[Former, ...]
    became: tuple[tuple[str, ...], ...]
    provinces_became: Mapping[str, str]
    release: str = ""

    def communes_of(self, province: str) -> tuple[Unit, ...]:
        """The communes of a province, by code, as they were on the first day."""
        return tuple(unit for _, unit in sorted(self.communes.items()) if unit.province == province)

    def unit(self, code: str) -> Unit | None:
        """The unit of this code, as it was on the first day."""
        return self.provinces.get(code) or self.communes.get(code)


def versions(unit: Unit) -> tuple[Unit, ...]:
    """A unit on the first day and after each change known since, oldest first."""
    found = [unit]
    for amendment in AMENDMENTS:
        if unit.code in amendment.codes:
            found.append(_amended(found[-1], amendment))
    return tuple(found)


def on(unit: Unit, day: date) -> Unit:
    """A unit as it is called on a day."""
    return [version for version in versions(unit) if version.valid_from <= max(day, BEGIN)][-1]


def _amended(unit: Unit, amendment: Amendment) -> Unit:
    proper = unit.name.removeprefix(WORDS[unit.kind]).strip()
    name = f"{WORDS[amendment.kind]} {proper}"
    return replace(unit, name=name, kind=amendment.kind, valid_from=amendment.on, basis=amendment.basis)


def find_province(gazetteer: Gazetteer, text: str) -> tuple[Unit, ...]:
    """The provinces somebody may mean by a code or a name, with or without the word before it."""
    if text.strip() in gazetteer.provinces:
        return (gazetteer.provinces[text.strip()],)
    wanted = fold(text)
    return tuple(
        unit
        for unit in gazetteer.provinces.values()
        if wanted
        in {fold(unit.name), fold(unit.name.removeprefix(WORDS[unit.kind])), fold(versions(unit)[-1].name)}
    )


def counts(units: Iterator[Unit]) -> Mapping[str, int]:
    """How many there are of each kind."""
    found: dict[str, int] = {}
    for unit in units:
        found[unit.kind] = found.get(unit.kind, 0) + 1
    return found


@dataclass(frozen=True, slots=True)
class Near:
    """A commune and how far the point it is said to lie at is from somewhere, in km."""

    unit: Unit
    distance: float

    @property
    def doubtful(self) -> bool:
        """Whether the place may well lie beyond the commune's border: farther than a round one of its area reaches."""
        return self.unit.area is None or self.distance > sqrt(self.unit.area / 3.14159)


def nearest(gazetteer: Gazetteer, latitude: float, longitude: float, number: int = 2) -> tuple[Near, ...]:
    """The communes whose points are nearest, nearest first: a guess, since no borders are known."""
    found = (Near(unit, _distance(unit, latitude, longitude)) for unit in gazetteer.communes.values())
    return tuple(sorted(found, key=lambda near: (near.distance, near.unit.code))[:number])


def _distance(unit: Unit, latitude: float, longitude: float) -> float:
    """Along the great circle (haversine), in km."""
    north, east = radians(unit.latitude - latitude), radians(unit.longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(unit.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))

"""Units, contacts and sites: who and where."""

# The declarations are calls of dataclasses.field, which is what RUF009 cannot see.
# ruff: noqa: RUF009

from dataclasses import dataclass
from datetime import date

from inventory.kinds.declare import CellType, day, key, needed, one, optional, text

ADMINISTRATIVE_KINDS = ("province", "city", "district", "commune", "ward", "special_zone")
ORGANISATION_KINDS = (
    "peoples_committee",
    "peoples_council",
    "party_committee",
    "fatherland_front",
    "department",
    "ministry",
    "service_unit",
    "other",
)
ORGANISATION_LEVELS = ("central", "province", "district", "commune")
CONTACT_ROLES = ("site", "agency", "provider_fault_desk", "power_company")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrativeUnit:
    """A territory (QĐ 19/2025/QĐ-TTg): its code is text with leading zeros and is the id."""

    id: str = key()
    name: str = needed()
    kind: str = needed(choices=ADMINISTRATIVE_KINDS)
    parent: str | None = one("administrative_unit")
    valid_from: date = needed(CellType.DATE)
    valid_to: date | None = day()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationUnit:
    """An agency, or a unit that only groups agencies; organisation and territory are separate trees.

    `tags` are words of the administration's own, by which norms choose agencies.
    """

    id: str = key()
    name: str = needed()
    kind: str = needed(choices=ORGANISATION_KINDS)
    level: str = needed(choices=ORGANISATION_LEVELS)
    parent: str | None = one("organisation_unit")
    administrative_unit: str | None = one("administrative_unit")
    contact: str | None = one("contact")
    tags: tuple[str, ...] = optional(CellType.TEXTS, default=())
    valid_from: date = needed(CellType.DATE)
    valid_to: date | None = day()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call: hours are free text such as 'T2-T6 07:30-17:00' or '24/7'."""

    id: str = key()
    name: str = needed()
    role: str = needed(choices=CONTACT_ROLES)
    phone: str = needed()
    hours: str | None = text()
    provider: str | None = text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A building or campus; several agencies may share one, an agency may have several."""

    id: str = key()
    name: str = needed()
    organisation_units: tuple[str, ...] = needed(CellType.CODES, refers=("organisation_unit",))
    administrative_unit: str | None = one("administrative_unit")
    street_address: str | None = text()
    latitude: float | None = optional(CellType.NUMBER, low=-90, high=90)
    longitude: float | None = optional(CellType.NUMBER, low=-180, high=180)
    power_source: str | None = text()
    feeder: str | None = text()
    contact: str | None = one("contact")
    power_contact: str | None = one("contact")

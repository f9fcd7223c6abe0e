"""Contacts and sites."""

from sqlalchemy import CheckConstraint

from inventory.models.base import Base, code_of, key, maybe_code_of, place, text


class ContactRow(Base, table=True):
    """Whom to call."""

    __tablename__ = "contact"

    id: str = key()
    name: str = text()
    role: str = text()
    phone: str = text()
    hours: str | None = text()
    provider: str | None = text()


class SiteRow(Base, table=True):
    """A building or campus; coordinates in degrees (WGS 84)."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    id: str = key()
    name: str = text()
    administrative_unit: str | None = maybe_code_of("administrative_unit")
    street_address: str | None = text()
    latitude: float | None
    longitude: float | None
    power_source: str | None = text()
    feeder: str | None = text()
    contact: str | None = maybe_code_of("contact")
    power_contact: str | None = maybe_code_of("contact")


class SiteOrganisationUnitRow(Base, table=True):
    """Which agencies work at a site, in the order the site names them."""

    __tablename__ = "site_organisation_unit"

    site: str = code_of("site", primary_key=True)
    position: int = place()
    organisation_unit: str = code_of("organisation_unit")

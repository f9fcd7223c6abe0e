"""Conferencing endpoints, surge protectors, services and plain assets."""

from datetime import date

from sqlalchemy import CheckConstraint

from inventory.models.base import Base, code_of, day, key, maybe_code_of, text, texts


class ConferencingEndpointRow(Base, table=True):
    """A conferencing endpoint on a device."""

    __tablename__ = "conferencing_endpoint"

    id: str = key()
    name: str = text()
    device: str = code_of("device")
    room: str | None = text()
    registration_oid: str | None = text()
    registration_expected: list[str] = texts()
    contact: str | None = maybe_code_of("contact")


class SurgeProtectorRow(Base, table=True):
    """A surge protector and the digital input that reads its contact."""

    __tablename__ = "surge_protector"

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    position: str | None = text()
    protects: str | None = text()
    vendor: str | None = text()
    model: str | None = text()
    input_device: str | None = maybe_code_of("device")
    input_oid: str | None = text()
    input_closed_values: list[str] = texts()
    input_open_values: list[str] = texts()
    normal_position: str = text()
    installed_on: date | None = day()
    contact: str | None = maybe_code_of("contact")


class ServiceRow(Base, table=True):
    """A service the agencies live by."""

    __tablename__ = "service"

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    kind: str = text()
    location: str | None = text()
    device: str | None = maybe_code_of("device")
    contact: str | None = maybe_code_of("contact")


class AssetRow(Base, table=True):
    """A plain thing that is counted."""

    __tablename__ = "asset"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    kind: str = text()
    quantity: int
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = text()
    note: str | None = text()

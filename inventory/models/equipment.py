"""Conferencing endpoints, surge protectors, sensors, services, plain assets, and records of what was done to them."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, Text

from inventory.models.base import Base, added, code_of, day, key, maybe_code_of, text, texts


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
    input_point: str | None = added(Text, "0004")
    input_closed_values: list[str] = texts()
    input_open_values: list[str] = texts()
    normal_position: str = text()
    debounce: int | None = added(Integer, "0004")
    counter_point: str | None = added(Text, "0004")
    installed_on: date | None = day()
    contact: str | None = maybe_code_of("contact")


class SensorRow(Base, table=True):
    """A contact or a number that tells about a room."""

    __tablename__ = "sensor"
    __table_args__ = ({"info": {"since": "0004"}},)

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    kind: str = text()
    device: str | None = maybe_code_of("device")
    point: str | None = text()
    closed_values: list[str] = texts()
    open_values: list[str] = texts()
    normal_position: str = text()
    unit: str | None = text()
    contact: str | None = maybe_code_of("contact")


class ServiceRow(Base, table=True):
    """A service the agencies live by."""

    __tablename__ = "service"

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    kind: str = text()
    location: str | None = text()
    expected: list[str] = texts(since="0004")
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


class FieldRecordRow(Base, table=True):
    """What a person did or read at a place; of any kind of item, which is why no foreign key leads there."""

    __tablename__ = "field_record"
    __table_args__ = (Index(None, "item"), {"info": {"since": "0004"}})

    id: str = key()
    item: str = text()
    kind: str = text()
    on: date = day()
    at: str | None = text()
    positions: list[str] = texts()
    input: str | None = text()
    reading: float | None
    person: str | None = text()
    note: str | None = text()

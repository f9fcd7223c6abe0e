"""Conferencing endpoints, surge protectors, sensors, services, plain assets, and records of what was done to them."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Float, Index, Integer, Text

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
    panel: str | None = added(Text, "0007")
    protection_kind: str | None = added(Text, "0007")
    protects: str | None = text()
    protected: list[str] = texts(since="0007")
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = added(Text, "0007")
    part_number: str | None = added(Text, "0007")
    spd_type: str | None = added(Text, "0007")
    poles: str | None = added(Text, "0007")
    continuous_voltage: float | None = added(Float, "0007")
    protection_level: float | None = added(Float, "0007")
    nominal_current: float | None = added(Float, "0007")
    maximum_current: float | None = added(Float, "0007")
    impulse_current: float | None = added(Float, "0007")
    open_circuit_voltage: float | None = added(Float, "0007")
    backup_fuse: str | None = added(Text, "0007")
    input_device: str | None = maybe_code_of("device")
    input_oid: str | None = text()
    input_point: str | None = added(Text, "0004")
    input_closed_values: list[str] = texts()
    input_open_values: list[str] = texts()
    normal_position: str = text()
    debounce: int | None = added(Integer, "0004")
    counter_point: str | None = added(Text, "0004")
    installed_on: date | None = day()
    commissioned_on: date | None = added(Date, "0007")
    design_life: int | None = added(Integer, "0007")
    lightning_level: str | None = added(Text, "0007")
    earth_electrode: str | None = added(Text, "0007")
    earth_limit: float = added(Float, "0007", default="10")
    inspection_interval: int = added(Integer, "0007", default="12")
    serves: list[str] = texts(since="0007")
    contact: str | None = maybe_code_of("contact")
    note: str | None = added(Text, "0007")


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
    security_level: int | None = added(Integer, "0007")
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
    acquired_on: date | None = added(Date, "0007")
    warranty_until: date | None = added(Date, "0007")
    end_of_life: date | None = added(Date, "0007")
    serves: list[str] = texts(since="0007")


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
    result: str | None = added(Text, "0007")
    indicator: str | None = added(Text, "0007")
    method: str | None = added(Text, "0007")
    instrument: str | None = added(Text, "0007")
    person: str | None = text()
    note: str | None = text()

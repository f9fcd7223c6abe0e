"""Devices, interfaces and lines."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, Integer, Text

from inventory.models.base import Base, added, code_of, key, maybe_code_of, place, text, texts, whole


class DeviceRow(Base, table=True):
    """Anything with an address; `credentials` are names, never secrets."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("snmp_port BETWEEN 1 AND 65535", name="snmp_port"),)

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    kind: str = text()
    position: str | None = added(Text, "0007")
    vendor: str | None = text()
    model: str | None = text()
    serial: str | None = text()
    address: str | None = text()
    mac: str | None = added(Text, "0007")
    port_speed: int | None = added(BigInteger, "0007")
    routing_domain: str = text()
    credentials: list[str] = texts()
    snmp_port: int
    protocols: list[str] = texts(since="0004")
    core: bool
    power_source: str | None = text()
    feeder: str | None = text()
    contact: str | None = maybe_code_of("contact")
    acquired_on: date | None = added(Date, "0007")
    warranty_until: date | None = added(Date, "0007")
    end_of_life: date | None = added(Date, "0007")
    serves: list[str] = texts(since="0007")


class DeviceUplinkRow(Base, table=True):
    """What a device hangs from, a device or a line, which is why no foreign key leads there."""

    __tablename__ = "device_uplink"

    device: str = code_of("device", primary_key=True)
    position: int = place()
    target: str = text()


class InterfaceRow(Base, table=True):
    """A port worth naming."""

    __tablename__ = "interface"

    id: str = key()
    device: str = code_of("device")
    name: str = text()
    purpose: str | None = text()
    exported: bool


class LineRow(Base, table=True):
    """A line with two ends; bandwidths in bit/s."""

    __tablename__ = "line"
    __table_args__ = (
        CheckConstraint("bandwidth_down > 0", name="bandwidth_down"),
        CheckConstraint("bandwidth_up > 0", name="bandwidth_up"),
        CheckConstraint("a_device <> b_device", name="ends"),
    )

    id: str = key()
    name: str = text()
    site: str = code_of("site")
    line_class: str = text()
    role: str = text()
    a_device: str | None = maybe_code_of("device")
    a_interface: str | None = text()
    b_device: str | None = maybe_code_of("device")
    b_interface: str | None = text()
    witness: str = text()
    witness_address: str | None = text()
    witness_device: str | None = maybe_code_of("device")
    witness_oid: str | None = text()
    witness_expected: list[str] = texts()
    provider: str | None = text()
    contract_number: str | None = text()
    bandwidth_down: int | None = whole()
    bandwidth_up: int | None = whole()
    channels: int = added(Integer, "0007", default="1")
    route_group: str | None = text()
    legal_document: str | None = added(Text, "0007")
    connected_on: date | None = added(Date, "0007")
    serves: list[str] = texts(since="0007")
    contact: str | None = maybe_code_of("contact")

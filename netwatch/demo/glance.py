"""One device at one moment, and how the values that it shows by SNMP are encoded. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from inventory.snapshot import Device
from netwatch.demo.catalogue import MODELS, Model
from netwatch.demo.meters import Meters
from netwatch.demo.world import Reality
from probes.transports.snmp.ber import encode_integer, tlv
from probes.transports.snmp.contract import GAUGE32, INTEGER, OCTET_STRING


@dataclass(frozen=True, slots=True)
class Glance:
    """What a device reads its values from. Times are seconds UTC; `mains_lost` is when its UPS lost the mains."""

    device: Device
    reality: Reality
    meters: Meters
    booted: float
    now: float
    mains_lost: float | None = None

    @property
    def model(self) -> Model:
        """The device's model."""
        return MODELS[self.device.model or ""]

    @property
    def on_battery(self) -> bool:
        """Whether it is a UPS that runs on its battery."""
        return self.device.id in self.reality.world.on_battery

    @property
    def without_mains(self) -> float:
        """For how many seconds its mains have been gone."""
        if not self.on_battery or self.mains_lost is None:
            return 0.0
        return max(0.0, self.now - self.mains_lost)


Read = Callable[[Glance], bytes]


def integer(value: int) -> bytes:
    """An INTEGER."""
    return encode_integer(value, INTEGER)


def gauge(value: int) -> bytes:
    """A Gauge32."""
    return encode_integer(value, GAUGE32)


def text(value: str) -> bytes:
    """An OCTET STRING of at most 255 bytes."""
    return tlv(OCTET_STRING, value.encode()[:255])


def constant(value: bytes) -> Read:
    """What always reads the same."""
    return lambda _: value

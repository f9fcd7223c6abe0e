"""The Modbus seam: one question to one unit of a device, and what it answered."""

from dataclasses import dataclass
from typing import Protocol

from probes.transports.modbus.layout import Function

PORT = 502
# Modbus Application Protocol V1.1b3, section 7: what a device says instead of a value.
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
# The device does not have what was asked for.
NOT_OFFERED = frozenset({1, 2})
# A gateway speaks for a unit behind it that it cannot reach.
BEHIND_GATEWAY = frozenset({10, 11})


@dataclass(frozen=True, slots=True)
class ModbusQuestion:
    """`count` coils, discrete inputs or registers from `address` (0 is the first, as on the wire) of a unit."""

    unit: int
    function: Function
    address: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class ModbusAnswer:
    """Bits (0 or 1) or registers (0 to 65,535) as asked; or none and the number of an exception."""

    values: tuple[int, ...] = ()
    exception: int = 0

    @property
    def evidence(self) -> str:
        """The exception in the words of the standard; '' when there is none."""
        return f"exception {self.exception}: {EXCEPTIONS.get(self.exception, '?')}" if self.exception else ""


class Modbus(Protocol):
    """Asks devices, one question in flight for each. `until` is the monotonic time at which waiting must end."""

    async def read(self, address: str, port: int, question: ModbusQuestion, *, until: float) -> ModbusAnswer:
        """The device's answer; raises a TransportError when none came that makes sense."""
        ...

"""Devices that speak Modbus without a socket: what each unit holds, by function and address."""

from dataclasses import dataclass, field

from probes.transports.errors import Silent, TransportError
from probes.transports.modbus.contract import ModbusAnswer, ModbusQuestion
from probes.transports.modbus.layout import Function


@dataclass
class FakeUnit:
    """One unit: `held[function][address]` is a bit or register; others are illegal addresses.

    An `exception` other than 0, or a `fault`, is answered to every question instead.
    """

    held: dict[Function, dict[int, int]] = field(default_factory=dict)
    exception: int = 0
    fault: TransportError | None = None


@dataclass
class FakeModbus:
    """Units by (address, port, unit); what is not there is silent. `asked` records the questions in order."""

    units: dict[tuple[str, int, int], FakeUnit] = field(default_factory=dict)
    asked: list[tuple[str, ModbusQuestion]] = field(default_factory=list)

    def unit(self, address: str, unit: int = 1, port: int = 502) -> FakeUnit:
        """The unit there, made when there is none yet."""
        return self.units.setdefault((address, port, unit), FakeUnit())

    async def read(self, address: str, port: int, question: ModbusQuestion, *, until: float) -> ModbusAnswer:  # noqa: ARG002
        """As `Modbus.read`."""
        self.asked.append((address, question))
        unit = self.units.get((address, port, question.unit))
        if unit is None:
            raise Silent
        if unit.fault is not None:
            raise unit.fault
        held = unit.held.get(question.function, {})
        wanted = range(question.address, question.address + question.count)
        if unit.exception or any(address not in held for address in wanted):
            return ModbusAnswer(exception=unit.exception or 2)
        return ModbusAnswer(tuple(held[address] for address in wanted))

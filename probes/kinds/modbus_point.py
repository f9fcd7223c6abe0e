"""One input or register of a device that speaks Modbus TCP, compared with expected values.

For digital inputs (surge protectors' contacts, doors, water) and for whatever number a maker's manual says stands in a
register. An input that the device does not have tells nothing: unknown(not_offered); so does a device that is busy or
at fault itself: unknown(bad_answer). Values count after mask and scale.
"""

from typing import Self

from pydantic import Field, model_validator

from probes.contract import Fact, Probe, Reason, Seen, Target
from probes.kit import Kit
from probes.point import METRIC, STRIKES, PointParams, readings, shown_number
from probes.transports.modbus.contract import (
    BEHIND_GATEWAY,
    NOT_OFFERED,
    PORT,
    ModbusAnswer,
    ModbusQuestion,
)
from probes.transports.modbus.layout import BITS, Function, Layout, Order, Type


class ModbusPointParams(PointParams):
    """Which unit's coil, input or register, counted from 0 as on the wire; and how it is read, see `Layout`."""

    port: int = Field(PORT, ge=1, le=65535)
    unit: int = Field(1, ge=0, le=255)
    function: Function
    address: int = Field(ge=0, le=65535)
    type: Type | None = None
    bytes: Order = "big"
    words: Order = "big"
    mask: int | None = None

    @property
    def layout(self) -> Layout:
        """How the value is read; without a type, bits are bits and registers unsigned."""
        kind: Type = self.type or ("bit" if self.function in BITS else "u16")
        return Layout(kind, self.bytes, self.words, self.mask, self.scale)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        fault = self.layout.fault(self.function)
        if fault is None and self.address + self.layout.count > 65536:
            fault = f"a value of two registers cannot begin at {self.address}, the last one"
        if fault is not None:
            raise ValueError(fault)
        return self


async def look(target: Target, params: ModbusPointParams, kit: Kit) -> Seen:
    """Ask once."""
    layout = params.layout
    question = ModbusQuestion(params.unit, params.function, params.address, layout.count)
    answer = await kit.registers(target.address, params.port, question)
    if answer.exception:
        return Seen((_refused(answer),))
    value = layout.number(answer.values)
    return Seen(readings(None if value is None else shown_number(value), value, params))


def _refused(answer: ModbusAnswer) -> Fact:
    if answer.exception in NOT_OFFERED:
        reason = Reason.NOT_OFFERED
    else:
        reason = Reason.NO_ANSWER if answer.exception in BEHIND_GATEWAY else Reason.BAD_ANSWER
    return Fact("", "expected", None, reason, answer.evidence)


PROBE = Probe(
    name="modbus_point",
    params=ModbusPointParams,
    look=look,
    facts=("expected",),
    metrics=(METRIC, STRIKES),
    interval=60.0,
    timeout=10.0,
)

"""Questions and answers as Modbus TCP frames, made and read by pymodbus.

Of pymodbus only frames are used, none of its connections: those log, reconnect and tell neither a refused connection
from silence nor a closed one. Nothing but BadAnswer leaves `answer`.
"""

import logging
from collections.abc import Mapping

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from probes.transports.errors import BadAnswer
from probes.transports.modbus.contract import ModbusAnswer, ModbusQuestion
from probes.transports.modbus.layout import BITS

# Transaction, protocol, length: what must be read to know how long the rest is.
HEADER_BYTES = 6
# Modbus Messaging on TCP/IP Implementation Guide V1.0b, section 4.1: 260 bytes in all, 7 of them header.
_LEAST, _MOST = 3, 254

_REQUESTS: Mapping[str, type[ModbusPDU]] = {
    "coil": ReadCoilsRequest,
    "discrete": ReadDiscreteInputsRequest,
    "holding": ReadHoldingRegistersRequest,
    "input": ReadInputRegistersRequest,
}
# What a device answers is told by its look; in the log it would come again with every look.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


def request(asked: ModbusQuestion, transaction: int) -> bytes:
    """The frame that asks; `transaction` is 1 to 65,535."""
    pdu = _REQUESTS[asked.function](
        dev_id=asked.unit, transaction_id=transaction, address=asked.address, count=asked.count
    )
    return _framer().buildFrame(pdu)


def remaining(header: bytes) -> int:
    """How many bytes follow the first six of a frame; raises BadAnswer when it is no Modbus frame."""
    protocol, length = int.from_bytes(header[2:4], "big"), int.from_bytes(header[4:6], "big")
    if protocol or not _LEAST <= length <= _MOST:
        raise BadAnswer("no Modbus frame")
    return length


def answer(frame: bytes, asked: ModbusQuestion, transaction: int) -> ModbusAnswer:
    """What a whole frame says. The unit is not compared: some devices answer as another, and nobody else asked."""
    try:
        _, pdu = _framer().handleFrame(frame, 0, transaction)
    except ModbusException:
        raise BadAnswer("no Modbus answer") from None
    if pdu is None:
        raise BadAnswer("answer to another question")
    if pdu.function_code & 0x7F != _REQUESTS[asked.function].function_code:
        raise BadAnswer(f"answer by function {pdu.function_code & 0x7F}")
    if pdu.isError():
        return ModbusAnswer(exception=pdu.exception_code)
    # Bits come in whole bytes; registers as many as asked, neither fewer nor more.
    held = pdu.bits[: asked.count] if asked.function in BITS else pdu.registers
    if len(held) != asked.count:
        raise BadAnswer(f"{len(held)} of {asked.count} values")
    return ModbusAnswer(tuple(int(value) for value in held))


def _framer() -> FramerSocket:
    return FramerSocket(DecodePDU(is_server=False))

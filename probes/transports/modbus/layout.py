"""What coils and registers mean as a number: type, byte and word order, mask, scale. Pure.

Modbus itself only knows bits and 16-bit registers, sent with the high byte first (Modbus Application Protocol V1.1b3,
section 4.2). How makers spread a 32-bit value over two registers, and in which order, is in their manuals.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

Function = Literal["coil", "discrete", "holding", "input"]
Type = Literal["bit", "u16", "i16", "u32", "i32", "f32"]
Order = Literal["big", "little"]

BITS: frozenset[str] = frozenset({"coil", "discrete"})
WIDE: frozenset[str] = frozenset({"u32", "i32", "f32"})
_FORMATS = {"i16": ">h", "i32": ">i", "f32": ">f"}
# So many digits tell every 32-bit number apart, and no more hide what binary fractions leave: 3 x 0.1 is 0.3.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bits or registers of one value are read.

    `bytes` is the order within a register, `words` that of the two registers of a 32-bit value. `mask` picks bits of
    the unsigned value, shifted down so that its lowest is bit 0; `bit` of a register is whether any of them is set.
    """

    type: Type = "u16"
    bytes: Order = "big"
    words: Order = "big"
    mask: int | None = None
    scale: float = 1.0

    @property
    def count(self) -> int:
        """How many coils or registers hold the value."""
        return 2 if self.type in WIDE else 1

    def fault(self, function: Function) -> str | None:
        """Why no value can be read so by this function, as a sentence; None when one can."""
        if function in BITS and (self.type != "bit" or self.mask is not None):
            return f"{function} inputs are single bits: leave type and mask out"
        if self.type == "f32" and self.mask is not None:
            return "a mask picks bits of a whole number and has no meaning for f32: leave one of the two out"
        most = 2 ** (16 * self.count) - 1
        if self.mask is not None and not 1 <= self.mask <= most:
            return f"a mask of {self.type} is a number from 0x1 to {most:#x}, not {self.mask:#x}"
        return None

    def number(self, found: Sequence[int]) -> float | None:
        """The number that these coils or registers hold, scaled; None for NaN and infinity.

        Registers are as they came: unsigned, the byte received first is the high one.
        """
        raw = self._raw(found)
        if not isfinite(raw):
            return None
        scaled = raw * self.scale
        return float(f"{scaled:.{_DIGITS}g}") if isfinite(scaled) else None

    def _raw(self, found: Sequence[int]) -> float:
        words = found if self.words == "big" else tuple(reversed(found))
        octets = b"".join(word.to_bytes(2, self.bytes) for word in words)
        whole = int.from_bytes(octets, "big")
        if self.type == "bit":
            return float(bool(whole if self.mask is None else whole & self.mask))
        if self.mask is not None:
            lowest = (self.mask & -self.mask).bit_length() - 1
            return float((whole & self.mask) >> lowest)
        form = _FORMATS.get(self.type)
        return float(struct.unpack(form, octets)[0]) if form else float(whole)

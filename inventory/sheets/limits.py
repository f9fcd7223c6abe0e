"""How much a file from outside may hold before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one file: sizes in bytes, `cell` and `text` in characters, `memory` in bytes, `seconds` of processor.

    The defaults hold a province with every agency, device and asset several times over.
    """

    file: int = 32 * 1024 * 1024
    expanded: int = 512 * 1024 * 1024
    sheets: int = 60
    rows: int = 200_000
    columns: int = 200
    cell: int = 20_000
    text: int = 128 * 1024 * 1024
    memory: int = 1024 * 1024 * 1024
    seconds: int = 60


DEFAULT_LIMITS = Limits()

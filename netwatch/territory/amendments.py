"""What has changed in the list of provinces and communes since 1 July 2025, as data. Pure.

The data set stands still at that day. QĐ 19/2025/QĐ-TTg is its basis; each change names its own. Codes did not change.
The communes of Đồng Nai and Bắc Ninh became wards when their province became a city; the days of those resolutions
were taken to be the same. docs/organisation.md says from where each is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

# What stands before a unit's own name.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "province": "Tỉnh",
        "city": "Thành phố",
        "commune": "Xã",
        "ward": "Phường",
        "special_zone": "Đặc khu",
    }
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """From `on` the units of these codes are of another kind, and are called so."""

    on: date
    basis: str
    kind: str
    codes: frozenset[str]


def _amendment(on: date, basis: str, kind: str, codes: str) -> Amendment:
    return Amendment(on, basis, kind, frozenset(codes.split()))


AMENDMENTS: tuple[Amendment, ...] = (
    _amendment(date(2026, 4, 30), "NQ 30/2026/QH16", "city", "75"),
    _amendment(
        date(2026, 4, 30),
        "thành phố Đồng Nai",
        "ward",
        "25270 25357 25363 26116 26170 26248 26326 26368 26425 26485",
    ),
    _amendment(date(2026, 9, 1), "NQ 36/2026/QH16", "city", "22"),
    _amendment(date(2026, 9, 20), "NQ 39/2026/QH16", "city", "24"),
    _amendment(
        date(2026, 9, 20),
        "NQ 388/NQ-UBTVQH16",
        "ward",
        "07294 07375 07399 07444 07840 09193 09292 09313 09319 09454 09475 09496",
    ),
)

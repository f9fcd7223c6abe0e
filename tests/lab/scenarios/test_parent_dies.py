"""A line dies between two looks at what is behind it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab


def test_what_is_behind_it_is_never_told_down(network: "Network", watch: "Watch") -> None:
    """However the looks fall, only the line is told; router and server behind it never were down, only unreachable."""
    watch.start_well()
    network.cut("c05")
    watch.until_told(1)
    network.mend("c05")
    watch.until_told(2)
    assert watch.subjects() == [
        "NGHIÊM TRỌNG: TSLCD D05 mất kết nối – UBND xã Mẫu 5",
        "ĐÃ HẾT: TSLCD D05 mất kết nối – UBND xã Mẫu 5",
    ]
    incident = watch.only()
    assert incident["roots"] == ["D05"]
    for subject in ("R05", "M05"):
        told = watch.ask("SELECT kind FROM verdict_interval WHERE subject = ?", subject)
        assert {"unreachable"} <= {kind for (kind,) in told} <= {"up", "unreachable", "unknown"}
    watch.done()

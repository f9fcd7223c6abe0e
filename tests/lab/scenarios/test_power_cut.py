"""One commune loses its power: its UPS is seen on battery, then everything goes dark; all comes back, started anew."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab
BEHIND = ("p01", "p01-ups", "p01-sw")


def test_power_is_told_and_confirmed_by_uptime(network: "Network", watch: "Watch") -> None:
    """One opening that blames power by the UPS and tells whom to call; the closing has it confirmed by the uptimes."""
    watch.start_well()
    network.on_battery(True)
    watch.until("on battery", lambda: watch.standing()["UPS-DIEN"] == "degraded on_battery")
    network.cut("p01")
    for name in BEHIND:
        network.power_off(name)
    watch.until("dark", lambda: watch.kind("S-DIEN") == "down")
    opening = watch.until_told(1)
    network.heal()
    watch.until("closed", lambda: all(one["closed"] for one in watch.incidents()))
    closing = watch.until_told(2)
    assert watch.subjects() == [
        "NGHIÊM TRỌNG: Mất điện tại UBND xã Có Điện",
        "ĐÃ HẾT: Mất điện tại UBND xã Có Điện",
    ]
    whom, why = "1 điểm mất kết nối: Trụ sở UBND xã Có Điện", "UPS-DIEN chạy ắc quy lúc"
    cause, next_ = "Nguyên nhân: mất điện (nhiều khả năng)", "Điện lực Mẫu, điện lực: 0000 000 003"
    assert watch.lacks(opening.text, whom, "Từ khi nào: Từ ", cause, why, "bao giờ có điện lại?", next_) == []
    assert watch.lacks(closing.text, "Nguyên nhân: mất điện (đã xác nhận)", "R-DIEN khởi động lại lúc") == []
    assert watch.incidents()[-1]["blame"]["cause"] == "power"
    assert watch.incidents()[-1]["blame"]["confidence"] == "confirmed"
    watch.done()

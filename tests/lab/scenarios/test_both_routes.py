"""Both lines of a site with two routes are cut at once."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab


def test_both_routes_are_one_incident(network: "Network", watch: "Watch") -> None:
    """One critical opening that names both lines, one closing; the router behind them is unreachable, never down."""
    watch.start_well()
    network.cut("dual-a", "dual-b")
    opening = watch.until_told(1)
    network.mend("dual-a", "dual-b")
    watch.until_told(2)
    assert watch.subjects() == [
        "NGHIÊM TRỌNG: Mất điện tại UBND xã Hai Đường",
        "ĐÃ HẾT: Mất điện tại UBND xã Hai Đường",
    ]
    whom, why = (
        "1 điểm mất kết nối: Trụ sở UBND xã Hai Đường",
        "2 đường truyền độc lập của Trụ sở UBND xã Hai Đường",
    )
    cause, next_ = "Nguyên nhân: mất điện (có thể)", "Điện lực Mẫu, điện lực: 0000 000 003"
    assert watch.lacks(opening.text, whom, "Từ khi nào: Từ ", cause, why, next_) == []
    incident = watch.only()
    assert sorted(incident["roots"]) == ["CHINH", "PHU"]
    assert incident["scope"] == "site:S-HAI"
    assert {"down"}.isdisjoint(
        kind for (kind,) in watch.ask("SELECT kind FROM verdict_interval WHERE subject='R-HAI'")
    )
    watch.done()

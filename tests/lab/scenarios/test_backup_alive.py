"""The main line of a site is cut while its backup works, and routing fails over."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab


def test_the_main_line_is_told_and_the_site_stays_served(network: "Network", watch: "Watch") -> None:
    """One opening that is not critical, says that the backup works, and so that it is the line; one closing."""
    watch.start_well()
    network.cut("dual-a")
    opening = watch.until_told(1)
    assert watch.standing()["S-HAI"] == "degraded backup_only CHINH"
    assert watch.kind("R-HAI") == watch.kind("PHU") == "up"
    network.mend("dual-a")
    watch.until_told(2)
    assert watch.subjects() == [
        "NẶNG: Đứt đường truyền TSLCD CHINH – UBND xã Hai Đường",
        "ĐÃ HẾT: Đứt đường truyền TSLCD CHINH – UBND xã Hai Đường",
    ]
    what, whom = (
        "(TSLCD truy nhập cấp II, VNPT) của UBND xã Hai Đường bị đứt.",
        "1 điểm vẫn chạy nhưng suy giảm",
    )
    why, next_ = (
        "Vẫn còn đường truyền khác hoạt động: TSLCD PHU",
        "Báo hỏng đường truyền TSLCD CHINH, hợp đồng HD-CHINH",
    )
    assert watch.lacks(opening.text, what, whom, "Từ khi nào: Từ ", why, next_, "0000 000 119") == []
    incident = watch.only()
    assert (incident["roots"], incident["blame"]["cause"]) == (["CHINH"], "line")
    watch.done()

"""A core line is cut, twenty sites are behind it, and the daemon runs at its default intervals.

It comes to know that all is well at quicker ones: a reload makes them the default ones before the line is cut.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]
SECOND = 1_000_000
INTERVAL = 30.0
TWENTY = [f"S-{n:02}" for n in range(1, 21)]


def test_one_message_names_the_core_line(network: "Network", watch: "Watch") -> None:
    """One opening, queued within 90 s of the cut, that names the line; one closing; onset within one interval."""
    # What cannot change while it runs is as by default from the beginning.
    watch.configure(watch.quick.replace("[snmp]\ntimeout = 0.3\nretries = 1\n", ""), anchors="")
    watch.start_well()
    watch.configure("[incidents]\nstay_up = 10.0", anchors="")
    assert watch.command("reload") == 0
    cut = network.cut("trunk")
    opening = watch.until_told(1, 120.0)
    (created,) = watch.ask("SELECT created_at FROM notice")[0]
    assert created / SECOND - cut <= 90.0
    assert 0.0 <= watch.incidents()[0]["onset"] / SECOND - cut <= INTERVAL
    cut_off = {"S-TRAM", *TWENTY}
    watch.until("all twenty are known to be behind it", lambda: cut_off <= watch.members())
    network.mend("trunk")
    closing = watch.until_told(2, 180.0)
    assert watch.subjects() == [
        "NGHIÊM TRỌNG: TSLCD TRUC mất kết nối – UBND tỉnh Mẫu",
        "ĐÃ HẾT: Đứt đường truyền TSLCD TRUC – UBND tỉnh Mẫu",
    ]
    what, whom = "Đường truyền TSLCD TRUC (TSLCD mạng trục, VNPT)", " điểm mất kết nối: "
    next_ = "Nếu vẫn có điện: báo hỏng đường truyền TSLCD TRUC, hợp đồng HD-TRUC, cho VNPT."
    assert (
        watch.lacks(opening.text, what, whom, "Từ khi nào: Từ ", "điện hay đường truyền, chưa rõ", next_)
        == []
    )
    assert (
        watch.lacks(closing.text, "21 điểm mất kết nối: ", "Nguyên nhân: đứt đường truyền (đã xác nhận)")
        == []
    )
    incident = watch.only()
    assert incident["roots"] == ["TRUC"]
    watch.done()

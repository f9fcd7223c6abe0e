"""Somebody changes the password on three hundred devices."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab
OLD, NEW = "mat-khau-cu-12", "mat-khau-moi-34"
SETTINGS = """\
[credentials.bai]
kind = "snmp_v3"
user = "tinh"
auth = "sha256"
auth_password = "file:password"
privacy = "aes128"
privacy_password = "file:password"
"""
ROW = """
[[device]]
id = "P{n:03}"
name = "P{n:03}"
site = "S-TT"
kind = "switch"
address = "10.60.{high}.{low}"
credentials = "bai"
"""


def test_it_is_one_incident_and_nobody_is_down(network: "Network", watch: "Watch") -> None:
    """One message about three hundred devices that cannot be managed, none of them down; one end in the end."""
    parked = [ROW.format(n=n, high=1 + n // 200, low=1 + n % 200) for n in range(300)]
    (watch.folder / "password").write_text(OLD)
    (watch.folder / "password").chmod(0o600)
    network.park(OLD)
    quick = watch.quick.replace("devices = 1", "devices = 5").replace(
        "[incidents]", "[incidents]\nunknown_after = 20.0"
    )
    watch.configure(quick, SETTINGS)
    watch.bring_in("".join(parked))
    watch.things |= {f"P{n:03}" for n in range(300)}
    watch.start_well()
    watch.until("all are managed", lambda: watch.managed() >= 300)
    network.park(NEW)
    watch.until_told(1)
    incident = watch.only()
    assert (incident["nature"], incident["scope"]) == ("ignorance", "credentials:bai")
    assert watch.all_well()
    (watch.folder / "password").write_text(NEW)
    assert watch.command("reload") == 0
    watch.until_told(2)
    assert watch.subjects() == [
        "LƯU Ý: 300 thiết bị không chấp nhận thông tin đăng nhập – UBND tỉnh Mẫu",
        "ĐÃ HẾT: 300 thiết bị không chấp nhận thông tin đăng nhập – UBND tỉnh Mẫu",
    ]
    whom, next_ = "Ảnh hưởng: 300 thiết bị: P000, P001", "Đối chiếu thông tin đăng nhập 'bai' trong thiết lập"
    assert watch.lacks(watch.mails()[0].text, whom, "Từ khi nào: Từ ", next_) == []
    watch.done()

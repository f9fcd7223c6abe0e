"""The daemon is killed in mid-storm and started again."""

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab
OPENED = {
    "NGHIÊM TRỌNG: TSLCD TRUC mất kết nối – UBND tỉnh Mẫu",
    "NGHIÊM TRỌNG: TSLCD D-RUNG mất kết nối – UBND xã Trong Rừng",
    "NGHIÊM TRỌNG: TSLCD D-DIEN mất kết nối – UBND xã Có Điện",
}
CLOSED = {
    "ĐÃ HẾT: Đứt đường truyền TSLCD TRUC – UBND tỉnh Mẫu",
    "ĐÃ HẾT: TSLCD D-RUNG mất kết nối – UBND xã Trong Rừng",
    "ĐÃ HẾT: Đứt đường truyền TSLCD D-DIEN – UBND xã Có Điện",
}


def test_nothing_is_resolved_doubled_or_lost(network: "Network", watch: "Watch") -> None:
    """After kill -9 each fault is told once and its end once; a doubled message would bear the same Message-ID."""
    watch.start_well()
    network.cut("trunk", "f01", "p01")
    watch.until_told(1)
    watch.end(signal.SIGKILL)
    watch.start()
    watch.until_told(3)
    network.pause(6.0)
    assert set(watch.subjects()) == OPENED
    assert len({mail.reference for mail in watch.mails()}) == 3
    network.mend("trunk", "f01", "p01")
    watch.until("closed", lambda: all(one["closed"] for one in watch.incidents()))
    watch.until("all are told", lambda: not watch.waiting())
    told = {mail.reference: mail.subject for mail in watch.mails()}
    assert sorted(told.values()) == sorted((*OPENED, *CLOSED))
    assert sorted(root for one in watch.incidents() for root in one["roots"]) == ["D-DIEN", "D-RUNG", "TRUC"]
    watch.done()

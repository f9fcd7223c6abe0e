"""A line goes and comes, again and again."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab


def test_a_flapping_line_is_told_once(network: "Network", watch: "Watch") -> None:
    """One opening however often it comes and goes, no 'resolved' in between, and all its ups and downs counted."""
    watch.configure(watch.quick.replace("stay_up = 4.0", "stay_up = 12.0"))
    watch.start_well()
    network.cut("f01")
    watch.until_told(1)
    for _ in range(2):
        network.mend("f01")
        watch.until("up", lambda: watch.kind("D-RUNG") == "up")
        network.cut("f01")
        watch.until("down", lambda: watch.kind("D-RUNG") == "down")
    network.mend("f01")
    watch.until("flapping", lambda: watch.incidents()[0]["flapping"])
    network.pause(15.0)
    assert watch.subjects() == ["NGHIÊM TRỌNG: TSLCD D-RUNG mất kết nối – UBND xã Trong Rừng"]
    incident = watch.only()
    assert incident["closed"] is None
    downs = "SELECT count(*) FROM verdict_interval WHERE subject = 'D-RUNG' AND kind = 'down'"
    assert watch.ask(f"{downs} AND superseded_by IS NULL") == [(3,)]
    watch.done()

"""Somebody forges a trap that says a commune has lost its power."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab
# UPS-MIB (RFC 1628) upsTrapOnBattery, PowerNet-MIB upsOnBattery; IF-MIB linkDown, which is about the line itself.
FORGED = ("1.3.6.1.2.1.33.2.0.1", "1.3.6.1.4.1.318.0.5", "1.3.6.1.6.3.1.1.5.3")
TRAPS = '[traps]\nlisten = "0.0.0.0:162"\nspacing = 1.0'


def forge(network: "Network", source: str) -> None:
    """Send traps that bear somebody else's address."""
    command = ("snmptrap", "-m", "", "-v2c", "-c", network.community, f"--clientaddr={source}")
    for trap in FORGED:
        network.world.run("rogue", *command, "10.0.0.2:162", "", trap)


def test_a_forged_trap_tells_nobody_and_decides_nothing(network: "Network", watch: "Watch") -> None:
    """While all is well nobody is told anything; when the line is cut, its cause stays 'power or line: not known'."""
    network.world.run("", "ip", "-n", "rogue", "address", "replace", "10.115.0.1/32", "dev", "lo")
    watch.configure(watch.quick, TRAPS)
    watch.start_well()
    forge(network, "10.115.0.1")
    network.pause(5.0)
    assert (watch.mails(), watch.incidents()) == ([], [])
    network.cut("f01")
    forge(network, "10.115.0.1")
    watch.until_told(1)
    assert watch.incidents()[0]["blame"]["cause"] == "undecided"
    network.mend("f01")
    watch.until_told(2)
    assert watch.subjects() == [
        "NGHIÊM TRỌNG: TSLCD D-RUNG mất kết nối – UBND xã Trong Rừng",
        "ĐÃ HẾT: TSLCD D-RUNG mất kết nối – UBND xã Trong Rừng",
    ]
    assert (
        watch.lacks(
            watch.mails()[0].text, "Điện hay đường truyền: chưa rõ. Hãy gọi Trụ sở UBND xã Trong Rừng"
        )
        == []
    )
    watch.done()

"""Who may send echoes: an unprivileged socket, else a raw one, else one line of advice and everything else goes on."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Installation

# Of whoever runs it: without a capability left, and none to be had from a file.
UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
# A namespace begins with the range closed.
IN_NAMESPACE = (
    'ip link set lo up && { [ -z "$0" ] || sysctl -qw net.ipv4.ping_group_range="$0"; } && exec "$@"'
)
REAL_ICMP = ("-s", 'icmp.simulated_responder=""')


def closed() -> bool:
    """Whether the kernel lets none of our groups send echoes without a capability."""
    low, high = map(int, Path("/proc/sys/net/ipv4/ping_group_range").read_text().split())
    return not any(low <= group <= high for group in {os.getegid(), *os.getgroups()})


def test_without_permission_echoes_are_unknown_and_snmp_goes_on(place: "Installation", agent: int) -> None:
    """One line names sysctl and capability, /healthz says so, and what can be asked is asked."""
    if not closed():
        pytest.skip("net.ipv4.ping_group_range lets this user send echoes")
    place.bring_in({"sw": "127.0.0.1"}, more=f'snmp_port = {agent}\ncredentials = "tinh"')
    place.begin(*(UNPRIVILEGED if os.geteuid() == 0 else ()), options=REAL_ICMP)
    place.until(lambda: place.get("/readyz", default=(0, ""))[0] == 200)
    place.until(lambda: place.metric('netwatch_looks_unknown_total{reason="permission"}') > 0)
    place.until(lambda: place.metric('netwatch_device_manageable{device="sw"}') == 1)
    place.until(lambda: place.ails() == ["icmp_permission"])
    lines = [line for line in place.log.splitlines() if "net.ipv4.ping_group_range" in line]
    assert len(lines) == 1
    assert " WARNING netwatch.app: " in lines[0]
    assert "CAP_NET_RAW" in lines[0]
    assert not place.verdict("sw", "down")
    assert place.stop() == 0


@pytest.mark.lab
@pytest.mark.parametrize(("opened", "mode"), [("0 0", "datagram"), ("", "raw")])
def test_echoes_go_the_most_modest_way_there_is(place: "Installation", opened: str, mode: str) -> None:
    """In a namespace of its own: unprivileged where the group range lets us, raw with CAP_NET_RAW alone."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("namespaces are refused here")
    place.bring_in({"sw": "127.5.0.1"})
    keep = UNPRIVILEGED if mode == "datagram" else ("setpriv", "--bounding-set=-all,+net_raw")
    place.begin("unshare", "-rn", "sh", "-c", IN_NAMESPACE, opened, *keep, options=REAL_ICMP)
    place.until(lambda: f"INFO netwatch.app: ICMP over IPv4: {mode} sockets." in place.log)
    place.until(lambda: place.verdicts("sw")[-1:] != [] and place.verdicts("sw")[-1][0] == "up")
    assert " WARNING " not in place.log
    assert place.stop() == 0

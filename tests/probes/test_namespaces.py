"""Who is to blame when packets do not arrive: a small network in namespaces, gone with the test.

us (10.99.0.2) --- router (10.99.0.1) --- a link with nobody on it (10.98.0.0/24), and a black hole (10.96.0.0/24)
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

NETWORK = """
set -e
mount -t tmpfs none /run
ip link set lo up
ip netns add r
ip link add m0 type veth peer name r0 netns r
ip addr add 10.99.0.2/24 dev m0; ip -6 addr add fd99::2/64 dev m0 nodad; ip link set m0 up
ip -n r link set lo up
ip -n r addr add 10.99.0.1/24 dev r0; ip -n r -6 addr add fd99::1/64 dev r0 nodad; ip -n r link set r0 up
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip netns exec r sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
for net in 96 98; do ip route add 10.$net.0.0/24 via 10.99.0.1; done
ip -6 route add fd98::/64 via fd99::1
ip -n r route add blackhole 10.96.0.0/24
# A link behind the router on which nobody answers: it reports every packet, whereas the kernel limits the reports of
# unreachable routes to one a second.
ip -n r link add r1 type veth peer name r2
ip -n r addr add 10.98.0.1/24 dev r1; ip -n r -6 addr add fd98::1/64 dev r1 nodad
ip -n r link set r1 up; ip -n r link set r2 up
QUICK='for v in ipv4 ipv6; do d=/proc/sys/net/$v/neigh/$0; echo 1 >$d/mcast_solicit; echo 100 >$d/retrans_time_ms; done'
sh -c "$QUICK" m0
ip netns exec r sh -c "$QUICK" r1
ip route add unreachable 10.95.0.0/24
[ "$1" = "" ] || sysctl -qw net.ipv4.ping_group_range="$1"
shift
exec "$@"
"""
SCRIPT = """
import asyncio, json, sys
from probes.contract import Target
from probes.kit import KitSettings, open_kit
from probes.transports.snmp.options import SnmpOptions
from probes.registry import probes
from probes.run import run_look
from probes.secret import Secret
KINDS = probes()
async def look(kit, kind, address):
    probe = KINDS[kind]
    target = Target(address, address, credentials=("one",))
    own = {"icmp_echo": {"spacing": 0.05, "wait": 0.5, "count": 3}, "tcp_connect": {"port": 7}}
    params = probe.params(**own.get(kind, {}))
    seen = await run_look(probe, target, params, kit, 6.0, kit.monotonic)
    fact = next((r for r in seen.readings if getattr(r, "name", "") in ("reachable", "usable")), None)
    return [fact.holds, fact.reason, fact.evidence] if fact else [None, seen.reason, seen.detail]
async def main():
    settings = KitSettings(snmp=SnmpOptions(timeout=1.0, retries=0))
    async with open_kit(settings, lambda _: Secret("snmp_v2c", {"community": "x"})) as kit:
        addresses = sys.argv[1:]
        jobs = [(kind, address) for kind in ("icmp_echo", "snmp_system", "tcp_connect") for address in addresses]
        # Twice: errors of the first round must not touch the second.
        for _ in range(2):
            found = await asyncio.gather(*(look(kit, *job) for job in jobs))
        modes = [remark.params["mode"] for remark in kit.remarks if remark.code == "icmp.mode"]
        print(json.dumps({"modes": modes, "found": [[*job, *each] for job, each in zip(jobs, found)]}))
asyncio.run(main())
"""
BROKEN = [False, "path_broken"]
EXPECTED = {
    "10.99.0.1": ([True, "answered"], [True, "refused"], [False, "refused"]),
    "fd99::1": ([True, "answered"], [True, "refused"], [False, "refused"]),
    "10.98.0.5": ([*BROKEN, "10.99.0.1"],) * 3,
    "fd98::5": ([*BROKEN, "fd99::1"],) * 3,
    "10.96.0.5": ([False, "no_answer"],) * 3,
    # Nobody answers ARP on our own link: our own kernel's report is no broken path, it is silence.
    "10.99.0.77": ([False, "no_answer"],) * 3,
    "fd99::77": ([False, "no_answer"],) * 3,
    "192.0.2.1": ([None, "no_route"],) * 3,
    "10.95.0.5": ([None, "no_route"],) * 3,
    "2001:db8::1": ([None, "no_route"],) * 3,
}


@pytest.mark.parametrize(("mode", "groups"), [("raw", ""), ("datagram", "0 0")])
def test_each_fault_has_its_own_reason(repository: Path, mode: str, groups: str) -> None:
    """Ours, the router's, or plain silence; the same for raw and datagram ICMP, for SNMP and for TCP."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare or ip (Debian: util-linux, iproute2) is not installed")
    inside = ["sh", "-c", NETWORK, "sh", groups, sys.executable, "-c", SCRIPT, *EXPECTED]
    done = subprocess.run(
        ["unshare", "-rnm", *inside], cwd=repository, capture_output=True, text=True, timeout=100, check=False
    )
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip(f"namespaces are refused here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert set(said["modes"]) == {mode}
    found = {(kind, address): rest for kind, address, *rest in said["found"]}
    wanted = {
        (kind, address): want
        for address, pair in EXPECTED.items()
        for kind, want in zip(("icmp_echo", "snmp_system", "tcp_connect"), pair, strict=True)
    }
    assert {key: found[key][: len(want)] for key, want in wanted.items()} == wanted

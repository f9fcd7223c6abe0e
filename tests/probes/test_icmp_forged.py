"""Echoes beside icmplib: answers it forges, and routes it traces."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from select import select

import icmplib
import pytest

from probes.transports.errors import LocalFault, NoRoute
from probes.transports.icmp.packet import ECHO_REPLY_4
from probes.transports.icmp.route import trace
from probes.transports.icmp.wire import IcmpWire, open_icmp_wire

TOKEN = b"8 octets"
US = "127.66.3.1"


class Forger(icmplib.ICMPv4Socket):  # type: ignore[misc]
    """Sends echo replies instead of requests."""

    _ICMP_ECHO_REQUEST = ECHO_REPLY_4

    def forge(self, payload: bytes, identifier: int) -> None:
        """Send one to us."""
        self.send(icmplib.ICMPRequest(US, identifier, 7, payload=payload))


@pytest.fixture
def forger() -> Iterator[Forger]:
    """Who forges; skipped where raw sockets are not permitted."""
    try:
        with Forger("127.66.3.2") as opened:
            yield opened
    except icmplib.SocketPermissionError:
        pytest.skip("raw sockets are not permitted here")


@pytest.fixture
def wire() -> Iterator[IcmpWire]:
    """A wire whose token is known to the forger."""
    opened, _, errors = open_icmp_wire(socket.AF_INET, TOKEN, 2**16)
    if opened is None:
        pytest.skip(errors)
    with opened.socket:
        yield opened


NUMBER = b"\0\1\0\7"


@pytest.mark.parametrize(
    "payload",
    [
        b"another!" + NUMBER + bytes(44),
        TOKEN + NUMBER[:3],
        TOKEN[:5],
        b"",
        bytes(4) + TOKEN + NUMBER,
    ],
)
def test_a_forged_answer_without_our_token_and_number_is_foreign(
    forger: Forger, wire: IcmpWire, payload: bytes
) -> None:
    """Another token, a truncated one, none at all, one in the wrong place: none is an answer."""
    forger.forge(payload, wire.identifier)
    assert select([wire.socket], [], [], 2.0)[0]
    assert wire.receive(100) == []
    assert wire.foreign >= 1


def test_who_knows_the_token_is_told_by_address(forger: Forger, wire: IcmpWire) -> None:
    """Number and source are handed on, so that an answer from the wrong address can be told."""
    forger.forge(TOKEN + NUMBER + bytes(44), wire.identifier)
    assert select([wire.socket], [], [], 2.0)[0]
    ((number, address, at),) = wire.receive(100)
    assert (number, address) == (0x10007, "127.66.3.2")
    assert at is not None


@pytest.mark.anyio
async def test_the_way_to_ourselves_is_one_hop(forger: Forger) -> None:
    """And an address that is none is no name to look up."""
    (hop,) = await trace("127.66.3.1", count=1)
    assert (hop.distance, hop.address) == (1, "127.66.3.1")
    assert len(hop.rtts) == 1
    with pytest.raises(LocalFault):
        await trace("localhost")


WAY = """
set -e
mount -t tmpfs none /run
ip link set lo up
for n in a b c; do ip netns add $n; ip -n $n link set lo up; ip netns exec $n sysctl -qw net.ipv4.ip_forward=1; done
ip link add l0 type veth peer name l1 netns a; ip addr add 10.71.1.1/24 dev l0; ip link set l0 up
ip -n a addr add 10.71.1.2/24 dev l1; ip -n a link set l1 up
ip -n a link add m0 type veth peer name m1 netns b
ip -n a addr add 10.71.2.1/24 dev m0; ip -n a link set m0 up
ip -n b addr add 10.71.2.2/24 dev m1; ip -n b link set m1 up
ip -n b link add n0 type veth peer name n1 netns c
ip -n b addr add 10.71.3.1/24 dev n0; ip -n b link set n0 up
ip -n c addr add 10.71.3.2/24 dev n1; ip -n c link set n1 up
ip route add 10.71.0.0/16 via 10.71.1.2
ip -n a route add 10.71.3.0/24 via 10.71.2.2
ip -n b route add 10.71.1.0/24 via 10.71.2.1
ip -n c route add default via 10.71.3.1
exec "$@"
"""
SCRIPT = """
import asyncio
from probes.transports.errors import NoRoute
from probes.transports.icmp.route import trace
print([hop.address for hop in asyncio.run(trace("10.71.3.2", wait=2.0))])
try:
    asyncio.run(trace("192.0.2.1"))
except NoRoute as error:
    print(error.reason, error.detail)
"""


@pytest.mark.lab
def test_the_way_through_two_routers_names_both(repository: Path) -> None:
    """In namespaces: two routers and the target; where our own table has no route it says so."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare or ip (Debian: util-linux, iproute2) is not installed")
    line = ["unshare", "-rnm", "sh", "-c", WAY, "sh", sys.executable, "-c", SCRIPT]
    done = subprocess.run(line, cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip(f"namespaces are refused here: {done.stderr.strip()[-200:]}")
    assert done.stdout.splitlines() == [
        "['10.71.1.2', '10.71.2.2', '10.71.3.2']",
        f"{NoRoute.reason} 192.0.2.1",
    ], done.stderr

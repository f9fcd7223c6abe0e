"""The ICMP engine on real loopback, in what mode the machine allows, and over the simulation."""

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import icmplib
import pytest

from probes.transports.errors import LocalFault
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.icmp.engine import IcmpEngine, open_icmp
from probes.transports.icmp.simulated import respond

pytestmark = pytest.mark.anyio

BUFFER = 2**20
RATE = 5000.0


@pytest.fixture
async def icmp() -> "Iterator[IcmpEngine]":
    """The engine in the mode that this machine allows; the test is skipped, saying why, when there is none."""
    with open_icmp(BUFFER, RATE) as opened:
        if any(remark.code == "icmp.permission" for remark in opened.remarks):
            pytest.skip(opened.remarks[0].english())
        yield opened


@pytest.mark.parametrize("address", ["127.0.0.1", "127.66.0.9", "::1"])
async def test_living_addresses_answer_every_echo(icmp: IcmpEngine, address: str) -> None:
    """Round-trip times on loopback are below a tenth of a second."""
    if address == "::1" and any(remark.code == "socket.family" for remark in icmp.remarks):
        pytest.skip("no IPv6 on this machine")
    burst = await icmp.burst(address, count=5, spacing=0.01)
    assert burst.loss == 0.0
    assert len(burst.rtts) == 5
    assert all(0 < rtt < 0.1 for rtt in burst.answered)
    assert burst.jitter is not None


async def test_many_bursts_at_once_keep_apart(icmp: IcmpEngine) -> None:
    """Two hundred addresses share one socket, and each gets its own answers."""
    addresses = [f"127.66.1.{number}" for number in range(1, 201)]
    bursts = await asyncio.gather(*(icmp.burst(address, count=3, spacing=0.0) for address in addresses))
    assert [burst.loss for burst in bursts] == [0.0] * 200
    counts = icmp.counts()
    assert (counts["icmp_sent"], counts["icmp_answers"], counts["icmp_mismatched"]) == (600, 600, 0)


@pytest.mark.parametrize("size", [16, 56, 1472, 9000])
async def test_payloads_of_any_size_are_answered(icmp: IcmpEngine, size: int) -> None:
    """From the smallest that holds our token to one that must be cut into fragments."""
    assert (await icmp.burst("127.0.0.1", count=2, spacing=0.0, size=size)).loss == 0.0


async def test_round_trips_are_like_those_of_icmplib(icmp: IcmpEngine) -> None:
    """Another implementation measures the same loopback within a few milliseconds."""
    ours = await icmp.burst("127.0.0.1", count=10, spacing=0.005)
    try:
        theirs = await icmplib.async_ping("127.0.0.1", count=10, interval=0.005, timeout=1)
    except icmplib.SocketPermissionError:
        pytest.skip("icmplib needs privileges that this machine does not give")
    assert theirs.is_alive
    assert ours.mean is not None
    assert abs(ours.mean - theirs.avg_rtt / 1000) < 0.01


async def test_sends_are_paced_over_all_targets() -> None:
    """A rate of 200 a second lets 40 echoes take about a fifth of a second."""
    with open_icmp(BUFFER, 200.0) as slow:
        if any(remark.code == "icmp.permission" for remark in slow.remarks):
            pytest.skip(slow.remarks[0].english())
        began = time.monotonic()
        await asyncio.gather(
            *(slow.burst(f"127.66.2.{number}", count=4, spacing=0.0) for number in range(1, 11))
        )
        assert 0.15 < time.monotonic() - began < 1.0


async def test_the_wait_ends_in_time_for_the_caller(icmp: IcmpEngine) -> None:
    """A burst that would take ten seconds is drawn together to fit."""
    began = time.monotonic()
    burst = await icmp.burst("127.0.0.1", count=5, spacing=2.0, wait=0.2, until=began + 0.4)
    assert len(burst.answered) == 5
    assert time.monotonic() - began < 0.6


async def test_a_caller_without_time_gets_no_verdict(icmp: IcmpEngine) -> None:
    """Nothing could be sent, so nothing is said about the target."""
    with pytest.raises(LocalFault):
        await icmp.burst("127.0.0.1", until=time.monotonic() - 1)


@pytest.mark.parametrize("address", ["", "localhost", "256.1.1.1"])
async def test_a_malformed_address_is_a_local_fault(icmp: IcmpEngine, address: str) -> None:
    """No name is ever looked up."""
    with pytest.raises(LocalFault):
        await icmp.burst(address)


async def test_a_cancelled_burst_leaves_nothing_behind(icmp: IcmpEngine) -> None:
    """Its echoes are forgotten; answers to them count as late."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(icmp.burst("127.0.0.1", count=5, spacing=1.0), 0.05)
    assert icmp.in_flight == 0
    assert (await icmp.burst("127.0.0.1", count=1)).loss == 0.0


def responder(sock: socket.socket, alive: set[str], routers: dict[str, str]) -> None:
    """Answer simulated echoes until an empty datagram comes; address 10.0.0.9 is answered twice."""
    while True:
        data, source = sock.recvfrom(2048)
        if not data:
            return
        answer = respond(data, alive.__contains__, routers.get)
        if answer is not None:
            for _ in range(2 if b"\xff\xff\x0a\x00\x00\x09" in answer else 1):
                sock.sendto(answer, source)


@pytest.fixture
def simulation() -> Iterator[tuple[str, int]]:
    """A responder on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.79.0.1", 0))
        where: tuple[str, int] = sock.getsockname()
        alive = {"10.0.0.1", "10.0.0.9", "fd00::1"}
        thread = threading.Thread(target=responder, args=(sock, alive, {"10.0.0.2": "10.0.0.254"}))
        thread.start()
        yield where
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"", where)
        thread.join(5)


async def test_the_simulation_tells_living_from_dead(simulation: tuple[str, int]) -> None:
    """Living addresses answer, a router reports one, another is silent, one is answered twice."""
    with open_icmp(BUFFER, RATE, simulation) as icmp:
        addresses = ("10.0.0.1", "fd00::1", "10.0.0.2", "10.0.0.3", "10.0.0.9")
        living, six, reported, dead, twice = await asyncio.gather(
            *(icmp.burst(address, count=3, spacing=0.05, wait=0.3) for address in addresses)
        )
        assert "simulated" in icmp.remarks[0].english()
    assert (living.loss, six.loss, dead.loss) == (0.0, 0.0, 1.0)
    assert dead == Burst((None, None, None))
    assert reported.faults == (IcmpFault("10.0.0.254", "host unreachable"),) * 3
    # The burst ends with the last first answer; that answer's copy may or may not have arrived by then.
    assert twice.loss == 0.0
    assert twice.duplicates in {2, 3}


async def test_a_responder_that_is_away_means_silence(simulation: tuple[str, int]) -> None:
    """Its closed port says nothing about any target."""
    with open_icmp(BUFFER, RATE, ("127.79.0.2", 9)) as icmp:
        assert (await icmp.burst("10.0.0.1", count=2, spacing=0.01, wait=0.1)).rtts == (None, None)


SCRIPT = """
import asyncio
from probes.transports.errors import TransportError
from probes.transports.icmp.engine import open_icmp
async def main():
    with open_icmp(65536, 1000.0) as icmp:
        for remark in icmp.remarks:
            print(remark.english())
        try:
            burst = await icmp.burst("127.0.0.1", count=3, spacing=0.01)
            print("answered", len(burst.answered))
        except TransportError as error:
            print("reason", error.reason, error.detail)
asyncio.run(main())
"""
WITHOUT_RAW = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]


def run(prefix: list[str], repository: Path) -> str:
    """What the script prints when run under another privilege."""
    if shutil.which(prefix[0]) is None:
        pytest.skip(f"{prefix[0]} (Debian: util-linux) is not installed")
    line = [*prefix, sys.executable, "-c", SCRIPT]
    done = subprocess.run(line, cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip(f"{prefix[0]} is refused here: {done.stderr.strip()[-200:]}")
    return done.stdout


def test_without_any_permission_the_remedies_are_named_and_targets_are_unknown(repository: Path) -> None:
    """No datagram, no raw: one sentence names sysctl and capability; a look is unable for permission."""
    said = run(WITHOUT_RAW, repository)
    if "answered" in said:
        pytest.skip("this machine allows unprivileged ICMP to everyone")
    assert "net.ipv4.ping_group_range" in said
    assert "CAP_NET_RAW" in said
    assert "reason permission" in said


def test_unprivileged_datagram_sockets_are_used_where_the_group_is_allowed(repository: Path) -> None:
    """In a namespace whose ping_group_range admits us, no capability is needed."""
    inside = "ip link set lo up && sysctl -qw net.ipv4.ping_group_range='0 0' && exec " + " ".join(
        WITHOUT_RAW
    )
    said = run(["unshare", "-rn", "sh", "-c", inside + ' "$@"', "sh"], repository)
    assert "ICMP over IPv4: datagram sockets." in said
    assert "answered 3" in said


RETRY = """
import asyncio, sys
from probes.transports.errors import TransportError
from probes.transports.icmp.engine import open_icmp
async def main():
    with open_icmp(65536, 1000.0, try_again=0.0) as icmp:
        for _ in range(2):
            try:
                burst = await icmp.burst("127.0.0.1", count=3, spacing=0.01)
                print("answered", len(burst.answered), icmp.remarks[0].code, flush=True)
            except TransportError as error:
                print("reason", error.reason, flush=True)
            sys.stdin.readline()
asyncio.run(main())
"""
# What has been refused is heard of, then allowed by who may, while the asking process goes on.
ALLOW = """
ip link set lo up && mkfifo "$1/go" || exit 1
PLACE=$1; shift
"$@" <"$PLACE/go" | { exec 3>"$PLACE/go"; read said; echo "$said"
sysctl -qw net.ipv4.ping_group_range='0 0'; echo >&3; read said; echo "$said"; echo >&3; }
"""


def test_what_was_refused_is_tried_again(repository: Path, tmp_path: Path) -> None:
    """Opening ping_group_range helps a process that runs already."""
    prefix = ["unshare", "-rn", "sh", "-c", ALLOW, "sh", str(tmp_path)]
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("unshare or setpriv (Debian: util-linux) is not installed")
    line = [*prefix, *WITHOUT_RAW, sys.executable, "-c", RETRY]
    done = subprocess.run(line, cwd=repository, capture_output=True, text=True, timeout=60, check=False)
    if "unshare" in done.stderr or "sysctl" in done.stderr:
        pytest.skip(f"namespaces are refused here: {done.stderr.strip()[-200:]}")
    assert done.stdout.splitlines() == ["reason permission", "answered 3 icmp.mode"], done.stderr

"""ICMP engines: CPU of the sender per 100,000 echoes, in bursts of five and paced at 1,000 a second.

The kernel answers on 127.0.0.0/8; its work for the answer is part of everybody's CPU time alike.
"""

import asyncio
import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable

from icmplib import async_multiping  # type: ignore[import-untyped]

from benchmarks.farm import address
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from probes.transports.icmp.engine import open_icmp

COUNT = 5
PAYLOAD = 56
PER = 100_000
IN_FLIGHT = 200
# Every task of it has a socket, and every raw socket gets a copy of every answer: its CPU grows with the tasks (2 times
# as much with 5 as with 1, 13 times with its default of 50).
ICMPLIB_TASKS = 5
# A busy machine may lose a few; more lost would be less work done.
_LEAST_ANSWERED = 0.9
PACE = 1000
_BUFFER = 8 * 2**20
_UNLIMITED = 1e9


def no_echoes() -> str:
    """Why echoes cannot be sent here; '' when they can."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except PermissionError:
            continue
        return ""
    return "no permission for ICMP (net.ipv4.ping_group_range, CAP_NET_RAW)"


def no_fping() -> str:
    """Why fping cannot be run so fast here; '' when it can."""
    if shutil.which("fping") is None:
        return "not installed (Debian package fping)"
    return "" if os.geteuid() == 0 else "only root may send so fast with it"


def _per_100_000(seconds: float, echoes: int) -> Values:
    return (seconds / echoes * PER,)


def _require(answered: int, sent: int) -> None:
    if answered < sent * _LEAST_ANSWERED:
        raise RuntimeError(f"{answered} of {sent} echoes came back: the machine is too busy to measure")


async def _ours(targets: int, rate: float, spacing: float, every: float) -> float:
    """CPU seconds for a burst to each target; the bursts begin at least `every` seconds after one another."""
    places = iter(range(targets))
    began = asyncio.get_running_loop().time()
    with open_icmp(_BUFFER, rate) as engine:

        async def work() -> int:
            answered = 0
            for place in places:
                if every:
                    await asyncio.sleep(began + place * every - asyncio.get_running_loop().time())
                burst = await engine.burst(
                    address(place), count=COUNT, spacing=spacing, size=PAYLOAD, wait=2.0
                )
                answered += len(burst.answered)
            return answered

        used = time.process_time()
        answered = sum(await asyncio.gather(*(work() for _ in range(IN_FLIGHT))))
        used = time.process_time() - used
    _require(answered, targets * COUNT)
    return used


def burst_ours(size: Size, _: str) -> Values:
    """Our engine, as fast as it goes."""
    return _per_100_000(asyncio.run(_ours(size.count, _UNLIMITED, 0.0, 0.0)), size.count * COUNT)


def paced_ours(size: Size, _: str) -> Values:
    """Our engine at a steady rate: a new target every five milliseconds, its echoes 0.2 s apart."""
    used = asyncio.run(_ours(size.count, float(PACE), 0.2, COUNT / PACE))
    return _per_100_000(used, size.count * COUNT)


def burst_icmplib(size: Size, _: str) -> Values:
    """icmplib's asynchronous pings of many hosts."""
    targets = [address(place) for place in range(size.count)]
    began = time.process_time()
    hosts = asyncio.run(
        async_multiping(
            targets,
            count=COUNT,
            interval=0,
            timeout=2,
            concurrent_tasks=ICMPLIB_TASKS,
            privileged=os.geteuid() == 0,
            payload_size=PAYLOAD,
        )
    )
    used = time.process_time() - began
    _require(sum(host.packets_received for host in hosts), size.count * COUNT)
    return _per_100_000(used, size.count * COUNT)


def burst_fping(size: Size, _: str) -> Values:
    """fping, sending as fast as it can."""
    return _fping(size, "-p", "10", "-i", "0.01")


def paced_fping(size: Size, _: str) -> Values:
    """fping at the same steady rate: it goes round all targets, one echo every millisecond."""
    return _fping(size, "-p", str(max(10, size.count * 1000 // PACE)), "-i", str(1000 / PACE))


def _fping(size: Size, *how: str) -> Values:
    targets = "\n".join(address(place) for place in range(size.count))
    before = _children()
    command = ["fping", "-q", "-C", str(COUNT), "-b", str(PAYLOAD), "-t", "2000", *how]
    told = subprocess.run(command, input=targets, capture_output=True, text=True, check=False, timeout=300)
    used = _children() - before
    _require(_answers(told.stderr.splitlines()), size.count * COUNT)
    return _per_100_000(used, size.count * COUNT)


def _answers(lines: Iterable[str]) -> int:
    times = (each for line in lines if " : " in line for each in line.rpartition(" : ")[2].split())
    return sum(each != "-" for each in times)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


BURST = Benchmark(
    name="icmp_burst",
    question="What do 100,000 echoes cost the sender, in bursts of five as fast as they go?",
    units=("s CPU per 100,000 echoes",),
    contenders=(
        Contender(OURS, burst_ours, lacking=no_echoes),
        Contender("fping", burst_fping, lacking=no_fping),
        Contender("icmplib", burst_icmplib, share=0.1, lacking=no_echoes),
    ),
    size=Size(8_000),
    tiny=Size(8),
)
PACED = Benchmark(
    name="icmp_paced",
    question="What do 100,000 echoes cost the sender when 1,000 leave every second?",
    units=("s CPU per 100,000 echoes",),
    contenders=(
        Contender(OURS, paced_ours, lacking=no_echoes),
        Contender("fping", paced_fping, lacking=no_fping),
    ),
    size=Size(1_000),
    tiny=Size(8),
)

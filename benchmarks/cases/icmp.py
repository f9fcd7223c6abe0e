"""ICMP engines: CPU of the sender per 100,000 echoes, five to each target, at 10,000 and at 1,000 a second.

Both go round all targets, so many echoes a second over all. fping is asked for that by `-i` (milliseconds between
echoes, 0.1 and 1), `-p 10` (the shortest it may be between two echoes to one target, so that it is `-i` alone that
paces) and `-C 5`; `netwatch_unpaced` and `fping_unpaced` (`-i 0`) show both as fast as they go. The kernel answers on
127.0.0.0/8; its work for the answer is part of everybody's CPU time alike.
"""

import asyncio
import gc
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
from netwatch.memory import THRESHOLDS, put_aside
from probes.transports.icmp.engine import open_icmp

COUNT = 5
PAYLOAD = 56
PER = 100_000
FAST = 10_000
CONCURRENCY = 500
# Every task of it has a socket, and every raw socket gets a copy of every answer: its CPU grows with the tasks (2 times
# as much with 5 as with 1, 13 times with its default of 50).
ICMPLIB_TASKS = 5
# A busy machine may lose a few; more lost would be less work done.
_LEAST_ANSWERED = 0.9
PACE = 1_000
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


async def _ours(targets: int, rate: float) -> float:
    """CPU seconds for five echoes to each target; looks under way and garbage collection as the daemon has them."""
    places = iter(range(targets))
    gc.set_threshold(*THRESHOLDS)
    put_aside()
    with open_icmp(_BUFFER, rate) as engine:

        async def look() -> int:
            answered = 0
            for place in places:
                burst = await engine.burst(address(place), count=COUNT, spacing=0.0, size=PAYLOAD, wait=2.0)
                answered += len(burst.answered)
            return answered

        used = time.process_time()
        answered = sum(await asyncio.gather(*(look() for _ in range(CONCURRENCY))))
        used = time.process_time() - used
    _require(answered, targets * COUNT)
    return used


def burst_ours(size: Size, _: str) -> Values:
    """Our engine at 10,000 a second."""
    return _per_100_000(asyncio.run(_ours(size.count, float(FAST))), size.count * COUNT)


def unpaced_ours(size: Size, _: str) -> Values:
    """Our engine, as fast as it goes."""
    return _per_100_000(asyncio.run(_ours(size.count, _UNLIMITED)), size.count * COUNT)


def paced_ours(size: Size, _: str) -> Values:
    """Our engine at 1,000 a second."""
    return _per_100_000(asyncio.run(_ours(size.count, float(PACE))), size.count * COUNT)


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
    """fping at 10,000 a second."""
    return _fping(size, str(1000 / FAST))


def unpaced_fping(size: Size, _: str) -> Values:
    """fping, sending as fast as it can."""
    return _fping(size, "0")


def paced_fping(size: Size, _: str) -> Values:
    """fping at 1,000 a second."""
    return _fping(size, str(1000 / PACE))


def _fping(size: Size, between: str) -> Values:
    targets = "\n".join(address(place) for place in range(size.count))
    before = _children()
    how = ["-C", str(COUNT), "-b", str(PAYLOAD), "-t", "2000", "-p", "10", "-i", between]
    command = ["fping", "-q", *how]
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
    question="What do 100,000 echoes cost the sender, five to each target, at 10,000 a second?",
    units=("s CPU per 100,000 echoes",),
    contenders=(
        Contender(OURS, burst_ours, lacking=no_echoes),
        Contender("fping", burst_fping, lacking=no_fping),
        Contender("icmplib", burst_icmplib, share=0.1, lacking=no_echoes),
        Contender("netwatch_unpaced", unpaced_ours, lacking=no_echoes),
        Contender("fping_unpaced", unpaced_fping, lacking=no_fping),
    ),
    size=Size(4_000),
    tiny=Size(8),
    limits=(0.4,),
)
PACED = Benchmark(
    name="icmp_paced",
    question="What do 100,000 echoes cost the sender, five to each target, at 1,000 a second?",
    units=("s CPU per 100,000 echoes",),
    contenders=(
        Contender(OURS, paced_ours, lacking=no_echoes),
        Contender("fping", paced_fping, lacking=no_fping),
    ),
    size=Size(600),
    tiny=Size(8),
    limits=(0.7,),
)

"""The error of round-trip times, with a loop that is half busy: what the engine says less the delay that was made.

In a network namespace of its own, where the kernel answers no echo and a responder (`benchmarks/delayed.py`) holds
each for 20 ms and tells how long it was exactly. What is left is the error: ours, and both ways through the loopback.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from probes.transports.icmp.engine import open_icmp

_TARGET = "127.20.0.1"
_DELAY = 0.02
_COUNT = 50
_RATE = 300.0
# The loop works so long, then rests as long; not a multiple of a tick, so that both meet at every angle.
_BUSY = 0.007
_INSIDE = (
    "ip link set lo up && echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all && "
    'exec "$0" -m benchmarks.cases.rtt "$1"'
)
_LEAST_ANSWERED = 0.9


def _unshare() -> list[str]:
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]


def no_namespace() -> str:
    """Why there can be no namespace here; '' when there can."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare or ip is not installed (Debian packages util-linux, iproute2)"
    refused = subprocess.run([*_unshare(), "true"], capture_output=True, check=False).returncode
    return "namespaces are refused here" if refused else ""


def errors(size: Size, _: str) -> Values:
    """The median and the 99th percentile of the errors, in microseconds."""
    inside = [*_unshare(), "sh", "-c", _INSIDE, sys.executable, str(size.count)]
    root = Path(__file__).parent.parent.parent
    told = subprocess.run(inside, capture_output=True, text=True, check=True, timeout=120, cwd=root).stdout
    found = sorted(json.loads(told))
    return found[len(found) // 2], found[min(len(found) - 1, int(len(found) * 0.99))]


def _work() -> None:
    """Keep the loop busy half of the time, until it closes."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _BUSY
    while loop.time() < end:
        pass
    loop.call_later(_BUSY, _work)


async def _measured(count: int) -> list[float | None]:
    found: list[float | None] = []
    with open_icmp(2**20, _RATE) as engine:
        _work()
        while len(found) < count:
            found += (await engine.burst(_TARGET, count=_COUNT, spacing=0.0)).rtts
    return found


def _inside(count: int) -> list[float]:
    """The errors in microseconds, measured in this namespace."""
    line = [sys.executable, "-m", "benchmarks.delayed", _TARGET, str(_DELAY * 1e6)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as responder:
        assert responder.stdout is not None
        responder.stdout.readline()
        measured = asyncio.run(_measured(count))
        held = json.loads(responder.communicate("\n")[0])
    pairs = [(ours, true) for ours, true in zip(measured, held, strict=True) if ours is not None]
    if len(pairs) < count * _LEAST_ANSWERED:
        raise RuntimeError(f"{len(pairs)} of {count} echoes came back: the machine is too busy to measure")
    return [abs(ours - true) * 1e6 for ours, true in pairs]


RTT = Benchmark(
    name="rtt_error_us",
    question="How far are round-trip times from the delay that was made, with a loop that is half busy?",
    units=("us, median", "us, 99th percentile"),
    contenders=(Contender(OURS, errors, lacking=no_namespace),),
    size=Size(900),
    tiny=Size(_COUNT),
    limits=(20.0, 200.0),
)

if __name__ == "__main__":
    print(json.dumps(_inside(int(sys.argv[1]))))

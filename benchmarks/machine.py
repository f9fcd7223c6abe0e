"""On what was measured: the machine in one line, the commit, and what a process of it has used."""

import os
import platform
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Linux's CPUCLOCK_SCHED: all time a process was scheduled.
_SCHEDULED = 2


def machine() -> str:
    """Processor, cores, kernel and interpreter; nothing that names this one machine."""
    cores = len(os.sched_getaffinity(0))
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{_processor()}, {cores} cores, Linux {kernel}, Python {platform.python_version()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def commit() -> str:
    """The commit measured, with '-dirty' when the tree differs from it; 'unknown' outside a repository."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return told.stdout.strip() or "unknown"


def cpu_seconds(process: int) -> float:
    """CPU seconds a process has used since it started, all its threads together, those that have ended too.

    By its CPU-time clock (clock_getcpuclockid(3)), which is exact where proc(5) counts in hundredths of a second.
    """
    return time.clock_gettime(~process << 3 | _SCHEDULED)


def resident_mebibytes(process: int) -> float:
    """Resident memory of a process in MiB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])

"""On what was measured: the machine in one line, and the commit."""

import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


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

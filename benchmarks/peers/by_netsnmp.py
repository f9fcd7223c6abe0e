"""net-snmp's C library, driven by netsnmp.c: a session per device."""

import subprocess

from benchmarks.farm import address
from benchmarks.figure import Size, Values
from benchmarks.native import built, lacking
from benchmarks.work import COLUMNS, DEVICES, IN_FLIGHT, PORTS, SCALARS

_MOST_SECONDS = 300.0


def cannot() -> str:
    """Why it cannot be driven here; '' when it can."""
    return lacking("netsnmp")


def get(size: Size, port: str) -> Values:
    """Gets, in microseconds."""
    return (_run("get", size, port, len(SCALARS)) * 1e6,)


def get_secured(size: Size, port: str) -> Values:
    """Gets by v3 authPriv, in microseconds."""
    return (_run("v3", size, port, len(SCALARS)) * 1e6,)


def walk(size: Size, port: str) -> Values:
    """Walks of one column after the other, as its own tools walk; in milliseconds."""
    return (_run("walk", size, port, len(COLUMNS) * PORTS) * 1e3,)


def walk_abreast(size: Size, port: str) -> Values:
    """Walks of all columns side by side, in milliseconds."""
    return (_run("abreast", size, port, len(COLUMNS) * PORTS) * 1e3,)


def _run(what: str, size: Size, port: str, values: int) -> float:
    devices = min(DEVICES, size.count)
    numbers = str(min(IN_FLIGHT, devices)), str(size.count)
    command = [str(built("netsnmp")), what, port, *numbers, *map(address, range(devices))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_MOST_SECONDS)
    seconds, came = done.stdout.split()
    if int(came) != size.count * values:
        raise RuntimeError(f"net-snmp got {came} values instead of {size.count * values}")
    return float(seconds) / size.count

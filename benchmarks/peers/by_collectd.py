"""Debian's collectd with its snmp plugin: all columns in one block of its own type, no plugin that writes them away."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.farm import COMMUNITY, address
from benchmarks.figure import Size, Values
from benchmarks.machine import cpu_seconds
from benchmarks.work import COLUMNS, DEVICES, IF_X_TABLE

_PROGRAM = "collectd"
_NAME = f"{IF_X_TABLE}.1"
# Debian puts it where only root's path leads.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
# Every device is walked so often (seconds for each, so that it keeps up); the first rounds open sessions.
_FOR_EACH, _ROUNDS, _BEGINNING = 0.01, 4, 2
_CONFIGURATION = """BaseDir "{folder}"
PIDFile "{folder}/pid"
TypesDB "{folder}/types.db"
Interval {every}
ReadThreads 2
LoadPlugin snmp
<Plugin snmp>
  <Data "ports">
    Type "ports"
    Table true
    TypeInstanceOID "{name}"
    Values {values}
  </Data>
{hosts}</Plugin>
"""
_HOST = """  <Host "{address}">
    Address "{address}:{port}"
    Version 2
    Community "{community}"
    Collect "ports"
    BulkSize 25
  </Host>
"""


def cannot() -> str:
    """Why it cannot be run here; '' when it can."""
    return "" if shutil.which(_PROGRAM, path=_PATH) else "not installed (Debian package collectd-core)"


def walk(size: Size, port: str) -> Values:
    """What a walk costs it, in milliseconds: it goes round the devices by the clock."""
    devices = min(DEVICES, max(1, size.count // _ROUNDS))
    every = max(0.2, devices * _FOR_EACH)
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as folder:
        _configure(Path(folder), devices, every, port)
        command = [_PROGRAM, "-f", "-C", f"{folder}/collectd.conf"]
        environment = {**os.environ, "PATH": _PATH, "MIBS": "", "SNMPCONFPATH": "/nonexistent"}
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment) as process:
            try:
                time.sleep(_BEGINNING * every)
                before = cpu_seconds(process.pid)
                time.sleep(_ROUNDS * every)
                used = cpu_seconds(process.pid) - before
            finally:
                process.terminate()
    return (used / (devices * _ROUNDS) * 1e3,)


def _configure(folder: Path, devices: int, every: float, port: str) -> None:
    columns = [column for column in COLUMNS if column != _NAME]
    sources = ", ".join(f"c{place}:GAUGE:U:U" for place in range(len(columns)))
    (folder / "types.db").write_text(f"ports {sources}\n", encoding="ascii")
    hosts = (_HOST.format(address=address(place), port=port, community=COMMUNITY) for place in range(devices))
    values = " ".join(f'"{column}"' for column in columns)
    told = _CONFIGURATION.format(folder=folder, every=every, name=_NAME, values=values, hosts="".join(hosts))
    (folder / "collectd.conf").write_text(told, encoding="ascii")

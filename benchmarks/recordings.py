"""Recordings of real devices from PyPI's `snmpsim-data` (BSD-2-Clause), cut to what is compared; served by snmpsim."""

import bz2
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import IO

from probes.transports.snmp.ber import GET, encode_oid, request_v2c

# Beside the system group, ifTable and ifXTable so many rows are kept.
OTHER_ROWS = 500
_KEPT = (b"1.3.6.1.2.1.1.", b"1.3.6.1.2.1.2.2.", b"1.3.6.1.2.1.31.1.1.")
_MIB_2 = b"1.3.6.1.2.1."
_IF_MIB = 31
# Rows that snmpsim would change as time goes by stand still at this value of theirs.
_MOVING = (b"initial", b"value", b"min")
# Rows that snmpsim cannot read as they stand, by recording and OID, with the tag that is right and why.
_MENDED = MappingProxyType(
    {("UPS-juniper-ac", b"1.3.6.1.2.1.1.1.0"): (b"4", "the text 'Juniper' is marked as hexadecimal digits")}
)
_STARTS_WITHIN = 60.0

Arcs = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded device; `name` is its community in snmpsim, its folder and file name joined by '-'."""

    name: str
    path: Path


@cache
def recordings() -> tuple[Recording, ...]:
    """All recordings of the package by name; none when it is not installed."""
    found = importlib.util.find_spec("snmpsim_data")
    if found is None or found.origin is None:
        return ()
    data = Path(found.origin).parent / "data"
    paths = sorted(path for path in data.rglob("*.snmprec*") if path.suffix in (".snmprec", ".bz2"))
    return tuple(
        Recording("-".join(path.relative_to(data).parts).partition(".snmprec")[0], path) for path in paths
    )


def lines(recording: Recording, other_rows: int | None = OTHER_ROWS) -> Iterator[tuple[Arcs, bytes]]:
    """Its rows in the order of the file with their OID: those that are compared, or all (`other_rows` None)."""
    others = 0
    with _open(recording.path) as file:
        for line in file:
            head = line.partition(b"|")[0]
            if head.startswith(b"#"):
                continue
            if other_rows is None or head.startswith(_KEPT):
                yield _arcs(head), line
            elif others < other_rows:
                others += 1
                yield _arcs(head), line
            elif _beyond_interfaces(head):
                return


def _beyond_interfaces(head: bytes) -> bool:
    """Whether no interface follows in a recording that is in order; for files of half a million rows."""
    if head.startswith(_MIB_2):
        return int(head[len(_MIB_2) :].partition(b".")[0]) > _IF_MIB
    return head.startswith(b"1.3.")


def _arcs(head: bytes) -> Arcs:
    return tuple(map(int, head.split(b".")))


def _open(path: Path) -> IO[bytes]:
    return bz2.open(path, "rb") if path.suffix == ".bz2" else path.open("rb")


def still(line: bytes) -> bytes:
    """A row without snmpsim's variations (`67:numeric|rate=100`): the value it begins with."""
    oid, tag, value = line.rstrip(b"\r\n").split(b"|", 2)
    kind, varied, _ = tag.partition(b":")
    if varied:
        given = dict(part.partition(b"=")[::2] for part in value.split(b","))
        value = next((given[name] for name in _MOVING if name in given), b"" if kind == b"4" else b"0")
    return b"|".join((oid, kind, value)) + b"\n"


def _mended(name: str, line: bytes) -> bytes:
    oid, _, value = line.split(b"|", 2)
    tag, _why = _MENDED.get((name, oid), (b"", ""))
    return b"|".join((oid, tag, value)) if tag else line


def write(recording: Recording, folder: Path, other_rows: int | None = OTHER_ROWS) -> dict[Arcs, int]:
    """Write the cut as snmpsim wants it, each OID once and in order; tells its OIDs with their BER tags."""
    rows: dict[Arcs, bytes] = {}
    for oid, line in lines(recording, other_rows):
        rows.setdefault(oid, line)
    order = sorted(rows)
    told = [still(_mended(recording.name, rows[oid])) for oid in order]
    (folder / f"{recording.name}.snmprec").write_bytes(b"".join(told))
    return {oid: int(line.split(b"|", 2)[1].rstrip(b"xe")) for oid, line in zip(order, told, strict=True)}


def shares(sized: dict[str, int], count: int) -> list[list[str]]:
    """The names in `count` shares of about equal size, the largest dealt out first."""
    found: list[list[str]] = [[] for _ in range(count)]
    loads = [0] * count
    for name in sorted(sized, key=lambda each: (-sized[each], each)):
        least = loads.index(min(loads))
        found[least].append(name)
        loads[least] += sized[name]
    return found


def free_port(address: str) -> int:
    """A UDP port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((address, 0))
        return int(asking.getsockname()[1])


@contextmanager
def simulator(folder: Path, address: str, *options: str) -> Iterator[tuple[str, int]]:
    """snmpsim serving the recordings of a folder, each by its name as community; where it listens."""
    port = free_port(address)
    cache_folder = folder.parent / f"{folder.name}.cache"
    cache_folder.mkdir(exist_ok=True)
    line = [sys.executable, "-m", "benchmarks.simulator", "--logging-method=null"]
    if os.geteuid() == 0:
        # Another user may lack the right to read a Python that lives below /root.
        line += ["--process-user=root", "--process-group=root"]
    line += [f"--cache-dir={cache_folder}", f"--data-dir={folder}"]
    line += [*options, f"--agent-udpv4-endpoint={address}:{port}"]
    root = Path(__file__).parent.parent
    running = subprocess.Popen(line, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_answer(running, next(folder.glob("*.snmprec")).stem, (address, port))
        yield address, port
    finally:
        running.kill()
        running.wait(10)
        shutil.rmtree(cache_folder, ignore_errors=True)


def _await_answer(running: "subprocess.Popen[bytes]", name: str, where: tuple[str, int]) -> None:
    """Ask until it answers; whatever it answers."""
    prefix, suffix = request_v2c(name.encode(), GET, [encode_oid("1.3.6.1.2.1.1.3.0")])
    wait = 0.1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(wait)
        for number in range(int(_STARTS_WITHIN / wait)):
            if running.poll() is not None:
                raise RuntimeError(f"snmpsim ended at once with exit status {running.returncode}")
            asking.sendto(prefix + (1 << 24 | number).to_bytes(4, "big") + suffix, where)
            try:
                asking.recvfrom(65535)
            except TimeoutError:
                continue
            return
    raise RuntimeError(f"snmpsim did not answer within {_STARTS_WITHIN:.0f} s")


@dataclass(frozen=True, slots=True)
class Served:
    """Cut recordings by name with their OIDs in order and their tags, and by which server each is served."""

    rows: MappingProxyType[str, Mapping[Arcs, int]]
    at: MappingProxyType[str, tuple[str, int]]


@contextmanager
def served(
    chosen: Sequence[Recording],
    folder: Path,
    servers: int = 2,
    other_rows: int | None = OTHER_ROWS,
    options: Sequence[str] = (),
) -> Iterator[Served]:
    """Cut the recordings and serve them by so many processes with these options, about as many rows by each."""
    cuts = folder / "cuts"
    cuts.mkdir()
    rows = {each.name: write(each, cuts, other_rows) for each in chosen}
    at: dict[str, tuple[str, int]] = {}
    with ExitStack() as stack:
        for place, names in enumerate(shares({name: len(oids) for name, oids in rows.items()}, servers)):
            mine = folder / f"server{place}"
            mine.mkdir()
            for name in names:
                (cuts / f"{name}.snmprec").rename(mine / f"{name}.snmprec")
            where = stack.enter_context(simulator(mine, f"127.79.0.{place + 1}", *options))
            at |= dict.fromkeys(names, where)
        yield Served(MappingProxyType(rows), MappingProxyType(at))

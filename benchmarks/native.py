"""The parts of the benchmarks that are written in C: built here when they are first needed, by the machine's gcc."""

import shutil
import subprocess
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
_BUILT = _HERE / "out"
# Program -> the libraries it wants, and the Debian packages that have their headers.
_WANTED = {
    "farm": (("-lcrypto",), "gcc libc6-dev libssl-dev"),
    "netsnmp": (("-lnetsnmp",), "gcc libsnmp-dev"),
}
_MOST_SECONDS = 60.0


def lacking(program: str) -> str:
    """Why a program cannot be built here; '' when it is built."""
    try:
        built(program)
    except OSError as fault:
        return str(fault)
    return ""


def built(program: str) -> Path:
    """The program, built anew when its source is newer; raises OSError with what is missing."""
    source, ready = _HERE / f"{program}.c", _BUILT / program
    if not ready.exists() or ready.stat().st_mtime < source.stat().st_mtime:
        _build(program, source, ready)
    return ready


def _build(program: str, source: Path, ready: Path) -> None:
    libraries, packages = _WANTED[program]
    if shutil.which("gcc") is None:
        raise OSError(f"no C compiler (Debian packages {packages})")
    _BUILT.mkdir(parents=True, exist_ok=True)
    # In a folder of its own until it is whole: another thread or process may build or run it at this moment.
    with tempfile.TemporaryDirectory(dir=_BUILT) as folder:
        fresh = Path(folder) / program
        command = ["gcc", "-O2", "-o", str(fresh), str(source), *libraries]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_MOST_SECONDS)
        if done.returncode:
            first = next((line for line in done.stderr.splitlines() if "error" in line), "gcc failed")
            raise OSError(f"{source.name} could not be built ({first}); Debian packages {packages}")
        fresh.replace(ready)

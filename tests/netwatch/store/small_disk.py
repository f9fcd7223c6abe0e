"""Run as a program, as root of its own mount namespace: the store on a file system that is full or read-only.

python small_disk.py full|read_only FOLDER. Says what happened, a word or count per line.
"""

import subprocess
import sys
from pathlib import Path

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.contract import StoreFault
from netwatch.store.hold import Holder
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore, open_store


def changes(number: int, start: int = 10) -> list[Transition]:
    """Transitions of that many checks, about 2 KB each."""
    keys = [FactKey(f"c{n}", "", "reachable") for n in range(number)]
    return [
        Transition(key, None, start % 20 == 0, start, start, start, "answered", "x" * 2000) for key in keys
    ]


def say(line: str) -> None:
    """One line."""
    sys.stdout.write(line + "\n")


def attempt(store: SqlStore, batch: list[Transition]) -> None:
    """Record, or say which fault it was."""
    try:
        store.record(batch, {}, 99)
    except StoreFault as fault:
        say(fault.what)


def mount(*arguments: str) -> None:
    """mount(8)."""
    subprocess.run(["mount", *arguments], check=True)


def full(store: SqlStore, folder: Path) -> None:
    """Something else fills the disk; later it is deleted."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            pass
    attempt(store, changes(200))
    say(f"{len(store.fact_rows(0, 1000))} rows")
    ballast.unlink()
    attempt(store, changes(200))
    say(f"{len(store.fact_rows(0, 1000))} rows")


def read_only(store: SqlStore, folder: Path) -> None:
    """The kernel makes the file system read-only; later an operator makes it writable again."""
    attempt(store, changes(1))
    # The kernel lets a file system be made read-only by hand while nobody has a file open for writing.
    store.engine.dispose()
    mount("-o", "remount,ro", str(folder))
    attempt(store, changes(1, 20))
    mount("-o", "remount,rw", str(folder))
    attempt(store, changes(1, 20))
    say(f"{len(store.fact_rows(0, 1000))} rows")


def main(what: str, folder: Path) -> None:
    """Mount a small disk, and let it fail."""
    mount("-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", str(folder))
    url = f"sqlite:///{folder}/netwatch.db"
    store = open_store(url, Holder("lab", 1, 0, "0.1.0"))
    {"full": full, "read_only": read_only}[what](store, folder)
    store.close()
    say("sound" if not check_integrity(url) else "unsound")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

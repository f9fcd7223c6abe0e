"""Starts the daemon as systemd would: a plain `netwatch run` with its two listeners inherited (sd_listen_fds(3))."""

import os
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from netwatch.demo.config import LOG_FILE, SETTINGS_FILE
from netwatch.demo.namespace import die_with_parent

FIRST_INHERITED = 3
NAMES = "metrics:status_page"
_PATIENCE = 10.0


def command(folder: Path, *words: str) -> list[str]:
    """A netwatch command on the demo's settings."""
    return [sys.executable, "-m", "netwatch", *words, "--config", str(folder / SETTINGS_FILE)]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of somebody else's netwatch; what is on this machine needs no proxy."""
    own = {name: value for name, value in given.items() if not name.startswith(("NETWATCH_", "LISTEN_"))}
    return own | {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


def start(words: Sequence[str], folder: Path, listeners: tuple[int, int]) -> int:
    """Start a command with both listeners; returns the process id. The calling process must have a single thread."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _become(words, folder, listeners, parent)
    return child


def _become(words: Sequence[str], folder: Path, listeners: tuple[int, int], parent: int) -> NoReturn:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent(parent, signal.SIGTERM)
        log = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        _place([os.open(os.devnull, os.O_RDONLY), log, log, *listeners])
        inherited = {
            "LISTEN_PID": str(os.getpid()),
            "LISTEN_FDS": str(len(listeners)),
            "LISTEN_FDNAMES": NAMES,
        }
        os.execvpe(words[0], list(words), {**environment(os.environ), **inherited})  # noqa: S606 - no shell is wanted
    finally:
        os._exit(127)


def _place(descriptors: list[int]) -> None:
    """Make these file descriptors 0, 1, 2... of this process, and close all others."""
    high = [os.dup2(descriptor, 100 + place) for place, descriptor in enumerate(descriptors)]
    for place, descriptor in enumerate(high):
        os.dup2(descriptor, place, inheritable=True)
    os.closerange(len(high), 1024)


def stop(process: int, ended: int, patience: float = _PATIENCE) -> None:
    """End it in order, by force if it does not; `ended` is its pidfd. Returns when it is gone."""
    signal.pidfd_send_signal(ended, signal.SIGTERM)
    if not select.select([ended], [], [], patience)[0]:
        signal.pidfd_send_signal(ended, signal.SIGKILL)
    os.waitpid(process, 0)

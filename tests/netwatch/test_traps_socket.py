"""Where traps are taken in: a socket of our own, or one that systemd passes."""

import os
import socket
import subprocess
import sys

import pytest

from netwatch.listening import trap_socket
from netwatch.settings_sections import TrapSettings
from netwatch.web.listener import ListenError

CHILD = """
import os, sys
from netwatch.listening import trap_socket
from netwatch.settings_sections import TrapSettings
from netwatch.web.listener import ListenError, inherited_sockets
os.dup2(int(sys.argv[1]), 3)
try:
    found = inherited_sockets({**os.environ, "LISTEN_PID": str(os.getpid())}, os.getpid())
    print(trap_socket(TrapSettings(), found["traps"]).getsockname()[1])
except ListenError as fault:
    print(fault)
"""


def test_nothing_is_opened_by_default() -> None:
    """traps.listen is empty."""
    assert trap_socket(TrapSettings()) is None


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("[::1]", socket.AF_INET6)])
def test_a_socket_of_our_own(host: str, family: socket.AddressFamily) -> None:
    """At the address of the settings."""
    found = trap_socket(TrapSettings(listen=f"{host}:0"))
    assert found is not None
    with found:
        assert (found.family, found.type) == (family, socket.SOCK_DGRAM)


def test_a_port_in_use_is_told_with_its_key() -> None:
    """Before anything else starts."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        settings = TrapSettings(listen=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ListenError, match=r"listen in section \[traps\]\) is used by another program"):
            trap_socket(settings)


@pytest.mark.parametrize(
    ("kind", "told"), [(socket.SOCK_DGRAM, ""), (socket.SOCK_STREAM, "is no UDP socket; use ListenDatagram=")]
)
def test_a_socket_passed_by_systemd(kind: socket.SocketKind, told: str) -> None:
    """By the name traps, though the settings name no address; it must be a UDP socket."""
    with socket.socket(socket.AF_INET, kind) as passed:
        passed.bind(("127.0.0.1", 0))
        # A high number, so that the child can put it where the protocol wants it: 3.
        high = os.dup2(passed.fileno(), 105)
        environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "traps"}
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(high)],
            pass_fds=[high], env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        os.close(high)
        assert (told or str(passed.getsockname()[1])) in done.stdout, done.stderr

"""A private network namespace without root: entered, made the whole 10.0.0.0/8, and its own echo switched off.

The user keeps their own number inside (mapped to itself), so files and peer credentials look the same from both
sides. Capabilities hold until the next exec: the daemon started from here is as unprivileged as its user.
"""

import ctypes
import os
import socket
from contextlib import closing
from pathlib import Path

from netwatch.demo.netlink import add_address, link_up, make_local

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG = 1
RANGE, RANGE_BITS = "10.0.0.0", 8
# An address of the daemon's own, which is no device's.
OWN_ADDRESS = "10.255.0.2"
_SYSCTL = Path("/proc/sys/net/ipv4")
_LARGEST_REASON = 1024


def enter() -> None:
    """Move this process into new user and network namespaces and set them up; raises OSError.

    The process must have a single thread. After an error it may be half inside: leave it then.
    """
    user, group = os.getuid(), os.getgid()
    _system_call("unshare", _CLONE_NEWUSER | _CLONE_NEWNET)
    _write(Path("/proc/self/setgroups"), "deny")
    _write(Path("/proc/self/uid_map"), f"{user} {user} 1")
    _write(Path("/proc/self/gid_map"), f"{group} {group} 1")
    _write(_SYSCTL / "icmp_echo_ignore_all", "1")
    _write(_SYSCTL / "ping_group_range", f"{group} {group}")
    link_up("lo")
    add_address("lo", OWN_ADDRESS)
    make_local("lo", RANGE, RANGE_BITS, OWN_ADDRESS)


def die_with_parent(parent: int, number: int) -> None:
    """Have the kernel send this process a signal when its parent goes; exits at once when it has gone already."""
    _system_call("prctl", _PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


def _system_call(name: str, *arguments: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def _write(path: Path, text: str) -> None:
    with path.open("w") as opened:
        opened.write(text)


def refusal() -> str | None:
    """Why a namespace cannot be had here, tried out in a process of its own; None when it can."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_try_out(writes))
    os.close(writes)
    with os.fdopen(reads, "rb") as told:
        reason = told.read(_LARGEST_REASON).decode(errors="replace")
    return reason if os.waitpid(child, 0)[1] else None


def _try_out(writes: int) -> int:
    try:
        enter()
        with closing(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)):
            return 0
    except OSError as error:
        os.write(writes, str(error).encode()[:_LARGEST_REASON])
        return 1

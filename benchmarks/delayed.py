"""An ICMP responder with a known delay: it answers so long after the kernel took the echo, and says how long exactly.

`python -m benchmarks.delayed ADDRESS MICROSECONDS`, in a network namespace where the kernel itself does not answer. It
says 'ready', and at the end of its input all delays in seconds as JSON, in the order in which echoes came.
"""

import json
import os
import socket
import struct
import sys
import time
from collections import deque
from contextlib import suppress
from select import select

from probes.transports.icmp.packet import ECHO_REPLY_4, ECHO_REQUEST_4, checksum

_SO_TIMESTAMPNS = 35
_IP_HEADER = 20
_TIMESPEC = struct.Struct("=qq")
_PRIORITY = 50
# Sleeping is exact to so many seconds; the rest is waited for awake.
_AWAKE = 0.0005


def _opened(address: str) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    opened.bind((address, 0))
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return opened


def _taken(opened: socket.socket, waiting: deque[tuple[float, bytes, str]]) -> None:
    """Take the echoes that have come."""
    with suppress(BlockingIOError):
        while True:
            data, ancillary, _, source = opened.recvmsg(2048, 64)
            if data[_IP_HEADER] == ECHO_REQUEST_4:
                seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
                waiting.append((seconds + nanoseconds / 1e9, data[_IP_HEADER:], source[0]))


def _reply(request: bytes) -> bytes:
    rest = request[4:]
    total = checksum(struct.pack("!BBH", ECHO_REPLY_4, 0, 0) + rest)
    return struct.pack("!BBH", ECHO_REPLY_4, 0, total) + rest


def respond(address: str, delay: float) -> list[float]:
    """Answer until standard input ends; how long each answer was held."""
    opened = _opened(address)
    waiting: deque[tuple[float, bytes, str]] = deque()
    held: list[float] = []
    print("ready", flush=True)
    while True:
        left = waiting[0][0] + delay - time.time() if waiting else 0.1
        ready = select([opened, sys.stdin], [], [], max(0.0, left - _AWAKE))[0]
        if sys.stdin in ready:
            return held
        _taken(opened, waiting)
        while waiting and waiting[0][0] + delay - time.time() < _AWAKE:
            taken, request, source = waiting.popleft()
            answer = _reply(request)
            while (now := time.time()) < taken + delay:
                pass
            opened.sendto(answer, (source, 0))
            held.append(now - taken)


def main() -> None:
    """Answer, ahead of everything else where that is allowed."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    print(json.dumps(respond(sys.argv[1], float(sys.argv[2]) / 1e6)))


if __name__ == "__main__":
    main()

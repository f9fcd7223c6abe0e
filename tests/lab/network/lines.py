"""Lines between namespaces with delay, jitter, loss, a rate and silent cuts, carried by one process for all of them.

Many kernels have no netem. A line is a pair of TUN devices, one in each namespace; this program carries packets from
one to the other. TUN and not TAP: a cut line then answers nothing, no neighbour tells that nobody replied to ARP.

    lines.py CONTROL < LINES

LINES is a JSON list of lines: name, ends ([namespace, interface] twice), and any of delay, jitter (seconds, one way),
loss (0 to 1), rate (bit/s, 0 is any), cut. It writes 'ready' once all devices are in place. After that each datagram to
the Unix socket CONTROL changes lines: {"lines": [names], "cut": true}; it is answered by 'done' or by what is wrong.
"""

import fcntl
import heapq
import itertools
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

# linux/if_tun.h
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LARGEST_PACKET = 65536
# What waits longer than this at a line's entrance is dropped, as a full queue would.
LONGEST_QUEUE = 0.3
AT_ONCE = 64
QUALITIES = frozenset({"delay", "jitter", "loss", "rate", "cut"})


@dataclass
class Line:
    """What a line is like at this moment, both ways."""

    name: str
    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    cut: bool = False


@dataclass
class Way:
    """One direction of a line; packets keep their order."""

    line: Line
    entrance: int
    exit: int
    free_at: float = 0.0
    last_due: float = 0.0

    def arrival(self, size: int, now: float) -> float | None:
        """When a packet that enters now leaves at the other end; None when it is lost."""
        line = self.line
        if line.cut or (line.loss and random.random() < line.loss):
            return None
        sent = now
        if line.rate:
            begin = max(now, self.free_at)
            if begin - now > LONGEST_QUEUE:
                return None
            self.free_at = sent = begin + size * 8 / line.rate
        due = sent + line.delay + random.uniform(-line.jitter, line.jitter)
        self.last_due = max(due, self.last_due)
        return self.last_due


@dataclass
class Carrier:
    """All lines, and the packets under way on them."""

    lines: dict[str, Line] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    under_way: list[tuple[float, int, Way, bytes]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self, line: Line, first: int, second: int) -> None:
        """Carry packets between two devices."""
        self.lines[line.name] = line
        self.ways[first] = Way(line, first, second)
        self.ways[second] = Way(line, second, first)

    def take(self, entrance: int) -> None:
        """Take in what waits at a device."""
        way = self.ways[entrance]
        for _ in range(AT_ONCE):
            try:
                packet = os.read(entrance, LARGEST_PACKET)
            except OSError:
                return
            due = way.arrival(len(packet), time.monotonic())
            if due is not None:
                heapq.heappush(self.under_way, (due, next(self.numbers), way, packet))

    def deliver(self) -> float | None:
        """Let out what is due; seconds until the next, None when nothing is under way."""
        while self.under_way:
            wait = self.under_way[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, way, packet = heapq.heappop(self.under_way)
            self._let_out(way, packet)
        return None

    def _let_out(self, way: Way, packet: bytes) -> None:
        # What was under way when the line was cut is lost as well; a device that is down takes nothing.
        if not way.line.cut:
            try:
                os.write(way.exit, packet)
            except OSError:
                return

    def change(self, order: dict[str, Any]) -> str:
        """Do what a datagram says; 'done', or what is wrong."""
        qualities = {name: value for name, value in order.items() if name != "lines"}
        unknown = [*(set(qualities) - QUALITIES), *(set(order["lines"]) - set(self.lines))]
        if unknown:
            return f"not known: {unknown}"
        for name in order["lines"]:
            for quality, value in qualities.items():
                setattr(self.lines[name], quality, value)
        return "done"


def device(name: str) -> int:
    """Open a new TUN device; raises OSError."""
    opened = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(opened, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return opened


def lay(lines: Sequence[dict[str, Any]]) -> Carrier:
    """Make every line's devices and put them where they belong, in one call of ip."""
    carrier, moves = Carrier(), []
    for number, told in enumerate(lines):
        ends = []
        for side, (namespace, interface) in enumerate(told.pop("ends")):
            passing = f"way{number}x{side}"
            ends.append(device(passing))
            moves.append(f"link set {passing} netns {namespace} name {interface}\n")
        carrier.add(Line(**told), *ends)
    subprocess.run(["ip", "-batch", "-"], input="".join(moves), text=True, check=True)
    return carrier


def obey(carrier: Carrier, control: socket.socket) -> None:
    """Read one datagram, do what it says, answer."""
    order, asker = control.recvfrom(LARGEST_PACKET)
    try:
        answer = carrier.change(json.loads(order))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        answer = f"not understood: {error}"
    if asker:
        control.sendto(answer.encode(), asker)


def serve(carrier: Carrier, control: socket.socket) -> None:
    """Carry packets for ever."""
    ready = select.epoll()
    for entrance in (*carrier.ways, control.fileno()):
        ready.register(entrance, select.EPOLLIN)
    print("ready", flush=True)  # noqa: T201 - the program says so
    while True:
        wait = carrier.deliver()
        for number, _ in ready.poll(wait):
            if number == control.fileno():
                obey(carrier, control)
            else:
                carrier.take(number)


def main() -> None:
    """Lay the lines told on standard input and carry what goes over them."""
    carrier = lay(json.load(sys.stdin))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as control:
        control.bind(sys.argv[1])
        serve(carrier, control)


if __name__ == "__main__":
    main()

"""Traffic classes of echoes, seen on the wire by a raw socket beside the engine's."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from probes.transports.icmp.engine import open_icmp

pytestmark = pytest.mark.anyio

EF, AF41 = 46 << 2, 34 << 2


@contextmanager
def listening(family: socket.AddressFamily) -> Iterator[socket.socket]:
    """A raw socket that hears all ICMP of its family, with traffic classes."""
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(socket.socket(family, socket.SOCK_RAW, protocol))
        except OSError as error:
            pytest.skip(f"raw sockets: {error}")
        opened.setblocking(False)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        yield opened


def classes(opened: socket.socket, size: int) -> set[int]:
    """The traffic classes of all echo requests of that payload heard so far."""
    found: set[int] = set()
    while True:
        try:
            data, ancillary, _, _ = opened.recvmsg(65536, 256)
        except BlockingIOError:
            return found
        four = opened.family == socket.AF_INET
        at = (data[0] & 0x0F) * 4 if four else 0
        if data[at] == (8 if four else 128) and len(data) == at + 8 + size:
            found |= {data[1]} if four else {int.from_bytes(held, "little") for _, _, held in ancillary}


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.66.9.1"), (socket.AF_INET6, "::1")])
async def test_each_burst_bears_its_own_class(family: socket.AddressFamily, address: str) -> None:
    """Voice and video, sent by one engine beside plain echoes, should each bear their DSCP, and all be answered."""
    with listening(family) as heard, open_icmp(2**18, 2000.0) as icmp:
        for size, tos in ((201, EF), (1003, AF41), (57, 0)):
            burst = await icmp.burst(address, count=3, spacing=0.0, size=size, tos=tos)
            assert (burst.loss, burst.duplicates) == (0.0, 0)
            assert classes(heard, size) == {tos}

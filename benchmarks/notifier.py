"""Sends traps at a steady rate from many addresses of 127.0.0.0/8: `python -m benchmarks.notifier PORT COUNT RATE`."""

import itertools
import socket
import sys
import time

from benchmarks.farm import COMMUNITY, address
from probes.listeners.notification import TRAP_V2
from probes.transports.snmp.ber import encode_bindings, encode_integer, encode_oid, tlv

SENDERS = 100
# So many leave at once; at 20,000 a second that is every millisecond.
_TOGETHER = 20
_IF_TABLE = "1.3.6.1.2.1.2.2.1"


def link_down(port: int = 7) -> bytes:
    """A v2c linkDown as agents send it: uptime, name, ifIndex, ifAdminStatus, ifOperStatus."""
    bindings = [
        (encode_oid("1.3.6.1.2.1.1.3.0"), tlv(0x43, b"\x01\x02\x03")),
        (encode_oid("1.3.6.1.6.3.1.1.4.1.0"), tlv(0x06, encode_oid("1.3.6.1.6.3.1.1.5.3"))),
        *((encode_oid(f"{_IF_TABLE}.{column}.{port}"), encode_integer(2)) for column in (1, 7, 8)),
    ]
    body = encode_integer(77) + encode_integer(0) + encode_integer(0) + encode_bindings(bindings)
    return tlv(0x30, encode_integer(1) + tlv(0x04, COMMUNITY.encode()) + tlv(TRAP_V2, body))


def send(port: int, count: int, rate: float) -> None:
    """Send so many, in turn from each address; when late it catches up as fast as it can."""
    sockets = []
    for place in range(SENDERS):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((address(place), 0))
        opened.connect(("127.0.0.1", port))
        sockets.append(opened)
    message, began = link_down(), time.monotonic()
    for number, opened in zip(range(count), itertools.cycle(sockets)):
        if number % _TOGETHER == 0:
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        opened.send(message)


if __name__ == "__main__":
    send(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

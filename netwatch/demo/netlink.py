"""The few network settings the demo needs in its namespace, asked of the kernel by rtnetlink (RFC 3549).

iproute2 may be absent where the demo runs. Numbers are those of linux/netlink.h, rtnetlink.h and if_addr.h.
"""

import os
import socket
import struct

_NEW_LINK, _NEW_ADDRESS, _NEW_ROUTE, _DELETE_ROUTE, _ERROR = 16, 20, 24, 25, 2
_REQUEST, _ACKNOWLEDGE, _EXCLUSIVE, _CREATE = 0x1, 0x4, 0x200, 0x400
_IFF_UP = 1
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DESTINATION, _RTA_INTERFACE, _RTA_PREFERRED_SOURCE = 1, 4, 7
_TABLE_LOCAL, _SCOPE_HOST, _SCOPE_LINK = 255, 254, 253
_TYPE_UNICAST, _TYPE_LOCAL = 1, 2
_PROTOCOL_STATIC = 4

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def _ask(kind: int, flags: int, body: bytes) -> None:
    """Send one request and wait for the kernel's verdict; raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(
            _HEADER.pack(_HEADER.size + len(body), kind, flags | _REQUEST | _ACKNOWLEDGE, 1, 0) + body
        )
        answer = netlink.recv(65536)
    kind_of_answer = _HEADER.unpack_from(answer)[1]
    code = struct.unpack_from("=i", answer, _HEADER.size)[0]
    if kind_of_answer != _ERROR or code:
        raise OSError(-code, os.strerror(-code))


def link_up(interface: str) -> None:
    """`ip link set INTERFACE up`; raises OSError."""
    index = socket.if_nametoindex(interface)
    _ask(_NEW_LINK, 0, _LINK.pack(socket.AF_UNSPEC, 0, index, _IFF_UP, _IFF_UP))


def add_address(interface: str, address: str) -> None:
    """`ip address add ADDRESS/32 dev INTERFACE`; raises OSError."""
    packed = socket.inet_aton(address)
    body = _ADDRESS.pack(socket.AF_INET, 32, 0, 0, socket.if_nametoindex(interface))
    body += _attribute(_IFA_LOCAL, packed) + _attribute(_IFA_ADDRESS, packed)
    _ask(_NEW_ADDRESS, _CREATE | _EXCLUSIVE, body)


def make_local(interface: str, prefix: str, bits: int, source: str) -> None:
    """`ip route add local PREFIX/BITS dev INTERFACE src SOURCE`: every address of the range is this machine.

    Packets to it come from `source`; without that they would come from the address they go to. Raises OSError.
    """
    body = _ROUTE.pack(
        socket.AF_INET, bits, 0, 0, _TABLE_LOCAL, _PROTOCOL_STATIC, _SCOPE_HOST, _TYPE_LOCAL, 0
    )
    body += _attribute(_RTA_DESTINATION, socket.inet_aton(prefix))
    body += _attribute(_RTA_INTERFACE, struct.pack("=I", socket.if_nametoindex(interface)))
    body += _attribute(_RTA_PREFERRED_SOURCE, socket.inet_aton(source))
    _ask(_NEW_ROUTE, _CREATE | _EXCLUSIVE, body)


def silence(interface: str, address: str) -> None:
    """`ip route add ADDRESS/32 dev INTERFACE table local`: no address of this machine any more, and nobody else's.

    What is sent there comes in again, is for another machine, and is dropped without a word. Raises OSError.
    """
    _ask(_NEW_ROUTE, _CREATE | _EXCLUSIVE, _elsewhere(interface, address))


def voice(interface: str, address: str) -> None:
    """Undo `silence`; raises OSError."""
    _ask(_DELETE_ROUTE, 0, _elsewhere(interface, address))


def _elsewhere(interface: str, address: str) -> bytes:
    body = _ROUTE.pack(
        socket.AF_INET, 32, 0, 0, _TABLE_LOCAL, _PROTOCOL_STATIC, _SCOPE_LINK, _TYPE_UNICAST, 0
    )
    body += _attribute(_RTA_DESTINATION, socket.inet_aton(address))
    return body + _attribute(_RTA_INTERFACE, struct.pack("=I", socket.if_nametoindex(interface)))

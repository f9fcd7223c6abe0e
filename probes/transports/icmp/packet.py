"""Echo packets (RFC 792, RFC 4443): made, and read when they come back. Pure.

The payload is an 8-byte token of this process, a 4-byte number of the echo, and padding. Only packets with our token
are ours, whatever identifier and sequence number they bear.
"""

import struct

ECHO_REQUEST_4 = 8
ECHO_REPLY_4 = 0
ECHO_REQUEST_6 = 128
ECHO_REPLY_6 = 129

TOKEN_BYTES = 8
MIN_SIZE = 16
# The largest payload that fits an IPv4 datagram with its headers.
MAX_SIZE = 65507

_HEADER = struct.Struct("!BBHHH")
_NUMBER = struct.Struct("!I")
_HEADER_BYTES = _HEADER.size
_PAYLOAD_BYTES = TOKEN_BYTES + _NUMBER.size
_NUMBER_AT = _HEADER_BYTES + TOKEN_BYTES
# What varies from echo to echo, with what stands between: checksum, identifier, sequence, token, number.
_VARYING_AT = 2
_VARYING = struct.Struct(f"!HHH{TOKEN_BYTES}sI")
_TOKEN_AND_NUMBER = struct.Struct(f"!{TOKEN_BYTES}sI")


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071). Its one's-complement sum is the big number modulo 65,535."""
    padded = data + b"\0" if len(data) % 2 else data
    total = int.from_bytes(padded, "big") % 0xFFFF
    # A nonzero multiple of 65,535 sums to 0xFFFF, not to 0, in one's complement.
    return 0 if total == 0 and any(padded) else ~total & 0xFFFF


def echo_request(kind: int, identifier: int, token: bytes, number: int, size: int) -> bytes:
    """One echo request with `size` payload bytes; the sequence number is the low half of `number`."""
    payload = (token + _NUMBER.pack(number)).ljust(size, b"\0")
    header = _HEADER.pack(kind, 0, 0, identifier, number & 0xFFFF)
    total = checksum(header + payload)
    return _HEADER.pack(kind, 0, total, identifier, number & 0xFFFF) + payload


class EchoForm:
    """The echo requests of one size: made once, then only number, sequence and checksum are put in."""

    __slots__ = ("_bytes", "_identifier", "_sum", "_token")

    def __init__(self, kind: int, identifier: int, token: bytes, size: int) -> None:
        self._identifier = identifier
        self._token = token
        self._bytes = bytearray(echo_request(kind, identifier, token, 0, size))
        # What the constant part adds to the one's-complement sum: the checksum of number 0 is its complement.
        self._sum = 0xFFFF - _VARYING.unpack_from(self._bytes, _VARYING_AT)[0]

    def packet(self, number: int) -> bytearray:
        """The echo of that number; the same buffer each time. The sum modulo 65,535 is that of RFC 1071."""
        sequence = number & 0xFFFF
        total = -(self._sum + (number >> 16) + 2 * sequence) % 0xFFFF
        _VARYING.pack_into(self._bytes, _VARYING_AT, total, self._identifier, sequence, self._token, number)
        return self._bytes


def echo_reply(data: bytes, kind: int, token: bytes, with_ip_header: bool) -> int | None:
    """The number of the echo that this packet answers; None when it is not an answer to us."""
    at = (data[0] & 0x0F) * 4 if with_ip_header and data else 0
    start = at + _HEADER_BYTES
    if len(data) < start + _PAYLOAD_BYTES or data[at] != kind:
        return None
    found: tuple[bytes, int] = _TOKEN_AND_NUMBER.unpack_from(data, start)
    return found[1] if found[0] == token else None


def quoted_echo(data: bytes, kind: int, identifier: int, token: bytes) -> tuple[int, int | None] | None:
    """The sequence number of the echo request that an ICMP error quotes, and the echo's number; None: not ours.

    Routers must quote eight bytes only (RFC 792), and some fill up with zeros (RFC 4884): then the number is None.
    """
    if len(data) < _HEADER_BYTES:
        return None
    quoted, _, _, whose, sequence = _HEADER.unpack_from(data)
    if quoted != kind or whose != identifier:
        return None
    if len(data) < _HEADER_BYTES + _PAYLOAD_BYTES or not any(data[_HEADER_BYTES:_NUMBER_AT]):
        return sequence, None
    number: int = _NUMBER.unpack_from(data, _NUMBER_AT)[0]
    ours = data[_HEADER_BYTES:_NUMBER_AT] == token and number & 0xFFFF == sequence
    return (sequence, number) if ours else None

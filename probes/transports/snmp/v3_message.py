"""The SNMPv3 message around a PDU (RFC 3412 section 6, RFC 3414 section 2.4): made, read, sealed, opened.

Reading is bounded: every element lies within its parent, lengths are definite, nothing nests deeper than the format.
Only `BerError` leaves. What is inside is not looked at before its authentication code has been found right.
"""

from typing import NamedTuple

from probes.transports.snmp.ber import BerError, encode_integer, tlv
from probes.transports.snmp.usm import Keys, UsmError

AUTHENTICATED = 0x01
ENCRYPTED = 0x02
REPORTABLE = 0x04
LEVEL = AUTHENTICATED | ENCRYPTED
# The largest boots and time (RFC 3414 section 2.2), message id and size (RFC 3412 section 6).
LARGEST = (1 << 31) - 1
# RFC 3414 section 2.2.3, in seconds.
TIME_WINDOW = 150

_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30
_VERSION = b"\x02\x01\x03"
# RFC 3412 section 6.3: the largest message we accept; more than this no UDP datagram carries.
_MAX_SIZE = b"\x02\x03\x00\xff\xe3"
# RFC 3411 section 5: the number of the User-based Security Model.
_USM = b"\x02\x01\x03"
# RFC 3411 section 5, SnmpEngineID, and RFC 3414 section 2.4, msgUserName.
_LONGEST_ENGINE = _LONGEST_USER = 32
_MAC_PLACES: dict[int, bytes] = {size: tlv(_OCTETS, bytes(size)) for size in (0, 12, 16, 24, 32, 48)}
# What follows the message id in a header, by flags; and what stands before one of four bytes.
_HEADERS = tuple(_MAX_SIZE + b"\x04\x01" + bytes((flags,)) + _USM for flags in range(8))
_BEFORE_LONG_ID = _VERSION + bytes((_SEQUENCE, 6 + len(_HEADERS[0]))) + b"\x02\x04"
_LONG_ID = 1 << 23


class Envelope(NamedTuple):
    """Everything of a message but its inside, which is data[content:] (octets when encrypted, else a scoped PDU).

    `mac_at` and `mac_bytes` say where the authentication code stands; `user` and `engine` are bytes as sent.
    """

    message_id: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    mac_at: int
    mac_bytes: int
    salt: bytes
    content: int


class Scoped(NamedTuple):
    """A scoped PDU: the engine and the context it speaks of, and the whole element of its PDU."""

    engine: bytes
    context: bytes
    pdu: bytes


def _length(data: bytes, at: int) -> tuple[int, int]:
    """(length, where the content starts) of a length in long form."""
    count = data[at] & 0x7F
    if not 1 <= count <= 4:
        raise BerError("indefinite or oversized length")
    start = at + 1 + count
    return int.from_bytes(data[at + 1 : start], "big"), start


def _element(data: bytes, at: int, tag: int, end: int) -> tuple[int, int]:
    """(start, stop) of the content of the element of this tag at this place, which must end before `end`."""
    if data[at] != tag:
        raise BerError("unexpected tag")
    start = at + 2
    size = data[at + 1]
    if size > 0x7F:
        size, start = _length(data, at + 1)
    stop = start + size
    if stop > end:
        raise BerError("element beyond its parent")
    return start, stop


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """(value, end) of an INTEGER from 0 to 2**31 - 1."""
    start, stop = _element(data, at, _INTEGER, end)
    if not start < stop <= start + 5:
        raise BerError("overlong integer")
    value = int.from_bytes(data[start:stop], "big")
    if value > LARGEST:
        raise BerError("integer out of its range")
    return value, stop


def read_envelope(data: bytes) -> Envelope:
    """Read a message up to its inside. Raises BerError."""
    try:
        return _read_envelope(data)
    except IndexError:
        raise BerError("cut short") from None


def _read_envelope(data: bytes) -> Envelope:
    at, end = _element(data, 0, _SEQUENCE, len(data))
    if end != len(data) or data[at : at + 3] != _VERSION:
        raise BerError("bytes after the message, or another version")
    at, header_end = _element(data, at + 3, _SEQUENCE, end)
    message_id, at = _number(data, at, header_end)
    _, at = _number(data, at, header_end)
    flags_at, at = _element(data, at, _OCTETS, header_end)
    if at != flags_at + 1 or data[at:header_end] != _USM:
        raise BerError("flags of odd length, or another security model")
    flags = data[flags_at]
    if flags & LEVEL == ENCRYPTED:
        raise BerError("encrypted without authentication")
    at, content = _element(data, header_end, _OCTETS, end)
    at, stop = _element(data, at, _SEQUENCE, content)
    engine_at, engine_end = _element(data, at, _OCTETS, stop)
    boots, at = _number(data, engine_end, stop)
    time, at = _number(data, at, stop)
    user_at, user_end = _element(data, at, _OCTETS, stop)
    mac_at, mac_end = _element(data, user_end, _OCTETS, stop)
    salt_at, salt_end = _element(data, mac_end, _OCTETS, stop)
    if salt_end != stop or stop != content or content >= end:
        raise BerError("security parameters that do not fill their place")
    if engine_end - engine_at > _LONGEST_ENGINE or user_end - user_at > _LONGEST_USER:
        raise BerError("engine id or user name too long")
    return Envelope(
        message_id,
        flags,
        data[engine_at:engine_end],
        boots,
        time,
        data[user_at:user_end],
        mac_at,
        mac_end - mac_at,
        data[salt_at:salt_end],
        content,
    )


def open_plain(data: bytes, envelope: Envelope) -> Scoped:
    """The inside of a message that is not encrypted. Raises BerError."""
    if envelope.flags & ENCRYPTED:
        raise BerError("encrypted")
    scoped, end = read_scoped(data, envelope.content)
    if end != len(data):
        raise BerError("bytes after the scoped PDU")
    return scoped


def genuine(data: bytes, envelope: Envelope, keys: Keys) -> bool:
    """Whether the message bears the authentication code of these keys."""
    return keys.genuine(data, envelope.mac_at, envelope.mac_bytes)


def open_sealed(data: bytes, envelope: Envelope, keys: Keys) -> Scoped:
    """The inside of an authenticated message, decrypted when need be; the code is checked first. Raises BerError."""
    if not keys.genuine(data, envelope.mac_at, envelope.mac_bytes):
        raise BerError("wrong digest")
    return open_genuine(data, envelope, keys)


def open_genuine(data: bytes, envelope: Envelope, keys: Keys) -> Scoped:
    """As `open_sealed`, of a message already found genuine."""
    if not envelope.flags & ENCRYPTED:
        return open_plain(data, envelope)
    try:
        start, stop = _element(data, envelope.content, _OCTETS, len(data))
        plain = keys.decrypt(data[start:stop], envelope.boots, envelope.time, envelope.salt)
    except (IndexError, UsmError):
        raise BerError("cannot be decrypted") from None
    if stop != len(data):
        raise BerError("bytes after the message")
    # What follows the scoped PDU is padding of the cipher.
    return read_scoped(plain, 0)[0]


def read_scoped(data: bytes, at: int) -> tuple[Scoped, int]:
    """(scoped PDU, where it ends) from this place on. Raises BerError."""
    try:
        at, end = _element(data, at, _SEQUENCE, len(data))
        engine_at, engine_end = _element(data, at, _OCTETS, end)
        context_at, context_end = _element(data, engine_end, _OCTETS, end)
        _, stop = _element(data, context_end, data[context_end], end)
    except IndexError:
        raise BerError("cut short") from None
    if stop != end:
        raise BerError("bytes after the PDU")
    scoped = Scoped(data[engine_at:engine_end], data[context_at:context_end], data[context_end:stop])
    return scoped, end


def encode_scoped(engine: bytes, context: bytes, pdu: bytes) -> bytes:
    """A scoped PDU around the whole element of a PDU."""
    return tlv(_SEQUENCE, tlv(_OCTETS, engine) + tlv(_OCTETS, context) + pdu)


def seal(
    message_id: int,
    flags: int,
    engine: bytes,
    boots: int,
    time: int,
    user: bytes,
    keys: Keys,
    counter: int,
    scoped: bytes,
) -> bytes:
    """A whole message, authenticated and encrypted as `flags` say; `counter` must not come twice for these keys.

    The hot path of every v3 request, hence written out.
    """
    salt = b""
    if flags & ENCRYPTED:
        salt, scoped = keys.encrypt(scoped, boots, time, counter)
        scoped = tlv(_OCTETS, scoped)
    mac_bytes = keys.mac_bytes if flags & AUTHENTICATED else 0
    if message_id >= _LONG_ID:
        head = _BEFORE_LONG_ID + message_id.to_bytes(4, "big") + _HEADERS[flags]
    else:
        head = _VERSION + tlv(_SEQUENCE, encode_integer(message_id) + _HEADERS[flags])
    names = tlv(_OCTETS, engine) + encode_integer(boots) + encode_integer(time) + tlv(_OCTETS, user)
    tail = _MAC_PLACES[mac_bytes] + tlv(_OCTETS, salt)
    message = tlv(_SEQUENCE, head + tlv(_OCTETS, tlv(_SEQUENCE, names + tail)) + scoped)
    if not mac_bytes:
        return message
    after = len(tail) - 2 + len(scoped)
    at = len(message) - after
    return message[:at] + keys.mac(message) + message[at + mac_bytes :]

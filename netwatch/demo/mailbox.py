"""The receiver of the demo: takes what netwatch sends by an Apprise webhook and hands it on.

It speaks as much HTTP/1.1 as a webhook needs (RFC 9112): one request with a length on a connection, one answer.
"""

import json
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

RECEIVER = "it"
# In a namespace of its own no port is taken.
PORT = 8025
_LARGEST = 256 * 1024
_MOST_WAITING = 16
_CHUNK = 65536
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length"
_TAKEN = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_REFUSED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Letter(NamedTuple):
    """What somebody was sent."""

    subject: str
    text: str


class Mailbox:
    """Listens on a socket; `arrived` is called with every letter."""

    def __init__(self, opened: socket.socket, arrived: Callable[[Letter], None]) -> None:
        self._socket = opened
        self._arrived = arrived
        self._selector: selectors.BaseSelector | None = None
        self._waiting: dict[socket.socket, bytes] = {}
        opened.setblocking(False)

    def register(self, selector: selectors.BaseSelector) -> None:
        """Have the selector watch it; its data are what to call when something arrives."""
        self._selector = selector
        selector.register(self._socket, selectors.EVENT_READ, self._accept)

    def _accept(self) -> None:
        with suppress(OSError):
            caller, _ = self._socket.accept()
            if self._selector is None or len(self._waiting) >= _MOST_WAITING:
                caller.close()
                return
            caller.setblocking(False)
            self._waiting[caller] = b""
            self._selector.register(caller, selectors.EVENT_READ, partial(self._hear, caller))

    def _hear(self, caller: socket.socket) -> None:
        try:
            data = caller.recv(_CHUNK)
        except OSError:
            data = b""
        heard = self._waiting[caller] = self._waiting[caller] + data
        if not data or len(heard) > _LARGEST:
            self._hang_up(caller, b"")
        elif whole(heard):
            letter = letter_of(heard)
            if letter is not None:
                self._arrived(letter)
            self._hang_up(caller, _REFUSED if letter is None else _TAKEN)

    def _hang_up(self, caller: socket.socket, answer: bytes) -> None:
        if self._selector is not None:
            self._selector.unregister(caller)
        del self._waiting[caller]
        with caller, suppress(OSError):
            caller.sendall(answer)


def listening() -> socket.socket:
    """The socket of the mailbox inside a namespace; raises OSError."""
    return socket.create_server(("127.0.0.1", PORT))


def whole(heard: bytes) -> bool:
    """Whether a request has arrived to its end."""
    head, found, body = heard.partition(_END_OF_HEAD)
    return bool(found) and len(body) >= _length(head)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        digits = value.strip()
        if name.strip().lower() == _LENGTH and digits.isdigit():
            return int(digits[:9])
    return 0


def letter_of(heard: bytes) -> Letter | None:
    """The letter in a request: the JSON object that Apprise posts; None when it is none."""
    try:
        given = json.loads(heard.partition(_END_OF_HEAD)[2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    return Letter(str(given.get("title", "")), str(given.get("message", "")))

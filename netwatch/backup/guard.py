"""A TCP connection that is over after so many seconds and so many bytes, whatever is at its other end."""

import socket
from collections.abc import Callable


class GuardedSocket(socket.socket):
    """A connected socket for an SSH library. Beyond its bounds it reads as closed; `spent` then says by which."""

    def __init__(self, connection: socket.socket, ends: float, most: int, clock: Callable[[], float]) -> None:
        timeout = connection.gettimeout()
        super().__init__(fileno=connection.detach())
        self.settimeout(timeout)
        self._ends, self._left, self._clock = ends, most, clock
        self.spent = ""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As a socket's; empty once the time or the bytes are used up."""
        if self._clock() >= self._ends:
            self.spent = self.spent or "deadline"
        elif self._left <= 0:
            self.spent = self.spent or "too_large"
        if self.spent:
            return b""
        received = super().recv(size, flags)
        self._left -= len(received)
        return received

"""Frames over a socket between the daemon and one worker."""

import asyncio
import socket
from typing import Any

from netwatch.workers.frames import HEAD, length, packed, unpacked


class Stream:
    """One end of the connection; several tasks may send, one may receive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def over(cls, connection: socket.socket) -> "Stream":
        """A stream over a connected socket, which it owns from now on."""
        connection.setblocking(False)
        return cls(*await asyncio.open_unix_connection(sock=connection))

    async def send(self, kind: str, content: object) -> None:
        """Send a frame; returns when the other end is not far behind. Raises OSError when it is gone."""
        self.post(kind, content)
        await self._writer.drain()

    def post(self, kind: str, content: object) -> None:
        """Send a small frame without waiting; to one who is gone it is lost."""
        self._writer.write(packed(kind, content))

    async def receive(self) -> tuple[str, Any] | None:
        """The next frame; None when the other end has closed. Raises FrameFault and OSError."""
        try:
            head = await self._reader.readexactly(HEAD)
            body = await self._reader.readexactly(length(head))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return None
        return unpacked(body)

    def close(self) -> None:
        """Let the other end know that this was all."""
        self._writer.close()

    def abort(self) -> None:
        """Close at once, whatever was still to be sent; `receive` then ends too."""
        self._writer.transport.abort()

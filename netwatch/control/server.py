"""The daemon's end of the control socket: a Unix stream socket on the daemon's event loop.

Its file lets in the daemon's own user (0600) or also one group (0660); the kernel names who is there. Whatever a
client does (garbage, too much, hanging up) ends that client's connection only.
"""

import asyncio
import grp
import logging
import os
import pwd
import socket
import stat
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from netwatch.control.contract import Handler, Progress, Refused, Request
from netwatch.control.wire import (
    LONGEST_REQUEST,
    progress_line,
    read_request,
    refusal_line,
    result_line,
    unknown_command,
)
from netwatch.language import Sentence

OWNER_ONLY, WITH_GROUP = 0o600, 0o660
# sun_path of struct sockaddr_un holds 108 bytes with the final zero (unix(7)).
LONGEST_PATH = 107
MOST_CLIENTS = 32
# Requests up to here are read as they come; of larger ones, which hold documents or rows, so many at a time are read
# and carried out, so that all clients together cannot fill the memory.
SMALL_REQUEST = 256 << 10
MOST_LARGE = 2
IDLE_SECONDS = 300.0
# struct ucred: pid, uid, gid (unix(7), SO_PEERCRED).
CREDENTIALS = struct.Struct("3i")

_log = logging.getLogger(__name__)


class SocketFault(Exception):  # noqa: N818 - named like StoreFault
    """The control socket cannot be opened; `sentence` says why and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class SocketTaken(SocketFault):
    """A living daemon answers at this socket."""


@asynccontextmanager
async def serve(path: Path | str, handlers: Mapping[str, Handler], *, group: str = "") -> AsyncIterator[None]:
    """Answer commands at this path until the block ends; raises SocketFault or SocketTaken when it cannot open."""
    place = Path(path)
    sock = _bound(place, group)
    own = _inode(place)
    clients = _Clients(handlers)
    server = await asyncio.start_unix_server(clients.welcome, sock=sock, limit=SMALL_REQUEST)
    try:
        yield
    finally:
        server.close()
        clients.part()
        await server.wait_closed()
        if _inode(place) == own:
            _remove(place)


def _inode(path: Path) -> int:
    """Which file it is; 0 when there is none. Another daemon may have put its own socket there."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _bound(path: Path, group: str) -> socket.socket:
    if len(os.fsencode(path)) > LONGEST_PATH:
        params = {"path": path, "limit": LONGEST_PATH}
        text = "daemon.control_socket = {path}: the path is longer than {limit} bytes. Choose a shorter one."
        raise SocketFault(Sentence(text, params))
    members = _group_id(group)
    _clear(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(sock, path, members)
    except OSError as error:
        sock.close()
        params = {"path": path, "error": error.strerror}
        text = "daemon.control_socket = {path}: it cannot be opened ({error})."
        raise SocketFault(Sentence(text, params)) from None
    return sock


def _bind(sock: socket.socket, path: Path, group: int | None) -> None:
    """Nobody can connect before `listen`, which asyncio calls once the mode is right."""
    sock.setblocking(False)
    sock.bind(os.fspath(path))
    if group is not None:
        os.chown(path, -1, group)
    path.chmod(OWNER_ONLY if group is None else WITH_GROUP)


def _group_id(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid if group else None
    except KeyError:
        text = "daemon.control_group = {group}: there is no such group on this machine."
        raise SocketFault(Sentence(text, {"group": group})) from None


def _clear(path: Path) -> None:
    """Remove the socket a dead daemon left; refuse when a living one answers, or when it is no socket at all."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        text = "daemon.control_socket = {path}: a file of that name is no socket. Remove it or choose another path."
        raise SocketFault(Sentence(text, {"path": path}))
    if alive(path):
        raise SocketTaken(Sentence("A daemon already answers at {path}. Stop it first.", {"path": path}))
    path.unlink()


def alive(path: Path) -> bool:
    """Whether somebody accepts connections at this socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True


class _Clients:
    """The open connections."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._writers: set[asyncio.StreamWriter] = set()
        self._large = asyncio.Semaphore(MOST_LARGE)

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from beginning to end."""
        if len(self._writers) >= MOST_CLIENTS:
            writer.write(refusal_line([Sentence("The daemon is busy with other commands. Try again.")]))
            writer.close()
            return
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                await writer.drain()
            await writer.drain()
        except (ConnectionError, TimeoutError):
            _log.debug("a client of the control socket left")
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether another may follow. Nothing of the request is kept."""
        async with AsyncExitStack() as held:
            line = await _next(reader, held, self._large)
            if line is None:
                text = Sentence("The request is longer than {limit} bytes.", {"limit": LONGEST_REQUEST})
                writer.write(refusal_line([text]))
            elif line:
                writer.write(await _answer(line, _peer(writer), self._handlers, _teller(writer)))
            return bool(line)

    def part(self) -> None:
        """Hang up on everybody."""
        for writer in self._writers:
            writer.close()


async def _next(reader: asyncio.StreamReader, held: AsyncExitStack, large: asyncio.Semaphore) -> bytes | None:
    """The next line; empty at the end, None of one that is too long. A large one holds one of the few places for such.

    A last line without an end was cut off: it is no request.
    """
    pieces: list[bytes] = []
    async with asyncio.timeout(IDLE_SECONDS):
        while sum(map(len, pieces)) <= LONGEST_REQUEST:
            try:
                return b"".join((*pieces, await reader.readuntil()))
            except asyncio.IncompleteReadError:
                return b""
            except asyncio.LimitOverrunError as more:
                if not pieces:
                    await held.enter_async_context(large)
                pieces.append(await reader.readexactly(more.consumed))
    return None


def _teller(writer: asyncio.StreamWriter) -> Progress:
    async def tell(progress: Mapping[str, object]) -> None:
        # Who hung up does not stop what was begun.
        with suppress(ConnectionError):
            writer.write(progress_line(progress))
            await writer.drain()

    return tell


async def _answer(line: bytes, author: str, handlers: Mapping[str, Handler], tell: Progress) -> bytes:
    """What was begun goes on even when the client's connection is cut."""
    try:
        request = read_request(line, author)
        work = asyncio.ensure_future(_handler(request, handlers)(request, tell))
        await asyncio.wait([work])
        return _outcome(work, request)
    except Refused as refused:
        return refusal_line(refused.sentences)


def _outcome(work: "asyncio.Future[object]", request: Request) -> bytes:
    fault = work.exception()
    if fault is None:
        return result_line(work.result())
    if isinstance(fault, Refused):
        return refusal_line(fault.sentences)
    _log.error("the command %s failed by a fault in the program", request.command, exc_info=fault)
    text = "The command failed by a fault in the program; the daemon's log has the details."
    return refusal_line([Sentence(text)])


def _handler(request: Request, handlers: Mapping[str, Handler]) -> Handler:
    handler = handlers.get(request.command)
    if handler is None:
        raise unknown_command(request.command, sorted(handlers))
    return handler


def _peer(writer: asyncio.StreamWriter) -> str:
    """The user at the other end, as the kernel knows it."""
    sock: socket.socket = writer.get_extra_info("socket")
    credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return user_name(CREDENTIALS.unpack(credentials)[1])


def user_name(uid: int) -> str:
    """The name of a user, 'uid 1234' for one without."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"

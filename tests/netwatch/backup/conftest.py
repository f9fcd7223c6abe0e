"""Devices to back up: SSH servers on loopback that play dialogues written down in dialogues/*.toml."""

# ruff: noqa: ANN401 - fixtures hand on what they are given

import asyncio
import threading
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from netwatch.backup.contract import Job, Limits
from netwatch.backup.platforms import Platforms, read_platforms
from netwatch.backup.sealing import new_keys
from netwatch.backup.session import Keys
from probes.secret import Secret

DIALOGUES = Path(__file__).with_name("dialogues")
PASSWORD, ENABLE = "mat-khau-bi-mat", "quyen-cao-nhat"


@dataclass
class Player:
    """One device: what it answers, how it misbehaves, and what it was told."""

    dialogue: dict[str, Any]
    answers: dict[str, str] = field(default_factory=dict)
    password: str = PASSWORD
    hangs_at: str = ""
    drops_at: str = ""
    heard: list[str] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def answer(self, command: str) -> str:
        """What it says to a command."""
        known = {**self.dialogue["commands"], **self.answers}
        return str(known.get(command, self.dialogue["unknown"]))


class _Server(asyncssh.SSHServer):
    def __init__(self, player: Player, guests: list[Any]) -> None:
        self._player, self._guests = player, guests

    def connection_made(self, conn: Any) -> None:
        self._guests.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._player.logins.append((username, password))
        return password == self._player.password


class _Play:
    """One session: echoes, prompts, pages, and asks for the enable password, as its dialogue says."""

    def __init__(self, player: Player, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._player, self._process = player, process
        self._told = player.dialogue
        self._privileged = "user_prompt" not in self._told
        self._paging = "paging_off" in self._told
        self._waiting = ""

    @property
    def _prompt(self) -> str:
        return str(self._told["prompt"] if self._privileged else self._told["user_prompt"])

    def _write(self, text: str) -> None:
        self._process.stdout.write(text.replace("\n", "\r\n"))

    async def run(self) -> None:
        self._write(self._told.get("banner", ""))
        if self._told.get("press_key"):
            await self._line(echo=False)
        self._write(self._prompt)
        while (line := await self._line()) is not None:
            if line == self._player.hangs_at and line:
                self._player.hanging.set()
                await asyncio.Event().wait()
            if line == self._player.drops_at and line:
                break
            if not await self._obey(line):
                break
        self._process.exit(0)

    async def _line(self, *, echo: bool = True) -> str | None:
        while "\n" not in self._waiting:
            try:
                piece = await self._process.stdin.read(4096)
            except (asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
                continue
            if not piece:
                return None
            piece = piece.replace("\r\n", "\n").replace("\r", "\n")
            if echo:
                self._write(piece)
            self._waiting += piece
        line, _, self._waiting = self._waiting.partition("\n")
        self._player.heard.append(line)
        return line.strip()

    async def _obey(self, line: str) -> bool:
        if line in ("exit", "quit", "logout", "quit force"):
            return False
        if line == "enable" and not self._privileged:
            self._write("Password: ")
            self._privileged = await self._line(echo=False) == ENABLE
            self._write("\n" if self._privileged else "\n% Access denied\n")
        elif line == self._told.get("paging_off"):
            self._paging = False
            self._write(self._told.get("paging_off_answer", "") + "\n")
        elif line and line not in self._told.get("silent", ()):
            await self._say(self._player.answer(line))
        self._write(self._prompt)
        return True

    async def _say(self, text: str) -> None:
        lines = text.strip("\n").split("\n")
        if self._paging:
            lines = [*lines[:20], self._told.get("more", "--More--")]
        self._write("\n".join(lines) + "\n")
        await self._process.stdout.drain()


class Stage:
    """Servers of many devices on one thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._servers: list[Any] = []
        self._guests: list[Any] = []

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def put_on(self, dialogue: str, **how: Any) -> Player:
        """A device that plays a dialogue."""
        told = tomllib.loads((DIALOGUES / f"{dialogue}.toml").read_text("utf-8"))
        player = Player(told, **how)
        player.port = self._do(self._listen(player, how.get("port", 0)))
        return player

    async def _listen(self, player: Player, port: int) -> int:
        async def play(process: "asyncssh.SSHServerProcess[str]") -> None:
            await _Play(player, process).run()

        server = await asyncssh.listen(
            "127.0.0.1", port, server_host_keys=[self._key], server_factory=lambda: _Server(player, self._guests),
            process_factory=play, line_editor=False, login_timeout=30,
        )  # fmt: skip
        self._servers.append((player, server))
        return int(server.get_port())

    def rekey(self, player: Player) -> None:
        """Let the device come back with another host key."""
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        for owner, server in self._servers:
            if owner is player:
                server.close()
                self._do(server.wait_closed())
        self._do(self._listen(player, player.port))

    def raw(self, talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> int:
        """The port of a server that does not speak SSH."""

        async def talking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
            finally:
                writer.close()

        server = self._do(asyncio.start_server(talking, "127.0.0.1", 0))
        self._servers.append((None, server))
        return int(server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Take everything down."""
        self._do(self._end())
        self._do(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        for _, server in self._servers:
            server.close()
        await _turns()  # Whoever is just being let in is let in.
        for guest in self._guests:
            guest.abort()
            await guest.wait_closed()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await _turns()


async def _turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Where devices are put on."""
    opened = Stage()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def platforms() -> Platforms:
    """The shipped platforms."""
    return read_platforms()


@pytest.fixture(scope="session")
def pair() -> tuple[str, str]:
    """A private and a public key."""
    return new_keys()


@pytest.fixture
def keys(pair: tuple[str, str]) -> Keys:
    """What sessions seal and hide with."""
    return Keys(pair[1], "khoa-che-mat-khau-rat-dai")


@pytest.fixture
def login() -> Secret:
    """The login that devices accept."""
    return Secret("login", {"user": "netwatch", "password": PASSWORD, "enable_password": ENABLE})


@pytest.fixture
def limits() -> Limits:
    """Short ones."""
    return Limits(sessions=4, deadline=20.0, connect=5.0, largest=1 << 20)


@pytest.fixture
def job(platforms: Platforms) -> Callable[..., Job]:
    """A job for a device that is put on."""

    def made(player: Player | int, platform: str, **more: Any) -> Job:
        port = player if isinstance(player, int) else player.port
        given: dict[str, Any] = {"device": "SW-1", "credentials": ("login",), **more}
        return Job(host="127.0.0.1", port=port, platform=platforms.by_name[platform], **given)

    return made

"""A worker: a process that makes the looks of some routing domains. Started by the daemon, ends when it ends.

It knows neither database nor inventory: it is given checks, settings of the transports and references to secrets,
and hands back observations. What it counts it tells every second.
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from netwatch.bus.contract import Command, Hasten, Pace
from netwatch.check import Batch
from netwatch.clock import SECOND, FollowedClock
from netwatch.logs import configure
from netwatch.poll import OwnPoller, tally_to_json
from netwatch.secrets import Keyring
from netwatch.translate.to_probes import params
from netwatch.workers.frames import (
    ANEW,
    CLOCK,
    FORGIVE,
    HASTEN,
    PACE,
    PLAN,
    READY,
    RENEW,
    SEEN,
    START,
    TALLY,
    check_from_json,
)
from netwatch.workers.observations import Sender
from netwatch.workers.start import credentials_from_json, kit_settings_from_json
from netwatch.workers.stream import Stream
from probes.kit import Kit, open_kit
from probes.registry import probes

_log = logging.getLogger(__name__)


class PipeBus:
    """The collector's bus in a worker: batches leave over the stream, commands come from it.

    Nothing is kept until acknowledged: as long as both processes live nothing is lost between them, and what one
    that died had not handed over is time nobody measured.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._sender = Sender()
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self.depth = 0

    async def publish(self, batch: Batch) -> None:
        """Hand over a batch."""
        await self._stream.send(SEEN, [self._sender.pack(seen) for seen in batch.observations])

    def begin_anew(self) -> None:
        """Let both ends forget what was the same as before: many checks may be gone."""
        self._sender.forget()
        self._stream.post(ANEW, None)

    async def commands(self) -> AsyncIterator[Command]:
        """Commands in order, for ever."""
        while True:
            yield await self._commands.get()

    async def command(self, command: Command) -> None:
        """Queue a command that came."""
        self._commands.put_nowait(command)

    async def batches(self) -> AsyncIterator[Batch]:
        """None: they are the daemon's."""
        nothing: tuple[Batch, ...] = ()
        for batch in nothing:
            yield batch

    async def acknowledge(self, batch: Batch) -> None:
        """Nothing is kept."""

    async def refuse(self, batch: Batch) -> None:
        """Nothing is kept."""


class Worker:
    """The parts of a worker, and what it does with each frame."""

    def __init__(self, stream: Stream, kit: Kit, keyring: Keyring, clock: FollowedClock) -> None:
        self._stream, self._kit, self._keyring, self._clock = stream, kit, keyring, clock
        self._kinds = probes()
        self._bus = PipeBus(stream)
        self._poller = OwnPoller(self._bus, clock, self._kinds, kit)

    async def run(self) -> None:
        """Obey until the daemon closes the stream; a fault of the program ends it too and is raised."""
        obeying = asyncio.ensure_future(self._obey())
        work = [asyncio.ensure_future(each) for each in (self._poller.run(), self._tell_tally())]
        await asyncio.wait([obeying, *work], return_when=asyncio.FIRST_COMPLETED)
        for task in (obeying, *work):
            task.cancel()
        for task in (obeying, *work):
            with suppress(asyncio.CancelledError, ConnectionError):
                await task

    async def _obey(self) -> None:
        while (frame := await self._stream.receive()) is not None:
            await self._follow(*frame)

    async def _follow(self, kind: str, content: Any) -> None:  # noqa: ANN401 - whatever the frame held
        if kind == PLAN:
            self._adopt(content)
        elif kind == HASTEN:
            await self._bus.command(Hasten(tuple(content["checks"]), content["within"]))
        elif kind == PACE:
            await self._bus.command(Pace(tuple(content["checks"]), content["slower"]))
        elif kind == RENEW:
            self._keyring.renew(credentials_from_json(content))
            self._kit.snmp.forget()
            self._kit.equipment.forget()
        elif kind == FORGIVE:
            self._poller.forgive()
        elif kind == CLOCK:
            self._clock.follow(content)

    def _adopt(self, content: Mapping[str, Any]) -> None:
        checks = {check.id: check for check in map(check_from_json, content["checks"])}
        fitted = {id_: params(check, self._kinds[check.kind]) for id_, check in checks.items()}
        self._bus.begin_anew()
        self._poller.adopt(content["revision"], checks, fitted, content["most"])
        gc.collect()
        gc.freeze()

    async def _tell_tally(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + SECOND)
            await self._stream.send(TALLY, tally_to_json(self._poller.tally()))


async def serve(connection: socket.socket, environment: Mapping[str, str]) -> None:
    """Work for the daemon at the other end of the connection until it closes."""
    stream = await Stream.over(connection)
    frame = await stream.receive()
    if frame is None or frame[0] != START:
        return
    given = frame[1]
    configure(given["log_level"], given["log_format"])
    keyring = Keyring(credentials_from_json(given["credentials"]), environment)
    async with open_kit(kit_settings_from_json(given["kit"]), keyring.find) as kit:
        stream.post(READY, [(remark.code, remark.english()) for remark in kit.remarks])
        await Worker(stream, kit, keyring, FollowedClock(given["offset"])).run()
    stream.close()


def main() -> None:
    """Work over the socket whose number is the first argument."""
    # The terminal's Ctrl-C and systemd's stop reach every process; the daemon closes the connection once it has
    # wound up, and so does the kernel when the daemon is gone.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), dict(os.environ)))


if __name__ == "__main__":
    main()

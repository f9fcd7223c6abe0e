"""The conversations of the synthetic province: one thread that takes connections to every address, by TCP and TLS."""

import asyncio
import socket
import threading
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from inventory.protocols import protocols
from inventory.snapshot import Device
from netwatch.demo.certificates import DEVICE_FILE, ENDING_FILE, LASTING_FILE, shown
from netwatch.demo.dialogues import DIALOGUES, FAULTS, PATIENCE, Host
from netwatch.demo.world import Reality, Region

_OVER = {"xapi": "https"}


class Hosts:
    """Answers by TCP for the addresses of a region, as `reality` tells at the moment; `login` is 'user:password'."""

    def __init__(self, laid: Region, reality: Callable[[], Reality], folder: Path, login: str) -> None:
        self._reality = reality
        self._login = login
        self._devices = {device.address: device for device in laid.devices.values() if device.address}
        self._services = {service.device: service for service in laid.inventory.of("service").values()}
        self._contexts = {file: shown(folder, file) for file in (LASTING_FILE, ENDING_FILE, DEVICE_FILE)}
        self._talks: set[asyncio.Task[None]] = set()

    def start(self, listeners: Mapping[str, socket.socket]) -> None:
        """Take connections from now on, in a thread that ends with the process."""
        threading.Thread(target=lambda: asyncio.run(self._serve(listeners)), daemon=True).start()

    async def _serve(self, listeners: Mapping[str, socket.socket]) -> None:
        await asyncio.gather(*(self._take(name, opened) for name, opened in listeners.items()))

    async def _take(self, name: str, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with suppress(OSError):
                caller, _ = await loop.sock_accept(listener)
                talk = loop.create_task(self._talk(name, caller))
                self._talks.add(talk)
                talk.add_done_callback(self._talks.discard)

    async def _talk(self, name: str, caller: socket.socket) -> None:
        """One conversation; who is not there, or does not speak this, hangs up at once."""
        address = caller.getsockname()[0]
        device, reality = self._devices.get(address), self._reality()
        if device is None or address not in reality.answering or not self._speaks(device, name):
            caller.close()
            return
        with suppress(*FAULTS):
            async with asyncio.timeout(PATIENCE):
                await self._hold(name, caller, device, reality)

    async def _hold(self, name: str, caller: socket.socket, device: Device, reality: Reality) -> None:
        loop = asyncio.get_running_loop()
        reader, begun = StreamReader(), loop.create_future()
        service, context = self._services.get(device.id), self._contexts[self._file(device, reality)]
        # With a callback the conversation is a server's, also when TLS begins in its midst.
        await loop.connect_accepted_socket(
            lambda: StreamReaderProtocol(reader, lambda _, writer: begun.set_result(writer)),
            caller,
            ssl=context if name == "https" else None,
        )
        writer: StreamWriter = await begun

        async def secure(writer: StreamWriter) -> None:
            await writer.start_tls(context)

        try:
            await DIALOGUES[name](reader, writer, Host(device, service, reality, self._login, secure))
            await writer.drain()
        finally:
            writer.close()

    def _file(self, device: Device, reality: Reality) -> str:
        service = self._services.get(device.id)
        if service is None:
            return DEVICE_FILE
        return ENDING_FILE if service.id in reality.world.expiring else LASTING_FILE

    def _speaks(self, device: Device, name: str) -> bool:
        service = self._services.get(device.id)
        served = (service.location or "").partition(":")[0] if service else ""
        spoken = {_OVER.get(each.name, each.name) for each in protocols(device)}
        return name == served or name in spoken

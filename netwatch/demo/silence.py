"""Who is dark answers nothing at all: inside a namespace the kernel is told which addresses are nobody's."""

from collections.abc import Container

from netwatch.demo.netlink import silence, voice
from netwatch.demo.world import Region

_INTERFACE = "lo"


class Silence:
    """Keeps the addresses of a region silent that do not answer; without it TCP would be answered for them."""

    def __init__(self, laid: Region) -> None:
        devices = {device.address for device in laid.devices.values() if device.address}
        lines = laid.inventory.of("line").values()
        self._everybody = devices | {line.witness_address for line in lines if line.witness_address}
        self._silent: set[str] = set()

    def follow(self, answering: Container[str]) -> None:
        """Silence those that no longer answer, give the others their voice back; raises OSError."""
        silent = {address for address in self._everybody if address not in answering}
        for address in silent - self._silent:
            silence(_INTERFACE, address)
        for address in self._silent - silent:
            voice(_INTERFACE, address)
        self._silent = silent

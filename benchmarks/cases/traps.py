"""Traps from a hundred devices at 20,000 a second: CPU for each that led somewhere, and the share that was lost.

Ours is the daemon's own path, from the socket to the command that hastens looks; pysnmp's is its notification receiver,
which hands the bindings to a function that counts.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped]
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.entity.engine import SnmpEngine as Pysnmp  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413 import ntfrcv  # type: ignore[import-untyped]

from benchmarks.farm import COMMUNITY, address
from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.notifier import SENDERS
from inventory.snapshot import Device, Inventory
from netwatch.bus.local import LocalBus
from netwatch.clock import MINUTE, SECOND, SystemClock
from netwatch.early import EarlyLooks
from netwatch.own_engine import own_engine
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.settings_sections import Settings
from netwatch.traps import Traps
from probes.equipment.library import load
from probes.equipment.traps import book
from probes.listeners.listener import open_notification_socket

RATE = 20_000
SPACING = 5 * SECOND
_BUFFER = 8 * 2**20
# Nothing more arrives once nothing has for so long.
_SILENCE = 0.2
_SETTINGS: dict[str, Any] = {
    "traps": {"rate": 100_000, "burst": 1_000_000},
    "credentials": {"farm": {"kind": "snmp_v2c", "community": "env:COMMUNITY"}},
}


async def _offered(port: int, size: Size, heard: Callable[[], int]) -> Values:
    """Microseconds of CPU per notification heard, and the share not heard."""
    words = ("-m", "benchmarks.notifier", str(port), str(size.count), str(RATE))
    sending = await asyncio.create_subprocess_exec(sys.executable, *words)
    used, before = time.process_time(), -1
    while sending.returncode is None or heard() > before:
        before = heard()
        await asyncio.sleep(_SILENCE)
    used = time.process_time() - used
    return used / max(1, heard()) * 1e6, 1.0 - heard() / size.count


def _traps() -> tuple[Traps, EarlyLooks]:
    """The daemon's own, watching the devices that send."""
    devices = {
        str(place): Device(id=str(place), name=str(place), site="", kind="switch", address=address(place))
        for place in range(SENDERS)
    }
    inventory, settings = Inventory({"device": devices}), Settings(**_SETTINGS)
    pace = PlanSettings(MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, anchor_interval=MINUTE)
    clock = SystemClock()
    early = EarlyLooks(LocalBus(), clock, SPACING)
    early.adopt(plan(inventory, pace, 1), inventory, SPACING)
    own = own_engine("", "", "bench", clock.now())
    made = Traps(early, clock, settings.traps, own, books=lambda: book(load()))
    made.adopt(settings, {"COMMUNITY": COMMUNITY})
    return made, early


def ours(size: Size, _: str) -> Values:
    """The daemon's own path."""

    async def listen() -> Values:
        traps, early = _traps()
        with open_notification_socket("127.0.0.1", 0, _BUFFER) as opened, traps.listening(opened):
            passing = asyncio.create_task(early.run())
            port = int(opened.getsockname()[1])
            found = await _offered(port, size, traps.reception.accepted.total)
            passing.cancel()
        return found

    return asyncio.run(listen())


def pysnmps(size: Size, _: str) -> Values:
    """pysnmp's notification receiver, in its own event loop's terms."""

    async def listen() -> Values:
        heard = 0

        def count(*_told: object) -> None:
            nonlocal heard
            heard += 1

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind(("127.0.0.1", 0))
            port = int(asking.getsockname()[1])
        engine = Pysnmp()
        transport = udp.UdpAsyncioTransport().open_server_mode(("127.0.0.1", port))
        config.add_transport(engine, udp.DOMAIN_NAME, transport)
        config.add_v1_system(engine, "farm", COMMUNITY)
        ntfrcv.NotificationReceiver(engine, count)
        await asyncio.sleep(0.1)
        found = await _offered(port, size, lambda: heard)
        engine.close_dispatcher()
        return found

    return asyncio.run(listen())


TRAPS = Benchmark(
    name="traps",
    question="What does a trap cost at 20,000 a second, and how many are lost?",
    units=("us CPU per trap", "share lost at 20,000/s"),
    contenders=(Contender(OURS, ours), Contender("pysnmp", pysnmps, share=0.2)),
    size=Size(100_000),
    tiny=Size(200),
)

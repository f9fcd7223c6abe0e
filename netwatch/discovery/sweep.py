"""Runs a sweep: echoes first, then what answers is asked, a few devices at once. What was found is kept at any end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from netwatch.discovery.asking import Asker
from netwatch.discovery.contract import Found, Place
from probes.transports.errors import LocalFault, NoRoute

# Echoes wait for silence most of the time; their pace is the sweep's, however many wait.
_ECHOES_AT_ONCE = 64
_WAITING = 256


@dataclass(slots=True)
class Sweep:
    """What came of a sweep until now; `asked` are the places whose echo (or, without echoes, whose SNMP) is over."""

    found: list[Found] = field(default_factory=list)
    asked: set[Place] = field(default_factory=set)
    interrupted: bool = False


async def sweep(asker: Asker, result: Sweep, step: Callable[[Sweep], None]) -> None:
    """Fill `result`, calling `step` after each address. Raises an ExceptionGroup with PermissionDenied."""
    order = asker.order
    waiting: asyncio.Queue[tuple[Place, float | None] | None] = asyncio.Queue(_WAITING)
    places = iter(order.places)

    async def echoes() -> None:
        for place in places:
            try:
                round_trip = await asker.echo(place) if order.echo else None
            except (NoRoute, LocalFault) as error:
                # Nothing is known of this address: it must not pass for silent.
                asker.faults[str(error.reason), error.detail] += 1
                step(result)
                continue
            if round_trip is not None or not order.echo:
                await waiting.put((place, round_trip))
            else:
                result.asked.add(place)
                step(result)

    async def devices() -> None:
        while (one := await waiting.get()) is not None:
            place, round_trip = one
            found = await asker.ask(place, round_trip)
            result.found.extend([found] if found else [])
            result.asked.add(place)
            step(result)

    async with asyncio.TaskGroup() as group:
        for _ in range(order.devices):
            group.create_task(devices())
        async with asyncio.TaskGroup() as first:
            for _ in range(_ECHOES_AT_ONCE if order.echo else 1):
                first.create_task(echoes())
        for _ in range(order.devices):
            await waiting.put(None)

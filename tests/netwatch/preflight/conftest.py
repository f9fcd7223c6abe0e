"""A province of sites with an endpoint, a router with a counted line and a UPS each; and time that jumps."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from inventory.snapshot import ConferencingEndpoint, Device, Inventory, Line, Site
from netwatch.clock import SECOND
from netwatch.plan import plan
from netwatch.planning.maker import PlanSettings
from netwatch.preflight.order import SiteOrder, orders

Result = TypeVar("Result")
REGISTERED = "1.3.6.1.4.1.99999.1.0"


def address(place: int, host: int) -> str:
    """The address of the endpoint (1), router (2) or UPS (3) of a place."""
    return f"127.{80 + place // 250}.{place % 250}.{host}"


def province(count: int) -> Inventory:
    """So many sites, all alike."""
    devices, endpoints, lines, sites = {}, {}, {}, {}
    for place in range(count):
        site = f"xa-{place}"
        sites[site] = Site(id=site, name=f"UBND xã {place}", organisation_units=(f"ubnd-{place}",))
        for host, kind in ((1, "conferencing_endpoint"), (2, "router"), (3, "ups")):
            name = f"{kind}-{place}"
            devices[name] = Device(
                id=name, name=name, site=site, kind=kind, address=address(place, host), credentials=("c",)
            )
        endpoints[f"hop-{place}"] = ConferencingEndpoint(
            id=f"hop-{place}",
            name="Phòng họp",
            device=f"conferencing_endpoint-{place}",
            registration_oid=REGISTERED,
            registration_expected=("1",),
        )
        lines[f"line-{place}"] = Line(
            id=f"line-{place}",
            name="TSLCD",
            site=site,
            line_class="tslcd_access_2",
            a_device=f"router-{place}",
            a_interface="wan",
            bandwidth_down=20_000_000,
            bandwidth_up=10_000_000,
        )
    return Inventory({"site": sites, "device": devices, "conferencing_endpoint": endpoints, "line": lines})


def ordered(inventory: Inventory, *names: str) -> tuple[SiteOrder, ...]:
    """What is asked of these sites, or of all."""
    pace = 60 * SECOND
    settings = PlanSettings(pace, pace, pace, pace, pace, pace, pace, credentials=frozenset({"c"}))
    return orders(inventory, plan(inventory, settings, 1).checks.values(), names, not names)


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: the time it would have waited has passed."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout:
            self.now += timeout
        return found


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self, jumping: _Jumping) -> None:
        self._jumping = jumping
        super().__init__(jumping)

    def time(self) -> float:
        return self._jumping.now


def jump(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run something in time that jumps from one event to the next."""
    loop = _JumpingLoop(_Jumping())
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


@pytest.fixture
def sites() -> Callable[[int], Inventory]:
    """Provinces of any size."""
    return province


@pytest.fixture
def asking() -> Callable[..., tuple[SiteOrder, ...]]:
    """Orders for the sites of a province."""
    return ordered


@pytest.fixture
def jumping() -> Callable[..., Any]:
    """Runs coroutines in time that jumps."""
    return jump

"""What has a date comes into force at local midnight, in a daemon that goes on running."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from inventory.organisation import agencies_of
from inventory.snapshot import OrganisationChange, OrganisationUnit
from netwatch.clock import HOUR, MINUTE, SECOND, ManualClock
from netwatch.queries.status import status_tree
from netwatch.translate.to_exporters_info import info_families

if TYPE_CHECKING:
    from conftest import Day, World

pytestmark = pytest.mark.anyio
# 17:00 UTC on 1 November 2026 is midnight in Viet Nam.
TOMORROW = date(2026, 11, 2)


def _merged(records: tuple[Any, ...]) -> tuple[Any, ...]:
    """The province, whose commune goes into a new one tomorrow; no site and no device is touched."""
    (commune,) = (each for each in records if each.id == "xa")
    successor = OrganisationUnit(
        id="moi", name="UBND xã Mới", kind=commune.kind, level="commune", parent="top", valid_from=TOMORROW
    )
    change = OrganisationChange(id="sk", kind="merge", on=TOMORROW, predecessors=("xa",), successors=("moi",))
    kept = tuple(each for each in records if each is not commune)
    return (*kept, replace(commune, valid_to=TOMORROW), successor, change)


def _whose(day: "Day") -> tuple[list[str], set[str], set[str]]:
    """Whose the commune's site is: by the inventory, by the labels of metrics, by the status page."""
    present = day.daemon.present()
    families = {family.name: family for family in info_families(present.inventory)}
    points = families["netwatch_site_info"].points
    agencies = {point.labels.get("agency", "") for point in points if point.labels["site"] == "commune"}
    (top,) = status_tree(present, day.clock.now(), day.daemon.local_time()).units
    return (
        [unit.id for unit in agencies_of(present.inventory, "commune")],
        agencies,
        {below.id for below in top.units},
    )


async def test_a_merger_holds_from_midnight_on_without_a_restart(
    make_world: type["World"], database_url: str
) -> None:
    """The evening before all is the old commune's, the next morning the new one's; looks and verdicts go on."""
    world = make_world(database_url)
    world.clock = ManualClock(world.clock.now() + 17 * HOUR - 4 * MINUTE)
    world.records = _merged(world.records)
    world.plant()
    async with world.day() as day:
        await day.wait(3 * MINUTE / SECOND, stride=30)
        assert _whose(day) == (["xa"], {"xa"}, {"xa"})
        rows = day.rows("commune")
        await day.wait(3 * MINUTE / SECOND, stride=30)
        assert _whose(day) == (["moi"], {"moi"}, {"moi"})
        assert day.now("commune").startswith("up")
        assert [(row.start, row.verdict) for row in day.rows("commune")] == [
            (row.start, row.verdict) for row in rows
        ]

"""The real daemon makes the daily report at its hour, of what it has judged itself, and not again after a kill."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.contract import Message
from netwatch.clock import SECOND
from netwatch.mornings import report_sent

if TYPE_CHECKING:
    from conftest import Day, World

pytestmark = pytest.mark.anyio

RECEIVER = ('receivers.it.apprise="env:MAIL"', 'receivers.it.daily="07:05"')


def kept(day: "Day") -> Message | None:
    """The report of today in the database."""
    zone = day.daemon.settings.daemon.zone
    return report_sent(day.store, "it", datetime.fromtimestamp(day.clock.now() / SECOND, zone).date(), zone)


async def made(day: "Day") -> Message:
    """The same once it is there; it is put together on a thread of its own."""
    async with asyncio.timeout(20):
        while (found := kept(day)) is None:
            await day.wait(1)
    return found


async def test_at_its_hour_and_never_again(world: "World") -> None:
    """Seven in the morning in Hà Nội is when stories begin; a line is cut before the report, which tells it."""
    world.overrides = (*world.overrides, *RECEIVER)
    # A port of discard, which nobody serves on loopback: the report is refused, and stays to be sent.
    world.environment["MAIL"] = "json://127.0.0.1:9"
    assert datetime.fromtimestamp(world.clock.now() / SECOND, UTC) + timedelta(hours=7) == datetime(
        2026, 11, 1, 7, tzinfo=UTC
    )
    async with world.day(orderly=False) as day:
        await day.daemon.attend(lambda desk: desk.go_live(day.clock.now()))
        await day.wait(60)
        world.wire.silence("10.1.0.1")
        await day.wait(180)
        assert kept(day) is None
        await day.wait(60)
        first = await made(day)
        assert first.report is not None
        assert {section.key: section.count for section in first.report.sections}["open"] == 1
    async with world.day() as day:
        await day.wait(120)
        again = await made(day)
    assert (again.id, again.reference, again.sealed) == (first.id, first.reference, first.sealed)

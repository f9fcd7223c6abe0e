"""When coverage is counted: where there are norms, when something changed, and for a thirtieth of the time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from inventory.coverage.contract import Aspect, Sighting, State
from inventory.coverage.renewal import Redeclared
from inventory.inspections import Happening, Trigger
from inventory.snapshot import Device, FieldRecord, Inventory, Norm, OrganisationUnit, Site, SurgeProtector
from netwatch.auditing import EVERY, OFTEN, Auditor, Known, rest_after
from netwatch.check import FactKey
from netwatch.clock import SECOND, ManualClock
from netwatch.inspections import NOBODY, Happened
from netwatch.store.contract import FactRow, StoreFault

pytestmark = pytest.mark.anyio

START = 1_793_491_200 * SECOND
SINCE = date(2025, 7, 1)


class Kept:
    """A store with what was seen; `fault` is what it says instead, `lasting` lets time pass."""

    def __init__(self) -> None:
        self.seen: list[Sighting] = []
        self.asked = 0
        self.fault = False
        self.lasting: Callable[[], None] | None = None

    def sightings(self, until: int | None, since: int | None = None) -> Iterable[Sighting]:
        self.asked += 1
        if self.lasting is not None:
            self.lasting()
        if self.fault:
            raise StoreFault("locked", "busy")
        return [one for one in self.seen if until is not None and one.first <= until and since is None]

    def redeclared(self, since: int, until: int) -> Iterable[Redeclared]:
        assert since <= until
        return ()

    def fact_histories(
        self, keys: Iterable[FactKey], start: int, end: int
    ) -> Mapping[FactKey, tuple[FactRow, ...]]:
        return dict.fromkeys((key for key in keys if end < start), ())

    def notices(self, kind: str, until: int, known_at: int) -> Iterable[Mapping[str, Any]]:
        raise AssertionError("what happened is known already")


def province(*norms: Norm) -> Inventory:
    return Inventory(
        {
            "organisation_unit": {
                "xa": OrganisationUnit(
                    id="xa", name="UBND xã", kind="peoples_committee", level="commune", valid_from=SINCE
                )
            },
            "site": {"S": Site(id="S", name="S", organisation_units=("xa",))},
            "device": {"ups": Device(id="ups", name="ups", site="S", kind="ups", address="10.0.0.1")},
            "norm": {norm.id: norm for norm in norms},
        },
        on=date(2026, 11, 1),
    )


NORM = Norm(id="power", name="Bộ lưu điện", item="ups", valid_from=SINCE)


class Counting:
    """An auditor whose clock is moved by hand."""

    def __init__(self) -> None:
        self.clock, self.store = ManualClock(START), Kept()
        self.inventory, self.news = province(NORM), 0
        self.happened: Happened = NOBODY
        self.auditor = Auditor(self.store, self.clock, self.known)

    def known(self) -> Known:
        return self.inventory, self.news, UTC, self.happened

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.auditor.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def go_on(self) -> None:
        """Until the auditor looks again; waits until it waits again."""
        self.clock.move_to(self.clock.now() + OFTEN)
        for _ in range(1000):
            await asyncio.to_thread(lambda: None)
            if self.clock.next_sleeper() is not None:
                return
        raise AssertionError("the audit does not end")

    def state(self) -> State | None:
        """In which state the one cell is."""
        count = self.auditor.count
        return None if count is None else next(state for _, _, state in count.cells)


@pytest.mark.parametrize(("took", "rest"), [(0, OFTEN), (SECOND, 30 * SECOND), (11 * SECOND, EVERY)])
def test_counting_takes_a_thirtieth_of_the_time(took: int, rest: int) -> None:
    """A large province waits longer, none longer than five minutes."""
    assert rest_after(took) == rest


async def test_what_was_seen_is_counted_no_more_often_than_its_time_allows() -> None:
    """And only once where nothing changes."""
    it = Counting()
    it.store.lasting = lambda: it.clock.move_to(it.clock.now() + 3 * SECOND)
    async with it.running():
        await it.go_on()
        assert (it.state(), it.store.asked) == (State.NOT_MEASURED, 1)
        assert it.auditor.count is not None
        assert (it.auditor.count.at, it.auditor.count.names) == (
            START + OFTEN,
            {"power": ("Bộ lưu điện", "ups")},
        )
        it.store.seen, it.news = [Sighting("ups", Aspect.ANSWERED, "", START, START)], 1
        for _ in range(90 * SECOND // OFTEN - 1):
            await it.go_on()
            assert it.store.asked == 1
        await it.go_on()
        assert (it.state(), it.store.asked) == (State.PROVED, 2)
        for _ in range(10):
            await it.go_on()
        assert it.store.asked == 2
        it.inventory = province(NORM)
        await it.go_on()
        assert it.store.asked == 3


async def test_a_strike_is_counted_when_it_is_noticed() -> None:
    """The inspection before it proves nothing more, though nothing else has changed."""
    it, on = Counting(), date(2026, 10, 1)
    records = province(replace(NORM, item="surge_protector")).records
    done = FieldRecord(id="I", item="spd", kind="inspection", on=on, result="pass")
    spd = SurgeProtector(id="spd", name="spd", site="S")
    it.inventory = Inventory({**records, "surge_protector": {"spd": spd}, "field_record": {"I": done}})
    async with it.running():
        await it.go_on()
        assert it.state() is State.PROVED
        it.happened = {"spd": (Happening(Trigger.STRIKE, on + timedelta(days=1)),)}
        while it.store.asked == 1:
            await it.go_on()
        assert it.state() is State.DECLARED


async def test_nothing_is_counted_without_norms() -> None:
    """Nor told any more once there are none."""
    it = Counting()
    async with it.running():
        await it.go_on()
        assert it.state() is not None
        it.inventory = province()
        await it.go_on()
        assert (it.state(), it.store.asked) == (None, 1)


async def test_a_database_that_does_not_answer_is_asked_again() -> None:
    """What was counted before stays."""
    it = Counting()
    it.store.fault = True
    async with it.running():
        await it.go_on()
        assert (it.state(), it.store.asked) == (None, 1)
        it.store.fault = False
        await it.go_on()
        assert (it.state(), it.store.asked) == (State.NOT_MEASURED, 2)

"""Makes the daily reports: at the hour a receiver asks for, once a day, however often netwatch starts or clocks step.

What it makes becomes a message of the desk, which is sent, tried again and handed to fallbacks like any other, behind
all that waits about incidents. It is put together on a thread of its own. One that nobody could make in time is noted
down as left out.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from typing import Protocol, TypeVar

from alerts.contract import Message, Report
from inventory.local_days import end_of, start_of
from netwatch.accounting import beside
from netwatch.availability import periods
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.incidents.contract import Incident
from netwatch.incidents.desk import Desk
from netwatch.incidents.orders import NoSuch
from netwatch.incidents.sealing import TOO_LATE, report_of
from netwatch.language import day as date_words
from netwatch.present import Present
from netwatch.queries.availability import Asked, AvailabilityReport, Recorded, availability
from netwatch.queries.daily import Hour, Morning, daily_report, hour_of
from netwatch.queries.daily_due import today
from netwatch.queries.telling import telling
from netwatch.settings_notifications import ReceiverSettings
from netwatch.store.contract import StoreFault

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
# Of what the figures of a report are.
FIGURES = ("site", "line")
# What is shown to somebody who asked for none.
USUAL = "07:00"


class Nights(Recorded, Protocol):
    """The part of a store that this reads; raises StoreFault."""

    def incidents(self, start: int, end: int) -> Sequence[Incident]:
        """Incidents that went on within [start, end)."""

    def messages(self, receiver: str, start: int, end: int) -> tuple[Message, ...]:
        """Messages to a receiver that were sealed within [start, end)."""


class Attend(Protocol):
    """Runs an operation of the desk where the desk lives."""

    def __call__(self, operation: Callable[[Desk], Result], /) -> Awaitable[Result]:
        """What the operation returns; raises what it raises."""


@dataclass(frozen=True, slots=True)
class House:
    """What reports are made from: `look` gives what is known now; `live` is since when people are told at all."""

    look: Callable[[], Present]
    live: int | None
    zone: tzinfo
    receivers: Mapping[str, ReceiverSettings]


def morning(store: Nights, present: Present, hour: Hour, zone: tzinfo, now: int) -> Morning:
    """Read what is behind a report; raises StoreFault. It takes a while in a large province."""
    local_time = datetime.fromtimestamp(now / SECOND, zone)
    stored = {one.id: one for one in store.incidents(hour.since, now + 1)}
    incidents = {**stored, **present.desk.incidents}
    return Morning(
        today=today(present, hour.day, zone),
        incidents=tuple(incidents[id_] for id_ in sorted(incidents)),
        figures=_figures(store, hour.day - timedelta(days=1), zone, now),
        tell=telling(present, local_time),
        now=now,
    )


def _figures(store: Nights, day: date, zone: tzinfo, now: int) -> tuple[AvailabilityReport, ...]:
    period = periods.day(day, zone)
    return tuple(availability(store, Asked("", by, period), zone, now) for by in FIGURES)


def report_sent(store: Nights, receiver: str, day: date, zone: tzinfo) -> Message | None:
    """The message with a receiver's report of a day; None where there is none. Raises StoreFault."""
    found = store.messages(receiver, start_of(day, zone), end_of(day, zone))
    return report_of(found, receiver, day.isoformat())


class Mornings:
    """Sees to it that every report is made; `house` gives what is known now, `attend` runs what the desk does."""

    def __init__(self, store: Nights, clock: Clock, house: Callable[[], House], attend: Attend) -> None:
        self._store, self._clock, self._house, self._attend = store, clock, house, attend
        self._settled: dict[str, tuple[date, bool]] = {}

    async def run(self) -> None:
        """Make reports for ever."""
        while True:
            await self._clock.sleep_until(self._next())
            await self.turn()

    def _next(self) -> int:
        """The next whole minute: reports are due at one."""
        return (self._clock.now() // MINUTE + 1) * MINUTE

    async def turn(self) -> None:
        """Make what is due and not made yet; a database that cannot be asked is asked again."""
        now, house = self._clock.now(), self._house()
        made: dict[Hour, Morning] = {}
        for name, hour in due(house, now):
            late = now >= hour.stale
            if (
                house.live is None
                or house.live > hour.due
                or self._settled.get(name) in _settling(hour.day, late)
            ):
                continue
            try:
                await self._make(name, hour, house, made, now)
            except StoreFault as fault:
                _log.warning(
                    "The daily report for %s must wait: the database cannot be asked (%s).", name, fault
                )
            else:
                self._settled[name] = hour.day, late

    async def _make(self, name: str, hour: Hour, house: House, made: dict[Hour, Morning], now: int) -> None:
        known = await beside(partial(report_sent, self._store, name, hour.day, house.zone))
        if known is not None and (now >= hour.stale or known.error != TOO_LATE):
            return
        report = _empty(hour, now)
        if now < hour.stale:
            report = await self._composed(name, hour, house, made, now)
        try:
            message = await self._attend(partial(_filed, name=name, report=report, now=now, known=known))
        except NoSuch:
            # A reload removed the receiver meanwhile.
            return
        if message.error == TOO_LATE:
            _log.warning(
                "Receiver %s: the daily report of %s was left out; nobody made it in time.", name, hour.day
            )

    async def _composed(
        self, name: str, hour: Hour, house: House, made: dict[Hour, Morning], now: int
    ) -> Report:
        if hour not in made:
            made[hour] = await self._read(hour, house, now)
        units = house.receivers[name].daily_units
        return await beside(partial(daily_report, made[hour], hour, units))

    async def _read(self, hour: Hour, house: House, now: int) -> Morning:
        present = _still(house.look())
        return await beside(partial(morning, self._store, present, hour, house.zone, now))

    async def test(self, name: str, day: date) -> Report:
        """The report that a receiver would get of a day, as a test; raises KeyError, StoreFault."""
        house, now = self._house(), self._clock.now()
        own = house.receivers[name]
        hour = hour_of(day, own.daily or USUAL, house.zone)
        found = await self._read(hour, house, now)
        return await beside(partial(daily_report, found, hour, own.daily_units, test=True))


def due(house: House, now: int) -> Iterator[tuple[str, Hour]]:
    """Whose report of today is due by now."""
    today = datetime.fromtimestamp(now / SECOND, house.zone).date()
    for name, own in sorted(house.receivers.items()):
        hour = hour_of(today, own.daily, house.zone) if own.daily else None
        if hour is not None and now >= hour.due:
            yield name, hour


def _settling(day: date, late: bool) -> tuple[tuple[date, bool], ...]:
    """What need not be looked at again: a report made; one left out only while it still is too late."""
    return ((day, False), (day, True)) if late else ((day, False),)


def _empty(hour: Hour, now: int) -> Report:
    return Report(hour.day.isoformat(), date_words(hour.day), hour.since, now, hour.stale)


def _filed(desk: Desk, name: str, report: Report, now: int, known: Message | None) -> Message:
    return desk.report(name, report, now, known)


def _still(present: Present) -> Present:
    """The same for another thread: what changes meanwhile is copied."""
    return replace(present, judged=dict(present.judged), facts=dict(present.facts))

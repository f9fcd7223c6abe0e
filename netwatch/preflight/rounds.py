"""Measures sites before a conference, all at once, each within its own time: what is not in by then is not known.

At each address one burst of voice and one of video, beside them the looks of the plan at endpoints and UPS, and two
readings of the line's counters some seconds apart. A device is never asked two things at once, except for echoes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from netwatch.check import Check
from netwatch.clock import SECOND
from netwatch.control.contract import OneOff
from netwatch.oneoff import look_once
from netwatch.preflight.contract import VIDEO, VOICE, LineSeen, Measured, PathSeen, SiteReport, Tell
from netwatch.preflight.judging import judge, path_opinion, verdict
from netwatch.preflight.order import LineEnd, Seat, SiteOrder
from netwatch.settings_preflight import PreflightSettings
from probes.contract import Probe
from probes.kit import Kit
from probes.transports.errors import TransportError
from probes.transports.icmp.contract import Burst

# The traffic class carries DSCP in its upper six bits (RFC 2474).
_DSCP_SHIFT = 2
_BITS = 8
# A look that has less time than this left is not begun.
_LEAST_SECONDS = 0.5
_RECEIVED, _SENT = "interface_receive_bytes_total", "interface_transmit_bytes_total"

Item = TypeVar("Item")

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Means:
    """What a preflight works with: transports, kinds of probes, bounds, the wall clock (microseconds) and pauses."""

    kit: Kit
    probes: Mapping[str, Probe]
    bounds: PreflightSettings
    now: Callable[[], int]
    pause: Pause = asyncio.sleep


async def examine(orders: Sequence[SiteOrder], means: Means, tell: Tell) -> tuple[SiteReport, ...]:
    """The reports of all sites, in the order asked for; `tell` hears (done, of how many, site) as they come in."""
    done = 0

    async def one(order: SiteOrder) -> SiteReport:
        nonlocal done
        report = await _site(order, means)
        done += 1
        await tell(done, len(orders), order.site.id)
        return report

    return tuple(await asyncio.gather(*(one(order) for order in orders)))


async def _site(order: SiteOrder, means: Means) -> SiteReport:
    at, began = means.now(), means.kit.monotonic()
    work = Work(means, began + means.bounds.most_seconds)
    bursts = [work.paths(seat) for seat in order.seats]
    asked = [work.asked(checks) for checks in (*(seat.checks for seat in order.seats), *order.supplies)]
    paths, looks, lines = await asyncio.gather(
        asyncio.gather(*bursts), asyncio.gather(*asked), asyncio.gather(*map(work.line, order.lines))
    )
    measured = Measured(_flat(paths), tuple(lines), _flat(looks))
    findings = judge(order, measured, means.bounds)
    return SiteReport(
        site=order.site.id,
        name=order.site.name,
        at=at,
        took=means.kit.monotonic() - began,
        verdict=verdict(findings),
        opinion=path_opinion(measured.paths, means.bounds),
        findings=findings,
        measured=measured,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What is done at one site until `end` (monotonic seconds)."""

    means: Means
    end: float

    async def paths(self, seat: Seat) -> tuple[PathSeen, ...]:
        """Voice, then video."""
        bounds = self.means.bounds
        streams = (
            (VOICE, bounds.voice_bytes, bounds.voice_dscp),
            (VIDEO, bounds.video_bytes, bounds.video_dscp),
        )
        return tuple([await self._burst(seat, *stream) for stream in streams])

    async def _burst(self, seat: Seat, stream: str, size: int, dscp: int) -> PathSeen:
        bounds, kit = self.means.bounds, self.means.kit.until_at(self.end)
        try:
            burst = await kit.burst(
                seat.address,
                count=bounds.echoes,
                spacing=bounds.spacing,
                size=size,
                wait=bounds.wait,
                tos=dscp << _DSCP_SHIFT,
            )
        except TransportError as error:
            return PathSeen(seat.item, seat.address, stream, fault=str(error.reason))
        return _path(seat, stream, burst)

    async def asked(self, checks: Iterable[Check]) -> tuple[OneOff, ...]:
        """One look by each check, one after the other, as far as time allows."""
        found: list[OneOff] = []
        for check in checks:
            left = self.end - self.means.kit.monotonic()
            if left < _LEAST_SECONDS:
                break
            found += await self._look(check, left)
        return tuple(found)

    async def _look(self, check: Check, seconds: float) -> tuple[OneOff, ...]:
        soon = replace(check, deadline=min(check.deadline, round(seconds * SECOND)))
        kit = self.means.kit
        return await look_once((soon,), self.means.probes, kit, kit.monotonic)

    async def line(self, end: LineEnd) -> LineSeen:
        """What runs over a line between two readings; rates stay None where it cannot be read twice."""
        line = end.line
        seen = LineSeen(
            line.id,
            line.role,
            contracted_down=line.bandwidth_down,
            contracted_up=line.bandwidth_up,
        )
        if end.check is None:
            return seen
        first = await self._counters(end.check, end.part)
        if not first:
            return seen
        began = self.means.kit.monotonic()
        await self.means.pause(self.means.bounds.counter_seconds)
        second = await self._counters(end.check, end.part)
        seconds = self.means.kit.monotonic() - began
        received, sent = (_rate(first, second, metric, seconds) for metric in (_RECEIVED, _SENT))
        down, up = (received, sent) if end.towards else (sent, received)
        return replace(seen, down=down, up=up, seconds=seconds)

    async def _counters(self, check: Check, part: str) -> Mapping[str, float]:
        left = self.end - self.means.kit.monotonic()
        if left < _LEAST_SECONDS:
            return {}
        looks = await self._look(check, left)
        return {
            saw.name: float(saw.value)
            for look in looks
            for saw in look.saw
            if saw.type == "sample" and saw.part == part and saw.name in (_RECEIVED, _SENT)
        }


def _path(seat: Seat, stream: str, burst: Burst) -> PathSeen:
    return PathSeen(
        item=seat.item,
        address=seat.address,
        stream=stream,
        sent=len(burst.rtts),
        loss=burst.loss,
        rtt=burst.mean,
        jitter=burst.jitter,
        jitter_p95=burst.jitter_p95,
        router=next((fault.reporter for fault in burst.faults if not fault.by_target), ""),
    )


def _rate(
    first: Mapping[str, float], second: Mapping[str, float], metric: str, seconds: float
) -> float | None:
    before, after = first.get(metric), second.get(metric)
    if before is None or after is None or seconds <= 0 or after < before:
        return None
    return (after - before) * _BITS / seconds


def _flat(groups: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    return tuple(item for group in groups for item in group)

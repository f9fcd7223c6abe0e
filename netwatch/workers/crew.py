"""The daemon's side of its workers: starts them, shares the plan out, takes in what they saw, restarts who died.

Routing domains are shared out by partition (see `netwatch.bus.partition`), so that all looks into one domain are made
by one process and an address means one device there. One domain is never split: a place with a single routing
domain gains nothing from more workers.
"""

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from netwatch.bus.contract import Bus, Hasten
from netwatch.bus.partition import worker_of
from netwatch.check import Batch, Check
from netwatch.clock import MINUTE, SECOND, Clock
from netwatch.poll import ROUTINE, Tally, summed, tally_from_json
from netwatch.settings_sections import Settings
from netwatch.workers.frames import (
    ANEW,
    CLOCK,
    FORGIVE,
    HASTEN,
    PACE,
    PLAN,
    READY,
    RENEW,
    SEEN,
    START,
    TALLY,
    FrameFault,
    check_to_json,
)
from netwatch.workers.observations import Receiver
from netwatch.workers.start import credentials_to_json, start_to_json
from netwatch.workers.stream import Stream
from probes.contract import Params

_log = logging.getLogger(__name__)

# A worker; the number of its socket comes behind.
PROGRAM = (sys.executable, "-I", "-m", "netwatch.workers.process")
FIRST_WAIT, LONGEST_WAIT = SECOND, MINUTE
# A worker that has lived so long did not die of how it was started.
SETTLED = 5 * MINUTE
STOP_SECONDS = 5.0
# A worker tells its tally every second; one that has said nothing for so many hangs.
DUMB_SECONDS = 120.0
IDLE = (
    "A routing domain is never split over workers; set looks.workers to fewer, or name more routing domains."
)


class _Hand:
    """One worker: its process, its stream while it lives, and what it told last."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.stream: Stream | None = None
        self.receiver = Receiver()
        self.tally = Tally()
        self.checks: list[Check] = []
        self.heard = 0.0

    def post(self, kind: str, content: object) -> None:
        """Send, if it lives; a worker that starts is told everything anew."""
        if self.stream is not None:
            self.stream.post(kind, content)


class Crew:
    """So many workers behind the face of a `Poller`. `offset` is how far `clock` is ahead of the boot clock."""

    def __init__(
        self,
        settings: Settings,
        number: int,
        bus: Bus,
        clock: Clock,
        offset: Callable[[], int],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._hands = [_Hand(place) for place in range(number)]
        self._settings, self._bus, self._clock, self._offset = settings, bus, clock, offset
        self._program = program
        self._revision, self._most = 0, 1
        self._where: dict[str, _Hand] = {}
        self._batches = 0
        # What workers that have died had counted, so that the sums never go back.
        self._buried = Tally()
        self._restarts = 0

    def adopt(
        self,
        revision: int,
        checks: Mapping[str, Check],
        params: Mapping[str, Params],  # noqa: ARG002 - workers make them of the checks
        most: int,
    ) -> None:
        """Share a plan out; each worker may have its share of `most` looks under way."""
        self._revision, self._most = revision, most
        for hand in self._hands:
            hand.checks = []
        for check in checks.values():
            self._hands[worker_of(check.routing_domain, len(self._hands))].checks.append(check)
        self._where = {check.id: hand for hand in self._hands for check in hand.checks}
        for hand in self._hands:
            hand.post(PLAN, self._share(hand))
        if checks and (idle := [hand.number for hand in self._hands if not hand.checks]):
            _log.warning("Workers without anything to do: %s. %s", ", ".join(map(str, idle)), IDLE)

    def renew(self, settings: Settings) -> None:
        """Let each worker read its secrets again; what starts later starts with these settings."""
        self._settings = settings
        for hand in self._hands:
            hand.post(RENEW, credentials_to_json(settings))

    def forgive(self) -> None:
        """As `Poller.forgive`."""
        for hand in self._hands:
            # What is to be forgiven ends now by the clock as it is since the step.
            hand.post(CLOCK, self._offset())
            hand.post(FORGIVE, None)

    def tally(self) -> Tally:
        """As `Poller.tally`, up to a second old; the transport event worker_restarts is ours."""
        total = summed((self._buried, *(hand.tally for hand in self._hands)))
        total.groups["transport"]["worker_restarts"] = self._restarts
        return total

    async def run(self) -> None:
        """Keep the workers alive for ever; cancelling ends them."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._command())
            tasks.create_task(self._keep_time())
            for hand in self._hands:
                tasks.create_task(self._keep_alive(hand))

    async def _keep_time(self) -> None:
        """Tell the workers when the daemon's clock has moved against the boot clock; leave those that hang."""
        told = self._offset()
        while True:
            await self._clock.sleep_until(self._clock.now() + SECOND)
            for hand in self._hands:
                if hand.stream is not None and self._hangs(hand):
                    hand.stream.abort()
            if self._offset() != told:
                told = self._offset()
                for hand in self._hands:
                    hand.post(CLOCK, told)

    def _hangs(self, hand: _Hand) -> bool:
        return self._clock.monotonic() - hand.heard > DUMB_SECONDS

    def _share(self, hand: _Hand) -> dict[str, Any]:
        most = max(1, self._most // len(self._hands))
        return {"revision": self._revision, "most": most, "checks": [check_to_json(c) for c in hand.checks]}

    async def _command(self) -> None:
        async for command in self._bus.commands():
            for hand, ids in self._recipients(command.checks).items():
                if isinstance(command, Hasten):
                    hand.post(HASTEN, {"checks": ids, "within": command.within})
                else:
                    hand.post(PACE, {"checks": ids, "slower": command.slower})

    def _recipients(self, checks: Iterable[str]) -> Mapping[_Hand, list[str]]:
        whose: dict[_Hand, list[str]] = {}
        for id_ in checks:
            if id_ in self._where:
                whose.setdefault(self._where[id_], []).append(id_)
        return whose

    async def _keep_alive(self, hand: _Hand) -> None:
        wait = FIRST_WAIT
        while True:
            began = self._clock.now()
            try:
                code = await self._live(hand)
            except OSError as error:
                code = f"it could not be started: {error.strerror or error}"
            wait = FIRST_WAIT if self._clock.now() - began > SETTLED else wait
            self._restarts += 1
            text = "Worker %d ended unexpectedly (%s). What it looks at is not measured until it runs again, in %d s."
            _log.error(text, hand.number, code, wait // SECOND)
            await self._clock.sleep_until(self._clock.now() + wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _live(self, hand: _Hand) -> str:
        """One life of a worker, from its start to its end; how it ended. Raises OSError when it cannot start."""
        process, hand.stream = await self._started()
        hand.receiver, hand.heard = Receiver(), self._clock.monotonic()
        try:
            hand.post(START, {**start_to_json(self._settings, len(self._hands)), "offset": self._offset()})
            hand.post(PLAN, self._share(hand))
            fault = await self._listen(hand)
        finally:
            hand.stream.close()
            hand.stream = None
            self._bury(hand)
            code = await _ended(process)
        return fault or f"exit status {code}"

    async def _started(self) -> tuple[asyncio.subprocess.Process, Stream]:
        """A new process and the stream to it; raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *(*self._program, str(theirs.fileno())),
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            except OSError:
                ours.close()
                raise
        return process, await Stream.over(ours)

    def _bury(self, hand: _Hand) -> None:
        self._buried.add(hand.tally.groups)
        hand.tally = Tally()

    async def _listen(self, hand: _Hand) -> str:
        """Take in frames until the worker closes the stream; what was wrong with the last one, if anything."""
        stream = hand.stream
        while stream is not None:
            try:
                frame = await stream.receive()
                if frame is None:
                    break
                hand.heard = self._clock.monotonic()
                await self._take(hand, *frame)
            except (FrameFault, ValueError, TypeError, LookupError, OSError) as error:
                return f"it sent something that makes no sense: {type(error).__name__}"
        return f"it has said nothing for {DUMB_SECONDS:g} s" if self._hangs(hand) else ""

    async def _take(self, hand: _Hand, kind: str, content: Any) -> None:  # noqa: ANN401 - whatever the frame held
        if kind == SEEN:
            self._batches += 1
            observations = tuple(hand.receiver.unpack(each) for each in content)
            await self._bus.publish(Batch(self._batches, observations))
        elif kind == TALLY:
            hand.tally = tally_from_json(content)
        elif kind == ANEW:
            hand.receiver.forget()
        elif kind == READY:
            _log.info("Worker %d runs: %d checks.", hand.number, len(hand.checks))
            for code, text in content:
                # What ails the transports of one ails those of all: the first one's warning is enough.
                routine = hand.number or code in ROUTINE
                _log.log(logging.INFO if routine else logging.WARNING, "Worker %d: %s", hand.number, text)


async def _ended(process: asyncio.subprocess.Process) -> int:
    """Wait for the end of a process whose stream is closed; it is killed if it does not heed that."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.shield(process.wait()), STOP_SECONDS)
    with suppress(ProcessLookupError):
        process.kill()
    return await process.wait()

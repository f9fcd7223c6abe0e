"""The first consumer, and what drives the second: takes batches, commits, acknowledges.

While the database cannot take a commit nothing is lost and nothing stops: looks go on, the live picture moves on, the
transitions wait in memory in order, and the batches stay unacknowledged until their transitions are written.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from netwatch.bus.contract import Bus, Command, Hasten, Pace
from netwatch.check import LOCAL, Batch, Check, FactKey, Observation
from netwatch.clock import SECOND, Clock, ClockEvent
from netwatch.judging import Judging
from netwatch.plan import Plan
from netwatch.recorder import REACHABLE, Recorder
from netwatch.state import STOPPED, Transition
from netwatch.store.contract import FactRow, Store, StoreFault

_log = logging.getLogger(__name__)

HEARTBEAT = 5 * SECOND
RETRY = SECOND

Write = Callable[[Callable[[], None]], Awaitable[None]]


class Recording:
    """Owns the fact states; everything that changes them goes through its one task.

    `write` runs a blocking call on the writer thread. `fault` is the store's fault in force, None while it works.
    """

    def __init__(self, store: Store, bus: Bus, clock: Clock, write: Write) -> None:
        self.recorder = Recorder()
        self.judging = Judging(store)
        self.fault: StoreFault | None = None
        self._store, self._bus, self._clock, self._write = store, bus, clock, write
        self._inbox: asyncio.Queue[Batch | Callable[[], Sequence[Transition]]] = asyncio.Queue()
        self._transitions: list[Transition] = []
        self._rows: list[FactRow] = []
        self._unacknowledged: list[Batch] = []
        self._plan_unsettled = False
        self._waiting_since = 0
        self._last_try = 0
        self._last_commit = 0

    @property
    def behind(self) -> int:
        """For how long something has been waiting to be committed, microseconds."""
        return self._clock.now() - self._waiting_since if self._waiting_since else 0

    @property
    def committed(self) -> bool:
        """Whether the store has taken a commit since the start."""
        return bool(self._last_commit)

    @property
    def idle(self) -> bool:
        """Whether there is nothing left to take in or to write."""
        return self._inbox.empty() and not self._waiting_since

    @property
    def depths(self) -> Mapping[str, int]:
        """Queue depths by name."""
        return {
            "inbox": self._inbox.qsize(),
            "transitions": len(self._transitions) + len(self._rows),
            "unacknowledged": len(self._unacknowledged),
        }

    def restore(self, plan: Plan, now: int) -> None:
        """Take over what an earlier run stored; the time since its last heartbeat is unknown(stopped).

        Raises StoreFault when the database cannot be read.
        """
        self.recorder.plan, self.judging.topology = plan, plan.topology
        states = list(self._store.facts())
        self.recorder.restore(states)
        beats = self._store.heartbeats()
        since = beats.get(LOCAL, now)
        self.judging.restore(states, self._store.verdicts(min(since, now) - 3600 * SECOND))
        self._rows = list(self._store.fact_rows(self._store.cursor(), 1_000_000))
        if beats:
            self._note(self.recorder.interrupted(since, now, STOPPED))

    def adopt(self, plan: Plan) -> None:
        """Take over a plan, in turn with the batches."""
        self._inbox.put_nowait(lambda: self._adopt(plan))

    def disturb(self, event: ClockEvent) -> None:
        """The clock stepped or the machine slept: a sliver nobody measured."""
        self._inbox.put_nowait(lambda: self.recorder.interrupted(event.start, self._clock.now(), event.what))

    async def run(self) -> None:
        """Take in and commit for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump())
            tasks.create_task(self._beat())
            while True:
                await self._take(await self._inbox.get())

    async def finish(self) -> None:
        """Take in what is left and commit once more, with a last heartbeat; for an orderly stop."""
        while not self._inbox.empty():
            await self._take(self._inbox.get_nowait())
        await self._commit(self._clock.now())

    async def _pump(self) -> None:
        async for batch in self._bus.batches():
            self._inbox.put_nowait(batch)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + (RETRY if self.fault else HEARTBEAT))
            self._inbox.put_nowait(self._tick)

    def _tick(self) -> Sequence[Transition]:
        return self.recorder.expire(self._clock.now())

    def _adopt(self, plan: Plan) -> Sequence[Transition]:
        now = self._clock.now()
        transitions = self.recorder.adopt(plan, now)
        self.judging.adopt(plan, now)
        self._plan_unsettled = True
        self._wait_from(now)
        return transitions

    async def _take(self, item: Batch | Callable[[], Sequence[Transition]]) -> None:
        if isinstance(item, Batch):
            self._unacknowledged.append(item)
            self._note([step for seen in item.observations for step in self.recorder.take(seen)])
            for command in self._commands(item):
                await self._bus.command(command)
        else:
            self._note(item())
        await self._commit_when_due()

    def _note(self, transitions: Sequence[Transition]) -> None:
        now = self._clock.now()
        self.judging.foresee(transitions, self.recorder.blind_since, now)
        self._transitions.extend(transitions)
        if self._transitions or self._unacknowledged or self._rows:
            self._wait_from(now)

    def _wait_from(self, now: int) -> None:
        self._waiting_since = self._waiting_since or now

    def _commands(self, batch: Batch) -> list[Command]:
        commands: list[Command] = []
        for seen in batch.observations:
            check = self.recorder.plan.checks.get(seen.check)
            if check is not None:
                commands.extend(self._follow_up(check, seen))
        return commands

    def _follow_up(self, check: Check, seen: Observation) -> list[Command]:
        """Re-check soon while a fact is about to change; pace requests by whether echoes return."""
        commands: list[Command] = []
        if self.recorder.soft(check.id):
            commands.append(Hasten((check.id,), check.recheck))
        if check.kind == "icmp_echo":
            commands.extend(self._pace(check, seen))
        return commands

    def _pace(self, check: Check, seen: Observation) -> list[Command]:
        siblings = self.recorder.siblings(check)
        state = self.recorder.states.get(FactKey(check.id, "", REACHABLE, seen.vantage))
        if not siblings or state is None or not state.votes:
            return []
        if state.votes[-1].holds is False and state.holds is False:
            return [Pace(siblings, slower=True)]
        if state.votes[-1].holds is True and (state.soft or state.since == seen.at):
            return [Pace(siblings, slower=False), Hasten(siblings)]
        return []

    async def _commit_when_due(self) -> None:
        now = self._clock.now()
        news = self._waiting_since and (self.fault is None or now - self._last_try >= RETRY)
        quiet = now - max(self._last_commit, self._last_try) >= HEARTBEAT
        if news or quiet:
            self._last_try = now
            await self._commit(now)

    async def _commit(self, now: int) -> None:
        try:
            await self._write(lambda: self._transact(now))
        except StoreFault as fault:
            self._failed(fault)
            return
        self._recovered(now)
        for batch in self._unacknowledged:
            await self._bus.acknowledge(batch)
        self._unacknowledged.clear()

    def _transact(self, now: int) -> None:
        """Both transactions, on the writer thread; what the first has written is not written again."""
        rows = self._store.record(self._transitions, {LOCAL: now}, now)
        self._rows.extend(rows)
        self._transitions.clear()
        self.judging.settle(self._rows, self.recorder.blind_since, now)
        self._rows.clear()
        if self._plan_unsettled:
            self.judging.settle_plan(now)
            self._plan_unsettled = False

    def _failed(self, fault: StoreFault) -> None:
        if self.fault is None or self.fault.what != fault.what:
            _log.error(
                "The database cannot be written (%s). Looks go on; what they find waits in memory.", fault
            )
        self.fault = fault
        self._wait_from(self._clock.now())

    def _recovered(self, now: int) -> None:
        if self.fault is not None:
            _log.warning("The database can be written again; everything that waited has been stored.")
        self.fault = None
        self._last_commit = now
        self._waiting_since = 0

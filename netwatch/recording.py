"""The first consumer, and what drives the second: takes batches, commits, acknowledges.

While the database cannot take a commit nothing is lost and nothing stops: looks go on, the live picture moves on, the
transitions wait in memory in order, and the batches stay unacknowledged until their transitions are written. Taking
in and committing are two tasks, so that a database that is slow or waits for a lock does not hold the picture up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from netwatch.backfill import Late, last_failure
from netwatch.bus.contract import Bus, Command, Hasten, Pace
from netwatch.check import LOCAL, Batch, Check, FactKey, Observation
from netwatch.clock import HOUR, SECOND, Clock, ClockEvent
from netwatch.evidence import Looks
from netwatch.incidents.circumstances import Circumstances
from netwatch.judging import Judging
from netwatch.limits.watch import Watch
from netwatch.plan import Plan
from netwatch.recorder import REACHABLE, Recorder
from netwatch.sampling.sampler import Sampler
from netwatch.state import STOPPED, FactState, Transition
from netwatch.store.contract import FactRow, Store, StoreFault
from netwatch.throughput import Throughput

_log = logging.getLogger(__name__)

HEARTBEAT = 5 * SECOND
RETRY = SECOND
# The probe that tells whether a device can be managed, and its fact.
SYSTEM, MANAGEABLE = "snmp_system", "manageable"
# So many transitions are noted at once.
PORTION = 1000
# A transaction writes at most so many; only the last of a commit says until when everything was looked at.
MOST = 5000

Write = Callable[[Callable[[], None]], Awaitable[None]]


class Recording:
    """Owns the fact states; everything that changes them goes through its one task.

    `write` runs a blocking call on the one writer thread, calls in order. `fault` is the store's fault in force, None
    while it works. What waits to be written grows at its end on the event loop and shrinks at its front on the writer
    thread. `overlay` adds to looks what others know of them.
    """

    def __init__(self, store: Store, bus: Bus, clock: Clock, write: Write) -> None:
        self.recorder = Recorder()
        self._watch = Watch()
        self.overlay: Callable[[Observation], Observation] = _as_it_is
        self.throughput = Throughput()
        self.circumstances = Circumstances()
        self.judging = Judging(store, self.recorder.states)
        self.sampler = Sampler(self.judging.live)
        self.fault: StoreFault | None = None
        self._store, self._bus, self._clock, self._write = store, bus, clock, write
        self._inbox: asyncio.Queue[Batch | Callable[[], Iterable[Transition]]] = asyncio.Queue()
        # Held while many facts change together, so that no commit falls in between.
        self._whole = asyncio.Lock()
        self._transitions: list[Transition] = []
        self._rows: list[FactRow] = []
        self._unacknowledged: list[Batch] = []
        self._settled: tuple[Plan | None, Mapping[str, int]] = None, {}
        self._due = asyncio.Event()
        self._waiting_since = 0
        self._last_try = 0
        self._last_commit = 0
        self._last_beat = 0

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
        self.recorder.plan = plan
        self.judging.topology, self.judging.checks = plan.topology, plan.checks
        states = list(self._store.facts())
        beats = self._store.heartbeats()
        since = beats.get(LOCAL, now)
        self._watch.restore(states)
        self.recorder.restore(states, min(since, now))
        # What the first judgement of this run may have to tell again; without it the past would become unknown.
        start = min(since, now) - HOUR
        telling = [state.key for state in states if state.key in plan.topology.told_by]
        told = self._store.fact_histories(telling, start, max(since, now) + 1)
        self.judging.restore(told, self._store.verdicts(start))
        self.circumstances.restore(plan.checks, told)
        latching = self.recorder.latching(state.key for state in states)
        stored = self._store.fact_histories(latching, 0, max(since, now) + 1) if latching else {}
        self.recorder.failed({key: last_failure(rows) for key, rows in stored.items()})
        self._rows = list(self._store.fact_rows(self._store.cursor(), 1_000_000))
        if beats:
            self._note(self.recorder.interrupted(since, now, STOPPED))

    def manageable(self, plan: Plan) -> list[FactState]:
        """What is believed of whether the devices of a plan can be managed."""
        keys = (FactKey(id_, "", MANAGEABLE) for id_, check in plan.checks.items() if check.kind == SYSTEM)
        return [state for key in keys if (state := self.recorder.states.get(key)) is not None]

    def adopt(self, plan: Plan) -> None:
        """Take over a plan, in turn with the batches."""
        self._inbox.put_nowait(lambda: self._adopt(plan))

    def disturb(self, event: ClockEvent) -> None:
        """The clock stepped or the machine slept: a sliver nobody measured."""
        now = self._clock.now()
        self._inbox.put_nowait(lambda: self.recorder.interrupting(event.start, now, event.what))

    async def run(self) -> None:
        """Take in and commit for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump())
            tasks.create_task(self._keep_committing())
            while True:
                await self._take(await self._inbox.get())

    def beat(self) -> None:
        """To be called every second, once the clock was checked: in time, silence is news and a heartbeat is due."""
        now = self._clock.now()
        if now - self._last_beat >= (RETRY if self.fault else HEARTBEAT):
            self._last_beat = now
            # Of this moment: what was published before it stands before it in the queue, however long that is.
            self._inbox.put_nowait(lambda: self.recorder.expire(now))

    async def finish(self) -> None:
        """Take in what is left and commit once more, with a last heartbeat; for an orderly stop after `run`."""
        # A commit under way when `run` was cancelled goes on in the writer's queue; this waits for its end.
        await self._write(lambda: None)
        while not self._inbox.empty():
            await self._take(self._inbox.get_nowait())
        await self._commit(last=True)

    async def _pump(self) -> None:
        async for batch in self._bus.batches():
            self._inbox.put_nowait(batch)

    def _adopt(self, plan: Plan) -> Sequence[Transition]:
        now = self._clock.now()
        transitions = self.recorder.adopt(plan, now)
        self._watch.adopt(plan.limits, plan.checks)
        self.judging.adopt(plan, now)
        self.sampler.adopt(plan.topology, plan.checks)
        self._wait_from(now)
        return transitions

    async def _take(self, item: Batch | Callable[[], Iterable[Transition]]) -> None:
        if isinstance(item, Batch):
            await self._take_in(item)
        else:
            async with self._whole:
                await self._turn(iter(item()))
            await self._hasten()
        if self._commit_is_due():
            self._due.set()

    async def _take_in(self, batch: Batch) -> None:
        self._unacknowledged.append(batch)
        transitions: list[Transition] = []
        stirred: list[Observation] = []
        for look in batch.observations:
            self.sampler.take(look, self.throughput.take(look))
            seen = self._watch.judged(self.overlay(look))
            if changes := self.recorder.take(seen):
                self._watch.learn(changes)
                transitions += changes
            self.circumstances.note(self.recorder.plan.checks.get(seen.check), seen)
            if not self.recorder.well(seen.check):
                stirred.append(seen)
        self._note(transitions)
        for command in self._commands(stirred):
            await self._bus.command(command)
        await self._hasten()

    async def _hasten(self) -> None:
        """Have looked at at once whatever a failure needs to be told of what failed."""
        if checks := self.judging.hastened():
            await self._bus.command(Hasten(checks))

    async def _turn(self, transitions: Iterator[Transition]) -> None:
        """Note many transitions, with a turn for everybody else now and then."""
        while portion := list(islice(transitions, PORTION)):
            self._note(portion)
            await asyncio.sleep(0)
        self._note(())

    def _note(self, transitions: Sequence[Transition]) -> None:
        now = self._clock.now()
        self.sampler.turned(transitions)
        self.judging.foresee(transitions, self.recorder.blind_since, now)
        self._transitions.extend(transitions)
        if self._transitions or self._unacknowledged or self._rows:
            self._wait_from(now)

    def _wait_from(self, now: int) -> None:
        self._waiting_since = self._waiting_since or now

    def _commands(self, stirred: Iterable[Observation]) -> list[Command]:
        """What follows from looks at checks that are not simply well."""
        commands: list[Command] = []
        for seen in stirred:
            check = self.recorder.plan.checks.get(seen.check)
            if check is not None:
                commands.extend(self._follow_up(check, seen))
        return commands

    def _follow_up(self, check: Check, seen: Observation) -> list[Command]:
        """Re-check soon while a fact is about to change; pace requests by whether echoes return."""
        commands: list[Command] = []
        if self.recorder.soft(check.id):
            commands.append(Hasten((check.id,), check.recheck))
            self.judging.doubt(seen, self._clock.now())
        if check.kind == "icmp_echo":
            commands.extend(self._pace(check, seen))
        return commands

    def _pace(self, check: Check, seen: Observation) -> list[Command]:
        siblings = self.recorder.siblings(check)
        state = self.recorder.states.get(FactKey(check.id, "", REACHABLE, seen.vantage))
        if not siblings or state is None or not state.votes:
            return []
        if state.votes[-1].holds is False and state.holds is False and not self.recorder.answers(siblings):
            self.recorder.paced(siblings, slower=True)
            return [Pace(siblings, slower=True)]
        if state.votes[-1].holds is True and (state.soft or state.since == seen.at):
            self.recorder.paced(siblings, slower=False)
            return [Pace(siblings, slower=False), Hasten(siblings)]
        return []

    def _commit_is_due(self) -> bool:
        now = self._clock.now()
        news = self._waiting_since and (self.fault is None or now - self._last_try >= RETRY)
        quiet = now - max(self._last_commit, self._last_try) > HEARTBEAT - RETRY
        return bool(news or quiet)

    async def _keep_committing(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            async with self._whole:
                pass
            await self._commit()

    async def _commit(self, last: bool = False) -> None:
        """Write what is known at this moment; what comes in while it is written waits for the next time."""
        now, taken, batches = self._clock.now(), len(self._transitions), tuple(self._unacknowledged)
        settled = self._settled[0]
        plan, blind, late = self.recorder.plan, dict(self.recorder.blind_since), self.recorder.late_looks()
        looks = self._looks(plan, blind)
        owed = self._owes(plan, blind, now) or self.judging.ripens(looks, now)
        if not (taken or self._rows or late or last or owed):
            await self._acknowledge(batches)
            self._waiting_since = 0
            return
        try:
            for _ in range(taken // MOST):
                await self._write(lambda: self._transact(MOST, plan, blind, {}, looks, now))
            await self._write(lambda: self._transact(taken % MOST, plan, blind, {LOCAL: now}, looks, now))
            await self._remember_failures(_taken_up(settled, plan), now)
            # While stored facts are held back the past cannot be amended: late looks wait, and so does their batch.
            waits = bool(late) and self.judging.holding
            if late and not waits:
                await self._write(lambda: self.judging.settle_late(late, plan, now))
                await self._remember_failures(late, now)
        except StoreFault as fault:
            self._failed(fault)
            return
        finally:
            # From its end: a try may itself take as long as the database waits for a lock.
            self._last_try = self._clock.now()
        if not waits:
            await self._acknowledge(batches)
        if wanted := self.judging.wanted():
            await self._bus.command(Hasten(wanted))
        self._filled({} if waits else late)
        self._recovered(now, waits)

    async def _remember_failures(self, late: Iterable[FactKey], now: int) -> None:
        """A failure that only late looks have seen, or that was before this plan, stays one too, where failures do."""
        latching = self.recorder.latching(late)
        stored: dict[FactKey, Sequence[FactRow]] = {}
        if latching:
            await self._write(lambda: stored.update(self._store.fact_histories(latching, 0, now + 1)))
        self.recorder.failed({key: last_failure(rows) for key, rows in stored.items()})

    def _looks(self, plan: Plan, blind: Mapping[str, int]) -> Looks:
        """What the writer thread must know of the newest looks to judge what is to be written."""
        news = [*(row.transition for row in self._rows), *self._transitions]
        settled, seen = self._settled
        turned = self.fault is not None or plan is not settled or blind != seen
        return self.judging.looks(news, everything=turned)

    def _owes(self, plan: Plan, blind: Mapping[str, int], now: int) -> bool:
        """Whether the store lacks more than transitions: a plan, a vantage's sight, a heartbeat, what a fault left."""
        settled, seen = self._settled
        due = now - self._last_commit > HEARTBEAT - RETRY
        return due or self.fault is not None or plan is not settled or blind != seen

    async def _acknowledge(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            await self._bus.acknowledge(batch)
        del self._unacknowledged[: len(batches)]

    def _filled(self, late: Mapping[FactKey, Late]) -> None:
        """What these late looks told is stored: the live picture takes it over."""
        aside = self.recorder.late
        aside.used({key: those.looks for key, those in late.items()})
        if aside.lost:
            _log.warning(
                "%d looks came late and found no room in memory; their time stays unknown.", aside.lost
            )
            aside.lost = 0
        self.judging.catch_up(self._transitions, self.recorder.blind_since, self._clock.now())

    def _transact(
        self,
        taken: int,
        plan: Plan,
        blind: Mapping[str, int],
        beats: Mapping[str, int],
        looks: Looks,
        now: int,
    ) -> None:
        """Both transactions, on the writer thread; what the first has written is not written again."""
        self._rows.extend(self._store.record(self._transitions[:taken], beats, now))
        del self._transitions[:taken]
        if self.fault is not None:
            self._rows = self._fed(now)
        self.judging.settle(self._rows, plan.topology, blind, now, looks)
        self._rows.clear()
        if plan is not self._settled[0]:
            self.judging.settle_plan(plan.topology, now, looks)
        self.judging.attend(now)
        self._settled = plan, blind

    def _fed(self, now: int) -> list[FactRow]:
        """After a fault: a commit may have been made though it seemed to fail, so the database says what is left."""
        fed = self._store.fact_rows(self._store.cursor(), 1_000_000)
        self.judging.reread([*self._rows, *fed], now)
        return list(fed)

    def _failed(self, fault: StoreFault) -> None:
        if self.fault is None or self.fault.what != fault.what:
            _log.error(
                "The database cannot be written (%s). Looks go on; what they find waits in memory.", fault
            )
        self.fault = fault
        self._wait_from(self._clock.now())

    def _recovered(self, now: int, postponed: bool) -> None:
        if self.fault is not None:
            _log.warning("The database can be written again; everything that waited has been stored.")
        self.fault = None
        self._last_commit = now
        # What came in meanwhile goes with the next commit.
        news = self._transitions or self.recorder.plan is not self._settled[0]
        self._waiting_since = now if news or self._unacknowledged else 0
        if news or (self._unacknowledged and not postponed):
            self._due.set()


def _as_it_is(seen: Observation) -> Observation:
    return seen


def _taken_up(before: Plan | None, plan: Plan) -> list[FactKey]:
    """The facts that stay failed, of checks that another plan than the one before looks at anew."""
    if before is None or before is plan:
        return []
    new = plan.checks.keys() - before.checks.keys()
    return [FactKey(id_, "", fact) for id_ in new for fact in plan.checks[id_].rules]

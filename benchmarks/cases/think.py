"""The thinking alone: looks into fact states, transitions into verdicts. No network, no database, one process."""

import time
from collections.abc import Callable

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from benchmarks.province import look, planned
from netwatch.check import Observation
from netwatch.clock import SECOND
from netwatch.evidence import Looks
from netwatch.histories import Histories
from netwatch.judge import judge, recent
from netwatch.limits.watch import Watch
from netwatch.plan import Plan
from netwatch.recorder import Recorder
from netwatch.store.contract import FactRow

BATCH = 500
ROUNDS = 12
INTERVAL = 10 * SECOND

# Whether all is well with the check at this place in this round.
Well = Callable[[int, int], bool]


class Thinker:
    """Recorder and judge as the daemon puts them together, without what they wait for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.recorder = Recorder()
        self.recorder.adopt(plan, 0)
        self.watch = Watch()
        self.watch.adopt(plan.limits, plan.checks)
        self.histories = Histories()
        self.transitions = 0

    def take(self, batch: list[Observation], now: int) -> None:
        """One batch: what it changes among facts, then among verdicts."""
        news = [
            FactRow(0, transition, transition.since, None)
            for seen in batch
            for transition in self.recorder.take(self.watch.judged(seen))
        ]
        self.watch.learn(row.transition for row in news)
        if not news and not self.histories.held:
            return
        self.transitions += len(news)
        for row in news:
            self.histories.learn(row)
        looks = Looks(self.recorder.states, self._plan.checks)
        outcome = judge(self._plan.topology, self.histories, news, now, looks)
        outcome.hold(self.histories)
        for id_, rows in outcome.rows.items():
            self.histories.rows[id_] = recent(rows, now)


def _measure(size: Size, well: Well) -> Values:
    plan = planned(size.count)
    checks = list(plan.checks.values())
    thinker = Thinker(plan)
    used = 0.0
    for turn in range(ROUNDS):
        at = (turn + 1) * INTERVAL
        seen = [look(check, at + place, turn, well(turn, place)) for place, check in enumerate(checks)]
        began = time.process_time()
        for start in range(0, len(seen), BATCH):
            thinker.take(seen[start : start + BATCH], at + INTERVAL - 1)
        # The first rounds, in which everything comes to be known, are their own story.
        used += time.process_time() - began if turn >= 3 else 0.0
    if not thinker.transitions:
        raise RuntimeError("nothing changed: there was nothing to think about")
    return ((ROUNDS - 3) * len(checks) / used,)


def calm(size: Size, _: str) -> Values:
    """One check in a hundred fails from the sixth to the ninth round."""
    return _measure(size, lambda turn, place: place % 100 > 0 or not 5 <= turn < 9)


def storm(size: Size, _: str) -> Values:
    """Everything fails in the sixth round and recovers in the tenth."""
    return _measure(size, lambda turn, _: not 5 <= turn < 9)


CALM = Benchmark(
    name="think",
    question="How many looks a second can be judged when one check in a hundred fails and recovers?",
    units=("observations/s",),
    contenders=(Contender(OURS, calm),),
    size=Size(1_000),
    tiny=Size(20),
)
STORM = Benchmark(
    name="think_storm",
    question="How many looks a second can be judged when everything fails at once and recovers?",
    units=("observations/s",),
    contenders=(Contender(OURS, storm),),
    size=Size(1_000),
    tiny=Size(20),
)

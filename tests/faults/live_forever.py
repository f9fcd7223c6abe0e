"""Run as a program until killed: the daemon on fakes through days told by dice, saying on stdout what is committed.

python live_forever.py DATABASE_URL START SEED. START in microseconds UTC. One JSON array a line: what, then its rows.
"""

import asyncio
import json
import random
import sys
from collections.abc import Mapping, Sequence

from conftest import Bench

from netwatch.check import LOCAL
from netwatch.clock import ManualClock
from netwatch.state import Transition
from netwatch.store.contract import FactRow, Judgement, VerdictRow
from netwatch.store.sql import SqlStore


def say(what: str, rows: list[tuple[object, ...]]) -> None:
    """Once it is said, it must be there."""
    sys.stdout.write(json.dumps([what, rows]) + "\n")
    sys.stdout.flush()


class Telling(SqlStore):
    """A store that says what it has committed."""

    def __init__(self, silent: SqlStore) -> None:
        super().__init__(silent.engine)

    def record(
        self, transitions: Sequence[Transition], heartbeats: Mapping[str, int], at: int
    ) -> Sequence[FactRow]:
        """As `Store.record`."""
        rows = super().record(transitions, heartbeats, at)
        say("heartbeat", [(LOCAL, heartbeats[LOCAL])])
        say("facts", [(row.sequence, row.start, row.transition.holds) for row in rows])
        return rows

    def judge(self, judgement: Judgement) -> Sequence[VerdictRow]:
        """As `Store.judge`."""
        rows = super().judge(judgement)
        say("verdicts", [(row.id, row.subject, row.start, str(row.verdict.kind)) for row in rows])
        return rows


async def live(bench: Bench, dice: random.Random) -> None:
    """Devices fall silent and come back, at random."""
    async with bench.run(wrap=Telling) as watch:
        while True:
            chosen = dice.sample(bench.addresses, dice.randint(1, 12))
            if dice.random() < 0.5:
                bench.icmp.silent(*chosen)
            else:
                bench.icmp.living(chosen)
            await watch.wait(dice.uniform(1, 20))


if __name__ == "__main__":
    served = Bench(sys.argv[1], ManualClock(int(sys.argv[2])))
    served.icmp.living(served.addresses)
    asyncio.run(live(served, random.Random(int(sys.argv[3]))))

"""Run as a program: writes to a database until it is killed, and says on stdout what was committed.

python write_forever.py URL. Each round is both transactions; a line `<sequence> <start>` follows the first commit,
a line `judged <id>` the second.
"""

import itertools
import os
import sys

from netwatch.check import FactKey
from netwatch.state import Transition
from netwatch.store.contract import Judgement, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict

KEY = FactKey("c1", "", "reachable")


def say(*words: object) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def one_round(store: SqlStore, number: int) -> None:
    """A transition, then its verdict."""
    at, up = number * 10, number % 2 == 0
    (row,) = store.record([Transition(KEY, not up, up, at, at - 1, at, "answered")], {"local": at}, at)
    say(row.sequence, row.start)
    before = store.verdicts(2**62)
    judged = Verdict(Kind.UP if up else Kind.DOWN, "answers")
    (added,) = store.judge(
        Judgement(
            row.sequence,
            add=(VerdictRow(0, "line-1", judged, at, None, at - 1, 1, at),),
            end=tuple((old.id, at) for old in before),
        )
    )
    say("judged", added.id)


def main(url: str) -> None:
    """Write until killed."""
    store = open_store(url, Holder("child", os.getpid(), 0, "0.1.0"))
    for number in itertools.count(1):
        one_round(store, number)


if __name__ == "__main__":
    main(sys.argv[1])

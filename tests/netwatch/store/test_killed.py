"""kill -9 at any moment: what was acknowledged is there, the database opens clean, the lock is free."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netwatch.store.contract import Judgement
from netwatch.store.hold import Holder
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import SqlStore, open_store

WRITER = Path(__file__).with_name("write_forever.py")


def write_and_kill(url: str, lines: int) -> list[str]:
    """Let a child write, kill it -9 after so many lines were read; returns the whole lines it got out."""
    with subprocess.Popen([sys.executable, str(WRITER), url], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line.strip() for line in said if line.endswith("\n")]


def resume(store: SqlStore) -> None:
    """What the second transaction does after a restart: judge what it has not seen."""
    rows = store.fact_rows(store.cursor(), 100)
    assert len(rows) <= 1
    for row in rows:
        store.judge(Judgement(row.sequence))


@pytest.mark.parametrize("lines", [1, 40])
def test_every_acknowledged_interval_survives_kill_9(database_url: str, holder: Holder, lines: int) -> None:
    """Committed rows are there, at most one more; intervals are whole; the next daemon gets the database."""
    said = write_and_kill(database_url, lines)
    facts = {tuple(map(int, line.split())) for line in said if not line.startswith("judged")}
    judged = {int(line.split()[1]) for line in said if line.startswith("judged")}
    assert check_integrity(database_url) == ()
    store = open_store(database_url, holder)
    there = {(row.sequence, row.start) for row in store.fact_rows(0, 10_000)}
    assert facts <= there
    assert len(there - facts) <= 1
    assert judged <= {row.id for row in store.verdicts(0)}
    resume(store)
    assert store.cursor() == max(sequence for sequence, _ in there)
    store.close()

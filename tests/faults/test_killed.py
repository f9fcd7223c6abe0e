"""kill -9 at any moment: what was committed is there, what was not seen is unknown, and the database is sound."""

import itertools
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.clock import HOUR
from netwatch.store.contract import VerdictRow
from netwatch.store.integrity import check_integrity
from netwatch.store.sql import open_store

if TYPE_CHECKING:
    from conftest import Bench, Installation

pytestmark = pytest.mark.anyio
PROGRAM = Path(__file__).with_name("live_forever.py")
Said = dict[str, list[list[Any]]]


def killed_after(bench: "Bench", lines: int, seed: int) -> Said:
    """Run the program, kill it after so many lines, and tell all it had said."""
    said: Said = {"heartbeat": [], "facts": [], "verdicts": []}
    command = [sys.executable, str(PROGRAM), bench.url, str(bench.clock.now()), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as living:
        assert living.stdout is not None
        first = list(itertools.islice(living.stdout, lines))
        living.kill()
        rest = living.stdout.read().splitlines(keepends=True)
    assert len(first) == lines
    for line in (*first, *rest):
        if line.endswith("\n"):
            what, rows = json.loads(line)
            said[what] += rows
    return said


def require_all(bench: "Bench", said: Said) -> None:
    """Every row that was said to be committed is stored as it was said."""
    store = open_store(bench.url)
    try:
        facts = {row.sequence: row for row in store.fact_rows(0, 1_000_000)}
        for sequence, start, holds in said["facts"]:
            assert (facts[sequence].start, facts[sequence].transition.holds) == (start, holds)
        subjects = {subject for _, subject, _, _ in said["verdicts"]}
        verdicts = {row.id: row for subject in subjects for row in store.versions(subject, 0, 2**62)}
        for row_id, subject, start, kind in said["verdicts"]:
            row = verdicts[row_id]
            assert (row.subject, row.start, str(row.verdict.kind)) == (subject, start, kind)
        assert store.heartbeats()["local"] >= said["heartbeat"][-1][1]
    finally:
        store.close()


def last_heartbeat(bench: "Bench") -> int:
    store = open_store(bench.url)
    try:
        return store.heartbeats()["local"]
    finally:
        store.close()


def require_gap(rows: list[VerdictRow], stopped: int, started: int) -> None:
    """From a last heartbeat to the next start nothing is claimed; never measured before, it stays just that."""
    gap = next(row for row in rows if row.start <= stopped and (row.end is None or row.end > stopped))
    reason = "stopped" if gap is not rows[0] else "not_yet_measured"
    assert (str(gap.verdict.kind), gap.verdict.reason) == ("unknown", reason)
    assert gap.end is not None
    assert gap.end >= started


@pytest.mark.parametrize(("times", "most"), [(2, 40), pytest.param(8, 200, marks=pytest.mark.lab)])
async def test_killed_at_any_moment_nothing_committed_is_lost_and_the_gap_is_unknown(
    bench: "Bench", times: int, most: int
) -> None:
    """Again and again on one database, each an hour before the next start."""
    dice = random.Random(20261123)
    gaps: list[tuple[int, int]] = []
    for seed in range(times):
        require_all(bench, killed_after(bench, dice.randint(3, most), seed))
        assert check_integrity(bench.url) == ()
        stopped = last_heartbeat(bench)
        bench.clock.move_to(stopped + HOUR)
        gaps.append((stopped, bench.clock.now()))
    bench.icmp.living(bench.addresses)
    async with bench.run() as watch:
        await watch.wait(12)
        for number in range(1, len(bench.addresses) + 1):
            rows = watch.rows(f"d{number}")
            assert all(one.end == two.start for one, two in itertools.pairwise(rows))
            assert (str(rows[-1].verdict.kind), rows[-1].end) == ("up", None)
            for stopped, started in gaps:
                require_gap(rows, stopped, started)
    assert check_integrity(bench.url) == ()


@pytest.mark.lab
def test_the_program_killed_again_and_again_comes_back_on_a_sound_database(place: "Installation") -> None:
    """The real one, once it works and then at random moments from its first breath on; a device comes and goes."""
    dice = random.Random(20261124)
    place.responder.alive = frozenset({"127.9.0.1"})
    assert place.bring_in({"sw": "127.9.0.1", "ap": "127.9.0.2"}) == 0
    place.start()
    place.until(lambda: place.verdicts("sw")[-1][0] == "up")
    place.kill()
    for _ in range(5):
        running = place.begin()
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(dice.uniform(0.3, 5))
        place.kill()
        place.responder.alive ^= {"127.9.0.2"}
        assert check_integrity(f"sqlite:///{place.database}") == ()
    place.responder.alive = frozenset({"127.9.0.1"})
    place.start()
    place.until(lambda: place.verdict("sw", "up"))
    assert place.stop() == 0
    rows = place.verdicts("sw")
    assert all(one[3] == two[2] for one, two in itertools.pairwise(rows))
    assert [row[:2] for row in rows if row[0] == "unknown"][-1] == ("unknown", "stopped")
    assert check_integrity(f"sqlite:///{place.database}") == ()

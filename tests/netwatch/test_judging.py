"""The judge's memory: only facts that tell of a subject, and those that come to tell with a new plan."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwatch.check import FactKey
from netwatch.judging import Judging
from netwatch.plan import Plan
from netwatch.state import FactState, Transition
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.topology import topology
from netwatch.verdict import Kind, Subject, SubjectKind

SECOND = 1_000_000
NOW = 1_793_491_200 * SECOND
PORT, OTHER = (FactKey("0" * 16, part, "carrier") for part in ("eth0", "eth1"))
LINE = Subject("line", SubjectKind.LINE, (PORT,), witness="carrier")
UNTOLD = Plan(1, "", topology=topology([replace(LINE, facts=(), witness="none")], 1))
TOLD = Plan(2, "", topology=topology([LINE], 2))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty database."""
    opened = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, NOW, "test"))
    yield opened
    opened.close()


def _up(key: FactKey) -> Transition:
    return Transition(key, None, True, NOW, NOW - SECOND, NOW + 2 * SECOND, "carrier_up", ever=True)


def test_a_port_that_comes_to_carry_a_line_is_judged_by_what_was_seen_before(store: SqlStore) -> None:
    """Both the live and the stored picture take over what they had no use for, and only that."""
    states = {key: FactState(key, True, NOW, NOW - SECOND, "carrier_up", ever=True) for key in (PORT, OTHER)}
    judging = Judging(store, states)
    judging.topology = UNTOLD.topology
    judging.restore({}, ())
    judging.adopt(UNTOLD, NOW)
    transitions = [_up(PORT), _up(OTHER)]
    judging.foresee(transitions, {}, NOW + 3 * SECOND)
    rows = store.record(transitions, {}, NOW + 3 * SECOND)
    judging.settle(rows, UNTOLD.topology, {}, NOW + 3 * SECOND)
    assert judging._live.facts == judging._stored.facts == {}
    assert store.cursor() == rows[-1].sequence

    later = NOW + 60 * SECOND
    judging.adopt(TOLD, later)
    assert judging.live["line"].verdict.kind is Kind.UP
    judging.settle((), TOLD.topology, {}, later)
    judging.settle_plan(TOLD.topology, later)
    assert [row.verdict.kind for row in store.verdicts(later, None, "line")] == [Kind.UP]
    assert judging._live.facts.keys() == judging._stored.facts.keys() == {PORT}

    judging.adopt(UNTOLD, later + SECOND)
    judging.settle_plan(UNTOLD.topology, later + SECOND)
    assert judging._live.facts == judging._stored.facts == {}

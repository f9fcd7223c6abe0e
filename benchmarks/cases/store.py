"""The store: transitions committed per second on SQLite (WAL, synchronous=FULL), facts and verdicts both.

Ours closes the open interval of every fact and verdict, checks that none overlap and moves the cursor; the peer only
adds the same rows by SQLModel's add_all.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import BigInteger, Field, Session, SQLModel

from benchmarks.figure import OURS, Benchmark, Contender, Size, Values
from netwatch.check import LOCAL, FactKey
from netwatch.clock import SECOND
from netwatch.state import Transition
from netwatch.store.contract import FactRow, Judgement, VerdictRow
from netwatch.store.engine import open_engine
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.verdict import Kind, Verdict, Why

BATCHES = 10


class FactPeer(SQLModel, table=True):
    """The columns of `fact_interval`."""

    __tablename__ = "fact_peer"
    sequence: int | None = Field(default=None, primary_key=True)
    check_id: str = Field(index=True)
    part: str
    fact: str
    vantage: str
    start_at: int = Field(sa_type=BigInteger)
    end_at: int | None = Field(default=None, sa_type=BigInteger)
    was: bool | None
    holds: bool | None
    contrary_at: int = Field(sa_type=BigInteger)
    decided_at: int = Field(sa_type=BigInteger)
    reason: str
    evidence: str
    ever: bool
    recorded_at: int = Field(sa_type=BigInteger)
    superseded_by: int | None = None


class VerdictPeer(SQLModel, table=True):
    """The columns of `verdict_interval`."""

    __tablename__ = "verdict_peer"
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(index=True)
    start_at: int = Field(sa_type=BigInteger)
    end_at: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    reason: str
    cause: str
    evidence: str
    manageable: bool | None
    contrary_at: int = Field(sa_type=BigInteger)
    topology: int
    recorded_at: int = Field(sa_type=BigInteger)
    superseded_by: int | None = None


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        yield Path(name)


def _transition(turn: int, place: int) -> Transition:
    at = (turn + 1) * 60 * SECOND
    holds = turn % 2 == 0
    return Transition(
        key=FactKey(f"{place:016x}", "", "reachable"),
        was=None if turn == 0 else not holds,
        holds=holds,
        since=at,
        contrary=at - SECOND,
        at=at + SECOND,
        reason="answered" if holds else "no_answer",
        evidence="5/5" if holds else "0/5",
        ever=True,
    )


def _judged(row: FactRow) -> VerdictRow:
    seen = row.transition
    verdict = Verdict(Kind.UP, Why.ANSWERS) if seen.holds else Verdict(Kind.DOWN, Why.NO_ANSWER)
    return VerdictRow(0, seen.key.check, verdict, seen.since, None, seen.contrary, 1, seen.at)


def ours(size: Size, _: str) -> Values:
    """Both transactions, batch after batch."""
    with _folder() as folder:
        store = open_store(f"sqlite:///{folder}/ours.db", Holder("here", 1, 0, "benchmark"))
        try:
            return (size.count * BATCHES / _ours(store, size.count),)
        finally:
            store.close()


def _ours(store: SqlStore, batch: int) -> float:
    standing: list[VerdictRow] = []
    used = 0.0
    for turn in range(BATCHES):
        transitions = [_transition(turn, place) for place in range(batch)]
        at = transitions[0].at
        began = time.perf_counter()
        rows = store.record(transitions, {LOCAL: at}, at)
        ended = tuple((row.id, at - SECOND) for row in standing)
        judgement = Judgement(rows[-1].sequence, tuple(map(_judged, rows)), ended)
        standing = list(store.judge(judgement))
        used += time.perf_counter() - began
    return used


def by_sqlmodel(size: Size, _: str) -> Values:
    """The same rows added to tables of the same columns, in as many commits."""
    with _folder() as folder:
        engine = open_engine(f"sqlite:///{folder}/peer.db")
        try:
            tables: Any = [FactPeer.__table__, VerdictPeer.__table__]  # type: ignore[attr-defined]
            SQLModel.metadata.create_all(engine, tables)
            return (size.count * BATCHES / _by_sqlmodel(engine, size.count),)
        finally:
            engine.dispose()


def _by_sqlmodel(engine: Engine, batch: int) -> float:
    used = 0.0
    for turn in range(BATCHES):
        transitions = [_transition(turn, place) for place in range(batch)]
        began = time.perf_counter()
        for make in (_fact_peer, _verdict_peer):
            with Session(engine) as session:
                session.add_all([make(transition) for transition in transitions])
                session.commit()
        used += time.perf_counter() - began
    return used


def _fact_peer(seen: Transition) -> SQLModel:
    return FactPeer(
        check_id=seen.key.check,
        part=seen.key.part,
        fact=seen.key.fact,
        vantage=seen.key.vantage,
        start_at=seen.since,
        was=seen.was,
        holds=seen.holds,
        contrary_at=seen.contrary,
        decided_at=seen.at,
        reason=seen.reason,
        evidence=seen.evidence,
        ever=seen.ever,
        recorded_at=seen.at,
    )


def _verdict_peer(seen: Transition) -> SQLModel:
    return VerdictPeer(
        subject=seen.key.check,
        start_at=seen.since,
        kind="up" if seen.holds else "down",
        reason=seen.reason,
        cause="",
        evidence="",
        manageable=None,
        contrary_at=seen.contrary,
        topology=1,
        recorded_at=seen.at,
    )


STORE = Benchmark(
    name="store",
    question="How many transitions a second are committed, with their verdicts, 1,000 at a time?",
    units=("transitions/s",),
    contenders=(Contender(OURS, ours), Contender("sqlmodel", by_sqlmodel)),
    size=Size(1_000),
    tiny=Size(10),
)

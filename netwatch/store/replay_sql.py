"""What a replay reads of facts and verdicts: rows in the order in which they were written down, a portion at a time."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Engine, and_, func, or_, select

from netwatch.store.contract import FactRow
from netwatch.store.faults import told
from netwatch.store.rows import fact_row
from netwatch.store.tables import fact_interval
from netwatch.store.tables import verdict_interval as verdicts
from netwatch.verdict import Kind

PORTION = 2_000
_FACT, _VERDICT = fact_interval.c, verdicts.c
_FAILED = (str(Kind.DOWN), str(Kind.UNREACHABLE))


class Recorded(NamedTuple):
    """A fact row, and when it was written down."""

    at: int
    row: FactRow


def first_recorded(engine: Engine) -> int | None:
    """When the first fact of all was written down; None where there is none. Raises StoreFault."""
    with told(engine.url), engine.connect() as connection:
        first = select(func.min(_FACT.sequence)).scalar_subquery()
        at: int | None = connection.scalar(select(_FACT.recorded_at).where(_FACT.sequence == first))
        return at


def recorded(engine: Engine, start: int, end: int) -> Iterator[Recorded]:
    """Fact rows, superseded ones too, that were written down within [start, end), in that order; raises StoreFault."""
    after = _last_before(engine, start)
    while True:
        query = select(fact_interval).where(_FACT.sequence > after).order_by(_FACT.sequence).limit(PORTION)
        with told(engine.url), engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        for columns in rows:
            if columns["recorded_at"] >= end:
                return
            yield Recorded(columns["recorded_at"], fact_row(columns))
        if len(rows) < PORTION:
            return
        after = rows[-1]["sequence"]


def _last_before(engine: Engine, start: int) -> int:
    """The number of the last row written down before a moment: numbers and moments go up together."""
    with told(engine.url), engine.connect() as connection:
        low, high = 0, int(connection.scalar(select(func.max(_FACT.sequence))) or 0)
        while low < high:
            middle = (low + high + 1) // 2
            query = select(_FACT.sequence, _FACT.recorded_at).where(_FACT.sequence <= middle)
            known = connection.execute(query.order_by(_FACT.sequence.desc()).limit(1)).first()
            if known is not None and known.recorded_at >= start:
                high = known.sequence - 1
            else:
                low = middle
        return low


def failures_told(engine: Engine, start: int, end: int) -> dict[tuple[str, int], int]:
    """When failures that began within [start, end) were first told, by subject and beginning; raises StoreFault."""
    within = and_(_VERDICT.start_at >= start, _VERDICT.start_at < end, _VERDICT.kind.in_(_FAILED))
    query = select(_VERDICT.subject, _VERDICT.start_at, func.min(_VERDICT.recorded_at)).where(
        within, or_(_VERDICT.end_at.is_(None), _VERDICT.end_at > start)
    )
    with told(engine.url), engine.connect() as connection:
        rows = connection.execute(query.group_by(_VERDICT.subject, _VERDICT.start_at))
        return {(subject, begun): at for subject, begun, at in rows}

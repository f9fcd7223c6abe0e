"""The store on SQLite and PostgreSQL, with the same statements (SQLAlchemy Core, rows in batches).

All calls block. One writer thread makes those that write (`netwatch.store.writer`); reads may come from any thread.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Select,
    Table,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from alerts.contract import Message, Window
from inventory.coverage.contract import Sighting
from inventory.coverage.renewal import Redeclared
from netwatch.check import FactKey
from netwatch.incidents.contract import DeskChange, DeskState, Incident, LogEntry
from netwatch.state import FactState, Transition
from netwatch.store import desk_sql, ledger, notice_sql, renewal_sql, sighting_sql, verdict_sql
from netwatch.store.contract import AlreadyServed, FactRow, Judgement, StoreFault, VerdictRow
from netwatch.store.engine import BUSY_TIMEOUT, open_engine, writing
from netwatch.store.faults import told
from netwatch.store.hold import Hold, Holder, acquire
from netwatch.store.rows import (
    fact_columns,
    fact_row,
    storable_transition,
    storable_verdict,
    verdict_columns,
    verdict_row,
)
from netwatch.store.schema import require_current, upgrade_held
from netwatch.store.tables import FACT_KEY, OPEN, fact_interval, feed_cursor, heartbeat
from netwatch.store.tables import verdict_interval as verdicts

VERDICT_CONSUMER = "verdicts"
# Parameters of one statement: both databases allow at least 32,766.
CHUNK = 1000

Rows = list[dict[str, Any]]

END_FACT = update(fact_interval).where(fact_interval.c.sequence == bindparam("row")).values(
    end_at=bindparam("end"), superseded_by=bindparam("by")
)  # fmt: skip
SUPERSEDE_FACT = (
    update(fact_interval)
    .where(fact_interval.c.sequence == bindparam("row"))
    .values(superseded_by=bindparam("by"))
)
END_VERDICT = update(verdicts).where(verdicts.c.id == bindparam("row")).values(end_at=bindparam("end"))
SUPERSEDE_VERDICT = (
    update(verdicts).where(verdicts.c.id == bindparam("row")).values(superseded_by=bindparam("by"))
)
BEAT = update(heartbeat).where(heartbeat.c.vantage == bindparam("of")).values(at=bindparam("to"))


def open_store(
    url: str,
    holder: Holder | None = None,
    *,
    read_only: bool = False,
    busy_timeout: int = BUSY_TIMEOUT,
) -> "SqlStore":
    """The store at this address.

    With a `holder` (the daemon; a command that changes things without one) the database is taken for this process
    alone, its schema brought up to date, and AlreadyServed raised if another has it. Without one nothing is changed
    and StoreFault 'outdated' raised unless the schema is this release's. `busy_timeout` is in milliseconds.
    """
    engine = open_engine(url, read_only=read_only, busy_timeout=busy_timeout)
    try:
        return SqlStore(engine, _take(engine, holder))
    except (StoreFault, AlreadyServed):
        engine.dispose()
        raise


def _take(engine: Engine, holder: Holder | None) -> Hold | None:
    if holder is None:
        require_current(engine)
        return None
    hold = acquire(engine, holder)
    try:
        upgrade_held(engine)
        hold.announce()
    except StoreFault:
        hold.release()
        raise
    return hold


class SqlStore:
    """The `Store` protocol on an engine whose schema is in order.

    With a `hold` (the daemon's) every write first confirms that the database is still ours, and `close` lets go.
    """

    def __init__(self, engine: Engine, hold: Hold | None = None) -> None:
        self.engine = engine
        self._writing = writing(engine)
        self._hold = hold

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told(self.engine.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._hold is not None:
            self._hold.confirm()
        with told(self.engine.url), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection and let the next daemon have the database."""
        if self._hold is not None:
            self._hold.release()
        self.engine.dispose()

    def record(
        self, transitions: Sequence[Transition], heartbeats: Mapping[str, int], at: int
    ) -> Sequence[FactRow]:
        """Transaction 1; see `Store.record`."""
        entering = [storable_transition(transition) for transition in transitions]
        with self._write() as connection:
            _beat(connection, heartbeats)
            standing = _standing(connection, {transition.key for transition in entering})
            known = _same_start(connection, standing, entering)
            book = ledger.FactLedger(standing.values(), known, _next_sequence(connection))
            for transition in entering:
                book.enter(transition)
            _execute(connection, END_FACT, [_ended(entry) for entry in book.changed])
            _execute(connection, insert(fact_interval), [fact_columns(entry, at) for entry in book.added])
        return [entry.row for entry in book.added]

    def facts(self) -> Iterable[FactState]:
        """The open fact intervals; see `Store.facts`."""
        with self._read() as connection:
            return [ledger.fact_state(row) for row in _facts(connection, _fact_rows().where(OPEN))]

    def fact_rows(self, after: int, limit: int) -> Sequence[FactRow]:
        """The feed of the second transaction; see `Store.fact_rows`."""
        with self._read() as connection:
            query = _fact_rows().where(fact_interval.c.sequence > after).limit(limit)
            return _facts(connection, query)

    def fact_history(self, key: FactKey, start: int, end: int) -> Sequence[FactRow]:
        """Current fact intervals of one key that overlap [start, end), in order."""
        wanted = [column == value for column, value in zip(FACT_KEY, _values(key), strict=True)]
        query = select(fact_interval).where(*wanted, fact_interval.c.superseded_by.is_(None))
        with self._read() as connection:
            return _facts(
                connection,
                query.where(*_overlap(fact_interval, start, end)).order_by(fact_interval.c.start_at),
            )

    def fact_histories(
        self, keys: Iterable[FactKey], start: int, end: int
    ) -> Mapping[FactKey, Sequence[FactRow]]:
        """The same of many keys; see `Store.fact_histories`."""
        with self._read() as connection:
            return _histories(connection, set(keys), start, end)

    def heartbeats(self) -> Mapping[str, int]:
        """The last heartbeat of every vantage, microseconds."""
        with self._read() as connection:
            return _heartbeats(connection)

    def judge(self, judgement: Judgement) -> Sequence[VerdictRow]:
        """Transaction 2; see `Store.judge`. Raises Contradiction when it does not fit what is stored."""
        with self._write() as connection:
            added = _judge(connection, judgement)
            desk_sql.write(connection, judgement.desk)
            return added

    def amend(self, fills: Sequence[FactRow], judgement: Judgement, at: int) -> Sequence[VerdictRow]:
        """Late looks' facts and verdicts in one transaction; see `Store.amend`. Raises Contradiction like `judge`."""
        entering = [replace(row, transition=storable_transition(row.transition)) for row in fills]
        with self._write() as connection:
            cursor = _backfill(connection, entering, at)
            return _judge(connection, replace(judgement, cursor=max(cursor, judgement.cursor)))

    def cursor(self) -> int:
        """The sequence of the last fact row judged; 0 at first."""
        with self._read() as connection:
            return _cursor(connection) or 0

    def topology(self) -> int:
        """The highest topology revision a verdict row names; 0 at first."""
        with self._read() as connection:
            return int(connection.execute(select(func.max(verdicts.c.topology))).scalar() or 0)

    def verdicts(
        self, start: int, end: int | None = None, subject: str | None = None
    ) -> Sequence[VerdictRow]:
        """Current rows that overlap [start, end); see `Store.verdicts`."""
        query = _verdicts(start, end).where(verdicts.c.superseded_by.is_(None))
        if subject is not None:
            query = query.where(verdicts.c.subject == subject)
        with self._read() as connection:
            return [verdict_row(row) for row in connection.execute(query).mappings()]

    def verdicts_of(self, subjects: Iterable[str], start: int, end: int) -> Sequence[VerdictRow]:
        """Current rows of some subjects that overlap [start, end), by subject and start."""
        with self._read() as connection:
            return verdict_sql.of_subjects(connection, subjects, start, end)

    def counted(self, subjects: Iterable[str], start: int) -> Sequence[verdict_sql.Counted]:
        """The same from a moment on, of each row only what is counted with."""
        with self._read() as connection:
            return list(verdict_sql.counted(connection, subjects, start))

    def changed(self, after: int, ended_since: int) -> tuple[frozenset[str], int]:
        """Subjects with rows numbered beyond `after` or ended since a moment, and the highest number there is."""
        with self._read() as connection:
            return verdict_sql.changed(connection, after, ended_since)

    def moved(self, after: int, ended_since: int) -> tuple[Mapping[str, int], int]:
        """The same with the earliest moment, by subject, at which those rows may change what was."""
        with self._read() as connection:
            return verdict_sql.moved(connection, after, ended_since)

    def versions(self, subject: str, start: int, end: int) -> Sequence[VerdictRow]:
        """All rows of one subject that overlap [start, end), superseded ones too, by start and id."""
        query = _verdicts(start, end).where(verdicts.c.subject == subject)
        with self._read() as connection:
            return [verdict_row(row) for row in connection.execute(query).mappings()]

    def reclassify(self, judgement: Judgement, record: Callable[[Session], object]) -> Sequence[VerdictRow]:
        """Change what stored time counts as, and let `record` write down who did it, in one transaction."""
        with self._write() as connection:
            added = _judge(connection, judgement)
            with Session(connection) as session:
                record(session)
            return added

    def put(self, change: DeskChange) -> None:
        """Write what the desk changed by itself; see `Store.put`."""
        with self._write() as connection:
            desk_sql.write(connection, change)

    def desk(self, since: int) -> DeskState:
        """What the desk needs after a restart; see `Store.desk`."""
        with self._read() as connection:
            return desk_sql.state(connection, since)

    def windows(self, since: int) -> Sequence[Window]:
        """Maintenance windows that were or will be in force after a moment, by id."""
        with self._read() as connection:
            return desk_sql.windows(connection, since)

    def messages(self, receiver: str, start: int, end: int) -> tuple[Message, ...]:
        """Messages to a receiver that were sealed within [start, end), by id."""
        with self._read() as connection:
            return desk_sql.messages(connection, receiver, start, end)

    def incidents(self, start: int, end: int) -> Sequence[Incident]:
        """Incidents that went on at some time within [start, end), by id."""
        with self._read() as connection:
            return desk_sql.incidents(connection, start, end)

    def incidents_of(self, subjects: Iterable[str], start: int, end: int) -> Sequence[Incident]:
        """Those of them that name some subjects, and perhaps others."""
        with self._read() as connection:
            return desk_sql.incidents_of(connection, subjects, start, end)

    def incident(self, id_: int) -> Incident | None:
        """One incident."""
        with self._read() as connection:
            return desk_sql.one(connection, id_)

    def incident_log(self, id_: int) -> Sequence[LogEntry]:
        """Its log, in order."""
        with self._read() as connection:
            return desk_sql.log_of(connection, id_)

    def see(self, sightings: Sequence[Sighting]) -> None:
        """Store what looks have shown of items."""
        with self._write() as connection:
            sighting_sql.write(connection, sightings)

    def sightings(self, until: int | None, since: int | None = None) -> Iterable[Sighting]:
        """What looks have shown of items."""
        with self._read() as connection:
            return list(sighting_sql.newest(connection, until, since))

    def redeclared(self, since: int, until: int) -> Iterable[Redeclared]:
        """Records of things that can be looked at which were changed within a time."""
        with self._read() as connection:
            return list(renewal_sql.redeclared(connection, since, until))

    def notices(self, kind: str, until: int, known_at: int) -> Iterable[Mapping[str, Any]]:
        """Of everything noticed of a kind by a moment, as known at one, the facts of the newest of each thing."""
        with self._read() as connection:
            return list(notice_sql.newest(connection, kind, until, known_at))


def _execute(connection: Connection, statement: Executable, rows: Rows) -> None:
    if rows:
        connection.execute(statement, rows)


def _values(key: FactKey) -> tuple[str, str, str, str]:
    return (key.check, key.part, key.fact, key.vantage)


def _overlap(table: Table, start: int, end: int | None) -> list[ColumnElement[bool]]:
    still = or_(table.c.end_at.is_(None), table.c.end_at > start)
    return [still] if end is None else [still, table.c.start_at < end]


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Distinct values in an order that is always the same, as many at a time as one statement takes."""
    ordered = sorted(set(values))
    return (ordered[i : i + CHUNK] for i in range(0, len(ordered), CHUNK))


def _fact_rows() -> Select[Any]:
    return select(fact_interval).order_by(fact_interval.c.sequence)


def _facts(connection: Connection, query: Select[Any]) -> list[FactRow]:
    return [fact_row(row) for row in connection.execute(query).mappings()]


def _standing(connection: Connection, keys: set[FactKey]) -> dict[FactKey, FactRow]:
    """The open rows of these keys."""
    rows = [
        row
        for chunk in _chunks(key.check for key in keys)
        for row in _facts(connection, _fact_rows().where(OPEN, fact_interval.c.check_id.in_(chunk)))
    ]
    return {row.transition.key: row for row in rows if row.transition.key in keys}


def _same_start(
    connection: Connection, standing: Mapping[FactKey, FactRow], entering: Sequence[Transition]
) -> set[ledger.FactIdentity]:
    """Identities of rows, superseded ones too, that start where both an open row and a transition start."""
    doubtful = {
        transition.key.check
        for transition in entering
        if transition.key in standing and standing[transition.key].start == transition.since
    }
    starts = {row.start for row in standing.values()}
    return {
        ledger.fact_identity(row.transition)
        for checks in _chunks(doubtful)
        for moments in _chunks(starts)
        for row in _facts(
            connection,
            _fact_rows().where(fact_interval.c.check_id.in_(checks), fact_interval.c.start_at.in_(moments)),
        )
    }


def _histories(
    connection: Connection, keys: set[FactKey], start: int, end: int | None = None
) -> Mapping[FactKey, Sequence[FactRow]]:
    """Current rows of these keys that overlap [start, end), in order."""
    current = fact_interval.c.superseded_by.is_(None)
    query = select(fact_interval).where(current, *_overlap(fact_interval, start, end))
    rows = [
        row
        for chunk in _chunks(key.check for key in keys)
        for row in _facts(
            connection, query.where(fact_interval.c.check_id.in_(chunk)).order_by(fact_interval.c.start_at)
        )
    ]
    return ledger.by_key(row for row in rows if row.transition.key in keys)


def _backfill(connection: Connection, fills: Sequence[FactRow], at: int) -> int:
    """Replace unknown time by what is known now; returns the sequence up to which nothing is left to judge."""
    last = _next_sequence(connection) - 1
    ledger.require_judged(_cursor(connection) or 0, last)
    if not fills:
        return last
    keys, start = {fill.transition.key for fill in fills}, min(fill.start for fill in fills)
    stored = _histories(connection, keys, start)
    change = ledger.backfilling(stored, fills, last + 1)
    _execute(connection, SUPERSEDE_FACT, [{"row": row, "by": by} for row, by in change.supersede])
    _execute(
        connection, insert(fact_interval), [fact_columns(ledger.FactEntry(row), at) for row in change.insert]
    )
    return last + len(change.insert)


def _judge(connection: Connection, judgement: Judgement) -> Sequence[VerdictRow]:
    add = tuple(storable_verdict(row) for row in judgement.add)
    asked = replace(judgement, add=add)
    change = ledger.amend(_concerned(connection, asked), asked, _next_verdict(connection))
    _execute(connection, END_VERDICT, [{"row": row, "end": end} for row, end in change.end])
    _execute(connection, SUPERSEDE_VERDICT, [{"row": row, "by": by} for row, by in change.supersede])
    _execute(connection, insert(verdicts), [verdict_columns(row) for row in change.insert])
    _move_cursor(connection, asked.cursor)
    return change.answer


def _ended(entry: ledger.FactEntry) -> dict[str, Any]:
    return {"row": entry.row.sequence, "end": entry.row.end, "by": entry.superseded_by}


def _next_sequence(connection: Connection) -> int:
    """The first free sequence: beyond every row and beyond the cursor, so that none is ever used twice."""
    last = connection.scalar(select(func.max(fact_interval.c.sequence)))
    return max(last or 0, _cursor(connection) or 0) + 1


def _heartbeats(connection: Connection) -> dict[str, int]:
    return {row.vantage: row.at for row in connection.execute(select(heartbeat))}


def _beat(connection: Connection, heartbeats: Mapping[str, int]) -> None:
    """Move heartbeats forward, never back."""
    there = _heartbeats(connection) if heartbeats else {}
    late = [{"of": name, "to": at} for name, at in heartbeats.items() if there.get(name, at) < at]
    _execute(connection, BEAT, late)
    new = [{"vantage": name, "at": at} for name, at in heartbeats.items() if name not in there]
    _execute(connection, insert(heartbeat), new)


def _verdicts(start: int, end: int | None) -> Select[Any]:
    query = select(verdicts).where(*_overlap(verdicts, start, end))
    return query.order_by(verdicts.c.subject, verdicts.c.start_at, verdicts.c.id)


def _next_verdict(connection: Connection) -> int:
    return (connection.scalar(select(func.max(verdicts.c.id))) or 0) + 1


def _concerned(connection: Connection, judgement: Judgement) -> list[VerdictRow]:
    """The rows of a judgement's subjects that end at its first moment or later, superseded ones too."""
    touched = _by_id(connection, [row_id for row_id, _ in judgement.end] + list(judgement.supersede))
    start = min((row.start for row in (*touched, *judgement.add)), default=0)
    late_enough = or_(verdicts.c.end_at.is_(None), verdicts.c.end_at >= start)
    return [
        verdict_row(row)
        for chunk in _chunks(row.subject for row in (*touched, *judgement.add))
        for row in connection.execute(
            select(verdicts).where(verdicts.c.subject.in_(chunk), late_enough)
        ).mappings()
    ]


def _by_id(connection: Connection, ids: Sequence[int]) -> list[VerdictRow]:
    return [
        verdict_row(row)
        for chunk in _chunks(ids)
        for row in connection.execute(select(verdicts).where(verdicts.c.id.in_(chunk))).mappings()
    ]


def _cursor(connection: Connection) -> int | None:
    return connection.scalar(select(feed_cursor.c.sequence).where(feed_cursor.c.consumer == VERDICT_CONSUMER))


def _move_cursor(connection: Connection, sequence: int) -> None:
    """Move the cursor forward, never back; ledger rows beyond the last one stored cannot have been judged."""
    before = _cursor(connection)
    ledger.require_cursor(sequence, _next_sequence(connection) - 1)
    if before is None:
        connection.execute(insert(feed_cursor).values(consumer=VERDICT_CONSUMER, sequence=sequence))
    elif sequence > before:
        connection.execute(
            update(feed_cursor).where(feed_cursor.c.consumer == VERDICT_CONSUMER).values(sequence=sequence)
        )

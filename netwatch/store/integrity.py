"""Whether a database is sound: its pages (SQLite), its references, and the rules of the store's intervals.

Of the desk: whether what is told belongs to an incident, and whether what was sent can be read again.
"""

from sqlalchemy import Column, Connection, Engine, Select, Table, and_, func, inspect, or_, select

from netwatch.store.desk_tables import incident, incident_log, message, notice
from netwatch.store.engine import open_engine
from netwatch.store.faults import told
from netwatch.store.tables import FACT_KEY, fact_interval, verdict_interval

MOST_PROBLEMS = 100


def check_integrity(url: str) -> tuple[str, ...]:
    """What is wrong with the database at this address, at most 100 sentences; empty when it is sound.

    Raises StoreFault when it cannot be read.
    """
    engine = open_engine(url, read_only=True)
    try:
        return problems(engine)
    finally:
        engine.dispose()


def problems(engine: Engine) -> tuple[str, ...]:
    """The same of an open database."""
    with told(engine.url), engine.connect() as connection:
        files = _pages(connection) if connection.dialect.name == "sqlite" else []
        # On damaged pages the queries below would only repeat the same.
        return tuple(files or (*_intervals(connection), *_desk(connection)))[:MOST_PROBLEMS]


def _pages(connection: Connection) -> list[str]:
    said = connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_PROBLEMS})").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS)
    return [line for line in said if line != "ok"] + [
        f"table {table}, row {row} refers to {parent}, which lacks it" for table, row, parent, _ in orphans
    ]


def _intervals(connection: Connection) -> list[str]:
    facts = connection.execute(_broken(fact_interval, FACT_KEY)).all()
    verdicts = connection.execute(_broken(verdict_interval, (verdict_interval.c.subject,), gaps=True)).all()
    return [_sentence("fact", row) for row in facts] + [_sentence("verdict", row) for row in verdicts]


def _broken(table: Table, key: tuple[Column[str], ...], *, gaps: bool = False) -> Select[tuple[object, ...]]:
    """Current rows that do not end where the next of their key begins; earlier will do where `gaps` are allowed."""
    after = func.lead(table.c.start_at).over(partition_by=key, order_by=table.c.start_at).label("after")
    rows = select(*key, table.c.start_at, table.c.end_at, after).where(table.c.superseded_by.is_(None))
    current = rows.subquery()
    end, following = current.c.end_at, current.c.after
    overlap = and_(following.is_not(None), or_(end.is_(None), end > following))
    return select(current).where(overlap if gaps else end.is_distinct_from(following)).limit(MOST_PROBLEMS)


def _sentence(what: str, row: tuple[object, ...]) -> str:
    *key, start, end, after = row
    return f"{what} {' '.join(map(str, key))} from {start} ends at {end}, the next begins at {after}"


def _desk(connection: Connection) -> list[str]:
    # A backup from before there were incidents is sound without them.
    if not inspect(connection).has_table(incident.name):
        return []
    return [
        *_orphans(connection, incident_log, incident_log.c.incident, incident),
        *_orphans(connection, notice, notice.c.incident, incident),
        *_orphans(connection, notice, notice.c.message, message),
    ]


def _orphans(connection: Connection, table: Table, column: Column[int], parent: Table) -> list[str]:
    named = select(column).where(column.is_not(None), column.not_in(select(parent.c.id)))
    lacking = connection.execute(named.distinct().order_by(column).limit(MOST_PROBLEMS)).scalars()
    return [f"{table.name} names {parent.name} {id_}, which does not exist" for id_ in lacking]

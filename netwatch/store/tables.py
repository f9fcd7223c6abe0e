"""The store's tables, the same for SQLite and PostgreSQL.

Codes are TEXT, times are BIGINT microseconds UTC, intervals are half-open. Large tables have no foreign keys and only
ever gain columns. Numbers of rows are given out by the one writer, not by the database, so that a second writer that
slipped past the lock collides instead of interleaving. What must never happen (two open rows of one key, an interval
of no length) the database refuses itself. A column's `since` is the revision that added it to its table.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)

# Codes are compared byte by byte on both databases, so that both answer in the same order.
CODE = Text().with_variant(Text(collation="C"), "postgresql")
# Only INTEGER PRIMARY KEY is SQLite's own row number; it holds 64 bits there too.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

CURRENT = text("superseded_by IS NULL")
OPEN = text("end_at IS NULL AND superseded_by IS NULL")


def _length() -> CheckConstraint:
    return CheckConstraint("end_at > start_at", name="length")


fact_interval = Table(
    "fact_interval",
    metadata,
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    Column("check_id", CODE, nullable=False),
    Column("part", CODE, nullable=False),
    Column("fact", CODE, nullable=False),
    Column("vantage", CODE, nullable=False),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger),
    Column("was", Boolean),
    Column("holds", Boolean),
    Column("contrary_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("reason", CODE, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("ever", Boolean, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("superseded_by", BigInteger),
    _length(),
)
FACT_KEY = (fact_interval.c.check_id, fact_interval.c.part, fact_interval.c.fact, fact_interval.c.vantage)
Index("ix_fact_interval_key_start", *FACT_KEY, fact_interval.c.start_at)
Index("uq_fact_interval_open", *FACT_KEY, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)

verdict_interval = Table(
    "verdict_interval",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("subject", CODE, nullable=False),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger),
    Column("kind", CODE, nullable=False),
    Column("reason", CODE, nullable=False),
    Column("cause", CODE, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("manageable", Boolean),
    Column("contrary_at", BigInteger, nullable=False),
    Column("topology", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("superseded_by", BigInteger),
    Column("excluded", Text, nullable=False, server_default="", info={"since": "0003"}),
    _length(),
)
Index(
    "uq_verdict_interval_current",
    verdict_interval.c.subject,
    verdict_interval.c.start_at,
    unique=True,
    sqlite_where=CURRENT,
    postgresql_where=CURRENT,
)
Index(
    "uq_verdict_interval_open",
    verdict_interval.c.subject,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index("ix_verdict_interval_subject_end", verdict_interval.c.subject, verdict_interval.c.end_at)
Index("ix_verdict_interval_end", verdict_interval.c.end_at)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("vantage", CODE, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("consumer", CODE, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

daemon = Table(
    "daemon",
    metadata,
    Column("role", CODE, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
)

"""The table of syslog messages, the same for SQLite and PostgreSQL.

A row's number is when it was received, microseconds UTC, one higher where two came at once: the rows stand in order of
time, a span of time needs no index, and the oldest go from one end. Of the two indexes one leads to what one device
said, the other, of few rows, to what is bad.
"""

from sqlalchemy import Column, Index, MetaData, SmallInteger, Table, Text, text

from netwatch.store.tables import CODE, NAMING_CONVENTION, NUMBER

metadata = MetaData(naming_convention=NAMING_CONVENTION)

# Emergency, alert, critical, error (RFC 5424 table 2).
GRAVE = 3
_IS_GRAVE = text(f"severity <= {GRAVE}")

syslog_message = Table(
    "syslog_message",
    metadata,
    Column("at", NUMBER, primary_key=True, autoincrement=False),
    # The device, or the address where no device or several have it.
    Column("source", CODE, nullable=False),
    Column("sender", CODE, nullable=False),
    Column("facility", SmallInteger, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("host", Text, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("message", Text, nullable=False),
)
Index("ix_syslog_message_source_at", syslog_message.c.source, syslog_message.c.at)
Index(
    "ix_syslog_message_grave",
    syslog_message.c.at,
    sqlite_where=_IS_GRAVE,
    postgresql_where=_IS_GRAVE,
)

"""The tables of incidents and of who was told what, the same for SQLite and PostgreSQL.

What is searched for stands in columns, the whole value as JSON in `content` (`netwatch.store.desk_json`). Numbers are
given out by the desk. The log of incidents is only ever added to: the database itself refuses anything else.
"""

from sqlalchemy import DDL, BigInteger, Column, Index, MetaData, Table, Text, event, text

from netwatch.store.tables import CODE, NAMING_CONVENTION, NUMBER

metadata = MetaData(naming_convention=NAMING_CONVENTION)

STILL_OPEN = text("closed_at IS NULL")
NOT_DELIVERED = text("state IN ('pending', 'sealed', 'over')")
UNDER_WAY = text("state IN ('sending', 'dead')")


def _number(name: str = "id") -> Column[int]:
    return Column(name, NUMBER, primary_key=True, autoincrement=False)


def _at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


incident = Table(
    "incident",
    metadata,
    _number(),
    Column("nature", CODE, nullable=False),
    Column("scope", CODE, nullable=False),
    Column("severity", CODE, nullable=False),
    _at("onset_at"),
    _at("opened_at"),
    _at("announced_at", nullable=True),
    _at("ended_at", nullable=True),
    _at("closed_at", nullable=True),
    Column("content", Text, nullable=False),
)
Index("ix_incident_open", incident.c.id, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)
Index("ix_incident_closed", incident.c.closed_at)

incident_log = Table(
    "incident_log",
    metadata,
    _number("sequence"),
    Column("incident", BigInteger, nullable=False),
    _at("at"),
    _at("recorded_at"),
    Column("actor", Text, nullable=False),
    Column("deed", CODE, nullable=False),
    Column("facts", Text, nullable=False),
)
Index("ix_incident_log_incident_at", incident_log.c.incident, incident_log.c.at)

notice = Table(
    "notice",
    metadata,
    _number(),
    Column("incident", BigInteger, nullable=False),
    Column("receiver", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("severity", CODE, nullable=False),
    _at("created_at"),
    Column("state", CODE, nullable=False),
    Column("message", BigInteger),
    Column("content", Text, nullable=False),
)
Index("ix_notice_incident", notice.c.incident)
Index("ix_notice_undelivered", notice.c.id, sqlite_where=NOT_DELIVERED, postgresql_where=NOT_DELIVERED)

message = Table(
    "message",
    metadata,
    _number(),
    Column("receiver", CODE, nullable=False),
    Column("reference", CODE, nullable=False),
    _at("sealed_at"),
    _at("finished_at", nullable=True),
    Column("state", CODE, nullable=False),
    Column("content", Text, nullable=False),
)
Index("ix_message_under_way", message.c.id, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
Index("ix_message_sealed", message.c.sealed_at)
Index("ix_message_finished", message.c.finished_at)

silence = Table(
    "silence",
    metadata,
    _number(),
    _at("start_at"),
    _at("end_at"),
    Column("content", Text, nullable=False),
)
Index("ix_silence_end", silence.c.end_at)

# `end_at` is when the last occurrence ends, NULL when there is no last one.
maintenance_window = Table(
    "maintenance_window",
    metadata,
    _number(),
    _at("start_at"),
    _at("end_at", nullable=True),
    Column("content", Text, nullable=False),
)
Index("ix_maintenance_window_end", maintenance_window.c.end_at)

used_code = Table(
    "used_code",
    metadata,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("receiver", CODE, primary_key=True),
    _at("at"),
)

desk_state = Table(
    "desk_state",
    metadata,
    Column("key", CODE, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

_SQLITE = tuple(
    f"CREATE TRIGGER incident_log_no_{what.lower()} BEFORE {what} ON incident_log "
    "BEGIN SELECT RAISE(ABORT, 'the log of incidents is only ever added to'); END"
    for what in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION incident_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log of incidents is only ever added to'; END $$"
    ),
    (
        "CREATE TRIGGER incident_log_append_only BEFORE UPDATE OR DELETE ON incident_log "
        "FOR EACH ROW EXECUTE FUNCTION incident_log_append_only()"
    ),
    (
        "CREATE TRIGGER incident_log_no_truncate BEFORE TRUNCATE ON incident_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION incident_log_append_only()"
    ),
)
TRIGGERS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        _trigger = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]  # theirs is untyped
        event.listen(incident_log, "after_create", _trigger)

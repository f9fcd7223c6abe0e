"""The tables of coverage beside the inventory, the same for SQLite and PostgreSQL.

Sightings are what looks have shown of items, in runs; publications are figures frozen as they were told, never changed:
audits (of kind `coverage`) and others, each of the period it tells of;
the content of attachments is stored once for each text of bits.
"""

from sqlalchemy import DDL, BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, event

from netwatch.store.tables import CODE, NAMING_CONVENTION

# The kind of the publications there were before there were others.
COVERAGE = "coverage"

metadata = MetaData(naming_convention=NAMING_CONVENTION)

sighting = Table(
    "sighting",
    metadata,
    Column("item", CODE, primary_key=True),
    Column("aspect", CODE, primary_key=True),
    # The rows of one value stand together: the newest of each are found in one go over millions.
    Column("value", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

publication = Table(
    "publication",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("scope", CODE, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # The publication that this one corrects.
    Column("replaces", CODE, nullable=True),
    Column("content", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False, server_default=COVERAGE, info={"since": "0009"}),
    # Of kinds that are published more often than once a year: '2026-10'.
    Column("period", Text, nullable=False, server_default="", info={"since": "0009"}),
)

attachment_content = Table(
    "attachment_content",
    metadata,
    Column("sha256", CODE, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

_SQLITE = tuple(
    f"CREATE TRIGGER publication_no_{what.lower()} BEFORE {what} ON publication "
    "BEGIN SELECT RAISE(ABORT, 'publications are only ever added'); END"
    for what in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION publication_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'publications are only ever added'; END $$"
    ),
    (
        "CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE ON publication "
        "FOR EACH ROW EXECUTE FUNCTION publication_append_only()"
    ),
    (
        "CREATE TRIGGER publication_no_truncate BEFORE TRUNCATE ON publication "
        "FOR EACH STATEMENT EXECUTE FUNCTION publication_append_only()"
    ),
)
TRIGGERS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        _trigger = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]  # theirs is untyped
        event.listen(publication, "after_create", _trigger)

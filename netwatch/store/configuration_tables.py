"""The tables of devices' configurations, the same for SQLite and PostgreSQL.

A text is stored once per device, however often it comes back (`configuration_content`); what was in force from when on
are its versions. Complete texts are sealed (`netwatch.backup.sealing`); nothing here opens them.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from netwatch.store.tables import CODE, NAMING_CONVENTION, NUMBER

metadata = MetaData(naming_convention=NAMING_CONVENTION)

configuration_content = Table(
    "configuration_content",
    metadata,
    Column("device", CODE, primary_key=True),
    Column("content", CODE, primary_key=True),
    Column("key", CODE, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("masked", Text, nullable=False),
)

configuration_version = Table(
    "configuration_version",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("device", CODE, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("content", CODE, nullable=False),
    Column("platform", CODE, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
)
Index("ix_configuration_version_device_at", configuration_version.c.device, configuration_version.c.at)

configuration_backup = Table(
    "configuration_backup",
    metadata,
    Column("device", CODE, primary_key=True),
    Column("tried_at", BigInteger, nullable=False),
    Column("good_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("outcome", CODE, nullable=False),
    Column("platform", CODE, nullable=False),
    Column("facts", Text, nullable=False),
)

host_key = Table(
    "host_key",
    metadata,
    Column("device", CODE, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("key", Text, nullable=False),
    Column("pinned_at", BigInteger, nullable=False),
    Column("pinned_by", Text, nullable=False),
    Column("offered_kind", CODE, nullable=False),
    Column("offered_key", Text, nullable=False),
    Column("offered_at", BigInteger, nullable=False),
)

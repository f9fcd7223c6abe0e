"""The tables of samples, the same for SQLite and PostgreSQL.

What was measured in the last hours stands in small rows, one for five minutes of up to a thousand series; once a day
(UTC) is over it is packed into blocks of one series each, and these in turn into blocks of a month. Looks around
transitions stand beside them, as long as the intervals that they prove.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table

from netwatch.store.tables import CODE, NAMING_CONVENTION

metadata = MetaData(naming_convention=NAMING_CONVENTION)

sample_recent = Table(
    "sample_recent",
    metadata,
    # When the five minutes began, microseconds UTC.
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("portion", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

sample_block = Table(
    "sample_block",
    metadata,
    Column("grain", CODE, primary_key=True),
    # The first day of the block, counted from 1970-01-01: the oldest of a grain stand at one end.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("series", CODE, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

look_block = Table(
    "look_block",
    metadata,
    Column("subject", CODE, primary_key=True),
    # When the quarter of an hour began, microseconds UTC.
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    info={"since": "0010"},
)

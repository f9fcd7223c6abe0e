"""What the inventory's tables have in common: one metadata with named constraints, and kinds of columns."""

# What these functions return passes for the type of any field, as `sqlmodel.Field` itself does.
# ruff: noqa: ANN401

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Integer, MetaData, Text
from sqlmodel import Field, SQLModel

# Set before the first table, so that migrations can name what they change on both databases.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Base(SQLModel):
    """The base of every table of the inventory."""

    metadata = metadata


# SQLite numbers rows by itself only in a column declared INTEGER.
Numbered = BigInteger().with_variant(Integer, "sqlite")


def key() -> Any:
    """The TEXT code that a record is known by."""
    return Field(sa_type=Text, primary_key=True)


def text() -> Any:
    """A TEXT column; it may be NULL where the field may be None."""
    return Field(sa_type=Text)


def whole() -> Any:
    """A BIGINT column: times in microseconds UTC, rates in bit/s."""
    return Field(sa_type=BigInteger)


def day() -> Any:
    """A local date."""
    return Field(sa_type=Date)


def first_day() -> Any:
    """The local date that tells a unit's versions apart."""
    return Field(sa_type=Date, primary_key=True)


def place() -> Any:
    """Where an item stands in its list, from 0."""
    return Field(sa_type=Integer, primary_key=True, sa_column_kwargs={"autoincrement": False})


def texts(since: str | None = None) -> Any:
    """A list of texts, as JSON; added to its table by the revision `since`, empty in the rows there were."""
    if since is None:
        return Field(sa_type=JSON)
    return Field(sa_type=JSON, sa_column_kwargs={"server_default": "[]", "info": {"since": since}})


def added(type_: Any, since: str, default: str | None = None) -> Any:
    """A column added to its table by the revision `since`: `default` in the rows there were, else it may be NULL."""
    given = {} if default is None else {"server_default": default}
    return Field(sa_type=type_, sa_column_kwargs={**given, "info": {"since": since}})


def reference(target: str) -> ForeignKey:
    """A foreign key that is checked at commit, so that a change set may be written in any order."""
    return ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED")


def code_of(target: str, *, nullable: bool = False, primary_key: bool = False) -> Any:
    """A TEXT column holding the code of a row of another table."""
    column: Column[str] = Column(
        Text, reference(target), nullable=nullable, primary_key=primary_key, index=not primary_key
    )
    return Field(sa_column=column)


def maybe_code_of(target: str) -> Any:
    """The same, or NULL."""
    return code_of(target, nullable=True)

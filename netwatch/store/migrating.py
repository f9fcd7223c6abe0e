"""Alembic at work: loaded only by those who change a schema, since most commands find it as it should be."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from netwatch.store.schema import MIGRATIONS


def configuration(connection: Connection | None = None) -> Config:
    """What Alembic needs to know, without a file."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(connection: Connection, target: str) -> None:
    """Run the revisions up to `target` in the transaction the caller began."""
    command.upgrade(configuration(connection), target)

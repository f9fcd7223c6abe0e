"""Alembic runs this: on the connection that `netwatch.store.schema` gives it, inside that connection's transaction."""

from alembic import context

from netwatch.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a table by building it anew; on PostgreSQL batch operations are plain ones.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

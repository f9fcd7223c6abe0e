"""How the schema came to be, release by release (Alembic); run by `netwatch.store.schema`, never by hand."""

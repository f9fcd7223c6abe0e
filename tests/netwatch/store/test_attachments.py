"""The content of documents, on every database: once, and only if the transaction is."""

from sqlalchemy import func, select

from netwatch.store.attachments import content_of, digest, keep
from netwatch.store.coverage_tables import attachment_content
from netwatch.store.engine import writing
from netwatch.store.sql import SqlStore

CONTENT = bytes(range(256)) * 4


def test_content_is_kept_once_and_comes_out_as_it_went_in(store: SqlStore) -> None:
    """Whoever brings it a second time changes nothing; of a transaction that is not committed nothing stays."""
    with writing(store.engine).connect() as connection:
        keep(connection, CONTENT)
        connection.rollback()
    assert content_of(store.engine, digest(CONTENT)) is None
    for _ in range(2):
        with writing(store.engine).begin() as connection:
            assert keep(connection, CONTENT) == digest(CONTENT)
    assert content_of(store.engine, digest(CONTENT)) == CONTENT
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(attachment_content)) == 1

"""The content of attached documents, each stored once by its SHA-256; never deleted, for events refer to it."""

from hashlib import sha256

from sqlalchemy import Connection, Engine, insert, select

from netwatch.store.coverage_tables import attachment_content
from netwatch.store.faults import told

_ROW = attachment_content.c


def digest(content: bytes) -> str:
    """The key of a content: 64 hexadecimal digits."""
    return sha256(content).hexdigest()


def keep(connection: Connection, content: bytes) -> str:
    """Store a content in the caller's transaction, unless it is there already; its key."""
    key = digest(content)
    if connection.scalar(select(_ROW.size).where(_ROW.sha256 == key)) is None:
        values = {"sha256": key, "size": len(content), "content": content}
        connection.execute(insert(attachment_content).values(values))
    return key


def content_of(engine: Engine, key: str) -> bytes | None:
    """A content by its key; None of one that is not here. Raises StoreFault."""
    with told(engine.url), engine.connect() as connection:
        found = connection.scalar(select(_ROW.content).where(_ROW.sha256 == key))
    return None if found is None else bytes(found)

"""Publications in the database: rows that are only ever added, and what was recorded since one of them."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, func, insert, or_, select

from inventory.as_of import SELF_DATED
from inventory.coverage.publication import MOST_CONTENT, Header, PublicationFault
from inventory.history import EventRecord
from inventory.models import EVENT
from netwatch.store.coverage_tables import publication
from netwatch.store.engine import writing
from netwatch.store.faults import told

# Events read at once.
AT_ONCE = 1000
_HEADER = tuple(publication.c[name] for name in Header.__dataclass_fields__)


def headers(engine: Engine, year: int | None = None, scope: str | None = None) -> tuple[Header, ...]:
    """The headers of publications, in the order in which they were recorded; raises StoreFault."""
    with told(engine.url), engine.connect() as connection:
        return _headers(connection, year, scope)


def _headers(connection: Connection, year: int | None, scope: str | None) -> tuple[Header, ...]:
    wanted = [publication.c.year == year] if year is not None else []
    wanted += [publication.c.scope == scope] if scope is not None else []
    query = select(*_HEADER).where(*wanted).order_by(publication.c.recorded_at, publication.c.id)
    return tuple(Header(**row) for row in connection.execute(query).mappings())


def content_of(engine: Engine, id_: str) -> bytes:
    """The content of one publication; b'' when there is none of that id.

    Raises StoreFault, and PublicationFault 'too_large' before anything so large is read.
    """
    size = select(func.length(publication.c.content)).where(publication.c.id == id_)
    with told(engine.url), engine.connect() as connection:
        if int(connection.execute(size).scalar() or 0) > MOST_CONTENT:
            raise PublicationFault("too_large")
        found = connection.execute(select(publication.c.content).where(publication.c.id == id_)).scalar()
        return bytes(found or b"")


def add(engine: Engine, header: Header, content: bytes) -> bool:
    """Write a publication; False when one of that id came in between. Raises StoreFault."""
    values = {name: getattr(header, name) for name in Header.__dataclass_fields__}
    with told(engine.url), writing(engine).begin() as connection:
        taken = connection.execute(select(publication.c.id).where(publication.c.id == header.id)).first()
        if taken is None:
            connection.execute(insert(publication).values(**values, content=content))
        return taken is None


def last_event(engine: Engine) -> int:
    """The number of the newest event; 0 without any."""
    with told(engine.url), engine.connect() as connection:
        return int(connection.execute(select(func.max(EVENT.c.seq))).scalar() or 0)


def recorded_since(engine: Engine, seq: int, end: int) -> Iterator[EventRecord]:
    """What change sets have written down after an event, in order: of what holds from before the moment `end` (µs UTC).

    Of records with dates of their own everything. Read as it is asked for, so that it may be much.
    """
    holds = or_(EVENT.c.kind.in_(SELF_DATED), EVENT.c.at < end)
    query = (
        select(EVENT).where(EVENT.c.seq > seq, EVENT.c.change_set.is_not(None), holds).order_by(EVENT.c.seq)
    )
    with told(engine.url), engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for row in connection.execute(query).mappings():
            yield EventRecord(**row)

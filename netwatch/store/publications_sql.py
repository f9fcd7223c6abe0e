"""Publications in the database: rows that are only ever added, and what was recorded since one of them.

They are of a kind: what asks for no other reads and writes audits of coverage.
"""

from collections.abc import Iterator

from sqlalchemy import Engine, func, insert, or_, select

from inventory.as_of import SELF_DATED
from inventory.history import EventRecord
from inventory.models import EVENT
from inventory.sealing import COVERAGE, MOST_CONTENT, Header, PublicationFault
from netwatch.store.coverage_tables import publication
from netwatch.store.engine import writing
from netwatch.store.faults import told
from netwatch.store.tables import verdict_interval

# Events read at once.
AT_ONCE = 1000
_HEADER = tuple(publication.c[name] for name in Header.__dataclass_fields__)


def headers(
    engine: Engine,
    year: int | None = None,
    scope: str | None = None,
    kind: str = COVERAGE,
    period: str | None = None,
) -> tuple[Header, ...]:
    """The headers of publications of a kind, in the order in which they were recorded; raises StoreFault."""
    asked = {"year": year, "scope": scope, "kind": kind, "period": period}
    wanted = [publication.c[name] == value for name, value in asked.items() if value is not None]
    query = select(*_HEADER).where(*wanted).order_by(publication.c.recorded_at, publication.c.id)
    with told(engine.url), engine.connect() as connection:
        return tuple(Header(**row) for row in connection.execute(query).mappings())


def content_of(engine: Engine, id_: str) -> bytes:
    """The content of one publication, of whatever kind; b'' when there is none of that id.

    Raises StoreFault, and PublicationFault 'too_large' before anything so large is read.
    """
    size = select(func.length(publication.c.content)).where(publication.c.id == id_)
    with told(engine.url), engine.connect() as connection:
        if int(connection.execute(size).scalar() or 0) > MOST_CONTENT:
            raise PublicationFault("too_large")
        found = connection.execute(select(publication.c.content).where(publication.c.id == id_)).scalar()
        return bytes(found or b"")


def add(engine: Engine, header: Header, content: bytes) -> bool:
    """Write a publication; False when one of that id, of any kind, came in between. Raises StoreFault."""
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


def last_verdict(engine: Engine) -> int:
    """The number of the newest verdict row; 0 without any."""
    with told(engine.url), engine.connect() as connection:
        return int(connection.execute(select(func.max(verdict_interval.c.id))).scalar() or 0)


def events_since(engine: Engine, seq: int, kind: str) -> Iterator[EventRecord]:
    """The events of a kind after an event, in order, with or without a change set; raises StoreFault."""
    query = select(EVENT).where(EVENT.c.seq > seq, EVENT.c.kind == kind).order_by(EVENT.c.seq)
    with told(engine.url), engine.connect().execution_options(yield_per=AT_ONCE) as connection:
        for row in connection.execute(query).mappings():
            yield EventRecord(**row)


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

"""What the database keeps of configurations. All calls block; those that write run on the writer thread.

Raises StoreFault, as all that touches the database does.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from inventory.history import record_event
from netwatch.backup.contract import HostKey, Outcome, Result
from netwatch.backup.sealing import sealed_for
from netwatch.backup.timetable import Tried
from netwatch.clock import SECOND
from netwatch.store.configuration_tables import (
    configuration_backup,
    configuration_content,
    configuration_version,
    host_key,
)
from netwatch.store.engine import writing
from netwatch.store.faults import told

ACTOR = "netwatch"
CHANGED, KEY_CHANGED, KEY_TRUSTED = "configuration_changed", "host_key_changed", "host_key_trusted"
MOST_VERSIONS = 10_000


@dataclass(frozen=True, slots=True)
class Pin:
    """The host key a device is known by: since when, by whom; `offered` is another that it showed at `offered_at`."""

    key: HostKey
    at: int
    by: str
    offered: HostKey | None = None
    offered_at: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How backing up a device went last, its platform, and what it told of itself."""

    tried: Tried
    platform: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """A configuration in force from `at` on, last seen so at `seen_at`; lines that came and went since the last one."""

    id: int
    device: str
    at: int
    seen_at: int
    content: str
    platform: str
    added: int
    removed: int
    changed_by: str
    lines: int
    size: int
    key: str


def states(engine: Engine) -> dict[str, State]:
    """The state of every device that was ever tried."""
    with told(engine.url), engine.connect() as connection:
        rows = connection.execute(select(configuration_backup)).mappings()
        return {row["device"]: _state(row) for row in rows}


def _state(row: Mapping[Any, Any]) -> State:
    tried = Tried(row["tried_at"], row["good_at"], row["failures"], Outcome(row["outcome"]))
    return State(tried, row["platform"], json.loads(row["facts"]))


def pins(engine: Engine) -> dict[str, Pin]:
    """The host keys devices are known by."""
    with told(engine.url), engine.connect() as connection:
        return {row["device"]: _pin(row) for row in connection.execute(select(host_key)).mappings()}


def _pin(row: Mapping[Any, Any]) -> Pin:
    offered = HostKey(row["offered_kind"], row["offered_key"]) if row["offered_at"] else None
    return Pin(
        HostKey(row["kind"], row["key"]), row["pinned_at"], row["pinned_by"], offered, row["offered_at"]
    )


def versions(engine: Engine, device: str = "", limit: int = MOST_VERSIONS) -> tuple[Version, ...]:
    """The versions of a device (or of all), newest first."""
    version, content = configuration_version.c, configuration_content.c
    joined = configuration_version.join(
        configuration_content, (version.device == content.device) & (version.content == content.content)
    )
    query = select(configuration_version, content.lines, content.size, content.key).select_from(joined)
    if device:
        query = query.where(version.device == device)
    with told(engine.url), engine.connect() as connection:
        rows = connection.execute(query.order_by(version.id.desc()).limit(limit)).mappings()
        return tuple(Version(**row) for row in rows)


def changed(engine: Engine) -> dict[str, int]:
    """Since when the newest configuration of each device is in force."""
    column = configuration_version.c
    newest = select(column.device, func.max(column.at).label("newest")).group_by(column.device)
    with told(engine.url), engine.connect() as connection:
        return {row.device: row.newest for row in connection.execute(newest)}


def text_of(engine: Engine, version: Version, *, sealed: bool = False) -> str:
    """What of a version may be shown, or its sealed text."""
    column = configuration_content.c.sealed if sealed else configuration_content.c.masked
    wanted = (
        configuration_content.c.device == version.device,
        configuration_content.c.content == version.content,
    )
    with told(engine.url), engine.connect() as connection:
        return str(connection.execute(select(column).where(*wanted)).scalar_one())


def take(engine: Engine, result: Result, platform: str, now: int, keep: int) -> Outcome:
    """Write down what came of a device in one transaction; `fetched` becomes stored or unchanged."""
    with told(engine.url), Session(writing(engine)) as session, session.begin():
        connection = session.connection()
        outcome = result.outcome
        if outcome is Outcome.HOST_KEY:
            _offered(session, connection, result, now)
        elif outcome not in _BEFORE_KEY:
            _met(connection, result, now)
        if outcome is Outcome.FETCHED:
            outcome = _stored(session, connection, result, platform, now)
            _purge(connection, result.device, keep)
        _tried(connection, replace(result, outcome=outcome), platform, now)
    return outcome


# In these no host key was checked, or none was seen.
_BEFORE_KEY = frozenset({Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.NOT_SSH, Outcome.SECRET})


def _pinned(connection: Connection, device: str) -> Pin | None:
    row = connection.execute(select(host_key).where(host_key.c.device == device)).mappings().one_or_none()
    return _pin(row) if row is not None else None


def _met(connection: Connection, result: Result, now: int) -> None:
    """Pin the key of a host met for the first time; one that shows its old key again is as before."""
    key = result.host_key
    if key is None:
        return
    pin = _pinned(connection, result.device)
    if pin is None:
        values = {"device": result.device, "pinned_at": now, "pinned_by": ACTOR, **_NOTHING_OFFERED}
        connection.execute(insert(host_key).values(kind=key.kind, key=key.key, **values))
    elif pin.offered is not None and pin.key == key:
        connection.execute(_of(host_key, result.device).values(**_NOTHING_OFFERED))


_NOTHING_OFFERED: Mapping[str, Any] = {"offered_kind": "", "offered_key": "", "offered_at": 0}


def _of(table: Table, device: str) -> Any:  # noqa: ANN401 - an update, whose type SQLAlchemy keeps to itself
    return update(table).where(table.c.device == device)


def _offered(session: Session, connection: Connection, result: Result, now: int) -> None:
    key, pin = result.host_key, _pinned(connection, result.device)
    if key is None or pin is None or pin.offered == key:
        return
    at = pin.offered_at or now
    values = {"offered_kind": key.kind, "offered_key": key.key, "offered_at": at}
    connection.execute(_of(host_key, result.device).values(**values))
    _tell_key(session, result.device, KEY_CHANGED, (pin.key, key), ACTOR, now)


def _tell_key(
    session: Session, device: str, kind: str, keys: tuple[HostKey, HostKey], actor: str, now: int
) -> None:
    before, after = ({"fingerprint": key.fingerprint} for key in keys)
    record_event(
        session,
        at=now,
        recorded_at=now,
        actor=actor,
        kind=kind,
        entity=device,
        before=before,
        after=after,
    )


def _stored(session: Session, connection: Connection, result: Result, platform: str, now: int) -> Outcome:
    last = _newest(connection, result.device)
    if last is not None and last["content"] == result.content:
        seen = update(configuration_version).where(configuration_version.c.id == last["id"])
        connection.execute(seen.values(seen_at=now))
        if last["key"] != sealed_for(result.sealed):
            _keep_content(connection, result)
        return Outcome.UNCHANGED
    added, removed = _lines_changed(last["masked"] if last is not None else "", result.masked)
    _keep_content(connection, result)
    number = connection.scalar(select(func.max(configuration_version.c.id))) or 0
    row = {
        "id": number + 1,
        "device": result.device,
        "at": now,
        "seen_at": now,
        "content": result.content,
        "platform": platform,
        "added": added,
        "removed": removed,
        "changed_by": result.changed_by,
    }
    connection.execute(insert(configuration_version).values(**row))
    if last is not None:
        _tell_change(session, row, last["seen_at"], now)
    return Outcome.STORED


def _tell_change(session: Session, row: Mapping[str, Any], since: int, now: int) -> None:
    """When it changed is known only within two readings; the event says so."""
    facts = {name: row[name] for name in ("added", "removed", "changed_by") if row[name]}
    known = datetime.fromtimestamp(since // SECOND, UTC).isoformat()
    after = {"version": row["id"], "not_before": known, **facts}
    record_event(
        session, at=now, recorded_at=now, actor=ACTOR, kind=CHANGED, entity=row["device"], after=after
    )


def _newest(connection: Connection, device: str) -> Mapping[Any, Any] | None:
    version, content = configuration_version.c, configuration_content.c
    joined = configuration_version.join(
        configuration_content, (version.device == content.device) & (version.content == content.content)
    )
    query = select(version.id, version.content, version.seen_at, content.masked, content.key)
    newest = query.select_from(joined).where(version.device == device).order_by(version.id.desc()).limit(1)
    return connection.execute(newest).mappings().one_or_none()


def _keep_content(connection: Connection, result: Result) -> None:
    column = configuration_content.c
    wanted = (column.device == result.device, column.content == result.content)
    row = {
        "key": sealed_for(result.sealed),
        "size": result.size,
        "lines": result.lines,
        "sealed": result.sealed,
        "masked": result.masked,
    }
    # One that comes back is sealed to the key of today; that rules of hiding have grown better reaches it too.
    if connection.execute(update(configuration_content).where(*wanted).values(**row)).rowcount == 0:
        connection.execute(
            insert(configuration_content).values(device=result.device, content=result.content, **row)
        )


def _lines_changed(before: str, after: str) -> tuple[int, int]:
    """How many lines came and went, wherever they stand."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return (new - old).total(), (old - new).total()


def _purge(connection: Connection, device: str, keep: int) -> None:
    """Forget the oldest versions beyond those kept, and texts that no version has any more."""
    version, content = configuration_version.c, configuration_content.c
    of_device = select(version.id).where(version.device == device)
    oldest = connection.scalar(of_device.order_by(version.id.desc()).offset(keep - 1).limit(1))
    if oldest is None:
        return
    connection.execute(delete(configuration_version).where(version.device == device, version.id < oldest))
    still = select(version.content).where(version.device == device)
    connection.execute(
        delete(configuration_content).where(content.device == device, content.content.not_in(still))
    )


def _tried(connection: Connection, result: Result, platform: str, now: int) -> None:
    column = configuration_backup.c
    row = connection.execute(select(configuration_backup).where(column.device == result.device)).mappings()
    last = row.one_or_none()
    good = result.outcome.good
    failures = 0 if good else (last["failures"] if last is not None else 0) + 1
    values = {
        "tried_at": now,
        "good_at": now if good else (last["good_at"] if last is not None else 0),
        "failures": failures,
        "outcome": str(result.outcome),
        "platform": platform,
        "facts": json.dumps(dict(result.facts), ensure_ascii=False)
        if good or last is None
        else last["facts"],
    }
    if last is not None:
        connection.execute(_of(configuration_backup, result.device).values(**values))
    else:
        connection.execute(insert(configuration_backup).values(device=result.device, **values))


def trust(engine: Engine, device: str, fingerprint: str, author: str, now: int) -> Pin | None:
    """Know a device by the key it showed last from now on; None when that has another fingerprint, or there is none.

    The one that somebody compared counts: another may have been shown since.
    """
    with told(engine.url), Session(writing(engine)) as session, session.begin():
        connection = session.connection()
        pin = _pinned(connection, device)
        if pin is None or pin.offered is None or pin.offered.fingerprint != fingerprint:
            return None
        key = pin.offered
        values = {"kind": key.kind, "key": key.key, "pinned_at": now, "pinned_by": author}
        connection.execute(_of(host_key, device).values(**values, **_NOTHING_OFFERED))
        # What failed for its key may be tried at once.
        connection.execute(_of(configuration_backup, device).values(tried_at=0, failures=0))
        _tell_key(session, device, KEY_TRUSTED, (pin.key, key), author, now)
    return Pin(key, now, author)

"""What the desk writes and reads, on a connection of the caller's transaction; the same statements on both databases.

Everything is put by its number, so that a change delivered again changes nothing.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    RowMapping,
    Select,
    Table,
    TextClause,
    and_,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from alerts.contract import Message, Notice, NoticeState, Silence, Window
from netwatch.incidents.contract import DeskChange, DeskState, Incident, LogEntry
from netwatch.store import desk_rows as rows
from netwatch.store.desk_json import Unreadable, value_of
from netwatch.store.desk_tables import (
    NOT_DELIVERED,
    STILL_OPEN,
    UNDER_WAY,
    desk_state,
    incident,
    incident_log,
    maintenance_window,
    message,
    notice,
    silence,
    used_code,
)
from netwatch.store.ledger import storable

_log = logging.getLogger(__name__)

LIVE_SINCE = "live_since"
# So many names are looked for one by one.
FEW = 100
# Texts in JSON, as they are written there.
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
UNDELIVERED = frozenset({NoticeState.SEALED, NoticeState.OVER})
# Parameters of one statement: both databases allow at least 32,766.
CHUNK = 1000

Value = TypeVar("Value")
Columns = dict[str, Any]


def write(connection: Connection, change: DeskChange) -> None:
    """Put everything a step of the desk changed."""
    _put(connection, incident, map(rows.incident_columns, change.incidents))
    _put(connection, notice, map(rows.notice_columns, change.notices))
    _put(connection, message, map(rows.message_columns, change.messages))
    _put(connection, silence, map(rows.silence_columns, change.silences))
    _put(connection, maintenance_window, map(rows.window_columns, change.windows))
    _append(connection, list(map(rows.log_columns, change.log)))
    # Whoever uses a code a second time does not change when it was used.
    codes = (
        {"incident": id_, "receiver": storable(receiver), "at": at} for id_, receiver, at in change.used_codes
    )
    _put(connection, used_code, codes, replacing=False)
    if change.live_since is not None:
        _put(connection, desk_state, [{"key": LIVE_SINCE, "value": change.live_since}])


def _put(connection: Connection, table: Table, written: Iterable[Columns], *, replacing: bool = True) -> None:
    key = [column.name for column in table.primary_key]
    newest = {tuple(row[name] for name in key): row for row in written}
    if newest:
        connection.execute(_putting(connection, table, key, replacing=replacing), list(newest.values()))


def _putting(connection: Connection, table: Table, key: Sequence[str], *, replacing: bool) -> Insert:
    statement = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    if not replacing:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=rest)


def _append(connection: Connection, lines: Sequence[Columns]) -> None:
    """Add the log lines not there yet: with the same incident, moment, deed, actor and facts it is the same line."""
    there = _there(connection, lines)
    new = {key: line for line in lines if (key := _identity(line)) not in there}
    if new:
        first = _next(connection, incident_log.c.sequence)
        numbered = [{"sequence": first + place, **line} for place, line in enumerate(new.values())]
        connection.execute(insert(incident_log), numbered)


def _identity(line: Columns | RowMapping) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("incident", "at", "deed", "actor", "facts"))


def _there(connection: Connection, lines: Sequence[Columns]) -> set[tuple[Any, ...]]:
    if not lines:
        return set()
    first, last = min(line["at"] for line in lines), max(line["at"] for line in lines)
    column = incident_log.c
    query = select(incident_log).where(column.at.between(first, last))
    return {
        _identity(row)
        for chunk in _chunks(line["incident"] for line in lines)
        for row in connection.execute(query.where(column.incident.in_(chunk))).mappings()
    }


def _chunks(values: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(set(values))
    return (ordered[i : i + CHUNK] for i in range(0, len(ordered), CHUNK))


def _next(connection: Connection, column: ColumnElement[int]) -> int:
    return int(connection.scalar(select(func.max(column))) or 0) + 1


def state(connection: Connection, since: int) -> DeskState:
    """What the desk needs after a restart; see `DeskState`."""
    kept = _kept(since)
    incidents_ = _values(connection, Incident, incident, incident.c.id.in_(kept))
    notices = _values(connection, Notice, notice, or_(NOT_DELIVERED, notice.c.incident.in_(kept)))
    messages = _values(connection, Message, message, _recent_messages(since))
    return DeskState(
        incidents=incidents_,
        notices=tuple(_fitting(notices, incidents_, messages)),
        messages=messages,
        silences=_values(connection, Silence, silence, silence.c.end_at > since),
        windows=_values(connection, Window, maintenance_window, _last_after(since)),
        used_codes=_used_codes(connection, kept),
        live_since=connection.scalar(select(desk_state.c.value).where(desk_state.c.key == LIVE_SINCE)),
        next_incident=_next(connection, incident.c.id),
        next_notice=_next(connection, notice.c.id),
        next_message=_next(connection, message.c.id),
        next_silence=_next(connection, silence.c.id),
        next_window=_next(connection, maintenance_window.c.id),
    )


def messages(connection: Connection, receiver: str, start: int, end: int) -> tuple[Message, ...]:
    """Messages to a receiver that were sealed within [start, end)."""
    column = message.c
    return _values(
        connection,
        Message,
        message,
        and_(column.receiver == receiver, column.sealed_at.between(start, end - 1)),
    )


def windows(connection: Connection, since: int) -> tuple[Window, ...]:
    """Maintenance windows that may have been in force after a moment, those that ended long ago left out."""
    return _values(connection, Window, maintenance_window, _last_after(since))


def _fitting(
    notices: Iterable[Notice], incidents_: Iterable[Incident], messages: Iterable[Message]
) -> Iterable[Notice]:
    """Without those of incidents that cannot be read; what a message that cannot be read carried waits again."""
    known, carried = {one.id for one in incidents_}, {one.id for one in messages}
    for one in notices:
        if one.incident not in known:
            continue
        lost = one.state in UNDELIVERED and one.message is not None and one.message not in carried
        again = NoticeState.PENDING if one.state is NoticeState.SEALED else one.state
        yield replace(one, state=again, message=None) if lost else one


def _kept(since: int) -> Select[tuple[int]]:
    """Numbers of the incidents that matter: open, closed lately, or somebody is still to be told of them."""
    waiting = select(notice.c.incident).where(NOT_DELIVERED)
    return select(incident.c.id).where(
        or_(STILL_OPEN, incident.c.closed_at >= since, incident.c.id.in_(waiting))
    )


def _recent_messages(since: int) -> ColumnElement[bool]:
    return or_(UNDER_WAY, message.c.sealed_at >= since, message.c.finished_at >= since)


def _last_after(since: int) -> ColumnElement[bool]:
    last = maintenance_window.c.end_at
    return or_(last.is_(None), last > since)


def _used_codes(connection: Connection, kept: Select[tuple[int]]) -> tuple[tuple[int, str, int], ...]:
    column = used_code.c
    query = select(column.incident, column.receiver, column.at).where(column.incident.in_(kept))
    found = connection.execute(query.order_by(column.incident, column.receiver))
    return tuple((id_, receiver, at) for id_, receiver, at in found)


def _values(
    connection: Connection, kind: type[Value], table: Table, wanted: ColumnElement[bool] | TextClause
) -> tuple[Value, ...]:
    """What can be read; one row that cannot must not keep a daemon from starting."""
    query = select(table.c.id, table.c.content).where(wanted).order_by(table.c.id)
    found = (_value(kind, table.name, id_, content) for id_, content in connection.execute(query))
    return tuple(value for value in found if value is not None)


def _value(kind: type[Value], table: str, id_: int, content: str) -> Value | None:
    try:
        found = value_of(kind, content)
        if isinstance(found, Incident) and not found.roots:
            raise Unreadable("nothing failed")
        return found
    except Unreadable as fault:
        _log.error("Database, table %s: row %d cannot be read and is left out (%s).", table, id_, fault)
        return None


def incidents(connection: Connection, start: int, end: int) -> Sequence[Incident]:
    """Incidents that went on at some time within [start, end); see `Store.incidents`."""
    column = incident.c
    within = and_(column.onset_at < end, or_(STILL_OPEN, column.closed_at > start))
    return _values(connection, Incident, incident, within)


def incidents_of(
    connection: Connection, subjects: Iterable[str], start: int, end: int
) -> tuple[Incident, ...]:
    """Those of them that name some subjects; reading a value takes much longer than seeing that its text does not."""
    names, column = _naming(subjects), incident.c
    within = and_(column.onset_at < end, or_(STILL_OPEN, column.closed_at > start))
    query = select(column.id, column.content).where(within).order_by(column.id)
    found = (
        _value(Incident, incident.name, id_, content)
        for id_, content in connection.execute(query)
        if names(content)
    )
    return tuple(value for value in found if value is not None)


def _naming(subjects: Iterable[str]) -> Callable[[str], bool]:
    """Whether a JSON text holds one of the subjects as a text."""
    wanted = frozenset(json.dumps(subject, ensure_ascii=False)[1:-1] for subject in subjects)
    if not 0 < len(wanted) <= FEW:
        return lambda content: not wanted.isdisjoint(QUOTED.findall(content))
    one_of = re.compile('"(?:' + "|".join(map(re.escape, sorted(wanted))) + ')"')
    return lambda content: one_of.search(content) is not None


def one(connection: Connection, id_: int) -> Incident | None:
    """One incident."""
    return next(iter(_values(connection, Incident, incident, incident.c.id == id_)), None)


def log_of(connection: Connection, id_: int) -> Sequence[LogEntry]:
    """An incident's log, in the order it was written."""
    query = select(incident_log).where(incident_log.c.incident == id_).order_by(incident_log.c.sequence)
    found = (_line(row) for row in connection.execute(query).mappings())
    return [line for line in found if line is not None]


def _line(row: RowMapping) -> LogEntry | None:
    try:
        return rows.log_entry(row)
    except ValueError:
        _log.error("Database, table incident_log: row %d cannot be read.", row["sequence"])
        return None

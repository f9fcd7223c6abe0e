"""From a syslog message to a stored line, and from some lines to early looks, events and hints; never to a verdict.

Messages wait in a queue of bounded length and are written in batches, each a transaction of its own on the writer
thread, one at a time: whatever else is to be written waits for one batch at most. What there is no room for is dropped
and counted.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol, Self, TypeVar

from sqlalchemy import Engine

from netwatch.clock import DAY, SECOND, Clock
from netwatch.early import LINK, EarlyLooks
from netwatch.journal import Notice
from netwatch.settings_syslog import SyslogSettings
from netwatch.store import syslog_sql
from netwatch.store.contract import StoreFault
from netwatch.store.faults import CONFLICT
from netwatch.store.syslog_sql import LogRow
from netwatch.syslog.line import SyslogCounts
from netwatch.syslog.patterns import FOLDER, Found, Patterns, load_patterns
from netwatch.traps import Heard, unheard
from probes.listeners.listener import Listener
from probes.listeners.senders import Bucket, Limit, Senders
from probes.listeners.syslog_message import SyslogMessage, read_message
from probes.listeners.syslog_streams import Connections, serve_streams

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

PAUSE = SECOND // 4
# A batch takes some 15 ms of the writer thread, a step of deleting the same.
BATCH = 500
STEP = 1000
# What is too old is looked for so often.
DELETE_EVERY = 60 * SECOND
# At once, at most this many seconds' worth of what is let in in the long run.
TOTAL_BURST = 5
# The same line of the same device is an event again after so long; and all together so many, however many lines come.
EVENT_AGAIN = 10 * 60 * SECOND
EVENTS_A_MINUTE, EVENTS_AT_ONCE = 6, 30
LONGEST_EVENT = 300
_MANY_EVENTS = 10_000
# Of these a look can tell nothing: they are only written down.
NO_LOOK = frozenset({"login", "host_key", "other"})
OUTCOMES = ("stored", "rate", "unknown", "total", "queue", "store", "buffer")
# Strangers together are let in a tenth as often as one sender is: they must not push out what devices said.
STRANGERS = 0.1
# What waits for the database takes some 32 MB at most, however long messages are.
MOST_LETTERS = 1 << 24


class Write(Protocol):
    """Runs an operation on the writer thread; raises what it raises."""

    def __call__(self, operation: Callable[[Engine], Result], /) -> Awaitable[Result]: ...


@dataclass(frozen=True, slots=True)
class SyslogSockets:
    """Where messages arrive: a datagram socket, listening sockets for plain and encrypted streams; None for none."""

    udp: socket.socket | None = None
    tcp: socket.socket | None = None
    tls: socket.socket | None = None
    context: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for opened in (self.udp, self.tcp, self.tls):
            if opened is not None:
                opened.close()


@dataclass(frozen=True, slots=True)
class Effects:
    """What lines may lead to: looks, hints, events; `patterns` gives their meaning once somebody listens."""

    early: EarlyLooks
    heard: Heard = unheard
    note: Callable[[Notice], None] = field(default=lambda _notice: None)
    patterns: Callable[[], Patterns] = Patterns


class Syslog:
    """Takes messages in once `listening`; `run` stores them and deletes what is too old."""

    def __init__(self, settings: SyslogSettings, clock: Clock, write: Write, effects: Effects) -> None:
        self.settings = settings
        self._clock, self._write, self._effects = clock, write, effects
        self._patterns = Patterns()
        self._senders = Senders(settings.rate, settings.burst)
        self._total, self._limit = self._bucket(settings)
        self._strangers = Bucket(self._strangers_limit, clock.now())
        self._waiting: deque[LogRow] = deque()
        self._letters = 0
        self._outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self._cut = self._broken = self._hastened = self._told = 0
        self._events_limit = Limit(EVENTS_A_MINUTE / 60, EVENTS_AT_ONCE)
        self._events = Bucket(self._events_limit, clock.now())
        self._event_at: dict[tuple[str, str], int] = {}
        self._connections = Connections(settings.connections, self._senders.knows)
        self._listener: Listener | None = None
        self.where: Mapping[str, str] = {}
        self._last, self._stored = 0, -1
        self._delete_at = 0

    def _bucket(self, settings: SyslogSettings) -> tuple[Bucket, Limit]:
        limit = Limit(settings.total, settings.total * TOTAL_BURST)
        return Bucket(limit, self._clock.now()), limit

    @property
    def _strangers_limit(self) -> Limit:
        return Limit(self.settings.rate * STRANGERS, self.settings.burst)

    def adopt(self, settings: SyslogSettings) -> None:
        """Take over the limits of the settings, and the addresses that early looks know."""
        if settings.total != self.settings.total:
            self._total, self._limit = self._bucket(settings)
        self.settings = settings
        self._senders.limit(settings.rate, settings.burst)
        self._senders.adopt(self._effects.early.watched.owners)
        self._connections.most = settings.connections

    @asynccontextmanager
    async def listening(self, sockets: SyslogSockets) -> AsyncIterator[None]:
        """Take in what arrives at the sockets until the block ends; without any nothing arrives."""
        servers: list[asyncio.Server] = []
        opened = {"udp": sockets.udp, "tcp": sockets.tcp, "tls": sockets.tls}
        self.where = {way: _shown(each) for way, each in opened.items() if each is not None}
        if self.where:
            self._patterns = self._effects.patterns()
        if sockets.udp is not None:
            self._listener = Listener(sockets.udp, self._datagram, self._clock.now)
        for stream, context in ((sockets.tcp, None), (sockets.tls, sockets.context)):
            if stream is not None:
                servers.append(
                    await serve_streams(stream, self.receive, self._connections, self._no_stream, context)
                )
        try:
            yield
        finally:
            if self._listener is not None:
                self._listener.close()
                self._listener = None
            for server in servers:
                server.close()
            self._connections.close()

    def _datagram(self, data: bytes, address: str, _at: int) -> None:
        self.receive(data, address)

    def _no_stream(self) -> None:
        self._broken += 1

    def receive(self, data: bytes, address: str) -> None:
        """Take in one message from an address."""
        now = self._clock.now()
        if self._senders.admit(address, now) is None:
            self._outcomes["rate"] += 1
        elif not self._senders.knows(address) and not self._strangers.take(self._strangers_limit, now):
            self._outcomes["unknown"] += 1
        elif not self._total.take(self._limit, now):
            self._outcomes["total"] += 1
        elif len(self._waiting) >= self.settings.queue or self._letters >= MOST_LETTERS:
            self._outcomes["queue"] += 1
        else:
            self._take(read_message(data, self.settings.code_page), address, now)

    def _take(self, message: SyslogMessage, address: str, now: int) -> None:
        owners = self._effects.early.owners(address)
        self._last = max(now, self._last + 1)
        self._cut += message.cut
        source = owners[0] if len(owners) == 1 else address
        told = (message.facility, message.severity, message.host, message.stamp, message.text)
        self._waiting.append(LogRow(self._last, source, address, *told))
        self._letters += len(message.text)
        found = self._patterns.found(message.text) if owners else None
        if found is not None:
            for owner in owners:
                self._follow(owner, found, message, now)

    def _follow(self, owner: str, found: Found, message: SyslogMessage, now: int) -> None:
        if found.about not in NO_LOOK:
            part = self._effects.early.part_named(owner, found.part) if found.about == LINK else ""
            self._hastened += self._effects.early.said(owner, found.about, part)
        if found.on_battery:
            # Anybody may have sent it under the device's address, whatever way it came.
            self._effects.heard(owner, now, False)
        if found.event and self.settings.events and self._is_news((owner, found.words), now):
            self._told += 1
            facts = {
                "about": found.about,
                "severity": found.severity,
                "line": message.text[:LONGEST_EVENT],
            }
            self._effects.note(Notice("log_line", now, facts, owner))

    def _is_news(self, key: tuple[str, str], now: int) -> bool:
        if now - self._event_at.get(key, -EVENT_AGAIN) < EVENT_AGAIN:
            return False
        if not self._events.take(self._events_limit, now):
            return False
        if len(self._event_at) >= _MANY_EVENTS:
            self._event_at = {one: at for one, at in self._event_at.items() if now - at < EVENT_AGAIN}
        self._event_at[key] = now
        return True

    async def begin(self) -> None:
        """Learn what is stored: what comes is numbered after it. Raises StoreFault."""
        self._last = max(self._last, await self._write(syslog_sql.last))
        self._stored = await self._write(syslog_sql.count)

    async def run(self) -> None:
        """Store what comes and delete what is too old, for ever."""
        while True:
            await self._clock.sleep_until(self._clock.now() + PAUSE)
            if await self.flush():
                await self._delete()

    async def flush(self) -> bool:
        """Write what waits, batch by batch; False when the database did not take all of it."""
        try:
            while batch := _first(self._waiting, BATCH):
                await self._write(partial(self._record, batch))
                self._letters -= sum(len(row.message) for row in batch)
        except StoreFault as fault:
            if fault.what == CONFLICT:
                # Rows of these numbers are there already: written by a call whose outcome never came back.
                self._give_up(_first(self._waiting, BATCH))
            return False
        return True

    def _give_up(self, batch: list[LogRow]) -> None:
        for row in batch:
            self._waiting.popleft()
            self._letters -= len(row.message)
        self._outcomes["store"] += len(batch)

    def _record(self, batch: list[LogRow], engine: Engine) -> None:
        """On the writer thread, which completes a call even if nobody waits for it any more: written is done with."""
        syslog_sql.write(engine, batch)
        for _ in batch:
            self._waiting.popleft()
        self._outcomes["stored"] += len(batch)
        self._stored += len(batch)

    async def _delete(self) -> None:
        """One step: what is too old, or the oldest where there are too many."""
        now, settings = self._clock.now(), self.settings
        beyond = self._stored - settings.keep_messages
        if beyond <= 0 and now < self._delete_at:
            return
        before, most = (now + 1, min(STEP, beyond)) if beyond > 0 else (now - settings.keep_days * DAY, STEP)
        try:
            gone = await self._write(partial(syslog_sql.drop_oldest, before=before, most=most))
        except StoreFault:
            gone = 0
        self._stored -= gone
        self._delete_at = now if gone == STEP else now + DELETE_EVERY

    def counts(self) -> SyslogCounts:
        """Everything counted since the start."""
        lost = self._listener.lost if self._listener else 0
        return SyslogCounts(
            outcomes={**self._outcomes, "buffer": lost},
            cut=self._cut,
            broken=self._broken,
            refused=self._connections.refused,
            hastened=self._hastened,
            events=self._told,
            waiting=len(self._waiting),
            connections=len(self._connections),
            stored=self._stored,
        )


def shipped_and_own_patterns(file: Path | None) -> Patterns:
    """The shipped patterns and those beside the settings' file; faulty ones are logged and left out."""
    patterns, faults = load_patterns(file.parent / FOLDER if file is not None else None)
    for fault in faults:
        _log.warning("Patterns of log lines cannot be used: %s: %s", fault.file, fault.problem)
    return patterns


def _first(rows: deque[LogRow], most: int) -> list[LogRow]:
    return [rows[place] for place in range(min(most, len(rows)))]


def _shown(opened: socket.socket) -> str:
    host, port = opened.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

"""Builds the parts of the daemon and runs them in one task group, from the settings to an orderly stop."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.history import record_event
from netwatch.bus.local import LocalBus
from netwatch.clock import SystemClock
from netwatch.control.handlers import handlers
from netwatch.control.server import SocketFault
from netwatch.control.server import serve as serve_control
from netwatch.daemon import Daemon, Parts
from netwatch.language import Sentence, Translate, translator
from netwatch.logs import configure
from netwatch.measure import CommitTimes
from netwatch.reload import Refusal
from netwatch.secrets import SecretFault, resolve, resolver, store_url
from netwatch.settings_sections import ListenerSettings, Settings
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.writer import Writer
from netwatch.translate.to_kit import kit_settings
from netwatch.web.listener import Listener, ListenError, inherited_sockets, open_socket
from netwatch.web.metrics_app import metrics_app
from netwatch.web.server import WebServer
from netwatch.web.status_app import status_app
from netwatch.web.view import View
from probes.kit import open_kit
from probes.registry import probes

_log = logging.getLogger(__name__)

DISTRIBUTION = "netwatch-daemon"
# What an operator can mend; anything else is a bug and shows its traceback.
EXPECTED = (Refusal, StoreFault, AlreadyServed, ListenError, SocketFault, SecretFault)
STOPPING = (signal.SIGTERM, signal.SIGINT)
Sockets = Mapping[str, tuple[Listener, socket.socket]]


def run(settings: Settings, path: Path | None, overrides: tuple[str, ...]) -> int:
    """Run the daemon until it is told to stop; 0 after an orderly stop, 1 with a sentence when it cannot start."""
    configure(settings.daemon.log_level, settings.daemon.log_format)
    translate = translator(settings.daemon.language)
    try:
        asyncio.run(_serve(settings, path, overrides, dict(os.environ)))
    except EXPECTED as fault:
        return _cannot([fault], translate)
    except BaseExceptionGroup as group:
        expected, bugs = group.split(EXPECTED)
        if bugs is not None or expected is None:
            raise
        return _cannot(_leaves(expected), translate)
    return 0


def _cannot(faults: Iterable[BaseException], translate: Translate) -> int:
    for fault in faults:
        for sentence in _sentences(fault):
            sys.stderr.write(sentence.words(translate) + "\n")
    return 1


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for fault in group.exceptions:
        if isinstance(fault, BaseExceptionGroup):
            yield from _leaves(fault)
        else:
            yield fault


def _sentences(fault: BaseException) -> tuple[Sentence, ...]:
    if isinstance(fault, Refusal):
        return fault.sentences
    if isinstance(fault, AlreadyServed):
        text = "The database is served by another daemon already: {holder}. Stop that one, or use another database."
        return (Sentence(text, {"holder": fault.holder}),)
    if isinstance(fault, StoreFault):
        return (Sentence("The database cannot be used: {detail}", {"detail": fault.detail}),)
    found = getattr(fault, "sentence", None)
    return (found,) if isinstance(found, Sentence) else (Sentence("{fault}", {"fault": fault}),)


async def _serve(
    settings: Settings, path: Path | None, overrides: tuple[str, ...], environment: Mapping[str, str]
) -> None:
    sockets = _sockets(settings, environment)
    async with _parts(settings, environment) as parts:
        daemon = Daemon(settings, path, overrides, parts)
        await daemon.prepare()
        await _event(daemon, "daemon_started")
        control = settings.daemon.control_socket
        async with serve_control(control, handlers(daemon), group=settings.daemon.control_group):
            await _until_stopped(daemon, _servers(daemon, parts, sockets))
        await daemon.recording.finish()
        await _event(daemon, "daemon_stopped")


@asynccontextmanager
async def _parts(settings: Settings, environment: Mapping[str, str]) -> AsyncIterator[Parts]:
    commits = CommitTimes()
    async with AsyncExitStack() as stack:
        store = open_store(store_url(settings.store, environment), _holder())
        stack.callback(store.close)
        writer = await stack.enter_async_context(Writer(commits.add))
        clock = SystemClock(not_before=_last_heartbeat(store))
        secrets = resolver(settings.credentials, environment)
        kit = await stack.enter_async_context(open_kit(kit_settings(settings), secrets))
        for remark in kit.remarks:
            _log.warning("%s", remark.english())
        yield Parts(clock, store, writer, LocalBus(), kit, probes(), commits, environment)


def _last_heartbeat(store: SqlStore) -> int:
    return max(store.heartbeats().values(), default=0)


def _holder() -> Holder:
    return Holder(socket.gethostname(), os.getpid(), SystemClock().now(), version(DISTRIBUTION))


def _sockets(settings: Settings, environment: Mapping[str, str]) -> Sockets:
    """Open every listener before anything else starts, so that a port in use stops us at once."""
    inherited = inherited_sockets(environment, os.getpid())
    given = {"metrics": settings.metrics, "status_page": settings.status_page}
    listeners = {name: _listener(name, section, environment) for name, section in given.items()}
    return {name: (it, open_socket(it, inherited.get(name))) for name, it in listeners.items()}


def _listener(name: str, section: ListenerSettings, environment: Mapping[str, str]) -> Listener:
    return Listener(
        host=section.host,
        port=section.port,
        certificate=section.certificate,
        key=section.key,
        client_ca=section.client_ca,
        token=resolve(section.token, environment).reveal() if section.token else "",
        section=name,
    )


def _servers(daemon: Daemon, parts: Parts, sockets: Sockets) -> list[WebServer]:
    view = View(
        present=daemon.present,
        now=daemon.now,
        probes=parts.probes,
        zone=lambda: daemon.settings.daemon.zone,
        language=lambda: daemon.settings.daemon.language,
        version=version(DISTRIBUTION),
    )
    apps = {"metrics": metrics_app, "status_page": status_app}
    return [
        WebServer(apps[name](view, listener.token), listener, found)
        for name, (listener, found) in sockets.items()
    ]


async def _until_stopped(daemon: Daemon, servers: list[WebServer]) -> None:
    """Run everything until a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        for number in STOPPING:
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.create_task(_reload(daemon)))
        work = [tasks.create_task(daemon.run()), *(tasks.create_task(server.run()) for server in servers)]
        _log.info("netwatch %s runs: %d checks.", version(DISTRIBUTION), len(daemon.plan.checks))
        await stop.wait()
        await _wind_up(servers, work)


async def _wind_up(servers: list[WebServer], work: list[asyncio.Task[None]]) -> None:
    for server in servers:
        server.stop()
    for task in work:
        task.cancel()
    for task in work:
        with suppress(asyncio.CancelledError):
            await task


async def _reload(daemon: Daemon) -> None:
    report = await daemon.reload(dry_run=False)
    if report.applied:
        _log.info("Reloaded: %d changes, plan %d.", len(report.changes), report.plan_revision)


async def _event(daemon: Daemon, kind: str) -> None:
    """Note in the event log that the daemon started or stopped; a database that cannot be written stops nothing."""
    now = daemon.now()
    with suppress(StoreFault):
        await daemon.write(lambda engine: _note(engine, kind, now))


def _note(engine: Engine, kind: str, now: int) -> None:
    with Session(engine) as session, session.begin():
        record_event(session, at=now, recorded_at=now, actor="netwatch", kind=kind, entity="daemon")

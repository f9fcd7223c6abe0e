"""Builds the parts of the daemon and runs them in one task group, from the settings to an orderly stop."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from netwatch.attaching import content
from netwatch.bus.local import LocalBus
from netwatch.certificates import certificate_ends
from netwatch.clock import Clock, SystemClock
from netwatch.control.by_link import acknowledging
from netwatch.control.handlers import handlers
from netwatch.control.server import SocketFault
from netwatch.control.server import serve as serve_control
from netwatch.daemon import Daemon, Parts
from netwatch.discipline import kernel_discipline
from netwatch.journal import Notice
from netwatch.language import Sentence, Translate, translator
from netwatch.listening import listener, sections, syslog_sockets, trap_socket
from netwatch.logs import configure
from netwatch.measure import CommitTimes
from netwatch.memory import look_after_memory
from netwatch.poll import ROUTINE
from netwatch.reload import Refusal
from netwatch.secrets import Keyring, SecretFault
from netwatch.settings_sections import Settings
from netwatch.store.address import store_url
from netwatch.store.contract import AlreadyServed, StoreFault
from netwatch.store.engine import open_engine
from netwatch.store.hold import Holder, require_free
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.writer import Writer
from netwatch.syslog.receiver import SyslogSockets
from netwatch.translate.to_kit import kit_settings
from netwatch.web.listener import TRAPS, Listener, ListenError, inherited_sockets, open_socket
from netwatch.web.metrics_app import metrics_app
from netwatch.web.server import WebServer
from netwatch.web.status_app import status_app
from netwatch.web.view import View
from netwatch.workers.crew import Crew
from probes.kit import open_kit
from probes.registry import probes

_log = logging.getLogger(__name__)

DISTRIBUTION = "netwatch-daemon"
SWITCH = 0.0005
# What an operator can mend; anything else is a bug and shows its traceback.
EXPECTED = (Refusal, StoreFault, AlreadyServed, ListenError, SocketFault, SecretFault)
STOPPING = (signal.SIGTERM, signal.SIGINT)
Sockets = Mapping[str, tuple[Listener, socket.socket]]


def run(
    settings: Settings, path: Path | None, overrides: tuple[str, ...], translate: Translate | None = None
) -> int:
    """Run the daemon until it is told to stop.

    0 after an orderly stop; 1 when it cannot start, with a sentence in `translate`'s language (the settings' without
    one), and 1 when a fault of its own ends it, with the traceback in the log.
    """
    configure(settings.daemon.log_level, settings.daemon.log_format)
    # The writer's thread may hold the event loop up only so long, in seconds, when both have work.
    sys.setswitchinterval(SWITCH)
    try:
        asyncio.run(_grouped(_serve(settings, path, overrides, dict(os.environ))))
    except BaseExceptionGroup as group:
        expected, bugs = group.split(EXPECTED)
        if bugs is not None:
            _log.critical("A fault in the program ends the daemon; please report it.", exc_info=bugs)
        elif expected is not None:
            _tell(_leaves(expected), translate or translator(settings.daemon.language))
        return 1
    return 0


async def _grouped(work: Coroutine[None, None, None]) -> None:
    """Whatever ends the work comes out as a group, from wherever it was raised."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(work)


def _tell(faults: Iterable[BaseException], translate: Translate) -> None:
    for fault in faults:
        for sentence in _sentences(fault):
            sys.stderr.write(sentence.words(translate) + "\n")


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
    stop = _stop_on_signals()
    with _sockets(settings, environment) as (sockets, traps, syslog):
        async with _parts(settings, environment) as parts:
            daemon = Daemon(settings, path, overrides, parts)
            await daemon.prepare()
            control = settings.daemon.control_socket
            async with serve_control(control, handlers(daemon), group=settings.daemon.control_group):
                servers = _servers(daemon, parts, sockets)
                daemon.journal.note(Notice("daemon_started", daemon.now()))
                with daemon.traps.listening(traps):
                    async with daemon.syslog.listening(syslog):
                        await _until_stopped(stop, daemon, servers, parts.clock)
            await daemon.finish()
            await daemon.syslog.flush()
            daemon.journal.note(Notice("daemon_stopped", daemon.now()))
            await daemon.journal.flush()


def _stop_on_signals() -> asyncio.Event:
    """Set once a signal asks to stop; from the first moment on, so that one that comes early leaves order too."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, stop.set)
    # Until there is something to reload: settings and inventory are only just being read.
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    return stop


@asynccontextmanager
async def _parts(settings: Settings, environment: Mapping[str, str]) -> AsyncIterator[Parts]:
    commits = CommitTimes()
    async with AsyncExitStack() as stack:
        store = open_store(store_url(settings.store, environment), _holder())
        stack.callback(store.close)
        writer = await stack.enter_async_context(Writer(commits.add))
        clock = SystemClock(not_before=_last_heartbeat(store))
        keyring = Keyring(settings.credentials, environment)
        kit = await stack.enter_async_context(open_kit(kit_settings(settings), keyring.find))
        for remark in kit.remarks:
            _log.log(logging.INFO if remark.code in ROUTINE else logging.WARNING, "%s", remark.english())
        bus = LocalBus()
        crew = _crew(settings, bus, clock)
        own = (commits, environment, keyring.renew, crew, kernel_discipline)
        yield Parts(clock, store, writer, bus, kit, probes(), *own)


def _crew(settings: Settings, bus: LocalBus, clock: SystemClock) -> Crew | None:
    """Worker processes, where the settings ask for more than our own."""
    workers = settings.looks.workers
    return Crew(settings, workers, bus, clock, lambda: clock.offset) if workers > 1 else None


def _last_heartbeat(store: SqlStore) -> int:
    return max(store.heartbeats().values(), default=0)


def _holder() -> Holder:
    return Holder(socket.gethostname(), os.getpid(), SystemClock().now(), version(DISTRIBUTION))


@contextmanager
def _sockets(
    settings: Settings, environment: Mapping[str, str]
) -> Iterator[tuple[Sockets, socket.socket | None, SyslogSockets]]:
    """Open every listener before anything else starts: a port in use stops us at once."""
    inherited = inherited_sockets(environment, os.getpid())
    listeners = {name: listener(name, own, environment) for name, own in sections(settings).items()}
    with ExitStack() as stack:
        try:
            opened = {
                name: (it, stack.enter_context(open_socket(it, inherited.get(name))))
                for name, it in listeners.items()
            }
            traps = trap_socket(settings.traps, inherited.get(TRAPS))
            stack.enter_context(traps or nullcontext())
            syslog = syslog_sockets(settings.syslog, inherited)
            stack.enter_context(syslog)
        except ListenError:
            _name_the_holder(settings, environment)
            raise
        yield opened, traps, syslog


def _name_the_holder(settings: Settings, environment: Mapping[str, str]) -> None:
    """A second daemon with the same settings is told who serves its database, not only that a port is in use."""
    with suppress(StoreFault), ExitStack() as stack:
        engine = open_engine(store_url(settings.store, environment), read_only=True)
        stack.callback(engine.dispose)
        require_free(engine)


def _servers(daemon: Daemon, parts: Parts, sockets: Sockets) -> list[WebServer]:
    view = View(
        present=daemon.present,
        now=daemon.now,
        probes=parts.probes,
        zone=lambda: daemon.settings.daemon.zone,
        language=lambda: daemon.settings.daemon.language,
        version=version(DISTRIBUTION),
        signer=lambda: daemon.signer,
        acknowledge=acknowledging(daemon),
        content=lambda record: daemon.read(partial(content, record=record)),
        curves=daemon.curves,
        certificates=certificate_ends(daemon.settings),
    )
    apps = {"metrics": metrics_app, "status_page": status_app}
    return [WebServer(apps[name](view, own.token), own, found) for name, (own, found) in sockets.items()]


async def _until_stopped(stop: asyncio.Event, daemon: Daemon, servers: list[WebServer], clock: Clock) -> None:
    """Run everything until a signal asks to stop."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        loop.add_signal_handler(signal.SIGHUP, lambda: tasks.create_task(_reload(daemon)))
        running = (daemon.run(), look_after_memory(lambda: daemon.plan, clock), *(s.run() for s in servers))
        work = [tasks.create_task(one) for one in running]
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
    configure(daemon.settings.daemon.log_level, daemon.settings.daemon.log_format)
    if report.applied:
        _log.info("Reloaded: %d changes, plan %d.", len(report.changes), report.plan_revision)

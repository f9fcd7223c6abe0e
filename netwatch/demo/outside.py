"""The outer process of the demo: prepares a folder, starts the province beside a daemon, and looks on from outside."""

import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from inventory.sheets.columns import Language
from inventory.snapshot import Inventory
from netwatch.clock import SECOND, Clock
from netwatch.demo import daemon, texts
from netwatch.demo.addresses import IN_NAMESPACE, LOOPBACK_RANGE, PORTS, Numbering
from netwatch.demo.config import INVENTORY_FILE, LOG_FILE, SETTINGS_FILE, Choices, pace, write
from netwatch.demo.echoes import LOOPBACK
from netwatch.demo.mailbox import PORT, RECEIVER
from netwatch.demo.namespace import refusal
from netwatch.demo.onlooker import Onlooker
from netwatch.demo.orders import Orders
from netwatch.demo.places import TOP
from netwatch.demo.ports import listeners, port_of, province_sockets
from netwatch.demo.process import Inner
from netwatch.demo.province import province, tally
from netwatch.demo.tellers import Teller
from netwatch.language import Sentence

LOCAL = timedelta(hours=7)
_PREFIX = "netwatch-demo-"
_LAST_BYTES = 4000
# The centre, an area and a commune to which nothing happens in the first performance.
_SITES = (f"{TOP}-TS", f"{TOP}-K01-TS", f"{TOP}-X010-TS")
Sockets = tuple[socket.socket, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    agencies: int = 40
    seed: int = 68
    once: bool = False
    language: Language = "vi"
    metrics_port: int | None = None
    page_port: int | None = None
    keep: Path | None = None
    namespace: bool = True


class DemoFault(Exception):  # noqa: N818 - its text is a sentence for people
    """The demo cannot go on; `sentence` says why, `detail` holds the last lines of what failed."""

    def __init__(self, sentence: Sentence, detail: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Stage:
    folder: Path
    inventory: Inventory
    choices: Choices
    orders: Orders
    descriptors: tuple[int, ...]


def run(options: Options, teller: Teller, clock: Clock) -> None:
    """Run the demo until its story has ended (`once`), else until it is interrupted.

    Raises DemoFault and PortFault; however it ends, no process, socket or folder stays behind.
    """
    with ExitStack() as stack:
        stack.callback(teller.close)
        now = datetime.fromtimestamp(clock.now() / SECOND, UTC)
        stage = _set_up(options, teller, stack, now)
        _import(stage, teller)
        inner = stack.enter_context(Inner(stage.orders, stage.descriptors))
        record = partial(_record, stage)
        onlooker = Onlooker(teller, inner, clock.monotonic, stage.inventory, stage.choices, record)
        _perform(stage, teller, onlooker)


def _set_up(options: Options, teller: Teller, stack: ExitStack, now: datetime) -> _Stage:
    private = _private(options, teller)
    folder = stack.enter_context(_folder(options.keep))
    http = stack.enter_context(listeners(options.metrics_port, options.page_port))
    own: Sockets = () if private else stack.enter_context(province_sockets())
    numbering = Numbering(LOOPBACK_RANGE, port_of(own[0]), _ports(own)) if own else IN_NAMESPACE
    # The day in Vietnam, wherever this machine stands.
    today = (now + LOCAL).date()
    inventory = province(options.agencies, options.seed, numbering, today)
    choices = _choices(options, inventory, numbering, (http, own))
    write(folder, choices, inventory, now)
    teller.tell(
        "inventory", texts.filled(texts.GENERATED, **tally(inventory)), records=dict(tally(inventory))
    )
    descriptors = tuple(opened.fileno() for opened in (*http, *own))
    orders = _orders(options, folder, choices, descriptors, today)
    return _Stage(folder, inventory, choices, orders, descriptors)


def _ports(own: Sockets) -> Mapping[str, int]:
    return dict(zip(PORTS, map(port_of, own[-len(PORTS) :]), strict=True))


def _private(options: Options, teller: Teller) -> bool:
    """Whether a namespace is to be had; the first line says what is used, the second that nothing here is real."""
    reason = refusal() if options.namespace else None
    if reason is not None:
        first = texts.filled(texts.REFUSED, reason=reason)
    else:
        first = texts.IN_NAMESPACE if options.namespace else texts.ASKED_FOR
    private = options.namespace and reason is None
    teller.tell("first", first, namespace=private)
    teller.tell("sample", texts.SAMPLE)
    return private


def _choices(
    options: Options, inventory: Inventory, numbering: Numbering, sockets: tuple[Sockets, Sockets]
) -> Choices:
    http, own = sockets
    return Choices(
        language=options.language,
        numbering=numbering,
        interval=pace(len(inventory.of("device"))),
        metrics_port=port_of(http[0]),
        page_port=port_of(http[1]),
        responder=f"{LOOPBACK}:{port_of(own[1])}" if own else "",
        mailbox_port=port_of(own[2]) if own else PORT,
    )


def _orders(
    options: Options, folder: Path, choices: Choices, descriptors: tuple[int, ...], today: date
) -> Orders:
    metrics, page, *own = descriptors
    agents, echoes, mailbox, *spoken = own or (-1, -1, -1)
    return Orders(
        agencies=options.agencies,
        seed=options.seed,
        folder=str(folder),
        parent=os.getpid(),
        listeners=(metrics, page),
        interval=choices.interval,
        today=today.isoformat(),
        once=options.once,
        keep=options.keep is not None,
        agents=agents,
        echoes=echoes,
        mailbox=mailbox,
        spoken=tuple(spoken),
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A private folder that goes when the demo ends, or the one to keep."""
    if keep is not None:
        yield _kept(keep)
        return
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kept(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DemoFault(texts.filled(texts.NOT_EMPTY, folder=folder))
    except OSError as error:
        raise DemoFault(texts.filled(texts.NO_FOLDER, folder=folder, error=error.strerror)) from None
    return folder.resolve()


def _import(stage: _Stage, teller: Teller) -> None:
    """Bring the inventory in by the command everybody uses."""
    task, total = texts.IMPORTING, sum(1 for _ in stage.inventory)
    teller.progress(task, 0, total)
    _command(stage, texts.IMPORT_FAILED, "import", str(stage.folder / INVENTORY_FILE))
    teller.progress(task, total, total)


def _go_live(stage: _Stage, teller: Teller) -> None:
    """From here on the receiver is told."""
    _command(stage, texts.NOT_LIVE, "notify", "go-live")
    teller.tell("live", texts.filled(texts.LIVE, receiver=RECEIVER), receiver=RECEIVER)


def _record(stage: _Stage, item: str) -> None:
    """Somebody has replaced it."""
    _command(stage, texts.NOT_RECORDED, "record", "replacement", item)


def _command(stage: _Stage, failed: Sentence, *words: str) -> None:
    """Run a netwatch command; raises DemoFault with its last words when it fails."""
    done = subprocess.run(  # noqa: S603 - our own command, our own folder
        daemon.command(stage.folder, *words),
        capture_output=True,
        text=True,
        env=daemon.environment(os.environ),
        check=False,
        cwd=stage.folder,
    )
    if done.returncode:
        raise DemoFault(failed, (done.stdout + done.stderr)[-_LAST_BYTES:])


def _perform(stage: _Stage, teller: Teller, onlooker: Onlooker) -> None:
    log = stage.folder / LOG_FILE
    if not onlooker.wait_until_ready():
        raise DemoFault(texts.NEVER_READY, _last_lines(log))
    _invite(stage, teller)
    onlooker.wait_until_settled()
    _go_live(stage, teller)
    if not onlooker.watch_story():
        raise DemoFault(texts.DAEMON_ENDED, _last_lines(log))


def _invite(stage: _Stage, teller: Teller) -> None:
    choices, settings = stage.choices, stage.folder / SETTINGS_FILE
    page, metrics = (
        f"http://{LOOPBACK}:{choices.page_port}/",
        f"http://{LOOPBACK}:{choices.metrics_port}/metrics",
    )
    commands = {
        "status": ("status",),
        "incidents": ("incidents",),
        "preflight": ("preflight", *_SITES),
        "coverage": ("coverage",),
    }
    typed = {
        name: shlex.join(["netwatch", *said, "--config", str(settings)]) for name, said in commands.items()
    }
    words = {"page": page, "metrics": metrics, **typed}
    teller.tell(
        "ready", texts.filled(texts.INVITATION, **words), page=page, metrics=metrics, settings=str(settings)
    )


def _last_lines(log: Path) -> str:
    try:
        return log.read_bytes()[-_LAST_BYTES:].decode(errors="replace")
    except OSError:
        return ""

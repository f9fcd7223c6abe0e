"""The inner process of the demo: the province on the wire, its story, and the daemon as a child.

Run as `python -m netwatch.demo.inside ORDERS`. It starts the story when it reads 'begin' on standard input and ends
when that closes, on SIGTERM, or when the daemon has ended. All it shares with the daemon is the network.
"""

import os
import random
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from netwatch.clock import Clock, SystemClock
from netwatch.demo import daemon
from netwatch.demo.addresses import IN_NAMESPACE, LOOPBACK_RANGE, PORTS, Numbering
from netwatch.demo.config import COMMUNITY_FILE, LOGIN_FILE, LOGIN_USER
from netwatch.demo.echoes import Echoes, RawEchoes, SimulatedEchoes, datagrams
from netwatch.demo.hosts import Hosts
from netwatch.demo.mailbox import RECEIVER, Mailbox, listening
from netwatch.demo.namespace import die_with_parent, enter
from netwatch.demo.orders import BEGIN, Orders, orders_from, tell
from netwatch.demo.ports import ANY_ADDRESS, of_datagrams, of_streams, port_of, province_ports
from netwatch.demo.program import Program, Turn
from netwatch.demo.province import province
from netwatch.demo.responder import Responder
from netwatch.demo.silence import Silence
from netwatch.demo.world import Region, region

_LONGEST_WAIT = 0.5
_SWITCH = 0.0005


class _Ended(Exception):  # noqa: N818 - a reason to end, not an error
    """Time to end: the outer process asks for it, or the daemon is gone."""


def main(arguments: list[str]) -> int:
    """Be the province until the end; returns the exit status."""
    orders = orders_from(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        signal.signal(signal.SIGTERM, _end)
        die_with_parent(orders.parent, signal.SIGTERM)
        _live(orders)
    except _Ended:
        pass
    except OSError as error:
        tell("fault", reason=str(error))
        return 1
    finally:
        _clean_up(orders)
    return 0


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is the system's
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Ended


def _clean_up(orders: Orders) -> None:
    """With the outer process gone, nobody else removes the folder."""
    if os.getppid() != orders.parent and not orders.keep:
        shutil.rmtree(orders.folder, ignore_errors=True)


def _live(orders: Orders) -> None:
    folder = Path(orders.folder)
    clock = SystemClock()
    place = _place(orders)
    responder, laid = _responder(orders, place, folder, clock)
    login = f"{LOGIN_USER}:{(folder / LOGIN_FILE).read_text()}"
    hosts = Hosts(laid, lambda: responder.reality, folder, login)
    tell("agents", devices=len(laid.devices), namespace=orders.in_namespace)
    with _daemon(orders, folder) as ended, selectors.DefaultSelector() as selector:
        # Not before the daemon was forked off: a thread would not go with it. Echoes must not wait for conversations.
        sys.setswitchinterval(_SWITCH)
        hosts.start(of_streams(place.spoken))
        silence = Silence(laid) if orders.in_namespace else None
        responder.register(selector)
        for mailbox in _mailboxes(orders):
            mailbox.register(selector)
        program = Program(laid.inventory, orders.interval, orders.once)
        selector.register(sys.stdin, selectors.EVENT_READ, lambda: _hear(program, clock))
        selector.register(ended, selectors.EVENT_READ, _daemon_ended)
        while True:
            _turn(selector, responder, program, clock, silence)


class _Place(NamedTuple):
    """Where the province is: its echoes, its agents, what else it speaks, and how its addresses are given."""

    echoes: Echoes
    agents: socket.socket
    spoken: Mapping[str, socket.socket]
    numbering: Numbering


def _responder(orders: Orders, place: _Place, folder: Path, clock: Clock) -> tuple[Responder, Region]:
    laid = region(province(orders.agencies, orders.seed, place.numbering, date.fromisoformat(orders.today)))
    community = (folder / COMMUNITY_FILE).read_bytes()
    agents = {"snmp": place.agents, **of_datagrams(place.spoken)}
    throw = random.Random(orders.seed)  # noqa: S311 - the weather of packets, not a secret
    return Responder(laid, place.echoes, agents, community, clock, throw), laid


def _place(orders: Orders) -> _Place:
    if orders.in_namespace:
        enter()
        agents = datagrams(ANY_ADDRESS, IN_NAMESPACE.snmp_port)
        return _Place(RawEchoes(), agents, province_ports(), IN_NAMESPACE)
    agents, echoes = socket.socket(fileno=orders.agents), socket.socket(fileno=orders.echoes)
    given = (socket.socket(fileno=number) for number in orders.spoken)
    spoken = dict(zip(PORTS, given, strict=True))
    ports = {name: port_of(opened) for name, opened in spoken.items()}
    return _Place(SimulatedEchoes(echoes), agents, spoken, Numbering(LOOPBACK_RANGE, port_of(agents), ports))


def _mailboxes(orders: Orders) -> Iterator[Mailbox]:
    """Of whoever is told of incidents; outside reads what he is sent. None where no place was made for one."""
    if orders.in_namespace or orders.mailbox >= 0:
        opened = listening() if orders.in_namespace else socket.socket(fileno=orders.mailbox)
        yield Mailbox(opened, lambda letter: tell("message", receiver=RECEIVER, **letter._asdict()))


@contextmanager
def _daemon(orders: Orders, folder: Path) -> Iterator[int]:
    """The daemon while it runs: a file descriptor that becomes readable when it ends."""
    process = daemon.start(orders.command or daemon.command(folder, "run"), folder, orders.listeners)
    tell("daemon", process=process)
    ended = os.pidfd_open(process)
    try:
        yield ended
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        daemon.stop(process, ended)
        os.close(ended)


def _daemon_ended() -> None:
    tell("daemon_ended")
    raise _Ended


def _hear(program: Program, clock: Clock) -> None:
    line = sys.stdin.readline()
    if not line:
        raise _Ended
    if line.strip() == BEGIN:
        program.begin(clock.monotonic())


def _turn(
    selector: selectors.BaseSelector,
    responder: Responder,
    program: Program,
    clock: Clock,
    silence: Silence | None,
) -> None:
    waits = (_LONGEST_WAIT, responder.send_due(), program.next_due(clock.monotonic()))
    for key, _ in selector.select(max(0.0, min(wait for wait in waits if wait is not None))):
        key.data()
    for turn in program.due(clock.monotonic()):
        _take(turn, responder, silence)


def _take(turn: Turn, responder: Responder, silence: Silence | None) -> None:
    responder.become(turn.world)
    if silence is not None:
        silence.follow(responder.reality.answering)
    tell(turn.event, **turn.facts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

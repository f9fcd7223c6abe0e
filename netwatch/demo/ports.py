"""The sockets the outer process makes: both HTTP listeners, and the province's own where there is no namespace."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from netwatch.demo.addresses import DATAGRAM_PORTS, PORTS, STREAM_PORTS
from netwatch.demo.echoes import LOOPBACK, bound_to_loopback, datagrams
from netwatch.demo.texts import NO_FREE_PORT, PORT_TAKEN, filled
from netwatch.language import Sentence

METRICS, PAGE = 9877, 9878
_TRIED = 100
_BACKLOG = 64
_CROWD = 512
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - bound to the loopback interface, where all of 127.0.0.0/8 arrives


class PortFault(Exception):  # noqa: N818 - its text is a sentence for people
    """A port cannot be had; `sentence` says which and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@contextmanager
def listeners(metrics: int | None, page: int | None) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Listening sockets for /metrics and the page: the port asked for, else the first free one from the usual."""
    with (
        _listener(metrics, METRICS, "--metrics-port") as first,
        _listener(page, PAGE, "--page-port") as second,
    ):
        yield first, second


def _listener(wanted: int | None, usual: int, option: str) -> socket.socket:
    if wanted is not None:
        try:
            return _listening(wanted)
        except OSError as error:
            facts = {"port": wanted, "error": error.strerror or str(error), "option": option}
            raise PortFault(filled(PORT_TAKEN, **facts)) from None
    for port in range(usual, usual + _TRIED):
        try:
            return _listening(port)
        except OSError:
            continue
    last = usual + _TRIED - 1
    raise PortFault(filled(NO_FREE_PORT, first=usual, last=last, option=option))


def _listening(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((LOOPBACK, port))
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def port_of(opened: socket.socket) -> int:
    """The port a socket is bound to."""
    port: int = opened.getsockname()[1]
    return port


@contextmanager
def province_sockets() -> Iterator[tuple[socket.socket, ...]]:
    """Of a province on loopback addresses: for SNMP, simulated echoes, its receiver, and all that `PORTS` names."""
    with ExitStack() as stack:
        agents, echoes = datagrams(ANY_ADDRESS, 0), datagrams(LOOPBACK, 0)
        sockets = (agents, echoes, _listening(0), *(spoken(name, 0) for name in PORTS))
        for opened in sockets:
            stack.enter_context(opened)
        yield sockets


def province_ports() -> dict[str, socket.socket]:
    """The same for a namespace, where every port is to be had: what `PORTS` names."""
    return {name: spoken(name, port) for name, port in PORTS.items()}


def spoken(name: str, port: int) -> socket.socket:
    """A non-blocking socket on every address of this machine, for TCP a listening one; raises OSError."""
    if name in DATAGRAM_PORTS:
        return datagrams(ANY_ADDRESS, port)
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound_to_loopback(opened)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setblocking(False)
    opened.bind((ANY_ADDRESS, port))
    opened.listen(_CROWD)
    return opened


def of_streams(opened: Mapping[str, socket.socket]) -> dict[str, socket.socket]:
    """Those of TCP."""
    return {name: each for name, each in opened.items() if name in STREAM_PORTS}


def of_datagrams(opened: Mapping[str, socket.socket]) -> dict[str, socket.socket]:
    """Those of UDP."""
    return {name: each for name, each in opened.items() if name in DATAGRAM_PORTS}

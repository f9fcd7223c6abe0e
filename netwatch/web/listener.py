"""Where we listen and who may ask: the access rule, sockets of our own, and sockets inherited from systemd.

The rule: a loopback address needs nothing; any other address needs TLS and, besides it, a token or client
certificates. It is checked against the settings and again against the address a socket really has.
"""

import errno
import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.language import Sentence

# A token is guessed against over the network; 16 characters of hex are 64 bits.
SHORTEST_TOKEN = 16
BACKLOG = 128
# sd_listen_fds(3): the first descriptor passed, and the most we look at.
FIRST_DESCRIPTOR = 3
# The names that stand for datagram sockets.
TRAPS, SYSLOG_UDP = "traps", "syslog_udp"
_DATAGRAMS = frozenset({TRAPS, SYSLOG_UDP})
MOST_DESCRIPTORS = 16


@dataclass(frozen=True, slots=True)
class Listener:
    """One address and what guards it: paths of PEM files, '' where there is none; `token` is the secret itself.

    `section` is the section of the settings it comes from, for sentences to operators.
    """

    host: str
    port: int
    certificate: str = ""
    key: str = ""
    client_ca: str = ""
    token: str = field(default="", repr=False)
    section: str = "metrics"

    @property
    def tls(self) -> bool:
        """Whether connections are encrypted."""
        return bool(self.certificate and self.key)

    @property
    def address(self) -> str:
        """'127.0.0.1:9877', '[::1]:9877'."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ListenError(Exception):
    """We cannot listen there; `sentence` says what is wrong, which key it is and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost counts as reachable."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def access_problem(listen: str, tls: bool, token: bool, client_ca: bool) -> Sentence | None:
    """What forbids listening on the host `listen` with these guards; None when they suffice."""
    if is_loopback(listen) or (tls and (token or client_ca)):
        return None
    if not tls:
        text = (
            "The address {listen} can be reached from other machines, which needs TLS: set certificate and key to PEM"
            " files, and token or client_ca besides; or listen on 127.0.0.1."
        )
        return Sentence(text, {"listen": listen})
    text = (
        "The address {listen} can be reached from other machines, and TLS alone does not tell who asks: set token to"
        " a secret reference or client_ca to a PEM file; or listen on 127.0.0.1."
    )
    return Sentence(text, {"listen": listen})


def listener_problem(listener: Listener) -> Sentence | None:
    """What is wrong with a listener as the settings have it; None when nothing is."""
    if bool(listener.certificate) != bool(listener.key):
        text = "Section [{section}] has only one of certificate and key; TLS needs both."
        return Sentence(text, {"section": listener.section})
    if listener.client_ca and not listener.tls:
        text = "Section [{section}] has client_ca without certificate and key; client certificates need TLS."
        return Sentence(text, {"section": listener.section})
    if listener.token and len(listener.token) < SHORTEST_TOKEN:
        text = "The token of section [{section}] has {length} characters; it needs at least {least}."
        lengths = {"length": len(listener.token), "least": SHORTEST_TOKEN}
        return Sentence(text, {"section": listener.section, **lengths})
    return access_problem(listener.host, listener.tls, bool(listener.token), bool(listener.client_ca))


def open_socket(listener: Listener, inherited: socket.socket | None = None) -> socket.socket:
    """A listening socket: the inherited one, else one of our own; raises ListenError.

    An inherited socket's address is the one systemd's unit gives; the access rule holds for it all the same.
    """
    problem = listener_problem(listener)
    if problem is not None and inherited is None:
        raise ListenError(problem)
    found = inherited or bound(listener)
    host = str(found.getsockname()[0])
    problem = access_problem(host, listener.tls, bool(listener.token), bool(listener.client_ca))
    if problem is not None:
        found.close()
        raise ListenError(problem)
    return found


def bound(listener: Listener) -> socket.socket:
    """A listening socket at an address of the settings, whoever may ask there; raises ListenError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(bind_problem(listener, error)) from error
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise ListenError(bind_problem(listener, error)) from error
    found.setblocking(False)
    return found


def bind_problem(listener: Listener, error: OSError) -> Sentence:
    """Why an address of the settings could not be had, and what to do."""
    told = {"address": listener.address, "section": listener.section, "error": error.strerror or str(error)}
    if error.errno == errno.EADDRINUSE:
        text = (
            "The address {address} (listen in section [{section}]) is used by another program; stop that program"
            " ('ss -ltunp' names it) or choose another port."
        )
        return Sentence(text, told)
    if error.errno in (errno.EACCES, errno.EPERM):
        text = (
            "The address {address} (listen in section [{section}]) may not be opened by this user; choose a port"
            " above 1023 or let systemd pass the socket."
        )
        return Sentence(text, told)
    text = (
        "The address {address} (listen in section [{section}]) cannot be opened: {error}. It must be an address of"
        " this machine."
    )
    return Sentence(text, told)


def inherited_sockets(environment: Mapping[str, str], process: int) -> dict[str, socket.socket]:
    """The sockets systemd passed to this process, by name (FileDescriptorName= metrics, status_page, traps, ...).

    Protocol of sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. Empty when none are meant for us; raises
    ListenError for a descriptor that is no TCP socket, or as traps or syslog_udp no UDP socket.
    """
    if environment.get("LISTEN_PID") != str(process):
        return {}
    count = environment.get("LISTEN_FDS", "0")
    number = min(int(count), MOST_DESCRIPTORS) if count.isascii() and count.isdigit() else 0
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    passed = [
        (names[place] if place < len(names) else "", FIRST_DESCRIPTOR + place) for place in range(number)
    ]
    return {
        name: _inherit(descriptor, name, socket.SOCK_DGRAM if name in _DATAGRAMS else socket.SOCK_STREAM)
        for name, descriptor in passed
    }


def _inherit(descriptor: int, name: str, kind: socket.SocketKind) -> socket.socket:
    try:
        found = socket.socket(fileno=descriptor)
    except OSError as error:
        raise ListenError(_unfit(descriptor, name, kind)) from error
    if found.family not in (socket.AF_INET, socket.AF_INET6) or found.type != kind:
        raise ListenError(_unfit(descriptor, name, kind))
    os.set_inheritable(descriptor, False)
    found.setblocking(False)
    return found


def _unfit(descriptor: int, name: str, kind: socket.SocketKind) -> Sentence:
    if kind == socket.SOCK_DGRAM:
        text = (
            "Descriptor {descriptor} passed by LISTEN_FDS as {name} is no UDP socket; use ListenDatagram= with an"
            " address and a port in the .socket unit."
        )
        return Sentence(text, {"descriptor": descriptor, "name": name})
    text = (
        "Descriptor {descriptor} passed by LISTEN_FDS is no TCP socket; use ListenStream= with an address and a port"
        " in the .socket unit."
    )
    return Sentence(text, {"descriptor": descriptor})

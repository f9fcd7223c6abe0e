"""The listeners as the settings have them, and what would keep the daemon from opening them."""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from ipaddress import ip_address
from types import MappingProxyType

from netwatch.language import Sentence
from netwatch.secrets import SecretFault, resolve
from netwatch.settings_sections import ListenerSettings, Settings, TrapSettings
from netwatch.settings_syslog import SyslogSettings
from netwatch.syslog.receiver import SyslogSockets
from netwatch.web.listener import (
    SYSLOG_UDP,
    TRAPS,
    Listener,
    ListenError,
    bind_problem,
    bound,
    listener_problem,
)
from netwatch.web.server import tls_context
from probes.listeners.listener import open_notification_socket, prepare_socket
from probes.messages import Message
from probes.transports.sockets import receive_buffer

_log = logging.getLogger(__name__)

SYSLOG, SYSLOG_TCP, SYSLOG_TLS = "syslog", "syslog_tcp", "syslog_tls"


def sections(settings: Settings) -> Mapping[str, ListenerSettings]:
    """The sections that name a listener, by their names."""
    return {"metrics": settings.metrics, "status_page": settings.status_page}


def listener(name: str, section: ListenerSettings, environment: Mapping[str, str]) -> Listener:
    """A listener with its token read; raises SecretFault."""
    return Listener(
        host=section.host,
        port=section.port,
        certificate=section.certificate,
        key=section.key,
        client_ca=section.client_ca,
        token=resolve(section.token, environment).reveal() if section.token else "",
        section=name,
    )


def trap_socket(settings: TrapSettings, inherited: socket.socket | None = None) -> socket.socket | None:
    """The socket for traps and informs: the inherited one, else one of our own; None when none is wanted.

    Raises ListenError.
    """
    found = _given(inherited, settings) if inherited is not None else _opened(settings)
    if found is not None and (got := receive_buffer(found)) < settings.receive_buffer:
        told = {"transport": TRAPS, "got": str(got), "asked": str(settings.receive_buffer)}
        _log.info("%s", Message("socket.buffer", told).english())
    if found is not None:
        host, port = found.getsockname()[:2]
        _log.info("Traps and informs are taken in at %s, port %d.", host, port)
    return found


def _given(inherited: socket.socket, settings: TrapSettings) -> socket.socket:
    prepare_socket(inherited, settings.receive_buffer)
    return inherited


def _opened(settings: TrapSettings) -> socket.socket | None:
    if not settings.wanted:
        return None
    place = Listener(settings.host, settings.port, section=TRAPS)
    try:
        return open_notification_socket(place.host, place.port, settings.receive_buffer)
    except OSError as error:
        raise ListenError(bind_problem(place, error)) from error


def syslog_sockets(
    settings: SyslogSettings, inherited: Mapping[str, socket.socket] = MappingProxyType({})
) -> SyslogSockets:
    """The sockets for syslog: those inherited, else our own; none that is not wanted. Raises ListenError."""
    wanted = {way: Listener(host, port, section=SYSLOG) for way, (host, port) in settings.wanted.items()}
    guard = Listener("", 0, settings.certificate, settings.key, settings.client_ca, section=SYSLOG)
    encrypted = "tls" in wanted or SYSLOG_TLS in inherited
    context = tls_context(guard) if encrypted else None
    with ExitStack() as stack:
        udp = inherited.get(SYSLOG_UDP) or _datagrams(wanted.get("udp"), settings.receive_buffer)
        if udp is not None:
            stack.callback(udp.close)
            prepare_socket(udp, settings.receive_buffer)
        tcp = _stream(wanted.get("tcp"), inherited.get(SYSLOG_TCP))
        if tcp is not None:
            stack.callback(tcp.close)
        # Without a certificate what was passed for TLS stays shut.
        tls = _stream(wanted.get("tls"), inherited.get(SYSLOG_TLS)) if context is not None else None
        stack.pop_all()
    for opened, way in ((udp, "UDP"), (tcp, "TCP"), (tls, "TLS")):
        if opened is not None:
            host, port = opened.getsockname()[:2]
            _log.info("Syslog is taken in at %s, port %d by %s.", host, port, way)
    return SyslogSockets(udp, tcp, tls, context)


def _datagrams(place: Listener | None, buffer: int) -> socket.socket | None:
    if place is None:
        return None
    try:
        return open_notification_socket(place.host, place.port, buffer)
    except OSError as error:
        raise ListenError(bind_problem(place, error)) from error


def _stream(place: Listener | None, inherited: socket.socket | None) -> socket.socket | None:
    """A listening socket; who may send is not asked, as devices can show nothing: what they say decides nothing."""
    return inherited or (bound(place) if place is not None else None)


def problems(settings: Settings, environment: Mapping[str, str]) -> Iterator[Sentence]:
    """Why the daemon would refuse to start with these listeners, as far as it shows without opening them."""
    for name, section in sections(settings).items():
        try:
            found = listener(name, section, environment)
            problem = listener_problem(found)
            tls_context(found)
        except (SecretFault, ListenError) as fault:
            problem = fault.sentence
        if problem:
            yield problem
    if _collide(settings.metrics, settings.status_page):
        text = "metrics.listen and status_page.listen are both {address}. Give one of them another port."
        yield Sentence(text, {"address": settings.status_page.listen})


def _collide(one: ListenerSettings, other: ListenerSettings) -> bool:
    # Port 0 lets the system choose two different ones; an unspecified address takes the port of all.
    hosts = {ip_address(one.host), ip_address(other.host)}
    whole = any(host.is_unspecified for host in hosts) and len({host.version for host in hosts}) == 1
    return bool(one.port) and one.port == other.port and (len(hosts) == 1 or whole)

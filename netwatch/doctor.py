"""Is this machine fit to run netwatch: each examination gives one finding, ok, warning or fault, and what to do.

Nothing is changed: sockets are opened and closed, files only looked at.
"""

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from netwatch.discipline import kernel_discipline, milliseconds
from netwatch.language import Sentence
from netwatch.secrets import (
    ENVIRONMENT,
    SecretFault,
    references,
    resolve,
    short_passwords,
    warning,
)
from netwatch.settings_sections import ListenerSettings, Settings, TrapSettings
from netwatch.store.address import store_url
from netwatch.store.contract import StoreFault
from netwatch.store.engine import parse_url, sqlite_path
from netwatch.store.integrity import check_integrity
from netwatch.store.schema import current, head
from netwatch.translate.to_channels import address_faults

PROC = Path("/proc/sys")
PING_GROUPS = "net/ipv4/ping_group_range"
RECEIVE_MAXIMUM = "net/core/rmem_max"
LEAST_FREE_BYTES = 1 << 30
EARLIEST_YEAR = 2025
WANTED_ANCHORS = 2


class State(StrEnum):
    """How an examination ended."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found: `about` is a code, `remedy` None when there is nothing to do."""

    about: str
    state: State
    what: Sentence
    remedy: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. `served` says whether a daemon answers at the control socket."""

    settings: Settings
    path: Path | None
    environment: Mapping[str, str]
    now: datetime
    served: bool
    system: Path = PROC


def examine(patient: Patient) -> tuple[Finding, ...]:
    """Every finding, in the order of the examinations."""
    return tuple(finding for look in EXAMINATIONS for finding in look(patient))


def worst(findings: Iterable[Finding]) -> State:
    """The worst of all states."""
    states = {finding.state for finding in findings}
    return next((state for state in (State.FAULT, State.WARNING) if state in states), State.OK)


def _ok(about: str, text: str, **params: object) -> Finding:
    return Finding(about, State.OK, Sentence(text, params))


def settings_file(patient: Patient) -> Iterator[Finding]:
    """Which settings are in force, and whether anchors are named."""
    if patient.path:
        yield _ok("settings", "The settings are valid: {file}.", file=patient.path)
    else:
        yield Finding(
            "settings",
            State.WARNING,
            Sentence("There is no settings file; the defaults are in force."),
            Sentence("Copy netwatch.toml and name it with --config, NETWATCH_CONFIG or as ./netwatch.toml."),
        )
    if len(patient.settings.anchors.addresses) < WANTED_ANCHORS:
        yield Finding(
            "anchors",
            State.WARNING,
            Sentence(
                "Fewer than two anchors: faults of this machine's own connection cannot be told from others."
            ),
            Sentence("Name the default gateway and the resolver in anchors.addresses."),
        )


def icmp(patient: Patient) -> Iterator[Finding]:
    """Whether this user may send echoes."""
    if patient.settings.icmp.simulated_responder:
        yield Finding("icmp", State.WARNING, Sentence("ICMP is simulated (icmp.simulated_responder)."))
        return
    groups = _system_text(patient, PING_GROUPS)
    for name, kind in ((Sentence("unprivileged"), socket.SOCK_DGRAM), (Sentence("raw"), socket.SOCK_RAW)):
        if _opens(kind):
            text = "Echoes may be sent ({mode} sockets; ping_group_range {groups})."
            yield _ok("icmp", text, mode=name, groups=groups)
            return
    yield Finding(
        "icmp",
        State.FAULT,
        Sentence("This user may not send echoes (ping_group_range {groups}).", {"groups": groups}),
        Sentence('Run: sysctl -w net.ipv4.ping_group_range="0 2147483647", or give the daemon CAP_NET_RAW.'),
    )


def _opens(kind: int) -> bool:
    try:
        socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
    except OSError:
        return False
    return True


def _system_text(patient: Patient, name: str) -> str:
    try:
        return " ".join((patient.system / name).read_text("ascii").split())
    except OSError:
        return "?"


def receive_buffer(patient: Patient) -> Iterator[Finding]:
    """Whether the kernel grants the receive buffer asked for."""
    wanted, text = patient.settings.snmp.receive_buffer, _system_text(patient, RECEIVE_MAXIMUM)
    if text.isdecimal() and int(text) < wanted:
        params = {"most": text, "wanted": wanted}
        yield Finding(
            "buffers",
            State.WARNING,
            Sentence(
                "Receive buffers are limited to {most} bytes, {wanted} are wanted: bursts may be lost.",
                params,
            ),
            Sentence("Run: sysctl -w net.core.rmem_max={wanted}", params),
        )
    else:
        yield _ok("buffers", "Receive buffers of {wanted} bytes are granted.", wanted=wanted)


def clock(patient: Patient) -> Iterator[Finding]:
    """Whether the clock is synchronised and plausible."""
    if patient.now.year < EARLIEST_YEAR:
        what = Sentence("The clock is wrong: it shows {moment}.", {"moment": f"{patient.now:%Y-%m-%d %H:%M}"})
        yield Finding("clock", State.FAULT, what, Sentence("Set it, and run chrony or systemd-timesyncd."))
        return
    found = kernel_discipline()
    if found is not None and found.synchronised:
        text = "The clock is synchronised; it errs by {error} ms at the most, as the kernel says."
        yield _ok("clock", text, error=milliseconds(found.at_most()))
        return
    unknown = Sentence("Whether the clock is synchronised cannot be told here.")
    what = unknown if found is None else Sentence("The clock is not synchronised.")
    remedy = Sentence("Run chrony (with rtcsync in its settings) or systemd-timesyncd.")
    yield Finding("clock", State.WARNING, what, remedy)


def time_zone(patient: Patient) -> Iterator[Finding]:
    """In which zone times are shown, and whether the machine's own differs."""
    zone = patient.settings.daemon.time_zone
    params = {"zone": zone, "moment": f"{patient.now:%H:%M}"}
    ours, machine = patient.now.utcoffset(), patient.now.astimezone().utcoffset()
    if ours == machine:
        yield Finding(
            "time_zone", State.OK, Sentence("Times are shown in {zone}; there it is {moment}.", params)
        )
    else:
        text = "Times are shown in {zone}, where it is {moment}; this machine's own zone is another."
        yield Finding("time_zone", State.OK, Sentence(text, params))


def database(patient: Patient) -> Iterator[Finding]:
    """Whether the database is there, of this release, sound and writable."""
    try:
        address = store_url(patient.settings.store, patient.environment)
        yield from _database(address)
    except SecretFault as fault:
        yield Finding("database", State.FAULT, fault.sentence)
    except StoreFault as fault:
        params = {"what": fault.what, "detail": fault.detail}
        yield Finding(
            "database", State.FAULT, Sentence("The database cannot be used ({what}): {detail}", params)
        )


def _database(address: str) -> Iterator[Finding]:
    path = sqlite_path(parse_url(address))
    if path is not None:
        yield from _folder(path.absolute().parent)
        if not path.exists():
            yield _ok("database", "There is no database yet; the daemon makes one at {path}.", path=path)
            return
    there = current(address)
    if there != head():
        params = {"there": there or "-", "here": head()}
        what = Sentence("The database is of another release ({there}, this one is {here}).", params)
        yield Finding(
            "database", State.WARNING, what, Sentence("The daemon upgrades it, or: netwatch db upgrade")
        )
    damage = check_integrity(address)
    if damage:
        what = Sentence("The database is damaged: {damage}", {"damage": "; ".join(damage[:3])})
        yield Finding("database", State.FAULT, what, Sentence("Restore a backup: netwatch db restore"))
    elif path is not None and not os.access(path, os.W_OK):
        yield Finding("database", State.FAULT, Sentence("This user may not write {path}.", {"path": path}))
    else:
        yield _ok("database", "The database is sound (revision {revision}).", revision=there)


def _folder(folder: Path) -> Iterator[Finding]:
    params = {"folder": folder}
    if not os.access(folder, os.W_OK):
        yield Finding("database", State.FAULT, Sentence("The directory {folder} cannot be written.", params))
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        what = Sentence("Only {free} MiB are free in {folder}.", {**params, "free": free >> 20})
        yield Finding(
            "database", State.WARNING, what, Sentence("Make room: without it nothing can be recorded.")
        )


def names(patient: Patient) -> Iterator[Finding]:
    """Whether the names we depend on can be resolved."""
    server = parse_url(patient.settings.store.url).host
    for name in dict.fromkeys(filter(None, (socket.gethostname(), server))):
        try:
            socket.getaddrinfo(name, None)
        except OSError as error:
            what = Sentence(
                "The name {name} cannot be resolved ({error}).", {"name": name, "error": error.strerror}
            )
            remedy = Sentence("Name it in /etc/hosts, or repair /etc/resolv.conf.")
            yield Finding("names", State.FAULT if name == server else State.WARNING, what, remedy)
        else:
            yield _ok("names", "The name {name} can be resolved.", name=name)


def ports(patient: Patient) -> Iterator[Finding]:
    """Whether our addresses are free, or ours already."""
    for section, listener in (
        ("metrics", patient.settings.metrics),
        ("status_page", patient.settings.status_page),
    ):
        yield _port(section, listener, patient.served)
    if patient.settings.traps.wanted:
        yield _port("traps", patient.settings.traps, patient.served, socket.SOCK_DGRAM)
    for way, (host, port) in patient.settings.syslog.wanted.items():
        kind = socket.SOCK_DGRAM if way == "udp" else socket.SOCK_STREAM
        yield _port(f"syslog.{way}", _Place(host, port), patient.served, kind)


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    port: int

    @property
    def listen(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _port(
    section: str,
    listener: ListenerSettings | TrapSettings | _Place,
    served: bool,
    kind: socket.SocketKind = socket.SOCK_STREAM,
) -> Finding:
    params = {"section": section, "address": listener.listen}
    key = section if isinstance(listener, _Place) else f"{section}.listen"
    error = _bind(listener.host, listener.port, kind)
    if error is None:
        return Finding("ports", State.OK, Sentence("{section}: {address} is free.", params))
    if error.errno == errno.EADDRINUSE and served:
        return Finding(
            "ports", State.OK, Sentence("{section}: the running daemon listens at {address}.", params)
        )
    what = Sentence("{section}: {address} cannot be had ({error}).", {**params, "error": error.strerror})
    return Finding(
        "ports", State.FAULT, what, Sentence("Stop what listens there, or change {key}.", {"key": key})
    )


def _bind(host: str, port: int, kind: socket.SocketKind) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as trial:
        if kind == socket.SOCK_STREAM:
            # As the daemon does: what only waits to be forgotten by the kernel is not in use.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            return error
    return None


def secrets(patient: Patient) -> Iterator[Finding]:
    """Whether every secret can be read, and only by those who should."""
    for reference in references(patient.settings):
        try:
            resolve(reference, patient.environment)
        except SecretFault as fault:
            # The environment of a running daemon is its own; here only files can be judged.
            elsewhere = patient.served and reference.startswith(ENVIRONMENT)
            yield Finding("secrets", State.WARNING if elsewhere else State.FAULT, fault.sentence)
            continue
        remark = warning(reference)
        if remark:
            yield Finding("secrets", State.WARNING, remark)
        else:
            yield _ok("secrets", "Secret {reference} can be read.", reference=reference)
    weak = short_passwords(patient.settings, patient.environment)
    for sentence in (*weak, *address_faults(patient.settings, patient.environment)):
        yield Finding("secrets", State.FAULT, sentence)


def control(patient: Patient) -> Iterator[Finding]:
    """Whether the control socket can be opened, or is."""
    path = Path(patient.settings.daemon.control_socket)
    if patient.served:
        yield _ok("control", "A daemon answers at {path}.", path=path)
    elif os.access(path.parent, os.W_OK):
        yield _ok("control", "No daemon runs; its control socket will be {path}.", path=path)
    else:
        what = Sentence(
            "The control socket cannot be made: {folder} cannot be written.", {"folder": path.parent}
        )
        yield Finding("control", State.WARNING, what, Sentence("Run the doctor as the daemon's user."))


EXAMINATIONS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    settings_file,
    icmp,
    receive_buffer,
    clock,
    time_zone,
    database,
    names,
    ports,
    control,
    secrets,
)

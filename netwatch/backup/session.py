"""One SSH session with one device, by netmiko: log in, read the configuration, hide and seal it. Blocks.

Runs in the process of the sessions only. What the libraries say in their exceptions may quote what a device sent, so
that nothing of it is ever handed on: only which of our outcomes it was.
"""

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from tempfile import NamedTemporaryFile
from typing import Any

from netmiko import BaseConnection, ConnectHandler
from netmiko.channel import SSHChannel
from netmiko.exceptions import NetmikoBaseException
from paramiko import PKey, SSHClient
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException

from netwatch.backup.contract import HostKey, Job, Limits, Outcome, Result
from netwatch.backup.guard import GuardedSocket
from netwatch.backup.masking import changed_by, facts, masked, rejected, tidy, whole
from netwatch.backup.sealing import seal
from probes.secret import Secret

SSH_PORT = 22
# What the libraries raise when a device does not behave; anything else is a fault of the program.
TROUBLE = (NetmikoBaseException, SSHException, OSError, EOFError, ValueError)
_HOST = re.compile(r"[0-9A-Za-z.:%_-]+")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a configuration is sealed to, and what makes the tokens of its secrets."""

    public: str
    mask: str = field(repr=False)


class _Failed(Exception):  # noqa: N818 - it says what happened
    """Ends a session with an outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class _Witness:
    """A policy of paramiko's for hosts that it has no key of: remembers the one they show.

    A pinned key that paramiko could not read is one it has not: then it is held against what was shown here.
    """

    def __init__(self, pin: HostKey | None) -> None:
        self._pin = pin
        self.seen: HostKey | None = None

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:  # noqa: ARG002 - paramiko's
        """Take note, and go on unless another key is pinned."""
        self.seen = _host_key(key)
        if self._pin is not None and self._pin != self.seen:
            raise _Failed(Outcome.HOST_KEY)


class _Channel(SSHChannel):
    """A channel whose reads end when the device hangs up, rather than when the time is over."""

    def read_buffer(self) -> str:
        """What has come; raises _Failed when nothing more can come."""
        text: str = super().read_buffer()
        channel = self.remote_conn
        if not text and channel is not None and (channel.closed or channel.eof_received):
            raise _Failed(Outcome.INCOMPLETE)
        return text


def _host_key(key: PKey) -> HostKey:
    return HostKey(key.get_name(), key.get_base64())


def fetch(
    job: Job, secrets: Iterable[Secret], keys: Keys, limits: Limits, clock: Callable[[], float]
) -> Result:
    """What came of it; `clock` gives seconds. The next credential is tried only when one was not accepted."""
    began = clock()
    result = Result(job.device, Outcome.NO_CREDENTIALS)
    for secret in secrets:
        result = _attempt(job, secret, keys, limits, clock)
        job = replace(job, pin=job.pin or result.host_key)
        if result.outcome is not Outcome.CREDENTIALS:
            break
    return replace(result, took=round(clock() - began, 3))


def _attempt(job: Job, secret: Secret, keys: Keys, limits: Limits, clock: Callable[[], float]) -> Result:
    ends = clock() + limits.deadline
    witness = _Witness(job.pin)
    try:
        with closing(_connected(job, limits, ends, clock)) as guard:
            try:
                with _logged_in(job, secret, guard, witness, limits) as connection:
                    found = _read(job, connection, secret, keys, ends, clock)
            except _Failed as failed:
                found = Result(job.device, _spent(guard, failed.outcome), host_key=witness.seen)
            except TROUBLE as error:
                found = _trouble(job, error, guard)
    except _Failed as failed:
        found = Result(job.device, failed.outcome)
    if found.size > limits.largest:
        found = Result(job.device, Outcome.TOO_LARGE)
    return replace(found, host_key=found.host_key or witness.seen or job.pin)


def _spent(guard: GuardedSocket, outcome: Outcome) -> Outcome:
    return Outcome(guard.spent) if guard.spent else outcome


def _trouble(job: Job, error: BaseException, guard: GuardedSocket) -> Result:
    """Which outcome an exception of the libraries stands for; netmiko wraps those of paramiko."""
    cause = error.__context__
    if isinstance(cause, BadHostKeyException):
        return Result(job.device, Outcome.HOST_KEY, host_key=_host_key(cause.key))
    if isinstance(error, AuthenticationException):
        return Result(job.device, Outcome.CREDENTIALS)
    begun = isinstance(error, NetmikoBaseException | ValueError)
    return Result(job.device, _spent(guard, Outcome.INCOMPLETE if begun else Outcome.NOT_SSH))


def _connected(job: Job, limits: Limits, ends: float, clock: Callable[[], float]) -> GuardedSocket:
    try:
        connection = socket.create_connection((job.host, job.port), timeout=limits.connect)
    except ConnectionRefusedError:
        raise _Failed(Outcome.REFUSED) from None
    except OSError:
        raise _Failed(Outcome.NO_ANSWER) from None
    # Facts, paging and the library's own frames come on top of the configuration.
    return GuardedSocket(connection, ends, 2 * limits.largest, clock)


@contextmanager
def _logged_in(
    job: Job, secret: Secret, guard: GuardedSocket, witness: _Witness, limits: Limits
) -> Iterator[BaseConnection]:
    """A session at the prompt; a host whose key is not the pinned one is sent nothing."""
    with NamedTemporaryFile("w", suffix=".hosts") as hosts:
        if job.pin is not None:
            hosts.write(_known(job, job.pin))
            hosts.flush()
        given: dict[str, Any] = {
            "device_type": job.platform.device_type,
            "host": job.host,
            "port": job.port,
            "username": secret.fields.get("user", ""),
            "password": secret.fields.get("password", ""),
            "secret": secret.fields.get("enable_password", ""),
            "conn_timeout": limits.connect,
            "banner_timeout": limits.connect,
            "auth_timeout": 2 * limits.connect,
            "alt_host_keys": job.pin is not None,
            "alt_key_file": hosts.name,
            "sock": guard,
            # Else netmiko restricts some vendors to key exchanges of old releases.
            "disabled_algorithms": {"kex": ["none"]},
            "auto_connect": False,
        }
        connection: BaseConnection = ConnectHandler(**given)
        connection.key_policy = witness
        try:
            # What opening does, step by step: the policy must be in force before it, our channel in the middle of it.
            connection._modify_connection_params()  # noqa: SLF001
            connection.establish_connection()
            connection.channel = _Channel(connection.remote_conn, connection.encoding)
            connection._try_session_preparation()  # noqa: SLF001
            yield connection
        finally:
            with suppress(*TROUBLE, _Failed):
                connection.disconnect()


def _known(job: Job, pin: HostKey) -> str:
    """A line of known_hosts; raises ValueError for what cannot be one."""
    if not _HOST.fullmatch(job.host):
        raise ValueError("a host's name with foreign letters")
    name = job.host if job.port == SSH_PORT else f"[{job.host}]:{job.port}"
    return f"{name} {pin.kind} {pin.key}\n"


def _read(
    job: Job,
    connection: BaseConnection,
    secret: Secret,
    keys: Keys,
    ends: float,
    clock: Callable[[], float],
) -> Result:
    platform = job.platform
    if platform.enable and not connection.check_enable_mode():
        _enable(connection, secret)

    def said(command: str) -> str:
        left = max(1.0, ends - clock())
        return tidy(str(connection.send_command(command, read_timeout=left)))

    told = "".join(said(command) for command in platform.facts_from)
    text = next((text for text in map(said, platform.configuration) if not rejected(text, platform)), None)
    if text is None:
        return Result(job.device, Outcome.COMMAND)
    if not whole(text, platform):
        return Result(job.device, Outcome.INCOMPLETE)
    shown = masked(text, platform, job.device, keys.mask)
    return Result(
        job.device,
        Outcome.FETCHED,
        sealed=seal(text, keys.public),
        masked=shown.text,
        content=shown.content,
        lines=shown.lines,
        size=len(text.encode("utf-8", "surrogatepass")),
        changed_by=changed_by(text, platform),
        facts=facts(told, platform),
    )


def _enable(connection: BaseConnection, secret: Secret) -> None:
    if not secret.fields.get("enable_password"):
        raise _Failed(Outcome.NOT_PRIVILEGED)
    try:
        connection.enable()
    except ValueError:
        raise _Failed(Outcome.NOT_PRIVILEGED) from None

"""The process of the SSH sessions: started for a round of devices, ends when it is done or the daemon is gone.

It is given references to secrets, which it reads itself, and jobs; it hands back what came of each as soon as that is
known. Both ways are frames as workers use them. Nothing a device says reaches its log.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from netwatch.backup.contract import DONE, JOB, Job, Limits, Outcome, Result, job_from_json, result_to_json
from netwatch.backup.session import Keys, fetch
from netwatch.secrets import Keyring, SecretFault, resolve
from netwatch.workers.frames import HEAD, START, length, packed, unpacked
from netwatch.workers.start import credentials_from_json
from probes.secret import Secret

LOUD = ("netmiko", "paramiko")


@dataclass(frozen=True, slots=True)
class _Round:
    """What all sessions of a round share."""

    keyring: Keyring
    keys: Keys
    limits: Limits


class _Wire:
    """The connection to the daemon; several sessions send, one thread receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def send(self, kind: str, content: object) -> None:
        frame = packed(kind, content)
        with self._sending:
            self._connection.sendall(frame)

    def receive(self) -> tuple[str, Any] | None:
        """The next frame; None when the other end has closed."""
        head = self._exactly(HEAD)
        body = self._exactly(length(head)) if head else b""
        return unpacked(body) if body else None

    def _exactly(self, size: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            piece = self._connection.recv(size - len(pieces))
            if not piece:
                return b""
            pieces += piece
        return bytes(pieces)


def run_job(job: Job, round_: _Round) -> Result:
    """What came of one device; its credentials are read only now."""
    try:
        secrets = [round_.keyring.find(name) for name in job.credentials]
    except (LookupError, SecretFault):
        return Result(job.device, Outcome.SECRET)
    return fetch(job, _logins(secrets), round_.keys, round_.limits, time.monotonic)


def _logins(secrets: list[Secret]) -> list[Secret]:
    return [secret for secret in secrets if secret.kind == "login"]


def _hand_over(wire: _Wire, device: str, done: "Future[Result]") -> None:
    """Tell what came of it; of a fault of the program only its kind, since its words may quote the device."""
    fault = done.exception()
    if fault is not None:
        logging.getLogger(__name__).error(
            "A session ended by a fault of the program: %s", type(fault).__name__
        )
    result = Result(device, Outcome.BUG) if fault is not None else done.result()
    wire.send(DONE, result_to_json(result))


def begun(content: Mapping[str, Any], environment: Mapping[str, str]) -> _Round:
    """What the daemon started us with; raises SecretFault when the key of the tokens cannot be read."""
    keys = Keys(content["public_key"], resolve(content["mask_key"], environment).reveal())
    keyring = Keyring(credentials_from_json(content["credentials"]), environment)
    return _Round(keyring, keys, Limits(**content["limits"]))


def serve(connection: socket.socket, environment: Mapping[str, str]) -> None:
    """Work for the daemon at the other end of the connection."""
    wire = _Wire(connection)
    frame = wire.receive()
    if frame is None or frame[0] != START:
        return
    round_ = begun(frame[1], environment)
    pool = ThreadPoolExecutor(round_.limits.sessions, thread_name_prefix="ssh")
    while (frame := wire.receive()) is not None and frame[0] == JOB:
        job = job_from_json(frame[1])
        pool.submit(run_job, job, round_).add_done_callback(partial(_hand_over, wire, job.device))
    # The daemon has all it wanted, or is gone: nobody waits for what sessions under way would find.
    os._exit(0)


def quiet() -> None:
    """Keep the libraries from logging: they quote what is sent and received."""
    logging.basicConfig(level=logging.WARNING)
    for name in LOUD:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)


def main() -> None:
    """Work over the socket whose number is the first argument."""
    # As workers do: the end of the connection ends us, not the terminal.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    quiet()
    serve(socket.socket(fileno=int(sys.argv[1])), dict(os.environ))


if __name__ == "__main__":
    main()

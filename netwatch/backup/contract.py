"""What is asked of a device by SSH, and what came of it. Pure values, carried as JSON between daemon and sessions."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from netwatch.backup.platforms import Platform, from_json, to_json

# Frames between daemon and sessions, besides START.
JOB, DONE = "job", "done"


class Outcome(StrEnum):
    """How the attempt on one device ended."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    FETCHED = "fetched"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    NOT_SSH = "not_ssh"
    CREDENTIALS = "credentials"
    NOT_PRIVILEGED = "not_privileged"
    HOST_KEY = "host_key_changed"
    COMMAND = "command_refused"
    INCOMPLETE = "incomplete"
    TOO_LARGE = "too_large"
    DEADLINE = "deadline"
    SECRET = "secret_unreadable"  # noqa: S105 - the name of an outcome
    NO_PLATFORM = "no_platform"
    NO_CREDENTIALS = "no_credentials"
    NO_KEY = "no_key"
    BUG = "bug"

    @property
    def good(self) -> bool:
        """Whether the configuration is known and stored."""
        return self in (Outcome.STORED, Outcome.UNCHANGED)


# Trying again soon would meet the same: somebody has to do something first.
FOR_PEOPLE = frozenset({Outcome.CREDENTIALS, Outcome.HOST_KEY, Outcome.NOT_PRIVILEGED, Outcome.SECRET})


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host's public key: its type as SSH names it, and the key as base64."""

    kind: str
    key: str

    @property
    def fingerprint(self) -> str:
        """As OpenSSH shows it: SHA-256 over the key, base64 without padding."""
        try:
            raw = base64.b64decode(self.key, validate=True)
        except ValueError:
            raw = self.key.encode()
        return f"SHA256:{base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the sessions: how many at once, seconds for one and for connecting, bytes that one may send."""

    sessions: int = 10
    deadline: float = 180.0
    connect: float = 10.0
    largest: int = 8 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """One device to be asked. `pin` is the key it must have; None: whatever it has is taken and told."""

    device: str
    host: str
    port: int
    credentials: tuple[str, ...]
    platform: Platform
    pin: HostKey | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: `sealed`, `masked` and `content` only of a configuration that was read as a whole.

    `host_key` is the key the host showed, if it came that far; `took` seconds.
    """

    device: str
    outcome: Outcome
    took: float = 0.0
    sealed: str = ""
    masked: str = ""
    content: str = ""
    lines: int = 0
    size: int = 0
    changed_by: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    host_key: HostKey | None = None


def job_to_json(job: Job) -> dict[str, Any]:
    """A job as JSON can carry it."""
    pin = asdict(job.pin) if job.pin else None
    return {
        "device": job.device,
        "host": job.host,
        "port": job.port,
        "credentials": list(job.credentials),
        "platform": to_json(job.platform),
        "pin": pin,
    }


def job_from_json(content: Mapping[str, Any]) -> Job:
    """The same back; raises ValueError, TypeError or LookupError."""
    pin = HostKey(**content["pin"]) if content["pin"] else None
    more = {"credentials": tuple(content["credentials"]), "platform": from_json(content["platform"])}
    return Job(**{**content, **more, "pin": pin})


def result_to_json(result: Result) -> dict[str, Any]:
    """A result as JSON can carry it."""
    return asdict(result)


def result_from_json(content: Mapping[str, Any]) -> Result:
    """The same back; raises ValueError, TypeError or LookupError."""
    key = HostKey(**content["host_key"]) if content["host_key"] else None
    return Result(**{**content, "outcome": Outcome(content["outcome"]), "host_key": key})

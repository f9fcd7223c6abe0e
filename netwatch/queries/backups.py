"""Read models of configurations: how backing up stands, which versions there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class BackupLine:
    """One device that speaks SSH. `outcome` is how the last attempt ended, '' before the first; times are microseconds
    UTC, 0 for never. `fingerprint` is of the key it is known by, `offered` of another that it showed since.
    """

    device: str
    name: str
    platform: str
    outcome: str
    tried: int = 0
    good: int = 0
    failures: int = 0
    due: bool = False
    versions: int = 0
    changed: int = 0
    changed_by: str = ""
    fingerprint: str = ""
    offered: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackupSeen:
    """How reading a device's configuration went, as its details show it: `outcome` of the last try, when one was good
    and when the configuration was last another (0: never), and how many have failed since.
    """

    outcome: str
    good: int
    failures: int
    changed: int


@dataclass(frozen=True, slots=True)
class BackupReport:
    """All devices that speak SSH. `ready` is False while there is no key to seal to, `key` the name of that key."""

    ready: bool
    key: str
    devices: tuple[BackupLine, ...] = ()
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A configuration in force from `at` on and last seen so at `seen`; lines that came and went since the last one."""

    id: int
    device: str
    at: int
    seen: int
    platform: str
    added: int
    removed: int
    changed_by: str
    lines: int
    size: int
    key: str


@dataclass(frozen=True, slots=True)
class VersionText:
    """A version with what of it may be shown, or sealed."""

    version: VersionLine
    text: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, or would do: by device the outcome and the seconds it took."""

    dry_run: bool
    outcomes: tuple[tuple[str, str, float], ...] = ()
    schema: int = SCHEMA

    @property
    def good(self) -> bool:
        """Whether every configuration is known and stored."""
        return all(outcome in ("stored", "unchanged", "due") for _, outcome, _ in self.outcomes)

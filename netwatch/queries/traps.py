"""Read model of what devices send unasked: who sends, what was believed, what was dropped and why."""

from dataclasses import dataclass, field

from netwatch.present import TrapCounts

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class SenderLine:
    """One address that sends. `owners` are the ids that have this address in the inventory (none: a stranger).

    `trap` is the name or the dotted OID of the last notification believed, '' when none was; `agent` the address it
    claimed to come from, `if_index` the interface it spoke of, `about` what a profile says it is about ('' where none
    does) and `part` the part it named. Times are microseconds UTC.
    """

    address: str
    known: bool
    owners: tuple[str, ...]
    received: int
    accepted: int
    dropped: int
    first: int
    last: int
    version: str = ""
    inform: bool = False
    trap: str = ""
    if_index: int | None = None
    agent: str = ""
    about: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class TrapReport:
    """Everything about notifications: `listening` is where ('' nowhere), `senders` those heard last first.

    `engine` is our engine id of SNMPv3 in hex; `forgotten` counts strangers there was no more room for.
    """

    listening: str
    engine: str
    counts: TrapCounts
    forgotten: int = 0
    senders: tuple[SenderLine, ...] = field(default_factory=tuple)
    schema: int = SCHEMA

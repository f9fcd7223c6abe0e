"""Read models: what commands, pages and JSON show. Frozen values with a schema version, made by `netwatch.queries`.

Texts are codes (verdict kinds, reasons, kinds of things); whoever shows them translates. Times are microseconds UTC.
"""

from dataclasses import dataclass

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ContactCard:
    """Whom to call: `on_duty` None when the hours could not be read or none are given."""

    id: str
    name: str
    role: str
    phone: str
    hours: str = ""
    on_duty: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one subject stands now.

    `kind` is the subject's kind, `type` the inventory's finer one (device kind, line class). `unit` is the agency,
    `unit_path` the names from the top unit down to it. `cause_name` names the subject the verdict blames. `details`
    are (name, value) pairs worth showing, values already readable (bandwidth, address, room, evidence of the look).
    `observed` is the newest look at it, 0 when none. `unmanaged` is the reason why a device that serves cannot be
    managed (its credentials are refused, its agent is silent), '' where it can or nobody asks it. `flapping` says that
    its verdicts keep changing, `maintenance` which window covers it now ('' none); both stand beside the verdict.
    """

    id: str
    kind: str
    type: str
    name: str
    site: str
    site_name: str
    unit: str
    unit_path: tuple[str, ...]
    verdict: str
    reason: str
    since: int
    cause: str = ""
    cause_name: str = ""
    evidence: str = ""
    manageable: bool | None = None
    unmanaged: str = ""
    observed: int = 0
    contacts: tuple[ContactCard, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    flapping: bool = False
    maintenance: str = ""


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """A site and what stands in it."""

    standing: Standing
    items: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """An organisation unit, its sites and the units below it; `counts` are subjects of the subtree by verdict.

    `shares` are the sites it shares with another agency under which they stand; they are counted there.
    """

    id: str
    name: str
    level: str
    counts: tuple[tuple[str, int], ...]
    sites: tuple[SiteStanding, ...]
    units: tuple["UnitStanding", ...]
    shares: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusTree:
    """The whole of `netwatch status`, the page and /status.json.

    `at` is when it was true; `behind` seconds by which the store lags behind what is shown; `blind` vantages that
    cannot see; `sample` whether the inventory is sample data; `live` False when read from the database without a
    daemon (`heartbeat` says when it was last alive).
    """

    schema: int
    at: int
    sample: bool
    live: bool
    heartbeat: int
    behind: float
    blind: tuple[str, ...]
    inventory_revision: int
    units: tuple[UnitStanding, ...]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of the event log: `at` is from when it holds, `recorded_at` when it was written down."""

    sequence: int
    at: int
    actor: str
    kind: str
    entity: str
    reason: str
    before: str
    after: str
    change_set: str = ""
    recorded_at: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """/healthz and /readyz: `ready` once a plan runs and the store took its first commit; faults in words (codes).

    `remarks`, told by the control socket only, are what somebody should look into though the daemon is healthy.
    """

    ready: bool
    healthy: bool
    faults: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str], ...] = ()

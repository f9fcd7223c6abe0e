"""What the desk goes by between two reloads: the inventory's places, the plan, rules, routes, limits. Pure values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from alerts.bundle import Limits
from alerts.contract import Route, Story
from inventory.snapshot import Inventory
from netwatch.incidents.contract import Incident, IncidentRules
from netwatch.incidents.links import UNSIGNED, Signer
from netwatch.incidents.places import Places
from netwatch.plan import Plan
from netwatch.store.contract import VerdictRow

Tell = Callable[[Incident, int, Mapping[str, VerdictRow]], Story]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`tell` makes the story of an incident at a moment, in view of the newest rows; `signer` makes the codes and links
    that acknowledge; `identity` is the part of a Message-ID after the @. `receivers` are the names of those that exist.
    `daytime` are the hours at which inspections are told.
    """

    tell: Tell
    plan: Plan = field(default_factory=Plan)
    places: Places = field(default_factory=lambda: Places(Inventory()))
    rules: IncidentRules = field(default_factory=IncidentRules)
    routes: tuple[Route, ...] = ()
    receivers: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    zone: tzinfo = UTC
    daytime: str = ""
    identity: str = "netwatch.invalid"
    signer: Signer = field(default_factory=lambda: Signer(UNSIGNED))

"""What incidents are made from, at one moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from inventory.snapshot import Inventory
from netwatch.incidents.contract import Clue, Condition, IncidentRules, Unmanaged
from netwatch.incidents.places import Places
from netwatch.store.contract import VerdictRow
from netwatch.topology import Topology
from netwatch.verdict import Kind

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything known when the desk takes a step.

    `rows` holds the newest stored verdict row of every subject, `troubled` the ids of those that are not plainly up
    (or became so since the last step). `blind` is since when a vantage cannot see; `unmanaged` are devices that
    answer but cannot be managed; `conditions` by key what no verdict tells. `flapping` are subjects whose score says
    so; `in_maintenance` names the window that covers a subject. `started` is when the agent of a device began to run
    (as of its newest reading), with the moment of the reading: (started, read_at). `on_battery` is when a UPS was
    last seen on battery and when last on mains: (battery, mains), 0 never. `hints` are clues from outside by subject
    (traps; a person's word), not trusted unless they say so. `answered` is the newest look at a device, line or
    endpoint that found it well; empty where nobody keeps it, and verdicts must do. `memo` holds what was worked out of
    this scene once for all its incidents. `begun` is when this run began: before, nothing could be known.
    """

    now: int
    rows: Mapping[str, VerdictRow]
    troubled: frozenset[str]
    topology: Topology = field(default_factory=Topology)
    places: Places = field(default_factory=lambda: Places(Inventory()))
    rules: IncidentRules = field(default_factory=IncidentRules)
    blind: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    unmanaged: Mapping[str, Unmanaged] = field(default_factory=lambda: NOTHING)
    conditions: Mapping[str, Condition] = field(default_factory=lambda: NOTHING)
    flapping: frozenset[str] = frozenset()
    in_maintenance: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    started: Mapping[str, tuple[int, int]] = field(default_factory=lambda: NOTHING)
    on_battery: Mapping[str, tuple[int, int]] = field(default_factory=lambda: NOTHING)
    hints: Mapping[str, tuple[Clue, ...]] = field(default_factory=lambda: NOTHING)
    begun: int = 0
    answered: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def kind(self, subject: str) -> Kind | None:
        """A subject's newest stored verdict."""
        row = self.rows.get(subject)
        return row.verdict.kind if row else None

    def failed(self, subject: str) -> bool:
        """Whether it is down or unreachable."""
        row = self.rows.get(subject)
        return row is not None and row.verdict.failed

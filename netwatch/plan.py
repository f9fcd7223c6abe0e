"""From the inventory to what is to be looked at, and how it hangs together. Pure.

A plan is a full snapshot with a revision and a content hash; every observation names the revision it was made under.
What each kind of thing asks for stands in `planning/`, one room per kind.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from inventory.snapshot import Inventory
from netwatch.check import Check
from netwatch.limits.contract import Watched
from netwatch.limits.placing import by_subject, watched
from netwatch.planning import contacts, devices, endpoints, lines, services, sites
from netwatch.planning.maker import Maker, PlanSettings
from netwatch.topology import Topology, topology
from netwatch.verdict import Subject

ANCHOR = "anchor"
ROOMS = (devices, lines, endpoints, contacts, services)


@dataclass(frozen=True, slots=True)
class Plan:
    """Checks by id and the topology they tell about; equal content has an equal `digest`, whatever the revision.

    `limits` are those in force on the plan's date, by the check on which they are judged.
    """

    revision: int = 0
    digest: str = ""
    checks: Mapping[str, Check] = field(default_factory=dict)
    topology: Topology = field(default_factory=Topology)
    anchors: frozenset[str] = frozenset()
    limits: Mapping[str, tuple[Watched, ...]] = field(default_factory=dict)


def plan(inventory: Inventory, settings: PlanSettings, revision: int) -> Plan:
    """Everything to look at. The inventory's rules must hold."""
    checks = {check.id: check for check in _checks(inventory, settings)}
    limits = watched(inventory, checks, settings.rulebook, settings.metrics)
    checks |= {id_: _with_rules(checks[id_], several) for id_, several in limits.items()}
    subjects = list(_with_limits(_subjects(inventory, checks), by_subject(limits)))
    anchors = frozenset(check.id for check in checks.values() if check.anchor)
    digest = _digest(checks, subjects, limits)
    return Plan(revision, digest, checks, topology(subjects, revision), anchors, limits)


def _with_rules(check: Check, several: Iterable[Watched]) -> Check:
    rules = {one.key.fact: one.limit.rule(check.hardening) for one in several}
    return replace(check, rules={**check.rules, **rules})


def _with_limits(subjects: Iterable[Subject], limits: Mapping[str, tuple[Watched, ...]]) -> Iterator[Subject]:
    for subject in subjects:
        own = limits.get(subject.id)
        beyond = (*subject.limits, *(one.key for one in own or ()))
        yield replace(subject, limits=beyond) if own else subject


def _digest(
    checks: Mapping[str, Check], subjects: Iterable[Subject], limits: Mapping[str, tuple[Watched, ...]]
) -> str:
    content = (
        [asdict(checks[id_]) for id_ in sorted(checks)],
        sorted(map(repr, subjects)),
        sorted(map(repr, limits.values())),
    )
    return hashlib.sha256(json.dumps(content, default=dict, sort_keys=True).encode()).hexdigest()


def _checks(inventory: Inventory, settings: PlanSettings) -> Iterator[Check]:
    make = Maker(settings)
    for address in settings.anchors:
        target = f"{ANCHOR}:{address}"
        yield make.check("icmp_echo", target, address, settings.anchor_interval, make.echoes, anchor=True)
    for room in ROOMS:
        yield from room.checks(inventory, make)


def _subjects(inventory: Inventory, checks: Mapping[str, Check]) -> Iterator[Subject]:
    by_target: dict[str, list[Check]] = {}
    for check in checks.values():
        by_target.setdefault(check.target, []).append(check)
    for room in ROOMS:
        yield from room.subjects(inventory, by_target)
    yield from sites.subjects(inventory)

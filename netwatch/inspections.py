"""What has happened to surge protectors that no field record tells, and what it forces: strikes counted, things lost.

Kept as events, so that it holds over restarts until an inspection deals with it. It is laid over the looks of the
calendar, like limits over the numbers of other looks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any, Self

from sqlalchemy import Engine

from inventory.inspections import Happening, Term, Trigger, terms
from inventory.snapshot import Inventory
from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.clock import DAY, SECOND
from netwatch.incidents.contract import Incident
from netwatch.incidents.places import Places
from netwatch.journal import noted
from netwatch.planning.contacts import EXPECTED
from netwatch.planning.inspections import KIND
from netwatch.state import FactState
from netwatch.storms import Loss, losses, outages, strokes
from netwatch.strikes import STRIKE, Counted, Told
from netwatch.verdict import Subject, SubjectKind
from probes.contract import Reason
from probes.inspection import FACTS

LOST = "lost_in_storm"
NOBODY: Mapping[str, Sequence[Happening]] = {}
# Older strikes explain no incident that is still at hand.
REACH = 2 * DAY

Happened = Mapping[str, Sequence[Happening]]
Overrides = Mapping[str, Mapping[str, FactSeen]]


def struck(item: str, counted: Counted, zone: tzinfo) -> tuple[str, Happening]:
    """A counter that rose, as of the end of the time in which it did."""
    on, at = _local(counted.until, zone)
    return item, Happening(Trigger.STRIKE, on, at, f"{on} {at}: +{counted.rise:g} = {counted.count:g}")


def lost(facts: Mapping[str, Any], zone: tzinfo) -> tuple[str, Happening]:
    """A thing lost in a storm, from the facts of its event."""
    on, at = _local(int(facts["onset"]), zone)
    strike_on, strike_at = _local(int(facts["struck"]), zone)
    near = facts.get("record") or facts["near"]
    evidence = f"{facts['subject']} {on} {at} (#{facts['incident']}) ← {near} {strike_on} {strike_at}"
    return str(facts["item"]), Happening(Trigger.DEVICE_LOST, on, at, evidence)


def contact_faults(
    subjects: Mapping[str, Subject], facts: Mapping[FactKey, FactState], zone: tzinfo
) -> Iterator[tuple[str, Happening]]:
    """Contacts of protectors that are at fault or were and are latched."""
    for id_, subject in subjects.items():
        if subject.kind is SubjectKind.SURGE_PROTECTOR and subject.commissioned:
            states = (facts.get(key) for key in subject.facts if key.fact == EXPECTED)
            for state in states:
                if state is not None and state.holds is False:
                    yield id_, contact_fault(state.failed or state.since, zone)


def contact_fault(began: int, zone: tzinfo) -> Happening:
    """A contact at fault since a moment (µs UTC)."""
    on, at = _local(began, zone)
    return Happening(Trigger.CONTACT_FAULT, on, at, f"{on} {at}")


def _local(at: int, zone: tzinfo) -> tuple[date, str]:
    moment = datetime.fromtimestamp(at / SECOND, zone)
    return moment.date(), f"{moment:%H:%M}"


def gathered(pairs: Iterable[tuple[str, Happening]]) -> Happened:
    """What happened, by item."""
    found: dict[str, tuple[Happening, ...]] = {}
    for item, happening in pairs:
        found[item] = (*found.get(item, ()), happening)
    return found


def remembered(engine: Engine, zone: tzinfo) -> Happened:
    """What the stored events tell; raises StoreFault."""
    return Inspections.of(engine).all(zone)


class Inspections:
    """What forces inspections beside the records, kept up to date by the daemon once a minute."""

    def __init__(
        self, strikes_told: Iterable[Mapping[str, Any]] = (), losses_told: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        self._rises = {str(facts["item"]): _rise(facts) for facts in strikes_told if "rise" in facts}
        self._losses = {_key(facts): facts for facts in losses_told if "item" in facts}
        self._overrides: Overrides = {}
        self._made: dict[str, tuple[tuple[FactSeen, ...], tuple[FactSeen, ...]]] = {}
        self._inventory: Inventory | None = None
        self._by_item: Mapping[str, str] = {}
        self.happened: Happened = NOBODY

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """As the stored events tell; raises StoreFault."""
        return cls(noted(engine, STRIKE, entity=None), noted(engine, LOST, entity=None))

    def all(self, zone: tzinfo) -> Happened:
        """Everything that happened, by item; the newest of every counter."""
        rises = (struck(item, one, zone) for item, one in self._rises.items())
        return gathered((*rises, *(lost(facts, zone) for facts in self._losses.values())))

    def adopt(self, inventory: Inventory, checks: Mapping[str, Check], zone: tzinfo) -> None:
        """Take over an inventory and the plan's checks."""
        self._inventory = None
        self._by_item = {check.target: check.id for check in checks.values() if check.kind == KIND}
        self._refresh(inventory, self.all(zone))

    def news(
        self,
        places: Places,
        counted: Mapping[str, Counted],
        incidents: Iterable[Incident],
        window: int,
        zone: tzinfo,
        now: int,
    ) -> Iterator[Told]:
        """Things lost in a storm that nobody was told of, to be written down; takes note of all that happened."""
        inventory = places.inventory
        storm = strokes(counted, inventory, zone, now - REACH)
        protectors = inventory.of("surge_protector").values()
        for loss in losses(protectors, places, storm, outages(incidents), window) if storm else ():
            if loss.key not in self._losses:
                self._losses[loss.key] = facts = _facts(loss)
                yield Told(LOST, loss.outage.onset, facts, loss.protector)
        self._rises.update({item: one for item, one in counted.items() if one.rise})
        self._refresh(inventory, self.all(zone))

    def _refresh(self, inventory: Inventory, happened: Happened) -> None:
        if inventory is self._inventory and happened == self.happened:
            return
        self._inventory, self.happened = inventory, happened
        found = terms(inventory, happened) if happened else {}
        self._overrides = {
            self._by_item[item]: told
            for item, term in found.items()
            if item in self._by_item and (told := _override(term))
        }
        self._made = {}

    def judged(self, seen: Observation) -> Observation:
        """A look at the calendar with what else forces an inspection; the same facts while they say the same."""
        told = self._overrides.get(seen.check)
        if told is None or seen.reason is not None:
            return seen
        own, made = self._made.get(seen.check, ((), ()))
        if own != seen.facts:
            made = tuple(told.get(fact.fact, fact) if fact.holds else fact for fact in seen.facts)
            self._made[seen.check] = seen.facts, made
        return replace(seen, facts=made)


def _override(term: Term) -> Mapping[str, FactSeen]:
    names = {one: FACTS[one.trigger] for one in reversed(term.forced) if one.trigger in FACTS}
    return {
        name: FactSeen("", name, False, Reason.NOT_AS_EXPECTED, one.evidence) for one, name in names.items()
    }


def _rise(facts: Mapping[str, Any]) -> Counted:
    count, at, rise = float(facts["count"]), int(facts["read"]), float(facts["rise"])
    return Counted(count, at, rise, int(facts["since"]), int(facts["until"]))


def _key(facts: Mapping[str, Any]) -> tuple[str, str, int]:
    return str(facts["item"]), str(facts["subject"]), int(facts["incident"])


def _facts(loss: Loss) -> Mapping[str, Any]:
    return {
        "item": loss.protector,
        "subject": loss.outage.subject,
        "incident": loss.outage.incident,
        "onset": loss.outage.onset,
        "near": loss.stroke.item,
        "struck": loss.stroke.until,
        **({"record": loss.stroke.record} if loss.stroke.record else {}),
    }

"""In which state one item stands towards what a norm asks of it, by the table of proofs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from inventory.coverage.contract import Aspect, Contradiction, Covering, Evidence, Sighting, State
from inventory.coverage.contradictions import Newest, contradictions, declared_speed, fastest, newest, speed
from inventory.coverage.items import Item, Things
from inventory.coverage.proofs import Proof
from inventory.coverage.terms import DAY, Terms, moment_of_day
from inventory.inputs import commissioned_by, input_of
from inventory.inspections import PASS, Forcing, Trigger, add_months

# Nothing reads its contact: people inspect it, and what their inspection lacks is what somebody can act on.
NO_INPUT = "no_input"
ACQUIRED = ("acquired_on", "connected_on", "commissioned_on", "installed_on")

# When something was last shown (µs UTC, 0 for never), and the reason why it is not proved all the same ('' for none).
_Shown: TypeAlias = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of an item: `last` at all, the `newest` of each aspect within the norm's days, what differs."""

    last: int
    newest: Newest
    differing: tuple[Contradiction, ...]


_UNSEEN = _Look(0, {}, ())


@dataclass
class Scales:
    """Weighs the things of an audit; what was seen of each is read once, however many norms ask for it."""

    things: Things
    evidence: Evidence
    _looks: dict[tuple[str, int], _Look] = field(default_factory=dict)

    def weigh(self, item: Item, proof: Proof, terms: Terms) -> Covering:
        """The item as it covers a need under these terms."""
        unfit = _unfit(item, terms, self.evidence.on)
        if unfit:
            return Covering(item.id, item.kind, item.units, State.MISSING, unfit)
        if item.kind == "asset":
            return Covering(item.id, item.kind, item.units, State.DECLARED, "asset")
        return self._weigh(item, proof, terms, self._look(item, terms.proof_days))

    def _weigh(self, item: Item, proof: Proof, terms: Terms, look: _Look) -> Covering:
        if look.differing:
            reason, found = look.differing[0].what, look.differing
            return Covering(item.id, item.kind, item.units, State.CONTRADICTED, reason, look.last, 0, found)
        shown, lacking = _shown(item, proof, terms, self.things, self.evidence, look.newest)
        seen_at = max(look.last, shown)
        if shown and not lacking:
            return Covering(item.id, item.kind, item.units, State.PROVED, "", seen_at, shown)
        if look.newest or shown:
            return Covering(item.id, item.kind, item.units, State.SEEN, lacking, seen_at)
        return _unseen(item, self.things, self.evidence, look.last, lacking)

    def _look(self, item: Item, days: int) -> _Look:
        key = item.id, days
        known = self._looks.get(key)
        if known is None:
            known = self._looks[key] = _look(item, self.evidence, self.evidence.at - days * DAY)
        return known


def _look(item: Item, evidence: Evidence, since: int) -> _Look:
    every = _sightings(item, evidence)
    if not every:
        return _UNSEEN
    seen = _newest(item, every, since)
    differing = contradictions(item.behind, seen) if seen and item.behind is not None else ()
    return _Look(min(evidence.at, max([one.last for one in every])), seen, differing)


def _newest(item: Item, every: Iterable[Sighting], since: int) -> Newest:
    """Of each aspect what speaks: of a device's speed the fastest, of a line's, whose port never sleeps, the newest."""
    seen = newest(every, since)
    if item.kind == "line" or Aspect.SPEED not in seen:
        return seen
    told = fastest(every, since)
    return seen if told is None else {**seen, Aspect.SPEED: told}


def _sightings(item: Item, evidence: Evidence) -> tuple[Sighting, ...]:
    if len(item.looks) == 1:
        return evidence.sightings.get(item.looks[0], ())
    return tuple(one for id_ in item.looks for one in evidence.sightings.get(id_, ()))


def _unfit(item: Item, terms: Terms, on: date) -> str:
    """Why it does not even count on paper; what is not declared speaks against nothing."""
    if terms.bandwidth and (_speed(item) or terms.bandwidth) < terms.bandwidth:
        return "too_slow"
    acquired = _first(item, ACQUIRED) if terms.max_age else None
    if acquired and terms.max_age and add_months(acquired, 12 * terms.max_age) <= on:
        return "too_old"
    warranty = _first(item, ("warranty_until",)) if terms.in_warranty else None
    return "out_of_warranty" if warranty and warranty < on else ""


def _speed(item: Item) -> int | None:
    return declared_speed(item.record if item.behind is None else item.behind)


def _first(item: Item, names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a date or None
    records = (item.record, item.behind)
    return next((date_ for one in records for name in names if (date_ := getattr(one, name, None))), None)


def _shown(
    item: Item, proof: Proof, terms: Terms, things: Things, evidence: Evidence, seen: Newest
) -> _Shown:
    if proof.inspected:
        return _protector(item, terms, things, evidence, seen)
    shown, lacking = _looked(proof, terms, seen)
    if terms.inspected_within and not lacking:
        _, lacking = _inspected(item, terms.inspected_within, things, evidence)
    return min(shown, evidence.at), lacking or _undeclared(item, proof, terms)


def _looked(proof: Proof, terms: Terms, seen: Newest) -> _Shown:
    """What looks at it have shown."""
    if proof.identified:
        kind = seen.get(Aspect.KIND)
        return (kind.last, "") if kind and kind.value in proof.of else (0, proof.lacking)
    if proof.port_speed and terms.bandwidth:
        port = seen.get(Aspect.SPEED)
        if port is None:
            return 0, "speed_unknown"
        return (port.last, "") if speed(port.value) >= terms.bandwidth else (0, "too_slow")
    times = [seen[aspect].last for aspect in proof.shown_by if aspect in seen]
    return (max(times), "") if times else (0, proof.lacking)


def _undeclared(item: Item, proof: Proof, terms: Terms) -> str:
    """What would have to be declared for it to be proved."""
    if proof.bandwidth and not _speed(item):
        return "bandwidth_unknown"
    if terms.max_age and not _first(item, ACQUIRED):
        return "age_unknown"
    return "warranty_unknown" if terms.in_warranty and not _first(item, ("warranty_until",)) else ""


def _protector(item: Item, terms: Terms, things: Things, evidence: Evidence, seen: Newest) -> _Shown:
    """A contact in its normal position or an inspection in term; the inspection alone where the norm asks for one."""
    term = terms.inspected_within or item.record.inspection_interval
    inspected, why = _inspected(item, term, things, evidence)
    untried = _uncommissioned(item, things)
    if not untried and _tripped(item, inspected, things, evidence):
        return 0, "tripped"
    read = min(seen[Aspect.CONTACT].last, evidence.at) if Aspect.CONTACT in seen and not untried else 0
    if why and (terms.inspected_within or why == "inspection_failed" or not read):
        return 0, "uncommissioned" if why == "not_inspected" and _waits_for_trial(terms, untried) else why
    return max(read, inspected), _undeclared(item, _UNASKED, terms)


def _tripped(item: Item, inspected: int, things: Things, evidence: Evidence) -> bool:
    """A contact that was last read as tripped stays so, however long ago, until an inspection says otherwise.

    One that was believed to be at fault needs a replacement, whatever it has said and whoever has inspected it since.
    """
    if any(one.trigger is Trigger.CONTACT_FAULT for one in _forces(item, things, evidence.on)):
        return True
    last = newest(_sightings(item, evidence), 0).get(Aspect.CONTACT)
    return last is not None and last.value != item.record.normal_position and last.last > inspected


_UNASKED = Proof("")


def _waits_for_trial(terms: Terms, untried: bool) -> bool:
    """Whether a trip test would prove it."""
    return untried and not terms.inspected_within


def _inspected(item: Item, months: int, things: Things, evidence: Evidence) -> _Shown:
    """The last inspection that says how it ended, and why it is none that counts."""
    record = things.inspections.get(item.id)
    if record is None:
        return 0, "not_inspected"
    if record.result != PASS:
        return 0, "inspection_failed"
    if add_months(record.on, months) < evidence.on:
        return 0, "inspection_overdue"
    if _forces(item, things, evidence.on):
        return 0, "inspection_forced"
    return moment_of_day(record.on, evidence.on, evidence.at), ""


def _forces(item: Item, things: Things, on: date) -> tuple[Forcing, ...]:
    """What asks for an inspection before its term is over."""
    term = things.terms.get(item.id) if item.kind == "surge_protector" else None
    return () if term is None else term.forces(on)


def _unseen(item: Item, things: Things, evidence: Evidence, last: int, lacking: str) -> Covering:
    """What nothing was seen of within the norm's days."""
    if item.kind == "surge_protector" and _uncommissioned(item, things):
        return Covering(item.id, item.kind, item.units, State.DECLARED, "uncommissioned", last)
    why = next((evidence.unmeasured[id_] for id_ in item.looks if id_ in evidence.unmeasured), "")
    if why and not (why == NO_INPUT and item.id in things.inspections):
        return Covering(item.id, item.kind, item.units, State.NOT_MEASURED, why, last)
    reason = lacking if item.kind == "surge_protector" and lacking else "stale" if last else "never_seen"
    return Covering(item.id, item.kind, item.units, State.DECLARED, reason, last)


def _uncommissioned(item: Item, things: Things) -> bool:
    """Whether it has a contact to be read of which no trip test has shown both positions."""
    records = things.field_records.get(item.id, ())
    return input_of(item.record) is not None and commissioned_by(item.record, records) is None

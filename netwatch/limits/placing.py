"""Which limits hold for whom on a date, and on which checks they are judged. Pure.

Of several overrides the nearest wins, key by key: the subject's own before its site's, its site's before its agency's,
a unit's before those above it; of equally near ones the one written last.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from inventory.organisation import ancestors, meant
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    Inventory,
    Line,
    OrganisationUnit,
    Sensor,
    Service,
    SurgeProtector,
)
from netwatch.check import Check, FactKey, check_id
from netwatch.language import Sentence
from netwatch.limits.contract import (
    AGENCY,
    DEVICE,
    ENDPOINT,
    LINE,
    OFFICE,
    SENSOR,
    SERVICE,
    SURGE_PROTECTOR,
    WITHIN,
    Limit,
    Override,
    Rule,
    Rulebook,
    Watched,
)
from probes.part import part_name

PORTS = "snmp_interfaces"
# Numbers made of how fast a port's sums grow: at the site's end what is received comes down the line.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "utilisation_down_ratio": ("interface_receive_bytes_total", "bandwidth_down"),
    "utilisation_up_ratio": ("interface_transmit_bytes_total", "bandwidth_up"),
}
BITS_A_BYTE = 8
KINDS: Mapping[str, str] = {
    LINE: "line",
    DEVICE: "device",
    ENDPOINT: "conferencing_endpoint",
    SURGE_PROTECTOR: "surge_protector",
    SENSOR: "sensor",
    SERVICE: "service",
    AGENCY: "organisation_unit",
}
SITE_RANK, SUBJECT_RANK = 1_000, 1_001

Judged = Line | Device | ConferencingEndpoint | SurgeProtector | Sensor | Service | OrganisationUnit


@dataclass(frozen=True)
class Placing:
    """Asks a rulebook for the limits of one inventory."""

    inventory: Inventory
    book: Rulebook
    _above: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, record: Judged, on: date | None) -> Iterator[Limit]:
        """The limits that hold for a record on a date, in the order of the rulebook."""
        for rule in self.book.rules:
            if isinstance(record, self._type(rule)) and self._concerns(rule.limit, record):
                limit = self._resolved(rule, record, on)
                if limit.term.holds(on) and not limit.off:
                    yield limit

    @staticmethod
    def _type(rule: Rule) -> type[Any]:
        types: Mapping[str, type[Any]] = {
            LINE: Line,
            DEVICE: Device,
            ENDPOINT: ConferencingEndpoint,
            SURGE_PROTECTOR: SurgeProtector,
            SENSOR: Sensor,
            SERVICE: Service,
        }
        return types.get(rule.limit.subjects, OrganisationUnit)

    def _concerns(self, limit: Limit, record: Judged) -> bool:
        if isinstance(record, Line):
            return not limit.classes or record.line_class in limit.classes
        if isinstance(record, Device | Sensor):
            kind = not limit.kinds or record.kind in limit.kinds
            return kind and (not limit.room or limit.room == self.room(record))
        return True

    def room(self, device: Device | Sensor) -> str:
        """Which room a device or sensor stands in: as said of itself, else of its site, else an office."""
        rooms = self.book.rooms
        return rooms.get(device.id) or rooms.get(device.site) or OFFICE

    def _resolved(self, rule: Rule, record: Judged, on: date | None) -> Limit:
        if not rule.overrides:
            return rule.limit
        near = [(self._rank(one, record), one) for one in rule.overrides if one.term.holds(on)]
        limit = rule.limit
        for rank, one in sorted(near, key=lambda pair: pair[0]):
            limit = changed(limit, one) if rank >= 0 else limit
        return limit

    def _rank(self, override: Override, record: Judged) -> int:
        """How near an override is to a record; -1 when it is for others."""
        if not (override.units or override.sites or override.subjects):
            return 0
        if record.id in override.subjects:
            return SUBJECT_RANK
        if self._site(record) in override.sites:
            return SITE_RANK
        depths = [self._depth(unit, override.units) for unit in self._units(record)]
        return max(depths, default=-1)

    def _units(self, record: Judged) -> tuple[str, ...]:
        if isinstance(record, OrganisationUnit):
            return (record.id,)
        site = self.inventory.of("site").get(self._site(record) or "")
        return meant(self.inventory, site.organisation_units) if site else ()

    def _site(self, record: Judged) -> str | None:
        """Where a record is: an endpoint where its device is, an agency at no site of its own."""
        held = (
            self.inventory.of("device").get(record.device)
            if isinstance(record, ConferencingEndpoint)
            else record
        )
        return getattr(held, "site", None)

    def _depth(self, unit: str, named: Iterable[str]) -> int:
        """How deep the lowest of the named units lies that this unit belongs to, counted from 1; -1 for none."""
        if unit not in self._above:
            known = unit in self.inventory.of("organisation_unit")
            self._above[unit] = (*ancestors(self.inventory, unit), unit) if known else (unit,)
        path = self._above[unit]
        return max((path.index(one) + 1 for one in named if one in path), default=-1)


def changed(limit: Limit, override: Override) -> Limit:
    """The limit with an override's values."""
    changes = dict(override.changes)
    if "bound" in changes and "back" not in changes:
        changes["back"] = limit.back
    made = replace(limit, **changes, places=(*limit.places, override.place))
    # Overrides that were each sound may not be together: it must be possible to be back.
    clamp = min if made.upper else max
    return replace(made, back=clamp(made.back, made.bound))


def limits_of(inventory: Inventory, book: Rulebook, subject: str) -> tuple[Limit, ...]:
    """The limits that hold for one subject or agency on the inventory's date; empty when there is no such."""
    placing = Placing(inventory, book)
    records = (inventory.of(kind).get(subject) for kind in KINDS.values())
    return tuple(
        limit for record in records if record is not None for limit in placing.of(record, inventory.on)
    )


def watched(
    inventory: Inventory, checks: Mapping[str, Check], book: Rulebook, metrics: Mapping[str, frozenset[str]]
) -> dict[str, tuple[Watched, ...]]:
    """The limits in force by check, those whose numbers it gives; `metrics` are the numbers of each kind of probe."""
    found: dict[str, list[Watched]] = {}
    if not book.rules:
        return {}
    own: dict[str, list[Check]] = {}
    for check in checks.values():
        own.setdefault(check.target, []).append(check)
    placing = Placing(inventory, book)
    for kind in (LINE, DEVICE, ENDPOINT, SENSOR, SERVICE):
        for record in inventory.of(kind).values():
            for limit in placing.of(record, inventory.on):
                for one in _places(record, limit, own, checks, metrics):
                    found.setdefault(one.key.check, []).append(one)
    return {id_: tuple(several) for id_, several in found.items()}


def _places(
    record: Line | Device | ConferencingEndpoint | Sensor | Service,
    limit: Limit,
    own: Mapping[str, Iterable[Check]],
    checks: Mapping[str, Check],
    metrics: Mapping[str, frozenset[str]],
) -> Iterator[Watched]:
    if isinstance(record, Line) and limit.metric in COLUMNS:
        yield from _at_the_end(record, limit, checks)
        return
    check = _giving(limit, own.get(record.id, ()), metrics)
    if check is not None:
        yield Watched(FactKey(check.id, "", f"{WITHIN}{limit.id}"), record.id, limit)
    elif isinstance(record, ConferencingEndpoint):
        # What the profile of its device reads of calls; several endpoints may share one, so the fact names them.
        check = _giving(limit, own.get(record.device, ()), metrics)
        if check is not None:
            yield Watched(FactKey(check.id, "", f"{WITHIN}{limit.id}@{record.id}"), record.id, limit)


def _giving(limit: Limit, checks: Iterable[Check], metrics: Mapping[str, frozenset[str]]) -> Check | None:
    """The check that gives a limit's number."""
    return next((check for check in checks if limit.metric in metrics.get(check.kind, ())), None)


def _at_the_end(line: Line, limit: Limit, checks: Mapping[str, Check]) -> Iterator[Watched]:
    """On the port at the site's end, which other lines may share: the fact names the line."""
    column, bandwidth = COLUMNS[limit.metric]
    full = getattr(line, bandwidth)
    check = check_id(line.a_device or "", PORTS)
    if full and line.a_interface and check in checks:
        key = FactKey(check, part_name(line.a_interface), f"{WITHIN}{limit.id}@{line.id}")
        yield Watched(key, line.id, limit, column, full / BITS_A_BYTE)


def by_subject(limits: Mapping[str, tuple[Watched, ...]]) -> dict[str, tuple[Watched, ...]]:
    """The same by the subject they tell of."""
    found: dict[str, list[Watched]] = {}
    for several in limits.values():
        for one in several:
            found.setdefault(one.subject, []).append(one)
    return {id_: tuple(several) for id_, several in found.items()}


def strangers(inventory: Inventory, book: Rulebook) -> list[tuple[Sentence, str]]:
    """(place, id) of what overrides and rooms name although the inventory does not know it."""
    known = {id_ for kind in (*KINDS.values(), "site") for id_ in inventory.of(kind)}
    named = [
        (override.place, id_)
        for rule in book.rules
        for override in rule.overrides
        for id_ in (*override.units, *override.sites, *override.subjects)
    ]
    return [
        (place, id_)
        for place, id_ in (
            *named,
            *((Sentence("{section}", {"section": "[rooms]"}), id_) for id_ in book.rooms),
        )
        if id_ not in known
    ]

"""Where subjects stand and what they share: sites, agencies, power, providers, routes. Pure; made per inventory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from inventory.organisation import ancestors, meant
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    Inventory,
    Line,
    Sensor,
    Service,
    Site,
    SurgeProtector,
)

JUDGED = ("site", "line", "device", "conferencing_endpoint", "surge_protector", "sensor", "service")

Record: TypeAlias = Site | Line | Device | ConferencingEndpoint | SurgeProtector | Sensor | Service


def same_provider(name: str) -> str:
    """What is equal for two ways to write one provider's name."""
    return " ".join(name.casefold().split())


def _gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Ids by what they belong to; those that belong to nothing are left out."""
    found: dict[str, list[str]] = {}
    for owner, id_ in pairs:
        if owner:
            found.setdefault(owner, []).append(id_)
    return {owner: tuple(ids) for owner, ids in found.items()}


@dataclass(frozen=True)
class Places:
    """An inventory asked by subject id. Whatever is not known is '' or empty: retired things have no place."""

    inventory: Inventory

    @cached_property
    def _records(self) -> dict[str, tuple[str, object]]:
        return {id_: (kind, record) for kind in JUDGED for id_, record in self.inventory.of(kind).items()}

    @cached_property
    def _by_site(self) -> dict[str, list[str]]:
        gathered: dict[str, list[str]] = {}
        for id_ in self._records:
            gathered.setdefault(self.site(id_), []).append(id_)
        return gathered

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        return {
            id_: frozenset((id_, *ancestors(self.inventory, id_)))
            for id_ in self.inventory.of("organisation_unit")
        }

    @property
    def subjects(self) -> Iterable[str]:
        """The ids of everything that can be judged."""
        return self._records.keys()

    @cached_property
    def by_feeder(self) -> Mapping[str, tuple[str, ...]]:
        """What each feeder feeds, itself or through its site."""
        return _gathered((self.feeder(id_), id_) for id_ in self._records)

    @cached_property
    def by_provider(self) -> Mapping[str, tuple[str, ...]]:
        """The lines of each provider, its name in the form that `same_provider` compares."""
        return _gathered((same_provider(self.provider(id_)), id_) for id_ in self._records)

    def name(self, subject: str) -> str:
        """The name of a thing, its id when there is none."""
        found = self._records.get(subject)
        unit = self.inventory.of("organisation_unit").get(subject)
        record = found[1] if found else unit
        return str(getattr(record, "name", subject))

    def kind(self, subject: str) -> str:
        """site, line, device, conferencing_endpoint, surge_protector, sensor, service."""
        found = self._records.get(subject)
        return found[0] if found else ""

    def record(
        self, subject: str
    ) -> Site | Line | Device | ConferencingEndpoint | SurgeProtector | Sensor | None:
        """The inventory's record of a subject."""
        found = self._records.get(subject)
        return found[1] if found else None  # type: ignore[return-value]

    def site(self, subject: str) -> str:
        """The site a subject stands at; an endpoint stands where its device does."""
        record = self.record(subject)
        if record is None or isinstance(record, Site):
            return record.id if record else ""
        if isinstance(record, ConferencingEndpoint):
            return self.site(record.device)
        return record.site

    def at(self, site: str) -> tuple[str, ...]:
        """Everything that can be judged at a site, the site itself too."""
        return tuple(self._by_site.get(site, ()))

    def agencies(self, site: str) -> tuple[str, ...]:
        """The agencies of a site, in the order it names them."""
        record = self.inventory.of("site").get(site)
        return meant(self.inventory, record.organisation_units) if record else ()

    def above(self, units: Iterable[str]) -> frozenset[str]:
        """These units and every unit above them."""
        return frozenset().union(*(self._above.get(unit, frozenset((unit,))) for unit in units))

    def units(self, subjects: Iterable[str]) -> frozenset[str]:
        """The agencies these subjects belong to and every unit above them; of a unit's id, itself."""
        agencies: set[str] = set()
        for subject in subjects:
            known = subject in self.inventory.of("organisation_unit")
            agencies.update((subject,) if known else self.agencies(self.site(subject)))
        return self.above(agencies)

    def feeder(self, subject: str) -> str:
        """The feeder that powers a subject: its own, else its site's."""
        record = self.record(subject)
        site = self.inventory.of("site").get(self.site(subject))
        own = record.feeder if isinstance(record, Device | Site) else None
        return own or (site.feeder if site else None) or ""

    def power_source(self, subject: str) -> str:
        """Likewise its power source."""
        record = self.record(subject)
        site = self.inventory.of("site").get(self.site(subject))
        own = record.power_source if isinstance(record, Device | Site) else None
        return own or (site.power_source if site else None) or ""

    def provider(self, subject: str) -> str:
        """A line's provider, as it is written without blanks around; compared without regard to case by `same`."""
        record = self.record(subject)
        return (record.provider or "").strip() if isinstance(record, Line) else ""

    def route_group(self, subject: str) -> str:
        """A line's route group."""
        record = self.record(subject)
        return record.route_group or "" if isinstance(record, Line) else ""

    def lines(self, site: str) -> tuple[str, ...]:
        """The lines of a site."""
        return tuple(id_ for id_ in self.at(site) if self.kind(id_) == "line")

    def ups(self, site: str) -> tuple[str, ...]:
        """The uninterruptible power supplies of a site."""
        return tuple(
            id_
            for id_ in self.at(site)
            if isinstance(record := self.record(id_), Device) and record.kind == "ups"
        )

"""Whom to call: contacts chosen by what failed, and whether they are on duty now. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from alerts.hours import on_duty
from inventory.organisation import meant
from inventory.snapshot import (
    ConferencingEndpoint,
    Contact,
    Device,
    Inventory,
    Line,
    OrganisationUnit,
    Sensor,
    Service,
    Site,
    SurgeProtector,
)
from netwatch.queries.models import ContactCard

FAULT_DESK = "provider_fault_desk"

# What can be judged, as the inventory records it.
Judgeable: TypeAlias = Site | Device | Line | ConferencingEndpoint | SurgeProtector | Sensor | Service


class Directory:
    """The contacts of an inventory at one local time."""

    def __init__(self, inventory: Inventory, local_time: datetime) -> None:
        self._inventory = inventory
        self._local_time = local_time
        self._people = inventory.of("contact")
        self._desks: dict[str, list[str]] = {}
        for contact in self._people.values():
            if contact.role == FAULT_DESK and contact.provider:
                self._desks.setdefault(_same(contact.provider), []).append(contact.id)

    def cards(self, record: Judgeable, cause: Judgeable | None = None) -> tuple[ContactCard, ...]:
        """Whom to call about a record: first whoever answers for what is blamed, then those nearest to it."""
        blamed = self._responsible(cause) if cause is not None else iter(())
        return self._cards((*blamed, *self._nearest(record)))

    def card(self, contact_id: str | None) -> ContactCard | None:
        """The card of one contact; None when there is no such contact."""
        return next(iter(self._cards([contact_id])), None)

    def fault_desks(self, provider: str) -> tuple[ContactCard, ...]:
        """The fault desks of a provider."""
        return self._cards(self._desks.get(_same(provider), ()))

    def _cards(self, ids: Iterable[str | None]) -> tuple[ContactCard, ...]:
        known = (self._people.get(id_ or "") for id_ in dict.fromkeys(ids))
        return tuple(self._card(contact) for contact in known if contact is not None)

    def _card(self, contact: Contact) -> ContactCard:
        hours = contact.hours or ""
        duty = on_duty(hours, self._local_time)
        return ContactCard(contact.id, contact.name, contact.role, contact.phone, hours, duty)

    def _responsible(self, record: Judgeable) -> Iterator[str | None]:
        """Those who answer for a thing: a line's provider, else its own contact, else its site's."""
        if isinstance(record, Line):
            yield from self._desks.get(_same(record.provider or ""), ())
            yield record.contact
        else:
            site = self.site(record)
            yield record.contact or (site.contact if site else None)

    def _nearest(self, record: Judgeable) -> Iterator[str | None]:
        yield from self._responsible(record)
        site = self.site(record)
        if site is not None:
            yield site.contact
            for unit in meant(self._inventory, site.organisation_units):
                yield self._agency(unit)

    def site(self, record: Judgeable) -> Site | None:
        """Where a thing stands; a conferencing endpoint stands where its device does."""
        if isinstance(record, Site):
            return record
        if isinstance(record, ConferencingEndpoint):
            device: Device | None = self._inventory.of("device").get(record.device)
            return self.site(device) if device else None
        site: Site | None = self._inventory.of("site").get(record.site)
        return site

    def _agency(self, unit_id: str) -> str | None:
        """The contact of an agency, or of the nearest unit above it that has one."""
        units = self._inventory.of("organisation_unit")
        while unit_id in units:
            unit: OrganisationUnit = units[unit_id]
            if unit.contact:
                return unit.contact
            unit_id = unit.parent or ""
        return None


def _same(provider: str) -> str:
    """Provider names are compared without regard to case and blanks around them."""
    return provider.strip().casefold()

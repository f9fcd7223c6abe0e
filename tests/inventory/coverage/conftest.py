"""Makes small inventories and evidence out of few words."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inventory.coverage.audit import audit
from inventory.coverage.contract import Aspect, Audit, Cell, Evidence, Figure, Sighting
from inventory.snapshot import (
    Asset,
    ConferencingEndpoint,
    Device,
    Exemption,
    FieldRecord,
    Inventory,
    Line,
    Norm,
    OrganisationChange,
    OrganisationUnit,
    Service,
    Site,
    Statement,
    SurgeProtector,
    gather,
    kind_of,
)

TODAY = date(2026, 11, 23)
FOUNDED = date(2020, 1, 1)
DAY = 86_400_000_000
# Noon of the day in Vietnam.
NOW = 1_795_410_000_000_000


class Make:
    """Records with as little said as needed; ids first, anything else by name."""

    today, now, day = TODAY, NOW, DAY

    def unit(self, id_: str, level: str = "commune", **more: Any) -> OrganisationUnit:  # noqa: ANN401
        """An agency."""
        told = {"name": id_, "kind": "peoples_committee", "valid_from": FOUNDED, **more}
        return OrganisationUnit(id=id_, level=level, **told)

    def site(self, id_: str, *units: str) -> Site:
        """A site of these agencies."""
        return Site(id=id_, name=id_, organisation_units=units)

    def device(self, id_: str, site: str, kind: str = "switch", **more: Any) -> Device:  # noqa: ANN401
        """A device."""
        return Device(id=id_, name=id_, site=site, kind=kind, **more)

    def endpoint(self, id_: str, device: str) -> ConferencingEndpoint:
        """A conferencing endpoint."""
        return ConferencingEndpoint(id=id_, name=id_, device=device)

    def line(self, id_: str, site: str, **more: Any) -> Line:  # noqa: ANN401
        """A dedicated data line of 50 Mbit/s."""
        told = {"line_class": "tslcd_access_2", "bandwidth_down": 50_000_000, **more}
        return Line(id=id_, name=id_, site=site, **told)

    def protector(self, id_: str, site: str, **more: Any) -> SurgeProtector:  # noqa: ANN401
        """A surge protector of a power line."""
        return SurgeProtector(id=id_, name=id_, site=site, **{"protection_kind": "power_ac", **more})

    def service(self, id_: str, site: str, **more: Any) -> Service:  # noqa: ANN401
        """A web service."""
        return Service(id=id_, name=id_, site=site, **{"kind": "web", **more})

    def asset(self, id_: str, site: str, kind: str, quantity: int = 1, **more: Any) -> Asset:  # noqa: ANN401
        """Plain assets."""
        return Asset(id=id_, name=id_, site=site, kind=kind, quantity=quantity, **more)

    def done(self, id_: str, item: str, kind: str, on: date, **more: Any) -> FieldRecord:  # noqa: ANN401
        """A field record."""
        return FieldRecord(id=id_, item=item, kind=kind, on=on, **more)

    def norm(self, id_: str, item: str, **more: Any) -> Norm:  # noqa: ANN401
        """A norm: one each, of everybody."""
        return Norm(id=id_, name=id_, item=item, **{"valid_from": FOUNDED, **more})

    def statement(self, unit: str, subject: str, value: float, on: date = FOUNDED, **more: Any) -> Statement:  # noqa: ANN401
        """What an agency stated."""
        told = {"id": f"{unit}-{subject}-{on}", "source": "letter", **more}
        return Statement(organisation_unit=unit, subject=subject, value=value, on=on, **told)

    def exemption(self, norm: str, unit: str, until: date | None = None) -> Exemption:
        """An exemption since 2020."""
        id_ = f"{norm}-{unit}"
        return Exemption(id=id_, norm=norm, organisation_unit=unit, reason="rebuilt", on=FOUNDED, until=until)

    def merged(self, on: date, successor: str, *predecessors: str) -> OrganisationChange:
        """A merger."""
        return OrganisationChange(
            id=f"{successor}-{on}", kind="merge", on=on, predecessors=predecessors, successors=(successor,)
        )

    def inventory(self, *records: Any, on: date = TODAY) -> Inventory:  # noqa: ANN401
        """The records put together."""
        return gather([(kind_of(record), record) for record in records], on)

    def seen(self, item: str, aspect: Aspect, value: str = "", days_ago: float = 0) -> Sighting:
        """Something seen for a day, until so many days ago."""
        last = NOW - round(days_ago * DAY)
        return Sighting(item, aspect, value, last - DAY, last)

    def evidence(self, sightings: Iterable[Sighting] = (), **unmeasured: str) -> Evidence:
        """What is known today."""
        found: dict[str, tuple[Sighting, ...]] = {}
        for one in sightings:
            found[one.item] = (*found.get(one.item, ()), one)
        return Evidence(NOW, TODAY, found, unmeasured)

    def audit(self, inventory: Inventory, evidence: Evidence | None = None, scope: str = "") -> Audit:
        """An audit on the inventory's own day."""
        known = evidence or self.evidence()
        return audit(inventory, replace(known, on=inventory.on or TODAY), scope)

    def cell(self, found: Audit, unit: str, norm: str = "N") -> Cell:
        """The one cell of a norm at an agency."""
        [cell] = [one for one in found.cells if (one.norm, one.unit) == (norm, unit)]
        return cell

    def figure(self, found: Audit, level: str = "", norm: str = "N") -> Figure:
        """A norm's figure."""
        [figure] = [one for one in found.figures if (one.norm, one.level) == (norm, level)]
        return figure


@pytest.fixture(scope="session")
def make() -> Make:
    """The maker of small inventories."""
    return Make()

"""What may have been written down about a row of a publication: whatever a figure hangs from, by key. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.coverage.publication import RowDifference
from inventory.history import EventRecord
from inventory.organisation import ancestors, succession
from inventory.snapshot import Inventory, Norm

# By which of their own dates records begin and end to hold.
_BEGINS, _ENDS = ("valid_from", "on"), ("valid_to",)


def told_of(event: EventRecord, day: date) -> bool:
    """Whether what an event says of a record with dates of its own reaches back to a day.

    A version that begins later says nothing of it, nor does one that ends later instead of going on.
    """
    before, after = (_holding(side, day) for side in (event.before, event.after))
    return before != after


def _holding(side: Mapping[str, Any] | None, day: date) -> Mapping[str, Any] | None:
    """The record as it holds on a day: None when it has not begun, without an end that lies ahead."""
    if side is None or any(side.get(name) and side[name] > day.isoformat() for name in _BEGINS):
        return None
    return {
        name: None if name in _ENDS and value and value > day.isoformat() else value
        for name, value in side.items()
    }


@dataclass(frozen=True, slots=True)
class Related:
    """What rows hang from: `parts` are the agencies that went into each, `sites` those of each."""

    inventory: Inventory
    norms: Mapping[str, Norm]
    parts: Mapping[str, tuple[str, ...]]
    sites: Mapping[str, tuple[str, ...]]

    def keys(self, row: RowDifference) -> Iterator[str]:
        """What may have been written down about a row: its norm, agency and items, and what stands behind them."""
        yield row.norm
        yield from ancestors(self.inventory, row.unit)
        for unit in (row.unit, *self.parts.get(row.unit, ())):
            yield unit
            yield f"exemption:{unit}:{row.norm}"
            for kind in ("organisation_change", "site"):
                yield f"{kind}:{unit}"
            yield from (f"statement:{unit}:{subject}" for subject in self._subjects(row))
        yield from self._counted_by(row)
        for item in row.items:
            yield item.item
            yield f"field_record:{item.item}"
            endpoint = self.inventory.of("conferencing_endpoint").get(item.item)
            if endpoint is not None:
                yield endpoint.device

    def _subjects(self, row: RowDifference) -> Iterator[str]:
        """What agencies state that counts for a norm."""
        norm = self.norms.get(row.norm)
        if norm is not None:
            yield norm.detail or "" if norm.item == "statement" else norm.item
            yield norm.per

    def _counted_by(self, row: RowDifference) -> Iterator[str]:
        """What makes the need, beside statements: services of a security level, computers that are plain assets."""
        norm = self.norms.get(row.norm)
        kinds = {"service": norm and norm.security_level, "asset": norm and norm.per == "computer"}
        for kind, counted in kinds.items():
            for place in (*self.sites.get(row.unit, ()), row.unit) if counted else ():
                yield f"{kind}@{place}"


def related_to(inventory: Inventory, published: Mapping[str, Norm]) -> Related:
    """By the inventory as it is known now and the norms that were published."""
    lineage = succession(inventory)
    parts: dict[str, list[str]] = {}
    for unit in lineage.followers:
        heir = lineage.agency(unit)
        if heir is not None and heir != unit:
            parts.setdefault(heir, []).append(unit)
    sites: dict[str, list[str]] = {}
    for site in inventory.of("site").values():
        for unit in lineage.agencies(site.organisation_units):
            sites.setdefault(unit, []).append(site.id)
    return Related(
        inventory,
        {**inventory.of("norm"), **published},
        {unit: tuple(each) for unit, each in parts.items()},
        {unit: tuple(each) for unit, each in sites.items()},
    )

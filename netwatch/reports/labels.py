"""Which things get labels, and what those say. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from exporters.documents.labels import Label, address_of
from inventory.coverage.items import Things
from inventory.coverage.needs import in_scope
from inventory.snapshot import Inventory

# What can carry a label: things that somebody can stand before.
LABELLED = ("device", "line", "conferencing_endpoint", "surge_protector", "sensor", "asset", "site")


def labelled(inventory: Inventory) -> Iterator[tuple[str, Any]]:
    """(kind, record) of everything that can carry a label, by kind and code."""
    for kind in LABELLED:
        yield from ((kind, record) for _, record in sorted(inventory.of(kind).items()))


def chosen(
    things: Things,
    items: tuple[str, ...],
    units: tuple[str, ...],
    sites: tuple[str, ...],
    kinds: tuple[str, ...],
) -> Iterator[Any]:
    """What is named, or all that serves the units (and those below), stands at the sites and is of the kinds."""
    inventory = things.inventory
    agencies = frozenset(one for unit in units for one in in_scope(inventory, unit))
    for kind, record in labelled(inventory):
        place = site_of(record, inventory)
        wanted = (
            (not units or agencies & set(_agencies(record, things)))
            and (not sites or place in sites)
            and (not kinds or kinds_of(kind, record) & set(kinds))
        )
        if (record.id in items) if items else wanted:
            yield record


def kinds_of(kind: str, record: Any) -> set[str]:  # noqa: ANN401 - a record of the inventory
    """The names by which a thing can be asked for: its kind, and its finer kind."""
    return {kind, *filter(None, (getattr(record, "kind", None), getattr(record, "line_class", None)))}


def site_of(record: Any, inventory: Inventory) -> str:  # noqa: ANN401
    """Where a thing stands; a site stands at itself."""
    device = inventory.of("device").get(getattr(record, "device", None) or "")
    return getattr(record, "site", None) or getattr(device, "site", None) or str(record.id)


def _agencies(record: Any, things: Things) -> tuple[str, ...]:  # noqa: ANN401
    return things.agencies(record, site_of(record, things.inventory))


def labels_of(records: Iterable[Any], things: Things, base: str) -> tuple[Label, ...]:
    """Their labels; `base` is where telephones reach the page."""
    units = things.inventory.of("organisation_unit")
    return tuple(
        Label(
            record.id,
            record.name,
            "; ".join(units[unit].name for unit in _agencies(record, things)),
            address_of(base, record.id),
        )
        for record in records
    )

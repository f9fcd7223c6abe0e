"""Of which items the looks of every check tell, by plan and inventory. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from inventory.inputs import commissioned_by, is_contact, read_through, records_by_item
from inventory.snapshot import Inventory, Line
from netwatch.check import Check, check_id
from netwatch.planning.contacts import items
from netwatch.planning.services import SERVICE
from netwatch.sightings.claims import EQUIPMENT, INTERFACES, Source
from netwatch.sightings.lines import End, Ends
from probes.part import part_name


class Index:
    """The items that tell about each other, gathered once for a plan and an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._behind = _gathered(_behind(inventory))
        # An endpoint whose registration the inventory says where to read is registered by that word alone.
        self._told = {
            one.id: one.device
            for one in inventory.of("conferencing_endpoint").values()
            if not one.registration_oid
        }
        self._named = {
            one.id for one in inventory.of("conferencing_endpoint").values() if one.registration_oid
        }
        self._endpoints = _gathered((device, id_) for id_, device in self._told.items())
        self.lines = tuple(_with_ends(inventory.of("line").values()))
        ends = ((end.check, end.part) for line in self.lines for end in line.ends)
        self._ends = {check: frozenset(parts) for check, parts in _gathered(ends).items()}
        self._normal = dict(_normal(inventory))

    def source(self, check: Check) -> Source:
        """What the looks of a check tell about."""
        device = self._inventory.of("device").get(check.device)
        answers = device is not None and device.address == check.address and check.instance != SERVICE
        id_ = check.device if answers else ""
        return Source(
            check,
            id_,
            self._behind.get(id_, ()),
            self._registered(check),
            self._ends.get(check.id, frozenset()),
            self._normal.get(check.target, ""),
        )

    def _registered(self, check: Check) -> tuple[str, ...]:
        if check.kind == EQUIPMENT:
            return self._endpoints.get(check.device, ())
        known = self._told.keys() if check.instance else self._named
        return (check.target,) if check.target in known else ()


def _gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _behind(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """(device, item that stands behind it)."""
    for kind in ("conferencing_endpoint", "service"):
        yield from ((one.device, one.id) for one in inventory.of(kind).values() if one.device)
    yield from ((read_through(item), item.id) for item in items(inventory) if read_through(item))


def _with_ends(lines: Iterable[Line]) -> Iterator[Ends]:
    """Lines that name a port."""
    for line in lines:
        both = (line.a_device, line.a_interface, True), (line.b_device, line.b_interface, False)
        ends = tuple(
            End(check_id(device, INTERFACES), part_name(interface), at_site)
            for device, interface, at_site in both
            if device and interface
        )
        if ends:
            yield Ends(line.id, ends, line.witness == "carrier")


def _normal(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """The normal position of every contact whose trip test has shown both."""
    records = records_by_item(inventory)
    for item in items(inventory):
        if is_contact(item) and commissioned_by(item, records.get(item.id, ())) is not None:
            yield item.id, item.normal_position

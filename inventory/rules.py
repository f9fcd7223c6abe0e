"""What must hold of the whole inventory before any of it is believed, whoever changed it. Pure.

A rule is a function from an inventory to the problems it finds; `check` runs them all.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from inventory.contracts import line_contract_needs, lines_under_contracts
from inventory.cycles import find_cycles
from inventory.needs import (
    conferencing_needs,
    coordinates,
    field_record_needs,
    line_ends,
    line_witnesses,
    sensor_needs,
    service_locations,
    surge_protector_needs,
    unreachable_inputs,
)
from inventory.planning import (
    attachment_needs,
    exemption_needs,
    norm_needs,
    organisation_change_needs,
    statement_needs,
)
from inventory.problems import Entity, Problem, Severity
from inventory.references import dangling, unique_ids
from inventory.snapshot import UNITS, VERSIONED, Inventory, in_force

__all__ = ["RULES", "Problem", "Severity", "check"]

Rule: TypeAlias = Callable[[Inventory], Iterator[Problem]]


def check(inventory: Inventory) -> tuple[Problem, ...]:
    """Every problem of an inventory, errors and warnings, in a stable order."""
    return tuple(problem for rule in RULES for problem in rule(inventory))


def dates_of_versions(inventory: Inventory) -> Iterator[Problem]:
    """A version ends after it begins, and versions of one unit, norm or contract do not overlap."""
    for kind in VERSIONED:
        for versions in inventory.versions.get(kind, {}).values():
            for unit in versions:
                if unit.valid_to is not None and unit.valid_to <= unit.valid_from:
                    params = {"from": unit.valid_from.isoformat(), "to": unit.valid_to.isoformat()}
                    yield Problem(
                        "ends_before_it_begins",
                        params,
                        kind,
                        unit.id,
                        column="valid_to",
                        version=unit.valid_from,
                    )
            for earlier, later in pairwise(versions):
                if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                    yield Problem(
                        "versions_overlap",
                        {"one": _span(earlier), "other": _span(later)},
                        kind,
                        later.id,
                        column="valid_from",
                        version=later.valid_from,
                    )


def _span(unit: object) -> str:
    valid_from, valid_to = getattr(unit, "valid_from", None), getattr(unit, "valid_to", None)
    return f"{valid_from} – {valid_to or '…'}"


def unit_cycles(inventory: Inventory) -> Iterator[Problem]:
    """No unit stands below itself, on any day."""
    for kind in UNITS:
        units = inventory.versions.get(kind, {})
        ever = {id_: [unit.parent for unit in versions if unit.parent] for id_, versions in units.items()}
        # Parents over all time form no cycle almost always; only when they do is it looked at day by day.
        if next(find_cycles(ever), None) is not None:
            yield from _unit_cycles_by_day(kind, inventory)


def _unit_cycles_by_day(kind: str, inventory: Inventory) -> Iterator[Problem]:
    units = inventory.versions[kind]
    told: set[frozenset[str]] = set()
    for day in sorted({unit.valid_from for versions in units.values() for unit in versions}):
        holding = {id_: in_force(versions, day) for id_, versions in units.items()}
        parents = {id_: [unit.parent] if unit and unit.parent else [] for id_, unit in holding.items()}
        for path in find_cycles(parents):
            if frozenset(path) not in told:
                told.add(frozenset(path))
                yield _unit_cycle(kind, path, day)


def _unit_cycle(kind: str, path: tuple[str, ...], day: date) -> Problem:
    params = {"path": " → ".join(path), "day": day.isoformat()}
    involved = tuple((kind, id_) for id_ in path[1:-1])
    return Problem("unit_cycle", params, kind, path[0], column="parent", involved=involved)


def uplink_cycles(inventory: Inventory) -> Iterator[Problem]:
    """What a device hangs from (its uplinks, and of a line the device at its upstream end) never hangs from it."""
    graph = {device.id: list(device.uplinks) for device in inventory.of("device").values()}
    graph |= {line.id: [line.b_device] if line.b_device else [] for line in inventory.of("line").values()}
    for path in find_cycles(graph):
        entities: list[Entity] = [
            ("line" if id_ in inventory.of("line") else "device", id_) for id_ in path[:-1]
        ]
        kind, id_ = entities[0]
        column = "uplinks" if kind == "device" else "b_device"
        params = {"path": " → ".join(path)}
        yield Problem("uplink_cycle", params, kind, id_, column=column, involved=tuple(entities[1:]))


def one_device_per_address(inventory: Inventory) -> Iterator[Problem]:
    """In a routing domain an address means one device."""
    owners: dict[tuple[str, str], str] = {}
    for device in inventory.of("device").values():
        if device.address is not None:
            first = owners.setdefault((device.routing_domain, device.address), device.id)
            if first != device.id:
                params = {"address": device.address, "domain": device.routing_domain, "other": first}
                yield Problem(
                    "address_taken",
                    params,
                    "device",
                    device.id,
                    column="address",
                    involved=(("device", first),),
                )


def one_interface_per_name(inventory: Inventory) -> Iterator[Problem]:
    """A device has one interface of a name."""
    owners: dict[tuple[str, str], str] = {}
    for interface in inventory.of("interface").values():
        first = owners.setdefault((interface.device, interface.name), interface.id)
        if first != interface.id:
            params = {"name": interface.name, "device": interface.device, "other": first}
            yield Problem(
                "interface_twice",
                params,
                "interface",
                interface.id,
                column="name",
                involved=(("interface", first),),
            )


RULES: tuple[Rule, ...] = (
    unique_ids,
    dangling,
    dates_of_versions,
    unit_cycles,
    uplink_cycles,
    one_device_per_address,
    one_interface_per_name,
    coordinates,
    line_ends,
    line_witnesses,
    conferencing_needs,
    surge_protector_needs,
    sensor_needs,
    service_locations,
    field_record_needs,
    unreachable_inputs,
    norm_needs,
    statement_needs,
    exemption_needs,
    organisation_change_needs,
    attachment_needs,
    line_contract_needs,
    lines_under_contracts,
)

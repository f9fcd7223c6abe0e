"""What must hold of norms, statements, exemptions, events of organisation and attachments: rules. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from inventory.coverage.proofs import PROOFS
from inventory.problems import Problem, Severity
from inventory.snapshot import (
    PROTECTION_GROUPS,
    SERVICE_KINDS,
    STATEMENT_SUBJECTS,
    Exemption,
    Inventory,
    Norm,
    OrganisationChange,
    Statement,
)

_LINES = ("data_line", "internet_line")
_EQUIPMENT = (
    "lan",
    "wifi",
    "conferencing_endpoint",
    "conferencing_bridge",
    "firewall",
    "ups",
    "server",
    "camera",
)
# Which items a condition of a norm means anything for: elsewhere it would be passed over, and figures be wrong.
FITTING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "detail": ("service", "asset", "statement", "surge_protector"),
        "line_classes": _LINES,
        "routes": _LINES,
        "bandwidth": ("lan", *_LINES),
        "inspected_within": ("surge_protector", *_EQUIPMENT, *_LINES),
        "max_age": ("surge_protector", "computer", "asset", *_EQUIPMENT),
        "in_warranty": ("computer", "asset", *_EQUIPMENT),
    }
)
# Items that mean nothing without a detail.
_DETAILED = ("service", "asset", "statement")
DETAILS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"service": SERVICE_KINDS, "surge_protector": tuple(PROTECTION_GROUPS)}
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
# How many predecessors and successors each kind of event has: least, and most (None: any number).
SIDES: Mapping[str, tuple[tuple[int, int | None], tuple[int, int | None]]] = MappingProxyType(
    {
        "merge": ((1, None), (1, 1)),
        "split": ((1, 1), (1, None)),
        "rename": ((1, 1), (1, 1)),
        "reparent": ((1, None), (0, None)),
        "abolish": ((1, None), (0, 0)),
        "found": ((0, 0), (1, None)),
    }
)


def norm_needs(inventory: Inventory) -> Iterator[Problem]:
    """A norm's conditions mean something for its item, and its detail is one that can be found."""
    stated = {*STATEMENT_SUBJECTS, *(each.subject for each in inventory.of("statement").values())}
    for norm in inventory.every("norm"):
        for problem in (*_elsewhere(norm), *_detail(norm, stated), *_tags(norm), *_classes(norm)):
            yield replace(problem, kind="norm", entity=norm.id, version=norm.valid_from)


def _elsewhere(norm: Norm) -> Iterator[Problem]:
    for field, items in FITTING.items():
        if getattr(norm, field) not in (None, (), False) and norm.item not in items:
            params = {"field": field, "item_of_norm": norm.item}
            yield Problem("norm_field_elsewhere", params, column=field)


def _detail(norm: Norm, stated: set[str]) -> Iterator[Problem]:
    allowed = DETAILS.get(norm.item, ())
    params = {"value": norm.detail or "", "item_of_norm": norm.item}
    if not norm.detail:
        if norm.item in _DETAILED:
            yield Problem("norm_needs_detail", params, column="detail")
    elif allowed and norm.detail not in allowed:
        params["allowed"] = ", ".join(allowed)
        yield Problem("norm_detail_unknown", params, column="detail")
    elif norm.item == "statement" and norm.detail not in stated:
        params["allowed"] = ", ".join(sorted(stated))
        yield Problem("subject_never_stated", params, column="detail", severity=Severity.WARNING)


def _tags(norm: Norm) -> Iterator[Problem]:
    both = set(norm.tags) & set(norm.without_tags)
    if both:
        yield Problem("tags_both_ways", {"tags": ", ".join(sorted(both))}, column="without_tags")


def _classes(norm: Norm) -> Iterator[Problem]:
    """Classes of lines that the item does not count: a norm of these alone can never be met."""
    counted = PROOFS[norm.item].of if norm.item in _LINES else norm.line_classes
    strange = [each for each in norm.line_classes if each not in counted]
    if strange:
        params = {"classes": ", ".join(strange), "item_of_norm": norm.item, "allowed": ", ".join(counted)}
        yield Problem("classes_never_counted", params, column="line_classes", severity=Severity.WARNING)


def statement_needs(inventory: Inventory) -> Iterator[Problem]:
    """One statement per agency, subject and day; it holds at least that day; people and things are whole numbers."""
    said: dict[tuple[str, str, str], str] = {}
    for each in inventory.of("statement").values():
        key = (each.organisation_unit, each.subject, each.on.isoformat())
        other = said.setdefault(key, each.id)
        if other != each.id:
            involved = (("statement", other),)
            yield Problem(
                "stated_twice", {"other": other}, "statement", each.id, column="on", involved=involved
            )
        if each.valid_until is not None and each.valid_until < each.on:
            yield _ends_early("statement", each, "valid_until", each.valid_until.isoformat())
        if each.subject in STATEMENT_SUBJECTS and each.value % 1:
            yield Problem(
                "stated_in_parts", {}, "statement", each.id, column="value", severity=Severity.WARNING
            )


def exemption_needs(inventory: Inventory) -> Iterator[Problem]:
    """An exemption lasts at least a day."""
    for each in inventory.of("exemption").values():
        if each.until is not None and each.until < each.on:
            yield _ends_early("exemption", each, "until", each.until.isoformat())


def _ends_early(kind: str, record: Statement | Exemption, column: str, until: str) -> Problem:
    params = {"from": record.on.isoformat(), "to": until}
    return Problem("over_before_it_begins", params, kind, record.id, column=column)


def organisation_change_needs(inventory: Inventory) -> Iterator[Problem]:
    """An event has as many agencies before and after as its kind has, and the agencies' own dates agree with it."""
    for change in inventory.of("organisation_change").values():
        faults = list(_sides(change))
        yield from faults
        if not faults:
            yield from _odd(change)
            yield from _dates_of(change, inventory)


def _sides(change: OrganisationChange) -> Iterator[Problem]:
    for field, (least, most) in zip(("predecessors", "successors"), SIDES[change.kind], strict=True):
        count = len(getattr(change, field))
        if count < least or (most is not None and count > most):
            wanted = f"{least}" if least == most else f"{least}+"
            params = {"field": field, "wanted": wanted, "count": f"{count}", "kind_of_change": change.kind}
            yield Problem("wrong_number_of_units", params, "organisation_change", change.id, column=field)


def _odd(change: OrganisationChange) -> Iterator[Problem]:
    """One agency that goes into another is a merger, one that stays alone is none."""
    apart = {*change.predecessors, *change.successors}
    if (change.kind in ("merge", "split") and len(apart) < 2) or (
        change.kind == "split" and len(change.successors) < 2
    ):
        params = {"kind_of_change": change.kind}
        yield Problem(
            "odd_change",
            params,
            "organisation_change",
            change.id,
            column="successors",
            severity=Severity.WARNING,
        )


def _dates_of(change: OrganisationChange, inventory: Inventory) -> Iterator[Problem]:
    day, kind, severity = change.on.isoformat(), "organisation_change", Severity.WARNING
    gone = set(change.predecessors) - set(change.successors) if change.kind != "reparent" else set()
    for id_ in sorted(gone):
        if _holds(inventory, id_, change):
            params = {"value": id_, "day": day}
            column = "predecessors"
            yield Problem("still_in_force", params, kind, change.id, column=column, severity=severity)
    for id_ in change.successors:
        if _holds(inventory, id_, change) is False:
            params = {"value": id_, "day": day}
            column = "successors"
            yield Problem("not_yet_in_force", params, kind, change.id, column=column, severity=severity)


def _holds(inventory: Inventory, unit: str, change: OrganisationChange) -> bool | None:
    """Whether the unit is in force on the day of the event; None for one that is unknown (told elsewhere)."""
    versions = inventory.versions.get("organisation_unit", {}).get(unit)
    if versions is None:
        return None
    return any(
        each.valid_from <= change.on and (each.valid_to is None or change.on < each.valid_to)
        for each in versions
    )


def attachment_needs(inventory: Inventory) -> Iterator[Problem]:
    """The content of a document is known by a SHA-256 as it is written."""
    for each in inventory.of("attachment").values():
        if _SHA256.fullmatch(each.sha256) is None:
            yield Problem("not_a_hash", {"value": each.sha256[:80]}, "attachment", each.id, column="sha256")

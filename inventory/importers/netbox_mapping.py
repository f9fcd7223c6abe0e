"""How a site's own words of NetBox (roles, types, statuses) map to those of the inventory: TOML, all of it optional."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from inventory.faults import shortened
from inventory.problems import Problem
from inventory.snapshot import cells
from inventory.texts import fold

LONGEST = 100_000
# Parts of the slugs that people give roles and types, and what they are.
_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "firewall": "firewall", "tuonglua": "firewall", "router": "router", "dinhtuyen": "router", "switch": "switch",
        "chuyenmach": "switch", "accesspoint": "access_point", "wifi": "access_point", "wireless": "access_point",
        "ups": "ups", "luudien": "ups", "server": "server", "maychu": "server", "camera": "camera",
        "mcu": "conferencing_bridge", "conferenc": "conferencing_endpoint", "codec": "conferencing_endpoint",
        "hoinghi": "conferencing_endpoint", "modem": "line_terminal", "ont": "line_terminal",
    }
)  # fmt: skip
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "backbone": "tslcd_backbone", "truc": "tslcd_backbone", "tslcd1": "tslcd_access_1", "cap1": "tslcd_access_1",
        "tslcd": "tslcd_access_2", "internet": "fibre_internet", "ftth": "fibre_internet", "4g": "mobile_backup",
        "lte": "mobile_backup", "5g": "mobile_backup", "mpls": "leased_line", "leased": "leased_line",
        "dark": "leased_line", "vpn": "leased_line", "thuerieng": "leased_line",
    }
)  # fmt: skip


class MappingFault(ValueError):  # noqa: N818 - the fault is the writer's
    """A mapping that says nothing sensible; `problem` says what is allowed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class NetBoxMapping:
    """`prefix` begins every code. Tenants become agencies below `parent` of one kind and level, or by their slugs.

    Sites without a tenant belong to `agency`, if one is named. `region_field` is the custom field of a region that
    holds the code of its administrative unit. Only devices and circuits in these statuses are taken.
    """

    prefix: str = "NB-"
    parent: str = ""
    agency: str = ""
    tenant_kind: str = "other"
    tenant_level: str = "province"
    valid_from: str = "2025-07-01"
    region_field: str = "code"
    tenant_kinds: Mapping[str, str] = field(default_factory=dict)
    tenant_levels: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    circuit_types: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[str, ...] = ("active", "offline", "failed", "staged")
    circuit_statuses: tuple[str, ...] = ("active", "offline", "deprovisioning")

    def kind_of_role(self, role: str) -> str | None:
        """The kind of the devices in a role, by its slug; None when nothing tells."""
        return self.roles.get(role) or _by_part(role, _ROLES)

    def class_of_type(self, type_: str) -> str | None:
        """The class of the lines of a circuit type, by its slug; None when nothing tells."""
        return self.circuit_types.get(type_) or _by_part(type_, _TYPES)


def _by_part(slug: str, known: Mapping[str, str]) -> str | None:
    folded = fold(slug)
    return next((meaning for part, meaning in known.items() if part in folded), None)


def _allowed(name: str) -> tuple[str, ...]:
    """The codes that a table's values may be; () for any text."""
    where = {
        "roles": ("device", "kind"),
        "circuit_types": ("line", "line_class"),
        "tenant_kinds": ("organisation_unit", "kind"),
        "tenant_kind": ("organisation_unit", "kind"),
        "tenant_levels": ("organisation_unit", "level"),
        "tenant_level": ("organisation_unit", "level"),
    }
    return cells(where[name][0])[where[name][1]].choices if name in where else ()


def read_mapping(text: str) -> NetBoxMapping:
    """The mapping in a TOML text; raises MappingFault."""
    try:
        document = tomllib.loads(text[:LONGEST])
    except (ValueError, RecursionError) as fault:
        raise MappingFault(Problem("netbox_toml", {"reason": str(fault)[:200]})) from None
    known = [each.name for each in fields(NetBoxMapping)]
    default = NetBoxMapping()
    for name, value in document.items():
        if name not in known:
            raise _fault("netbox_key", name, known)
        if not _fits(getattr(default, name), value):
            raise _fault("netbox_value", name, ())
        _check_words(name, value)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return NetBoxMapping(**values)


def _fits(default: object, value: object) -> bool:
    if isinstance(default, str):
        return isinstance(value, str)
    several = list(value.values()) if isinstance(value, dict) else value
    same = isinstance(value, list) if isinstance(default, tuple) else isinstance(value, dict)
    return same and isinstance(several, list) and all(isinstance(each, str) for each in several)


def _check_words(name: str, value: Any) -> None:  # noqa: ANN401 - what TOML holds
    allowed = _allowed(name)
    for word in (
        [value] if isinstance(value, str) else list(value.values() if isinstance(value, dict) else ())
    ):
        if allowed and word not in allowed:
            raise _fault("netbox_word", f"{name}: {word}", allowed)


def _fault(code: str, name: str, known: "list[str] | tuple[str, ...]") -> MappingFault:
    return MappingFault(Problem(code, {"name": shortened(name), "known": ", ".join(known)}))

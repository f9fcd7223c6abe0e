"""What NetBox knows, as rows of the inventory: its objects as its REST API gives them in, rows and words out. Pure.

Shapes after NetBox's documentation (https://netboxlabs.com/docs/netbox/integrations/rest-api/) and models, versions
3.7 to 4.6: choices are {"value", "label"}, related objects are brief objects with `id`, `name` or `slug`; since 4.2
a site's place in a circuit is `termination` with `termination_type`. Rates are in kbit/s. An object's number in NetBox
never changes, so codes are made of it; `number` of a row is that number, `sheet` the list it stands in.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from inventory.importers.netbox_mapping import NetBoxMapping
from inventory.incoming import IncomingRow
from inventory.problems import Problem, Severity
from inventory.texts import clean

Object: TypeAlias = Mapping[str, Any]
# The lists that are read, in this order.
LISTS = (
    "tenancy/tenant-groups",
    "tenancy/tenants",
    "dcim/regions",
    "dcim/sites",
    "ipam/vrfs",
    "ipam/ip-addresses",
    "dcim/devices",
    "dcim/interfaces",
    "circuits/circuits",
    "circuits/circuit-terminations",
)
_MAIN = "main"
_DEVICE_LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "tenancy/tenant-groups": "G",
        "tenancy/tenants": "T",
        "dcim/sites": "S",
        "dcim/devices": "D",
        "dcim/interfaces": "I",
        "circuits/circuits": "C",
    }
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows, and what was left out or could not be told, as warnings placed in NetBox's own lists."""

    rows: tuple[IncomingRow, ...]
    problems: tuple[Problem, ...]


def rows_of(
    answers: Mapping[str, Sequence[Object]], mapping: NetBoxMapping, administrative_units: frozenset[str]
) -> Taken:
    """Rows of all lists; `administrative_units` are the codes that regions may name."""
    work = _Work(mapping, administrative_units, {name: by_id(answers.get(name, ())) for name in LISTS})
    makers: tuple[tuple[str, Callable[[Object], _Made]], ...] = (
        ("tenancy/tenant-groups", work.group),
        ("tenancy/tenants", work.tenant),
        ("dcim/sites", work.site),
        ("dcim/devices", work.device),
        ("dcim/interfaces", work.interface),
        ("circuits/circuits", work.circuit),
    )
    rows = tuple(
        IncomingRow(made[0], name, number, {key: text for key, text in made[1].items() if text})
        for name, make in makers
        for number, each in work.lists[name].items()
        if (made := make(each)) is not None
    )
    return Taken(rows, tuple(work.told))


# A kind and the texts of its cells; None where the object is left out.
_Made: TypeAlias = tuple[str, Mapping[str, str]] | None


def by_id(objects: Iterable[Object]) -> dict[int, Object]:
    """Objects by their numbers, what has none left out."""
    return {
        each["id"]: each for each in objects if isinstance(each, Mapping) and isinstance(each.get("id"), int)
    }


def word(value: object) -> str:
    """A text of NetBox: of a choice its value, of a related object its slug or name; '' for nothing."""
    if isinstance(value, Mapping):
        return next((word(value[key]) for key in ("value", "slug", "name") if value.get(key)), "")
    return clean(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number_of(value: object) -> int | None:
    """The number of a related object."""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, int) else None


def _name(value: object) -> str:
    return word(value.get("name") or value.get("display")) if isinstance(value, Mapping) else ""


def _rate(value: object) -> str:
    """kbit/s as a bandwidth."""
    return f"{value} Kbps" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else ""


@dataclass(slots=True)
class _Work:
    """The rows being made, with what they refer to."""

    mapping: NetBoxMapping
    administrative_units: frozenset[str]
    lists: Mapping[str, Mapping[int, Object]]
    told: list[Problem] = field(default_factory=list)

    def code(self, name: str, number: int | None) -> str:
        """The code of an object that exists; '' for one that is none or was left out."""
        known = number is not None and number in self.lists[name]
        return f"{self.mapping.prefix}{_DEVICE_LETTERS[name]}{number}" if known else ""

    def tell(self, code: str, where: str, each: Object, **params: str) -> None:
        texts = {key: text[:200] for key, text in params.items()}
        found = Problem(code, texts, severity=Severity.WARNING, sheet=where, row=each["id"])
        self.told.append(found)

    def group(self, each: Object) -> _Made:
        parent = self.code("tenancy/tenant-groups", number_of(each.get("parent")))
        return self._unit("tenancy/tenant-groups", each, parent)

    def tenant(self, each: Object) -> _Made:
        parent = self.code("tenancy/tenant-groups", number_of(each.get("group")))
        return self._unit("tenancy/tenants", each, parent)

    def _unit(self, name: str, each: Object, parent: str) -> _Made:
        slug, own = word(each.get("slug")), self.mapping
        return "organisation_unit", {
            "id": self.code(name, each["id"]),
            "name": _name(each),
            "kind": own.tenant_kinds.get(slug, own.tenant_kind),
            "level": own.tenant_levels.get(slug, own.tenant_level),
            "parent": parent or own.parent,
            "valid_from": own.valid_from,
        }

    def site(self, each: Object) -> _Made:
        tenant = self.code("tenancy/tenants", number_of(each.get("tenant"))) or self.mapping.agency
        if not tenant:
            self.tell("netbox_site_without_tenant", "dcim/sites", each, name=_name(each))
        latitude, longitude = each.get("latitude"), each.get("longitude")
        whole = latitude is not None and longitude is not None
        return "site", {
            "id": self.code("dcim/sites", each["id"]),
            "name": _name(each),
            "organisation_units": tenant,
            "administrative_unit": self._region(each),
            "street_address": word(each.get("physical_address")),
            "latitude": word(latitude) if whole else "",
            "longitude": word(longitude) if whole else "",
        }

    def _region(self, each: Object) -> str:
        """The administrative unit whose code a region's slug or own field holds."""
        region = self.lists["dcim/regions"].get(number_of(each.get("region")) or 0)
        if region is None:
            return ""
        own = region.get("custom_fields")
        fields = own if isinstance(own, Mapping) else {}
        codes = (word(fields.get(self.mapping.region_field)), word(region.get("slug")))
        found = next((code for code in codes if code in self.administrative_units), "")
        if not found:
            self.tell("netbox_region", "dcim/sites", each, region=_name(region))
        return found

    def device(self, each: Object) -> _Made:
        status = word(each.get("status"))
        site = self.code("dcim/sites", number_of(each.get("site")))
        if status not in self.mapping.statuses:
            self.tell("netbox_status", "dcim/devices", each, name=_name(each), status=status)
            return None
        type_ = each.get("device_type")
        model = type_ if isinstance(type_, Mapping) else {}
        role = word(each.get("role") or each.get("device_role"))
        kind = self.mapping.kind_of_role(role)
        if kind is None:
            self.tell("netbox_role", "dcim/devices", each, name=_name(each), role=role)
        address, domain = self._address(each)
        return "device", {
            "id": self.code("dcim/devices", each["id"]),
            "name": _name(each) or word(model.get("model")),
            "site": site,
            "kind": kind or "other",
            "vendor": _name(model.get("manufacturer")),
            "model": word(model.get("model")),
            "serial": word(each.get("serial")),
            "address": address,
            "routing_domain": domain if address else "",
        }

    def _address(self, each: Object) -> tuple[str, str]:
        """The address without its prefix length, and the routing domain it is in."""
        primary = each.get("primary_ip") or each.get("primary_ip4") or each.get("primary_ip6")
        full = self.lists["ipam/ip-addresses"].get(number_of(primary) or 0, primary)
        if not isinstance(full, Mapping):
            return "", ""
        vrf = self.lists["ipam/vrfs"].get(number_of(full.get("vrf")) or 0)
        domain = (word(vrf.get("name")) if vrf else "") or _MAIN
        return word(full.get("address")).partition("/")[0], domain

    def interface(self, each: Object) -> _Made:
        """One that somebody described, or that a circuit ends at; the others are found by themselves."""
        device = self.device_of(each.get("device"))
        purpose = word(each.get("description")) or word(each.get("label"))
        if not device or not (purpose or self._at_circuit(each)):
            return None
        return "interface", {
            "id": self.code("dcim/interfaces", each["id"]),
            "device": device,
            "name": _name(each),
            "purpose": purpose,
        }

    def device_of(self, value: object) -> str:
        """The code of a device that is taken."""
        number = number_of(value)
        found = self.lists["dcim/devices"].get(number or 0)
        taken = found is not None and word(found.get("status")) in self.mapping.statuses
        return self.code("dcim/devices", number) if taken else ""

    @staticmethod
    def _at_circuit(each: Object) -> bool:
        peers = str(each.get("link_peers_type") or each.get("connected_endpoints_type") or "")
        return peers.startswith("circuits.")

    def circuit(self, each: Object) -> _Made:
        ends = {word(end.get("term_side")).upper(): end for end in self._ends(each["id"])}
        near = next((ends[side] for side in ("A", "Z") if side in ends and self._site(ends[side])), None)
        if near is None or word(each.get("status")) not in self.mapping.circuit_statuses:
            self.tell("netbox_circuit", "circuits/circuits", each, name=word(each.get("cid")))
            return None
        type_ = word(each.get("type"))
        class_ = self.mapping.class_of_type(type_)
        if class_ is None:
            self.tell("netbox_circuit_type", "circuits/circuits", each, type=type_)
        speed, rate = _rate(near.get("port_speed")), _rate(each.get("commit_rate"))
        device, port = self._port(near)
        provider = _name(each.get("provider"))
        return "line", {
            "id": self.code("circuits/circuits", each["id"]),
            "name": " ".join(filter(None, (provider, word(each.get("cid"))))),
            "site": self._site(near),
            "line_class": class_ or "leased_line",
            "a_device": device,
            "a_interface": port,
            "provider": provider,
            "contract_number": word(each.get("cid")),
            "bandwidth_down": rate or speed,
            "bandwidth_up": rate or _rate(near.get("upstream_speed")) or speed,
        }

    def _ends(self, circuit: int) -> Iterator[Object]:
        for end in self.lists["circuits/circuit-terminations"].values():
            if number_of(end.get("circuit")) == circuit:
                yield end

    def _site(self, end: Object) -> str:
        of_site = end.get("termination_type") in (None, "dcim.site")
        value = end.get("site") or (end.get("termination") if of_site else None)
        return self.code("dcim/sites", number_of(value))

    def _port(self, end: Object) -> tuple[str, str]:
        """The device and the name of its port that a circuit's end is plugged into."""
        peers = end.get("link_peers")
        for peer in peers if isinstance(peers, list) else ():
            device = self.device_of(peer.get("device")) if isinstance(peer, Mapping) else ""
            if device:
                return device, _name(peer)
        return "", ""

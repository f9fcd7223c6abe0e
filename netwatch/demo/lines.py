"""The lines of each place: providers, classes, routes, both ends and the witness. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from inventory.snapshot import Line
from netwatch.demo import names
from netwatch.demo.addresses import Numbering
from netwatch.demo.catalogue import IP_SLA_OK, IP_SLA_SENSE, MODELS
from netwatch.demo.places import AGGREGATOR_FIRST_PORT, AREAS_PER_AGGREGATOR, TOP, Place

MEGABIT = 1_000_000
# What the lines of communes have for a contract number, by provider: one contract is about many of them.
COMMUNE_NUMBERS: Mapping[str, str] = MappingProxyType(
    {provider: f"{place:02d}/HĐ-TSLCD2-MẪU" for place, provider in enumerate(names.PROVIDERS, start=1)}
)
_ROUTER_PORT = MODELS["Mẫu RT-8"].port_name


@dataclass(frozen=True, slots=True)
class Plan:
    """What lines are drawn with: the numbering, and how many areas there are (IP SLA operations follow them)."""

    numbering: Numbering
    areas: int


def lines_of(place: Place, plan: Plan) -> tuple[Line, ...]:
    """The lines of a place; none for a department inside the centre."""
    return tuple(_drawn(place, plan))


def _drawn(place: Place, plan: Plan) -> Iterator[Line]:
    drawers = _DRAWERS.get(place.sort, ())
    for number, draw in enumerate(drawers, start=1):
        yield _line(place, number, draw(place, plan, number))


def _line(place: Place, number: int, drawn: Mapping[str, Any]) -> Line:
    code = f"L{number}"
    given = {
        "id": f"{place.unit}-{code}",
        "name": f"{drawn['name']} {place.proper}".strip(),
        "site": place.site_id,
    }
    return Line(**{"contract_number": f"MAU-{place.unit}-{number:02d}", **drawn, **given})


def _ends(place: Place, device: str, port: int, far: str, far_port: int) -> dict[str, Any]:
    near = next(fitting for fitting in place.fittings if fitting.code == device)
    return {
        "a_device": f"{place.unit}-{device}",
        "a_interface": MODELS[near.model].port_name(port),
        "b_device": far,
        "b_interface": _ROUTER_PORT(far_port),
    }


def _speed(down: int, up: int | None = None) -> dict[str, int]:
    return {"bandwidth_down": down * MEGABIT, "bandwidth_up": (up or down) * MEGABIT}


def _aggregator(place: Place) -> str:
    return f"{TOP}-AG{place.area // AREAS_PER_AGGREGATOR + 1}"


def _echo(place: Place, plan: Plan, number: int) -> dict[str, Any]:
    return {"witness": "echo", "witness_address": plan.numbering.line(place.site, number)}


def _path(place: Place, operation: int) -> dict[str, Any]:
    """An IP SLA operation of the aggregator says whether the line carries."""
    return {
        "witness": "path",
        "witness_device": _aggregator(place),
        "witness_oid": f"{IP_SLA_SENSE}.{operation}",
        "witness_expected": (str(IP_SLA_OK),),
    }


def _route(place: Place, way: str) -> dict[str, str]:
    return {"route_group": f"Tuyến {way} {place.unit}"}


def _internet(place: Place, plan: Plan, number: int) -> dict[str, Any]:
    return {
        "name": f"Internet cáp quang {number}", "line_class": "fibre_internet", "provider": names.PROVIDERS[number - 1],
        "a_device": f"{place.unit}-FW1", "a_interface": MODELS["FortiGate 60F"].port_name(number),
        **_echo(place, plan, number), **_speed(300), **_route(place, "AB"[number - 1]),
    }  # fmt: skip


def _branch_first(place: Place, plan: Plan, number: int) -> dict[str, Any]:
    return {
        "name": "TSLCD cấp I kênh 1", "line_class": "tslcd_access_1", "provider": names.PROVIDERS[0],
        **_ends(place, "R1", 0, _aggregator(place), 0),
        **_echo(place, plan, number), **_speed(100), **_route(place, "A"),
    }  # fmt: skip


def _branch_second(place: Place, plan: Plan, number: int) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    return {
        "name": "TSLCD cấp I kênh 2", "line_class": "tslcd_access_1", "provider": names.PROVIDERS[1],
        **_ends(place, "R1", 1, _aggregator(place), 1),
        **_path(place, 100 + plan.areas + place.number), **_speed(50), **_route(place, "B"),
    }  # fmt: skip


def _area_main(place: Place, plan: Plan, number: int) -> dict[str, Any]:  # noqa: ARG001
    port = AGGREGATOR_FIRST_PORT + place.number % AREAS_PER_AGGREGATOR
    return {
        "name": "Đường trục TSLCD", "line_class": "tslcd_backbone", "provider": names.PROVIDERS[0],
        **_ends(place, "R1", 0, _aggregator(place), port),
        "witness": "carrier", **_speed(500), **_route(place, "A"),
    }  # fmt: skip


def _area_backup(place: Place, plan: Plan, number: int) -> dict[str, Any]:  # noqa: ARG001
    return {
        "name": "Kênh thuê riêng", "line_class": "leased_line", "role": "backup", "provider": names.PROVIDERS[1],
        **_ends(place, "R1", 1, _aggregator(place), 1),
        **_path(place, 100 + place.number), **_speed(200), **_route(place, "B"),
    }  # fmt: skip


def _commune_main(place: Place, plan: Plan, number: int) -> dict[str, Any]:
    provider = names.PROVIDERS[place.number % len(names.PROVIDERS)]
    return {
        "name": "TSLCD cấp II", "line_class": "tslcd_access_2", "provider": provider,
        "contract_number": COMMUNE_NUMBERS[provider],
        **_ends(place, "R1", 0, f"{place.parent}-R1", 2),
        **_echo(place, plan, number), **_speed(20), **_route(place, "A"),
    }  # fmt: skip


def _commune_backup(place: Place, plan: Plan, number: int) -> dict[str, Any]:
    return {
        "name": "Dự phòng 4G", "line_class": "mobile_backup", "role": "backup", "provider": names.MOBILE_PROVIDER,
        **_ends(place, "R1", 1, _aggregator(place), 0),
        **_echo(place, plan, number), **_speed(10, 5), **_route(place, "4G"),
    }  # fmt: skip


_Drawer = Callable[[Place, Plan, int], dict[str, Any]]
_DRAWERS: Mapping[str, tuple[_Drawer, ...]] = MappingProxyType(
    {
        "centre": (_internet, _internet),
        "branch": (_branch_first, _branch_second),
        "area": (_area_main, _area_backup),
        "commune": (_commune_main, _commune_backup),
    }
)

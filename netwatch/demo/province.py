"""The synthetic province: every record of its inventory from a number of agencies and a seed. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from inventory.snapshot import (
    KINDS,
    AdministrativeUnit,
    Asset,
    ConferencingEndpoint,
    Contact,
    Device,
    Interface,
    Inventory,
    OrganisationUnit,
    Record,
    Service,
    Site,
    gather,
    kind_of,
)
from netwatch.demo import names
from netwatch.demo.addresses import IN_NAMESPACE, Numbering
from netwatch.demo.catalogue import CODEC, LINES, MODELS, REGISTRATION_OK, SIP_REGISTRATION, Fitting
from netwatch.demo.contracts import line_contracts
from netwatch.demo.dice import Dice
from netwatch.demo.draft import Draft
from netwatch.demo.lines import Plan, lines_of
from netwatch.demo.places import FEWEST_AGENCIES, MOST_AGENCIES, TOP, Place, counts, places
from netwatch.demo.planning import (
    ASSET_CAMERA,
    computers,
    ending,
    exemptions,
    mergers,
    norms,
    statements,
    tags_of,
)
from netwatch.demo.rooms import field_records, sensors, surge_protectors

# QĐ 19/2025/QĐ-TTg: two levels, in force from this day.
REFORM = date(2025, 7, 1)
# The day that everything is dated by where nobody says which it is.
USUAL_DAY = date(2026, 10, 15)
# Ports of 10 Gbit/s, bit/s.
OVERSTATED = 10_000_000_000
COMMUNITY, LOGIN = "community", "login"


def province(
    agencies: int, seed: int, numbering: Numbering = IN_NAMESPACE, today: date = USUAL_DAY
) -> Inventory:
    """The whole inventory as of a day; raises ValueError when so few or many agencies cannot be."""
    if not FEWEST_AGENCIES <= agencies <= MOST_AGENCIES:
        raise ValueError(f"{agencies} agencies: from {FEWEST_AGENCIES} to {MOST_AGENCIES} are possible")
    dice = Dice(seed)
    plan = Plan(numbering, counts(agencies).areas)
    draft = Draft(places(agencies, dice), numbering, dice, plan, REFORM, today)
    records = (record for draw in _DRAWN for record in draw(draft))
    return gather(((kind_of(record), record) for record in records), on=REFORM)


def _territories(draft: Draft) -> Iterator[Record]:
    yield AdministrativeUnit(
        id=names.PROVINCE_CODE, name=f"tỉnh {names.PROVINCE}", kind="province", valid_from=REFORM
    )
    for place in draft.places:
        if place.sort == "commune":
            kind = "ward" if " phường " in place.name else "commune"
            name = place.name.removeprefix("UBND ")
            parent = names.PROVINCE_CODE
            code = _commune_code(place)
            yield AdministrativeUnit(id=code, name=name, kind=kind, parent=parent, valid_from=REFORM)


def _commune_code(place: Place) -> str:
    return f"{names.FIRST_COMMUNE_CODE + place.number:05d}"


def _territory(place: Place) -> str:
    return _commune_code(place) if place.sort == "commune" else names.PROVINCE_CODE


_ORGANISATION = MappingProxyType(
    {
        "centre": ("peoples_committee", "province"),
        "hosted": ("department", "province"),
        "branch": ("department", "province"),
        "area": ("service_unit", "province"),
        "commune": ("peoples_committee", "commune"),
    }
)


def _agencies(draft: Draft) -> Iterator[Record]:
    for place in draft.places:
        kind, level = _ORGANISATION[place.sort]
        unit = OrganisationUnit(
            id=place.unit,
            name=place.name,
            kind=kind,
            level=level,
            parent=place.parent,
            administrative_unit=_territory(place),
            contact=f"{place.unit}-LH",
            tags=tags_of(place),
            valid_from=REFORM,
        )
        yield ending(unit, draft)


def _contacts(draft: Draft) -> Iterator[Record]:
    for number, place in enumerate(draft.places, start=100):
        role, hours = ("agency", names.ALWAYS) if place.sort == "centre" else ("site", names.OFFICE_HOURS)
        name = f"Cán bộ trực {place.proper or 'Mẫu'} {number}".replace("  ", " ")
        yield Contact(id=f"{place.unit}-LH", name=name, role=role, phone=names.phone(number), hours=hours)
    for number, provider in enumerate((*names.PROVIDERS, names.MOBILE_PROVIDER), start=1):
        yield Contact(
            id=f"NM-{number}",
            name=f"Tổng đài báo hỏng {provider}",
            role="provider_fault_desk",
            phone=names.phone(number),
            hours=names.ALWAYS,
            provider=provider,
        )
    for area in range(draft.plan.areas):
        name = f"Điện lực Mẫu khu vực {area + 1}"
        phone = names.phone(20 + area)
        yield Contact(
            id=f"DL-{area + 1:02d}", name=name, role="power_company", phone=phone, hours=names.ALWAYS
        )


def _sites(draft: Draft) -> Iterator[Record]:
    guests = tuple(place.unit for place in draft.places if place.sort == "hosted")
    for place in draft.places:
        if place.sort != "hosted":
            units = (place.unit, *guests) if place.sort == "centre" else (place.unit,)
            yield _site(place, units, draft.dice)


def _site(place: Place, units: tuple[str, ...], dice: Dice) -> Site:
    name = "Trung tâm hành chính tỉnh" if place.sort == "centre" else f"Trụ sở {place.name}"
    return Site(
        id=place.site_id,
        name=name,
        organisation_units=units,
        administrative_unit=_territory(place),
        street_address=f"Số {dice.between(place.unit, 1, 99)} đường Mẫu",
        latitude=round(11.2 + dice.share(f"{place.unit} latitude"), 5),
        longitude=round(107.6 + dice.share(f"{place.unit} longitude"), 5),
        power_source="Điện lưới",
        feeder=f"{471 + place.area * 2} Mẫu",
        contact=f"{place.unit}-LH",
        power_contact=f"DL-{place.area + 1:02d}",
    )


def _devices(draft: Draft) -> Iterator[Record]:
    used: dict[int, int] = {}
    for place in draft.places:
        for fitting in place.fittings:
            used[place.site] = used.get(place.site, 0) + 1
            yield _device(place, fitting, draft, used[place.site])


def _device(place: Place, fitting: Fitting, draft: Draft, number: int) -> Device:
    model, numbering = MODELS[fitting.model], draft.numbering
    return Device(
        id=f"{place.unit}-{fitting.code}",
        name=f"{fitting.name} {place.proper}".strip(),
        site=place.site_id,
        kind=model.kind,
        vendor=model.vendor,
        model=fitting.model,
        serial=f"MAU{place.site:04d}{number:03d}",
        address=numbering.device(place.site, number),
        credentials=(COMMUNITY, LOGIN) if fitting.model == CODEC else (COMMUNITY,),
        snmp_port=numbering.snmp_port,
        protocols=tuple(numbering.spoken(*spoken.split("/", 1)) for spoken in model.spoken),
        uplinks=tuple(_uplinks(place, fitting)),
        core=fitting.core,
        contact=None if place.sort == "hosted" else f"{place.unit}-LH",
        port_speed=_port_speed(place, fitting),
        position=_POSITIONS.get(model.kind),
        serves=(place.unit,) if place.sort == "hosted" else (),
        **bought(f"{place.unit}-{fitting.code}", draft),
    )


_POSITIONS = MappingProxyType(dict.fromkeys(("router", "switch", "firewall"), "Tủ mạng"))


def _port_speed(place: Place, fitting: Fitting) -> int | None:
    """What the papers say of switches; those of the first branch say more than there is."""
    model = MODELS[fitting.model]
    if model.kind != "switch":
        return None
    return OVERSTATED if (place.sort, place.number) == ("branch", 0) else model.speed


def bought(item: str, draft: Draft) -> dict[str, Any]:
    """When a thing was bought, and when its warranty and its life end."""
    acquired = draft.today - timedelta(days=draft.dice.between(f"{item} bought", 100, 2800))
    return {
        "acquired_on": acquired,
        "warranty_until": acquired + timedelta(days=3 * 365),
        "end_of_life": acquired + timedelta(days=8 * 365),
    }


def _uplinks(place: Place, fitting: Fitting) -> Iterator[str]:
    own = {other.code for other in place.fittings}
    for code in fitting.uplinks:
        if code == LINES:
            yield from (f"{place.unit}-L{number}" for number in (1, 2))
        else:
            yield f"{place.unit if code in own else TOP}-{code}"


def _lines(draft: Draft) -> Iterator[Record]:
    for place in draft.places:
        for line in lines_of(place, draft.plan):
            yield replace(line, **_registered(place, draft)) if line.line_class.startswith("tslcd") else line


def _registered(place: Place, draft: Draft) -> dict[str, Any]:
    """What the register of the dedicated network asks for beside the contract."""
    document = f"Văn bản số {200 + place.site}/TĐ-CNTT (DỮ LIỆU MẪU)"
    after = timedelta(days=draft.dice.between(f"{place.unit} connected", 0, 300))
    return {"legal_document": document, "connected_on": draft.since + after}


def _interfaces(draft: Draft) -> Iterator[Record]:
    for place in draft.places:
        for line in lines_of(place, draft.plan):
            yield Interface(
                id=f"{line.id}-P", device=line.a_device or "", name=line.a_interface or "", purpose=line.name
            )


def _registration(place: Place) -> dict[str, Any]:
    """By which value registration is told; codecs tell it by their own API, others not at all."""
    model = next(fitting.model for fitting in place.fittings if fitting.code == "VC1")
    if MODELS[model].vendor != "Poly":
        return {}
    return {"registration_oid": SIP_REGISTRATION, "registration_expected": (str(REGISTRATION_OK),)}


def _endpoints(draft: Draft) -> Iterator[Record]:
    for place in draft.fitted("VC1"):
        yield ConferencingEndpoint(
            id=f"{place.unit}-DC1",
            name=f"Điểm cầu {place.proper or 'trung tâm'}",
            device=f"{place.unit}-VC1",
            room="Phòng họp trực tuyến",
            **_registration(place),
            contact=f"{place.unit}-LH",
        )


# How much depends on each of the services below (Nghị định 85/2016/NĐ-CP knows five levels), in their order.
_SECURITY = (3, 3, 4, 4, 2, None)
# The servers in the order of their numbers: the kind, name, scheme, the rest of its location, and what is expected.
_SERVICES = (
    ("web", "Cổng thông tin điện tử (mẫu)", "https", "/", ("status=200", "text=Cổng thông tin")),
    ("mail", "Thư điện tử công vụ (mẫu)", "smtp", "?starttls=1", ()),
    ("document_system", "Hệ thống văn bản và điều hành (mẫu)", "http", "/van-ban", ("status=200",)),
    ("one_stop", "Một cửa điện tử (mẫu)", "https", "/mot-cua", ("status=200",)),
    ("dns", "Phân giải tên miền nội bộ (mẫu)", "dns", f"/{names.PORTAL}?type=A", ("answer={portal}",)),
    ("other", "Sao lưu tệp SFTP (mẫu)", "ssh", "", ()),
)


def _services(draft: Draft) -> Iterator[Record]:
    portal = draft.address(TOP, "SV1")
    for number, (kind, name, scheme, rest, expected) in enumerate(_SERVICES, start=1):
        server = f"SV{number}"
        yield Service(
            id=f"{TOP}-DV{number}",
            name=name,
            site=f"{TOP}-TS",
            kind=kind,
            location=draft.numbering.location(scheme, draft.address(TOP, server), rest),
            expected=tuple(text.format(portal=portal) for text in expected),
            device=f"{TOP}-{server}",
            security_level=_SECURITY[number - 1],
        )


def _assets(draft: Draft) -> Iterator[Record]:
    """Computers, and a camera without an address: written down, and nothing can look at it."""
    for place in draft.places:
        yield Asset(
            id=f"{place.unit}-MT",
            name="Máy tính làm việc",
            site=place.site_id,
            kind="computer",
            quantity=computers(place, draft),
            vendor="Mẫu",
            serves=(place.unit,),
            **bought(f"{place.unit}-MT", draft),
        )
        if (place.sort, place.number) == ("commune", ASSET_CAMERA):
            yield Asset(
                id=f"{place.unit}-CA",
                name="Camera bộ phận một cửa (không nối mạng)",
                site=place.site_id,
                kind="camera",
                serial=f"MAUCA{place.site:04d}",
                **bought(f"{place.unit}-CA", draft),
            )


_DRAWN: tuple[Callable[[Draft], Iterable[Record]], ...] = (
    _territories, _agencies, _contacts, _sites, _devices, _interfaces, _lines, _endpoints, surge_protectors, sensors,
    _services, _assets, field_records, mergers, norms, statements, exemptions,
    line_contracts,
)  # fmt: skip


def tally(inventory: Inventory) -> Mapping[str, int]:
    """How many records of each kind there are."""
    return {kind: len(inventory.of(kind)) for kind in KINDS}

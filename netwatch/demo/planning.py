"""What planners keep of the synthetic province: norms, statements, an exemption, and communes that will be one. Pure.

Made so that an audit has something to tell of every kind: what is proved, what is only written down, what answers
otherwise than declared (`netwatch.demo.truth`), what is lacking, and what runs out within the year.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inventory.snapshot import Exemption, Norm, OrganisationChange, OrganisationUnit, Record, Statement
from netwatch.demo import names
from netwatch.demo.draft import Draft
from netwatch.demo.places import TOP, Place

MEGABIT = 1_000_000
# Words of the administration's own.
HOUSED, ONE_STOP = "Trong trung tâm hành chính", "Một cửa hiện đại"
# Communes whose one-stop shop has a camera that answers, one that is merely written down, and none at all.
_EVERY_THIRD, ASSET_CAMERA, _WITHOUT_CAMERA = 3, 1, 4
_PLAN = "Kế hoạch chuyển đổi số của tỉnh (DỮ LIỆU MẪU)"
_YEAR = 365
# So many days ahead two communes become one, on the first of a month.
_AHEAD = 40


def tags_of(place: Place) -> tuple[str, ...]:
    """The words by which norms choose an agency."""
    if place.sort == "hosted":
        return (HOUSED,)
    number = place.number
    shop = place.sort == "commune" and (
        number % _EVERY_THIRD == 0 or number in (ASSET_CAMERA, _WITHOUT_CAMERA)
    )
    return (ONE_STOP,) if shop else ()


def computers(place: Place, draft: Draft) -> int:
    """How many computers an agency has."""
    return draft.dice.between(f"{place.unit} computers", 12, 60)


def norms(draft: Draft) -> Iterator[Record]:
    """Those in force; the last one comes into force at the turn of the year."""
    for number, (id_, name, item, more) in enumerate(_NORMS, start=1):
        yield Norm(
            id=f"DM-{id_}",
            name=name,
            item=item,
            valid_from=draft.since,
            legal_basis=f"{_PLAN}, mục {number}",
            **more,
        )
    name = "Mỗi UBND cấp xã 2 điểm phát Wi-Fi"
    next_year = date(draft.today.year + 1, 1, 1)
    communes: dict[str, Any] = {"levels": ("commune",), "quantity": 2, "unit_cost": 6_000_000}
    yield Norm(id="DM-WIFI-2", name=name, item="wifi", valid_from=next_year, legal_basis=_PLAN, **communes)


_COMMUNE: dict[str, Any] = {"levels": ("commune",), "unit_kinds": ("peoples_committee",)}
_OUTSIDE: dict[str, Any] = {"without_tags": (HOUSED,)}
_NORMS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("LAN", "Mạng LAN từ 100 Mbit/s", "lan", {"bandwidth": 100 * MEGABIT, "unit_cost": 25_000_000}),
    (
        "TSLCD-XA", "UBND cấp xã: 1 đường TSLCD cấp II từ 10 Mbit/s", "data_line",
        {**_COMMUNE, "line_classes": ("tslcd_access_2",), "bandwidth": 10 * MEGABIT, "unit_cost": 18_000_000},
    ),
    (
        "TSLCD-SO", "Sở, ngành: 2 kênh TSLCD cấp I trên 2 hướng tuyến", "data_line",
        {
            **_OUTSIDE, "unit_kinds": ("department",), "line_classes": ("tslcd_access_1",),
            "quantity": 2, "routes": 2, "unit_cost": 36_000_000,
        },
    ),
    ("HOI-NGHI", "1 điểm cầu hội nghị truyền hình", "conferencing_endpoint", {**_OUTSIDE, "unit_cost": 120_000_000}),
    (
        "CS-NGUON", "Chống sét đường nguồn, kiểm tra trong 12 tháng", "surge_protector",
        {**_OUTSIDE, "detail": "power", "inspected_within": 12, "unit_cost": 15_000_000},
    ),
    ("TUONG-LUA", "Sở, ngành: 1 tường lửa", "firewall", {"unit_kinds": ("department",), "unit_cost": 45_000_000}),
    ("UPS", "1 bộ lưu điện cho phòng máy", "ups", {**_OUTSIDE, "max_age": 8, "unit_cost": 12_000_000}),
    (
        "CAMERA", "Bộ phận một cửa: 1 camera", "camera",
        {"levels": ("commune",), "tags": (ONE_STOP,), "unit_cost": 4_000_000},
    ),
    (
        "HAI-HUONG", "Có hệ thống cấp độ 4 trở lên: 2 đường Internet trên 2 hướng tuyến", "internet_line",
        {"security_level": 4, "quantity": 2, "routes": 2, "unit_cost": 30_000_000},
    ),
    ("MAY-TINH", "Mỗi cán bộ, công chức 1 máy tính", "computer", {"per": "staff", "unit_cost": 15_000_000}),
    ("DIET-VIRUS", "90 % máy tính có phần mềm diệt virus", "antivirus", {"per": "computer", "target": 90}),
    ("CNTT", "1 cán bộ phụ trách công nghệ thông tin", "it_officer", {}),
)  # fmt: skip


def statements(draft: Draft) -> Iterator[Record]:
    """What agencies wrote of themselves; every seventh does not say who looks after its computers."""
    for number, place in enumerate(draft.places):
        stated = draft.today - timedelta(days=draft.dice.between(f"{place.unit} stated", 20, 200))
        have = computers(place, draft)
        staff = have + draft.dice.between(f"{place.unit} staff", -1, 5)
        yield _statement(place, "staff", staff, stated)
        guarded = have - draft.dice.between(f"{place.unit} guarded", 0, have // 4)
        yield _statement(place, "antivirus", guarded, stated, stated + timedelta(days=_YEAR))
        if number % 7 != 6:
            yield _statement(place, "it_officer", 1, stated)


_CODES = {"staff": "KK-NS", "antivirus": "KK-DV", "it_officer": "KK-CNTT"}


def _statement(place: Place, subject: str, value: int, on: date, until: date | None = None) -> Statement:
    return Statement(
        id=f"{place.unit}-{_CODES[subject]}",
        organisation_unit=place.unit,
        subject=subject,
        value=value,
        on=on,
        valid_until=until,
        source=f"Văn bản kê khai số {100 + place.site}/VP (DỮ LIỆU MẪU)",
        person=f"Văn phòng {place.proper or 'trung tâm'}",
    )


def exemptions(draft: Draft) -> Iterator[Record]:
    """A commune that moves house needs no surge protector of its own until then."""
    communes = [place for place in draft.places if place.sort == "commune" and place.number % 2]
    yield Exemption(
        id="MT-1",
        norm="DM-CS-NGUON",
        organisation_unit=communes[0].unit,
        reason="Đang xây trụ sở mới (DỮ LIỆU MẪU)",
        on=draft.today - timedelta(days=100),
        until=draft.today + timedelta(days=130),
        person="Sở Mẫu Khoa học và Công nghệ",
    )


def merging(draft: Draft) -> tuple[Place, Place]:
    """The two communes that will be one: the last, which stories come to last."""
    first, second = [place for place in draft.places if place.sort == "commune"][-2:]
    return first, second


def merged_on(today: date) -> date:
    """The first day of a month, some weeks ahead."""
    ahead = today + timedelta(days=_AHEAD)
    return date(ahead.year + ahead.month // 12, ahead.month % 12 + 1, 1)


def mergers(draft: Draft) -> Iterator[Record]:
    """The commune that comes into being, and by what."""
    before, on = merging(draft), merged_on(draft.today)
    successor = f"{TOP}-XM1"
    yield OrganisationUnit(
        id=successor,
        name=f"UBND xã {names.commune(len(draft.places), draft.dice)}",
        kind="peoples_committee",
        level="commune",
        parent=before[0].parent,
        contact=f"{before[0].unit}-LH",
        valid_from=on,
    )
    yield OrganisationChange(
        id="SX-1",
        kind="merge",
        on=on,
        predecessors=tuple(place.unit for place in before),
        successors=(successor,),
        legal_basis="Nghị quyết sắp xếp đơn vị hành chính (DỮ LIỆU MẪU)",
    )


def ending(unit: OrganisationUnit, draft: Draft) -> OrganisationUnit:
    """An agency with the day on which it ceases, if it does."""
    if unit.id in {place.unit for place in merging(draft)}:
        return replace(unit, valid_to=merged_on(draft.today))
    return unit

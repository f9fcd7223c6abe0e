"""A typhoon: within two hours forty sites fail, most of them for want of power, the rest by line, device or unknown."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Place, Story

pytestmark = pytest.mark.anyio
ON_BATTERY, DARKEN, CUT, BREAK = "on_battery", "darken", "cut", "break_switch"
# Site numbers by what befalls them. 28 lose their power (five have a UPS that says so), 6 a line, 4 a device, 2 nobody
# knows: their only line and everything behind it fall silent at once.
FEEDERS = {"471": range(1, 9), "472": range(9, 15), "473": range(15, 20), "474": range(20, 24)}
ALONE = {24: "480", 25: "481", 26: "482", 27: "483", 28: "484"}
WITH_UPS = {1, 9, 15, 24, 25}
ONE_ROUTE, OTHER_LINES = (29, 30, 31), (32, 33, 34)
DEVICES, NOBODY_KNOWS = (35, 36, 37, 38), (39, 40)


def places(place: "type[Place]") -> Sequence["Place"]:
    feeders = {number: f"{name} E4.1" for name, numbers in FEEDERS.items() for number in numbers}
    feeders |= {number: f"{name} E4.1" for number, name in ALONE.items()}
    return [
        place(
            number,
            feeder=feeders.get(number, ""),
            spare=number in {26, 27, 28, *ONE_ROUTE, *OTHER_LINES},
            ups=number in WITH_UPS,
            route_group="QL1" if number in ONE_ROUTE else "",
        )
        for number in range(1, 41)
    ]


def feeder(name: str, minute: float) -> Mapping[float, Sequence[Any]]:
    """A feeder is switched off: the site with a UPS follows the others when its battery is empty."""
    first, *others = FEEDERS[name]
    if first not in WITH_UPS:
        return {minute: [(DARKEN, (first, *others))]}
    return {minute: [(ON_BATTERY, (first,)), (DARKEN, others)], minute + 3: [(DARKEN, (first,))]}


PLOT: Mapping[float, Sequence[Any]] = {
    **feeder("471", 1),
    8: [(CUT, (32,))],
    16: [(BREAK, (35,))],
    **feeder("472", 24),
    35: [(DARKEN, (39,))],
    43: [(CUT, ONE_ROUTE)],
    # The worst quarter of an hour: from the fifth on people get digests.
    60: [(BREAK, (36,))],
    61: [(ON_BATTERY, (24,))],
    62: [(DARKEN, (26,))],
    63: [(CUT, (33,))],
    64: [(DARKEN, (24,))],
    **feeder("473", 65),
    66: [(BREAK, (37,))],
    67: [(DARKEN, (27,))],
    **feeder("474", 70),
    85: [(DARKEN, (40,))],
    92: [(CUT, (34,)), (ON_BATTERY, (25,))],
    95: [(DARKEN, (25,))],
    103: [(BREAK, (38,))],
    112: [(DARKEN, (28,))],
}


# What the incidents are, by the first site: what binds it, its cause, how sure that is, how many sites are cut off.
CAUSES = {
    1: ("feeder:471 E4.1", "power", "likely", 8),
    9: ("feeder:472 E4.1", "power", "likely", 6),
    15: ("feeder:473 E4.1", "power", "likely", 5),
    20: ("feeder:474 E4.1", "power", "likely", 4),
    24: ("subject:D24", "power", "likely", 1),
    25: ("subject:D25", "power", "likely", 1),
    26: ("site:S26", "power", "possible", 1),
    27: ("site:S27", "power", "possible", 1),
    28: ("site:S28", "power", "possible", 1),
    29: ("route_group:QL1", "line", "likely", 0),
    **{number: (f"subject:D{number}", "line", "likely", 0) for number in OTHER_LINES},
    **{number: (f"subject:C{number}", "equipment", "likely", 0) for number in DEVICES},
    **{number: (f"subject:D{number}", "undecided", "none", 1) for number in NOBODY_KNOWS},
}
ON_A_FEEDER = "NGHIÊM TRỌNG: Mất điện lộ {} E4.1 – UBND tỉnh Mẫu"
POWER = "NGHIÊM TRỌNG: Mất điện tại UBND xã Mẫu {}"
BATTERY = "NHẸ: Bộ lưu điện xã Mẫu {0}: đang chạy bằng ắc quy, không có điện lưới (5) – UBND xã Mẫu {0}"
LINE = "NẶNG: Đứt đường truyền TSLCD xã Mẫu {0} – UBND xã Mẫu {0}"
SWITCH = "NHẸ: Bộ chuyển mạch xã Mẫu {0} hỏng – UBND xã Mẫu {0}"
SILENT = "NGHIÊM TRỌNG: TSLCD xã Mẫu {0} mất kết nối – UBND xã Mẫu {0}"
TOLD = [
    ON_A_FEEDER.format(471),
    LINE.format(32),
    SWITCH.format(35),
    ON_A_FEEDER.format(472),
    SILENT.format(39),
    "NẶNG: Đứt 3 đường truyền chung tuyến QL1 – UBND tỉnh Mẫu",
    SWITCH.format(36),
    BATTERY.format(24),
    POWER.format(26),
    LINE.format(33),
    POWER.format(24),
    f"NGHIÊM TRỌNG: 4 sự cố, nặng nhất: {ON_A_FEEDER.format(473).partition(': ')[2]}",
    SILENT.format(40),
    BATTERY.format(25),
    LINE.format(34),
    POWER.format(25),
    SWITCH.format(38),
    POWER.format(28),
]
# What, whom, since, why, next: of the first message.
FIRST = (
    "Mất điện",
    "7 điểm mất kết nối: ",
    "Từ 02/11/2026 08:06:10; lúc 08:0",
    "Nguyên nhân: mất điện (nhiều khả năng)",
    "6 điểm khác trên lộ điện 471 E4.1 cũng mất",
    "bao giờ có điện lại?",
    "Điện lực Mẫu, điện lực: 0000 000 003",
)


def number_of(subject: str) -> int:
    return int(subject[1:])


async def test_forty_sites_in_two_hours(tell: "Callable[..., Story]", place: "type[Place]") -> None:
    """Each cause is told once: power where something says so, line, device, and twice that nobody knows."""
    story = tell(places(place))
    async with story.begin() as day:
        await story.go(day, PLOT, 120)
        incidents = day.daemon.desk.view.incidents.values()
    box = story.boxes["cntt"]
    assert box.subjects == TOLD
    first = box.taken[0][1].text
    assert [piece for piece in FIRST if piece not in first] == []
    found = {
        min(map(number_of, one.roots)): (
            one.scope,
            one.blame.cause,
            one.blame.confidence,
            sum(member.kind == "site" and member.verdict != "degraded" for member in one.members),
        )
        for one in incidents
        if one.nature == "fault"
    }
    assert found == CAUSES
    assert [one.roots for one in incidents if one.nature != "fault"] == [("U24",), ("U25",)]

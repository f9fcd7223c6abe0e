"""The way to the mail server is cut for three hours; probing goes on, forty incidents open and 37 of them end."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Place, Story

pytestmark = pytest.mark.anyio
FORTY = range(1, 41)
STAYING = (10, 20, 30)
# One switch every four minutes; all but three are well again twelve minutes later.
PLOT = {
    **{4.0 * number: [("break_switch", (number,))] for number in FORTY},
    **{4.0 * number + 1: [("mend", (number - 3,))] for number in range(4, 44) if number - 3 not in STAYING},
}
BOTH = 'routes.all.receivers=["cntt", "truc"]'
SLOWLY = ("intervals.witness=240.0", "intervals.core=240.0", "intervals.devices=120.0")


async def test_one_message_tells_it_all_afterwards(
    tell: "Callable[..., Story]", place: "type[Place]"
) -> None:
    """When mail goes again each recipient gets one message: three that go on, and 37 that happened and are over."""
    story = tell([place(number) for number in FORTY], BOTH, *SLOWLY)
    async with story.begin() as day:
        for box in story.boxes.values():
            box.cut = True
        await story.go(day, PLOT, 180)
        assert [box.taken for box in story.boxes.values()] == [[], []]
        for box in story.boxes.values():
            box.cut = False
        await day.wait(30 * 60, 10)
    switch = "Bộ chuyển mạch xã Mẫu {} hỏng – UBND xã Mẫu {}".format
    for box in story.boxes.values():
        ((_, told),) = box.taken
        assert told.subject == f"NHẸ: 3 sự cố, nặng nhất: {switch(10, 10)}"
        assert "Đang diễn ra (3):" in told.text
        assert [told.text.count(f"NHẸ: {switch(number, number)}.") for number in STAYING] == [1, 1, 1]
        assert "Đã xảy ra và đã hết (37):" in told.text
        ended = [number for number in FORTY if f"ĐÃ HẾT: {switch(number, number)}." in told.text]
        assert ended == [number for number in FORTY if number not in STAYING]

"""Twelve sites fail within minutes and come back in three waves."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Place, Story

pytestmark = pytest.mark.anyio
TWELVE = range(1, 13)
PLOT = {
    **{float(number): [("darken", (number,))] for number in TWELVE},
    60.0: [("lighten", range(1, 8))],
    75.0: [("lighten", range(8, 11))],
    100.0: [("lighten", (11, 12))],
}


async def test_recoveries_come_in_few_messages(tell: "Callable[..., Story]", place: "type[Place]") -> None:
    """Each wave is one message that says how many of how many are back and who is not; none says so too early."""
    story = tell([place(number) for number in TWELVE])
    async with story.begin() as day:
        await story.go(day, PLOT, 130)
    line = "TSLCD xã Mẫu {} mất kết nối – UBND xã Mẫu {}".format
    box = story.boxes["cntt"]
    assert box.subjects == [
        *(f"NGHIÊM TRỌNG: {line(number, number)}" for number in range(1, 6)),
        f"NGHIÊM TRỌNG: 7 sự cố, nặng nhất: {line(6, 6)}",
        f"Bảy trên mười hai đã khôi phục, còn 5: {', '.join(f'UBND xã Mẫu {number}' for number in range(8, 13))}",
        "Mười trên mười hai đã khôi phục, còn 2: UBND xã Mẫu 11, UBND xã Mẫu 12",
        "Mười hai trên mười hai đã khôi phục, mọi thứ đều ổn",
    ]
    told = [delivery.text for _, delivery in box.taken]
    assert [told[5].count(f"NGHIÊM TRỌNG: {line(number, number)}") for number in range(6, 13)] == [1] * 7
    assert [text.count("ĐÃ HẾT:") for text in told[6:]] == [7, 3, 2]
    assert "Chưa khôi phục" not in "".join(told)

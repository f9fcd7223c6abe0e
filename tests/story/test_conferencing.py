"""An afternoon of an endpoint that speaks SIP: in a call, mute, back, and without its registration."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inventory.snapshot import Device
from probes.transports.datagrams.fake import FakeDatagrams

if TYPE_CHECKING:
    from tests.story.conftest import World

pytestmark = pytest.mark.anyio

CODEC, REGISTERED = "10.1.0.5", "1.3.6.1.4.1.13885.101.1.3.1.0"


class Codec:
    """Answers OPTIONS with its `status`, with nothing while that is empty."""

    def __init__(self) -> None:
        self.status = "200 OK"

    def __call__(self, asked: bytes) -> Sequence[bytes]:
        kept = re.findall(r"(?m)^((?:Via|Call-ID|CSeq): .*?)\r$", asked.decode())
        answer = "\r\n".join([f"SIP/2.0 {self.status}", *kept, "", ""])
        return [answer.encode()] if self.status else []


async def test_an_endpoint_is_told_apart_from_its_device_its_calls_and_its_registration(
    make_world: "Callable[..., World]", tmp_path: Path
) -> None:
    """Busy is well; mute while its device answers is down for its own reason; so is a lost registration."""
    world = make_world(f"sqlite:///{tmp_path}/netwatch.db")
    world.records = tuple(
        replace(record, protocols=("sip",)) if isinstance(record, Device) and record.id == "codec" else record
        for record in world.records
    )
    codec = Codec()
    world.transports["datagrams"] = FakeDatagrams({(CODEC, 5060): codec})
    world.plant()
    async with world.day() as day:
        await day.wait(90)
        assert day.now("room") == "up registered"
        codec.status = "486 Busy Here"
        await day.wait(100)
        assert day.now("room") == "up registered"
        codec.status = ""
        await day.wait(100)
        assert (day.now("codec"), day.now("room")) == ("up answers", "down signalling_silent")
        codec.status = "503 Service Unavailable"
        await day.wait(100)
        assert day.now("room") == "degraded server_fault"
        codec.status = "200 OK"
        await day.wait(100)
        assert day.now("room") == "up registered"
        world.wire.set(CODEC, REGISTERED, 0)
        await day.wait(100)
        assert day.now("room") == "down not_registered"
        world.wire.silence(CODEC)
        await day.wait(100)
        assert day.now("room") == "down device_failed codec"

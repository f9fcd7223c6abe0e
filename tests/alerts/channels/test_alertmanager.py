"""A real Alertmanager gets what is open, and its end once; a watcher gets signs of life."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from alerts.channels.alertmanager import AHEAD, AlertmanagerChannel
from alerts.channels.apprise_channel import AppriseChannel
from alerts.channels.contract import Delivery, NotTaken, Unsure
from alerts.channels.heartbeat import Heartbeat
from alerts.contract import NoticeKind, Part, Phrase, Severity, Story
from alerts.render import RenderView
from netwatch.clock import MINUTE, SECOND, SystemClock

if TYPE_CHECKING:
    from conftest import WebServer

pytestmark = pytest.mark.anyio

PROGRAM = "prometheus-alertmanager"
Make = Callable[..., Story]


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture
async def alertmanager(tmp_path: Path) -> AsyncIterator[str]:
    """Debian's Alertmanager on loopback, telling nobody."""
    program = shutil.which(PROGRAM)
    if program is None:
        pytest.skip(f"{PROGRAM} is not installed")
    config = tmp_path / "alertmanager.yml"
    config.write_text("route:\n  receiver: nobody\nreceivers:\n- name: nobody\n")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={config}",
        f"--storage.path={tmp_path}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    while b"Listening on" not in await asyncio.wait_for(process.stderr.readline(), 20):
        pass
    draining = asyncio.ensure_future(process.stderr.read())
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    await process.wait()
    await draining


async def held(url: str, **also: str) -> list[dict[str, Any]]:
    """The alerts it holds of us that go on."""
    async with httpx.AsyncClient() as asking:
        answer = await asking.get(f"{url}/api/v2/alerts", params=also)
    return sorted(answer.json(), key=lambda alert: json.dumps(alert["labels"], sort_keys=True))


async def test_open_alerts_go_on_and_closed_ones_end(
    alertmanager: str, story: Make, view: RenderView
) -> None:
    """Open until a day from now; over as soon as we say so; another severity is another alert, and the former ends."""
    clock = SystemClock()
    channel = AlertmanagerChannel("it", lambda: alertmanager, view, 5.0)
    await channel.tell(
        [Part(1, NoticeKind.OPENING, story(7)), Part(2, NoticeKind.OPENING, story(8))], clock.now()
    )
    seven, eight = await held(alertmanager)
    assert seven["labels"] == {
        "alertname": "netwatch_incident",
        "incident": "7",
        "severity": "critical",
        "nature": "fault",
        "receiver": "it",
        "unit": "X00",
        "site": "X00-T",
    }
    assert seven["annotations"]["summary"] == "Power out at xã An – UBND xã An"
    assert "Power is out at UBND xã An." in seven["annotations"]["description"]
    assert seven["startsAt"].startswith("2026-01-01T00:00:00")
    ahead = seven["endsAt"]
    assert eight["labels"]["incident"] == "8"
    over = Part(3, NoticeKind.CLOSING, story(8, ended=clock.now() - SECOND))
    calmer = Part(0, NoticeKind.OPENING, story(7, Severity.MAJOR))
    # A restart in between: what Alertmanager holds is asked, not remembered.
    again = AlertmanagerChannel("it", lambda: alertmanager, view, 5.0)
    await again.tell([calmer, over], clock.now())
    (still,) = await held(alertmanager)
    assert (still["labels"]["incident"], still["labels"]["severity"]) == ("7", "major")
    assert still["endsAt"] > ahead
    assert AHEAD == 24 * 60 * MINUTE


async def test_a_test_fires_and_passes_by_itself(alertmanager: str, view: RenderView) -> None:
    """Whoever tries his routes in Alertmanager sees it there under its own name, and need not clean up after it."""
    now = SystemClock().now()
    await AlertmanagerChannel("it", lambda: alertmanager, view, 5.0).test("This is a test.", now)
    (alert,) = await held(alertmanager)
    assert alert["labels"] == {"alertname": "netwatch_test", "severity": "notice", "receiver": "it"}
    assert alert["annotations"] == {"summary": "This is a test."}
    end = datetime.fromtimestamp((now + 5 * MINUTE) / SECOND, UTC)
    assert alert["endsAt"].startswith(end.isoformat()[:19])


async def test_a_heartbeat_fires_in_an_alertmanager(alertmanager: str) -> None:
    """While we live somebody can see it there."""
    clock = SystemClock()
    await Heartbeat(lambda: alertmanager, True, 5.0).beat(clock.now())
    (alert,) = await held(alertmanager)
    assert alert["labels"]["alertname"] == "netwatch_heartbeat"


async def test_a_heartbeat_asks_an_address(web_server: "WebServer") -> None:
    """An outside watcher sees that it was asked."""
    await Heartbeat(lambda: f"http://127.0.0.1:{web_server.port}/ping/abc", False, 5.0).beat(0)
    assert web_server.asked[0][0].startswith("GET /ping/abc ")


async def test_a_login_goes_into_a_header_and_nowhere_else(
    web_server: "WebServer", story: Make, view: RenderView, caplog: pytest.LogCaptureFixture
) -> None:
    """The address with its password shows in no request line, error or log."""
    caplog.set_level("DEBUG")
    web_server.status = 401
    url = f"http://it:kh0ng-ai-biet@127.0.0.1:{web_server.port}"
    channel = AlertmanagerChannel("it", lambda: url, view, 5.0)
    with pytest.raises(NotTaken, match="refuses our login") as told:
        await channel.tell([Part(1, NoticeKind.OPENING, story())], 0)
    head = web_server.asked[0][0]
    assert "authorization: basic" in head.lower()
    assert "kh0ng-ai-biet" not in head + caplog.text + repr(told.value) + repr(told.value.__context__)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[::1", "ftp://127.0.0.1"])
async def test_an_address_that_leads_nowhere_is_told(url: str) -> None:
    """One of our own sentences, whatever is wrong."""
    with pytest.raises(NotTaken):
        await Heartbeat(lambda: url, False, 5.0).beat(0)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b'[1, {}, {"labels": 3}]', b"\xff", b'[{"labels": {"incident": "x"}}]'),
        b'[{"labels": {"incident": "' + b"9" * 5000 + b'"}}]',
        '[{"labels": {"incident": "²"}}, {"labels": {"incident": ["7"]}}, {"labels": {"incident": 7}}]'.encode(),
    ],
)
async def test_whatever_an_alertmanager_answers_is_read_or_refused(
    web_server: "WebServer", story: Make, view: RenderView, body: bytes
) -> None:
    """What stands behind the address may be something else."""
    web_server.body = body
    channel = AlertmanagerChannel("it", lambda: f"http://127.0.0.1:{web_server.port}", view, 5.0)
    parts = [Part(1, NoticeKind.OPENING, story())]
    if body in (b"", b"\xff"):
        with pytest.raises(NotTaken):
            await channel.tell(parts, 0)
    else:
        await channel.tell(parts, 0)
        assert len(web_server.asked) == 2


async def test_one_story_that_makes_no_sense_keeps_no_other_from_being_told(
    web_server: "WebServer", story: Make, view: RenderView
) -> None:
    """It is told by its number alone."""

    def moment(at: int) -> str:
        return str(datetime.fromtimestamp(at / 1_000_000, UTC))

    channel = AlertmanagerChannel(
        "it", lambda: f"http://127.0.0.1:{web_server.port}", replace(view, moment=moment), 5.0
    )
    good, bad = story(7), replace(story(8), title=Phrase("{a.b} {c!z}", {"a": 1}), since=10**19)
    assert (
        channel._annotations(Part(1, NoticeKind.OPENING, good))["summary"]
        == "Power out at xã An – UBND xã An"
    )
    assert channel._annotations(Part(2, NoticeKind.OPENING, bad)) == {"summary": "netwatch: 8"}


async def test_a_watcher_that_drips_keeps_no_heartbeat_from_the_next() -> None:
    """The deadline holds for the whole answer."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 so\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            with suppress(TimeoutError):
                if await asyncio.wait_for(reader.read(1), 0.05) == b"":
                    break
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with asyncio.timeout(10):
            with pytest.raises(Unsure):
                await Heartbeat(lambda: url, False, 0.3).beat(0)


async def test_what_is_packed_is_not_unpacked(web_server: "WebServer") -> None:
    """A few kilobytes could become gigabytes; none are asked for, and what comes is left as it is."""
    await Heartbeat(lambda: f"http://127.0.0.1:{web_server.port}/", False, 5.0).beat(0)
    assert "accept-encoding: identity" in web_server.asked[0][0].lower()


async def test_nobody_is_followed_elsewhere(web_server: "WebServer") -> None:
    """A watcher's answer may not send us, or what we tell, to another machine."""
    web_server.status, web_server.header = 307, f"location: http://127.0.0.1:{web_server.port}/elsewhere\r\n"
    with pytest.raises(NotTaken):
        await Heartbeat(lambda: f"http://127.0.0.1:{web_server.port}/", False, 5.0).beat(0)
    message = Delivery("<1@a.invalid>", 0, "subject", "text", "<p>html</p>", "brief")
    channel = AppriseChannel("it", lambda: f"json://127.0.0.1:{web_server.port}/", "text", 5.0)
    with pytest.raises(NotTaken):
        await channel.send(message)
    assert [head.split()[1] for head, _ in web_server.asked] == ["/", "/"]

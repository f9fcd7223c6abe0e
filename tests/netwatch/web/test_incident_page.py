"""Each incident has a page that answers what a person on the telephone is asked."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from netwatch.present import Present
from netwatch.syslog.line import SyslogLine
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

Browse = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def browse(view_of: Callable[[Present], View], told: Present) -> Browse:
    """A browser of the status page of the small province with its incidents, with a token or without."""

    def opened(token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=status_app(view_of(told), token))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    return opened


async def test_a_click_tells_since_when_whom_why_next_and_whom_to_call(browse: Browse) -> None:
    """The list links to the page; times are to the second, telephone numbers can be dialled."""
    async with browse("") as client:
        assert 'href="/incident/12"' in (await client.get("/")).text
        shown = (await client.get("/incident/12")).text
    for words in (
        "23/11/2026 13:53:00", "Lần cuối thấy bình thường", "Ảnh hưởng đến", "Vì sao biết", "Cần làm", "VNPT",
        "Gọi cho ai", 'href="tel:', "Đã báo cho ai", "noc", "chưa ai tiếp nhận",
    ):  # fmt: skip
        assert words in shown
    assert "<form" not in shown


async def test_what_devices_logged_then_stands_on_the_page_as_text(
    view_of: Callable[[Present], View], told: Present
) -> None:
    """In their words, which are nobody's markup; pages of other incidents have none."""
    line = SyslogLine(told.at, "r-an", "10.1.0.1", 3, 23, "", "", "<b>%LINK-3-UPDOWN</b>: Gi0/1 down")
    present = replace(told, log_lines={12: (line,)})
    transport = httpx.ASGITransport(app=status_app(view_of(present), ""))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        shown = (await client.get("/incident/12?lang=en")).text
        other = (await client.get("/incident/13?lang=en")).text
    assert "What its devices logged then" in shown
    assert "&lt;b&gt;%LINK-3-UPDOWN&lt;/b&gt;: Gi0/1 down" in shown
    assert "logged then" not in other


async def test_it_speaks_the_language_asked_for_and_stays_in_it(browse: Browse) -> None:
    """As all pages do."""
    async with browse("") as client:
        assert 'href="/incident/12?lang=en"' in (await client.get("/?lang=en")).text
        answer = await client.get("/incident/12?lang=en")
    assert answer.headers["content-language"] == "en"
    assert "Whom to call" in answer.text
    assert 'href="/?lang=en"' in answer.text


async def test_what_is_over_refreshes_no_more(browse: Browse) -> None:
    """It shows from when to when, and asks nobody to do anything."""
    async with browse("") as client:
        shown = (await client.get("/incident/11")).text
    assert "http-equiv" not in shown
    assert "Cần làm" not in shown


@pytest.mark.parametrize("number", ["99", "0", "-1", "abc", "12%20", "9" * 30, "٣", "²"])
async def test_numbers_of_no_incident_are_not_there(browse: Browse, number: str) -> None:
    """Whatever is asked for, the answer is a plain sentence."""
    async with browse("") as client:
        answer = await client.get(f"/incident/{number}")
    assert answer.status_code == 404


async def test_it_needs_the_token_of_the_page(browse: Browse) -> None:
    """It names persons and addresses: only the link of a message is its own credential."""
    async with browse("secret") as client:
        assert (await client.get("/incident/12")).status_code == 401
        assert (await client.post("/incident/12", auth=("a", "secret"))).status_code == 405

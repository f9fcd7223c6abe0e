"""The page behind a message's link: one incident, one button, used once; nothing else is written or shown."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.control.contract import Refused
from netwatch.desk_commands import claim_of_link
from netwatch.incidents.contract import Blame, Cause, Clue, Confidence, Incident, Mark
from netwatch.incidents.links import Claim, Signer
from netwatch.incidents.view import DeskView
from netwatch.language import Sentence
from netwatch.present import Present
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

SIGNER = Signer(b"a key of thirty-two bytes, as is.")
PAGE_TOKEN = "token-of-the-status-page"


@dataclass
class Desk:
    """A desk that acknowledges once, and keeps who asked."""

    shown: Present
    fault: str = ""

    async def acknowledge(self, claim: Claim, _token: str) -> None:
        """As the daemon does."""
        if self.fault:
            raise Refused(Sentence(self.fault))
        desk = self.shown.desk
        if not any(used[:2] == (claim.incident, claim.receiver) for used in desk.used_codes):
            done = replace(desk.incidents[claim.incident], acknowledged=Mark(claim.receiver, self.shown.at))
            used = desk.used_codes | {(claim.incident, claim.receiver, self.shown.at)}
            incidents = {**desk.incidents, done.id: done}
            self.shown = replace(self.shown, desk=replace(desk, incidents=incidents, used_codes=used))


@pytest.fixture
def counter(told: Present) -> Desk:
    """The desk behind the page."""
    return Desk(told)


@pytest.fixture
async def browser(counter: Desk, view_of: Callable[[Present], View]) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has no token for the page, on a page that asks for one."""
    view = replace(
        view_of(counter.shown),
        present=lambda: counter.shown,
        signer=lambda: SIGNER,
        acknowledge=counter.acknowledge,
    )
    transport = httpx.ASGITransport(app=status_app(view, PAGE_TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://netwatch.example") as client:
        yield client


@pytest.fixture
def address(broken_line: Incident) -> str:
    """The link that one receiver was sent."""
    return "/ack/" + SIGNER.token(12, "noc", broken_line.opened)


async def test_the_link_shows_its_incident_and_nothing_else(browser: httpx.AsyncClient, address: str) -> None:
    """What, whom, since when, why, what next and a button, without the page's token; the page itself stays closed."""
    answer = await browser.get(address)
    assert answer.status_code == 200
    for words in ("TSLCD cấp II An Bình", "23/11/2026 13:53:00", "Tiếp nhận: tôi lo việc này", "VNPT"):
        assert words in answer.text
    for secret in ("10.1.0.2", "FDO1", "+84 912 345 678", "Đại Đồng"):
        assert secret not in answer.text
    assert (await browser.get("/")).status_code == 401
    assert (await browser.get("/incidents.json")).status_code == 401


async def test_the_page_shows_names_alone(
    browser: httpx.AsyncClient, counter: Desk, address: str, broken_line: Incident
) -> None:
    """Chats fetch what stands behind a link: no person, no contract number, no address that stands in a name."""
    said = Clue("person_says", counter.shown.at, {"author": "Trần Thị B", "cause": "line", "text": "x"})
    route = Clue("feeder_neighbours", counter.shown.at, {"feeder": "lộ:10.9.8.7", "count": "2"})
    incident = replace(broken_line, blame=Blame(Cause.LINE, Confidence.CONFIRMED, (said, route)))
    desk = replace(counter.shown.desk, incidents={12: incident})
    lines = {
        id_: replace(line, contract_number="HĐ-77")
        for id_, line in counter.shown.inventory.of("line").items()
    }
    inventory = counter.shown.inventory
    changed = replace(inventory, records={**inventory.records, "line": lines})
    counter.shown = replace(counter.shown, desk=desk, inventory=changed)
    shown = (await browser.get(address)).text
    assert "lộ:…" in shown
    assert "…" in shown
    for secret in ("Trần Thị", "HĐ-77", "10.9.8.7"):
        assert secret not in shown


async def test_looking_at_it_changes_nothing(browser: httpx.AsyncClient, counter: Desk, address: str) -> None:
    """Mail scanners follow links."""
    await browser.get(address)
    await browser.head(address)
    assert counter.shown.desk.incidents[12].acknowledged is None


async def test_the_button_acknowledges_once(browser: httpx.AsyncClient, counter: Desk, address: str) -> None:
    """Afterwards the page says who did it and when, also to whoever presses again."""
    done = await browser.post(f"{address}?lang=en")
    assert (done.status_code, done.headers["location"]) == (303, f"{address}?lang=en")
    assert counter.shown.desk.incidents[12].acknowledged == Mark("noc", counter.shown.at)
    again = await browser.post(f"{address}?lang=en", follow_redirects=True)
    assert "Acknowledged by noc at 14:05:00 23/11/2026." in again.text
    assert "<form" not in again.text


async def test_what_is_over_has_no_button(
    browser: httpx.AsyncClient, counter: Desk, address: str, broken_line: Incident
) -> None:
    """The link stays readable for a day."""
    view = counter.shown.desk
    over = replace(broken_line, ended=counter.shown.at, closed=counter.shown.at)
    counter.shown = replace(counter.shown, desk=replace(view, incidents={12: over}))
    assert "Sự cố này đã hết." in (await browser.get(address)).text
    counter.shown = replace(counter.shown, desk=replace(view, incidents={}))
    assert (await browser.get(address)).status_code == 404


async def test_forged_links_are_not_there(
    browser: httpx.AsyncClient, counter: Desk, broken_line: Incident
) -> None:
    """Another key, another moment, a receiver nobody told, a short code: the same answer as for nonsense."""
    opened = broken_line.opened
    forged = (
        Signer(b"another key").token(12, "noc", opened),
        SIGNER.token(12, "noc", opened + 1),
        SIGNER.token(12, "stranger", opened),
        SIGNER.token(13, "noc", opened),
        SIGNER.code(12, "noc", opened),
        "A" * 200,
        "%00",
        "x",
    )
    answers = [await browser.request(method, f"/ack/{one}") for one in forged for method in ("GET", "POST")]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (404, "Không có gì ở địa chỉ này.\n")
    }
    assert counter.shown.desk.incidents[12].acknowledged is None


async def test_nothing_else_takes_a_post(browser: httpx.AsyncClient, address: str) -> None:
    """Other methods neither, nor a body that is no empty form."""
    assert (await browser.post("/")).status_code == 405
    assert (await browser.post("/find", headers={"authorization": f"Bearer {PAGE_TOKEN}"})).status_code == 405
    assert (await browser.put(address)).status_code == 405
    assert (await browser.post(address, content=b"x" * 1025)).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    assert (await browser.post(address, content=endless())).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({"origin": "http://netwatch.example"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://evil.example"}, 403),
    ],
)
async def test_forms_of_other_pages_are_refused(
    browser: httpx.AsyncClient, address: str, headers: dict[str, str], status: int
) -> None:
    """As far as the browser tells where the form stood."""
    assert (await browser.post(address, headers=headers)).status_code == status


async def test_a_database_that_refuses_is_told(
    browser: httpx.AsyncClient, counter: Desk, address: str
) -> None:
    """Nobody believes to have acknowledged what was not stored."""
    counter.fault = "Not possible now."
    answer = await browser.post(address)
    assert (answer.status_code, answer.text) == (409, "Not possible now.\n")


async def test_incidents_as_json_choose_by_unit(counter: Desk, view_of: Callable[[Present], View]) -> None:
    """The unit with all below it; what is over when asked for."""
    transport = httpx.ASGITransport(app=status_app(view_of(counter.shown)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        found = [
            [line["id"] for line in (await client.get(f"/incidents.json{query}")).json()["lines"]]
            for query in ("", "?all=1", "?unit=XA-AN", "?unit=TINH", "?unit=NOBODY")
        ]
        page = (await client.get("/?lang=en")).text
    assert found == [[12, 13], [12, 13, 11], [12], [12, 13], []]
    assert page.index("Open incidents (2)") < page.index("What is wrong")
    assert "keeps going up and down" in page
    assert "in maintenance" in page


@given(st.text(max_size=300))
def test_no_token_brings_the_page_down(text: str) -> None:
    """Whatever stands in the address is none of ours."""
    assert claim_of_link(DeskView(), SIGNER, text) is None

"""The address on a label leads to the page of its thing."""

import httpx
import pytest

from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio


async def test_the_address_on_a_label_leads_to_the_page_of_its_thing(view: View) -> None:
    """Below any path of a proxy, because it is relative; an odd code stays one part of the address."""
    transport = httpx.ASGITransport(status_app(view))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/i/SPD-DAI")
        assert (answer.status_code, answer.headers["location"]) == (307, "../item/SPD-DAI")
        assert "SPD-DAI" in (await client.get("/i/SPD-DAI", follow_redirects=True)).text
        odd = await client.get("/i/A%2FB")
        assert odd.headers["location"] == "../item/A%2FB"
        decoded = await client.get("/i/A/B")
        assert str(decoded.url.join(decoded.headers["location"])) == "http://127.0.0.1/item/A%2FB"


async def test_a_token_guards_short_addresses_too(view: View) -> None:
    """A label tells no stranger what it is stuck to."""
    transport = httpx.ASGITransport(status_app(view, "secret-token-of-the-page"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/i/SPD-DAI")).status_code == 401

"""Documents on the page of a thing: listed, fetched as files, guarded like the page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import anyio
import httpx
import pytest

from inventory.snapshot import Attachment, Inventory
from netwatch.control.contract import Refused
from netwatch.language import Sentence
from netwatch.present import Present
from netwatch.web.attachment import MOST_AT_ONCE
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

TOKEN = "secret-token-of-the-page"
PDF = b"%PDF-1.7\n"


def paper(id_: str, name: str) -> Attachment:
    return Attachment(
        id=id_,
        item="SPD-DAI",
        name=name,
        media_type="text/html",
        size=9,
        sha256="0" * 64,
        on=date(2026, 5, 1),
    )


@pytest.fixture
def documented(view_of: Callable[[Present], View], present: Present) -> View:
    """A view of the province with two documents, of which one has no content here."""
    papers = {one.id: one for one in (paper("SPD-DAI/attachment/a", 'Biên bản "1".pdf'), paper("b", "b.pdf"))}
    inventory = present.inventory
    records = {**inventory.records, "attachment": papers}
    shown = replace(
        present, inventory=Inventory(records, inventory.revision, inventory.versions, inventory.on)
    )

    async def content(record: Attachment) -> bytes:
        if record.id == "b":
            raise Refused(Sentence("There is no such document."))
        return PDF

    return replace(view_of(shown), content=content)


async def test_documents_are_listed_and_fetched_as_files(documented: View) -> None:
    """Whatever the record says of its type, a browser neither shows nor guesses it."""
    transport = httpx.ASGITransport(status_app(documented))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        page = (await client.get("/item/SPD-DAI")).text
        assert '<a href="/attachment/SPD-DAI/attachment/a">Biên bản &#34;1&#34;.pdf</a>' in page
        answer = await client.get("/attachment/SPD-DAI/attachment/a")
        assert (answer.status_code, answer.content) == (200, PDF)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"Bi_n b_n _1_.pdf\"; filename*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n%20%221%22.pdf"
        )
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (await client.get("/attachment/b")).status_code == 404
        assert (await client.get("/attachment/unknown")).status_code == 404
        assert (await client.post("/attachment/b")).status_code == 405


async def test_a_token_guards_documents_too(documented: View) -> None:
    """Who may not see the page gets nothing of what is attached."""
    transport = httpx.ASGITransport(status_app(documented, TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/attachment/SPD-DAI/attachment/a")).status_code == 401
        headers = {"authorization": f"Bearer {TOKEN}"}
        assert (await client.get("/attachment/SPD-DAI/attachment/a", headers=headers)).content == PDF


async def test_few_documents_are_held_at_a_time(documented: View) -> None:
    """Many readers at once wait for each other instead of filling the memory."""
    held: list[int] = []
    full, may_end = anyio.Event(), anyio.Event()

    async def content(_: Attachment) -> bytes:
        held.append(1)
        if len(held) == MOST_AT_ONCE:
            full.set()
        await may_end.wait()
        return PDF

    transport = httpx.ASGITransport(status_app(replace(documented, content=content)))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        anyio.create_task_group() as readers,
    ):
        for _ in range(2 * MOST_AT_ONCE):
            readers.start_soon(client.get, "/attachment/SPD-DAI/attachment/a")
        await full.wait()
        assert (await client.get("/healthz")).status_code in (200, 503)
        assert len(held) == MOST_AT_ONCE
        may_end.set()
    assert len(held) == 2 * MOST_AT_ONCE

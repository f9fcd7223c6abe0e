"""The page on coverage: figures by norm and level, agencies behind them, things behind those, in either language."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from inventory.coverage.audit import audit
from inventory.coverage.contract import Aspect, Evidence, Sighting
from inventory.snapshot import KINDS, gather, kind_of
from netwatch.clock import DAY, SECOND
from netwatch.demo.province import USUAL_DAY, province
from netwatch.present import Present
from netwatch.queries.coverage_counts import CoverageCount, counted
from netwatch.web.coverage_page import bar, coverage_page, figures_and_cells
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

AT = 1_792_000_000 * SECOND
Ask = Callable[[str], Any]
PATHS = ("/coverage", "/coverage?norm=DM-LAN", "/coverage/unit/LD-K02", "/coverage/unit/LD-K02?norm=DM-UPS")
# Another serial number than declared; all that the norm asks for.
SEEN = {
    "LD-K02-SW1": (Sighting("LD-K02-SW1", Aspect.SERIAL, "LA-1", AT - DAY, AT - 1),),
    "LD-K01-SW1": (Sighting("LD-K01-SW1", Aspect.SPEED, "1000000000", AT - DAY, AT - 1),),
}


class Strict(HTMLParser):
    """Every tag is closed in order, there is no script and nothing from elsewhere; keeps texts and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag not in ("script", "link", "img", "iframe")
        assert not {"style", "src", "onclick"} & given.keys()
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stays open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


@pytest.fixture(scope="module")
def count() -> CoverageCount:
    usual = province(40, 68)
    every = ((kind_of(record), record) for kind in KINDS for record in usual.every(kind))
    inventory = gather(every, on=USUAL_DAY)
    return counted(audit(inventory, Evidence(AT, USUAL_DAY, SEEN)), AT, inventory)


@pytest.fixture
def ask(view_of: Callable[[Present], View], present: Present, count: CoverageCount) -> Ask:
    """Fetch from a status page of which coverage was counted."""
    app = status_app(view_of(replace(present, coverage=count, inventory=count.inventory)))

    async def asked(path: str) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
        ) as client:
            return await client.get(path)

    return asked


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_pages_are_whole_in_either_language(ask: Ask, path: str, language: str) -> None:
    """Whatever is asked for, and nobody else is asked for anything."""
    answer = await ask(f"{path}{'&' if '?' in path else '?'}lang={language}")
    read = Strict(answer.text)
    assert (answer.status_code, answer.headers["content-language"]) == (200, language)
    assert ("đã chứng minh" in read.text, "proved" in read.text) == (language == "vi", language == "en")


async def test_figures_are_ratios_with_both_numbers(ask: Ask) -> None:
    """Declared, proved and target, by level; states by sign and word."""
    text = Strict((await ask("/coverage?norm=DM-LAN&lang=en")).text).text
    assert "all levels declared 100 % 40/40 proved 2.5 % 1/40" in text
    assert "province level declared 100 % 11/11 proved 9 % 1/11" in text
    assert "1 contradicted" in text
    assert "38 declared only" in text


async def test_agencies_of_a_norm_come_worst_first(ask: Ask) -> None:
    """Contradictions, then papers, then what is proved."""
    text = Strict((await ask("/coverage?norm=DM-LAN&lang=en")).text).text
    agencies = text[text.index("Agencies (40)") :]
    assert (
        agencies.index("Mẫu 2 contradicted")
        < agencies.index("declared only")
        < agencies.index("Mẫu 1 proved")
    )


async def test_a_unit_shows_its_things_with_what_is_the_matter(ask: Ask) -> None:
    """And leads up, down, to the things, and to the same unit on the status page."""
    read = Strict((await ask("/coverage/unit/LD-K02?lang=en")).text)
    assert "serial number MAU0005002 declared, LA-1 found" in read.text
    assert "UBND tỉnh Lâm Đồng" in read.text
    assert {"/coverage/unit/LD?lang=en", "/item/LD-K02-SW1?lang=en", "/unit/LD-K02?lang=en"} <= set(
        read.links
    )
    assert "/coverage?norm=DM-LAN&lang=en" in read.links
    below = [link for link in read.links if link.startswith("/coverage/unit/LD-X")]
    assert len(below) == 7


async def test_every_link_within_coverage_leads_somewhere(ask: Ask) -> None:
    """Of the page of all, and of one unit."""
    for path in PATHS[:3]:
        for link in Strict((await ask(path)).text).links[:40]:
            if link.startswith("/coverage"):
                assert (await ask(link)).status_code == 200, link


async def test_the_status_page_leads_there(ask: Ask) -> None:
    """Once there is something to show."""
    assert "/coverage" in Strict((await ask("/")).text).links


async def test_what_nobody_knows_is_not_found(ask: Ask) -> None:
    """Neither a unit nor a norm."""
    for path in ("/coverage/unit/KHONG", "/coverage?norm=KHONG", "/coverage.json?unit=KHONG"):
        assert (await ask(path)).status_code == 404


async def test_json_has_figures_and_of_a_unit_its_cells(ask: Ask) -> None:
    """The same read models as the command's, without what proved a thing."""
    whole = (await ask("/coverage.json")).json()
    figure = next(one for one in whole["figures"] if (one["norm"], one["level"]) == ("DM-LAN", ""))
    assert (whole["at_us"], figure["denominator"], figure["proved"]) == (AT, 40, 1)
    assert "cells" not in whole
    unit = (await ask("/coverage.json?unit=LD-K02")).json()
    states = {cell["norm"]: cell["state"] for cell in unit["cells"] if cell["unit"] == "LD-K02"}
    assert (states["DM-LAN"], states["DM-CNTT"]) == ("contradicted", "declared")
    lan = next(one for one in unit["figures"] if (one["norm"], one["level"]) == ("DM-LAN", ""))
    assert (lan["denominator"], lan["counts"]) == (8, {"contradicted": 1, "declared": 7})


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Không có định mức nào"), ("en", "No norm is in force")]
)
async def test_without_norms_it_says_how_to_begin(
    view_of: Callable[[Present], View], present: Present, language: str, words: str
) -> None:
    """And JSON has no figure, rather than zeros."""
    app = status_app(view_of(present))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        shown = (await client.get(f"/coverage?lang={language}")).text
        told = (await client.get("/coverage.json")).json()
        status = (await client.get("/")).text
    assert words in Strict(shown).text
    assert (told["at"], told["figures"]) == (None, [])
    assert 'href="/coverage' not in status


def test_figures_of_a_unit_are_those_of_its_agencies_alone(count: CoverageCount) -> None:
    """Those of the units below the top, and its own, make up those of all."""
    whole = figures_and_cells(count, "")
    top = figures_and_cells(count, "LD")
    assert whole is not None
    assert top is not None
    assert [(one.norm, one.need) for one in whole[0].figures] == [
        (one.norm, one.need) for one in top[0].figures
    ]
    page = coverage_page(count)
    assert page is not None
    assert [row.id for row in page.units][:2] == ["LD", "LD-K01"]
    assert sum(number for _, number in page.units[0].counts) == len(count.audit.cells)


def test_bars_are_as_long_as_shares(count: CoverageCount) -> None:
    """One part for each state, side by side, 100 in all; the exempt have none."""
    page = coverage_page(count)
    assert page is not None
    for line in (line for norm in page.norms for line in norm.lines):
        parts = bar(line)
        assert sum(share for _, _, share in parts) == pytest.approx(100, abs=0.01)
        assert [at for _, at, _ in parts] == sorted(at for _, at, _ in parts)
        assert "exempt" not in {state for state, _, _ in parts}

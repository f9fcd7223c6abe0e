"""Bars of the last 90 days and pictures of lines on the status page: whole, bounded, told in words as well."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.snapshot import KINDS, gather, kind_of
from netwatch.availability.days import DayFigures, all_up, pack, unwatched
from netwatch.clock import DAY, HOUR, MINUTE, SECOND
from netwatch.present import Present
from netwatch.queries.availability_counts import AvailabilityCount, column
from netwatch.queries.curves import Curves
from netwatch.queries.day_figures import last_days
from netwatch.queries.day_strips import DayStrips
from netwatch.store.contract import StoreFault
from netwatch.web.charts import MOST_KEPT, SPANS, address
from netwatch.web.days import DEEPEST, HEIGHT, HIGH, LEAST, LINE, parts
from netwatch.web.status_app import status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

SITE, MAIN = "S-AN", "L-AN"
BAD = DayFigures(20 * HOUR, 4 * HOUR, 0, 0, 20 * HOUR - MINUTE, 20 * HOUR + MINUTE, 24 * HOUR)
GONE = DayFigures(0, 0, 20 * HOUR, 4 * HOUR, 0, 24 * HOUR, 24 * HOUR)
LENGTHS = st.integers(0, 25 * HOUR)
Ask = Callable[[str], Any]


class Page(HTMLParser):
    """Every tag is closed in order, nothing comes from elsewhere; keeps titles, texts and labels of pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.titles: list[str] = []
        self.pictures: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert tag not in ("script", "link", "img", "iframe")
        assert not {"style", "src", "onclick"} & given.keys()
        if given.get("role") == "img":
            self.pictures.append(given.get("aria-label") or "")
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stays open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"]:
            self.titles.append(data)
        elif "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class Reading:
    """Where the curves of a line come from: counts how often it is asked, and may be out of order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.fault: StoreFault | None = None

    async def __call__(self, line: str, metric: str, start: int, end: int, grain: str) -> Curves:
        """A curve of ten values."""
        self.asked.append((metric, grain))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.fault is not None:
            raise self.fault
        return Curves(start, end, grain, {"down": (0.5, None) * 5})


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def today(now: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now // SECOND, UTC).astimezone(zone).date()


@pytest.fixture
def counted(present: Present, today: date, now: int) -> Present:
    """The province of which days were counted: of the site all kinds of them, and today so far."""
    days = last_days(today)[:-1]
    of_site: Sequence[DayFigures | None] = [None, *[unwatched(DAY)] * 40, *[all_up(DAY)] * 46, GONE, BAD]
    so_far = column("site", "day", {SITE: (8 * HOUR, HOUR, 0, 0)})
    return replace(
        present,
        days=DayStrips(days, {SITE: pack(of_site)}),
        availability=AvailabilityCount(now, {("site", "day"): so_far}),
    )


@pytest.fixture
def ask(view_of: Callable[[Present], View], counted: Present, reading: Reading) -> Ask:
    """Fetch from its status page."""
    app = status_app(replace(view_of(counted), curves=reading))

    async def asked(path: str) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
        ) as client:
            return await client.get(path)

    return asked


async def test_a_site_shows_its_days_and_those_of_its_lines(ask: Ask, today: date) -> None:
    """A title for every day with its bounds, a sentence for all, a table of those that were not simply up."""
    answer = await ask(f"/item/{SITE}?lang=en")
    page = Page(answer.text)
    yesterday = today - timedelta(days=1)
    of_site = page.titles[1:91]
    assert of_site[-1] == f"{today:%d/%m/%Y}, so far: 88.888 % up, down 1:00:00"
    words = f"{yesterday:%d/%m/%Y}: 83.333 % up (between 83.263 and 83.403 %), down 4:00:00"
    assert of_site[-2] == words
    assert of_site[-3].endswith("nothing measured, unknown 20:00:00, excluded 4:00:00")
    assert of_site[1].endswith(": not watched")
    assert of_site[0].endswith(": not counted yet")
    assert "days with an outage: 1; with unknown time: 1; not watched: 40; not counted yet: 1" in page.text
    assert "Days with outages" not in page.text
    assert "days with outages, unknown or excluded time: 3" in page.text
    assert len(page.titles) == 1 + 90 * len(page.pictures)
    assert len(page.pictures) >= 2
    # Of lines nothing is counted yet, and it is said.
    assert page.pictures[1].endswith("not counted yet")
    assert len(answer.text) < 50_000 + 25_000 * len(page.pictures)


async def test_lists_of_sites_show_bars_in_either_language(ask: Ask) -> None:
    """On the page of a unit; nothing of it in what a search found."""
    page = Page((await ask("/unit/XA-AN")).text)
    [label] = page.pictures
    assert "số ngày có gián đoạn: 1" in label
    assert "chưa giám sát: 40" in label
    assert Page((await ask("/find?q=an")).text).pictures == []


async def test_a_line_shows_pictures_that_are_kept_for_a_while(ask: Ask, reading: Reading) -> None:
    """One of each metric, by the means that the span asks for; read once."""
    page = Page((await ask(f"/item/{MAIN}?lang=en&since=30d")).text)
    assert "means of an hour" in " ".join((*page.texts, *page.titles))
    await ask(f"/item/{MAIN}?lang=en&since=30d")
    assert reading.asked == [("utilisation", "hour"), ("rtt", "hour"), ("loss", "hour"), ("jitter", "hour")]
    answer = await ask(address(MAIN, "rtt", "30d", "en"))
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ET.fromstring(answer.text).findtext("{http://www.w3.org/2000/svg}title", "").endswith("hour")
    assert len(reading.asked) == 4


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/chart/NOBODY.svg", 404),
        (f"/chart/{MAIN}", 404),
        (f"/chart/{SITE}.svg", 404),
        (f"/chart/{MAIN}.svg?since=3d", 400),
        (f"/chart/{MAIN}.svg?metric=x", 400),
        (f"/chart/{MAIN}.svg", 200),
    ],
)
async def test_only_what_is_drawn_is_asked_of_the_database(
    ask: Ask, reading: Reading, path: str, code: int
) -> None:
    """Everything else is refused with what there is."""
    assert (await ask(path)).status_code == code
    assert bool(reading.asked) == (code == 200)


async def test_pages_stay_whole_without_the_database(ask: Ask, reading: Reading) -> None:
    """No pictures then; a picture by itself says so."""
    reading.fault = StoreFault("locked", "busy")
    assert (await ask(f"/chart/{MAIN}.svg")).status_code == 503
    answer = await ask(f"/item/{MAIN}")
    assert answer.status_code == 200
    assert "<figure>" not in answer.text


async def test_a_database_that_was_busy_is_asked_again_after_a_minute(
    counted: Present, view_of: Callable[[Present], View], reading: Reading, now: int
) -> None:
    """A picture that could not be drawn is not kept as long as one of years is."""
    clock = [now]
    app = status_app(replace(view_of(counted), curves=reading, now=lambda: clock[0]))
    path = address(MAIN, "rtt", "5y")
    reading.fault = StoreFault("locked", "busy")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        codes = [(await client.get(path)).status_code]
        reading.fault = None
        for later in (MINUTE - 1, 1):
            clock[0] += later
            codes.append((await client.get(path)).status_code)
    assert codes == [503, 503, 200]


async def test_pictures_are_read_one_at_a_time_and_only_so_many_kept(
    counted: Present, view_of: Callable[[Present], View], reading: Reading
) -> None:
    """However many ask at once."""
    app = status_app(replace(view_of(counted), curves=reading))
    paths = [address(MAIN, "loss", since, language) for since in SPANS for language in ("vi", "en")]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answers = await asyncio.gather(*(client.get(path) for path in paths * 2))
    assert {answer.status_code for answer in answers} == {200}
    assert reading.most_at_once == 1
    assert len(reading.asked) == len(paths) < MOST_KEPT


@given(up=LENGTHS, down=LENGTHS, unknown=LENGTHS, excluded=LENGTHS)
def test_of_everything_something_is_seen_and_nothing_leaves_the_picture(
    up: int, down: int, unknown: int, excluded: int
) -> None:
    """Whatever a day was made of, in whichever shares."""
    length = up + down + unknown + excluded
    told = list(parts(DayFigures(up, down, unknown, excluded, 0, length, length)))
    looks = {"up": up, "down": down, "unknown": unknown, "excluded": excluded}
    assert {part.look for part in told} == {look for look, time in looks.items() if time}
    for part in told:
        assert part.height >= min(LEAST, 4) - 0.1
        assert 0 <= part.y <= part.y + part.height <= HEIGHT + 0.1
        assert (part.y >= LINE) == (part.look == "down")
    assert sum(part.height for part in told if part.look != "down") <= HIGH + 0.2
    assert not down or max(part.height for part in told if part.look == "down") <= DEEPEST


async def test_a_picture_needs_the_token_like_every_page(
    counted: Present, view_of: Callable[[Present], View], reading: Reading
) -> None:
    """Before anything is read."""
    app = status_app(replace(view_of(counted), curves=reading), "secret")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        assert (await client.get(address(MAIN, "rtt", "7d"))).status_code == 401
        assert reading.asked == []
        answer = await client.get(address(MAIN, "rtt", "7d"), headers={"authorization": "Bearer secret"})
    assert answer.status_code == 200


async def test_a_name_in_a_picture_stays_a_name(
    counted: Present, view_of: Callable[[Present], View], reading: Reading
) -> None:
    """Whatever the inventory calls a line, the page holds no element of it."""
    lines = counted.inventory.of("line")
    odd = replace(lines[MAIN], name="</svg><script>alert(1)</script>")
    every = [(kind_of(one), one) for kind in KINDS for one in counted.inventory.every(kind) if one.id != MAIN]
    inventory = gather([*every, ("line", odd)], counted.inventory.on)
    app = status_app(replace(view_of(replace(counted, inventory=inventory)), curves=reading))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.get(f"/item/{MAIN}")
    Page(answer.text)
    assert answer.text.count("<figure>") == 4

"""The status page says what is wrong, since when, whose it is and whom to call, in either language, to everybody."""

import base64
import gettext
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import netwatch
from netwatch.clock import MINUTE, SECOND
from netwatch.language import translator
from netwatch.present import Present, VantageHealth
from netwatch.queries.words import REASONS, VERDICTS
from netwatch.throughput import Carried
from netwatch.verdict import Kind, Verdict, Why
from netwatch.web.speech import Speech, preferred, telephone
from netwatch.web.status_app import TEMPLATES, status_app
from netwatch.web.view import View

pytestmark = pytest.mark.anyio

Get = Callable[..., object]
VOID = frozenset({"meta", "input", "br", "hr", "link", "img"})
CATALOGUE = Path(netwatch.__file__).parent / "locale" / "vi" / "LC_MESSAGES" / "web.po"


class Reader(HTMLParser):
    """Reads a page strictly: every tag closed in order, ids once, no script and nothing from outside."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"left open: {self.open}"
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if (tag, name) == ("a", "href")]


@pytest.fixture
def get(view: View) -> Get:
    return _getter(view)


def _getter(view: View) -> Get:
    app = status_app(view)

    async def ask(path: str = "/", **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    return ask


PAGES = (
    "/",
    "/unit/TINH",
    "/unit/XA-AN",
    "/unit/XA-DAI",
    "/unit/DANG-AN",
    "/item/L-AN",
    "/item/E-DAI",
    "/item/SPD-DAI",
    "/item/S-AN",
    "/find",
    "/find?q=dong",
    "/?all=1",
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_whole_and_load_nothing_from_outside(get: Get, path: str, language: str) -> None:
    answer = await get(path, accept_language=language)
    read = Reader(answer.text)
    assert answer.status_code == 200
    assert ("html", "lang", language) in read.attributes
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _, _ in read.attributes}
    assert not [name for _, name, _ in read.attributes if name in ("style", "src") or name.startswith("on")]
    assert all(link.startswith(("/", "tel:")) for link in read.links())


async def test_every_link_of_a_page_leads_somewhere(get: Get) -> None:
    for path in PAGES:
        for link in Reader((await get(path)).text).links():
            if link.startswith("/"):
                assert (await get(link)).status_code == 200, link


async def test_a_cut_line_is_shown_with_reason_time_owner_and_telephone(get: Get) -> None:
    read = Reader((await get()).text)
    for words in (
        "TSLCD cấp II An Bình", "ngừng hoạt động", "kiểm chứng thất bại", "từ 13:53",
        "12 phút", "UBND xã An Bình", "HĐ-17/2026", "VNPT báo hỏng", "tổng đài báo hỏng của nhà mạng", "đang trực",
    ):  # fmt: skip
        assert words in read.text
    assert "tel:18001166" in read.links()
    assert "tel:+84912345678" in read.links()


async def test_a_device_that_cannot_be_managed_is_named_with_the_reason(
    view_of: Callable[[Present], View], present: Present
) -> None:
    """On the page and in its JSON, although the device is up."""
    key = next(key for key in present.subjects["core"].facts if key.fact == "manageable")
    refused = replace(present.facts[key], holds=None, reason="credentials")
    get = _getter(view_of(replace(present, facts={**present.facts, key: refused})))
    assert "không quản trị được: có trả lời nhưng không chấp nhận thông tin xác thực" in (await get()).text
    assert '"unmanaged":"credentials"' in (await get("/status.json")).text


async def test_what_suffers_from_the_cut_stands_with_it(get: Get) -> None:
    text = Reader((await get()).text).text
    line, site, endpoint = (
        text.index(n) for n in ("TSLCD cấp II An Bình", "Trụ sở xã An Bình (trụ sở", "Điểm cầu")
    )
    assert line < site < endpoint


async def test_english_is_given_to_who_asks_and_vietnamese_to_everybody_else(get: Get) -> None:
    wishes = {
        ("/?lang=en", ""): "What is wrong",
        ("/", "en-GB,en;q=0.9"): "What is wrong",
        ("/", "fr"): "Những gì đang hỏng",
        ("/", ""): "Những gì đang hỏng",
        ("/?lang=vi", "en"): "Những gì đang hỏng",
        ("/?lang=xx", ""): "Những gì đang hỏng",
    }
    for (path, accepted), heading in wishes.items():
        assert heading in (await get(path, accept_language=accepted)).text


async def test_a_chosen_language_stays_from_page_to_page(get: Get) -> None:
    links = Reader((await get("/?lang=en")).text).links()
    assert all("lang=en" in link or link.endswith("lang=vi") for link in links if link.startswith("/"))


async def test_every_page_of_sample_data_says_so(get: Get) -> None:
    for path in PAGES:
        assert "DỮ LIỆU MẪU / SAMPLE DATA" in (await get(path)).text


async def test_a_quiet_province_says_that_nothing_is_wrong(
    view_of: Callable[[Present], View], quiet: Present
) -> None:
    text = (await _getter(view_of(quiet))()).text
    assert "Không phát hiện sự cố nào" in text
    assert "SAMPLE DATA" not in text


async def test_the_page_refreshes_itself_except_while_somebody_types(get: Get) -> None:
    assert '<meta http-equiv="refresh" content="15">' in (await get("/")).text
    assert "refresh" not in (await get("/find")).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ready": False}, "đang khởi động"),
        ({"live": False}, "không chạy"),
        ({"faults": (("store_read_only", "/srv/netwatch.db"),)}, "chỉ cho đọc (/srv/netwatch.db)"),
        ({"vantages": (VantageHealth("local", 2, blind_since=1),)}, "không thấy mốc kiểm tra nào"),
    ],
)
async def test_what_ails_the_daemon_is_said_first(
    view_of: Callable[[Present], View], present: Present, changes: dict[str, object], says: str
) -> None:
    text = Reader((await _getter(view_of(replace(present, **changes)))()).text).text  # type: ignore[arg-type]
    assert says in text
    assert text.index(says) < text.index("Những gì đang hỏng")


async def test_a_store_behind_says_by_how_much(view_of: Callable[[Present], View], present: Present) -> None:
    behind = replace(present, counts=replace(present.counts, store_behind_seconds=600.0))
    assert "Đang chậm 10 phút" in Reader((await _getter(view_of(behind))()).text).text


HOSTILE = "<script>alert(1)</script>\"'&"


async def test_names_from_outside_cannot_become_markup(
    view_of: Callable[[Present], View], present: Present
) -> None:
    inventory = present.inventory
    lines = {id_: replace(line, name=HOSTILE, provider=HOSTILE) for id_, line in inventory.of("line").items()}
    units = {id_: replace(unit, name=HOSTILE) for id_, unit in inventory.of("organisation_unit").items()}
    records = {**inventory.records, "line": lines, "organisation_unit": units}
    hostile = replace(present, inventory=replace(inventory, records=records))
    for path in ("/", "/find?q=" + HOSTILE, "/unit/XA-AN"):
        read = Reader((await _getter(view_of(hostile))(path)).text)
        assert "script" not in {tag for tag, _, _ in read.attributes}
        assert HOSTILE in "".join(read.texts) or path.startswith("/find")


async def test_the_search_finds_without_diacritics_and_keeps_what_was_typed(get: Get) -> None:
    answer = (await get("/find?q=CHONG set")).text
    assert "Chống sét nguồn Đại Đồng" in answer
    assert 'value="CHONG set"' in answer
    assert "Không có mục nào" in (await get("/find?q=zzz")).text


async def test_an_agency_that_only_shares_a_site_says_where_it_is_listed(get: Get) -> None:
    answer = await get("/unit/DANG-AN")
    assert "Trụ sở xã An Bình" in answer.text
    assert "/unit/XA-AN" in Reader(answer.text).links()


async def test_unknown_units_and_addresses_are_404(get: Get) -> None:
    assert (await get("/unit/NONE")).status_code == 404
    assert (await get("/item/NONE")).status_code == 404
    assert (await get("/etc/passwd")).status_code == 404


async def test_one_thing_has_a_page_with_all_that_it_tells(
    view_of: Callable[[Present], View], present: Present, now: int
) -> None:
    """And the most telling of that beside it in the list of its unit; numbers as Vietnamese write them."""
    carried = {"L-AN": Carried(now, MINUTE, 5_375_000, 8_750_000)}
    get = _getter(view_of(replace(present, carried=carried)))
    whole = Reader((await get("/item/L-AN")).text).text
    for words in (
        "43 / 100 Mbit/s (43 %)", "70 / 100 Mbit/s (70 %)", "băng thông", "cáp 12", "lần đo mới nhất", "14:04:40",
    ):  # fmt: skip
        assert words in whole
    brief = Reader((await get("/unit/XA-AN")).text).text
    assert "lưu lượng về điểm: 43 / 100 Mbit/s (43 %)" in brief
    assert ": 3,4 ms" in brief
    english = Reader((await get("/item/E-DAI?lang=en")).text).text
    assert "room Hội trường A" in english


async def test_json_holds_the_tree_and_what_filters_ask_for(get: Get) -> None:
    whole = (await get("/status.json")).json()
    assert (whole["schema"], whole["units"][0]["id"]) == (1, "TINH")
    some = (await get("/status.json?unit=XA-DAI&verdict=down&kind=surge_protector")).json()
    assert [item["id"] for site in some["units"][0]["sites"] for item in site["items"]] == ["SPD-DAI"]


async def test_long_lists_end_and_say_how_many_more_there_are(
    view_of: Callable[[Present], View], present: Present
) -> None:
    switch = present.inventory.of("device")["sw-an"]
    many = {f"d{n}": replace(switch, id=f"d{n}", name=f"Thiết bị {n}") for n in range(300)}
    devices = {**present.inventory.of("device"), **many}
    judged = {
        **present.judged,
        **{
            id_: replace(
                present.judged["L-AN"],
                verdict=Verdict(Kind.UNREACHABLE, Why.UPSTREAM, "L-AN" if n % 2 else ""),
            )
            for n, id_ in enumerate(many)
        },
    }
    inventory = replace(present.inventory, records={**present.inventory.records, "device": devices})
    get = _getter(view_of(replace(present, inventory=inventory, judged=judged)))
    short, whole = (await get("/")).text, (await get("/?all=1")).text
    assert "và 141 mục nữa" in short, "suffering from the line: 150 and its site, 10 shown"
    assert "và 93 mục nữa" in short, "150 by themselves and 3 more, 60 shown"
    assert "mục nữa" not in whole


def _texts_of_templates() -> Iterator[str]:
    for path in TEMPLATES.glob("*.html"):
        yield from (
            match[2] for match in re.finditer(r"""_\((["'])(.+?)\1\)""", path.read_text(encoding="utf-8"))
        )


def test_every_text_of_the_template_is_translated() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = {
            str(entry.id): str(entry.string) for entry in read_po(file, abort_invalid=True) if entry.id
        }
    texts = set(_texts_of_templates())
    assert len(texts) > 20
    vietnamese = translator("vi")
    assert not [text for text in texts if vietnamese(text) == text]
    assert not [text for text, translation in catalogue.items() if translation in ("", text)]


# English words that are no Vietnamese syllables, as the pages use them; names and units are not among them.
FOREIGN = frozenset(
    word
    for text in (*_texts_of_templates(), *VERDICTS.values(), *REASONS.values())
    for word in re.findall(r"[a-z]{4,}", text.lower())
) - {"them", "than", "thin", "does", "that"}


@pytest.mark.parametrize("path", PAGES)
async def test_the_vietnamese_page_has_no_english_left(get: Get, path: str) -> None:
    shown = Reader((await get(path)).text).text.replace("0 of 5 echoes", "").replace("SAMPLE DATA", "")
    # Vietnamese syllables are short ASCII words too; only words of four letters and more that the texts use count.
    left = FOREIGN.intersection(re.findall(r"[A-Za-z]{4,}", shown))
    assert left == set()


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_have_the_contrast_of_wcag_aa(theme: int) -> None:
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    block = re.findall(r":root \{(.+?)\}", style, re.DOTALL)[theme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    for name in ("ink", "faint", "link", "down", "unreachable", "degraded", "unknown", "up"):
        for ground in ("paper", "panel"):
            assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    assert _contrast(colours["notice-ink"], colours["notice"]) >= 4.5


async def test_only_our_own_style_is_let_in(get: Get) -> None:
    answer = await get()
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("18001166", "tel:18001166"),
        ("+84 912 345 678", "tel:+84912345678"),
        ("(0200) 3.888.000", "tel:02003888000"),
        ("0200 3888000 máy lẻ 12", "tel:02003888000,12"),
        ("gọi lễ tân", ""),
    ],
)
def test_telephone_links_dial_what_is_written(phone: str, link: str) -> None:
    assert telephone(phone) == link


@given(st.text(max_size=60))
def test_telephone_links_never_hold_more_than_a_number(phone: str) -> None:
    assert re.fullmatch(r"(tel:[0-9+*,%#]+)?", telephone(phone))


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.5", "vi"), ("en", "en"), ("en;q=0.1, vi;q=0.2", "vi"), ("de, en;q=0.3", "en"),
        ("", "vi"), ("*", "vi"), ("en;q=nonsense", "vi"), ("en;q=0", "vi"),
    ],
)  # fmt: skip
def test_the_browsers_language_is_heeded_when_it_is_one_of_ours(accept: str, language: str) -> None:
    assert preferred(accept, "vi") == language


@given(st.text(max_size=80))
def test_no_accept_language_header_confuses(accept: str) -> None:
    assert preferred(accept, "vi") in ("vi", "en")


def test_moments_of_today_are_short_and_others_carry_their_date(view: View, now: int) -> None:
    say = Speech("vi", gettext.gettext, view.zone(), now)
    assert say.moment(now - 12 * MINUTE) == "13:53"
    assert say.moment(now - 24 * 60 * MINUTE) == "14:05 22/11/2026"
    assert say.exactly(now - SECOND) == "14:04:59 23/11/2026"
    assert say.length(now - 26 * 60 * MINUTE) == "26 giờ"

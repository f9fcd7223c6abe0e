"""The application of the status page: /, /unit/ID, /item/ID (/i/ID), /incident/N, /coverage, and the same as JSON.

Read-only, but for the button on /ack/TOKEN. /chart/LINE.svg draws what was measured of a line, /attachment/ID hands
over documents, /healthz and /readyz say how we are.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from inventory.inputs import records_by_item
from inventory.snapshot import Attachment
from netwatch.incidents.links import PATH
from netwatch.language import LANGUAGES, translator
from netwatch.present import Present
from netwatch.queries.as_json import as_json
from netwatch.queries.curves import METRICS
from netwatch.queries.health import health, remarks
from netwatch.queries.incident_json import list_json
from netwatch.queries.incident_models import IncidentList
from netwatch.queries.incidents import WantedIncidents, incident_list
from netwatch.queries.lightning import attachments_of
from netwatch.queries.status import Filter, matching, status_tree
from netwatch.queries.still import still
from netwatch.queries.telling import telling
from netwatch.web.acknowledge import AcknowledgementPage
from netwatch.web.answers import Kitchen, bare_application, get, readiness
from netwatch.web.attachment import PATH as DOCUMENT
from netwatch.web.attachment import AttachmentDownload
from netwatch.web.charts import PATH as CHART
from netwatch.web.charts import SPANS, USUAL, Charts
from netwatch.web.charts import address as chart_address
from netwatch.web.coverage import JSON as COVERAGE_JSON
from netwatch.web.coverage import PATH as COVERAGE
from netwatch.web.coverage import UNIT as COVERAGE_OF_UNIT
from netwatch.web.coverage import CoveragePages
from netwatch.web.days import strips, with_lines
from netwatch.web.guard import Guard
from netwatch.web.incident import PATH as PAGE_OF_ONE
from netwatch.web.incident import IncidentPage
from netwatch.web.page import Page, item_page, page
from netwatch.web.speech import Speech, preferred, telephone
from netwatch.web.view import View

TEMPLATES = Path(__file__).parent / "templates"
REFRESH_SECONDS = 15
LONGEST_SEARCH = 100
FIND = "/find"
ITEM = "/item/"
# What labels on things hold: short, so that their codes stay coarse.
SHORT = "/i/"
NO_PICTURES: Mapping[str, Markup] = MappingProxyType({})


def status_app(view: View, token: str = "") -> ASGIApp:
    """The application; every request needs the token if there is one."""
    app = bare_application(view)
    pages = Pages(view)
    get(app, "/", pages.answer)
    get(app, "/unit/{unit:path}", pages.answer)
    get(app, f"{ITEM}{{item:path}}", pages.answer)
    get(app, f"{SHORT}{{item:path}}", lead_on)
    get(app, FIND, pages.answer)
    get(app, f"{DOCUMENT}{{attachment:path}}", AttachmentDownload(view).answer)
    get(app, f"{CHART}{{line:path}}", pages.charts.answer)
    coverage = CoveragePages(view, template("coverage.html")[0], pages.kitchen)
    get(app, COVERAGE, coverage.answer)
    get(app, f"{COVERAGE_OF_UNIT}{{unit:path}}", coverage.answer)
    get(app, COVERAGE_JSON, coverage.as_json)
    get(app, "/status.json", pages.as_json)
    get(app, "/incidents.json", pages.incidents_as_json)
    get(
        app,
        f"{PAGE_OF_ONE}{{number}}",
        IncidentPage(view, template("incident.html")[0], pages.kitchen).answer,
    )
    AcknowledgementPage(view, template("ack.html")[0]).join(app)
    get(app, "/readyz", partial(readiness, view))
    return Guard(app, token, view.translate, pages.style_source, linked=PATH)


async def lead_on(request: Request) -> Response:
    """From the address on a label to the item's page; relative, because a proxy may serve us below a path."""
    # Proxies may have taken codes of slashes for slashes, so that we seem to stand deeper.
    up = "../" * request.scope["raw_path"].partition(SHORT.encode())[2].count(b"/")
    return RedirectResponse(f"{up}..{ITEM}{quote(request.path_params['item'], safe='')}", 307)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for; `chosen` is the language named in the address, '' when none is."""

    unit: str
    text: str
    searching: bool
    everything: bool
    chosen: str
    language: str
    item: str = ""
    since: str = USUAL

    def search(self, language: str = "") -> str:
        """The address of the search page, which does not refresh itself: it would wipe what is being typed."""
        chosen = language or self.chosen
        return f"{FIND}?lang={chosen}" if chosen else FIND

    def incident(self, number: int) -> str:
        """The address of an incident's page."""
        return f"{PAGE_OF_ONE}{number}?lang={self.chosen}" if self.chosen else f"{PAGE_OF_ONE}{number}"

    def thing(self, id_: str, language: str = "") -> str:
        """The address of the page of one thing."""
        chosen = language or self.chosen
        return f"{ITEM}{quote(id_, safe='')}" + (f"?lang={chosen}" if chosen else "")

    def drawn(self, id_: str, since: str) -> str:
        """The page of a line with its pictures of another span."""
        given = {**({"lang": self.chosen} if self.chosen else {}), "since": since}
        return f"{ITEM}{quote(id_, safe='')}?{urlencode(given)}"

    def chart(self, line: str, metric: str) -> str:
        """Where one of these pictures is by itself."""
        return chart_address(line, metric, self.since, self.chosen)

    def other(self, language: str) -> str:
        """The address of this very page in another language."""
        if self.item:
            return self.thing(self.item, language)
        return self.search(language) if self.searching else self.address(self.unit, language)

    def coverage(self) -> str:
        """The address of the page on coverage, of the same unit."""
        path = f"{COVERAGE_OF_UNIT}{quote(self.unit, safe='')}" if self.unit else COVERAGE
        return f"{path}?lang={self.chosen}" if self.chosen else path

    @staticmethod
    def document(id_: str) -> str:
        """Where an attached document is fetched."""
        return f"{DOCUMENT}{quote(id_)}"

    def address(self, unit: str = "", language: str = "", everything: bool = False) -> str:
        """The address of a unit's page ('' the whole) for this reader."""
        chosen = language or self.chosen
        given = {**({"lang": chosen} if chosen else {}), **({"all": "1"} if everything else {})}
        path = f"/unit/{quote(unit, safe='')}" if unit else "/"
        return f"{path}?{urlencode(given)}" if given else path


class Pages:
    """Makes the pages out of their template."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.kitchen = Kitchen()
        self.charts = Charts(view, self.kitchen)
        self._template, self.style_source = template("page.html")

    async def answer(self, request: Request) -> Response:
        """The page of a unit, of the whole without one."""
        wanted, present = self._wanted(request), still(self._view.present())
        speech = Speech(wanted.language, translator(wanted.language), self._view.zone(), self._view.now())
        drawn = await self._drawn(present, wanted)
        html = await self.kitchen.make(lambda: self.html(present, speech, wanted, drawn))
        if html is None:
            _ = speech.translate
            text = _("There is no such thing.") if wanted.item else _("There is no such unit.")
            return PlainTextResponse(text + "\n", 404)
        return HTMLResponse(html, headers={"content-language": wanted.language, "vary": "accept-language"})

    async def _drawn(self, present: Present, wanted: Wanted) -> Mapping[str, Markup]:
        """The pictures of a line, by metric; none of anything else, and none that cannot be read."""
        line = present.inventory.of("line").get(wanted.item) if wanted.item else None
        if line is None:
            return {}
        drawn = {
            metric: await self.charts.within(line, metric, wanted.since, wanted.language)
            for metric in METRICS
        }
        # Made by ourselves; what it holds of the inventory is escaped.
        return {metric: Markup(text) for metric, text in drawn.items() if text}  # noqa: S704

    def html(
        self, present: Present, speech: Speech, wanted: Wanted, drawn: Mapping[str, Markup] = NO_PICTURES
    ) -> str | None:
        """The text of a page; None when there is no such unit or thing."""
        tree = status_tree(present, speech.now, self._view.local_time(speech.now))
        whole = None if wanted.item else page(tree, wanted.unit, wanted.text, wanted.everything)
        shown = item_page(tree, wanted.item) if wanted.item else whole
        if shown is None:
            return None
        return self._template.render(
            page=shown,
            incidents=self._incidents(present, speech.now, WantedIncidents(wanted.unit)),
            audited=present.coverage is not None,
            documents=documents(present, wanted.item) if wanted.item else (),
            strips=strips(present, _with_bars(present, shown, wanted), speech),
            drawn=drawn,
            spans=tuple(SPANS),
            wanted=wanted,
            health=health(present),
            remarks=remarks(present),
            say=speech,
            zone=self._view.zone(),
            _=speech.translate,
        )

    def _incidents(self, present: Present, now: int, wanted: WantedIncidents) -> IncidentList:
        return incident_list(present, wanted, telling(present, self._view.local_time(now)), now)

    async def incidents_as_json(self, request: Request) -> Response:
        """The open incidents, those over within a day too with `all`; of the unit with all below it."""
        given, present, now = request.query_params, still(self._view.present()), self._view.now()
        wanted = WantedIncidents(given.get("unit", ""), everything="all" in given, todo="todo" in given)
        language, zone = self._wanted(request).language, self._view.zone()
        words = translator(language)
        return await self.kitchen.make(
            lambda: JSONResponse(list_json(self._incidents(present, now, wanted), zone, language, words))
        )

    async def as_json(self, request: Request) -> Response:
        """The tree, or what of it the parameters unit, site, verdict, kind and q ask for."""
        given, view = request.query_params, self._view
        present, now = still(view.present()), view.now()
        wanted = Filter(
            unit=given.get("unit", ""),
            site=given.get("site", ""),
            verdicts=frozenset(given.getlist("verdict")),
            kinds=frozenset(given.getlist("kind")),
            text=given.get("q", "")[:LONGEST_SEARCH],
        )
        return await self.kitchen.make(
            lambda: JSONResponse(as_json(matching(status_tree(present, now, view.local_time(now)), wanted)))
        )

    def _wanted(self, request: Request) -> Wanted:
        given = request.query_params
        asked = given.get("lang", "")
        chosen = asked if asked in LANGUAGES else ""
        liked = preferred(request.headers.get("accept-language", ""), self._view.language())
        return Wanted(
            unit=request.path_params.get("unit", ""),
            text=given.get("q", "")[:LONGEST_SEARCH].strip(),
            searching=request.url.path == FIND,
            everything="all" in given,
            chosen=chosen,
            language=chosen or liked,
            item=request.path_params.get("item", ""),
            since=given.get("since", USUAL) if given.get("since") in SPANS else USUAL,
        )


def _with_bars(present: Present, shown: Page, wanted: Wanted) -> Sequence[str]:
    """What has bars on a page: the thing itself with its lines, else the sites that are listed."""
    if wanted.item:
        return with_lines(present.inventory, wanted.item)
    listed = not wanted.searching and shown.found is None
    return [site.standing.id for site in shown.sites] if listed else ()


def documents(present: Present, item: str) -> tuple[Attachment, ...]:
    """What is attached to an item and to its field records."""
    records = records_by_item(present.inventory).get(item, ())
    return attachments_of(present.inventory, item, records)


@cache
def template(name: str) -> tuple[Template, str]:
    """A page's template, and the CSP source of the style sheet that stands in it."""
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(style=Markup(style), refresh=REFRESH_SECONDS, telephone=telephone)  # noqa: S704 - our own file
    digest = hashlib.sha256(style.encode()).digest()
    return environment.get_template(name), f"sha256-{base64.b64encode(digest).decode()}"

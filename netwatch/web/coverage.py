"""The page on coverage, /coverage and /coverage/unit/ID, and the same as JSON: what the daemon audited last. Read-only.

No request reaches the database: the daemon audits beside its looks (`netwatch.auditing`), and the page says of when
it is. `netwatch coverage` audits anew, and knows by what a thing was proved.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from jinja2 import Template
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from netwatch.language import LANGUAGES, translator
from netwatch.present import Present
from netwatch.queries.coverage import SCHEMA
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.still import still
from netwatch.web.answers import Kitchen
from netwatch.web.coverage_page import bar, coverage_page, figures_and_cells, things
from netwatch.web.coverage_speech import CoverageSpeech
from netwatch.web.speech import Speech, preferred
from netwatch.web.view import View

PATH = "/coverage"
UNIT, JSON = f"{PATH}/unit/", f"{PATH}.json"
# What has a page of its own.
_WITH_PAGES = frozenset({"device", "line", "conferencing_endpoint", "surge_protector", "service"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks for; `chosen` is the language named in the address, '' when none is."""

    unit: str
    norm: str
    chosen: str
    language: str

    def address(self, unit: str = "", norm: str = "", language: str = "") -> str:
        """The address of a unit's page ('' the whole), of one norm there."""
        chosen = language or self.chosen
        given = {**({"norm": norm} if norm else {}), **({"lang": chosen} if chosen else {})}
        path = f"{UNIT}{quote(unit, safe='')}" if unit else PATH
        return f"{path}?{urlencode(given)}" if given else path

    def other(self, language: str) -> str:
        """The address of this very page in another language."""
        return self.address(self.unit, self.norm, language)

    def status(self) -> str:
        """The status page, of the same unit."""
        path = f"/unit/{quote(self.unit, safe='')}" if self.unit else "/"
        return f"{path}?lang={self.chosen}" if self.chosen else path

    def thing(self, kind: str, id_: str) -> str:
        """The page of a thing, '' where it has none."""
        if kind not in _WITH_PAGES:
            return ""
        return f"/item/{quote(id_, safe='')}" + (f"?lang={self.chosen}" if self.chosen else "")


class CoveragePages:
    """Answers GET of /coverage, /coverage/unit/ID and /coverage.json."""

    def __init__(self, view: View, template: Template, kitchen: Kitchen) -> None:
        self._view, self._template, self._kitchen = view, template, kitchen

    async def answer(self, request: Request) -> Response:
        """The page, in the reader's language."""
        present, asked = still(self._view.present()), self._asked(request)
        speech = Speech(asked.language, translator(asked.language), self._view.zone(), self._view.now())
        html = await self._kitchen.make(lambda: self.html(present, speech, asked))
        if html is None:
            return PlainTextResponse(speech.translate("There is no such unit or norm.") + "\n", 404)
        return HTMLResponse(html, headers={"content-language": asked.language, "vary": "accept-language"})

    def html(self, present: Present, speech: Speech, asked: Asked) -> str | None:
        """The text of the page; None when there is no such unit or norm."""
        count = present.coverage
        page = coverage_page(count, asked.unit, asked.norm) if count else None
        if count is not None and page is None:
            return None
        return self._template.render(
            page=page,
            asked=asked,
            sample=present.sample,
            live=present.live,
            norms=bool(present.inventory.of("norm")),
            say=speech,
            tell=CoverageSpeech(speech),
            bar=bar,
            things=things,
            _=speech.translate,
        )

    async def as_json(self, request: Request) -> Response:
        """The figures; with the parameter unit those of it and all below, and their cells with every thing."""
        present, unit = still(self._view.present()), request.query_params.get("unit", "")
        return await self._kitchen.make(lambda: _json_response(_as_json(present, unit)))

    def _asked(self, request: Request) -> Asked:
        given = request.query_params
        wanted = given.get("lang", "")
        chosen = wanted if wanted in LANGUAGES else ""
        liked = preferred(request.headers.get("accept-language", ""), self._view.language())
        return Asked(request.path_params.get("unit", ""), given.get("norm", ""), chosen, chosen or liked)


def _json_response(made: dict[str, Any] | None) -> Response:
    """Written out in the kitchen too: of ten thousand agencies that takes a while."""
    return JSONResponse({"error": "no such unit"}, 404) if made is None else JSONResponse(made)


def _as_json(present: Present, unit: str) -> dict[str, Any] | None:
    if present.coverage is None:
        return {"schema": SCHEMA, "at": None, "at_us": 0, "figures": []}
    found = figures_and_cells(present.coverage, unit)
    if found is None:
        return None
    figures, cells = found
    return {**coverage_json(figures), **({"cells": coverage_json(cells)["cells"]} if cells else {})}

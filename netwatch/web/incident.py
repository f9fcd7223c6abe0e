"""The page of one incident: since when, whom, why, what to do and whom to call. Read-only.

It shows what the daemon holds in memory, so that no request reaches the database; `netwatch incidents ID` has the log.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from jinja2 import Template
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from netwatch.language import LANGUAGES, translator
from netwatch.present import Present
from netwatch.queries.incident_models import IncidentReport, MemberLine
from netwatch.queries.incidents import incident_report
from netwatch.queries.still import still
from netwatch.queries.telling import telling
from netwatch.web.answers import Kitchen
from netwatch.web.speech import Speech, preferred
from netwatch.web.view import View

PATH = "/incident/"
MOST_MEMBERS = 200
LONGEST_NUMBER = 18


class IncidentPage:
    """Answers GET of /incident/NUMBER for incidents that are open or were within a day."""

    def __init__(self, view: View, template: Template, kitchen: Kitchen) -> None:
        self._view, self._template, self._kitchen = view, template, kitchen

    async def answer(self, request: Request) -> Response:
        """The page, in the reader's language."""
        present, speech, chosen = still(self._view.present()), *self._reader(request)
        number = request.path_params["number"]
        html = await self._kitchen.make(lambda: self.html(present, speech, number, chosen))
        if html is None:
            text = speech.translate("There is no such incident, or it was over more than a day ago.")
            return PlainTextResponse(text + "\n", 404)
        return HTMLResponse(html, headers={"content-language": speech.language, "vary": "accept-language"})

    def html(self, present: Present, speech: Speech, number: str, chosen: str) -> str | None:
        """The text of the page; None when there is no such incident."""
        known = number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER
        incident = present.desk.incidents.get(int(number)) if known else None
        if incident is None:
            return None
        story = telling(present, self._view.local_time(speech.now))(incident)
        report = incident_report(present, incident, story, (), speech.now)
        return self._template.render(
            say=speech,
            _=speech.translate,
            sample=present.sample,
            live=present.live,
            home=f"/?lang={chosen}" if chosen else "/",
            **_content(report),
        )

    def _reader(self, request: Request) -> tuple[Speech, str]:
        asked = request.query_params.get("lang", "")
        chosen = asked if asked in LANGUAGES else ""
        liked = preferred(request.headers.get("accept-language", ""), self._view.language())
        language = chosen or liked
        return Speech(language, translator(language), self._view.zone(), self._view.now()), chosen


def _content(report: IncidentReport) -> Mapping[str, Any]:
    members = sorted(report.members, key=_still_hit)
    return {
        "report": report,
        "line": report.line,
        "members": members[:MOST_MEMBERS],
        "more": max(0, len(members) - MOST_MEMBERS),
    }


def _still_hit(member: MemberLine) -> tuple[bool, int]:
    return bool(member.left), member.since

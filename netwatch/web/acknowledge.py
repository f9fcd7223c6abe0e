"""The page behind the link of a message: shows one incident and a button that acknowledges it.

The link is the credential; it shows nothing but its incident, and of that names alone: chats fetch what stands behind
the links in messages. Mail scanners follow links, so that only the button's POST changes anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from jinja2 import Template
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from alerts.contract import Story
from alerts.render import names_only
from netwatch.control.contract import Refused
from netwatch.desk_commands import claim_of_link, used_at
from netwatch.incidents.contract import Incident
from netwatch.incidents.links import LONGEST_TOKEN, PATH, Claim
from netwatch.incidents.places import Places
from netwatch.language import LANGUAGES, translator
from netwatch.present import Present
from netwatch.queries.incidents import incident_line, sentence
from netwatch.queries.still import still
from netwatch.queries.telling import telling
from netwatch.web.answers import Kitchen
from netwatch.web.speech import Speech, preferred
from netwatch.web.view import View


class AcknowledgementPage:
    """Answers GET and POST of /ack/TOKEN."""

    def __init__(self, view: View, template: Template) -> None:
        self._view, self._template = view, template
        self._kitchen = Kitchen()

    def join(self, app: FastAPI) -> None:
        """Take part in an application."""
        app.router.add_route(f"{PATH}{{token}}", self.show, methods=["GET", "HEAD"])
        app.router.add_route(f"{PATH}{{token}}", self.do, methods=["POST"])

    async def show(self, request: Request) -> Response:
        """The incident, and a button while nobody has acknowledged it."""
        present, speech = self._view.present(), self._speech(request)
        claim = self._claim(request, present)
        if claim is None:
            return self._nothing()
        frozen = still(present)
        html = await self._kitchen.make(lambda: self._html(frozen, claim, speech))
        return HTMLResponse(html, headers={"content-language": speech.language, "vary": "accept-language"})

    def _html(self, present: Present, claim: Claim, speech: Speech) -> str:
        shown = self._content(present, present.desk.incidents[claim.incident], claim, speech)
        return self._template.render(say=speech, _=speech.translate, sample=present.sample, **shown)

    async def do(self, request: Request) -> Response:
        """Acknowledge, and show the page anew: a second time it says who did it when."""
        token, act = request.path_params["token"], self._view.acknowledge
        claim = self._claim(request, self._view.present())
        if claim is None or act is None:
            return self._nothing()
        try:
            await act(claim, token)
        except Refused as refused:
            _ = self._speech(request).translate
            text = " ".join(one.words(_) for one in refused.sentences)
            return PlainTextResponse(text + "\n", 409)
        return RedirectResponse(request.url.path + _language(request), 303)

    def _claim(self, request: Request, present: Present) -> Claim | None:
        token = request.path_params["token"][: LONGEST_TOKEN + 1]
        return claim_of_link(present.desk, self._view.signer(), token)

    def _nothing(self) -> Response:
        """The same for links that are forged, too old or of another installation."""
        return PlainTextResponse(self._view.translate("There is nothing at this address.") + "\n", 404)

    def _speech(self, request: Request) -> Speech:
        asked = request.query_params.get("lang", "")
        liked = preferred(request.headers.get("accept-language", ""), self._view.language())
        language = asked if asked in LANGUAGES else liked
        return Speech(language, translator(language), self._view.zone(), self._view.now())

    def _content(
        self, present: Present, incident: Incident, claim: Claim, speech: Speech
    ) -> Mapping[str, Any]:
        local: datetime = self._view.local_time(speech.now)
        story = _names_only(telling(present, local)(incident))
        used = used_at(present.desk, claim)
        return {
            "line": incident_line(incident, (), story, Places(present.inventory)),
            "whom": [sentence(one) for one in story.whom],
            "why": [sentence(one) for one in story.why],
            "next": [sentence(one) for one in story.next],
            "receiver": claim.receiver,
            "used": used,
            "asking": incident.open and incident.acknowledged is None and used is None,
        }


def _names_only(story: Story) -> Story:
    return replace(
        story,
        title=names_only(story.title),
        what=names_only(story.what),
        whom=tuple(map(names_only, story.whom)),
        why=tuple(map(names_only, story.why)),
        next=tuple(map(names_only, story.next)),
    )


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return f"?lang={asked}" if asked in LANGUAGES else ""

"""Pictures of what was measured of a line: /chart/LINE.svg, and the same within the line's page.

A picture is read and drawn beside the daemon's loop, one at a time, and kept for a while; only some spans are drawn, so
that what is kept is bounded. Spans of a month and more are drawn by means of hours or days.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlencode

import anyio
from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from exporters.charts import Drawing, document, draw, inset
from inventory.snapshot import Line
from netwatch.clock import DAY, MINUTE
from netwatch.language import LANGUAGES, listing, translator
from netwatch.queries.chart_words import picture
from netwatch.queries.curves import METRICS, UTILISATION
from netwatch.sampling.series import DAY as DAILY
from netwatch.sampling.series import FIVE_MINUTES, HOUR
from netwatch.store.contract import StoreFault
from netwatch.web.answers import Kitchen
from netwatch.web.speech import preferred
from netwatch.web.view import View

_log = logging.getLogger(__name__)

PATH = "/chart/"
ENDING = ".svg"
# How far back a picture reaches, by what means it is drawn, and how long it is good enough.
SPANS: Mapping[str, tuple[int, str, int]] = MappingProxyType(
    {
        "1d": (DAY, FIVE_MINUTES, MINUTE),
        "7d": (7 * DAY, FIVE_MINUTES, 5 * MINUTE),
        "30d": (30 * DAY, HOUR, 15 * MINUTE),
        "90d": (90 * DAY, HOUR, 30 * MINUTE),
        "1y": (365 * DAY, DAILY, 60 * MINUTE),
        "5y": (5 * 365 * DAY, DAILY, 60 * MINUTE),
    }
)
USUAL = "7d"
MOST_KEPT = 48
# So long a database that could not be read is not asked again.
PAUSE = MINUTE


def address(line: str, metric: str, since: str, chosen: str = "") -> str:
    """Where a picture is."""
    given = {"metric": metric, "since": since, **({"lang": chosen} if chosen else {})}
    return f"{PATH}{quote(line, safe='')}{ENDING}?{urlencode(given)}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture and when it was drawn; None where the database did not give what it needs."""

    at: int
    picture: Drawing | None


class Charts:
    """Draws pictures and keeps the last of them."""

    def __init__(self, view: View, kitchen: Kitchen) -> None:
        self._view, self._kitchen = view, kitchen
        self._kept: OrderedDict[tuple[str, str, str, str], Drawn] = OrderedDict()
        self._one_at_a_time = anyio.Lock()

    async def answer(self, request: Request) -> Response:
        """A picture of its own; 404 for what is no line, 400 for what is not drawn."""
        given = request.query_params
        asked = given.get("lang", "")
        liked = preferred(request.headers.get("accept-language", ""), self._view.language())
        language = asked if asked in LANGUAGES else liked
        _ = translator(language)
        path = request.path_params["line"]
        line = self._view.present().inventory.of("line").get(path.removesuffix(ENDING))
        if line is None or not path.endswith(ENDING) or self._view.curves is None:
            return PlainTextResponse(_("There is no such line.") + "\n", 404)
        metric, since = given.get("metric", UTILISATION), given.get("since", USUAL)
        if metric not in METRICS or since not in SPANS:
            text = _("Drawn are metric={metrics} since={spans}.")
            return PlainTextResponse(
                text.format(metrics=listing(METRICS), spans=listing(tuple(SPANS))) + "\n", 400
            )
        drawn = await self.drawn(line, metric, since, language)
        if drawn is None:
            return PlainTextResponse(_("What was measured cannot be read now.") + "\n", 503)
        headers = {"content-language": language, "vary": "accept-language"}
        return Response(document(drawn), media_type="image/svg+xml", headers=headers)

    async def within(self, line: Line, metric: str, since: str, language: str) -> str:
        """The picture as a part of a page; '' where the database does not give what it needs."""
        found = await self.drawn(line, metric, since, language)
        return inset(found) if found else ""

    async def drawn(self, line: Line, metric: str, since: str, language: str) -> Drawing | None:
        """The picture; None where the database does not give what it needs."""
        key = line.id, metric, since, language
        async with self._one_at_a_time:
            kept = self._kept.get(key)
            now, good = self._view.now(), SPANS[since][2]
            if kept is None or not kept.at <= now < kept.at + (good if kept.picture else PAUSE):
                made = await self._draw(line, metric, since, language)
                kept = self._kept[key] = Drawn(now, made)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept.picture

    async def _draw(self, line: Line, metric: str, since: str, language: str) -> Drawing | None:
        length, grain, _ = SPANS[since]
        now, zone, read = self._view.now(), self._view.zone(), self._view.curves
        if read is None:
            return None
        try:
            found = await read(line.id, metric, now - length, now, grain)
        except StoreFault as fault:
            _log.warning("What was measured of %s could not be read (%s).", line.id, fault)
            return None
        words = translator(language)
        return await self._kitchen.make(lambda: draw(picture(line, metric, found, words, zone)))

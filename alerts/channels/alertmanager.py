"""Incidents as alerts of a Prometheus Alertmanager (API v2, POST /api/v2/alerts).

An open one is sent again and again with its end a day ahead, so that our death never reads as recovery; one that is
over is sent with its end until that was taken once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from alerts.channels.contract import NotTaken
from alerts.channels.web import Read, ask, client
from alerts.contract import Part, Story
from alerts.render import RenderView, Unwritable, story_texts

ALERTS = "/api/v2/alerts"
NAME, TEST_NAME = "netwatch_incident", "netwatch_test"
# Alertmanager takes an alert for resolved once its end has passed.
AHEAD = 24 * 3600 * 1_000_000
TEST_AHEAD = 5 * 60 * 1_000_000
# One request holds so many alerts.
MOST = 500

_NUMBER = re.compile(r"[0-9]{1,18}")

Alert = Mapping[str, object]
Labels = Mapping[str, str]


@dataclass(slots=True)
class AlertmanagerChannel:
    """One Alertmanager on behalf of one receiver; `read` gives its address, `view` the language of annotations."""

    receiver: str
    read: Read
    view: RenderView
    deadline: float
    _known: dict[int, Labels] = field(default_factory=dict)

    async def tell(self, parts: Sequence[Part], now: int) -> None:
        """Send all alerts, open ones and such that are over; raises NotTaken, or Unsure."""
        async with client(self.deadline) as asking:
            known = self._known or await self._remembered(asking)
            alerts = [alert for part in parts for alert in self._alerts(part, known, now)]
            for first in range(0, len(alerts), MOST):
                await ask(asking, "POST", self.read, ALERTS, alerts[first : first + MOST])
        self._known = {
            part.story.incident: labels(part.story, self.receiver)
            for part in parts
            if part.story.ended is None or not _closing(part)
        }

    async def test(self, text: str, now: int) -> None:
        """Send an alert that says it is a test and is over after five minutes; raises NotTaken, or Unsure."""
        own = {"alertname": TEST_NAME, "severity": "notice", "receiver": self.receiver}
        alert = {"labels": own, "annotations": {"summary": text}, "endsAt": _moment(now + TEST_AHEAD)}
        async with client(self.deadline) as asking:
            await ask(asking, "POST", self.read, ALERTS, [alert])

    async def _remembered(self, asking: httpx.AsyncClient) -> Mapping[int, Labels]:
        """What the Alertmanager has of us from before we started."""
        wanted = f'?filter=alertname%3D"{NAME}"&filter=receiver%3D"{self.receiver}"'
        answer = await ask(asking, "GET", self.read, ALERTS + wanted)
        return _incidents(_json(answer))

    def _alerts(self, part: Part, known: Mapping[int, Labels], now: int) -> list[Alert]:
        own = labels(part.story, self.receiver)
        told: list[Alert] = [self._alert(part, own, now)]
        before = known.get(part.story.incident)
        if before is not None and before != own:
            # Labels are an alert's identity: with another severity it is another alert, and the former one is over.
            told.insert(0, {"labels": before, "startsAt": _moment(part.story.since), "endsAt": _moment(now)})
        return told

    def _alert(self, part: Part, own: Labels, now: int) -> Alert:
        story = part.story
        end = now + AHEAD
        if _closing(part):
            end = story.ended if story.ended is not None else now
        return {
            "labels": own,
            "annotations": self._annotations(part),
            "startsAt": _moment(story.since),
            "endsAt": _moment(max(end, story.since)),
        }

    def _annotations(self, part: Part) -> Mapping[str, str]:
        try:
            return story_texts(part, self.view)
        except Unwritable:
            # One story that makes no sense must not keep the others from being told.
            return {"summary": f"netwatch: {part.story.incident}"}


def _closing(part: Part) -> bool:
    return part.kind == "closing"


def labels(story: Story, receiver: str) -> Labels:
    """What identifies an incident's alert."""
    own = {
        "alertname": NAME,
        "incident": str(story.incident),
        "severity": str(story.severity),
        "nature": story.nature,
        "receiver": receiver,
        "unit": story.unit,
        "site": story.site,
    }
    return {name: value for name, value in own.items() if value}


def _json(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        raise NotTaken("refused") from None


def _incidents(answer: object) -> Mapping[int, Labels]:
    """Labels by incident of an answer, as far as it is understood."""
    found: dict[int, Labels] = {}
    for alert in answer if isinstance(answer, list) else ():
        own = alert.get("labels") if isinstance(alert, dict) else None
        number = own.get("incident") if isinstance(own, dict) else None
        if isinstance(own, dict) and isinstance(number, str) and _NUMBER.fullmatch(number):
            found[int(number)] = {str(name): str(value) for name, value in own.items()}
    return found


def _moment(at: int) -> str:
    """RFC 3339."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()


def heartbeat_alert(now: int, ahead: int) -> Alert:
    """An alert that fires as long as somebody sends it."""
    return {
        "labels": {"alertname": "netwatch_heartbeat", "severity": "none"},
        "annotations": {"summary": "netwatch lives"},
        "endsAt": _moment(now + ahead),
    }

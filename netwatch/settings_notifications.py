"""The sections of the settings about incidents and who is told of them: receivers, routes, the heartbeat."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, Strict, model_validator

from alerts.hours import read_hours
from netwatch.language import Sentence
from netwatch.settings_base import (
    REFERENCES,
    Interval,
    Mark,
    Reference,
    Seconds,
    Section,
    YesNo,
    count,
)
from netwatch.settings_faults import refuse, refuse_with, suggestion
from netwatch.settings_sources import Key

TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _web(text: str) -> str:
    """An address of HTTP that holds nothing secret, or nothing."""
    parts = _split(text)
    if not text:
        return text
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or "#" in text
    ):
        refuse("write it as https://name or https://name:port/path.")
    if parts.password is not None or parts.username is not None:
        refuse("a password does not stand in the settings. Write the whole address into a file: file:/path.")
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    """The parts of an address; None when it is none (a port that is no number, an IPv6 address left open)."""
    try:
        parts = urlsplit(text)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _web_or_reference(text: str) -> str:
    return text if text.startswith(REFERENCES) else _web(text)


def _time_of_day(text: str) -> str:
    if text and not TIME_OF_DAY.fullmatch(text):
        refuse("write a time of day from 00:00 to 23:59, such as 07:00.")
    return text


def _hours(text: str) -> str:
    if text and read_hours(text) is None:
        refuse("these hours are not understood. Write them like this: T2-T6 07:30-17:00, or 24/7.")
    return text


# Marked, so that a password written into it by mistake is not shown.
Web = Annotated[str, AfterValidator(_web), Mark.URL]
WebOrReference = Annotated[str, AfterValidator(_web_or_reference), Mark.REFERENCE]
Hours = Annotated[str, AfterValidator(_hours)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
LongSeconds = Annotated[float, Strict(), Field(ge=0, le=30 * 86_400, allow_inf_nan=False)]


class IncidentSettings(Section):
    """[incidents]"""

    gather: Seconds = 15.0
    together: Seconds = 60.0
    stay_up: Seconds = 60.0
    settle: Seconds = 180.0
    unknown_after: Seconds = 3600.0
    provider_lines: Annotated[int, count(2, 1000)] = 3


class NotificationSettings(Section):
    """[notifications]"""

    public_url: Web = ""
    link_key: Reference = ""
    digest_from: Annotated[int, count(2, 1000)] = 5
    digest_window: Seconds = 600.0
    digest_every: Seconds = 600.0
    retry_first: Interval = 5.0
    retry_most: Interval = 300.0
    deadline: Interval = 60.0
    give_up_after: Annotated[float, Strict(), Field(ge=60, le=30 * 86_400)] = 259_200.0

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.retry_most < self.retry_first:
            refuse("retry_most must not be less than retry_first.")
        if self.public_url and not self.link_key:
            refuse("link_key is missing: links below public_url are signed with it.")
        return self


class ReceiverSettings(Section):
    """[receivers.<name>]: reached by Apprise or served by Alertmanager, never both."""

    apprise: Reference = ""
    alertmanager: WebOrReference = ""
    language: Literal["vi", "en"] = "vi"
    outside: YesNo = False
    format: Literal["text", "html", "both"] = "both"
    fallback: str = ""
    daily: TimeOfDay = ""
    daily_units: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_channel(self) -> Self:
        if self.apprise and self.alertmanager:
            refuse(
                "this receiver would be told twice: name apprise or alertmanager, not both. Make it two receivers if "
                "both are wanted, and let Alertmanager reach other people."
            )
        if not self.apprise and not self.alertmanager:
            refuse("name how it is reached: apprise or alertmanager.")
        if self.alertmanager and self.fallback:
            refuse(
                "fallback does not belong here: Alertmanager is sent states, which no other channel takes."
            )
        if self.alertmanager and self.daily:
            refuse("daily does not belong here: Alertmanager is sent states, it takes no report.")
        if self.daily_units and not self.daily:
            refuse("daily_units says of whom the daily report tells: set daily too, such as 07:00.")
        return self


Severity = Literal["critical", "major", "minor", "notice"]
Nature = Literal["fault", "limit", "ignorance", "blindness"]


class RouteSettings(Section):
    """[routes.<name>]: who is told of what; routes are asked in their order."""

    receivers: Annotated[tuple[str, ...], Field(min_length=1)]
    units: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    natures: tuple[Nature, ...] = ()
    hours: Hours = ""
    escalate_after: LongSeconds = 0.0
    escalate_to: tuple[str, ...] = ()
    stop: YesNo = False

    @model_validator(mode="after")
    def _escalation(self) -> Self:
        if bool(self.escalate_after) != bool(self.escalate_to):
            refuse("escalate_after and escalate_to go together: set both or neither.")
        return self


class HeartbeatSettings(Section):
    """[heartbeat]"""

    url: WebOrReference = ""
    kind: Literal["url", "alertmanager"] = "url"
    interval: Interval = 60.0


def fitting(receivers: Mapping[str, ReceiverSettings], routes: Mapping[str, RouteSettings]) -> None:
    """Refuse names of receivers that are not there, and fallbacks that lead nowhere."""
    for name, receiver in receivers.items():
        if receiver.fallback:
            _known(("receivers", name, "fallback"), receiver.fallback, receivers)
            _reachable(name, receivers)
    for name, route in routes.items():
        for key, named in (("receivers", route.receivers), ("escalate_to", route.escalate_to)):
            for one in named:
                _known(("routes", name, key), one, receivers)


def _known(key: Key, name: str, receivers: Mapping[str, ReceiverSettings]) -> None:
    if name in receivers:
        return
    text = Sentence("there is no section [receivers.{name}].", {"name": name})
    parts = {"parts": (text, *suggestion(name, receivers))}
    refuse_with(Sentence("{parts}", parts), key)


def _reachable(name: str, receivers: Mapping[str, ReceiverSettings]) -> None:
    chain = list(_fallbacks(name, receivers))
    key = ("receivers", name, "fallback")
    if name in chain:
        refuse_with(Sentence("this leads back to {name}. Name another channel.", {"name": name}), key)
    if receivers[chain[0]].alertmanager:
        text = "{name} is served by Alertmanager, which takes no messages. Name a receiver with apprise."
        refuse_with(Sentence(text, {"name": chain[0]}), key)


def _fallbacks(name: str, receivers: Mapping[str, ReceiverSettings]) -> Iterator[str]:
    """The fallbacks one after the other, each once."""
    seen: set[str] = set()
    while (name := receivers[name].fallback if name in receivers else "") and name not in seen:
        seen.add(name)
        yield name

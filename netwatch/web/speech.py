"""How the page says things: moments, lengths of time, telephone links, numbers, in the reader's language. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import quote

from babel.dates import format_timedelta

from netwatch.language import LANGUAGES, Sentence, Translate, duration, moment, short_moment
from netwatch.queries.incident_lines import lasting_words, line_parts, standing_words
from netwatch.queries.incident_models import IncidentLine, NoticeLine
from netwatch.queries.incident_words import notice_state_words, notice_words, severity_word
from netwatch.queries.models import Standing
from netwatch.queries.words import (
    brief,
    detail_name,
    detail_value,
    fault_words,
    flag_words,
    kind_word,
    reason_words,
    role_words,
    unmanaged_words,
    verdict_word,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIALLED = re.compile(r"[^0-9+*#,]")
# Shown with everything that is wrong; the rest of the details stands in /status.json.
TELLING = (
    "address",
    "provider",
    "contract_number",
    "bandwidth_down",
    "bandwidth_up",
    "rtt",
    "loss",
    "room",
    "position",
    "protects",
    "serial",
    "power_source",
    "feeder",
    "power_contact",
)
PLACE = ("street_address", "shared_with")


@dataclass(frozen=True, slots=True)
class Speech:
    """One reader's language and time zone at one moment (microseconds UTC)."""

    language: str
    translate: Translate
    zone: tzinfo
    now: int

    def moment(self, at: int) -> str:
        """'14:05' of today, '14:05 22/11/2026' of another day."""
        return short_moment(at, self.now, self.zone)

    def exactly(self, at: int) -> str:
        """'14:05:09 23/11/2026'."""
        return f"{self._local(at):%H:%M:%S %d/%m/%Y}"

    def dated(self, at: int) -> str:
        """'23/11/2026 14:05:09', as in messages."""
        return moment(at, self.zone, self.language)

    def iso(self, at: int) -> str:
        """For the datetime attribute of a time element."""
        return self._local(at).isoformat(timespec="seconds")

    def length(self, since: int) -> str:
        """How long ago, in one unit: '12 phút', '12 minutes'."""
        return duration(max(0, self.now - since), self.language)

    def seconds(self, seconds: float) -> str:
        """A length of time in one unit."""
        return duration(round(seconds * 1_000_000), self.language)

    def span(self, name: str) -> str:
        """How far back: '7d' is '7 days'."""
        number = int(name[:-1])
        if name.endswith("y"):
            return format_timedelta(timedelta(days=365 * number), granularity="year", locale=self.language)
        return format_timedelta(timedelta(days=number), "day", threshold=number + 1, locale=self.language)

    def verdict(self, code: str) -> str:
        """The word of a verdict."""
        return verdict_word(code, self.translate)

    def reason(self, code: str) -> str:
        """Why."""
        return reason_words(code, self.translate)

    def unmanaged(self, code: str) -> str:
        """Why something that serves cannot be managed."""
        return unmanaged_words(code, self.translate)

    def kind(self, code: str) -> str:
        """What kind of thing."""
        return kind_word(code, self.translate)

    def role(self, code: str) -> str:
        """What a contact is."""
        return role_words(code, self.translate)

    def fault(self, code: str) -> str:
        """What ails the daemon."""
        return fault_words(code, self.translate)

    def flags(self, standing: Standing) -> Sequence[str]:
        """What stands beside a verdict: that it flaps, that it is in maintenance."""
        return flag_words(standing.flapping, standing.maintenance, self.translate)

    def severity(self, code: str) -> str:
        """How bad an incident is."""
        return severity_word(code, self.translate)

    def words(self, sentence: Sentence) -> str:
        """A sentence in the reader's language."""
        return sentence.words(self.translate)

    def lasting(self, line: IncidentLine) -> str:
        """Since when to the second and for how long, or from when to when."""
        return lasting_words(line, self.now, self.zone, self.language, self.translate, exact=True)

    def standing(self, line: IncidentLine) -> Sequence[str]:
        """Where an incident stands and whose it is."""
        return standing_words(line, self.translate)

    def notice(self, notice: NoticeLine) -> str:
        """What a receiver was told, and when."""
        kind, state = (
            notice_words(notice.kind, self.translate),
            notice_state_words(notice.state, self.translate),
        )
        return f"{kind}, {state}, {self.moment(notice.finished or notice.created)}"

    def about(self, line: IncidentLine) -> Sequence[str]:
        """What a line says of an incident behind its title: place, time, whom it hits, why, and whose it is."""
        return line_parts(line, self.now, self.zone, self.language, self.translate).behind_title()

    def details(self, standing: Standing) -> Sequence[tuple[str, str]]:
        """(label, value) of the details worth telling a person who is about to call somebody."""
        known = dict(standing.details)
        return self._details(standing, tuple(dict.fromkeys((*brief(standing.kind, known), *TELLING))))

    def brief(self, standing: Standing) -> Sequence[tuple[str, str]]:
        """(label, value) of the few details worth showing of a thing beside its verdict."""
        return self._details(standing, brief(standing.kind, dict(standing.details)))

    def everything(self, standing: Standing) -> Sequence[tuple[str, str]]:
        """(label, value) of all details."""
        return self._details(standing, tuple(name for name, _ in standing.details))

    def place(self, standing: Standing) -> Sequence[tuple[str, str]]:
        """(label, value) of what tells where a site is and whose else."""
        return self._details(standing, PLACE)

    def _details(self, standing: Standing, names: tuple[str, ...]) -> Sequence[tuple[str, str]]:
        known = dict(standing.details)
        return [
            (
                detail_name(name, self.translate),
                detail_value(name, known[name], self.translate, self.language),
            )
            for name in names
            if name in known
        ]

    def _local(self, at: int) -> datetime:
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone)


def telephone(phone: str) -> str:
    """The address of a telephone link, '' when the text has no digits; an extension is dialled after a pause."""
    number = re.sub(r"\s*(?:máy lẻ|số lẻ|ext\.?|nhánh)\s*", ",", phone, flags=re.IGNORECASE)
    dialled = _DIALLED.sub("", number)
    return f"tel:{quote(dialled, safe='+*,')}" if any(c.isdigit() for c in dialled) else ""


def preferred(accept_language: str, otherwise: str) -> str:
    """The language an Accept-Language header likes best among ours (RFC 9110, 12.5.4), else `otherwise`."""
    best, weight = otherwise, 0.0
    for wish in accept_language[:1000].split(","):
        tag, _, parameter = wish.partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


def _quality(parameter: str) -> float:
    match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameter, re.IGNORECASE)
    if match:
        return float(match[1])
    return 0.0 if parameter.strip() else 1.0

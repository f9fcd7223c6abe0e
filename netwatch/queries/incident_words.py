"""Words for the codes of incidents: causes, clues, severities, deeds; catalogues hold the other languages.

The English text is the key of the translation (`incidents.po`). A code nobody wrote words for is shown as it is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.contract import Phrase
from netwatch.clock import SECOND
from netwatch.incidents.contract import Clue
from netwatch.incidents.places import Places

Translate = Callable[[str], str]

SEVERITIES: Mapping[str, str] = {
    "critical": "critical",
    "major": "serious",
    "minor": "minor",
    "notice": "notice",
}

NATURES: Mapping[str, str] = {
    "fault": "failure",
    "limit": "limit exceeded",
    "ignorance": "state not known",
    "blindness": "netwatch cannot see",
}

CAUSES: Mapping[str, str] = {
    "power": "power failure",
    "line": "line cut",
    "provider": "failure of the provider's network",
    "equipment": "failed device",
    "state": "reported by the thing itself",
    "ourselves": "netwatch's own connection",
    "credentials": "credentials not accepted",
    "undecided": "power or line, not known",
}

CONFIDENCES: Mapping[str, str] = {
    "confirmed": "confirmed",
    "likely": "likely",
    "possible": "possible",
    "none": "nothing tells",
}

DEEDS: Mapping[str, str] = {
    "opened": "noticed",
    "announced": "ready to be told",
    "grew": "hits more",
    "shrank": "hits less",
    "blamed": "cause determined",
    "severity": "severity changed",
    "suppressed": "not told, because of",
    "released": "told again",
    "acknowledged": "acknowledged",
    "assigned": "assigned",
    "ended": "everything works again",
    "resumed": "failed again",
    "closed": "finished",
    "noted": "noted",
    "told": "told",
}

KINDS_OF_NOTICE: Mapping[str, str] = {
    "opening": "opening",
    "correction": "correction of the cause",
    "escalation": "escalation",
    "closing": "closing",
}

STATES_OF_NOTICE: Mapping[str, str] = {
    "pending": "waits",
    "sealed": "being sent",
    "delivered": "delivered",
    "over": "over before it was delivered",
    "dropped": "not sent",
}

# What tells of a cause. Names in braces are the clue's parameters; ids among them are shown as names, seconds as a
# length of time, moments as local clock times. Where a parameter is lacking the text of BARE stands.
CLUES: Mapping[str, str] = {
    "ups_on_battery": "{ups} ran on battery at {at}",
    "ups_on_mains": "{ups} had mains power at {at}",
    "lines_together": "independent lines of {site} failed within {seconds}: {count}",
    "whole_site_dark": "nothing at {site} answers any more",
    "feeder_neighbours": "other sites on the power feeder {feeder} failed too: {count}",
    "power_neighbours": "other sites on the power source {power_source} failed too: {count}",
    "provider_neighbours": "lines of {provider} failed at several sites at once: {count}",
    "route_group": "lines on the route {route_group} failed together: {count}",
    "other_devices_answer": "{device} at the site still answers, so there is power",
    "restarted": "{device} started anew at {started}",
    "ran_on": "{device} did not start anew: it had power all the time",
    "parent_answers": "{parent}, on which it depends, works",
    "reporting_router": "a router reports that the way ends there: {router}",
    "backup_alive": "the backup line {line} works",
    "trap_power": "{device} reported a power failure",
    "person_says": "{author} says: {cause}",
    "only_one_line": "the site has a single line, so power and line look alike from outside",
    "nothing_tells": "nothing tells power and line apart",
}

# Without parameters: where one is lacking, and for channels that lead outside.
BARE: Mapping[str, str] = {
    "ups_on_battery": "a UPS at the site is on battery",
    "ups_on_mains": "a UPS at the site has mains power",
    "lines_together": "several independent lines of the site failed together",
    "whole_site_dark": "nothing at the site answers any more",
    "feeder_neighbours": "other sites on the same power feeder failed too",
    "power_neighbours": "other sites on the same power source failed too",
    "provider_neighbours": "other lines of the same provider failed too",
    "route_group": "lines on the same route failed together",
    "other_devices_answer": "something at the site still answers, so there is power",
    "restarted": "the equipment started anew",
    "ran_on": "the equipment did not start anew: it had power all the time",
    "parent_answers": "what it depends on works",
    "reporting_router": "a router reports that the way ends there",
    "backup_alive": "the backup line works",
    "trap_power": "a device reported a power failure",
    "person_says": "somebody on site or responsible has confirmed it",
}

UNTRUSTED = "{clue} (unauthenticated: it decides nothing)"
LENGTHS: Mapping[str, str] = {
    "seconds": "{number} s",
    "minutes": "{number} min",
    "hours": "{number} h",
    "days": "{number} d",
}
_AS_NAMES = frozenset({"ups", "device", "parent", "line", "site", "subject"})
_AS_LENGTHS = frozenset({"seconds"})
_AS_CLOCK = frozenset({"at", "started"})


def severity_word(code: str, translate: Translate) -> str:
    """The word of a severity."""
    return translate(SEVERITIES.get(code, code))


def nature_words(code: str, translate: Translate) -> str:
    """What sort of incident it is."""
    return translate(NATURES.get(code, code))


def cause_words(code: str, translate: Translate) -> str:
    """What is to blame."""
    return translate(CAUSES.get(code, code))


def confidence_words(code: str, translate: Translate) -> str:
    """How sure that is."""
    return translate(CONFIDENCES.get(code, code))


def deed_words(code: str, translate: Translate) -> str:
    """What happened, in an incident's log."""
    return translate(DEEDS.get(code, code))


def notice_words(code: str, translate: Translate) -> str:
    """What a receiver is told."""
    return translate(KINDS_OF_NOTICE.get(code, code))


def notice_state_words(code: str, translate: Translate) -> str:
    """Where a notice stands."""
    return translate(STATES_OF_NOTICE.get(code, code))


def blame_phrase(cause: str, confidence: str) -> Phrase:
    """What is to blame and how sure that is."""
    told = Phrase(CAUSES.get(cause, cause))
    if confidence == "none":
        return told
    return Phrase(
        "{cause} ({confidence})",
        {"cause": told, "confidence": Phrase(CONFIDENCES.get(confidence, confidence))},
    )


def clue_phrase(clue: Clue, places: Places, zone: tzinfo = UTC) -> Phrase:
    """A piece of evidence in words; moments are local clock times."""
    params = {name: _parameter(name, text, places, zone) for name, text in clue.params.items()}
    params.setdefault("at", clock_time(clue.at, zone))
    told = Phrase(_fitting(clue.code, params), params)
    return told if clue.trusted else Phrase(UNTRUSTED, {"clue": told})


def bare_clue(clue: Clue) -> Phrase:
    """The same without naming anybody or any address."""
    return Phrase(BARE.get(clue.code) or CLUES.get(clue.code, clue.code))


def _fitting(code: str, params: Mapping[str, object]) -> str:
    """The text of a clue whose parameters are all there."""
    text = CLUES.get(code, code)
    try:
        text.format(**params)
    except (LookupError, ValueError):
        return BARE.get(code, code)
    return text


def _parameter(name: str, text: str, places: Places, zone: tzinfo) -> object:
    if name in _AS_NAMES:
        return places.name(text)
    if name == "cause":
        return Phrase(CAUSES.get(text, text))
    if name in _AS_LENGTHS and _is_number(text):
        return length(round(float(text) * SECOND))
    if name in _AS_CLOCK and text.isdecimal():
        return clock_time(int(text), zone)
    return text


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal() and text.isascii()


def length(microseconds: int) -> Phrase:
    """A length of time in its largest fitting unit: 45 s, 12 min, 3 h, 2 d."""
    seconds = microseconds // SECOND
    for unit, size, upto in (
        ("seconds", 1, 120),
        ("minutes", 60, 7200),
        ("hours", 3600, 172_800),
    ):
        if seconds < upto:
            return Phrase(LENGTHS[unit], {"number": seconds // size})
    return Phrase(LENGTHS["days"], {"number": seconds // 86_400})


def clock_time(at: int, zone: tzinfo) -> str:
    """A moment as local clock time, to the second; the same in every language."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return f"{moment.astimezone(zone):%H:%M:%S}"


def all_texts() -> frozenset[str]:
    """Every English text of this module, each of which needs a translation."""
    tables = (
        SEVERITIES,
        NATURES,
        CAUSES,
        CONFIDENCES,
        DEEDS,
        KINDS_OF_NOTICE,
        STATES_OF_NOTICE,
        CLUES,
        BARE,
        LENGTHS,
    )
    return frozenset((UNTRUSTED, *(text for table in tables for text in table.values())))

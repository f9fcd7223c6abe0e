"""Words for the codes of inspections; `lightning.po` holds the other languages."""

from collections.abc import Callable, Mapping

Translate = Callable[[str], str]

STATUSES: Mapping[str, str] = {
    "ok": "in its term",
    "due_soon": "due soon",
    "overdue": "overdue",
    "unknown": "no date to count from",
}

TRIGGERS: Mapping[str, str] = {
    "contact_fault": "its contact failed and no replacement is recorded",
    "strike": "lightning struck since the last inspection",
    "earth_resistance": "earth resistance above the limit",
    "device_lost": "something it protects failed in a storm",
    "inspection_failed": "it did not pass the last inspection",
    "indicator_red": "its indicator is red",
    "design_life": "its design life is over",
}

# What happened, whether or not it was dealt with since.
EVENTS: Mapping[str, str] = {
    "strike": "its counter told of lightning",
    "device_lost": "something it protects failed in a storm",
}

RESULTS: Mapping[str, str] = {
    "pass": "passed",
    "fail": "not passed",
    "green": "green",
    "red": "red",
    "three_pole": "three-pole method",
    "clamp": "clamp meter",
}


def status_word(code: str, translate: Translate) -> str:
    """How an inspection stands."""
    return translate(STATUSES.get(code, code))


def trigger_words(code: str, translate: Translate) -> str:
    """What forces an inspection."""
    return translate(TRIGGERS.get(code, code))


def trigger_event(code: str, translate: Translate) -> str:
    """What happened to a protector that no record tells."""
    return translate(EVENTS.get(code, code))


def result_word(code: str, translate: Translate) -> str:
    """A result, the colour of an indicator, a method of measuring."""
    return translate(RESULTS.get(code, code)) if code else ""


def all_texts() -> frozenset[str]:
    """Every English text of this module, each of which needs a translation."""
    return frozenset(text for table in (STATUSES, TRIGGERS, EVENTS, RESULTS) for text in table.values())

"""What this package says to people: English templates by code. `netwatch` translates them."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.contract import Phrase

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "window.long": "The rule is longer than {limit} characters. Shorten it.",
        "window.part": "'{part}' is not a part of a rule. Write NAME=VALUE, parts separated by ';', "
        "such as FREQ=WEEKLY;BYDAY=SA.",
        "window.name": "The rule names '{name}', which windows do not know. Allowed: {allowed}.",
        "window.twice": "The rule names {name} twice. Write it once, values separated by ','.",
        "window.no_frequency": "The rule does not say how often the window comes. Add one of: {allowed}.",
        "window.frequency": "A window cannot come with FREQ={value}. Allowed: {allowed}.",
        "window.number": "{name}={value} is not possible. Allowed: whole numbers {allowed}, at most {most} of them.",
        "window.day": "'{value}' is not a day of the week. Allowed: {allowed}, "
        "in a month also with a number before it, such as 1MO or -1FR.",
        "window.until": "UNTIL={value} is not a moment. Write 20261231, 20261231T235959 (local time) or "
        "20261231T165959Z (UTC).",
        "window.count_and_until": "The rule has both COUNT and UNTIL. Keep one of them.",
        "window.position": "BYSETPOS is not possible with FREQ={value}. Leave it out or choose another FREQ.",
        "window.never": "By this rule the window never comes. Correct the days, months or hours.",
        "window.dense": "By this rule the window comes more than {limit} times a year. Make it rarer, or longer.",
        "window.duration": "The window has no duration. Give it an end after its start.",
        "window.lasting": "A window lasts at most {days} days. Enter the rest as another one.",
        "window.zone": "'{zone}' is not a time zone. Write one such as Asia/Ho_Chi_Minh.",
        "window.calendar": "The window does not begin between the years 1970 and 2199. Correct its start.",
        "window.until_calendar": "The window does not end between the years 1970 and 2199. Correct its end.",
    }
)


def phrase(code: str, **params: object) -> Phrase:
    """The phrase of a code."""
    return Phrase(TEXTS[code], params)

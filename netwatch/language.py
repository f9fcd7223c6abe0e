"""The languages people read: sentences with parameters, translators over every catalogue, dates and durations.

A catalogue is `netwatch/locale/<language>/LC_MESSAGES/<area>.po`, msgid the English text. The compiled .mo is read;
where it is missing or older than its .po (a source tree) the .po itself is.
"""

import gettext
import locale
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from babel.dates import format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("vi", "en")
ENGLISH = "en"
LOCALES = Path(__file__).parent / "locale"

Translate: TypeAlias = Callable[[str], str]
NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English template and its parameters, translated only where it is shown.

    A parameter may itself be a `Sentence`, or a tuple of them shown one after the other; a date is shown as people
    write it. Never a secret.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=lambda: NO_PARAMETERS)

    def words(self, translate: Translate) -> str:
        """The sentence in the translator's language."""
        shown = {name: _shown(value, translate) for name, value in self.params.items()}
        return translate(self.text).format(**shown) if shown else translate(self.text)

    def __str__(self) -> str:
        return self.words(str)


def _shown(value: object, translate: Translate) -> object:
    if isinstance(value, Sentence):
        return value.words(translate)
    if isinstance(value, tuple):
        return " ".join(str(_shown(part, translate)) for part in value)
    if type(value) is date:
        return day(value)
    return value


def choose(*wishes: str | None) -> str:
    """The first wish that names a language we speak ('vi', 'en', 'vi_VN.UTF-8'); English when none does."""
    for wish in wishes:
        spoken = (wish or "").replace("-", "_").split("_")[0].split(".")[0].lower()
        if spoken in LANGUAGES:
            return spoken
    return ENGLISH


def from_environment(environment: Mapping[str, str]) -> str | None:
    """What LC_ALL, LC_MESSAGES or LANG wish for, in that order; None when they are silent."""
    return next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), None
    )


@cache
def translator(language: str) -> Translate:
    """A function from English texts to the language; a text no catalogue knows stays English."""
    if language == ENGLISH:
        return str
    texts = dict(_texts(LOCALES / language / "LC_MESSAGES"))
    return lambda text: texts.get(text, text)


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for source in sorted({path.with_suffix(".po") for path in folder.glob("*.[mp]o")}):
        yield from _catalogue(source)


def _catalogue(source: Path) -> Iterable[tuple[str, str]]:
    compiled = source.with_suffix(".mo")
    if _current(compiled, source):
        with compiled.open("rb") as file:
            return [pair for pair in _pairs(gettext.GNUTranslations(file)) if all(pair)]
    with source.open("rb") as text:
        catalogue = read_po(text)
    # Entries with plural forms are those of libraries, which look them up themselves.
    return [
        (entry.id, str(entry.string))
        for entry in catalogue
        if isinstance(entry.id, str) and entry.id and entry.string
    ]


def _current(compiled: Path, source: Path) -> bool:
    if not source.exists():
        return True
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


def _pairs(translations: gettext.GNUTranslations) -> Iterable[tuple[str, str]]:
    catalogue: Mapping[Any, str] = vars(translations)["_catalog"]
    return ((key, value) for key, value in catalogue.items() if isinstance(key, str))


def day(value: date | None) -> str:
    """A date as people here write it, day first; '' for none."""
    return f"{value:%d/%m/%Y}" if value else ""


def moment(at: int, zone: tzinfo, language: str) -> str:
    """A moment (microseconds UTC) as local date and time, to the second."""
    return format_datetime(_datetime(at, zone), "dd/MM/yyyy HH:mm:ss", locale=language)


def short_moment(at: int, now: int, zone: tzinfo) -> str:
    """A moment as short as it can be said: '14:05' of today, '14:05 22/11/2026' of another day."""
    local = _datetime(at, zone)
    return f"{local:%H:%M}" if local.date() == _datetime(now, zone).date() else f"{local:%H:%M %d/%m/%Y}"


def short_span(start: int, end: int, now: int, zone: tzinfo) -> str:
    """From when to when as short as it can be said: '14:05 - 14:25' of today, '23:10 21/11 - 01:00 22/11' of other
    days, one date where both are of one day, years where they are not this one."""
    first, last, today = (_datetime(at, zone) for at in (start, end, now))
    date = "%d/%m" if first.year == last.year == today.year else "%d/%m/%Y"
    behind = "" if last.date() == today.date() else f" {last:{date}}"
    before = "" if first.date() == last.date() else f" {first:{date}}"
    return f"{first:%H:%M}{before} - {last:%H:%M}{behind}"


def _datetime(at: int, zone: tzinfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(zone)


def duration(microseconds: int, language: str) -> str:
    """A length of time in one unit, as people say it: '5 minutes', '5 phút'."""
    return format_timedelta(timedelta(microseconds=microseconds), threshold=1.5, locale=language)


def number(value: float, language: str) -> str:
    """A number by the language's custom: 1.234,5 or 1,234.5."""
    return format_decimal(value, locale=language)


def listing(words: Sequence[object]) -> str:
    """Words one after the other with commas, for sentences about what is allowed."""
    return ", ".join(str(word) for word in words)


def system_language() -> str:
    """The language of the process's locale, '' when it has none."""
    return locale.getlocale()[0] or ""

"""What is said of a day in words: what of it was up, and within which bounds, down, unknown, not counted. Pure."""

from collections.abc import Iterator, Sequence

from netwatch.availability.contract import Class
from netwatch.availability.days import DayFigures, Grade, grade, summed
from netwatch.availability.shares import shares_of
from netwatch.clock import SECOND
from netwatch.language import Translate, number


def clock_words(length: int) -> str:
    """A length of time in hours, minutes and whole seconds: '743:59:12'."""
    seconds = length // SECOND
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def share_words(day: DayFigures, translate: Translate, language: str) -> str:
    """'99.653 % up (between 99.1 and 99.8 %)', or that nothing was measured."""
    shares = shares_of(day)
    if shares.availability is None or shares.lowest is None or shares.highest is None:
        return translate("nothing measured")
    return translate("{share} % up (between {lowest} and {highest} %)").format(
        share=number(shares.availability / 1000, language),
        lowest=number(shares.lowest / 1000, language),
        highest=number(shares.highest / 1000, language),
    )


def day_words(day: DayFigures | None, translate: Translate, language: str, *, bounds: bool = True) -> str:
    """All that is said of a day."""
    if day is None:
        return translate("not counted yet")
    if not day.watched:
        return translate("not watched")
    share = share_words(day, translate, language) if bounds else _share(day, translate, language)
    return ", ".join((share, *_lengths(day, translate)))


def _share(day: DayFigures, translate: Translate, language: str) -> str:
    share = shares_of(day).availability
    if share is None:
        return translate("nothing measured")
    return translate("{share} % up").format(share=number(share / 1000, language))


def _lengths(day: DayFigures, translate: Translate) -> Iterator[str]:
    texts = {
        Class.DOWN: translate("down {length}"),
        Class.UNKNOWN: translate("unknown {length}"),
        Class.EXCLUDED: translate("excluded {length}"),
    }
    for class_, text in texts.items():
        if day.of(class_):
            yield text.format(length=clock_words(day.of(class_)))


def strip_words(days: Sequence[DayFigures | None], translate: Translate, language: str) -> str:
    """Many days that are over in one sentence, which says that today is not among them."""
    known = [day for day in days if day is not None]
    if not known:
        return translate("not counted yet")
    watched = [day for day in known if day.watched]
    told = [share_words(summed(watched), translate, language)] if watched else []
    counts = {
        translate("days with an outage: {count}"): sum(1 for day in watched if day.down),
        translate("with unknown time: {count}"): sum(1 for day in watched if day.unknown),
        translate("not watched: {count}"): len(known) - len(watched),
        translate("not counted yet: {count}"): len(days) - len(known),
    }
    told.extend(text.format(count=count) for text, count in counts.items() if count)
    told.append(translate("without today"))
    return "; ".join(told)


def grade_words(one: Grade, translate: Translate) -> str:
    """What a sign stands for."""
    words = {
        Grade.WHOLE: translate("no outage"),
        Grade.NEARLY: translate("99.9 % up or more"),
        Grade.MOST: translate("99 % or more"),
        Grade.MUCH: translate("95 % or more"),
        Grade.LITTLE: translate("less"),
        Grade.NOTHING: translate("down all the time"),
        Grade.UNKNOWN: translate("mostly unknown"),
        Grade.EXCLUDED: translate("excluded"),
        Grade.UNWATCHED: translate("not watched"),
        Grade.NOT_COUNTED: translate("not counted yet"),
    }
    return words[one]


# One character a day, for terminals.
SIGNS = {
    Grade.WHOLE: "█",
    Grade.NEARLY: "▆",
    Grade.MOST: "▅",
    Grade.MUCH: "▃",
    Grade.LITTLE: "▁",
    Grade.NOTHING: "X",
    Grade.UNKNOWN: "?",
    Grade.EXCLUDED: "m",
    Grade.UNWATCHED: "·",
    Grade.NOT_COUNTED: " ",
}


def signs(days: Sequence[DayFigures | None]) -> str:
    """A character for each day."""
    return "".join(SIGNS[grade(day)] for day in days)

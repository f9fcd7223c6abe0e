"""`netwatch availability SCOPE --bars`: a character for each of the last 90 days, of sites, lines or endpoints."""

from typing import Any

from netwatch.availability.days import DayFigures, Grade, grade
from netwatch.cli.shell import Shell
from netwatch.clock import SECOND
from netwatch.language import Sentence
from netwatch.queries.day_figures import Bars
from netwatch.queries.day_words import SIGNS, grade_words, signs, strip_words

SCHEMA = 1


def show_bars(shell: Shell, bars: Bars) -> None:
    """Print them, the oldest day first, with what the characters stand for."""
    if bars.watched_until:
        text = "No daemon has been running since {at}; what came after is unknown."
        shell.remark(Sentence(text, {"at": shell.moment(bars.watched_until)}))
    if not bars.figures:
        shell.say(shell._("Nothing of this kind was there in this period."))
        return
    params = {"first": f"{bars.days[0]:%d/%m/%Y}", "last": f"{bars.days[-1]:%d/%m/%Y}"}
    shell.say(shell._("Day by day from {first} to {last}, today so far:", **params))
    width = max(1, shell.width - 3) if shell.width else len(bars.days)
    for id_, days in bars.figures.items():
        # Like pages: what goes on counting would make a sentence another one every minute.
        shell.say(f"{bars.names[id_]} [{id_}]: {strip_words(days[:-1], shell.translate, shell.language)}")
        drawn = signs(days)
        for start in range(0, len(drawn), width):
            shell.say(f"  {drawn[start : start + width]}")
    used = {grade(day) for days in bars.figures.values() for day in days}
    told = [f"{SIGNS[one]} {grade_words(one, shell.translate)}" for one in Grade if one in used]
    shell.say(", ".join(told))


def bars_json(bars: Bars) -> dict[str, Any]:
    """The same as a JSON object; lengths are seconds."""
    return {
        "schema": SCHEMA,
        "by": bars.by,
        "things": [
            {
                "id": id_,
                "name": bars.names[id_],
                "days": [
                    {"day": day.isoformat(), **_figures(one)}
                    for day, one in zip(bars.days, days, strict=True)
                ],
            }
            for id_, days in bars.figures.items()
        ],
    }


def _figures(day: DayFigures) -> dict[str, Any]:
    names = ("up", "down", "unknown", "excluded", "low", "high", "countable")
    seconds = {name: value / SECOND for name, value in zip(names, day.numbers, strict=True)}
    return {"grade": grade(day).value, "watched": day.watched, "seconds": seconds}

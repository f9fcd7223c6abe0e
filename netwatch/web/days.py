"""How sites and lines did on the last 90 days, as bars: where what of a day stands, and what is said of it. Pure.

Above the line stands what was up, unknown and excluded of a day, below it how long it was down, so that nobody needs to
tell colours apart; unknown is hatched, excluded hollow, and a day that nobody watched is empty.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from inventory.snapshot import Inventory
from netwatch.availability.contract import Class
from netwatch.availability.days import DayFigures
from netwatch.availability.periods import TODAY
from netwatch.availability.running import CLASSES
from netwatch.clock import HOUR, MINUTE, SECOND
from netwatch.language import translator
from netwatch.present import Present
from netwatch.queries.availability_counts import AvailabilityCount
from netwatch.queries.day_figures import last_days
from netwatch.queries.day_strips import KINDS
from netwatch.queries.day_words import day_words, strip_words
from netwatch.web.speech import Speech

STEP, WIDTH, HEIGHT = 6, 5, 44
LINE, HIGH = 30, 28
# The least that is seen of what there was.
LEAST = 5
# How far a bar reaches below the line, by how long it was down.
DEPTHS = ((5 * MINUTE, 4), (HOUR, 7), (4 * HOUR, 10))
DEEPEST = HEIGHT - LINE
MOST_STRIPS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: its look (`up`, `down`, `unknown`, `excluded`, `unwatched`), where it stands, how high."""

    look: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A day; `words` say all of it, `telling` whether it was watched and not simply up."""

    x: int
    day: str
    words: str
    parts: tuple[Part, ...]
    telling: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The bars of one thing, the oldest first; `telling` are the days that were not simply up, the newest first."""

    id: str
    name: str
    words: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        """How wide all of it is."""
        return STEP * len(self.bars)

    @property
    def telling(self) -> Sequence[Bar]:
        """What a table of them need not leave out."""
        return [bar for bar in reversed(self.bars) if bar.telling]


def strips(present: Present, ids: Iterable[str], speech: Speech) -> Mapping[str, Strip]:
    """The bars of those of these that are sites or lines, not more than `MOST_STRIPS`."""
    found: dict[str, Strip] = {}
    for id_ in ids:
        made = strip(present, id_, speech) if len(found) < MOST_STRIPS else None
        if made is not None:
            found[id_] = made
    return found


def with_lines(inventory: Inventory, item: str) -> Sequence[str]:
    """A thing, and the lines of it when it is a site."""
    lines = inventory.of("line").values() if item in inventory.of("site") else ()
    return [item, *sorted(line.id for line in lines if line.site == item)]


def strip(present: Present, id_: str, speech: Speech) -> Strip | None:
    """The bars of one thing; None of what is neither a site nor a line."""
    kind = next((kind for kind in KINDS if id_ in present.inventory.of(kind)), "")
    if not kind:
        return None
    name = str(present.inventory.of(kind)[id_].name or id_)
    today = _local(speech.now, speech)
    days = last_days(today)[:-1]
    known = dict(zip(present.days.days, present.days.of(id_), strict=True))
    over = [known.get(day) for day in days]
    now = so_far(present.availability, kind, id_, today, speech)
    bars = [
        _bar(place, day, figures, speech) for place, (day, figures) in enumerate(zip(days, over, strict=True))
    ]
    words = strip_words(over, speech.translate, speech.language)
    return Strip(id_, name, words, (*bars, _today(len(bars), today, now, speech)))


def _bar(place: int, day: date, figures: DayFigures | None, speech: Speech) -> Bar:
    return _drawn(place, f"{day:%d/%m/%Y}", _words(figures, speech.language), figures)


# Most days are like others, and pages are asked for again and again.
@lru_cache(maxsize=8192)
def _words(figures: DayFigures | None, language: str) -> str:
    return day_words(figures, translator(language), language)


def _today(place: int, day: date, figures: DayFigures | None, speech: Speech) -> Bar:
    words = day_words(figures, speech.translate, speech.language, bounds=False)
    named = speech.translate("{day}, so far").format(day=f"{day:%d/%m/%Y}")
    return _drawn(place, named, words, figures)


def _drawn(place: int, day: str, words: str, figures: DayFigures | None) -> Bar:
    telling = figures is not None and figures.watched and figures.up < figures.length
    return Bar(place * STEP, day, words, tuple(parts(figures)), telling)


def so_far(
    count: AvailabilityCount | None, kind: str, id_: str, today: date, speech: Speech
) -> DayFigures | None:
    """The running count of today, without bounds; None where there is none yet."""
    column = count.columns.get((kind, TODAY)) if count else None
    if count is None or column is None or _local(count.until, speech) != today:
        return None
    place = bisect_left(column.ids, id_)
    if place == len(column.ids) or column.ids[place] != id_:
        return None
    time = {class_: column.times[number][place] for number, class_ in enumerate(CLASSES)}
    up, known = time[Class.UP], sum(time.values())
    return DayFigures(up, time[Class.DOWN], time[Class.UNKNOWN], time[Class.EXCLUDED], up, known, known)


def _local(at: int, speech: Speech) -> date:
    return datetime.fromtimestamp(at / SECOND, speech.zone).date()


def parts(day: DayFigures | None) -> Iterator[Part]:
    """What is drawn of a day."""
    if day is None or not day.length:
        return
    if not day.watched:
        yield Part("unwatched", LINE - 1, 1)
        return
    shown = {class_: day.of(class_) for class_ in (Class.UP, Class.UNKNOWN, Class.EXCLUDED) if day.of(class_)}
    room = max(HIGH * (day.length - day.down) / day.length, LEAST * len(shown))
    y = float(LINE)
    for class_, height in _shared_out(shown, room).items():
        y -= height
        yield Part(class_.value, round(y, 1), round(height, 1))
    if day.down:
        yield Part("down", LINE, next((deep for most, deep in DEPTHS if day.down < most), DEEPEST))


def _shared_out(shown: Mapping[Class, int], room: float) -> Mapping[Class, float]:
    """Heights by time, so that of everything something is seen."""
    whole = sum(shown.values())
    rest = room - LEAST * len(shown)
    return {class_: LEAST + rest * time / whole for class_, time in shown.items()}

"""Curves of a line as a picture in words: what is drawn, in which unit, and of what the means are. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta, tzinfo
from types import MappingProxyType

from exporters.charts import Chart, Curve
from inventory.snapshot import Line
from netwatch.capacity.contract import LIMIT_PERCENT
from netwatch.clock import DAY, SECOND
from netwatch.language import Translate
from netwatch.queries.curves import UTILISATION, Curves, Values
from netwatch.sampling.series import DIRECTIONS, DOWN, FIVE_MINUTES, HOUR, JITTER, LOSS, RTT

# By metric what a value is multiplied by, and the unit it is shown in then.
UNITS: Mapping[str, tuple[float, str]] = MappingProxyType(
    {UTILISATION: (100.0, "%"), RTT: (1000.0, "ms"), LOSS: (100.0, "%"), JITTER: (1000.0, "ms")}
)
TICKS = 10


def metric_word(metric: str, translate: Translate) -> str:
    """What is drawn."""
    words = {
        UTILISATION: translate("utilisation of the contracted bandwidth"),
        RTT: translate("round trip"),
        LOSS: translate("loss"),
        JITTER: translate("jitter"),
    }
    return words[metric]


def grain_words(grain: str, translate: Translate) -> str:
    """Of what the means are."""
    if grain == FIVE_MINUTES:
        return translate("means of five minutes")
    return translate("means of an hour") if grain == HOUR else translate("means of a day")


def curve_word(name: str, metric: str, translate: Translate) -> str:
    """What one of the curves is: a direction, seen from the site, or all there is."""
    if name not in DIRECTIONS:
        return metric_word(metric, translate)
    return translate("to the site") if name == DOWN else translate("from the site")


def scaled(values: Values, metric: str) -> list[float | None]:
    """Values in the unit they are shown in."""
    scale, _ = UNITS[metric]
    return [None if value is None else value * scale for value in values]


def title(line: Line, metric: str, found: Curves, translate: Translate) -> str:
    """What a picture shows, in a line."""
    what = f"{metric_word(metric, translate)}, {grain_words(found.grain, translate)}"
    return f"{line.name or line.id} [{line.id}]: {what}"


def picture(line: Line, metric: str, found: Curves, translate: Translate, zone: tzinfo) -> Chart:
    """The picture of a line's curves."""
    return Chart(
        title(line, metric, found, translate),
        UNITS[metric][1],
        [
            Curve(curve_word(name, metric, translate), scaled(values, metric))
            for name, values in found.values.items()
        ],
        list(ticks(found.start, found.end, zone)),
        translate("not measured"),
        LIMIT_PERCENT if metric == UTILISATION else None,
    )


def ticks(start: int, end: int, zone: tzinfo) -> Iterator[tuple[float, str]]:
    """Local midnights, ten at the most; of less than two days every sixth hour."""
    first = datetime.fromtimestamp(start / SECOND, zone)
    if end - start < 2 * DAY:
        step, shown = timedelta(hours=6), "%H:%M"
    else:
        step = timedelta(days=-(-(end - start) // (TICKS * DAY)))
        shown = "%d/%m" if end - start < 300 * DAY else "%d/%m/%y"
    at = datetime.combine(first.date(), time(), zone)
    while end > start and (place := (round(at.timestamp()) * SECOND - start) / (end - start)) < 1:
        if place >= 0:
            yield place, f"{at:{shown}}"
        at += step

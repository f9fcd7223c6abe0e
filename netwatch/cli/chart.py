"""`netwatch chart LINE`: what was measured of a line, as a picture or as bars in the terminal.

Exit code: 0 done; 64 a line or moment that does not exist.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path

import click

from exporters.charts import Chart, Curve, svg
from inventory.sheets.atomic import write_files
from inventory.snapshot import Line
from netwatch import commands
from netwatch.capacity.contract import BUCKET, LIMIT_PERCENT
from netwatch.cli.capacity import way_word
from netwatch.cli.database import reading
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Shell, Stop
from netwatch.clock import DAY, SECOND
from netwatch.language import Sentence, Translate
from netwatch.queries.curves import METRICS, UTILISATION, Curves, Values, curves
from netwatch.sampling.series import DIRECTIONS, LOSS, RTT

NOT_UNDERSTOOD = 64
# What samples of five minutes are kept for.
MOST = 100 * DAY
BARS = " ▁▂▃▄▅▆▇█"
WIDE = 72
UNKNOWN = "·"
# By metric what a value is multiplied by, and the unit it is shown in then.
UNITS = {UTILISATION: (100.0, "%"), RTT: (1000.0, "ms"), LOSS: (100.0, "%")}


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "chart",
        callback=click.pass_obj(chart),
        help=_("Draw what was measured of a line: as SVG with -o, else as bars in the terminal."),
        params=[
            click.Argument(["line"]),
            click.Option(
                ["--metric"],
                type=click.Choice(METRICS),
                default=UTILISATION,
                show_default=True,
                help=_("What to draw."),
            ),
            click.Option(
                ["--since"],
                default="7d",
                show_default=True,
                metavar="TIME",
                help=_("From when on: a day, a moment, or so long ago; 100 days at the most."),
            ),
            click.Option(
                ["-o", "--output"],
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE.svg",
                help=_("Write a picture."),
            ),
        ],
    )


def chart(shell: Shell, line: str, metric: str, since: str, output: Path | None) -> None:
    """Draw it."""
    now, zone = shell.clock.now(), shell.settings.daemon.zone
    start = moment_of(since, now, zone)
    if not now - MOST <= start <= now - BUCKET:
        text = "'{text}' is not within the last 100 days, for which means of five minutes are kept."
        raise Stop(Sentence(text, {"text": since}), code=NOT_UNDERSTOOD)
    with reading(shell) as store, shell.working(shell._("Reading what was measured…")):
        lines = commands.inventory_of(store.engine, shell.today()).of("line")
        if line not in lines:
            raise Stop(commands.unknown_item(line, set(lines)), code=NOT_UNDERSTOOD)
        found = curves(store.engine, line, metric, start, now, zone)
    if output is None:
        _bars(shell, lines[line], metric, found)
        return
    write_files({output: svg(_picture(shell, lines[line], metric, found)).encode()})
    shell.say(shell._("Written: {path}", path=output))


def metric_word(metric: str, shell: Shell) -> str:
    """What is drawn."""
    words = {
        UTILISATION: shell._("utilisation of the contracted bandwidth"),
        RTT: shell._("round trip"),
        LOSS: shell._("loss"),
    }
    return words[metric]


def _name(name: str, metric: str, shell: Shell) -> str:
    return way_word(name, shell) if name in DIRECTIONS else metric_word(metric, shell)


def _scaled(values: Values, metric: str) -> list[float | None]:
    scale, _ = UNITS[metric]
    return [None if value is None else value * scale for value in values]


def _bars(shell: Shell, line: Line, metric: str, found: Curves) -> None:
    shell.say(f"{line.name or line.id} [{line.id}]: {metric_word(metric, shell)}")
    unit = UNITS[metric][1]
    for name, values in found.values.items():
        scaled = _scaled(values, metric)
        known = [value for value in scaled if value is not None]
        bars = sparkline(scaled, min(WIDE, shell.width - 1) if shell.width else WIDE)
        shell.say(f"{_name(name, metric, shell)}:")
        shell.say(f"  {bars}")
        params = {
            "most": f"{max(known):.3g}" if known else "–",
            "unit": unit,
            "known": len(known),
            "all": len(scaled),
        }
        shell.say(
            "  "
            + shell._("highest {most} {unit}; {known} of {all} buckets of five minutes measured", **params)
        )


def sparkline(values: Sequence[float | None], width: int) -> str:
    """Bars from 0 to the highest, each the highest of its time; a dot where nothing was measured."""
    width = max(1, min(width, len(values)))
    edges = [len(values) * place // width for place in range(width + 1)]
    pieces = [[value for value in values[low:high] if value is not None] for low, high in pairwise(edges)]
    top = max((value for piece in pieces for value in piece), default=0.0) or 1.0
    return "".join(BARS[round(max(piece) / top * (len(BARS) - 1))] if piece else UNKNOWN for piece in pieces)


def _picture(shell: Shell, line: Line, metric: str, found: Curves) -> Chart:
    named = {name: _scaled(values, metric) for name, values in found.values.items()}
    count = max(len(values) for values in named.values())
    return Chart(
        f"{line.name or line.id} [{line.id}]: {metric_word(metric, shell)}",
        UNITS[metric][1],
        [Curve(_name(name, metric, shell), values) for name, values in named.items()],
        list(_ticks(found.start, found.start + count * BUCKET, shell.settings.daemon.zone)),
        shell._("not measured"),
        LIMIT_PERCENT if metric == UTILISATION else None,
    )


def _ticks(start: int, end: int, zone: tzinfo) -> Iterator[tuple[float, str]]:
    """Local midnights, ten at the most; of less than two days every sixth hour."""
    first = datetime.fromtimestamp(start / SECOND, zone)
    if end - start < 2 * DAY:
        step, shown = timedelta(hours=6), "%H:%M"
    else:
        step, shown = timedelta(days=-(-(end - start) // (10 * DAY))), "%d/%m"
    at = datetime.combine(first.date(), time(), zone)
    while (place := (round(at.timestamp()) * SECOND - start) / (end - start)) < 1:
        if place >= 0:
            yield place, f"{at:{shown}}"
        at += step

"""`netwatch chart LINE`: what was measured of a line, as a picture or as bars in the terminal.

Exit code: 0 done; 64 a line or moment that does not exist.
"""

from pathlib import Path

import click

from exporters.charts import svg
from inventory.sheets.atomic import write_files
from inventory.snapshot import Line
from netwatch import commands
from netwatch.capacity.contract import BUCKET
from netwatch.cli.database import reading
from netwatch.cli.events import moment_of
from netwatch.cli.shell import Shell, Stop
from netwatch.cli.sparkline import WIDE, sparkline
from netwatch.language import Sentence, Translate, number
from netwatch.queries.chart_words import UNITS, curve_word, grain_words, picture, scaled, title
from netwatch.queries.curves import METRICS, UTILISATION, Curves, curves, grain_of

NOT_UNDERSTOOD = 64


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
                help=_(
                    "From when on: a day, a moment, or so long ago (7d, 2y). Up to 100 days are drawn by means of five "
                    "minutes, up to 400 by those of hours, up to five years by those of days."
                ),
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
    grain = grain_of(start, now)
    if grain is None or start > now - BUCKET:
        text = "'{text}' is not within the last five years, for which means of days are kept."
        raise Stop(Sentence(text, {"text": since}), code=NOT_UNDERSTOOD)
    with reading(shell) as store, shell.working(shell._("Reading what was measured…")):
        lines = commands.inventory_of(store.engine, shell.today()).of("line")
        if line not in lines:
            raise Stop(commands.unknown_item(line, set(lines)), code=NOT_UNDERSTOOD)
        found = curves(store.engine, line, metric, start, now, zone, grain)
    if output is None:
        _bars(shell, lines[line], metric, found)
        return
    write_files({output: svg(picture(lines[line], metric, found, shell.translate, zone)).encode()})
    shell.say(shell._("Written: {path}", path=output))


def _bars(shell: Shell, line: Line, metric: str, found: Curves) -> None:
    _ = shell.translate
    shell.say(title(line, metric, found, _))
    for name, values in found.values.items():
        in_unit = scaled(values, metric)
        known = [value for value in in_unit if value is not None]
        bars = sparkline(in_unit, min(WIDE, shell.width - 1) if shell.width else WIDE)
        shell.say(f"{curve_word(name, metric, _)}:")
        shell.say(f"  {bars}")
        params = {
            "most": number(float(f"{max(known):.3g}"), shell.language) if known else "–",
            "unit": UNITS[metric][1],
            "known": len(known),
            "all": len(in_unit),
            "means": grain_words(found.grain, _),
        }
        text = shell._("highest {most} {unit}; {known} of {all} measured ({means})", **params)
        shell.say(f"  {text}")

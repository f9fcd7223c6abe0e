"""What every command gets: its language, its settings, where to print, and the way to the daemon or the database."""

import json
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwatch.clock import Clock, SystemClock
from netwatch.control.contract import NOTHING
from netwatch.language import Sentence, Translate, moment, translator
from netwatch.settings import Loaded, Settings, SettingsError, glance, load
from netwatch.settings_sections import DaemonSettings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DISTRIBUTION = "netwatch-daemon"
# A pipe has no width; lines of this length are not broken for anyone who reads on with other tools.
PIPE_WIDTH = 1000
# Columns narrower than this on average are shreds of words.
LEGIBLE = 12
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Model = TypeVar("Model")


class Stop(Exception):  # noqa: N818 - it ends a command, as KeyboardInterrupt does
    """Ends a command with an exit code and sentences for stderr."""

    def __init__(self, *sentences: Sentence, code: int = 1) -> None:
        super().__init__("; ".join(map(str, sentences)))
        self.sentences = sentences
        self.code = code


class Plain(Console):
    """Prints no control characters that texts bring along: those of a workbook from anybody could steer a terminal."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as rich declares it
        """Print texts as what can be seen of them; what is not a string has been put together by us."""
        super().print(*(visible(one) if isinstance(one, str) else one for one in objects), **options)


def visible(text: str) -> str:
    """The text with U+FFFD for every control character (C0, C1 and DEL) but ends of lines and tabs."""
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def release() -> str:
    """This release's version; '0' in a tree that was never installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"


@dataclass
class Shell:
    """Handed to every command as click's `ctx.obj`.

    `config` and `overrides` are what the command line says of the settings; `environment` is where they and secrets
    may also come from.
    """

    language: str
    config: Path | None = None
    overrides: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: Clock = field(default_factory=SystemClock)
    debug: bool = False

    @cached_property
    def translate(self) -> Translate:
        """From English to the language of this command."""
        return translator(self.language)

    @cached_property
    def out(self) -> Console:
        """Where results go."""
        return Plain(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)

    @cached_property
    def err(self) -> Console:
        """Where remarks, progress and faults go."""
        return Plain(file=sys.stderr, highlight=False, soft_wrap=True)

    @cached_property
    def loaded(self) -> Loaded:
        """The settings with their file; raises SettingsError."""
        if isinstance(self._attempt, SettingsError):
            raise self._attempt
        return self._attempt

    @cached_property
    def _attempt(self) -> Loaded | SettingsError:
        try:
            return load(self.config, self.environment, self.overrides)
        except SettingsError as error:
            return error

    @property
    def settings(self) -> Settings:
        """The settings in force for this command."""
        return self.loaded.settings

    @property
    def faults(self) -> tuple[Sentence, ...]:
        """What is wrong with the settings; empty when they can be used."""
        return self._attempt.faults if isinstance(self._attempt, SettingsError) else ()

    @cached_property
    def daemon(self) -> DaemonSettings:
        """How to reach the daemon, also while the settings are faulty and it is the one to say so."""
        if self.faults:
            return glance(self.config, self.environment, self.overrides)
        return self.settings.daemon

    def _(self, text: str, **params: object) -> str:
        """A text in this command's language."""
        return Sentence(text, params).words(self.translate)

    def say(self, text: str | Text = "") -> None:
        """Print a line that is already in this command's language."""
        self.out.print(text, markup=False, soft_wrap=True)

    @property
    def width(self) -> int:
        """How many letters a line of the terminal takes; 0 where nothing is a terminal."""
        return self.out.width if sys.stdout.isatty() else 0

    def remark(self, *sentences: Sentence) -> None:
        """Say something beside the result."""
        for sentence in sentences:
            self.err.print(sentence.words(self.translate), markup=False)

    def show_json(self, value: object) -> None:
        """Print one JSON document."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
        sys.stdout.flush()

    def show_json_line(self, value: object) -> None:
        """Print one JSON value in a line of its own."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def moment(self, at: int) -> str:
        """A moment as local date and time; '' for never."""
        return moment(at, self.daemon.zone, self.language) if at else ""

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows below headings; on a terminal on which columns would be shreds, each row as a list."""
        if self.out.is_terminal and _shredded(headings, rows, self.out.width):
            self._lists(headings, rows)
            return
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            shown.add_column(heading, overflow="fold")
        for row in rows:
            shown.add_row(*(Text(visible(cell)) for cell in row))
        self.out.print(shown)

    def _lists(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            told = [(heading, cell) for heading, cell in zip(headings, row, strict=True) if cell]
            # What a row leaves blank in front stands in the row above: it is a part of that.
            depth = int(not row[0])
            for place, (heading, cell) in enumerate(told):
                line = f"{'  ' * (depth + bool(place))}{heading}: {cell}"
                self.out.print(Text(visible(line)), soft_wrap=True)

    def local_time(self) -> datetime:
        """Now, in the time zone of the settings."""
        return (EPOCH + timedelta(microseconds=self.clock.now())).astimezone(self.settings.daemon.zone)

    def today(self) -> date:
        """The local date, by which the versions of units hold."""
        return self.local_time().date()

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show on a terminal that work goes on; the function given changes the words."""
        # Rich takes FORCE_COLOR for a terminal; in a file the frames would be rubbish.
        if not self.err.is_terminal or not sys.stderr.isatty():
            yield _silent
            return
        with self.err.status(text) as shown:
            yield shown.update


def _shredded(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a table is wider than the terminal, and has too many columns to be folded into it."""
    if width >= LEGIBLE * len(headings):
        return False
    columns = zip(headings, *rows, strict=True)
    return sum(max(map(cell_len, column)) + 1 for column in columns) > width


def _silent(_: str) -> None:
    """Nobody watches."""


def json_option(_: Translate) -> click.Option:
    """--json"""
    return click.Option(["--json", "as_json"], is_flag=True, help=_("Print JSON for other programs."))


def dry_run_option(_: Translate) -> click.Option:
    """--dry-run"""
    return click.Option(["--dry-run"], is_flag=True, help=_("Show what would change and change nothing."))


def number(_: Translate) -> click.IntRange:
    """The type of the number of an incident, a silence, a window: from 1 on, and called that in faults."""
    kind = click.IntRange(1)
    kind.name = _("number")
    return kind


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()


Arguments = Mapping[str, Any]
NO_ARGUMENTS: Arguments = NOTHING

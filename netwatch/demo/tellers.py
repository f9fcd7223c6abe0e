"""How the demo tells what happens: to people in their language, or as one JSON event a line."""

import json
from collections.abc import Mapping
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

from netwatch.language import Sentence, Translate

_STYLES: Mapping[str, str] = {
    "up": "green",
    "degraded": "yellow",
    "down": "bold red",
    "unreachable": "magenta",
    "unknown": "cyan",
}


HEADINGS = frozenset({"step", "first", "message"})


class Teller(Protocol):
    """Told every event; `sentence` is what people read of it, `facts` what machines do."""

    def tell(self, event: str, sentence: Sentence | None = None, **facts: object) -> None:
        """Something happened."""

    def progress(self, task: Sentence, done: int, total: int) -> None:
        """So far with a task; equal numbers mean that it is done."""

    def close(self) -> None:
        """Nothing more will be told."""


class JsonTeller:
    """One JSON object a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def tell(self, event: str, sentence: Sentence | None = None, **facts: object) -> None:
        """Write the event; the sentence in English goes with it."""
        text = {} if sentence is None else {"text": str(sentence)}
        self._stream.write(json.dumps({"event": event, **text, **facts}, ensure_ascii=False) + "\n")
        self._stream.flush()

    def progress(self, task: Sentence, done: int, total: int) -> None:
        """Only the end of a task is an event."""
        if done == total:
            self.tell("done", task, count=total)

    def close(self) -> None:
        """Nothing to put away."""


class TerminalTeller:
    """Sentences above, progress bars below while there are any."""

    def __init__(self, console: Console, translate: Translate) -> None:
        self._console = console
        self._translate = translate
        self._tasks: dict[str, TaskID] = {}
        columns = (
            SpinnerColumn("line"),
            TextColumn("{task.description}"),
            BarColumn(20),
            MofNCompleteColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True)

    def tell(self, event: str, sentence: Sentence | None = None, **facts: object) -> None:
        """Print the sentence; `elapsed` seconds before it, a verdict in its colour."""
        if sentence is None:
            return
        elapsed = facts.get("elapsed")
        when = f"[dim]{elapsed:+5.0f} s[/] " if isinstance(elapsed, float) else ""
        words = escape(sentence.words(self._translate))
        # What a message says stands below its subject.
        below = [f"\n         │ {escape(line)}" for line in str(facts.get("text", "")).strip().splitlines()]
        style = _STYLES.get(str(facts.get("verdict", "")), "bold" if event in HEADINGS else "")
        self._console.print(
            f"{when}{f'[{style}]{words}[/]' if style else words}{''.join(below)}", soft_wrap=True
        )

    def progress(self, task: Sentence, done: int, total: int) -> None:
        """Move the task's bar; a finished one becomes a line."""
        words = task.words(self._translate)
        if words not in self._tasks:
            if self._console.is_terminal:
                self._progress.start()
            self._tasks[words] = self._progress.add_task(words, total=total)
        self._progress.update(self._tasks[words], completed=done, total=total)
        if done == total:
            self._progress.remove_task(self._tasks.pop(words))
            self._console.print(f"[green]✓[/] {escape(words)} ({total})")
        if not self._tasks:
            self._progress.stop()

    def close(self) -> None:
        """Take the bars away."""
        self._progress.stop()

"""The inventory's problems in the reader's language, with the headings of the sheets."""

from collections.abc import Callable, Iterable
from typing import Literal, cast

from inventory.labels import choice_label
from inventory.messages import sentence
from inventory.problems import Problem
from inventory.sheets.columns import heading, sheets
from netwatch.cli.shell import Shell

SheetLanguage = Literal["vi", "en"]


def sheet_language(shell: Shell) -> SheetLanguage:
    """The language in which sheets are read and written for this command."""
    return cast("SheetLanguage", shell.language)


def wording(shell: Shell) -> Callable[[Problem], str]:
    """Turns a problem into a sentence."""
    language = sheet_language(shell)

    def heading_of(kind: str, field: str) -> str:
        known = sheets()
        if kind not in known:
            return field or kind
        return heading(kind, field, language) if field else known[kind].name[language]

    def word_of(kind: str, field: str, code: str) -> str:
        return choice_label(kind, field, code, language)

    return lambda problem: sentence(problem, shell.translate, heading_of, word_of)


def show_problems(problems: Iterable[Problem], shell: Shell) -> None:
    """One line a problem on stderr, errors and warnings told apart by a word."""
    say = wording(shell)
    words = {True: shell._("error"), False: shell._("warning")}
    for problem in problems:
        shell.err.print(f"{words[problem.is_error]}: {say(problem)}", markup=False)

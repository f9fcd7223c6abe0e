"""How verdicts, times and contacts are written in a terminal. A colour is never the only sign."""

from rich.text import Text

from inventory.sheets.columns import sheets
from inventory.snapshot import CellType
from netwatch.cli.shell import Shell
from netwatch.language import duration
from netwatch.queries.figures import dated
from netwatch.queries.models import ContactCard, Standing
from netwatch.queries.words import detail_name, detail_value, reason_words, role_words, verdict_word

SIGNS = {"up": "✔", "degraded": "▲", "down": "✖", "unreachable": "⊘", "unknown": "?"}
COLOURS = {
    "up": "green",
    "degraded": "yellow",
    "down": "bold red",
    "unreachable": "magenta",
    "unknown": "cyan",
}


def verdict(code: str, shell: Shell) -> Text:
    """A verdict's sign and word."""
    return Text(f"{SIGNS.get(code, '?')} {verdict_word(code, shell.translate)}", COLOURS.get(code, ""))


def since(standing: Standing, now: int, shell: Shell) -> str:
    """Since when it stands so, as a moment and a length of time; '' when it never was judged."""
    if not standing.since:
        return ""
    length = duration(max(now - standing.since, 0), shell.language)
    return shell._("since {moment} ({length})", moment=shell.moment(standing.since), length=length)


def reason(standing: Standing, shell: Shell) -> str:
    """Why it stands so, with what is blamed and what was seen."""
    words = reason_words(standing.reason, shell.translate)
    if standing.cause_name:
        words = shell._("{reason}: {cause}", reason=words, cause=standing.cause_name)
    return f"{words} [{standing.evidence}]" if standing.evidence else words


def detail(name: str, value: str, shell: Shell) -> str:
    """One detail: 'battery charge: 97 %'."""
    told = detail_value(name, value, shell.translate, shell.language)
    return f"{detail_name(name, shell.translate)}: {told}"


def value_words(kind: str, field: str, value: str | None) -> str:
    """The value of a field in a line about a change: days as people write them, a sign where there is none."""
    if not value:
        return "∅"
    sheet = sheets().get(kind)
    cells = (column.cell for column in sheet.columns if column.field == field) if sheet else ()
    return dated(value) if any(cell.type is CellType.DATE for cell in cells) else value


def contact(card: ContactCard, shell: Shell) -> str:
    """Whom to call, with the hours and whether somebody is there now."""
    text = f"{role_words(card.role, shell.translate)}: {card.name}, {card.phone}"
    duty = {True: shell._("on duty now"), False: shell._("off duty"), None: ""}[card.on_duty]
    extra = ", ".join(word for word in (card.hours, duty) if word)
    return f"{text} ({extra})" if extra else text

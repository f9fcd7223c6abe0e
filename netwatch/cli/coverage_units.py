"""`netwatch coverage --unit`: agencies, what norms ask of them, and every thing with the evidence behind its state."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from netwatch.cli.coverage_asking import day_words
from netwatch.cli.coverage_words import counts_words
from netwatch.cli.shell import EPOCH, Shell
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.coverage_units import CellLine, ContradictionLine, ItemLine, UnitReport
from netwatch.queries.coverage_words import (
    contradiction_words,
    reason_word,
    shown_words,
    state_word,
)
from netwatch.queries.figures import bandwidth
from netwatch.queries.words import detail_value, kind_word

SIGNS = {
    "missing": "✖",
    "contradicted": "▲",
    "not_measured": "?",
    "declared": "○",
    "seen": "◐",
    "proved": "●",
    "exempt": "-",
}


def show_unit(shell: Shell, report: UnitReport, as_json: bool) -> None:
    """Print the agencies of a report."""
    if as_json:
        shell.show_json(coverage_json(report))
        return
    if not report.cells:
        shell.say(shell._("No norm in force asks anything of an agency there."))
        return
    before = ""
    for cell in report.cells:
        if cell.unit != before:
            shell.say(f"{'' if not before else chr(10)}{cell.unit_name} ({cell.unit})")
            before = cell.unit
        for line in cell_lines(shell, cell):
            shell.say(line)


def cell_lines(shell: Shell, cell: CellLine) -> Iterator[str]:
    """A norm at an agency, and below it its things."""
    yield f"  {SIGNS.get(cell.state, ' ')} {cell.name} ({cell.norm}): {_standing(shell, cell)}"
    for item in cell.items:
        yield f"      {item.item}: {item_words(shell, item)}"


def _standing(shell: Shell, cell: CellLine) -> str:
    _ = shell._
    if cell.state == "exempt":
        until = _("until {day}", day=day_words(cell.until)) if cell.until else _("until further notice")
        return _("exempt {until}: {reason}", until=until, reason=cell.reason)
    if not cell.need:
        return f"{state_word(cell.state, shell.translate)}: {reason_word(cell.reason, shell.translate)}"
    return _("{need} needed: {counts}", need=cell.need, counts=counts_words(shell, cell.counts))


def item_words(shell: Shell, item: ItemLine) -> str:
    """'proved 20/11/2026, contact closed'; 'contradicted: serial number X declared, Y found'."""
    _ = shell.translate
    said = state_word(item.state, _)
    if item.units != 1:
        said = f"{said} × {item.units}"
    if item.contradictions:
        return f"{said}: {'; '.join(_contradiction(shell, one) for one in item.contradictions)}"
    if item.proved_at:
        shown = f", {shown_words(item.shown, _value(shell, item), _)}" if item.shown else ""
        return f"{said} {_day(shell, item.proved_at)}{shown}"
    told = f"{said}: {reason_word(item.reason, _)}" if item.reason else said
    if item.kind == "statement" and item.name:
        return f"{told} ({item.name})"
    return (
        shell._("{told}; last seen {day}", told=told, day=_day(shell, item.seen_at)) if item.seen_at else told
    )


def _value(shell: Shell, item: ItemLine) -> str:
    if item.shown == "speed":
        return _speed(item.value)
    if item.shown == "contact":
        return detail_value("contact_position", item.value, shell.translate, shell.language)
    return kind_word(item.value, shell.translate) if item.shown == "kind" else item.value


def _contradiction(shell: Shell, one: ContradictionLine) -> str:
    declared, found = one.declared, one.found
    if one.what == "speed":
        declared, found = _speed(declared), _speed(found)
    elif one.what == "kind":
        declared, found = kind_word(declared, shell.translate), kind_word(found, shell.translate)
    return contradiction_words(one.what, declared, found, shell.translate)


def _speed(text: str) -> str:
    return (bandwidth(int(text)) if text.isdecimal() else None) or text


def _day(shell: Shell, at: int) -> str:
    local: datetime = (EPOCH + timedelta(microseconds=at)).astimezone(shell.settings.daemon.zone)
    return day_words(local.date())

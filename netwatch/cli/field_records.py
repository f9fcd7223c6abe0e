"""`netwatch record trip-test|inspection|earth|strike|replacement|list`: field records, as rows of the inventory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import click

from inventory.faults import CellFault
from inventory.incoming import IncomingRow, cells_of
from inventory.inputs import commissioned_by, input_of, is_contact, records_by_item
from inventory.messages import TEXTS
from inventory.quantities import read_date, read_time
from inventory.snapshot import (
    EARTH_METHODS,
    INDICATORS,
    POSITIONS,
    RECORD_ITEMS,
    RECORD_KINDS,
    RECORD_RESULTS,
    Inventory,
    Sensor,
    SurgeProtector,
)
from netwatch import commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, reading
from netwatch.cli.problems import show_problems, wording
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.cli.trip_test import watched
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.handlers import ImportAnswer
from netwatch.language import Sentence, Translate
from netwatch.queries.figures import dated
from netwatch.queries.lightning_words import result_word
from netwatch.queries.words import detail_value, kind_word

Value = TypeVar("Value")
SOURCE = "netwatch record"
TRIP_TEST, INSPECTION, EARTH = "trip_test", "inspection", "earth"
STATED = ("reading", "result", "indicator", "method", "instrument", "note", "positions", "input")
NOT_UNDERSTOOD = 64


@dataclass(frozen=True, slots=True)
class Stated:
    """What the command line says of a record; '' where it says nothing. `moment` is whether it says when."""

    kind: str
    item: str
    on: date
    at: str
    seconds: str
    values: Mapping[str, str]

    @property
    def cells(self) -> dict[str, str]:
        """The row of the record. One without a stated moment never meets another: its code has the seconds."""
        moment = f"{self.on}T{self.at}{self.seconds}" if self.at else f"{self.on}"
        return {
            "id": f"{self.item}/{self.kind}/{moment}",
            "item": self.item,
            "kind": self.kind,
            "on": f"{self.on}",
            "at": self.at,
            **{field: value for field, value in self.values.items() if value},
        }


def subcommands(_: Translate) -> list[click.Command]:
    """One for each kind of record, and the list."""
    helps = {
        "trip_test": _(
            "Try the contact of a surge protector or sensor: without --positions it is looked at every second and "
            "only what was seen is written down."
        ),
        "inspection": _(
            "Write down that ITEM was inspected: its term begins anew if --result says how it ended."
        ),
        "earth": _("Write down the earth resistance measured at ITEM, in ohm (--reading)."),
        "strike": _("Write down a lightning strike at ITEM, or the reading of a strike counter."),
        "replacement": _(
            "Write down that ITEM, or its module, was replaced: a fault that is latched ends with it."
        ),
    }
    made = [
        click.Command(
            kind.replace("_", "-"),
            callback=click.pass_obj(partial(_record, kind)),
            help=helps[kind],
            params=[click.Argument(["item"], required=True), *_options(_, kind)],
        )
        for kind in RECORD_KINDS
    ]
    shown = click.Command(
        "list",
        callback=click.pass_obj(show),
        help=_("Show the field records of ITEM, and whether its contact is commissioned."),
        params=[click.Argument(["item"], required=True), json_option(_)],
    )
    return [*made, shown]


def _options(_: Translate, kind: str) -> list[click.Parameter]:
    given: list[click.Parameter] = [
        click.Option(
            ["--on"], default="", metavar="DATE", help=_("The day, such as 2026-11-23; today if left out.")
        ),
        click.Option(["--at"], default="", metavar="HH:MM", help=_("The time of day; now if it was today.")),
        click.Option(["--person"], default="", help=_("Who did it; you if left out.")),
        click.Option(["--reading"], default="", metavar="NUMBER", help=_("What was read or measured.")),
        click.Option(["--note"], default="", metavar="TEXT", help=_("Anything else worth remembering.")),
    ]
    given += _of_kind(_, kind)
    if kind == TRIP_TEST:
        help_ = _("Which positions were seen, such as closed,open; without it the contact is looked at now.")
        given += [
            click.Option(["--positions"], default="", metavar="closed,open", help=help_),
            click.Option(
                ["--seconds"],
                type=click.FloatRange(1, 1800),
                default=180.0,
                help=_("For how long the contact is looked at."),
            ),
        ]
    return [*given, dry_run_option(_), json_option(_)]


def _of_kind(_: Translate, kind: str) -> list[click.Parameter]:
    """What only inspections and measurements of earth resistance say."""
    if kind == INSPECTION:
        return [
            click.Option(["--result"], type=click.Choice(RECORD_RESULTS), help=_("How it ended.")),
            click.Option(
                ["--indicator"],
                type=click.Choice(INDICATORS),
                help=_("The colour of the protector's window."),
            ),
        ]
    if kind == EARTH:
        return [
            click.Option(["--method"], type=click.Choice(EARTH_METHODS), help=_("How it was measured.")),
            click.Option(["--instrument"], default="", metavar="TEXT", help=_("By which instrument.")),
        ]
    return []


def _record(kind: str, shell: Shell, item: str, dry_run: bool, as_json: bool, **stated: str | float) -> int:
    inventory = _inventory(shell)
    found = _item(inventory, item)
    texts = {name: value for name, value in stated.items() if isinstance(value, str)}
    if kind == TRIP_TEST:
        contact = _contact(found)
        texts["positions"] = texts["positions"].replace(",", ";")
        if not texts["positions"]:
            texts["positions"] = "; ".join(_seen(shell, contact, float(stated["seconds"])))
        through = input_of(contact)
        texts["input"] = through.text if through else ""
    if kind == INSPECTION and isinstance(found, SurgeProtector) and not texts.get("result"):
        shell.remark(
            Sentence(
                "Without --result nobody knows how it ended: the term of its inspection does not begin anew."
            )
        )
    record = _stated(shell, kind, item, texts)
    answer = _written(shell, record.cells, dry_run)
    _show_answer(shell, record, answer, as_json)
    complete = kind != TRIP_TEST or all(position in texts["positions"] for position in POSITIONS)
    return 0 if answer.report.applicable and complete else 1


def _item(inventory: Inventory, item: str) -> object:
    known = {id_: record for kind in RECORD_ITEMS for id_, record in inventory.of(kind).items()}
    if item not in known:
        raise Stop(commands.unknown_item(item, set(known)), code=NOT_UNDERSTOOD)
    return known[item]


def _contact(found: object) -> SurgeProtector | Sensor:
    if not isinstance(found, SurgeProtector | Sensor) or not is_contact(found) or input_of(found) is None:
        raise Stop(
            Sentence(
                "It has no contact that is read: the inventory names no input of a surge protector or sensor."
            )
        )
    return found


def _seen(shell: Shell, contact: SurgeProtector | Sensor, seconds: float) -> tuple[str, ...]:
    shell.remark(Sentence("Looking at the contact of {name}; Ctrl-C ends it.", {"name": contact.name}))
    seen = watched(shell, contact, seconds)
    if not seen:
        raise Stop(Sentence("No position of the contact was seen, so nothing was written down."))
    if len(seen) < len(POSITIONS):
        shell.remark(Sentence("Only one position was seen; the test has to show both."))
    return seen


def _stated(shell: Shell, kind: str, item: str, texts: Mapping[str, str]) -> Stated:
    now = shell.local_time()
    on = _read(read_date, texts["on"]) if texts["on"] else now.date()
    at = _read(read_time, texts["at"]) if texts["at"] else ""
    # Who names another day without a time of day means the day.
    stamped = not at and on == now.date()
    at = f"{now:%H:%M}" if stamped else at
    if datetime.combine(on, time.fromisoformat(at) if at else time(), now.tzinfo) > now:
        raise Stop(Sentence("This lies in the future. Write down what was done."), code=NOT_UNDERSTOOD)
    person = texts["person"] or author()
    values = {
        "person": person,
        **{name: texts.get(name, "") for name in STATED},
    }
    return Stated(
        kind, item, on, at, f"{now:.%S}".replace(".", ":") if stamped else "", MappingProxyType(values)
    )


def _read(reader: Callable[[str], Value], text: str) -> Value:
    try:
        return reader(text)
    except CellFault as fault:
        raise Stop(Sentence(TEXTS[fault.code], fault.params), code=NOT_UNDERSTOOD) from None


def _inventory(shell: Shell) -> Inventory:
    with reading(shell) as store:
        return commands.inventory_of(store.engine, shell.today())


def _written(shell: Shell, cells: Mapping[str, str], dry_run: bool) -> ImportAnswer:
    rows = (IncomingRow("field_record", SOURCE, 1, dict(cells)),)
    arguments: dict[str, Any] = {
        "rows": rows,
        "source": SOURCE,
        "complete": None,
        "good_rows": False,
        "dry_run": dry_run,
        "mapping": {},
    }
    try:
        return asked(shell, ImportAnswer, "import", arguments)
    except NoDaemon:
        pass
    order = commands.ImportOrder(
        rows=rows, author=author(), at=shell.clock.now(), on=shell.today(), source=SOURCE, dry_run=dry_run
    )
    if dry_run:
        return ImportAnswer(commands.dry_import(_inventory(shell), order), None)
    with changing(shell) as engine:
        try:
            return ImportAnswer(commands.import_rows(engine, order), None)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def _show_answer(shell: Shell, record: Stated, answer: ImportAnswer, as_json: bool) -> None:
    report, say = answer.report, wording(shell)
    if as_json:
        shell.show_json(
            {
                "schema": 1,
                "record": record.cells,
                "change_set": report.change_set,
                "dry_run": report.dry_run,
                "applicable": report.applicable,
                "problems": [say(problem) for problem in report.problems],
            }
        )
        return
    show_problems(
        (problem for problem in report.problems if problem.is_error or problem.entity == record.cells["id"]),
        shell,
    )
    if not report.applicable:
        shell.say(shell._("Nothing was written down."))
    elif report.dry_run:
        shell.say(shell._("Would be written down:"))
        _table([record.cells], shell)
        shell.say(shell._("This is a dry run: nothing was changed."))
    else:
        shell.say(
            shell._(
                "Written down as {record} ({change_set}).",
                record=record.cells["id"],
                change_set=report.change_set,
            )
        )


def show(shell: Shell, item: str, as_json: bool) -> None:
    """The records of an item, the newest first."""
    inventory = _inventory(shell)
    found = _item(inventory, item)
    records = records_by_item(inventory).get(item, ())
    contact = isinstance(found, SurgeProtector | Sensor) and is_contact(found)
    commissioned = commissioned_by(found, records) is not None if contact else None  # type: ignore[arg-type]
    if as_json:
        rows = [cells_of(record) for record in reversed(records)]
        shell.show_json({"schema": 1, "item": item, "commissioned": commissioned, "records": rows})
        return
    _table([cells_of(record) for record in reversed(records)], shell)
    if commissioned is not None:
        said = (
            shell._("Its contact is commissioned.")
            if commissioned
            else shell._(
                "Its contact is not commissioned: try it with netwatch record trip-test {item}.", item=item
            )
        )
        shell.say(said)


def _table(records: Iterable[Mapping[str, str]], shell: Shell) -> None:
    _ = shell._
    headings = (_("when"), _("kind"), _("positions"), _("reading"), _("who"), _("remark"))
    shell.table(headings, [_row(cells, shell) for cells in records])


def _judged(cells: Mapping[str, str], shell: Shell) -> Iterable[str]:
    return (result_word(cells.get(name, ""), shell.translate) for name in ("result", "indicator", "method"))


def _reading(cells: Mapping[str, str], shell: Shell) -> str:
    text = cells.get("reading", "")
    return text.replace(".", ",") if shell.language == "vi" else text


def _row(cells: Mapping[str, str], shell: Shell) -> tuple[str, ...]:
    seen = [position.strip() for position in cells.get("positions", "").split(";")]
    told = (detail_value("normal_position", position, shell.translate) for position in seen if position)
    return (
        dated(f"{cells['on']} {cells['at']}".strip()),
        kind_word(cells["kind"], shell.translate),
        ", ".join(told),
        "; ".join(filter(None, (_reading(cells, shell), *_judged(cells, shell)))),
        *(cells.get(name, "") for name in ("person", "note")),
    )

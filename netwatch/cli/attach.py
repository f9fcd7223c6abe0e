"""`netwatch attach`: a document (a report, a certificate, a photograph) attached to an item of the inventory."""

import base64
from datetime import date, datetime
from pathlib import Path

import click

from inventory.faults import CellFault
from inventory.media import LARGEST
from inventory.messages import TEXTS
from inventory.quantities import read_date
from netwatch import attaching, commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, reading
from netwatch.cli.problems import show_problems
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.attaching_handlers import AttachAnswer
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate

NOT_UNDERSTOOD = 64


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "attach",
        callback=click.pass_obj(do_attach),
        help=_(
            "Attach FILE to an ITEM: a report, a certificate, a photograph, of at most 20 MB. The file is copied into "
            "the database."
        ),
        params=[
            click.Argument(["item"], required=True),
            click.Argument(
                ["file"], type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True
            ),
            click.Option(
                ["--on"], default="", metavar="DATE", help=_("The day of the document; today if left out.")
            ),
            click.Option(["--note"], default="", metavar="TEXT", help=_("Anything else worth remembering.")),
            click.Option(["--person"], default="", help=_("Who made it; you if left out.")),
            dry_run_option(_),
            json_option(_),
        ],
    )


def do_attach(
    shell: Shell, item: str, file: Path, on: str, note: str, person: str, dry_run: bool, as_json: bool
) -> int:
    """Attach it, through the running daemon or in the database."""
    document = _document(shell, item, file, on, note, person, dry_run)
    with reading(shell) as store:
        inventory = commands.inventory_of(store.engine, shell.today())
    try:
        attaching.known_item(inventory, item)
        report = _attached(shell, document)
    except Refused as refused:
        raise Stop(*refused.sentences) from None
    if as_json:
        shell.show_json({"schema": 1, **_object(report)})
        return 0 if report.applicable else 1
    show_problems((one for one in report.problems if one.is_error), shell)
    _show(shell, report)
    return 0 if report.applicable else 1


def _document(
    shell: Shell, item: str, file: Path, on: str, note: str, person: str, dry_run: bool
) -> attaching.Document:
    content = _content(file)
    now: datetime = shell.local_time()
    return attaching.Document(
        item=item,
        name=file.name,
        content=content,
        on=_day(on, now.date()),
        person=person or author(),
        note=note,
        author=author(),
        at=shell.clock.now(),
        today=now.date(),
        dry_run=dry_run,
    )


def _content(file: Path) -> bytes:
    """What the file holds: devices and pipes do not say how much that is."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
            size = max(len(content), file.stat().st_size)
    except OSError as fault:
        text = "{path} cannot be read ({reason}). Check the name and the permissions."
        raise Stop(Sentence(text, {"path": file, "reason": fault.strerror or fault})) from None
    if size > LARGEST:
        params = {"name": file.name, "size": size, "limit": LARGEST}
        raise Stop(Sentence("{name} has {size} bytes; attached are at most {limit}.", params))
    return content


def _day(text: str, today: date) -> date:
    try:
        day = read_date(text) if text else today
    except CellFault as fault:
        raise Stop(Sentence(TEXTS[fault.code], fault.params), code=NOT_UNDERSTOOD) from None
    if day > today:
        raise Stop(Sentence("This lies in the future. Write down what was done."), code=NOT_UNDERSTOOD)
    return day


def _attached(shell: Shell, document: attaching.Document) -> attaching.AttachReport:
    arguments = {
        "item": document.item,
        "name": document.name,
        "content": base64.b64encode(document.content).decode(),
        "on": document.on,
        "person": document.person,
        "note": document.note,
        "dry_run": document.dry_run,
    }
    try:
        return asked(shell, AttachAnswer, "attach", arguments).report
    except NoDaemon:
        pass
    if document.dry_run:
        with reading(shell) as store:
            return attaching.propose(store.engine, document).report
    with changing(shell) as engine:
        return attaching.attach(engine, document)


def _object(report: attaching.AttachReport) -> dict[str, object]:
    shown = plain(report)
    return shown if isinstance(shown, dict) else {}


def _show(shell: Shell, report: attaching.AttachReport) -> None:
    _ = shell._
    given = {"name": report.name, "id": report.id, "type": report.media_type, "size": report.size}
    if not report.applicable:
        shell.say(_("Nothing was attached."))
    elif report.dry_run:
        shell.say(_("Would be attached as {id}: {name}, {type}, {size} bytes.", **given))
        shell.say(_("This is a dry run: nothing was changed."))
    elif report.change_set is None:
        shell.say(_("It was attached already as {id}.", **given))
    else:
        shell.say(
            _(
                "Attached as {id}: {name}, {type}, {size} bytes ({change_set}).",
                change_set=report.change_set,
                **given,
            )
        )

"""`netwatch attachments`: the documents attached to an item, listed, fetched, detached."""

from functools import partial
from pathlib import Path

import click

from inventory.incoming import cells_of
from inventory.inputs import records_by_item
from inventory.sheets.atomic import write_files
from netwatch import attaching, commands
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, reading
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.attaching_handlers import DetachAnswer
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.language import Sentence, Translate, day
from netwatch.queries.lightning import attachments_of

LIST = "list"
HELP = frozenset({"-h", "--help"})


class _Attachments(click.Group):
    """A group whose `list` may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before what names no command."""
        first = next((word for word in args if not word.startswith("-")), "")
        if args and first not in self.commands and not HELP.intersection(args):
            args = [LIST, *args]
        return super().parse_args(ctx, args)


def command(_: Translate) -> click.Group:
    """The command with its subcommands in a language."""
    id_ = click.Argument(["id_"], metavar="ID", required=True)
    return _Attachments(
        "attachments",
        help=_("List the documents attached to an item and to its field records, or fetch one."),
        commands=[
            click.Command(
                LIST,
                callback=click.pass_obj(do_list),
                help=_("List the documents attached to ITEM."),
                params=[click.Argument(["item"], required=True), json_option(_)],
            ),
            click.Command(
                "get",
                callback=click.pass_obj(do_get),
                help=_("Write the document with this ID to a file."),
                params=[
                    id_,
                    click.Option(
                        ["-o", "--output", "file"],
                        type=click.Path(path_type=Path, dir_okay=False),
                        required=True,
                        metavar="FILE",
                        help=_("Where to; a file that exists is not overwritten."),
                    ),
                ],
            ),
            click.Command(
                "detach",
                callback=click.pass_obj(do_detach),
                help=_("Take the document with this ID off its item; its content stays in the history."),
                params=[id_, dry_run_option(_), json_option(_)],
            ),
        ],
    )


def do_list(shell: Shell, item: str, as_json: bool) -> None:
    """The documents of an item, newest first."""
    with reading(shell) as store:
        inventory = commands.inventory_of(store.engine, shell.today())
    try:
        attaching.known_item(inventory, item)
    except Refused as refused:
        raise Stop(*refused.sentences) from None
    found = attachments_of(inventory, item, records_by_item(inventory).get(item, ()))
    if as_json:
        shell.show_json({"schema": 1, "item": item, "attachments": [cells_of(one) for one in found]})
        return
    _ = shell._
    if not found:
        shell.say(_("Nothing is attached to {item}.", item=item))
        return
    rows = [
        (day(one.on), one.name, one.media_type, str(one.size), one.person or "", one.note or "", one.id)
        for one in found
    ]
    shell.table((_("when"), _("document"), _("type"), _("bytes"), _("who"), _("remark"), _("id")), rows)


def do_get(shell: Shell, id_: str, file: Path) -> None:
    """Write one to a file of its own."""
    try:
        with reading(shell) as store:
            record = attaching.attachment(commands.inventory_of(store.engine, shell.today()), id_)
            content = attaching.content(store.engine, record)
    except Refused as refused:
        raise Stop(*refused.sentences) from None
    if file.exists():
        raise Stop(Sentence("{file} exists already; it is not overwritten.", {"file": file}))
    write_files({file: content})
    shell.say(shell._("Written to {file}: {size} bytes.", file=file, size=len(content)))


def do_detach(shell: Shell, id_: str, dry_run: bool, as_json: bool) -> None:
    """Retire its record, through the running daemon or in the database."""
    report = _detached(shell, id_, dry_run)
    if as_json:
        shown = {"id": report.id, "change_set": report.change_set, "dry_run": report.dry_run}
        shell.show_json({"schema": 1, **shown})
    elif dry_run:
        shell.say(shell._("Would be detached: {id}.", id=id_))
        shell.say(shell._("This is a dry run: nothing was changed."))
    else:
        shell.say(shell._("Detached: {id} ({change_set}).", id=id_, change_set=report.change_set))


def _detached(shell: Shell, id_: str, dry_run: bool) -> attaching.DetachReport:
    try:
        return asked(shell, DetachAnswer, "detach", {"id": id_, "dry_run": dry_run}).report
    except NoDaemon:
        pass
    taken_off = partial(attaching.detach, id_=id_, author=author(), at=shell.clock.now(), dry_run=dry_run)
    try:
        if dry_run:
            with reading(shell) as store:
                return taken_off(store.engine)
        with changing(shell) as engine:
            return taken_off(engine)
    except Refused as refused:
        raise Stop(*refused.sentences) from None

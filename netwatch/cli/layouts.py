"""`netwatch layouts`: saved descriptions of other people's workbooks, for `netwatch import --layout`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from inventory.kept_layouts import KeptLayout
from inventory.sheets.atomic import write_files
from inventory.sheets.layout_guess import Remarks, guess
from inventory.sheets.layouts import LONGEST_LAYOUT, Layout, LayoutFault, read_layout
from inventory.sheets.reading import cells_of_file
from netwatch import layouts
from netwatch.cli.daemon import asked
from netwatch.cli.database import author, changing, exists, reading
from netwatch.cli.problems import sheet_language, show_problems, wording
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate

NOT_UNDERSTOOD = 64


def command(_: Translate) -> click.Group:
    """The commands in a language."""
    name = click.Argument(["name"], required=True)
    file = click.Argument(["file"], type=click.Path(path_type=Path, exists=True), required=True)
    under = click.Option(["--as", "name"], default="", metavar="NAME", help=_("Its name; else the file's."))
    written = click.Option(
        ["-o", "--output"], type=click.Path(path_type=Path), metavar="FILE", help=_("Write it to this file.")
    )
    offered: dict[str, tuple[Callable[..., object], str, list[click.Parameter]]] = {
        "list": (list_, _("List the saved layouts."), [json_option(_)]),
        "show": (show, _("Print a layout."), [name, json_option(_)]),
        "save": (
            save,
            _("Save the layout in FILE, in the place of one of the same name."),
            [file, under, dry_run_option(_), json_option(_)],
        ),
        "delete": (delete, _("Delete a layout."), [name, dry_run_option(_), json_option(_)]),
        "export": (
            export,
            _("Write a layout to a file."),
            [name, written, force_option(_), dry_run_option(_)],
        ),
        "guess": (
            guess_,
            _("Propose a layout for the workbook FILE, to be looked through by a person."),
            [file, written, force_option(_)],
        ),
    }
    made = {
        each: click.Command(each, callback=click.pass_obj(work), help=text, params=params)
        for each, (work, text, params) in offered.items()
    }
    text = _("Describe once how somebody's workbook maps to the inventory, and use it for every import.")
    return click.Group("layouts", commands=made, help=text)


def saved(shell: Shell) -> dict[str, KeptLayout]:
    """All layouts by name, from the daemon or the database."""
    try:
        found = asked(shell, tuple[KeptLayout, ...], "layouts")
    except NoDaemon:
        if not exists(shell):
            return {}
        with reading(shell) as store:
            found = tuple(layouts.saved(store.engine).values())
    return {layout.name: layout for layout in found}


def chosen(shell: Shell, name: str) -> Layout:
    """The layout of a name, or in a file of that name; ends the command when there is none or it is faulty."""
    known = saved(shell)
    path = Path(name)
    if name in known:
        return understood(shell, known[name].content)
    if path.suffix.lower() == ".toml" and path.is_file():
        return understood(shell, _read(path))
    raise Stop(layouts.unknown(name, known), code=NOT_UNDERSTOOD)


def understood(shell: Shell, text: str) -> Layout:
    """A layout's text read; ends the command with the line that is faulty."""
    try:
        return read_layout(text)
    except LayoutFault as fault:
        raise Stop(
            Sentence("{fault}", {"fault": wording(shell)(fault.problem)}), code=NOT_UNDERSTOOD
        ) from None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(4 * LONGEST_LAYOUT).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Stop(Sentence("{path}: it is not UTF-8 text.", {"path": path}), code=NOT_UNDERSTOOD) from None


def list_(shell: Shell, as_json: bool) -> None:
    """One line each."""
    _ = shell._
    found = saved(shell)
    if as_json:
        shell.show_json({"schema": 1, "layouts": plain(list(found.values()))})
        return
    rows = [
        (each.name, shell.moment(each.at), each.author, read_note(each.content)) for each in found.values()
    ]
    if rows:
        shell.table((_("name"), _("saved"), _("by"), _("note")), rows)
    else:
        shell.say(_("No layout is saved. Begin with: netwatch layouts guess FILE"))


def read_note(content: str) -> str:
    """What a layout says of itself; '' when it cannot be read."""
    try:
        return read_layout(content).note
    except LayoutFault:
        return ""


def show(shell: Shell, name: str, as_json: bool) -> None:
    """Its text."""
    found = _kept(shell, name)
    if as_json:
        shell.show_json({"schema": 1, "layout": plain(found)})
    else:
        shell.say(found.content.rstrip("\n"))


def _kept(shell: Shell, name: str) -> KeptLayout:
    known = saved(shell)
    if name not in known:
        raise Stop(layouts.unknown(name, known), code=NOT_UNDERSTOOD)
    return known[name]


def save(shell: Shell, file: Path, name: str, dry_run: bool, as_json: bool) -> None:
    """Check it and save it."""
    content, called = _read(file), name or file.stem
    understood(shell, content)
    if not dry_run:
        try:
            asked(shell, str, "layout_save", {"name": called, "content": content})
        except NoDaemon:
            work = partial(layouts.save, name=called, content=content, author=author(), at=shell.clock.now())
            _directly(shell, work)
    said = shell._("Saved as '{name}'.", name=called)
    _told(
        shell,
        shell._("Would save it as '{name}'.", name=called) if dry_run else said,
        called,
        dry_run,
        as_json,
    )


def delete(shell: Shell, name: str, dry_run: bool, as_json: bool) -> None:
    """Delete it; what it said stays among the events."""
    _kept(shell, name)
    if not dry_run:
        try:
            asked(shell, str, "layout_delete", {"name": name})
        except NoDaemon:
            _directly(shell, partial(layouts.delete, name=name, author=author(), at=shell.clock.now()))
    said = shell._("Deleted: '{name}'.", name=name)
    _told(shell, shell._("Would delete '{name}'.", name=name) if dry_run else said, name, dry_run, as_json)


def _directly(shell: Shell, work: "partial[None]") -> None:
    with changing(shell) as engine:
        try:
            work(engine)
        except Refused as refused:
            raise Stop(*refused.sentences) from None


def _told(shell: Shell, said: str, name: str, dry_run: bool, as_json: bool) -> None:
    if as_json:
        shell.show_json({"schema": 1, "name": name, "dry_run": dry_run})
    else:
        shell.say(said)


def export(shell: Shell, name: str, output: Path | None, force: bool, dry_run: bool) -> None:
    """Write it as it was saved."""
    _write(shell, _kept(shell, name).content, output or Path(f"{name}.toml"), force, dry_run)


def _write(shell: Shell, text: str, path: Path, force: bool, dry_run: bool) -> None:
    refuse_existing(path, force)
    if not dry_run:
        write_files({path: text.encode()})
    said = shell._("Written: {path}", path=path)
    shell.say(shell._("Would write {path}.", path=path) if dry_run else said)


def _remarks(shell: Shell) -> Remarks:
    _ = shell._
    return Remarks(
        proposal=_(
            "A proposal: look through every line. `netwatch import FILE --layout NAME --dry-run` tries it."
        ),
        like=_("like this heading, not the same"),
        minted=_("made up: nothing looks like a code"),
        needed=_("needed"),
        words=_("say what these words mean"),
        left=_("Not taken"),
    )


def guess_(shell: Shell, file: Path, output: Path | None, force: bool) -> int:
    """Read the file and propose."""
    cells = cells_of_file(file)
    show_problems((*cells.notes, *([cells.fault] if cells.fault else [])), shell)
    text = guess(cells.tables, sheet_language(shell), _remarks(shell))
    if not text:
        raise Stop(Sentence("No sheet of {path} looks like anything known.", {"path": file}))
    if output:
        _write(shell, text, output, force, dry_run=False)
    else:
        shell.say(text)
    return 0

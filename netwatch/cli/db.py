"""`netwatch db`: brings the database up to date, copies it, puts a copy back."""

from pathlib import Path

import click

from netwatch.cli.database import faults_told, holder, url
from netwatch.cli.shell import Shell, dry_run_option, json_option
from netwatch.language import Translate
from netwatch.store.backup import Report, backup, restore
from netwatch.store.schema import current, head, upgrade


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    existing = click.Path(path_type=Path, exists=True, dir_okay=False)
    new = click.Path(path_type=Path, dir_okay=False)
    replace = click.Option(["--replace"], is_flag=True, help=_("Discard what the database holds now."))
    common: list[click.Parameter] = [dry_run_option(_), json_option(_)]
    return click.Group(
        "db",
        help=_("Upgrade, back up or restore the database."),
        commands=[
            click.Command(
                "upgrade",
                callback=click.pass_obj(do_upgrade),
                help=_(
                    "Bring the database to this release's form (the daemon does so itself when it starts)."
                ),
                params=common,
            ),
            click.Command(
                "backup",
                callback=click.pass_obj(do_backup),
                help=_("Copy the database to FILE and check the copy; the daemon may go on running."),
                params=[click.Argument(["file"], type=new), *common],
            ),
            click.Command(
                "restore",
                callback=click.pass_obj(do_restore),
                help=_("Put the contents of a backup FILE into the database; stop the daemon first."),
                params=[click.Argument(["file"], type=existing), replace, *common],
            ),
        ],
    )


def do_upgrade(shell: Shell, dry_run: bool, as_json: bool) -> None:
    """Upgrade, or tell what would be upgraded."""
    _ = shell._
    with faults_told(), shell.working(_("Working on the database…")):
        if dry_run:
            before, after = current(url(shell)), head()
        else:
            done = upgrade(url(shell), holder(shell))
            before, after = done.before, done.after
    if as_json:
        shell.show_json({"schema": 1, "before": before, "after": after, "dry_run": dry_run})
    elif before == after:
        shell.say(_("The database is of this release ({revision}); there is nothing to do.", revision=after))
    elif dry_run:
        shell.say(_("Would upgrade from {before} to {after}.", before=before or _("empty"), after=after))
    else:
        shell.say(_("Upgraded from {before} to {after}.", before=before or _("empty"), after=after))


def do_backup(shell: Shell, file: Path, dry_run: bool, as_json: bool) -> None:
    """Copy."""
    with faults_told(), shell.working(shell._("Working on the database…")):
        report = backup(url(shell), file, dry_run=dry_run)
    _show(report, shell, as_json)


def do_restore(shell: Shell, file: Path, replace: bool, dry_run: bool, as_json: bool) -> None:
    """Put back."""
    with faults_told(), shell.working(shell._("Working on the database…")):
        report = restore(file, url(shell), holder(shell), replace=replace, dry_run=dry_run)
    _show(report, shell, as_json)


def _show(report: Report, shell: Shell, as_json: bool) -> None:
    _ = shell._
    rows = sum(number for _table, number in report.tables)
    if as_json:
        shell.show_json({
            "schema": 1,
            "path": str(report.path),
            "revision": report.revision,
            "tables": dict(report.tables),
            "bytes": report.size,
            "done": report.done,
        })  # fmt: skip
        return
    facts = {"path": report.path, "rows": rows, "revision": report.revision}
    if report.done:
        shell.say(_("Done: {path}, {rows} rows, revision {revision}.", **facts))
    else:
        shell.say(_("Would copy {rows} rows of revision {revision}: {path}.", **facts))

"""`netwatch reload`: the running daemon reads settings and inventory again."""

import click

from netwatch.cli.daemon import needed
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.control.contract import ReloadReport
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "reload",
        callback=click.pass_obj(reload),
        help=_(
            "Have the running daemon read settings and inventory again, show the difference and swap. With a fault "
            "the running ones stay in force."
        ),
        params=[dry_run_option(_), json_option(_)],
    )


def reload(shell: Shell, dry_run: bool, as_json: bool) -> int:
    """Ask for it and show what came of it."""
    report = needed(shell, ReloadReport, "reload", {"dry_run": dry_run})
    if as_json:
        shell.show_json(plain(report))
    else:
        show(report, shell)
    return 1 if report.refused else 0


def show(report: ReloadReport, shell: Shell) -> None:
    """The difference and whether it is in force."""
    _ = shell._
    areas = {
        "settings": _("settings"),
        "inventory": _("inventory"),
        "checks": _("checks"),
        "limits": _("limits"),
    }
    headings = (_("area"), _("what"), _("before"), _("after"))
    if report.changes:
        rows = [(areas.get(c.area, c.area), c.key, c.before, c.after) for c in report.changes]
        shell.table(headings, rows)
    shell.remark(*report.remarks)
    if report.refused:
        raise Stop(*report.refused, Sentence("Nothing was changed: the running plan stays in force."))
    if report.applied and not report.changes:
        shell.say(_("There is no difference. Secrets were read again."))
    elif not report.changes:
        shell.say(_("There is no difference."))
    elif report.dry_run:
        shell.say(_("This is a dry run: nothing was changed."))
    else:
        shell.say(_("In force: plan revision {revision}.", revision=report.plan_revision))

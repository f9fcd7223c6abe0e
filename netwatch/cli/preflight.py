"""`netwatch preflight`: may this conference begin? Measured now at every site that takes part, and kept as evidence."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.progress import Progress

from netwatch.cli.daemon import asked, may_look_here
from netwatch.cli.database import author, changing, reading
from netwatch.cli.shell import Arguments, Shell, Stop, json_option
from netwatch.commands import inventory_of
from netwatch.control.client import NoDaemon
from netwatch.control.contract import Refused
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate
from netwatch.plan import plan
from netwatch.preflight.contract import BADNESS, Finding, Grade, SiteReport, worst
from netwatch.preflight.evidence import Kept, keep, kept
from netwatch.preflight.order import orders
from netwatch.preflight.rounds import Means, examine
from netwatch.secrets import resolver
from netwatch.translate.to_kit import kit_settings
from netwatch.translate.to_plan import plan_settings
from probes.kit import open_kit
from probes.messages import TEXTS
from probes.registry import probes

# Which sockets are used matters to the log only.
_ORDINARY = "icmp.mode"
_COLOURS = {Grade.GO: "green", Grade.CAUTION: "yellow", Grade.NO_GO: "red"}
Hear = Callable[[Arguments], None]


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "preflight",
        callback=click.pass_obj(preflight),
        help=_(
            "Say whether a conference may begin at each SITE (sites, agencies or conferencing endpoints): measure "
            "the path, voice quality, registration, the line's headroom and the UPS now. "
            "Exit code 0: go everywhere; 1: caution somewhere; 2: no-go somewhere."
        ),
        params=[
            click.Argument(["names"], nargs=-1, metavar="SITE..."),
            click.Option(
                ["--all", "everything"], is_flag=True, help=_("All sites with conferencing endpoints.")
            ),
            click.Option(
                ["--list", "earlier"], is_flag=True, help=_("Show what was measured before; measure nothing.")
            ),
            click.Option(
                ["--limit"],
                type=click.IntRange(1, 1000),
                default=50,
                show_default=True,
                help=_("At most so many."),
            ),
            json_option(_),
        ],
    )


def preflight(
    shell: Shell, names: tuple[str, ...], everything: bool, earlier: bool, limit: int, as_json: bool
) -> int:
    """Measure and show, or show what was kept; the exit code says how it stands."""
    if earlier:
        return _earlier(shell, names, limit, as_json)
    with _bar(shell) as hear:
        try:
            asking = {"names": names, "everything": everything}
            reports = asked(shell, tuple[SiteReport, ...], "preflight", asking, hear=hear)
        except NoDaemon:
            reports = _here(shell, names, everything, hear)
    verdict = worst(tuple(report.verdict for report in reports))
    if as_json:
        shell.show_json({"schema": 1, "verdict": str(verdict), "sites": plain(reports)})
    else:
        _show(reports, shell)
    return BADNESS[verdict]


@contextmanager
def _bar(shell: Shell) -> Iterator[Hear]:
    with Progress(console=shell.err, transient=True, disable=not shell.err.is_terminal) as bar:
        task = bar.add_task(shell._("Measuring…"), total=None)

        def hear(progress: Arguments) -> None:
            bar.update(task, completed=int(progress["done"]), total=int(progress["total"]))

        yield hear


def _here(shell: Shell, names: Sequence[str], everything: bool, hear: Hear) -> tuple[SiteReport, ...]:
    known = probes()
    with reading(shell) as store:
        inventory = inventory_of(store.engine, shell.today())
    checks = plan(inventory, plan_settings(shell.settings, dict(known)), 0).checks.values()
    try:
        wanted = orders(inventory, checks, names, everything)
    except Refused as refused:
        raise Stop(*refused.sentences) from None
    may_look_here(shell, (check.address for check in checks))

    async def told(done: int, total: int, _: str) -> None:
        hear({"done": done, "total": total})

    async def measure() -> tuple[SiteReport, ...]:
        secrets = resolver(shell.settings.credentials, shell.environment)
        async with open_kit(kit_settings(shell.settings), secrets) as kit:
            for remark in kit.remarks:
                if remark.code != _ORDINARY:
                    shell.remark(Sentence(TEXTS[remark.code], dict(remark.params)))
            means = Means(kit, known, shell.settings.preflight, shell.clock.now)
            return await examine(wanted, means, told)

    reports = asyncio.run(measure())
    with changing(shell) as engine:
        keep(engine, reports, author=author(), at=shell.clock.now())
    return reports


def _earlier(shell: Shell, sites: Sequence[str], limit: int, as_json: bool) -> int:
    try:
        found = asked(shell, tuple[Kept, ...], "preflights", {"sites": sites, "limit": limit})
    except NoDaemon:
        with reading(shell) as store:
            found = kept(store.engine, sites, limit)
    if as_json:
        shell.show_json({"schema": 1, "kept": plain(found)})
    elif not found:
        shell.say(shell._("No preflight was kept."))
    elif sites:
        for one in reversed(found):
            shell.say(f"{shell.moment(one.report.at)}  {one.author}")
            _show((one.report,), shell)
    else:
        _ = shell._
        headings = (_("when"), _("who"), _("site"), _("verdict"), _("why"))
        shell.table(headings, [_row(one, shell) for one in found])
    return 0


def _row(one: Kept, shell: Shell) -> tuple[str, ...]:
    report = one.report
    reasons = "; ".join(_words(finding, shell) for finding in report.findings if _telling(finding, report))
    return shell.moment(report.at), one.author, report.site, grade_words(report.verdict, shell), reasons


def _telling(finding: Finding, report: SiteReport) -> bool:
    """Whether it is one of those that make the verdict what it is."""
    return finding.grade is report.verdict is not Grade.GO


def grade_words(grade: Grade, shell: Shell) -> str:
    """A verdict in words."""
    _ = shell._
    return {Grade.GO: _("go"), Grade.CAUTION: _("caution"), Grade.NO_GO: _("no-go")}[grade]


def _words(finding: Finding, shell: Shell) -> str:
    return f"{finding.item}: {finding.words.words(shell.translate)}"


def _show(reports: Sequence[SiteReport], shell: Shell) -> None:
    _ = shell._
    ordered = sorted(reports, key=lambda report: -BADNESS[report.verdict])
    for report in ordered:
        colour = _COLOURS[report.verdict]
        shell.out.print(f"[{colour}]{grade_words(report.verdict, shell)}[/]", end="  ", highlight=False)
        shell.say(f"{report.site}  {report.name}")
        for finding in sorted(report.findings, key=lambda finding: -BADNESS[finding.grade]):
            shell.say(f"    {grade_words(finding.grade, shell)}: {_words(finding, shell)}")
    if len(reports) > 1:
        counts = {grade: sum(report.verdict is grade for report in reports) for grade in Grade}
        text = "{go} go, {caution} caution, {no_go} no-go."
        shell.say(_(text, **{str(grade): str(number) for grade, number in counts.items()}))

"""`netwatch coverage norms`, `starter` and `gaps`: what is asked of whom, a set to begin with, and what is lacking."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click

from inventory.samples.norms import starter_norms
from inventory.sheets.atomic import write_files
from inventory.sheets.escape import escape
from netwatch.cli.coverage_asking import (
    audited,
    date_options,
    day_and_knowledge,
    norm_option,
    require_norms,
    scope_option,
    tell_no_norms,
)
from netwatch.cli.coverage_words import money
from netwatch.cli.shell import Shell, Stop, dry_run_option, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.language import Sentence, Translate
from netwatch.queries.coverage_json import coverage_json
from netwatch.queries.coverage_plans import GapReport, NormLine, gap_report, norm_list
from netwatch.queries.coverage_words import detail_word, item_word, level_word, per_word
from netwatch.queries.figures import bandwidth
from netwatch.queries.words import kind_word

NOT_UNDERSTOOD = 64
SUFFIX = ".toml"


def commands(_: Translate) -> list[click.Command]:
    """The commands in a language."""
    unit = click.Option(["--unit"], default="", metavar="ID", help=_("Only those that ask this agency."))
    as_csv = click.Option(["--csv", "as_csv"], is_flag=True, help=_("Print comma-separated values."))
    return [
        click.Command(
            "norms",
            callback=click.pass_obj(norms_),
            help=_("List the norms in force: whom they ask, and for what."),
            params=[unit, *date_options(_), json_option(_)],
        ),
        click.Command(
            "starter",
            callback=click.pass_obj(starter),
            help=_("Write a starter set of norms to FILE (TOML), to be made one's own and imported."),
            params=[
                click.Argument(["file"], type=click.Path(path_type=Path, dir_okay=False), required=True),
                force_option(_),
                dry_run_option(_),
            ],
        ),
        click.Command(
            "gaps",
            callback=click.pass_obj(gaps_),
            help=_("List what agencies lack of what norms ask, and what it would cost to have it."),
            params=[scope_option(_), norm_option(_), *date_options(_), as_csv, json_option(_)],
        ),
    ]


def norms_(shell: Shell, unit: str, as_of: str, known_at: str, as_json: bool) -> None:
    """The norms in force, or those that ask an agency."""
    on, known = day_and_knowledge(shell, as_of, known_at)
    found = audited(shell, on, known, unit)
    report = norm_list(found.inventory, on, unit, found)
    if as_json:
        shell.show_json(coverage_json(report))
    elif not found.inventory.of("norm"):
        tell_no_norms(shell, on, known)
    elif not report.norms:
        shell.say(shell._("No norm in force asks anything of this agency."))
    else:
        _ = shell._
        headings = (_("norm"), _("name"), _("asks for"), _("of whom"), _("agencies"), _("legal basis"))
        shell.table(headings, [_row(shell, norm) for norm in report.norms])


def _row(shell: Shell, norm: NormLine) -> tuple[str, ...]:
    whom = "; ".join(_whom(shell, norm)) or shell._("everybody")
    asked = ", ".join(_asked(shell, norm))
    return norm.id, norm.name, asked, whom, str(norm.agencies), norm.legal_basis


def _asked(shell: Shell, norm: NormLine) -> Iterator[str]:
    _ = shell._
    item = item_word(norm.item, shell.translate)
    detail = (
        f" ({detail_word(norm.item, norm.detail, shell.translate, shell.language)})" if norm.detail else ""
    )
    yield f"{norm.quantity} × {item}{detail} {per_word(norm.per, shell.translate)}"
    if norm.target < 100:
        yield _("at {target} %", target=norm.target)
    if norm.line_classes:
        yield " / ".join(kind_word(code, shell.translate) for code in norm.line_classes)
    if norm.bandwidth:
        yield f"≥ {bandwidth(norm.bandwidth)}"
    if norm.routes > 1:
        yield _("on {count} routes", count=norm.routes)
    if norm.inspected_within:
        yield _("inspected within {count} months", count=norm.inspected_within)
    if norm.max_age:
        yield _("at most {count} years old", count=norm.max_age)
    if norm.in_warranty:
        yield _("in warranty")


def _whom(shell: Shell, norm: NormLine) -> Iterator[str]:
    _ = shell._
    if norm.levels:
        yield ", ".join(level_word(level, shell.translate) for level in norm.levels)
    if norm.unit_kinds:
        yield ", ".join(kind_word(kind, shell.translate) for kind in norm.unit_kinds)
    if norm.tags:
        yield _("with {tags}", tags=", ".join(norm.tags))
    if norm.without_tags:
        yield _("without {tags}", tags=", ".join(norm.without_tags))
    if norm.within:
        yield _("below {unit}", unit=norm.within)
    if norm.security_level:
        yield _("with a service of security level {level} or more", level=norm.security_level)


def starter(shell: Shell, file: Path, force: bool, dry_run: bool) -> None:
    """Write the starter set."""
    if file.suffix.lower() != SUFFIX:
        text = "{path}: the starter set is TOML. Give the file a name that ends in .toml."
        raise Stop(Sentence(text, {"path": file}), code=NOT_UNDERSTOOD)
    refuse_existing(file, force)
    if dry_run:
        shell.say(shell._("Would write {path}.", path=file))
        return
    write_files({file: starter_norms().encode()})
    shell.say(shell._("Written: {path}", path=file))


def gaps_(
    shell: Shell,
    scope: str,
    norms: tuple[str, ...],
    as_of: str,
    known_at: str,
    as_csv: bool,
    as_json: bool,
) -> None:
    """What is lacking, agency by agency, and in all."""
    on, known = day_and_knowledge(shell, as_of, known_at)
    found = audited(shell, on, known, scope)
    report = gap_report(found, require_norms(found, norms))
    if as_json:
        shell.show_json(coverage_json(report))
    elif as_csv:
        shell.say(_csv(shell, report).rstrip("\n"))
    elif not found.inventory.of("norm"):
        tell_no_norms(shell, on, known)
    elif not report.gaps:
        shell.say(shell._("Nothing is lacking of what the norms ask."))
    else:
        _show(shell, report)


def _show(shell: Shell, report: GapReport) -> None:
    _ = shell._
    headings = (_("norm"), _("agency"), _("level"), _("lacking"), _("cost"))
    rows = [
        (
            gap.name,
            f"{gap.unit_name} ({gap.unit})",
            level_word(gap.level, shell.translate),
            f"{gap.lacking}/{gap.need}",
            money(shell, gap.cost),
        )
        for gap in report.gaps
    ]
    shell.table(headings, rows)
    shell.say()
    sums = (_("norm"), _("lacking"), _("cost"), _("target"), _("lacking for it"), _("cost of that"))
    totals = [
        (
            total.name,
            str(total.lacking),
            money(shell, total.cost),
            f"{total.target} %",
            str(total.to_target),
            money(shell, total.cost_to_target),
        )
        for total in report.totals
        if total.lacking
    ]
    shell.table(sums, totals)
    if report.cost:
        shell.say(_("Cost in all: {cost}", cost=money(shell, report.cost)))
    if report.uncosted:
        text = "Of {count} units the cost is not known: their norms have no unit cost."
        shell.remark(Sentence(text, {"count": report.uncosted}))


def _csv(shell: Shell, report: GapReport) -> str:
    _ = shell._
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(
        (
            *(_("norm code"), _("norm"), _("agency code"), _("agency"), _("above it"), _("level")),
            *(_("need"), _("lacking"), _("unit cost (VND)"), _("cost (VND)")),
        )
    )
    for gap in report.gaps:
        texts = (gap.norm, gap.name, gap.unit, gap.unit_name, " / ".join(gap.path))
        numbers = (gap.need, gap.lacking, gap.unit_cost, gap.cost)
        writer.writerow(
            (
                *map(escape, texts),
                level_word(gap.level, shell.translate),
                *("" if one is None else one for one in numbers),
            )
        )
    return written.getvalue()

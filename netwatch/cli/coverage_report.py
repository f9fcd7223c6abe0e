"""`netwatch coverage report`: the audit as a document."""

from typing import Any

import click

from netwatch.cli.coverage_asking import (
    audited,
    date_options,
    day_and_knowledge,
    scope_option,
    tell_no_norms,
)
from netwatch.cli.documents import facts_of, output, output_options, values_of, way_of, write_document
from netwatch.cli.shell import Shell
from netwatch.language import Translate
from netwatch.reports.coverage import coverage_document


def commands(_: Translate) -> list[click.Command]:
    """The command in a language."""
    return [
        click.Command(
            "report",
            callback=click.pass_obj(report),
            help=_(
                "Write the audit as a workbook, a letter or CSV files: figures, agencies, what is lacking and costs, "
                "contradictions, statements, norms."
            ),
            params=[scope_option(_), *date_options(_), *output_options(_)],
        )
    ]


def report(shell: Shell, scope: str, as_of: str, known_at: str, **options: Any) -> int:  # noqa: ANN401 - click's
    """Audit, and write it; 1 where no norm is in force."""
    wanted = output(shell, options)
    on, known = day_and_knowledge(shell, as_of, known_at)
    found = audited(shell, on, known, scope)
    if not found.audit.figures:
        tell_no_norms(shell, on)
        return 1
    values = values_of(shell, found.inventory, scope, on)
    way = way_of(shell, "coverage", wanted, values)
    facts = facts_of(shell, on, known_at)
    write_document(
        shell, coverage_document(found.audit, found.inventory, way, facts, shell.translate), wanted
    )
    return 0

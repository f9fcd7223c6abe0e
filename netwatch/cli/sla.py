"""`netwatch sla`: what providers owe for their lines: claim dossiers, a provider's lines together, its list compared.

Exit code: 0 done; 1 not done; 64 a line, provider or period that does not exist.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from inventory.snapshot import Inventory
from inventory.texts import fold
from netwatch.availability import periods
from netwatch.cli.as_of import known_at as moment_known
from netwatch.cli.database import reading
from netwatch.cli.documents import Output, output, output_options
from netwatch.cli.periods import period_of
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.cli.sla_files import progress, write_dossier, write_dossiers
from netwatch.cli.sla_table import show_comparison, show_dossier, show_lines
from netwatch.clock import SECOND
from netwatch.discipline import synchronised
from netwatch.histories import RETELL
from netwatch.language import Sentence, Translate
from netwatch.queries.claims import Asked, Claims, Dossier, Measuring
from netwatch.queries.claims_json import dossier_json
from netwatch.settings_faults import suggestion
from netwatch.sla.comparison import Comparison, compared
from netwatch.sla.provider_list import Known, ProviderList, read_list

NOT_UNDERSTOOD = 64
_SHA256 = re.compile(r"[0-9a-f]{64}")


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "sla",
        callback=click.pass_obj(sla),
        help=_(
            "Say what the provider of LINE owes by its contract for a month: what is claimed on what evidence, and "
            "what is not claimed and why. With --provider every line under its contracts; with -o as dossiers."
        ),
        params=[
            click.Argument(["line"], required=False, default=""),
            click.Option(
                ["--provider"],
                default="",
                metavar="NAME",
                help=_("Every line under a contract with this provider; -o names a folder then."),
            ),
            click.Option(
                ["--month"],
                default="",
                metavar="YYYY-MM",
                help=_("The month, or its quarter or year, as the contract measures; last month without it."),
            ),
            click.Option(
                ["--compare"],
                type=click.Path(path_type=Path, exists=True, dir_okay=False),
                metavar="FILE",
                help=_("Compare with the provider's own list of outages, XLSX or CSV."),
            ),
            click.Option(
                ["--known-at"],
                default="",
                metavar="TIME",
                help=_("Only what had been written down by then: the end of a day, or a moment."),
            ),
            click.Option(
                ["--verify"],
                metavar="SHA256",
                help=_(
                    "Say whether the rows are still those of a dossier with this digest. Exit code: 1 they are not."
                ),
            ),
            json_option(_),
            *output_options(_, required=False),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The dossiers, the inventory by which names are told, and what their list says of each line."""

    dossiers: tuple[Dossier, ...]
    inventory: Inventory
    comparisons: Mapping[str, tuple[Comparison, ...]]


def sla(
    shell: Shell,
    line: str,
    provider: str,
    month: str,
    compare: Path | None,
    known_at: str,
    verify: str | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401 - click's
) -> int:
    """Claim."""
    if bool(line) == bool(provider):
        raise click.UsageError(shell._("Name a line, or a provider with --provider."))
    digest = (
        None if verify is None else _digest(shell, verify, alone=not provider, only=options["file"] is None)
    )
    wanted = _wanted(shell, options, many=bool(provider))
    asked = _asked(shell, month, known_at)
    found = _taken(shell, asked, line, provider, compare)
    if digest is not None:
        return _verified(shell, found.dossiers[0], digest)
    if wanted is not None and provider:
        write_dossiers(shell, wanted, provider, found.dossiers, found.inventory, found.comparisons)
    elif wanted is not None:
        (dossier,) = found.dossiers
        write_dossier(shell, wanted, dossier, found.inventory, found.comparisons.get(line, ()))
    if as_json:
        told = [dossier_json(one, found.comparisons.get(one.id, ())) for one in found.dossiers]
        shell.show_json(told[0] if line else told)
    elif wanted is None:
        _show(shell, found, one=bool(line))
    return 0


def _digest(shell: Shell, text: str, *, alone: bool, only: bool) -> str:
    """The digest asked about, of one line and of nothing else; what is none is no other digest."""
    found = text.strip().lower()
    if not alone:
        raise click.UsageError(shell._("A digest is of one line: name it instead of a provider."))
    if not only:
        raise click.UsageError(shell._("--verify stands alone: it writes nothing, so leave out -o."))
    if not _SHA256.fullmatch(found):
        raise click.UsageError(
            shell._("--verify takes the SHA-256 of a dossier: 64 digits from 0 to 9 and a to f.")
        )
    return found


def _verified(shell: Shell, dossier: Dossier, sha256: str) -> int:
    params = {"line": dossier.id, "period": dossier.claim.measuring.name, "count": dossier.digest.rows}
    if dossier.digest.sha256 == sha256:
        shell.say(shell._("{line}, {period}: the same {count} rows as in the dossier.", **params))
        return 0
    text = "{line}, {period}: other rows than in the dossier; today there are {count}, with the SHA-256 {sha256}."
    shell.say(shell._(text, **params, sha256=dossier.digest.sha256))
    return 1


def _show(shell: Shell, found: _Found, *, one: bool) -> None:
    if one:
        show_dossier(shell, found.dossiers[0])
    else:
        show_lines(shell, found.dossiers)
    for dossier in found.dossiers:
        if dossier.id in found.comparisons:
            show_comparison(shell, dossier, found.comparisons[dossier.id], found.inventory)


def _wanted(shell: Shell, options: dict[str, Any], *, many: bool) -> Output | None:
    """Where to write; of many a folder, whose files are workbooks if nothing else is said."""
    if options["file"] is None:
        return None
    if many:
        if options["wanted"] == "csv" or options["file"].suffix:
            text = "{path}: dossiers of many lines go into a folder, as xlsx or pdf."
            raise Stop(Sentence(text, {"path": options["file"]}), code=NOT_UNDERSTOOD)
        options["wanted"] = options["wanted"] or "xlsx"
    return output(shell, options)


def _asked(shell: Shell, month: str, known_at: str) -> Asked:
    zone = shell.settings.daemon.zone
    # The last month that can be claimed for: one that ended just now may still be told anew.
    settled = (shell.local_time() - timedelta(microseconds=RETELL)).date()
    last = settled.replace(day=1) - timedelta(days=1)
    period = period_of(shell, "", month or f"{last:%Y-%m}", None, ("", ""))
    hardening = shell.settings.hardening
    measuring = Measuring(
        round(shell.settings.intervals.witness * SECOND), hardening.agree, hardening.of, synchronised()
    )
    first = periods.first_day(period, zone)
    return Asked(first, zone, shell.clock.now(), measuring, moment_known(shell, known_at))


def _taken(shell: Shell, asked: Asked, line: str, provider: str, compare: Path | None) -> _Found:
    with reading(shell) as store:
        claims = Claims(store, asked)
        with shell.working(shell._("Reading…")):
            inventory = claims.inventory()
            lines = claims.lines(provider) if provider else (line,)
        if not lines:
            raise _no_provider(provider, asked, claims)
        with progress(shell, shell._("Counting…"), len(lines)) as step:
            dossiers = tuple(_stepping(claims.dossiers(lines, provider), step))
        if not dossiers:
            raise _no_contract(line, asked, claims)
    comparisons = _compared(shell, dossiers, inventory, compare) if compare else {}
    return _Found(dossiers, inventory, comparisons)


def _stepping(dossiers: Iterator[Dossier], step: Callable[[], None]) -> Iterator[Dossier]:
    for one in dossiers:
        step()
        yield one


def _no_provider(provider: str, asked: Asked, claims: Claims) -> Stop:
    params = {"provider": provider, "month": f"{asked.month:%Y-%m}"}
    text = "No line was under a contract with '{provider}' in {month}."
    return Stop(Sentence(text, params), *suggestion(provider, list(claims.providers())), code=NOT_UNDERSTOOD)


def _no_contract(line: str, asked: Asked, claims: Claims) -> Stop:
    """The line is not there, or under no contract."""
    params = {"line": line, "month": f"{asked.month:%Y-%m}"}
    known = claims.inventory().of("line")
    if line in known:
        text = "{line} was under no contract in {month}. Contracts are records of the inventory: netwatch template"
        return Stop(Sentence(text, params))
    text = "There was no line '{line}' in {month}."
    return Stop(Sentence(text, params), *suggestion(line, list(known)), code=NOT_UNDERSTOOD)


def _compared(
    shell: Shell, dossiers: Sequence[Dossier], inventory: Inventory, path: Path
) -> Mapping[str, tuple[Comparison, ...]]:
    wanted = frozenset(one.id for one in dossiers)
    found = read_list(path, Known(_names(inventory, dossiers), wanted), shell.settings.daemon.zone)
    _tell_problems(shell, found)
    if found.problems and not found.outages and not found.others:
        # By an empty list they would own up to no outage at all: nobody said that.
        raise Stop(Sentence("No outage could be read from {path}: nothing was compared.", {"path": path}))
    return {
        one.id: tuple(
            compared(material, piece.outages, [each for each in found.outages if each.line == one.id])
            for material, piece in zip(one.materials, one.claim.pieces, strict=True)
        )
        for one in dossiers
    }


def _tell_problems(shell: Shell, found: ProviderList) -> None:
    for problem in found.problems:
        shell.remark(problem.sentence)
    if found.others:
        text = "{count} rows of their list are of lines not asked about."
        shell.remark(Sentence(text, {"count": found.others}))


def _names(inventory: Inventory, dossiers: Sequence[Dossier]) -> Mapping[str, frozenset[str]]:
    """Lines by everything by which a list may name them."""
    sites, units = inventory.of("site"), inventory.of("organisation_unit")
    found: dict[str, set[str]] = {}
    for id_, line in inventory.of("line").items():
        site = sites.get(line.site)
        served = [units[unit].name for unit in site.organisation_units if unit in units] if site else []
        for text in (id_, line.name, line.contract_number, line.site, site.name if site else "", *served):
            if text and fold(text):
                found.setdefault(fold(text), set()).add(id_)
    for one in dossiers:
        for piece in one.claim.pieces:
            found.setdefault(fold(piece.terms.number), set()).add(one.id)
    return {name: frozenset(lines) for name, lines in found.items()}

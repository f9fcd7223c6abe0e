"""Claims as files: a dossier, or a folder of them with a summary."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rich.progress import Progress

from exporters.documents.formats import shown
from exporters.documents.model import ColumnKind, Document
from inventory.snapshot import Inventory
from netwatch.cli.documents import Output, put_document, way_of, write_document
from netwatch.cli.problems import sheet_language
from netwatch.cli.shell import Shell, Stop
from netwatch.clock import SECOND
from netwatch.incidents.places import Places
from netwatch.language import Sentence
from netwatch.queries.claim_words import MEASURING, words
from netwatch.queries.claims import Dossier
from netwatch.reports.availability import local
from netwatch.reports.claim_lists import comparison_tables, lines_document
from netwatch.reports.claims import Show, claim_document
from netwatch.reports.letterhead import Facts, Manner
from netwatch.sla.comparison import Comparison

DOSSIER, SUMMARY = "sla", "sla_summary"
_UNFIT = re.compile(r"[^\w.-]+")
# File systems take 255 bytes, and a letter is up to four (NAME_MAX of limits.h).
LONGEST_NAME = 50


@contextmanager
def progress(shell: Shell, text: str, count: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal; what is given is called for each that is done."""
    with Progress(console=shell.err, transient=True, disable=not shell.err.is_terminal) as bar:
        task = bar.add_task(text, total=count)
        yield lambda: bar.advance(task)


def show_of(shell: Shell, inventory: Inventory, manner: Manner | None) -> Show:
    """How values are told."""
    zone = shell.settings.daemon.zone
    return Show(Places(inventory), zone, sheet_language(shell), manner, shell.translate)


def write_dossier(
    shell: Shell,
    wanted: Output,
    dossier: Dossier,
    inventory: Inventory,
    comparisons: Sequence[Comparison],
) -> None:
    """One dossier; ends the command when it cannot be made."""
    write_document(shell, _dossier(shell, wanted, dossier, inventory, comparisons), wanted)


def _dossier(
    shell: Shell,
    wanted: Output,
    dossier: Dossier,
    inventory: Inventory,
    comparisons: Sequence[Comparison],
) -> Document:
    period = _period(shell, dossier)
    values = {
        "line": f"{dossier.name} [{dossier.id}]",
        "provider": dossier.provider,
        "contract": ", ".join(dict.fromkeys(piece.terms.number for piece in dossier.claim.pieces)),
        "period": period,
        "until": _moment(shell, dossier.claim.until),
    }
    show = show_of(shell, inventory, way_of(shell, DOSSIER, wanted, values))
    more = comparison_tables(dossier, comparisons, show) if comparisons else ()
    return claim_document(dossier, show, _facts(shell, dossier, values), more)


def file_names(ids: Iterable[str], summary: str) -> Mapping[str, str]:
    """The name of each line's file without its ending: its code as far as file systems take it, and each name once.

    Codes that differ only in what is left out, or in case, are told apart by a digest.
    """
    found: dict[str, str] = {}
    taken = {summary.casefold()}
    for id_ in ids:
        name = _UNFIT.sub("_", id_).lstrip(".")[:LONGEST_NAME]
        if name != id_ or name.casefold() in taken:
            name += f"-{hashlib.sha256(id_.encode()).hexdigest()[:12]}"
        found[id_] = name
        taken.add(name.casefold())
    return found


def write_dossiers(
    shell: Shell,
    wanted: Output,
    provider: str,
    dossiers: Sequence[Dossier],
    inventory: Inventory,
    comparisons: Mapping[str, Sequence[Comparison]],
) -> None:
    """A folder with a dossier for each line, and a workbook of all."""
    folder = wanted.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        text = "{path}: the folder cannot be made: {reason}"
        raise Stop(Sentence(text, {"path": folder, "reason": fault.strerror})) from None
    period = ", ".join(dict.fromkeys(_period(shell, one) for one in dossiers))
    provider = next((one.provider for one in dossiers if one.provider), provider)
    names = file_names((one.id for one in dossiers), shell._("summary"))
    with progress(shell, shell._("Writing dossiers…"), len(dossiers)) as step:
        for dossier in dossiers:
            one = replace(wanted, file=folder / f"{names[dossier.id]}.{wanted.format}")
            told = comparisons.get(dossier.id, ())
            put_document(shell, _dossier(shell, one, dossier, inventory, told), one)
            step()
    shell.say(shell._("Written: {count} dossiers in {path}", count=len(dossiers), path=folder))
    summary = replace(wanted, file=folder / f"{shell._('summary')}.xlsx", format="xlsx")
    values = {"provider": provider, "period": period, "count": str(len(dossiers))}
    show = show_of(shell, inventory, way_of(shell, SUMMARY, summary, values))
    facts = ((shell._("Provider"), provider), (shell._("Period"), period))
    write_document(shell, lines_document(dossiers, show, facts, comparisons), summary)


def _facts(shell: Shell, dossier: Dossier, values: Mapping[str, str]) -> Facts:
    """What must be known before the figures."""
    _ = shell._
    terms = [piece.terms for piece in dossier.claim.pieces]
    kinds = dict.fromkeys(words(MEASURING, one.measuring_period, shell.translate) for one in terms)
    found = [
        (_("Line"), values["line"]),
        (_("Site"), ", ".join((dossier.site_name, *dossier.agencies))),
        (_("Provider"), values["provider"]),
        (_("Contract"), ", ".join(f"{one.name} ({one.number})" for one in dossier.contracts)),
        (_("Period"), values["period"]),
        (_("Measuring period of the contract"), ", ".join(kinds)),
        (_("Counted up to"), values["until"]),
    ]
    if dossier.known_at is not None:
        found.append((_("As known at"), _moment(shell, dossier.known_at)))
    if 0 < dossier.watched_until < dossier.claim.until:
        found.append((_("No daemon was running since"), _moment(shell, dossier.watched_until)))
    return tuple(found)


def _period(shell: Shell, dossier: Dossier) -> str:
    """From which day to which."""
    measuring, language = dossier.claim.measuring, sheet_language(shell)
    first, last = (local(at, shell.settings.daemon.zone) for at in (measuring.start, measuring.end - SECOND))
    days = [shown(one.date() if one else None, ColumnKind.DATE, language) for one in (first, last)]
    return " – ".join(days)


def _moment(shell: Shell, at: int) -> str:
    return shown(local(at, shell.settings.daemon.zone), ColumnKind.MOMENT, sheet_language(shell))

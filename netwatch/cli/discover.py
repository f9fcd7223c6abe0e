"""`netwatch discover`: what answers in the allowed networks, as a proposal of rows; it changes nothing."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.progress import Progress

from inventory.protocols import PORTS
from inventory.sheets.proposals import ProposedRow, write_proposal
from inventory.snapshot import Inventory
from netwatch.cli.database import exists, reading
from netwatch.cli.discover_words import as_json, show, show_order
from netwatch.cli.export import format_of
from netwatch.cli.probe import ORDINARY
from netwatch.cli.problems import sheet_language, show_problems
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.cli.template import force_option, refuse_existing
from netwatch.commands import inventory_of
from netwatch.discovery.asking import Asker
from netwatch.discovery.contract import Proposal
from netwatch.discovery.order import ATTEMPTS, Order, chosen, cost
from netwatch.discovery.pace import Pace
from netwatch.discovery.proposal import propose
from netwatch.discovery.ranges import RangeFault
from netwatch.discovery.sweep import Sweep, sweep
from netwatch.language import Sentence, Translate
from netwatch.queries.words import reason_words
from netwatch.secrets import SecretFault, resolve, resolver
from netwatch.translate.to_kit import kit_settings
from probes.kit import KitSettings, open_kit
from probes.messages import TEXTS
from probes.secret import ResolveSecret
from probes.transports.errors import PermissionDenied

INTERRUPTED = 130
# Protocols of UDP cannot be tried by a connection; two names of one port are one try.
CONNECTED = ("ssh", "http", "https", "sip-tcp", "sips", "h323", "rtsp", "modbus", "yealink")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for beside the ranges."""

    go: bool
    file: Path | None
    as_json: bool


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "discover",
        callback=click.pass_obj(discover),
        help=_(
            "Find out what answers in RANGE (192.0.2.0/24, 192.0.2.10-192.0.2.90, an address; without any: all that "
            "discovery.ranges allows) and propose rows for the inventory. Without --go nothing is sent: it says what "
            "would be. Nothing is ever changed: what is proposed must be imported."
        ),
        params=[
            click.Argument(["ranges"], nargs=-1),
            click.Option(["--go"], is_flag=True, help=_("Do it.")),
            click.Option(["--domain"], metavar="NAME", help=_("The routing domain that is meant.")),
            click.Option(["--no-echo"], is_flag=True, help=_("Ask by SNMP also what answers no echo.")),
            click.Option(
                ["--ports"], is_flag=True, help=_("Try the TCP ports of known protocols as well, one by one.")
            ),
            click.Option(
                ["--neighbours"],
                is_flag=True,
                help=_("Ask devices also whom they have met (ARP and MAC tables)."),
            ),
            click.Option(
                ["--write", "file"],
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=_("Write the proposed rows: .xlsx, .toml, or without suffix a folder of CSV files."),
            ),
            force_option(_),
            json_option(_),
        ],
    )


def discover(
    shell: Shell,
    ranges: tuple[str, ...],
    go: bool,
    domain: str | None,
    no_echo: bool,
    ports: bool,
    neighbours: bool,
    file: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Say what would be asked, or ask it and show what was found."""
    order = _order(shell, ranges, domain)
    tried = {name: PORTS[name] for name in CONNECTED} if ports else None
    order = replace(order, echo=not no_echo, ports=tried, hints=neighbours)
    if file is not None:
        format_of(file)
        refuse_existing(file, force)
    wanted = Wanted(go, file, as_json)
    return _done(shell, order, wanted) if go else _would(shell, order, wanted)


def _order(shell: Shell, ranges: tuple[str, ...], domain: str | None) -> Order:
    own = shell.settings.discovery
    try:
        places = chosen(own.ranges, ranges, domain, own.most)
    except RangeFault as fault:
        raise Stop(fault.sentence) from None
    return Order(places, own.credentials, rate=own.rate, devices=own.devices, snmp_port=own.snmp_port)


def _would(shell: Shell, order: Order, wanted: Wanted) -> int:
    if wanted.as_json:
        shell.show_json(as_json(order, None, None, shell))
        return 0
    show_order(order, cost(order), shell)
    shell.say(shell._("Nothing was sent. Do it with --go."))
    return 0


def _done(shell: Shell, order: Order, wanted: Wanted) -> int:
    inventory = _inventory(shell)
    result = _swept(shell, order)
    proposal = propose(result.found, inventory, result.asked)
    if wanted.as_json:
        shell.show_json(as_json(order, result, proposal, shell))
    else:
        show(result, proposal, order, shell)
    if wanted.file is not None:
        _write(shell, proposal, wanted.file)
    elif proposal.rows:
        shell.remark(Sentence("Write the proposed rows to a file with --write FILE."))
    return INTERRUPTED if result.interrupted else 0


def _inventory(shell: Shell) -> Inventory:
    """The inventory of record; where there is no database yet everything is new."""
    if not exists(shell):
        return Inventory()
    with reading(shell) as store:
        return inventory_of(store.engine, shell.today())


def _swept(shell: Shell, order: Order) -> Sweep:
    result = Sweep()
    try:
        faults = asyncio.run(_sweep(shell, order, result))
    except* PermissionDenied:
        text = (
            "This user may not send echoes. Use sudo, or ask by SNMP alone with --no-echo; "
            "`netwatch doctor` says how to allow it."
        )
        raise Stop(Sentence(text)) from None
    for (reason, detail), times in faults.items():
        text = "This machine could not ask {count} times: {fault}"
        fault = f"{reason_words(reason, shell.translate)} [{detail}]"
        shell.remark(Sentence(text, {"count": times, "fault": fault}))
    return result


def _secrets(shell: Shell, order: Order) -> ResolveSecret:
    """What reads secrets; ends the command before anything is sent where one of those allowed cannot be read."""
    for name in order.credentials:
        for reference in shell.settings.credentials[name].secrets.values():
            try:
                resolve(reference, shell.environment)
            except SecretFault as fault:
                raise Stop(fault.sentence) from None
    return resolver(shell.settings.credentials, shell.environment)


async def _sweep(shell: Shell, order: Order, result: Sweep) -> Mapping[tuple[str, str], int]:
    async with open_kit(_calm(shell, order), _secrets(shell, order)) as kit:
        for remark in kit.remarks:
            if remark.code != ORDINARY:
                shell.remark(Sentence(TEXTS[remark.code], dict(remark.params)))
        asker = Asker(kit, Pace(order.rate, kit.monotonic), kit.equipment.profiles, order)
        with _progress(shell, len(order.places)) as step:
            try:
                await sweep(asker, result, step)
            except asyncio.CancelledError:
                # Interrupted by a person: what was found until now is still worth showing.
                result.interrupted = True
    return dict(asker.faults)


def _calm(shell: Shell, order: Order) -> KitSettings:
    """The daemon's own transports, slower and less patient."""
    own = kit_settings(shell.settings)
    return replace(own, icmp_rate=float(order.rate), snmp=replace(own.snmp, retries=ATTEMPTS - 1))


@contextmanager
def _progress(shell: Shell, count: int) -> Iterator[Callable[[Sweep], None]]:
    if not shell.err.is_terminal or not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(console=shell.err, transient=True) as bar:
        task = bar.add_task(shell._("Asking…"), total=count)
        yield lambda _: bar.update(task, advance=1)


def _write(shell: Shell, proposal: Proposal, file: Path) -> None:
    if not proposal.rows:
        shell.remark(Sentence("There is nothing to propose: {path} was not written.", {"path": file}))
        return
    rows = [
        ProposedRow(row.kind, row.cells, " ".join(each.words(shell.translate) for each in row.evidence))
        for row in proposal.rows
    ]
    problems = write_proposal(file, rows, sheet_language(shell), format_of(file))
    if problems:
        show_problems(problems, shell)
        raise Stop(Sentence("Nothing was written."))
    text = "{count} rows are proposed in {path}. Look through them, then: netwatch import {path} --dry-run"
    shell.remark(Sentence(text, {"count": len(rows), "path": file}))

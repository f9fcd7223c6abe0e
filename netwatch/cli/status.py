"""`netwatch status`: the tree of agencies, what is wrong, since when, why, and whom to call.

Exit code: 0 all up; 1 something degraded or unknown; 2 something down or unreachable; 3 cannot tell (no daemon
runs, the vantage is blind, or there is nothing to judge); 64 a unit or site that does not exist.
"""

import json
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from inventory.snapshot import DEVICE_KINDS, LINE_CLASSES
from netwatch.cli import words
from netwatch.cli.at_rest import present
from netwatch.cli.daemon import asked
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.control.client import NoDaemon
from netwatch.language import Sentence, Translate
from netwatch.queries.as_json import as_json, tree_from_json
from netwatch.queries.health import BEHIND_SECONDS
from netwatch.queries.models import ContactCard, SiteStanding, Standing, StatusTree, UnitStanding
from netwatch.queries.status import EVERYTHING, Filter, matching, standings, status_tree
from netwatch.queries.words import SEVERITY, brief, flag_words, kind_word, unmanaged_words, verdict_word
from netwatch.settings_faults import suggestion
from netwatch.verdict import Kind, SubjectKind

ALL_UP, IMPAIRED, FAILED, CANNOT_TELL = 0, 1, 2, 3
NOT_UNDERSTOOD = 64
WATCH_SECONDS = 2.0
EVERY_KIND = tuple(dict.fromkeys((*map(str, SubjectKind), *DEVICE_KINDS, *LINE_CLASSES)))


def command(_: Translate) -> click.Command:
    """The command in a language."""
    many = {"multiple": True}
    return click.Command(
        "status",
        callback=click.pass_obj(status),
        help=_(
            "Show how everything stands. Exit code: 0 all up, 1 something degraded or unknown, 2 something down or "
            "unreachable, 3 cannot tell."
        ),
        params=[
            click.Option(["--unit"], default="", metavar="ID", help=_("Only this unit and all below it.")),
            click.Option(["--site"], default="", metavar="ID", help=_("Only this site.")),
            click.Option(
                ["--verdict"],
                type=click.Choice([str(kind) for kind in Kind]),
                **many,
                help=_("Only this verdict."),
            ),
            click.Option(
                ["--kind"], type=click.Choice(EVERY_KIND), **many, help=_("Only this kind of thing.")
            ),
            click.Option(["--text"], default="", help=_("Only what has this in its name, id or address.")),
            click.Argument(["item"], required=False, default="", metavar=_("[ITEM]")),
            click.Option(
                ["--details"], is_flag=True, help=_("Say below each thing what it tells of itself.")
            ),
            click.Option(["--all", "everything"], is_flag=True, help=_("Name what is up, too.")),
            click.Option(["--watch"], is_flag=True, help=_("Go on showing it until Ctrl-C.")),
            json_option(_),
        ],
    )


def status(
    shell: Shell,
    unit: str,
    site: str,
    verdict: tuple[str, ...],
    kind: tuple[str, ...],
    text: str,
    item: str,
    details: bool,
    everything: bool,
    watch: bool,
    as_json: bool,
) -> int:
    """Show it once, or again and again."""
    wanted = Filter(unit, site, frozenset(verdict), frozenset(kind), text, item)
    manner = _Manner(everything or bool(item), details, item)
    if watch:
        return _watch(shell, wanted, manner, as_json)
    tree = _tree(shell, wanted)
    shell.remark(*shell.faults)
    if wanted != EVERYTHING and not any(standings(tree, wanted)):
        _refuse_unknown(shell, wanted)
    if as_json:
        shell.show_json(_json(tree))
    else:
        shell.out.print(_shown(tree, shell, manner, wanted), soft_wrap=not shell.out.is_terminal)
    return exit_code(tree, wanted)


def _refuse_unknown(shell: Shell, wanted: Filter) -> None:
    """End the command when the unit, site or thing asked for is not in the inventory."""
    known = list(_units(_tree(shell, EVERYTHING).units))
    sites = [site.standing.id for unit in known for site in unit.sites]
    items = [item.id for unit in known for site in unit.sites for item in site.items]
    given = (
        (wanted.unit, [unit.id for unit in known], "There is no unit '{id}' in the inventory."),
        (wanted.site, sites, "There is no site '{id}' in the inventory."),
        (wanted.item, [*sites, *items], "There is nothing with the code '{id}' in the inventory."),
    )
    for id_, ids, text in given:
        if id_ and id_ not in ids:
            raise Stop(Sentence(text, {"id": id_}), *suggestion(id_, ids), code=NOT_UNDERSTOOD)


def _units(units: Iterable[UnitStanding]) -> Iterator[UnitStanding]:
    for unit in units:
        yield unit
        yield from _units(unit.units)


def _tree(shell: Shell, wanted: Filter) -> StatusTree:
    arguments = {
        "unit": wanted.unit,
        "site": wanted.site,
        "verdicts": wanted.verdicts,
        "kinds": wanted.kinds,
        "text": wanted.text,
        "item": wanted.item,
    }
    try:
        return tree_from_json(asked(shell, dict[str, Any], "status", arguments))
    except NoDaemon:
        if shell.faults:
            raise Stop(*shell.faults, code=CANNOT_TELL) from None
        return matching(_at_rest(shell), wanted)


def _at_rest(shell: Shell) -> StatusTree:
    now, local = shell.clock.now(), shell.local_time()
    try:
        with reading(shell) as store:
            return status_tree(present(store, shell.settings, now, local.date()), now, local)
    except Stop as stop:
        raise Stop(*stop.sentences, code=CANNOT_TELL) from None


def _watch(shell: Shell, wanted: Filter, manner: "_Manner", as_json: bool) -> int:
    with _until_interrupted() as interrupted:
        if as_json:
            while not interrupted.is_set():
                sys.stdout.write(json.dumps(_json(_tree(shell, wanted)), ensure_ascii=False) + "\n")
                sys.stdout.flush()
                interrupted.wait(WATCH_SECONDS)
            return ALL_UP
        with Live(console=shell.out, screen=shell.out.is_terminal, auto_refresh=False) as live:
            while not interrupted.is_set():
                live.update(_shown(_tree(shell, wanted), shell, manner, wanted), refresh=True)
                interrupted.wait(WATCH_SECONDS)
    return ALL_UP


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    """Set by Ctrl-C, which also breaks off what is under way.

    The exception alone is not enough: where it strikes the release of an object, Python drops it.
    """
    interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGINT, before)


def _json(tree: StatusTree) -> Mapping[str, Any]:
    return as_json(tree)


def exit_code(tree: StatusTree, wanted: Filter) -> int:
    """What a script may conclude."""
    found = {standing.verdict for standing in standings(tree, wanted)}
    if not tree.live or tree.blind or not (found or wanted != EVERYTHING):
        return CANNOT_TELL
    if found & {Kind.DOWN, Kind.UNREACHABLE}:
        return FAILED
    return IMPAIRED if found & {Kind.DEGRADED, Kind.UNKNOWN} else ALL_UP


def _shown(tree: StatusTree, shell: Shell, manner: "_Manner", wanted: Filter) -> RenderableType:
    view = _View(shell, tree.at, manner)
    nothing: list[RenderableType] = [
        Text(shell._("There is nothing to show.") if wanted == EVERYTHING else shell._("Nothing matches."))
    ]
    units: list[RenderableType] = [view.unit(unit) for unit in tree.units]
    return Group(*(Text(line, "bold") for line in _remarks(tree, shell)), *(units or nothing))


def _remarks(tree: StatusTree, shell: Shell) -> Iterable[str]:
    _ = shell._
    if tree.sample:
        yield _("SAMPLE DATA")
    if not tree.live:
        alive = shell.moment(tree.heartbeat) or _("never")
        yield _("No daemon runs: this is what the database last knew, not how things stand now. Last alive: {alive}.",
                alive=alive)  # fmt: skip
    if tree.blind:
        yield _("Blind: {vantages} cannot see the network.", vantages=", ".join(tree.blind))
    if tree.behind >= BEHIND_SECONDS:
        yield _("The database is {seconds} s behind what is shown.", seconds=f"{tree.behind:.0f}")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How much is shown: what is up too, below each thing what is most telling, and all that is known of the `item`."""

    everything: bool
    details: bool
    item: str


class _View:
    """How the tree is drawn: worst things in words, what is up only counted unless everything is wanted."""

    def __init__(self, shell: Shell, now: int, manner: _Manner) -> None:
        self._shell, self._now, self._manner = shell, now, manner

    def unit(self, unit: UnitStanding) -> Tree:
        """An agency with its sites and the agencies below it."""
        tree = Tree(
            Text.assemble((unit.name, "bold"), "  ", self._counts(dict(unit.counts))), highlight=False
        )
        for site in unit.sites:
            self._site(tree, site)
        for below in unit.units:
            tree.add(self.unit(below))
        return tree

    def _site(self, tree: Tree, site: SiteStanding) -> None:
        told: set[ContactCard] = set()
        branch = tree.add(self._standing(site.standing, told))
        named = [item for item in site.items if self._manner.everything or _worth_naming(item)]
        for item in named:
            branch.add(self._standing(item, told))
        counted = len(site.items) - len(named)
        if counted:
            branch.add(Text(self._shell._("{count} more: up", count=counted), "dim"))

    def _counts(self, counts: Mapping[str, int]) -> Text:
        parts = [
            f"{counts[code]} {verdict_word(code, self._shell.translate)}"
            for code in SEVERITY
            if counts.get(code)
        ]
        return Text(", ".join(parts), "dim")

    def _standing(self, standing: Standing, told: set[ContactCard]) -> Text:
        """One thing in a line; whom to call below it, unless `told` in this site already."""
        shell = self._shell
        kind = kind_word(standing.type or standing.kind, shell.translate)
        line = Text.assemble(
            words.verdict(standing.verdict, shell), f"  {standing.name} ({kind}, {standing.id})"
        )
        for part in (words.reason(standing, shell), words.since(standing, self._now, shell)):
            line.append(f"; {part}" if part else "")
        if standing.unmanaged:
            why = unmanaged_words(standing.unmanaged, shell.translate)
            line.append("; " + shell._("cannot be managed: {reason}", reason=why))
        for flag in flag_words(standing.flapping, standing.maintenance, shell.translate):
            line.append(f"; {flag}")
        if standing.verdict in (Kind.DOWN, Kind.UNREACHABLE, Kind.DEGRADED):
            new = [card for card in standing.contacts if card not in told]
            told.update(new)
            for card in new:
                line.append(f"\n    → {words.contact(card, shell)}")
        for detail in self._details(standing):
            line.append(f"\n    {detail}", "" if self._manner.item else "dim")
        return line

    def _details(self, standing: Standing) -> Iterator[str]:
        """What a thing tells of itself: a line of the most telling, or a line for each."""
        known = dict(standing.details)
        if self._manner.item == standing.id:
            yield from (words.detail(name, value, self._shell) for name, value in known.items())
        elif self._manner.details and (names := brief(standing.kind, known)):
            yield "; ".join(words.detail(name, known[name], self._shell) for name in names)


def _worth_naming(item: Standing) -> bool:
    """Whether something is to be said of it beside that it is up."""
    return bool(item.verdict != Kind.UP or item.unmanaged or item.flapping or item.maintenance)

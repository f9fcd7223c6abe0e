"""What the changing commands of `netwatch organisation` do: rows, taken in as every import is."""

from collections.abc import Callable, Mapping, Sequence

from inventory import reorganisation
from inventory.incoming import IncomingRow
from inventory.reorganisation import CLEARED, NotPossible, Parts, Successor
from inventory.snapshot import Inventory
from netwatch import commands
from netwatch.cli.as_of import day_of
from netwatch.cli.change_sets import bring_in, show_answer
from netwatch.cli.database import reading
from netwatch.cli.problems import show_problems
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence

NOT_UNDERSTOOD = 64
SOURCE = "netwatch organisation"


def inventory_of_record(shell: Shell) -> Inventory:
    """The inventory with all versions of its units."""
    with reading(shell) as store:
        return commands.inventory_of(store.engine, shell.today())


def merge(
    shell: Shell,
    units: tuple[str, ...],
    into: str,
    name: str | None,
    under: str | None,
    territory: str | None,
    kind: str | None,
    level: str | None,
    on: str,
    legal: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Several become one."""
    day = day_of(on)
    successor = Successor(into, name, kind, level, under, territory)
    inventory = inventory_of_record(shell)
    rows = _made(shell, lambda: reorganisation.merge(inventory, units, successor, day, legal))
    return _taken_in(shell, rows, on, dry_run, as_json)


def split(
    shell: Shell,
    unit: str,
    into: tuple[str, ...],
    sites: tuple[str, ...],
    children: tuple[str, ...],
    on: str,
    legal: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """One becomes several."""
    day, today = day_of(on), shell.today()
    successors = [Successor(id_.strip(), name.strip() or None) for id_, _, name in _partitions(into)]
    parts = Parts(_pairs("--site", sites), _pairs("--child", children))
    inventory = inventory_of_record(shell)
    rows = _made(
        shell,
        lambda: reorganisation.split(inventory, unit, successors, day, parts, legal, today=today),
    )
    left = reorganisation.unassigned_sites(inventory, unit, parts.sites)
    if left and unit not in {successor.id for successor in successors}:
        text = "Nobody has said whose these sites are from then on: {sites}. Say it with --site SITE=UNIT."
        shell.remark(Sentence(text, {"sites": ", ".join(left)}))
    return _taken_in(shell, rows, on, dry_run, as_json)


def rename(shell: Shell, unit: str, name: str, on: str, legal: str, dry_run: bool, as_json: bool) -> int:
    """It has another name."""
    day, inventory = day_of(on), inventory_of_record(shell)
    rows = _made(shell, lambda: reorganisation.rename(inventory, unit, name, day, legal))
    return _taken_in(shell, rows, on, dry_run, as_json)


def move(
    shell: Shell,
    units: tuple[str, ...],
    under: str,
    all_below: str,
    on: str,
    legal: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """They stand elsewhere."""
    if bool(units) == bool(all_below):
        raise Stop(
            Sentence("Name the units to be moved, or --all-below UNIT, not both."), code=NOT_UNDERSTOOD
        )
    day, inventory = day_of(on), inventory_of_record(shell)

    def rows() -> tuple[IncomingRow, ...]:
        moved = units or reorganisation.directly_below(inventory, all_below, day)
        parent = None if under == CLEARED else under
        return reorganisation.move(inventory, [unit for unit in moved if unit != parent], parent, day, legal)

    return _taken_in(shell, _made(shell, rows), on, dry_run, as_json)


def abolish(
    shell: Shell, unit: str, successor: str | None, on: str, legal: str, dry_run: bool, as_json: bool
) -> int:
    """It ceases."""
    day, inventory = day_of(on), inventory_of_record(shell)
    rows = _made(shell, lambda: reorganisation.abolish(inventory, unit, day, successor, legal))
    return _taken_in(shell, rows, on, dry_run, as_json)


def _made(shell: Shell, rows: Callable[[], tuple[IncomingRow, ...]]) -> tuple[IncomingRow, ...]:
    """The rows; ends the command with the reasons where it cannot be."""
    try:
        return rows()
    except NotPossible as refused:
        show_problems(refused.problems, shell)
        raise Stop(Sentence("Nothing was changed.")) from None


def _taken_in(shell: Shell, rows: Sequence[IncomingRow], on: str, dry_run: bool, as_json: bool) -> int:
    answer = bring_in(shell, rows, SOURCE, dry_run=dry_run, since=day_of(on))
    return show_answer(shell, answer, as_json)


def _partitions(texts: Sequence[str]) -> list[tuple[str, str, str]]:
    return [text.partition("=") for text in texts]


def _pairs(flag: str, texts: Sequence[str]) -> Mapping[str, str]:
    """'A=B' texts as a mapping; ends the command for one that is not of that form."""
    for text, (left, _, right) in zip(texts, _partitions(texts), strict=True):
        if not left.strip() or not right.strip():
            said = Sentence("{flag} {text}: write it as CODE=UNIT.", {"flag": flag, "text": text})
            raise Stop(said, code=NOT_UNDERSTOOD)
    return {left.strip(): right.strip() for left, _, right in _partitions(texts)}

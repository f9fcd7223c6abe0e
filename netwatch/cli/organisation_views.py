"""What `netwatch organisation show` and `tree` show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from inventory.incoming import cells_of
from inventory.labels import choice_label
from inventory.organisation import children, kind_of_unit, succession
from inventory.reorganisation import CHANGE, UNIT, History, NotPossible, history_of
from inventory.snapshot import Inventory, OrganisationChange, OrganisationUnit
from netwatch import commands
from netwatch.cli.as_of import inventory_on
from netwatch.cli.database import reading
from netwatch.cli.problems import sheet_language, show_problems
from netwatch.cli.shell import Shell, Stop
from netwatch.language import Sentence, day
from netwatch.queries.as_json import as_json
from netwatch.queries.models import EventLine


def show(shell: Shell, unit: str, as_json: bool) -> None:
    """A unit through time."""
    with reading(shell) as store:
        inventory = commands.inventory_of(store.engine, shell.today())
        history = _history(shell, inventory, unit)
        records = [(UNIT, unit), *((CHANGE, change.id) for change in history.changes)]
        events = {id_: _events(store.engine, kind, id_) for kind, id_ in records}
    heirs = succession(inventory).heirs(unit)
    if as_json:
        shell.show_json(_history_json(unit, history, heirs, events))
    else:
        _show_history(shell, inventory, unit, history, events)


def _history(shell: Shell, inventory: Inventory, unit: str) -> History:
    try:
        return history_of(inventory, unit)
    except NotPossible as unknown:
        show_problems(unknown.problems, shell)
        raise Stop(Sentence("Nothing is known of it.")) from None


def _events(engine: Engine, kind: str, id_: str) -> tuple[EventLine, ...]:
    """The events of a record, oldest first."""
    return commands.events(engine, commands.EventFilter(kind=kind, entity=id_))[::-1]


def _show_history(
    shell: Shell,
    inventory: Inventory,
    unit: str,
    history: History,
    events: Mapping[str, Sequence[EventLine]],
) -> None:
    _ = shell._
    headings = (_("from"), _("until"), _("name"), _("kind"), _("level"), _("below"))
    shell.table(headings, [_version(version, shell) for version in history.versions])
    rows = [_change(change, inventory, events.get(change.id, ()), shell) for change in history.changes]
    if rows:
        shell.say("")
        shell.table((_("on"), _("what"), _("before"), _("after"), _("basis"), _("written down")), rows)
    heirs = succession(inventory).heirs(unit)
    if unit not in heirs:
        names = ", ".join(_named(inventory, id_) for id_ in heirs)
        none = _("Nobody is in its place today.")
        shell.say(_("In its place today: {names}.", names=names) if names else none)
    written = [_written(event, shell) for event in events.get(unit, ())]
    if written:
        shell.say(_("Versions written down: {when}.", when="; ".join(dict.fromkeys(written))))


def _version(version: OrganisationUnit, shell: Shell) -> tuple[str, ...]:
    language = sheet_language(shell)
    return (
        day(version.valid_from),
        day(version.valid_to),
        version.name,
        choice_label(UNIT, "kind", version.kind, language),
        choice_label(UNIT, "level", version.level, language),
        version.parent or "",
    )


def _change(
    change: OrganisationChange, inventory: Inventory, events: Sequence[EventLine], shell: Shell
) -> tuple[str, ...]:
    sides = (change.predecessors, change.successors)
    return (
        day(change.on),
        choice_label(CHANGE, "kind", change.kind, sheet_language(shell)),
        *(", ".join(_named(inventory, id_) for id_ in side) for side in sides),
        change.legal_basis or "",
        "; ".join(_written(event, shell) for event in events),
    )


def _written(event: EventLine, shell: Shell) -> str:
    return f"{shell.moment(event.recorded_at)} {event.actor} ({event.change_set})"


def _named(inventory: Inventory, id_: str) -> str:
    versions = inventory.versions.get(UNIT, {}).get(id_, ())
    return f"{id_} {versions[-1].name}" if versions else id_


def _history_json(
    unit: str, history: History, heirs: Sequence[str], events: Mapping[str, Sequence[EventLine]]
) -> dict[str, object]:
    return {
        "schema": 1,
        "unit": unit,
        "versions": [cells_of(version) for version in history.versions],
        "changes": [
            {**cells_of(change), "written": _written_json(events.get(change.id, ()))}
            for change in history.changes
        ],
        "in_its_place": list(heirs),
        "written": _written_json(events.get(unit, ())),
    }


def _written_json(events: Sequence[EventLine]) -> list[dict[str, object]]:
    """When and by whom, without what it changed."""
    left_out = {"before", "after", "kind", "entity", "sequence", "reason"}
    shown = (as_json(event).items() for event in events)
    return [{name: value for name, value in each if name not in left_out} for each in shown]


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: how deep, and how many sites it has itself."""

    unit: OrganisationUnit
    depth: int
    sites: int


def tree(shell: Shell, below: str, as_of: str, known_at: str, as_json: bool) -> None:
    """The agencies in force, each below its parent."""
    with reading(shell) as store:
        inventory = inventory_on(shell, store.engine, as_of, known_at)
    if below and kind_of_unit(inventory, below) != UNIT:
        text = "There is no agency '{unit}' in force that day. `netwatch organisation show` tells what became of it."
        raise Stop(Sentence(text, {"unit": below}))
    branches = list(branches_of(inventory, below))
    if as_json:
        shell.show_json(
            {"schema": 1, "on": str(inventory.on), "units": [_branch_json(each) for each in branches]}
        )
        return
    for each in branches:
        count = shell._("{count} sites", count=each.sites)
        shell.say(f"{'  ' * each.depth}{each.unit.name} ({each.unit.id}) – {count}")
    text = shell._("{count} agencies on {day}.", count=len(branches), day=day(inventory.on))
    shell.say(text)


def branches_of(inventory: Inventory, top: str = "") -> Iterator[Branch]:
    """Every agency in force (of a subtree), parents before children; none twice, whatever the parents say."""
    below, units = children(inventory, UNIT), inventory.of(UNIT)
    sites = _sites(inventory)
    waiting = [(id_, 0) for id_ in reversed((top,) if top else below.get("", ()))]
    seen: set[str] = set()
    while waiting:
        id_, depth = waiting.pop()
        if id_ not in seen:
            seen.add(id_)
            yield Branch(units[id_], depth, sites.get(id_, 0))
            waiting.extend((child, depth + 1) for child in reversed(below.get(id_, ())))


def _sites(inventory: Inventory) -> Mapping[str, int]:
    """How many sites each agency in force has, those of agencies whose place it took included."""
    lineage, found = succession(inventory), dict[str, int]()
    for site in inventory.of("site").values():
        for id_ in lineage.agencies(site.organisation_units):
            found[id_] = found.get(id_, 0) + 1
    return found


def _branch_json(branch: Branch) -> dict[str, object]:
    unit = branch.unit
    return {
        "id": unit.id,
        "name": unit.name,
        "kind": unit.kind,
        "level": unit.level,
        "parent": unit.parent,
        "depth": branch.depth,
        "sites": branch.sites,
    }

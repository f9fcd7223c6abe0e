"""What a reload would change, and why it may not: settings and inventory read again, compared, refused in sentences."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from inventory.load import load as load_inventory
from inventory.messages import sentence
from inventory.rules import check
from inventory.snapshot import Inventory, Record
from netwatch.check import Check
from netwatch.clock import SECOND
from netwatch.control.contract import Change
from netwatch.language import Sentence
from netwatch.limits.contract import NO_RULES, Rulebook
from netwatch.limits.reading import LimitFault, read_rules
from netwatch.plan import Plan
from netwatch.secrets import credential_faults, receiver_faults
from netwatch.settings import SettingsError, difference, fixed_changes
from netwatch.settings import load as load_settings
from netwatch.settings_sections import Settings
from netwatch.store.faults import told
from netwatch.translate.to_probes import params
from probes.contract import Params, Probe


class Refusal(Exception):  # noqa: N818 - named for what it is
    """Settings or an inventory that cannot come into force; `sentences` say why."""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__("; ".join(map(str, sentences)))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings, inventory, plan and limits that may come into force together; `params` are the checks' own, by id."""

    settings: Settings
    inventory: Inventory
    plan: Plan
    params: Mapping[str, Params]
    rulebook: Rulebook = NO_RULES

    @staticmethod
    def reader(today: date) -> Callable[[Engine], Inventory]:
        """Reads the inventory in force on a day; raises Refusal when it breaks its rules, StoreFault."""

        def read(engine: Engine) -> Inventory:
            with told(engine.url), Session(engine) as session:
                return _sound(load_inventory(session, today))

        return read


def rulebook(folder: str) -> Rulebook:
    """The limits with those of a folder; raises Refusal when they cannot come into force."""
    try:
        return read_rules(folder)
    except LimitFault as fault:
        raise Refusal(*fault.sentences) from None


def fitted(made: Plan, probes: Mapping[str, Probe]) -> Mapping[str, Params]:
    """Every check's parameters as its probe wants them; raises Refusal naming each target whose do not fit."""
    fits: dict[str, Params] = {}
    faults: list[Sentence] = []
    for check_ in made.checks.values():
        try:
            fits[check_.id] = params(check_, probes[check_.kind])
        except ValidationError as error:
            faults += [_unfit(check_, fault["loc"], fault["msg"]) for fault in error.errors()]
    if faults:
        raise Refusal(*faults)
    return fits


def _unfit(check_: Check, place: tuple[int | str, ...], fault: str) -> Sentence:
    text = "Inventory: {target} cannot be looked at by {kind}: {key} {fault}"
    key = ".".join(map(str, place))
    return Sentence(text, {"target": check_.target, "kind": check_.kind, "key": key, "fault": fault})


def _sound(inventory: Inventory) -> Inventory:
    errors = [problem for problem in check(inventory) if problem.severity == "error"]
    if errors:
        raise Refusal(*(Sentence("Inventory: {fault}", {"fault": sentence(problem)}) for problem in errors))
    return inventory


def prepare(
    running: Settings, path: Path | None, environment: Mapping[str, str], overrides: tuple[str, ...]
) -> Settings:
    """The settings as they are now; raises Refusal.

    They are refused when they are faulty, change what cannot change at run time, or name a credential or
    receiver whose secret cannot be read now: devices would be looked at, people told in vain.
    """
    try:
        settings = load_settings(path, environment, overrides).settings
    except SettingsError as error:
        raise Refusal(*error.faults) from None
    fixed = fixed_changes(running, settings)
    if fixed:
        raise Refusal(*(_needs_restart(key) for key in fixed))
    unreadable = (*credential_faults(settings, environment), *receiver_faults(settings, environment))
    if unreadable:
        raise Refusal(*unreadable)
    return settings


def _needs_restart(key: str) -> Sentence:
    text = "{key} cannot change while the daemon runs. Put the old value back, or restart the daemon."
    return Sentence(text, {"key": key})


def compare(settings: Settings, plan: Plan, inventory: Inventory, candidate: Candidate) -> tuple[Change, ...]:
    """Every difference, settings first, then inventory, checks, limits."""
    return (
        *difference(settings, candidate.settings),
        *_records(inventory, candidate.inventory),
        *_checks(plan, candidate.plan),
        *_limits(plan, candidate.plan),
    )


def _limits(before: Plan, after: Plan) -> Iterator[Change]:
    """Of every limit the values that hold anywhere; '' where it came or went."""
    old, new = _bounds(before), _bounds(after)
    for id_ in sorted(old.keys() | new.keys()):
        was, now = old.get(id_, ""), new.get(id_, "")
        if was != now:
            yield Change("limits", id_, was, now)


def _bounds(made: Plan) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for several in made.limits.values():
        for one in several:
            found.setdefault(one.limit.id, set()).add(one.limit.words)
    return {id_: ", ".join(sorted(words)) for id_, words in found.items()}


def _called(record: object) -> str:
    """The name of a record, of one without a name its kind, of none nothing."""
    return str(getattr(record, "name", getattr(record, "kind", "")))


def _records(before: Inventory, after: Inventory) -> Iterator[Change]:
    old = {(kind, record.id): record for kind, record in before}
    new = {(kind, record.id): record for kind, record in after}
    for kind, id_ in sorted(old.keys() | new.keys()):
        was, now = old.get((kind, id_)), new.get((kind, id_))
        if was is not None and now is not None:
            yield from _fields(f"{kind} {id_}", was, now)
        else:
            yield Change("inventory", f"{kind} {id_}", _called(was), _called(now))


def _fields(name: str, was: Record, now: Record) -> Iterator[Change]:
    for field in fields(was):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if before != after:
            yield Change("inventory", f"{name} {field.name}", _shown(before), _shown(after))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _checks(before: Plan, after: Plan) -> Iterator[Change]:
    for id_ in sorted(before.checks.keys() | after.checks.keys()):
        gone, come = before.checks.get(id_), after.checks.get(id_)
        known = come or gone
        if known is not None and gone != come:
            name = f"{known.kind} {known.target}"
            yield Change("checks", name, _aim(gone), _aim(come))


def _aim(check_: Check | None) -> str:
    """What is worth telling of a check when it comes, goes or changes: address and interval in seconds."""
    return f"{check_.address}, {check_.interval / SECOND:g} s" if check_ else ""

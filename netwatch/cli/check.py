"""`netwatch check`: settings and inventory are valid, or every fault in a sentence; nothing is started."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import click

from inventory.problems import Problem
from inventory.rules import check as check_inventory
from inventory.snapshot import Inventory
from netwatch.cli.database import exists, reading
from netwatch.cli.problems import show_problems, wording
from netwatch.cli.profiles_words import library, sentence
from netwatch.cli.shell import Shell, json_option
from netwatch.commands import inventory_of
from netwatch.language import Sentence, Translate
from netwatch.limits.contract import NO_RULES, Rulebook
from netwatch.limits.placing import strangers
from netwatch.limits.reading import LimitFault, read_rules
from netwatch.listening import problems as listening_problems
from netwatch.plan import plan
from netwatch.secrets import SecretFault, references, resolve, short_passwords, warning
from netwatch.translate.to_channels import address_faults
from netwatch.translate.to_plan import plan_settings
from netwatch.translate.to_policy import unknown_units
from probes.messages import TEXTS
from probes.registry import probes
from probes.transports.streams.engine import StreamOptions
from probes.transports.streams.engine import remarks as stream_remarks

ANCHORS_WANTED = 2


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "check",
        callback=click.pass_obj(check),
        help=_(
            "Validate settings and inventory without starting anything. Exit code 0: the daemon may start."
        ),
        params=[json_option(_)],
    )


@dataclass(frozen=True, slots=True)
class _Found:
    inventory: Inventory
    problems: tuple[Problem, ...]
    faults: tuple[Sentence, ...]
    remarks: tuple[Sentence, ...]
    checks: Mapping[str, int]

    @property
    def faulty(self) -> bool:
        return bool(self.faults) or any(problem.is_error for problem in self.problems)

    @property
    def warned(self) -> bool:
        return bool(self.remarks or self.problems)


def check(shell: Shell, as_json: bool) -> int:
    """Validate and show."""
    found = _examine(shell)
    if as_json:
        shell.show_json(_json(found, shell))
    else:
        _show(found, shell)
    return int(found.faulty)


def _examine(shell: Shell) -> _Found:
    rulebook, faulty = _limits(shell)
    faults = (*listening_problems(shell.settings, shell.environment), *faulty)
    told = {str(fault) for fault in faults}
    remarks = [*shell.loaded.warnings, *_secrets(shell), *_anchors(shell), *_authorities(shell)]
    # A faulty profile leaves the others in force, so it is a warning.
    remarks += map(sentence, library(shell, None).faults)
    remarks = [remark for remark in remarks if str(remark) not in told]
    inventory = Inventory()
    if not exists(shell):
        remarks.append(Sentence("There is no database yet; `netwatch import` makes one."))
    else:
        with reading(shell) as store:
            inventory = inventory_of(store.engine, shell.today())
    remarks += unknown_units(shell.settings, inventory)
    remarks += unknown_names(strangers(inventory, rulebook))
    shape = plan_settings(shell.settings, dict(probes()), rulebook)
    checks = Counter(one.kind for one in plan(inventory, shape, 0).checks.values())
    return _Found(inventory, check_inventory(inventory), faults, tuple(remarks), checks)


def _limits(shell: Shell) -> tuple[Rulebook, tuple[Sentence, ...]]:
    """The limits, or what is wrong with them."""
    try:
        return read_rules(shell.settings.limits.folder), ()
    except LimitFault as fault:
        return NO_RULES, fault.sentences


def unknown_names(strange: Iterable[tuple[Sentence, str]]) -> Iterator[Sentence]:
    """Remarks about what limits name and the inventory does not."""
    for place, id_ in strange:
        text = "{place}: the inventory knows no unit, site, line or device '{id}'; this has no effect."
        yield Sentence(text, {"place": place, "id": id_})


def _secrets(shell: Shell) -> Iterator[Sentence]:
    for reference in references(shell.settings):
        try:
            resolve(reference, shell.environment)
        except SecretFault as fault:
            yield fault.sentence
        else:
            remark = warning(reference)
            if remark:
                yield remark
    yield from short_passwords(shell.settings, shell.environment)
    yield from address_faults(shell.settings, shell.environment)


def _authorities(shell: Shell) -> Iterator[Sentence]:
    for remark in stream_remarks(StreamOptions(shell.settings.connections.authorities)):
        yield Sentence(TEXTS[remark.code], dict(remark.params))


def _anchors(shell: Shell) -> Iterator[Sentence]:
    if len(shell.settings.anchors.addresses) < ANCHORS_WANTED:
        yield Sentence(
            "anchors.addresses names fewer than two addresses: netwatch cannot tell a fault of its own connection from "
            "faults of what it watches. Name the default gateway and the resolver."
        )


def _json(found: _Found, shell: Shell) -> Mapping[str, object]:
    say = wording(shell)
    return {
        "schema": 1,
        "settings_file": str(shell.loaded.path) if shell.loaded.path else None,
        "valid": not found.faulty,
        "errors": [
            *(fault.words(shell.translate) for fault in found.faults),
            *(say(problem) for problem in found.problems if problem.is_error),
        ],
        "warnings": [
            *(remark.words(shell.translate) for remark in found.remarks),
            *(say(problem) for problem in found.problems if not problem.is_error),
        ],
        "inventory_revision": found.inventory.revision,
        "records": {kind: len(records) for kind, records in found.inventory.records.items()},
        "checks": dict(found.checks),
    }


def _show(found: _Found, shell: Shell) -> None:
    _ = shell._
    shell.remark(*found.remarks, *found.faults)
    show_problems(found.problems, shell)
    shell.say(_("Settings: {file}", file=shell.loaded.path or _("no file; defaults are in force")))
    records = sum(len(records) for records in found.inventory.records.values())
    shell.say(
        _(
            "Inventory: revision {revision}, {records} records",
            revision=found.inventory.revision,
            records=records,
        )
    )
    for kind, number in sorted(found.checks.items()):
        shell.say(_("Checks of kind {kind}: {number}", kind=kind, number=number))
    if found.faults:
        shell.remark(Sentence("The settings have faults; the daemon would not start with them."))
    elif found.faulty:
        shell.remark(Sentence("The inventory has faults; the daemon would refuse it."))
    else:
        shell.say(_("Valid, with the warnings above.") if found.warned else _("Everything is valid."))

"""`netwatch rules`: every limit there is, and those that hold for one subject, with the file each comes from."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from inventory.snapshot import Inventory
from netwatch.cli import rules_replay
from netwatch.cli.check import unknown_names
from netwatch.cli.database import exists, reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import SECOND
from netwatch.commands import inventory_of
from netwatch.language import Sentence, Translate
from netwatch.limits.contract import AGENCY, Limit, Rule, Rulebook
from netwatch.limits.placing import KINDS, by_subject, changed, limits_of, strangers
from netwatch.limits.reading import LimitFault, read_rules
from netwatch.plan import plan
from netwatch.queries.words import kind_word, reason_words
from netwatch.settings_faults import suggestion
from netwatch.translate.to_plan import plan_settings
from probes.registry import probes


def command(_: Translate) -> click.Command:
    """The commands in a language."""
    return click.Group(
        "rules",
        help=_("Limits and other rules: what a number may be, for whom, since when, by which source."),
        commands=[
            click.Command(
                "list",
                callback=click.pass_obj(list_),
                help=_("Show every rule, with its overrides."),
                params=[json_option(_)],
            ),
            click.Command(
                "show",
                callback=click.pass_obj(show),
                help=_("Show which rules hold today for a line, a device, a surge protector or an agency."),
                params=[click.Argument(["subject"]), json_option(_)],
            ),
            rules_replay.command(_),
        ],
    )


def _rulebook(shell: Shell) -> Rulebook:
    try:
        return read_rules(shell.settings.limits.folder)
    except LimitFault as fault:
        raise Stop(*fault.sentences) from None


def _inventory(shell: Shell) -> Inventory:
    if not exists(shell):
        return Inventory()
    with reading(shell) as store:
        return inventory_of(store.engine, shell.today())


def list_(shell: Shell, as_json: bool) -> None:
    """All rules with their overrides."""
    book = _rulebook(shell)
    if as_json:
        rules = [_rule_json(rule, shell) for rule in book.rules]
        shell.show_json({"schema": 1, "rules": rules, "rooms": dict(book.rooms)})
    else:
        _ = shell._
        headings = (_("rule"), _("for"), _("beyond"), _("back at"), _("mean over"), _("lasting"), _("where"))
        shell.table(headings, [row for rule in book.rules for row in _rows(rule, shell)])
        if exists(shell):
            shell.remark(*unknown_names(strangers(_inventory(shell), book)))


def _rows(rule: Rule, shell: Shell) -> Iterable[tuple[str, ...]]:
    limit = rule.limit
    yield limit.id, _whom(limit, shell), *_values(limit, shell), limit.places[-1].words(shell.translate)
    for override in rule.overrides:
        whom = ", ".join((*override.units, *override.sites, *override.subjects)) or shell._("all")
        yield (
            f"  {limit.id}",
            whom,
            *_values(changed(limit, override), shell),
            override.place.words(shell.translate),
        )


def _whom(limit: Limit, shell: Shell) -> str:
    kind = KINDS[limit.subjects]
    said = shell._("agency") if limit.subjects == AGENCY else kind_word(kind, shell.translate)
    only = [kind_word(code, shell.translate) for code in (*limit.classes, *limit.kinds)]
    only += [_room(limit.room, shell)] if limit.room else []
    return f"{said} ({', '.join(only)})" if only else said


def _room(room: str, shell: Shell) -> str:
    return shell._("machine room") if room == "machine_room" else shell._("office")


def _values(limit: Limit, shell: Shell) -> tuple[str, str, str, str]:
    if limit.off:
        return shell._("off"), "", "", ""
    if limit.state:
        return reason_words(limit.state, shell.translate), "", "", ""
    over = f"{limit.over / SECOND:g} s" if limit.over else ""
    return limit.words, limit.shown(limit.back), over, _lasting(limit)


def _lasting(limit: Limit) -> str:
    votes = f"{limit.hardening.agree}/{limit.hardening.of}" if limit.hardening else ""
    hold = f"{limit.hold / SECOND:g} s" if limit.hold else ""
    return ", ".join(filter(None, (votes, hold)))


def show(shell: Shell, subject: str, as_json: bool) -> None:
    """The rules that hold for one subject."""
    book, inventory = _rulebook(shell), _inventory(shell)
    known = [id_ for kind in KINDS.values() for id_ in inventory.of(kind)]
    if subject not in known:
        text = "The inventory knows no line, device, surge protector or agency '{subject}'."
        raise Stop(Sentence(text, {"subject": subject}), *suggestion(subject, known))
    limits = limits_of(inventory, book, subject)
    judged = _judged(shell, inventory, book, subject)
    if as_json:
        shell.show_json(
            {
                "schema": 1,
                "subject": subject,
                "rules": [{**_json(limit), "measured": limit.id in judged} for limit in limits],
            }
        )
        return
    _ = shell._
    headings = (
        *(_("rule"), _("beyond"), _("back at"), _("mean over"), _("lasting")),
        *(_("since"), _("measured"), _("where"), _("source")),
    )
    shell.table(headings, [_row(limit, limit.id in judged, shell) for limit in limits])


def _judged(shell: Shell, inventory: Inventory, book: Rulebook, subject: str) -> frozenset[str]:
    """The ids of the limits of which some check gives the number; of states and agencies, all."""
    made = plan(inventory, plan_settings(shell.settings, dict(probes()), book), 0)
    measured = (one.limit.id for one in by_subject(made.limits).get(subject, ()))
    own = (rule.limit.id for rule in book.rules if rule.limit.state or rule.limit.subjects == AGENCY)
    return frozenset((*measured, *own))


def _row(limit: Limit, measured: bool, shell: Shell) -> tuple[str, ...]:
    since = limit.term.since
    told = shell._("yes") if measured else shell._("no reading")
    where = "; ".join(place.words(shell.translate) for place in limit.places)
    # Shipped sources are in the catalogues; one's own stay as they were written.
    source = shell.translate(limit.source) if limit.source else ""
    return limit.id, *_values(limit, shell), since.isoformat() if since else "", told, where, source


def _rule_json(rule: Rule, shell: Shell) -> Mapping[str, Any]:
    return {
        **_json(rule.limit),
        "for": _whom(rule.limit, shell),
        "overrides": [
            {
                "units": one.units,
                "sites": one.sites,
                "subjects": one.subjects,
                "valid_from": one.term.since,
                "valid_to": one.term.until,
                "changes": _plain(one.changes),
                "where": str(one.place),
            }
            for one in rule.overrides
        ],
    }


def _plain(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    found = dict(changes)
    hardening = found.pop("hardening", None)
    found |= {"agree": hardening.agree, "of": hardening.of} if hardening else {}
    return {**found, **{name: found[name] / SECOND for name in ("over", "hold") if name in found}}


def _json(limit: Limit) -> Mapping[str, Any]:
    number = {"above" if limit.upper else "below": limit.bound, "clear": limit.back} if limit.metric else {}
    return {
        "id": limit.id,
        "subjects": limit.subjects,
        "classes": limit.classes,
        "kinds": limit.kinds,
        "room": limit.room,
        "metric": limit.metric,
        "state": limit.state,
        "part": limit.part,
        **number,
        "unit": limit.unit,
        "over_seconds": limit.over / SECOND,
        "hold_seconds": limit.hold / SECOND,
        "agree": limit.hardening.agree if limit.hardening else None,
        "of": limit.hardening.of if limit.hardening else None,
        "severity": limit.severity,
        "valid_from": limit.term.since,
        "valid_to": limit.term.until,
        "off": limit.off,
        "source": limit.source,
        "where": list(map(str, limit.places)),
    }

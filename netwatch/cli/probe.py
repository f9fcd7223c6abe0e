"""`netwatch probe`: one look at a target now, with everything it saw; with or without a daemon."""

import asyncio
import math
import time
from collections.abc import Sequence

import click
from rich.filesize import decimal

from inventory.snapshot import Inventory
from netwatch.check import Check
from netwatch.cli.daemon import asked, may_look_here
from netwatch.cli.database import reading
from netwatch.cli.shell import Shell, Stop, json_option
from netwatch.clock import SECOND
from netwatch.commands import inventory_of
from netwatch.control.client import NoDaemon
from netwatch.control.contract import OneOff, Refused, Saw
from netwatch.control.wire import plain
from netwatch.language import Sentence, Translate, duration
from netwatch.oneoff import chosen, look_once, untraced, way_to
from netwatch.plan import plan
from netwatch.queries.words import reason_words
from netwatch.secrets import resolver
from netwatch.translate.to_kit import kit_settings
from netwatch.translate.to_plan import plan_settings
from probes.kit import open_kit
from probes.messages import TEXTS
from probes.part import spoken_name
from probes.registry import probes
from probes.transports.errors import TransportError
from probes.transports.icmp.route import Hop, trace

# How numbers of other units are written, by the end of their name.
UNITS = {
    "_celsius": "°C",
    "_volts": "V",
    "_amperes": "A",
    "_watts": "W",
    "_voltamperes": "VA",
    "_hertz": "Hz",
    "_rpm": "rpm",
    "_dbm": "dBm",
}
# Which sockets are used matters to the log only.
ORDINARY = "icmp.mode"


def command(_: Translate) -> click.Command:
    """The command in a language."""
    return click.Command(
        "probe",
        callback=click.pass_obj(probe),
        help=_("Look at TARGET (an id of the inventory, or an address) now and show everything seen."),
        params=[
            click.Argument(["target"], required=True),
            click.Option(["--kind"], multiple=True, help=_("Only by this kind of probe; may be repeated.")),
            click.Option(
                ["--trace"], is_flag=True, help=_("Show the way there instead: which routers answer.")
            ),
            json_option(_),
        ],
    )


def probe(shell: Shell, target: str, kind: tuple[str, ...], trace: bool, as_json: bool) -> int:
    """Look and show; exit code 1 when a look could not tell, a fact does not hold or the way ends before."""
    if trace:
        return _way(shell, target, as_json)
    with shell.working(shell._("Looking…")):
        looks = looks_at(shell, target, kind)
    if as_json:
        shell.show_json({"schema": 1, "looks": plain(looks)})
    else:
        for look in looks:
            _show(look, shell)
    return int(any(look.reason or any(one.value == "no" for one in look.saw) for look in looks))


def looks_at(shell: Shell, target: str, kinds: Sequence[str] = ()) -> tuple[OneOff, ...]:
    """One look by each check of a target, through the running daemon or without one."""
    try:
        return asked(shell, tuple[OneOff, ...], "probe", {"target": target, "kinds": tuple(kinds)})
    except NoDaemon:
        return _here(shell, target, kinds)


def checks_of(shell: Shell, target: str, kinds: Sequence[str]) -> tuple[Check, ...]:
    """The checks of a target of the inventory, or of an address; raises Stop where there are none."""
    known = probes()
    shape = plan_settings(shell.settings, dict(known))
    checks = plan(_inventory(shell), shape, 0).checks.values()
    try:
        return chosen(checks, known, target, kinds, tuple(shell.settings.credentials))
    except Refused as refused:
        raise Stop(*refused.sentences) from None


def _here(shell: Shell, target: str, kinds: Sequence[str]) -> tuple[OneOff, ...]:
    wanted = checks_of(shell, target, kinds)
    may_look_here(shell, (check.address for check in wanted))

    async def look() -> tuple[OneOff, ...]:
        secrets = resolver(shell.settings.credentials, shell.environment)
        async with open_kit(kit_settings(shell.settings), secrets) as kit:
            for remark in kit.remarks:
                if remark.code != ORDINARY:
                    shell.remark(Sentence(TEXTS[remark.code], dict(remark.params)))
            return await look_once(wanted, probes(), kit, time.monotonic)

    return asyncio.run(look())


def _way(shell: Shell, target: str, as_json: bool) -> int:
    """Show the way; raises Stop with what to do where it cannot be found out."""
    address = way_to(checks_of(shell, target, ()))
    if not address:
        raise Stop(Sentence("Nothing of {target} has an address, so no way leads there.", {"target": target}))
    may_look_here(shell, (address,))
    try:
        with shell.working(shell._("Tracing the route…")):
            hops = asyncio.run(trace(address))
    except TransportError as error:
        raise Stop(untraced(address, error)) from None
    reached = bool(hops) and hops[-1].address == address
    if as_json:
        shell.show_json({"schema": 1, "address": address, "reached": reached, "hops": plain(hops)})
    else:
        _show_way(hops, address, reached, shell)
    return int(not reached)


def _show_way(hops: Sequence[Hop], address: str, reached: bool, shell: Shell) -> None:
    _ = shell._
    shell.say(_("The way to {address}:", address=address))
    rows = [
        (str(hop.distance), hop.address or "*", "  ".join(f"{rtt * 1000:.1f} ms" for rtt in hop.rtts))
        for hop in hops
    ]
    if rows:
        shell.table((_("hop"), _("router"), _("round trips")), rows)
    if not reached:
        text = "Beyond hop {distance} nobody else answered: the address was not reached."
        shell.say(_(text, distance=str(len(hops))))


def _inventory(shell: Shell) -> Inventory:
    """What the database has; an address can be looked at without one."""
    try:
        with reading(shell) as store:
            return inventory_of(store.engine, shell.today())
    except Stop:
        return Inventory()


def _show(look: OneOff, shell: Shell) -> None:
    _ = shell._
    milliseconds = f"{look.took * 1000:.1f}"
    given = {"kind": look.kind, "address": look.address or "–", "target": look.target, "took": milliseconds}
    where = _("{kind} at {address} ({target}), {took} ms", **given)
    shell.say(where)
    if look.reason:
        words = reason_words(look.reason, shell.translate)
        shell.say("  " + _("could not tell: {reason}", reason=_with(words, look.detail)))
    elif not look.complete:
        told = _("not everything was seen: {why}", why=_cut(look.detail, shell)) if look.detail else ""
        shell.say("  " + (told or _("not everything was seen")))
    if look.saw:
        shell.table(
            (_("what"), _("part"), _("name"), _("value"), _("reason")), [_row(one, shell) for one in look.saw]
        )
    shell.say()


def _cut(word: str, shell: Shell) -> str:
    """Why a walk, or a question, ended before its time."""
    _ = shell._
    words = {
        "not_increasing": _("the agent repeats itself or goes backwards"),
        "row_cap": _("more rows than are read of one table"),
        "port_cap": _("more ports than are polled"),
        "byte_cap": _("more bytes than are read in one walk"),
        "time": _("it took too long"),
        "silent": _("the agent stopped answering"),
        "surveying": _("what the device offers is still being found out; look again"),
        "in_turns": _("it tells more than is asked for in one look; the rest is from looks before"),
        "sample_cap": _("more numbers than are handed on of one device"),
    }
    return words.get(word) or reason_words(word, shell.translate)


def _with(words: str, evidence: str) -> str:
    return f"{words} [{evidence}]" if evidence else words


def _row(one: Saw, shell: Shell) -> tuple[str, ...]:
    _ = shell._
    types = {"fact": _("fact"), "sample": _("number"), "note": _("text")}
    values = {"yes": _("yes"), "no": _("no"), "unknown": _("unknown")} if one.type == "fact" else {}
    why = reason_words(one.reason, shell.translate) if one.reason else ""
    shown = _measured(one, shell.language) if one.type == "sample" else values.get(one.value, one.value)
    return types[one.type], spoken_name(one.part), one.name, shown, _with(why, one.evidence)


def _measured(one: Saw, language: str) -> str:
    """A number in the unit its name carries, as people say it."""
    value = float(one.value)
    if not math.isfinite(value):
        return one.value
    if one.name.endswith("_bytes_per_second"):
        return decimal(round(value)) + "/s"
    if one.name.endswith("_seconds"):
        # What ran out lies behind: a certificate, for one.
        sign, length = "-" * (value < 0), abs(value)
        return (
            f"{sign}{length * 1000:.3g} ms"
            if length < 1
            else sign + duration(round(length * SECOND), language)
        )
    if one.name.endswith(("_bytes", "_bytes_total")):
        return decimal(round(value))
    if one.name.endswith("_ratio"):
        return f"{value:.1%}"
    unit = next((unit for end, unit in UNITS.items() if one.name.endswith(end)), "")
    return f"{value:.4g} {unit}" if unit else one.value

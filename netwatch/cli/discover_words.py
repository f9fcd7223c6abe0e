"""How people and programs read what a sweep would do and what it found."""

from collections.abc import Mapping, Sequence
from typing import Any

from netwatch.cli.shell import Shell
from netwatch.clock import SECOND
from netwatch.discovery.contract import Finding, Hint, Place, Proposal, Sighting, Status
from netwatch.discovery.order import Cost, Order, cost
from netwatch.discovery.sweep import Sweep
from netwatch.language import duration

# Of long lists so many are shown; --json has them all.
MOST_SHOWN = 50


def show_order(order: Order, costs: Cost, shell: Shell) -> None:
    """What would be asked, how many packets that takes, how long."""
    _ = shell._
    for domain in dict.fromkeys(place.domain for place in order.places):
        inside = [place.address for place in order.places if place.domain == domain]
        text = _("{count} addresses in routing domain {domain}: {first} to {last}",
                 count=len(inside), domain=domain, first=inside[0], last=inside[-1])  # fmt: skip
        shell.say(text)
    shell.say(_("Echo first: {answer}", answer=_("yes") if order.echo else _("no")))
    names = ", ".join(order.credentials) or _("none (discovery.credentials names none)")
    shell.say(_("By SNMP what answers, with: {names}", names=names))
    if order.ports:
        shell.say(_("TCP ports: {names}", names=", ".join(order.ports)))
    if order.hints:
        shell.say(_("And whom they have met: ARP and MAC tables"))
    shell.say(
        _(
            "At most {rate} packets a second: {least} in {short} if nobody answers, about {most} in {long} if all do",
            rate=order.rate,
            least=costs.packets_least,
            most=costs.packets_most,
            short=_time(costs.seconds_least, shell),
            long=_time(costs.seconds_most, shell),
        )
    )


def _time(seconds: float, shell: Shell) -> str:
    return duration(max(1, round(seconds)) * SECOND, shell.language)


def show(result: Sweep, proposal: Proposal, order: Order, shell: Shell) -> None:
    """What was found, how it fits, and what is proposed."""
    _ = shell._
    counts = {"asked": len(result.asked), "all": len(order.places), "answered": len(result.found)}
    if result.interrupted:
        shell.say(_("Interrupted: this is what was found until then."))
    shell.say(_("{asked} of {all} addresses asked, {answered} answer.", **counts))
    telling = [each for each in proposal.findings if each.status is not Status.BARE]
    if telling:
        headings = (_("address"), _("fits"), _("device"), _("name"), _("what it is"), _("serial number"))
        shell.table(headings, [_row(each, shell) for each in telling])
    bare = len(proposal.findings) - len(telling)
    if bare:
        shell.say(_("{count} more answer, but say nothing of what they are.", count=bare))
    cut = [spoken(each.found.place) for each in telling if not each.found.complete]
    if cut:
        shell.say(_("Not read completely: {addresses}", addresses=", ".join(cut[:MOST_SHOWN])))
    _conflicts(proposal, shell)
    _neighbours(proposal.sightings, shell)
    _hints(proposal.hints, shell)
    shell.say(_("{count} rows are proposed; nothing was changed.", count=len(proposal.rows)))


def words_of(status: Status, shell: Shell) -> str:
    """What a status is called."""
    _ = shell._
    return {
        Status.NEW: _("new"),
        Status.KNOWN: _("known"),
        Status.MOVED: _("moved"),
        Status.ALSO: _("another address"),
        Status.REPLACED: _("another device"),
        Status.TWICE: _("seen twice"),
        Status.BARE: _("says nothing"),
    }[status]


def spoken(place: Place) -> str:
    """An address, with its routing domain where that is not the usual one."""
    return place.address if place.domain == "main" else f"{place.address} ({place.domain})"


def _row(finding: Finding, shell: Shell) -> tuple[str, ...]:
    told = finding.found.equipment
    what = " ".join(filter(None, (told.vendor, told.model))) or ", ".join(finding.found.protocols)
    fits = words_of(finding.status, shell)
    return spoken(finding.found.place), fits, finding.device, told.name, what, told.serial


def _conflicts(proposal: Proposal, shell: Shell) -> None:
    for conflict in proposal.conflicts[:MOST_SHOWN]:
        places = ", ".join(map(spoken, conflict.places))
        shell.say(shell._("Conflict at {places}: {what}", places=places, what=conflict.what))


def _neighbours(sightings: Sequence[Sighting], shell: Shell) -> None:
    _ = shell._
    unknown = [each for each in sightings if not each.device]
    if unknown:
        shell.say(_("Neighbours that nobody knows:"))
        headings = (_("seen by"), _("port"), _("name"), _("address"), _("what it is"))
        shell.table(headings, [_sighting(each) for each in unknown[:MOST_SHOWN]])
        _rest(len(unknown), shell)


def _sighting(each: Sighting) -> tuple[str, ...]:
    told = each.neighbour
    return spoken(each.by), told.local, told.name or told.chassis, told.address, told.platform


def _hints(hints: Sequence[Hint], shell: Shell) -> None:
    _ = shell._
    addressed = [each for each in hints if each.address]
    if addressed:
        shell.say(_("Addresses that devices have met, and that neither the inventory nor this sweep knows:"))
        headings = (_("address"), _("MAC"), _("seen by"), _("port"))
        rows = [(each.address, each.mac, spoken(each.by), each.port) for each in addressed[:MOST_SHOWN]]
        shell.table(headings, rows)
        _rest(len(addressed), shell)


def _rest(count: int, shell: Shell) -> None:
    if count > MOST_SHOWN:
        shell.say(shell._("... and {count} more; --json has them all.", count=count - MOST_SHOWN))


def as_json(order: Order, result: Sweep | None, proposal: Proposal | None, shell: Shell) -> Mapping[str, Any]:
    """The same for programs; without a result what would be asked."""
    costs = cost(order)
    plan = {
        "addresses": costs.addresses,
        "credentials": order.credentials,
        "packets": [costs.packets_least, costs.packets_most],
        "seconds": [costs.seconds_least, costs.seconds_most],
    }
    if result is None or proposal is None:
        return {"schema": 1, "done": False, "plan": plan}
    return {
        "schema": 1,
        "done": True,
        "interrupted": result.interrupted,
        "plan": plan,
        "asked": len(result.asked),
        "found": [_finding(each, shell) for each in proposal.findings],
        "conflicts": [
            {"places": [_place(place) for place in each.places], "what": each.what.words(shell.translate)}
            for each in proposal.conflicts
        ],
        "neighbours": [_seen(each) for each in proposal.sightings],
        "hints": [
            {"by": _place(each.by), "address": each.address, "mac": each.mac, "port": each.port}
            for each in proposal.hints
        ],
        "rows": [
            {
                "kind": row.kind,
                "cells": dict(row.cells),
                "evidence": [each.words(shell.translate) for each in row.evidence],
            }
            for row in proposal.rows
        ],
    }


def _place(place: Place) -> Mapping[str, str]:
    return {"routing_domain": place.domain, "address": place.address}


def _finding(each: Finding, shell: Shell) -> Mapping[str, Any]:
    found, told = each.found, each.found.equipment
    return {
        **_place(found.place),
        "status": str(each.status),
        "device": each.device,
        "because": each.because.words(shell.translate),
        "name": told.name,
        "vendor": told.vendor,
        "model": told.model,
        "serial": told.serial,
        "version": told.version,
        "profile": told.profile,
        "interfaces": told.interfaces,
        "credential": found.credential,
        "refused_credentials": found.refused,
        "protocols": found.protocols,
        "complete": found.complete,
    }


def _seen(each: Sighting) -> Mapping[str, Any]:
    told = each.neighbour
    return {
        "by": _place(each.by),
        "device": each.device,
        "protocol": told.protocol,
        "port": told.local,
        "name": told.name,
        "chassis": told.chassis,
        "address": told.address,
        "their_port": told.port,
        "platform": told.platform,
    }

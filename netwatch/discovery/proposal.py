"""From what fits and what does not to rows for the sheets, each with its evidence. Pure; nothing is changed by it."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface
from typing import TypeAlias

from inventory.cells import MAX_CODE, MAX_TEXT, text_of
from inventory.snapshot import Device, Inventory
from inventory.texts import clean, fold
from netwatch.discovery.contract import Finding, Found, Place, Proposal, Row, Sighting, Status
from netwatch.discovery.kinds import kind_of
from netwatch.discovery.matching import conflicts, match, place_of
from netwatch.discovery.neighbours import Directory, plain_name
from netwatch.language import Sentence

MAIN, SNMP_PORT = "main", 161
Value: TypeAlias = str | int | tuple[str, ...]
# Devices in one such network mostly stand at one site.
_NEAR = {4: 24, 6: 64}
_MOST_HINTS = 20_000
_NOT_IN_CODES = re.compile(r"[^\w.\-]+")
_LONGEST_CODE = 60


def propose(found: Sequence[Found], inventory: Inventory, asked: Collection[Place]) -> Proposal:
    """Everything that follows from a sweep; `asked` are all places that it asked."""
    findings = match(found, inventory, asked)
    directory = _directory(findings, inventory)
    sightings = tuple(_sightings(findings, directory))
    met = {each.place for each in found} | {
        place for device in inventory.of("device").values() if (place := place_of(device))
    }
    hints = (hint for each in findings for hint in each.found.hints)
    unknown = [hint for hint in hints if not hint.address or Place(hint.by.domain, hint.address) not in met]
    rows = tuple(_rows(findings, inventory, sightings))
    return Proposal(findings, rows, conflicts(findings), sightings, tuple(unknown[:_MOST_HINTS]))


def _directory(findings: Iterable[Finding], inventory: Inventory) -> Directory:
    """Devices of the inventory by id, what else was found by its label."""
    directory = Directory()
    for device in inventory.of("device").values():
        place = place_of(device)
        directory.add(device.id, places=[place] if place else (), names={device.id, device.name})
    for finding in findings:
        found = finding.found
        whom = finding.device if finding.status is not Status.REPLACED and finding.device else found.label
        directory.add(whom, places=[found.place], names=[found.equipment.name], chassis=found.chassis)
    return directory


def _sightings(findings: Iterable[Finding], directory: Directory) -> Iterator[Sighting]:
    for finding in findings:
        found = finding.found
        for neighbour in found.equipment.neighbours:
            yield Sighting(found.place, neighbour, directory.whom(neighbour, found.place.domain))


@dataclass(slots=True)
class _Desk:
    """What making rows needs: the inventory, whose codes are taken, sites by network, who sees whom."""

    inventory: Inventory
    taken: set[str]
    sites: Mapping[tuple[str, str], frozenset[str]]
    sightings: Mapping[Place, Sequence[Sighting]]

    def code(self, found: Found) -> str:
        """A code nobody has: from the device's name, else from its address."""
        wanted = _NOT_IN_CODES.sub("-", plain_name(_plain(found.equipment.name))).strip("-._")[:_LONGEST_CODE]
        wanted = wanted or _NOT_IN_CODES.sub("-", "-".join(_address_parts(found.place)))
        code, number = wanted, 1
        while fold(code) in self.taken:
            number += 1
            code = f"{wanted}-{number}"
        self.taken.add(fold(code))
        return code[:MAX_CODE]


def _plain(told: str) -> str:
    """A device's word as one line that a cell may hold."""
    return clean("".join(letter if letter.isprintable() else " " for letter in told))


def _address_parts(place: Place) -> Iterator[str]:
    yield "dev"
    if place.domain != MAIN:
        yield place.domain
    yield place.address


def _rows(findings: Sequence[Finding], inventory: Inventory, sightings: Sequence[Sighting]) -> Iterator[Row]:
    by_place: dict[Place, list[Sighting]] = defaultdict(list)
    for each in sightings:
        by_place[each.by].append(each)
    taken = {fold(record.id) for _, record in inventory}
    desk = _Desk(inventory, taken, _sites(inventory), by_place)
    for finding in findings:
        if finding.status is Status.NEW:
            yield _new(finding, desk)
        elif finding.status is Status.MOVED:
            yield _moved(finding)
        elif finding.status is Status.KNOWN:
            yield from _completed(finding, inventory.of("device")[finding.device])


def _sites(inventory: Inventory) -> Mapping[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for device in inventory.of("device").values():
        if place := place_of(device):
            found[near(place)].add(device.site)
    return {network: frozenset(sites) for network, sites in found.items()}


def near(place: Place) -> tuple[str, str]:
    """The network around an address (/24, /64) within its routing domain."""
    return place.domain, str(
        ip_interface(f"{place.address}/{_NEAR[ip_address(place.address).version]}").network
    )


def _new(finding: Finding, desk: _Desk) -> Row:
    found, told = finding.found, finding.found.equipment
    kind, tells = kind_of(told.profile, (told.model, told.description, told.name), found.protocols)
    site, why_there = _site(found, desk)
    uplinks, why_up = _uplinks(found, desk)
    name = _plain(told.name) or " ".join(filter(None, (told.vendor, told.model, found.place.address)))
    values: dict[str, Value] = {
        "id": desk.code(found),
        "name": name,
        "site": site,
        "kind": kind,
        **_identity(found),
        "address": found.place.address,
        "routing_domain": found.place.domain if found.place.domain != MAIN else "",
        "credentials": (found.credential,) if found.credential else (),
        "snmp_port": found.snmp_port if found.credential and found.snmp_port != SNMP_PORT else "",
        "protocols": found.protocols,
        "uplinks": uplinks,
    }
    evidence = (finding.because, *_evidence(found), _kind_words(tells), *why_there, *why_up)
    return Row("device", _cells(values), evidence)


def _cells(values: Mapping[str, Value]) -> Mapping[str, str]:
    """Texts as cells hold them: a device that calls itself '-' must clear nothing."""
    shortened = {
        field: value[:MAX_TEXT] if isinstance(value, str) else value for field, value in values.items()
    }
    return {field: text_of("device", field, value) for field, value in shortened.items() if value}


def _identity(found: Found) -> dict[str, str]:
    told = found.equipment
    return {"vendor": _plain(told.vendor), "model": _plain(told.model), "serial": _plain(told.serial)}


def _evidence(found: Found) -> Iterator[Sentence]:
    told = found.equipment
    if found.credential:
        params = {"profile": told.profile, "credential": found.credential, "description": told.description}
        yield Sentence("Read by SNMP with {credential}, profile {profile}: {description}", params)
    if found.protocols:
        yield Sentence("Ports open: {protocols}.", {"protocols": ", ".join(found.protocols)})


def _kind_words(tells: str) -> Sentence:
    return {
        "model": Sentence("Its model says what kind it is."),
        "profile": Sentence("Its profile says what kind it most likely is."),
        "words": Sentence("Its own description says what kind it is."),
        "protocol": Sentence("Its protocol says what kind it most likely is."),
    }.get(tells, Sentence("Nothing says what kind it is: please choose."))


def _site(found: Found, desk: _Desk) -> tuple[str, tuple[Sentence, ...]]:
    """The site of all known devices around its address, else of the one known neighbour."""
    sites = desk.sites.get(near(found.place), frozenset())
    if len(sites) == 1:
        params = {"network": near(found.place)[1], "site": next(iter(sites))}
        told = Sentence("All known devices in {network} stand at {site}.", params)
        return next(iter(sites)), (told,)
    seen = {device.site for device, _ in _known_neighbours(found, desk)}
    if len(seen) == 1:
        site = next(iter(seen))
        return site, (Sentence("Its known neighbours stand at {site}.", {"site": site}),)
    return "", (Sentence("Nothing says where it stands: please fill in the site."),)


def _known_neighbours(found: Found, desk: _Desk) -> list[tuple[Device, Sighting]]:
    devices = desk.inventory.of("device")
    seen = desk.sightings.get(found.place, ())
    return [(devices[each.device], each) for each in seen if each.device in devices]


def _uplinks(found: Found, desk: _Desk) -> tuple[tuple[str, ...], tuple[Sentence, ...]]:
    """The one neighbour that the inventory knows; of several nobody can tell which leads to the centre."""
    known = _known_neighbours(found, desk)
    told = tuple(
        Sentence(
            "{protocol}: its port {port} sees {device} ({theirs}).",
            {
                "protocol": each.neighbour.protocol.upper(),
                "port": each.neighbour.local,
                "device": device.id,
                "theirs": each.neighbour.port,
            },
        )
        for device, each in known[:5]
    )
    ids = {device.id for device, _ in known}
    return (tuple(ids) if len(ids) == 1 else ()), told


def _moved(finding: Finding) -> Row:
    place = finding.found.place
    values = {"id": finding.device, "address": place.address, "routing_domain": place.domain}
    return Row("device", _cells(values), (finding.because, *_evidence(finding.found)))


def _completed(finding: Finding, device: Device) -> Iterator[Row]:
    """What the inventory leaves blank of a known device; what it says is never written over."""
    told: dict[str, Value] = {**_identity(finding.found)}
    if finding.found.credential:
        told["credentials"] = (finding.found.credential,)
    lacking = {field: value for field, value in told.items() if value and not getattr(device, field)}
    if lacking:
        evidence = (finding.because, *_evidence(finding.found))
        yield Row("device", _cells({"id": device.id, **lacking}), evidence)

"""How what was found fits the inventory: known, moved, replaced, new. Pure; what comes in which order is no matter."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.snapshot import Device, Inventory
from netwatch.discovery.contract import Conflict, Finding, Found, Place, Status
from netwatch.discovery.neighbours import plain_name
from netwatch.language import Sentence

# Shorter ones are no serial numbers but what somebody typed, and one is soon found twice.
_SHORTEST_SERIAL = 4
# A protocol by which a device that says nothing else still shows that it is no computer of somebody.
TELLING = frozenset({"rtsp", "h323", "sip-tcp", "sips", "yealink", "modbus"})


@dataclass(frozen=True, slots=True)
class _Known:
    """The inventory's devices by what may tell them."""

    at: Mapping[Place, Device]
    serials: Mapping[str, Sequence[Device]]


def serial_key(serial: str | None) -> str:
    """A serial number as it is compared; '' when it is none."""
    key = re.sub(r"[\W_]+", "", serial or "").casefold()
    return key if len(key) >= _SHORTEST_SERIAL and key.strip("0") else ""


def match(found: Iterable[Found], inventory: Inventory, asked: Collection[Place]) -> tuple[Finding, ...]:
    """What each found one is to the inventory, sorted by place; `asked` are all places that the sweep has asked."""
    everything = sorted(found, key=lambda each: each.place)
    known = _known(inventory)
    by_serial: dict[str, Found] = {}
    answering = {each.place: serial_key(each.equipment.serial) for each in everything}
    findings = []
    for each in everything:
        finding = _finding(each, known, by_serial, asked, answering)
        if key := serial_key(each.equipment.serial):
            by_serial.setdefault(key, each)
        findings.append(finding)
    return tuple(findings)


def _known(inventory: Inventory) -> _Known:
    devices: Iterable[Device] = inventory.of("device").values()
    serials: dict[str, list[Device]] = defaultdict(list)
    for device in devices:
        if key := serial_key(device.serial):
            serials[key].append(device)
    at = {place: device for device in devices if (place := place_of(device)) is not None}
    return _Known(at, serials)


def place_of(device: Device) -> Place | None:
    """Where the inventory says that a device answers."""
    return Place(device.routing_domain, device.address) if device.address else None


def _finding(
    found: Found,
    known: _Known,
    by_serial: Mapping[str, Found],
    asked: Collection[Place],
    answering: Mapping[Place, str],
) -> Finding:
    here = known.at.get(found.place)
    if here is not None:
        return _at_its_address(found, here)
    serial = serial_key(found.equipment.serial)
    earlier = by_serial.get(serial) if serial else None
    owners = [each for each in known.serials.get(serial, ()) if _same_maker(each.vendor, found)]
    if earlier is not None and (not owners or _taken(earlier, owners[0], known)):
        params = {"serial": found.equipment.serial, "address": earlier.place.address}
        told = Sentence("The same serial number {serial} answers at {address} as well.", params)
        return Finding(found, Status.TWICE, told, earlier.label)
    if owners:
        return _elsewhere(found, owners, asked, answering)
    if found.credential or TELLING & set(found.protocols):
        return Finding(
            found, Status.NEW, Sentence("The inventory knows neither its address nor its serial number.")
        )
    return Finding(found, Status.BARE, Sentence("It answers, but says nothing of what it is."))


def _taken(earlier: Found, owner: Device, known: _Known) -> bool:
    """Whether the earlier one is where the owner has moved to, so that this one is another address of it."""
    return earlier.place not in known.at and earlier.place != place_of(owner)


def _same_maker(vendor: str | None, found: Found) -> bool:
    """Makers number by themselves; only two names that share no word are two makers."""
    told, declared = _words(found.equipment.vendor), _words(vendor or "")
    return not told or not declared or bool(told & declared)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _at_its_address(found: Found, device: Device) -> Finding:
    told, declared = found.equipment.serial, device.serial or ""
    params = {"serial": told, "declared": declared, "device": device.id}
    if serial_key(told) and serial_key(declared) and serial_key(told) != serial_key(declared):
        text = "The inventory says serial number {declared} for {device}, the device says {serial}."
        return Finding(found, Status.REPLACED, Sentence(text, params), device.id)
    text = "Address and serial number are those of {device}." if serial_key(told) and serial_key(declared) else (
        "The address is that of {device}."
    )  # fmt: skip
    return Finding(found, Status.KNOWN, Sentence(text, params), device.id)


def _elsewhere(
    found: Found, owners: Sequence[Device], asked: Collection[Place], answering: Mapping[Place, str]
) -> Finding:
    device, serial = owners[0], found.equipment.serial
    params = {"serial": serial, "device": device.id, "address": device.address or ""}
    before = place_of(device)
    if len(owners) > 1:
        text = "Serial number {serial} stands in the inventory more than once, at {device} among others."
        return Finding(found, Status.ALSO, Sentence(text, params), device.id)
    if before is None:
        text = "The serial number {serial} is that of {device}, of which the inventory has no address."
        return Finding(found, Status.MOVED, Sentence(text, params), device.id)
    there = answering.get(before)
    if before in asked and (there is None or there not in ("", serial_key(serial))):
        text = "The serial number {serial} is that of {device}, which is no longer at {address}."
        return Finding(found, Status.MOVED, Sentence(text, params), device.id)
    text = "The serial number {serial} is that of {device}, which the inventory has at {address}."
    return Finding(found, Status.ALSO, Sentence(text, params), device.id)


def conflicts(findings: Sequence[Finding]) -> tuple[Conflict, ...]:
    """What cannot be as it is told: other devices than declared, serial numbers and names that several claim."""
    single = [
        Conflict((each.found.place,), each.because)
        for each in findings
        if each.status in (Status.REPLACED, Status.TWICE, Status.ALSO)
    ]
    return (*single, *_namesakes(findings))


def _namesakes(findings: Sequence[Finding]) -> Iterable[Conflict]:
    """Several devices that call themselves the same; addresses of one device are no conflict."""
    by_name: dict[str, dict[str, Found]] = defaultdict(dict)
    for each in findings:
        name = plain_name(each.found.equipment.name)
        if name and each.status not in (Status.TWICE, Status.ALSO):
            own = serial_key(each.found.equipment.serial) or str(each.found.place)
            by_name[name].setdefault(own, each.found)
    for same in by_name.values():
        if len(same) > 1:
            places = tuple(each.place for each in same.values())
            params = {"count": len(same), "name": next(iter(same.values())).equipment.name}
            yield Conflict(places, Sentence("{count} devices call themselves '{name}'.", params))

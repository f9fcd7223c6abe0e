"""What to do about an incident and whom to call. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from alerts.contract import Person, Phrase
from inventory.snapshot import ConferencingEndpoint, Device, Line, Site
from netwatch.incidents.contract import HOST_KEY_CHANGED, Cause, Incident, Nature
from netwatch.incidents.docket import CONDITION
from netwatch.incidents.places import Places
from netwatch.queries.contacts import FAULT_DESK, Directory
from netwatch.queries.models import ContactCard
from netwatch.queries.words import ROLES
from netwatch.verdict import INSPECTIONS, Why

MOST_ROOTS = 5
MOST_PEOPLE = 5
POWERED, LASTING = "powered", "lasting"
# By what must hold first and whether there is a contract number.
REPORT: Mapping[tuple[str, bool], Phrase] = {
    ("", False): Phrase("Report line {name} to {provider}'s fault desk."),
    ("", True): Phrase("Report line {name}, contract {contract}, to {provider}'s fault desk."),
    (POWERED, False): Phrase("If there is power, report line {name} to {provider}'s fault desk."),
    (POWERED, True): Phrase(
        "If there is power, report line {name}, contract {contract}, to {provider}'s fault desk."
    ),
    (LASTING, False): Phrase("If it lasts, report line {name} to {provider}'s fault desk."),
    (LASTING, True): Phrase(
        "If it lasts, report line {name}, contract {contract}, to {provider}'s fault desk."
    ),
}


def advice(incident: Incident, places: Places) -> Iterator[Phrase]:
    """What to do next, the first thing first."""
    if incident.ended is not None:
        return
    if incident.nature is Nature.BLINDNESS:
        yield Phrase("Check netwatch's own machine first: its cable, its switch, its default gateway.")
    elif incident.nature is Nature.IGNORANCE:
        yield from _make_known(incident, places)
    else:
        yield from _mend(incident, places)


def _make_known(incident: Incident, places: Places) -> Iterator[Phrase]:
    kind, _, name = incident.scope.partition(":")
    if kind == "credentials" and name:
        text = "Compare the credentials '{name}' in the settings with those of the devices."
        yield Phrase(text, {"name": name})
    elif kind in ("credentials", "agent"):
        text = "Check on {name} whether its SNMP agent runs, lets this machine in and has our credentials."
        yield Phrase(text, {"name": places.name(incident.roots[0])})
    elif kind == "collector":
        yield Phrase("Run `netwatch doctor` on this machine.")
    else:
        yield Phrase("Find out why nothing is measured: `netwatch status` shows what is not known.")


def _mend(incident: Incident, places: Places) -> Iterator[Phrase]:
    root = incident.roots[0]
    site = places.name(places.site(root))
    match incident.blame.cause:
        case Cause.STATE:
            yield from _look_into(incident, places)
        case Cause.POWER:
            yield from _ask_for_power(incident, places)
        case Cause.LINE | Cause.PROVIDER:
            yield from _report_lines(incident, places)
        case Cause.UNDECIDED if _carries_site(root, places):
            yield Phrase("Power or line: not known. Phone {site}: is there power?", {"site": site})
            yield from _report_lines(incident, places, POWERED)
        case _:
            text = "Have somebody at {site} look at {name}: power, cables, lamps."
            yield Phrase(text, {"site": site, "name": places.name(root)})


def _look_into(incident: Incident, places: Places) -> Iterator[Phrase]:
    """What is measured or reported: the thing itself answers, so its lamps tell nothing."""
    root = incident.roots[0]
    given = {"name": places.name(root), "site": places.name(places.site(root)), "id": root}
    if incident.reason == HOST_KEY_CHANGED:
        yield Phrase("Compare the fingerprint shown at {name} itself with: netwatch backup list", given)
        yield Phrase("If it is the same: netwatch backup trust {id} --fingerprint SHA256:...", given)
    elif incident.reason in INSPECTIONS:
        yield Phrase(
            "Have {name} at {site} inspected; what speaks for it: netwatch lightning show {id}", given
        )
        yield Phrase("Afterwards: netwatch record inspection {id} --result pass (or fail)", {"id": root})
    elif incident.reason == Why.BEYOND_LIMIT or incident.scope.startswith(CONDITION):
        yield Phrase("See how it goes on; which limits hold: netwatch rules show {id}", {"id": root})
        if places.kind(root) == "line":
            yield from _report_lines(incident, places, LASTING)
    elif incident.reason == Why.SIGNALLING_SILENT and incident.nature is Nature.FAULT:
        text = "Restart {name} when no meeting needs it: it answers, but takes no calls. Then see its SIP and H.323."
        yield Phrase(text, given)
    elif places.kind(root) == "conferencing_endpoint" and incident.reason == Why.NOT_REGISTERED:
        text = "Find out at the conferencing server why {name} is not registered: its account, its settings."
        yield Phrase(text, given)
    elif places.kind(root) == "surge_protector":
        text = "Have somebody at {site} look at {name} and replace it if it is spent."
        yield Phrase(text, given)
        yield Phrase("Once it is replaced: netwatch record replacement {id}", {"id": root})
    elif places.kind(root) == "service":
        text = "Look at the server of {name}: does its program run, has it memory and disk, is its certificate valid?"
        yield Phrase(text, given)
    else:
        yield Phrase("Have somebody at {site} look at {name}.", given)


def _carries_site(root: str, places: Places) -> bool:
    return places.kind(root) in ("line", "site") or isinstance(places.record(root), Site)


def _ask_for_power(incident: Incident, places: Places) -> Iterator[Phrase]:
    feeder = places.feeder(incident.roots[0])
    if feeder:
        text = "Ask the power company about feeder {feeder}: how long will it last?"
        yield Phrase(text, {"feeder": feeder})
    else:
        yield Phrase("Ask the site or the power company how long it will last.")


def _report_lines(incident: Incident, places: Places, condition: str = "") -> Iterator[Phrase]:
    """Which lines to report to whom, and what must hold first: where power may be the cause, that there is power."""
    for line in _lines(incident, places)[:MOST_ROOTS]:
        params = {"name": line.name, "provider": line.provider, "contract": line.contract_number}
        given = {key: text for key, text in params.items() if text}
        if line.provider:
            yield replace(REPORT[condition, bool(line.contract_number)], params=given)
        else:
            text = "Find out who runs line {name}: the inventory names no provider."
            yield Phrase(text, {"name": line.name})


def _lines(incident: Incident, places: Places) -> tuple[Line, ...]:
    """The lines to blame: roots, else those of the first root's site."""
    roots = [record for root in incident.roots if isinstance(record := places.record(root), Line)]
    if roots:
        return tuple(roots)
    at_site = places.lines(places.site(incident.roots[0]))
    return tuple(record for one in at_site if isinstance(record := places.record(one), Line))


def people(incident: Incident, places: Places, directory: Directory) -> tuple[Person, ...]:
    """Whom to call, the first one first; nobody once it is over, or where it lies with ourselves."""
    ours = incident.nature is Nature.BLINDNESS or (
        incident.nature is Nature.IGNORANCE and len(incident.roots) > 1
    )
    if incident.ended is not None or ours:
        return ()
    cards: dict[str, ContactCard] = {}
    for root in incident.roots[:MOST_ROOTS]:
        for card in _cards(root, incident, places, directory):
            if incident.blame.cause is not Cause.POWER or card.role != FAULT_DESK:
                cards.setdefault(card.id, card)
    return tuple(_person(card) for card in list(cards.values())[:MOST_PEOPLE])


def _cards(root: str, incident: Incident, places: Places, directory: Directory) -> Iterator[ContactCard]:
    record, cause = places.record(root), incident.blame.cause
    if record is None:
        return
    site = places.record(places.site(root))
    if isinstance(site, Site) and cause in (Cause.POWER, Cause.UNDECIDED):
        power, at_site = directory.card(site.power_contact), directory.card(site.contact)
        first = (power, at_site) if cause is Cause.POWER else (at_site, power)
        yield from (card for card in first if card is not None)
    if cause is Cause.UNDECIDED:
        for line in _lines(incident, places)[:1]:
            yield from directory.cards(line)
    yield from directory.cards(record)


def _person(card: ContactCard) -> Person:
    return Person(card.name, ROLES.get(card.role, card.role), card.phone, card.hours, card.on_duty)


def details(incident: Incident, places: Places) -> Iterator[Phrase]:
    """Addresses and serial numbers of what is to blame: never for channels that lead outside."""
    for root in incident.roots[:MOST_ROOTS]:
        record = places.record(root)
        if isinstance(record, ConferencingEndpoint):
            record = places.record(record.device)
        if isinstance(record, Device):
            yield from _of_device(record)
        elif isinstance(record, Line) and record.witness_address:
            params = {"name": record.name, "address": record.witness_address}
            yield Phrase("{name}: far end {address}", params)
        elif isinstance(record, Site) and record.street_address:
            params = {"name": record.name, "address": record.street_address}
            yield Phrase("{name}: {address}", params)


def _of_device(device: Device) -> Iterator[Phrase]:
    if device.address:
        yield Phrase("{name}: address {address}", {"name": device.name, "address": device.address})
    model = " ".join(filter(None, (device.vendor, device.model)))
    if device.serial:
        params = {"name": device.name, "model": model, "serial": device.serial}
        yield Phrase("{name}: {model}, serial number {serial}", params)

"""What proves which kind of thing, and in which state everything else stands."""

from datetime import date
from typing import Any

import pytest

from inventory.coverage.contract import Aspect, Contradiction, State
from inventory.coverage.proofs import PROOFS, same_asset
from inventory.snapshot import NORM_ITEMS

Make = Any
MEGABIT = 1_000_000


def weighed(make: Make, item: str, thing: list[Any], seen: list[Any], /, **norm: Any) -> Any:  # noqa: ANN401
    """The best covering of the one agency's need."""
    records = [make.unit("A"), make.site("S", "A"), make.norm("N", item, **norm), *thing]
    cell = make.cell(make.audit(make.inventory(*records), make.evidence(seen)), "A")
    return cell.coverings[0]


def test_the_table_has_every_item_that_norms_can_name() -> None:
    """An item without a row would be a norm nobody can meet."""
    assert set(PROOFS) == set(NORM_ITEMS)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("lan", "switch"),
        ("wifi", "access_point"),
        ("ups", "ups"),
        ("server", "server"),
        ("camera", "camera"),
    ],
)
def test_equipment_is_proved_by_answering(make: Make, item: str, kind: str) -> None:
    """Within the norm's days; before that it is stale, and without any sighting it was never seen."""
    device = [make.device("D", "S", kind)]
    fresh = weighed(make, item, device, [make.seen("D", Aspect.ANSWERED, days_ago=29)])
    assert (fresh.state, fresh.proved_at) == (State.PROVED, make.now - 29 * make.day)
    old = weighed(make, item, device, [make.seen("D", Aspect.ANSWERED, days_ago=31)])
    assert (old.state, old.reason, old.proved_at) == (State.DECLARED, "stale", 0)
    assert old.seen_at == make.now - 31 * make.day
    assert weighed(make, item, device, []).reason == "never_seen"


def test_a_lan_needs_a_port_at_the_norms_speed(make: Make) -> None:
    """Slower or without a speed it was only seen; declared slower it does not count even on paper."""
    switch = [make.device("D", "S")]
    wanted = {"bandwidth": 100 * MEGABIT}

    def at(speed: int) -> Any:  # noqa: ANN401
        return weighed(make, "lan", switch, [make.seen("D", Aspect.SPEED, str(speed))], **wanted)

    assert at(100 * MEGABIT).state is State.PROVED
    assert (at(10 * MEGABIT).state, at(10 * MEGABIT).reason) == (State.SEEN, "too_slow")
    answered = weighed(make, "lan", switch, [make.seen("D", Aspect.ANSWERED)], **wanted)
    assert (answered.state, answered.reason) == (State.SEEN, "speed_unknown")
    slow = weighed(make, "lan", [make.device("D", "S", port_speed=10 * MEGABIT)], [], **wanted)
    assert (slow.state, slow.reason) == (State.MISSING, "too_slow")


def test_a_line_needs_traffic_and_a_bandwidth(make: Make) -> None:
    """Carried with the contracted bandwidth known proves it; without the bandwidth it was seen."""
    carried = [make.seen("L", Aspect.CARRIED)]
    assert weighed(make, "data_line", [make.line("L", "S")], carried).state is State.PROVED
    unknown = weighed(make, "data_line", [make.line("L", "S", bandwidth_down=None)], carried)
    assert (unknown.state, unknown.reason) == (State.SEEN, "bandwidth_unknown")
    slow = weighed(make, "data_line", [make.line("L", "S")], carried, bandwidth=100 * MEGABIT)
    assert (slow.state, slow.reason) == (State.MISSING, "too_slow")
    lesser = make.line("L", "S", bandwidth_up=10 * MEGABIT)
    assert weighed(make, "data_line", [lesser], carried, bandwidth=20 * MEGABIT).reason == "too_slow"


def test_an_endpoint_needs_its_registration_or_its_protocol(make: Make) -> None:
    """A device that merely answers was seen; a device no endpoint names counts as one."""
    things = [make.device("D", "S", "conferencing_endpoint"), make.endpoint("E", "D")]
    assert weighed(make, "conferencing_endpoint", things, [make.seen("E", Aspect.REGISTERED)]).item == "E"
    spoken = weighed(make, "conferencing_endpoint", things, [make.seen("D", Aspect.SPEAKING, "h323")])
    assert spoken.state is State.PROVED
    seen = weighed(make, "conferencing_endpoint", things, [make.seen("D", Aspect.ANSWERED)])
    assert (seen.state, seen.reason) == (State.SEEN, "not_registered")
    alone = weighed(make, "conferencing_endpoint", things[:1], [make.seen("D", Aspect.SPEAKING, "sip")])
    assert (alone.item, alone.state) == ("D", State.PROVED)


def test_a_firewall_needs_to_be_identified(make: Make) -> None:
    """By a profile that says it is one; another kind is a contradiction."""
    device = [make.device("D", "S", "firewall")]
    assert weighed(make, "firewall", device, [make.seen("D", Aspect.KIND, "firewall")]).state is State.PROVED
    seen = weighed(make, "firewall", device, [make.seen("D", Aspect.ANSWERED)])
    assert (seen.state, seen.reason) == (State.SEEN, "not_identified")
    other = weighed(make, "firewall", device, [make.seen("D", Aspect.KIND, "router")])
    assert other.contradictions == (Contradiction("kind", "firewall", "router"),)


def test_a_protector_needs_its_contact_or_an_inspection(make: Make) -> None:
    """A tripped contact proves nothing, and stays tripped until an inspection later than it."""
    protector = [make.protector("P", "S")]
    closed, opened = make.seen("P", Aspect.CONTACT, "closed"), make.seen("P", Aspect.CONTACT, "open")
    assert weighed(make, "surge_protector", protector, [closed]).state is State.PROVED
    tripped = weighed(make, "surge_protector", protector, [opened])
    assert (tripped.state, tripped.reason) == (State.SEEN, "tripped")
    passed = make.done("I", "P", "inspection", date(2026, 6, 1), result="pass")
    inspected = weighed(make, "surge_protector", [*protector, passed], [])
    assert (inspected.state, inspected.proved_at) == (State.PROVED, make.now - 175 * make.day)
    gone_dark = make.seen("P", Aspect.CONTACT, "open", days_ago=90)
    assert weighed(make, "surge_protector", [*protector, passed], [gone_dark]).reason == "tripped"
    before = make.seen("P", Aspect.CONTACT, "open", days_ago=200)
    assert weighed(make, "surge_protector", [*protector, passed], [before]).state is State.PROVED


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([], "not_inspected"),
        ([("inspection", date(2025, 11, 22), "pass")], "inspection_overdue"),
        ([("inspection", date(2026, 5, 1), "fail")], "inspection_failed"),
        ([("inspection", date(2026, 5, 1), None)], "not_inspected"),
        ([("inspection", date(2026, 5, 1), "pass"), ("strike", date(2026, 6, 1), None)], "inspection_forced"),
        ([("inspection", date(2026, 12, 1), "pass")], "not_inspected"),
        ([("inspection", date(2025, 11, 23), "pass")], ""),
    ],
)
def test_where_a_norm_asks_for_inspections_only_they_prove(
    make: Make, records: list[tuple[str, date, str | None]], reason: str
) -> None:
    """The contact alone is then not enough, and what the inspection lacks is told; the last day of the term counts."""
    things = [make.protector("P", "S")]
    things += [
        make.done(f"R{n}", "P", kind, on, result=result) for n, (kind, on, result) in enumerate(records)
    ]
    contact = [make.seen("P", Aspect.CONTACT, "closed")]
    found = weighed(make, "surge_protector", things, contact, inspected_within=12, detail="power")
    assert (found.state, found.reason) == (State.SEEN if reason else State.PROVED, reason)


def test_a_contact_that_was_never_commissioned_is_told(make: Make) -> None:
    """It has an input, and no trip test has shown both positions."""
    wired = make.protector("P", "S", input_device="D", input_oid="1.3.6.1", input_closed_values=("1",))
    found = weighed(make, "surge_protector", [make.device("D", "S", "io_device"), wired], [])
    assert (found.state, found.reason) == (State.DECLARED, "uncommissioned")


def test_a_protector_of_an_unknown_kind_is_weighed_and_does_not_count(make: Make) -> None:
    """Where a norm asks for one kind, people see which record keeps it from counting."""
    protector = [make.protector("P", "S", protection_kind=None)]
    found = weighed(make, "surge_protector", protector, [], detail="data")
    assert (found.state, found.reason) == (State.MISSING, "protection_unknown")
    assert weighed(make, "surge_protector", protector, []).state is State.DECLARED


def test_services_and_bridges(make: Make) -> None:
    """A service serves, a bridge is registered or speaks; answering is not enough."""
    service = [make.service("W", "S")]
    assert (
        weighed(make, "service", service, [make.seen("W", Aspect.SERVING)], detail="web").state
        is State.PROVED
    )
    bridge = [make.device("B", "S", "conferencing_bridge")]
    found = weighed(make, "conferencing_bridge", bridge, [make.seen("B", Aspect.ANSWERED)])
    assert (found.state, found.reason) == (State.SEEN, "not_registered")


def test_what_is_only_stated_is_never_better_than_declared(make: Make) -> None:
    """Assets and statements, whatever is seen."""
    assets = weighed(
        make, "computer", [make.asset("C", "S", "Máy tính xách tay", 3)], [make.seen("C", Aspect.ANSWERED)]
    )
    assert (assets.state, assets.reason, assets.units) == (State.DECLARED, "asset", 3)
    stated = weighed(make, "it_officer", [make.statement("A", "it_officer", 2)], [])
    assert (stated.state, stated.reason, stated.units) == (State.DECLARED, "statement", 2)
    told = weighed(make, "statement", [make.statement("A", "mail_account", 40)], [], detail="mail_account")
    assert told.units == 40
    cameras = weighed(make, "camera", [make.asset("C", "S", "Camera", 4)], [])
    assert (cameras.state, cameras.units) == (State.DECLARED, 4)


@pytest.mark.parametrize(
    ("declared", "aspect", "seen", "what"),
    [
        ({"serial": "AB-12"}, Aspect.SERIAL, "ab12", ""),
        ({"serial": "AB-12"}, Aspect.SERIAL, "AB-13", "serial"),
        ({"model": "S5720"}, Aspect.MODEL, "S5720-28P-SI-AC", ""),
        ({"model": "S5720"}, Aspect.MODEL, "S5735", "model"),
        ({"mac": "00:11:22:aa:bb:cc"}, Aspect.MAC, "001122AABBCC", ""),
        ({"mac": "00:11:22:aa:bb:cc"}, Aspect.MAC, "001122AABBCD", "mac"),
        ({"port_speed": 10**9}, Aspect.SPEED, str(10**9), ""),
        ({"port_speed": 10**9}, Aspect.SPEED, str(10**8), "speed"),
        ({}, Aspect.SITE, "S", ""),
        ({}, Aspect.SITE, "T", "site"),
        ({}, Aspect.SERIAL, "AB-13", ""),
        ({}, Aspect.KIND, "other", ""),
    ],
)
def test_another_thing_than_declared_is_a_contradiction(
    make: Make, declared: dict[str, Any], aspect: Aspect, seen: str, what: str
) -> None:
    """Serial, model, address, speed, site, kind; what nobody declared contradicts nothing."""
    sightings = [make.seen("D", Aspect.ANSWERED), make.seen("D", aspect, seen)]
    found = weighed(make, "lan", [make.device("D", "S", **declared)], sightings)
    assert (found.state, found.reason) == (State.CONTRADICTED if what else State.PROVED, what)
    if what:
        assert [(one.what, one.found) for one in found.contradictions] == [(what, seen)]


def test_of_two_serials_the_newest_speaks(make: Make) -> None:
    """A device that was put back is itself again."""
    device = [make.device("D", "S", serial="ONE")]
    answered = make.seen("D", Aspect.ANSWERED)
    other, own = make.seen("D", Aspect.SERIAL, "TWO", 2), make.seen("D", Aspect.SERIAL, "ONE", 1)
    assert weighed(make, "lan", device, [answered, other]).state is State.CONTRADICTED
    assert weighed(make, "lan", device, [answered, other, own]).state is State.PROVED


def test_a_line_slower_than_contracted_is_a_contradiction(make: Make) -> None:
    """Its A end runs at less than what is paid for."""
    seen = [make.seen("L", Aspect.CARRIED), make.seen("L", Aspect.SPEED, str(10 * MEGABIT))]
    assert weighed(make, "data_line", [make.line("L", "S")], seen).reason == "speed"


def test_what_nothing_could_be_asked_of_says_why(make: Make) -> None:
    """Not measured, unless something was seen of it all the same."""
    records = [make.unit("A"), make.site("S", "A"), make.norm("N", "lan"), make.device("D", "S")]
    inventory = make.inventory(*records)
    cell = make.cell(make.audit(inventory, make.evidence(D="credentials_refused")), "A")
    assert (cell.state, cell.coverings[0].reason) == (State.NOT_MEASURED, "credentials_refused")
    answered = make.evidence([make.seen("D", Aspect.ANSWERED)], D="credentials_refused")
    assert make.cell(make.audit(inventory, answered), "A").state is State.PROVED


@pytest.mark.parametrize(
    ("declared", "norm", "state", "reason"),
    [
        ({"acquired_on": date(2022, 1, 1)}, {"max_age": 5}, State.PROVED, ""),
        ({"acquired_on": date(2021, 11, 23)}, {"max_age": 5}, State.MISSING, "too_old"),
        ({}, {"max_age": 5}, State.SEEN, "age_unknown"),
        ({"warranty_until": date(2026, 11, 23)}, {"in_warranty": True}, State.PROVED, ""),
        ({"warranty_until": date(2026, 11, 22)}, {"in_warranty": True}, State.MISSING, "out_of_warranty"),
        ({}, {"in_warranty": True}, State.SEEN, "warranty_unknown"),
    ],
)
def test_age_and_warranty(
    make: Make, declared: dict[str, Any], norm: dict[str, Any], state: State, reason: str
) -> None:
    """Too old or out of warranty is not what the norm asks; unknown cannot be proved."""
    found = weighed(
        make,
        "server",
        [make.device("D", "S", "server", **declared)],
        [make.seen("D", Aspect.ANSWERED)],
        **norm,
    )
    assert (found.state, found.reason) == (state, reason)


def test_nothing_is_proved_later_than_it_was_asked(make: Make) -> None:
    """A sighting that went on after the moment asked of is cut there."""
    later = make.seen("D", Aspect.ANSWERED, days_ago=-0.5)
    assert weighed(make, "lan", [make.device("D", "S")], [later]).proved_at == make.now


def test_plain_assets_are_known_by_their_kinds_words() -> None:
    """As a whole or as the first words, in either language."""
    assert same_asset("MÁY TÍNH để bàn", PROOFS["computer"].assets)
    assert same_asset("camera", PROOFS["camera"].assets)
    assert not same_asset("pcb", PROOFS["computer"].assets)

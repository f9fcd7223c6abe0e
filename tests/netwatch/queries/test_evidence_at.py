"""What is known beside the inventory on a date."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inventory.coverage.contract import Aspect, Sighting
from inventory.coverage.renewal import Redeclared
from inventory.inspections import Trigger
from inventory.local_days import end_of
from inventory.snapshot import ConferencingEndpoint, Device, FieldRecord, Inventory, Norm, SurgeProtector
from netwatch.check import FactKey, check_id
from netwatch.clock import DAY, HOUR
from netwatch.queries.evidence import evidence_at
from netwatch.state import Transition
from netwatch.store.contract import FactRow

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 23)
NOW = end_of(TODAY, ZONE) - 9 * HOUR
ECHO = FactKey(check_id("refused", "icmp_echo"), "", "reachable")
SYSTEM = FactKey(check_id("refused", "snmp_system"), "", "reachable")


class Kept:
    """A store that holds so much."""

    def __init__(self, *sightings: Sighting) -> None:
        self._sightings = sightings
        self.asked: set[FactKey] = set()
        self.changed: list[Redeclared] = []
        self.notes: dict[str, list[Mapping[str, Any]]] = {}
        self.noticed: set[tuple[int, int]] = set()
        self.contact: Transition | None = None

    def redeclared(self, since: int, until: int) -> Iterable[Redeclared]:
        return [one for one in self.changed if since <= one.at <= until]

    def sightings(self, until: int | None, since: int | None = None) -> Iterable[Sighting]:
        return [one for one in self._sightings if until is None or (one.first <= until and since is None)]

    def fact_histories(
        self, keys: Iterable[FactKey], start: int, end: int
    ) -> Mapping[FactKey, tuple[FactRow, ...]]:
        self.asked = set(keys)
        assert end == start + 1
        self.at = start
        if self.contact is not None and self.contact.key in self.asked:
            return {self.contact.key: (FactRow(1, self.contact, 1, None),)}
        told = Transition(SYSTEM, None, None, 1, 1, 1, "credentials", "", ever=False)
        return {SYSTEM: (FactRow(1, told, 1, None),)} if SYSTEM in self.asked else {}

    def notices(self, kind: str, until: int, known_at: int) -> Iterable[Mapping[str, Any]]:
        self.noticed.add((until, known_at))
        return self.notes.get(kind, [])


def device(id_: str, address: str | None = "10.0.0.1") -> Device:
    return Device(id=id_, name=id_, site="S", kind="switch", address=address)


INVENTORY = Inventory(
    {
        "device": {one.id: one for one in (device("sw"), device("refused"), device("mute", None))},
        "surge_protector": {"spd": SurgeProtector(id="spd", name="spd", site="S")},
    }
)


NORM = Norm(id="N", name="N", item="lan", valid_from=date(2020, 1, 1))


def seen(item: str, first: int, last: int) -> Sighting:
    return Sighting(item, Aspect.ANSWERED, "", first, last)


def test_today_everything_is_known_that_is_known() -> None:
    """Sightings as they are, and why there are none of the others."""
    store = Kept(seen("sw", NOW - 2 * DAY, NOW - HOUR))
    told = evidence_at(store, INVENTORY, TODAY, ZONE, NOW)
    assert (told.at, told.on) == (NOW, TODAY)
    assert told.sightings == {"sw": (seen("sw", NOW - 2 * DAY, NOW - HOUR),)}
    assert told.unmeasured == {"refused": "credentials_refused", "mute": "no_address", "spd": "no_input"}
    # Of what was seen nobody asks why it was not.
    assert check_id("sw", "icmp_echo") not in {key.check for key in store.asked}
    assert ECHO in store.asked


def test_of_the_past_it_is_known_what_had_been_seen_by_then() -> None:
    """Cut off at the end of that day; what looks met with is what was believed then."""
    yesterday = date(2026, 11, 22)
    end = end_of(yesterday, ZONE)
    store = Kept(seen("sw", end - 2 * DAY, NOW), seen("refused", end + 1, NOW))
    told = evidence_at(store, INVENTORY, yesterday, ZONE, NOW)
    assert told.at == end
    assert told.sightings == {"sw": (seen("sw", end - 2 * DAY, end),)}
    assert told.unmeasured == {"refused": "credentials_refused", "mute": "no_address", "spd": "no_input"}
    assert store.at == end


@pytest.mark.parametrize("known_at", [NOW - 3 * HOUR, NOW - 2 * DAY])
def test_what_was_known_at_a_moment_is_cut_off_there(known_at: int) -> None:
    """Whatever date is asked for, and however much is known since."""
    store = Kept(seen("sw", NOW - 10 * DAY, NOW))
    told = evidence_at(store, INVENTORY, TODAY, ZONE, NOW, known_at)
    assert told.at == known_at
    assert told.sightings["sw"][0].last == known_at


@pytest.mark.parametrize(
    ("before", "after", "told", "kept"),
    [
        ({"serial": "AB-1"}, {"serial": "CD-2"}, "AB1", False),
        ({"serial": "AB-1"}, {"serial": "CD-2"}, "CD2", True),
        ({"serial": "AB-1"}, {"serial": "ab 1"}, "AB1", True),
        ({"serial": None}, {"serial": "AB-1"}, "", True),
        ({"address": "10.0.0.1"}, {"address": "10.0.0.9"}, "", False),
        ({"site": "S"}, {"site": "T"}, "", False),
        ({"model": "S5720"}, {"model": "S5735"}, "", False),
        ({"model": "S5720"}, {"model": "S5720-28P"}, "", True),
        ({"note": "a"}, {"note": "b"}, "", True),
    ],
)
def test_what_was_seen_of_a_predecessor_is_not_about_the_device_in_its_place(
    before: dict[str, str | None], after: dict[str, str | None], told: str, *, kept: bool
) -> None:
    """A replaced switch keeps its id; what was filled in, written otherwise or corrected is the same one."""
    inventory = Inventory({**INVENTORY.records, "norm": {"N": NORM}})
    rows = [seen("sw", NOW - 9 * DAY, NOW - 2 * DAY)]
    rows += [Sighting("sw", Aspect.SERIAL, told, NOW - 9 * DAY, NOW - 2 * DAY)] if told else []
    store = Kept(*rows)
    store.changed = [Redeclared("device", "sw", NOW - DAY, before, after)]
    assert ("sw" in evidence_at(store, inventory, TODAY, ZONE, NOW).sightings) is kept
    later = Kept(*rows, seen("sw", NOW - 9 * DAY, NOW - HOUR))
    later.changed = store.changed
    assert evidence_at(later, inventory, TODAY, ZONE, NOW).sightings["sw"]


def test_an_endpoint_is_another_with_its_device() -> None:
    """What answered its protocol answered at the address before."""
    endpoint = ConferencingEndpoint(id="E", name="E", device="sw")
    records = {**INVENTORY.records, "norm": {"N": NORM}, "conferencing_endpoint": {"E": endpoint}}
    store = Kept(Sighting("E", Aspect.SPEAKING, "sip", NOW - 9 * DAY, NOW - 2 * DAY))
    store.changed = [Redeclared("device", "sw", NOW - DAY, {"address": "10.0.0.1"}, {"address": "10.0.0.9"})]
    assert evidence_at(store, Inventory(records), TODAY, ZONE, NOW).sightings == {}


def test_the_last_of_all_days_has_an_end() -> None:
    """Dates reach that far."""
    assert end_of(date.max, ZONE) > NOW


@pytest.mark.parametrize("known_at", [None, NOW - HOUR])
def test_strikes_and_losses_are_told_as_the_event_log_knew_them(known_at: int | None) -> None:
    """As of the end of the day, known at the moment asked for; in local time."""
    store, yesterday = Kept(), TODAY - timedelta(days=1)
    end = end_of(yesterday, ZONE)
    at = end - 9 * HOUR
    store.notes = {
        "strike": [{"item": "spd", "count": 7, "read": at, "rise": 2, "since": at - HOUR, "until": at}],
        "lost_in_storm": [
            {"item": "spd", "subject": "sw", "incident": 1, "onset": at, "near": "spd", "struck": at}
        ],
    }
    told = evidence_at(store, INVENTORY, yesterday, ZONE, NOW, known_at)
    assert [(one.trigger, one.on, one.at) for one in told.happened["spd"]] == [
        (Trigger.STRIKE, yesterday, "15:00"),
        (Trigger.DEVICE_LOST, yesterday, "15:00"),
    ]
    assert store.noticed == {(end, known_at or NOW)}


def test_who_knows_already_what_happened_asks_no_event_log() -> None:
    """What is noticed is written down later."""
    store = Kept()
    store.notes = {"strike": [{"item": "spd", "count": 7, "read": 1, "rise": 2, "since": 0, "until": 1}]}
    assert evidence_at(store, INVENTORY, TODAY, ZONE, NOW, happened={}).happened == {}
    assert store.noticed == set()


@pytest.mark.parametrize(
    ("holds", "tried", "told"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_contacts_believed_to_be_at_fault_are_told(*, holds: bool, tried: bool, told: bool) -> None:
    """Of those whose trip test has shown both positions."""
    protector = SurgeProtector(id="spd", name="spd", site="S", input_device="sw", input_oid="1.3.6.1")
    trip = FieldRecord(
        id="T",
        item="spd",
        kind="trip_test",
        on=date(2026, 1, 1),
        positions=("closed", "open"),
        input="sw snmp:1.3.6.1",
    )
    records = {**INVENTORY.records, "surge_protector": {"spd": protector}}
    store = Kept(seen("spd", NOW - HOUR, NOW))
    key = FactKey(check_id("spd", "snmp_scalar"), "", "expected")
    began = NOW - 2 * HOUR
    store.contact = Transition(key, True, holds, began, began, began, "latched")
    inventory = Inventory({**records, "field_record": {"T": trip} if tried else {}})
    found = evidence_at(store, inventory, TODAY, ZONE, NOW).happened
    assert [one.trigger for one in found.get("spd", ())] == [Trigger.CONTACT_FAULT] * told
    assert [(one.on, one.at) for one in found.get("spd", ())] == [(TODAY, "13:00")] * told

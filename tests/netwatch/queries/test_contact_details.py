"""What is shown of contacts, sensors, strikes and of what people did there."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from inventory.snapshot import FieldRecord, Sensor, SurgeProtector
from netwatch.check import Check, FactKey, FactSeen, Observation
from netwatch.clock import SECOND
from netwatch.queries.contact_details import contact_details, record_details, strike_details
from netwatch.queries.looks import Latest
from netwatch.state import FactState
from netwatch.strikes import Counted

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CHECK = Check("aa", "spd", "snmp_point", "", "io", "", 60 * SECOND, 5 * SECOND, SECOND)
SPD = SurgeProtector(id="spd", name="SPD", site="s", normal_position="open")
WARMTH = Sensor(id="t", name="°C", site="s", kind="temperature", unit="°C")
NOON = 1777784400 * SECOND  # 2026-05-03 12:00 in Viet Nam


def look(holds: bool, value: str, at: int = NOON) -> Latest:
    fact = FactSeen("", "expected", holds, "as_expected")
    return Latest(CHECK, Observation("local", 1, 1, "aa", at, 0, (fact,), notes=(("", "value", value),)))


def written(kind: str, day: int, **values: Any) -> FieldRecord:  # noqa: ANN401
    return FieldRecord(id=f"{kind}{day}", item="spd", kind=kind, on=date(2026, 5, day), **values)


def test_the_contact_is_shown_as_it_is_seen_and_when_it_last_failed() -> None:
    """Open is its normal position here; what is no longer fresh is not shown."""
    state = FactState(FactKey("aa", "", "expected"), failed=NOON)
    told = dict(contact_details(SPD, [look(True, "0")], [state], NOON, ZONE))
    assert told == {"contact_position": "open", "contact_failed": "2026-05-03 12:00", "latched_since": None}
    old = dict(contact_details(SPD, [look(False, "1")], [], NOON + 600 * SECOND, ZONE))
    assert old == {"contact_position": None, "contact_failed": None, "latched_since": None}
    latched = FactState(FactKey("aa", "", "expected"), holds=False, reason="latched", failed=NOON)
    told = dict(contact_details(SPD, [look(True, "0")], [latched], NOON, ZONE))
    assert told["latched_since"] == "2026-05-03 12:00"


def test_a_number_is_shown_with_its_unit() -> None:
    """As the look shows it."""
    assert dict(contact_details(WARMTH, [look(True, "23.5")], [], NOON, ZONE)) == {"value": "23.5 °C"}


def test_the_newest_records_are_shown_with_who_made_them() -> None:
    """One of each kind, the earth resistance with its unit."""
    records = [written("inspection", 1, person="An"), written("inspection", 2, at="08:05", person="Bình"),
               written("earth", 2, reading=3.2)]  # fmt: skip
    told = {name: value for name, value in record_details(records) if value}
    assert told == {"last_inspection": "2026-05-02 08:05, Bình", "earth_resistance": "3.2 Ω (2026-05-02)"}


def test_strikes_are_shown_as_counted_else_as_written_down() -> None:
    """With the moments between which the last one fell."""
    counted = Counted(7, NOON, 2, NOON - 60 * SECOND, NOON, 3)
    assert dict(strike_details(counted, [], ZONE)) == {
        "strike_count": "7",
        "last_strike": "2026-05-03 11:59 – 2026-05-03 12:00 (+2)",
    }
    read = [written("strike", 4, reading=9, person="An")]
    assert dict(strike_details(None, read, ZONE)) == {"strike_count": "9", "last_strike": "2026-05-04, An"}
    assert set(dict(strike_details(None, [], ZONE)).values()) == {None}

"""What single looks tell of power, restarts and who answered."""

import pytest

from inventory.snapshot import Device, Inventory
from netwatch.check import LOCAL, Check, FactKey, FactSeen, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.circumstances import WRAP, Circumstances
from netwatch.plan import Plan, plan
from netwatch.planning.devices import POWER
from netwatch.planning.maker import PlanSettings, Timing
from netwatch.state import Transition
from netwatch.store.contract import FactRow

AT = 2_000_000_000 * SECOND
DAY = 24 * 60 * MINUTE


def planned(device: int = 5 * MINUTE, **probes: Timing) -> Plan:
    """A UPS, a UPS without credentials, and a switch."""
    devices = {
        id_: Device(id=id_, name=id_, site="S", kind=kind, address="192.0.2.1", credentials=credentials)
        for id_, kind, credentials in (("U", "ups", ("c",)), ("U2", "ups", ()), ("SW", "switch", ("c",)))
    }
    minute = MINUTE
    settings = PlanSettings(
        minute,
        minute,
        device,
        minute,
        minute,
        recheck=SECOND,
        anchor_interval=minute,
        credentials=frozenset({"c"}),
        probes=probes,
    )
    return plan(Inventory({"device": devices}), settings, 1)


CHECKS = planned().checks


def check(target: str, kind: str) -> Check:
    return next(c for c in CHECKS.values() if (c.target, c.kind) == (target, kind))


def look(asked: Check, at: int, holds: bool | None = True, **samples: float) -> Observation:
    facts = (FactSeen("", "reachable", holds, "answered"),)
    told = tuple(("", name, value) for name, value in samples.items())
    return Observation(LOCAL, 1, 1, asked.id, at, 1000, facts, samples=told)


def source(value: float, at: int) -> Observation:
    return look(check("U", "snmp_scalar"), at, snmp_scalar_value=value)


def test_a_ups_with_credentials_is_asked_what_it_draws_on_every_minute() -> None:
    """One check, named `power`, beside the others, whose fact the UPS is judged by; none without credentials."""
    power = [c for c in CHECKS.values() if c.instance == POWER]
    assert [(c.target, c.kind, c.interval) for c in power] == [("U", "snmp_scalar", MINUTE)]
    subjects = planned().topology.subjects
    assert FactKey(power[0].id, "", "expected") in subjects["U"].facts
    assert (subjects["U"].type, subjects["SW"].type) == ("ups", "switch")
    assert not any(key.fact == "expected" for id_ in ("U2", "SW") for key in subjects[id_].facts)


def test_the_settings_of_contact_inputs_do_not_change_what_a_ups_is_asked() -> None:
    """Values that the settings name as faulty are meant for inputs, an interval for every such check."""
    own = Timing(interval=2 * MINUTE, params={"unexpected": ("1",), "no_value": ("9",)})
    power = next(c for c in planned(snmp_scalar=own).checks.values() if c.instance == POWER)
    assert power.params["unexpected"] == ("2", "5")
    assert (power.params["no_value"], power.interval) == (("9",), 2 * MINUTE)


def test_battery_and_mains_are_remembered_each_with_its_newest_look() -> None:
    """Normal, bypass, booster and reducer are mains; other and none tell nothing; older looks change nothing."""
    found = Circumstances()
    asked = check("U", "snmp_scalar")
    for at, value in enumerate([3, 5, 5, 1, 2, 6], start=1):
        found.note(asked, source(value, AT + at))
    assert found.on_battery == {"U": (AT + 3, AT + 6)}
    found.note(asked, source(5, AT + 2))
    assert found.on_battery == {"U": (AT + 3, AT + 6)}


def test_a_contact_input_is_no_ups() -> None:
    """Another check of the same kind tells nothing of power."""
    found = Circumstances()
    asked = check("SW", "snmp_system")
    found.note(asked, look(asked, AT, snmp_scalar_value=5.0))
    assert found.on_battery == {}


def test_an_uptime_tells_when_the_agent_began() -> None:
    """The newest reading counts; a look without one leaves it."""
    found = Circumstances()
    asked = check("SW", "snmp_system")
    found.note(asked, look(asked, AT, snmp_uptime_seconds=3600.0))
    assert found.started == {"SW": (AT - 3600 * SECOND, AT)}
    found.note(asked, look(asked, AT + MINUTE, holds=False))
    assert found.started["SW"][1] == AT
    found.note(asked, look(asked, AT + 2 * MINUTE, snmp_uptime_seconds=30.5))
    assert found.started["SW"] == (AT + 2 * MINUTE - 30_500_000, AT + 2 * MINUTE)
    found.note(asked, look(asked, AT, snmp_uptime_seconds=1.0))
    assert found.started["SW"][1] == AT + 2 * MINUTE


@pytest.mark.parametrize("wraps", [1, 2])
def test_a_counter_that_wraps_is_no_restart(wraps: int) -> None:
    """sysUpTime begins anew after 497 days, told again a minute after: the agent has run on."""
    found = Circumstances()
    asked = check("SW", "snmp_system")
    began = AT - 496 * DAY
    found.note(asked, look(asked, AT, snmp_uptime_seconds=496 * 86400.0))
    later = began + wraps * WRAP + MINUTE
    found.note(asked, look(asked, later, snmp_uptime_seconds=62.0))
    assert found.started["SW"] == (began, later)


def test_a_restart_after_a_long_uptime_is_a_restart() -> None:
    """A device that ran for 400 days and says a minute has restarted."""
    found = Circumstances()
    asked = check("SW", "snmp_system")
    found.note(asked, look(asked, AT, snmp_uptime_seconds=400 * 86400.0))
    found.note(asked, look(asked, AT + MINUTE, snmp_uptime_seconds=20.0))
    assert found.started["SW"] == (AT + 40 * SECOND, AT + MINUTE)


def test_who_answered_last_is_known() -> None:
    """Only looks that found it well count, and of those the newest."""
    found = Circumstances()
    echo = check("SW", "icmp_echo")
    found.note(echo, look(echo, AT))
    found.note(echo, look(echo, AT + 1, holds=False))
    found.note(echo, look(echo, AT - 1))
    found.note(None, look(echo, AT + 2))
    assert found.answered == {"SW": AT}


def test_after_a_restart_the_stored_facts_tell_when_a_ups_was_on_battery() -> None:
    """A UPS that went to battery and then dark while nobody watched us: the last look that saw it counts."""
    asked = check("U", "snmp_scalar")
    key = FactKey(asked.id, "", "expected")

    def row(holds: bool | None, start: int, contrary: int, evidence: str, end: int | None) -> FactRow:
        told = Transition(key, None, holds, start, contrary, start + 20, "why", evidence, ever=True)
        return FactRow(0, told, start, end)

    rows = [
        row(True, AT, AT - 1, "3", AT + 100),
        row(False, AT + 100, AT + 60, "5", AT + 400),
        row(None, AT + 400, AT + 340, "", None),
    ]
    found = Circumstances()
    found.restore(CHECKS, {key: rows})
    assert found.on_battery == {"U": (AT + 340, AT + 60)}

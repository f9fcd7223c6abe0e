"""What a look says again is handed on as the same objects, and everything arrives as it was said."""

from dataclasses import replace

from netwatch.check import Check, FactSeen
from netwatch.translate.from_probes import Carrier
from probes.contract import Columns, Fact, Look, Note, Reason, Sample
from probes.registry import probes

CHECK = Check("0" * 16, "sw", "snmp_system", "", "sw", "127.0.0.1", 60, 5, 10)
PROBE = probes()["snmp_system"]
READINGS = (
    Fact("", "reachable", True, Reason.ANSWERED, "ok"),
    Sample("", "snmp_uptime_seconds", 5.0),
    Note("", "sysName", "sw"),
)
LOOK = Look(READINGS, True, 0.25, columns=(Columns(("a",), {"x": (1,)}),))


def test_readings_are_sorted_into_facts_samples_and_notes() -> None:
    """Times become microseconds, reasons texts, columns stay as they are."""
    seen = Carrier().observation(CHECK, PROBE, LOOK, 7, 1, 3)
    assert seen.facts == (FactSeen("", "reachable", True, "answered", "ok"),)
    assert (seen.samples, seen.notes) == ((("", "snmp_uptime_seconds", 5.0),), (("", "sysName", "sw"),))
    assert (seen.at, seen.took, seen.plan, seen.reason, seen.complete) == (7, 250_000, 3, None, True)
    assert type(seen.facts[0].reason) is str
    assert seen.columns is LOOK.columns


def test_what_is_said_again_is_the_same_object() -> None:
    """By the same readings, and by equal ones whose numbers have changed."""
    carrier = Carrier()
    first = carrier.observation(CHECK, PROBE, LOOK, 7, 1, 3)
    again = carrier.observation(CHECK, PROBE, replace(LOOK, took=0.5), 8, 2, 3)
    assert (again.facts is first.facts, again.samples is first.samples) == (True, True)
    moved = (READINGS[0], Sample("", "snmp_uptime_seconds", 6.0), *READINGS[2:])
    third = carrier.observation(CHECK, PROBE, replace(LOOK, readings=moved), 9, 3, 3)
    assert third.facts is first.facts
    assert third.notes is first.notes
    assert third.samples == (("", "snmp_uptime_seconds", 6.0),)


def test_a_look_that_could_not_tell_says_so_of_the_whole_target_and_is_forgotten_by_the_next() -> None:
    """Its reason stands for every fact the probe declares."""
    carrier = Carrier()
    carrier.observation(CHECK, PROBE, LOOK, 7, 1, 3)
    mute = Look((), False, 1.0, Reason.DEADLINE, "10 s")
    seen = carrier.observation(CHECK, PROBE, mute, 8, 2, 3)
    assert [(f.fact, f.holds, f.reason, f.evidence) for f in seen.facts] == [
        (name, None, "deadline", "10 s") for name in PROBE.facts
    ]
    assert (seen.reason, seen.samples, seen.complete) == ("deadline", (), False)
    carrier.keep(())
    assert carrier.observation(CHECK, PROBE, LOOK, 9, 3, 3).facts[0].holds is True


def test_a_look_that_finds_nothing_after_one_that_could_not_tell_says_nothing() -> None:
    """It is not taken for the one before, though both brought no readings."""
    carrier = Carrier()
    carrier.observation(CHECK, PROBE, Look((), False, 1.0, Reason.DEADLINE, "10 s"), 7, 1, 3)
    seen = carrier.observation(CHECK, PROBE, Look((), True, 0.25), 8, 2, 3)
    assert (seen.reason, seen.facts) == (None, ())

"""A silent unknown is not silence: one incident per cause of not knowing, after an hour, and nobody down."""

from typing import Any, TypeAlias

import pytest

from alerts.contract import Severity
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import Nature, Unmanaged
from netwatch.incidents.ignorance import ignorances
from netwatch.verdict import Kind, Verdict, Why

# The class in conftest.py, which cannot be imported.
World: TypeAlias = Any


def unknown(reason: str, cause: str = "") -> Verdict:
    return Verdict(Kind.UNKNOWN, reason, cause)


def hour(world: World) -> World:
    return world.wait(3600, every=300)


def test_a_password_change_is_one_incident_and_nobody_down(world: World) -> None:
    """All devices answer and refuse the credentials; they became so within minutes, the incident names all."""
    devices = [id_ for id_ in world.topology.subjects if world.places.kind(id_) == "device"]
    world.more["unmanaged"] = {
        id_: Unmanaged("credentials", world.now + place * 10 * SECOND) for place, id_ in enumerate(devices)
    }
    world.wait(3595, every=300)
    assert world.incidents == {}
    world.wait(60)
    assert (world.only.nature, world.only.scope) == (Nature.IGNORANCE, "credentials:noc+old")
    assert world.only.severity is Severity.NOTICE
    assert set(world.only.roots) == set(devices)
    assert world.only.announced == world.only.opened + 15 * SECOND
    world.more["unmanaged"] = {}
    world.wait(70)
    assert world.open == []
    assert world.deeds(1) == ["opened", "announced", "ended", "closed"]


def test_agents_that_fall_silent_together_share_a_cause(world: World) -> None:
    """A wrong community is not answered at all; three with the same credentials within minutes are one cause."""
    since = world.now
    world.more["unmanaged"] = {
        id_: Unmanaged("no_answer", since + place * MINUTE) for place, id_ in enumerate(("rA", "rB", "rC"))
    }
    hour(world).wait(10)
    assert world.only.scope == "credentials:noc+old"
    assert set(world.only.roots) == {"rA", "rB", "rC"}


def test_one_silent_agent_is_its_own_cause(world: World) -> None:
    """Per device."""
    world.more["unmanaged"] = {id_: Unmanaged("no_answer", world.now) for id_ in ("rA", "rB")}
    hour(world)
    assert [each.scope for each in world.open] == ["agent:rA", "agent:rB"]


def test_a_device_that_fails_is_not_known_again(world: World) -> None:
    """Its agent may be as silent as before; the incident waits for it."""
    world.more["unmanaged"] = {"rA": Unmanaged("no_answer", world.now)}
    hour(world)
    world.more["unmanaged"] = {}
    world.cut("rA").wait(120)
    assert [each.nature for each in world.open] == [Nature.IGNORANCE, Nature.FAULT]
    world.mend("rA").wait(70)
    assert world.open == []


@pytest.mark.parametrize(
    ("reason", "scope"),
    [
        ("silence", "collector:local"),
        ("stopped", "collector:local"),
        ("bug", "collector:local"),
        ("permission", "collector:local"),
        ("local_fault", "collector:local"),
        ("no_route", "collector:local"),
        ("deadline", "collector:local"),
        ("clock_stepped", "clock"),
        ("suspended", "clock"),
        ("credentials", "credentials:noc+old"),
        ("bad_answer", "reason:bad_answer"),
    ],
)
def test_every_reason_has_its_cause(world: World, reason: str, scope: str) -> None:
    """Whatever the subject, here a line read on a router."""
    world.lose("mA", reason=reason)
    hour(world)
    assert (world.only.scope, world.only.roots, world.only.reason) == (scope, ("mA",), reason)


def test_what_was_not_known_while_nobody_ran_counts_from_the_start(world: World) -> None:
    """A daemon that stood still for hours does not tell so at once, but when it does not get to look for an hour."""
    world.lose("mA", reason="stopped")
    world.more["begun"] = world.now + 7200 * SECOND
    world.wait(7200 + 3590, every=600)
    assert world.incidents == {}
    world.wait(60)
    assert world.only.scope == "collector:local"


@pytest.mark.parametrize("reason", [Why.VANTAGE, Why.PARENT_UNDECIDED, Why.NEVER_SEEN])
def test_these_are_never_an_incident(world: World, reason: str) -> None:
    """They have their own, pass, or stand on the to-do list."""
    world.stick("mA", unknown(reason))
    hour(world).wait(3600, every=600)
    assert world.incidents == {}


def test_a_device_that_is_down_has_no_agent_to_speak_of(world: World) -> None:
    """Nor has it when it is just back: the hour begins then."""
    world.cut("rA", "swE").wait(10)
    world.more["unmanaged"] = {id_: Unmanaged("no_answer", world.now) for id_ in ("rA", "swE")}
    hour(world).wait(600, every=300)
    assert [each.nature for each in world.open] == [Nature.FAULT, Nature.FAULT]
    world.mend("rA", "swE").wait(600, every=60)
    assert world.open == []
    hour(world)
    assert [each.scope for each in world.open] == ["agent:rA", "agent:swE"]


def test_an_input_that_cannot_be_read_names_its_device(world: World) -> None:
    """Device and contact are not known by one cause."""
    world.lose("ioD", reason="bad_answer")
    hour(world)
    assert (world.only.scope, world.only.roots) == ("io:ioD", ("ioD", "spdD"))


def test_an_input_is_not_known_by_what_keeps_its_device_from_being_known(world: World) -> None:
    """Nobody looked: the collector is to blame for both. Never seen: only on the to-do list."""
    world.lose("ioD", "mA")
    hour(world)
    assert (world.only.scope, set(world.only.roots)) == ("collector:local", {"ioD", "spdD", "mA"})


def test_an_input_of_a_device_never_seen_is_no_incident(world: World) -> None:
    """The device stands on the to-do list."""
    world.stick("ioD", unknown(Why.NEVER_SEEN))
    hour(world)
    assert world.incidents == {}


def test_a_contact_behind_a_silent_agent_shares_its_cause(world: World) -> None:
    """The device answers echoes; neither its agent nor the contact can be read."""
    world.more["unmanaged"] = {"ioD": Unmanaged("no_answer", world.now)}
    world.lose("spdD", reason="no_answer")
    hour(world)
    assert (world.only.scope, set(world.only.roots)) == ("io:ioD", {"ioD", "spdD"})


def test_an_input_behind_a_failure_is_its_effect(world: World) -> None:
    """The line's incident has it as a member."""
    world.cut("mD")
    hour(world)
    assert "spdD" in world.members(world.only)


def test_an_input_that_answers_nonsense_names_its_device_too(world: World) -> None:
    """Its device is well."""
    world.lose("spdD", reason="bad_answer")
    hour(world)
    assert world.only.scope == "io:ioD"


def test_what_is_read_through_an_agent_that_refuses_us_is_not_counted_beside_it(world: World) -> None:
    """The device stands for its contact and its line."""
    world.more["unmanaged"] = {id_: Unmanaged("credentials", world.now) for id_ in ("ioD", "rA")}
    world.lose("spdD", "mA", reason="credentials")
    hour(world)
    assert world.only.roots == ("ioD", "rA")


def test_an_hour_of_another_reason_begins_anew(world: World) -> None:
    """Each cause has its hour."""
    world.lose("mA", reason="bug").wait(3000, every=300)
    world.lose("mA", reason="bad_answer").wait(3000, every=300)
    assert world.incidents == {}


def test_once_open_it_takes_in_only_what_was_unknown_for_as_long(world: World) -> None:
    """So that a short silence of others is not told."""
    world.lose("mA")
    hour(world).wait(60)
    world.lose("mB").wait(600, every=60)
    assert world.only.roots == ("mA",)
    hour(world)
    assert world.only.roots == ("mA", "mB")


def test_it_goes_on_while_the_reason_changes(world: World) -> None:
    """Unknown by another reason is still not known."""
    world.lose("mA")
    hour(world)
    world.lose("mA", reason="bug").wait(600, every=60)
    assert world.only.ended is None
    world.cut("mA").wait(120)
    assert [each.nature for each in world.open] == [Nature.FAULT]


def test_longest_first(world: World) -> None:
    """The first of a cause names its incident."""
    world.more["unmanaged"] = {
        "rA": Unmanaged("credentials", world.now + MINUTE),
        "rB": Unmanaged("credentials", world.now),
    }
    found = ignorances(world.scene(), ())
    assert [each.subject for each in found["credentials:noc+old"]] == ["rB", "rA"]

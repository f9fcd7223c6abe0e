"""One cause, one incident: from what is cut and mended to what is opened, announced, ended and closed."""

from dataclasses import replace
from typing import Any, TypeAlias

from alerts.contract import Severity
from netwatch.clock import MINUTE, SECOND
from netwatch.incidents.contract import (
    HOST_KEY_CHANGED,
    Blame,
    Cause,
    Condition,
    Confidence,
    Deed,
    Mark,
    Nature,
)
from netwatch.verdict import Kind, Verdict, Why

# The class in conftest.py, which cannot be imported.
World: TypeAlias = Any


def test_a_calm_province_has_no_incident(world: World) -> None:
    """Nothing follows from nothing."""
    assert world.step() == []
    assert world.incidents == {}


def test_a_cut_main_line_with_a_backup_is_major_and_hits_its_site(world: World) -> None:
    """The site goes on by its backup: degraded, a member, not cut off."""
    world.cut("mA").step()
    incident = world.only
    assert (incident.nature, incident.roots, incident.scope) == (Nature.FAULT, ("mA",), "subject:mA")
    assert (incident.reason, incident.onset, incident.contrary) == (
        Why.WITNESS_FAILS,
        world.now,
        world.now - 20 * SECOND,
    )
    assert [(it.subject, it.kind, it.verdict) for it in incident.members] == [("A", "site", "degraded")]
    assert incident.severity is Severity.MAJOR


def test_it_is_announced_when_it_has_gathered_and_only_once(world: World) -> None:
    """Fifteen seconds after it was noticed."""
    world.cut("mA").wait(14, every=1)
    assert world.only.announced is None
    world.wait(20, every=1)
    assert world.only.announced == world.only.opened + 15 * SECOND
    assert world.deeds(1) == ["opened", "announced"]


def test_the_only_line_of_a_site_takes_everything_with_it(world: World) -> None:
    """The site is cut off; all that stands behind it belongs to the same incident."""
    world.cut("mD").step()
    assert world.members(world.only) == {"D", "rD", "swD", "camD", "codecD", "ioD", "vcD", "spdD"}
    assert world.only.severity is Severity.CRITICAL
    assert world.facts(1, Deed.OPENED)["severity"] == "critical"


def test_the_core_router_explains_every_line_behind_it(world: World) -> None:
    """One incident with all sites, lines and devices."""
    world.cut("core", "mA", "mB", "mC", "mD", "mE", "bA", "bB").step()
    assert world.only.roots == ("core",)
    assert {"A", "B", "C", "D", "E", "HUB", "mA", "bB", "swE"} <= world.members(world.only)


def test_both_lines_of_a_site_within_a_minute_are_one_cause_named_by_the_main_line(world: World) -> None:
    """Their spans touch, so one thing may have cut both."""
    world.cut("bA").wait(30)
    world.cut("mA").wait(5)
    assert world.only.scope == "site:A"
    assert world.only.severity is Severity.CRITICAL
    assert set(world.only.roots) == {"mA", "bA"}
    assert world.only.onset == world.only.opened


def test_noticed_in_one_step_the_main_line_gives_the_name(world: World) -> None:
    """Ties go to lines before devices and main before backup."""
    world.cut("bA", "mA").step()
    assert world.only.roots == ("mA", "bA")


def test_two_lines_that_failed_minutes_apart_are_two_causes(world: World) -> None:
    """Until the second is cut the site goes on; both then are critical."""
    world.cut("bA").wait(120)
    world.cut("mA").step()
    assert [each.scope for each in world.open] == ["subject:bA", "subject:mA"]
    assert [each.severity for each in world.open] == [Severity.CRITICAL] * 2
    assert world.facts(1, Deed.SEVERITY) == {"before": "major", "after": "critical"}


def test_sites_of_one_feeder_that_are_wholly_dark_are_one_cause(world: World) -> None:
    """All four lines of A and B, half a minute apart."""
    world.cut("mA", "bA").wait(25)
    world.cut("mB", "bB").wait(5)
    assert (world.only.scope, set(world.only.roots)) == ("feeder:471", {"mA", "bA", "mB", "bB"})


def test_a_site_with_a_living_backup_has_power(world: World) -> None:
    """So the feeder binds nothing."""
    world.cut("mA", "bA", "mB").step()
    assert [each.scope for each in world.open] == ["site:A", "subject:mB"]


def test_lines_of_one_route_are_one_cause(world: World) -> None:
    """Whatever site they serve."""
    world.cut("mA", "mE").step()
    assert world.only.scope == "route_group:cáp 12"


def test_three_lines_of_one_provider_at_different_sites_are_one_cause(world: World) -> None:
    """A is bound to E by their route, B by the provider alone."""
    world.cut("mA", "mB", "mE").step()
    assert world.only.scope == "provider:VNPT"


def test_two_lines_of_one_provider_prove_nothing(world: World) -> None:
    """They stay apart."""
    world.cut("mA", "mB").step()
    assert len(world.open) == 2


def test_a_third_line_joins_what_was_told_and_draws_in_what_was_not(world: World) -> None:
    """The first was announced and stays; the second becomes part of it with a line in its log."""
    world.cut("mA").wait(16, every=1)
    world.cut("mB").wait(5)
    assert len(world.open) == 2
    world.cut("mE").wait(60)
    assert world.only.id == 1
    assert (world.only.scope, set(world.only.roots)) == ("provider:VNPT", {"mA", "mB", "mE"})
    assert world.facts(2, Deed.CLOSED) == {"merged_into": 1, "root": "mA"}
    assert (world.incidents[2].announced, world.incidents[2].ended) == (None, None)


def test_what_was_told_already_is_never_drawn_in(world: World) -> None:
    """Whoever got its opening gets its end."""
    world.cut("mA").wait(20)
    world.cut("mB").wait(20)
    world.cut("mE").wait(5)
    assert [set(each.roots) for each in world.open] == [{"mA", "mE"}, {"mB"}]


def test_power_cuts_on_two_feeders_are_not_blamed_on_the_provider_they_share(world: World) -> None:
    """What a feeder explains says nothing about a provider."""
    world.cut("mA", "bA", "mB", "bB", "mC", "mD").step()
    assert [each.scope for each in world.open] == ["feeder:471", "feeder:472"]


def test_one_more_line_of_a_provider_in_trouble_needs_no_company(world: World) -> None:
    """Its incident is open and the failures are together."""
    world.cut("mA", "mB", "mE").wait(20)
    world.mend("mA", "mE").wait(20)
    world.cut("mC").wait(5)
    assert world.only.scope == "provider:VNPT"


def test_it_ends_with_the_first_good_look_and_closes_a_minute_later(world: World) -> None:
    """One opening, one end, one closing."""
    world.cut("mC").wait(100)
    world.mend("mC").step()
    ended = world.now
    assert world.only.ended == ended
    world.wait(59, every=1)
    assert world.open
    world.wait(1)
    assert world.incidents[1].closed == ended + MINUTE
    assert world.incidents[1].severity is Severity.CRITICAL
    world.wait(600, every=60)
    assert world.deeds(1) == ["opened", "announced", "ended", "shrank", "closed"]
    assert world.facts(1, Deed.CLOSED) == {"left": []}


def test_a_group_ends_with_its_last_root(world: World) -> None:
    """Not with its first."""
    world.cut("mA", "bA").wait(30)
    world.mend("bA").wait(120)
    assert world.only.ended is None
    assert world.only.severity is Severity.MAJOR
    world.mend("mA").step()
    assert world.only.ended == world.now


def test_a_line_that_fails_again_within_the_minute_resumes_its_incident(world: World) -> None:
    """There is no second opening."""
    world.cut("mC").wait(30)
    world.mend("mC").wait(30)
    world.cut("mC").wait(300)
    assert world.only.id == 1
    assert world.only.ended is None
    assert world.facts(1, Deed.RESUMED) == {"roots": ["mC"]}


def test_it_stays_open_while_its_line_flaps(world: World) -> None:
    """However long it was well."""
    world.cut("mC").wait(30)
    world.more["flapping"] = frozenset({"mC"})
    world.mend("mC").wait(600)
    assert world.only.flapping
    world.more["flapping"] = frozenset()
    world.step()
    assert world.open == []


def test_unknown_is_not_recovery(world: World) -> None:
    """Nobody can tell how the line is: the incident goes on, and is still taken for a site cut off."""
    world.cut("mC").wait(30)
    world.lose("mC", "rC", "swC", "camC").wait(300)
    assert world.only.ended is None
    assert world.only.severity is Severity.CRITICAL
    assert world.members(world.only) == {"C", "rC", "swC", "camC"}


def test_a_root_that_leaves_the_inventory_counts_as_well(world: World) -> None:
    """And the log says why it ended."""
    world.cut("camC").wait(30)
    world.retire("camC").step()
    assert world.facts(1, Deed.ENDED) == {"retired": ["camC"]}
    world.wait(60)
    assert world.open == []


def test_a_member_that_leaves_the_inventory_is_no_member(world: World) -> None:
    """The log says so."""
    world.cut("mC").wait(30)
    world.retire("camC").step()
    assert world.members(world.only) == {"C", "rC", "swC"}
    assert world.facts(1, Deed.SHRANK) == {"retired": ["camC"]}


def test_members_keep_their_worst_verdict_and_the_time_they_were_well(world: World) -> None:
    """A site that was cut off and then only degraded."""
    world.cut("mA", "bA").wait(60)
    world.mend("bA").step()
    site = next(member for member in world.only.members if member.subject == "A")
    router = next(member for member in world.only.members if member.subject == "rA")
    assert (site.verdict, site.left) == ("down", None)
    assert (router.verdict, router.left) == ("unreachable", world.now)


def test_an_unannounced_root_that_lies_behind_another_becomes_its_member(world: World) -> None:
    """The incident stays one, with its number; the core gives it its name."""
    world.cut("mC").wait(5)
    world.cut("core").wait(5)
    assert (world.only.id, world.only.roots) == (1, ("core",))
    assert "mC" in world.members(world.only)
    assert world.facts(1, Deed.SHRANK) == {"roots": ["mC"]}


def test_several_unannounced_ones_become_one(world: World) -> None:
    """The first is taken over, the others are closed into it."""
    world.cut("mC", "camE").wait(5)
    world.cut("core", "mE").wait(30)
    assert (world.only.id, world.only.roots) == (1, ("core",))
    assert world.facts(2, Deed.CLOSED)["merged_into"] == 1
    assert "announced" not in world.deeds(2)


def test_an_announced_one_stays_open_until_its_root_is_up(world: World) -> None:
    """Its receivers were told of an opening, so they get the end."""
    world.cut("mC").wait(30)
    world.cut("core").wait(100)
    assert [each.roots for each in world.open] == [("mC",), ("core",)]
    world.mend("core").wait(100)
    assert [each.roots for each in world.open] == [("mC",)]
    world.mend("mC").wait(100)
    assert world.open == []


def test_what_was_behind_has_time_to_come_back(world: World) -> None:
    """A switch that stays silent after the line is well is a fault of its own after three minutes."""
    world.cut("mC", "swC").wait(60)
    world.mend("mC").wait(170)
    ended = world.incidents[1].ended
    assert world.open == []
    assert world.incidents[1].members
    world.wait(20, every=1)
    assert world.only.roots == ("swC",)
    assert world.only.opened == ended + 180 * SECOND


def test_closing_names_who_is_not_back(world: World) -> None:
    """Forty-seven of fifty are back, three are not, which get a minute more: they may just not have been looked at."""
    world.cut("mC", "swC").wait(60)
    world.mend("mC").wait(60)
    assert world.only.closed is None
    world.wait(60)
    assert world.facts(1, Deed.CLOSED) == {"left": ["camC", "swC"]}


def test_while_another_root_still_fails_it_has_the_same_time(world: World) -> None:
    """The feeder's incident goes on for B; at A all but the camera is back."""
    world.cut("mA", "bA", "mB", "bB", "camA").wait(60)
    world.mend("mA", "bA").wait(170)
    assert world.only.scope == "feeder:471"
    assert "camA" in world.members(world.only)
    world.wait(20)
    assert [each.roots[0] for each in world.open] == ["mA", "camA"]
    assert "camA" not in world.members(world.open[0])
    assert world.facts(1, Deed.SHRANK) == {"moved": ["camA"]}


def test_a_child_not_looked_at_since_its_parent_is_well_stays_a_member(world: World) -> None:
    """It is still told unreachable because of a line that works again."""
    world.cut("mC").wait(60)
    world.stick("swC", Verdict(Kind.UNREACHABLE, Why.UPSTREAM, "mC"))
    world.mend("mC").wait(10)
    assert world.members(world.only) == {"swC"}
    world.mend("swC").wait(5)
    assert world.members(world.only) == set()


def test_blindness_is_one_incident_and_freezes_all_others(world: World) -> None:
    """We cannot see: nothing else is opened, changed or closed."""
    world.cut("mC").wait(30)
    before = world.only
    world.more["blind"] = {"local": world.now}
    world.cut("mA", "mB", "mD", "mE").mend("mC").wait(300)
    assert world.incidents[1] == before
    blindness = world.incidents[2]
    assert (blindness.nature, blindness.scope, blindness.roots) == (
        Nature.BLINDNESS,
        "vantage:local",
        ("vantage:local",),
    )
    assert blindness.severity is Severity.CRITICAL
    assert blindness.announced == blindness.opened + 15 * SECOND
    world.mend("mA", "mB", "mD", "mE")
    world.more["blind"] = {}
    world.wait(70)
    assert world.open == []
    assert len(world.incidents) == 2


def test_maintenance_suppresses_the_opening_and_its_end_releases_it(world: World) -> None:
    """Measuring goes on: the incident is there, told to nobody until the window is over."""
    world.more["in_maintenance"] = dict.fromkeys(("C", "mC", "rC", "swC", "camC"), "7")
    world.cut("mC").wait(120)
    assert (world.only.suppressed, world.only.announced) == ("maintenance:7", None)
    world.more["in_maintenance"] = {}
    world.step()
    assert (world.only.suppressed, world.only.announced) == ("", world.now)
    assert world.deeds(1) == ["opened", "suppressed", "released", "announced"]


def test_what_is_in_maintenance_is_not_one_with_what_is_not(world: World) -> None:
    """Else its people would hear of it after all."""
    world.more["in_maintenance"] = {"mA": "7"}
    world.cut("mA", "mE").step()
    assert [each.suppressed for each in world.open] == ["", "maintenance:7"]


def test_what_ended_unannounced_is_never_announced(world: World) -> None:
    """It was suppressed all the time."""
    world.more["in_maintenance"] = {"mC": "7"}
    world.cut("mC").wait(60)
    world.mend("mC").wait(10)
    world.more["in_maintenance"] = {}
    world.wait(100)
    assert world.open == []
    assert "announced" not in world.deeds(1)


def test_a_device_beyond_its_limit_is_an_incident_of_its_own(world: World) -> None:
    """Minor, and no fault."""
    world.odd("camC").wait(30)
    assert (world.only.nature, world.only.severity) == (Nature.LIMIT, Severity.MINOR)
    world.mend("camC").wait(61)
    assert world.open == []


def test_a_limit_nobody_was_told_of_becomes_part_of_the_failure(world: World) -> None:
    """The same number goes on as a fault."""
    world.odd("camC").wait(5)
    world.cut("camC").wait(20)
    assert (world.only.id, world.only.nature) == (1, Nature.FAULT)


def test_a_limit_that_was_told_goes_on_beside_the_failure(world: World) -> None:
    """And ends only when the device is plainly well."""
    world.odd("camC").wait(30)
    world.cut("camC").wait(30)
    assert [each.nature for each in world.open] == [Nature.LIMIT, Nature.FAULT]
    world.odd("camC").wait(100)
    assert [each.nature for each in world.open] == [Nature.LIMIT]


def test_a_device_that_comes_back_lame_ends_its_fault_and_is_a_limit_at_once(world: World) -> None:
    """It serves again, but not as expected."""
    world.cut("camC").wait(60)
    world.odd("camC").step()
    assert [each.nature for each in world.open] == [Nature.FAULT, Nature.LIMIT]
    assert world.incidents[1].ended == world.now


def test_a_root_that_ended_and_lies_behind_another_now_waits_for_it(world: World) -> None:
    """It is over, but not closed before it was seen well for a minute."""
    world.cut("mC").wait(5)
    world.mend("mC").wait(5)
    world.cut("core").wait(120)
    assert [each.roots for each in world.open] == [("mC",), ("core",)]
    assert world.incidents[1].announced is None
    world.mend("core").wait(65)
    assert world.open == []


def test_supplies_on_battery_along_a_feeder_are_one_cause(make_world: World) -> None:
    """Nothing else tells of the power cut: the sites go on."""
    world = make_world(supplies="ABE")
    world.odd("upsA", "upsB", "upsE", evidence="5").step()
    assert [(each.scope, each.roots) for each in world.open] == [
        ("feeder:471", ("upsA", "upsB")),
        ("subject:upsE", ("upsE",)),
    ]


def test_a_supply_on_battery_alone_is_told(world: World) -> None:
    """The site goes on."""
    world.odd("upsA", evidence="5").wait(20)
    assert (world.only.nature, world.only.reason) == (Nature.LIMIT, Why.ON_BATTERY)


def test_a_supply_on_battery_at_a_site_that_is_hit_is_evidence_there(world: World) -> None:
    """No second incident, not even a moment after the line is back."""
    world.cut("mA").odd("upsA", evidence="5").wait(60)
    assert world.members(world.only) == {"A", "upsA"}
    world.mend("mA").wait(30)
    world.mend("upsA").wait(300)
    assert len(world.incidents) == 1


def test_a_supply_on_battery_beside_dark_sites_of_its_feeder_is_evidence_and_its_site_follows(
    make_world: World,
) -> None:
    """One power cut is one incident: the site with a battery joins the others when the battery is empty."""
    world = make_world(supplies="D")
    world.cut("mC").wait(10)
    world.odd("upsD", evidence="5").wait(20)
    assert "upsD" in world.members(world.only)
    assert len(world.incidents) == 1


def test_a_dark_site_joins_its_feeder_that_is_known_to_be_without_power(world: World) -> None:
    """However much later: batteries last for minutes or hours."""
    world.cut("mA", "bA", "mB").step()
    world.cut("bB").wait(60)
    (first,) = world.open
    assert first.scope == "feeder:471"
    world.mend("mA", "bA").wait(30)
    world.cut("mA", "bA").wait(1200)
    assert [each.scope for each in world.open] == ["feeder:471"]
    assert set(world.only.roots) == {"mA", "bA", "mB", "bB"}


def test_a_supply_that_falls_silent_on_battery_is_not_over(world: World) -> None:
    """Its agent tells nothing more for a moment before its site is known to be dark."""
    world.odd("upsA", evidence="5").wait(20)
    world.more["on_battery"] = {"upsA": (world.now, world.now - MINUTE)}
    world.mend("upsA").wait(300)
    assert world.only.ended is None
    world.more["on_battery"] = {"upsA": (world.now - MINUTE, world.now)}
    world.wait(90)
    assert world.open == []


def test_a_supply_still_on_battery_long_after_is_told_then(world: World) -> None:
    """The line came back, the mains did not."""
    world.cut("mA").odd("upsA", evidence="5").wait(60)
    world.mend("mA").wait(300)
    assert world.only.reason == Why.ON_BATTERY


def test_a_supply_on_battery_is_not_hidden_by_a_broken_camera(world: World) -> None:
    """A fault that does not hit the site explains nothing."""
    world.cut("camA").wait(60)
    world.odd("upsA", evidence="5").wait(20)
    assert [each.nature for each in world.open] == [Nature.FAULT, Nature.LIMIT]


def test_a_condition_is_an_incident_while_it_holds(world: World) -> None:
    """Probe completeness of an agency below its limit."""
    world.more["conditions"] = {"completeness:XA-A": Condition("XA-A", "completeness", world.now)}
    world.wait(30)
    assert (world.only.nature, world.only.scope, world.only.roots) == (
        Nature.LIMIT,
        "condition:completeness:XA-A",
        ("XA-A",),
    )
    world.more["conditions"] = {}
    world.wait(61)
    assert world.open == []


def test_another_host_key_is_a_major_incident_until_accepted(world: World) -> None:
    """Somebody may stand in the device's place, however well it answers."""
    changed = Condition("camA", HOST_KEY_CHANGED, world.now, "SHA256:a → SHA256:b")
    world.more["conditions"] = {"host_key:camA": changed}
    world.wait(30)
    assert (world.only.reason, world.only.severity) == (HOST_KEY_CHANGED, Severity.MAJOR)
    world.more["conditions"] = {}
    world.wait(61)
    assert world.open == []


def test_acknowledged_stays_acknowledged_when_it_gets_worse(world: World) -> None:
    """Whoever looks after it still does."""
    world.cut("bA").wait(120)
    world.incidents[1] = replace(world.only, acknowledged=Mark("an", world.now), assigned="an")
    world.cut("mA").wait(120)
    first = world.incidents[1]
    assert (first.severity, first.acknowledged.by, first.assigned) == (Severity.CRITICAL, "an", "an")


def test_another_cause_is_told_in_the_log_and_more_clues_are_not(world: World) -> None:
    """Before and after, with how sure we are."""
    world.cut("mC").wait(30)
    world.blame = lambda incident, scene: Blame(Cause.POWER, Confidence.LIKELY)
    world.wait(30)
    assert world.only.blame.told == "power"
    assert world.facts(1, Deed.BLAMED) == {
        "before": "undecided",
        "after": "power",
        "confidence_before": "none",
        "confidence": "likely",
    }
    assert world.deeds(1).count("blamed") == 1


def test_after_the_closing_only_a_confirmation_is_still_taken_over(world: World) -> None:
    """An uptime read late, or a person's word."""
    world.cut("mC").wait(30)
    world.mend("mC").wait(100)
    world.blame = lambda incident, scene: Blame(Cause.LINE, Confidence.POSSIBLE)
    world.step()
    assert world.incidents[1].blame.cause is Cause.UNDECIDED
    world.blame = lambda incident, scene: Blame(Cause.POWER, Confidence.CONFIRMED)
    world.step()
    assert world.incidents[1].blame.cause is Cause.POWER


def test_a_switch_with_others_behind_is_major_and_a_camera_minor(world: World) -> None:
    """Service goes on in both cases."""
    world.cut("swC").step()
    assert world.only.severity is Severity.MAJOR
    world.mend("swC").wait(70)
    world.cut("camE").step()
    assert world.only.severity is Severity.MINOR


def test_an_endpoint_and_a_contact_fail_by_themselves(world: World) -> None:
    """Unless their device does."""
    world.cut("vcD").wait(130)
    world.cut("spdD").step()
    assert [each.roots for each in world.open] == [("vcD",), ("spdD",)]


def test_the_device_that_others_hang_from_names_the_group(world: World) -> None:
    """Camera and switch were both told down by themselves; the switch carries the camera."""
    world.stick("camC", Verdict(Kind.DOWN, Why.NO_ANSWER)).stick(
        "swC", Verdict(Kind.DOWN, Why.NO_ANSWER)
    ).step()
    assert world.only.roots == ("swC", "camC")

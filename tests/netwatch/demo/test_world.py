"""Who answers, and which lines carry, when things are broken."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.demo.province import province
from netwatch.demo.story import BREAKS, RECORDED, Act, after, cast, story
from netwatch.demo.world import WHOLE, Medium, Reality, World, reality, region

LAID = region(province(40, 68))
LINES = LAID.inventory.of("line")
COMMUNE, AREA = "LD-X001", "LD-K01"


def living(seen: Reality, site: str) -> set[str]:
    devices = LAID.devices.values()
    return {device.id for device in devices if device.site == site and device.address in seen.answering}


def in_world(**broken: str) -> Reality:
    return reality(LAID, World(**{name: frozenset({id_}) for name, id_ in broken.items()}))


def everything(site: str) -> set[str]:
    return {device.id for device in LAID.devices.values() if device.site == site}


def test_in_a_whole_world_every_device_and_every_line_answers() -> None:
    whole = reality(LAID, WHOLE)
    assert whole.carrying == LINES.keys()
    assert all(device.address in whole.answering for device in LAID.devices.values())
    assert all(line.witness_address in whole.answering for line in LINES.values() if line.witness == "echo")


def test_a_commune_with_its_main_line_cut_answers_over_the_mobile_backup() -> None:
    seen = in_world(cut=f"{COMMUNE}-L1")
    router = LAID.devices[f"{COMMUNE}-R1"].address or ""
    assert living(seen, f"{COMMUNE}-TS") == everything(f"{COMMUNE}-TS")
    assert seen.answering[router] is Medium.MOBILE
    assert LINES[f"{COMMUNE}-L1"].witness_address not in seen.answering
    assert LINES[f"{COMMUNE}-L2"].witness_address in seen.answering


def test_a_commune_with_both_lines_cut_is_silent() -> None:
    seen = reality(LAID, World(cut=frozenset({f"{COMMUNE}-L1", f"{COMMUNE}-L2"})))
    assert living(seen, f"{COMMUNE}-TS") == set()


def test_a_site_without_power_is_silent_and_so_are_its_lines() -> None:
    seen = in_world(dark=f"{COMMUNE}-TS")
    assert living(seen, f"{COMMUNE}-TS") == set()
    assert LINES.keys() - seen.carrying == {f"{COMMUNE}-L1", f"{COMMUNE}-L2"}


def test_an_area_without_power_takes_the_main_lines_of_its_communes_with_it_but_not_their_backups() -> None:
    seen = in_world(dark=f"{AREA}-TS")
    assert f"{COMMUNE}-L1" not in seen.carrying
    assert f"{COMMUNE}-L2" in seen.carrying
    assert living(seen, f"{COMMUNE}-TS") == everything(f"{COMMUNE}-TS")


def test_a_line_watched_by_carrier_loses_it_at_both_ends() -> None:
    line = LINES[f"{AREA}-L1"]
    assert line.witness == "carrier"
    ends = (line.a_device or "", line.a_interface or ""), (line.b_device or "", line.b_interface or "")
    assert [in_world(cut=line.id).port_up(*end) for end in ends] == [False, False]
    assert [reality(LAID, WHOLE).port_up(*end) for end in ends] == [True, True]


def test_a_port_that_carries_many_lines_stays_up_while_one_of_them_does() -> None:
    line = LINES[f"{COMMUNE}-L1"]
    assert in_world(cut=line.id).port_up(line.b_device or "", line.b_interface or "")


@pytest.mark.parametrize("unit", ["LD-K01", "LD-S04"])
def test_a_tripped_surge_protector_shows_the_other_position(unit: str) -> None:
    protector = LAID.inventory.of("surge_protector")[f"{unit}-CS1"]
    healthy = protector.normal_position == "closed"
    assert reality(LAID, WHOLE).closed(protector) is healthy
    assert in_world(tripped=protector.id).closed(protector) is not healthy


STEPS = story(cast(LAID.inventory))


def test_the_story_ends_as_it_began() -> None:
    assert after(STEPS, STEPS[-1].at) == WHOLE


def test_every_act_occurs_and_every_fault_is_followed_by_its_recovery() -> None:
    assert {step.act for step in STEPS} == set(Act)
    broken: set[str] = set()
    for step in STEPS:
        if step.act in RECORDED:
            continue
        assert (step.target in broken) is (step.act not in BREAKS)
        broken ^= {step.target}
    assert broken == set()


def test_the_acts_befall_six_different_communes_and_the_centre() -> None:
    assert len({step.unit for step in STEPS} - {"LD"}) == 6


def test_a_ups_runs_on_battery_before_its_site_is_dark_and_on_mains_when_it_is_not() -> None:
    """Whoever looks at the UPS sees why the site falls silent."""
    at = {step.act: step.at for step in STEPS}
    assert at[Act.MAINS_LOST] + 15 <= at[Act.POWER_LOST]
    assert at[Act.POWER_BACK] == at[Act.MAINS_BACK]


def test_a_contact_that_tripped_is_back_before_the_protector_is_replaced() -> None:
    """In between netwatch has to remember the fault by itself."""
    at = {step.act: step.at for step in STEPS}
    assert at[Act.CONTACT_OPENED] < at[Act.CONTACT_BACK] < at[Act.REPLACED]
    assert next(step.target for step in STEPS if step.act is Act.REPLACED).endswith("-CS1")


def test_only_a_protector_whose_contact_was_tried_ever_trips() -> None:
    """One that is not commissioned would show nothing."""
    records = LAID.inventory.of("field_record").values()
    tried = {record.item for record in records if record.kind == "trip_test"}
    assert all(f"{cast(LAID.inventory, number).contact}-CS1" in tried for number in range(10))


def test_the_first_fault_comes_within_ten_seconds_and_all_is_well_after_about_140() -> None:
    assert STEPS[0].at <= 10
    assert STEPS[-1].at <= 140


@settings(max_examples=40, deadline=None)
@given(elapsed=st.floats(0, 200))
def test_what_is_broken_at_any_moment_is_what_the_steps_so_far_have_left_broken(elapsed: float) -> None:
    broken: set[str] = set()
    for step in STEPS:
        if step.at <= elapsed and step.act not in RECORDED:
            broken ^= {step.target}
    world = after(STEPS, elapsed)
    fields = (getattr(world, name) for name in World.__dataclass_fields__)
    assert frozenset().union(*fields) == broken


@settings(max_examples=25, deadline=None)
@given(
    cut=st.frozensets(st.sampled_from(sorted(LINES)), max_size=12),
    more=st.frozensets(st.sampled_from(sorted(LINES)), max_size=6),
)
def test_cutting_more_lines_never_makes_more_answer(cut: frozenset[str], more: frozenset[str]) -> None:
    fewer, less = reality(LAID, World(cut=cut)), reality(LAID, World(cut=cut | more))
    assert less.carrying <= fewer.carrying
    assert less.answering.keys() <= fewer.answering.keys()


@pytest.mark.parametrize("agencies", [12, 40, 300])
def test_a_province_of_any_size_has_a_cast_for_every_performance(agencies: int) -> None:
    inventory = province(agencies, 3)
    for performance in range(10):
        players = cast(inventory, performance)
        assert len({getattr(players, one.name) for one in fields(players)}) == 6


def test_the_next_performance_befalls_others() -> None:
    """What failed twice within minutes would be said to flap."""
    first, second = (cast(LAID.inventory, number) for number in (0, 1))
    assert {first.cut, first.power, first.flap}.isdisjoint({second.cut, second.power, second.flap})

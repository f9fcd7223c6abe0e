"""The status tree shows every agency with what stands in it, and lists what is wrong, worst first."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.snapshot import Inventory
from netwatch.clock import SECOND
from netwatch.present import Present
from netwatch.queries.models import Standing, StatusTree
from netwatch.queries.status import Filter, find_unit, matching, standings, status_tree, unit_ids
from netwatch.queries.words import SEVERITY
from netwatch.verdict import Kind


@pytest.fixture
def tree(present: Present, now: int, local_time: datetime) -> StatusTree:
    return status_tree(present, now, local_time)


@pytest.fixture
def by_id(tree: StatusTree) -> dict[str, Standing]:
    return {standing.id: standing for standing in standings(tree)}


def test_the_worst_comes_first_and_within_it_what_explains_the_rest(tree: StatusTree) -> None:
    assert [s.id for s in standings(tree)[:5]] == ["L-AN", "E-DAI", "SPD-DAI", "S-AN", "sw-an"]


def test_units_stand_in_their_tree_and_expired_ones_without_sites_are_gone(tree: StatusTree) -> None:
    assert [unit.id for unit in tree.units] == ["TINH"]
    assert set(unit_ids(tree)) == {"TINH", "XA-AN", "DANG-AN", "XA-DAI"}


def test_an_expired_unit_stays_while_a_site_has_no_other(
    present: Present, now: int, local_time: datetime
) -> None:
    sites = dict(present.inventory.of("site"))
    sites["S-DAI"] = replace(sites["S-DAI"], organisation_units=("HUYEN",))
    inventory = Inventory({**present.inventory.records, "site": sites})
    tree = status_tree(replace(present, inventory=inventory), now, local_time)
    unit = find_unit(tree, "HUYEN")
    assert unit is not None
    assert [site.standing.id for site in unit.sites] == ["S-DAI"]


def test_counts_are_of_the_whole_subtree(tree: StatusTree) -> None:
    assert dict(tree.units[0].counts) == {"down": 3, "unreachable": 0, "degraded": 1, "unknown": 1, "up": 9}


def test_a_shared_site_stands_under_its_first_agency_and_names_the_other(
    tree: StatusTree, by_id: dict[str, Standing]
) -> None:
    party = find_unit(tree, "DANG-AN")
    assert party is not None
    assert party.sites == ()
    assert [site.id for site in party.shares] == ["S-AN"]
    assert sum(dict(party.counts).values()) == 0, "counted where it stands"
    assert by_id["S-AN"].unit == "XA-AN"
    assert dict(by_id["S-AN"].details)["shared_with"] == "Đảng ủy xã An Bình"


def test_a_line_is_reported_to_its_providers_fault_desk_with_the_contract_number(
    by_id: dict[str, Standing],
) -> None:
    assert [card.id for card in by_id["L-AN"].contacts] == ["desk", "an", "noc"]
    assert dict(by_id["L-AN"].details)["contract_number"] == "HĐ-17/2026"


def test_provider_names_match_whatever_their_case(by_id: dict[str, Standing]) -> None:
    assert by_id["L-DAI"].contacts[0].id == "desk"


def test_a_device_is_reported_to_its_site_then_to_its_agency(by_id: dict[str, Standing]) -> None:
    assert [card.id for card in by_id["sw-an"].contacts] == ["an", "noc"]


def test_an_agency_without_a_contact_borrows_that_of_the_unit_above(by_id: dict[str, Standing]) -> None:
    assert [card.id for card in by_id["SPD-DAI"].contacts] == ["noc"]


def test_what_suffers_from_a_line_is_reported_to_that_lines_provider_first(
    by_id: dict[str, Standing],
) -> None:
    assert by_id["S-AN"].cause_name == "TSLCD cấp II An Bình"
    assert by_id["S-AN"].contacts[0].id == "desk"


def test_hours_tell_who_is_on_duty(by_id: dict[str, Standing]) -> None:
    duty = {card.id: card.on_duty for card in by_id["L-AN"].contacts}
    assert duty == {"desk": True, "an": True, "noc": True}


def test_details_say_what_is_known_and_nothing_else(by_id: dict[str, Standing]) -> None:
    details = dict(by_id["L-AN-4G"].details)
    assert details == {
        "rtt": "3.4 ms", "loss": "0 %", "role": "backup", "provider": "Viettel", "witness": "echo",
        "end_a": "Bộ định tuyến xã An Bình", "end_b": "Bộ định tuyến lõi", "feeder": "471-E1",
        "power_contact": "Điện lực An Bình, 19006769",
    }  # fmt: skip
    assert dict(by_id["L-DAI"].details)["bandwidth_down"] == "2500 kbit/s"
    assert dict(by_id["E-DAI"].details)["serial"] == "TX-77"
    assert dict(by_id["SPD-DAI"].details)["installed_on"] == "2024-05-01"


def test_measured_values_older_than_two_intervals_are_not_shown(
    present: Present, local_time: datetime
) -> None:
    later = present.at + 61 * SECOND
    found = {s.id: dict(s.details) for s in standings(status_tree(present, later, local_time))}
    assert "rtt" not in found["L-AN-4G"]
    assert "rtt" in found["sw-an"], "looked at every 60 s"


def test_what_nothing_has_judged_yet_is_unknown_since_the_daemon_began(
    present: Present, now: int, local_time: datetime
) -> None:
    tree = status_tree(replace(present, judged={}), now, local_time)
    assert {(s.verdict, s.reason, s.since) for s in standings(tree)} == {
        ("unknown", "not_yet_measured", present.started)
    }


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(unit="XA-DAI", verdicts=frozenset({"down"})), ["E-DAI", "SPD-DAI"]),
        (Filter(kinds=frozenset({"mobile_backup"})), ["L-AN-4G"]),
        (Filter(kinds=frozenset({"site"}), text="dai dong"), ["S-DAI"]),
        (Filter(text="10.1.0.2"), ["sw-an"]),
        (Filter(site="S-TINH", kinds=frozenset({"device"})), ["core"]),
        (Filter(unit="no such unit"), []),
    ],
)
def test_filters_choose_by_subtree_verdict_kind_and_text(
    tree: StatusTree, wanted: Filter, ids: list[str]
) -> None:
    assert [s.id for s in standings(tree, wanted)] == ids


def test_the_filtered_tree_holds_what_the_filtered_list_holds(tree: StatusTree) -> None:
    wanted = Filter(verdicts=frozenset({"down"}))
    kept = matching(tree, wanted)
    assert dict(kept.units[0].counts)["down"] == 3
    assert sum(dict(kept.units[0].counts).values()) == 3
    assert {item.id for unit in kept.units[0].units for site in unit.sites for item in site.items} == {
        "L-AN", "E-DAI", "SPD-DAI",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_verdicts_the_order_is_by_severity_and_counts_add_up(
    data: st.DataObject, present: Present, now: int, local_time: datetime
) -> None:
    kinds = data.draw(st.lists(st.sampled_from(list(Kind)), min_size=14, max_size=14))
    judged = {
        id_: replace(old, verdict=replace(old.verdict, kind=kind))
        for (id_, old), kind in zip(present.judged.items(), kinds, strict=True)
    }
    tree = status_tree(replace(present, judged=judged), now, local_time)
    order = [SEVERITY.index(s.verdict) for s in standings(tree)]
    assert order == sorted(order)
    assert dict(tree.units[0].counts) == {verdict: kinds.count(Kind(verdict)) for verdict in SEVERITY}


def test_a_device_that_refuses_our_credentials_is_up_and_said_to_be_unmanaged(
    present: Present, now: int, local_time: datetime
) -> None:
    """Its verdict is no worse for it, and whoever looks learns the reason; our own ignorance is not blamed on it."""
    key = next(key for key in present.subjects["r-an"].facts if key.fact == "manageable")
    told = {}
    for reason in ("credentials", "stopped"):
        state = replace(present.facts[key], holds=None, reason=reason)
        tree = status_tree(replace(present, facts={**present.facts, key: state}), now, local_time)
        told[reason] = next(s for s in standings(tree) if s.id == "r-an")
    assert (told["credentials"].verdict, told["credentials"].unmanaged) == ("up", "credentials")
    assert (told["stopped"].verdict, told["stopped"].unmanaged) == ("up", "")

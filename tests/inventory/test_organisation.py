"""Who stands below whom, and what belongs to a unit."""

from dataclasses import replace

import pytest

from inventory.organisation import agencies_of, ancestors, members, path_of_names, sites_of, subtree
from inventory.snapshot import KINDS, Inventory, gather


def test_a_subtree_is_the_unit_and_all_below_it(sample: Inventory) -> None:
    """Of agencies and of territories alike; parents come before children."""
    assert subtree(sample, "UBND-TINH-MAU") == ("UBND-TINH-MAU", "UBND-SUOI-MAU")
    assert subtree(sample, "99") == ("99", "99001")
    assert subtree(sample, "UBND-SUOI-MAU") == ("UBND-SUOI-MAU",)


def test_ancestors_and_names_come_topmost_first(sample: Inventory) -> None:
    """As a path is read."""
    assert ancestors(sample, "UBND-SUOI-MAU") == ("UBND-TINH-MAU",)
    assert [name.split(" (")[0] for name in path_of_names(sample, "99001")] == ["Tỉnh Mẫu", "Xã Suối Mẫu"]


def test_sites_of_a_unit_are_those_of_its_subtree(sample: Inventory) -> None:
    """By agency, or by territory."""
    assert [site.id for site in sites_of(sample, "UBND-TINH-MAU")] == ["TRU-SO-SUOI-MAU", "TRUNG-TAM"]
    assert [site.id for site in sites_of(sample, "99001")] == ["TRU-SO-SUOI-MAU"]


def test_agencies_of_a_site_come_in_its_order(sample: Inventory) -> None:
    """The first is the one the site is best known by."""
    site = replace(sample.of("site")["TRUNG-TAM"], organisation_units=("UBND-SUOI-MAU", "UBND-TINH-MAU"))
    shared = gather(
        [*((k, r) for k in KINDS if k != "site" for r in sample.every(k)), ("site", site)], sample.on
    )
    assert [unit.id for unit in agencies_of(shared, "TRUNG-TAM")] == ["UBND-SUOI-MAU", "UBND-TINH-MAU"]


def test_members_are_what_belongs_to_the_subtree_alone(sample: Inventory) -> None:
    """Its sites and all that stands there, not the unit itself, not contacts, not the centre."""
    found = members(sample, "UBND-SUOI-MAU")
    assert {kind for kind, _ in found} == {
        "site",
        "device",
        "interface",
        "line",
        "conferencing_endpoint",
        "surge_protector",
        "sensor",
        "asset",
        "field_record",
    }
    assert ("device", "RT-TRUNG-TAM") not in found
    assert members(sample, "UBND-TINH-MAU") >= found | {("organisation_unit", "UBND-SUOI-MAU")}


@pytest.mark.parametrize("answer", [subtree, ancestors, path_of_names, sites_of, agencies_of])
def test_an_unknown_unit_or_site_has_nothing(sample: Inventory, answer: object) -> None:
    """Asking is not a fault."""
    assert callable(answer)
    assert answer(sample, "nobody") == ()
    assert members(sample, "nobody") == frozenset()


def test_a_cycle_does_not_hang_anybody(sample: Inventory) -> None:
    """The rules refuse cycles, but pages may show an inventory that was never checked."""
    units = sample.of("organisation_unit")
    ring = [replace(units["UBND-TINH-MAU"], parent="UBND-SUOI-MAU"), units["UBND-SUOI-MAU"]]
    broken = gather((("organisation_unit", unit) for unit in ring), None)
    assert set(subtree(broken, "UBND-TINH-MAU")) == {"UBND-TINH-MAU", "UBND-SUOI-MAU"}
    assert ancestors(broken, "UBND-TINH-MAU") == ("UBND-SUOI-MAU",)

"""What a maintenance window covers, and names in it that nobody knows."""

from typing import Any

import pytest

from alerts.contract import Window
from inventory.snapshot import Inventory
from netwatch.clock import HOUR
from netwatch.incidents.maintenance import covered, in_maintenance, problems_of
from netwatch.incidents.places import Places

AN = frozenset({"S-AN", "r-an", "sw-an", "L-AN", "L-AN-4G"})
DAI = frozenset({"S-DAI", "r-dai", "io-dai", "codec", "L-DAI", "E-DAI", "SPD-DAI"})


def window(id_: int = 1, **scope: tuple[str, ...]) -> Window:
    """A window for an hour from 0 on."""
    return Window(id_, 0, HOUR, "an", "bảo trì", **scope)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def places(province: Inventory) -> Places:
    """The small province."""
    return Places(province)


@pytest.mark.parametrize(
    ("scope", "subjects"),
    [
        ({"units": ("XA-AN",)}, AN),
        ({"units": ("TINH",)}, AN | DAI | {"S-TINH", "core"}),
        ({"sites": ("S-DAI",)}, DAI),
        ({"subjects": ("S-DAI",)}, DAI),
        ({"subjects": ("L-AN", "codec")}, frozenset({"L-AN", "codec"})),
        ({"providers": ("Vnpt ",)}, frozenset({"L-AN", "L-DAI"})),
        ({"feeders": ("471-E1",)}, AN),
        ({"units": ("XA-AN",), "subjects": ("codec",)}, AN | {"codec"}),
        ({}, frozenset()),
        (
            {"units": ("X",), "sites": ("X",), "subjects": ("X",), "providers": ("X",), "feeders": ("X",)},
            frozenset(),
        ),
    ],
)
def test_a_window_covers_what_it_names(
    places: Places, scope: dict[str, Any], subjects: frozenset[str]
) -> None:
    """A unit all sites below it, a site everything at it, a line or device itself alone, a feeder what it feeds."""
    assert covered(window(**scope), places) == subjects


def test_the_oldest_window_in_force_names_what_is_in_maintenance(places: Places) -> None:
    """One that is not in force covers nothing."""
    windows = [window(9, sites=("S-DAI",)), window(3, subjects=("codec",)), window(1, units=("TINH",))]
    found = in_maintenance(windows, places, 0, lambda each, _now: each.id != 1)
    assert found == {**dict.fromkeys(DAI, "9"), "codec": "3"}
    assert in_maintenance(windows, places, HOUR) == {}


def test_names_that_nobody_knows_are_told_with_those_near_them(places: Places) -> None:
    """By id or by name, forgiving about case and diacritics."""
    unknown = window(
        units=("XA-AM",), sites=("Tru so xa Dai Dong",), subjects=("nothing like it",), providers=("VNPTT",),
        feeders=("471 E2",),
    )  # fmt: skip
    assert [str(problem) for problem in problems_of(unknown, places)] == [
        "There is no agency or territory 'XA-AM'. Near it: XA-AN (UBND xã An Bình); XA-DAI (UBND xã Đại Đồng).",
        "There is no site 'Tru so xa Dai Dong'. Near it: S-DAI (Trụ sở xã Đại Đồng); S-AN (Trụ sở xã An Bình).",
        "There is no line, device or other thing 'nothing like it'.",
        "No line has the provider 'VNPTT'. Near it: VNPT.",
        "No site or device has the feeder '471 E2'. Near it: 471-E1.",
    ]
    assert problems_of(window(units=("TINH",), feeders=("471-E1",), providers=("vnpt",)), places) == ()

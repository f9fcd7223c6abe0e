"""What failed together is one cause; the table says which lines fail, seconds apart, and how they are grouped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.incidents.grouping import dark, scope_of, together, wider
from netwatch.verdict import Kind, Verdict, Why

# The class in conftest.py, which cannot be imported.
World: TypeAlias = Any


@dataclass(frozen=True)
class Case:
    """`cuts` are (seconds, ids) in order of time; `scopes` what the open incidents are bound by then."""

    name: str
    cuts: tuple[tuple[int, str], ...]
    scopes: tuple[str, ...]


CASES = (
    Case("one line", ((0, "mA"),), ("subject:mA",)),
    Case("one site at once", ((0, "mA bA"),), ("site:A",)),
    Case("one site, 75 s apart: the looks may have been 55 s apart", ((0, "mA"), (75, "bA")), ("site:A",)),
    Case("one site, 85 s apart", ((0, "mA"), (85, "bA")), ("subject:mA", "subject:bA")),
    Case("a chain within one feeder", ((0, "mA bA"), (50, "mB bB")), ("feeder:471",)),
    Case("two feeders", ((0, "mA bA mB bB mC mD"),), ("feeder:471", "feeder:472")),
    Case("one feeder of which one site lives", ((0, "mA bA bB"),), ("site:A", "subject:bB")),
    Case("one route", ((0, "mA mE"),), ("route_group:cáp 12",)),
    Case("one provider at three sites", ((0, "mA mB mE"),), ("provider:VNPT",)),
    Case("one provider at two sites", ((0, "mA mB"),), ("subject:mA", "subject:mB")),
    Case(
        "a feeder is one place however many sites it has",
        ((0, "mC mD mE"),),
        ("feeder:472", "subject:mE"),
    ),
    Case("a whole provider, dark feeders included", ((0, "mA mB mC mD mE"),), ("provider:VNPT",)),
    Case("a camera and a line at one site", ((0, "mA camA"),), ("site:A",)),
    Case("cameras at different sites", ((0, "camA camB camC"),), ("subject:camA", "subject:camB", "subject:camC")),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_row_of_the_table_holds(world: World, case: Case) -> None:
    """Failures are cut in at their times, and the incidents compared."""
    for seconds, ids in case.cuts:
        world.wait(seconds - world.seconds)
        world.cut(*ids.split()).step()
    assert tuple(each.scope for each in world.open) == case.scopes


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("subject:x", "site:A", "site:A"),
        ("feeder:1", "site:A", "feeder:1"),
        ("provider:V", "provider:W", "provider:V"),
        ("credentials:a", "credentials:a", "credentials:a"),
    ],
)
def test_a_scope_only_widens(old: str, new: str, expected: str) -> None:
    """From subject over site, feeder and route group to provider."""
    assert wider(old, new) == expected


def test_what_most_share_gives_the_scope_where_nothing_is_shared_by_all(world: World) -> None:
    """Two at A and one elsewhere."""
    assert scope_of(("mA", "bA", "camE"), world.scene()) == "site:A"
    assert scope_of(("vcX", "vcY"), world.scene()) == "subject:vcX"


def test_a_line_that_cannot_tell_does_not_keep_a_site_from_being_dark(world: World) -> None:
    """B's backup has no witness; its main line is cut."""
    world.stick("bB", Verdict(Kind.UNKNOWN, Why.NO_WITNESS))
    world.cut("mB").step()
    assert dark("B", world.scene())
    world.mend("bB").step()
    assert not dark("B", world.scene())


@pytest.fixture(scope="session")
def runs() -> Callable[..., list[list[str]]]:
    """`together` as a list."""
    return lambda *given: list(together(*given))


@given(
    spans=st.dictionaries(
        st.text("abcdef", min_size=1, max_size=3), st.tuples(st.integers(0, 50), st.integers(0, 9))
    ),
    slack=st.integers(0, 9),
)
def test_runs_are_apart_and_whole(
    runs: Callable[..., list[list[str]]], spans: dict[str, tuple[int, int]], slack: int
) -> None:
    """Everything is in one run, runs are more than `slack` apart, and none can be split."""
    given_spans = {id_: (first, first + length) for id_, (first, length) in spans.items()}
    found = runs(given_spans, slack)
    assert sorted(id_ for run in found for id_ in run) == sorted(spans)
    ends = [max(given_spans[id_][1] for id_ in run) for run in found]
    starts = [min(given_spans[id_][0] for id_ in run) for run in found]
    assert all(start > end + slack for end, start in zip(ends, starts[1:], strict=False))
    for run in found:
        for place in range(1, len(run)):
            assert given_spans[run[place]][0] <= max(given_spans[id_][1] for id_ in run[:place]) + slack

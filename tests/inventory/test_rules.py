"""What must hold of the whole inventory."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory.changes import difference
from inventory.cycles import find_cycles
from inventory.incoming import IncomingRow
from inventory.references import MAX_SUGGESTIONS
from inventory.rules import check
from inventory.snapshot import KINDS, Inventory, gather

Row = Callable[..., IncomingRow]
NODES = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(NODES, st.lists(NODES, max_size=4), max_size=8)


def _has_cycle(graph: dict[str, list[str]]) -> bool:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


@given(GRAPHS)
def test_a_cycle_is_found_exactly_when_there_is_one_and_its_path_is_real(graph: dict[str, list[str]]) -> None:
    """Compared with the standard library's sorter; every step of a path is an edge, and no node comes twice."""
    paths = list(find_cycles(graph))
    assert bool(paths) == _has_cycle(graph)
    for path in paths:
        assert path[0] == path[-1]
        assert len(set(path[:-1])) == len(path) - 1
        assert all(after in graph[before] for before, after in itertools.pairwise(path))


@given(GRAPHS)
def test_once_every_cycle_found_is_cut_repeatedly_none_is_left(graph: dict[str, list[str]]) -> None:
    """So an operator who corrects what he is told comes to an end."""
    for _ in range(40):
        path = next(find_cycles(graph), None)
        if path is None:
            break
        graph = {**graph, path[-2]: [node for node in graph[path[-2]] if node != path[-1]]}
    assert not _has_cycle(graph)


def test_a_chain_of_thousands_is_no_trouble() -> None:
    """Depth is not bounded by the interpreter's stack."""
    chain = {str(n): [str(n + 1)] for n in range(50_000)}
    assert list(find_cycles(chain)) == []
    (path,) = find_cycles({**chain, "50000": ["0"]})
    assert len(path) == 50_002


def _with(inventory: Inventory, *records: tuple[str, Any]) -> Inventory:
    kept = [(kind, record) for kind in KINDS for record in inventory.every(kind)]
    return gather([*kept, *records], inventory.on)


def test_the_sample_has_no_problem(sample: Inventory) -> None:
    """Neither errors nor warnings."""
    assert check(sample) == ()


def test_a_cycle_that_only_ever_held_in_the_past_is_found(sample: Inventory) -> None:
    """Parents swapped over the years are fine; on one day both above each other are not."""
    unit = sample.of("organisation_unit")["UBND-SUOI-MAU"]
    one = replace(unit, id="A", parent="B", valid_from=date(2020, 1, 1), valid_to=date(2022, 1, 1))
    other = replace(unit, id="B", parent="A", valid_from=date(2022, 1, 1), valid_to=date(2024, 1, 1))
    free = [
        replace(one, parent=None, valid_from=date(2022, 1, 1), valid_to=None),
        replace(other, parent=None, valid_from=date(2020, 1, 1), valid_to=date(2022, 1, 1)),
    ]
    swapped = _with(sample, *(("organisation_unit", each) for each in (one, other, *free)))
    assert [problem for problem in check(swapped) if problem.code == "unit_cycle"] == []
    at_once = _with(
        sample, ("organisation_unit", one), ("organisation_unit", replace(other, valid_from=date(2021, 6, 1)))
    )
    (problem,) = [problem for problem in check(at_once) if problem.code == "unit_cycle"]
    assert (problem.params["path"], problem.params["day"]) == ("A → B → A", "2021-06-01")


def test_an_address_may_come_again_in_another_routing_domain(sample: Inventory, row: Row) -> None:
    """(routing domain, address) means a device, the address alone does not."""
    rows = [
        row(
            "device",
            id="X",
            name="X",
            site="TRUNG-TAM",
            kind="server",
            address="10.99.0.1",
            routing_domain="agency-2",
        )
    ]
    assert difference(sample, rows).applicable


def test_only_so_many_faults_get_a_suggestion(sample: Inventory, row: Row) -> None:
    """A sheet with thousands of wrong codes is still judged quickly, every row of it."""
    rows = [
        row("asset", n, id=f"TS-{n}", name="x", site="TRUNG-TAN", kind="bàn")
        for n in range(MAX_SUGGESTIONS + 20)
    ]
    codes = [problem.code for problem in difference(sample, rows).errors]
    assert codes.count("reference_near") == MAX_SUGGESTIONS
    assert codes.count("reference_unknown") == 20


def test_problems_come_in_the_same_order_every_time(sample: Inventory) -> None:
    """Reports can be compared."""
    device = sample.of("device")["RT-SUOI-MAU"]
    broken = _with(sample, *(("device", replace(device, id=id_, site="?")) for id_ in "zyx"))
    assert check(broken) == check(broken)
    assert [problem.entity for problem in check(broken) if problem.code == "address_taken"] == ["z", "y", "x"]

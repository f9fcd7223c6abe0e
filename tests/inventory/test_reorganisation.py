"""Agencies that merge, are split, renamed, moved and abolished: rows, and what they lead to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from inventory.apply import apply, undo
from inventory.changes import Change, difference
from inventory.incoming import IncomingRow
from inventory.load import load
from inventory.merge import by_key
from inventory.models import metadata
from inventory.organisation import agencies_of, children, succession
from inventory.reorganisation import (
    NotPossible,
    Parts,
    Successor,
    abolish,
    directly_below,
    history_of,
    merge,
    move,
    rename,
    split,
    unassigned_sites,
)
from inventory.snapshot import Inventory, OrganisationChange, OrganisationUnit, Site, gather

UNIT = "organisation_unit"
BEGIN, DAY = date(2025, 7, 1), date(2026, 7, 1)
BEFORE = DAY - timedelta(days=1)


def unit(id_: str, parent: str | None = None, **values: object) -> tuple[str, OrganisationUnit]:
    """A commune's People's Committee since July 2025, unless said otherwise."""
    given: dict[str, object] = {"name": f"UBND {id_}", "kind": "peoples_committee", "level": "commune"}
    given |= {"valid_from": BEGIN, "parent": parent} | values
    return UNIT, OrganisationUnit(id=id_, **given)  # type: ignore[arg-type]


def site(id_: str, *units: str) -> tuple[str, Site]:
    """A site of these agencies."""
    return "site", Site(id=id_, name=id_, organisation_units=units)


PROVINCE = (
    unit("T", level="province"),
    unit("A", "T", tags=("núi", "biên giới")),
    unit("B", "T", tags=("núi",)),
    unit("C", "T"),
    unit("A1", "A"),
    site("S-A", "A"),
    site("S-AB", "A", "B"),
    site("S-C", "C"),
)


@pytest.fixture(scope="module")
def province() -> Inventory:
    """Three communes of a province; a unit below one; a campus that two share."""
    return gather(PROVINCE, DAY)


def led_to(inventory: Inventory, rows: Sequence[IncomingRow], on: date = DAY) -> Inventory:
    """What the rows lead to, as of a day; nothing may be wrong with them."""
    proposal = difference(inventory, rows)
    assert proposal.problems == ()
    return as_of(proposal.result, on)


def as_of(inventory: Inventory, on: date) -> Inventory:
    """The same inventory on another day."""
    return gather(((kind, record) for kind in inventory.records for record in inventory.every(kind)), on)


def agencies(inventory: Inventory, on: date) -> dict[str, list[str]]:
    """The agencies of each site on a day."""
    then = as_of(inventory, on)
    return {id_: [unit.id for unit in agencies_of(then, id_)] for id_ in then.of("site")}


def test_a_merger_is_right_on_both_days_and_rewrites_no_site(province: Inventory) -> None:
    """Before, each agency has its own; from the day on the new one has all, and stands where they stood."""
    rows = merge(province, ["A", "B"], Successor("AB", "UBND xã mới"), DAY, "NQ 1")
    after = led_to(province, rows)
    assert {row.kind for row in rows} == {UNIT, "organisation_change"}
    assert agencies(after, BEFORE) == {"S-A": ["A"], "S-AB": ["A", "B"], "S-C": ["C"]}
    assert agencies(after, DAY) == {"S-A": ["AB"], "S-AB": ["AB"], "S-C": ["C"]}
    assert children(after, UNIT) == {"": ("T",), "T": ("AB", "C"), "AB": ("A1",)}
    assert children(as_of(after, BEFORE), UNIT) == children(as_of(province, BEFORE), UNIT)
    new = after.of(UNIT)["AB"]
    assert (new.parent, new.kind, new.level, new.tags) == ("T", "peoples_committee", "commune", ("núi",))
    [change] = history_of(after, "A").changes
    assert (change.kind, change.predecessors, change.successors) == ("merge", ("A", "B"), ("AB",))
    assert change.legal_basis == "NQ 1"


def test_one_of_those_merged_may_go_on(province: Inventory) -> None:
    """Then only the other ceases, and the one that goes on may have a new name from that day."""
    after = led_to(province, merge(province, ["A", "B"], Successor("A", "UBND A mới"), DAY))
    assert [version.name for version in after.versions[UNIT]["A"]] == ["UBND A", "UBND A mới"]
    assert agencies(after, DAY)["S-AB"] == ["A"]
    [change] = history_of(after, "A").changes
    assert (change.predecessors, change.successors) == (("B",), ("A",))


def test_a_successor_from_below_comes_up(province: Inventory) -> None:
    """It takes the place of what it stood below, and nothing stands below itself."""
    after = led_to(province, merge(province, ["A", "B"], Successor("A1"), DAY))
    assert children(after, UNIT) == {"": ("T",), "T": ("A1", "C")}


def test_a_merger_to_come_changes_nothing_today(province: Inventory) -> None:
    """What is written for next year holds from next year on."""
    later = date(2027, 7, 1)
    after = led_to(province, merge(province, ["A", "B"], Successor("C"), later))
    assert agencies(after, DAY) == agencies(province, DAY)
    assert agencies(after, later)["S-AB"] == ["C"]


def test_a_split_leaves_sites_to_nobody_until_somebody_says_whose_they_are(province: Inventory) -> None:
    """A site that is assigned keeps the name of the agency it was of, so that the days before stay right."""
    parts = Parts({"S-AB": "A-TAY"}, {"A1": "A-DONG"})
    into = [Successor("A-DONG", "UBND A Đông"), Successor("A-TAY", "UBND A Tây")]
    proposal = difference(province, split(province, "A", into, DAY, parts))
    assert [(problem.code, problem.entity) for problem in proposal.problems] == [("split_undecided", "S-A")]
    after = proposal.result
    assert agencies(after, BEFORE) == agencies(province, BEFORE)
    assert agencies(after, DAY) == {"S-A": [], "S-AB": ["B", "A-TAY"], "S-C": ["C"]}
    assert children(as_of(after, DAY), UNIT)["A-DONG"] == ("A1",)
    assert unassigned_sites(province, "A", parts.sites) == ("S-A",)


def test_a_unit_that_is_split_may_go_on(province: Inventory) -> None:
    """Its sites stay its own but those handed over, which can only be written once the day has come."""
    into = [Successor("A"), Successor("A-TAY", "UBND A Tây")]
    parts = Parts({"S-A": "A-TAY"})
    after = led_to(province, split(province, "A", into, DAY, parts, today=DAY))
    assert agencies(after, DAY) == {"S-A": ["A-TAY"], "S-AB": ["A", "B"], "S-C": ["C"]}
    assert children(after, UNIT)["A"] == ("A1",)
    with pytest.raises(NotPossible) as refused:
        split(province, "A", into, DAY, parts, today=BEFORE)
    assert codes(refused.value) == ["sites_on_the_day"]


def test_a_new_name_holds_from_its_day(province: Inventory) -> None:
    """Also in versions to come that would have the old one."""
    moved = led_to(province, move(province, ["A"], "C", date(2027, 1, 1)))
    after = led_to(moved, rename(moved, "A", "Xã khác", DAY))
    names = [(v.valid_from, v.name, v.parent) for v in after.versions[UNIT]["A"]]
    assert names == [(BEGIN, "UBND A", "T"), (DAY, "Xã khác", "T"), (date(2027, 1, 1), "Xã khác", "C")]


def test_many_move_at_once(province: Inventory) -> None:
    """Those that stand there already are left alone."""
    assert directly_below(province, "T", DAY) == ("A", "B", "C")
    after = led_to(province, move(province, ["A1", "B", "C"], "A", DAY))
    assert children(after, UNIT) == {"": ("T",), "T": ("A",), "A": ("A1", "B", "C")}
    top = led_to(province, move(province, ["A"], None, DAY))
    assert children(top, UNIT)[""] == ("A", "T")


def test_what_stands_below_itself_is_refused_by_the_rules(province: Inventory) -> None:
    """As in any import."""
    proposal = difference(province, move(province, ["A"], "A1", DAY))
    assert [problem.code for problem in proposal.errors] == ["unit_cycle"]


def test_an_abolished_unit_has_a_successor_or_nothing_below(province: Inventory) -> None:
    """With a successor it is a merger; without one its sites are nobody's."""
    after = led_to(province, abolish(province, "A", DAY, "C"))
    assert agencies(after, DAY)["S-A"] == ["C"]
    proposal = difference(province, abolish(province, "B", DAY))
    assert agencies(proposal.result, DAY)["S-AB"] == ["A"]


def codes(refused: NotPossible) -> list[str]:
    """The codes of its problems."""
    return [problem.code for problem in refused.problems]


def _abolished(unit_: str) -> tuple[str, OrganisationChange]:
    return "organisation_change", OrganisationChange(id="E", kind="abolish", on=DAY, predecessors=(unit_,))


def _merge(inventory: Inventory, *units: str, into: str = "N", name: str | None = "N") -> object:
    return merge(inventory, units, Successor(into, name), DAY)


REFUSALS: Mapping[str, tuple[str, Callable[[Inventory], object]]] = {
    "unknown": ("unit_unknown", lambda inventory: _merge(inventory, "A", "X")),
    "itself": ("merge_of_one", lambda inventory: _merge(inventory, "A", into="A")),
    "nameless": ("name_needed", lambda inventory: _merge(inventory, "A", "B", name=None)),
    "differing": ("units_disagree", lambda inventory: _merge(inventory, "A", "T")),
    "ended": ("unit_ended", lambda inventory: _merge(inventory, "OLD", "A")),
    "young": ("unit_begins_later", lambda inventory: _merge(inventory, "YOUNG", "A")),
    "done": ("already_told", lambda inventory: _merge(inventory, "DONE", "A")),
    "planned": ("unit_changes_later", lambda inventory: _merge(inventory, "PLANNED", "A")),
    "ended successor": ("unit_ended", lambda inventory: _merge(inventory, "A", "B", into="OLD")),
    "unknown successor": ("unit_unknown", lambda inventory: abolish(inventory, "B", DAY, "X")),
    "its own successor": ("merge_of_one", lambda inventory: abolish(inventory, "B", DAY, "B")),
    "left below": ("units_left_below", lambda inventory: abolish(inventory, "A", DAY)),
    "left by a split": (
        "units_left_below",
        lambda inventory: split(inventory, "A", [Successor("X", "X"), Successor("Y", "Y")], DAY, Parts()),
    ),
    "one part": ("split_into_one", lambda inventory: split(inventory, "B", [Successor("C")], DAY, Parts())),
    "another's child": (
        "not_below",
        lambda inventory: split(
            inventory, "B", [Successor("C"), Successor("A")], DAY, Parts({}, {"A1": "C"})
        ),
    ),
    "no part": (
        "not_a_part",
        lambda inventory: split(inventory, "B", [Successor("C"), Successor("A")], DAY, Parts({"S-AB": "T"})),
    ),
    "unknown site": (
        "site_unknown",
        lambda inventory: split(inventory, "B", [Successor("C"), Successor("A")], DAY, Parts({"S-X": "C"})),
    ),
    "another's site": (
        "site_of_others",
        lambda inventory: split(inventory, "B", [Successor("C"), Successor("A")], DAY, Parts({"S-A": "C"})),
    ),
    "same name": ("already_named", lambda inventory: rename(inventory, "A", "UBND A", DAY)),
    "same parent": ("already_below", lambda inventory: move(inventory, ["A"], "T", DAY)),
    "nothing below": ("nothing_below", lambda inventory: directly_below(inventory, "C", DAY)),
    "unknown history": ("unit_unknown", lambda inventory: history_of(inventory, "X")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_is_refused_with_its_reason(case: str) -> None:
    """Each in a sentence of its own, before anything is written."""
    code, attempt = REFUSALS[case]
    later = date(2026, 10, 1)
    inventory = gather(
        [
            *PROVINCE,
            unit("OLD", "T", valid_to=date(2026, 1, 1)),
            unit("DONE", "T", valid_to=DAY),
            _abolished("DONE"),
            unit("YOUNG", "T", valid_from=later),
            unit("PLANNED", "T", valid_to=later),
            unit("PLANNED", "T", valid_from=later, name="Khác"),
        ],
        DAY,
    )
    with pytest.raises(NotPossible) as refused:
        attempt(inventory)
    assert codes(refused.value) == [code]


Deed = tuple[str, list[int], date]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int | None], list[Deed]]:
    """A random forest of units (each below an earlier one or at the top), and reorganisations on days in order."""
    size = draw(st.integers(3, 9))
    parents = [draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(size)]
    days = sorted(draw(st.lists(st.integers(1, 400), min_size=1, max_size=5)))
    deeds = [
        (
            draw(st.sampled_from(["merge", "absorb", "split", "rename", "move", "abolish"])),
            draw(st.lists(st.integers(0, 30), min_size=3, max_size=3)),
            BEGIN + timedelta(days=day),
        )
        for day in days
    ]
    return parents, deeds


def _forest(parents: Sequence[int | None]) -> Inventory:
    units = [
        unit(f"U{place}", f"U{above}" if above is not None else None) for place, above in enumerate(parents)
    ]
    sites = [site(f"S{place}", f"U{place}") for place in range(len(parents))]
    return gather([*units, *sites], BEGIN)


def _done(inventory: Inventory, deed: Deed, number: int) -> Inventory | None:
    """What a deed leads to; None where it is refused, or the rules refuse it."""
    kind, numbers, on = deed
    standing = sorted(as_of(inventory, on).of(UNIT))
    if not standing:
        return None
    one, other, third = (standing[each % len(standing)] for each in numbers)
    new = Successor(f"N{number}", f"Mới {number}", parent=None)
    parts = dict.fromkeys(children(as_of(inventory, on), UNIT).get(one, ()), f"N{number}")
    acts: Mapping[str, Callable[[], Sequence[IncomingRow]]] = {
        "merge": lambda: merge(inventory, [one, other], new, on),
        "absorb": lambda: merge(inventory, [one, other], Successor(third), on),
        "split": lambda: split(inventory, one, [new, Successor(f"M{number}", "Khác")], on, Parts({}, parts)),
        "rename": lambda: rename(inventory, one, f"Tên {number}", on),
        "move": lambda: move(inventory, [one, other], third if third != one else None, on),
        "abolish": lambda: abolish(inventory, one, on, other),
    }
    try:
        proposal = difference(inventory, acts[kind]())
    except NotPossible:
        return None
    return proposal.result if proposal.applicable else None


def _reorganised(
    parents: Sequence[int | None], deeds: Sequence[Deed]
) -> Iterator[tuple[Inventory, Inventory, date]]:
    """Before and after each deed that could be done, with its day."""
    inventory = _forest(parents)
    for number, deed in enumerate(deeds):
        after = _done(inventory, deed, number)
        if after is not None:
            yield inventory, after, deed[2]
            inventory = after


@settings(max_examples=60, deadline=None)
@given(histories())
def test_every_agency_leads_to_those_after_it_and_no_day_before_changes(
    history: tuple[list[int | None], list[Deed]],
) -> None:
    """Whatever happens: no agency is lost, no day gone by looks different, no site is rewritten."""
    for before, after, on in _reorganised(*history):
        lineage = succession(as_of(after, on))
        for id_ in as_of(before, on).of(UNIT):
            assert lineage.heirs(id_), id_
        day = on - timedelta(days=1)
        assert as_of(after, day).of(UNIT).keys() == as_of(before, day).of(UNIT).keys()
        assert children(as_of(after, day), UNIT) == children(as_of(before, day), UNIT)
        assert agencies(after, day) == agencies(before, day)
        assert after.of("site") == before.of("site")


def _changes(before: Inventory, after: Inventory) -> list[Change]:
    old, new = by_key(before), by_key(after)
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return [Change(*key, old.get(key), new.get(key)) for key in keys]


@settings(max_examples=12, deadline=None)
@given(histories())
def test_undoing_puts_everything_back(history: tuple[list[int | None], list[Deed]]) -> None:
    """The inventory is exactly what it was, through the tables and the events."""
    steps = list(_reorganised(*history))
    if not steps:
        return
    before, after, _ = steps[-1]
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with Session(engine) as session:
        apply(session, _changes(gather((), BEGIN), before), author="an", at=1, source="")
        found = load(session, BEGIN)
        done = apply(session, _changes(before, after), author="an", at=2, source="")
        assert done is not None
        assert load(session, BEGIN).versions == after.versions
        undo(session, done, author="an", at=3)
        again = load(session, BEGIN)
    engine.dispose()
    assert (again.versions, again.of("organisation_change")) == (
        found.versions,
        found.of("organisation_change"),
    )

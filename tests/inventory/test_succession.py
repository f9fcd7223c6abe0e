"""Who is meant by an agency that is no longer in force, and what belongs to whom then."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.organisation import (
    agencies,
    agencies_of,
    ancestors,
    children,
    meant,
    members,
    sites_of,
    subtree,
    succession,
)
from inventory.rules import check
from inventory.snapshot import (
    CHANGE_KINDS_OF_ORGANISATION,
    Device,
    Inventory,
    OrganisationChange,
    OrganisationUnit,
    Site,
    Statement,
    gather,
    kind_of,
)

START, DAY = date(2025, 1, 1), date(2026, 7, 1)


def unit(
    id_: str, begins: date = START, ends: date | None = None, parent: str | None = None
) -> OrganisationUnit:
    kind, level = "peoples_committee", "commune"
    return OrganisationUnit(
        id=id_, name=id_, kind=kind, level=level, parent=parent, valid_from=begins, valid_to=ends
    )


def event(kind: str, before: str, after: str = "", on: date = DAY, id_: str = "SK") -> OrganisationChange:
    return OrganisationChange(
        id=id_, kind=kind, on=on, predecessors=tuple(before.split()), successors=tuple(after.split())
    )


def site(id_: str, *units: str) -> Site:
    return Site(id=id_, name=id_, organisation_units=units)


def on(day: date, records: Iterable[object]) -> Inventory:
    return gather(((kind_of(record), record) for record in records), day)  # type: ignore[arg-type]


MERGED = (
    unit("TINH"),
    unit("A", ends=DAY, parent="TINH"),
    unit("B", ends=DAY, parent="TINH"),
    unit("C", begins=DAY, parent="TINH"),
    unit("THON", parent="A"),
    event("merge", "A B", "C"),
    site("S", "A", "B"),
    site("T", "B", "TINH"),
    Device(id="D", name="D", site="S", kind="switch", serves=("A",)),
    Statement(id="K", organisation_unit="A", subject="staff", value=3, on=START, source="BC"),
)


def test_a_merger_moves_everything_from_its_day_on_without_rewriting_anything() -> None:
    """Sites, what stands there, units below, and the statements of the merged; the day before all is as it was."""
    before, after = on(date(2026, 6, 30), MERGED), on(DAY, MERGED)
    assert [each.id for each in agencies_of(before, "S")] == ["A", "B"]
    assert [each.id for each in agencies_of(after, "S")] == ["C"]
    assert [each.id for each in agencies_of(after, "T")] == ["C", "TINH"]
    assert agencies(after, after.of("device")["D"].serves) == ("C",)
    assert [each.id for each in sites_of(after, "C")] == ["S", "T"]
    assert not sites_of(before, "C")
    assert subtree(after, "C") == ("C", "THON")
    assert ancestors(after, "THON") == ("TINH", "C")
    assert children(after, "organisation_unit")["TINH"] == ("C",)
    assert members(after, "C") == {
        ("organisation_unit", "THON"), ("site", "S"), ("device", "D"), ("statement", "K"),
    }  # fmt: skip
    assert not [
        problem for problem in check(after) if problem.code in ("unit_not_in_force", "split_undecided")
    ]


def test_after_a_split_nobody_is_meant_until_somebody_says_who() -> None:
    """The site belongs to neither and is told; once it names one of them it is that one's."""
    units = (unit("A", ends=DAY), unit("B", begins=DAY), unit("C", begins=DAY))
    split = on(DAY, [*units, event("split", "A", "B C"), site("S", "A")])
    assert succession(split).heirs("A") == ("B", "C")
    assert agencies_of(split, "S") == ()
    assert meant(split, ["A"]) == ("A",)
    assert members(split, "B") == members(split, "C") == frozenset()
    assert [(p.code, p.entity, p.params["successors"]) for p in check(split)] == [
        ("split_undecided", "S", "B, C")
    ]
    said = on(DAY, [*units, event("split", "A", "B C"), site("S", "C")])
    assert [each.id for each in agencies_of(said, "S")] == ["C"]
    assert not check(said)


def test_a_unit_that_goes_on_after_a_split_keeps_what_names_it() -> None:
    """It is in force, so its id means itself."""
    found = on(DAY, [unit("A"), unit("B", begins=DAY), event("split", "A", "A B"), site("S", "A")])
    assert [each.id for each in agencies_of(found, "S")] == ["A"]
    assert not check(found)


@pytest.mark.parametrize(
    ("events", "heirs"),
    [
        ([event("merge", "A B", "C", START, "1"), event("rename", "C", "D", DAY, "2")], ("D",)),
        ([event("split", "A", "X Y", START, "1"), event("merge", "X Y", "D", DAY, "2")], ("D",)),
        ([event("merge", "A", "C", START, "1"), event("merge", "A", "D", DAY, "2")], ("D",)),
        ([event("abolish", "A")], ()),
        ([event("reparent", "A", "D")], ()),
        ([event("merge", "A", "D", date(2026, 7, 2))], ()),
        ([event("merge", "A", "C", START, "1"), event("merge", "C", "A", DAY, "2")], ()),
    ],
    ids=["a chain", "parts come together", "the last word", "nobody", "no successor", "not yet", "a ring"],
)
def test_events_are_followed_to_those_in_force(
    events: list[OrganisationChange], heirs: tuple[str, ...]
) -> None:
    """Through any number of them, the newest of each agency, up to the day."""
    past = [unit(id_, ends=date(2025, 6, 1)) for id_ in ("A", "B", "C", "X", "Y")]
    found = succession(on(DAY, [*past, unit("D"), *events]))
    assert found.heirs("A") == heirs
    assert found.agency("A") == (heirs[0] if heirs else None)


IDS = ("A", "B", "C", "D", "E")


@given(
    living=st.sets(st.sampled_from(IDS)),
    events=st.lists(
        st.tuples(
            st.sampled_from(CHANGE_KINDS_OF_ORGANISATION),
            st.sets(st.sampled_from(IDS)),
            st.sets(st.sampled_from(IDS)),
            st.dates(date(2025, 1, 1), date(2027, 1, 1)),
        ),
        max_size=6,
    ),
    parents=st.lists(st.sampled_from(IDS), min_size=len(IDS), max_size=len(IDS)),
)
def test_whatever_happened_only_agencies_in_force_are_meant_and_nothing_hangs(
    living: set[str], events: list[tuple[str, set[str], set[str], date]], parents: list[str]
) -> None:
    """Also for events that contradict each other and rings of parents, which the rules would refuse."""
    units = [unit(id_, parent=above) for id_, above in zip(IDS, parents, strict=True) if id_ in living]
    changes = [
        event(kind, " ".join(sorted(one)), " ".join(sorted(other)), day, str(number))
        for number, (kind, one, other, day) in enumerate(events)
    ]
    inventory = on(DAY, [*units, *changes, site("S", *IDS)])
    lineage = succession(inventory)
    for id_ in IDS:
        assert set(lineage.heirs(id_)) <= living
        assert lineage.heirs(id_) == (id_,) or id_ not in living
        assert set(ancestors(inventory, id_)) <= living
        assert set(subtree(inventory, id_)) <= living
    told = [each.id for each in agencies_of(inventory, "S")]
    assert len(told) == len(set(told))
    assert set(told) >= living

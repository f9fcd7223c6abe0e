"""One item that breaks moves the figures by exactly its share: over random items, agencies and norms."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.coverage.contract import DECLARED, Aspect, Audit, Cell, Evidence, Sighting, State

UNITS = ("A", "B", "C")
SITES = ("S1", "S2")
CLASSES = ("tslcd_access_1", "tslcd_access_2", "leased_line", "fibre_internet")
# Kinds of things, and the norms they may be counted for.
KINDS = {
    "line": ("data_line", "internet_line"),
    "switch": ("lan",),
    "camera": ("camera",),
    "firewall": ("firewall",),
    "endpoint": ("conferencing_endpoint",),
    "protector": ("surge_protector",),
    "asset": ("camera", "computer", "asset"),
    "stated": ("antivirus",),
}
MEGABIT = 1_000_000
Make = Any
Records = list[Any]

some_units = st.lists(st.sampled_from(UNITS), max_size=3, unique=True).map(tuple)
sites = st.sampled_from(SITES)
speeds = st.sampled_from((None, 10 * MEGABIT, 100 * MEGABIT))
ages = st.sampled_from((None, 0, 5, 29, 31, 400))


@st.composite
def things(draw: st.DrawFn, make: Make, kinds: Sequence[str]) -> tuple[Records, list[Sighting]]:
    """Up to eight things of these kinds, shared or not, and what was seen of them."""
    records: Records = []
    sightings: list[Sighting] = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(kinds))
        id_, site, serves, age = f"{kind}-{number}", draw(sites), draw(some_units), draw(ages)
        seen: list[tuple[Aspect, str]] = []
        if kind == "line":
            speed = draw(speeds)
            records.append(
                make.line(
                    id_,
                    site,
                    line_class=draw(st.sampled_from(CLASSES)),
                    serves=serves,
                    bandwidth_down=speed,
                    channels=draw(st.integers(1, 3)),
                    route_group=draw(st.sampled_from((None, "north", "south"))),
                )
            )
            seen = [(Aspect.CARRIED, "")]
        elif kind == "protector":
            records.append(make.protector(id_, site, serves=serves))
            seen = [(Aspect.CONTACT, draw(st.sampled_from(("closed", "open"))))]
        elif kind == "stated":
            continue
        elif kind == "asset":
            name = draw(st.sampled_from(("camera", "Máy tính")))
            records.append(make.asset(id_, site, name, draw(st.integers(0, 5)), serves=serves))
        else:
            device = "conferencing_endpoint" if kind == "endpoint" else kind
            told = draw(st.sampled_from((device, "server")))
            records.append(
                make.device(id_, site, device, serves=serves, port_speed=draw(speeds), serial="S1")
            )
            seen = [
                (Aspect.ANSWERED, ""),
                (Aspect.SPEED, str(draw(speeds) or 0)),
                (Aspect.KIND, told),
                (Aspect.SERIAL, draw(st.sampled_from(("S1", "S1", "S2")))),
            ]
            if kind == "endpoint":
                records.append(make.endpoint(f"{id_}-room", id_))
                seen.append((Aspect.REGISTERED, ""))
        if age is not None:
            kept = draw(st.lists(st.sampled_from(seen), unique=True)) if seen else []
            sightings += [make.seen(id_, aspect, value, age) for aspect, value in kept]
    return records, sightings


@st.composite
def norms(draw: st.DrawFn, make: Make, kinds: Sequence[str]) -> Records:
    """Up to three norms of what these kinds may be counted for."""
    items = [item for kind in kinds for item in KINDS[kind]]
    return [
        make.norm(
            f"N{number}",
            draw(st.sampled_from(items)),
            per=draw(st.sampled_from(("unit", "staff", "site"))),
            quantity=draw(st.integers(1, 4)),
            routes=draw(st.sampled_from((None, None, 1, 2, 3))),
            bandwidth=draw(speeds),
            levels=draw(st.sampled_from(((), ("commune",), ("province", "commune")))),
        )
        for number in range(draw(st.integers(1, 3)))
    ]


@st.composite
def worlds(draw: st.DrawFn, make: Make) -> tuple[Records, Evidence]:
    """Agencies with sites, staff and statements, things and norms, and the evidence of a day."""
    records: Records = [make.unit(id_, draw(st.sampled_from(("province", "commune")))) for id_ in UNITS]
    records += [make.site(id_, *draw(some_units)) for id_ in SITES]
    for subject in ("staff", "antivirus"):
        records += [make.statement(id_, subject, draw(st.integers(0, 6))) for id_ in draw(some_units)]
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2, unique=True))
    own, sightings = draw(things(make, kinds))
    norms_ = draw(norms(make, kinds))
    records += [*own, *norms_]
    if draw(st.booleans()):
        records.append(make.exemption(norms_[0].id, draw(st.sampled_from(UNITS))))
    return records, make.evidence(sightings)


def share(cell: Cell, item: str, states: frozenset[State], norm: Any, records: Records) -> int:  # noqa: ANN401
    """What of a cell's need only this item covers, among those in these states; told without the code under test."""
    every = [one for one in cell.coverings if one.state in states and one.units]
    without = [one for one in every if one.item != item]
    known = {one.id: one for one in records}
    own = [one.id for one in records if cell.unit in getattr(one, "organisation_units", ())]

    def site(id_: str) -> str:
        return getattr(known.get(getattr(known.get(id_), "device", id_)), "site", "")

    def reach(those: Sequence[Any]) -> int:
        groups = {getattr(known.get(one.item), "route_group", None) for one in those} - {None}
        lacking = max(0, norm.routes - max(1, len(groups))) if those and (norm.routes or 0) > 1 else 0
        most = -(-cell.need // len(own)) if norm.per == "site" and own else 0
        at = [sum(one.units for one in those if site(one.item) == place) for place in own] if most else []
        elsewhere = sum(one.units for one in those if not most or site(one.item) not in own)
        covered = elsewhere + sum(min(units, most) for units in at)
        return min(covered, cell.need - lacking) if those else 0

    return reach(every) - reach(without)


def total(audit: Audit, norm: str, *states: State) -> int:
    """A norm's units in these states over everybody."""
    return sum(
        one.counts.get(s, 0) for one in audit.figures if not one.level and one.norm == norm for s in states
    )


def gone(records: Records, item: str) -> Records:
    """Everything but an item, an endpoint together with its device."""
    hosts = {one.device for one in records if one.id == item and type(one).__name__ == "ConferencingEndpoint"}
    return [one for one in records if one.id != item and one.id not in hosts]


def loops(records: Records) -> dict[str, Any]:
    """The norms by id."""
    return {one.id: one for one in records if type(one).__name__ == "Norm"}


def items_of(audit: Audit) -> list[str]:
    """Everything that was weighed."""
    return sorted({covering.item for cell in audit.cells for covering in cell.coverings})


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_counts_add_up(make: Make, data: st.DataObject) -> None:
    """Those of a cell to its need, those of a figure to its cells', the levels' to that of all."""
    records, evidence = data.draw(worlds(make))
    audit = make.audit(make.inventory(*records), evidence)
    for cell in audit.cells:
        assert sum(cell.counts.values()) == cell.need
        assert all(number > 0 for number in cell.counts.values())
    for figure in audit.figures:
        cells = [one for one in audit.cells if one.norm == figure.norm and figure.level in ("", one.level)]
        assert figure.need == sum(cell.need for cell in cells) == sum(figure.counts.values())
        assert figure.proved <= figure.declared <= figure.denominator
        assert figure.agencies_proved <= figure.agencies_declared <= figure.agencies
        assert figure.items_proved <= figure.items
    for norm in {figure.norm for figure in audit.figures}:
        every, *levels = [one for one in audit.figures if one.norm == norm]
        assert every.declared == sum(one.declared for one in levels)
        assert every.proved == sum(one.proved for one in levels)


@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_an_item_that_goes_takes_exactly_its_share(make: Make, data: st.DataObject) -> None:
    """Of what is declared and of what is proved, at every norm; the need stays, spare items take nothing."""
    records, evidence = data.draw(worlds(make))
    before = make.audit(make.inventory(*records), evidence)
    for item in items_of(before):
        after = make.audit(make.inventory(*gone(records, item)), evidence)
        for norm, asked in loops(records).items():
            cells = [cell for cell in before.cells if cell.norm == norm]
            for states in (DECLARED, frozenset({State.PROVED})):
                lost = sum(share(cell, item, states, asked, records) for cell in cells)
                assert total(after, norm, *states) == total(before, norm, *states) - lost
            assert total(after, norm, *State) == total(before, norm, *State)


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_an_item_that_falls_silent_takes_its_share_of_what_is_proved(make: Make, data: st.DataObject) -> None:
    """Without its sightings the proved figures fall by its share, and those declared stay."""
    records, evidence = data.draw(worlds(make))
    inventory = make.inventory(*records)
    before = make.audit(inventory, evidence)
    for item in items_of(before):
        looks = {item, item.removesuffix("-room")}
        left = {id_: each for id_, each in evidence.sightings.items() if id_ not in looks}
        after = make.audit(inventory, replace(evidence, sightings=left))
        for norm, asked in loops(records).items():
            cells = [cell for cell in before.cells if cell.norm == norm]
            proved = frozenset({State.PROVED})
            lost = sum(share(cell, item, proved, asked, records) for cell in cells)
            assert total(after, norm, State.PROVED) == total(before, norm, State.PROVED) - lost
            assert total(after, norm, *DECLARED) == total(before, norm, *DECLARED)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_order_of_records_does_not_matter(make: Make, data: st.DataObject) -> None:
    """The audit of the same records in another order is the same."""
    records, evidence = data.draw(worlds(make))
    turned = data.draw(st.permutations(records))
    assert make.audit(make.inventory(*records), evidence) == make.audit(make.inventory(*turned), evidence)


@given(data=st.data(), days=st.integers(1, 500))
@settings(max_examples=40, deadline=None)
def test_proof_only_fades_while_nothing_new_is_seen(make: Make, data: st.DataObject, days: int) -> None:
    """Asked later with the same sightings, no figure is proved better and none is declared otherwise."""
    records, evidence = data.draw(worlds(make))
    inventory = make.inventory(*records)
    now = make.audit(inventory, evidence)
    later = make.audit(inventory, replace(evidence, at=evidence.at + days * make.day))
    for norm in loops(records):
        assert total(later, norm, State.PROVED) <= total(now, norm, State.PROVED)
        assert total(later, norm, *DECLARED) == total(now, norm, *DECLARED)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_agency_that_a_line_serves_has_it(make: Make, data: st.DataObject) -> None:
    """What is declared, counted by hand: of each agency the channels of its lines, up to what it needs."""
    records, evidence = data.draw(worlds(make))
    plain = [
        one for one in records if type(one).__name__ not in ("Norm", "Exemption", "ConferencingEndpoint")
    ]
    need = data.draw(st.integers(1, 4))
    norm = make.norm("N", "data_line", quantity=need)
    audit = make.audit(make.inventory(*plain, norm), evidence)
    at = {one.id: one.organisation_units for one in plain if type(one).__name__ == "Site"}
    lines = [one for one in plain if type(one).__name__ == "Line" and one.line_class in CLASSES[:3]]
    channels = {
        unit: sum(line.channels for line in lines if unit in (line.serves or at[line.site])) for unit in UNITS
    }
    assert total(audit, "N", *DECLARED) == sum(min(need, count) for count in channels.values())
    [figure] = [one for one in audit.figures if not one.level]
    assert figure.items == sum(1 for line in lines if line.serves or at[line.site])

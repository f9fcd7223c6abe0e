"""From rows to what they would change."""

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.changes import Change, Complete, Proposal, difference, good_rows
from inventory.incoming import IncomingRow, cells_of
from inventory.rules import check
from inventory.samples import sample_rows
from inventory.snapshot import KINDS, Inventory, OrganisationUnit

Row = Callable[..., IncomingRow]
TODAY = date(2026, 11, 23)


def _exported(inventory: Inventory, language: str | None = None) -> list[IncomingRow]:
    records = [(kind, record) for kind in KINDS for record in inventory.every(kind)]
    return [
        IncomingRow(kind, kind, n, cells_of(record, language)) for n, (kind, record) in enumerate(records)
    ]


def _only(proposal: Proposal) -> Change:
    (change,) = proposal.changes
    assert proposal.applicable
    return change


@pytest.mark.parametrize("language", [None, "vi", "en"])
def test_what_was_exported_changes_nothing_when_it_is_imported(
    sample: Inventory, language: str | None
) -> None:
    """In codes and in the words of both languages."""
    proposal = difference(sample, _exported(sample, language))
    assert (proposal.changes, proposal.problems) == ((), ())


def test_the_same_rows_twice_change_nothing_the_second_time(sample: Inventory) -> None:
    """The rows that made the inventory are idempotent."""
    assert difference(sample, sample_rows()).changes == ()


def test_a_blank_cell_leaves_the_value_and_a_dash_clears_it(sample: Inventory, row: Row) -> None:
    """Blank is not empty."""
    proposal = difference(
        sample, [row("site", 7, id="TRU-SO-SUOI-MAU", feeder="-", power_source=" ", name="Mới")]
    )
    change = _only(proposal)
    assert change.fields == ("name", "feeder")
    assert (change.sheet, change.row) == ("site", 7)
    site = proposal.result.of("site")["TRU-SO-SUOI-MAU"]
    assert (site.feeder, site.power_source) == (None, "TBA Suối Mẫu 1")


def test_clearing_a_field_that_has_a_default_brings_the_default_back(sample: Inventory, row: Row) -> None:
    """A device's port is 161 again, its uplinks are none."""
    rows = [row("device", id="RT-SUOI-MAU", snmp_port="1161", uplinks="-", core="-")]
    changed = difference(sample, rows).result
    again = difference(changed, [row("device", id="RT-SUOI-MAU", snmp_port="-")]).result
    device = again.of("device")["RT-SUOI-MAU"]
    assert (device.snmp_port, device.uplinks, device.core) == (161, (), False)


def test_absent_rows_change_nothing(sample: Inventory, row: Row) -> None:
    """A file that names one device says nothing about the others."""
    assert len(difference(sample, [row("device", id="RT-SUOI-MAU", vendor="Cisco")]).changes) == 1


def test_rows_without_anything_in_them_are_passed_over(sample: Inventory, row: Row) -> None:
    """Sheets end in blank rows."""
    assert difference(sample, [row("device", id=" ", name="\u00a0")]).problems == ()


def test_an_interface_gets_its_id_from_device_and_name(sample: Inventory, row: Row) -> None:
    """Its identity is (device, ifName), so the id follows from them and is the same every time."""
    rows = [row("interface", device="RT-SUOI-MAU", name="Cellular 0/2/0")]
    change = _only(difference(sample, rows))
    assert change.id == "RT-SUOI-MAU:Cellular%200/2/0"
    assert difference(difference(sample, rows).result, rows).changes == ()


class TestVersions:
    """Units are effective-dated: identity apart from versions."""

    def test_a_new_first_day_is_a_new_version_that_closes_the_one_before(
        self, sample: Inventory, row: Row
    ) -> None:
        """The commune becomes a ward; what the row leaves out stays as it was."""
        proposal = difference(
            sample,
            [
                row(
                    "administrative_unit",
                    id="99001",
                    kind="phường",
                    name="Phường Suối Mẫu",
                    valid_from="01/01/2027",
                )
            ],
        )
        before, after = proposal.result.versions["administrative_unit"]["99001"]
        assert (before.kind, before.valid_to) == ("commune", date(2027, 1, 1))
        assert (after.kind, after.parent, after.valid_to) == ("ward", "99", None)
        # Today the old one is still in force.
        assert proposal.result.of("administrative_unit")["99001"].kind == "commune"
        assert [change.version for change in proposal.changes] == [date(2025, 7, 1), date(2027, 1, 1)]

    def test_a_row_without_a_day_speaks_of_the_version_in_force(self, sample: Inventory, row: Row) -> None:
        """A correction of a name is not a new version."""
        change = _only(difference(sample, [row("organisation_unit", id="UBND-SUOI-MAU", name="UBND xã")]))
        assert change.fields == ("name",)

    def test_a_version_in_between_shares_the_time_of_the_one_it_falls_into(
        self, sample: Inventory, row: Row
    ) -> None:
        """It begins on its day and ends where the divided one ended."""
        rows = [
            row("organisation_unit", 1, id="UBND-SUOI-MAU", valid_from="2027-01-01", name="Ba"),
            row("organisation_unit", 2, id="UBND-SUOI-MAU", valid_from="2026-01-01", name="Hai"),
            row("organisation_unit", 3, id="UBND-SUOI-MAU", valid_from="2024-01-01", name="Không"),
        ]
        proposal = difference(sample, rows)
        assert proposal.applicable
        spans = [
            (unit.valid_from.year, unit.valid_to.year if unit.valid_to else None)
            for unit in proposal.result.versions["organisation_unit"]["UBND-SUOI-MAU"]
        ]
        assert spans == [(2024, 2025), (2025, 2026), (2026, 2027), (2027, None)]

    @given(st.permutations([2024, 2026, 2027, 2029]))
    @settings(max_examples=24)
    def test_the_order_of_rows_does_not_matter(self, sample: Inventory, years: list[int]) -> None:
        """Versions arrange themselves by their days."""
        rows = [
            IncomingRow(
                "organisation_unit",
                "s",
                n,
                {"id": "UBND-SUOI-MAU", "name": str(y), "valid_from": f"{y}-01-01"},
            )
            for n, y in enumerate(years)
        ]
        proposal = difference(sample, rows)
        assert proposal.applicable
        units = proposal.result.versions["organisation_unit"]["UBND-SUOI-MAU"]
        assert [unit.name for unit in units] == [
            "2024",
            "UBND xã Suối Mẫu (DỮ LIỆU MẪU)",
            "2026",
            "2027",
            "2029",
        ]


class TestComplete:
    """A file that says it holds all of a unit's subtree."""

    def test_rows_absent_from_it_are_retired_and_only_those(self, sample: Inventory, row: Row) -> None:
        """Devices of the commune go; of the centre, and of other kinds, nothing does."""
        rows = [
            row("device", n, id=id_) for n, id_ in enumerate(("RT-SUOI-MAU", "HN-SUOI-MAU", "IO-SUOI-MAU"))
        ]
        extra = [*rows, row("device", 9, id="SW-1", name="SW", site="TRU-SO-SUOI-MAU", kind="switch")]
        grown = difference(sample, extra).result
        proposal = difference(grown, rows, Complete("UBND-SUOI-MAU", TODAY))
        change = _only(proposal)
        assert (change.kind, change.id, change.after) == ("device", "SW-1", None)

    def test_nothing_is_retired_without_it(self, sample: Inventory, row: Row) -> None:
        """The same rows without the word change nothing."""
        assert difference(sample, [row("device", id="RT-SUOI-MAU")]).changes == ()

    def test_a_retired_record_that_others_need_is_refused(self, sample: Inventory, row: Row) -> None:
        """The line ends on the router that would go."""
        rows = [
            row("device", 1, id="HN-SUOI-MAU", uplinks="-"),
            row("device", 2, id="IO-SUOI-MAU", uplinks="-"),
        ]
        scope = Complete("UBND-SUOI-MAU", TODAY)
        proposal = difference(sample, rows, scope)
        assert {problem.code for problem in proposal.errors} == {"retired_but_needed"}
        kept = good_rows(sample, rows, scope)
        assert kept.errors == ()
        assert "RT-SUOI-MAU" in kept.result.of("device")
        assert [(problem.code, problem.entity) for problem in kept.warnings] == [
            ("kept_as_needed", "RT-SUOI-MAU")
        ]

    def test_a_retired_unit_ends_and_its_past_stays(self, sample: Inventory, row: Row) -> None:
        """Units are not deleted; they are no longer in force."""
        rows = [row("organisation_unit", id="UBND-TINH-MAU")]
        proposal = difference(sample, rows, Complete("UBND-TINH-MAU", TODAY))
        assert _only(proposal).fields == ("valid_to",)
        assert [unit.valid_to for unit in proposal.result.versions["organisation_unit"]["UBND-SUOI-MAU"]] == [
            TODAY
        ]
        assert "UBND-SUOI-MAU" not in proposal.result.of("organisation_unit")
        assert {problem.code for problem in proposal.warnings} == {"unit_not_in_force"}

    def test_a_faulty_row_still_says_that_its_record_exists(self, sample: Inventory, row: Row) -> None:
        """Otherwise a typing mistake would retire a port."""
        rows = [row("interface", device="RT-SUOI-MAU", name="GigabitEthernet0/0/0", exported="perhaps")]
        proposal = good_rows(sample, rows, Complete("UBND-SUOI-MAU", TODAY))
        assert proposal.changes == ()
        assert len(proposal.rejects) == 1

    def test_a_site_shared_with_an_agency_outside_is_not_retired(self, sample: Inventory, row: Row) -> None:
        """It does not belong to the subtree alone."""
        shared = difference(
            sample, [row("site", id="TRU-SO-SUOI-MAU", organisation_units="UBND-SUOI-MAU; UBND-TINH-MAU")]
        ).result
        scope = Complete("UBND-SUOI-MAU", TODAY, kinds=frozenset(KINDS))
        assert difference(shared, [], scope).changes == ()

    def test_an_unknown_unit_is_refused_with_its_likes(self, sample: Inventory) -> None:
        """Nothing is retired by a typing mistake."""
        (problem,) = difference(sample, [], Complete("UBND-SUOI-MAO", TODAY)).errors
        assert problem.code == "unknown_scope"
        assert problem.params["near"].startswith("UBND-SUOI-MAU")


class TestGoodRows:
    """Only the good rows, and never an inventory whose rules do not hold."""

    def test_bad_rows_and_what_depends_on_them_stay_out_with_reasons(
        self, sample: Inventory, row: Row
    ) -> None:
        """The site is faulty; its device and that device's interface cannot be without it; the contact can."""
        rows = [
            row("contact", 1, id="LH-2", name="Trực", role="site", phone="0"),
            row("site", 2, id="DD-2", name="Hai", organisation_units="UBND-TINH-MAU", latitude="north"),
            row("device", 3, id="RT-2", name="Router", site="DD-2", kind="router"),
            row("interface", 4, device="RT-2", name="eth0"),
        ]
        assert not difference(sample, rows).applicable
        proposal = good_rows(sample, rows)
        assert [change.id for change in proposal.changes] == ["LH-2"]
        codes = {
            reject.row.number: [problem.code for problem in reject.problems] for reject in proposal.rejects
        }
        assert codes == {2: ["not_a_number"], 3: ["depends_on_rejected"], 4: ["depends_on_rejected"]}

    def test_of_rows_that_contradict_each_other_none_is_taken(self, sample: Inventory, row: Row) -> None:
        """Nobody can tell which of two devices really has the address."""
        common = {"site": "TRUNG-TAM", "kind": "server", "address": "10.99.0.9"}
        rows = [row("device", 1, id="A", name="A", **common), row("device", 2, id="B", name="B", **common)]
        proposal = good_rows(sample, rows)
        assert proposal.changes == ()
        assert [reject.row.number for reject in proposal.rejects] == [1, 2]

    def test_what_was_there_before_stays_when_a_row_contradicts_it(self, sample: Inventory, row: Row) -> None:
        """The newcomer with a taken address is left out, the owner of the address is not touched."""
        rows = [
            row("device", 1, id="A", name="A", site="TRUNG-TAM", kind="server", address="10.99.0.1"),
            row("device", 2, id="RT-TRUNG-TAM"),
        ]
        proposal = good_rows(sample, rows)
        assert [reject.row.number for reject in proposal.rejects] == [1]
        assert proposal.result == sample

    def test_problems_that_stood_there_before_do_not_keep_good_rows_out(
        self, sample: Inventory, row: Row
    ) -> None:
        """The file is judged by what it does, not by what it finds."""
        broken = difference(sample, [row("line", id="TSLCD-SUOI-MAU", witness_address="-")]).result
        assert difference(broken, [row("device", id="RT-TRUNG-TAM", vendor="X")]).applicable


IDS = st.sampled_from(
    ["A", "B", "C", "RT-SUOI-MAU", "TRUNG-TAM", "UBND-SUOI-MAU", "TSLCD-SUOI-MAU", "99", "x y", ""]
)
CELL = st.sampled_from(
    ["", "-", "1", "10.0.0.1", "10.0.0.2", "2026-01-01", "2027-01-01", "router", "echo", "2 Mbps"]
)


@st.composite
def any_row(draw: st.DrawFn) -> IncomingRow:
    """A row of any kind whose cells may or may not fit."""
    kind = draw(st.sampled_from(list(KINDS)))
    names = [name for name in KINDS[kind].__dataclass_fields__ if name != "id"]
    cells = draw(st.dictionaries(st.sampled_from(names), CELL | IDS, max_size=len(names)))
    return IncomingRow(kind, kind, draw(st.integers(1, 99)), {"id": draw(IDS), **cells})


@given(
    st.lists(any_row(), max_size=12),
    st.sampled_from([None, "UBND-SUOI-MAU", "UBND-TINH-MAU", "99", "nobody"]),
)
def test_whatever_comes_in_good_rows_lead_to_an_inventory_whose_rules_hold(
    sample: Inventory, rows: list[IncomingRow], unit: str | None
) -> None:
    """Every row is applied, blank, without effect or rejected with a reason; what results has no error."""
    scope = Complete(unit, TODAY) if unit else None
    proposal = good_rows(sample, rows, scope)
    assert [problem for problem in check(proposal.result) if problem.is_error] == []
    assert {problem.code for problem in proposal.errors} <= {"unknown_scope"}
    assert all(reject.problems for reject in proposal.rejects)
    if difference(sample, rows, scope).applicable:
        assert proposal.rejects == ()
        assert proposal.changes == difference(sample, rows, scope).changes


def test_a_change_of_a_created_record_lists_what_it_was_given(sample: Inventory, row: Row) -> None:
    """Empty fields are not told."""
    change = _only(difference(sample, [row("contact", id="LH-9", name="A", role="điện lực", phone="113")]))
    assert change.fields == ("id", "name", "role", "phone")


def test_versions_are_told_apart_in_problems(sample: Inventory, row: Row) -> None:
    """The row of the faulty version is named, not its neighbour's."""
    rows = [
        row("organisation_unit", 4, id="UBND-SUOI-MAU", valid_from="2026-01-01", parent="KHONG-CO"),
        row("organisation_unit", 5, id="UBND-SUOI-MAU", valid_from="2027-01-01", parent="UBND-TINH-MAU"),
    ]
    assert [problem.row for problem in difference(sample, rows).errors] == [4]
    assert isinstance(sample.of("organisation_unit")["UBND-SUOI-MAU"], OrganisationUnit)


def test_a_row_that_does_not_write_what_is_disputed_is_not_left_out(sample: Inventory, row: Row) -> None:
    """Another row claims the address of a device of which the file changes only the vendor."""
    address = sample.of("device")["RT-SUOI-MAU"].address or ""
    new = {"name": "N", "site": "TRUNG-TAM", "kind": "router", "address": address}
    proposal = good_rows(
        sample,
        [row("device", 1, id="RT-SUOI-MAU", vendor="A", address=address), row("device", 2, id="NEW", **new)],
    )
    (reject,) = proposal.rejects
    assert reject.row.number == 2
    assert [(p.code, p.params["other"]) for p in reject.problems] == [("address_taken", "RT-SUOI-MAU")]
    assert _only(proposal).fields == ("vendor",)


def test_the_row_that_takes_an_address_is_told_whose_it_is(sample: Inventory, row: Row) -> None:
    """Whichever of the two stands first in the inventory, the other one is named."""
    taken = {id_: device.address for id_, device in sample.of("device").items() if device.address}
    for thief, owner in permutations(list(taken)[:2]):
        proposal = good_rows(sample, [row("device", id=thief, address=taken[owner] or "")])
        ((problem,),) = (reject.problems for reject in proposal.rejects)
        assert (problem.entity, problem.params["other"]) == (thief, owner)


def test_of_a_circle_only_the_row_that_closes_it_is_left_out(sample: Inventory, row: Row) -> None:
    """The other record's row writes something else."""
    proposal = good_rows(
        sample,
        [
            row("device", 1, id="RT-TRUNG-TAM", uplinks="RT-SUOI-MAU"),
            row("device", 2, id="RT-SUOI-MAU", vendor="A"),
            row("line", 3, id="TSLCD-SUOI-MAU", provider="A"),
        ],
    )
    assert [reject.row.number for reject in proposal.rejects] == [1]
    assert {problem.code for problem in proposal.rejects[0].problems} == {"uplink_cycle"}


def test_of_units_below_each_other_only_the_row_that_moves_one_is_left_out(
    sample: Inventory, row: Row
) -> None:
    """A new version of the other that keeps its parent has no part in it."""
    child = sample.of("organisation_unit")["UBND-SUOI-MAU"]
    assert child.parent == "UBND-TINH-MAU"
    proposal = good_rows(
        sample,
        [
            row("organisation_unit", 1, id="UBND-TINH-MAU", parent="UBND-SUOI-MAU"),
            row("organisation_unit", 2, id="UBND-SUOI-MAU", name="Mới", valid_from="2026-01-01"),
        ],
    )
    assert [reject.row.number for reject in proposal.rejects] == [1]

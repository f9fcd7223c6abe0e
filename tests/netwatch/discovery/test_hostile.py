"""Devices that answer anything: a sweep goes on, and what they say becomes neither formula nor order."""

import asyncio
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.sheets.proposals import ProposedRow, write_proposal
from inventory.sheets.reading import read
from inventory.snapshot import Inventory
from netwatch.discovery.asking import Asker
from netwatch.discovery.contract import Place
from netwatch.discovery.hints import COLUMNS
from netwatch.discovery.order import Order
from netwatch.discovery.pace import Pace
from netwatch.discovery.proposal import propose
from netwatch.discovery.sweep import Sweep, sweep
from probes.equipment.memory import EquipmentBook
from probes.kit import Kit
from probes.transports.fakes import FakeIcmp, FakeMonotonic, FakeSnmp, integer, object_identifier, octets
from probes.transports.snmp.contract import Value

PLACE = Place("main", "10.0.0.1")
PROFILES = EquipmentBook().profiles
ENTITY, LLDP, CDP = "1.3.6.1.2.1.47.1.1.1.1", "1.0.8802.1.1.2.1.4.1.1", "1.3.6.1.4.1.9.9.23.1.2.1.1"
INSTANCES = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.0.8802.1.1.2.1.3.2.0", "1.3.6.1.2.1.17.1.1.0")
TABLES = (
    *(f"{ENTITY}.{column}" for column in (4, 5, 6, 11, 13)),
    *(f"{LLDP}.{column}" for column in (4, 5, 6, 7, 8, 9)),
    *(f"{CDP}.{column}" for column in (4, 6, 7)),
    *COLUMNS,
)
NASTY = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-",
    "@x",
    "a\x00b",
    "\u202eevil",
    "';DROP TABLE device;--",
    "x" * 5000,
    "1;2",
    "{0}",
)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(NASTY).map(octets),
    st.binary(max_size=12).map(octets),
    st.integers(-(2**31), 2**31).map(integer),
    st.just(object_identifier("1.3.6.1.4.1.9.1.716")),
)
ROWS = st.lists(st.integers(0, 300), min_size=1, max_size=9).map(lambda arcs: ".".join(map(str, arcs)))


async def swept(values: dict[str, Value]) -> Sweep:
    """What a sweep finds at an agent of these values."""
    icmp, snmp = FakeIcmp(), FakeSnmp()
    icmp.living([PLACE.address])
    snmp.agent(PLACE.address).values.update(values)
    order = Order((PLACE,), ("ro",), hints=True)
    kit = Kit(icmp, snmp, FakeMonotonic())
    result = Sweep()
    asker = Asker(kit, Pace(1e6, kit.monotonic, lambda _: asyncio.sleep(0)), PROFILES, order)
    await sweep(asker, result, lambda _: None)
    return result


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(INSTANCES), VALUES),
    st.dictionaries(st.tuples(st.sampled_from(TABLES), ROWS), VALUES, max_size=12),
)
def test_any_answer_leads_to_a_proposal_that_can_be_read(
    single: dict[str, Value], rows: dict[tuple[str, str], Value]
) -> None:
    """Whatever an agent says, its row holds one line of text per cell."""
    values = {**single, **{f"{column}.{row}": value for (column, row), value in rows.items()}}
    values["1.3.6.1.2.1.1.2.0"] = object_identifier("1.3.6.1.4.1.9.1.716")
    result = asyncio.run(swept(values))
    (row,) = propose(result.found, Inventory(), result.asked).rows
    assert all(text.isprintable() and len(text) <= 500 for text in row.cells.values())
    assert all("\n" not in str(each) for each in row.evidence)


def test_nasty_names_are_written_as_texts(tmp_path: Path) -> None:
    """Through every format and back: the very name, and nothing else."""
    for number, name in enumerate(NASTY):
        values = {
            "1.3.6.1.2.1.1.2.0": object_identifier("1.3.6.1.4.1.9.1.716"),
            "1.3.6.1.2.1.1.5.0": octets(name),
        }
        result = asyncio.run(swept(values))
        (row,) = propose(result.found, Inventory(), result.asked).rows
        evidence = " ".join(map(str, row.evidence))
        assert (
            write_proposal(tmp_path / str(number), [ProposedRow(row.kind, row.cells, evidence)], "vi", "csv")
            == ()
        )
        (again,) = read(tmp_path / str(number), {}, language="vi").rows
        assert again.cells["name"] == row.cells["name"]
        assert again.cells["name"] != "-"
        written = (tmp_path / str(number) / "device.csv").read_text("utf-8-sig").splitlines()[1]
        assert not any(cell.startswith(("=", "+", "@")) for cell in written.split(","))

"""The registers of the dedicated network hold what article 10 and 11 ask for, and say what is not known."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.documents.model import Table
from inventory.snapshot import Inventory, Statement
from netwatch.language import translator
from netwatch.reports.letterhead import Manner
from netwatch.reports.registers import (
    UNJUSTIFIED,
    Quality,
    Registration,
    registrations,
    tslcd_document,
    yearly_document,
)

DAY = date(2026, 11, 23)
ENGLISH = translator("en")


def register(inventory: Inventory, manner: Manner, quality: dict[str, Quality] | None) -> Table:
    """The register of connections itself."""
    document = tslcd_document(inventory, DAY, "", quality, manner, (), ENGLISH)
    return next(one for one in document.tables() if one.key == document.chief)


def test_a_connection_has_what_article_10_asks_for(inventory: Inventory, manner: Manner) -> None:
    """One row a line of the dedicated network, with everybody it serves; lines to the Internet are none."""
    (row,) = register(inventory, manner, {"L-AN": Quality("up", "12 ms", "0 %")}).rows
    assert row[1:10] == (
        "UBND xã An Bình; UBND xã Đại Lộc",
        "QĐ 12/QĐ-UBND",
        date(2024, 5, 1),
        1,
        20_000_000,
        20_000_000,
        "up",
        "12 ms",
        "0 %",
    )


@pytest.mark.parametrize(("quality", "said"), [({}, "not measured"), (None, "not kept for that day")])
def test_quality_that_is_not_known_is_said_to_be(
    inventory: Inventory, manner: Manner, quality: dict[str, Quality] | None, said: str
) -> None:
    """Never an empty cell that looks like a zero."""
    (row,) = register(inventory, manner, quality).rows
    assert row[7:10] == (said, said, said)


def test_what_nobody_wrote_down_is_counted(inventory: Inventory, manner: Manner) -> None:
    """Below the table, only where something is lacking."""
    assert register(inventory, manner, {}).notes == ()
    line = inventory.of("line")["L-AN"]
    bare = type(line)(id="L-2", name="Hai", site="S-MOI", line_class="tslcd_access_2")
    records = {**inventory.records, "line": {**inventory.of("line"), "L-2": bare}}
    assert register(Inventory(records, 1, inventory.versions, DAY), manner, {}).notes == (
        "Connections without a legal document: 1.",
        "Connections without a date: 1.",
        "Connections without a contracted bandwidth: 1.",
    )


def by_unit(inventory: Inventory, year: int) -> dict[str, Registration]:
    """The registrations of a year by agency."""
    return {one.unit: one for one in registrations(inventory, DAY, year, "", "en", ENGLISH)}


def test_the_need_of_a_year_follows_the_norms_of_that_year(inventory: Inventory) -> None:
    """Also one that comes into force in its middle; who has nothing must justify beginning."""
    now, then = by_unit(inventory, 2026), by_unit(inventory, 2027)
    assert (now["XA-AN"].channels_needed, then["XA-AN"].channels_needed) == (1, 2)
    assert (now["XA-AN"].to_justify, then["XA-AN"].to_justify) == (False, True)
    assert then["XA-AN"].basis == "QĐ 9/QĐ-UBND"
    assert (now["XA-MOI"].channels, now["XA-MOI"].channels_needed, now["XA-MOI"].to_justify) == (0, 1, True)
    assert "TINH" not in now


def test_what_an_agency_registered_comes_first(inventory_of: Callable[..., Inventory]) -> None:
    """By the 31st of January of the year, with its source; the note is the justification."""
    stated = (
        Statement(
            id="D1",
            organisation_unit="XA-AN",
            subject="tslcd_channel",
            value=3,
            on=date(2027, 1, 20),
            source="CV 7/UBND",
            note="Thêm hội nghị",
        ),
        Statement(
            id="D2",
            organisation_unit="XA-AN",
            subject="tslcd_bandwidth",
            value=50,
            on=date(2027, 1, 20),
            source="CV 7/UBND",
        ),
        Statement(
            id="D3",
            organisation_unit="XA-DAI",
            subject="tslcd_channel",
            value=9,
            on=date(2027, 2, 1),
            source="x",
        ),
    )
    found = by_unit(inventory_of(*stated), 2027)
    one = found["XA-AN"]
    assert (one.channels_needed, one.bandwidth_needed, one.basis) == (3, 50_000_000, "Thêm hội nghị")
    assert one.source == "CV 7/UBND (20/01/2027); CV 7/UBND (20/01/2027)"
    assert one.more_bandwidth == 1.5
    assert found["XA-DAI"].channels_needed == 2


def test_the_document_asks_for_what_is_lacking(inventory: Inventory, manner: Manner) -> None:
    """Measured need is not measured, and says so; new connections are new."""
    document = yearly_document(inventory, DAY, 2026, "", manner, (), ENGLISH)
    rows = {row[1]: row for row in document.annexes[0].rows}
    assert rows["UBND xã Mới"][8] == "new"
    assert rows["UBND xã Mới"][10] == "not measured"
    assert rows["UBND xã Mới"][12] == "QĐ 5/QĐ-UBND"
    assert rows["UBND xã An Bình"][12] == ""
    total = next(one for one in document.tables() if one.key == "total")
    assert total.rows[0][1:] == (2, 3, 0.5)
    assert total.notes == ("Agencies whose increase needs a justification: 1.",)


def test_the_measured_need_stands_beside_what_is_registered(inventory: Inventory, manner: Manner) -> None:
    """Of the fullest channel, in whole Mbit/s upwards; agencies without a measured line say so."""
    measured = {"L-AN": 21_100_000.0}
    document = yearly_document(inventory, DAY, 2026, "", manner, (), ENGLISH, measured)
    table = document.annexes[0]
    rows = {row[1]: row for row in table.rows}
    assert rows["UBND xã An Bình"][10] == 22_000_000
    assert rows["UBND xã Mới"][10] == "not measured"
    assert rows["UBND xã An Bình"][7] == 20_000_000
    assert any("Measured need" in note for note in table.notes)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 10**9), st.integers(1, 10**9))
def test_more_than_a_fifth_must_be_justified(now: int, needed: int, rate: int, rate_needed: int) -> None:
    """Of channels or of bandwidth; exactly a fifth need not be."""
    one = Registration("U", now, now, rate, needed, rate_needed, "", "")
    more = (now and needed - now > now / 5) or rate_needed - rate > rate * UNJUSTIFIED * (1 + 1e-9)
    if abs(rate_needed / rate - 1.2) > 1e-6 and (not now or abs(needed / now - 1.2) > 1e-6):
        assert one.to_justify == bool(more or (not now and needed))

"""A district with two agencies that share a line, norms on lines and antivirus, statements; and a plain manner."""

from collections.abc import Callable
from datetime import date

import pytest

from exporters.documents.model import Letter
from exporters.documents.texts import Texts
from inventory.snapshot import (
    Device,
    Inventory,
    Line,
    Norm,
    OrganisationUnit,
    Record,
    Site,
    Statement,
    gather,
    kind_of,
)
from netwatch.reports.letterhead import Manner

DAY = date(2026, 11, 23)
SINCE = date(2025, 7, 1)
MBIT = 1_000_000


def unit(id_: str, name: str, level: str = "commune", parent: str | None = "TINH") -> OrganisationUnit:
    """An agency in force since the reform."""
    return OrganisationUnit(
        id=id_, name=name, kind="peoples_committee", level=level, parent=parent, valid_from=SINCE
    )


RECORDS: tuple[Record, ...] = (
    unit("TINH", "UBND tỉnh Lâm Đồng", "province", None),
    unit("XA-AN", "UBND xã An Bình"),
    unit("XA-DAI", "UBND xã Đại Lộc"),
    unit("XA-MOI", "UBND xã Mới"),
    Site(
        id="S-AN", name="Trụ sở xã An Bình", organisation_units=("XA-AN", "XA-DAI"), street_address="Thôn 1"
    ),
    Site(id="S-MOI", name="Trụ sở xã Mới", organisation_units=("XA-MOI",)),
    Line(
        id="L-AN",
        name="TSLCD An Bình",
        site="S-AN",
        line_class="tslcd_access_2",
        bandwidth_down=20 * MBIT,
        bandwidth_up=20 * MBIT,
        legal_document="QĐ 12/QĐ-UBND",
        connected_on=date(2024, 5, 1),
        provider="VNPT",
    ),
    Line(id="L-NET", name="Internet An Bình", site="S-AN", line_class="fibre_internet"),
    Device(id="R-AN", name="Bộ định tuyến An Bình", site="S-AN", kind="router"),
    Norm(
        id="DM-TSLCD",
        name="Mỗi xã một kênh TSLCD cấp II",
        item="data_line",
        levels=("commune",),
        line_classes=("tslcd_access_2",),
        bandwidth=20 * MBIT,
        unit_cost=15_000_000,
        legal_basis="QĐ 5/QĐ-UBND",
        valid_from=date(2026, 1, 1),
    ),
    Norm(
        id="DM-KEP",
        name="Hai kênh từ năm 2027",
        item="data_line",
        levels=("commune",),
        quantity=2,
        legal_basis="QĐ 9/QĐ-UBND",
        valid_from=date(2027, 7, 1),
    ),
    Norm(
        id="DM-VIRUT",
        name="Diệt vi-rút trên máy tính",
        item="antivirus",
        per="computer",
        target=90,
        valid_from=date(2026, 1, 1),
    ),
    Statement(
        id="K1", organisation_unit="XA-AN", subject="computer", value=20, on=date(2026, 3, 1), source="CV 1"
    ),
    Statement(
        id="K2", organisation_unit="XA-AN", subject="antivirus", value=18, on=date(2026, 3, 1), source="CV 2"
    ),
    Statement(
        id="K3",
        organisation_unit="XA-AN",
        subject="mail_account",
        value=9,
        on=date(2026, 3, 1),
        source="CV 3",
    ),
)


@pytest.fixture
def inventory_of() -> Callable[..., Inventory]:
    """The inventory with more records."""
    return lambda *more: gather(((kind_of(record), record) for record in (*RECORDS, *more)), DAY)


@pytest.fixture
def inventory(inventory_of: Callable[..., Inventory]) -> Inventory:
    """The inventory as it is."""
    return inventory_of()


@pytest.fixture
def manner() -> Manner:
    """English, with texts of its own."""
    texts = Texts(title="Report", subject="On lines", opening=("Opening.",), notes=("A note.",))
    return Manner("en", DAY, texts, Letter(agency="Sở"), sample=False)

"""Samples are made of descriptions: always the same rows, marked as samples, without a fault and without an address."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.samples.administrations import (
    ADMINISTRATIONS,
    administration,
    inventory_at,
    stages_of,
    summary,
)
from inventory.samples.generate import MARK, Description, described, shares, stages
from inventory.sheets.reading import read
from inventory.sheets.writing import write

SMALL = """
[sample]
title = "UBND Mẫu"
prefix = "M"
published = 2020-01-01

[defaults.organisation_unit]
kind = "peoples_committee"
valid_from = 2010-01-01

[[organisation_unit]]
key = "T"
name = "UBND"
level = "province"

[[organisation_unit]]
key = "X"
for = ["T"]
times = 5
name = "Xã {number}"
level = "commune"
parent = "{parent}"

[[site]]
key = "KHU"
name = "Khu"
deal = { organisation_units = ["X"] }

[[site]]
key = "TS"
for = ["X"]
after = 3
since = 2015-05-05
name = "Trụ sở {number} của {unit}"
organisation_units = "{unit}"

[[asset]]
key = "MT"
for = ["X"]
first = 3
spread = { quantity = 10 }
name = "Máy"
kind = "Máy tính"
site = "{site}"

[[asset]]
key = "C"
for = ["KHU"]
total = 2
deal = { serves = ["X"] }
name = "Của {of} tại {site}"
kind = "Khác"
site = "{site}"
"""


@pytest.fixture
def small() -> Description:
    """A description with every control."""
    return described("small", tomllib.loads(SMALL))


@given(st.integers(0, 10**6), st.integers(1, 500))
def test_a_total_is_dealt_out_evenly(total: int, count: int) -> None:
    """It adds up, no share is more than one above another, and a larger total gives nobody less."""
    dealt = shares(total, count)
    assert sum(dealt) == total
    assert max(dealt) - min(dealt) <= 1
    assert all(more >= less for more, less in zip(shares(total + 1, count), dealt, strict=True))


def test_a_description_says_what_is_made(small: Description) -> None:
    """Numbers, shared places, shares of a total, cards dealt, and days from which rows hold."""
    first, whole = stages(small)
    assert (first.since.isoformat(), whole.since.isoformat()) == ("2015-05-05", "2020-01-01")
    assert summary(first) == {"site": 2}
    cells = {row.cells["id"]: row.cells for row in whole.rows}
    assert list(cells)[:6] == ["M-T", "M-X-001", "M-X-002", "M-X-003", "M-X-004", "M-X-005"]
    assert (cells["M-X-005"]["name"], cells["M-X-005"]["parent"]) == (f"Xã 5 ({MARK})", "M-T")
    assert cells["M-KHU"]["organisation_units"] == "M-X-001; M-X-002; M-X-003; M-X-004; M-X-005"
    assert cells["TS-M-X-005"]["name"] == f"Trụ sở 2 của M-X-005 ({MARK})"
    assert [cells[f"MT-M-X-00{place}"]["quantity"] for place in (1, 2, 3)] == ["4", "3", "3"]
    assert "MT-M-X-004" not in cells
    assert cells["C-M-KHU-2"]["serves"] == "M-X-002; M-X-004"
    assert cells["C-M-KHU-1"]["name"] == f"Của M-KHU tại M-KHU ({MARK})"


@pytest.mark.parametrize("name", ADMINISTRATIONS)
def test_samples_are_marked_and_nothing_in_them_can_be_looked_at(name: str) -> None:
    """The real name stands on the top unit alone, devices have no address, and the same is made each time."""
    (*_, stage) = stages_of(name)
    title = administration(name).title
    real = [row.cells["id"] for row in stage.rows if title.rpartition(" ")[2] in row.cells.get("name", "")]
    named = [row.cells["name"] for row in stage.rows if "name" in row.cells]
    assert real == [f"{administration(name).prefix}-UBND"]
    assert all(text.endswith(f"({MARK})") for text in named)
    assert not [row for row in stage.rows if row.cells.keys() & {"address", "witness_address", "location"}]
    assert stages_of(name)[-1] == stage


@pytest.mark.parametrize("name", ADMINISTRATIONS)
def test_samples_are_without_a_fault_and_need_no_other(name: str) -> None:
    """Every row becomes a record, and what is written and read again is the same."""
    for stage in stages_of(name):
        inventory = inventory_at(stage)
        assert sum(len(inventory.every(kind)) for kind in inventory.records) == len(stage.rows)


def test_a_sample_that_was_written_says_so(tmp_path: Path) -> None:
    """In the file itself, and its rows come back."""
    (stage,) = stages_of("giao_thuy")
    path = tmp_path / "sample.toml"
    write(path, inventory_at(stage), "vi", "toml", sample=True)
    found = read(path, {}, language="vi")
    assert found.sample
    assert len(found.rows) == len(stage.rows)


def test_no_sample_has_another_name() -> None:
    """Nothing outside the package is opened."""
    with pytest.raises(KeyError):
        administration("../sample")

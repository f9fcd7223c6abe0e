"""Two routing domains use the same addresses; each is watched by a daemon of its own, for one sees but one of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Network, Watch

pytestmark = pytest.mark.lab
INVENTORY = """\
[[organisation_unit]]
id = "NGANH"
name = "Cơ quan ngành dọc"
kind = "department"
level = "province"
valid_from = "2025-07-01"
[[site]]
id = "S-NGANH"
name = "Trụ sở ngành"
organisation_units = "NGANH"
[[line]]
id = "D-NGANH"
name = "Kênh ngành"
site = "S-NGANH"
line_class = "leased_line"
a_device = "R-NGANH"
witness = "echo"
witness_address = "10.5.0.2"
[[device]]
id = "R-NGANH"
name = "R-NGANH"
site = "S-NGANH"
kind = "router"
routing_domain = "nganh"
address = "10.115.0.1"
uplinks = "D-NGANH"
core = true
"""
THINGS = frozenset({"S-NGANH", "D-NGANH", "R-NGANH"})


def test_each_domain_tells_of_its_own(network: "Network", watch: "Watch", tmp_path: Path) -> None:
    """A line is cut in one of them: one opening, one closing there; where the same address is well nothing is told."""
    folder = tmp_path / "nganh"
    folder.mkdir()
    other = type(watch)(
        network, folder, THINGS, {"mail2": len(network.box("mail2"))}, host="nms2", box="mail2"
    )
    other.configure(other.quick)
    other.bring_in(INVENTORY)
    try:
        watch.start_well()
        other.start_well()
        assert other.command("notify", "go-live") == 0
        network.cut("f02")
        other.until_told(1)
        assert watch.all_well()
        network.mend("f02")
        other.until_told(2)
        other.done()
    finally:
        other.end()
    assert other.subjects() == [
        "NGHIÊM TRỌNG: Kênh ngành mất kết nối – Cơ quan ngành dọc",
        "ĐÃ HẾT: Kênh ngành mất kết nối – Cơ quan ngành dọc",
    ]
    assert (watch.mails(), watch.incidents()) == ([], [])
    watch.done()

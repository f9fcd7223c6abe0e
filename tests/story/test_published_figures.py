"""Five samples give the figures that five administrations published, by the audit and not by what is written down.

Each is imported into a database by the ordinary way and audited as of the day it was published. Left out on purpose are
volumes of business and plans, which netwatch does not watch; they are listed in LEFT_OUT. Words without a number ('few
licensed firewalls', 'fast Internet') have some number in the samples, which is not compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inventory.coverage.contract import Aspect, Audit, Figure, Sighting, Tally
from inventory.local_days import start_of
from inventory.samples.administrations import ADMINISTRATIONS, stages_of
from inventory.snapshot import Inventory
from netwatch.clock import DAY, SECOND
from netwatch.commands import ImportOrder, import_rows
from netwatch.queries.coverage import taken
from netwatch.store import sighting_sql
from netwatch.store.engine import writing
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# 23 November 2026, 05:00 UTC: when the samples are written down; they hold from long before.
NOW = 1_795_410_000 * SECOND

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "lac_duong": (
        "100 % of documents signed digitally, PKI SIM in use",
        "over 20,000 files in the one-stop system, 98 % on time",
        "no data-loss incident",
        "the years in which the one-stop systems began",
    ),
    "kon_tum": (
        "3,264,993 documents exchanged",
        "links of the sharing platform and of the security operations centre to the national ones",
    ),
    "giao_thuy": (
        "800 visits a day to the portal",
        "planned: conferencing to all communes, connection to the provincial network, upgrades",
    ),
    "tan_uyen": (
        "planned: 347 more camera points with 647 cameras",
        "planned: operations centre with 6 modules",
    ),
    "lam_dong": ("95 % of documents electronic",),
}


@dataclass(frozen=True)
class Audited:
    """An audit of a sample as of a day."""

    inventory: Inventory
    audit: Audit

    def figure(self, norm: str, level: str = "") -> Figure:
        """The figure of a norm at a level."""
        return next(one for one in self.audit.figures if (one.norm, one.level) == (norm, level))

    def share(self, norm: str, level: str = "") -> tuple[int, int]:
        """How many of the units asked for are declared, exempt ones apart."""
        figure = self.figure(norm, level)
        return figure.declared, figure.denominator

    def tally(self, kind: str, detail: str = "") -> Tally:
        """How many there are of a kind of thing."""
        none = Tally(kind, detail, 0, 0, 0, 0)
        return next((one for one in self.audit.tallies if (one.kind, one.detail) == (kind, detail)), none)

    def proved(self) -> Mapping[str, int]:
        """Units proved, by norm."""
        return {one.norm: one.proved for one in self.audit.figures if one.level == "" and one.proved}


@dataclass(frozen=True)
class Administration:
    """A sample in a database of its own."""

    store: SqlStore

    def as_of(self, on: date, scope: str = "") -> Audited:
        """What held on a day."""
        found = taken(self.store, on, ZONE, None, scope, NOW)
        return Audited(found.inventory, found.audit)

    def see(self, aspect: Aspect, value: str, on: date, *items: str) -> None:
        """Write down that looks on a day showed this of the items."""
        noon = start_of(on, ZONE) + DAY // 2
        rows = [Sighting(item, aspect, value, noon, noon) for item in items]
        with writing(self.store.engine).begin() as connection:
            sighting_sql.write(connection, rows)


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[Callable[[str], Administration]]:
    """Imports a sample, stage by stage, each from the day on which it holds."""
    opened: list[SqlStore] = []

    def sample(name: str) -> Administration:
        store = open_store(f"sqlite:///{tmp_path / name}.db", Holder("story", 1, 0, "0"))
        opened.append(store)
        for stage in stages_of(name):
            at = start_of(stage.since, ZONE)
            order = ImportOrder(stage.rows, "an", at, date(2026, 11, 23), name, recorded_at=NOW)
            report = import_rows(store.engine, order)
            assert report.change_set is not None
            assert [one for one in report.problems if one.is_error or one.code == "no_witness"] == []
        return Administration(store)

    yield sample
    for store in opened:
        store.close()


Imported = Callable[[str], Administration]


def percent(share: tuple[int, int]) -> int:
    """A share as whole percent, as publications round."""
    part, whole = share
    return round(100 * part / whole)


def smallest(target: int) -> tuple[int, int]:
    """The smallest counts whose share rounds to a percentage."""
    return next(
        (part, whole)
        for whole in range(1, 101)
        for part in range(whole + 1)
        if percent((part, whole)) == target
    )


def test_what_is_left_out_is_listed_for_each_sample() -> None:
    """Somebody who misses a published figure finds here why."""
    assert tuple(LEFT_OUT) == ADMINISTRATIONS


def test_lac_duong(imported: Imported) -> None:
    """March 2021: a district and its communes, nine of ten agencies protected, nine of ten computers with antivirus."""
    on = date(2021, 3, 31)
    sample = imported("lac_duong")
    found = sample.as_of(on)
    lines = found.inventory.of("line").values()

    assert percent(found.share("LD-LAN")) == 100
    assert {one.port_speed for one in found.inventory.of("device").values() if one.kind == "switch"} == {
        100_000_000
    }
    assert percent(found.share("LD-INTERNET")) == 100
    speeds = [one.bandwidth_down for one in lines if one.line_class == "fibre_internet"]
    assert (min(speeds), max(speeds)) == (60_000_000, 90_000_000)
    assert percent(found.share("LD-WIFI")) == 100
    assert percent(found.share("LD-TSLCD", "commune")) == 100
    assert percent(found.share("LD-MAYTINH")) == 100
    # Schools and health stations have staff and no computers here: the publication leaves them out, and so do norms.
    apart = {
        id_
        for id_, unit in found.inventory.of("organisation_unit").items()
        if unit.tags == ("ngoài khối cơ quan",)
    }
    assert apart
    assert not apart & {cell.unit for cell in found.audit.cells}
    rooms = [cell for cell in found.audit.cells if cell.norm == "LD-HOINGHI"]
    kinds = Counter(found.inventory.of("organisation_unit")[cell.unit].kind for cell in rooms)
    assert kinds == {"peoples_committee": 1 + 6, "party_committee": 1}
    assert percent(found.share("LD-HOINGHI")) == 100
    assert found.tally("conferencing_endpoint").items == 8
    firewalls = found.tally("firewall")
    assert (firewalls.items, firewalls.places) == (3, 3)
    assert percent(found.share("LD-DIETVIRUS")) == 90
    assert percent(found.share("LD-CHONGSET", "district")) == 90
    assert found.share("LD-CHONGSET", "district") == (9, 10) == smallest(90)
    assert percent(found.share("LD-VANBAN")) == percent(found.share("LD-THUDIENTU")) == 100
    assert (
        percent(found.share("LD-MOTCUA", "district")) == percent(found.share("LD-MOTCUA", "commune")) == 100
    )
    assert found.tally("camera").places == 116

    assert found.proved() == {}
    switches = ("SW-LD-KHU", "SW-LD-XA-001")
    sample.see(Aspect.SPEED, "1000000000", on, *switches)
    # The one at the centre serves the People's Committee and its seven departments, the other one commune.
    assert sample.as_of(on).proved() == {"LD-LAN": 8 + 1}


def test_kon_tum(imported: Imported) -> None:
    """March 2022: a province on two levels of data lines and four levels of conferencing."""
    on = date(2022, 3, 31)
    sample = imported("kon_tum")
    found = sample.as_of(on)
    levels = {
        level: found.figure("KT-TSLCD", level).agencies for level in ("province", "district", "commune")
    }

    assert levels == {"province": 22, "district": 10, "commune": 102}
    assert percent(found.share("KT-TSLCD")) == 100
    assert (
        found.tally("data_line", "tslcd_access_1").items + found.tally("data_line", "tslcd_access_2").items
        == 134
    )
    assert percent(found.share("KT-LAN")) == percent(found.share("KT-INTERNET")) == 100
    assert percent(found.share("KT-MAYTINH")) == 100
    conferencing = ("central", "province", "district", "commune")
    assert all(percent(found.share("KT-HOINGHI", level)) == 100 for level in conferencing)
    units = found.inventory.of("organisation_unit")
    rooms = [cell for cell in found.audit.cells if cell.norm == "KT-HOINGHI" and cell.level == "commune"]
    assert len({units[cell.unit].parent for cell in rooms}) >= 6
    assert found.tally("document_account").items == 5_553
    assert found.tally("document_account").agencies == 22 + 10 + 102
    assert found.tally("certificate").items == 1_979
    assert found.tally("mail_account").items == 7_000
    assert found.tally("camera").items == 40
    smart, ordinary = (sample.as_of(on, unit).tally("camera").items for unit in ("KT-SO-001", "KT-SO-002"))
    assert (smart, ordinary) == (10, 30)
    assert {one.model for one in found.inventory.of("device").values() if one.kind == "camera"} == {
        "Thông minh",
        "Thường",
    }
    platforms = {one.kind: one.security_level for one in found.inventory.of("service").values()}
    assert platforms == {"database": 3, "other": 3, "document_system": 2}

    assert found.proved() == {}
    sample.see(Aspect.CARRIED, "", on, *(f"TSLCD-KT-XA-{number:03}" for number in range(1, 52)))
    assert sample.as_of(on).proved() == {"KT-TSLCD": 51}


def test_giao_thuy(imported: Imported) -> None:
    """December 2016: a LAN per agency, and a computer for 95 % of the staff."""
    on = date(2016, 12, 31)
    sample = imported("giao_thuy")
    found = sample.as_of(on)
    lan = found.figure("GT-LAN")

    assert (lan.items, lan.agencies_declared, percent(found.share("GT-LAN"))) == (
        lan.agencies,
        lan.agencies,
        100,
    )
    assert found.share("GT-MAYTINH") == (380, 400) == (95 * 4, 100 * 4)
    assert (found.tally("computer").items, found.tally("staff").items) == (380, 400)
    assert found.tally("it_officer").items == 2
    assert found.share("GT-CANBOCNTT") == (2, 2)
    assert found.tally("service", "web").items == 1
    assert 0 < percent(found.share("GT-TUONGLUA")) < 10
    assert 0 < percent(found.share("GT-DIETVIRUS")) <= 10

    assert found.proved() == {}
    sample.see(Aspect.ANSWERED, "", on, "SW-GT-PB-001")
    assert sample.as_of(on).proved() == {"GT-LAN": 1}


def test_tan_uyen(imported: Imported) -> None:
    """2022: a town with 16 connection points, 14 conferencing points and 382 cameras at 234 points."""
    on = date(2022, 12, 31)
    sample = imported("tan_uyen")
    found = sample.as_of(on)

    assert percent(found.share("TU-LAN", "district")) == 100
    assert found.share("TU-LAN", "commune") == (12, 12)
    lines = found.tally("data_line")
    assert (lines.items, lines.places) == (16, 16)
    assert percent(found.share("TU-TSLCD")) == 100
    points = found.tally("conferencing_endpoint")
    assert (points.items, points.places) == (14, 14)
    cameras = found.tally("camera")
    assert (cameras.places, cameras.items) == (234, 382)

    assert found.proved() == {}
    sample.see(Aspect.REGISTERED, "", on, "DCHN-HN-TU-PX-001")
    sample.see(Aspect.ANSWERED, "", on, "CAM-DC-TU-UBND-1-1", "CAM-DC-TU-UBND-1-2")
    after = sample.as_of(on)
    assert after.proved() == {"TU-HOINGHI": 1}
    assert after.tally("camera").proved == 2


def test_lam_dong(imported: Imported) -> None:
    """LAN in 93 % of departments in 2008, everywhere in 2018, when 54 units share a campus and its lines."""
    sample = imported("lam_dong")
    then, on = date(2008, 12, 31), date(2018, 12, 31)
    before, found = sample.as_of(then), sample.as_of(on)

    assert percent(before.share("LDG-LANSO", "province")) == 93
    assert before.share("LDG-LANSO", "province") == (13, 14) == smallest(93)
    assert percent(found.share("LDG-LANSO", "province")) == 100
    assert percent(found.share("LDG-LAN")) == 100
    assert {figure.level for figure in found.audit.figures if figure.norm == "LDG-LAN"} == {
        "",
        "province",
        "district",
        "commune",
    }
    (campus,) = (site for site in found.inventory.of("site").values() if len(site.organisation_units) > 1)
    kinds = Counter(found.inventory.of("organisation_unit")[unit].kind for unit in campus.organisation_units)
    assert kinds == {"department": 18, "service_unit": 36}
    users = found.tally("user_account")
    assert (users.items, users.agencies) == (1_700, 54)
    servers = found.tally("server")
    assert (servers.items, servers.places) == (54, 1)
    dedicated, internet = found.figure("LDG-KENH"), found.figure("LDG-INTERNET")
    assert (dedicated.items, dedicated.agencies_declared) == (2, 54)
    assert (internet.items, internet.agencies, internet.agencies_declared) == (37, 54, 54)
    assert found.tally("internet_line").items == 37
    assert found.share("LDG-TSLCD", "district") == (12, 12)
    assert found.share("LDG-TSLCD", "commune") == (147, 147)
    one_stop = {level: found.share("LDG-MOTCUA", level) for level in ("province", "district", "commune")}
    assert one_stop == {"province": (20, 20), "district": (12, 12), "commune": (84, 147)}
    portal = [one for one in found.inventory.of("service").values() if one.kind == "web"]
    assert found.tally("service", "web").items == len(portal) == 1 + 60
    assert percent(found.share("LDG-CANBOCNTT")) == 100
    # The response team is there from 2016 on, and was not before.
    assert [
        sample.as_of(day).tally("response_team").items for day in (date(2015, 12, 31), date(2016, 12, 31))
    ] == [0, 1]

    assert (before.proved(), found.proved()) == ({}, {})
    sample.see(Aspect.CARRIED, "", on, "NET-LDG-KHU-1")
    # 54 units over 37 lines: the first line serves two of them.
    assert sample.as_of(on).proved() == {"LDG-INTERNET": 2}
    assert sample.as_of(then).proved() == {}

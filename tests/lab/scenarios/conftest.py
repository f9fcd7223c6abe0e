"""The real daemon in the laboratory's province: its inventory, its settings, its mail, and what it has stored."""

import json
import shutil
import signal
import sqlite3
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.cli.main import main

if TYPE_CHECKING:
    import subprocess

    from conftest import Network

SECOND = 1_000_000
PATIENCE = 60.0
SETTINGS = """\
[daemon]
language = "vi"
log_level = "debug"
control_socket = "{socket}"
[inventory]
sample = true
[anchors]
addresses = ["10.0.0.1", "10.0.2.2"]
{anchors}
[receivers.cntt]
apprise = "file:mail"
fallback = "sms"
[receivers.sms]
apprise = "file:sms"
outside = true
[routes.tat-ca]
receivers = ["cntt"]
[credentials.tinh]
kind = "snmp_v2c"
community = "file:community"
{more}
"""
SECRETS = {
    "mail": "mailto://10.0.1.2:2525/?from=netwatch@tinh.example&to=cntt@tinh.example&mode=insecure",
    "sms": "mailto://172.16.9.2:2525/?from=netwatch@tinh.example&to=sms@nha-mang.example&mode=insecure",
}
# As quick as the settings allow: three looks agree within three seconds.
QUICK = """\
[intervals]
witness = 1
core = 1
devices = 1
recheck = 1
[looks]
echoes = 1
[probes.icmp_echo]
wait = 0.4
[snmp]
timeout = 0.3
retries = 1
[incidents]
gather = 3.0
stay_up = 4.0
settle = 6.0
[notifications]
retry_first = 1.0
retry_most = 2.0
deadline = 2.0
"""
SINCE = 'valid_from = "2025-07-01"'
COMMUNES = range(1, 21)
WITH_HOST = range(1, 6)


def table(kind: str, /, **fields: object) -> str:
    """One row of the inventory, as TOML."""
    rows = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())
    return "\n".join((f"[[{kind}]]", *rows, ""))


def unit(id_: str, name: str, **more: object) -> str:
    level = "commune" if "parent" in more else "province"
    given = {"kind": "peoples_committee", "level": level, "valid_from": "2025-07-01", **more}
    return table("organisation_unit", id=id_, name=name, **given)


def commune(id_: str, name: str, **more: object) -> str:
    """An agency and its one site, which has its id with 'S-' before."""
    owner = unit(f"XA-{id_}", f"UBND xã {name}", parent="TINH")
    site = {"id": f"S-{id_}", "name": f"Trụ sở UBND xã {name}", "organisation_units": f"XA-{id_}"}
    return owner + table("site", **site, contact="LH-XA", power_contact="LH-DIEN-LUC", **more)


def line(id_: str, site: str, ends: tuple[str, str], address: str, **more: object) -> str:
    given = {"line_class": "tslcd_access_2", "provider": "VNPT", "contract_number": f"HD-{id_}", **more}
    given = {"name": f"TSLCD {id_}", "witness": "echo", "witness_address": address, **given}
    return table("line", id=id_, site=site, a_device=ends[0], b_device=ends[1], **given)


def device(id_: str, site: str, kind: str, address: str, *uplinks: str, **more: object) -> str:
    over = {"uplinks": ",".join(uplinks)} if uplinks else {}
    return table("device", id=id_, name=id_, site=site, kind=kind, address=address, **over, **more)


def router(id_: str, site: str, address: str, *uplinks: str, **more: object) -> str:
    return device(id_, site, "router", address, *uplinks, core=True, **more)


def centre() -> Iterator[str]:
    yield unit("TINH", "UBND tỉnh Mẫu")
    for id_, name, role, phone, more in (
        ("LH-VNPT", "Trực sự cố VNPT", "provider_fault_desk", "0000 000 119", {"provider": "VNPT"}),
        ("LH-VIETTEL", "Trực sự cố Viettel", "provider_fault_desk", "0000 000 198", {"provider": "Viettel"}),
        ("LH-DIEN-LUC", "Điện lực Mẫu", "power_company", "0000 000 003", {}),
        ("LH-XA", "Cán bộ trực xã", "site", "0000 000 001", {}),
    ):
        yield table("contact", id=id_, name=name, role=role, phone=phone, hours="24/7", **more)
    yield table("site", id="S-TT", name="Trung tâm dữ liệu", organisation_units="TINH")
    yield table("site", id="S-TRAM", name="Trạm phía Nam", organisation_units="TINH", contact="LH-XA")
    yield router("LOI", "S-TT", "10.0.2.1")
    yield device("GOM", "S-TT", "router", "10.3.0.2", "LOI")
    yield line("TRUC", "S-TRAM", ("PHAN-PHOI", "LOI"), "10.1.0.2", line_class="tslcd_backbone")
    yield router("PHAN-PHOI", "S-TRAM", "10.110.0.1", "TRUC", credentials="tinh")


def communes() -> Iterator[str]:
    for n in COMMUNES:
        id_ = f"{n:02}"
        yield commune(id_, f"Mẫu {n}", feeder=f"Lộ {400 + n}")
        yield line(f"D{id_}", f"S-{id_}", (f"R{id_}", "PHAN-PHOI"), f"10.1.{n}.2")
        yield router(f"R{id_}", f"S-{id_}", f"10.110.{n}.1", f"D{id_}")
        if n in WITH_HOST:
            yield device(f"M{id_}", f"S-{id_}", "server", f"10.110.{n}.10", f"R{id_}")
    yield commune("HAI", "Hai Đường")
    yield line("CHINH", "S-HAI", ("R-HAI", "LOI"), "10.2.0.2", route_group="Tuyến A")
    spare = {"role": "backup", "line_class": "leased_line", "provider": "Viettel", "route_group": "Tuyến B"}
    yield line("PHU", "S-HAI", ("R-HAI", "GOM"), "10.3.1.2", **spare)
    yield router("R-HAI", "S-HAI", "10.112.0.1", "CHINH", "PHU")
    yield commune("DIEN", "Có Điện", feeder="Lộ 471")
    yield line("D-DIEN", "S-DIEN", ("R-DIEN", "LOI"), "10.4.0.2", provider="FPT")
    yield router("R-DIEN", "S-DIEN", "10.114.0.1", "D-DIEN", credentials="tinh")
    yield device("UPS-DIEN", "S-DIEN", "ups", "10.114.0.10", "R-DIEN", credentials="tinh")
    yield device("C-DIEN", "S-DIEN", "switch", "10.114.0.14", "R-DIEN", credentials="tinh")
    yield commune("RUNG", "Trong Rừng", feeder="Lộ 480")
    yield line("D-RUNG", "S-RUNG", ("R-RUNG", "LOI"), "10.5.0.2", provider="Viettel")
    yield router("R-RUNG", "S-RUNG", "10.115.0.1", "D-RUNG")


def province() -> str:
    """The inventory of the laboratory, as a TOML file."""
    return "\n".join((*centre(), *communes()))


@dataclass(frozen=True)
class Mail:
    """A message that a mail server accepted: when (microseconds), to whom, what it says."""

    at: int
    to: str
    reference: str
    subject: str
    text: str


@dataclass
class Watch:
    """A daemon in the monitoring host's namespace, with a folder and a database of its own."""

    network: "Network"
    folder: Path
    things: frozenset[str]
    read: dict[str, int] = field(default_factory=dict)
    quick: str = QUICK
    host: str = "nms"
    box: str = "mail"
    running: "subprocess.Popen[str] | None" = None

    @property
    def toml(self) -> Path:
        """Its settings."""
        return self.folder / "netwatch.toml"

    @property
    def log(self) -> str:
        """What it has said, at most the last of it."""
        return (self.folder / "log").read_text("utf-8")[-6000:]

    def configure(self, *more: str, anchors: str = "interval = 2.0") -> None:
        """Write settings and secrets."""
        told = {"socket": self.folder / "nw.sock", "anchors": anchors, "more": "\n".join(more)}
        self.toml.write_text(SETTINGS.format(**told), "utf-8")
        for name, secret in {**SECRETS, "community": self.network.community}.items():
            (self.folder / name).write_text(secret + "\n", "utf-8")
            (self.folder / name).chmod(0o600)

    def command(self, *words: str) -> int:
        """A command of netwatch on this installation; its exit code."""
        return main(["--config", str(self.toml), "--lang", "en", *words])

    def bring_in(self, inventory: str) -> None:
        """Import an inventory."""
        path = self.folder / "province.toml"
        path.write_text(inventory, "utf-8")
        assert self.command("import", str(path)) == 0

    def start(self) -> None:
        """Start the daemon as an administrator does; its life is the world's at the longest."""
        run = f"exec {sys.executable} -m netwatch --debug --config {self.toml} run >>{self.folder}/log 2>&1"
        self.running = self.network.world.begin(self.host, "sh", "-c", run)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop the daemon, orderly or with kill -9."""
        if self.running is not None:
            self.network.end(self.running, number)
            self.running = None

    def until(self, what: str, holds: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait until something holds; fails with its name and the daemon's log."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.running is None or self.running.poll() is None, f"the daemon has ended: {self.log}"
            if time.monotonic() > deadline:
                pytest.fail(f"not within {seconds:g} s: {what}\n{self.picture()}\n{self.log}")
            self.network.pause(0.1)

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with sqlite3.connect(self.folder / "netwatch.db", timeout=10) as connection:
            rows = connection.execute(query, parameters).fetchall()
        connection.close()
        return rows

    def standing(self) -> Mapping[str, str]:
        """The newest stored verdict of everything: kind, reason, cause."""
        rows = self.ask(
            "SELECT subject, kind, reason, cause FROM verdict_interval "
            "WHERE superseded_by IS NULL AND end_at IS NULL"
        )
        return {subject: " ".join(filter(None, told)) for subject, *told in rows}

    def kind(self, subject: str) -> str:
        """The newest stored verdict of one subject."""
        return self.standing().get(subject, "").partition(" ")[0]

    def all_well(self, since: float = 0.0) -> bool:
        """Whether everything that can be judged is up, and has been judged since a moment."""
        rows = self.ask(
            "SELECT subject FROM verdict_interval WHERE superseded_by IS NULL AND end_at IS NULL "
            "AND kind = 'up' AND start_at >= ?",
            since * SECOND,
        )
        return self.things <= {subject for (subject,) in rows}

    def start_well(self) -> None:
        """Start, and wait until everything has been looked at and is known to be well."""
        begun = time.time()
        self.start()
        self.until("everything is up", lambda: self.all_well(begun), 90.0)

    def mails(self, box: str = "") -> list[Mail]:
        """What a mail server (else its own) accepted since this watch began, in order."""
        box = box or self.box
        lines = self.network.box(box)[self.read.get(box, 0) :]
        return [
            Mail(round(told["at"] * SECOND), told["to"][0], told["reference"], told["subject"], told["text"])
            for told in map(json.loads, lines)
        ]

    def subjects(self, box: str = "") -> list[str]:
        """The subjects of these."""
        return [mail.subject for mail in self.mails(box)]

    def lacks(self, text: str, *pieces: str) -> list[str]:
        """Which pieces a text should hold and does not, and the text if there are any."""
        lacking = [piece for piece in pieces if piece not in text]
        return [*lacking, text] if lacking else []

    def until_told(self, count: int, seconds: float = PATIENCE, box: str = "") -> Mail:
        """Wait for so many messages; the last of them."""
        self.until(f"{count} messages", lambda: len(self.mails(box)) >= count, seconds)
        return self.mails(box)[-1]

    def incidents(self) -> list[dict[str, Any]]:
        """All stored incidents as they stand, oldest first."""
        return [json.loads(row[0]) for row in self.ask("SELECT content FROM incident ORDER BY id")]

    def only(self) -> dict[str, Any]:
        """The one incident there is."""
        found = self.incidents()
        assert len(found) == 1, self.picture()
        return found[0]

    def members(self) -> set[str]:
        """All that the newest incident hits or hit."""
        return {member["subject"] for member in self.incidents()[-1]["members"]}

    def managed(self) -> int:
        """How many agents let us in, as far as is stored."""
        query = "SELECT count(*) FROM fact_interval WHERE fact = 'manageable' AND holds AND end_at IS NULL"
        return int(self.ask(query)[0][0])

    def picture(self) -> str:
        """What is not well, what was told, and of what: for a test that fails."""
        ailing = [f"{id_}: {told}" for id_, told in self.standing().items() if not told.startswith("up ")]
        told = [f"{one}" for one in (*self.mails(), *self.mails("modem"))]
        return "\n".join(map(str, (*ailing, *told, *self.incidents(), *self.waiting())))

    def waiting(self) -> list[tuple[Any, ...]]:
        """Notices that have not reached anybody: incident, receiver, kind, state."""
        return self.ask(
            "SELECT incident, receiver, kind, state FROM notice WHERE state NOT IN ('delivered', 'dropped')"
        )

    def done(self) -> None:
        """Stop, once nothing more waits to be sent."""
        self.until("all is told", lambda: not self.waiting(), 15.0)
        self.end()


def things(inventory: str) -> frozenset[str]:
    """The ids of everything in an inventory that is judged."""
    told = tomllib.loads(inventory)
    return frozenset(row["id"] for kind in ("site", "line", "device") for row in told[kind])


@pytest.fixture(scope="session")
def planted(network: "Network", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a daemon that knows the laboratory to be well, and that people are to be told."""
    inventory = province()
    watch = Watch(network, tmp_path_factory.mktemp("planted"), things(inventory))
    watch.configure(QUICK)
    watch.bring_in(inventory)
    watch.start_well()
    watch.command("notify", "go-live")
    watch.end()
    return watch.folder / "netwatch.db"


@pytest.fixture
def watch(network: "Network", planted: Path, tmp_path: Path) -> Iterator[Watch]:
    """A daemon of this test alone, not yet started, on a network that is as at the beginning."""
    network.heal()
    read = {box: len(network.box(box)) for box in ("mail", "modem")}
    made = Watch(network, tmp_path, things(province()), read)
    shutil.copy(planted, tmp_path / "netwatch.db")
    made.configure(QUICK)
    try:
        yield made
    finally:
        made.end(signal.SIGKILL)
        network.heal()

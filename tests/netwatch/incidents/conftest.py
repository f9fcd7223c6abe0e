"""A small province whose things are cut and mended by hand: their verdicts follow by the real rules, incidents too.

And a desk on a real database, with six lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from alerts.contract import Message, Phrase, Route, Story
from inventory.snapshot import (
    ConferencingEndpoint,
    Device,
    Inventory,
    Line,
    OrganisationUnit,
    Site,
    SurgeProtector,
)
from netwatch.check import FactKey
from netwatch.clock import DAY, MINUTE, SECOND
from netwatch.derive import Moment, derive
from netwatch.incidents.arrangement import Arrangement
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.contract import (
    Blame,
    Change,
    Deed,
    DeskChange,
    Incident,
    IncidentRules,
    LogEntry,
)
from netwatch.incidents.desk import Desk
from netwatch.incidents.follow import follow
from netwatch.incidents.links import Signer
from netwatch.incidents.places import Places
from netwatch.incidents.scene import Scene
from netwatch.store.contract import StoreFault, VerdictRow
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.topology import Topology, topology
from netwatch.verdict import FactNow, Kind, Subject, SubjectKind, Verdict

# One record of any kind.
Record: TypeAlias = Any
START = 1_800_000_000 * SECOND
FEEDERS = {"A": "471", "B": "471", "C": "472", "D": "472", "E": "473"}
ROUTES = {"mA": "cáp 12", "mE": "cáp 12"}
LONG_AGO = date(2025, 7, 1)
RECENT = 10 * MINUTE


def _unit(id_: str, parent: str | None) -> OrganisationUnit:
    return OrganisationUnit(
        id=id_, name=id_, kind="peoples_committee", level="commune", parent=parent, valid_from=LONG_AGO
    )


def _line(site: str, role: str) -> Line:
    id_, provider = ("m", "VNPT") if role == "main" else ("b", "Viettel")
    return Line(
        id=f"{id_}{site}", name=f"line {role} {site}", site=site, line_class="leased_line", role=role,
        a_device=f"r{site}", b_device="core", witness="echo", provider=provider, route_group=ROUTES.get(f"{id_}{site}"),
    )  # fmt: skip


def _device(id_: str, kind: str, *uplinks: str, core: bool = False) -> Device:
    site = "HUB" if id_ == "core" else id_[-1]
    return Device(
        id=id_, name=id_, site=site, kind=kind, uplinks=uplinks, core=core, credentials=("noc", "old")
    )


def _records(supplies: str) -> list[Record]:
    """Five communes behind one core router; A and B have a backup line, D has an endpoint and a contact."""
    records: list[Any] = [_unit("TINH", None), Site(id="HUB", name="HUB", organisation_units=("TINH",))]
    records.append(_device("core", "router", core=True))
    for site, feeder in FEEDERS.items():
        lines = [_line(site, role) for role in (("main", "backup") if site in "AB" else ("main",))]
        records += [
            _unit(f"XA-{site}", "TINH"),
            Site(id=site, name=site, organisation_units=(f"XA-{site}",), feeder=feeder),
            *lines,
            _device(f"r{site}", "router", *(line.id for line in lines), core=True),
            _device(f"sw{site}", "switch", f"r{site}"),
            _device(f"cam{site}", "camera", f"sw{site}"),
        ]
    records += [
        *(_device(f"ups{site}", "ups", f"sw{site}") for site in supplies),
        _device("codecD", "conferencing_endpoint", "swD"),
        _device("ioD", "io_device", "swD"),
        ConferencingEndpoint(id="vcD", name="vcD", device="codecD"),
        SurgeProtector(id="spdD", name="spdD", site="D", input_device="ioD"),
    ]
    return records


KINDS = {
    OrganisationUnit: "organisation_unit",
    Site: "site",
    Line: "line",
    Device: "device",
    ConferencingEndpoint: "conferencing_endpoint",
    SurgeProtector: "surge_protector",
}


def _inventory(records: Iterable[Any]) -> Inventory:
    kinds: dict[str, dict[str, Any]] = {}
    for record in records:
        kinds.setdefault(KINDS[type(record)], {})[record.id] = record
    return Inventory(kinds, revision=1)


def _topology(inventory: Inventory) -> Topology:
    return topology(
        (subject for kind, record in inventory for subject in _subject(kind, record, inventory)), 1
    )


def _subject(kind: str, record: Record, inventory: Inventory) -> list[Subject]:
    fact = FactKey(record.id, "", "reachable")
    wanted = FactKey(record.id, "", "expected")
    if kind == "device":
        facts = (fact, wanted)
        return [Subject(record.id, SubjectKind.DEVICE, facts, record.uplinks, type=record.kind)]
    if kind == "line":
        return [Subject(record.id, SubjectKind.LINE, (fact,), (record.b_device,), witness="echo")]
    if kind == "site":
        lines = [line for line in inventory.of("line").values() if line.site == record.id]
        core = [each for each in inventory.of("device").values() if each.site == record.id and each.core]
        return [
            Subject(
                record.id, SubjectKind.SITE, lines=tuple(line.id for line in lines),
                backups=tuple(line.id for line in lines if line.role == "backup"), core=tuple(each.id for each in core),
            )
        ]  # fmt: skip
    if kind == "conferencing_endpoint":
        return [Subject(record.id, SubjectKind.ENDPOINT, (wanted,), host=record.device)]
    if kind == "surge_protector":
        return [Subject(record.id, SubjectKind.SURGE_PROTECTOR, (wanted,), host=record.input_device)]
    return []


def _believe(incident: Incident, scene: Scene) -> Blame:
    return Blame()


WELL = FactNow(True, "answered")
SILENT = FactNow(False, "no_answer")


@dataclass
class World:
    """Things, their verdicts, and the incidents that follow; `supplies` are the sites with a UPS."""

    supplies: str = "A"
    rules: IncidentRules = field(default_factory=IncidentRules)
    blame: Any = _believe
    now: int = START
    wrong: dict[str, FactNow] = field(default_factory=dict)
    stuck: dict[str, Verdict] = field(default_factory=dict)
    rows: dict[str, VerdictRow] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    sought: int = 20

    def __post_init__(self) -> None:
        self.inventory = _inventory(_records(self.supplies))
        self.places = Places(self.inventory)
        self.topology = _topology(self.inventory)
        self.step()

    def cut(self, *ids: str) -> "World":
        """They do not answer any more (a line carries nothing, an endpoint is not registered, a contact opens)."""
        for id_ in ids:
            self.wrong[id_] = SILENT
        return self

    def mend(self, *ids: str) -> "World":
        """They are well again."""
        for id_ in ids:
            self.wrong.pop(id_, None)
            self.stuck.pop(id_, None)
        return self

    def lose(self, *ids: str, reason: str = "silence") -> "World":
        """Nobody can tell."""
        for id_ in ids:
            self.wrong[id_] = FactNow(None, reason)
        return self

    def odd(self, *ids: str, evidence: str = "7") -> "World":
        """They answer, but not as expected; evidence 5 of a UPS is its battery."""
        for id_ in ids:
            self.wrong[id_] = FactNow(True, "not_as_expected", evidence=evidence)
        return self

    def stick(self, id_: str, verdict: Verdict) -> "World":
        """A verdict that stays, whatever the facts say (its subject was not looked at since)."""
        self.stuck[id_] = verdict
        return self

    def retire(self, id_: str) -> "World":
        """It leaves the inventory."""
        self.rows.pop(id_)
        subjects = [each for each in self.topology.subjects.values() if each.id != id_]
        self.topology = topology(subjects, self.topology.revision + 1)
        return self

    def _cut_off(self) -> set[str]:
        """What no look reaches: cut itself, or everything it hangs from is."""
        dead: set[str] = set()
        for id_, subject in self.topology.subjects.items():
            cut = self.wrong.get(id_, WELL).holds is False and bool(subject.facts)
            if cut or (subject.parents and dead.issuperset(subject.parents)):
                dead.add(id_)
        return dead

    def _facts(self, subject: Subject, dead: set[str]) -> dict[FactKey, FactNow]:
        told = self.wrong.get(subject.id, SILENT if subject.id in dead else WELL)
        facts = dict.fromkeys(subject.facts, told)
        if told.reason == "not_as_expected":
            for key in subject.facts:
                facts[key] = WELL if key.fact == "reachable" else replace(told, holds=False)
        return facts

    def judge(self) -> None:
        """Verdicts as the rules tell them; a row begins now and was well `sought` seconds ago."""
        verdicts: dict[str, Verdict] = {}
        dead = self._cut_off()
        for id_, subject in self.topology.subjects.items():
            told = derive(subject, Moment(self._facts(subject, dead), verdicts, verdicts))
            verdicts[id_] = self.stuck.get(id_, told)
            row = self.rows.get(id_)
            if row is None or row.verdict.identity != verdicts[id_].identity:
                contrary = self.now - self.sought * SECOND
                self.rows[id_] = VerdictRow(1, id_, verdicts[id_], self.now, None, contrary, 1, self.now)

    def scene(self) -> Scene:
        """The scene as it is."""
        troubled = frozenset(id_ for id_, row in self.rows.items() if row.verdict.kind is not Kind.UP)
        return Scene(
            now=self.now, rows=dict(self.rows), troubled=troubled, topology=self.topology, places=self.places,
            rules=self.rules, **self.more,
        )  # fmt: skip

    def recent(self) -> Mapping[int, Incident]:
        """What the desk hands in."""
        return {
            id_: each
            for id_, each in self.incidents.items()
            if each.closed is None or self.now - each.closed < RECENT
        }

    def step(self) -> list[Change]:
        """Judge, follow, and take over what follows; a second step must change nothing."""
        self.judge()
        scene = self.scene()
        changes = follow(self.recent(), scene, self.blame)
        for change in changes:
            self._take(change)
        assert follow(self.recent(), scene, self.blame) == ()
        return list(changes)

    def _take(self, change: Change) -> None:
        id_ = change.after.id or len(self.incidents) + 1
        assert (change.before is None) is (change.after.id == 0)
        assert change.before == self.incidents.get(id_)
        assert all(entry.incident == change.after.id for entry in change.log)
        self.incidents[id_] = replace(change.after, id=id_)
        self.log += [replace(entry, incident=id_) for entry in change.log]

    def wait(self, seconds: int, every: int = 5) -> "World":
        """Let time go by, stepping on the way."""
        end = self.now + seconds * SECOND
        self.step()
        while self.now < end:
            self.now = min(self.now + every * SECOND, end)
            self.step()
        return self

    @property
    def open(self) -> list[Incident]:
        """Open incidents in order."""
        return [each for each in self.incidents.values() if each.open]

    @property
    def only(self) -> Incident:
        """The one open incident."""
        (one,) = self.open
        return one

    @property
    def seconds(self) -> int:
        """How long it is since the start."""
        return (self.now - START) // SECOND

    def deeds(self, id_: int) -> list[str]:
        """An incident's log in words."""
        return [str(entry.deed) for entry in self.log if entry.incident == id_]

    def facts(self, id_: int, deed: Deed) -> dict[str, Any]:
        """What the last such line of an incident's log says."""
        return [dict(entry.facts) for entry in self.log if entry.incident == id_ and entry.deed is deed][-1]

    def members(self, incident: Incident) -> set[str]:
        """What it hits now, its roots aside."""
        return {member.subject for member in incident.members if member.left is None}


@pytest.fixture
def world() -> World:
    """The province while all is well."""
    return World()


@pytest.fixture(scope="session")
def make_world() -> type[World]:
    """Makes worlds: of other rules, or many of them."""
    return World


LINES = ("L1", "L2", "L3", "L4", "L5", "L6")
MAIL, PAGER = "mail", "pager"
REASONS = {Kind.DOWN: "witness_fails", Kind.UP: "witness_good"}


def _six_sites() -> Inventory:
    sites = {f"S{id_}": Site(id=f"S{id_}", name=f"site {id_}", organisation_units=()) for id_ in LINES}
    lines = {id_: Line(id=id_, name=f"line {id_}", site=f"S{id_}", line_class="leased_line") for id_ in LINES}
    routers = {f"R{id_}": Device(id=f"R{id_}", name="router", site=f"S{id_}", kind="router") for id_ in LINES}
    return Inventory({"site": sites, "line": lines, "device": routers})


def _tell(incident: Incident, _now: int, _rows: Mapping[str, VerdictRow]) -> Story:
    return Story(
        incident=incident.id,
        severity=incident.severity,
        title=Phrase("line"),
        place=incident.roots[0],
        what=Phrase("cut"),
        since=incident.onset,
        not_before=incident.contrary,
        ended=incident.ended,
    )


ARRANGEMENT = Arrangement(
    _tell,
    places=Places(_six_sites()),
    routes=(Route("all", (MAIL,)),),
    receivers=frozenset({MAIL, PAGER}),
    signer=Signer(b"key of the test"),
)


def _locked(_change: DeskChange) -> None:
    raise StoreFault("locked", "another writes")


@dataclass
class Office:
    """A desk and a clock; `fail` and `mend` move a line's verdict, `wait` lets time pass by steps of five seconds."""

    store: SqlStore
    now: int = START
    arrangement: Arrangement = ARRANGEMENT
    blind: dict[str, int] = field(default_factory=dict)
    told: dict[str, list[VerdictRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._put = self.store.put
        self.desk = self.open()

    @property
    def locked(self) -> bool:
        """Whether the database takes nothing now."""
        return self.store.put != self._put

    @locked.setter
    def locked(self, now: bool) -> None:
        self.store.put = _locked if now else self._put  # type: ignore[assignment,method-assign]

    def open(self) -> Desk:
        """A desk as after a restart."""
        desk = Desk(self.store, self.arrangement, Circumstances())
        desk.restore(self.told, (), self.now - DAY, self.now)
        return desk

    def turn(self, kind: Kind, *lines: str) -> None:
        """These lines are up or down from now on, as the second transaction would tell the desk."""
        verdict = Verdict(kind, REASONS.get(kind, "silence"))
        rows = {
            id_: [VerdictRow(1, id_, verdict, self.now, None, self.now - 30 * SECOND, 1, self.now)]
            for id_ in lines
        }
        self.told |= rows
        change = self.desk.step(rows, self.blind, self.now)
        self.store.put(change)
        self.desk.accept(change, self.now)

    def wait(self, seconds: int) -> None:
        """Time passes; nothing else happens."""
        for _ in range(0, seconds, 5):
            self.now += 5 * SECOND
            self.turn(Kind.UP)

    def fail(self, *lines: str) -> None:
        """Cut lines, and wait until that is ready to be told."""
        self.turn(Kind.DOWN, *lines)
        self.wait(20)

    def mend(self, *lines: str) -> None:
        """Mend lines, and wait until that is settled."""
        self.turn(Kind.UP, *lines)
        self.wait(70)

    def seal(self, receiver: str = MAIL) -> Message:
        """The next message, which there must be."""
        sealed = self.desk.seal(receiver, self.now)
        assert isinstance(sealed, Message)
        return sealed

    def states(self, incident: int = 1) -> list[tuple[str, str]]:
        """Kind and state of every notice of an incident."""
        return [(str(it.kind), str(it.state)) for it in self.desk.view.notices.get(incident, ())]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A desk that is live."""
    store = open_store(f"sqlite:///{tmp_path}/netwatch.db", Holder("here", 1, 0, "test"))
    try:
        made = Office(store)
        made.desk.go_live(START)
        yield made
    finally:
        store.close()


@pytest.fixture(scope="session")
def make_office() -> type[Office]:
    """Desks on stores of a test's own."""
    return Office

"""A small province that lived through some hours: looks taken in, judged, told and stored by the real code."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from alerts.contract import Message
from inventory.apply import apply
from inventory.changes import Change
from inventory.snapshot import Device, Inventory, Line, OrganisationUnit, Site, kind_of
from netwatch.check import LOCAL, Check, FactKey, FactSeen, Observation
from netwatch.clock import MINUTE, SECOND
from netwatch.commands import inventory_of
from netwatch.incidents.circumstances import Circumstances
from netwatch.incidents.desk import Desk
from netwatch.judging import Judging
from netwatch.limits.contract import WITHIN
from netwatch.limits.watch import Watch
from netwatch.recorder import Recorder
from netwatch.replay.contract import Report, Rules
from netwatch.replay.rules import rules_of
from netwatch.replay.trial import trial
from netwatch.sampling.sampler import ECHO, Sampler
from netwatch.settings import load
from netwatch.state import Transition
from netwatch.store import sample_sql
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store

# 2 November 2026, 00:00 UTC.
BEGIN = 1_793_577_600 * SECOND
STEP = 30 * SECOND
SETTINGS = """
[store]
url = "sqlite:///netwatch.db"
[anchors]
addresses = []
[receivers.duty]
apprise = "file:duty"
[receivers.office]
apprise = "file:office"
[routes.all]
receivers = ["duty"]
"""

# What a look at a check finds at a moment: (answers, round trip in seconds, loss).
Finds = Callable[[str, int], tuple[bool, float, float]]


def _province() -> Iterator[object]:
    since = date(2025, 7, 1)
    yield OrganisationUnit(
        id="xa", name="UBND xã", kind="peoples_committee", level="commune", valid_from=since
    )
    for site in ("centre", "hall"):
        yield Site(id=site, name=site, organisation_units=("xa",))
    core = {"kind": "router", "core": True}
    yield Device(id="core", name="core", site="centre", address="10.0.0.1", **core)  # type: ignore[arg-type]
    for number, role in ((1, "main"), (2, "backup")):
        yield Line(
            id=role,
            name=role,
            site="hall",
            line_class="tslcd_access_2",
            role=role,
            a_device="router",
            b_device="core",
            witness="echo",
            witness_address=f"10.1.0.{number}",
            provider="VNPT",
        )
    below = {"site": "hall", "address": "10.1.0.3", "uplinks": ("main", "backup")}
    yield Device(id="router", name="router", **below, **core)  # type: ignore[arg-type]
    yield Device(
        id="switch", name="switch", site="hall", kind="switch", address="10.1.0.4", uplinks=("router",)
    )


def _added(record: Any) -> Change:  # noqa: ANN401 - of any kind
    version = getattr(record, "valid_from", None) if isinstance(record, OrganisationUnit) else None
    return Change(kind_of(record), record.id, version, None, record)


class Life:
    """What the daemon is made of, driven look by look; `home` holds its settings."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / "netwatch.toml"
        self.file.write_text(SETTINGS, "utf-8")
        self.store: SqlStore = open_store(f"sqlite:///{home}/netwatch.db", Holder("hn-01", 1, 0, "0"))
        self.zone = ZoneInfo("Asia/Ho_Chi_Minh")
        with Session(self.store.engine) as session:
            apply(session, [_added(record) for record in _province()], author="test", at=BEGIN, source="test")
            session.commit()
        self.inventory: Inventory = inventory_of(self.store.engine, date(2026, 11, 2))
        self.now = BEGIN
        self.rules = self.rules_in(self.file)
        self._start()

    def rules_in(self, file: Path) -> Rules:
        """The rules of a settings file."""
        return rules_of(load(file, {}).settings, load(self.file, {}).settings, self.inventory)

    def _start(self) -> None:
        made, now = self.rules.plan, self.now
        self._recorder, self._watch = Recorder(), Watch()
        self._judging = Judging(self.store, self._recorder.states)
        self._sampler = Sampler(self._judging.live)
        self._desk = Desk(self.store, self.rules.arrangement, Circumstances())
        self._judging.consequences = self._desk
        self._judging.topology, self._judging.checks = made.topology, made.checks
        self._judging.restore({}, ())
        self._desk.restore({}, (), 0, now)
        self._desk.go_live(now)
        self._watch.adopt(made.limits, made.checks)
        self._sampler.adopt(made.topology, made.checks)
        self._judging.adopt(made, now)
        self._commit(self._recorder.adopt(made, now))
        self._judging.settle_plan(made.topology, now)
        self._facts: dict[str, FactKey] = {}
        for key in made.topology.told_by:
            if not key.fact.startswith(WITHIN):
                self._facts.setdefault(key.check, key)

    def live(self, until: int, finds: Finds) -> None:
        """Look every half minute until then."""
        echoes = [one for one in self.rules.plan.checks.values() if one.kind == ECHO]
        for now in range(self.now + STEP, until + 1, STEP):
            self.now = now
            due = [one for one in echoes if self.now % one.interval == 0]
            changes = [change for one in due for change in self._taken(one, finds)]
            self._commit([*changes, *self._recorder.expire(self.now)])
            for start in range(0, 30 * SECOND, 10 * SECOND):
                self._tell(self.now + start)
        sample_sql.put_rows(self.store.engine, list(self._sampler.book.take()))

    def _taken(self, check: Check, finds: Finds) -> list[Transition]:
        answers, rtt, loss = finds(check.target, self.now)
        key = self._facts[check.id]
        facts = (FactSeen("", key.fact, answers, "answers" if answers else "no_answer"),)
        numbers = (("", "icmp_loss_ratio", loss if answers else 1.0),)
        samples = (
            *numbers,
            *((("", "icmp_rtt_seconds", rtt), ("", "icmp_rtt_median_seconds", rtt)) if answers else ()),
        )
        look = Observation(LOCAL, 1, 0, check.id, self.now, 0, facts, samples=samples)
        self._sampler.take(look)
        self._sampler.book.let_go(0)
        changes = self._recorder.take(self._watch.judged(look))
        self._watch.learn(changes)
        return list(changes)

    def _commit(self, changes: list[Transition]) -> None:
        news = list(changes)
        looks = self._judging.looks(news)
        self._judging.foresee(news, {}, self.now)
        rows = self.store.record(news, {LOCAL: self.now}, self.now)
        self._judging.settle(rows, self.rules.plan.topology, {}, self.now, looks)

    def _tell(self, now: int) -> None:
        self._judging.attend(now)
        for receiver in ("duty", "office"):
            while isinstance(sealed := self._desk.seal(receiver, now), Message):
                self._desk.sent(sealed.id, "file", now)

    def trial(self, other: Rules | None = None, start: int = BEGIN + 5 * MINUTE, end: int = 0) -> Report:
        """A replay of what was lived through."""
        return trial(self.store, self.rules, other, (start, end or self.now), self.zone, lambda _: None)

    def changed(self, settings: str = "", limits: str = "") -> Rules:
        """Rules of settings with these lines more, and with these limits of one's own."""
        folder = self.home / "changed"
        folder.mkdir(exist_ok=True)
        (folder / "limits").mkdir(exist_ok=True)
        (folder / "limits" / "own.toml").write_text(limits, "utf-8")
        file = folder / "netwatch.toml"
        file.write_text(f'{SETTINGS}\n[limits]\nfolder = "limits"\n{settings}', "utf-8")
        return self.rules_in(file)

    def content(self) -> str:
        """Everything in the database, as a digest."""
        with sqlite3.connect(f"file:{self.home}/netwatch.db?mode=ro", uri=True) as connection:
            return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Life]]:
    """Begins a province that lives."""
    made: list[Life] = []

    def begin() -> Life:
        made.append(Life(tmp_path_factory.mktemp("life")))
        return made[-1]

    yield begin
    for life in made:
        life.store.close()

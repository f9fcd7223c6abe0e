"""A year of a small province, told by hand: what is reported, what is exported and what a pencil counts are equal.

The way is the product's own: looks as observations on the bus, recorder, judge, desk, store, read models, /metrics.
Everything is looked at every ten minutes, all year long; where nothing changes the looks of a day come in one batch,
else round by round, and nobody hastens after a failure. Beside it stands a count that knows the script and the looks
alone: a letter for every second.
"""

import asyncio
import itertools
import json
import re
import shutil
import socket
import subprocess
import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import anyio
import pytest

from alerts.contract import Window
from exporters.columns import pieces
from exporters.rules.estimates import COUNTED, estimate_groups
from exporters.rules.model import rules_file
from exporters.rules.yaml import Value, yaml_text
from inventory.changes import Complete
from inventory.incoming import IncomingRow
from inventory.local_days import start_of
from inventory.reorganisation import Successor, merge
from netwatch import commands
from netwatch.attributing import AttributeOrder, attribute
from netwatch.availability import periods
from netwatch.availability.contract import Class, Period
from netwatch.availability.publication import KIND
from netwatch.bus.local import LocalBus
from netwatch.check import LOCAL, Batch, FactSeen, Observation
from netwatch.clock import SECOND, ClockEvent, Disturbance, ManualClock
from netwatch.daemon import Daemon, Parts
from netwatch.desk_commands import AddWindows, Who, add_windows, noted
from netwatch.incidents.reclassifying import Reclassification
from netwatch.measure import CommitTimes
from netwatch.publishing_availability import AvailabilityOrder, publish
from netwatch.queries.availability import Asked, availability
from netwatch.queries.availability_published import What, published_availability
from netwatch.queries.claims import Asked as ClaimsAsked
from netwatch.queries.claims import Claims, Measuring
from netwatch.settings import load
from netwatch.sla.claim import Reckoning
from netwatch.sla.contract import Party
from netwatch.store import publications_sql
from netwatch.store.hold import Holder
from netwatch.store.sql import SqlStore, open_store
from netwatch.store.writer import Writer
from netwatch.translate.to_exporters import Exposition
from netwatch.translate.to_rules import pace
from probes.kit import Kit
from probes.registry import probes
from probes.transports.fakes import FakeIcmp, FakeSnmp

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SUMMER = ZoneInfo("Europe/Berlin")
EVERY = 600
ANCHORS = ("anchor:10.0.0.250", "anchor:10.0.0.251")
# How many seconds after the full ten minutes each thing is looked at; lines before what they hang from.
LOOKED_AT = {
    ANCHORS[0]: 0,
    ANCHORS[1]: 5,
    "main-1": 10,
    "backup-1": 15,
    "main-2": 20,
    "new-2": 25,
    "core": 40,
    "router-1": 50,
    "codec-1": 60,
}
OVERRIDES = (
    'anchors.addresses=["10.0.0.250", "10.0.0.251"]',
    *(f"intervals.{name}={EVERY}.0" for name in ("witness", "core", "devices", "lines")),
    f"anchors.interval={EVERY}.0",
)
UNIT = {"kind": "peoples_committee", "level": "commune", "parent": "top", "valid_from": "2025-07-01"}
DEVICE = {"kind": "router", "core": "yes"}
LINE = {"line_class": "tslcd_access_2", "b_device": "core", "witness": "echo", "provider": "VNPT"}
CONTRACT = {
    "number": "HD-1",
    "availability_target": "99.5",
    "credit_steps": "99.5=5;98.5=10;97=20",
    "notice_hours": "24",
}
NEW = LINE | {"id": "new-2", "name": "Kênh mới 2", "site": "site-2", "witness_address": "10.1.0.5"}
INVENTORY = (
    ("organisation_unit", UNIT | {"id": "top", "name": "UBND tỉnh", "level": "province", "parent": ""}),
    ("organisation_unit", UNIT | {"id": "xa-1", "name": "UBND xã 1"}),
    ("organisation_unit", UNIT | {"id": "xa-2", "name": "UBND xã 2"}),
    ("site", {"id": "centre", "name": "Trung tâm", "organisation_units": "top"}),
    ("site", {"id": "site-1", "name": "Trụ sở 1", "organisation_units": "xa-1"}),
    ("site", {"id": "site-2", "name": "Trụ sở 2", "organisation_units": "xa-2"}),
    ("device", DEVICE | {"id": "core", "name": "Lõi", "site": "centre", "address": "10.0.0.1"}),
    (
        "line",
        LINE
        | {
            "id": "main-1", "name": "Kênh 1", "site": "site-1", "witness_address": "10.1.0.1",
            "contract_number": "HD-1",
        },
    ),
    (
        "line_contract",
        CONTRACT
        | {
            "id": "hd-1", "name": "Hợp đồng 1", "provider": "VNPT", "monthly_fee": "10000000",
            "valid_from": "2025-07-01",
        },
    ),
    (
        "line",
        LINE
        | {
            "id": "backup-1", "name": "4G", "site": "site-1", "role": "backup", "line_class": "mobile_backup",
            "witness_address": "10.1.0.2", "provider": "Viettel",
        },
    ),
    ("line", LINE | {"id": "main-2", "name": "Kênh 2", "site": "site-2", "witness_address": "10.1.0.4"}),
    (
        "device",
        DEVICE
        | {
            "id": "router-1", "name": "Định tuyến", "site": "site-1", "address": "10.1.0.3",
            "uplinks": "main-1;backup-1",
        },
    ),
    (
        "device",
        {
            "id": "codec-1", "name": "Codec", "site": "site-1", "kind": "conferencing_endpoint",
            "address": "10.1.0.6", "uplinks": "router-1",
        },
    ),
    ("conferencing_endpoint", {"id": "room-1", "name": "Phòng họp", "device": "codec-1"}),
)  # fmt: skip
EVERYTHING_AT_1 = ("main-1", "backup-1", "router-1", "codec-1")
AT_1 = ("site-1", "room-1", "main-1", "backup-1")


def at(text: str, zone: ZoneInfo = ZONE) -> int:
    """A local moment of 2026 (or of a year that is named), seconds UTC."""
    full = text if text[4] == "-" and text[:4].isdecimal() else f"2026-{text}"
    return int(datetime.fromisoformat(full).replace(tzinfo=zone).timestamp())


# What befell whom: n answers nothing, ? says nothing of use.
FAULTS = (
    (("main-1",), "01-17 03:12:44", "01-17 07:40:10", "n"),
    (("main-2",), "01-31 22:14:09", "02-01 03:40:51", "n"),
    (("main-2",), "02-10 22:15:00", "02-10 23:10:30", "n"),
    (("main-1",), "02-20 09:00:20", "02-20 10:31:00", "n"),
    (EVERYTHING_AT_1, "03-08 14:05:33", "03-08 16:50:00", "n"),
    # While clocks are put forward in Europe.
    (("main-2",), "03-29 07:11:11", "03-29 08:49:59", "n"),
    (("main-2",), "04-11 04:00:00", "04-11 04:30:00", "n"),
    (EVERYTHING_AT_1, "05-05 21:03:00", "05-06 00:30:17", "n"),
    (("main-1",), "05-20 13:00:00", "05-20 15:01:00", "n"),
    (("core", *EVERYTHING_AT_1, "main-2"), "06-25 08:30:00", "06-25 10:36:00", "n"),
    ((*LOOKED_AT,), "07-10 00:20:00", "07-10 01:52:00", "n"),
    # Two looks are no outage.
    (("main-1",), "08-03 11:00:00", "08-03 11:20:00", "n"),
    (("main-2",), "08-12 13:00:00", "08-12 15:05:00", "?"),
    (("codec-1",), "09-02 06:30:00", "09-03 18:02:00", "n"),
    (("main-1",), "10-12 18:01:02", "10-13 09:09:09", "n"),
    (("new-2",), "10-25 07:02:00", "10-25 09:14:00", "n"),
    (("new-2",), "11-15 01:30:00", "11-15 05:00:00", "n"),
    (("new-2",), "12-30 21:07:00", "2027-02-01 00:00", "n"),
)


def script() -> Mapping[str, list[tuple[int, int, str]]]:
    """The faults of each thing."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for who, start, end, letter in FAULTS:
        for one in who:
            found[one].append((at(start), at(end), letter))
    return found


SCRIPT = script()
EDGES = sorted({moment for faults in SCRIPT.values() for start, end, _ in faults for moment in (start, end)})
# After so many rounds that show the same, looks come in batches.
CALM_AFTER, A_BATCH = 5, 1000


def shown(target: str, moment: int) -> str:
    """What a look at that moment shows: y(es), n(o), ?."""
    return next((letter for start, end, letter in SCRIPT[target] if start <= moment < end), "y")


UP, DOWN, UNKNOWN, BEHIND = 1, 2, 4, 8
CODES = {"y": UP, "n": DOWN, "?": UNKNOWN}
FAR = 1 << 40
HOUR, DAY = 3_600, 86_400
END = "2027-01-03 08:04"
LINES = ("main-1", "backup-1", "main-2", "new-2")
SITES = ("centre", "site-1", "site-2")


@dataclass
class Note:
    """From `since` on it was this; `before` is the last look that had shown otherwise."""

    since: int
    letter: str
    before: int


@dataclass
class Pencil:
    """Somebody who writes down the looks at one thing, and believes what three of them in a row have shown."""

    notes: list[Note] = field(default_factory=lambda: [Note(0, "?", 0)])
    known: str = "?"
    run: list[int] = field(default_factory=list)
    saw: str = "?"
    last: int = 0
    turned: int = 0

    def look(self, moment: int, letter: str) -> None:
        """A look in time."""
        if letter != self.saw:
            self.run, self.saw, self.turned = [], letter, self.last
        self.last = moment
        believed = self.notes[-1].letter
        if letter == believed:
            return
        self.run.append(moment)
        # What was so before nobody could see is still so.
        if len(self.run) == 3 or (believed == "?" and letter == self.known):
            self.notes.append(Note(self.run[0], letter, self.turned))
            self.known = letter if letter != "?" else self.known

    def gap(self, since: int) -> None:
        """From then on nobody looked."""
        self.notes.append(Note(since, "?", since))
        self.run, self.saw, self.last = [], "?", since

    def late(self, looks: Sequence[tuple[int, str]]) -> None:
        """Looks of a time when nobody looked, brought afterwards; the last word holds for one interval."""
        told = Pencil()
        for moment, letter in looks:
            told.look(moment, letter)
        last = looks[-1][0]
        resumed = next(note.since for note in self.notes if note.since > last)
        rest = [Note(last + EVERY, "?", 0)] if last + EVERY < resumed else []
        self.notes = sorted([*self.notes, *told.notes[1:], *rest], key=lambda note: note.since)

    def seconds(self, start: int, end: int, *, early: bool = False) -> bytes:
        """A code for every second; with `early` a failure counts from the last look that saw it well."""
        found = bytearray()
        for note, after in pairwise([*self.notes, Note(FAR, "?", FAR)]):
            begin, over = (one.before if early and one.letter == "n" else one.since for one in (note, after))
            length = min(over, end) - max(begin, start)
            found += bytes([CODES[note.letter]]) * max(0, length)
        return bytes(found)


def laid_over(*layers: bytes) -> bytes:
    """Second by second the codes of several things together."""
    total = 0
    for layer in layers:
        total |= int.from_bytes(layer, "little")
    return total.to_bytes(len(layers[0]), "little")


def table(rule: Callable[[int], int]) -> bytes:
    """A rule for every byte there may be."""
    return bytes(map(rule, range(256)))


def shifted(layer: bytes) -> bytes:
    """The same codes in the upper half of the byte."""
    return layer.translate(table(lambda code: code << 4 & 0xFF))


def hanging(code: int) -> int:
    """What fails is behind what fails above it, and nobody knows while that is unknown."""
    own, above = code & 15, code >> 4
    if own != DOWN or above & UP:
        return own
    return UNKNOWN if above & UNKNOWN else BEHIND


def together(code: int) -> int:
    """Up by any of its lines; unknown where none is and one may be."""
    return UP if code & UP else UNKNOWN if code & UNKNOWN else DOWN


HANGING, TOGETHER = table(hanging), table(together)
FAILS = table(lambda code: DOWN if code & (DOWN | BEHIND) else code)


@dataclass
class Recount:
    """What the script and the looks make of every second: sites, lines and endpoints; knows no row."""

    pencils: dict[str, Pencil] = field(default_factory=lambda: {name: Pencil() for name in LOOKED_AT})
    excluded: list[tuple[tuple[str, ...], int, int]] = field(default_factory=list)
    exchanged: int = FAR
    counted: dict[tuple[int, int], Mapping[str, Sequence[int]]] = field(default_factory=dict)

    def changed(self) -> None:
        """The past was told anew: nothing counted before holds."""
        self.counted.clear()

    def count(self, name: str, start: int, until: int) -> Sequence[int]:
        """Seconds up, down, unknown and excluded; what was counted once is kept, by days."""
        days = range(-(-start // DAY) * DAY, until - DAY + 1, DAY)
        spans = [(day, day + DAY) for day in days]
        spans = [(start, days[0]), *spans, (days[-1] + DAY, until)] if days else [(start, until)]
        for span in spans:
            if span not in self.counted:
                self.counted[span] = self._layers(*span)
        return [sum(each) for each in zip(*(self.counted[span][name] for span in spans), strict=True)]

    def _layers(self, start: int, end: int) -> Mapping[str, Sequence[int]]:
        """The count of everything in a span, second by second."""
        core = self.pencils["core"].seconds(start, end, early=True)
        own = {name: pencil.seconds(start, end) for name, pencil in self.pencils.items()}
        layers = {name: laid_over(own[name], shifted(core)).translate(HANGING) for name in LINES}
        both = laid_over(layers["main-1"], layers["backup-1"]).translate(TOGETHER)
        router = laid_over(own["router-1"], shifted(both)).translate(HANGING).translate(FAILS)
        # An endpoint is as its device, a site without lines as its core.
        codec = laid_over(own["codec-1"], shifted(router)).translate(HANGING).translate(FAILS)
        middle = min(max(start, self.exchanged), end) - start
        second = layers["main-2"][:middle] + layers["new-2"][middle:]
        layers |= {
            "room-1": codec,
            "centre": own["core"],
            "site-1": both,
            "site-2": second.translate(TOGETHER),
        }
        return {name: self._tally(name, bytearray(layer), start) for name, layer in layers.items()}

    def _tally(self, name: str, layer: bytearray, start: int) -> Sequence[int]:
        for names, begin, over in self.excluded:
            begin, over = max(begin - start, 0), min(over - start, len(layer))
            if name in names and begin < over:
                layer[begin:over] = bytes([BEHIND]) * (over - begin)
        return [layer.count(code) for code in (UP, DOWN, UNKNOWN, BEHIND)]


WEEK = 7 * 86_400
PACE = replace(pace(load(None, {}, OVERRIDES).settings), scrape=60)
MERGER = date(2026, 7, 1)
BY = ("site", "line", "endpoint", "agency")
SEEN = {
    "y": (FactSeen("", "reachable", True, "answered", "5 of 5"),),
    "n": (FactSeen("", "reachable", False, "no_answer", "0 of 5"),),
    "?": (FactSeen("", "reachable", None, "bad_answer"),),
}
SERIES = re.compile(
    r'^(netwatch_(?:site|line)_seconds)\{period="(\w+)",class="(\w+)",(?:site|line)="([^"]+)"\} (\S+)$',
    re.MULTILINE,
)
# (by what or which family, period, id)
Key = tuple[str, str, str]
MORNINGS = [at(f"{month:02}-01 07:05:00") for month in range(2, 13)] + [at("2027-01-01 07:05:00")]


@dataclass(frozen=True)
class Moment:
    """What was told at a moment in some way, and what the pencil says: seconds up, down, unknown, excluded."""

    told: Mapping[Key, Sequence[float]]
    expected: Mapping[Key, Sequence[float]]


class Year:
    """The daemon without the tasks that sleep: the story moves its clock, brings its looks and reads what it tells."""

    def __init__(self, url: str) -> None:
        self.url, self.clock = url, ManualClock(at("01-05 08:00:00") * SECOND)
        self.recount = Recount()
        self.claims: dict[tuple[int, str], Reckoning] = {}
        # What `_up` and the verdicts told of the first line and its site from a moment on; '' while nobody was there.
        self.live: dict[str, list[tuple[int, str]]] = {id_: [] for id_ in (*LINES, *SITES)}
        # From when on a daemon was there that began when; 0 for none.
        self.lives: list[tuple[int, int]] = []
        self.moments: dict[tuple[str, str], Moment] = {}
        self._numbers = itertools.count(1)
        self._round = 0
        self._same, self._edges = 0, 0
        self._blind = False
        self._seen: dict[str, str] = {}
        self._calm: list[Observation] = []

    @property
    def now(self) -> int:
        """Seconds UTC."""
        return self.clock.now() // SECOND

    async def begin(self, text: str) -> None:
        """The daemon starts; what was due since it was stopped nobody looked at."""
        self._pass(at(text))
        self.store = open_store(self.url, Holder("here", 1, self.clock.now(), "test"))
        commits = CommitTimes()
        self.writer, self.bus = Writer(commits.add), LocalBus()
        kit = Kit(icmp=FakeIcmp(), snmp=FakeSnmp(), monotonic=self.clock.monotonic)
        parts = Parts(self.clock, self.store, self.writer, self.bus, kit, probes(), commits, {})
        self.daemon = Daemon(load(None, {}, OVERRIDES).settings, None, OVERRIDES, parts)
        await self.daemon.prepare()
        self.lives.append((self.now, self.now))
        self._task = asyncio.create_task(self.daemon.recording.run())
        await self._planned()

    async def end(self, text: str, *, beat: str = "") -> None:
        """It is stopped; or, with the moment of its last heartbeat, killed."""
        await self.to(beat or text)
        since = self.now
        self._pass(at(text))
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        if not beat:
            await self.daemon.recording.finish()
        await self.writer.close()
        self.store.close()
        self._nobody_looks(since)
        self._watch(gone=True)
        self.lives.append((self.now, 0))

    def look_in(self, text: str) -> None:
        """Somebody asks for figures while no daemon runs."""
        self.clock.move_to(at(text) * SECOND)
        self.store = open_store(self.url, Holder("here", 1, self.clock.now(), "test"))
        april = periods.month(2026, 4, ZONE)
        self.compare_reports("nobody", [(april, by) for by in BY], ZONE)
        self.store.close()

    async def disturbed(self, what: Disturbance, text: str, until: str) -> None:
        """The machine slept, or its clock was set forward."""
        await self.to(text)
        since = self.now
        self._pass(at(until))
        size = self.clock.now() - since * SECOND
        self.daemon.recording.disturb(ClockEvent(what, since * SECOND, self.clock.now(), size))
        await self._settle()
        self._nobody_looks(since)

    def _pass(self, moment: int) -> None:
        """Time goes by without any look."""
        self.clock.move_to(moment * SECOND)
        self._round, self._same, self._edges = -(-moment // EVERY) * EVERY, 0, 0

    def _nobody_looks(self, since: int) -> None:
        for pencil in self.recount.pencils.values():
            pencil.gap(since)

    async def to(self, text: str) -> None:
        """Everything is looked at until then, and the first morning of every month figures are compared."""
        for morning in MORNINGS:
            if self.now < morning <= at(text):
                await self._look_until(morning)
                await self.compare()
        await self._look_until(at(text))

    async def _look_until(self, moment: int) -> None:
        while self._round + EVERY // 2 < moment:
            edges = bisect_right(EDGES, self._round + EVERY)
            self._same = self._same + 1 if edges == self._edges else 0
            self._edges = edges
            calm = self._same > CALM_AFTER
            if not calm or len(self._calm) > A_BATCH:
                await self._deliver()
            self._calm += self._looked()
            self._round += EVERY
            if not calm:
                await self._deliver()
        await self._deliver()
        self.clock.move_to(moment * SECOND)
        self.daemon.recording.beat()
        await self._settle()

    def _looked(self) -> Iterator[Observation]:
        """A round of looks; the pencils hear of them as well."""
        if self._same < 2:
            self._blind = all(shown(anchor, self._round) == "n" for anchor in ANCHORS)
        for name in self._checks:
            moment = self._round + LOOKED_AT[name]
            letter = self._seen[name] if self._same > 1 else shown(name, moment)
            self._seen[name] = letter
            cannot = letter == "n" and self._blind and name not in ANCHORS
            self.recount.pencils[name].look(moment, "?" if cannot else letter)
            yield self._look(name, moment, letter)

    def _look(self, name: str, moment: int, letter: str) -> Observation:
        check, revision = self._checks[name], self.daemon.plan.revision
        return Observation(LOCAL, next(self._numbers), revision, check.id, moment * SECOND, 0, SEEN[letter])

    async def _deliver(self) -> None:
        """What was looked at arrives in one batch, when the last look is over."""
        looks, self._calm = self._calm, []
        if looks:
            self.clock.move_to(looks[-1].at)
            await self.bus.publish(Batch(next(self._numbers), tuple(looks)))
            await self._settle()
            self.daemon.recording.beat()
            await self._settle()
            self._watch()

    def _watch(self, *, gone: bool = False) -> None:
        """What a scrape would see from now on."""
        judged = {} if gone else self.daemon.recording.judging.live
        for id_, told in self.live.items():
            kind = str(judged[id_].verdict.kind) if id_ in judged else ""
            if not told or told[-1][1] != kind:
                told.append((self.now, kind))

    async def _settle(self) -> None:
        """Until all is taken in and written."""
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0)
            if self.writer.depth:
                await self.writer.run(lambda: None)
            busy = self.writer.depth or self.bus.depth or not self.daemon.recording.idle
            quiet = 0 if busy else quiet + 1

    async def late(self, names: Sequence[str], start: str, end: str) -> None:
        """A collector brings what it had seen of these while the daemon was gone."""
        looks = []
        for name in names:
            first = -(-at(start) // EVERY) * EVERY + LOOKED_AT[name]
            told = [(moment, shown(name, moment)) for moment in range(first, at(end), EVERY)]
            self.recount.pencils[name].late(told)
            looks += [self._look(name, moment, letter) for moment, letter in told]
        await self.bus.publish(Batch(next(self._numbers), tuple(sorted(looks, key=lambda one: one.at))))
        self.recount.changed()
        await self._settle()

    async def announce(self, start: str, end: str, covers: Sequence[str], what: Window) -> None:
        """Maintenance is written down now; by what it names it covers these."""
        length = at(end) - at(start)
        window = replace(what, start=at(start) * SECOND, duration=length * SECOND)
        who = Who("an", self.clock.now())
        acted = await self.daemon.attend(lambda desk: add_windows(desk, AddWindows((window,)), who))
        await self.daemon.write(lambda engine: noted(engine, acted, who))
        weeks = range(53 if what.rule else 1)
        for begin in (at(start) + week * WEEK for week in weeks):
            self.recount.excluded.append((tuple(covers), max(begin, self.now), begin + length))

    async def reclassify(self, start: str, end: str, reason: str, covers: Sequence[str], site: str) -> None:
        """Time that is over is taken out of the figures of a site."""
        window = Window(0, 0, 1, "", reason, sites=(site,))
        order = Reclassification(window, at(start) * SECOND, at(end) * SECOND, reason, "an")
        await self.daemon.reclassify(order)
        self.recount.changed()
        self.recount.excluded.append((tuple(covers), at(start), at(end)))

    async def attribute(self, moment: str, party: Party, reason: str) -> None:
        """Somebody decides whose an outage of the first line was."""
        order = AttributeOrder(
            "main-1", at(moment) * SECOND, None, party.value, reason, "an", self.clock.now()
        )
        assert (await self.daemon.write(lambda engine: attribute(engine, order))).outages == 1

    async def publish(self, month: int) -> None:
        """The figures of a month are frozen."""
        order = AvailabilityOrder(2026, month, "", "an", self.clock.now(), ZONE, "1")
        await self.daemon.write(lambda engine: publish(engine, order))

    def claim(self, month: int, known: str = "") -> Reckoning:
        """What may be claimed for the first line of a month, as known now or at a moment."""
        measuring = Measuring(EVERY, 3, 3, None)
        known_at = at(known) * SECOND if known else None
        asked = ClaimsAsked(date(2026, month, 1), ZONE, self.clock.now(), measuring, known_at)
        [dossier] = Claims(self.store, asked).dossiers(["main-1"])
        [piece] = dossier.claim.pieces
        return piece

    def read_back(self) -> None:
        """Claims as they stand and as they stood; what was published, and what is known of it today."""
        asked = [(2, ""), (2, "02-28 12:00:00"), (10, ""), (10, "10-31 12:00:00")]
        self.claims |= {(month, known): self.claim(month, known) for month, known in asked}
        [header] = publications_sql.headers(self.store.engine, kind=KIND, period="2026-05")
        self.published = published_availability(self.store, header, self.clock.now(), ZONE)

    async def take_in(
        self, rows: Sequence[IncomingRow], since: date, complete: Complete | None = None
    ) -> None:
        """Rows are imported and the daemon reloads."""
        taken_in(self.store, rows, since, self.clock.now(), complete)
        await self.daemon.reload(dry_run=False)
        await self._planned()

    async def _planned(self) -> None:
        await self._settle()
        checks = self.daemon.plan.checks.values()
        echoes = {check.target: check for check in checks if check.kind == "icmp_echo"}
        self._checks = {name: echoes[name] for name in LOOKED_AT if name in echoes}
        self._same, self._edges = 0, 0

    async def compare(self) -> None:
        """What is told at this moment, in three ways: of this month, the last, the year and the day."""
        today = datetime.fromtimestamp(self.now, ZONE).date()
        spans = {name: periods.to_date(name, today, ZONE) for name in periods.TO_DATE}
        asked = [(spans["month"], by) for by in BY]
        asked += [(spans["year"], "site"), (spans["year"], "line"), (spans["last_month"], "line")]
        self.compare_reports("report", [*asked, (periods.day(today, ZONE), "site")], ZONE)
        await self.daemon._accountant.refresh()
        present = self.daemon.present()
        text = b"".join(pieces(Exposition(present, {}).sections(present, present.at, "1"))).decode()
        expected = {
            (f"netwatch_{kind}_seconds", name, id_): self.recount.count(id_, *self.span(period))
            for name, period in spans.items()
            for kind in ("site", "line")
            for id_ in self._lasting(kind, period)
        }
        self._note("metrics", exported(text), expected)

    def compare_reports(self, how: str, asked: Iterable[tuple[Period, str]], zone: ZoneInfo) -> None:
        """What `netwatch availability` says of these periods, told by these."""
        told: dict[Key, Sequence[float]] = {}
        expected: dict[Key, Sequence[float]] = {}
        for period, by in asked:
            told |= self.reported(period, by, zone)
            expected |= self.recounted(period, by, zone)
        self._note(how, told, expected)

    def _note(
        self, how: str, told: Mapping[Key, Sequence[float]], expected: Mapping[Key, Sequence[float]]
    ) -> None:
        when = datetime.fromtimestamp(self.now, ZONE).strftime("%Y-%m-%d %H:%M")
        self.moments[when, how] = Moment(told, expected)

    def span(self, period: Period) -> tuple[int, int]:
        """Its beginning and its end or now, seconds."""
        return period.start // SECOND, max(period.start // SECOND, min(period.end // SECOND, self.now))

    def reported(self, period: Period, by: str, zone: ZoneInfo) -> dict[Key, Sequence[float]]:
        """The read model of `netwatch availability`."""
        found = availability(self.store, Asked("", by, period), zone, self.clock.now()).lines
        return {
            (by, period.name, line.id): [line.account.of(class_) / SECOND for class_ in Class]
            for line in found
        }

    def recounted(self, period: Period, by: str, zone: ZoneInfo) -> dict[Key, Sequence[float]]:
        """The same by the pencil."""
        start, until = self.span(period)
        first, last = (
            datetime.fromtimestamp(moment, zone).date() for moment in (start, max(start, until - 1))
        )
        things = {
            "site": {site: [site] for site in SITES},
            "line": {line: [line] for line in self._lines(first, last, zone)},
            "endpoint": {"room-1": ["room-1"]},
            "agency": {"top": ["centre"], "xa-1": ["site-1"], "xa-2": ["site-2"]}
            if last < MERGER
            else {"top": ["centre"], "xa-moi": ["site-1", "site-2"]},
        }
        counts = {
            id_: [self.recount.count(member, start, until) for member in members]
            for id_, members in things[by].items()
        }
        return {
            (by, period.name, id_): [sum(each) for each in zip(*found, strict=True)]
            for id_, found in counts.items()
        }

    def _lines(self, first: date, last: date, zone: ZoneInfo) -> Sequence[str]:
        """Those there were on the first day or on the last."""
        if self.recount.exchanged == FAR:
            return LINES[:3]
        exchanged = datetime.fromtimestamp(self.recount.exchanged, zone).date()
        return [*LINES[:2], *LINES[2:3][: first < exchanged], *LINES[3:][: last >= exchanged]]

    def _lasting(self, kind: str, period: Period) -> Sequence[str]:
        """Who is there today and was on the period's last day."""
        if kind == "site":
            return SITES
        over = self.recount.exchanged < FAR and self.span(period)[1] > self.recount.exchanged
        third = ("main-2",) if self.recount.exchanged == FAR else ("new-2",) if over else ()
        return ("main-1", "backup-1", *third)


def exported(text: str) -> dict[Key, Sequence[float]]:
    """Seconds by class of every series in a scrape."""
    found: dict[Key, dict[str, float]] = defaultdict(dict)
    for name, period, class_, id_, value in SERIES.findall(text):
        found[name, period, id_][class_] = float(value)
    return {key: [one[class_] for class_ in Class] for key, one in found.items()}


def whole_year(zone: ZoneInfo) -> Iterator[tuple[Period, str]]:
    """All months of the year, the year, and days on which clocks are put or something happens."""
    days = (date(2026, 2, 20), date(2026, 3, 29), date(2026, 5, 20), date(2026, 9, 15), date(2026, 10, 25))
    months = [periods.month(2026, number, zone) for number in range(1, 13)]
    yield from ((period, by) for period in (*months, periods.year(2026, zone)) for by in BY)
    yield from ((periods.day(one, zone), "site") for one in days)


def taken_in(
    store: SqlStore, rows: Sequence[IncomingRow], since: date, now: int, complete: Complete | None = None
) -> None:
    """Import rows that hold since a day."""
    moment = min(now, start_of(since, ZONE))
    order = commands.ImportOrder(tuple(rows), "an", moment, since, "test", complete, recorded_at=now)
    report = commands.import_rows(store.engine, order)
    assert report.change_set is not None, report.problems


async def told(year: Year) -> None:
    """The year."""
    store = open_store(year.url, Holder("here", 1, 0, "test"))
    first = date(2025, 12, 1)
    rows = [IncomingRow(kind, kind, number, cells) for number, (kind, cells) in enumerate(INVENTORY)]
    taken_in(store, rows, first, start_of(first, ZONE))
    store.close()
    for part in (winter, spring, summer, autumn):
        await part(year)


async def winter(year: Year) -> None:
    """An outage over the end of a month; maintenance that was needed and maintenance that nothing failed in."""
    await year.begin("01-05 08:00:00")
    await year.to("01-31 23:59:00")
    await year.compare()
    await year.to("02-03 09:00:30")
    await year.announce(
        "02-10 22:00:00", "02-10 23:59:00", ("main-2",), Window(0, 0, 0, "", "đổi cáp", subjects=("main-2",))
    )
    await year.to("02-18 15:00:07")
    await year.announce(
        "02-20 01:00:00", "02-20 03:00:00", AT_1, Window(0, 0, 0, "", "nâng cấp", sites=("site-1",))
    )
    await year.to("02-20 10:05:00")
    await year.compare()
    await year.to("02-21 08:02:00")
    await year.attribute("02-20 09:30:00", Party.PROVIDER, "VNPT báo đứt cáp")
    await year.to("03-02 08:02:00")
    year.claims[2, "then"] = year.claim(2)
    await year.to("03-03 08:02:00")
    await year.attribute("02-20 09:30:00", Party.OWN_POWER, "nhật ký UPS cho thấy mất điện")
    await year.end("03-20 10:03:30")
    await year.begin("03-20 10:45:00")


async def spring(year: Year) -> None:
    """A kill and looks that come late; windows that overlap, and one that was written down too late."""
    await year.end("04-11 03:12:03", beat="04-11 03:12:00")
    year.look_in("04-11 04:44:00")
    await year.begin("04-11 05:18:00")
    await year.to("04-11 05:55:00")
    await year.compare()
    await year.to("04-12 08:02:00")
    await year.late(("core", "main-2"), "04-11 03:13:00", "04-11 05:18:00")
    await year.compare()
    await year.to("05-04 10:05:00")
    await year.announce(
        "05-05 20:00:00", "05-05 23:00:00", AT_1, Window(0, 0, 0, "", "thay tủ nguồn", sites=("site-1",))
    )
    await year.announce(
        "05-05 22:00:00", "05-06 01:00:00", AT_1, Window(0, 0, 0, "", "điện lực", units=("xa-1",))
    )
    await year.to("05-20 14:04:00")
    await year.announce(
        "05-20 13:00:00", "05-20 16:00:00", AT_1, Window(0, 0, 0, "", "báo muộn", sites=("site-1",))
    )
    await year.to("05-20 14:25:00")
    await year.compare()


async def summer(year: Year) -> None:
    """What was written down late is taken out; steps of the clock, a dead core, a merger, a blind daemon."""
    await year.to("06-01 09:04:00")
    await year.publish(5)
    await year.to("06-02 09:04:00")
    await year.reclassify("05-20 13:00:00", "05-20 14:04:00", "báo muộn", AT_1, "site-1")
    await year.compare()
    await year.disturbed(Disturbance.STEPPED, "06-15 11:04:00", "06-15 11:05:31")
    await year.disturbed(Disturbance.SUSPENDED, "06-20 02:07:00", "06-20 02:41:09")
    await year.to("06-29 09:02:00")
    today = commands.inventory_at(year.store.engine, date(2026, 6, 29), None, ZONE)
    merged = merge(today, ["xa-1", "xa-2"], Successor("xa-moi", "UBND xã Mới"), MERGER, "NQ 1")
    await year.take_in(merged, date(2026, 6, 29))
    await year.to("07-01 00:05:00")
    await year.daemon.reload(dry_run=False)
    await year._planned()


async def autumn(year: Year) -> None:
    """One line for another; maintenance every week; an outage that goes on."""
    await year.to("09-15 09:08:20")
    rows = [
        IncomingRow(kind, kind, number, cells)
        for number, (kind, cells) in enumerate(INVENTORY)
        if kind == "line"
    ]
    lines = [IncomingRow("line", "line", 9, NEW), *(row for row in rows if row.cells["id"] != "main-2")]
    await year.take_in(lines, date(2026, 9, 15), Complete("top", date(2026, 9, 15), frozenset({"line"})))
    year.recount.exchanged = year.now
    year.recount.pencils["main-2"].gap(year.now)
    await year.to("10-15 08:02:00")
    await year.attribute("10-12 20:00:00", Party.FORCE_MAJEURE, "bão")
    await year.to("11-03 08:03:00")
    await year.attribute("10-12 20:00:00", Party.PROVIDER, "VNPT nhận lỗi thiết bị")
    weekly = Window(0, 0, 0, "", "hằng tuần", "FREQ=WEEKLY", subjects=("new-2",))
    await year.announce("11-08 02:00:00", "11-08 03:00:00", ("new-2",), weekly)
    await year.to("12-30 21:15:00")
    await year.compare()
    await year.to("12-31 12:04:00")
    await year.compare()
    await year.to("2027-01-03 08:04:00")
    await year.compare()
    for zone in (ZONE, SUMMER):
        year.compare_reports(zone.key, whole_year(zone), zone)
    year.read_back()
    await year.end("2027-01-03 08:04:30")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.lab)])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Year:
    """The year as it was told; on PostgreSQL in the laboratory, for it takes a quarter of a minute on each."""
    url = f"sqlite:///{tmp_path_factory.mktemp('year')}/netwatch.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_database")()
    made = Year(url)
    anyio.run(told, made)
    return made


def figures(year: Year, when: str, how: str, *key: str) -> list[float]:
    """Seconds up, down, unknown and excluded, as they were told at a moment."""
    return list(year.moments[when, how].told[key])  # type: ignore[index]


def test_report_export_and_recount_are_equal(year: Year) -> None:
    """To the second: every first of a month, in the middle of outages, and in the end for every month and the year."""
    assert len(year.moments) == 2 * (len(MORNINGS) + 9) + 3
    for when, moment in year.moments.items():
        wrong = {
            key: (each, moment.expected.get(key))
            for key, each in moment.told.items()
            if each != moment.expected.get(key)
        }
        assert (when, wrong) == (when, {})
        assert (when, moment.told.keys()) == (when, moment.expected.keys())
    assert len(year.moments["2027-01-03 08:04", ZONE.key].told) > 12 * 10


def test_maintenance_in_which_nothing_failed_takes_nothing_from_an_outage(year: Year) -> None:
    """Two hours of a good night are excluded; the outage of that morning stays whole, and nothing exceeds 100 %."""
    up, down, unknown, excluded = figures(year, END, ZONE.key, "site", "2026-02-20", "site-1")
    assert (up, down, unknown, excluded) == (22 * HOUR, 0, 0, 2 * HOUR)
    line = figures(year, END, ZONE.key, "line", "2026-02", "main-1")
    assert line == [28 * DAY - 2 * HOUR - 5400, 5400, 0, 2 * HOUR]
    for moment in year.moments.values():
        assert all(min(each) >= 0 for each in moment.told.values())


def test_an_outage_that_goes_on_counts_up_to_now(year: Year) -> None:
    """From the first look that showed it, on the last evening of January and of the year."""
    began = at("01-31 22:20:20")
    month = figures(year, "2026-01-31 23:59", "report", "line", "2026-01", "main-2")
    assert month[1] == at("01-31 23:59:00") - began
    # The first of three looks that agree is not believed before the third.
    early = figures(year, "2026-12-30 21:15", "report", "line", "2026-12", "new-2")
    late = figures(year, "2026-12-31 12:04", "report", "line", "2026-12", "new-2")
    assert (early[1], late[1]) == (0, at("12-31 12:04:00") - at("12-30 21:10:25"))
    assert figures(year, "2026-12-31 12:04", "metrics", "netwatch_line_seconds", "month", "new-2") == late


def test_half_a_month_is_divided_by_half_a_month(year: Year) -> None:
    """The four classes of a month that is not over are the time that has passed."""
    passed = at("02-20 10:05:00") - at("02-01 00:00:00")
    told = year.moments["2026-02-20 10:05", "report"].told
    assert {sum(each) for (by, name, _), each in told.items() if (by, name) == ("line", "2026-02")} == {
        passed
    }
    up, down, _, _ = figures(year, "2026-02-20 10:05", "report", "line", "2026-02", "main-2")
    assert up / (up + down) == pytest.approx(1 - 13_820 / (passed - 7140), abs=1e-12)


def test_what_nobody_saw_is_never_up(year: Year) -> None:
    """Before the first look, while the daemon was gone or blind, and in slivers of clock steps."""
    january = figures(year, END, ZONE.key, "site", "2026-01", "centre")
    assert january[2] == at("01-05 08:00:40") - at("01-01 00:00:00")
    assert january[0] + january[2] == 31 * DAY
    gone = figures(year, "2026-04-11 04:44", "nobody", "line", "2026-04", "main-2")
    assert gone[1:3] == [0, at("04-11 04:44:00") - at("04-11 03:12:00")]
    killed = figures(year, "2026-04-11 05:55", "report", "site", "2026-04", "site-2")
    assert killed[2] == at("04-11 05:20:20") - at("04-11 03:12:00")
    blind = figures(year, END, ZONE.key, "site", "2026-07", "site-1")
    assert (blind[1], blind[2] > HOUR) == (0, True)


def test_late_looks_fill_only_what_was_unknown(year: Year) -> None:
    """A collector's looks tell the outage that nobody here had seen."""
    before = figures(year, "2026-04-11 05:55", "report", "line", "2026-04", "main-2")
    after = figures(year, "2026-04-12 08:02", "report", "line", "2026-04", "main-2")
    assert (before[1], after[1]) == (0, 1800)
    assert before[2] - after[2] == at("04-11 05:20:20") - at("04-11 03:20:20")
    assert after[0] - before[0] == at("04-12 08:02:00") - at("04-11 05:55:00") + 2 * HOUR - 1800


def test_maintenance_written_down_late_counts_from_then_until_it_is_taken_out(year: Year) -> None:
    """In June, with a trace; until then the hour before anybody knew is an outage."""
    key = ("2026-05", "main-1")
    first = figures(year, "2026-06-01 07:05", "metrics", "netwatch_line_seconds", "last_month", "main-1")
    last = figures(year, END, ZONE.key, "line", *key)
    hour = at("05-20 14:04:00") - at("05-20 13:00:00")
    assert last[3] - first[3] == hour
    assert first[1] - last[1] == at("05-20 14:04:00") - at("05-20 13:00:10")


def test_maintenance_of_an_agency_that_has_merged_since_stays_excluded(year: Year) -> None:
    """The year is told by the agencies of its last day; a window of one that is gone covers the sites it had."""
    months = [figures(year, END, ZONE.key, "site", f"2026-{month:02}", "site-1") for month in range(1, 13)]
    whole = figures(year, END, ZONE.key, "site", "2026", "site-1")
    assert whole == [sum(each) for each in zip(*months, strict=True)]
    assert whole[3] == 2 * HOUR + 5 * HOUR + 3 * HOUR
    merged = figures(year, END, ZONE.key, "agency", "2026", "xa-moi")
    other = figures(year, END, ZONE.key, "site", "2026", "site-2")
    assert merged == [one + two for one, two in zip(whole, other, strict=True)]


def test_an_endpoint_fails_no_sooner_than_its_device_was_seen_to(year: Year) -> None:
    """It has no check of its own; from the device's first bad look on."""
    down = figures(year, END, ZONE.key, "endpoint", "2026-09", "room-1")[1]
    assert down == at("09-03 18:11:00") - at("09-02 06:31:00")


def test_days_are_as_long_as_clocks_make_them(year: Year) -> None:
    """Twenty-three and twenty-five hours where there is summer time."""
    assert sum(figures(year, END, SUMMER.key, "site", "2026-03-29", "centre")) == 23 * HOUR
    assert sum(figures(year, END, SUMMER.key, "site", "2026-10-25", "centre")) == 25 * HOUR
    assert sum(figures(year, END, ZONE.key, "site", "2026-10-25", "centre")) == 24 * HOUR


def test_a_line_that_was_exchanged_and_the_one_in_its_place(year: Year) -> None:
    """Each in the months in which it was there; the day of the exchange belongs to the new one."""
    told = year.moments[END, ZONE.key].told
    months = {
        line: [name for by, name, id_ in told if (by, id_) == ("line", line)] for line in ("main-2", "new-2")
    }
    assert months["main-2"] == [*(f"2026-{month:02}" for month in range(1, 10)), "2026"]
    assert months["new-2"] == [*(f"2026-{month:02}" for month in range(9, 13)), "2026"]
    assert figures(year, END, ZONE.key, "line", "2026-12", "new-2")[3] == 4 * HOUR


def certain(name: str, start: str, end: str) -> int:
    """From the first look that showed it failing to the last one."""
    first = -(-(at(start) - LOOKED_AT[name]) // EVERY)
    last = -(-(at(end) - LOOKED_AT[name]) // EVERY) - 1
    return (last - first) * EVERY


def contractual(piece: Reckoning) -> list[float]:
    """The account by the contract."""
    return [piece.account.of(class_) / SECOND for class_ in Class]


def test_attributions_move_claims_and_no_figure_of_record(year: Year) -> None:
    """What is claimed is what looks have shown for certain, of outages that are the provider's by the last word."""
    storm = certain("main-1", "10-12 18:01:02", "10-13 09:09:09")
    october = figures(year, END, ZONE.key, "line", "2026-10", "main-1")
    assert october == [31 * DAY - storm - EVERY, storm + EVERY, 0, 0]
    last, before = year.claims[10, ""], year.claims[10, "10-31 12:00:00"]
    assert (last.claimed, before.claimed) == (storm * SECOND, 0)
    assert contractual(last) == october
    assert contractual(before)[1] == 0
    assert contractual(before)[3] == storm + EVERY
    assert last.sure.availability == -(-(31 * DAY - storm) * 100_000 // (31 * DAY))
    assert (last.sure.amount, before.sure.amount) == (1_000_000, None)


def test_what_was_claimed_can_be_told_again(year: Year) -> None:
    """February before and after somebody had looked into the log of the UPS."""
    cut = certain("main-1", "02-20 09:00:20", "02-20 10:31:00")
    then, last = year.claims[2, "then"], year.claims[2, ""]
    assert year.claims[2, "02-28 12:00:00"].claimed == then.claimed == cut * SECOND
    assert (last.claimed, last.told.step) == (0, None)
    month = figures(year, END, ZONE.key, "line", "2026-02", "main-1")
    assert contractual(then) == month
    assert contractual(last) == [month[0], 0, 0, month[3] + month[1]]


def test_what_was_published_stays_as_it_was(year: Year) -> None:
    """May as it was known on the first of June, beside May as it is known since the second, and why."""
    rows = {(row.kind, row.id): row for row in year.published.rows}
    assert {id_ for _, id_ in rows} == {"site-1", "xa-1", "main-1", "backup-1", "room-1"}
    for frozen in year.published.frozen.lines:
        row = rows.get((frozen.kind, frozen.id))
        then = [frozen.account.of(class_) / SECOND for class_ in Class]
        today = figures(year, END, ZONE.key, frozen.kind, "2026-05", frozen.id)
        assert (row is None) == (then == today)
    line = rows["line", "main-1"]
    assert line.published is not None
    told = [line.published.account.of(class_) / SECOND for class_ in Class]
    assert told == figures(
        year, "2026-06-01 07:05", "metrics", "netwatch_line_seconds", "last_month", "main-1"
    )
    assert {(reason.what, reason.why) for reason in line.reasons} == {(What.RECLASSIFIED, "báo muộn")}


SCRAPE = 60
KINDS = ("up", "degraded", "down", "unreachable", "unknown")
# Days of which every second was seen as it was scraped: nothing brought late, nothing behind our own core.
ESTIMATED = (
    ("line", "main-1", date(2026, 1, 17)),
    ("site", "site-2", date(2026, 2, 1)),
    ("line", "main-2", date(2026, 2, 1)),
    ("site", "site-1", date(2026, 3, 8)),
    ("line", "main-1", date(2026, 3, 20)),
    ("site", "site-1", date(2026, 6, 20)),
    ("site", "site-2", date(2026, 7, 10)),
    ("line", "main-1", date(2026, 8, 3)),
    ("line", "main-2", date(2026, 8, 12)),
    ("line", "main-1", date(2026, 10, 12)),
    ("line", "main-1", date(2026, 10, 13)),
    ("line", "new-2", date(2026, 12, 30)),
    ("line", "new-2", date(2026, 12, 31)),
)


State = TypeVar("State", int, str)


def scraped(told: Sequence[tuple[int, State]], times: range, values: Mapping[State, str]) -> str:
    """A series in promtool's words: the value at each scrape, `_` for none."""
    moments = [moment for moment, _ in told]
    states = [told[max(0, bisect_right(moments, moment) - 1)][1] for moment in times]
    runs = ((values.get(state, "_"), len(list(run))) for state, run in itertools.groupby(states))
    return " ".join(f"_x{count}" if value == "_" else f"{value}x{count - 1}" for value, count in runs)


def estimated(year: Year, kind: str, id_: str, on: date) -> Mapping[str, Value]:
    """A day as it was scraped; by the shipped rules its estimate must come near the record."""
    start, until = year.span(periods.day(on, ZONE))
    times = range(start, until + 1, SCRAPE)
    target = 'job="netwatch", instance="mon"'
    own, live = f'{target}, {kind}="{id_}"', year.live[id_]
    up = {"up": "1", "degraded": "1", "down": "0", "unreachable": "0"}
    series = {f"netwatch_{kind}_up{{{own}}}": scraped(live, times, up)}
    for verdict in KINDS:
        states = {each: str(int(each == verdict)) for each in KINDS}
        series[f'netwatch_{kind}_verdict{{{own}, verdict="{verdict}"}}'] = scraped(live, times, states)
    began = {moment: str(moment) if moment else "_" for _, moment in year.lives}
    series[f"netwatch_start_timestamp_seconds{{{target}}}"] = scraped(year.lives, times, began)
    rules = {rule.record: rule.expr for group in estimate_groups(PACE) for rule in group.rules}
    estimate, error = (rules[f"{kind}:netwatch_{kind}_up:{name}1d"] for name in ("estimate", "error"))
    spent = year.recount.count(id_, start, until)
    asked = f"abs(({estimate}) - {spent[0] / (spent[0] + spent[1])!r}) <= bool ({error})"
    return {
        "name": f"{id_} {on}",
        "interval": f"{SCRAPE}s",
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {"expr": asked, "eval_time": "1d", "exp_samples": [{"labels": f"{{{own}}}", "value": 1}]},
            {
                "expr": f"({error}) < bool 0.3",
                "eval_time": "1d",
                "exp_samples": [{"labels": f"{{{own}}}", "value": 1}],
            },
        ],
    }


def test_what_prometheus_makes_of_scrapes_lies_within_its_bound(year: Year, tmp_path: Path) -> None:
    """With a restart, an outage of a day, a blip, and an hour in which nobody could see."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    # The shares are asked for once, in the end; what they add up is recorded every four minutes.
    counts = [
        replace(group, rules=[rule for rule in group.rules if COUNTED in rule.record])
        for group in estimate_groups(PACE)
    ]
    (tmp_path / "rules.yml").write_text(rules_file(counts), "utf-8")
    tests = [estimated(year, *one) for one in ESTIMATED]
    script: Mapping[str, Value] = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": COUNTED,
        "tests": tests,
    }
    (tmp_path / "script.yml").write_text(yaml_text(script), "utf-8")
    line = [program, "test", "rules", str(tmp_path / "script.yml")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """A Prometheus that scrapes nothing and serves what is in its folder; its address."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{asking.getsockname()[1]}"
    (folder / "prometheus.yml").write_text("", "utf-8")
    words = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "storage.tsdb.retention.time": "100y",
        "web.listen-address": address,
    }
    with (folder / "log").open("a", encoding="utf-8") as log:
        line = ["prometheus", *(f"--{name}={value}" for name, value in words.items())]
        started = subprocess.Popen(line, stdout=log, stderr=log)
    try:
        pause = threading.Event()
        assert any(asked(address, "/-/ready") or pause.wait(0.1) for _ in range(300)), "not ready"
        yield address
    finally:
        started.terminate()
        started.wait(20)


def asked(address: str, path: str) -> bytes:
    """What it answers; nothing while it does not."""
    host, _, port = address.partition(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else b""
    except OSError:
        return b""
    finally:
        connection.close()


def exposed(
    name: str, told: Sequence[tuple[int, State]], times: range, values: Mapping[State, str]
) -> Iterator[str]:
    """A series as OpenMetrics, with the time of every scrape."""
    moments = [moment for moment, _ in told]
    for moment in times:
        value = values.get(told[max(0, bisect_right(moments, moment) - 1)][1], "_")
        if value != "_":
            yield f"{name} {value} {moment}\n"


def test_thirty_days_in_a_real_prometheus(year: Year, tmp_path: Path) -> None:
    """October as it was scraped, brought into a Prometheus that is asked what the shipped rules record of it."""
    missing = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (apt-get install prometheus)")
    end = periods.month(2026, 10, ZONE).end // SECOND
    times = range(end - 30 * DAY, end + 1, SCRAPE)
    target = 'job="netwatch",instance="mon"'
    own, live = f'{target},line="main-1"', year.live["main-1"]
    up = {"up": "1", "degraded": "1", "down": "0", "unreachable": "0"}
    began = {moment: str(moment) if moment else "_" for _, moment in year.lives}
    with (tmp_path / "scraped").open("w", encoding="utf-8") as file:
        file.writelines(exposed(f"netwatch_line_up{{{own}}}", live, times, up))
        for verdict in KINDS:
            states = {each: str(int(each == verdict)) for each in KINDS}
            file.writelines(
                exposed(f'netwatch_line_verdict{{{own},verdict="{verdict}"}}', live, times, states)
            )
        name = f"netwatch_start_timestamp_seconds{{{target}}}"
        file.writelines(exposed(name, year.lives, times, began))
        file.write("# EOF\n")
    # In one block, for each reads the whole file.
    bring = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=744h"]
    subprocess.run(
        [*bring, str(tmp_path / "scraped"), str(tmp_path / "data")],
        check=True,
        capture_output=True,
        timeout=60,
    )
    rules = {rule.record: rule.expr for group in estimate_groups(PACE) for rule in group.rules}
    spent = year.recount.count("main-1", times[0], times[-1])
    found = []
    with prometheus(tmp_path) as address:
        for figure in ("estimate", "error"):
            expr = rules[f"line:netwatch_line_up:{figure}30d"]
            for record, counts in rules.items():
                # What would have been recorded every four minutes.
                expr = expr.replace(f"{record}[30d]", f"({counts})[30d:{COUNTED}]")
            answer = asked(address, f"/api/v1/query?query={quote(expr)}&time={times[-1]}")
            [result] = json.loads(answer)["data"]["result"]
            found.append(float(result["value"][1]))
    estimate, error = found
    difference = abs(estimate - spent[0] / (spent[0] + spent[1]))
    assert 0 < difference <= error < 0.003

"""What the daemon asks of a database, whichever it is. Calls are plain and blocking; one writer thread makes them.

Two transactions: `record` (facts) and `judge` (verdicts); a third, `amend`, changes both for the past when looks
arrive late. Whatever raises `StoreFault` changed nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from inventory.coverage.contract import Sighting
from inventory.coverage.renewal import Redeclared
from netwatch.check import FactKey
from netwatch.incidents.contract import DeskChange, DeskState, Incident, LogEntry
from netwatch.state import FactState, Transition
from netwatch.verdict import Verdict


class StoreFault(Exception):  # noqa: N818 - a fault, not a mistake
    """The database could not do it now; `what` is one of the words of `netwatch.store.faults`.

    locked, read_only, full, gone, refused (permissions), corrupt, outdated or newer (its schema), conflict (another
    wrote it meanwhile), failed. The caller keeps what it wanted to write and tries again.
    """

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what = what
        self.detail = detail


class AlreadyServed(Exception):  # noqa: N818 - a refusal
    """Another daemon serves this database; `holder` says which (host, process id, since when)."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Contradiction(ValueError):  # noqa: N818 - says what it is
    """A judgement that does not fit what is stored: a subject's verdicts would overlap, leave a gap or end.

    A mistake of the caller, or of one that judged by stale rows; nothing was changed. Trying again is of no use:
    read the rows anew from the cursor.
    """


@dataclass(frozen=True, slots=True)
class FactRow:
    """A stored fact interval: [start, end), None while open; `sequence` is the feed the second transaction reads.

    `sequence` is 0 before it is stored.
    """

    sequence: int
    transition: Transition
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A stored verdict interval. `contrary` is the last moment known to be otherwise before `start`.

    `superseded_by` names the row that replaced it; current rows of a subject never overlap and leave no gap, except
    while the subject was retired (ended by a judgement that added nothing to it). `id` is 0 before it is stored.
    """

    id: int
    subject: str
    verdict: Verdict
    start: int
    end: int | None
    contrary: int
    topology: int
    recorded_at: int
    superseded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the second transaction writes.

    `end` are (row id, end) of open rows that now end, `supersede` ids of rows that others replace, `add` new rows
    (per subject in order of start; superseded rows of that subject point to the first of them). `cursor` is the
    sequence of the last fact row taken into account. `desk` is what becomes of incidents and notices by it.
    """

    cursor: int
    add: tuple[VerdictRow, ...] = ()
    end: tuple[tuple[int, int], ...] = ()
    supersede: tuple[int, ...] = ()
    desk: DeskChange = field(default_factory=DeskChange)


class Store(Protocol):
    """The database as the daemon sees it."""

    def record(
        self, transitions: Sequence[Transition], heartbeats: Mapping[str, int], at: int
    ) -> Sequence[FactRow]:
        """Transaction 1: close the open fact intervals, open the new ones, note each vantage's heartbeat.

        A transition that starts where the open interval starts supersedes it. A transition already stored (same
        key, start and value) is not stored again. Returns the rows written, in order.
        """

    def facts(self) -> Iterable[FactState]:
        """The open fact intervals as states (votes empty, watermark = when it was decided), for a restart."""

    def fact_rows(self, after: int, limit: int) -> Sequence[FactRow]:
        """Fact rows with a sequence beyond `after`, in order: what the second transaction has not seen."""

    def fact_history(self, key: FactKey, start: int, end: int) -> Sequence[FactRow]:
        """The current (not superseded) fact intervals that overlap [start, end), in order."""

    def fact_histories(
        self, keys: Iterable[FactKey], start: int, end: int
    ) -> Mapping[FactKey, Sequence[FactRow]]:
        """The same of many keys; those without any are absent."""

    def heartbeats(self) -> Mapping[str, int]:
        """The last heartbeat of every vantage, microseconds."""

    def judge(self, judgement: Judgement) -> Sequence[VerdictRow]:
        """Transaction 2: end, supersede and add verdict rows and move the cursor; returns the added rows with ids."""

    def amend(self, fills: Sequence[FactRow], judgement: Judgement, at: int) -> Sequence[VerdictRow]:
        """Both in one transaction, for looks that came late: what they saw, and the verdicts that follow from it.

        `fills` are closed intervals of known facts, per key in order. They replace unknown time only: rows of that
        time are superseded by new ones recorded `at`, everything else stays. The cursor moves beyond the new rows,
        which are no news to the second consumer. Delivered again it finds nothing unknown and changes nothing.
        Raises Contradiction while stored facts wait to be judged. Returns the added verdict rows with ids.
        """

    def cursor(self) -> int:
        """The sequence of the last fact row judged; 0 at first."""

    def topology(self) -> int:
        """The highest topology revision a verdict row names; 0 at first. Revisions go on from there."""

    def verdicts(
        self, start: int, end: int | None = None, subject: str | None = None
    ) -> Sequence[VerdictRow]:
        """Current rows that overlap [start, end), by subject and start; `end` None means up to now and open."""

    def versions(self, subject: str, start: int, end: int) -> Sequence[VerdictRow]:
        """All rows, superseded ones too, of one subject that overlap [start, end)."""

    def put(self, change: DeskChange) -> None:
        """Write what the desk changed by itself (a timer, a person, a channel), all or nothing."""

    def desk(self, since: int) -> DeskState:
        """What the desk needs after a restart; see `DeskState`. `since` is how far back what is over still matters."""

    def incidents(self, start: int, end: int) -> Sequence[Incident]:
        """Incidents that went on at some time within [start, end), by id."""

    def incident(self, id_: int) -> Incident | None:
        """One incident."""

    def incident_log(self, id_: int) -> Sequence[LogEntry]:
        """Its log, in order."""

    def see(self, sightings: Sequence[Sighting]) -> None:
        """Store what looks have shown of items: new rows, and until when known ones went on.

        Known are rows of the same item, aspect, value and first. Delivered again nothing changes; none becomes shorter.
        """

    def sightings(self, until: int | None, since: int | None = None) -> Iterable[Sighting]:
        """Of every value that an item's aspect had the newest row beginning at `until` or before (None: any), by item.

        With `since` only those that went on until then. `last` is as it is known now, also where that is after `until`.
        """

    def redeclared(self, since: int, until: int) -> Iterable[Redeclared]:
        """Records of things that can be looked at which were changed within a time, as known at its end."""

    def notices(self, kind: str, until: int, known_at: int) -> Iterable[Mapping[str, Any]]:
        """Of everything that has notices of a kind the facts of the newest that began by `until` (µs UTC).

        Only of what was written down by `known_at`; in the order in which it was.
        """

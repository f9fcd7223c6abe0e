"""The arithmetic of stored intervals: what a transition or a judgement changes. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from netwatch.backfill import weave
from netwatch.check import FactKey
from netwatch.state import FactState, Transition
from netwatch.store.contract import Contradiction, FactRow, Judgement, VerdictRow
from netwatch.verdict import Verdict

FactIdentity: TypeAlias = tuple[FactKey, int, bool | None, str]
VerdictIdentity: TypeAlias = tuple[str, int, int, int, int, Verdict]


def storable(text: str) -> str:
    """The text as both databases can hold it: NUL and lone surrogates (bytes from outside) become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def fact_identity(transition: Transition) -> FactIdentity:
    """Two transitions of the same identity are the same one, delivered twice; unknowns differ by their reason."""
    reason = transition.reason if transition.holds is None else ""
    return (transition.key, transition.since, transition.holds, reason)


@dataclass(slots=True)
class FactEntry:
    """A fact interval while a batch is entered: `changed` if it was stored before and must be written again."""

    row: FactRow
    superseded_by: int | None = None
    changed: bool = False


class FactLedger:
    """Open fact intervals, into which transitions are entered one by one.

    `standing` are the open rows of the keys concerned, `known` the identities of rows stored with the same start as
    these, `sequence` the first free one. `added` are the new entries and `changed` the standing ones that ended or
    were superseded.
    """

    def __init__(self, standing: Iterable[FactRow], known: AbstractSet[FactIdentity], sequence: int) -> None:
        self._open = {row.transition.key: FactEntry(row) for row in standing}
        self._standing = tuple(self._open.values())
        self._known = {*known, *(fact_identity(entry.row.transition) for entry in self._standing)}
        self._sequence = sequence
        self.added: list[FactEntry] = []

    @property
    def changed(self) -> list[FactEntry]:
        """Stored entries that ended or were superseded."""
        return [entry for entry in self._standing if entry.changed]

    def enter(self, transition: Transition) -> None:
        """Take in one transition; one already stored, or older than the open interval, changes nothing."""
        before = self._open.get(transition.key)
        if before is not None and self._old(before.row, transition):
            return
        after = FactEntry(FactRow(self._sequence, transition, transition.since, None))
        if before is not None:
            _succeed(before, after.row)
        self._sequence += 1
        self._open[transition.key] = after
        self._known.add(fact_identity(transition))
        self.added.append(after)

    def _old(self, standing: FactRow, transition: Transition) -> bool:
        return transition.since < standing.start or fact_identity(transition) in self._known


def _succeed(before: FactEntry, after: FactRow) -> None:
    before.changed = True
    if before.row.start == after.start:
        before.superseded_by = after.sequence
    else:
        before.row = replace(before.row, end=after.start)


def fact_state(row: FactRow) -> FactState:
    """An open fact interval as the state a restart begins with.

    What was believed before an unknown is what may resume: the restart itself is an interruption.
    """
    transition = row.transition
    return FactState(
        key=transition.key,
        holds=transition.holds,
        since=row.start,
        contrary=transition.contrary,
        reason=transition.reason,
        evidence=transition.evidence,
        watermark=transition.at,
        ever=transition.ever or transition.holds is True,
        resumes=transition.was if transition.holds is None else None,
    )


@dataclass(frozen=True, slots=True)
class Backfilling:
    """What late looks come to: fact rows to supersede (sequence, by) and to insert, in this order."""

    supersede: tuple[tuple[int, int], ...]
    insert: tuple[FactRow, ...]


def backfilling(
    stored: Mapping[FactKey, Sequence[FactRow]], fills: Iterable[FactRow], sequence: int
) -> Backfilling:
    """What `fills` (see `Store.amend`) change among `stored`, the keys' rows from their first fill on."""
    supersede: list[tuple[int, int]] = []
    insert: list[FactRow] = []
    for key, known in by_key(fills).items():
        rows = stored.get(key, ())
        woven = weave(rows, known)
        first = sequence + len(insert)
        added = [row for row in woven if not row.sequence]
        insert += [replace(row, sequence=first + place) for place, row in enumerate(added)]
        successors = {row.start: first + place for place, row in enumerate(added)}
        supersede += [(row.sequence, successors[row.start]) for row in set(rows).difference(woven)]
    return Backfilling(tuple(sorted(supersede)), tuple(insert))


def by_key(rows: Iterable[FactRow]) -> Mapping[FactKey, list[FactRow]]:
    """Rows by key, each in the order given."""
    found: defaultdict[FactKey, list[FactRow]] = defaultdict(list)
    for row in rows:
        found[row.transition.key].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a judgement comes to: rows to end (id, end), to supersede (id, by) and to insert, in this order.

    `answer` are the judgement's added rows with their ids, those of an earlier delivery included.
    """

    end: tuple[tuple[int, int], ...]
    supersede: tuple[tuple[int, int], ...]
    insert: tuple[VerdictRow, ...]
    answer: tuple[VerdictRow, ...]


def amend(stored: Sequence[VerdictRow], judgement: Judgement, first_id: int) -> Amendment:
    """What `judgement` changes among `stored`, the rows of its subjects from its first moment on.

    Raises Contradiction when afterwards the current rows of a subject would overlap or leave a gap. Only a subject
    that is retired (its open row ends, nothing is added) may end; rows added to it later begin anew.
    """
    rows = {row.id: row for row in stored}
    inserted, answer = _number(stored, judgement, first_id)
    ends = tuple(pair for pair in judgement.end if _must_end(rows, pair))
    for row_id, end in ends:
        rows[row_id] = replace(rows[row_id], end=end)
    supersedes = _superseded(rows, judgement.supersede, answer)
    for row_id, successor in supersedes:
        rows[row_id] = replace(rows[row_id], superseded_by=successor)
    going_on = {row.subject for row in judgement.add}
    retired = {(rows[row_id].subject, end) for row_id, end in ends if rows[row_id].subject not in going_on}
    _require_chains([*rows.values(), *inserted], _retirements(stored) | retired)
    return Amendment(ends, supersedes, inserted, answer)


def _identity(row: VerdictRow) -> VerdictIdentity:
    return (row.subject, row.start, row.contrary, row.topology, row.recorded_at, row.verdict)


def _number(
    stored: Sequence[VerdictRow], judgement: Judgement, first_id: int
) -> tuple[tuple[VerdictRow, ...], tuple[VerdictRow, ...]]:
    """(rows to insert, all added rows) with ids; a row that an earlier delivery stored keeps the id it got."""
    replaced = set(judgement.supersede)
    current = (row for row in stored if row.superseded_by is None and row.id not in replaced)
    known = {_identity(row): row for row in current}
    inserted: list[VerdictRow] = []
    answer: list[VerdictRow] = []
    for row in judgement.add:
        earlier = known.get(_identity(row))
        if earlier is None:
            inserted.append(replace(row, id=first_id + len(inserted), superseded_by=None))
        answer.append(earlier or inserted[-1])
    return tuple(inserted), tuple(answer)


def _row(rows: Mapping[int, VerdictRow], row_id: int) -> VerdictRow:
    if row_id not in rows:
        raise Contradiction(f"verdict row {row_id} does not exist")
    return rows[row_id]


def _must_end(rows: Mapping[int, VerdictRow], pair: tuple[int, int]) -> bool:
    row_id, end = pair
    row = _row(rows, row_id)
    if row.end is not None and row.end != end:
        raise Contradiction(
            f"verdict row {row_id} of {row.subject} ended at {row.end} and cannot end at {end}"
        )
    if row.end is None and row.superseded_by is not None:
        raise Contradiction(
            f"verdict row {row_id} of {row.subject} was superseded by {row.superseded_by} and cannot end"
        )
    return row.end is None


def _superseded(
    rows: Mapping[int, VerdictRow], ids: Sequence[int], added: Sequence[VerdictRow]
) -> tuple[tuple[int, int], ...]:
    first = {row.subject: row.id for row in reversed(added)}
    pairs = []
    for row_id in ids:
        row = _row(rows, row_id)
        successor = first.get(row.subject)
        if successor is None:
            raise Contradiction(f"verdict row {row_id} of {row.subject} is superseded by nothing")
        if row.superseded_by not in (None, successor):
            raise Contradiction(
                f"verdict row {row_id} of {row.subject} was superseded by {row.superseded_by}"
            )
        if row.superseded_by is None:
            pairs.append((row_id, successor))
    return tuple(pairs)


def _chains(rows: Iterable[VerdictRow]) -> Mapping[str, list[VerdictRow]]:
    """Current rows by subject, in order of start."""
    chains: defaultdict[str, list[VerdictRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.start):
        if row.superseded_by is None:
            chains[row.subject].append(row)
    return chains


def _retirements(rows: Iterable[VerdictRow]) -> set[tuple[str, int]]:
    """(subject, moment) where the rows as they are stored end without another beginning."""
    return {
        (subject, row.end)
        for subject, chain in _chains(rows).items()
        for row, after in pairwise([*chain, None])
        if row and row.end is not None and row.end != (after.start if after else None)
    }


def _require_chains(rows: Iterable[VerdictRow], retired: AbstractSet[tuple[str, int]]) -> None:
    for chain in _chains(rows).values():
        for row, after in pairwise([*chain, None]):
            if row:
                _require_follows(row, after.start if after else None, retired)


def _require_follows(row: VerdictRow, after: int | None, retired: AbstractSet[tuple[str, int]]) -> None:
    if row.end is not None and row.end <= row.start:
        raise Contradiction(f"a verdict of {row.subject} would begin at {row.start} and end at {row.end}")
    if row.end is not None and (row.subject, row.end) in retired and (after is None or row.end <= after):
        return
    if row.end != after:
        raise Contradiction(
            f"the verdict of {row.subject} from {row.start} would end at {row.end}, but the next begins at "
            f"{'no time' if after is None else after}"
        )


def require_judged(cursor: int, last: int) -> None:
    """Raise Contradiction while fact rows wait to be judged: moving the cursor beyond others would skip them."""
    if cursor < last:
        raise Contradiction(f"fact rows {cursor + 1} to {last} must be judged before the past is amended")


def require_cursor(cursor: int, last: int) -> None:
    """Raise Contradiction when a judgement claims fact rows that do not exist: it would skip those yet to come."""
    if cursor > last:
        raise Contradiction(f"the cursor would move to {cursor}, but the last fact row is {last}")

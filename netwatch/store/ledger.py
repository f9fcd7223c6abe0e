"""The arithmetic of stored intervals: what a transition or a judgement changes. Pure: no database, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeAlias

from netwatch.check import FactKey
from netwatch.state import FactState, Transition
from netwatch.store.contract import Contradiction, FactRow, Judgement, VerdictRow
from netwatch.verdict import Verdict

FactIdentity: TypeAlias = tuple[FactKey, int, bool | None, str]
VerdictIdentity: TypeAlias = tuple[str, int, int, int, int, Verdict]


def storable(text: str) -> str:
    """The text as both databases can hold it: NUL and lone surrogates (bytes from outside) become U+FFFD."""
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

    Raises Contradiction when afterwards the current rows of a subject would overlap, leave a gap or not end open.
    """
    rows = {row.id: row for row in stored}
    inserted, answer = _number(stored, judgement, first_id)
    ends = tuple(pair for pair in judgement.end if _must_end(rows, pair))
    for row_id, end in ends:
        rows[row_id] = replace(rows[row_id], end=end)
    supersedes = _superseded(rows, judgement.supersede, answer)
    for row_id, successor in supersedes:
        rows[row_id] = replace(rows[row_id], superseded_by=successor)
    _require_chains([*rows.values(), *inserted])
    return Amendment(ends, supersedes, inserted, answer)


def _identity(row: VerdictRow) -> VerdictIdentity:
    return (row.subject, row.start, row.contrary, row.topology, row.recorded_at, row.verdict)


def _number(
    stored: Sequence[VerdictRow], judgement: Judgement, first_id: int
) -> tuple[tuple[VerdictRow, ...], tuple[VerdictRow, ...]]:
    """(rows to insert, all added rows) with ids; a row that an earlier delivery stored keeps the id it got."""
    replaced = set(judgement.supersede)
    known = {_identity(row): row for row in stored if row.id not in replaced}
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


def _require_chains(rows: Iterable[VerdictRow]) -> None:
    chains: defaultdict[str, list[VerdictRow]] = defaultdict(list)
    for row in rows:
        if row.superseded_by is None:
            chains[row.subject].append(row)
    for subject, chain in chains.items():
        chain.sort(key=lambda row: row.start)
        _require_chain(subject, chain)


def _require_chain(subject: str, chain: Sequence[VerdictRow]) -> None:
    for row, after in zip(chain, [*chain[1:], None], strict=True):
        if row.end is not None and row.end <= row.start:
            raise Contradiction(f"a verdict of {subject} would begin at {row.start} and end at {row.end}")
        if row.end != (after.start if after else None):
            raise Contradiction(
                f"the verdict of {subject} from {row.start} would end at {row.end}, but the next begins at "
                f"{after.start if after else 'no time'}"
            )


def require_cursor(cursor: int, last: int) -> None:
    """Raise Contradiction when a judgement claims fact rows that do not exist: it would skip those yet to come."""
    if cursor > last:
        raise Contradiction(f"the cursor would move to {cursor}, but the last fact row is {last}")

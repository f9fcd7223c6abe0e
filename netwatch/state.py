"""From looks to hard facts. Pure: no clock, no database, no asyncio.

A fact has three values: True (holds), False (does not) and None (unknown, for a reason). One rule hardens all of
them: N of the last M looks agree. The onset of a hard value is the first look of the run that made it, so a value
that takes three looks to be believed is dated back to the first of them. Two exceptions, both in the reader's
favour: after an interruption (restart, suspend, blind vantage) the first look that says the same as before is
believed at once, since nothing changed; and silence needs no look at all (`expire`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from netwatch.check import Check, FactKey, FactSeen, Hardening

NOT_YET_MEASURED = "not_yet_measured"
SILENCE = "silence"
STOPPED = "stopped"
VANTAGE = "vantage"
GONE = "gone"
# What a look says of a fault that is over by itself but has not been put right.
LATCHED = "latched"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one look said."""

    at: int
    holds: bool | None
    reason: str
    evidence: str = ""

    def same(self, holds: bool | None, reason: str) -> bool:
        """Whether it says just that; unknowns are the same only for the same reason, latched failures by themselves."""
        if self.holds is not holds or holds is True or self.reason == reason:
            return self.holds is holds
        return holds is False and LATCHED not in (self.reason, reason)


@dataclass(frozen=True, slots=True)
class FactState:
    """What is believed of one fact.

    `holds` is hard since `since`; `contrary` is the last look before that which said otherwise (the true change
    lies between the two). `watermark` is the newest look taken into account; `ever` whether a look ever said yes.
    `resumes` is the value before an interruption. `votes` are the last looks since `since`, newest last. `failed` is
    when it last began to fail (0: never), not counting what is latched.
    """

    key: FactKey
    holds: bool | None = None
    since: int = 0
    contrary: int = 0
    reason: str = NOT_YET_MEASURED
    evidence: str = ""
    watermark: int = 0
    ever: bool = False
    resumes: bool | None = None
    votes: tuple[Vote, ...] = ()
    failed: int = 0

    @property
    def soft(self) -> bool:
        """Whether the newest look disagrees with what is believed, so that a re-check is due soon."""
        return bool(self.votes) and not self.votes[-1].same(self.holds, self.reason)

    @property
    def last_good(self) -> int:
        """The newest look that said yes, or the last moment before the failure began."""
        good = [vote.at for vote in self.votes if vote.holds is True]
        return max(good, default=self.watermark if self.holds else self.contrary)

    @property
    def newest(self) -> bool | None:
        """What the newest look said, hard or not; what is believed when there was none."""
        return self.votes[-1].holds if self.votes else self.holds


@dataclass(frozen=True, slots=True)
class Transition:
    """A fact became another: `holds` since `since` (the change lies after `contrary`), decided at `at`."""

    key: FactKey
    was: bool | None
    holds: bool | None
    since: int
    contrary: int
    at: int
    reason: str
    evidence: str = ""
    ever: bool = False


Step = tuple[FactState, Transition | None]


def begin(key: FactKey, at: int) -> FactState:
    """The state of a fact nobody has looked at yet: unknown since `at`."""
    return FactState(key=key, since=at, contrary=at, watermark=at - 1)


class Ballot:
    """The votes of one look at `at`. Facts that say the same share them: the ports of a switch mostly do."""

    __slots__ = ("_chains", "_votes", "at", "before")

    def __init__(self, at: int) -> None:
        self.at, self.before = at, at - 1
        self._votes: dict[tuple[bool | None, str, str], Vote] = {}
        self._chains: dict[tuple[int, int, int], tuple[tuple[Vote, ...], tuple[Vote, ...]]] = {}

    def vote(self, seen: FactSeen) -> Vote:
        """What the look said of a fact."""
        said = seen.holds, seen.reason, seen.evidence
        vote = self._votes.get(said)
        if vote is None:
            vote = self._votes[said] = Vote(self.at, *said)
        return vote

    def after(self, votes: tuple[Vote, ...], vote: Vote, most: int) -> tuple[Vote, ...]:
        """The last `most` votes with this one as the newest."""
        chain = id(votes), id(vote), most
        known = self._chains.get(chain)
        if known is None:
            # The votes before are kept beside, so that their id stays theirs.
            known = self._chains[chain] = votes, (*votes, vote)[-most:]
        return known[1]


def advance(state: FactState, seen: FactSeen, at: int, rule: Hardening, ballot: Ballot | None = None) -> Step:
    """Take one look into account; a look not newer than the watermark changes nothing (redelivery is harmless).

    `ballot` is the look's own where it tells of several facts.
    """
    if at <= state.watermark:
        return state, None
    ballot = ballot or Ballot(at)
    if rule.latch is not None and seen.holds is True and latched(state.failed, rule.latch):
        seen = replace(seen, holds=False, reason=LATCHED)
    vote = ballot.vote(seen)
    same = vote.same(state.holds, state.reason)
    # Made directly, field by field: this is done for every fact that moves, and `replace` takes twice as long.
    moved = FactState(
        state.key,
        state.holds,
        state.since,
        state.contrary,
        vote.reason if same else state.reason,
        vote.evidence if same else state.evidence,
        ballot.at,
        state.ever or vote.holds is True,
        state.resumes,
        ballot.after(state.votes, vote, rule.of + 1) if not rule.hold else _lasting(state.votes, vote, rule),
        state.failed,
    )
    return (moved, None) if same else _settle(moved, vote, rule)


def latched(failed: int, excused: Iterable[tuple[int, int]]) -> bool:
    """Whether a failure that began at `failed` stays until somebody puts it right, which excuses those of a span."""
    return bool(failed) and not any(start <= failed < end for start, end in excused)


def failing_since(state: FactState, holds: bool | None, reason: str, onset: int) -> int:
    """When a fact last began to fail, once it is this since `onset`: what goes on after an interruption is not new."""
    goes_on = state.holds is None and state.resumes is False and state.failed
    return onset if holds is False and reason != LATCHED and not goes_on else state.failed


def _lasting(votes: tuple[Vote, ...], vote: Vote, rule: Hardening) -> tuple[Vote, ...]:
    """The last votes with this one; of a run that has to last the first is kept, and what follows it is forgotten."""
    grown = (*votes, vote)
    if len(grown) <= rule.of + 1:
        return grown
    one_run = all(v.same(vote.holds, vote.reason) for v in votes)
    return (grown[0], *grown[2:]) if one_run else grown[1:]


def _settle(state: FactState, vote: Vote, rule: Hardening) -> Step:
    """What a look changes that does not say what is believed."""
    votes = state.votes if rule.hold else state.votes[-rule.of :]
    run = [v for v in votes if v.same(vote.holds, vote.reason)]
    if _resumes(state, vote):
        return _become(state, vote, vote.at)
    if len(run) < rule.agree or run[-1].at - run[0].at < rule.hold:
        return _unsure(state, rule)
    return _become(state, vote, max(run[0].at, state.since))


def again(state: FactState, times: tuple[int, ...], most: int) -> FactState:
    """The state after further looks at `times` that all said what is believed, word for word; `most` votes stay."""
    votes = (*state.votes, *(Vote(at, state.holds, state.reason, state.evidence) for at in times))[-most:]
    return replace(state, watermark=times[-1], votes=votes)


def _unsure(state: FactState, rule: Hardening) -> Step:
    """Looks that agree on nothing but do not confirm what is believed either, some unable to tell: unknown."""
    last = state.votes[-rule.of :]
    mute = [vote for vote in last if vote.holds is None]
    confirmed = any(vote.holds is state.holds for vote in last)
    if state.holds is None or len(last) < rule.of or not mute or confirmed:
        return state, None
    return _become(state, mute[-1], max(last[0].at, state.since))


def _resumes(state: FactState, vote: Vote) -> bool:
    return state.holds is None and vote.holds is not None and vote.holds is state.resumes


def _become(state: FactState, vote: Vote, onset: int) -> Step:
    contrary = max((v.at for v in state.votes if v.at < onset), default=state.since)
    after = replace(
        state,
        holds=vote.holds,
        since=onset,
        contrary=contrary,
        reason=vote.reason,
        evidence=vote.evidence,
        resumes=_to_resume(state) if vote.holds is None else None,
        votes=tuple(v for v in state.votes if v.at >= onset),
        failed=failing_since(state, vote.holds, vote.reason, onset),
    )
    return after, _transition(state, after, vote.at)


def _to_resume(state: FactState) -> bool | None:
    return state.resumes if state.holds is None else state.holds


def _transition(before: FactState, after: FactState, at: int) -> Transition:
    return Transition(
        key=after.key,
        was=before.holds,
        holds=after.holds,
        since=after.since,
        contrary=after.contrary,
        at=at,
        reason=after.reason,
        evidence=after.evidence,
        ever=after.ever,
    )


def overdue(state: FactState, now: int, check: Check, patience: int = 1) -> bool:
    """Whether N looks in a row did not come; `patience` is by how much the check's looks are spaced out."""
    return now > state.watermark + check.hardening.agree * check.interval * patience + check.deadline


def expire(state: FactState, now: int, check: Check, patience: int = 1) -> Step:
    """Make silence news: with N looks overdue the fact is unknown since the first look that did not come."""
    if state.holds is None or not overdue(state, now, check, patience):
        return state, None
    return interrupt(state, state.watermark + check.interval, now, SILENCE)


def interrupt(state: FactState, since: int, at: int, reason: str) -> Step:
    """Nobody can have known since `since` (restart, suspend, blind vantage, silence): unknown for that reason.

    A fact already unknown keeps its older reason, except when it was only 'not yet measured'.
    """
    if state.holds is None:
        return replace(state, votes=(), watermark=max(state.watermark, at - 1)), None
    start = max(since, state.since)
    after = replace(
        state,
        holds=None,
        since=start,
        contrary=min(max(state.watermark, state.since), start),
        reason=reason,
        evidence="",
        resumes=state.holds,
        votes=(),
        watermark=max(state.watermark, at - 1),
    )
    return after, _transition(state, after, at)


def doubt(state: FactState, now: int) -> Step:
    """Take back a failure that may have been the vantage's own: unknown since it began, healthy before."""
    after, transition = interrupt(state, state.since, now, VANTAGE)
    return replace(after, resumes=True), transition and replace(transition, was=True)


def suspicious(state: FactState, blind_since: int) -> bool:
    """Whether a failure may be the vantage's own: it began while the vantage could not see."""
    return state.holds is False and state.since >= blind_since


def blind(anchors: Iterable[FactState]) -> bool:
    """Whether a vantage cannot see: it has anchors and the newest look at each of them failed (soft suffices)."""
    looks = [anchor.newest for anchor in anchors]
    return bool(looks) and all(look is False for look in looks)

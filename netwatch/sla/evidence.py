"""What incidents say of whose an outage of a line was. Pure.

Only failures count that hit the line itself. What they were put down to is confirmed, likely or possible; a possible
cause never decides. A cut line is its own provider's, of which a line that fails by itself is one; what hangs from
another line is that provider's only where both have the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from netwatch.availability.outages import NEVER
from netwatch.incidents.contract import (
    Blame,
    Cause,
    Clue,
    Confidence,
    Deed,
    Incident,
    LogEntry,
    Nature,
)
from netwatch.sla.contract import Attribution, Party

# By a line's provider in the form that compares; '' where it has none.
ProviderOf = Callable[[str], str]
PARTIES: Mapping[Cause, Party] = MappingProxyType(
    {
        Cause.POWER: Party.OWN_POWER,
        Cause.EQUIPMENT: Party.OWN_EQUIPMENT,
        Cause.LINE: Party.PROVIDER,
        Cause.PROVIDER: Party.PROVIDER,
    }
)
# What a person can say; who says 'undecided' takes the word back.
SPOKEN: Mapping[str, Cause] = MappingProxyType(
    {cause.value: cause for cause in Cause if cause is not Cause.UNDECIDED}
)
DECIDING = frozenset({Confidence.CONFIRMED, Confidence.LIKELY})
NOBODY_TELLS = Attribution(Party.UNKNOWN, Confidence.NONE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An incident that hit a line from `start` to `end` (NEVER: still), and whose that makes the time.

    `spoken` that a person named its cause, `root` that the line failed by itself.
    """

    start: int
    end: int
    spoken: bool
    root: bool
    attribution: Attribution

    @property
    def decides(self) -> bool:
        """Whether it says whose it was."""
        return self.attribution.party is not Party.UNKNOWN


def evidence(line: str, incidents: Iterable[Incident], provider_of: ProviderOf) -> list[Evidence]:
    """What each incident that hit the line says; those that did not are left out."""
    return list(_evidence(line, incidents, provider_of))


def _evidence(line: str, incidents: Iterable[Incident], provider_of: ProviderOf) -> Iterator[Evidence]:
    for incident in incidents:
        hit = span(line, incident)
        if hit is not None:
            blame = believed(incident)
            spoken = blame is not incident.blame
            told = _attribution(line, incident, blame, provider_of)
            yield Evidence(*hit, spoken, line in incident.roots, told)


def span(line: str, incident: Incident) -> tuple[int, int] | None:
    """From when to when a failure hit a line; None where it is no failure, or never did."""
    if incident.nature is not Nature.FAULT:
        return None
    over = NEVER if incident.ended is None else incident.ended
    if line in incident.roots:
        return incident.onset, max(over, incident.onset)
    member = next((member for member in incident.members if member.subject == line), None)
    if member is None:
        return None
    left = over if member.left is None else min(over, member.left)
    return member.since, max(left, member.since)


def believed(incident: Incident) -> Blame:
    """What an incident is put down to: a person's word where there is one, at once and also when it is over."""
    word = incident.word
    said = None if word is None else SPOKEN.get(word.params.get("cause", ""))
    if word is None or said is None:
        return incident.blame
    return Blame(said, Confidence.CONFIRMED, (word,))


def _attribution(line: str, incident: Incident, blame: Blame, provider_of: ProviderOf) -> Attribution:
    party = _party(line, incident, blame.cause, provider_of)
    if blame.confidence in DECIDING and party is not Party.UNKNOWN:
        return Attribution(party, blame.confidence, None, blame.clues, incident.id)
    guessed = blame.confidence is Confidence.POSSIBLE and party is not Party.UNKNOWN
    confidence = Confidence.POSSIBLE if guessed else Confidence.NONE
    return Attribution(Party.UNKNOWN, confidence, party if guessed else None, blame.clues, incident.id)


def _party(line: str, incident: Incident, cause: Cause, provider_of: ProviderOf) -> Party:
    party = PARTIES.get(cause, Party.UNKNOWN)
    if party is not Party.PROVIDER or line in incident.roots:
        return party
    own = provider_of(line)
    return party if own and any(provider_of(root) == own for root in incident.roots) else Party.UNKNOWN


def known_then(incident: Incident, log: Sequence[LogEntry], known_at: int) -> Incident | None:
    """The incident as it had been told by a moment, by its log; None when it had not been noticed yet.

    Its cause and how sure that was, and persons' words, are those of then; what is known of its time is of today.
    """
    if incident.opened > known_at:
        return None
    return replace(incident, blame=_blame_then(incident, log, known_at), word=_word_then(log, known_at))


def _blame_then(incident: Incident, log: Sequence[LogEntry], known_at: int) -> Blame:
    later = next(
        (entry.facts for entry in log if entry.deed is Deed.BLAMED and entry.recorded_at > known_at), None
    )
    clues = tuple(clue for clue in incident.blame.clues if clue.at <= known_at)
    try:
        cause, confidence = (
            (incident.blame.cause, incident.blame.confidence)
            if later is None
            else (Cause(later["before"]), Confidence(later["confidence_before"]))
        )
    except (KeyError, ValueError):
        return Blame()
    return Blame(cause, confidence, clues)


def _word_then(log: Sequence[LogEntry], known_at: int) -> Clue | None:
    """The last word on the cause that had been said."""
    said = [
        entry
        for entry in log
        if entry.deed is Deed.NOTED and entry.recorded_at <= known_at and entry.facts.get("cause")
    ]
    if not said:
        return None
    last = said[-1]
    params = {
        "author": last.actor,
        "cause": str(last.facts["cause"]),
        "text": str(last.facts.get("text", "")),
    }
    return Clue("person_says", last.at, params)

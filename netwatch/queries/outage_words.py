"""Words for whose an outage was and why; catalogues hold the other languages (`sla.po`)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from functools import partial

from netwatch.incidents.cause import strength
from netwatch.incidents.contract import Clue, Confidence
from netwatch.incidents.places import Places
from netwatch.language import Sentence, moment
from netwatch.queries.incident_words import CONFIDENCES, Translate, clue_phrase
from netwatch.queries.incidents import sentence
from netwatch.sla.attribution import MAINTENANCE, POWER_CUT
from netwatch.sla.contract import Attribution, Party

PARTIES: Mapping[str, str] = {
    "provider": "the provider",
    "own_power": "own power",
    "own_equipment": "own equipment",
    "maintenance": "maintenance",
    "force_majeure": "force majeure",
    "unknown": "not known",
}
# Clues that lie in no incident.
CLUES: Mapping[str, str] = {
    MAINTENANCE: "maintenance in force: {reason}",
    POWER_CUT: "a power cut was announced: {reason}",
}
DECIDED = "{author} decided on {at}: {reason}"
PERHAPS = "not known, perhaps {party}"
SURE = "{cause} ({confidence})"
INCIDENT = "incident {id}"
NO_INCIDENT = "no incident of this time is about the line"
UNTOLD = "incident {id} does not tell whose it was"
MORE = "and {count} more grounds"
# A row of a table holds so many; more hide what it is about.
MOST = 3


def party_words(party: str, translate: Translate) -> str:
    """Whose it is."""
    return translate(PARTIES.get(party, party))


def attribution_sentence(told: Attribution) -> Sentence:
    """Whose it is and how sure that is."""
    party = Sentence(PARTIES[told.party])
    if told.party is not Party.UNKNOWN:
        return Sentence(SURE, {"cause": party, "confidence": Sentence(CONFIDENCES[told.confidence])})
    if told.perhaps is not None and told.confidence is Confidence.POSSIBLE:
        return Sentence(PERHAPS, {"party": Sentence(PARTIES[told.perhaps])})
    return party


def why(told: Attribution, places: Places, zone: tzinfo, language: str) -> Iterator[Sentence]:
    """What it rests on, a sentence each: the person's word, or the incident with its evidence."""
    if told.decision is not None:
        one = told.decision
        at = moment(one.recorded_at, zone, language)
        yield Sentence(DECIDED, {"author": one.author, "at": at, "reason": one.reason})
        return
    if told.clues:
        yield from map(partial(_clue, places=places, zone=zone), told.clues)
    if told.party is Party.UNKNOWN and not told.incident:
        yield Sentence(NO_INCIDENT)
    elif told.party is Party.UNKNOWN:
        yield Sentence(UNTOLD, {"id": told.incident})
    elif told.incident:
        yield Sentence(INCIDENT, {"id": told.incident})


def chief(told: Attribution, places: Places, zone: tzinfo, language: str) -> Iterator[Sentence]:
    """The same for a row of a table: the strongest evidence first, and how much more there is."""
    strongest = sorted(told.clues, key=_weight, reverse=True)[:MOST]
    yield from why(replace(told, clues=tuple(strongest)), places, zone, language)
    left = len(told.clues) - len(strongest)
    if left and told.decision is None:
        yield Sentence(MORE, {"count": left})


def _weight(clue: Clue) -> tuple[bool, int]:
    """What lies in no incident decides before what does."""
    return clue.code in CLUES, strength(clue)


def _clue(clue: Clue, places: Places, zone: tzinfo) -> Sentence:
    text = CLUES.get(clue.code)
    if text is not None:
        return Sentence(text, {"reason": clue.params.get("reason", "")})
    return sentence(clue_phrase(clue, places, zone))


def all_texts() -> frozenset[str]:
    """Every English text of this module, each of which needs a translation."""
    single = (DECIDED, PERHAPS, SURE, INCIDENT, MORE, NO_INCIDENT, UNTOLD)
    return frozenset((*single, *PARTIES.values(), *CLUES.values()))

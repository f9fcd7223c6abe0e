"""Whose each outage of a line was, moment by moment. Pure.

Of every moment the first of these decides:

1. the decision recorded last that covers it, unless that one gives it back to evidence;
2. maintenance in force: it is nobody's outage;
3. an incident that hit the line then and whose cause is confirmed or likely;
4. a power cut that was announced for then;
5. else nobody knows, with what weaker evidence points to.

Of several incidents of a moment the one on whose cause a person's word stands comes first, then one that decides, one
in which the line failed by itself, the one that covers more of the outage, the one that began nearest to it (of several
lines an incident tells when the first failed), the older one. The line was not seen well between two incidents of one
outage, so the time between is of the earlier; the time before the first is of that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from netwatch.availability.contract import Exclusion, Outage
from netwatch.availability.outages import NEVER
from netwatch.incidents.contract import Clue, Confidence, Incident
from netwatch.sla.contract import AttributedOutage, Attribution, Decision, Part, Party, Ticket
from netwatch.sla.evidence import NOBODY_TELLS, Evidence, ProviderOf, evidence

# Codes of clues that lie in no incident; their words are in `netwatch.queries.outage_words`.
MAINTENANCE, POWER_CUT = "maintenance", "power_cut_announced"

Rank = tuple[bool, bool, bool, int, int, int]


def attributed(
    line: str,
    outages: Iterable[Outage],
    incidents: Iterable[Incident],
    exclusions: Iterable[Exclusion],
    decisions: Iterable[Decision],
    tickets: Iterable[Ticket],
    provider_of: ProviderOf,
    cuts: Iterable[Exclusion] = (),
) -> tuple[AttributedOutage, ...]:
    """The line's outages in parts, each somebody's.

    `exclusions` is maintenance in force, `cuts` are power cuts announced. Decisions and tickets of other lines are left
    out. `provider_of` tells lines of one provider: equal texts, '' where it is not known.
    """
    every = tuple(outages)
    told = tuple(evidence(line, incidents, provider_of))
    planned, dark = tuple(exclusions), tuple(cuts)
    own = tuple(sorted((one for one in decisions if one.line == line), key=lambda one: one.event))
    numbered = {one.number: one for one in sorted(tickets, key=lambda one: one.event) if one.line == line}
    opened = _ticketed(every, numbered.values())
    return tuple(
        AttributedOutage(
            line,
            outage,
            tuple(_parts(outage, told, planned, dark, own)),
            tuple(opened.get(place, ())),
            _touch(every[place - 1 : place + 1]) or _touch(every[place : place + 2]),
        )
        for place, outage in enumerate(every)
    )


def _touch(pair: Sequence[Outage]) -> bool:
    """Whether the time between two outages, which are in order, is unknown all of it."""
    return len(pair) > 1 and pair[0].latest_end is not None and pair[0].latest_end >= pair[1].start


def time_of(one: AttributedOutage, party: Party, now: int) -> int:
    """How long an outage was a party's, or is by now; microseconds."""
    return sum(
        max(0, (now if part.end is None else part.end) - part.start)
        for part in one.parts
        if part.attribution.party is party
    )


def _over(outage: Outage) -> int:
    return NEVER if outage.end is None else outage.end


def _parts(
    outage: Outage,
    told: Sequence[Evidence],
    planned: Sequence[Exclusion],
    cuts: Sequence[Exclusion],
    decisions: Sequence[Decision],
) -> list[Part]:
    """The stretches between all edges within the outage, neighbours of one attribution as one."""
    start, over = outage.start, _over(outage)
    near = [one for one in told if one.start < over and start < one.end]
    windows = [one for one in planned if one.start < over and start < one.end]
    dark = [one for one in cuts if one.start < over and start < one.end]
    said = [one for one in decisions if one.start < over and start < one.end]
    edges = {start, over}
    for each in (near, windows, dark, said):
        edges.update(edge for one in each for edge in (one.start, one.end) if start < edge < over)
    found: list[Part] = []
    for begin, end in pairwise(sorted(edges)):
        incident = _evident(near, begin, (start, over))
        told_now = _decided(said, begin, _planned(windows, dark, begin, incident))
        if found and found[-1].attribution == told_now:
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Part(begin, end, told_now))
    return [replace(part, end=None) if part.end == NEVER else part for part in found]


def _evident(near: Sequence[Evidence], at: int, outage: tuple[int, int]) -> Attribution:
    """What the incidents say of a moment of an outage."""

    def rank(one: Evidence) -> Rank:
        shared = min(one.end, outage[1]) - max(one.start, outage[0])
        apart = abs(one.start - outage[0])
        return one.spoken, one.decides, one.root, shared, -apart, -one.attribution.incident

    if not near:
        return NOBODY_TELLS
    now = [one for one in near if one.start <= at < one.end]
    if now:
        return max(now, key=rank).attribution
    before = [one for one in near if one.end <= at]
    if before:
        return max(before, key=lambda one: (one.end, rank(one))).attribution
    return max(near, key=lambda one: (-one.start, rank(one))).attribution


def _planned(
    windows: Sequence[Exclusion], cuts: Sequence[Exclusion], at: int, evident: Attribution
) -> Attribution:
    """The same with what was announced for the moment."""
    window = _in_force(windows, at)
    if window is not None:
        clue = Clue(MAINTENANCE, window.start, {"reason": window.reason})
        return Attribution(Party.MAINTENANCE, Confidence.CONFIRMED, None, (clue,), evident.incident)
    cut = _in_force(cuts, at)
    if cut is None or evident.party is not Party.UNKNOWN:
        return evident
    clues = (Clue(POWER_CUT, cut.start, {"reason": cut.reason}), *evident.clues)
    return Attribution(Party.OWN_POWER, Confidence.LIKELY, None, clues, evident.incident)


def _in_force(exclusions: Sequence[Exclusion], at: int) -> Exclusion | None:
    """What excludes a moment; of several the one that began first, as in the figures."""
    now = (one for one in exclusions if one.start <= at < one.end)
    return min(now, key=lambda one: one.start, default=None)


def _decided(decisions: Sequence[Decision], at: int, evident: Attribution) -> Attribution:
    """The same with what persons decided of the moment; `decisions` are in the order in which they were recorded."""
    last = next((one for one in reversed(decisions) if one.start <= at < one.end), None)
    if last is None or last.party is None:
        return evident
    return Attribution(last.party, Confidence.CONFIRMED, None, (), evident.incident, last)


def _ticketed(outages: Sequence[Outage], tickets: Iterable[Ticket]) -> dict[int, list[Ticket]]:
    """Tickets by the place of their outage: the one at their moment, else the one whose uncertain edges hold it.

    Edges may have been told anew since a ticket was written down.
    """
    found: dict[int, list[Ticket]] = {}
    for ticket in sorted(tickets, key=lambda one: (one.start, one.event)):
        exact = (place for place, one in enumerate(outages) if one.start <= ticket.start < _over(one))
        near = (place for place, one in enumerate(outages) if _at_edge(one, ticket.start))
        place = next(exact, next(near, None))
        if place is not None:
            found.setdefault(place, []).append(ticket)
    return found


def _at_edge(outage: Outage, at: int) -> bool:
    return outage.earliest_start <= at and (outage.latest_end is None or at < outage.latest_end)

"""Inspection: is a surge protector within the term of its inspection, and does nothing force one now.

No packet is sent. The calendar alone turns these facts: when the term is over and when the design life is. What else
forces an inspection was read from the field records and comes with the plan.
"""

from collections.abc import Iterator

from probes.contract import Fact, Params, Probe, Reason, Seen, Target
from probes.inspection import FACTS, IN_TERM, INSPECTED, NAMES
from probes.kit import Kit

LIFE = "design_life"


class TermParams(Params):
    """Moments in seconds since 1970, None without one: when the term and the design life are over.

    `due_on` and `life_on` are the same as local dates. `passed` is the day of the last inspection, '' unless it was
    passed. `forced` are triggers with what tells of them, `ohms` the newest earth resistance.
    """

    due: int | None
    due_on: str
    passed: str
    life: int | None
    life_on: str
    forced: tuple[tuple[str, str], ...]
    ohms: float | None


async def look(_target: Target, params: TermParams, kit: Kit) -> Seen:
    """Look at the calendar."""
    return Seen(tuple(_facts(params, kit.wall())))


def _facts(params: TermParams, now: float) -> Iterator[Fact]:
    passed = params.passed
    yield Fact(
        "", INSPECTED, True if passed else None, Reason.AS_EXPECTED if passed else Reason.NOT_OFFERED, passed
    )
    if params.due is None:
        yield Fact("", IN_TERM, None, Reason.NOT_OFFERED)
    elif now < params.due:
        yield Fact("", IN_TERM, True, Reason.AS_EXPECTED)
    else:
        yield Fact("", IN_TERM, False, Reason.NOT_AS_EXPECTED, params.due_on)
    forced = dict(reversed(params.forced))
    if params.life is not None and now >= params.life:
        forced[LIFE] = params.life_on
    for trigger, name in FACTS.items():
        if trigger in forced:
            yield Fact("", name, False, Reason.NOT_AS_EXPECTED, forced[trigger])
        else:
            yield Fact("", name, True, Reason.AS_EXPECTED)


PROBE = Probe(
    name="inspection_term",
    params=TermParams,
    look=look,
    facts=NAMES,
    interval=300.0,
    timeout=5.0,
)

"""Whose outages were: parts cover them exactly, decisions hold where they were made, guesses never decide."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import Severity
from netwatch.availability.contract import Exclusion, Outage
from netwatch.incidents.contract import (
    Blame,
    Cause,
    Clue,
    Confidence,
    Deed,
    Incident,
    LogEntry,
    Member,
    Nature,
)
from netwatch.sla.attribution import attributed, time_of
from netwatch.sla.contract import AttributedOutage, Attribution, Decision, Party, Ticket
from netwatch.sla.evidence import known_then

LINE, OTHER, ROUTER = "line-1", "line-2", "router"
# Everything happens in these small numbers; what goes on is looked at up to LATE.
LATE = 200
PROVIDERS = {LINE: "vnpt", OTHER: "vnpt", "line-3": "viettel"}


def provider_of(subject: str) -> str:
    """Of the lines here."""
    return PROVIDERS.get(subject, "")


def outage(start: int, end: int | None) -> Outage:
    """An outage whose edges are not in doubt."""
    return Outage(start, end, start, end, end, 0, 0, "", "no_answer", "")


def incident(
    cause: Cause,
    confidence: Confidence,
    span: tuple[int, int | None],
    *,
    roots: Sequence[str] = (LINE,),
    id_: int = 1,
    **more: Any,  # noqa: ANN401 - fields of an incident
) -> Incident:
    """A failure of roots by which the line was hit."""
    made = Incident(
        id_,
        Nature.FAULT,
        tuple(roots),
        "subject",
        "no_answer",
        span[0],
        span[0],
        span[0],
        Severity.MAJOR,
        Blame(cause, confidence, (Clue("ran_on", span[0]),)),
        () if LINE in roots else (Member(LINE, "line", "unreachable", span[0]),),
        ended=span[1],
        closed=span[1],
    )
    return replace(made, **more)


def told(
    outages: Sequence[Outage],
    incidents: Sequence[Incident] = (),
    exclusions: Sequence[Exclusion] = (),
    decisions: Sequence[Decision] = (),
    tickets: Sequence[Ticket] = (),
    cuts: Sequence[Exclusion] = (),
) -> tuple[AttributedOutage, ...]:
    """The line's outages."""
    return attributed(LINE, outages, incidents, exclusions, decisions, tickets, provider_of, cuts)


def only(*given_: Any, **more: Any) -> Attribution:  # noqa: ANN401 - as `told`
    """The attribution of an outage that has but one part."""
    [one] = told([outage(10, 50)], *given_, **more)
    [part] = one.parts
    assert (part.start, part.end) == (10, 50)
    return part.attribution


def by_moment(found: Sequence[AttributedOutage]) -> dict[int, Attribution]:
    """The attribution of every moment of outages up to LATE."""
    return {
        at: part.attribution
        for one in found
        for part in one.parts
        for at in range(part.start, LATE if part.end is None else part.end)
    }


moments = st.integers(0, 100)
spans = st.tuples(moments, st.integers(1, 40)).map(lambda one: (one[0], one[0] + one[1]))
maybe_open = st.one_of(spans, moments.map(lambda at: (at, None)))


@st.composite
def some_outages(draw: st.DrawFn) -> list[Outage]:
    """Outages in order, apart from each other, the last one perhaps still going on."""
    edges = sorted(draw(st.sets(moments, min_size=2, max_size=8)))
    found = [outage(*pair) for pair in list(pairwise(edges))[::2]]
    return [*found[:-1], replace(found[-1], end=None)] if draw(st.booleans()) else found


decisions_ = st.lists(st.tuples(spans, st.sampled_from([None, *Party])), max_size=5).map(
    lambda found: [
        Decision(event, LINE, *span, party, "vì", "an", 1000 - event)
        for event, (span, party) in enumerate(found, 1)
    ]
)
exclusions_ = st.lists(spans.map(lambda span: Exclusion(*span, "maintenance: x")), max_size=3)
incidents_ = st.lists(
    st.builds(
        lambda cause, confidence, span, roots, id_: incident(cause, confidence, span, roots=roots, id_=id_),
        st.sampled_from(Cause),
        st.sampled_from(Confidence),
        maybe_open,
        st.sampled_from([(LINE,), (OTHER,), (ROUTER,), ("line-3",)]),
        st.integers(1, 9),
    ),
    max_size=4,
)


@given(some_outages(), incidents_, exclusions_, decisions_, exclusions_)
def test_parts_cover_the_outage_exactly(
    outages: list[Outage],
    incidents: list[Incident],
    exclusions: list[Exclusion],
    decisions: list[Decision],
    cuts: list[Exclusion],
) -> None:
    """Without gaps, without overlap, none empty, neighbours different; all parties' times add up to it."""
    found = told(outages, incidents, exclusions, decisions, cuts=cuts)
    assert [one.outage for one in found] == outages
    for one in found:
        assert (one.parts[0].start, one.parts[-1].end) == (one.outage.start, one.outage.end)
        for before, after in pairwise(one.parts):
            assert before.end == after.start
            assert before.attribution != after.attribution
        assert all(part.end is None or part.start < part.end for part in one.parts)
        over = LATE if one.outage.end is None else one.outage.end
        assert sum(time_of(one, party, LATE) for party in Party) == over - one.outage.start


@given(some_outages(), incidents_, exclusions_, decisions_)
def test_at_every_moment_the_last_recorded_decision_holds(
    outages: list[Outage], incidents: list[Incident], exclusions: list[Exclusion], decisions: list[Decision]
) -> None:
    """By its number in the log, whatever the clock said; where none covers it, or gives it back, evidence decides."""
    evident = by_moment(told(outages, incidents, exclusions))
    for at, attribution in by_moment(told(outages, incidents, exclusions, decisions)).items():
        last = max(
            (one for one in decisions if one.start <= at < one.end), key=lambda one: one.event, default=None
        )
        if last is None or last.party is None:
            assert attribution == evident[at]
        else:
            assert (attribution.party, attribution.decision) == (last.party, last)


@given(some_outages(), incidents_, exclusions_, decisions_, spans, st.sampled_from(Party))
def test_a_decision_changes_no_time_outside_its_span_and_can_be_taken_back(
    outages: list[Outage],
    incidents: list[Incident],
    exclusions: list[Exclusion],
    decisions: list[Decision],
    span: tuple[int, int],
    party: Party,
) -> None:
    """Outside all stays as it was; given back, its time is as if nobody had ever decided of it."""
    before = by_moment(told(outages, incidents, exclusions, decisions))
    evident = by_moment(told(outages, incidents, exclusions))
    said = Decision(100, LINE, *span, party, "vì", "an", 0)
    back = replace(said, event=101, party=None)
    after = by_moment(told(outages, incidents, exclusions, [*decisions, said]))
    restored = by_moment(told(outages, incidents, exclusions, [back, *decisions, said]))
    for at, attribution in before.items():
        if span[0] <= at < span[1]:
            assert after[at].party is party
            assert restored[at] == evident[at]
        else:
            assert after[at] == restored[at] == attribution


@given(some_outages(), incidents_)
def test_a_guess_never_decides(outages: list[Outage], incidents: list[Incident]) -> None:
    """What is possible or nothing leaves the time unknown, at most with what it points to."""
    unsure = [
        replace(one, blame=replace(one.blame, confidence=Confidence.POSSIBLE))
        if one.blame.confidence in (Confidence.CONFIRMED, Confidence.LIKELY)
        else one
        for one in incidents
    ]
    for attribution in by_moment(told(outages, unsure)).values():
        assert attribution.party is Party.UNKNOWN
        assert attribution.confidence in (Confidence.POSSIBLE, Confidence.NONE)
        assert (attribution.perhaps is None) == (attribution.confidence is Confidence.NONE)


def test_an_outage_without_an_incident_is_unknown() -> None:
    """Nor do incidents tell that hit others, that are no failures, or that were over before it began."""
    limit = incident(Cause.POWER, Confidence.CONFIRMED, (10, 50), nature=Nature.LIMIT)
    elsewhere = incident(Cause.POWER, Confidence.CONFIRMED, (10, 50), roots=(OTHER,), members=())
    over = incident(Cause.POWER, Confidence.CONFIRMED, (1, 10))
    assert only() == only([limit, elsewhere, over]) == Attribution(Party.UNKNOWN, Confidence.NONE)


@pytest.mark.parametrize(
    ("cause", "roots", "party"),
    [
        (Cause.POWER, (LINE,), Party.OWN_POWER),
        (Cause.POWER, ("site",), Party.OWN_POWER),
        (Cause.EQUIPMENT, (ROUTER,), Party.OWN_EQUIPMENT),
        (Cause.LINE, (LINE,), Party.PROVIDER),
        (Cause.PROVIDER, (OTHER, LINE), Party.PROVIDER),
        (Cause.LINE, (OTHER,), Party.PROVIDER),
        (Cause.LINE, ("line-3",), Party.UNKNOWN),
        (Cause.LINE, (ROUTER,), Party.UNKNOWN),
        (Cause.OURSELVES, (LINE,), Party.UNKNOWN),
        (Cause.UNDECIDED, (LINE,), Party.UNKNOWN),
    ],
)
def test_whose_a_cause_is(cause: Cause, roots: tuple[str, ...], party: Party) -> None:
    """What hangs from another provider's line is not for its own provider to answer."""
    found = only([incident(cause, Confidence.LIKELY, (10, 50), roots=roots)])
    assert found.party is party
    assert found.incident == 1


def test_a_persons_word_decides_at_once() -> None:
    """Over every sign, and over other incidents, also that it was none of them; taken back, signs say it again."""
    word = Clue("person_says", 60, {"author": "an", "cause": "power", "text": "mất điện"})
    spoken = incident(Cause.LINE, Confidence.CONFIRMED, (20, 30), id_=2, roots=(OTHER,), word=word)
    found = told([outage(10, 50)], [incident(Cause.LINE, Confidence.CONFIRMED, (10, 50)), spoken])
    assert [(part.attribution.party, part.start, part.end) for part in found[0].parts] == [
        (Party.PROVIDER, 10, 20),
        (Party.OWN_POWER, 20, 30),
        (Party.PROVIDER, 30, 50),
    ]
    assert found[0].parts[1].attribution.clues == (word,)
    ours = replace(word, params={**word.params, "cause": "ourselves"})
    assert only([incident(Cause.LINE, Confidence.CONFIRMED, (10, 50), word=ours)]).party is Party.UNKNOWN
    doubted = replace(word, params={**word.params, "cause": "undecided"})
    assert only([incident(Cause.LINE, Confidence.LIKELY, (10, 50), word=doubted)]).party is Party.PROVIDER


def test_incidents_that_follow_each_other_share_the_outage() -> None:
    """The time before the first is of that, the time between two of the earlier, for nobody saw the line well."""
    power = incident(Cause.POWER, Confidence.CONFIRMED, (15, 25), roots=("site",))
    cut = incident(Cause.LINE, Confidence.LIKELY, (30, 40), id_=2)
    [one] = told([outage(10, 50)], [cut, power])
    assert [(part.start, part.end, part.attribution.incident) for part in one.parts] == [
        (10, 30, 1),
        (30, 50, 2),
    ]


def test_of_several_at_once_the_one_that_decides_then_the_lines_own() -> None:
    """Then the one that covers more of the outage, then the older one."""
    vague = incident(Cause.UNDECIDED, Confidence.NONE, (10, 50), id_=1)
    behind = incident(Cause.POWER, Confidence.LIKELY, (10, 50), roots=("site",), id_=2)
    own = incident(Cause.LINE, Confidence.LIKELY, (10, 50), id_=3)
    longer = incident(Cause.EQUIPMENT, Confidence.LIKELY, (5, None), id_=4)
    assert only([vague, behind]).incident == 2
    assert only([vague, behind, own]).incident == 3
    assert only([own, longer]).incident == 3
    assert only([replace(own, onset=20), longer]).incident == 4


def test_an_incident_that_a_line_joined_later_does_not_explain_what_it_had_before() -> None:
    """Several lines of a provider failed from 10 on; this one from 40 on, and had lost its power from 20 to 30."""
    many = incident(Cause.PROVIDER, Confidence.CONFIRMED, (10, 90), roots=(OTHER, LINE), id_=1)
    power = incident(Cause.POWER, Confidence.LIKELY, (20, 30), id_=2)
    found = attributed(LINE, [outage(20, 30), outage(40, 90)], [many, power], (), (), (), lambda _: "")
    assert [one.parts[0].attribution.party for one in found] == [Party.OWN_POWER, Party.PROVIDER]


def test_maintenance_takes_its_part_and_an_announced_cut_only_what_nobody_explains() -> None:
    """A plan says what would come, not what came: evidence outweighs it; maintenance is nobody's outage."""
    plan, certain = [Exclusion(20, 30, "thay cáp (an)")], incident(Cause.LINE, Confidence.LIKELY, (10, 50))
    [one] = told([outage(10, 50)], [certain], plan)
    parties = [part.attribution.party for part in one.parts]
    assert parties == [Party.PROVIDER, Party.MAINTENANCE, Party.PROVIDER]
    assert only([certain], cuts=plan).party is Party.PROVIDER
    [one] = told([outage(10, 50)], cuts=plan)
    parties = [part.attribution.party for part in one.parts]
    assert parties == [Party.UNKNOWN, Party.OWN_POWER, Party.UNKNOWN]


def test_tickets_find_their_outage() -> None:
    """The last recorded of a number holds; one at an edge told anew since still belongs; others' are left out."""

    def ticket(event: int, start: int, number: str, line: str = LINE) -> Ticket:
        return Ticket(event, line, start, number, None, None, "", "an", 0)

    edged = replace(outage(60, 70), earliest_start=55, latest_end=80)
    given_ = [
        ticket(1, 12, "A"),
        ticket(2, 75, "B"),
        ticket(3, 62, "A"),
        ticket(4, 12, "C", OTHER),
        ticket(5, 11, "D"),
        ticket(6, 90, "E"),
    ]
    first, second = told([outage(10, 50), edged], tickets=given_)
    assert [one.number for one in first.tickets] == ["D"]
    assert [one.event for one in second.tickets] == [3, 2]


def test_what_was_known_then_is_read_from_the_log(entry: Callable[..., LogEntry]) -> None:
    """Cause and confidence before the first change since, the last word said by then; None before it was noticed."""
    one = incident(
        Cause.LINE, Confidence.CONFIRMED, (10, 50), word=Clue("person_says", 80, {"cause": "line"})
    )
    log = [
        entry(
            20, Deed.BLAMED, before="undecided", after="power", confidence_before="none", confidence="likely"
        ),
        entry(40, Deed.NOTED, cause="power", text="mất điện"),
        entry(
            60, Deed.BLAMED, before="power", after="line", confidence_before="likely", confidence="confirmed"
        ),
        entry(80, Deed.NOTED, cause="line", text=""),
        entry(90, Deed.NOTED, text="chỉ ghi chú"),
    ]

    def then(at: int) -> tuple[Cause, Confidence, str | None]:
        found = known_then(one, log, at)
        assert found is not None
        said = found.word.params["cause"] if found.word else None
        return found.blame.cause, found.blame.confidence, said

    assert known_then(one, log, 9) is None
    assert then(15) == (Cause.UNDECIDED, Confidence.NONE, None)
    assert then(45) == (Cause.POWER, Confidence.LIKELY, "power")
    assert then(70) == (Cause.LINE, Confidence.CONFIRMED, "power")
    assert then(100) == (Cause.LINE, Confidence.CONFIRMED, "line")
    assert known_then(one, [entry(60, Deed.BLAMED)], 50) is not None


@pytest.fixture
def entry() -> Callable[..., LogEntry]:
    """Makes a line of the incident's log."""

    def make(at: int, deed: Deed, **facts: str) -> LogEntry:
        return LogEntry(1, at, at, "an", deed, facts)

    return make

"""One opening and one end for each incident and receiver, whatever happens in between, and nothing lost."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from alerts.contract import Notice, NoticeKind, NoticeState, Route, Severity, Silence
from alerts.pipeline import Policy, went_live

if TYPE_CHECKING:
    from conftest import Office

MINUTE = 60_000_000
HOUR = 60 * MINUTE
OPENING, CLOSING = NoticeKind.OPENING, NoticeKind.CLOSING
CORRECTION, ESCALATION = NoticeKind.CORRECTION, NoticeKind.ESCALATION
PENDING, SEALED, DELIVERED = NoticeState.PENDING, NoticeState.SEALED, NoticeState.DELIVERED
OVER, DROPPED = NoticeState.OVER, NoticeState.DROPPED


def brief(notices: list[Notice] | tuple[Notice, ...]) -> list[tuple[str, NoticeKind, NoticeState]]:
    """Who, what and where it stands."""
    return [(notice.receiver, notice.kind, notice.state) for notice in notices]


def told(office: "Office", receiver: str = "an") -> list[NoticeKind]:
    """What a receiver was sent, in order."""
    return [notice.kind for notice in office.of(receiver) if notice.state is DELIVERED]


def test_an_incident_is_told_once_when_it_is_ready_and_once_when_it_is_over(office: "Office") -> None:
    """Not before it is announced."""
    office.open(1, announced=None)
    assert office.decide() == ()
    office.change(1, announced=office.now)
    office.run(minutes=2)
    assert told(office) == [OPENING]
    office.close(1)
    office.run(minutes=2)
    assert told(office) == [OPENING, CLOSING]


def test_what_ended_before_it_was_announced_is_nobodys_business(office: "Office") -> None:
    """Neither opening nor closing."""
    office.open(1, announced=None)
    office.close(1)
    assert office.decide() == ()


def test_an_opening_that_still_waits_when_it_is_over_is_told_as_over_and_never_gets_an_end(
    office: "Office",
) -> None:
    """Also long after it was told."""
    office.open(1)
    office.decide()
    office.close(1)
    assert brief(office.decide()) == [("an", OPENING, OVER), ("an", CLOSING, DROPPED)]
    assert [len(message.over) for message in office.run(minutes=30)] == [1]
    assert told(office) == [OPENING]


def test_silence_keeps_openings_back_but_not_ends(office: "Office") -> None:
    """The opening is let out when the silence ends while it is open; whoever got one gets its end."""
    office.open(1)
    office.run()
    silence = Silence(1, office.now, office.now + HOUR, "an", "works")
    office.policy = replace(office.policy, silences=(silence,))
    office.open(2)
    office.open(3)
    office.close(1)
    office.run(minutes=30)
    office.close(3)
    assert told(office) == [OPENING, CLOSING]
    office.run(minutes=31)
    assert {notice.incident for notice in office.notices.values()} == {1, 2}


def test_maintenance_and_a_route_that_is_gone_keep_no_end_back(office: "Office") -> None:
    """Suppress creation, never resolution."""
    office.open(1)
    office.run()
    office.policy = replace(office.policy, routes=())
    office.change(1, suppressed="maintenance:4")
    office.open(2, suppressed="maintenance:4")
    office.close(1, 2)
    office.run()
    assert told(office) == [OPENING, CLOSING]


def test_outside_duty_hours_openings_wait_and_ends_do_not(office: "Office") -> None:
    """`now` of the fixture is 10:40 on a Friday (UTC)."""
    office.policy = replace(office.policy, routes=(Route("duty", ("an",), duty="07:30-11:00"),))
    office.open(1)
    office.run()
    office.now += HOUR
    office.open(2)
    office.close(1)
    office.run()
    assert told(office) == [OPENING, CLOSING]
    office.now += 20 * HOUR
    office.run()
    assert told(office) == [OPENING, CLOSING, OPENING]


def test_another_cause_is_told_as_a_correction(office: "Office") -> None:
    """Once for each change; what still waits is put right before it goes; not knowing is no news."""
    office.open(1, blame="undecided")
    office.decide()
    office.change(1, blame="power")
    assert brief(office.decide()) == [("an", OPENING, PENDING)]
    office.run()
    for blame in ("power", "undecided", ""):
        office.change(1, blame=blame)
        assert office.decide() == ()
    office.change(1, blame="line")
    office.run()
    assert told(office) == [OPENING, CORRECTION]
    assert office.of("an")[-1].blame == "line"


def test_once_all_is_well_again_the_closing_tells_the_cause(office: "Office") -> None:
    """An uptime read after the end confirms the cause; seconds later the closing says so, once."""
    office.open(1, blame="undecided")
    office.run()
    office.change(1, blame="power", ended=office.now)
    office.run()
    office.close(1)
    office.run()
    assert told(office) == [OPENING, CLOSING]


def test_a_correction_that_became_wrong_or_late_is_not_sent(office: "Office") -> None:
    """When the cause is again what was told, or the end tells it anyway."""
    office.open(1, blame="power")
    office.run()
    office.change(1, blame="line")
    office.decide()
    office.change(1, blame="power")
    assert brief(office.decide()) == [("an", CORRECTION, DROPPED)]
    office.change(1, blame="line")
    office.decide()
    office.close(1)
    office.run()
    assert told(office) == [OPENING, CLOSING]


def escalating(office: "Office") -> None:
    """After half an hour the head is told as well."""
    route = Route("all", ("an", "binh"), escalate_after=30 * MINUTE, escalate_to=("head",))
    office.policy = Policy((route,), frozenset({"an", "binh", "head"}), live_since=0)


def test_what_nobody_acknowledges_is_escalated_once(office: "Office") -> None:
    """To those who were told, and to those above them, who get the end as well."""
    escalating(office)
    office.open(1)
    office.run(minutes=29)
    assert told(office, "head") == []
    office.run(minutes=60)
    assert told(office, "an") == told(office, "binh") == [OPENING, ESCALATION]
    assert told(office, "head") == [ESCALATION]
    office.close(1)
    office.run()
    assert [told(office, name)[-1] for name in ("an", "binh", "head")] == [CLOSING] * 3


def test_who_could_not_be_reached_is_not_reminded(office: "Office") -> None:
    """A channel that comes back after the escalation brings the opening alone."""
    escalating(office)
    office.cut = {"binh"}
    office.open(1)
    office.run(minutes=40)
    office.cut = set()
    office.run(minutes=10)
    assert told(office, "an") == [OPENING, ESCALATION]
    assert told(office, "binh") == [OPENING]


def test_an_acknowledgement_ends_escalation(office: "Office") -> None:
    """Also one that was written down but not sent yet."""
    escalating(office)
    office.open(1)
    office.open(2)
    office.run(minutes=10)
    office.change(1, acknowledged=True)
    office.cut = {"head"}
    office.run(minutes=25)
    assert told(office, "an") == [OPENING, OPENING, ESCALATION]
    office.change(2, acknowledged=True)
    office.cut = set()
    office.run(minutes=30)
    assert told(office, "head") == []


def test_a_receiver_that_is_gone_gets_nothing_more(office: "Office") -> None:
    """What waits for it is dropped, of incidents long over too."""
    office.open(1)
    office.open(2)
    office.decide()
    del office.alerts[2]
    office.policy = Policy((Route("all", ("an",)),), frozenset({"binh"}), live_since=0)
    assert brief(office.decide()) == [("an", OPENING, DROPPED)] * 2
    office.close(1)
    assert office.decide() == ()


def test_going_live_drops_what_is_over_and_tells_what_goes_on(office: "Office") -> None:
    """As of now: openings written down over weeks go out as one digest, and nobody is blamed for sleeping."""
    escalating(office)
    office.policy = replace(office.policy, live_since=None)
    for incident in range(1, 8):
        office.open(incident)
        office.decide()
        office.now += HOUR
    office.close(1)
    office.decide()
    open_ones = {incident for incident, alert in office.alerts.items() if alert.closed is None}
    for notice in went_live(office.notices.values(), open_ones, office.now):
        office.put(notice)
    assert went_live(office.notices.values(), open_ones, office.now) == ()
    office.policy = replace(office.policy, live_since=office.now)
    messages = [one for one in office.run(minutes=5) if one.receiver == "an"]
    assert [(len(one.parts), len(one.over)) for one in messages] == [(6, 0)]
    assert told(office, "head") == []


def test_what_is_over_before_going_live_waits_for_nothing(office: "Office") -> None:
    """Months of trying out would gather in the books, and be asked about at every commit."""
    office.policy = replace(office.policy, live_since=None)
    office.open(1)
    office.decide()
    office.close(1)
    assert brief(office.decide()) == [("an", OPENING, DROPPED)]
    assert office.decide() == ()


def test_an_end_that_waits_for_a_refused_opening_gives_way_to_it(office: "Office") -> None:
    """The opening was under way when it ended, and came back: it is told as over, without an end of its own."""
    office.open(1)
    office.decide()
    message = office.seal()
    assert message is not None
    office.close(1)
    assert brief(office.decide()) == [("an", CLOSING, PENDING)]
    office.cut = {"an"}
    office.finish(message)
    assert brief(office.of("an")) == [("an", OPENING, OVER), ("an", CLOSING, DROPPED)]


NAMES = ("an", "binh", "head")
ROUTES = (
    Route("all", ("an",), escalate_after=10 * MINUTE, escalate_to=("head",)),
    Route(
        "worst", ("binh",), severities=frozenset({"critical"}), escalate_after=5 * MINUTE, escalate_to=("an",)
    ),
)
INCIDENTS = st.integers(1, 6)
DEEDS = st.one_of(
    st.tuples(st.just("open"), INCIDENTS, st.sampled_from(Severity)),
    st.tuples(st.just("close"), INCIDENTS, st.none()),
    st.tuples(st.just("announced"), INCIDENTS, st.none()),
    st.tuples(st.just("blame"), INCIDENTS, st.sampled_from(["undecided", "power", "line"])),
    st.tuples(st.just("severity"), INCIDENTS, st.sampled_from(Severity)),
    st.tuples(st.just("suppressed"), INCIDENTS, st.sampled_from(["", "maintenance:1"])),
    st.tuples(st.just("acknowledged"), INCIDENTS, st.booleans()),
    st.tuples(st.just("silence"), INCIDENTS, st.integers(0, 30)),
    st.tuples(st.just("cut"), INCIDENTS, st.sampled_from([(), ("an",), NAMES])),
    st.tuples(st.just("seal"), INCIDENTS, st.sampled_from(NAMES)),
    st.tuples(st.just("pass"), st.integers(0, 25), st.none()),
)


def do(office: "Office", verb: str, number: int, value: object) -> None:
    """Let one thing happen."""
    alert = office.alerts.get(number)
    if verb == "open" and alert is None:
        office.open(number, value, announced=None if number % 2 else office.now)  # type: ignore[arg-type]
    elif verb == "close" and alert is not None:
        office.close(number)
    elif verb == "announced" and alert is not None and alert.closed is None:
        office.change(number, announced=alert.announced or office.now)
    elif verb in ("blame", "severity", "suppressed", "acknowledged"):
        office.change(number, **{verb: value})
    elif verb == "silence":
        length = int(str(value)) * MINUTE
        silence = Silence(1, office.now, office.now + length, "an", "works", incidents=(number,))
        office.policy = replace(office.policy, silences=(silence,))
    elif verb == "cut":
        office.cut = set(value)  # type: ignore[call-overload]
    elif verb == "seal":
        message = office.seal(str(value))
        office.decide()
        if message is not None and number > 1:
            office.finish(message)
    elif verb == "pass":
        finish_all(office)
        office.run(minutes=number, step=MINUTE)


def finish_all(office: "Office") -> None:
    """What was left under way meets its fate."""
    for message in list(office.messages.values()):
        if message.state == "sending":
            office.finish(message)


def check(office: "Office") -> None:
    """What holds at every moment."""
    assert office.decide() == ()
    for receiver in NAMES:
        notices = office.of(receiver)
        counts = office.told(receiver)
        for incident in office.alerts:
            own = [notice for notice in notices if notice.incident == incident]
            kinds = [notice.kind for notice in own]
            assert kinds.count(OPENING) <= 1
            assert kinds.count(ESCALATION) <= 1
            assert kinds.count(CLOSING) <= 1
            first = counts[incident, OPENING] + counts[incident, ESCALATION]
            assert counts[incident, OPENING] <= 1
            assert counts[incident, CLOSING] <= bool(first)


@hypothesis(max_examples=80)
@given(st.lists(DEEDS, max_size=25))
def test_whatever_happens_everybody_hears_of_begin_and_end(
    new_office: "type[Office]", deeds: list[tuple[str, int, object]]
) -> None:
    """At most one opening and one end each, never an end alone; whoever was told of the begin is told of the end."""
    office = new_office(policy=Policy(ROUTES, frozenset(NAMES), live_since=0))
    for deed in deeds:
        do(office, *deed)
        office.decide()
        check(office)
    office.cut = set()
    finish_all(office)
    office.run(minutes=40, step=MINUTE)
    # By now no silence holds any more.
    for alert in office.alerts.values():
        if alert.closed is None and alert.announced is not None and not alert.suppressed:
            heard = [kind for incident, kind in office.told() if incident == alert.incident]
            assert OPENING in heard or ESCALATION in heard
    office.close(*office.alerts)
    office.run(minutes=40, step=MINUTE)
    check(office)
    for receiver in NAMES:
        counts = office.told(receiver)
        over = {
            story.incident
            for one in office.messages.values()
            if one.receiver == receiver
            for story in one.over
        }
        for notice in office.of(receiver):
            assert notice.state in (DELIVERED, DROPPED)
            if notice.kind is OPENING:
                assert bool(counts[notice.incident, OPENING]) != (notice.incident in over)
            if counts[notice.incident, OPENING] or counts[notice.incident, ESCALATION]:
                assert counts[notice.incident, CLOSING] == 1

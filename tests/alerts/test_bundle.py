"""Few things go singly and at once; a bad day goes in digests, and nothing is left out."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from alerts.bundle import Limits, bundle
from alerts.contract import Message, MessageState, NoticeKind, NoticeState, Severity

if TYPE_CHECKING:
    from conftest import Office

SECOND = 1_000_000
MINUTE = 60 * SECOND
OPENING, CLOSING = NoticeKind.OPENING, NoticeKind.CLOSING


def sizes(messages: Iterable[Message]) -> list[tuple[int, int]]:
    """How many parts and how many lines 'happened and over' each message has."""
    return [(len(message.parts), len(message.over)) for message in messages]


def test_nothing_waits(office: "Office") -> None:
    """There is no empty message."""
    assert office.ask() is None


def test_four_openings_go_singly_and_the_fifth_begins_a_digest(office: "Office") -> None:
    """Nothing waits for the first digest; the next one is ten minutes away."""
    sent = []
    for incident in range(1, 5):
        office.open(incident)
        sent += office.run(minutes=1)
    assert sizes(sent) == [(1, 0)] * 4
    office.open(5, Severity.MINOR)
    office.open(6, Severity.CRITICAL)
    first = office.run()
    assert [[part.story.incident for part in message.parts] for message in first] == [[6, 5]]
    began = office.now
    office.open(7)
    assert office.run(minutes=2) == []
    assert office.ask() == began + 10 * MINUTE
    office.open(8)
    later = office.run(minutes=9)
    assert sizes(later) == [(2, 0)]
    assert later[0].sealed == began + 10 * MINUTE


def test_many_at_the_same_moment_are_one_digest(office: "Office") -> None:
    """Four of them going singly first would only be noise."""
    for incident in range(40):
        office.open(incident + 1)
    assert sizes(office.run(minutes=1)) == [(40, 0)]


def test_openings_far_apart_always_go_singly(office: "Office") -> None:
    """Forty in two hours, one every three minutes, are never five within ten."""
    sent = []
    for incident in range(40):
        office.open(incident + 1)
        sent += office.run(minutes=3)
    assert sizes(sent) == [(1, 0)] * 40


def test_forty_openings_in_two_hours_in_gusts(office: "Office") -> None:
    """Each gust is a digest or, after quiet, four single ones and a digest; all arrive once."""
    sent = []
    for gust in range(5):
        for number in range(8):
            office.open(gust * 8 + number + 1)
            sent += office.run(minutes=1)
        sent += office.run(minutes=16)
    digests = [message.sealed for message in sent if message.digest]
    assert all(later - earlier >= 10 * MINUTE for earlier, later in pairwise(digests))
    assert len(sent) <= 5 * (4 + 2)
    assert office.told() == {(incident, OPENING): 1 for incident in range(1, 41)}


def test_what_a_digest_told_ends_in_digests(office: "Office") -> None:
    """Recoveries in waves: so many of fifty are back, and these are not."""
    for incident in range(1, 51):
        office.open(incident, Severity.CRITICAL if incident == 50 else Severity.MAJOR)
    office.run(minutes=20)
    office.close(*range(1, 31))
    wave = office.run(minutes=3)
    assert [(message.back, message.total, len(message.still)) for message in wave] == [(30, 50, 20)]
    office.close(*range(31, 41))
    office.run(minutes=1)
    office.close(*range(41, 48))
    later = office.run(minutes=9)
    assert [(message.back, message.total, message.still) for message in later] == [
        (47, 50, ("50", "48", "49"))
    ]
    office.run(minutes=30)
    office.close(48)
    alone = office.run(minutes=1)
    assert [(message.back, message.total) for message in alone] == [(48, 50)]
    assert sizes(alone) == [(1, 0)]
    office.close(49)
    assert office.run(minutes=5) == []
    assert office.ask() == alone[0].sealed + 10 * MINUTE


def test_a_wave_of_ends_goes_together_though_the_openings_went_singly(office: "Office") -> None:
    """Four at once, the rest as a digest that counts those four as well."""
    for incident in range(1, 41):
        office.open(incident)
        office.run(minutes=3)
    sent = []
    for incident in range(1, 38):
        office.close(incident)
        sent += office.run()
        office.now += SECOND
    sent += office.run(minutes=11)
    assert sizes(sent) == [(1, 0)] * 5 + [(32, 0)]
    assert [(one.back, one.total, one.still) for one in sent[-1:]] == [(37, 40, ("38", "39", "40"))]


def test_yesterdays_trouble_does_not_count(office: "Office") -> None:
    """Once all was over the count begins anew."""
    for incident in range(1, 21):
        office.open(incident)
    office.run(minutes=20)
    office.close(*range(1, 21))
    office.run(minutes=20)
    for incident in range(21, 31):
        office.open(incident)
    office.run(minutes=20)
    office.close(*range(21, 28))
    assert [(message.back, message.total) for message in office.run(minutes=1)] == [(7, 10)]


def test_a_channel_cut_for_three_hours_brings_one_message(office: "Office") -> None:
    """Forty open, thirty-seven end meanwhile: three lines, and thirty-seven that happened and are over."""
    office.cut = {"an"}
    for incident in range(1, 41):
        office.open(incident)
        office.run(minutes=3)
    office.close(*range(1, 38))
    assert office.run(minutes=60) == []
    office.cut = set()
    sent = office.run(minutes=60)
    assert sizes(sent) == [(3, 37)]
    assert (sent[0].back, sent[0].total) == (0, 0)
    office.close(38, 39, 40)
    last = office.run(minutes=20)
    assert sizes(last) == [(3, 0)]
    assert (last[0].back, last[0].total) == (3, 3)


def test_what_is_over_before_anybody_heard_is_one_message_of_its_own(office: "Office") -> None:
    """When nothing else waits and the channel comes back."""
    office.cut = {"an"}
    office.open(1)
    office.open(2)
    office.run(minutes=10)
    office.close(1, 2)
    office.run(minutes=10)
    office.cut = set()
    assert sizes(office.run(minutes=30)) == [(0, 2)]


def test_what_is_over_rides_with_the_next_digest(office: "Office") -> None:
    """It never takes a turn before its time, and a single opening does not wait for it."""
    for incident in range(1, 11):
        office.open(incident)
    office.run()
    office.open(11)
    office.run(minutes=1)
    office.close(11)
    office.open(12)
    sent = office.run(minutes=12)
    assert sizes(sent) == [(1, 1)]


def test_one_message_under_way_is_waited_for(office: "Office") -> None:
    """Whatever else waits."""
    office.open(1)
    office.decide()
    message = office.seal()
    assert message is not None
    office.open(2)
    office.decide()
    assert office.ask() is None
    office.finish(message)
    assert sizes(office.run()) == [(1, 0)]


def test_a_refused_digest_takes_no_turn(office: "Office") -> None:
    """The next attempt need not wait ten minutes, and a refused single message is tried again at once."""
    office.cut = {"an"}
    for incident in range(1, 7):
        office.open(incident)
    office.run()
    office.cut = set()
    assert sizes(office.run()) == [(6, 0)]
    office.cut = {"an"}
    office.open(7)
    office.run(minutes=11)
    office.cut = set()
    assert sizes(office.run()) == [(1, 0)]


def test_a_test_message_takes_no_turn(office: "Office") -> None:
    """It tells nothing of any incident."""
    for incident in range(1, 6):
        office.open(incident)
    office.run()
    office.messages[99] = Message(99, "an", "<99>", office.now + 5 * MINUTE, (), state=MessageState.SENT)
    began = office.now
    office.open(6)
    assert [message.sealed for message in office.run(minutes=12)] == [began + 10 * MINUTE]


def test_limits_are_as_set(new_office: "type[Office]") -> None:
    """From the second opening in a minute, a digest every two minutes."""
    office = new_office(limits=Limits(burst=2, window=MINUTE, every=2 * MINUTE))
    sent = []
    for incident in range(1, 7):
        office.open(incident)
        sent += office.run()
        office.now += 30 * SECOND
    assert sizes([*sent, *office.run(minutes=5)]) == [(1, 0), (1, 0), (4, 0)]


def test_a_dead_message_is_a_refused_one(office: "Office") -> None:
    """What waits after it goes together."""
    office.open(1)
    office.decide()
    message = office.seal()
    assert message is not None
    office.messages[message.id] = replace(message, state=MessageState.DEAD)
    office.put(replace(office.notices[1], state=NoticeState.DROPPED))
    office.open(2)
    office.open(3)
    assert sizes(office.run()) == [(2, 0)]


@hypothesis(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 180), st.integers(1, 120), st.sampled_from(Severity)),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 180),
    st.integers(0, 60),
)
def test_digests_are_apart_and_complete(
    new_office: "type[Office]", spans: list[tuple[int, int, Severity]], cut: int, length: int
) -> None:
    """However incidents begin and end and the channel fails: ten minutes between digests, everything told once."""
    office = new_office()
    begin = office.now
    for minute in range(320):
        office.now = begin + minute * MINUTE
        office.cut = {"an"} if cut <= minute < cut + length else set()
        for incident, (start, lasts, severity) in enumerate(spans, 1):
            if minute == start:
                office.open(incident, severity)
            if minute == start + lasts:
                office.close(incident)
        office.run()
    sent = [message for message in office.messages.values() if message.state is MessageState.SENT]
    digests = [message.sealed for message in sent if message.digest]
    assert all(later - earlier >= 10 * MINUTE for earlier, later in pairwise(digests))
    over = [story.incident for message in sent for story in message.over]
    counts = office.told()
    for incident in office.alerts:
        known = over.count(incident)
        assert (counts[incident, OPENING], counts[incident, CLOSING], known) in [(1, 1, 0), (0, 0, 1)]
    for message in sent:
        assert message.back + len(message.still) == message.total
        if message.digest and message.total:
            ends = {part.story.incident for part in message.parts if part.kind is CLOSING}
            assert len(ends) <= message.back
            assert ends.isdisjoint(map(int, message.still))


def test_no_history_is_needed(office: "Office") -> None:
    """What waits counts, whether it stands in the history or not."""
    for incident in range(1, 7):
        office.open(incident)
    office.decide()
    chosen = bundle(office.of("an"), [], [], Limits(), office.now)
    assert chosen is not None
    assert not isinstance(chosen, int)
    assert len(chosen.notices) == 6

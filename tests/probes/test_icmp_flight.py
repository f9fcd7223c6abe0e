"""Echoes in flight on a clock that is moved by hand: pace, fairness, attribution, floods. Nothing is sent."""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.transports.errors import LocalFault
from probes.transports.fakes import FakeMonotonic, FakeWire
from probes.transports.icmp.contract import Burst, IcmpFault
from probes.transports.icmp.flight import MOST_IN_FLIGHT, READ_AT_ONCE, SEQUENCES, Flight, Running
from probes.transports.icmp.pace import CATCH_UP, TICK, Pace
from probes.transports.icmp.wire import EchoError

# The wall clock is ahead by so much, unless a test sets it.
AHEAD = 1_700_000_000.0


@dataclass
class Air:
    """A flight over a fake wire; `delay` says after how many seconds an address answers, None for never."""

    rate: float = 1000.0
    delay: Callable[[str], float | None] = lambda _: 0.003
    clock: FakeMonotonic = field(default_factory=FakeMonotonic)
    wire: FakeWire = field(default_factory=FakeWire)
    ahead: float = AHEAD
    turns: int = 0
    ended: dict[str, float] = field(default_factory=dict)
    on_the_way: list[tuple[float, int, str]] = field(default_factory=list)
    sent_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flight = Flight(self.rate, 0, self.clock, lambda: self.clock() + self.ahead)

    def start(
        self,
        address: str,
        count: int = 5,
        spacing: int = 0,
        wait: float = 1.0,
        until: float = inf,
    ) -> Running:
        """Begin a burst."""

        def done() -> None:
            self.ended[address] = self.clock()

        running = Running(self.wire, (address, 0), count, 56, spacing, wait, until, done)
        self.flight.start(running, self.clock())
        return running

    def turn(self) -> float | None:
        """One turn of the flight; what it sent is on its way, what has come back is there for the next."""
        self.on_the_way.sort()
        while self.on_the_way and self.on_the_way[0][0] <= self.clock():
            at, number, address = self.on_the_way.pop(0)
            self.wire.arrived.append((number, address, at + self.ahead))
        before = len(self.wire.sent)
        when = self.flight.turn([self.wire])
        self.turns += 1
        for number, address in self.wire.sent[before:]:
            self.sent_at.append(self.clock())
            delay = self.delay(address)
            if delay is not None:
                self.on_the_way.append((self.clock() + delay, number, address))
        return when

    def run(self, seconds: float) -> None:
        """Turn whenever the flight asks for it."""
        end = self.clock() + seconds
        self.clock.now += TICK
        while (when := self.turn()) is not None and when <= end:
            self.clock.now = max(self.clock(), when)
        self.clock.now = end


def addresses(count: int) -> list[str]:
    """So many targets."""
    return [f"10.0.{place // 250}.{place % 250}" for place in range(count)]


def test_a_thousand_a_second_take_a_turn_per_tick() -> None:
    """Ten leave in each of a hundred ticks a second; never more than the rate and what may be caught up."""
    air = Air()
    bursts = [air.start(address) for address in addresses(400)]
    air.run(5.0)
    assert len(air.wire.sent) == 2000
    assert air.turns <= 2.1 / TICK
    began = air.sent_at[0]
    for place, at in enumerate(air.sent_at):
        assert place + 1 <= 1000 * (at - began + CATCH_UP) + 1
    assert all(air.flight.result(burst).loss == 0.0 for burst in bursts)
    assert air.flight.in_flight == 0


def test_a_large_burst_does_not_hold_up_others() -> None:
    """A hundred echoes to one target at once: each of ten others has its five after sixty sends, not a hundred."""
    air = Air()
    air.start("10.9.9.9", count=100)
    others = addresses(10)
    for address in others:
        air.start(address)
    air.run(0.25)
    first = [address for _, address in air.wire.sent[:55]]
    assert {address: first.count(address) for address in others} == dict.fromkeys(others, 5)


def test_spacing_is_kept_to_the_tick() -> None:
    """Twenty ticks between echoes are 0.2 seconds."""
    air = Air()
    air.start("10.0.0.1", spacing=20)
    air.run(2.0)
    gaps = [after - before for before, after in zip(air.sent_at, air.sent_at[1:], strict=False)]
    assert gaps == pytest.approx([0.2] * 4)


def test_one_in_a_hundred_that_hang_hold_up_nobody() -> None:
    """The others end when their last answer is there, within a tick; those that hang when their wait is over."""
    hanging = {f"10.0.0.{place}" for place in range(0, 100, 10)}
    air = Air(rate=10_000.0, delay=lambda address: None if address in hanging else 0.015)
    for address in addresses(1000):
        air.start(address)
    air.run(3.0)
    sent = {address: at for (_, address), at in zip(air.wire.sent, air.sent_at, strict=True)}
    for address, ended in air.ended.items():
        took = 1.0 if address in hanging else 0.015
        assert took <= ended - sent[address] + 1e-6 <= took + 2 * TICK, address
    assert len(air.ended) == 1000
    assert air.turns < 200


def test_those_who_answer_after_four_seconds_are_lost_and_told_of_at_the_next_burst() -> None:
    """An answer after the end of its burst is nobody else's; the next burst to the address counts it."""
    air = Air(delay=lambda _: 4.0)
    first = air.start("10.0.0.1")
    air.run(2.0)
    assert air.flight.result(first) == Burst((None,) * 5)
    air.run(3.0)
    second = air.start("10.0.0.1", count=1)
    air.run(2.0)
    assert air.flight.result(second) == Burst((None,), stragglers=5)
    assert (air.flight.late, air.flight.answers) == (5, 0)


def test_an_answer_after_its_wait_is_late_even_while_the_burst_is_under_way() -> None:
    """Its echo stays without a time; that something came is told."""
    air = Air(delay=lambda _: 0.3)
    burst = air.start("10.0.0.1", count=3, spacing=20, wait=0.25)
    air.run(2.0)
    assert air.flight.result(burst) == Burst((None, None, None), late=2)


def test_a_flood_of_duplicates_counts_as_such_and_keeps_nobody_from_sending() -> None:
    """Fifty thousand copies of one answer, during the burst and after: each turn reads its share and sends."""
    air = Air(rate=1000.0)
    burst = air.start("10.0.0.1", count=2, spacing=5)
    air.run(0.02)
    number = air.wire.sent[0][0]
    copies = 50_000
    air.wire.arrived.extend([(number, "10.0.0.1", None)] * copies)
    others = [air.start(address) for address in addresses(50)[2:]]
    before = len(air.wire.arrived)
    air.turn()
    assert before - len(air.wire.arrived) <= 2 * READ_AT_ONCE
    air.run(1.0)
    assert all(air.flight.result(each).loss == 0.0 for each in others)
    told = air.flight.result(burst)
    again = air.start("10.0.0.1", count=1)
    air.run(1.0)
    assert told.duplicates + air.flight.result(again).duplicates == air.flight.duplicates
    assert air.flight.duplicates >= copies - READ_AT_ONCE
    assert told.loss == 0.0


def test_garbage_is_read_in_shares_and_counted() -> None:
    """A hundred thousand foreign packets before our answers: nothing is judged lost before its answer could be read."""
    air = Air(rate=10_000.0)
    air.wire.arrived.extend([None] * 100_000)
    bursts = [air.start(address, wait=1.0) for address in addresses(200)]
    air.run(1.5)
    assert air.wire.foreign == 100_000
    assert [air.flight.result(burst).loss for burst in bursts] == [0.0] * 200


def test_an_old_answer_is_never_a_new_echo() -> None:
    """Sequence numbers come again after 65,536 echoes; the whole number tells them apart."""
    air = Air(rate=1e9, delay=lambda _: None)
    old = air.start("10.0.0.1", count=1, wait=0.1)
    air.run(0.5)
    number = air.wire.sent[0][0]
    for _ in range(SEQUENCES // 1000):
        air.start("10.0.0.2", count=1000, wait=0.01)
        air.run(0.2)
    air.start("10.0.0.1", count=SEQUENCES % 1000 - 1, wait=0.01)
    air.run(0.2)
    new = air.start("10.0.0.1", count=1)
    air.run(0.05)
    assert air.wire.sent[-1][0] == number + SEQUENCES
    air.wire.arrived.append((number, "10.0.0.1", None))
    air.wire.told.append(EchoError("10.0.0.1", number & 0xFFFF, number, "10.0.0.254", "host unreachable"))
    air.run(2.0)
    assert air.flight.result(new) == Burst((None,))
    assert air.flight.result(old) == Burst((None,))
    assert air.flight.late == 2


def test_sequence_numbers_in_flight_are_never_given_twice() -> None:
    """A long burst keeps its numbers while short ones go round; when nearly all are in flight, the rest waits."""
    air = Air(rate=1e9, delay=lambda _: None)
    air.start("10.0.0.1", count=100, wait=60.0)
    kept: set[int] = set()
    for _ in range(2 * SEQUENCES // 10_000):
        air.start("10.0.0.2", count=10_000, wait=0.01)
        air.run(0.5)
        kept = kept or {number & 0xFFFF for number, address in air.wire.sent if address == "10.0.0.1"}
    later = [number & 0xFFFF for number, address in air.wire.sent if address == "10.0.0.2"]
    assert len(kept) == 100
    assert kept.isdisjoint(later)
    many = air.start("10.0.0.3", count=SEQUENCES, wait=1.0, until=air.clock() + 5.0)
    air.run(4.0)
    assert air.flight.in_flight == MOST_IN_FLIGHT
    air.run(3.0)
    assert many.over
    assert air.flight.in_flight == 100


def test_a_wrong_address_is_counted_and_changes_nothing() -> None:
    """Whoever answers for another has the number, but not the address."""
    air = Air(delay=lambda _: None)
    burst = air.start("10.0.0.1", count=1)
    air.run(0.02)
    air.wire.arrived.append((air.wire.sent[0][0], "10.0.0.66", None))
    air.run(2.0)
    assert air.flight.result(burst) == Burst((None,))
    assert air.flight.mismatched == 1


def test_errors_count_once_an_echo_and_name_the_router() -> None:
    """A thousand reports about one echo are one fault; a report about another address is not about this one."""
    air = Air(delay=lambda _: None)
    burst = air.start("10.0.0.1", count=2, spacing=2)
    air.run(0.02)
    sequence = air.wire.sent[0][0] & 0xFFFF
    report = EchoError("10.0.0.1", sequence, None, "10.0.0.254", "host unreachable")
    air.wire.told.extend([report] * 1000)
    air.wire.told.append(EchoError("10.0.0.9", sequence, None, "10.0.0.254", "host unreachable"))
    air.run(2.0)
    fault = IcmpFault("10.0.0.254", "host unreachable")
    assert air.flight.result(burst) == Burst((None, None), (fault,))


def test_an_answer_outweighs_an_error_about_the_same_echo() -> None:
    """An error quotes little and is easily forged, by every device that sees how we number: the wait goes on."""
    air = Air(delay=lambda _: 0.3)
    burst = air.start("10.0.0.1", count=2, spacing=1)
    air.run(0.05)
    for number, address in air.wire.sent:
        air.wire.told.append(EchoError(address, number & 0xFFFF, None, "10.0.0.254", "host unreachable"))
    air.run(2.0)
    found = air.flight.result(burst)
    assert (found.loss, len(found.faults)) == (0.0, 2)
    assert air.flight.in_flight == 0


def test_a_full_socket_keeps_everyone_in_place() -> None:
    """What could not be sent is sent when there is room, in the same order; nothing is lost for it."""
    air = Air()
    bursts = [air.start(address, count=1) for address in addresses(3)]
    air.wire.refusal = OSError(errno.ENOBUFS, "")
    air.run(0.05)
    assert (air.wire.sent, air.flight.in_flight) == ([], 0)
    air.wire.refusal = None
    air.run(1.0)
    assert [address for _, address in air.wire.sent] == addresses(3)
    assert [air.flight.result(burst).loss for burst in bursts] == [0.0] * 3


def test_a_burst_that_gets_no_turn_in_time_says_nothing_of_its_target() -> None:
    """Held back by the rate until its time was up: unable, not lost."""
    air = Air(rate=1.0)
    air.start("10.0.0.1", count=10)
    held = air.start("10.0.0.2", count=1, until=air.clock() + 0.3)
    air.run(0.6)
    assert held.over
    with pytest.raises(LocalFault, match="not sent in time"):
        air.flight.result(held)


def test_a_wall_clock_set_meanwhile_is_bounded_by_the_monotonic_one() -> None:
    """A receive stamp of the old wall clock would give hours; the time is at most what really passed."""
    air = Air(delay=lambda _: 0.005)
    burst = air.start("10.0.0.1", count=2, spacing=3)
    air.run(0.018)
    air.ahead += 3600.0
    air.turn()
    air.ahead -= 7200.0
    air.run(1.0)
    assert all(0.0 < rtt <= 0.05 for rtt in air.flight.result(burst).answered)


@given(
    st.floats(0.0, 0.9),
    st.floats(-3600.0, 3600.0) | st.just(0.0),
    st.floats(0.0, 0.5),
)
def test_a_round_trip_is_what_passed_until_the_kernel_took_it(rtt: float, step: float, later: float) -> None:
    """However late it is read; and never more than what passed until then, whatever the wall clock did."""
    air = Air(delay=lambda _: None)
    burst = air.start("10.0.0.1", count=1)
    air.run(0.011)
    sent = air.sent_at[0]
    air.wire.arrived.append((air.wire.sent[0][0], "10.0.0.1", sent + rtt + air.ahead))
    air.ahead += step
    air.clock.now = sent + rtt + later
    air.turn()
    answered = air.flight.result(burst).answered
    passed = rtt + later
    assert all(0.0 <= each <= passed + 1e-9 for each in answered)
    if step == 0.0 and rtt > 1e-5:
        assert answered == pytest.approx((rtt,), abs=1e-5)


@given(st.floats(1.0, 5000.0), st.lists(st.floats(0.0, 0.2), min_size=1, max_size=60))
def test_the_rate_is_never_exceeded(rate: float, steps: list[float]) -> None:
    """Over any stretch at most rate times its length, and what may be caught up."""
    pace: Pace[int] = Pace(rate)
    now, told = 100.0, []
    for step in steps:
        now += step
        allowed = pace.allowed(now)
        pace.spend(allowed)
        told.append((now, allowed))
    for place, (began, _) in enumerate(told):
        for upto in range(place, len(told)):
            sends = sum(allowed for _, allowed in told[place : upto + 1])
            assert sends <= rate * (told[upto][0] - began) + max(1.0, rate * CATCH_UP) + 1e-6


TIMES = st.lists(st.none() | st.floats(1e-6, 10.0), max_size=30).map(tuple)


@given(TIMES)
def test_figures_of_a_burst_stay_within_what_was_measured(rtts: tuple[float | None, ...]) -> None:
    """Percentiles are measured times of the right rank; jitter is at most the largest difference."""
    burst = Burst(rtts)
    answered = sorted(burst.answered)
    if not answered:
        assert (burst.mean, burst.percentile(0.5), burst.jitter, burst.jitter_p95) == (None,) * 4
        return
    for share in (0.5, 0.95, 1.0):
        found = burst.percentile(share)
        assert found == answered[ceil(share * len(answered)) - 1]
    assert burst.percentile(0.0) == answered[0]
    if len(answered) > 1:
        assert burst.jitter is not None
        assert 0.0 <= burst.jitter <= answered[-1] - answered[0]
        assert burst.jitter_p95 is not None
        assert 0.0 <= burst.jitter_p95 <= answered[-1] - answered[0]
    assert burst.loss == pytest.approx(1 - len(answered) / len(rtts))


def test_jitter_of_known_values() -> None:
    """RFC 3550: J += (|D| - J) / 16; four equal differences give 1 - (15/16)^4 of one; p95 less min is the spread."""
    burst = Burst((0.010, 0.020, 0.010, 0.020, 0.010))
    assert burst.jitter == pytest.approx(0.010 * (1 - (15 / 16) ** 4))
    assert burst.jitter_p95 == pytest.approx(0.010)
    assert burst.percentile(0.5) == 0.010
    assert Burst((0.01,)).jitter is None

"""The numbers that echoes bear: every device sees the token and those of its own, and must not know others' by them."""

from itertools import pairwise
from math import inf

from probes.transports.fakes import FakeMonotonic, FakeWire
from probes.transports.icmp.engine import random_steps
from probes.transports.icmp.flight import SEQUENCES, Flight, Running


def test_sequence_numbers_follow_each_other_and_the_rest_is_random() -> None:
    """Whoever wants to answer for another device has 16 bits to guess within the round trip."""
    clock, wire = FakeMonotonic(), FakeWire()
    flight = Flight(1e6, 7, clock, clock, random_steps().__next__)
    running = Running(wire, ("10.0.0.1", 0), 300, 56, 0, 1.0, inf, lambda: None)
    when: float | None = flight.start(running, clock())
    while when is not None and len(wire.sent) < 300:
        clock.now = when
        when = flight.turn([wire])
    numbers = [number for number, _ in wire.sent]
    assert len(numbers) == 300
    assert all((after - before) % SEQUENCES == 1 for before, after in pairwise(numbers))
    assert len({number // SEQUENCES for number in numbers}) > 250
    assert max(numbers) < 1 << 32

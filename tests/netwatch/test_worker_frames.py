"""What daemon and workers say to each other arrives as it was sent, and sameness survives the way."""

import json
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.check import Check, FactSeen, Hardening, Observation
from netwatch.workers.frames import (
    HEAD,
    SEEN,
    FrameFault,
    check_from_json,
    check_to_json,
    length,
    packed,
    unpacked,
)
from netwatch.workers.observations import Receiver, Sender
from probes.contract import Columns

texts = st.text(max_size=8)
numbers = st.none() | st.integers(0, 2**64 - 1) | st.floats(allow_nan=False)
facts = st.lists(st.builds(FactSeen, texts, texts, st.none() | st.booleans(), texts, texts), max_size=4).map(
    tuple
)
columns = st.builds(
    Columns,
    st.lists(texts, max_size=4).map(tuple),
    st.dictionaries(texts, st.lists(numbers, max_size=4), max_size=3),
)
observations = st.builds(
    Observation,
    collector=texts,
    sequence=st.integers(0, 2**53),
    plan=st.integers(0, 2**31),
    check=st.sampled_from(("a", "b")),
    at=st.integers(0, 2**62),
    took=st.integers(0, 2**40),
    facts=facts,
    complete=st.booleans(),
    reason=st.none() | texts,
    vantage=texts,
    samples=st.lists(st.tuples(texts, texts, st.floats(allow_nan=False)), max_size=3).map(tuple),
    notes=st.lists(st.tuples(texts, texts, texts), max_size=3).map(tuple),
    columns=st.lists(columns, max_size=2).map(tuple),
)


def carried(sender: Sender, receiver: Receiver, seen: Observation) -> Observation:
    """An observation after it has gone through a frame."""
    frame = packed(SEEN, sender.pack(seen))
    assert length(frame[:HEAD]) == len(frame) - HEAD
    kind, content = unpacked(frame[HEAD:])
    assert kind == SEEN
    return receiver.unpack(content)


def counted(parts: tuple[str, ...], value: int) -> Columns:
    """One counter of one part."""
    return Columns(parts, {"m": array("Q", [value])})


@given(st.lists(observations, max_size=6))
def test_observations_arrive_as_they_were_sent(sent: list[Observation]) -> None:
    """Any sequence of observations comes out equal, whatever repeats in it."""
    sender, receiver = Sender(), Receiver()
    for seen in sent:
        assert carried(sender, receiver, seen) == seen


def test_the_same_objects_stay_the_same_objects() -> None:
    """Facts, notes and parts that a probe hands on unchanged are one object at the other end, and are sent once."""
    sender, receiver = Sender(), Receiver()
    told, notes, parts = (FactSeen("p", "carrier", True, "carrier_up"),), (("p", "ifName", "p"),), ("p",)
    first, second = (
        Observation(
            "local",
            number,
            1,
            "a",
            number,
            1,
            told,
            notes=notes,
            columns=(Columns(parts, {"m": array("Q", [number])}),),
        )
        for number in (1, 2)
    )
    one = carried(sender, receiver, first)
    assert len(json.dumps(sender.pack(second))) < 120
    two = carried(sender, receiver, second)
    assert two == second
    assert two.facts is one.facts
    assert two.notes is one.notes
    assert two.columns[0].parts is one.columns[0].parts
    assert isinstance(two.columns[0].values["m"], array)


def test_words_of_many_ports_are_the_same_objects_in_every_look() -> None:
    """Half a million ports have few words: they are not kept once for each port."""
    sender, receiver = Sender(), Receiver()
    words = (FactSeen("p1", "carrier", True, "carrier_up"), FactSeen("p2", "carrier", True, "carrier_up"))
    one, two = carried(sender, receiver, Observation("local", 1, 1, "a", 1, 1, words)).facts
    assert one.fact is two.fact
    assert one.reason is two.reason


def test_both_ends_may_forget_together() -> None:
    """After both have forgotten, an observation comes whole again."""
    sender, receiver = Sender(), Receiver()
    seen = Observation("local", 1, 1, "a", 1, 1, (FactSeen("", "reachable", True, "answered"),))
    carried(sender, receiver, seen)
    sender.forget()
    receiver.forget()
    assert carried(sender, receiver, seen) == seen


def test_a_check_arrives_as_it_was_sent() -> None:
    """A check keeps its parameters, credentials and hardening."""
    check = Check(
        "0123456789abcdef",
        "D1",
        "snmp_scalar",
        "",
        "D1",
        "127.0.0.1",
        60_000_000,
        10_000_000,
        10_000_000,
        Hardening(2, 3),
        credentials=("one", "two"),
        params={"oid": "1.3.6.1", "expected": ["1"]},
    )
    assert check_from_json(json.loads(json.dumps(check_to_json(check)))) == check


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[1,2]", b"[" * 100_000, b"\xff", b'["seen"]'])
def test_what_is_no_frame_is_refused(body: bytes) -> None:
    """Bytes that are no frame give a FrameFault and nothing else."""
    with pytest.raises(FrameFault):
        unpacked(body)


def test_a_frame_cannot_be_of_any_length() -> None:
    """A head that promises too much, or is cut off, is refused before anything is read."""
    for head in (b"\xff\xff\xff\xff", b"\0\0"):
        with pytest.raises(FrameFault):
            length(head)
